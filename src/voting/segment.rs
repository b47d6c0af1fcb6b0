//! Rows of the log: one for each commit, with its leaves, what is kept beside them, and the signed
//! head.

use entity::id::ContestId;
use entity::vote_segment;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::Error;
use super::batch::Batch;
use super::details::Details;
use super::line::{Held, Line, failed};
use super::policy::Policy;
use super::traces::Trace;
use super::witness;

/// Rows that are read at once.
const PAGE: u64 = 256;

/// A segment of a contest that is as the writer knows it, whose log this node leads.
const APPEND: &str = "insert into vote_segment
    (contest_id, first, count, leaves, details, checkpoint, traces)
    select $1, $2, $3, $4, $5, $6, $7 from contest, vote_log
    where contest.id = $1 and contest.state = $8 and contest.public_version = $9
    and vote_log.contest_id = $1 and vote_log.holder = $10";

/// Writes a batch as one row, in one statement: it is there whole or not at all. Says whether it
/// was: not when the contest changed since the policy was read, or another node leads.
///
/// # Errors
/// When the database fails, or somebody else wrote leaves at the same place.
pub(super) async fn append(
    line: &mut Line,
    (contest, node): (ContestId, &str),
    policy: &Policy,
    (first, batch): (u64, &Batch),
    checkpoint: &str,
) -> Result<bool, DbErr> {
    let (mut leaves, mut details) = (Vec::new(), Vec::new());
    batch.leaves.iter().for_each(|leaf| measured(leaf, &mut leaves));
    batch.details.iter().for_each(|one| beside(one, &mut details));
    let first = i64::try_from(first).unwrap_or(i64::MAX);
    let count = i32::try_from(batch.leaves.len()).unwrap_or(i32::MAX);
    let (state, version) = (sea_orm::ActiveEnum::to_value(&policy.fence.0), policy.fence.1);
    macro_rules! written {
        ($connection:expr) => {
            sqlx::query(APPEND)
                .bind(contest.0)
                .bind(first)
                .bind(count)
                .bind(leaves)
                .bind(details)
                .bind(checkpoint)
                .bind(Trace::all(&batch.traces))
                .bind(state)
                .bind(version)
                .bind(node)
                .execute(&mut **$connection)
                .await
                .map_err(failed)?
                .rows_affected()
        };
    }
    let rows = match line.held().await? {
        Held::Sqlite(connection) => written!(connection),
        Held::Postgres(connection) => written!(connection),
    };
    Ok(rows == 1)
}

/// Adds what is kept beside a leaf, after its length.
pub(super) fn beside(one: &Details, to: &mut Vec<u8>) {
    let at = to.len();
    to.extend_from_slice(&[0; 4]);
    one.write(to);
    let length = u32::try_from(to.len() - at - 4).unwrap_or(u32::MAX);
    to[at..at + 4].copy_from_slice(&length.to_be_bytes());
}

/// Segments that begin with one of these leaves, a page of them; none when there are no more.
///
/// # Errors
/// When the database fails.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    contest: ContestId,
    first: std::ops::Range<i64>,
) -> Result<Vec<vote_segment::Model>, DbErr> {
    within(contest, first).limit(PAGE).all(db).await
}

/// All segments that begin with one of these leaves; of so few that they fit into memory.
///
/// # Errors
/// When the database fails.
pub(super) async fn all(
    db: &impl ConnectionTrait,
    contest: ContestId,
    first: std::ops::Range<i64>,
) -> Result<Vec<vote_segment::Model>, DbErr> {
    within(contest, first).all(db).await
}

fn within(contest: ContestId, first: std::ops::Range<i64>) -> Select<vote_segment::Entity> {
    vote_segment::Entity::find()
        .filter(vote_segment::Column::ContestId.eq(contest))
        .filter(vote_segment::Column::First.gte(first.start))
        .filter(vote_segment::Column::First.lt(first.end))
        .order_by_asc(vote_segment::Column::First)
}

/// The newest segments that begin with one of these leaves, the newest first; at most so many.
///
/// # Errors
/// When the database fails.
pub(super) async fn newest(
    db: &impl ConnectionTrait,
    contest: ContestId,
    first: std::ops::Range<i64>,
    most: u64,
) -> Result<Vec<vote_segment::Model>, DbErr> {
    vote_segment::Entity::find()
        .filter(vote_segment::Column::ContestId.eq(contest))
        .filter(vote_segment::Column::First.gte(first.start))
        .filter(vote_segment::Column::First.lt(first.end))
        .order_by_desc(vote_segment::Column::First)
        .limit(most)
        .all(db)
        .await
}

/// The newest segment.
///
/// # Errors
/// When the database fails.
pub(super) async fn last(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Option<vote_segment::Model>, DbErr> {
    vote_segment::Entity::find()
        .filter(vote_segment::Column::ContestId.eq(contest))
        .order_by_desc(vote_segment::Column::First)
        .one(db)
        .await
}

/// A leaf, and what is kept beside it.
pub(super) type Part<'a> = (&'a [u8], &'a [u8]);

/// Leaves of a segment, each with what is kept beside it.
///
/// # Errors
/// [`Error::BrokenLog`] when the row is not what was written.
pub(super) fn parts(segment: &vote_segment::Model) -> Result<Vec<Part<'_>>, Error> {
    let (mut leaves, mut details) = (&segment.leaves[..], &segment.details[..]);
    let mut parts = Vec::with_capacity(usize::try_from(segment.count).unwrap_or(0));
    while !leaves.is_empty() {
        let leaf = leaves.split_first_chunk::<2>().and_then(|(length, rest)| {
            rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
        });
        let beside = details
            .split_first_chunk::<4>()
            .and_then(|(length, rest)| rest.split_at_checked(u32::from_be_bytes(*length) as usize));
        let (Some((leaf, after)), Some((beside, further))) = (leaf, beside) else {
            return Err(Error::BrokenLog);
        };
        parts.push((leaf, beside));
        (leaves, details) = (after, further);
    }
    if parts.len() != usize::try_from(segment.count).unwrap_or(0) {
        return Err(Error::BrokenLog);
    }
    Ok(parts)
}

/// One leaf, as it stands in the log.
///
/// # Errors
/// [`Error::BrokenLog`] when its row is not what was written.
pub(super) async fn leaf(
    db: &impl ConnectionTrait,
    contest: ContestId,
    place: i64,
) -> Result<Option<Vec<u8>>, Error> {
    let Some((segment, place)) = holding(db, contest, place).await? else { return Ok(None) };
    Ok(parts(&segment)?.get(place).map(|(leaf, _)| leaf.to_vec()))
}

/// Leaves of the log, each after its length in two bytes.
///
/// # Errors
/// [`Error::Unknown`] where there are not so many; [`Error::BrokenLog`] when a row is not what was
/// written.
pub(super) async fn leaves(
    db: &impl ConnectionTrait,
    contest: ContestId,
    places: std::ops::Range<u64>,
) -> Result<Vec<u8>, Error> {
    let place = |place: u64| i64::try_from(place).map_err(|_| Error::Unknown);
    let (from, until) = (place(places.start)?, place(places.end)?);
    let (first, _) = holding(db, contest, from).await?.ok_or(Error::Unknown)?;
    let (mut bytes, mut at) = (Vec::new(), first.first);
    for segment in all(db, contest, first.first..until).await? {
        for (leaf, _) in parts(&segment)? {
            if (from..until).contains(&at) {
                measured(leaf, &mut bytes);
            }
            at += 1;
        }
    }
    if at >= until { Ok(bytes) } else { Err(Error::Unknown) }
}

/// Adds a leaf after its length.
fn measured(leaf: &[u8], to: &mut Vec<u8>) {
    to.extend_from_slice(&u16::try_from(leaf.len()).unwrap_or(u16::MAX).to_be_bytes());
    to.extend_from_slice(leaf);
}

/// What is kept beside one leaf.
///
/// # Errors
/// [`Error::BrokenLog`] when its row is not what was written.
pub(super) async fn details(
    db: &impl ConnectionTrait,
    contest: ContestId,
    place: i64,
) -> Result<Option<Details>, Error> {
    let Some((segment, place)) = holding(db, contest, place).await? else { return Ok(None) };
    Ok(parts(&segment)?.get(place).and_then(|(_, beside)| Details::read(beside)))
}

/// The segment that holds a leaf, and the leaf's place in it.
async fn holding(
    db: &impl ConnectionTrait,
    contest: ContestId,
    place: i64,
) -> Result<Option<(vote_segment::Model, usize)>, DbErr> {
    let segment = vote_segment::Entity::find()
        .filter(vote_segment::Column::ContestId.eq(contest))
        .filter(vote_segment::Column::First.lte(place))
        .order_by_desc(vote_segment::Column::First)
        .one(db)
        .await?;
    let within = |first: i64| usize::try_from(place - first).unwrap_or(usize::MAX);
    Ok(segment.map(|segment| (within(segment.first), segment)).map(|(at, segment)| (segment, at)))
}

/// The newest signed checkpoint of a contest's log, with what witnesses cosigned of it.
///
/// # Errors
/// When the database fails.
pub async fn checkpoint(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Option<String>, DbErr> {
    let Some(mut note) = last(db, contest).await?.map(|last| last.checkpoint) else {
        return Ok(None);
    };
    witness::under(&mut note, &witness::cosignatures(db, contest).await?);
    Ok(Some(note))
}
