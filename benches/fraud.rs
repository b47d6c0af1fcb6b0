//! What the signals find in made-up towns, and whom they wrong.

use crate::figures::Figures;
use crate::town::{CRUDE, Score};

/// Towns; a third of them are clean.
const TOWNS: u64 = 300;

/// Looks at towns and says what came of it.
pub fn measure(figures: &mut Figures) {
    let mut score = Score::default();
    for seed in 0..TOWNS {
        score.add(seed);
    }
    let (honest, wronged) = score.honest;
    figures.note("towns", score.towns as f64, "");
    figures.note("honest_votes", honest as f64, "");
    figures.at_most("honest_flagged", 100.0 * wronged as f64 / honest as f64, 0.5, "%");
    figures.at_most("worst_honest_group_flagged", 100.0 * score.worst_group, 5.0, "%");
    figures.at_least("crude_attacks_recall", score.recall(), 0.90, "");
    figures.exactly("clean_runs_top_ten_changed", score.clean.1 as f64, 0.0, "");
    for (attack, (votes, found)) in &score.attacks {
        let name = format!("recall_{attack:?}").to_lowercase();
        let share = *found as f64 / *votes as f64;
        if CRUDE.contains(attack) {
            figures.at_least(&name, share, 0.80, "");
        } else {
            figures.note(&name, share, "");
        }
    }
}
