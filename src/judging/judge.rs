//! A judge, and what lies on the judge's desk.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::assignment::{self, State as Work_};
use entity::entry::{self, State};
use entity::id::{AssignmentId, EntryId, RoundId, SheetId, UserId};
use entity::{candidate, mark, round, seat, sheet};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::Error;
use super::aggregate::Sheet;

/// Somebody who sits on a round's panel.
#[derive(Clone, Debug)]
pub struct Judge {
    /// The seat.
    pub seat: seat::Model,
    /// The round.
    pub round: round::Model,
}

impl Judge {
    /// Proves the right; to anybody else there is no such round.
    ///
    /// # Errors
    /// [`Error::Unknown`] without a seat.
    pub async fn of(
        db: &impl ConnectionTrait,
        round: RoundId,
        user: UserId,
    ) -> Result<Self, Error> {
        let seat = seat::Entity::find()
            .filter(seat::Column::RoundId.eq(round))
            .filter(seat::Column::UserId.eq(user))
            .filter(seat::Column::LeftAt.is_null())
            .one(db)
            .await?;
        let round = round::Entity::find_by_id(round).one(db).await?;
        match (seat, round) {
            (Some(seat), Some(round)) => Ok(Self { seat, round }),
            _ => Err(Error::Unknown),
        }
    }

    /// All seats of somebody, in rounds that were opened.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Self>, DbErr> {
        let seats = seat::Entity::find()
            .filter(seat::Column::UserId.eq(user))
            .filter(seat::Column::LeftAt.is_null())
            .all(db)
            .await?;
        let rounds = round::Entity::find()
            .filter(round::Column::Id.is_in(seats.iter().map(|seat| seat.round_id)))
            .order_by_desc(round::Column::OpenedAt)
            .all(db)
            .await?;
        let paired = rounds.into_iter().filter_map(|round| {
            let seat = seats.iter().find(|seat| seat.round_id == round.id)?.clone();
            Some(Self { seat, round })
        });
        Ok(paired.collect())
    }
}

/// Judges who have not left, by number.
pub(super) async fn sitting(
    db: &impl ConnectionTrait,
    round: RoundId,
) -> Result<Vec<seat::Model>, DbErr> {
    seat::Entity::find()
        .filter(seat::Column::RoundId.eq(round))
        .filter(seat::Column::LeftAt.is_null())
        .order_by_asc(seat::Column::Number)
        .all(db)
        .await
}

/// One entry on a judge's desk.
#[derive(Clone, Debug)]
pub struct Work {
    /// The assignment.
    pub assignment: assignment::Model,
    /// By which the judge knows the entry.
    pub alias: String,
    /// The sheet, when one was saved.
    pub sheet: Option<sheet::Model>,
    /// Its marks.
    pub marks: Sheet,
}

impl Work {
    /// Whether all judges of the round share the entry, for calibration.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.assignment.position < 0
    }
}

/// Words beside criteria on a sheet, by criterion.
#[must_use]
pub fn notes(sheet: &sheet::Model) -> BTreeMap<String, String> {
    let held = sheet.notes.clone().map(serde_json::from_value);
    held.and_then(Result::ok).unwrap_or_default()
}

/// Entries among these that were taken out of the contest after they were dealt: nobody is shown
/// anything of them any more, and no sheet is missed.
pub(super) async fn gone(
    db: &impl ConnectionTrait,
    among: SelectStatement,
) -> Result<HashSet<EntryId>, DbErr> {
    let gone: Vec<EntryId> = entry::Entity::find()
        .select_only()
        .column(entry::Column::Id)
        .filter(entry::Column::Id.in_subquery(among))
        .filter(entry::Column::State.is_in([State::Withdrawn, State::Disqualified]))
        .into_tuple()
        .all(db)
        .await?;
    Ok(gone.into_iter().collect())
}

/// Entries that stand in a round.
pub(super) fn in_round(round: RoundId) -> SelectStatement {
    Query::select()
        .column(candidate::Column::EntryId)
        .from(candidate::Entity)
        .and_where(candidate::Column::RoundId.eq(round))
        .to_owned()
}

/// Entries that were ever dealt to a judge.
pub(super) fn dealt(judge: &Judge) -> SelectStatement {
    Query::select()
        .column(assignment::Column::EntryId)
        .from(assignment::Entity)
        .and_where(assignment::Column::SeatId.eq(judge.seat.id))
        .to_owned()
}

/// Everything on a judge's desk, in the judge's own order: not what the judge stepped aside from,
/// nor what left the contest.
///
/// # Errors
/// When the database fails.
pub async fn work(db: &impl ConnectionTrait, judge: &Judge) -> Result<Vec<Work>, DbErr> {
    let own = assignment::Entity::find()
        .filter(assignment::Column::SeatId.eq(judge.seat.id))
        .filter(assignment::Column::State.ne(Work_::SteppedAside))
        .order_by_asc(assignment::Column::Position)
        .all(db)
        .await?;
    let gone = gone(db, dealt(judge)).await?;
    let names = candidate::Entity::find()
        .filter(candidate::Column::RoundId.eq(judge.round.id))
        .filter(candidate::Column::EntryId.in_subquery(dealt(judge)))
        .all(db)
        .await?;
    let names: BTreeMap<EntryId, String> =
        names.into_iter().map(|row| (row.entry_id, row.alias)).collect();
    let (mut sheets, mut marks) = said(db, judge).await?;
    let here = own.into_iter().filter(|one| !gone.contains(&one.entry_id));
    let desk = here.map(|assignment| {
        let sheet = sheets.remove(&assignment.id);
        let marks = sheet.as_ref().and_then(|sheet| marks.remove(&sheet.id)).unwrap_or_default();
        let alias = names.get(&assignment.entry_id).cloned().unwrap_or_default();
        Work { alias, sheet, marks, assignment }
    });
    Ok(desk.collect())
}

/// Sheets of a seat by what was to be judged, and their marks.
async fn said(
    db: &impl ConnectionTrait,
    judge: &Judge,
) -> Result<(HashMap<AssignmentId, sheet::Model>, HashMap<SheetId, Sheet>), DbErr> {
    let work = Query::select()
        .column(assignment::Column::Id)
        .from(assignment::Entity)
        .and_where(assignment::Column::SeatId.eq(judge.seat.id))
        .to_owned();
    let sheets = sheet::Entity::find()
        .filter(sheet::Column::AssignmentId.in_subquery(work.clone()))
        .all(db)
        .await?;
    let of_work = Query::select()
        .column(sheet::Column::Id)
        .from(sheet::Entity)
        .and_where(sheet::Column::AssignmentId.in_subquery(work))
        .to_owned();
    let mut marks: HashMap<SheetId, Sheet> = HashMap::new();
    let rows = mark::Entity::find().filter(mark::Column::SheetId.in_subquery(of_work));
    for mark in rows.all(db).await? {
        marks.entry(mark.sheet_id).or_default().insert(mark.criterion_key, mark.hundredths);
    }
    Ok((sheets.into_iter().map(|row| (row.assignment_id, row)).collect(), marks))
}
