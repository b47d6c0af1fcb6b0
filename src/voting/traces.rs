//! What is kept for a while of where a vote came from, for the eyes of the signals alone: a hash of
//! the kind of device and a keyed hash of the address. Both lie beside the log and not in it, so
//! that they can be erased when the appeals are over.

use std::net::IpAddr;

use entity::id::ContestId;
use entity::instant::Instant;
use entity::{vote, vote_segment};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
};

use crate::contest::Contest;

/// Days after the vote's end for which traces are kept.
const KEPT: i64 = 60;

/// Where a vote came from, as far as it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Kind of device: FNV-1a of what the browser calls itself; 0 where it says nothing.
    pub device: u32,
    /// Network: the first four bytes of a keyed hash of the IPv4 address, or of the first 64 bits of
    /// the IPv6 address; 0 where it is not known.
    pub network: u32,
}

impl Trace {
    /// What is kept of a request. `keyed` hashes for this contest alone.
    #[must_use]
    pub fn seen(
        agent: Option<&[u8]>,
        address: Option<IpAddr>,
        keyed: impl Fn(&[u8]) -> [u8; 32],
    ) -> Self {
        let fnv = |sum: u32, byte: &u8| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        let first = |hash: [u8; 32]| u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        Self {
            device: agent.map_or(0, |agent| agent.iter().fold(0x811c_9dc5, fnv)),
            network: match address {
                Some(IpAddr::V4(address)) => first(keyed(&address.octets())),
                Some(IpAddr::V6(address)) => first(keyed(&address.octets()[..8])),
                None => 0,
            },
        }
    }

    /// The traces of a batch as bytes, eight each; none where nothing came from anywhere, such as a
    /// close.
    pub(super) fn all(traces: &[Self]) -> Option<Vec<u8>> {
        if traces.iter().all(|trace| *trace == Self::default()) {
            return None;
        }
        let bytes = |trace: &Self| [trace.device.to_be_bytes(), trace.network.to_be_bytes()];
        Some(traces.iter().flat_map(bytes).flatten().collect())
    }

    /// The traces of a segment; none when their time is over.
    pub(super) fn of(segment: &vote_segment::Model) -> Vec<Self> {
        let bytes = segment.traces.as_deref().unwrap_or_default();
        let (pairs, _) = bytes.as_chunks::<8>();
        let read = |[a, b, c, d, e, f, g, h]: &[u8; 8]| Self {
            device: u32::from_be_bytes([*a, *b, *c, *d]),
            network: u32::from_be_bytes([*e, *f, *g, *h]),
        };
        pairs.iter().map(read).collect()
    }
}

/// Erases the traces of a contest's votes when the vote has been over for sixty days; says whether
/// there were any.
///
/// # Errors
/// When the database fails.
pub async fn expire(
    tx: &DatabaseTransaction,
    contest: &Contest,
    now: Instant,
) -> Result<bool, DbErr> {
    let window = contest.definition.voting.as_ref().and_then(|v| contest.window(&v.phase));
    if window.is_none_or(|window| now < window.grace_until.plus_seconds(KEPT * 24 * 3600)) {
        return Ok(false);
    }
    let kept = vote_segment::Column::ContestId
        .eq(contest.id())
        .and(vote_segment::Column::Traces.is_not_null());
    if vote_segment::Entity::find().filter(kept.clone()).count(tx).await? == 0 {
        return Ok(false);
    }
    vote_segment::Entity::update_many()
        .col_expr(vote_segment::Column::Traces, Expr::value(None::<Vec<u8>>))
        .filter(kept)
        .exec(tx)
        .await?;
    erase(tx, contest.id()).await?;
    Ok(true)
}

async fn erase(tx: &DatabaseTransaction, contest: ContestId) -> Result<(), DbErr> {
    vote::Entity::update_many()
        .col_expr(vote::Column::Device, Expr::value(0))
        .col_expr(vote::Column::Network, Expr::value(0))
        .filter(vote::Column::ContestId.eq(contest))
        .exec(tx)
        .await?;
    Ok(())
}
