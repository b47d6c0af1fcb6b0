//! What decides about a vote, read once and held until the contest changes.

use std::collections::{HashMap, HashSet};

use entity::candidate;
use entity::contest::State as ContestState;
use entity::entry::{self, State};
use entity::id::{ContestId, EntryId, UserId};
use entity::instant::Instant;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};

use super::{Error, Person, links};
use crate::contest::definition::{Level, VoteLimit, VotedOn, Voting};
use crate::contest::{self, Contest, Window};
use crate::ledger::{Hash, Rules};
use crate::words::vietnam;

/// Entries that are asked for by one statement.
const ROWS: usize = 1000;

/// What decides about a vote.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What the definition says.
    pub voting: Voting,
    /// State and public version of the contest: another one means another policy.
    pub(super) fence: (ContestState, i64),
    window: Window,
    running: bool,
    /// Entries that may be voted for, by number, each with whose it is.
    entries: HashMap<u32, Person>,
    rules: Rules,
    rules_hash: Hash,
    /// Links by which nobody comes any more.
    closed: HashSet<u32>,
}

impl Policy {
    /// Reads it.
    ///
    /// # Errors
    /// [`Error::Closed`] where the contest has no public vote.
    pub(super) async fn read(db: &impl ConnectionTrait, id: ContestId) -> Result<Self, Error> {
        let contest = contest::by_id(db, id).await?;
        let voting = contest.definition.voting.clone().ok_or(Error::Closed)?;
        let window = contest.window(&voting.phase).ok_or(Error::Closed)?;
        let among = went_on(db, &contest, &voting).await?;
        let entries = entries(db, id, among).await?;
        let rules = rules(&contest, &voting, window);
        Ok(Self {
            rules_hash: rules.hash(),
            closed: links::closed(db, id).await?,
            rules,
            fence: (contest.row.state, contest.row.public_version),
            running: contest.is_running(),
            window,
            voting,
            entries,
        })
    }

    /// Whether a vote read at `at` may be counted, as far as the voter's other votes do not matter.
    ///
    /// # Errors
    /// Why it may not.
    pub(super) fn admits(
        &self,
        entry: u32,
        (level, person): (Level, &Person),
        at: Instant,
    ) -> Result<(), Error> {
        self.open(at)?;
        let whose = self.entries.get(&entry).ok_or(Error::NotVotedOn)?;
        if level < self.voting.level {
            return Err(Error::TooLow(self.voting.level));
        }
        if !self.voting.own_entry && whose.is(person) {
            return Err(Error::Own);
        }
        Ok(())
    }

    /// Whether what was given may be changed at `at`, where the rules allow it or not.
    ///
    /// # Errors
    /// [`Error::Closed`] or [`Error::Stays`] where it may not.
    pub(super) fn changes(&self, allowed: bool, at: Instant) -> Result<(), Error> {
        self.open(at)?;
        if allowed { Ok(()) } else { Err(Error::Stays) }
    }

    /// Whether a group link was closed before its time.
    pub(super) fn is_closed(&self, link: u32) -> bool {
        self.closed.contains(&link)
    }

    /// Whether votes are taken at `at`.
    ///
    /// # Errors
    /// [`Error::Closed`] where they are not.
    pub(super) fn open(&self, at: Instant) -> Result<(), Error> {
        if self.running && self.window.contains(at) { Ok(()) } else { Err(Error::Closed) }
    }

    /// Whether the vote has ended, grace included.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.window.is_over(now)
    }

    /// From when on votes are not in time.
    pub(super) fn ends(&self) -> Instant {
        self.window.grace_until
    }

    /// The slot of a vote, as the ledger has it.
    pub(super) fn slot(&self, entry: u32, at: Instant) -> u32 {
        match self.voting.limit {
            VoteLimit::OnePerEntry => entry,
            VoteLimit::PerDay(_) => day(at),
            VoteLimit::InAll(_) => 0,
        }
    }

    /// Most choices of a ballot.
    pub(super) fn most(&self) -> u32 {
        match self.voting.limit {
            VoteLimit::OnePerEntry => 1,
            VoteLimit::PerDay(most) | VoteLimit::InAll(most) => most,
        }
    }

    /// The hash of [`Policy::rules`].
    pub(super) fn rules_hash(&self) -> Hash {
        self.rules_hash
    }

    /// The rules that the log is bound to.
    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }
}

/// Accepted entries of a contest, or those among them that went on, by number; each with whose it is.
async fn entries(
    db: &impl ConnectionTrait,
    contest: ContestId,
    among: Option<HashSet<EntryId>>,
) -> Result<HashMap<u32, Person>, Error> {
    type Row =
        (EntryId, Option<i32>, Option<UserId>, Option<String>, Option<Vec<u8>>, Option<EntryId>);
    let rows: Vec<Row> = entry::Entity::find()
        .select_only()
        .columns([entry::Column::Id, entry::Column::Number, entry::Column::AuthorId])
        .columns([entry::Column::Email, entry::Column::ResumeHash, entry::Column::PromotedFrom])
        .filter(entry::Column::ContestId.eq(contest))
        .filter(entry::Column::State.eq(State::Accepted))
        .into_tuple()
        .all(db)
        .await?;
    let promoted = rows.iter().filter_map(|(id, .., from)| Some((*id, (*from)?))).collect();
    let below = entered_below(db, promoted).await?;
    let rows = rows.into_iter().filter(|row| among.as_ref().is_none_or(|ids| ids.contains(&row.0)));
    let whose = |(id, number, user, email, hash, _): Row| {
        let entered = hash.as_deref().or_else(|| below.get(&id).map(Vec::as_slice));
        let entered = entered.and_then(|hash| hash.try_into().ok());
        Some((u32::try_from(number?).ok()?, Person::of(user, email.as_deref(), entered)))
    };
    Ok(rows.filter_map(whose).collect())
}

/// The browser from which each of these entries was entered in a contest below: a copy
/// knows none. They come with the entry from which each was copied.
async fn entered_below(
    db: &impl ConnectionTrait,
    mut promoted: Vec<(EntryId, EntryId)>,
) -> Result<HashMap<EntryId, Vec<u8>>, Error> {
    type Row = (EntryId, Option<Vec<u8>>, Option<EntryId>);
    let mut known = HashMap::new();
    while !promoted.is_empty() {
        let mut below: HashMap<EntryId, (Option<Vec<u8>>, Option<EntryId>)> = HashMap::new();
        for some in promoted.chunks(ROWS) {
            let rows: Vec<Row> = entry::Entity::find()
                .select_only()
                .columns([entry::Column::Id, entry::Column::ResumeHash])
                .column(entry::Column::PromotedFrom)
                .filter(entry::Column::Id.is_in(some.iter().map(|(_, from)| *from)))
                .into_tuple()
                .all(db)
                .await?;
            below.extend(rows.into_iter().map(|(id, hash, from)| (id, (hash, from))));
        }
        let mut further = Vec::new();
        for (id, from) in promoted {
            match below.get(&from) {
                Some((Some(hash), _)) => drop(known.insert(id, hash.clone())),
                Some((None, Some(from))) => further.push((id, *from)),
                _ => {}
            }
        }
        promoted = further;
    }
    Ok(known)
}

async fn went_on(
    db: &impl ConnectionTrait,
    contest: &Contest,
    voting: &Voting,
) -> Result<Option<HashSet<EntryId>>, Error> {
    let VotedOn::WentOnFrom(key) = &voting.on else { return Ok(None) };
    let round = contest::round_by_key(db, contest.id(), key).await?;
    let rows = candidate::Entity::find()
        .filter(candidate::Column::RoundId.eq(round.id))
        .filter(candidate::Column::WentOn.eq(true))
        .all(db)
        .await?;
    Ok(Some(rows.into_iter().map(|row| row.entry_id).collect()))
}

/// The day in Vietnam, in days since 1970.
pub(super) fn day(at: Instant) -> u32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    let days = vietnam(at).date().since(epoch).map(|span| span.get_days()).unwrap_or(0);
    u32::try_from(days).unwrap_or(0)
}

fn rules(contest: &Contest, voting: &Voting, window: Window) -> Rules {
    let (limit, most) = match voting.limit {
        VoteLimit::OnePerEntry => ("entry", 1),
        VoteLimit::PerDay(most) => ("day", most),
        VoteLimit::InAll(most) => ("all", most),
    };
    let definition = serde_json::to_vec(&*contest.definition).unwrap_or_default();
    let said = |moment: Instant| moment.timestamp().to_string();
    Rules {
        closes: said(window.closes),
        contest: contest.slug().to_owned(),
        definition: data_encoding::HEXLOWER.encode(&Sha256::digest(definition)),
        least: u8::try_from(voting.least).unwrap_or(u8::MAX),
        level: voting.level as u8,
        limit: limit.to_owned(),
        most: u8::try_from(most).unwrap_or(u8::MAX),
        opens: said(window.opens),
        points: voting.points.clone(),
    }
}
