//! `hoithi audit`: the log of every act that decided something.

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use data_encoding::HEXLOWER;
use entity::audit_log::Model;
use entity::instant::Instant;
use serde_json::json;

use super::progress::progress;
use crate::app::App;
use crate::audit::{self, Asked, Verdict};
use crate::contest::definition::Moment;
use crate::contest::moment;
use crate::words::{self, Lang};
use crate::{account, contest};

/// Rows that are read at once.
const PAGE: u64 = 500;

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
    /// Print the log, oldest act first: number, time, who, what, to what, and why.
    ///
    /// Example: hoithi audit list --contest anh-dep --since 2026-05-01
    List {
        /// Only acts in this contest, by its name in addresses.
        #[arg(long, value_name = "SLUG")]
        contest: Option<String>,
        /// Only acts from this day on, as Vietnam counts days, or from a moment such as
        /// 2026-05-01T10:00:00Z.
        #[arg(long, value_name = "DATE", value_parser = moment_of)]
        since: Option<Instant>,
        /// Print JSON, one act a line, with what was before and after, the row's hash and that of
        /// the row before it.
        #[arg(long)]
        json: bool,
    },
}

/// The moment that a day or a moment means.
fn moment_of(written: &str) -> Result<Instant, String> {
    let day = || moment::opens(&Moment(written.to_owned())).ok();
    let meant = written.parse().ok().or_else(day);
    meant.ok_or_else(|| "write a day as 2026-05-01 or a moment as 2026-05-01T10:00:00Z".to_owned())
}

impl Command {
    pub(super) async fn run(self, app: App) -> Result<()> {
        match self {
            Self::Verify { holds } => verify(&app, holds).await,
            Self::List { contest, since, json } => {
                let contest = match contest {
                    Some(slug) => Some(contest::by_slug(&app.db, &slug).await.context(slug)?.id()),
                    None => None,
                };
                list(&app, Asked { contest, since }, json).await
            }
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
async fn verify(app: &App, holds: Option<String>) -> Result<()> {
    match audit::verify_telling(&app.db, progress()).await? {
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

/// Prints the log a page of rows at a time, however long it is.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
async fn list(app: &App, asked: Asked, as_json: bool) -> Result<()> {
    let mut seq = 0;
    loop {
        let rows = audit::after(&app.db, asked, seq, PAGE).await?;
        let people = rows.iter().filter_map(|(row, _)| row.actor_id);
        let people = account::names(&app.db, people).await?;
        for (row, before) in &rows {
            let who = row.actor_id.and_then(|id| people.get(&id)).map(String::as_str);
            println!("{}", if as_json { object(row, who, before) } else { line(row, who) });
        }
        match rows.last() {
            Some((last, _)) if rows.len() as u64 == PAGE => seq = last.seq,
            _ => return Ok(()),
        }
    }
}

/// A row for people: fields with tabs between them.
fn line(row: &Model, who: Option<&str>) -> String {
    let by = if row.role.is_empty() { "system" } else { row.role.as_str() };
    let act = words::act(Lang::En, &row.act);
    let fields = [
        &row.seq.to_string(),
        &row.happened_at.to_string(),
        who.unwrap_or(by),
        &act,
        &row.subject,
        audit::reason(row).unwrap_or_default(),
    ];
    // What people wrote stays in its field, and on its line.
    fields.map(|field| field.split_whitespace().collect::<Vec<_>>().join(" ")).join("\t")
}

/// A row for programs.
fn object(row: &Model, who: Option<&str>, before: &[u8]) -> String {
    json!({
        "seq": row.seq,
        "time": row.happened_at,
        "actor": row.actor_id,
        "who": who,
        "role": row.role,
        "act": row.act,
        "subject": row.subject,
        "contest": row.contest_id,
        "reason": audit::reason(row),
        "before": row.before,
        "after": row.after,
        "hash": HEXLOWER.encode(&row.hash),
        "previous_hash": HEXLOWER.encode(before),
    })
    .to_string()
}
