//! What entrants read of the sheets: mean marks and comments, and not whose they are.

use std::collections::BTreeMap;

use entity::assignment::{self, State as Work};
use entity::id::EntryId;
use entity::round::State;
use entity::{mark, sheet};
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::Error;
use super::aggregate::Fraction;
use crate::contest::Contest;
use crate::contest::definition::RoundKind;

/// What the judges of one closed round said of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    /// Key of the round.
    pub round: String,
    /// Finished sheets.
    pub sheets: usize,
    /// Mean mark in millionths of a point, by criterion; only of rounds that score.
    pub means: BTreeMap<String, i64>,
    /// Words beside each criterion, in the order of their letters; only of rounds that score.
    pub notes: BTreeMap<String, Vec<String>>,
    /// Comments, in the order of their letters, which tells nothing of the judges.
    pub comments: Vec<String>,
}

/// What finished sheets of closed rounds say of an entry, round by round. Whether somebody may read
/// it is for the caller to know.
///
/// # Errors
/// When the database fails.
pub async fn feedback(
    db: &impl ConnectionTrait,
    contest: &Contest,
    entry: EntryId,
) -> Result<Vec<Feedback>, Error> {
    let own = assignment::Column::EntryId.eq(entry).and(assignment::Column::State.eq(Work::Done));
    let work = assignment::Entity::find().filter(own.clone()).all(db).await?;
    let of_entry = Query::select()
        .column(assignment::Column::Id)
        .from(assignment::Entity)
        .and_where(own)
        .to_owned();
    let sheets = sheet::Entity::find()
        .filter(sheet::Column::AssignmentId.in_subquery(of_entry.clone()))
        .all(db)
        .await?;
    let of_sheets = Query::select()
        .column(sheet::Column::Id)
        .from(sheet::Entity)
        .and_where(sheet::Column::AssignmentId.in_subquery(of_entry))
        .to_owned();
    let marks = mark::Entity::find().filter(mark::Column::SheetId.in_subquery(of_sheets));
    let marks = marks.all(db).await?;
    let mut told = Vec::new();
    for row in crate::contest::rounds(db, contest.id()).await? {
        let Some(round) = contest.definition.round(&row.key) else { continue };
        let own: Vec<_> = sheets
            .iter()
            .filter(|sheet| {
                work.iter().any(|work| work.id == sheet.assignment_id && work.round_id == row.id)
            })
            .collect();
        if row.state != State::Closed || own.is_empty() {
            continue;
        }
        let criteria = round.criteria.iter().filter(|_| round.kind == RoundKind::Score);
        let means = criteria.map(|criterion| {
            let given = marks.iter().filter(|mark| {
                mark.criterion_key == criterion.key
                    && own.iter().any(|sheet| sheet.id == mark.sheet_id)
            });
            let (sum, count) = given
                .fold((0, 0), |(sum, count), mark| (sum + i128::from(mark.hundredths), count + 1));
            (criterion.key.clone(), Fraction::new(sum, 100 * count).rounded(2))
        });
        let mut notes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, words) in own.iter().flat_map(|sheet| super::notes(sheet)) {
            notes.entry(key).or_default().push(words);
        }
        notes.values_mut().for_each(|words| words.sort());
        let mut comments: Vec<String> =
            own.iter().filter_map(|sheet| sheet.comment.clone()).collect();
        comments.sort();
        let means = means.collect();
        told.push(Feedback { round: row.key, sheets: own.len(), means, notes, comments });
    }
    Ok(told)
}
