//! Witnesses: other bodies that cosign the heads of our logs, and we those of theirs, so that nobody
//! can be shown another log than everybody else (C2SP tlog-witness, tlog-cosignature).
//!
//! A witness remembers the newest head of each log and cosigns a newer one only with the proof that
//! the old log is its beginning. It sees heads alone: no leaf, no vote.

use data_encoding::BASE64;
use entity::id::ContestId;
use entity::instant::Instant;
use entity::{vote_cosignature, witness_head};
use schemars::JsonSchema;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QuerySelect, Set,
};
use serde::{Deserialize, Serialize};

use super::Votes;
use super::keys::secret;
use crate::ledger::{Checkpoint, Hash, Signer, Verifier, cosigned, opened, proves_growth};

/// Most hashes of a proof.
const MOST: usize = 63;

/// Bodies that watch over logs of votes.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Bodies that cosign the logs of this site: of each its address and its public key, with a space
    /// between, such as `https://lienminh.example.vn/witness lienminh.example.vn+1a2b3c4d+BA…`.
    pub witnesses: Vec<String>,
    /// Logs of other sites that this one cosigns: their public keys, as `hoithi vote key` prints
    /// them there.
    pub witnessed: Vec<String>,
}

/// A body that cosigns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Where it takes heads: `/add-checkpoint` is added.
    pub url: String,
    /// Its public key.
    pub key: Verifier,
}

impl Config {
    /// The witnesses of this site's logs; those that cannot be read are left out.
    #[must_use]
    pub fn witnesses(&self) -> Vec<Witness> {
        let one = |text: &String| {
            let (url, key) = text.trim().split_once(' ')?;
            Some(Witness { url: url.trim_end_matches('/').to_owned(), key: Verifier::read(key)? })
        };
        self.witnesses.iter().filter_map(one).collect()
    }

    /// The logs that this site cosigns; those that cannot be read are left out.
    #[must_use]
    pub fn witnessed(&self) -> Vec<Verifier> {
        self.witnessed.iter().filter_map(|key| Verifier::read(key)).collect()
    }
}

/// Why a head is not cosigned.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unseen {
    /// The request is none.
    #[error("not a request")]
    Unreadable,
    /// The log is not one that we cosign.
    #[error("an unknown log")]
    UnknownLog,
    /// The log's key did not sign it.
    #[error("not signed by the log")]
    Unsigned,
    /// The newest head that we cosigned is another: so many leaves.
    #[error("the newest head has {0} leaves")]
    Stale(u64),
    /// The old log is not the beginning of the new one.
    #[error("the log does not grow from what it was")]
    NoGrowth,
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

/// A request to cosign: the head that was cosigned before, the proof, the new head.
struct Asked<'a> {
    old: u64,
    path: Vec<Hash>,
    note: &'a str,
}

impl<'a> Asked<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (head, note) = text.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let old = lines.next()?.strip_prefix("old ")?;
        let number: u64 = old.parse().ok()?;
        let hash = |line: &str| BASE64.decode(line.as_bytes()).ok()?.try_into().ok();
        let path: Vec<Hash> = lines.map(hash).collect::<Option<_>>()?;
        let fits =
            number.to_string() == old && path.len() <= MOST && (number > 0 || path.is_empty());
        fits.then_some(Self { old: number, path, note })
    }

    fn text(old: u64, path: &[Hash], note: &str) -> String {
        let hashes: String = path.iter().map(|hash| BASE64.encode(hash) + "\n").collect();
        format!("old {old}\n{hashes}\n{note}")
    }
}

/// Cosigns the head in `request`, one of these logs', and remembers it: the line of the cosignature.
///
/// # Errors
/// Why it is not cosigned.
pub async fn cosign(
    tx: &DatabaseTransaction,
    (by, logs): (&Signer, &[Verifier]),
    request: &str,
    now: Instant,
) -> Result<String, Unseen> {
    let asked = Asked::read(request).ok_or(Unseen::Unreadable)?;
    let text = asked.note.split_once("\n\n").map(|(text, _)| format!("{text}\n"));
    let head = text.as_deref().and_then(Checkpoint::read).ok_or(Unseen::Unreadable)?;
    let mut known = logs.iter().filter(|log| log.name() == head.origin).peekable();
    known.peek().ok_or(Unseen::UnknownLog)?;
    known.find(|log| opened(asked.note, log).is_some()).ok_or(Unseen::Unsigned)?;
    if asked.old > head.size {
        return Err(Unseen::Unreadable);
    }
    let empty = witness_head::ActiveModel {
        origin: Set(head.origin.clone()),
        size: Set(0),
        root: Set(Vec::new()),
    };
    witness_head::Entity::insert(empty)
        .on_conflict(OnConflict::column(witness_head::Column::Origin).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    let of = witness_head::Column::Origin.eq(&head.origin);
    let row = witness_head::Entity::find().filter(of).lock_exclusive().one(tx).await?;
    let row = row.ok_or(Unseen::Unreadable)?;
    let size = u64::try_from(row.size).unwrap_or(u64::MAX);
    if size != asked.old {
        return Err(Unseen::Stale(size));
    }
    if size > 0 {
        let root: Hash = row.root.try_into().map_err(|_| Unseen::Stale(size))?;
        if !proves_growth(size, head.size, &asked.path, &root, &head.root) {
            return Err(if size == head.size { Unseen::Stale(size) } else { Unseen::NoGrowth });
        }
    }
    let row = witness_head::ActiveModel {
        origin: Set(head.origin.clone()),
        size: Set(i64::try_from(head.size).unwrap_or(i64::MAX)),
        root: Set(head.root.to_vec()),
    };
    witness_head::Entity::update(row).exec(tx).await?;
    let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or(0);
    Ok(by.cosignature(&head.text(), seconds))
}

impl Votes {
    /// Who cosigns others' logs here. The key is made when it is first asked for.
    ///
    /// # Errors
    /// When the key cannot be read or written.
    pub fn witness(&self) -> std::io::Result<Signer> {
        let desk = self.desk();
        Ok(Signer::new(&desk.host, &secret(&desk.keys, "witness", desk.fresh)?))
    }

    /// What a witness that cosigned `old` leaves has to be sent, and the newest head, which it is
    /// about.
    ///
    /// # Errors
    /// [`super::Error::Unknown`] where there never was a log of so many leaves.
    pub async fn request(
        &self,
        db: &impl ConnectionTrait,
        contest: ContestId,
        old: u64,
    ) -> Result<(String, String), super::Error> {
        let (path, newest) = match old {
            0 => {
                let newest = super::checkpoint(db, contest).await?;
                (Vec::new(), newest.ok_or(super::Error::Unknown)?)
            }
            old => self.growth(db, contest, old).await?,
        };
        Ok((Asked::text(old, &path, &newest), newest))
    }
}

/// The head in a signed note, whoever signed it.
fn head(note: &str) -> Option<Checkpoint> {
    let (text, _) = note.split_once("\n\n")?;
    Checkpoint::read(&format!("{text}\n"))
}

/// How many leaves a witness has cosigned of a contest's log, and whether that is all of it.
///
/// # Errors
/// When the database fails.
pub async fn seen_by(
    db: &impl ConnectionTrait,
    contest: ContestId,
    witness: &Verifier,
) -> Result<(u64, bool), DbErr> {
    let row = vote_cosignature::Entity::find_by_id((contest, witness.text())).one(db).await?;
    let seen = row.and_then(|row| u64::try_from(row.size).ok()).unwrap_or(0);
    let newest = super::checkpoint(db, contest).await?;
    let size = newest.as_deref().and_then(head).map_or(0, |head| head.size);
    Ok((seen, seen == size))
}

/// Keeps the cosignature that a witness gave for `note`; says whether it is one.
///
/// # Errors
/// When the database fails.
pub async fn keep(
    tx: &DatabaseTransaction,
    contest: ContestId,
    (witness, note, answer): (&Verifier, &str, &str),
    now: Instant,
) -> Result<bool, DbErr> {
    let lines = answer.lines().map(|line| format!("{line}\n"));
    let own =
        |line: &String| cosigned(&format!("{note}{line}"), std::slice::from_ref(witness)) == 1;
    let (Some(line), Some(head)) = (lines.into_iter().find(own), head(note)) else {
        return Ok(false);
    };
    let row = vote_cosignature::ActiveModel {
        contest_id: Set(contest),
        witness: Set(witness.text()),
        size: Set(i64::try_from(head.size).unwrap_or(i64::MAX)),
        line: Set(line),
        cosigned_at: Set(now),
    };
    let key = [vote_cosignature::Column::ContestId, vote_cosignature::Column::Witness];
    let conflict = OnConflict::columns(key)
        .update_columns([
            vote_cosignature::Column::Size,
            vote_cosignature::Column::Line,
            vote_cosignature::Column::CosignedAt,
        ])
        .to_owned();
    vote_cosignature::Entity::insert(row).on_conflict(conflict).exec_without_returning(tx).await?;
    Ok(true)
}

/// What witnesses have cosigned of a contest's log, by their names.
///
/// # Errors
/// When the database fails.
pub async fn cosignatures(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<vote_cosignature::Model>, DbErr> {
    let of = vote_cosignature::Column::ContestId.eq(contest);
    let mut rows = vote_cosignature::Entity::find().filter(of).all(db).await?;
    rows.sort_by(|a, b| a.witness.cmp(&b.witness));
    Ok(rows)
}

/// Puts the cosignatures of its head under `note`.
pub(super) fn under(note: &mut String, rows: &[vote_cosignature::Model]) {
    let Some(size) = head(note).and_then(|head| i64::try_from(head.size).ok()) else { return };
    rows.iter().filter(|row| row.size == size).for_each(|row| note.push_str(&row.line));
}
