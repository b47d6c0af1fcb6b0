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
