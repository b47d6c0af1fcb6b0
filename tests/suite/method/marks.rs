//! Marks into one number: worked by hand, exactly.

use std::collections::BTreeMap;

use hoithi::contest::definition::{Aggregate, Criterion, Text};
use hoithi::judging::aggregate::{Fraction, aggregate, criterion_mean, total};
use hoithi::judging::method::model::fitted;
use hoithi::judging::method::ranks;
use hoithi::judging::method::scale::{standardised, z_means};
use proptest::prelude::*;

use super::{full, numbers, vectors};

fn criterion(key: &str, max: u32, weight: Option<u32>) -> Criterion {
    let label = Text::default();
    Criterion { key: key.to_owned(), label, hint: None, max, weight, step_hundredths: 50 }
}

fn totals(points: &[i32]) -> Vec<Fraction> {
    points.iter().map(|points| Fraction::new(i128::from(*points), 1)).collect()
}

fn millionths(how: Aggregate, points: &[i32]) -> Option<i64> {
    aggregate(how, &totals(points)).map(Fraction::millionths)
}

#[test]
fn a_total_is_the_sum_of_marks_or_their_weighted_share_of_a_hundred() {
    let sheet = BTreeMap::from([("idea".to_owned(), 1750), ("art".to_owned(), 400)]);
    let plain = [criterion("idea", 60, None), criterion("art", 50, None)];
    let weighed = [criterion("idea", 20, Some(60)), criterion("art", 5, Some(40))];

    // 17,5 + 4; 60 · 17,5/20 + 40 · 4/5.
    assert_eq!(total(&plain, &sheet), Fraction::new(215, 10));
    assert_eq!(total(&weighed, &sheet), Fraction::new(845, 10));
    assert_eq!(total(&plain, &BTreeMap::new()), Fraction::new(0, 1));
    let thirds = [100, 100, 0].map(|mark| BTreeMap::from([("art".to_owned(), mark)]));
    assert_eq!(criterion_mean("art", &thirds), Fraction::new(2, 3));
}

#[test]
fn aggregates_are_what_a_person_reckons_by_hand() {
    use Aggregate::{Mean, Median, Sum, TrimmedMean};
    let five = [9, 1, 7, 8, 6];
    let four = [9, 1, 7, 8];

    assert_eq!(millionths(Sum, &five), Some(31_000_000));
    assert_eq!(millionths(Mean, &five), Some(6_200_000));
    assert_eq!(millionths(Median, &five), Some(7_000_000));
    assert_eq!(millionths(Median, &four), Some(7_500_000), "between the two in the middle");
    assert_eq!(millionths(TrimmedMean, &five), Some(7_000_000), "6, 7 and 8");
    assert_eq!(millionths(TrimmedMean, &four), Some(6_250_000), "of four nothing is dropped");
    assert_eq!(
        millionths(TrimmedMean, &[9, 9, 9, 1, 1]),
        Some(6_333_333),
        "one of equals is dropped"
    );
    assert_eq!(millionths(Mean, &[]), None);
}

#[test]
fn by_the_middle_a_judge_who_gives_everybody_the_same_may_make_equal_what_was_not() {
    use Aggregate::Median;
    assert_eq!(
        (millionths(Median, &[1, 9]), millionths(Median, &[4, 5])),
        (Some(5_000_000), Some(4_500_000))
    );
    assert_eq!(
        (millionths(Median, &[1, 9, 4]), millionths(Median, &[4, 5, 4])),
        (Some(4_000_000), Some(4_000_000))
    );
}

#[test]
fn the_highest_and_the_lowest_are_dropped_as_in_the_reference() {
    let Some(file) = vectors("zscore_trimmed.json") else { return };
    let case = &file["trimmed"][0];
    let tenths = numbers(&case["scores"]).into_iter().map(|score| (score * 10.0) as i128);
    let totals: Vec<Fraction> = tenths.map(|tenths| Fraction::new(tenths, 10)).collect();

    let got = aggregate(Aggregate::TrimmedMean, &totals).map(Fraction::millionths);
    let wanted = case["mean"].as_f64().expect("a mean");
    assert_eq!(got, Some((wanted * 1e6) as i64));
}

#[test]
fn a_result_is_rounded_once_half_away_from_zero() {
    assert_eq!(millionths(Aggregate::Mean, &[1, 0, 0]), Some(333_333));
    assert_eq!(millionths(Aggregate::Mean, &[1, 1, 0]), Some(666_667));
    assert_eq!(Fraction::new(5, 10_000_000).millionths(), 1);
    assert_eq!(Fraction::new(-5, 10_000_000).millionths(), -1);
    assert_eq!(Fraction::new(4, 10_000_000).millionths(), 0);
}

/// Marks by entry and judge.
pub(super) fn marks() -> impl Strategy<Value = Vec<Vec<i32>>> {
    (2_usize..12, 1_usize..5).prop_flat_map(|(entries, judges)| {
        proptest::collection::vec(proptest::collection::vec(0..=20, judges), entries)
    })
}

/// Places by numbers that are estimated: what differs by less than a hundred-millionth is equal.
fn places(points: &[f64]) -> Vec<Option<usize>> {
    ranks(&points.iter().map(|points| Some((points * 1e8).round())).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn a_judge_who_gives_everybody_the_same_changes_no_rank(rows in marks(), same in 0..=20) {
        let more: Vec<Vec<i32>> =
            rows.iter().map(|row| row.iter().copied().chain([same]).collect()).collect();
        let before = full(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let after = full(&more.iter().map(Vec::as_slice).collect::<Vec<_>>());

        for how in [Aggregate::Mean, Aggregate::Sum] {
            let exact = |rows: &[Vec<i32>]| {
                let one = |row: &Vec<i32>| millionths(how, row).map(|points| points as f64);
                ranks(&rows.iter().map(one).collect::<Vec<_>>())
            };
            prop_assert_eq!(exact(&rows), exact(&more));
        }
        let own = standardised(&after).scores;
        prop_assert!(own.iter().filter(|s| s.judge == rows[0].len()).all(|s| s.points == 0.0));
        if let (Ok(before), Ok(after)) = (z_means(&before), z_means(&after)) {
            let known = |points: Vec<Option<f64>>| points.into_iter().flatten().collect::<Vec<_>>();
            prop_assert_eq!(places(&known(before)), places(&known(after)));
        }
        // The model may find that a panel tells nothing apart; then every entry has one place.
        if let (Ok(before), Ok(after)) = (fitted(&before), fitted(&after)) {
            let (one, other) = (before.points(), after.points());
            for at in 0..one.len() {
                for by in 0..at {
                    let (was, is) = (one[at] - one[by], other[at] - other[by]);
                    prop_assert!(was * is >= -1e-9, "{} and {} swapped: {} {}", at, by, was, is);
                }
            }
        }
    }
}
