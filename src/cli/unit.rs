//! `hoithi unit`: the union's tree.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use serde_json::json;

use super::progress::progress;
use crate::app::App;
use crate::audit::{self, Act};
use crate::words::{self, Lang};
use crate::{db, unit};

/// The union's tree: list it, take a list in, merge units, write it out.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show a unit and all below it; without a code, the whole tree.
    List {
        /// The unit's code.
        code: Option<String>,
        /// Print JSON, one unit a line.
        #[arg(long)]
        json: bool,
    },
    /// Take units in from a CSV or XLSX list, all or none: new ones are made, known ones renamed,
    /// moved and counted anew.
    ///
    /// Columns: code,name,short_name,type,parent,members,source. `hoithi unit export` writes them.
    Import {
        /// The list.
        #[arg(required_unless_present = "shipped")]
        file: Option<PathBuf>,
        /// Take the list that is shipped: the confederation and its federations.
        #[arg(long, conflicts_with = "file")]
        shipped: bool,
        /// Say what is wrong with the list, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// End a unit; another takes over what stands below it.
    ///
    /// Example: hoithi unit merge ldld-ben-tre ldld-vinh-long
    Merge {
        /// Code of the unit that ends.
        ended: String,
        /// Code of the unit that takes over.
        into: String,
    },
    /// Write units as CSV that `import` reads.
    Export {
        /// Only this unit and all below it.
        code: Option<String>,
    },
}

impl Command {
    pub(super) async fn run(self, app: App) -> Result<()> {
        match self {
            Self::List { code, json } => list(&app, code.as_deref(), json).await,
            Self::Import { file, dry_run, .. } => import(&app, file.as_deref(), dry_run).await,
            Self::Merge { ended, into } => merge(&app, &ended, &into).await,
            Self::Export { code } => export(&app, code.as_deref()).await,
        }
    }
}

async fn units(app: &App, code: Option<&str>) -> Result<Vec<entity::unit::Model>> {
    Ok(match code {
        Some(code) => unit::below(&app.db, &unit::by_code(&app.db, code).await?).await?,
        None => unit::all(&app.db).await?,
    })
}

async fn list(app: &App, code: Option<&str>, as_json: bool) -> Result<()> {
    for unit in units(app, code).await? {
        let depth = unit.path.matches('/').count().saturating_sub(2);
        print(&if as_json {
            json!({ "code": unit.code, "name": unit.name, "type": unit.type_code,
                    "path": unit.path, "ended": unit.valid_to.is_some() })
            .to_string()
        } else {
            let ended = if unit.valid_to.is_some() { "  (ended)" } else { "" };
            format!("{}{}  {}{ended}", "  ".repeat(depth), unit.code, unit.name)
        });
    }
    Ok(())
}

async fn import(app: &App, file: Option<&Path>, dry_run: bool) -> Result<()> {
    let (rows, mut faults) = match file {
        None => (unit::top(), Vec::new()),
        Some(file) => {
            let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
            unit::read(&bytes).with_context(|| file.display().to_string())?
        }
    };
    let (number, now) = (rows.len(), app.clock.now());
    let tx = db::begin(&app.db).await?;
    let seen = progress();
    faults.extend(unit::import_seen(&tx, rows, now, |done, all| seen("units", done, all)).await?);
    let named =
        file.map_or_else(|| "the shipped list".to_owned(), |file| file.display().to_string());
    if !faults.is_empty() {
        for fault in &faults {
            let args = [("value", fault.value.as_str().into())];
            print(&format!("{named}:{}: {}", fault.line, words::say(Lang::En, fault.code, &args)));
        }
        bail!("{} lines cannot be taken; nothing was changed", faults.len());
    }
    if dry_run {
        print(&format!("{named}: {number} units could be taken in"));
        return Ok(());
    }
    let act =
        Act { role: "operator", act: "units-imported", subject: named.clone(), ..Act::default() };
    audit::record(&tx, act, now).await?;
    tx.commit().await?;
    print(&format!("{named}: {number} units taken in"));
    Ok(())
}

async fn merge(app: &App, ended: &str, into: &str) -> Result<()> {
    let now = app.clock.now();
    let tx = db::begin(&app.db).await?;
    let (ended, into) = (unit::by_code(&tx, ended).await?, unit::by_code(&tx, into).await?);
    if ended.valid_to.is_some() {
        bail!("{} has ended already", ended.name);
    }
    unit::merge(&tx, &ended, &into, now).await?;
    let act = Act {
        role: "operator",
        act: "unit-merged",
        subject: format!("unit:{}", ended.id),
        after: Some(json!({ "into": into.code })),
        ..Act::default()
    };
    audit::record(&tx, act, now).await?;
    tx.commit().await?;
    print(&format!("{} has ended; {} takes over", ended.name, into.name));
    Ok(())
}

async fn export(app: &App, code: Option<&str>) -> Result<()> {
    let mut csv = csv::Writer::from_writer(std::io::stdout());
    for row in unit::rows(&app.db, units(app, code).await?, app.clock.now()).await? {
        csv.serialize(row)?;
    }
    csv.flush()?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn print(line: &str) {
    println!("{line}");
}
