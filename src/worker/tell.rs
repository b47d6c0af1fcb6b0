//! Letters about an entry, and about a result.

use anyhow::{Context, Result};
use entity::entry;
use entity::id::{EntryId, PublicationId};
use entity::{award, publication};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::letters::{self, Draft};
use crate::refusal::Arg;
use crate::words::{self, Lang};
use crate::{contest, db, screening};

/// Writes to the entrant, where there is an address.
pub(super) async fn tell(app: &App, id: EntryId, about: &str) -> Result<()> {
    let entry = entry::Entity::find_by_id(id).one(&app.db).await?.context("the entry is gone")?;
    let Some(email) = entry.email.clone() else { return Ok(()) };
    let contest = contest::by_id(&app.db, entry.contest_id).await?;
    let lang = Lang::of(&entry.lang);
    let finding = screening::last(&app.db, id).await?;
    let reason = finding.as_ref().and_then(|found| found.reason.as_deref());
    let reason = reason.map(|reason| words::say(lang, reason, &[])).unwrap_or_default();
    let note = finding.as_ref().and_then(|found| found.note.clone()).unwrap_or_default();
    let until = entry.repair_until.map(|until| words::moment(lang, until)).unwrap_or_default();
    let base = app.config.server.base_url.trim_end_matches('/');
    let args = [
        ("contest", Arg::from(contest.definition.title.read(lang.is_english()))),
        ("title", Arg::from(entry.title.as_str())),
        ("code", Arg::from(entry.code.as_str())),
        ("number", Arg::from(i64::from(entry.number.unwrap_or(0)))),
        ("address", Arg::from(format!("{base}/receipts/{}", entry.code))),
        ("reason", Arg::from(reason)),
        ("note", Arg::from(note)),
        ("until", Arg::from(until)),
    ];
    let draft = Draft {
        kind: about,
        to: &email,
        lang,
        args: &args,
        contest: Some(contest.id()),
        entry: Some(id),
    };
    let tx = db::begin(&app.db).await?;
    letters::write(&tx, &draft, app.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes to everybody who won something.
pub(super) async fn announce(app: &App, id: PublicationId) -> Result<()> {
    let row = publication::Entity::find_by_id(id).one(&app.db).await?;
    row.context("the publication is gone")?;
    let awards = award::Entity::find()
        .filter(award::Column::PublicationId.eq(id))
        .filter(award::Column::EntryId.is_not_null())
        .all(&app.db)
        .await?;
    let mut told = std::collections::BTreeSet::new();
    for award in awards {
        if let Some(entry) = award.entry_id.filter(|entry| told.insert(*entry)) {
            tell(app, entry, "won").await?;
        }
    }
    Ok(())
}
