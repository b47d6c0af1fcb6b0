//! Judges who mark higher or lower than others.

use hoithi::judging::method::model::fitted;
use hoithi::judging::method::scale::{Unfit, additive, standardised, z_means};
use hoithi::judging::method::{Panel, Score};
use serde_json::Value;

use super::{full, near, numbers, panel, vectors};

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

#[test]
fn z_scores_and_their_means_are_those_of_the_reference_file() {
    let Some(file) = vectors("zscore_trimmed.json") else { return };
    let by_judge = |key: &str| file[key].as_array().expect("rows").iter().map(numbers);
    let rows: Vec<Vec<f64>> = by_judge("judges_by_entries").collect();
    let score = |judge: usize, entry: usize| Score { entry, judge, points: rows[judge][entry] };
    let all = (0..rows.len()).flat_map(|judge| (0..rows[0].len()).map(move |at| (judge, at)));
    let scores = all.map(|(judge, entry)| score(judge, entry)).collect();

    let got = standardised(&Panel { entries: rows[0].len(), judges: rows.len(), scores });
    for (judge, wanted) in by_judge("z_ddof1").enumerate() {
        let own = got.scores.iter().filter(|score| score.judge == judge);
        assert_eq!(own.clone().count(), wanted.len());
        own.for_each(|score| near(score.points, wanted[score.entry], 1e-12));
    }
    for (got, wanted) in got.means().into_iter().zip(numbers(&file["z_mean_per_entry"])) {
        near(got.expect("a mean"), wanted, 1e-12);
    }
}

#[test]
fn the_additive_model_takes_severity_out_of_a_small_panel() {
    let n = None;
    let s = |mark: i32| Some(f64::from(mark));
    // Least squares with effects that add up to 0, by numpy and by statsmodels.
    let got = additive(&panel(&[
        &[n, n, s(81), s(72)],
        &[n, s(82), s(78), n],
        &[s(55), n, n, s(66)],
        &[s(68), n, n, s(69)],
        &[s(69), n, n, s(74)],
        &[n, s(81), s(81), n],
    ]));
    let got = got.expect("one group");

    for (got, wanted) in got.judges.iter().zip([-111.0, 89.0, 65.0, -43.0]) {
        near(*got, wanted / 12.0, 1e-10);
    }
    for (got, wanted) in got.entries.iter().zip([907.0, 883.0, 803.0, 899.0, 935.0, 895.0]) {
        near(got.expect("scored"), wanted / 12.0, 1e-10);
    }
    near(got.variance, 88.0 / 9.0, 1e-10);
}

/// Potency of six samples of penicillin on 24 plates (Davies and Goldsmith, Statistical Methods in
/// Research and Production, 1972), which lme4's own pages analyse.
const PENICILLIN: [[i32; 6]; 24] = [
    [27, 23, 26, 23, 23, 21],
    [27, 23, 26, 23, 23, 21],
    [25, 21, 25, 24, 24, 20],
    [26, 23, 25, 23, 23, 20],
    [25, 22, 26, 22, 23, 20],
    [24, 22, 25, 23, 22, 19],
    [24, 20, 23, 21, 22, 19],
    [26, 22, 26, 24, 24, 21],
    [24, 21, 24, 22, 22, 20],
    [24, 21, 24, 23, 22, 19],
    [26, 23, 26, 24, 24, 21],
    [25, 22, 26, 24, 24, 20],
    [26, 24, 26, 24, 25, 22],
    [26, 23, 26, 23, 23, 20],
    [26, 23, 25, 24, 24, 22],
    [25, 22, 25, 23, 23, 20],
    [25, 21, 24, 23, 23, 20],
    [25, 22, 24, 23, 23, 19],
    [24, 21, 23, 21, 21, 19],
    [26, 23, 26, 24, 24, 21],
    [25, 21, 24, 22, 22, 18],
    [25, 22, 25, 22, 22, 20],
    [24, 21, 24, 22, 24, 19],
    [24, 21, 24, 22, 21, 18],
];

#[test]
fn the_shrunken_model_has_the_figures_that_lme4_publishes() {
    let rows: Vec<&[i32]> = PENICILLIN.iter().map(|row| &row[..]).collect();

    let got = fitted(&full(&rows)).expect("a fit");
    near(got.level, 22.9722, 5e-5);
    near(got.deviations.0, 0.8467, 1e-4);
    near(got.deviations.1, 1.9316, 1e-4);
    near(got.deviations.2, 0.5499, 1e-4);
    let samples = [2.187_06, -1.010_48, 1.937_90, -0.096_89, -0.013_84, -3.003_74];
    for (got, wanted) in got.judges.iter().zip(samples) {
        near(*got, wanted, 5e-5);
    }
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
    let plates = file["blup_plate"].as_object().expect("effects");
    assert_eq!(got.entries.len(), plates.len());
    for (name, got) in ('a'..='x').zip(&got.entries) {
        near(*got, plates[&name.to_string()].as_f64().expect("an effect"), 2e-4);
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
