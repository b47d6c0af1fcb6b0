//! The process is killed again and again under load; what it acknowledged has to be there.

use crate::figures::Figures;
use crate::postgres;
use crate::storm::storm;

/// Kills the site `kills` times on each engine.
pub async fn measure(figures: &mut Figures, kills: u32) {
    for (engine, database) in [("sqlite", None), ("postgres", Some(postgres::database().await))] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        let storm = std::thread::spawn(move || storm(&path, database.as_deref(), kills));
        let toll = storm.join().expect("a storm that passes");
        for (name, number) in ["votes", "entries", "sheets"].into_iter().zip(toll.acknowledged) {
            figures.note(&format!("crash.{engine}.{name}"), number as f64, "");
        }
        let start = format!("crash.{engine}.slowest-start");
        figures.note(&start, toll.slowest_start as f64, "ms");
        let counts = [("lost", toll.lost), ("doubled", toll.doubled), ("broken", toll.broken)];
        for (name, number) in counts {
            figures.exactly(&format!("crash.{engine}.{name}"), number as f64, 0.0, "");
        }
    }
}
