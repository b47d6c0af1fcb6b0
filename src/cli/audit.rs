//! `hoithi audit`: the log of every act that decided something.

use anyhow::{Result, bail};
use clap::Subcommand;

use crate::app::App;
use crate::audit::{self, Verdict};

/// The log of every act that decided something.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check that no row was changed, left out or slipped in. Exits with 1 when one was.
    ///
    /// Keep the printed hash somewhere else: a log that was written anew from its first row on has
    /// another one.
    Verify {
        /// The hash that an earlier check printed: it has to be in the log still.
        #[arg(long, value_name = "HASH")]
        holds: Option<String>,
    },
}

impl Command {
    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    pub(super) async fn run(self, app: App) -> Result<()> {
        let Self::Verify { holds } = self;
        match audit::verify(&app.db).await? {
            Verdict::Broken(row) => bail!("row {row} is not what was written"),
            Verdict::Whole(0) => println!("the log is empty"),
            Verdict::Whole(rows) => {
                let hash = audit::head(&app.db).await?;
                println!("{rows} rows, unbroken; the last hash is {hash}");
            }
        }
        if let Some(hash) = holds
            && !audit::holds(&app.db, &hash).await?
        {
            bail!("no row has the hash {hash}: the log is not the one that was checked before");
        }
        Ok(())
    }
}
