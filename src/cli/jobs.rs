//! `hoithi jobs`: later work that was given up.

use anyhow::Result;
use clap::Subcommand;

use crate::app::App;
use crate::{db, jobs};

/// See what later work waits, and take up again what was given up.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say how much waits of each kind, and what was given up, with the reason.
    List,
    /// Try again what was given up, once what stood in its way is mended.
    Retry {
        /// Only work of this kind, as the list names it.
        #[arg(long)]
        kind: Option<String>,
    },
}

impl Command {
    pub(super) async fn run(self, app: App) -> Result<()> {
        match self {
            Self::List => list(&app).await,
            Self::Retry { kind } => retry(&app, kind.as_deref()).await,
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
async fn list(app: &App) -> Result<()> {
    for queue in jobs::queues(&app.db, app.clock.now()).await? {
        println!("{}: {} wait, {} given up", queue.kind, queue.open, queue.given_up);
    }
    for job in jobs::given_up(&app.db).await? {
        println!("{}\t{}\t{}", job.at, job.kind, job.why);
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
async fn retry(app: &App, kind: Option<&str>) -> Result<()> {
    let tx = db::begin(&app.db).await?;
    let taken_up = jobs::again(&tx, kind, app.clock.now()).await?;
    tx.commit().await?;
    println!("{taken_up} jobs are tried again");
    Ok(())
}
