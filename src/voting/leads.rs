//! Which node leads which log of votes, for whoever looks after many nodes.

use std::path::Path;

use entity::instant::Instant;
use entity::vote_log;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryOrder};

use super::{keys, seat, segment};

/// A log of votes, as it looks from a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// The log's name.
    pub origin: String,
    /// Where the node is reached that leads it now, if another one does; empty where nobody knows.
    pub elsewhere: Option<String>,
    /// Whether this node could lead it: its keys are here.
    pub has_keys: bool,
}

/// All logs that have a leaf, as they look from the node of this data folder.
///
/// # Errors
/// When the database fails.
pub async fn leads(
    db: &impl ConnectionTrait,
    folder: &Path,
    now: Instant,
) -> Result<Vec<Lead>, DbErr> {
    let own = seat::name(folder);
    let logs = vote_log::Entity::find().order_by_asc(vote_log::Column::Origin).all(db).await?;
    let mut leads = Vec::new();
    for log in logs {
        if segment::last(db, log.contest_id).await?.is_none() {
            continue;
        }
        let is_led = log.leased_until >= now && own.as_ref() != Some(&log.holder);
        leads.push(Lead {
            has_keys: keys::are_in(&folder.join("votes"), log.contest_id),
            origin: log.origin,
            elsewhere: is_led.then_some(log.holder_url),
        });
    }
    Ok(leads)
}
