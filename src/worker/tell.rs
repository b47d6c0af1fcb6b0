//! Letters about an entry, and about a result.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use entity::id::{EntryId, PublicationId};
use entity::{entry, letter, publication};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::guardian;
use crate::app::App;
use crate::contest::Contest;
use crate::contest::definition::PhaseKind;
use crate::letters::{self, Draft};
use crate::refusal::Arg;
use crate::words::{self, Lang};
use crate::{contest, db, results, screening};

/// Writes to the entrant, where there is an address.
pub(super) async fn tell(app: &App, id: EntryId, about: &str) -> Result<()> {
    let entry = entry::Entity::find_by_id(id).one(&app.db).await?.context("the entry is gone")?;
    let contest = contest::by_id(&app.db, entry.contest_id).await?;
    if about == guardian::FIRST {
        // The lock keeps the letter from being written twice.
        let tx = db::begin(&app.db).await?;
        let contest = contest::lock(&tx, contest.id()).await?;
        guardian::ask(app, &tx, (&contest, &entry)).await?;
        tx.commit().await?;
        return Ok(());
    }
    let lang = Lang::of(&entry.lang);
    let (reason, note) = if about == "disqualified" {
        let reason = results::struck_because(&app.db, &entry).await?;
        (reason.unwrap_or_default(), String::new())
    } else {
        let finding = screening::last(&app.db, id).await?;
        let reason = finding.as_ref().and_then(|found| found.reason.as_deref());
        let reason = reason.map(|reason| words::say(lang, reason, &[])).unwrap_or_default();
        (reason, finding.and_then(|found| found.note).unwrap_or_default())
    };
    let tx = db::begin(&app.db).await?;
    write(app, &tx, (&contest, &entry), about, (reason, note)).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes one letter about an entry, in the language that it was entered in.
pub(super) async fn write(
    app: &App,
    tx: &DatabaseTransaction,
    (contest, entry): (&Contest, &entry::Model),
    about: &str,
    (reason, note): (String, String),
) -> Result<()> {
    let Some(email) = &entry.email else { return Ok(()) };
    let lang = Lang::of(&entry.lang);
    let now = app.clock.now();
    let due = |at| words::deadline(lang, now, at);
    let until = entry.repair_until.map(due).unwrap_or_default();
    let intake = contest.open(PhaseKind::Intake, now);
    let closes = intake.map(|window| due(window.closes)).unwrap_or_default();
    let base = app.config.server.base_url.trim_end_matches('/');
    let slug = contest.slug();
    let args = [
        ("contest", Arg::from(contest.definition.title.read(lang.is_english()))),
        ("title", Arg::from(entry.title.as_str())),
        ("code", Arg::from(entry.code.as_str())),
        ("number", Arg::from(i64::from(entry.number.unwrap_or(0)))),
        ("address", Arg::from(format!("{base}/receipts/{}", entry.code))),
        ("results", Arg::from(format!("{base}/contests/{slug}/results"))),
        ("enter", Arg::from(format!("{base}/contests/{slug}/entries/new"))),
        ("reason", Arg::from(reason)),
        ("note", Arg::from(note)),
        ("until", Arg::from(until)),
        ("closes", Arg::from(closes)),
    ];
    let draft = Draft {
        kind: about,
        to: email,
        lang,
        args: &args,
        contest: Some(contest.id()),
        entry: Some(entry.id),
    };
    Ok(letters::write(tx, &draft, app.clock.now()).await?)
}

/// Entries whose letters are written in one transaction.
const BATCH: usize = 200;

/// Writes to everybody whom a publication concerns: to winners that they won, to all others that
/// there is a result. A correction congratulates only those who had won nothing before; all others
/// are told that the result was corrected. Done again, it writes to nobody twice.
pub(super) async fn announce(app: &App, id: PublicationId) -> Result<()> {
    let row = publication::Entity::find_by_id(id).one(&app.db).await?;
    let row = row.context("the publication is gone")?;
    let contest = contest::by_id(&app.db, row.contest_id).await?;
    let won = winners(app, id).await?;
    let before = match row.replaces_id {
        Some(old) => winners(app, old).await?,
        None => BTreeSet::new(),
    };
    let other = if row.replaces_id.is_some() { "corrected" } else { "result" };
    let since = row.approved_at.unwrap_or(row.proposed_at);
    let told = letter::Entity::find()
        .select_only()
        .column(letter::Column::EntryId)
        .filter(letter::Column::ContestId.eq(contest.id()))
        .filter(letter::Column::Kind.is_in(["won", "result", "corrected"]))
        .filter(letter::Column::CreatedAt.gte(since))
        .filter(letter::Column::EntryId.is_not_null());
    let told: BTreeSet<EntryId> = told.into_tuple().all(&app.db).await?.into_iter().collect();
    let mut entries = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::State.eq(entry::State::Accepted))
        .filter(entry::Column::Email.is_not_null())
        .order_by_asc(entry::Column::Number)
        .all(&app.db)
        .await?;
    entries.retain(|entry| !told.contains(&entry.id));
    for chunk in entries.chunks(BATCH) {
        let tx = db::begin(&app.db).await?;
        for entry in chunk {
            let is_new = won.contains(&entry.id) && !before.contains(&entry.id);
            let about = if is_new { "won" } else { other };
            let finding = (String::new(), String::new());
            write(app, &tx, (&contest, entry), about, finding).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Entries that hold a prize of a publication.
async fn winners(app: &App, publication: PublicationId) -> Result<BTreeSet<EntryId>> {
    let mut awards = results::awards(&app.db, publication).await?;
    awards.retain(results::award::holds);
    Ok(awards.into_iter().filter_map(|award| award.entry_id).collect())
}
