//! The guardian of an author under 16: asked by a link of their own, beside the author, or on paper.
//! The entry counts only with their consent, and leaves the contest when they take it back.

use entity::consent;
use entity::contributor::{self, Role};
use entity::entry::{self, State};
use entity::id::{ConsentId, EntryId};
use entity::instant::Instant;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Error;
use super::declared::{Asked, asked};
use super::eligible::is_minor;
use super::error::fault;
use super::event::noted;
use super::rights::{contests, leave};
use crate::audit::{self, Act};
use crate::contest::definition::DeclaredBy;
use crate::contest::{self, Contest, Screener};
use crate::words::Lang;

/// As consents name who gave them.
const GUARDIAN: &str = "guardian";

/// What the guardian of an entry's author is asked, and what they said.
#[derive(Clone, Debug)]
pub struct Guarded {
    /// Their name, as the entrant or they themselves gave it.
    pub name: String,
    /// Where to write to them, where the entrant said so.
    pub email: Option<String>,
    /// What is asked, in the language of the entry, and since when each is agreed to.
    pub asked: Vec<(Asked, Option<Instant>)>,
    /// When everything that the rules demand was agreed to; none while it is not.
    pub given_at: Option<Instant>,
    /// When they took it back.
    pub withdrawn_at: Option<Instant>,
}

/// When everything that the rules demand was agreed to; none while it is not.
fn complete(asked: &[(Asked, Option<Instant>)]) -> Option<Instant> {
    let needed = asked.iter().filter(|(asked, _)| asked.required);
    let needed = needed.map(|(_, since)| *since).collect::<Option<Vec<_>>>()?;
    needed.into_iter().chain(asked.iter().filter_map(|(_, since)| *since)).max()
}

/// What an entry's guardian is asked and said; none where the author is of age, or the rules ask a
/// guardian nothing.
///
/// # Errors
/// When the database fails.
pub async fn guarded(
    db: &impl ConnectionTrait,
    contest: &Contest,
    entry: &entry::Model,
    now: Instant,
) -> Result<Option<Guarded>, DbErr> {
    let mut asked = asked(&contest.definition, Lang::of(&entry.lang));
    asked.retain(|asked| asked.of == DeclaredBy::Guardian);
    if asked.is_empty() {
        return Ok(None);
    }
    let people = contributor::Entity::find().filter(contributor::Column::EntryId.eq(entry.id));
    let people = people.all(db).await?;
    if !is_minor(&people, now) {
        return Ok(None);
    }
    let given = consent::Entity::find()
        .filter(consent::Column::EntryId.eq(entry.id))
        .filter(consent::Column::GivenBy.eq(GUARDIAN))
        .order_by_asc(consent::Column::GivenAt)
        .all(db)
        .await?;
    let since = |asked: &Asked| {
        let hash = Sha256::digest(&asked.text);
        let holds = |row: &&consent::Model| {
            row.declaration_key == asked.key
                && row.text_sha256 == hash.as_slice()
                && row.withdrawn_at.is_none()
        };
        given.iter().find(holds).map(|row| row.given_at)
    };
    let is_held = given.iter().any(|row| row.withdrawn_at.is_none());
    let (name, email) = people
        .into_iter()
        .find(|who| who.role == Role::Guardian)
        .map(|who| (who.name, who.email))
        .unwrap_or_default();
    let asked: Vec<_> = asked.into_iter().map(|asked| (asked.clone(), since(&asked))).collect();
    Ok(Some(Guarded {
        name,
        email,
        withdrawn_at: given.iter().filter_map(|row| row.withdrawn_at).max().filter(|_| !is_held),
        given_at: complete(&asked),
        asked,
    }))
}

impl Guarded {
    /// Where to write to the guardian, as long as they have not answered.
    #[must_use]
    pub fn unanswered(&self) -> Option<&str> {
        let waits = self.given_at.is_none() && self.withdrawn_at.is_none();
        self.email.as_deref().filter(|_| waits)
    }
}

/// The right to speak as the guardian of an entry's author: whoever holds the link.
#[derive(Clone, Debug)]
pub struct Guardian {
    /// The entry, as it stood when the right was proved.
    pub entry: entry::Model,
}

impl Guardian {
    /// Proves the right: `held` stood in the link, `known` is what has to stand there.
    ///
    /// # Errors
    /// [`Error::Unknown`] to anybody else, and for a draft.
    pub fn of(entry: entry::Model, held: &str, known: &str) -> Result<Self, Error> {
        let right = bool::from(held.as_bytes().ct_eq(known.as_bytes()));
        if right && entry.submitted_at.is_some() { Ok(Self { entry }) } else { Err(Error::Unknown) }
    }
}

/// Writes down that the guardian agrees, under this name; agreeing twice is agreeing once.
///
/// # Errors
/// [`Error::Settled`] where the entry left the contest, or nobody has to agree; [`Error::Faults`]
/// without a name, or without everything that the rules demand.
pub async fn agree(
    tx: &DatabaseTransaction,
    by: &Guardian,
    contest: &Contest,
    (name, agreed): (&str, &[String]),
    now: Instant,
) -> Result<(), Error> {
    let (entry, guarded) = open(tx, contest, by.entry.id, now).await?;
    let mut faults = Vec::new();
    if name.is_empty() {
        faults.push(fault("guardian-missing", "name"));
    }
    for (asked, since) in &guarded.asked {
        if asked.required && since.is_none() && !agreed.contains(&asked.key) {
            let field = format!("agree.{}", asked.key);
            faults.push(fault("declaration-missing", &field).with("text", asked.text.as_str()));
        }
    }
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    let news = guarded.asked.iter().filter(|(asked, _)| agreed.contains(&asked.key));
    if keep(tx, entry.id, news, now).await? {
        noted(tx, entry.id, ("guardian-agreed", Some(name)), None, now).await?;
    }
    Ok(())
}

/// Writes down that the guardian agreed on paper; `note` says where the paper is kept.
///
/// # Errors
/// [`Error::Settled`] where the entry left the contest, or nobody has to agree; [`Error::Faults`]
/// without a note.
pub async fn agree_on_paper(
    tx: &DatabaseTransaction,
    by: &Screener,
    (id, note): (EntryId, &str),
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let (entry, guarded) = open(tx, &contest, id, now).await?;
    if entry.contest_id != by.contest() {
        return Err(Error::Unknown);
    }
    if note.is_empty() {
        return Err(Error::Faults(vec![fault("guardian-paper-where", "paper")]));
    }
    if keep(tx, id, guarded.asked.iter(), now).await? {
        noted(tx, id, ("guardian-paper", Some(note)), Some(by.user()), now).await?;
        let act = Act {
            actor: Some(by.user()),
            role: "screener",
            act: "guardian-paper",
            subject: format!("entry:{id}"),
            contest: Some(by.contest()),
            before: None,
            after: Some(json!({ "paper": true })),
        };
        audit::record(tx, act, now).await?;
    }
    Ok(())
}

/// The guardian does not agree, or no longer: the entry leaves the contest and its public copies
/// go. The answer are the keys of objects that may be deleted once this is certain.
///
/// # Errors
/// [`Error::Settled`] where it has left already.
pub async fn refuse(
    tx: &DatabaseTransaction,
    by: &Guardian,
    contest: &Contest,
    now: Instant,
) -> Result<Vec<String>, Error> {
    contest::lock_all(tx, &contests(tx, [by.entry.clone()]).await?).await?;
    open(tx, contest, by.entry.id, now).await?;
    let keys = leave(tx, by.entry.id, (None, "guardian"), now).await?;
    noted(tx, by.entry.id, ("guardian-withdrew", None), None, now).await?;
    Ok(keys)
}

/// An entry that is in its contest and whose author has a guardian to be asked, locked.
async fn open(
    tx: &DatabaseTransaction,
    contest: &Contest,
    id: EntryId,
    now: Instant,
) -> Result<(entry::Model, Guarded), Error> {
    let entry = entry::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    let entry = entry.ok_or(Error::Unknown)?;
    if !matches!(entry.state, State::Submitted | State::Returned | State::Accepted) {
        return Err(Error::Settled);
    }
    let guarded = guarded(tx, contest, &entry, now).await?.ok_or(Error::Settled)?;
    Ok((entry, guarded))
}

/// Keeps what is agreed to and was not before; false where there is nothing new.
async fn keep<'a>(
    tx: &DatabaseTransaction,
    entry: EntryId,
    agreed: impl Iterator<Item = &'a (Asked, Option<Instant>)>,
    now: Instant,
) -> Result<bool, DbErr> {
    let mut is_new = false;
    for (asked, _) in agreed.filter(|(_, since)| since.is_none()) {
        let row = consent::ActiveModel {
            id: Set(ConsentId::new()),
            entry_id: Set(entry),
            declaration_key: Set(asked.key.clone()),
            given_by: Set(GUARDIAN.to_owned()),
            text_sha256: Set(Sha256::digest(&asked.text).to_vec()),
            text: Set(asked.text.clone()),
            given_at: Set(now),
            withdrawn_at: Set(None),
        };
        consent::Entity::insert(row).exec_without_returning(tx).await?;
        is_new = true;
    }
    Ok(is_new)
}
