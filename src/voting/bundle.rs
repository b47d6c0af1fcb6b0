//! What is handed out after the close, read from the rows of the log.

use std::path::Path;

use entity::id::ContestId;
use entity::vote_log;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::details::Details;
use super::keys::Keys;
use super::{Error, segment, witness};
use crate::ledger::{Bundle, Counts, Fold, Leaf, Rules, Verifier};

/// Reads a whole log.
///
/// # Errors
/// [`Error::Unknown`] where there is none; [`Error::BrokenLog`] where a row is not what was written.
pub(super) async fn read(
    db: &impl ConnectionTrait,
    keys: &Path,
    contest: ContestId,
) -> Result<Bundle, Error> {
    let row = vote_log::Entity::find_by_id(contest).one(db).await?.ok_or(Error::Unknown)?;
    let keys = Keys::open(keys, contest, None)?;
    let mut bundle = Bundle {
        key: keys.first(&row.origin).ok_or(Error::BrokenLog)?.text(),
        origin: row.origin,
        salt_key: keys.salt(),
        ..Bundle::default()
    };
    loop {
        let from = i64::try_from(bundle.leaves.len()).unwrap_or(i64::MAX);
        let page = segment::page(db, contest, from..i64::MAX).await?;
        if page.is_empty() {
            break;
        }
        for segment in page {
            for (leaf, details) in segment::parts(&segment)? {
                let details = Details::read(details).ok_or(Error::BrokenLog)?;
                take(&mut bundle, leaf, details)?;
            }
            bundle.checkpoints.push(segment.checkpoint);
        }
    }
    if let Some(last) = bundle.checkpoints.last_mut() {
        witness::under(last, &witness::cosignatures(db, contest).await?);
    }
    if bundle.leaves.is_empty() { Err(Error::Unknown) } else { Ok(bundle) }
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
pub(super) fn counts(bundle: &Bundle) -> Result<Counts, Error> {
    let leaves: Option<Vec<Leaf>> = bundle.leaves.iter().map(|leaf| Leaf::read(leaf)).collect();
    let rules = bundle.rules.last().and_then(|rules| serde_json::from_str::<Rules>(rules).ok());
    let (Some(leaves), Some(rules)) = (leaves, rules) else { return Err(Error::BrokenLog) };
    let chosen = |index| bundle.openings.get(&index).map(Vec::as_slice);
    Ok(Fold::of(&leaves).counts(&rules, chosen))
}

/// The log's public keys, at its beginning and now; none where there is no log yet.
///
/// # Errors
/// [`Error::Keys`] when the keys cannot be read; [`Error::BrokenLog`] where they did not sign the
/// newest checkpoint.
pub(super) async fn keys(
    db: &impl ConnectionTrait,
    keys: &Path,
    contest: ContestId,
) -> Result<Option<(Verifier, Verifier)>, Error> {
    let Some(row) = vote_log::Entity::find_by_id(contest).one(db).await? else { return Ok(None) };
    let Some(last) = segment::last(db, contest).await? else { return Ok(None) };
    let keys = Keys::open(keys, contest, None)?;
    let pair = keys.first(&row.origin).zip(keys.signed(&row.origin, &last.checkpoint));
    pair.map(Some).ok_or(Error::BrokenLog)
}
