//! Receipts: by which voters find their votes.

use std::collections::HashMap;

use entity::id::ContestId;
use entity::instant::Instant;
use entity::vote::{self, State};
use entity::{vote_log, vote_segment};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::details::Details;
use super::{Error, segment};
use crate::entry::code::{letters, numbers};
use crate::ledger::{Hash, Leaf, leaf_hash};

/// Letters of a receipt, five bits each.
const LETTERS: usize = 12;
/// Segments that are read at once.
const PAGE: u64 = 16;
/// Most leaves of a log among which a vote is looked for that has no row yet.
const MOST: i64 = 30_000;

/// The receipt of a vote: first 60 bits of its leaf's hash.
pub(super) fn of(leaf: &Hash) -> u64 {
    let (head, _) = leaf.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    u64::from_be_bytes(*head) >> 4
}

/// The receipt as people copy it: twelve letters of five bits.
pub(super) fn code(receipt: u64) -> String {
    let letter = |place: usize| u8::try_from((receipt >> (55 - 5 * place)) & 31).unwrap_or(0);
    letters(&std::array::from_fn::<u8, LETTERS, _>(letter))
}

/// The receipt that somebody copied; none where it cannot be one.
fn read(code: &str) -> Option<u64> {
    let numbers = numbers(code).filter(|numbers| numbers.len() == LETTERS)?;
    Some(numbers.iter().fold(0, |receipt, number| receipt << 5 | u64::from(*number)))
}

/// One's own vote, as its receipt tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// The contest.
    pub contest: ContestId,
    /// The receipt.
    pub receipt: String,
    /// Place in the log.
    pub leaf: i64,
    /// When it was read.
    pub at: Instant,
    /// What became of it.
    pub state: State,
}

/// The vote with this receipt: from its row, or, where rows have not caught up with a crowd, from the
/// log itself.
///
/// # Errors
/// [`Error::Busy`] when rows are so far behind that nobody can say yet; when the database fails or a
/// log is broken.
pub async fn own(db: &impl ConnectionTrait, receipt: &str) -> Result<Option<Own>, Error> {
    let found = by_row(db, receipt).await?;
    if found.is_some() {
        return Ok(found);
    }
    let Some(asked) = read(receipt) else { return Ok(None) };
    let open = vote_log::Entity::find().filter(vote_log::Column::ClosedAt.is_null());
    for log in open.all(db).await? {
        let found = ahead(db, &log, asked).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    // Its row may have come while the log was read, which was read from where rows ended.
    Ok(by_row(db, receipt).await?)
}

async fn by_row(db: &impl ConnectionTrait, receipt: &str) -> Result<Option<Own>, DbErr> {
    let row = vote::Entity::find().filter(vote::Column::Receipt.eq(receipt)).one(db).await?;
    Ok(row.map(|row| Own {
        contest: row.contest_id,
        receipt: row.receipt,
        leaf: row.leaf,
        at: row.cast_at,
        state: row.state,
    }))
}

/// What voters' ballots say at last, by pseudonym.
type Ballots = HashMap<Hash, Vec<u32>>;

/// The vote among the leaves for which there are no rows yet, the newest first.
async fn ahead(
    db: &impl ConnectionTrait,
    log: &vote_log::Model,
    asked: u64,
) -> Result<Option<Own>, Error> {
    let (mut ballots, mut before, mut seen) = (Ballots::new(), i64::MAX, 0);
    while seen < MOST {
        let page = segment::newest(db, log.contest_id, log.applied..before, PAGE).await?;
        let Some(oldest) = page.last() else { return Ok(None) };
        before = oldest.first;
        for segment in &page {
            let found = among(segment, asked, &mut ballots)?;
            if found.is_some() {
                return Ok(found);
            }
            seen += i64::from(segment.count);
        }
    }
    Err(Error::Busy)
}

/// The vote among the leaves of a segment; `ballots` are those of later leaves.
fn among(
    segment: &vote_segment::Model,
    asked: u64,
    ballots: &mut Ballots,
) -> Result<Option<Own>, Error> {
    for (place, (leaf, details)) in segment::parts(segment)?.iter().enumerate().rev() {
        let Some(Leaf::Vote(vote)) = Leaf::read(leaf) else { continue };
        let Some(Details::Vote { at, entries, .. }) = Details::read(details) else {
            return Err(Error::BrokenLog);
        };
        let chosen = entries.last().copied();
        let last = ballots.entry(vote.nullifier).or_insert(entries);
        if of(&leaf_hash(leaf)) == asked {
            let stays = chosen.is_some_and(|entry| last.contains(&entry));
            let state = if stays { State::Counted } else { State::Withdrawn };
            let leaf = segment.first + i64::try_from(place).unwrap_or(i64::MAX);
            let (contest, receipt) = (segment.contest_id, code(asked));
            return Ok(Some(Own { contest, receipt, leaf, at, state }));
        }
    }
    Ok(None)
}
