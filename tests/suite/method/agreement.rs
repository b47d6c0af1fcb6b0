//! How far judges agree.

use hoithi::judging::method::agreement::{Apart, alpha, concordance, correlations};
use hoithi::judging::method::{Panel, Score};

use super::{full, near, numbers, panel, vectors};

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
fn correlations_agree_with_the_reference_in_all_six_forms() {
    let Some(file) = vectors("icc_shrout_fleiss.json") else { return };
    let rows = file["targets_by_raters"].as_array().expect("rows").iter();
    let rows: Vec<Vec<Option<f64>>> =
        rows.map(|row| numbers(row).into_iter().map(Some).collect()).collect();
    let got = correlations(&panel(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>()));
    let got = got.expect("a full panel");
    let known = [got.one, got.agreement, got.consistency];
    let known =
        known.into_iter().chain([got.one_of_mean, got.agreement_of_mean, got.consistency_of_mean]);

    for (got, wanted) in known.zip(file["result"].as_array().expect("six forms")) {
        near(got, wanted["ICC"].as_f64().expect("a number"), 1e-12);
    }
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
