//! Methods of judging agree with published worked examples, to the digits that those give.

use hoithi::judging::aggregate::Fraction;
use hoithi::judging::method::agreement::{Apart, alpha, concordance, correlations};
use hoithi::judging::method::ballots::{
    Ballot, Step, borda, preferred, rank_points, schulze, strongest_paths, transferable,
};
use hoithi::judging::method::firmness::{intervals, swaps};
use hoithi::judging::method::model::fitted;
use hoithi::judging::method::pairs::{Belief, Preference, Trust, gain, learned, strengths};
use hoithi::judging::method::scale::{Unfit, additive, standardised, z_means};
use hoithi::judging::method::{Panel, Score, ranks};
use proptest::prelude::*;
use serde_json::Value;

/// A reference file of published examples with their answers; none where they are not at hand.
fn vectors(name: &str) -> Option<Value> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = ["../shared/vectors", "../../shared/vectors"]
        .iter()
        .find_map(|folder| std::fs::read_to_string(root.join(folder).join(name)).ok())?;
    Some(serde_json::from_str(&text).expect("JSON"))
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

/// Shrout and Fleiss, Psychological Bulletin 86 (1979), table 2.
const SHROUT_FLEISS: [&[i32]; 6] =
    [&[9, 2, 5, 8], &[6, 1, 3, 2], &[8, 4, 6, 8], &[7, 1, 2, 6], &[10, 5, 6, 9], &[6, 2, 4, 7]];

#[test]
fn correlations_are_those_of_shrout_and_fleiss() {
    let got = correlations(&full(&SHROUT_FLEISS)).expect("a full panel");

    near(got.one, 0.165_741_768_405_475_5, 1e-12);
    near(got.agreement, 0.289_763_779_527_559_16, 1e-12);
    near(got.consistency, 0.714_840_714_840_715_4, 1e-12);
    near(got.one_of_mean, 0.442_797_133_679_268_76, 1e-12);
    near(got.agreement_of_mean, 0.620_050_547_598_989_3, 1e-12);
    near(got.consistency_of_mean, 0.909_315_542_377_067_3, 1e-12);
    near(concordance(&full(&SHROUT_FLEISS)).expect("a full panel"), 0.887_037_037_037_037_1, 1e-12);
}

#[test]
fn alpha_is_that_of_krippendorffs_own_example() {
    let n = None;
    let s = |mark: i32| Some(f64::from(mark));
    let units: [&[Option<f64>]; 12] = [
        &[s(1), s(1), n, s(1)],
        &[s(2), s(2), s(3), s(2)],
        &[s(3), s(3), s(3), s(3)],
        &[s(3), s(3), s(3), s(3)],
        &[s(2), s(2), s(2), s(2)],
        &[s(1), s(2), s(3), s(4)],
        &[s(4), s(4), s(4), s(4)],
        &[s(1), s(1), s(2), s(1)],
        &[s(2), s(2), s(2), s(2)],
        &[n, s(5), s(5), s(5)],
        &[n, n, s(1), s(1)],
        &[n, n, s(3), n],
    ];
    let panel = panel(&units);

    near(alpha(&panel, Apart::Nominal).expect("pairs"), 0.743_421_052_631_579, 1e-12);
    near(alpha(&panel, Apart::Ordinal).expect("pairs"), 0.815_387_503_754_881_4, 1e-12);
    near(alpha(&panel, Apart::Interval).expect("pairs"), 0.849_107_142_857_142_7, 1e-12);
}

#[test]
fn alpha_agrees_with_all_reference_panels() {
    let Some(file) = vectors("krippendorff_alpha.json") else { return };
    for case in file["cases"].as_array().expect("cases") {
        let raters = case["raters_by_units"].as_array().expect("raters");
        let mut panel = Panel { judges: raters.len(), ..Panel::default() };
        for (judge, row) in raters.iter().enumerate() {
            let row = row.as_array().expect("units");
            panel.entries = row.len();
            let marks = row.iter().enumerate().filter_map(|(e, m)| Some((e, m.as_f64()?)));
            panel.scores.extend(marks.map(|(entry, points)| Score { entry, judge, points }));
        }
        for (name, apart) in [
            ("nominal", Apart::Nominal),
            ("ordinal", Apart::Ordinal),
            ("interval", Apart::Interval),
        ] {
            let wanted = case["alpha"][name].as_f64().expect("an alpha");
            near(alpha(&panel, apart).expect("pairs"), wanted, 1e-9);
        }
    }
}

#[test]
fn agreement_of_the_anxiety_ratings_is_that_of_the_irr_package() {
    let Some(file) = vectors("irr_anxiety.json") else { return };
    let rows: Vec<Vec<Option<f64>>> = file["subjects_by_raters"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| numbers(row).into_iter().map(Some).collect())
        .collect();
    let panel = panel(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());

    let wanted = |key: &str| file[key].as_f64().expect("a number");
    near(concordance(&panel).expect("full"), wanted("kendall_W_ties_corrected"), 1e-10);
    let got = correlations(&panel).expect("full");
    near(got.agreement, wanted("icc_A1"), 1e-10);
    near(got.consistency, wanted("icc_C1"), 1e-10);
    // The package reckons as if there were (2n − 1)/(2n − 2) times the chance disagreement, n = 60
    // marks; Krippendorff's own examples and his formula have no such factor.
    let factor = 119.0 / 118.0;
    for (name, apart) in
        [("nominal", Apart::Nominal), ("ordinal", Apart::Ordinal), ("interval", Apart::Interval)]
    {
        let wanted = file["kripp"][name].as_f64().expect("an alpha");
        near((1.0 - alpha(&panel, apart).expect("pairs")) * factor, 1.0 - wanted, 1e-9);
    }
}

#[test]
fn concordance_agrees_with_all_reference_panels() {
    let Some(file) = vectors("kendall_w.json") else { return };
    for case in file["cases"].as_array().expect("cases") {
        let raters: Vec<Vec<f64>> =
            case["raters_by_items"].as_array().expect("rows").iter().map(numbers).collect();
        let scores = raters.iter().enumerate().flat_map(|(judge, row)| {
            row.iter().enumerate().map(move |(entry, points)| Score {
                entry,
                judge,
                points: *points,
            })
        });
        let panel =
            Panel { entries: raters[0].len(), judges: raters.len(), scores: scores.collect() };
        near(concordance(&panel).expect("full"), case["W"].as_f64().expect("W"), 1e-12);
    }
}

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
fn z_scores_are_those_of_the_reference() {
    let rows: [&[i32]; 5] =
        [&[78, 60, 88], &[82, 62, 90], &[91, 75, 95], &[66, 50, 80], &[85, 70, 89]];

    let got = standardised(&full(&rows)).means();
    let wanted = [-0.227_901_567_466_429, 0.107_166_998_971_867_61, 1.185_981_053_520_746];
    for (got, wanted) in got.iter().zip(wanted) {
        near(got.expect("a mean"), wanted, 1e-12);
    }
    let refused = z_means(&full(&rows)).expect_err("five sheets are too few");
    assert_eq!(refused, Unfit::TooFew { judge: 0, sheets: 5, least: 8 });
}

fn shared_panel(ratings: &Value, keys: Option<[&str; 3]>) -> Panel {
    let mut panel = Panel::default();
    let (mut entries, mut judges) = (Vec::new(), Vec::new());
    for row in ratings.as_array().expect("ratings") {
        let at = |nth: usize| keys.map_or(&row[nth], |keys| &row[keys[nth]]);
        let place = |list: &mut Vec<String>, value: &Value| {
            let name = value.to_string();
            list.iter().position(|one| *one == name).unwrap_or_else(|| {
                list.push(name);
                list.len() - 1
            })
        };
        let score = if keys.is_some() {
            let points = at(2).as_f64().expect("points");
            Score { entry: place(&mut entries, at(0)), judge: place(&mut judges, at(1)), points }
        } else {
            let number = |nth: usize| at(nth).as_u64().expect("a number") as usize;
            Score { entry: number(0), judge: number(1), points: at(2).as_f64().expect("points") }
        };
        panel.entries = panel.entries.max(score.entry + 1);
        panel.judges = panel.judges.max(score.judge + 1);
        panel.scores.push(score);
    }
    panel
}

#[test]
fn the_additive_model_agrees_with_least_squares_elsewhere() {
    let Some(file) = vectors("judge_effect_ols.json") else { return };
    for case in file["cases"].as_array().expect("cases") {
        let got = additive(&shared_panel(&case["ratings"], None)).expect("one group");
        for (got, wanted) in got.judges.iter().zip(numbers(&case["judge_effect"])) {
            near(*got, wanted, 1e-8);
        }
        for (got, wanted) in got.entries.iter().zip(numbers(&case["entry_effect"])) {
            near(got.expect("scored"), wanted, 1e-8);
        }
        near(got.variance, case["sigma2"].as_f64().expect("a variance"), 1e-8);
    }
}

#[test]
fn the_shrunken_model_agrees_with_lme4_on_penicillin() {
    let Some(file) = vectors("lme4_penicillin.json") else { return };
    let panel = shared_panel(&file["data"], Some(["plate", "sample", "diameter"]));

    let got = fitted(&panel).expect("a fit");
    near(got.level, 22.972_222_222_2, 1e-8);
    // lme4 publishes four digits (.8467, 1.9316, .5499) and stops near the optimum.
    near(got.deviations.0, 0.846_702_510_26, 5e-5);
    near(got.deviations.1, 1.931_613_792_3, 1e-4);
    near(got.deviations.2, 0.549_922_682_07, 2e-6);
    for (name, got) in "ABCDEF".chars().zip(&got.judges) {
        let wanted = file["blup_sample"][name.to_string()].as_f64().expect("an effect");
        near(*got, wanted, 2e-5);
    }
}

#[test]
fn the_shrunken_model_agrees_with_lme4_on_a_judging_panel() {
    let Some(file) = vectors("lme4_judging_60x8x3.json") else { return };
    let mut panel = Panel { entries: 60, judges: 8, scores: Vec::new() };
    for row in file["data"].as_array().expect("data") {
        let number = |key: &str| row[key].as_u64().expect("a number") as usize - 1;
        let points = row["score"].as_f64().expect("points");
        panel.scores.push(Score { entry: number("entry"), judge: number("judge"), points });
    }

    let got = fitted(&panel).expect("a fit");
    near(got.level, 68.351_923_421_2, 1e-4);
    near(got.deviations.0, 7.253_597_180_1, 2e-4);
    near(got.deviations.1, 9.130_889_263_9, 5e-4);
    near(got.deviations.2, 3.816_290_124_2, 1e-4);
    for (got, wanted) in got.entries.iter().zip(numbers(&file["blup_entry"])) {
        near(*got, wanted, 2e-4);
    }
    for (got, wanted) in got.judges.iter().zip(numbers(&file["blup_judge"])) {
        near(*got, wanted, 2e-4);
    }
    for (got, wanted) in got.entry_errors.iter().zip(numbers(&file["se_entry"])) {
        near(*got, wanted, 2e-4);
    }
}

#[test]
fn judges_who_share_no_entry_are_not_compared() {
    let n = None;
    let s = |mark: i32| Some(f64::from(mark));
    let apart = panel(&[
        &[s(5), s(6), n, n],
        &[s(7), s(8), n, n],
        &[s(6), s(6), n, n],
        &[n, n, s(4), s(3)],
        &[n, n, s(9), s(9)],
        &[n, n, s(2), s(1)],
    ]);

    assert_eq!(fitted(&apart).expect_err("two groups"), Unfit::Apart { groups: 2 });
    assert_eq!(additive(&apart).expect_err("two groups"), Unfit::Apart { groups: 2 });
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

fn marks() -> impl Strategy<Value = Vec<Vec<i32>>> {
    (2_usize..9, 1_usize..5).prop_flat_map(|(entries, judges)| {
        proptest::collection::vec(proptest::collection::vec(0..=20, judges), entries)
    })
}

proptest! {
    #[test]
    fn a_judge_who_gives_everybody_the_same_changes_no_rank(rows in marks(), same in 0..=20) {
        let before: Vec<&[i32]> = rows.iter().map(Vec::as_slice).collect();
        let more: Vec<Vec<i32>> =
            rows.iter().map(|row| row.iter().copied().chain([same]).collect()).collect();
        let after: Vec<&[i32]> = more.iter().map(Vec::as_slice).collect();

        let exact = |rows: &[&[i32]]| {
            let sum = |row: &&[i32]| row.iter().map(|mark| f64::from(*mark)).sum::<f64>();
            ranks(&rows.iter().map(|row| Some(sum(row))).collect::<Vec<_>>())
        };
        prop_assert_eq!(exact(&before), exact(&after));
        let z = standardised(&full(&after));
        prop_assert!(z.scores.iter().filter(|s| s.judge == rows[0].len()).all(|s| s.points == 0.0));
    }

    #[test]
    fn the_order_in_which_sheets_arrive_changes_nothing(rows in marks(), seed: u64) {
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
