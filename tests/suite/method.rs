//! Methods of judging agree with published worked examples, to the digits that those give.

mod agreement;
mod ballots;
mod firmness;
mod marks;
mod pairs;
mod scale;
mod settled;

use hoithi::judging::method::agreement::{Apart, alpha};
use hoithi::judging::method::firmness::{intervals, swaps};
use hoithi::judging::method::model::fitted;
use hoithi::judging::method::{Panel, Score};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::answers::note;

/// A reference file of published examples with their answers; says so where there is none.
fn vectors(name: &str) -> Option<Value> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = ["../shared/vectors", "../../shared/vectors"]
        .iter()
        .find_map(|folder| std::fs::read_to_string(root.join(folder).join(name)).ok());
    if text.is_none() {
        note(&format!("no ../shared/vectors/{name}: only the examples in the suite are looked at"));
    }
    Some(serde_json::from_str(&text?).expect("JSON"))
}

fn panel(rows: &[&[Option<f64>]]) -> Panel {
    let scores = rows.iter().enumerate().flat_map(|(entry, row)| {
        row.iter()
            .enumerate()
            .filter_map(move |(judge, points)| Some(Score { entry, judge, points: (*points)? }))
    });
    let judges = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    Panel { entries: rows.len(), judges, scores: scores.collect() }
}

fn full(rows: &[&[i32]]) -> Panel {
    let rows: Vec<Vec<Option<f64>>> =
        rows.iter().map(|row| row.iter().map(|mark| Some(f64::from(*mark))).collect()).collect();
    panel(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

#[track_caller]
fn near(got: f64, wanted: f64, within: f64) {
    assert!((got - wanted).abs() <= within, "{got} is not {wanted} within {within}");
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

#[test]
fn places_that_cannot_be_told_apart_have_wide_intervals() {
    // Entry 0 is far ahead; the others differ by chance only.
    let rows: Vec<Vec<Option<f64>>> = (0..12)
        .map(|entry| {
            (0..4)
                .map(|judge| {
                    let noise = f64::from((entry * 7 + judge * 5) % 6);
                    Some(if entry == 0 { 95.0 } else { 50.0 } + noise)
                })
                .collect()
        })
        .collect();
    let panel = panel(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());

    let model = fitted(&panel).expect("a fit");
    let got = intervals(&model, 400, 11);
    assert_eq!((got[0].best, got[0].worst), (1, 1));
    assert!(got[5].worst - got[5].best >= 4, "{:?}", got[5]);
    assert_eq!(got, intervals(&model, 400, 11));
}

#[test]
fn leaving_one_judge_out_says_who_would_swap() {
    let rows: [&[i32]; 3] = [&[9, 9, 1], &[7, 7, 9], &[1, 1, 1]];

    let got = swaps(&full(&rows), 2);
    assert_eq!(got.len(), 1);
    assert_eq!(got[0].judge, 2);
    assert_eq!(got[0].moved, [(1, 1, 2), (0, 2, 1)]);
}

proptest! {
    #[test]
    fn the_order_in_which_sheets_arrive_changes_nothing(rows in marks::marks(), seed: u64) {
        let rows: Vec<&[i32]> = rows.iter().map(Vec::as_slice).collect();
        let panel = full(&rows);
        let mut shuffled = panel.clone();
        hoithi::judging::deal::Dice(seed).shuffle(&mut shuffled.scores);

        for apart in [Apart::Nominal, Apart::Ordinal, Apart::Interval] {
            let (a, b) = (alpha(&panel, apart), alpha(&shuffled, apart));
            prop_assert!(a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-9), "{a:?} {b:?}");
        }
        if let (Ok(a), Ok(b)) = (fitted(&panel), fitted(&shuffled)) {
            for (a, b) in a.entries.iter().zip(&b.entries) {
                prop_assert!((a - b).abs() < 1e-3, "{a} {b}");
            }
        }
    }
}
