//! Benches that stay: what the project promises in numbers, measured on the machine at hand.
//!
//! One program, so that there is one release build; `scripts/bench NAME` runs one bench of it. Each
//! bench sets up what it needs in a temporary folder and starts the same binary that people run.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]
#![expect(unreachable_pub, reason = "a program has no outside")]

#[path = "../tests/suite/support/answers.rs"]
mod answers;
mod crash;
#[path = "../tests/suite/support/fault.rs"]
mod fault;
mod figures;
mod fingerprints;
mod fraud;
mod hostile;
mod idle;
mod judging;
mod load;
mod pages;
mod peers;
mod pictures;
#[path = "../tests/suite/support/postgres.rs"]
mod postgres;
#[path = "../tests/suite/support/process.rs"]
mod process;
mod publish;
mod rehearsal;
mod restart;
#[path = "../tests/suite/support/rows.rs"]
mod rows;
mod scale;
mod seed;
#[path = "../tests/suite/support/sender.rs"]
mod sender;
mod slow_disk;
#[path = "../tests/suite/support/stage.rs"]
mod stage;
#[path = "../tests/suite/support/storm.rs"]
mod storm;
#[path = "../tests/suite/support/town/mod.rs"]
mod town;
mod uploads;
mod votes;

use std::process::ExitCode;

use figures::Figures;

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let mut figures = Figures::default();
    match arguments.first().map(String::as_str) {
        Some("bare") => votes::bare(&arguments[1]).await.expect("the bare endpoint"),
        Some("crash") => {
            let rounds = arguments.get(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(100);
            crash::measure(&mut figures, rounds);
        }
        Some("fraud") => fraud::measure(&mut figures),
        Some("idle") => idle::measure(&mut figures),
        Some("judging") => judging::measure(&mut figures),
        Some("slow-votes") => slow_disk::measure(&mut figures).await,
        Some("votes") => votes::measure(&mut figures).await,
        Some("fingerprints") => fingerprints::measure(&mut figures),
        Some("hostile") => hostile::measure(&mut figures).await,
        Some("upload") => uploads::measure(&mut figures).await,
        Some("pictures") => pictures::measure(&mut figures).await,
        Some("picture-memory") => pictures::memory(&arguments[1], &arguments[2]).await,
        Some("plain") => {
            let connections = arguments[3].parse().expect("connections");
            slow_disk::plain(&arguments[1], &arguments[2], connections)
                .await
                .expect("a plain site");
        }
        Some("bare-page") => pages::bare(&arguments[1], &arguments[2]).await,
        Some("pages") => pages::measure(&mut figures).await,
        Some("publish") => publish::measure(&mut figures).await,
        Some("rehearsal") => {
            let share = arguments.get(1).and_then(|share| share.parse().ok()).unwrap_or(1.0);
            rehearsal::measure(&mut figures, share).await;
        }
        Some("restart") => restart::measure(&mut figures).await,
        Some("scale") => scale::measure(&mut figures).await,
        _ => println!("run scripts/bench, which lists the benches"),
    }
    figures.verdict()
}
