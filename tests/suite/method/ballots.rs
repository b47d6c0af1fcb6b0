//! Orders out of lists.

use hoithi::judging::aggregate::Fraction;
use hoithi::judging::method::ballots::{
    Ballot, Step, borda, preferred, rank_points, schulze, strongest_paths, transferable,
};

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
    assert_eq!(steps, [Step::Left(2), Step::Left(1), Step::Elected(3)]);
}

#[test]
fn twenty_guests_choose_chocolate_strawberries_and_oranges() {
    // A oranges, B pears, C chocolate, D strawberries, E sweets.
    let said = ballots(&[(4, "A"), (2, "BA"), (8, "CD"), (4, "CE"), (1, "D"), (1, "E")]);

    let steps = transferable(5, &said, 3, &[]).expect("winners");
    let elected: Vec<usize> = steps
        .iter()
        .filter_map(|step| if let Step::Elected(one) = step { Some(*one) } else { None })
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
        let elected = steps.iter().filter_map(|step| match step {
            Step::Elected(one) => Some(names[*one].clone()),
            Step::Left(_) => None,
        });
        let mut elected: Vec<String> = elected.collect();
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
fn rank_points_follow_their_table_and_unlisted_get_nothing() {
    let said = ballots(&[(2, "ABC"), (1, "CAB"), (1, "D")]);

    let points: Vec<String> =
        rank_points(4, &said, &[10, 9]).iter().map(Fraction::to_string).collect();
    assert_eq!(points, ["29", "18", "10", "10"]);
}

#[test]
fn orders_of_random_ballots_agree_with_brute_force() {
    let Some(file) = vectors("rank_aggregation.json") else { return };
    for case in file["random"].as_array().expect("cases") {
        let names: Vec<char> = case["candidates"].as_str().expect("names").chars().collect();
        let said: Vec<Ballot> = case["ballots"]
            .as_array()
            .expect("ballots")
            .iter()
            .map(|ballot| Ballot {
                count: u32::try_from(ballot[0].as_u64().expect("a count")).expect("small"),
                order: ballot[1]
                    .as_str()
                    .expect("a list")
                    .chars()
                    .map(|one| names.iter().position(|name| *name == one).expect("known"))
                    .collect(),
            })
            .collect();
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
