//! Trees of logs, held whole while somebody asks for proofs, and brought on from the rows.

use std::collections::HashMap;

use entity::id::ContestId;
use sea_orm::ConnectionTrait;
use tokio::sync::Mutex;

use super::{Error, segment};
use crate::ledger::{Hash, Receipt, Tile, Tree, leaf_hash};

/// The trees of this process.
#[derive(Debug, Default)]
pub(super) struct Trees(Mutex<HashMap<ContestId, Known>>);

#[derive(Debug, Default)]
struct Known {
    tree: Tree,
    checkpoint: String,
}

impl Known {
    /// Brings the tree up to the newest row.
    async fn catch_up(
        &mut self,
        db: &impl ConnectionTrait,
        contest: ContestId,
    ) -> Result<(), Error> {
        loop {
            let from = i64::try_from(self.tree.size()).unwrap_or(i64::MAX);
            let page = segment::page(db, contest, from..i64::MAX).await?;
            if page.is_empty() {
                return Ok(());
            }
            for segment in page {
                for (leaf, _) in segment::parts(&segment)? {
                    self.tree.push(leaf_hash(leaf));
                }
                self.checkpoint = segment.checkpoint;
            }
        }
    }
}

impl Trees {
    /// The leaf at this place, and the proof that it stands under the newest checkpoint.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is no such leaf.
    pub(super) async fn receipt(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        leaf: i64,
    ) -> Result<Receipt, Error> {
        let bytes = segment::leaf(db, contest, leaf).await?.ok_or(Error::Unknown)?;
        let mut trees = self.0.lock().await;
        let known = trees.entry(contest).or_default();
        known.catch_up(db, contest).await?;
        let index = u64::try_from(leaf).unwrap_or(u64::MAX);
        let path = known.tree.inclusion(index, known.tree.size()).ok_or(Error::Unknown)?;
        Ok(Receipt { leaf: bytes, index, path, checkpoint: known.checkpoint.clone() })
    }

    /// The proof that the log of `old` leaves is the beginning of the newest, and the newest
    /// checkpoint.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there never was a log of so many leaves.
    pub(super) async fn growth(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        old: u64,
    ) -> Result<(Vec<Hash>, String), Error> {
        let mut trees = self.0.lock().await;
        let known = trees.entry(contest).or_default();
        known.catch_up(db, contest).await?;
        let path = known.tree.growth(old, known.tree.size()).ok_or(Error::Unknown)?;
        Ok((path, known.checkpoint.clone()))
    }

    /// The hashes of a tile of the tree.
    ///
    /// # Errors
    /// [`Error::Unknown`] where the tree has not so many, or the tile holds leaves.
    pub(super) async fn hashes(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        tile: Tile,
    ) -> Result<Vec<u8>, Error> {
        let mut trees = self.0.lock().await;
        let known = trees.entry(contest).or_default();
        known.catch_up(db, contest).await?;
        tile.hashes(&known.tree).ok_or(Error::Unknown)
    }
}
