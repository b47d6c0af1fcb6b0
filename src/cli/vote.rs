//! `hoithi vote`: logs of votes, checked and handed out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Subcommand;
use entity::id::ContestId;
use entity::instant::Instant;

use super::progress::{progress, while_counting};
use crate::app::App;
use crate::entry::code::grouped;
use crate::jobs::{self, Job, KeyAct};
use crate::ledger::{Audited, Bundle, Verifier, audit_telling};
use crate::voting::lists;
use crate::web::group::Group;
use crate::web::member;
use crate::words::{self, Lang};
use crate::{contest, db, sheet, voting, worker};

/// Most rows of a list.
const MOST: usize = 2_000_000;

/// Check, rebuild and hand out logs of votes.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Recount a bundle: twelve numbered checks, the first that fails is named. Exits with 1 then.
    Audit {
        /// The bundle, a ZIP.
        bundle: PathBuf,
        /// The log's public key as it was made known before the vote; without it the bundle's own
        /// is believed, which proves less.
        #[arg(long)]
        key: Option<String>,
        /// Public key of a witness; may be given several times.
        #[arg(long, value_name = "KEY")]
        witness: Vec<String>,
        /// How many of the witnesses have to have cosigned the last checkpoint.
        #[arg(long, default_value_t = 0)]
        quorum: usize,
    },
    /// Write a contest's log with all that is needed to recount it, and the published result.
    Bundle {
        /// The contest's name in addresses.
        contest: String,
        /// Where to; by default CONTEST-votes.zip.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Print the public key of a contest's log at its beginning, to be made known before the vote;
    /// on a second line the one that signs now, where that is another.
    Key {
        /// The contest's name in addresses.
        contest: String,
    },
    /// Let new keys sign a contest's log from here on. What the old ones signed still verifies; the
    /// old ones are gone.
    RotateKeys {
        /// The contest's name in addresses.
        contest: String,
    },
    /// Check that votes and tallies say what the log says. Exits with 1 when they do not.
    Verify {
        /// The contest's name in addresses.
        contest: String,
    },
    /// Make votes and tallies anew from the log.
    Rebuild {
        /// The contest's name in addresses.
        contest: String,
    },
    /// Make signed links for units and chat groups from a CSV or XLSX of `unit,label,members` (unit: a
    /// code, or empty), and write them as CSV with their addresses.
    Links {
        /// The contest's name in addresses.
        contest: String,
        /// The list.
        from: PathBuf,
        /// Where to; by default CONTEST-links.csv.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Days for which they hold.
        #[arg(long, default_value_t = 60)]
        days: i64,
    },
    /// Add members to the roll of a contest's voters from a CSV or XLSX of `unit,name` (unit: a code, or
    /// empty), and write it back as CSV with a code and an address for each slip. Codes are shown
    /// this once; names are not kept.
    Members {
        /// The contest's name in addresses.
        contest: String,
        /// The list.
        from: PathBuf,
        /// Where to; by default CONTEST-members.csv.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Destroy the key by which voters could be tied to votes, when the appeals are over. Nobody can
    /// vote after that.
    DestroyKey {
        /// The contest's name in addresses.
        contest: String,
        /// That the appeals are over and the key goes for good.
        #[arg(long, required = true)]
        for_good: bool,
    },
}

impl Command {
    /// Whether the command needs no database.
    pub(super) fn is_offline(&self) -> bool {
        matches!(self, Self::Audit { .. })
    }

    pub(super) fn run_offline(&self) -> Result<()> {
        match self {
            Self::Audit { bundle, key, witness, quorum } => {
                let read = |key: &String| {
                    Verifier::read(key).with_context(|| format!("`{key}` is not a public key"))
                };
                let witnesses = witness.iter().map(read).collect::<Result<Vec<_>>>()?;
                recount(bundle, key.as_ref().map(read).transpose()?, (&witnesses, *quorum))
            }
            _ => Ok(()),
        }
    }

    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    pub(super) async fn run(self, app: App) -> Result<()> {
        let now = app.clock.now();
        let id = contest::by_slug(&app.db, self.contest()).await?.id();
        match self {
            Self::Audit { .. } => {}
            Self::Bundle { contest, out } => {
                app.votes.close(id, now).await?;
                let bundle = app.votes.bundle_telling(&app.db, id, progress()).await?;
                let out = out.unwrap_or_else(|| format!("{contest}-votes.zip").into());
                bundle.write(std::fs::File::create(&out)?)?.sync_all()?;
                println!("{}: {} leaves", out.display(), bundle.leaves.len());
                if bundle.result.is_empty() {
                    println!("no result is published yet: an audit ends at check 11");
                }
            }
            Self::Key { .. } => {
                let keys = app.votes.keys(&app.db, id).await?;
                let (first, now) = keys.context("the log is not open yet: a running site opens it once the contest is announced")?;
                println!("{}", first.text());
                if now != first {
                    println!("{}", now.text());
                }
            }
            Self::Verify { .. } => {
                let standing = while_counting(&app, id, app.votes.settle(id, now)).await?;
                if !agree(&app, id).await? {
                    bail!("votes or tallies are not what the log says; `hoithi vote rebuild`");
                }
                println!("{} leaves, {} votes: all agree", standing.leaves, standing.votes);
            }
            Self::Rebuild { .. } => {
                let tx = db::begin(&app.db).await?;
                voting::forget(&tx, id).await?;
                tx.commit().await?;
                let standing = while_counting(&app, id, app.votes.settle(id, now)).await?;
                println!("{} votes, made anew from the log", standing.votes);
            }
            Self::Links { contest, from, out, days } => {
                let out = out.unwrap_or_else(|| format!("{contest}-links.csv").into());
                let count = links(&app, id, (&from, &out), now.plus_seconds(days * 86400)).await?;
                println!("{}: {count} links", out.display());
            }
            Self::Members { contest, from, out } => {
                let out = out.unwrap_or_else(|| format!("{contest}-members.csv").into());
                let count = members(&app, id, (&from, &out)).await?;
                println!("{}: {count} members", out.display());
            }
            Self::RotateKeys { .. } => {
                keys(&app, id, KeyAct::Rotate).await?;
                println!("new keys sign from here on; copy the folder of keys to every node");
            }
            Self::DestroyKey { .. } => {
                keys(&app, id, KeyAct::Destroy).await?;
                println!("the key is gone: nobody can be tied to a vote any more");
            }
        }
        Ok(())
    }

    fn contest(&self) -> &str {
        match self {
            Self::Audit { .. } => "",
            Self::Bundle { contest, .. }
            | Self::Key { contest }
            | Self::RotateKeys { contest }
            | Self::Verify { contest }
            | Self::Rebuild { contest }
            | Self::Links { contest, .. }
            | Self::Members { contest, .. }
            | Self::DestroyKey { contest, .. } => contest,
        }
    }
}

/// Whether votes and tallies say what the log says.
async fn agree(app: &App, contest: ContestId) -> Result<bool> {
    let result = voting::result(&app.db, contest).await?;
    let logged = voting::logged_counts(&app.db, contest, result.as_deref()).await?;
    let (counted, agree) = voting::checked_counts(&app.db, contest).await?;
    Ok(agree && counted == logged)
}

/// Acts on keys here; where a running site writes the log, asks it to and waits until it has.
async fn keys(app: &App, contest: ContestId, act: KeyAct) -> Result<()> {
    let done = worker::keys::keys(app, contest, act).await;
    let elsewhere =
        |error: &anyhow::Error| matches!(error.downcast_ref(), Some(voting::Error::Elsewhere(_)));
    match done {
        Err(error) if elsewhere(&error) => {}
        done => return done,
    }
    let tx = db::begin(&app.db).await?;
    let job = jobs::enqueue(&tx, &Job::VoteKeys { contest, act }, app.clock.now()).await?;
    tx.commit().await?;
    let mut last = String::new();
    for _ in 0..120 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        match jobs::open(&app.db, job).await? {
            None => return Ok(()),
            Some(error) => last = error,
        }
    }
    bail!("the running site has not done it yet and goes on trying: {last}")
}

/// The rows of a sheet, heads first.
fn rows(from: &Path) -> Result<Vec<Vec<String>>> {
    let bytes = std::fs::read(from).with_context(|| from.display().to_string())?;
    sheet::read(bytes.into(), MOST).with_context(|| from.display().to_string())
}

/// What is wrong with the first wrong row of a list.
fn fault(faults: Vec<lists::Fault>) -> anyhow::Error {
    let said = |(at, refused): &lists::Fault| {
        anyhow!("line {}: {}", at + 1, words::say(Lang::En, refused.code, &refused.args))
    };
    faults.first().map_or_else(|| anyhow!("nothing is in the list"), said)
}

/// Makes links; says how many.
async fn links(
    app: &App,
    contest: ContestId,
    (from, out): (&Path, &Path),
    expires: Instant,
) -> Result<usize> {
    let rows = rows(from)?;
    let tx = db::begin(&app.db).await?;
    let wanted = lists::groups(&tx, &rows).await.map_err(fault)?;
    let made = voting::add_links(&tx, contest, None, &wanted, expires, app.clock.now()).await?;
    let mut csv = csv::Writer::from_path(out)?;
    csv.write_record(["number", "label", "quota", "address"])?;
    let base = app.config.server.base_url.trim_end_matches('/');
    for row in &made {
        let address = format!("{base}/v/{}", Group::of(row).text(app));
        csv.write_record([&row.number.to_string(), &row.label, &row.quota.to_string(), &address])?;
    }
    csv.flush()?;
    tx.commit().await?;
    Ok(made.len())
}

/// Adds members to the roll; says how many.
async fn members(app: &App, contest: ContestId, (from, out): (&Path, &Path)) -> Result<usize> {
    let rows = rows(from)?;
    let tx = db::begin(&app.db).await?;
    let places = lists::places(&tx, &rows).await.map_err(fault)?;
    let slips = member::enrol(app, &tx, contest, None, places).await?;
    let mut csv = csv::Writer::from_path(out)?;
    csv.write_record(["number", "unit", "name", "code", "address"])?;
    let base = app.config.server.base_url.trim_end_matches('/');
    for slip in &slips {
        let address = format!("{base}/m/{}", slip.code);
        let (number, place) = (slip.number.to_string(), &slip.place);
        csv.write_record([&number, &place.code, &place.name, &grouped(&slip.code), &address])?;
    }
    csv.flush()?;
    tx.commit().await?;
    Ok(slips.len())
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn recount(path: &Path, key: Option<Verifier>, witnesses: (&[Verifier], usize)) -> Result<()> {
    let file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
    let bundle = Bundle::read(std::io::BufReader::new(file))?;
    let pinned = key.is_some();
    let own = || Verifier::read(&bundle.key).context("the bundle names no key");
    let key = key.map_or_else(own, Ok)?;
    let audited = audit_telling(&bundle, &key, witnesses, progress())?;
    for (number, check) in Audited::CHECKS.iter().enumerate() {
        println!("{:>2} ok  {check}", number + 1);
    }
    if !pinned {
        println!("   the key is the bundle's own: give --key to check against the one made known");
    }
    let root = data_encoding::BASE64.encode(&audited.root);
    println!("{} leaves, {} checkpoints, root {root}", audited.leaves, audited.checkpoints);
    let counts = &audited.counts;
    println!(
        "{} ballots count; {} votes set aside, {} disqualified",
        counts.standing, counts.quarantined, counts.disqualified
    );
    if audited.later > 0 {
        println!("{} decisions came after this result; a correction would say them", audited.later);
    }
    let mut places: Vec<_> = counts.counts.iter().collect();
    places
        .sort_by_key(|(entry, count)| (std::cmp::Reverse(**count), entry.len(), (*entry).clone()));
    for (entry, count) in places {
        println!("{entry}\t{count}");
    }
    Ok(())
}
