//! A site that nobody visits: how much memory it holds, and how soon it answers.

use std::time::{Duration, Instant};

use crate::figures::Figures;
use crate::process::Process;

/// Starts are noisy: so many are made, and the middle one counts.
const STARTS: usize = 9;

/// Starts the site on a data folder that is there already, several times.
pub fn measure(figures: &mut Figures) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = Process::start(folder.path(), &[]);
    first.ready(Instant::now());
    first.ask_to_stop();
    let (status, _) = first.wait();
    figures.exactly("idle.exit-code", status.code().unwrap_or(-1).into(), 0.0, "");

    let mut starts: Vec<Duration> = (0..STARTS)
        .map(|_| {
            let begun = Instant::now();
            let mut site = Process::start(folder.path(), &[]);
            site.ready(begun)
        })
        .collect();
    starts.sort();
    figures.at_most("idle.ready", starts[STARTS / 2].as_secs_f64() * 1000.0, 300.0, "ms");
    figures.note("idle.ready-slowest", starts[STARTS - 1].as_secs_f64() * 1000.0, "ms");

    let mut site = Process::start(folder.path(), &[]);
    site.ready(Instant::now());
    std::thread::sleep(Duration::from_secs(5));
    figures.at_most("idle.memory", resident(site.id()), 60.0, "MB");
}

/// Memory that a process holds, in megabytes.
fn resident(id: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    let kilobytes: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("kB");
    kilobytes / 1024.0
}
