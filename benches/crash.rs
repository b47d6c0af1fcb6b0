//! One fault after the other befalls the site and what it stands on, under load; what it acknowledged
//! has to be there.

use std::path::Path;

use crate::fault::{Fault, ON_POSTGRES, ON_SQLITE, Rig};
use crate::figures::Figures;
use crate::storm::{Toll, storm};

/// Milliseconds after a fault within which a vote has to be counted again.
const SOON: f64 = 45_000.0;

/// Lets so many faults befall the site on each engine, and one on what acknowledges early: a disk and a server.
/// Those must show.
pub fn measure(figures: &mut Figures, rounds: usize) {
    let sqlite = toll(|folder| Rig::on_sqlite(folder, false), &ON_SQLITE, rounds);
    let postgres = toll(|folder| Rig::on_postgres(folder, false), &ON_POSTGRES, rounds);
    let engines = [("sqlite", &ON_SQLITE[..], sqlite), ("postgres", &ON_POSTGRES[..], postgres)];
    for (engine, faults, toll) in engines {
        for (at, fault) in faults.iter().enumerate() {
            let name = format!("crash.{engine}.{fault:?}").to_lowercase();
            let times = (rounds + faults.len() - 1 - at) / faults.len();
            figures.note(&name, times as f64, "");
        }
        for (name, number) in ["votes", "entries", "sheets"].into_iter().zip(toll.acknowledged) {
            figures.note(&format!("crash.{engine}.{name}"), number as f64, "");
        }
        let start = format!("crash.{engine}.slowest-start");
        figures.note(&start, toll.slowest_start as f64, "ms");
        let vote = format!("crash.{engine}.slowest-vote");
        figures.at_most(&vote, toll.slowest_vote as f64, SOON, "ms");
        let counts = [("lost", toll.lost), ("doubled", toll.doubled), ("broken", toll.broken)];
        for (name, number) in counts {
            figures.exactly(&format!("crash.{engine}.{name}"), number as f64, 0.0, "");
        }
    }
    let control = toll(|folder| Rig::on_sqlite(folder, true), &[Fault::Power], 1);
    figures.at_least("crash.lying-disk.lost", control.lost as f64, 1.0, "");
    let control = toll(|folder| Rig::on_postgres(folder, true), &[Fault::Stop], 1);
    figures.at_least("crash.early-server.lost", control.lost as f64, 1.0, "");
}

fn toll(rig: impl FnOnce(&Path) -> Rig + Send, faults: &[Fault], rounds: usize) -> Toll {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    // The storm reads rows in a runtime of its own, which no thread may have inside another.
    std::thread::scope(|scope| {
        let storm = scope.spawn(move || storm(&mut rig(path), faults, rounds));
        storm.join().expect("a storm that passes")
    })
}
