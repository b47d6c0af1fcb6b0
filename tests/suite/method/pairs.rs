//! Strengths out of comparisons.

use hoithi::judging::deal::Dice;
use hoithi::judging::method::pairs::{
    Belief, Preference, Trust, gain, learned, next_pair, strengths,
};
use proptest::prelude::*;
use serde_json::Value;

use super::{near, numbers, vectors};

#[test]
fn strengths_are_those_of_the_bradley_terry_references() {
    let Some(file) = vectors("bradley_terry.json") else { return };
    for case in file["cases"].as_array().expect("cases") {
        let wins: Vec<Vec<f64>> =
            case["wins"].as_array().expect("rows").iter().map(numbers).collect();
        let said: Vec<Preference> = wins
            .iter()
            .enumerate()
            .flat_map(|(better, row)| {
                row.iter()
                    .enumerate()
                    .filter(|(_, times)| **times > 0.0)
                    .map(move |(worse, times)| Preference { better, worse, times: *times })
            })
            .collect();
        let got = strengths(wins.len(), &said, 0.0);
        let (wanted, shift) = match case.get("theta_mean0") {
            Some(list) => (numbers(list), 0.0),
            None => {
                let first = case.get("theta_first0").or_else(|| case.get("theta_baltimore0"));
                let list = numbers(first.expect("an ability"));
                let mean = list.iter().sum::<f64>() / list.len() as f64;
                (list, mean)
            }
        };
        for (got, wanted) in got.iter().zip(wanted) {
            near(*got, wanted - shift, 1e-7);
        }
    }
}

#[test]
fn four_players_have_the_strengths_of_the_textbook() {
    let wins = [(0, 1, 2.0), (0, 3, 1.0), (1, 0, 3.0), (1, 2, 5.0), (2, 1, 3.0), (2, 3, 1.0)];
    let wins = wins.into_iter().chain([(3, 0, 4.0), (3, 2, 3.0)]);
    let said: Vec<Preference> =
        wins.map(|(better, worse, times)| Preference { better, worse, times }).collect();

    let got: Vec<f64> = strengths(4, &said, 0.0).iter().map(|s| s.exp()).collect();
    for (got, wanted) in got.iter().zip([0.640, 1.043, 0.660, 2.270]) {
        near(*got, wanted, 5e-4);
    }
}

#[test]
fn who_wins_everything_is_strong_but_finite_with_a_prior() {
    let said = [Preference { better: 0, worse: 1, times: 5.0 }];

    let got = strengths(3, &said, 0.5);
    assert!(got[0] > got[2] && got[2] > got[1] && got.iter().all(|s| s.abs() < 10.0), "{got:?}");
}

#[test]
fn what_a_comparison_teaches_agrees_with_the_references() {
    let Some(file) = vectors("crowd_bt.json") else { return };
    for case in file["cases"].as_array().expect("cases") {
        let input = |key: &str| case["input"][key].as_f64().expect("a number");
        let trust = Trust { right: input("alpha"), wrong: input("beta") };
        let better = Belief { mean: input("mu_w"), variance: input("s_w") };
        let worse = Belief { mean: input("mu_l"), variance: input("s_l") };
        let (judge, b, w, _) = learned(trust, better, worse);
        let wanted = |key: &str| case["update"][key].as_f64().expect("a number");
        near(judge.right, wanted("alpha"), 1e-8);
        near(judge.wrong, wanted("beta"), 1e-8);
        near(b.mean, wanted("mu_winner"), 1e-10);
        near(b.variance, wanted("sigma_sq_winner"), 1e-10);
        near(w.mean, wanted("mu_loser"), 1e-10);
        near(w.variance, wanted("sigma_sq_loser"), 1e-10);
        let expected = case["expected_information_gain"].as_f64().expect("a number");
        near(gain(trust, better, worse), expected, 1e-8);
    }
}

#[test]
fn a_first_comparison_teaches_what_was_published() {
    let (trust, better, worse, _) = learned(Trust::BEFORE, Belief::BEFORE, Belief::BEFORE);

    near(trust.right, 10.0, 1e-9);
    near(better.mean, 0.409_090_909_090_909_06, 1e-12);
    near(better.variance, 0.832_644_628_099_173_5, 1e-12);
    near(worse.mean, -0.409_090_909_090_909_06, 1e-12);
    near(gain(Trust::BEFORE, Belief::BEFORE, Belief::BEFORE), 0.183_148_344_769_948_54, 1e-9);
}

#[test]
fn journals_that_cite_each_other_have_the_abilities_of_the_r_package() {
    let Some(file) = vectors("bradleyterry2.json") else { return };
    let case = &file["citations"];
    let players = case["players"].as_array().expect("players");
    let place = |name: &Value| players.iter().position(|one| one == name).expect("a player");
    let rows = case["data"].as_array().expect("data").iter().flat_map(|row| {
        let (one, other) = (place(&row["j1"]), place(&row["j2"]));
        let times = |key: &str| row[key].as_f64().expect("a number");
        [
            Preference { better: one, worse: other, times: times("win1") },
            Preference { better: other, worse: one, times: times("win2") },
        ]
    });
    let said: Vec<Preference> = rows.collect();

    let got = strengths(players.len(), &said, 0.0);
    for (name, strength) in players.iter().zip(&got) {
        let wanted = case["ability"][name.as_str().expect("a name")].as_f64().expect("an ability");
        near(strength - got[0], wanted, 1e-7);
    }
}

#[test]
fn baseball_teams_have_the_abilities_of_the_r_package() {
    let (Some(games), Some(file)) = (vectors("bradley_terry.json"), vectors("bradleyterry2.json"))
    else {
        return;
    };
    let games = games["cases"].as_array().expect("cases").iter();
    let games = games.clone().find(|case| case["name"] == "agresti_baseball_1987").expect("games");
    let teams = games["players"].as_array().expect("teams");
    let rows = games["wins"].as_array().expect("rows").iter().map(numbers).enumerate();
    let said: Vec<Preference> = rows
        .flat_map(|(better, row)| {
            let won = row.into_iter().enumerate().filter(|(_, times)| *times > 0.0);
            won.map(move |(worse, times)| Preference { better, worse, times })
        })
        .collect();

    let got = strengths(teams.len(), &said, 0.0);
    let last = teams.iter().position(|team| team == "Baltimore").expect("a team");
    for (team, strength) in teams.iter().zip(&got) {
        let wanted = &file["baseball"]["ability"][team.as_str().expect("a name")];
        near(strength - got[last], wanted.as_f64().expect("an ability"), 1e-7);
    }
}

proptest! {
    #[test]
    fn the_pair_that_is_shown_is_the_one_from_which_most_is_learned(
        beliefs in proptest::collection::vec((-2.0..2.0_f64, 0.05..1.0_f64), 2..8), barred: u64,
    ) {
        let beliefs: Vec<Belief> =
            beliefs.into_iter().map(|(mean, variance)| Belief { mean, variance }).collect();
        let may = |one: usize, other: usize| (barred >> (one * 8 + other)) & 1 == 0;
        let all = (0..beliefs.len()).flat_map(|one| (one + 1..beliefs.len()).map(move |o| (one, o)));
        let gains = all.filter(|(one, other)| may(*one, *other));
        let gains = gains.map(|(one, other)| gain(Trust::BEFORE, beliefs[one], beliefs[other]));
        let most = gains.reduce(f64::max);

        let shown = next_pair(Trust::BEFORE, &beliefs, may);
        prop_assert_eq!(shown.map(|(.., gain)| gain), most);
        if let Some((one, other, said)) = shown {
            prop_assert!(may(one, other));
            prop_assert_eq!(gain(Trust::BEFORE, beliefs[one], beliefs[other]), said);
        }
    }

    #[test]
    fn the_order_in_which_comparisons_arrive_changes_nothing(
        said in proptest::collection::vec((0_usize..6, 1_usize..6), 0..40), seed: u64,
    ) {
        let said = said.into_iter().map(|(better, further)| {
            Preference { better, worse: (better + further) % 6, times: 1.0 }
        });
        let said: Vec<Preference> = said.collect();
        let mut shuffled = said.clone();
        Dice(seed).shuffle(&mut shuffled);

        prop_assert_eq!(strengths(6, &said, 0.5), strengths(6, &shuffled, 0.5));
    }
}
