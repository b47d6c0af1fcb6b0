//! What a judge says: marks and a comment on a sheet, a step aside, the last word.

use std::collections::BTreeMap;

use entity::assignment::{self, State as Work_};
use entity::id::SheetId;
use entity::instant::Instant;
use entity::{candidate, mark, seat, sheet};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect, Set,
};

use super::Error;
use super::give::give;
use super::judge::{Judge, dealt, gone, notes};
use super::pair;
use super::record::definition_of;
use super::turn::may_say;
use crate::audit::{self, Act};
use crate::contest;
use crate::contest::definition::{Round, RoundKind, VETO};

/// Most letters of a note.
pub const LETTERS: usize = 300;

/// What a judge says of an entry; a mark of `None` takes the mark away.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// Hundredths of a point, by criterion.
    pub marks: BTreeMap<String, Option<i32>>,
    /// Words beside criteria, by criterion; empty ones are taken away.
    pub notes: BTreeMap<String, String>,
    /// Words to the panel; `None` leaves them as they are.
    pub comment: Option<String>,
}

/// What was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The sheet's version now.
    pub version: i32,
    /// Whether every criterion has a mark.
    pub is_done: bool,
}

/// Saves marks and comment; only what is named changes. `version` is the one that the
/// judge saw, 0 before the first.
///
/// # Errors
/// [`Error::Stale`] when the sheet was saved elsewhere meanwhile; [`Error::Mark`] off the scale;
/// [`Error::Final`] after the judge finished; [`Error::NotOpen`] outside the round.
pub async fn save(
    tx: &DatabaseTransaction,
    judge: &Judge,
    alias: &str,
    said: &Marks,
    version: i32,
    now: Instant,
) -> Result<Saved, Error> {
    let (definition, _) = may_say(tx, judge, now).await?;
    let work = assigned(tx, judge, alias).await?;
    bounded(&definition, said)?;
    write(tx, &definition, work, said, version, now).await
}

/// Writes what was said on the sheet of an assignment.
pub(super) async fn write(
    tx: &DatabaseTransaction,
    definition: &Round,
    work: assignment::Model,
    said: &Marks,
    version: i32,
    now: Instant,
) -> Result<Saved, Error> {
    let old = sheet::Entity::find().filter(sheet::Column::AssignmentId.eq(work.id)).one(tx).await?;
    let held = old.as_ref().map_or(0, |sheet| sheet.version);
    let notes = noted(old.as_ref().map(notes).unwrap_or_default(), said);
    if held != version {
        return Err(Error::Stale(held));
    }
    let row = match old {
        Some(row) => {
            let mut row = row.into_active_model();
            row.version = Set(held + 1);
            row.notes = Set(notes);
            row.saved_at = Set(now);
            row
        }
        None => sheet::ActiveModel {
            id: Set(SheetId::new()),
            assignment_id: Set(work.id),
            version: Set(1),
            comment: Set(None),
            notes: Set(notes),
            saved_at: Set(now),
        },
    };
    let row = written(tx, row, said, held == 0).await?;
    for (key, hundredths) in &said.marks {
        mark::Entity::delete_by_id((row.id, key.clone())).exec(tx).await?;
        if let Some(hundredths) = hundredths {
            let mark = mark::ActiveModel {
                sheet_id: Set(row.id),
                criterion_key: Set(key.clone()),
                hundredths: Set(*hundredths),
            };
            mark::Entity::insert(mark).exec_without_returning(tx).await?;
        }
    }
    let marks = mark::Entity::find().filter(mark::Column::SheetId.eq(row.id)).all(tx).await?;
    let has = |key: &str| marks.iter().any(|mark| mark.criterion_key == key);
    let sheet = definition.sheet();
    // Where lists or pairs are judged, a comment alone finishes nothing.
    let is_done = match sheet.is_empty() {
        true => work.state == Work_::Done,
        false => sheet.iter().all(|criterion| has(&criterion.key)),
    };
    let vetoed = marks.iter().any(|mark| mark.criterion_key == VETO && mark.hundredths > 0);
    if vetoed && row.comment.is_none() {
        return Err(Error::NoReason);
    }
    let mut work = work.into_active_model();
    work.state = Set(if is_done { Work_::Done } else { Work_::Open });
    work.update(tx).await?;
    Ok(Saved { version: row.version, is_done })
}

/// The notes with what was said now.
fn noted(mut notes: BTreeMap<String, String>, said: &Marks) -> Option<serde_json::Value> {
    for (key, words) in &said.notes {
        let words: String = words.trim().chars().take(LETTERS).collect();
        match words.is_empty() {
            true => notes.remove(key),
            false => notes.insert(key.clone(), words),
        };
    }
    (!notes.is_empty()).then(|| serde_json::json!(notes))
}

async fn written(
    tx: &DatabaseTransaction,
    mut row: sheet::ActiveModel,
    said: &Marks,
    is_new: bool,
) -> Result<sheet::Model, DbErr> {
    if let Some(comment) = &said.comment {
        row.comment = Set((!comment.is_empty()).then(|| comment.clone()));
    }
    if is_new { row.insert(tx).await } else { row.update(tx).await }
}

pub(super) fn bounded(definition: &Round, said: &Marks) -> Result<(), Error> {
    let known = |key: &String| definition.sheet().iter().any(|criterion| criterion.key == *key);
    if let Some(key) = said.notes.keys().find(|key| !known(key)) {
        return Err(Error::Mark(key.clone(), 0));
    }
    for (key, hundredths) in &said.marks {
        let sheet = definition.sheet();
        let criterion = sheet.iter().find(|criterion| criterion.key == *key);
        let Some(criterion) = criterion else { return Err(Error::Mark(key.clone(), 0)) };
        let most = i64::from(criterion.max) * 100;
        let step = i64::from(criterion.step_hundredths.max(1));
        let fits = |mark: i32| (0..=most).contains(&i64::from(mark)) && i64::from(mark) % step == 0;
        if hundredths.is_some_and(|mark| !fits(mark)) {
            return Err(Error::Mark(key.clone(), criterion.max));
        }
    }
    Ok(())
}

pub(super) async fn assigned(
    tx: &DatabaseTransaction,
    judge: &Judge,
    alias: &str,
) -> Result<assignment::Model, Error> {
    let entry = candidate::Entity::find()
        .filter(candidate::Column::RoundId.eq(judge.round.id))
        .filter(candidate::Column::Alias.eq(alias))
        .one(tx)
        .await?;
    let entry = entry.ok_or(Error::Unknown)?.entry_id;
    let work = assignment::Entity::find()
        .filter(assignment::Column::SeatId.eq(judge.seat.id))
        .filter(assignment::Column::EntryId.eq(entry))
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    work.filter(|work| work.state != Work_::SteppedAside).ok_or(Error::Unknown)
}

/// Steps aside from an entry, with a reason; it goes to another judge.
///
/// # Errors
/// [`Error::Unknown`] when it is not on the judge's desk.
pub async fn step_aside(
    tx: &DatabaseTransaction,
    judge: &Judge,
    alias: &str,
    reason: &str,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, judge.round.contest_id).await?;
    let definition = definition_of(&contest, &judge.round)?;
    let work = assigned(tx, judge, alias).await?;
    let mut work = work.into_active_model();
    work.state = Set(Work_::SteppedAside);
    work.reason = Set(Some(reason.to_owned()));
    work.update(tx).await?;
    give(tx, &judge.round, definition, now).await?;
    record(tx, judge, "judge-stepped-aside", now).await
}

/// Declares all sheets final; later changes need the organiser.
///
/// # Errors
/// [`Error::Incomplete`] while some are not complete.
pub async fn finish(tx: &DatabaseTransaction, judge: &Judge, now: Instant) -> Result<(), Error> {
    let contest = contest::hold(tx, judge.round.contest_id).await?;
    let definition = definition_of(&contest, &judge.round)?;
    if definition.kind == RoundKind::Pairwise {
        let seat = seat::Entity::find_by_id(judge.seat.id);
        seat.lock(LockType::NoKeyUpdate).one(tx).await?;
        // The last pair may have left the contest since the judge was asked.
        pair::settle(tx, judge, definition).await?;
    }
    let open = assignment::Entity::find()
        .filter(assignment::Column::SeatId.eq(judge.seat.id))
        .filter(assignment::Column::State.eq(Work_::Open))
        .all(tx)
        .await?;
    let gone = gone(tx, dealt(judge)).await?;
    let open = open.iter().filter(|one| !gone.contains(&one.entry_id)).count();
    if open > 0 {
        return Err(Error::Incomplete(u32::try_from(open).unwrap_or(u32::MAX)));
    }
    let mut seat = judge.seat.clone().into_active_model();
    seat.finished_at = Set(Some(now));
    seat.update(tx).await?;
    record(tx, judge, "judge-finished", now).await
}

async fn record(
    tx: &DatabaseTransaction,
    judge: &Judge,
    act: &'static str,
    now: Instant,
) -> Result<(), Error> {
    let act = Act {
        actor: Some(judge.seat.user_id),
        role: "judge",
        act,
        subject: format!("seat:{}", judge.seat.id),
        contest: Some(judge.round.contest_id),
        before: None,
        after: None,
    };
    Ok(audit::record(tx, act, now).await?)
}
