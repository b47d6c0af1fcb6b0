//! Work is dealt evenly, never to whom it must not go, and the deal says why where it is uneven.

use std::collections::BTreeSet;

use hoithi::judging::deal::{Deal, Table, deal};
use proptest::prelude::*;

fn tables() -> impl Strategy<Value = Table> {
    (1_usize..40, 1_usize..9, 1_usize..5).prop_flat_map(|(entries, judges, each)| {
        let pairs = proptest::collection::btree_set((0..entries, 0..judges), 0..entries * judges);
        let dealt = proptest::collection::btree_set((0..entries, 0..judges), 0..entries);
        (pairs, dealt).prop_map(move |(conflicts, dealt)| Table {
            entries,
            judges,
            each,
            dealt: dealt.difference(&conflicts).copied().collect(),
            conflicts,
            ..Table::default()
        })
    })
}

/// Tables of which some entries are shared, whatever conflicts there are.
fn shared() -> impl Strategy<Value = Table> {
    (tables(), proptest::collection::btree_set(0_usize..40, 0..4)).prop_map(|(table, shared)| {
        let shared = shared.into_iter().filter(|entry| *entry < table.entries).collect();
        Table { shared, ..table }
    })
}

/// Tables of which some pairs may be dealt anew.
fn loose() -> impl Strategy<Value = Table> {
    (shared(), any::<u64>()).prop_map(|(table, some)| {
        let dealt = table.dealt.iter().enumerate().filter(|(at, _)| (some >> (at % 64)) & 1 == 1);
        let loose = dealt.map(|(_, pair)| *pair);
        let loose = loose.filter(|(entry, _)| !table.shared.contains(entry)).collect();
        Table { loose, ..table }
    })
}

/// Who holds an entry in the end.
fn holders(table: &Table, deal: &Deal, entry: usize) -> Vec<usize> {
    let kept = table.dealt.iter().filter(|pair| !deal.taken.contains(pair));
    let all = kept.chain(&deal.fresh);
    all.filter(|(held, _)| *held == entry).map(|(_, judge)| *judge).collect()
}

proptest! {
    #[test]
    fn nobody_gets_what_they_may_not_judge_nor_the_same_twice(table in tables(), seed: u64) {
        let dealt = deal(&table, seed);

        prop_assert!(dealt.fresh.iter().all(|pair| !table.conflicts.contains(pair)));
        for entry in 0..table.entries {
            let held = holders(&table, &dealt, entry);
            let distinct: BTreeSet<usize> = held.iter().copied().collect();
            prop_assert_eq!(held.len(), distinct.len());
            let may = (0..table.judges).filter(|j| !table.conflicts.contains(&(entry, *j))).count();
            let missing = dealt.short.iter().find(|(e, _)| *e == entry).map_or(0, |(_, n)| *n);
            let before = table.dealt.iter().filter(|(e, _)| *e == entry).count();
            prop_assert_eq!(held.len(), table.each.min(may).max(before));
            prop_assert_eq!(missing, table.each.saturating_sub(held.len()));
        }
    }

    #[test]
    fn loads_differ_by_at_most_one_or_the_deal_proves_that_they_must(
        table in loose(), seed: u64,
    ) {
        let dealt = deal(&table, seed);
        let (least, most) = dealt.spread();

        prop_assert_eq!(dealt.bound.is_empty(), most <= least + 1);
        if !dealt.bound.is_empty() {
            let bound: BTreeSet<usize> = dealt.bound.iter().copied().collect();
            prop_assert!(bound.iter().all(|judge| dealt.loads[*judge] + 1 >= most));
            for (entry, judge) in dealt.fresh.iter().filter(|(_, judge)| bound.contains(judge)) {
                let held = holders(&table, &dealt, *entry);
                let free = (0..table.judges).filter(|other| {
                    !table.conflicts.contains(&(*entry, *other)) && !held.contains(other)
                });
                prop_assert!(free.into_iter().all(|other| bound.contains(&other)), "{}", judge);
            }
        }
    }

    #[test]
    fn what_is_shared_goes_to_everybody_who_may_have_it_once(table in shared(), seed: u64) {
        let dealt = deal(&table, seed);

        prop_assert!(dealt.fresh.iter().all(|pair| !table.conflicts.contains(pair)));
        let all: Vec<_> = table.dealt.iter().chain(&dealt.fresh).copied().collect();
        let distinct: BTreeSet<_> = all.iter().copied().collect();
        prop_assert_eq!(all.len(), distinct.len(), "nobody gets an entry twice");
        for entry in 0..table.entries {
            let held: BTreeSet<usize> = holders(&table, &dealt, entry).into_iter().collect();
            let may = (0..table.judges).filter(|j| !table.conflicts.contains(&(entry, *j)));
            let may: BTreeSet<usize> = may.collect();
            let least = table.each.min(may.len());
            let before = table.dealt.iter().filter(|(e, _)| *e == entry).count();
            if table.shared.contains(&entry) {
                prop_assert_eq!(held, may);
            } else {
                prop_assert_eq!(held.len(), least.max(before));
            }
        }
    }

    #[test]
    fn what_is_taken_from_a_desk_goes_to_others_and_nothing_else_is_touched(
        table in loose(), seed: u64,
    ) {
        let dealt = deal(&table, seed);
        let still = deal(&Table { loose: BTreeSet::new(), ..table.clone() }, seed);

        prop_assert!(dealt.taken.iter().all(|pair| table.loose.contains(pair)));
        for entry in 0..table.entries {
            let held = holders(&table, &dealt, entry);
            let distinct: BTreeSet<usize> = held.iter().copied().collect();
            prop_assert_eq!(held.len(), distinct.len());
            prop_assert_eq!(held.len(), holders(&table, &still, entry).len());
        }
        for judge in 0..table.judges {
            let load = (0..table.entries).filter(|e| holders(&table, &dealt, *e).contains(&judge));
            prop_assert_eq!(load.count(), dealt.loads[judge]);
        }
        prop_assert!(dealt.spread().1 <= still.spread().1);
    }

    #[test]
    fn every_judge_gets_a_like_part_of_every_group(
        groups in proptest::collection::vec(0_usize..5, 1..60), judges in 1_usize..8, each in 1_usize..4,
        seed: u64,
    ) {
        let table =
            Table { entries: groups.len(), judges, each, groups: groups.clone(), ..Table::default() };
        let dealt = deal(&table, seed);

        for group in 0..5 {
            let count = |judge: usize| {
                dealt.fresh.iter().filter(|(e, j)| *j == judge && groups[*e] == group).count()
            };
            let counts: Vec<usize> = (0..judges).map(count).collect();
            let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
            prop_assert!(most - least <= 2, "{:?}", counts);
        }
    }

    #[test]
    fn what_is_drawn_to_be_shared_is_barred_to_nobody(table in tables(), wanted in 0_usize..6, seed: u64) {
        let drawn = table.drawn(wanted, seed);
        let free = (0..table.entries)
            .filter(|entry| (0..table.judges).all(|j| !table.conflicts.contains(&(*entry, j))));

        let distinct: BTreeSet<usize> = drawn.iter().copied().collect();
        prop_assert_eq!((drawn.len(), distinct.len()), (wanted.min(free.count()), drawn.len()));
        prop_assert!(table.conflicts.iter().all(|(entry, _)| !distinct.contains(entry)));
        prop_assert_eq!(table.drawn(wanted, seed), drawn);
    }

    #[test]
    fn the_same_seed_deals_the_same(table in shared(), seed: u64) {
        prop_assert_eq!(deal(&table, seed), deal(&table, seed));
    }
}

#[test]
fn a_chain_of_three_judges_is_found_where_no_single_move_helps() {
    // Judge 2 may take nothing of judge 0, but judge 1 can pass on what judge 2 may have.
    let table = Table {
        entries: 6,
        judges: 3,
        each: 1,
        conflicts: [(0, 2), (1, 2), (2, 2), (3, 2), (4, 0), (5, 0)].into_iter().collect(),
        ..Table::default()
    };

    for seed in 0..50 {
        assert_eq!(deal(&table, seed).loads, [2, 2, 2], "seed {seed}");
    }
}

#[test]
fn pairs_of_judges_meet_about_equally_often() {
    let table = Table { entries: 300, judges: 6, each: 3, ..Table::default() };

    let dealt = deal(&table, 3);
    let mut met = [[0_u32; 6]; 6];
    for entry in 0..300 {
        let held = holders(&table, &dealt, entry);
        for one in &held {
            for other in held.iter().filter(|other| *other != one) {
                met[*one][*other] += 1;
            }
        }
    }
    let pairs = (0..6).flat_map(|one| (0..6).filter(move |o| *o != one).map(move |o| (one, o)));
    let counts: Vec<u32> = pairs.map(|(one, other)| met[one][other]).collect();
    // Each of the 15 pairs meets 300·3·2/(6·5) = 60 times on average.
    assert!(counts.iter().all(|count| (50..=70).contains(count)), "{counts:?}");
    assert_eq!(dealt.spread(), (150, 150));
}
