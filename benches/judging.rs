//! From 100,000 sheets to ranks: 20,000 entries, five judges each, four criteria, on one core.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::Instant;

use hoithi::contest::definition::{Aggregate, Criterion, Text};
use hoithi::judging::aggregate::{Fraction, Sheet, aggregate, total};
use hoithi::judging::deal::{Deal, Dice, Table, deal};
use hoithi::judging::method::agreement::{Apart, alpha};
use hoithi::judging::method::firmness::intervals;
use hoithi::judging::method::model::fitted;
use hoithi::judging::method::{Panel, Score};

use crate::figures::Figures;

const ENTRIES: usize = 20_000;
const JUDGES: usize = 60;
const EACH: usize = 5;

/// Deals, judges by made-up judges of different severity, and reckons.
pub fn measure(figures: &mut Figures) {
    let (dealt, seconds) = timed(|| deal(&table(JUDGES), 7));
    let (least, most) = dealt.spread();
    figures.at_most("deal_20000x5_to_60", seconds, 3.0, "s");
    figures.exactly("deal_short", dealt.short.len() as f64, 0.0, "");
    figures.at_most("deal_spread", (most - least) as f64, 1.0, "");
    let (few, seconds) = timed(|| deal(&table(EACH), 7));
    black_box(few);
    figures.at_most("deal_20000x5_to_5", seconds, 3.0, "s");

    let criteria = criteria();
    let sheets = sheets(&dealt, &criteria);
    let (panel, seconds) = timed(|| {
        let totals = totals(&sheets, &criteria);
        for own in &totals {
            let fractions: Vec<Fraction> = own.iter().map(|(_, total)| *total).collect();
            black_box(aggregate(Aggregate::TrimmedMean, &fractions));
        }
        panel(&totals)
    });
    let (model, fitting) = timed(|| fitted(&panel).expect("a fit"));
    let (agreed, agreeing) = timed(|| alpha(&panel, Apart::Interval));
    black_box(agreed);
    figures.note("aggregate", seconds, "s");
    figures.note("judge_model", fitting, "s");
    figures.note("agreement", agreeing, "s");
    figures.at_most("sheets_100000_to_ranks", seconds + fitting + agreeing, 2.0, "s");
    let (between, seconds) = timed(|| intervals(&model, 1000, 7));
    black_box(between);
    figures.at_most("bootstrap_1000", seconds, 10.0, "s");
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed().as_secs_f64())
}

/// Every judge comes from a place whose entries they must not judge: one in sixty.
fn table(judges: usize) -> Table {
    let conflicts: BTreeSet<(usize, usize)> = if judges > EACH {
        (0..ENTRIES).map(|entry| (entry, entry * 7 % judges)).collect()
    } else {
        BTreeSet::new()
    };
    Table { entries: ENTRIES, judges, each: EACH, conflicts, ..Table::default() }
}

fn criteria() -> Vec<Criterion> {
    let one = |(key, weight): (&str, u32)| Criterion {
        key: key.to_owned(),
        label: Text::default(),
        hint: None,
        max: 10,
        weight: Some(weight),
        step_hundredths: 50,
    };
    [("content", 40), ("art", 30), ("truth", 20), ("craft", 10)].into_iter().map(one).collect()
}

/// Sheets by entry: the judge, and marks that follow the entry's worth, the judge's severity and
/// chance.
fn sheets(dealt: &Deal, criteria: &[Criterion]) -> Vec<Vec<(usize, Sheet)>> {
    let mut dice = Dice(11);
    let mut some = |spread: i32| i32::try_from(dice.roll() % 100).unwrap_or(0) * spread / 100;
    let worth: Vec<i32> = (0..ENTRIES).map(|_| 300 + some(500)).collect();
    let severity: Vec<i32> = (0..JUDGES).map(|_| some(150)).collect();
    let mut sheets = vec![Vec::new(); ENTRIES];
    for &(entry, judge) in &dealt.fresh {
        let mark = |key: &Criterion, chance: i32| {
            let exact = worth[entry] + severity[judge] + chance;
            (key.key.clone(), exact.clamp(0, 1000) / 50 * 50)
        };
        let sheet: BTreeMap<String, i32> =
            criteria.iter().map(|key| mark(key, some(200) - 100)).collect();
        sheets[entry].push((judge, sheet));
    }
    sheets
}

fn totals(sheets: &[Vec<(usize, Sheet)>], criteria: &[Criterion]) -> Vec<Vec<(usize, Fraction)>> {
    let own = |own: &Vec<(usize, Sheet)>| {
        own.iter().map(|(judge, sheet)| (*judge, total(criteria, sheet))).collect()
    };
    sheets.iter().map(own).collect()
}

fn panel(totals: &[Vec<(usize, Fraction)>]) -> Panel {
    let scores = totals.iter().enumerate().flat_map(|(entry, own)| {
        own.iter().map(move |(judge, total)| {
            let points = total.millionths() as f64 / 1e6;
            Score { entry, judge: *judge, points }
        })
    });
    Panel { entries: ENTRIES, judges: JUDGES, scores: scores.collect() }
}
