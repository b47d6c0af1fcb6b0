//! Finished sheets, as they are reckoned.

use std::collections::HashMap;

use entity::assignment::{self, State as Work};
use entity::id::{EntryId, RoundId, SeatId};
use entity::{mark, seat, sheet};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use crate::judging::aggregate::Sheet;

/// Finished sheets of one entry: the judge's number, and the marks.
pub(in crate::judging) type Sheets = Vec<(i32, Sheet)>;

/// Finished sheets by entry, each list by the judges' numbers.
pub(in crate::judging) async fn finished(
    db: &impl ConnectionTrait,
    id: RoundId,
) -> Result<HashMap<EntryId, Sheets>, DbErr> {
    let done = assignment::Entity::find()
        .filter(assignment::Column::RoundId.eq(id))
        .filter(assignment::Column::State.eq(Work::Done))
        .all(db)
        .await?;
    let seats = seat::Entity::find().filter(seat::Column::RoundId.eq(id)).all(db).await?;
    let numbers: HashMap<SeatId, i32> = seats.iter().map(|seat| (seat.id, seat.number)).collect();
    let inner = Query::select()
        .column(assignment::Column::Id)
        .from(assignment::Entity)
        .and_where(assignment::Column::RoundId.eq(id))
        .to_owned();
    let sheets = sheet::Entity::find()
        .filter(sheet::Column::AssignmentId.in_subquery(inner.clone()))
        .all(db)
        .await?;
    let of_round = Query::select()
        .column(sheet::Column::Id)
        .from(sheet::Entity)
        .and_where(sheet::Column::AssignmentId.in_subquery(inner))
        .to_owned();
    let marks =
        mark::Entity::find().filter(mark::Column::SheetId.in_subquery(of_round)).all(db).await?;
    let mut by_sheet: HashMap<_, Sheet> = HashMap::new();
    for mark in marks {
        by_sheet.entry(mark.sheet_id).or_default().insert(mark.criterion_key, mark.hundredths);
    }
    let sheets: HashMap<_, _> = sheets.into_iter().map(|row| (row.assignment_id, row.id)).collect();
    let mut found: HashMap<EntryId, Sheets> = HashMap::new();
    for work in done {
        let marks = sheets.get(&work.id).map(|sheet| by_sheet.remove(sheet).unwrap_or_default());
        let number = numbers.get(&work.seat_id).copied().unwrap_or(0);
        if let Some(marks) = marks {
            found.entry(work.entry_id).or_default().push((number, marks));
        }
    }
    for sheets in found.values_mut() {
        sheets.sort_by_key(|(number, _)| *number);
    }
    Ok(found)
}
