//! `hoithi backup`, `restore`: everything in one archive, and back from it.

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::progress::progress;
use crate::app::App;
use crate::backup::{self, Manifest};
use crate::config::Config;
use crate::storage::Store;

/// Write the database and every object into one archive; the site goes on meanwhile.
///
/// Example: hoithi backup /backups/hoithi-$(date +%F).tar --key /elsewhere/hoithi.keys
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// Where the archive is written; there must be nothing yet.
    archive: PathBuf,
    /// Where the site's keys are written too. Keep them apart from the archive: both together open
    /// people's drafts.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl Backup {
    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    pub(super) async fn run(self, app: App) -> Result<()> {
        let key = app.key.fingerprint();
        let now = app.clock.now();
        let made =
            backup::create(&app.db, &app.store, &self.archive, &key, now, progress()).await?;
        println!("{}: {}", self.archive.display(), contents(&made));
        match &self.key {
            Some(file) => {
                let kept = backup::keep_keys(&app.config.data.folder, file);
                kept.with_context(|| file.display().to_string())?;
                println!("{}: the keys, of which the site's is {key}", file.display());
            }
            None => warn(&format!(
                "THE KEY {key} IS NOT IN THE ARCHIVE, nor are those of the votes. Keep a copy of `key` \
                 and `votes` in {} apart from it, or say --key FILE: without them, drafts cannot be \
                 taken up again and voting cannot go on.",
                app.config.data.folder.display()
            )),
        }
        Ok(())
    }
}

/// Restore an archive into an empty data folder, or an empty PostgreSQL database.
///
/// Example: hoithi --config hoithi.toml restore /backups/hoithi-2026-05-01.tar --key hoithi.keys
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The archive.
    archive: PathBuf,
    /// File that holds the keys of the site that was backed up.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Check the archive, say what is in it, and restore nothing.
    #[arg(long)]
    dry_run: bool,
}

impl Restore {
    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    pub(super) async fn run(self, config: Config) -> Result<()> {
        if self.dry_run {
            let manifest = backup::check(&self.archive, progress())?;
            println!("would restore {}", contents(&manifest));
            return Ok(());
        }
        crate::app::make_private(&config.data.folder)?;
        let store = Store::open(&config.storage, &config.data.folder)?;
        let manifest =
            backup::restore(&self.archive, &config.database(), &store, progress()).await?;
        if let Some(file) = &self.key {
            let restored = backup::restore_keys(file, &config.data.folder);
            restored.with_context(|| file.display().to_string())?;
        }
        let app = App::open(config).await?;
        println!("restored {}", contents(&manifest));
        if app.key.fingerprint() != manifest.key {
            warn(&format!(
                "THIS IS NOT THE KEY {} OF THE SITE THAT WAS BACKED UP: drafts cannot be taken up \
                 again and voting cannot go on. Put the old `key` and `votes` into {} before you serve.",
                manifest.key,
                app.config.data.folder.display()
            ));
        }
        Ok(())
    }
}

/// What an archive holds, in one line.
pub(super) fn contents(manifest: &Manifest) -> String {
    format!(
        "{} rows in {} tables and {} objects of {}, by version {} on {}",
        manifest.rows(),
        manifest.tables.len(),
        manifest.objects(),
        manifest.taken_at,
        manifest.version,
        manifest.engine
    )
}

/// Says what must not be overlooked.
#[expect(clippy::print_stderr, reason = "warnings go to the terminal")]
pub(super) fn warn(text: &str) {
    if std::io::stderr().is_terminal() {
        eprintln!("\x1b[1m{text}\x1b[0m");
    } else {
        eprintln!("{text}");
    }
}
