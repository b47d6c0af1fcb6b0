//! Intervals of places hold what they promise.

use hoithi::judging::deal::{Dice, Table, deal};
use hoithi::judging::method::firmness::intervals;
use hoithi::judging::method::model::fitted;
use hoithi::judging::method::{Panel, Score, ranks};

const ENTRIES: usize = 40;
const JUDGES: usize = 6;

/// A standard normal number, as far as twelve uniform ones less six are one.
fn normal(dice: &mut Dice) -> f64 {
    let unit = |roll: u64| ((roll >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    (0..12).map(|_| unit(dice.roll())).sum::<f64>() - 6.0
}

/// Of a panel whose entries have known worth: how many of their true places lie in the intervals.
fn covered(seed: u64) -> usize {
    let mut dice = Dice(seed);
    let worth: Vec<f64> = (0..ENTRIES).map(|_| 10.0 * normal(&mut dice)).collect();
    let severity: Vec<f64> = (0..JUDGES).map(|_| 6.0 * normal(&mut dice)).collect();
    let table = Table { entries: ENTRIES, judges: JUDGES, each: 3, ..Table::default() };
    let scores = deal(&table, seed).fresh.into_iter().map(|(entry, judge)| {
        let points = 50.0 + worth[entry] + severity[judge] + 7.0 * normal(&mut dice);
        Score { entry, judge, points }
    });
    let panel = Panel { entries: ENTRIES, judges: JUDGES, scores: scores.collect() };
    let between = intervals(&fitted(&panel).expect("a fit"), 200, seed);
    let places = ranks(&worth.into_iter().map(Some).collect::<Vec<_>>());
    let inside = places.iter().zip(between).filter(|(place, between)| {
        place.is_some_and(|place| (between.best..=between.worst).contains(&place))
    });
    inside.count()
}

#[test]
fn nine_of_ten_true_places_lie_in_the_intervals() {
    let panels = 30;

    let inside: usize = (1..=panels).map(covered).sum();
    let share = inside as f64 / (panels as usize * ENTRIES) as f64;
    assert!((0.87..=0.93).contains(&share), "{share}");
}
