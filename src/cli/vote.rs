//! `hoithi vote`: logs of votes, checked and handed out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use entity::id::ContestId;
use entity::instant::Instant;
use serde::Deserialize;

use crate::app::App;
use crate::ledger::{Audited, Bundle, Verifier, audit};
use crate::voting::NewLink;
use crate::web::group::Group;
use crate::{contest, db, unit, voting};

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
    /// Write a contest's log with all that is needed to recount it.
    Bundle {
        /// The contest's name in addresses.
        contest: String,
        /// Where to; by default CONTEST-votes.zip.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Print the public key of a contest's log, to be made known before the vote.
    Key {
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
    /// Make signed links for units and chat groups from a CSV of `unit,label,members` (unit: a code,
    /// or empty), and write them as CSV with their addresses.
    Links {
        /// The contest's name in addresses.
        contest: String,
        /// The CSV.
        from: PathBuf,
        /// Where to; by default CONTEST-links.csv.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Days for which they hold.
        #[arg(long, default_value_t = 60)]
        days: i64,
    },
    /// Destroy the key by which voters could be tied to votes. Nobody can vote after that.
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
                app.votes.settle(id, now).await?;
                let bundle = app.votes.bundle(&app.db, id).await?;
                let out = out.unwrap_or_else(|| format!("{contest}-votes.zip").into());
                bundle.write(std::fs::File::create(&out)?)?.sync_all()?;
                println!("{}: {} leaves", out.display(), bundle.leaves.len());
            }
            Self::Key { .. } => {
                let key = app.votes.key(&app.db, id).await?;
                println!("{}", key.context("no vote has been counted yet")?.text());
            }
            Self::Verify { .. } => {
                let standing = app.votes.settle(id, now).await?;
                if !voting::tally_agrees(&app.db, id).await? {
                    bail!("votes or tallies are not what the log says; `hoithi vote rebuild`");
                }
                println!("{} leaves, {} votes: all agree", standing.leaves, standing.votes);
            }
            Self::Rebuild { .. } => {
                let tx = db::begin(&app.db).await?;
                voting::forget(&tx, id).await?;
                tx.commit().await?;
                let standing = app.votes.settle(id, now).await?;
                println!("{} votes, made anew from the log", standing.votes);
            }
            Self::Links { contest, from, out, days } => {
                let out = out.unwrap_or_else(|| format!("{contest}-links.csv").into());
                let count = links(&app, id, (&from, &out), now.plus_seconds(days * 86400)).await?;
                println!("{}: {count} links", out.display());
            }
            Self::DestroyKey { .. } => {
                app.votes.destroy_key(id).await?;
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
            | Self::Verify { contest }
            | Self::Rebuild { contest }
            | Self::Links { contest, .. }
            | Self::DestroyKey { contest, .. } => contest,
        }
    }
}

/// A line of the CSV of links.
#[derive(Debug, Deserialize)]
struct Line {
    unit: String,
    label: String,
    members: u32,
}

/// Makes links; says how many.
async fn links(
    app: &App,
    contest: ContestId,
    (from, out): (&Path, &Path),
    expires: Instant,
) -> Result<usize> {
    let mut csv = csv::Reader::from_path(from).with_context(|| from.display().to_string())?;
    let tx = db::begin(&app.db).await?;
    let (mut codes, mut wanted) = (HashMap::new(), Vec::new());
    for (number, line) in csv.deserialize().enumerate() {
        let line: Line = line.with_context(|| format!("line {}", number + 2))?;
        let unit = match codes.get(&line.unit) {
            Some(known) => *known,
            None if line.unit.is_empty() => None,
            None => {
                let unit = unit::by_code(&tx, &line.unit).await;
                let unit = unit.with_context(|| format!("line {}: {}", number + 2, line.unit))?;
                Some(unit.id)
            }
        };
        codes.insert(line.unit, unit);
        wanted.push(NewLink { unit, label: line.label, members: line.members });
    }
    let made = voting::add_links(&tx, contest, &wanted, expires).await?;
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

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn recount(path: &Path, key: Option<Verifier>, witnesses: (&[Verifier], usize)) -> Result<()> {
    let file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
    let bundle = Bundle::read(std::io::BufReader::new(file))?;
    let pinned = key.is_some();
    let own = || Verifier::read(&bundle.key).context("the bundle names no key");
    let key = key.map_or_else(own, Ok)?;
    let audited = audit(&bundle, &key, witnesses)?;
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
    let mut places: Vec<_> = counts.counts.iter().collect();
    places
        .sort_by_key(|(entry, count)| (std::cmp::Reverse(**count), entry.len(), (*entry).clone()));
    for (entry, count) in places {
        println!("{entry}\t{count}");
    }
    Ok(())
}
