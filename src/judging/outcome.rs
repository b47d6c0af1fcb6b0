//! What a closed round says.

use std::collections::{BTreeMap, HashMap};

use entity::id::{EntryId, RoundId};
use entity::round::{self, State};
use entity::{candidate, entry};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::Value;

/// What a closed round says of an entry.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The entry.
    pub entry: EntryId,
    /// Result in millionths of a point.
    pub millionths: i64,
    /// Whether it went on.
    pub went_on: bool,
    /// Means of criteria, in millionths.
    pub criteria: BTreeMap<String, i64>,
    /// The numbers it came from.
    pub worksheet: Value,
}

/// The results of a round; none while it is not closed.
///
/// # Errors
/// When the database fails.
pub async fn result_of(
    db: &impl ConnectionTrait,
    round: &round::Model,
) -> Result<Option<Vec<Outcome>>, DbErr> {
    if round.state != State::Closed {
        return Ok(None);
    }
    let rows =
        candidate::Entity::find().filter(candidate::Column::RoundId.eq(round.id)).all(db).await?;
    let outcome = |row: candidate::Model| {
        let worksheet = row.worksheet.unwrap_or_default();
        let means = worksheet.get("criterion_means_millionths").cloned().unwrap_or_default();
        Outcome {
            entry: row.entry_id,
            millionths: row.millionths.unwrap_or(0),
            went_on: row.went_on.unwrap_or(false),
            criteria: serde_json::from_value(means).unwrap_or_default(),
            worksheet,
        }
    };
    Ok(Some(rows.into_iter().map(outcome).collect()))
}

/// Candidates of a round with their titles, best first.
///
/// # Errors
/// When the database fails.
pub async fn titled(
    db: &impl ConnectionTrait,
    id: RoundId,
) -> Result<Vec<(candidate::Model, String)>, DbErr> {
    let rows = candidate::Entity::find()
        .filter(candidate::Column::RoundId.eq(id))
        .order_by_desc(candidate::Column::Millionths)
        .order_by_asc(candidate::Column::Alias)
        .all(db)
        .await?;
    let inner = Query::select()
        .column(candidate::Column::EntryId)
        .from(candidate::Entity)
        .and_where(candidate::Column::RoundId.eq(id))
        .to_owned();
    let titles: Vec<(EntryId, String)> = entry::Entity::find()
        .select_only()
        .columns([entry::Column::Id, entry::Column::Title])
        .filter(entry::Column::Id.in_subquery(inner))
        .into_tuple()
        .all(db)
        .await?;
    let mut titles: HashMap<EntryId, String> = titles.into_iter().collect();
    let titled = rows.into_iter().map(|row| {
        let title = titles.remove(&row.entry_id).unwrap_or_default();
        (row, title)
    });
    Ok(titled.collect())
}
