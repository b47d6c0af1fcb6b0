//! Which works stand in a round: those of its opening, and those that were accepted after it.

use std::collections::BTreeSet;

use entity::candidate;
use entity::entry::{self, State as EntryState};
use entity::id::EntryId;
use entity::instant::Instant;
use entity::round::{self, State};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, Set,
};
use serde_json::json;

use super::Error;
use super::deal::Dice;
use super::give::give;
use super::judge::sitting;
use super::plan::MANY;
use super::record::{definition_of, record};
use crate::contest::definition::{Round, RoundKind};
use crate::contest::{self, Contest, Organiser};

/// The works that come up to a round, by number: accepted ones of its categories, and of those what
/// the round before let go on.
pub(super) async fn sent_on(
    db: &impl ConnectionTrait,
    contest: &Contest,
    row: &round::Model,
    definition: &Round,
) -> Result<Select<entry::Entity>, Error> {
    let mut found = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::State.eq(EntryState::Accepted))
        .order_by_asc(entry::Column::Number);
    if !definition.categories.is_empty() {
        let ids = contest::category_ids(db, contest.id()).await?;
        let judged = definition.categories.iter().filter_map(|key| ids.get(key)).copied();
        found = found.filter(entry::Column::CategoryId.is_in(judged));
    }
    let before = contest::rounds(db, contest.id()).await?;
    let before = before.into_iter().rfind(|other| {
        let shared = contest.definition.round(&other.key).is_some_and(|other| {
            other.categories.is_empty()
                || definition.categories.is_empty()
                || other.categories.iter().any(|key| definition.categories.contains(key))
        });
        other.position < row.position && shared
    });
    let Some(before) = before else { return Ok(found) };
    if before.state != State::Closed {
        return Err(Error::TooEarly);
    }
    let mut went_on = standing(&before);
    went_on.and_where(candidate::Column::WentOn.eq(true));
    Ok(found.filter(entry::Column::Id.in_subquery(went_on)))
}

/// Entries that stand in a round.
fn standing(row: &round::Model) -> SelectStatement {
    Query::select()
        .column(candidate::Column::EntryId)
        .from(candidate::Entity)
        .and_where(candidate::Column::RoundId.eq(row.id))
        .to_owned()
}

/// Works that the round would judge if it were opened now, and that came too late for its opening.
async fn late_ones(
    db: &impl ConnectionTrait,
    contest: &Contest,
    row: &round::Model,
    definition: &Round,
) -> Result<Select<entry::Entity>, Error> {
    let found = sent_on(db, contest, row, definition).await?;
    Ok(found.filter(entry::Column::Id.not_in_subquery(standing(row))))
}

/// How many accepted works came too late for the opening of a round, so that nobody judges them;
/// none of a round that waits, nor of one at whose gate votes were counted: they are over.
///
/// # Errors
/// When the database fails.
pub async fn late(
    db: &impl ConnectionTrait,
    contest: &Contest,
    row: &round::Model,
) -> Result<usize, Error> {
    let definition = definition_of(contest, row)?;
    if row.state == State::Waiting || definition.gate.is_some() {
        return Ok(0);
    }
    let found = match late_ones(db, contest, row, definition).await {
        Ok(found) => found,
        // Nothing can have come from a round that is not over.
        Err(Error::TooEarly) => return Ok(0),
        Err(error) => return Err(error),
    };
    Ok(usize::try_from(found.count(db).await?).unwrap_or(usize::MAX))
}

/// Takes works that came too late for its opening into an open round: they get aliases behind the
/// others', and are dealt beside what is dealt. A judge who had finished has work again only where
/// nobody else may judge them.
///
/// # Errors
/// [`Error::NotOpen`] when the round is not open; [`Error::Nothing`] without such works, or without
/// a panel.
pub async fn take_late(
    tx: &DatabaseTransaction,
    by: &Organiser,
    key: &str,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let row = contest::round_by_key(tx, contest.id(), key).await?;
    if row.state != State::Open {
        return Err(Error::NotOpen);
    }
    let definition = definition_of(&contest, &row)?;
    let found = late_ones(tx, &contest, &row, definition).await?;
    let entries: Vec<EntryId> =
        found.select_only().column(entry::Column::Id).into_tuple().all(tx).await?;
    let nobody = definition.kind != RoundKind::Deliberate && sitting(tx, row.id).await?.is_empty();
    if entries.is_empty() || nobody || definition.gate.is_some() {
        return Err(Error::Nothing);
    }
    let seed = u64::from_ne_bytes(row.seed.to_ne_bytes());
    name(tx, &row, &entries, seed).await?;
    give(tx, &row, definition, now).await?;
    record(tx, by, row.id, "late-works-taken", json!({ "entries": entries.len() }), now).await
}

/// Makes entries candidates of a round, under aliases that follow those which are given.
pub(super) async fn name(
    tx: &DatabaseTransaction,
    row: &round::Model,
    entries: &[EntryId],
    seed: u64,
) -> Result<(), DbErr> {
    let given: Vec<String> = candidate::Entity::find()
        .select_only()
        .column(candidate::Column::Alias)
        .filter(candidate::Column::RoundId.eq(row.id))
        .into_tuple()
        .all(tx)
        .await?;
    let given: BTreeSet<String> = given.into_iter().collect();
    let free = (0..).map(alias).filter(|alias| !given.contains(alias));
    let mut aliases: Vec<String> = free.take(entries.len()).collect();
    Dice(seed.wrapping_add(given.len() as u64)).shuffle(&mut aliases);
    let candidates = entries.iter().zip(aliases).map(|(entry, alias)| candidate::ActiveModel {
        round_id: Set(row.id),
        entry_id: Set(*entry),
        alias: Set(alias),
        ..Default::default()
    });
    let candidates: Vec<_> = candidates.collect();
    for some in candidates.chunks(MANY) {
        candidate::Entity::insert_many(some.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// A short name without order: letters that are not misread, then a number.
fn alias(number: u32) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHKMNPQRSTUVXY";
    let letter = char::from(LETTERS[(number as usize / 99) % LETTERS.len()]);
    let block = number as usize / (99 * LETTERS.len());
    let head = if block == 0 { String::new() } else { block.to_string() };
    format!("{head}{letter}{:02}", number % 99 + 1)
}
