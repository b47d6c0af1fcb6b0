//! What is handed out to strangers, read from the rows of the log: its keys, proofs while the vote
//! goes on, and all of it after the close.

use entity::id::ContestId;
use entity::vote_log;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::details::Details;
use super::keys::Keys;
use super::votes::Votes;
use super::{Error, segment, witness};
use crate::ledger::{Bundle, Counts, Fold, Hash, Leaf, Receipt, Rules, Tile, Verifier};

impl Votes {
    /// A receipt with its proof: the leaf at this place, under the newest checkpoint.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is no such leaf.
    pub async fn receipt(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        leaf: i64,
    ) -> Result<Receipt, Error> {
        self.trees().receipt(db, contest, leaf).await
    }

    /// The proof that the log of `old` leaves is the beginning of the one under the newest
    /// checkpoint, which comes with it.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there never was a log of so many leaves.
    pub async fn growth(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        old: u64,
    ) -> Result<(Vec<Hash>, String), Error> {
        self.trees().growth(db, contest, old).await
    }

    /// A tile of the log, C2SP tlog-tiles: hashes one after the other, or leaves, each after its length
    /// in two bytes.
    ///
    /// # Errors
    /// [`Error::Unknown`] where the log is not so long.
    pub async fn tile(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        tile: Tile,
    ) -> Result<Vec<u8>, Error> {
        match tile.leaves() {
            Some(places) => segment::leaves(db, contest, places).await,
            None => self.trees().hashes(db, contest, tile).await,
        }
    }

    /// The log's public key at its beginning, as it has to be made known before the vote; none where
    /// there is no log yet.
    ///
    /// # Errors
    /// As [`Votes::keys`].
    pub async fn key(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
    ) -> Result<Option<Verifier>, Error> {
        Ok(self.keys(db, contest).await?.map(|(first, _)| first))
    }

    /// The log's public keys, at its beginning and now; none where there is no log yet.
    ///
    /// # Errors
    /// [`Error::Keys`] when the keys cannot be read; [`Error::BrokenLog`] where they did not sign
    /// the newest checkpoint.
    pub async fn keys(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
    ) -> Result<Option<(Verifier, Verifier)>, Error> {
        let Some(row) = vote_log::Entity::find_by_id(contest).one(db).await? else {
            return Ok(None);
        };
        let Some(last) = segment::last(db, contest).await? else { return Ok(None) };
        let keys = Keys::open(&self.desk().keys, contest, None)?;
        let pair = keys.first(&row.origin).zip(keys.signed(&row.origin, &last.checkpoint));
        pair.map(Some).ok_or(Error::BrokenLog)
    }

    /// The log with everything that a stranger needs to recount it, and the result that was bound
    /// last; none before there is one.
    ///
    /// # Errors
    /// [`Error::Unknown`] where there is no log; [`Error::BrokenLog`] where its rows are not what
    /// was written.
    pub async fn bundle(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
    ) -> Result<Bundle, Error> {
        self.bundle_telling(db, contest, |_, _, _| {}).await
    }

    /// The same; `seen` is told how far it is: what is counted, how many are done, and of how many.
    ///
    /// # Errors
    /// As [`Votes::bundle`].
    pub async fn bundle_telling(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        seen: impl Fn(&'static str, usize, usize),
    ) -> Result<Bundle, Error> {
        let last = segment::last(db, contest).await?;
        let all = last.map_or(0, |last| last.first + i64::from(last.count));
        let all = usize::try_from(all).unwrap_or_default();
        let bundle = read(db, contest, |done| seen("leaves", done, all)).await?;
        let keys = Keys::open(&self.desk().keys, contest, None)?;
        let key = keys.first(&bundle.origin).ok_or(Error::BrokenLog)?.text();
        Ok(Bundle { key, salt_key: keys.salt(), ..bundle })
    }
}

/// What the votes of a log give now, as canonical JSON, to be bound when it is published; none where
/// there is no log.
///
/// # Errors
/// [`Error::BrokenLog`] where its rows are not what was written.
pub async fn result(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Option<String>, Error> {
    match read(db, contest, |_| {}).await {
        Ok(bundle) => Ok(Some(beside(move || counts(&bundle)).await?.json())),
        Err(Error::Unknown) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads a whole log, without its keys; `seen` is told how many leaves were read.
///
/// # Errors
/// [`Error::Unknown`] where there is none; [`Error::BrokenLog`] where a row is not what was written.
async fn read(
    db: &impl ConnectionTrait,
    contest: ContestId,
    seen: impl Fn(usize),
) -> Result<Bundle, Error> {
    let row = vote_log::Entity::find_by_id(contest).one(db).await?.ok_or(Error::Unknown)?;
    let mut bundle = Bundle { origin: row.origin, ..Bundle::default() };
    loop {
        seen(bundle.leaves.len());
        let from = i64::try_from(bundle.leaves.len()).unwrap_or(i64::MAX);
        let page = segment::page(db, contest, from..i64::MAX).await?;
        if page.is_empty() {
            break;
        }
        bundle = beside(move || {
            for segment in page {
                for (leaf, details) in segment::parts(&segment)? {
                    let details = Details::read(details).ok_or(Error::BrokenLog)?;
                    take(&mut bundle, leaf, details)?;
                }
                bundle.checkpoints.push(segment.checkpoint);
            }
            Ok(bundle)
        })
        .await?;
    }
    if let Some(last) = bundle.checkpoints.last_mut() {
        witness::under(last, &witness::cosignatures(db, contest).await?);
    }
    if bundle.leaves.is_empty() { Err(Error::Unknown) } else { Ok(bundle) }
}

/// Does work that takes long beside those who are being served.
pub(super) async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Busy)?
}

fn take(bundle: &mut Bundle, bytes: &[u8], details: Details) -> Result<(), Error> {
    match (Leaf::read(bytes).ok_or(Error::BrokenLog)?, details) {
        (Leaf::Vote(_), Details::Vote { entries, .. }) => {
            bundle.openings.insert(bundle.leaves.len() as u64, entries);
        }
        (Leaf::Open { .. } | Leaf::Amend { .. }, Details::Text(rules)) => bundle.rules.push(rules),
        (Leaf::Result { .. }, Details::Text(result)) => bundle.result = result,
        (Leaf::Note(_) | Leaf::Close { .. }, Details::Text(_)) => {}
        _ => return Err(Error::BrokenLog),
    }
    bundle.leaves.push(bytes.to_vec());
    Ok(())
}

/// What the votes of a bundle give.
///
/// # Errors
/// [`Error::BrokenLog`] where it cannot be read.
fn counts(bundle: &Bundle) -> Result<Counts, Error> {
    let leaves: Option<Vec<Leaf>> = bundle.leaves.iter().map(|leaf| Leaf::read(leaf)).collect();
    let rules = bundle.rules.last().and_then(|rules| serde_json::from_str::<Rules>(rules).ok());
    let (Some(leaves), Some(rules)) = (leaves, rules) else { return Err(Error::BrokenLog) };
    let chosen = |index| bundle.openings.get(&index).map(Vec::as_slice);
    Ok(Fold::of(&leaves).counts(&rules, chosen))
}
