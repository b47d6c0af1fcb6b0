//! When comparisons have settled who the best are.

use hoithi::judging::deal::Dice;
use hoithi::judging::method::pairs::{Belief, Preference, Trust, learned, next_pair, strengths};
use hoithi::judging::method::settled::certainty;

use super::near;

fn said(said: &[(usize, usize, f64)]) -> Vec<Preference> {
    said.iter().map(|(better, worse, times)| one(*better, *worse, *times)).collect()
}

fn one(better: usize, worse: usize, times: f64) -> Preference {
    Preference { better, worse, times }
}

#[test]
fn nothing_is_settled_before_anything_is_said_and_all_where_all_go_on() {
    assert_eq!(certainty(4, &[], 0.5, 2), 0.0);
    assert_eq!(certainty(4, &[], 0.5, 4), 1.0);
    assert_eq!(certainty(4, &[], 0.5, 0), 1.0);
    near(certainty(2, &[], 0.5, 1), 0.5, 1e-12);
}

#[test]
fn of_two_the_certainty_is_the_normal_probability_of_their_difference() {
    // Nine of ten, with two more either way against an imaginary one: s and -s; the curvature is
    // d + w beside -w, so the difference has 2 / (d + 2w).
    let heard = said(&[(0, 1, 9.0), (1, 0, 1.0)]);
    let strength = strengths(2, &heard, 2.0)[0];
    let bend = |x: f64| x.exp() / (1.0 + x.exp()).powi(2);
    let (d, w) = (4.0 * bend(strength), 10.0 * bend(2.0 * strength));
    let z = 2.0 * strength / (2.0 / (d + 2.0 * w)).sqrt();

    near(certainty(2, &heard, 0.5, 1), 1.0 - libm::erfc(z / 2f64.sqrt()) / 2.0, 1e-12);
}

#[test]
fn more_of_the_same_makes_surer_and_contradiction_makes_less_sure() {
    let few = said(&[(0, 1, 2.0), (0, 2, 2.0), (1, 2, 2.0)]);
    let more = said(&[(0, 1, 9.0), (0, 2, 9.0), (1, 2, 9.0)]);
    let against = said(&[(0, 1, 9.0), (0, 2, 9.0), (1, 2, 9.0), (1, 0, 6.0)]);

    let sure = [&few, &against, &more].map(|heard| certainty(3, heard, 0.5, 1));
    assert!(sure[0] < sure[2] && sure[1] < sure[2], "{sure:?}");
}

/// Five works of random worth, so far apart, compared as they would be in a round, until it is nine
/// in ten probable which is the best: how many pairs that took, and whether it is.
fn round(dice: &mut Dice, apart: f64) -> Option<(usize, bool)> {
    let unit = |dice: &mut Dice| ((dice.roll() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    // Twelve uniform numbers less six are all but normal.
    let worth = (0..5).map(|_| apart * ((0..12).map(|_| unit(dice)).sum::<f64>() - 6.0));
    let worth: Vec<f64> = worth.collect();
    let (mut beliefs, mut trust) = (vec![Belief::BEFORE; 5], Trust::BEFORE);
    let mut wins = [[0.0; 5]; 5];
    for made in 1..=100 {
        let (a, b, _) = next_pair(trust, &beliefs, |_, _| true)?;
        let first = unit(dice) < 1.0 / (1.0 + (worth[b] - worth[a]).exp());
        let (better, worse) = if first { (a, b) } else { (b, a) };
        wins[better][worse] += 1.0;
        (trust, beliefs[better], beliefs[worse], _) =
            learned(trust, beliefs[better], beliefs[worse]);
        if made % 4 > 0 {
            continue;
        }
        let heard = (0..25).map(|at| one(at / 5, at % 5, wins[at / 5][at % 5]));
        let heard: Vec<Preference> = heard.filter(|said| said.times > 0.0).collect();
        if certainty(5, &heard, 0.5, 1) >= 0.9 {
            let best = |by: &[f64]| (0..5).max_by(|x, y| by[*x].total_cmp(&by[*y]));
            return Some((made, best(&worth) == best(&strengths(5, &heard, 0.5))));
        }
    }
    None
}

#[test]
fn who_is_settled_with_nine_in_ten_is_right_as_often_and_it_takes_fewer_pairs() {
    for apart in [1.0, 3.0] {
        let mut dice = Dice(20_260_401);
        let ended: Vec<(usize, bool)> = (0..60).filter_map(|_| round(&mut dice, apart)).collect();

        let right = ended.iter().filter(|(_, right)| *right).count();
        let pairs: usize = ended.iter().map(|(pairs, _)| pairs).sum();
        assert!(ended.len() >= 24, "{apart}: {} of 60 were settled in 100 pairs", ended.len());
        assert!(right * 10 >= ended.len() * 9, "{apart}: {right} of {} are right", ended.len());
        assert!(pairs <= ended.len() * 70, "{apart}: {pairs} pairs in {}", ended.len());
    }
}
