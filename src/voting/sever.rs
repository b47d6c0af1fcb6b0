//! Severing votes from voters, when nobody may appeal any more.
//!
//! Beside the log lies a keyed hash of what each voter proved; with the site's secret whoever holds
//! the database could try people one by one. It is replaced by a hash under a key that is made for
//! this and never kept, so that a voter's votes stay together and nobody knows whose they are.

use std::collections::HashSet;

use entity::contest::State;
use entity::id::ContestId;
use entity::instant::Instant;
use entity::publication::{self, State as Published};
use entity::{vote, vote_segment};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, EntityTrait,
    QueryFilter, QueryOrder,
};
use sha2::Sha256;

use super::desk::{Deed, Standing};
use super::details::Details;
use super::votes::Votes;
use super::{Error, cases, segment};
use crate::{contest, db};

/// Days after the newest publication, or after the vote of a contest that was called off, for which
/// appeals are taken at least.
const APPEALS: i64 = 7;

impl Votes {
    /// Destroys the nullifier key of a contest when its appeals are over at `now`, and takes out of
    /// the rows what tied votes to voters: nobody can be tied to a vote any more, and nobody can
    /// vote.
    ///
    /// # Errors
    /// [`Error::AppealsOpen`] before that; [`Error::Keys`] when the key's file cannot be destroyed.
    pub async fn destroy_key(
        &self,
        db: &DatabaseConnection,
        contest: ContestId,
        now: Instant,
    ) -> Result<Standing, Error> {
        appeals_are_over(db, contest, now).await?;
        self.settle(contest, now).await?;
        sever(db, contest, (self.desk().fresh)()).await?;
        self.deed(contest, Deed::Destroy).await
    }
}

/// Whether the appeals of a contest are over at `now`.
///
/// # Errors
/// [`Error::AppealsOpen`] where they are not: until when, as far as that is known.
async fn appeals_are_over(
    db: &impl ConnectionTrait,
    id: ContestId,
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::by_id(db, id).await?;
    let voted = contest.definition.voting.as_ref().and_then(|v| contest.window(&v.phase));
    let last = match contest.row.state {
        State::Cancelled => voted.map(|window| window.grace_until),
        State::Published | State::Closed => publication::Entity::find()
            .filter(publication::Column::ContestId.eq(id))
            .filter(publication::Column::State.eq(Published::Published))
            .order_by_desc(publication::Column::Number)
            .one(db)
            .await?
            .and_then(|row| row.approved_at),
        _ => None,
    };
    let Some(last) = last else { return Err(Error::AppealsOpen(None)) };
    let struck = cases::of_contest(db, id).await?.into_iter().filter_map(|case| case.appeal_until);
    let complaints = contest.complaints().map(|window| window.grace_until);
    let until = complaints.chain(struck).fold(last.plus_seconds(APPEALS * 24 * 3600), Ord::max);
    if now < until {
        return Err(Error::AppealsOpen(Some(until)));
    }
    if cases::undecided(db, id).await? > 0 { Err(Error::AppealsOpen(None)) } else { Ok(()) }
}

/// Severs every vote of a contest from its voter: all of them or none.
///
/// # Errors
/// When the database fails or the log cannot be read.
async fn sever(db: &DatabaseConnection, contest: ContestId, key: [u8; 32]) -> Result<(), Error> {
    let tx = db::begin(db).await?;
    let (mut from, mut voters) = (0, HashSet::new());
    loop {
        let page = segment::page(&tx, contest, from..i64::MAX).await?;
        let Some(last) = page.last() else { break };
        from = last.first + i64::from(last.count);
        for segment in &page {
            segment_of(&tx, segment, &key, &mut voters).await?;
        }
    }
    for voter in voters {
        vote::Entity::update_many()
            .col_expr(vote::Column::Voter, Expr::value(unknown(&key, &voter).to_vec()))
            .filter(vote::Column::ContestId.eq(contest))
            .filter(vote::Column::Voter.eq(voter.to_vec()))
            .exec(&tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn segment_of(
    tx: &DatabaseTransaction,
    row: &vote_segment::Model,
    key: &[u8; 32],
    voters: &mut HashSet<[u8; 32]>,
) -> Result<(), Error> {
    let mut bytes = Vec::with_capacity(row.details.len());
    for (_, details) in segment::parts(row)? {
        let mut details = Details::read(details).ok_or(Error::BrokenLog)?;
        if let Details::Vote { voter, .. } = &mut details {
            voters.insert(*voter);
            *voter = unknown(key, voter);
        }
        segment::beside(&details, &mut bytes);
    }
    vote_segment::Entity::update_many()
        .col_expr(vote_segment::Column::Details, Expr::value(bytes))
        .filter(vote_segment::Column::ContestId.eq(row.contest_id))
        .filter(vote_segment::Column::First.eq(row.first))
        .exec(tx)
        .await?;
    Ok(())
}

fn unknown(key: &[u8; 32], voter: &[u8; 32]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of any length")
    };
    mac.update(voter);
    mac.finalize().into_bytes().into()
}
