//! `hoithi migrate`: the schema.

use clap::Args;
use migration::{Migrator, MigratorTrait};

use crate::app::App;

/// Bring the database to the newest schema.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
}

impl Migrate {
    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    pub(super) async fn run(self, app: App) -> anyhow::Result<()> {
        let pending = Migrator::get_pending_migrations(&app.db).await?;
        for step in &pending {
            println!("{} {}", if self.dry_run { "would apply" } else { "applying" }, step.name());
        }
        if pending.is_empty() {
            println!("the schema is up to date");
        }
        if !self.dry_run {
            Migrator::up(&*app.db, None).await?;
        }
        Ok(())
    }
}
