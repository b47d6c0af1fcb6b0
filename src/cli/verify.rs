//! `hoithi verify`: is everything what was written.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use sha2::{Digest, Sha256};

use super::backup::contents;
use super::progress::progress;
use crate::app::App;
use crate::audit::{self, Verdict};
use crate::{backup, db, media};

/// Check an archive, or the site itself: the database, the audit log, every object.
///
/// Exits with 1 when anything is not as it was written.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The archive; without one, the site.
    pub(super) archive: Option<PathBuf>,
    /// Read every original and compare it with its hash.
    #[arg(long)]
    deep: bool,
}

impl Verify {
    /// Checks an archive.
    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    pub(super) fn archive(archive: &std::path::Path) -> Result<()> {
        println!("whole: {}", contents(&backup::check(archive, progress())?));
        Ok(())
    }

    /// Checks the site.
    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    pub(super) async fn site(self, app: App) -> Result<()> {
        let mut faults = 0;
        let mut found = |fault: String| {
            println!("{fault}");
            faults += 1;
        };
        let seen = progress();
        seen("databases checked", 0, 1);
        let flaw = db::flaw(&app.db).await?;
        seen("databases checked", 1, 1);
        if let Some(flaw) = flaw {
            found(format!("database: {flaw}"));
        }
        match audit::verify_telling(&app.db, &seen).await? {
            Verdict::Whole(rows) => println!("audit log: {rows} rows, unbroken"),
            Verdict::Broken(row) => found(format!("audit log: row {row} is not what was written")),
        }
        let named = media::objects(&app.db).await?;
        let held: HashSet<String> = app.store.list("").await?.into_iter().collect();
        for (done, object) in named.iter().enumerate() {
            seen("objects", done, named.len());
            if !held.contains(&object.key) {
                found(format!("object {}: missing", object.key));
            } else if self.deep
                && let Some(hash) = &object.sha256
                && Sha256::digest(app.store.get(&object.key).await?)[..] != hash[..]
            {
                found(format!("object {}: not what was received", object.key));
            }
        }
        seen("objects", named.len(), named.len());
        let names: HashSet<_> = named.iter().map(|object| &object.key).collect();
        let loose = held.iter().filter(|key| !names.contains(key)).count();
        println!("objects: {} that rows name, {loose} that none names", named.len());
        if faults > 0 {
            bail!("{faults} faults");
        }
        Ok(())
    }
}
