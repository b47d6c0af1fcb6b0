//! Sheets filled by hand: one person keys them in, another compares them with the paper, and only
//! then do they count.

use std::collections::BTreeMap;

use entity::assignment::State as Work_;
use entity::id::{PaperId, SeatId};
use entity::instant::Instant;
use entity::paper::{self, State};
use entity::round::State as RoundState;
use entity::{round, seat};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::judge::{Judge, Work, work};
use super::record::{definition_of, record};
use super::say::{bounded, write};
use super::{Error, Marks};
use crate::contest::definition::Round;
use crate::contest::{self, Organiser};

/// What stands on paper about one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Hundredths of a point, by criterion.
    pub marks: BTreeMap<String, i32>,
    /// Words beside criteria, by criterion.
    #[serde(default)]
    pub notes: BTreeMap<String, String>,
    /// Words to the panel; empty: none.
    #[serde(default)]
    pub comment: String,
    /// Version of the sheet when it was keyed in; 0 where there was none.
    pub version: i32,
}

/// A judge's paper: what was keyed in, by alias.
pub type Rows = BTreeMap<String, Row>;

/// Sheets that were keyed in, newest last.
///
/// # Errors
/// When the database fails.
pub async fn papers(
    db: &impl ConnectionTrait,
    seats: impl IntoIterator<Item = SeatId>,
) -> Result<Vec<paper::Model>, DbErr> {
    paper::Entity::find()
        .filter(paper::Column::SeatId.is_in(seats))
        .order_by_asc(paper::Column::KeyedAt)
        .all(db)
        .await
}

/// What was keyed in; nothing where it cannot be read.
#[must_use]
pub fn rows(paper: &paper::Model) -> Rows {
    serde_json::from_value(paper.rows.clone()).unwrap_or_default()
}

/// The judge in a seat of an open round, for somebody who organises it.
async fn seated(
    tx: &DatabaseTransaction,
    by: &Organiser,
    key: &str,
    id: SeatId,
) -> Result<(Judge, Round), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let round = contest::round_by_key(tx, contest.id(), key).await?;
    let definition = definition_of(&contest, &round)?.clone();
    if round.state != RoundState::Open {
        return Err(Error::NotOpen);
    }
    let seat = seat::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    let seat = seat.filter(|seat| seat.round_id == round.id).ok_or(Error::Unknown)?;
    if seat.finished_at.is_some() {
        return Err(Error::Final);
    }
    Ok((Judge { seat, round }, definition))
}

/// The seat of a round.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn judge(
    db: &impl ConnectionTrait,
    round: &round::Model,
    id: SeatId,
) -> Result<Judge, Error> {
    let seat = seat::Entity::find_by_id(id).one(db).await?;
    let seat = seat.filter(|seat| seat.round_id == round.id).ok_or(Error::Unknown)?;
    Ok(Judge { seat, round: round.clone() })
}

/// Keys a judge's paper in, or keys it in again while nobody has checked it. Empty rows are left
/// out. It may be keyed in after the round's phase, until the round is closed.
///
/// # Errors
/// [`Error::Mark`] off the scale; [`Error::Unknown`] of an entry that is not on the judge's desk;
/// [`Error::Final`] where the judge declared the sheets final.
pub async fn key_in(
    tx: &DatabaseTransaction,
    by: &Organiser,
    (key, seat): (&str, SeatId),
    mut typed: Rows,
    now: Instant,
) -> Result<PaperId, Error> {
    let (judge, definition) = seated(tx, by, key, seat).await?;
    let desk = work(tx, &judge).await?;
    typed
        .retain(|_, row| !row.marks.is_empty() || !row.notes.is_empty() || !row.comment.is_empty());
    for (alias, row) in &mut typed {
        let one = on_desk(&desk, alias)?;
        bounded(&definition, &said(row)).map_err(|error| match error {
            Error::Mark(criterion, max) => Error::Mark(format!("{alias}.{criterion}"), max),
            other => other,
        })?;
        row.version = one.sheet.as_ref().map_or(0, |sheet| sheet.version);
    }
    let open = papers(tx, [seat]).await?.into_iter().rfind(|row| row.state != State::Checked);
    let count = typed.len();
    let row = paper::ActiveModel {
        id: Set(open.as_ref().map_or_else(PaperId::new, |row| row.id)),
        seat_id: Set(seat),
        rows: Set(serde_json::to_value(typed).unwrap_or_default()),
        state: Set(State::Keyed),
        keyed_by: Set(by.user()),
        keyed_at: Set(now),
        checked_by: Set(None),
        checked_at: Set(None),
        note: Set(None),
    };
    let row = if open.is_some() { row.update(tx).await? } else { row.insert(tx).await? };
    let after = json!({ "seat": seat, "rows": count });
    record(tx, by, judge.round.id, "paper-keyed", after, now).await?;
    Ok(row.id)
}

fn on_desk<'a>(desk: &'a [Work], alias: &str) -> Result<&'a Work, Error> {
    desk.iter().find(|one| one.alias == alias).ok_or(Error::Unknown)
}

fn said(row: &Row) -> Marks {
    Marks {
        marks: row.marks.iter().map(|(key, mark)| (key.clone(), Some(*mark))).collect(),
        notes: row.notes.clone(),
        comment: (!row.comment.is_empty()).then(|| row.comment.clone()),
    }
}

/// Whoever checks is not who keyed in.
async fn second(
    tx: &DatabaseTransaction,
    by: &Organiser,
    seat: SeatId,
) -> Result<paper::Model, Error> {
    let keyed = papers(tx, [seat]).await?.into_iter().rfind(|row| row.state == State::Keyed);
    let keyed = keyed.ok_or(Error::Unknown)?;
    if keyed.keyed_by == by.user() {
        return Err(Error::SamePerson);
    }
    Ok(keyed)
}

/// Says, as a second person, that what was keyed in stands on the paper: it becomes the judge's
/// sheets. A judge whose every sheet is complete then has finished.
///
/// # Errors
/// [`Error::SamePerson`]; [`Error::Stale`] where the judge saved a sheet since it was keyed in;
/// [`Error::Final`] where the judge declared the sheets final.
pub async fn check(
    tx: &DatabaseTransaction,
    by: &Organiser,
    (key, seat): (&str, SeatId),
    now: Instant,
) -> Result<(), Error> {
    let (judge, definition) = seated(tx, by, key, seat).await?;
    let keyed = second(tx, by, seat).await?;
    let desk = work(tx, &judge).await?;
    let typed = rows(&keyed);
    for (alias, row) in &typed {
        // What left the desk since it was keyed in needs no sheet any more.
        let Ok(one) = on_desk(&desk, alias) else { continue };
        let assignment = one.assignment.clone();
        write(tx, &definition, assignment, &said(row), row.version, now).await?;
    }
    let after = json!({ "seat": seat, "rows": typed.len(), "keyed_by": keyed.keyed_by });
    let mut keyed = keyed.into_active_model();
    keyed.state = Set(State::Checked);
    keyed.checked_by = Set(Some(by.user()));
    keyed.checked_at = Set(Some(now));
    keyed.update(tx).await?;
    let open = work(tx, &judge).await?;
    if !open.iter().any(|one| one.assignment.state == Work_::Open) {
        let mut seat = judge.seat.clone().into_active_model();
        seat.finished_at = Set(Some(now));
        seat.update(tx).await?;
    }
    record(tx, by, judge.round.id, "paper-checked", after, now).await
}

/// Sends what was keyed in back, with what does not agree.
///
/// # Errors
/// [`Error::SamePerson`]; [`Error::DecidedWithoutReason`] without a word about it.
pub async fn send_back(
    tx: &DatabaseTransaction,
    by: &Organiser,
    (key, seat): (&str, SeatId),
    note: &str,
    now: Instant,
) -> Result<(), Error> {
    let (judge, _) = seated(tx, by, key, seat).await?;
    if note.trim().is_empty() {
        return Err(Error::DecidedWithoutReason);
    }
    let mut keyed = second(tx, by, seat).await?.into_active_model();
    keyed.state = Set(State::SentBack);
    keyed.note = Set(Some(note.to_owned()));
    keyed.update(tx).await?;
    let after = json!({ "seat": seat, "note": note });
    record(tx, by, judge.round.id, "paper-sent-back", after, now).await
}
