//! `hoithi storage`: what the object store holds.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Subcommand;

use super::progress::progress;
use crate::app::App;
use crate::config::Config;
use crate::storage::Store;
use crate::{contest, db, media};

/// Seconds for which an object that no row names may still be on its way to one.
const YOUNG: i64 = 24 * 3600;

/// Check, move or tidy up the object store.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write, read and remove a small object; say which objects are missing and which no row names.
    Check,
    /// Copy every object that a row names into the store of another configuration file. The site
    /// goes on meanwhile; run it again before switching over, it copies only what is missing.
    Move {
        /// Configuration whose `[storage]` is where objects go.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Remove objects older than a day that no row names, files among them that nothing holds any
    /// more, and parts of objects never finished. Plans and posters that a contest had stay: the audit
    /// log names them.
    Gc {
        /// Say what would be removed, and remove nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

impl Command {
    pub(super) async fn run(self, app: App) -> Result<()> {
        match self {
            Self::Check => check(&app).await,
            Self::Move { to } => copy_all(&app, &to).await,
            Self::Gc { dry_run } => gc(&app, dry_run).await,
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
async fn check(app: &App) -> Result<()> {
    let seen = progress();
    seen("steps", 0, 3);
    let trial = format!("trials/{}", entity::id::FileId::new());
    app.store
        .put(&trial, "hoithi".into(), "text/plain")
        .await
        .context("no object can be written")?;
    let read = app.store.range(&trial, 3..6).await.context("no object can be read")?;
    app.store.delete(&trial).await.context("no object can be removed")?;
    if read != "thi" {
        bail!("the store does not give back what it was given");
    }
    seen("steps", 1, 3);
    let named = media::objects(&app.db).await?;
    seen("steps", 2, 3);
    let held: HashSet<String> = app.store.list("").await?.into_iter().collect();
    seen("steps", 3, 3);
    let missing: Vec<_> = named.iter().filter(|object| !held.contains(&object.key)).collect();
    for object in &missing {
        println!("{}: missing", object.key);
    }
    let names: HashSet<_> = named.iter().map(|object| &object.key).collect();
    let loose = held.iter().filter(|key| !names.contains(key)).count();
    println!("objects: {} that rows name, {loose} that none names", named.len());
    if missing.is_empty() { Ok(()) } else { bail!("{} objects are missing", missing.len()) }
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
async fn copy_all(app: &App, to: &std::path::Path) -> Result<()> {
    let there = Config::read(Some(to)).context("the other configuration cannot be used")?;
    let there = Store::open(&there.storage, &there.data.folder)?;
    let named = media::objects(&app.db).await?;
    let held: HashSet<String> = there.list("").await?.into_iter().collect();
    let mut copied = 0_usize;
    let seen = progress();
    for (done, object) in named.iter().enumerate() {
        seen("objects", done, named.len());
        if !held.contains(&object.key) {
            let file = app.store.local(&object.key, app.decoder.folder()?).await;
            let file = file.with_context(|| format!("{} cannot be read", object.key))?;
            there.put_file(&object.key, file.path(), object.mime()).await?;
            copied += 1;
        }
    }
    seen("objects", named.len(), named.len());
    println!("{copied} objects copied, {} were there", named.len() - copied);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
async fn gc(app: &App, dry_run: bool) -> Result<()> {
    let before = app.clock.now().plus_seconds(-YOUNG);
    let named = contest::file_hashes(&app.db).await?;
    let nobodys = media::nobodys(&app.db, before).await?;
    for (file, _) in nobodys.iter().filter(|(_, sha256)| !named.contains(sha256)) {
        println!("file {file}");
        if !dry_run {
            let tx = db::begin(&app.db).await?;
            media::forget(&tx, *file).await?;
            tx.commit().await?;
        }
    }
    let seen = progress();
    seen("steps", 0, 2);
    // Held is read before named: whatever gets its row meanwhile is young or named.
    let held = app.store.list_aged("").await?;
    seen("steps", 1, 2);
    let names: HashSet<String> =
        media::objects(&app.db).await?.into_iter().map(|object| object.key).collect();
    seen("steps", 2, 2);
    let loose = held.iter().filter(|object| !names.contains(&object.key));
    let old: Vec<_> = loose.filter(|object| object.written_at < before).collect();
    for (done, object) in old.iter().enumerate() {
        println!("{}", object.key);
        if !dry_run {
            seen("objects removed", done, old.len());
            app.store.delete(&object.key).await?;
        }
    }
    if !dry_run {
        seen("objects removed", old.len(), old.len());
    }
    let parts = if dry_run { 0 } else { app.store.forget_parts(before).await? };
    let word = if dry_run { "would be removed" } else { "removed" };
    println!("{} objects {word}, {parts} that were never whole", old.len());
    Ok(())
}
