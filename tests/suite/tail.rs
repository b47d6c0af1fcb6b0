//! Tails: chances that can be reckoned by hand.

use hoithi::voting::signals::tail::{PEOPLE, at_least, at_most_kinds, list_evidence};

#[test]
fn of_even_odds_every_count_is_as_likely() {
    for least in 0..=20 {
        let exact = f64::from(21 - least) / 21.0;
        assert!((at_least(20, least, 0.5, 2.0) - exact).abs() < 1e-9, "{least}");
    }
}

#[test]
fn draws_one_by_one_are_binomial() {
    // 1 - (3/4)^10 - 10 (1/4) (3/4)^9, by hand
    assert!((at_least(10, 2, 0.25, 1e7) - 0.755_974_769).abs() < 1e-5);
}

#[test]
fn a_few_draws_are_counted_out() {
    // Pólya's urn with 1 and 2 balls: (1/3)(2/4)(3/5) that all three are of the first kind.
    assert!((at_least(3, 3, 1.0 / 3.0, 3.0) - 0.1).abs() < 1e-9);
    // Two kinds of half the mix, c = 2, n = 2: each absent with chance 1/2.
    let half = || [0.5, 0.5].into_iter();
    assert!((at_most_kinds(half(), 2, 0, 2.0) - 0.25).abs() < 1e-12);
    assert!((at_most_kinds(half(), 2, 1, 2.0) - 0.75).abs() < 1e-12);
}

#[test]
fn evidence_for_a_list_needs_a_list() {
    let mix: Vec<f64> = (1..=300).map(|rank| 0.16 / f64::from(rank)).collect();
    let list: Vec<(f64, u32)> = mix[4..16].iter().map(|share| (*share, 30)).collect();
    let people: Vec<(f64, u32)> =
        mix[..30].iter().zip((1..=30).rev()).map(|(s, n)| (*s, n * n / 20 + 1)).collect();

    assert!(list_evidence(&list) > 1e6, "{}", list_evidence(&list));
    assert!(list_evidence(&people) < 1.0, "{}", list_evidence(&people));
}

#[test]
fn evidence_of_people_is_one_in_the_mean_at_most() {
    // All ways in which four votes of three kinds can fall, by what people give them.
    let mix = [0.5, 0.3, 0.2];
    for concentration in PEOPLE {
        let mut mean = 0.0;
        for way in 0..81_usize {
            let draws = [way % 3, way / 3 % 3, way / 9 % 3, way / 27];
            let mut seen = [0_u32; 3];
            let mut chance = 1.0;
            for (before, kind) in draws.into_iter().enumerate() {
                let own = concentration * mix[kind] + f64::from(seen[kind]);
                chance *= own / (concentration + before as f64);
                seen[kind] += 1;
            }
            let kinds = mix.into_iter().zip(seen).filter(|(_, votes)| *votes > 0);
            mean += chance * list_evidence(&kinds.collect::<Vec<_>>());
        }
        assert!(mean > 0.0 && mean <= 1.0, "{concentration}: {mean}");
    }
}

#[test]
fn tails_fall_and_stay_chances() {
    for (share, concentration) in [(0.01, 6.0), (0.25, 12.0), (0.9, 40.0)] {
        let tails: Vec<f64> = (0..=60).map(|x| at_least(60, x, share, concentration)).collect();
        assert!((tails[0] - 1.0).abs() < 1e-9, "{share}");
        assert!(tails.windows(2).all(|two| two[0] >= two[1] && two[1] >= 0.0), "{tails:?}");
    }
}
