//! Orders out of lists.

use hoithi::judging::aggregate::Fraction;
use hoithi::judging::deal::Dice;
use hoithi::judging::method::ballots::{
    Ballot, Step, borda, preferred, rank_points, schulze, strongest_paths, transferable,
};
use proptest::prelude::*;
use serde_json::Value;

use super::vectors;

fn ballots(lists: &[(u32, &str)]) -> Vec<Ballot> {
    let order = |list: &str| list.bytes().map(|b| usize::from(b - b'A')).collect();
    lists.iter().map(|(count, list)| Ballot { count: *count, order: order(list) }).collect()
}

#[test]
fn schulzes_own_example_is_ordered_e_a_c_b_d() {
    let said = ballots(&[
        (5, "ACBED"),
        (5, "ADECB"),
        (8, "BEDAC"),
        (3, "CABED"),
        (7, "CAEBD"),
        (2, "CBADE"),
        (7, "DCEBA"),
        (8, "EBADC"),
    ]);

    assert_eq!(schulze(5, &said), [3, 1, 2, 0, 4]);
    assert_eq!(preferred(5, &said)[0], [0, 20, 26, 30, 22]);
    assert_eq!(strongest_paths(5, &said)[0], [0, 28, 28, 30, 24]);
    assert_eq!(strongest_paths(5, &said)[4], [25, 28, 28, 31, 0]);
}

#[test]
fn the_capital_of_tennessee_is_chosen_as_in_the_textbook() {
    // A Memphis, B Nashville, C Chattanooga, D Knoxville.
    let said = ballots(&[(42, "ABCD"), (26, "BCDA"), (15, "CDBA"), (17, "DCBA")]);

    let points: Vec<i64> = borda(4, &said).iter().map(|sum| sum.millionths() / 1_000_000).collect();
    assert_eq!(points, [126, 194, 173, 107]);
    assert_eq!(schulze(4, &said), [0, 3, 2, 1]);
    let steps = transferable(4, &said, 1, &[]).expect("a winner");
    assert_eq!(steps, [Step::Left(2), Step::Left(1), Step::Elected(vec![3])]);
}

#[test]
fn twenty_guests_choose_chocolate_strawberries_and_oranges() {
    // A oranges, B pears, C chocolate, D strawberries, E sweets.
    let said = ballots(&[(4, "A"), (2, "BA"), (8, "CD"), (4, "CE"), (1, "D"), (1, "E")]);

    let steps = transferable(5, &said, 3, &[]).expect("winners");
    let elected: Vec<usize> = steps
        .into_iter()
        .flat_map(|step| if let Step::Elected(all) = step { all } else { Vec::new() })
        .collect();
    assert_eq!(elected, [2, 0, 3]);
}

#[test]
fn transferable_votes_elect_whom_the_reference_elects() {
    let Some(file) = vectors("stv.json") else { return };
    for case in file["cases"].as_array().expect("cases") {
        let mut names: Vec<String> = Vec::new();
        let mut place = |name: String| {
            names.iter().position(|one| *one == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            })
        };
        let said = case["ballots"].as_array().expect("ballots").iter().map(|ballot| {
            let listed: Vec<String> = match ballot[1].as_str() {
                Some(letters) => letters.chars().map(String::from).collect(),
                None => serde_json::from_value(ballot[1].clone()).expect("names"),
            };
            let count = u32::try_from(ballot[0].as_u64().expect("a count")).expect("small");
            Ballot { count, order: listed.into_iter().map(&mut place).collect() }
        });
        let said: Vec<Ballot> = said.collect();
        let seats = case["seats"].as_u64().unwrap_or(1) as usize;
        let steps = transferable(names.len(), &said, seats, &[]).expect("winners");
        let elected = steps.into_iter().flat_map(|step| match step {
            Step::Elected(all) => all,
            Step::Left(_) => Vec::new(),
        });
        let mut elected: Vec<String> = elected.map(|one| names[one].clone()).collect();
        let mut wanted: Vec<String> = match case.get("winner") {
            Some(one) => vec![one.as_str().expect("a name").to_owned()],
            None => serde_json::from_value(case["winners"].clone()).expect("names"),
        };
        elected.sort();
        wanted.sort();
        assert_eq!(elected, wanted, "{}", case["name"]);
    }
}

#[test]
fn a_tie_at_the_bottom_is_never_broken_by_hidden_order() {
    let said = ballots(&[(5, "A"), (3, "B"), (2, "CB"), (2, "DA")]);

    let tie = transferable(4, &said, 1, &[]).expect_err("C and D are equal");
    assert_eq!(tie.among, [2, 3]);
    let first = transferable(4, &said, 1, &[2]).expect("decided");
    let other = transferable(4, &said, 1, &[3]).expect("decided");
    assert_eq!(first[0], Step::Left(2));
    assert_eq!(other[0], Step::Left(3));
}

#[test]
fn equals_who_are_elected_share_a_place_whatever_their_order() {
    let quota = ballots(&[(4, "AC"), (4, "BC"), (1, "C")]);
    let needed = ballots(&[(3, "B"), (3, "A"), (1, "C")]);

    assert_eq!(transferable(3, &quota, 2, &[]), Ok(vec![Step::Elected(vec![0, 1])]));
    let all = [Step::Elected(vec![0, 1]), Step::Elected(vec![2])];
    assert_eq!(transferable(3, &needed, 3, &[]), Ok(all.to_vec()));
}

#[test]
fn rank_points_follow_their_table_and_unlisted_get_nothing() {
    let said = ballots(&[(2, "ABC"), (1, "CAB"), (1, "D")]);

    let points: Vec<String> =
        rank_points(4, &said, &[10, 9]).iter().map(Fraction::to_string).collect();
    assert_eq!(points, ["29", "18", "10", "10"]);
}

/// Ballots of a case, whose candidates have these names.
fn told(case: &Value, names: &[char]) -> Vec<Ballot> {
    let place = |one: char| names.iter().position(|name| *name == one).expect("known");
    let ballots = case["ballots"].as_array().expect("ballots").iter().map(|ballot| Ballot {
        count: u32::try_from(ballot[0].as_u64().expect("a count")).expect("small"),
        order: ballot[1].as_str().expect("a list").chars().map(place).collect(),
    });
    ballots.collect()
}

#[test]
fn orders_of_published_examples_are_those_that_were_published() {
    let Some(file) = vectors("rank_aggregation.json") else { return };
    let schulzes = &file["cases"][0];
    let names = ['A', 'B', 'C', 'D', 'E'];
    let said = told(schulzes, &names);
    let (votes, paths) = (preferred(5, &said), strongest_paths(5, &said));
    for (key, got) in [("pairwise", votes), ("paths", paths)] {
        for (pair, wanted) in schulzes[key].as_object().expect("pairs") {
            let at = |nth: usize| usize::from(pair.as_bytes()[nth] - b'A');
            assert_eq!(Some(got[at(0)][at(1)]), wanted.as_u64(), "{key} {pair}");
        }
    }
    let beaten = schulze(5, &said);
    let mut order: Vec<usize> = (0..5).collect();
    order.sort_by_key(|one| std::cmp::Reverse(beaten[*one]));
    let order: Vec<String> = order.iter().map(|one| names[*one].to_string()).collect();
    assert_eq!(serde_json::json!(order), schulzes["ranking"]);

    let tennessee = &file["cases"][1];
    let names = ['M', 'N', 'C', 'K'];
    let said = told(tennessee, &names);
    for (name, points) in names.iter().zip(borda(4, &said)) {
        let wanted = tennessee["borda"][name.to_string()].as_i64().expect("points");
        assert_eq!(points.millionths(), wanted * 1_000_000, "{name}");
    }
    let most = schulze(4, &said).iter().position(|beaten| *beaten == 3).expect("one beats all");
    assert_eq!(serde_json::json!(names[most]), tennessee["condorcet_winner"]);
    let steps = transferable(4, &said, 1, &[]).expect("a winner");
    let Some(Step::Elected(won)) = steps.last() else { panic!("{steps:?}") };
    assert_eq!(serde_json::json!(names[won[0]]), tennessee["irv_winner"]);
}

#[test]
fn orders_of_random_ballots_agree_with_brute_force() {
    let Some(file) = vectors("rank_aggregation.json") else { return };
    for case in file["random"].as_array().expect("cases") {
        let names: Vec<char> = case["candidates"].as_str().expect("names").chars().collect();
        let said = told(case, &names);
        let paths = strongest_paths(names.len(), &said);
        let points = borda(names.len(), &said);
        for (one, a) in names.iter().enumerate() {
            let wanted = case["borda"][a.to_string()].as_i64().expect("points");
            assert_eq!(points[one].millionths(), wanted * 1_000_000);
            for (other, b) in names.iter().enumerate().filter(|(other, _)| *other != one) {
                let wanted = case["schulze_paths"][format!("{a}{b}")].as_u64();
                assert_eq!(Some(paths[one][other]), wanted, "{a}{b}");
            }
        }
    }
}

/// Judges' lists of five entries, none, some or all of which are on each.
fn lists() -> impl Strategy<Value = Vec<Ballot>> {
    let list = (Just(vec![0, 1, 2, 3, 4]).prop_shuffle(), 0_usize..=5, 1_u32..4);
    let list = list.prop_map(|(mut order, places, count)| {
        order.truncate(places);
        Ballot { count, order }
    });
    proptest::collection::vec(list, 1..9)
}

proptest! {
    #[test]
    fn the_order_in_which_lists_arrive_changes_nothing(said in lists(), seats in 1_usize..4, seed: u64) {
        let mut shuffled = said.clone();
        Dice(seed).shuffle(&mut shuffled);

        prop_assert_eq!(borda(5, &said), borda(5, &shuffled));
        prop_assert_eq!(rank_points(5, &said, &[9, 4, 2]), rank_points(5, &shuffled, &[9, 4, 2]));
        prop_assert_eq!(schulze(5, &said), schulze(5, &shuffled));
        prop_assert_eq!(transferable(5, &said, seats, &[]), transferable(5, &shuffled, seats, &[]));
    }

    #[test]
    fn the_names_of_entries_decide_nothing(said in lists(), seats in 1_usize..4) {
        // Every entry called by another number: what happens to it stays the same.
        let named = |one: &usize| 4 - *one;
        let other = said.iter().map(|ballot| Ballot { order: ballot.order.iter().map(named).collect(), ..*ballot });
        let other: Vec<Ballot> = other.collect();
        let back = |all: &[usize]| {
            let mut all: Vec<usize> = all.iter().map(named).collect();
            all.sort_unstable();
            all
        };

        let (one, other) = (transferable(5, &said, seats, &[]), transferable(5, &other, seats, &[]));
        let renamed = other.map_err(|tie| back(&tie.among)).map(|steps| {
            let step = |step: Step| match step {
                Step::Elected(all) => Step::Elected(back(&all)),
                Step::Left(one) => Step::Left(named(&one)),
            };
            steps.into_iter().map(step).collect::<Vec<_>>()
        });
        prop_assert_eq!(one.map_err(|tie| tie.among), renamed);
    }
}
