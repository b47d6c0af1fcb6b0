//! Putting people to work through the same functions as the pages.

use anyhow::{Context, Result};
use entity::entry::EntrantKind;
use entity::id::{CategoryId, EntryId, FileId, UnitId, UserId};
use entity::instant::Instant;

use super::{people, picture};
use crate::app::{self, App};
use crate::contest::definition::{Level, Slot, SlotKind};
use crate::contest::{self, Contest, Screener};
use crate::entry::{self, Author, New, Person, code};
use crate::judging::{self, Judge, Marks};
use crate::screening::{self, Finding};
use crate::voting::{self, Proof, Touch, Trace};
use crate::words::Lang;
use crate::{account, db, media};
use sea_orm::EntityTrait;
use tempfile::NamedTempFile;
use tokio::task::JoinHandle;

/// Somebody with a name and an address; the same address is the same person.
pub(super) async fn person(app: &App, name: &str, email: &str, now: Instant) -> Result<UserId> {
    let tx = db::begin(&app.db).await?;
    let id = account::invite(&tx, name, email, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// A photograph that is drawn, with all that is found in it and made of it.
pub(super) struct Photograph {
    bytes: Vec<u8>,
    facts: media::Facts,
    copies: Vec<media::Copy>,
}

/// What a work shows beside its words.
pub(super) enum Shot {
    /// A photograph, with its copies.
    Photograph(Photograph),
    /// A film, as it is sent; the worker makes its copies.
    Film(NamedTempFile),
}

/// Draws the photograph of the person with this number, beside whatever else is done.
pub(super) fn photograph(number: u64) -> JoinHandle<Result<Shot>> {
    tokio::task::spawn_blocking(move || {
        let bytes = pixels::jpeg(&picture::draw(number + 1, 840, 560), 75.0)?;
        let facts = media::read(&bytes).map_err(|flaw| anyhow::anyhow!("{flaw}"))?;
        let copies = media::copies(&bytes).map_err(|flaw| anyhow::anyhow!("{flaw}"))?;
        Ok(Shot::Photograph(Photograph { bytes, facts, copies }))
    })
}

/// Whether entries of a contest have a photograph.
pub(super) fn has_photographs(contest: &Contest) -> bool {
    let slots = contest.definition.categories.first().map(|one| &one.slots);
    slots.into_iter().flatten().any(is_photograph)
}

fn is_photograph(slot: &Slot) -> bool {
    slot.kind == SlotKind::Photo && slot.fewest() > 0
}

/// Enters a work for the person with this number, with a photograph or a film where there has to be
/// one.
pub(super) async fn enter(
    app: &App,
    contest: &Contest,
    (number, unit, shot): (u64, UnitId, Option<Shot>),
    sent: Instant,
) -> Result<EntryId> {
    let tx = db::begin(&app.db).await?;
    let ids = contest::category_ids(&tx, contest.id()).await?;
    let category: CategoryId = *ids.values().next().context("a category")?;
    let new = New {
        id: EntryId::new(),
        code: code::letters(&app::fresh::<8>()),
        category,
        author: None,
        officer: None,
        resume_hash: Some(app::fresh::<32>()),
        unit: Some(unit),
        lang: "vi".to_owned(),
    };
    let hash = new.resume_hash;
    let row = entry::open(&tx, contest, new, sent).await?;
    let author = Author::of(&tx, row, None, hash, sent).await?;
    tx.commit().await?;
    fill(app, contest, &author, (number, shot), sent).await?;
    let tx = db::begin(&app.db).await?;
    let asked = entry::asked(&contest.definition, Lang::Vi);
    let agreed: Vec<String> = asked.into_iter().map(|asked| asked.key).collect();
    let entry = entry::submit(&tx, &author, &agreed, sent).await?;
    tx.commit().await?;
    Ok(entry.id)
}

/// Finds an entry valid.
pub(super) async fn accept(
    app: &App,
    contest: &Contest,
    entry: EntryId,
    screener: UserId,
    found: Instant,
) -> Result<()> {
    let tx = db::begin(&app.db).await?;
    let screener = Screener::of(&tx, contest, screener, found).await?;
    screening::find(&tx, &screener, entry, &Finding::Accept, found).await?;
    tx.commit().await?;
    Ok(())
}

async fn fill(
    app: &App,
    contest: &Contest,
    author: &Author,
    (number, shot): (u64, Option<Shot>),
    now: Instant,
) -> Result<()> {
    let name = people::name(number);
    let slots = contest.definition.categories.first().map(|one| one.slots.clone());
    let slots = slots.unwrap_or_default();
    let (title, kind) = match shot {
        Some(Shot::Photograph(_)) => (people::photo_title(number), EntrantKind::Person),
        Some(Shot::Film(_)) => (people::film_title(number), EntrantKind::Unit),
        None => (people::essay_title(number), EntrantKind::Person),
    };
    if let Some(shot) = shot {
        send(app, contest, author, (number, shot), now).await?;
    }
    let tx = db::begin(&app.db).await?;
    let person = Person {
        title: title.to_owned(),
        kind: Some(kind),
        name: name.clone(),
        shown: name,
        unit: author.entry.unit_id,
        phone: format!("090{:07}", 1_000_000 + number * 7919 % 8_999_999),
        ..Person::default()
    };
    entry::save(&tx, author, contest, &person, None, now).await?;
    for slot in slots.iter().filter(|slot| slot.kind == SlotKind::Text && slot.fewest() > 0) {
        let length = if slot.words.min.is_some() { 700 } else { 120 };
        entry::set_text(&tx, author, slot, &people::essay(number, length), now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Puts a photograph or a film into the slot for it.
async fn send(
    app: &App,
    contest: &Contest,
    author: &Author,
    (number, shot): (u64, Shot),
    now: Instant,
) -> Result<()> {
    let slots = contest.definition.categories.iter().flat_map(|category| &category.slots);
    let kind = if matches!(shot, Shot::Film(_)) { SlotKind::Video } else { SlotKind::Photo };
    let slot = slots.clone().find(|slot| slot.kind == kind).context("a slot")?;
    let (kept, copies) = match shot {
        Shot::Photograph(Photograph { bytes, facts, copies }) => {
            let name = format!("DSC_{:04}.jpg", 1000 + number);
            (media::keep(&app.store, bytes.into(), &name, facts).await?, copies)
        }
        Shot::Film(film) => {
            let facts = app.decoder.read(film.path()).await?;
            let (id, name) = (FileId::new(), format!("VID_{:04}.mp4", 1000 + number));
            (media::keep_file(&app.store, film.path(), id, &name, facts, None).await?, Vec::new())
        }
    };
    let tx = db::begin(&app.db).await?;
    let id = entry::add_file(&tx, author, contest, slot, kept, now).await?.context("a new file")?;
    if !copies.is_empty() {
        let copies = media::keep_copies(&app.store, id, &copies).await?;
        media::ready(&tx, id, &copies).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Casts votes, each from a browser of its own.
pub(super) async fn votes(
    app: &App,
    contest: &Contest,
    entries: &[EntryId],
    at: Instant,
) -> Result<()> {
    let id = contest.id().to_string();
    let mut touches = Vec::new();
    for entry in entries {
        let row = entity::entry::Entity::find_by_id(*entry).one(&app.db).await?;
        let number = row.context("an entry")?.number.context("a number")?;
        let touch = Touch { entry: u32::try_from(number)?, nonce: 0, at };
        let proof = Proof {
            key: app.key.hash("voter", &[id.as_bytes(), &app::fresh::<16>()]),
            level: Level::Device,
            person: voting::Person::default(),
            link: None,
            worked: true,
            trace: Trace::default(),
        };
        touches.push((touch, proof));
    }
    let cast = touches.iter().map(|(touch, proof)| app.votes.cast(contest.id(), *touch, proof));
    futures_util::future::try_join_all(cast).await?;
    Ok(())
}

/// Marks the first `share` per cent of a judge's work, then declares it final when it was all.
pub(super) async fn judge(
    app: &App,
    contest: &Contest,
    (key, user): (&str, UserId),
    share: usize,
    now: Instant,
) -> Result<()> {
    let round = contest::round_by_key(&app.db, contest.id(), key).await?;
    let judge = Judge::of(&app.db, round.id, user).await?;
    let work = judging::work(&app.db, &judge).await?;
    let criteria = contest.definition.round(key).map(|round| round.criteria.clone());
    let criteria = criteria.unwrap_or_default();
    let count = work.len() * share / 100;
    for one in work.iter().take(count) {
        let worth = quality(one.assignment.entry_id, 0);
        let marks = criteria.iter().map(|criterion| {
            let own = quality(one.assignment.entry_id, u64::from(criterion.key.as_bytes()[0]));
            let taste = quality(one.assignment.entry_id, user.0.as_u128() as u64);
            let part = (worth * 5 + own * 3 + taste * 2) / 10;
            let most = i32::try_from(criterion.max).unwrap_or(10);
            let mark = most * 100 * (55 + i32::try_from(part).unwrap_or(0) * 45 / 100) / 100;
            let step = i32::try_from(criterion.step_hundredths.max(1)).unwrap_or(100);
            (criterion.key.clone(), Some(mark / step * step))
        });
        let said = Marks { marks: marks.collect(), ..Marks::default() };
        let tx = db::begin(&app.db).await?;
        judging::save(&tx, &judge, &one.alias, &said, 0, now).await?;
        tx.commit().await?;
    }
    if share == 100 {
        let tx = db::begin(&app.db).await?;
        judging::finish(&tx, &judge, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// How good something is, from 0 to 100, the same whenever it is asked.
fn quality(entry: EntryId, salt: u64) -> u64 {
    let mut dice = judging::deal::Dice(entry.0.as_u128() as u64 ^ salt.wrapping_mul(0x9E37_79B9));
    dice.roll() % 101
}
