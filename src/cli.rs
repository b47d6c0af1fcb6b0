//! The operator's door: subcommands.

mod backup;
mod config;
mod contest;
pub mod demo;
mod migrate;
mod serve;
mod verify;
mod vote;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::app::App;
use crate::config::Config;

/// Contests of a trade union federation: entries, judging, public voting, results.
#[derive(Debug, Parser)]
#[command(name = "hoithi", version, about)]
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
    /// Serve three contests with made-up people, for trying everything out.
    Demo(demo::Demo),
    /// Bring the database to the newest schema.
    Migrate(migrate::Migrate),
    /// Show or check the configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// Check, apply and export contest files.
    #[command(subcommand)]
    Contest(contest::Command),
    /// Check, rebuild and hand out logs of votes.
    #[command(subcommand)]
    Vote(vote::Command),
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
    let settings =
        || Config::read(arguments.config.as_deref()).context("the configuration cannot be used");
    match arguments.command {
        Command::Serve => serve::run(App::open(settings()?).await?).await,
        Command::Demo(demo) => demo.run().await,
        Command::Migrate(migrate) => migrate.run(App::open(settings()?).await?).await,
        Command::Config(command) => command.run(settings),
        Command::Contest(command) if command.is_offline() => command.run_offline(),
        Command::Contest(command) => command.run(App::open(settings()?).await?).await,
        Command::Vote(command) if command.is_offline() => command.run_offline(),
        Command::Vote(command) => command.run(App::open(settings()?).await?).await,
        Command::Backup(backup) => backup.run(App::open(settings()?).await?).await,
        Command::Restore(restore) => restore.run(settings()?).await,
        Command::Verify(verify::Verify { archive: Some(archive), .. }) => {
            verify::Verify::archive(&archive)
        }
        Command::Verify(verify) => verify.site(App::open(settings()?).await?).await,
    }
}

/// Prints an error with all its causes.
#[expect(clippy::print_stderr, reason = "errors go to the terminal")]
pub fn say(error: &anyhow::Error) {
    eprintln!("hoithi: {error:#}");
}
