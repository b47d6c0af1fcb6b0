//! The operator's door: subcommands.

mod audit;
mod backup;
mod config;
mod contest;
pub mod demo;
pub mod doctor;
mod jobs;
mod migrate;
mod progress;
mod serve;
mod storage;
mod unit;
mod user;
mod verify;
mod vote;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::app::App;
use crate::config::Config;

const EXAMPLES: &str = "\
Examples:
  hoithi demo                              try everything out with made-up people
  hoithi config example > hoithi.toml      every setting, with what it means
  hoithi --config hoithi.toml serve        run the site
  hoithi --config hoithi.toml doctor       see whether all that it needs is there

Exit codes: 0 done, 1 something failed or was found wrong, 2 the command was not understood.";

/// Contests of a trade union federation: entries, judging, public voting, results.
#[derive(Debug, Parser)]
#[command(name = "hoithi", version, about, after_help = EXAMPLES)]
struct Arguments {
    /// Configuration file; without it, defaults and `HOITHI__SECTION__KEY` in the environment.
    #[arg(long, short, global = true, env = "HOITHI_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site.
    Serve,
    /// Serve contests with made-up people, for trying everything out.
    Demo(demo::Demo),
    /// Bring the database to the newest schema.
    Migrate(migrate::Migrate),
    /// Look at everything that the site needs, and say what to do.
    Doctor(doctor::Doctor),
    /// Show or check the configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// People: add them, give and take rights, let them in again.
    #[command(subcommand)]
    User(user::Command),
    /// The union's tree: list it, take a list in, merge units, write it out.
    #[command(subcommand)]
    Unit(unit::Command),
    /// Check, apply and export contest files.
    #[command(subcommand)]
    Contest(contest::Command),
    /// Check, rebuild and hand out logs of votes.
    #[command(subcommand)]
    Vote(vote::Command),
    /// The log of every act that decided something.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Check, move or tidy up the object store.
    #[command(subcommand)]
    Storage(storage::Command),
    /// See what later work waits, and take up again what was given up.
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// Write the database and every object into one archive.
    Backup(backup::Backup),
    /// Restore an archive into an empty place.
    Restore(backup::Restore),
    /// Check an archive, or the site itself.
    Verify(verify::Verify),
}

/// Parses the command line and does what it says.
///
/// # Errors
/// Whatever the command meets; the caller prints the chain and exits with 1.
pub async fn run() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if !matches!(arguments.command, Command::Serve | Command::Demo(_)) {
        end_with_the_reader();
    }
    let settings =
        || Config::read(arguments.config.as_deref()).context("the configuration cannot be used");
    match arguments.command {
        Command::Serve => serve::run(App::open(settings()?).await?).await,
        Command::Demo(demo) => demo.run().await,
        Command::Migrate(migrate) => migrate.run(App::open(settings()?).await?).await,
        Command::Doctor(doctor) => doctor.run(settings()?).await,
        Command::Config(command) => command.run(settings),
        Command::User(command) => command.run(App::open(settings()?).await?).await,
        Command::Unit(command) => command.run(App::open(settings()?).await?).await,
        Command::Audit(command) => command.run(App::open(settings()?).await?).await,
        Command::Contest(command) if command.is_offline() => command.run_offline(),
        Command::Contest(command) => command.run(App::open(settings()?).await?).await,
        Command::Vote(command) if command.is_offline() => command.run_offline(),
        Command::Vote(command) => command.run(App::open(settings()?).await?).await,
        Command::Storage(command) => command.run(App::open(settings()?).await?).await,
        Command::Jobs(command) => command.run(App::open(settings()?).await?).await,
        Command::Backup(backup) => backup.run(App::open(settings()?).await?).await,
        Command::Restore(restore) => restore.run(settings()?).await,
        Command::Verify(verify::Verify { archive: Some(archive), .. }) => {
            verify::Verify::archive(&archive)
        }
        Command::Verify(verify) => verify.site(App::open(settings()?).await?).await,
    }
}

/// `hoithi contest schema | head` ends when `head` has read enough. A site does not: a child that is
/// gone is something that it answers.
fn end_with_the_reader() {
    // SAFETY: nothing else sets what becomes of this signal, and no handler of ours runs.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// Prints an error with all its causes.
#[expect(clippy::print_stderr, reason = "errors go to the terminal")]
pub fn say(error: &anyhow::Error) {
    eprintln!("hoithi: {error:#}");
}
