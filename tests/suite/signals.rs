//! Signals: made-up towns in which they have to find those who cheat and leave everybody else alone.

use std::collections::{HashMap, HashSet};

use hoithi::voting::signals::{Finding, Trail, look};

use crate::support::town::{Attack, CRUDE, Score, Town};

/// Towns that are looked at here; `scripts/bench fraud` looks at 300.
const TOWNS: u64 = 15;

#[test]
fn signals_find_those_who_cheat_and_leave_honest_groups_alone() {
    let mut score = Score::default();
    for seed in 0..TOWNS {
        score.add(seed);
    }

    let (honest, wronged) = score.honest;
    let cheated: usize =
        CRUDE.iter().filter_map(|attack| score.attacks.get(attack)).map(|a| a.0).sum();
    assert!(honest > 50_000 && cheated > 1000, "{score:?}");
    assert!(wronged * 1000 <= honest, "honest votes flagged: {score:?}");
    assert!(score.worst_group <= 0.05, "of one honest group: {score:?}");
    assert!(score.recall() >= 0.9, "crude attacks found: {}, {score:?}", score.recall());
    assert_eq!(score.clean, (5, 0), "clean towns, and those whose first ten changed");
}

#[test]
fn the_same_votes_give_the_same_suspicions_in_any_order() {
    let town = Town::new(4, false);
    let mut turned = town.trails.clone();
    turned.reverse();

    assert_eq!(look(&turned, &town.quotas), town.look());
    assert!(!town.look().is_empty());
}

#[test]
fn hired_hands_with_the_towns_own_telephones_are_not_claimed_to_be_found() {
    let hired = (0..60)
        .map(|seed| Town::new(seed, false))
        .find(|town| town.attacks.iter().all(|(attack, _)| *attack == Attack::Hired));
    let town = hired.expect("a town in which nobody cheats but by hired hands");

    assert_eq!(town.look(), [], "only who may vote stops these");
}

/// A vote of a made-up browser, a second after the other.
fn vote(leaf: u64, entry: u32, device: u32) -> Trail {
    Trail {
        leaf,
        at: 1_775_440_800 + i64::try_from(leaf * leaf % 7919).unwrap(),
        millis: 0,
        entry,
        link: 0,
        beyond: false,
        device,
        network: 1000 + u32::try_from(leaf).unwrap(),
        by_page: true,
        voter: leaf,
    }
}

#[test]
fn a_farm_of_two_models_is_told_with_its_numbers() {
    let usual = (0..600)
        .map(|n| vote(n, 1 + u32::try_from(n % 12).unwrap(), u32::try_from(n * n % 97).unwrap()));
    let farm = (1000..1312).map(|n| vote(n, 99, 500 + u32::try_from(n % 2).unwrap()));
    let trails: Vec<Trail> = usual.chain(farm).collect();

    let found = look(&trails, &HashMap::new());

    assert_eq!(found.len(), 1, "{found:?}");
    let few = found[0].findings.iter().find_map(|one| match one {
        Finding::FewKinds { votes, kinds, expected } => Some((*votes, *kinds, *expected)),
        _ => None,
    });
    let (votes, kinds, expected) = few.expect("too few kinds of device");
    assert_eq!((found[0].entry, votes, kinds), (99, 312, 2));
    assert!((15..45).contains(&expected), "{expected}");
    let leaves: HashSet<u64> = found[0].leaves.iter().copied().collect();
    assert_eq!(leaves, (1000..1312).collect());
}

#[test]
fn a_handful_of_votes_says_nothing() {
    let trails: Vec<Trail> =
        (0..60).map(|n| vote(n, 1 + u32::try_from(n % 10).unwrap(), 7)).collect();

    assert_eq!(look(&trails, &HashMap::new()), []);
}
