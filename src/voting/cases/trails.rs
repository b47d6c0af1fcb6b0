//! What the signals look at: votes and quotas of links, as they stand in the rows.

use std::collections::HashMap;

use entity::id::{ContestId, EntryId};
use entity::instant::Instant;
use entity::vote::{self, State as VoteState};
use entity::{entry, vote_link};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use crate::voting::signals::Trail;

/// What is known of the votes of a contest, as far as they are projected, and the quotas of its
/// links: what [`crate::voting::signals::look`] asks for.
///
/// # Errors
/// When the database fails.
pub async fn trails(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<(Vec<Trail>, HashMap<u32, u32>), DbErr> {
    let links = vote_link::Entity::find().filter(vote_link::Column::ContestId.eq(contest));
    let quotas =
        links.all(db).await?.into_iter().filter_map(|row| {
            Some((u32::try_from(row.number).ok()?, u32::try_from(row.quota).ok()?))
        });
    Ok((votes(db, contest).await?, quotas.collect()))
}

type Row = (Vec<u8>, EntryId, i32, Option<i32>, i32, i32, bool, i64, Instant);

async fn votes(db: &impl ConnectionTrait, contest: ContestId) -> Result<Vec<Trail>, DbErr> {
    let numbers = numbers(db, contest).await?;
    let rows: Vec<Row> = vote::Entity::find()
        .select_only()
        .columns([vote::Column::Voter, vote::Column::EntryId, vote::Column::Level])
        .columns([vote::Column::Link, vote::Column::Device, vote::Column::Network])
        .columns([vote::Column::ByPage, vote::Column::Ballot, vote::Column::CastAt])
        .filter(vote::Column::ContestId.eq(contest))
        .filter(vote::Column::State.ne(VoteState::Withdrawn))
        .into_tuple()
        .all(db)
        .await?;
    let trail = |(voter, entry, level, link, device, network, by_page, leaf, at): Row| {
        let (head, _) = voter.split_first_chunk::<8>()?;
        let link = link.and_then(|link| u32::try_from(link).ok()).unwrap_or(0);
        Some(Trail {
            leaf: u64::try_from(leaf).ok()?,
            at: at.micros().div_euclid(1_000_000),
            millis: u16::try_from(at.micros().rem_euclid(1_000_000) / 1000).unwrap_or(0),
            entry: *numbers.get(&entry)?,
            link,
            beyond: link > 0 && level == 0,
            device: device.cast_unsigned(),
            network: network.cast_unsigned(),
            by_page,
            voter: u64::from_be_bytes(*head),
        })
    };
    Ok(rows.into_iter().filter_map(trail).collect())
}

/// Numbers of a contest's entries.
///
/// # Errors
/// When the database fails.
pub(in crate::voting) async fn numbers(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<HashMap<EntryId, u32>, DbErr> {
    let rows: Vec<(EntryId, Option<i32>)> = entry::Entity::find()
        .select_only()
        .columns([entry::Column::Id, entry::Column::Number])
        .filter(entry::Column::ContestId.eq(contest))
        .filter(entry::Column::Number.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    let known = rows.into_iter().filter_map(|(id, n)| Some((id, u32::try_from(n?).ok()?)));
    Ok(known.collect())
}
