//! Publishing: proposed by one person, approved by another, all true together or not at all.

use entity::award::{self, State as AwardState};
use entity::contest::State as ContestState;
use entity::decision::Kind as Decided;
use entity::id::{AwardId, ContestId, DecisionId, EntryId, PublicationId, StandingId};
use entity::instant::Instant;
use entity::publication::State;
use entity::{contributor, decision, entry, publication, standing, unit};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use serde_json::json;

use super::award::{keep_passes, winner};
use super::gather::{Problem, Subject, gather};
use super::outcome::{Outcome, outcome};
use super::rank::Who;
use crate::audit::{self, Act};
use crate::contest::definition::Recipient;
use crate::contest::{self, Approver, Contest, Organiser};
use crate::jobs::{self, Job};
use crate::refusal::{Kind, Refusal, Refused};
use crate::voting;

/// Why a result was not published.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing in this contest.
    #[error("no such thing")]
    Unknown,
    /// A second person is needed.
    #[error("the same person")]
    SamePerson,
    /// Something stands in the way.
    #[error("{} problems", .0.len())]
    Problems(Vec<Problem>),
    /// Something changed since the proposal.
    #[error("inputs changed")]
    Changed,
    /// A reason is needed.
    #[error("a reason is needed")]
    NoReason,
    /// There is a proposal already.
    #[error("proposed already")]
    Proposed,
    /// The contest is not at this step.
    #[error("not at this step")]
    NotNow,
    /// Several are next in line, and none was named.
    #[error("no heir named")]
    NoHeir,
    /// The rules do not let this prize stay empty.
    #[error("the prize has to be given")]
    StaysFull,
    /// The moment of a reading has not come.
    #[error("read later than now")]
    ReadLater,
    /// An entry that is not in the contest any more cannot be struck out.
    #[error("not to be struck out")]
    NoStrike,
    /// The contest is not known.
    #[error(transparent)]
    Contest(#[from] contest::Error),
    /// The database failed.
    #[error("database failure")]
    Database(#[from] DbErr),
}

impl Refusal for Error {
    fn refusal(&self) -> Refused {
        match self {
            Self::Unknown => Refused::new(Kind::NotFound, "nothing-here"),
            Self::SamePerson => Refused::new(Kind::Conflict, "second-person-needed"),
            Self::Problems(problems) => problems
                .first()
                .map_or_else(|| Refused::new(Kind::Conflict, "result-not-ready"), Problem::refused),
            Self::Changed => Refused::new(Kind::Conflict, "result-changed"),
            Self::NoReason => Refused::new(Kind::Invalid, "reason-needed").at("reason"),
            Self::Proposed => Refused::new(Kind::Conflict, "result-proposed-already"),
            Self::NotNow => Refused::new(Kind::Conflict, "contest-over"),
            Self::NoHeir => Refused::new(Kind::Invalid, "no-heir").at("heir"),
            Self::StaysFull => Refused::new(Kind::Conflict, "prize-stays-full").at("prize"),
            Self::NoStrike => Refused::new(Kind::Conflict, "strike-not-now"),
            Self::ReadLater => Refused::new(Kind::Invalid, "count-read-later").at("read_at"),
            Self::Contest(error) => error.refusal(),
            Self::Database(error) => error.refusal(),
        }
    }

    fn refusals(&self) -> Vec<Refused> {
        match self {
            Self::Problems(problems) => problems.iter().map(Problem::refused).collect(),
            _ => vec![self.refusal()],
        }
    }
}

impl Problem {
    /// The problem as a refusal.
    #[must_use]
    pub fn refused(&self) -> Refused {
        match self {
            Self::StillOpen(_, until) => {
                Refused::new(Kind::Conflict, "result-window-open").with("until", *until)
            }
            Self::Unchecked(count) => {
                Refused::new(Kind::Conflict, "result-unchecked").with("count", *count)
            }
            Self::TooFewGoUp(chosen, least) => Refused::new(Kind::Conflict, "too-few-go-up")
                .with("chosen", *chosen)
                .with("least", *least),
            Self::TooManyGoUp(chosen, most) => Refused::new(Kind::Conflict, "too-many-go-up")
                .with("chosen", *chosen)
                .with("most", *most),
            Self::RoundNotClosed(key) => {
                Refused::new(Kind::Conflict, "result-round-open").with("round", key.as_str())
            }
            Self::TallyDisagrees => Refused::new(Kind::Broken, "result-tally-disagrees"),
            Self::VotesComing => Refused::new(Kind::Conflict, "result-votes-coming"),
            Self::VotesUndecided(count) => {
                Refused::new(Kind::Conflict, "result-votes-undecided").with("count", *count)
            }
            Self::Unconfirmed(count) => {
                Refused::new(Kind::Conflict, "result-counts-unconfirmed").with("count", *count)
            }
            Self::Tie(table, place, who) => Refused::new(Kind::Conflict, "result-tie")
                .with("table", table.as_str())
                .with("place", *place)
                .with("count", i64::try_from(who.len()).unwrap_or(i64::MAX)),
            Self::Nothing => Refused::new(Kind::Conflict, "result-nothing"),
        }
    }
}

pub(super) async fn record(
    tx: &DatabaseTransaction,
    (actor, role): (entity::id::UserId, &'static str),
    contest: ContestId,
    act: &'static str,
    after: serde_json::Value,
    now: Instant,
) -> Result<(), DbErr> {
    let act = Act {
        actor: Some(actor),
        role,
        act,
        subject: format!("contest:{contest}"),
        contest: Some(contest),
        before: None,
        after: Some(after),
    };
    audit::record(tx, act, now).await
}

/// Records a decision: between equals, of a prize that stays empty, of what goes up.
///
/// # Errors
/// [`Error::NoReason`] without one; [`Error::StaysFull`] for a prize that has to be given.
pub async fn decide(
    tx: &DatabaseTransaction,
    by: &Organiser,
    kind: Decided,
    subject: &Subject,
    reason: &str,
    now: Instant,
) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let contest = contest::lock(tx, by.contest()).await?;
    let prizes = &contest.definition.prizes;
    let may = prizes.iter().any(|prize| prize.key == subject.prize && prize.may_stay_empty);
    if kind == Decided::EmptyPrize && !may {
        return Err(Error::StaysFull);
    }
    let json = serde_json::to_value(subject).map_err(|error| DbErr::Json(error.to_string()))?;
    let row = decision::ActiveModel {
        id: Set(DecisionId::new()),
        contest_id: Set(by.contest()),
        kind: Set(kind),
        subject: Set(json.clone()),
        reason: Set(reason.to_owned()),
        decided_by: Set(by.user()),
        decided_at: Set(now),
    };
    decision::Entity::insert(row).exec_without_returning(tx).await?;
    let after = json!({ "kind": kind, "subject": json, "reason": reason });
    Ok(record(tx, (by.user(), "organiser"), by.contest(), "decided", after, now).await?)
}

/// Proposes the result as it stands; a correction of a published one needs a reason.
///
/// # Errors
/// [`Error::Problems`] with everything that stands in the way.
pub async fn propose(
    tx: &DatabaseTransaction,
    by: &Organiser,
    reason: &str,
    now: Instant,
) -> Result<PublicationId, Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    if !matches!(contest.row.state, ContestState::Announced | ContestState::Published) {
        return Err(Error::NotNow);
    }
    let all = history(tx, contest.id()).await?;
    if all.iter().any(|row| row.state == State::Proposed) {
        return Err(Error::Proposed);
    }
    let before = all.iter().find(|row| row.state == State::Published);
    if before.is_some() && reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let inputs = gather(tx, &contest, now).await?;
    let result = outcome(&contest.definition, &inputs);
    if !result.problems.is_empty() {
        return Err(Error::Problems(result.problems));
    }
    let id = PublicationId::new();
    let votes = voting::statement(tx, contest.id()).await?;
    let aside = voting::cases::set_aside(tx, contest.id()).await?;
    let row = publication::ActiveModel {
        id: Set(id),
        contest_id: Set(contest.id()),
        number: Set(i32::try_from(all.len()).unwrap_or(i32::MAX) + 1),
        state: Set(State::Proposed),
        proposed_by: Set(by.user()),
        proposed_at: Set(now),
        approved_by: Set(None),
        approved_at: Set(None),
        inputs_hash: Set(inputs.hash()),
        replaces_id: Set(before.map(|row| row.id)),
        reason: Set((!reason.is_empty()).then(|| reason.to_owned())),
        refusal: Set(None),
        summary: Set(json!({
            "entries": inputs.entries.len(),
            "votes": votes,
            "set_aside": aside,
            "up": entries(&result.up),
        })),
    };
    publication::Entity::insert(row).exec_without_returning(tx).await?;
    let after = json!({ "publication": id, "reason": reason });
    record(tx, (by.user(), "organiser"), contest.id(), "result-proposed", after, now).await?;
    Ok(id)
}

/// The entries among them, in their order.
fn entries(who: &[Who]) -> Vec<EntryId> {
    let entry = |who: &Who| match who {
        Who::Entry(id) => Some(*id),
        Who::Unit(_) => None,
    };
    who.iter().filter_map(entry).collect()
}

/// Drops a proposal that was not approved.
///
/// # Errors
/// [`Error::Unknown`] where there is none.
pub async fn drop_proposal(
    tx: &DatabaseTransaction,
    by: &Organiser,
    now: Instant,
) -> Result<(), Error> {
    contest::lock(tx, by.contest()).await?;
    let all = history(tx, by.contest()).await?;
    let row = all.into_iter().find(|row| row.state == State::Proposed).ok_or(Error::Unknown)?;
    let after = json!({ "publication": row.id });
    let mut row = row.into_active_model();
    row.state = Set(State::Dropped);
    row.update(tx).await?;
    Ok(record(tx, (by.user(), "organiser"), by.contest(), "result-dropped", after, now).await?)
}

/// Refuses the proposal, for a reason that its proposer reads.
///
/// # Errors
/// [`Error::NoReason`] without one; [`Error::Unknown`] without a proposal.
pub async fn refuse(
    tx: &DatabaseTransaction,
    by: &Approver,
    reason: &str,
    now: Instant,
) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    contest::lock(tx, by.contest()).await?;
    let all = history(tx, by.contest()).await?;
    let row = all.into_iter().find(|row| row.state == State::Proposed).ok_or(Error::Unknown)?;
    let after = json!({ "publication": row.id, "reason": reason });
    let mut row = row.into_active_model();
    row.state = Set(State::Dropped);
    row.refusal = Set(Some(reason.to_owned()));
    row.update(tx).await?;
    Ok(record(tx, (by.user(), "approver"), by.contest(), "result-refused", after, now).await?)
}

/// Publishes the proposal: places, prizes, the contest's state, the announcement and what goes up
/// are true together or not at all.
///
/// # Errors
/// [`Error::SamePerson`] for whoever proposed it; [`Error::Changed`] when anything that decides
/// changed since.
pub async fn publish(tx: &DatabaseTransaction, by: &Approver, now: Instant) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let all = history(tx, contest.id()).await?;
    let proposal = all.iter().find(|row| row.state == State::Proposed).ok_or(Error::Unknown)?;
    if proposal.proposed_by == by.user() {
        return Err(Error::SamePerson);
    }
    let inputs = gather(tx, &contest, now).await?;
    if inputs.hash() != proposal.inputs_hash {
        return Err(Error::Changed);
    }
    let result = outcome(&contest.definition, &inputs);
    if !result.problems.is_empty() {
        return Err(Error::Problems(result.problems));
    }
    let mut before = Vec::new();
    for old in all.iter().filter(|row| row.state == State::Published) {
        before.extend(awards(tx, old.id).await?);
        let mut old = old.clone().into_active_model();
        old.state = Set(State::Replaced);
        old.update(tx).await?;
    }
    let id = proposal.id;
    let mut row = proposal.clone().into_active_model();
    row.state = Set(State::Published);
    row.approved_by = Set(Some(by.user()));
    row.approved_at = Set(Some(now));
    row.update(tx).await?;
    freeze(tx, &contest, id, &result, &before).await?;
    let first = contest.row.published_at.unwrap_or(now);
    let version = contest.row.public_version + 1;
    let mut changed = contest.row.clone().into_active_model();
    changed.state = Set(ContestState::Published);
    changed.published_at = Set(Some(first));
    changed.public_version = Set(version);
    changed.update(tx).await?;
    jobs::enqueue(tx, &Job::Announce { publication: id }, now).await?;
    if contest.row.parent_id.is_some() && !result.up.is_empty() {
        jobs::enqueue(tx, &Job::Promote { publication: id }, now).await?;
    }
    let after = json!({ "publication": id });
    record(tx, (by.user(), "approver"), contest.id(), "result-published", after, now).await?;
    Ok(())
}

async fn freeze(
    tx: &DatabaseTransaction,
    contest: &Contest,
    publication: PublicationId,
    result: &Outcome,
    before: &[award::Model],
) -> Result<(), Error> {
    for (key, places) in &result.tables {
        let rows = places.iter().enumerate().map(|(position, placed)| {
            let (entry, unit) = split(placed.who);
            standing::ActiveModel {
                id: Set(StandingId::new()),
                publication_id: Set(publication),
                table_key: Set(key.clone()),
                place: Set(i32::try_from(placed.place).unwrap_or(i32::MAX)),
                position: Set(i32::try_from(position + 1).unwrap_or(i32::MAX)),
                entry_id: Set(entry),
                unit_id: Set(unit),
                millionths: Set(placed.millionths),
                worksheet: Set(serde_json::to_value(&placed.worksheet).unwrap_or_default()),
            }
        });
        let rows: Vec<_> = rows.collect();
        for chunk in rows.chunks(500) {
            standing::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
        }
    }
    for given in &result.prizes {
        let (entry, unit) = given.who.map_or((None, None), split);
        // Whoever accepted or declined the same prize of the result before has said so for good.
        let said = before.iter().find(|old| {
            old.prize_key == given.prize && winner(old) == given.who && given.who.is_some()
        });
        let fresh = if given.who.is_some() { AwardState::Given } else { AwardState::Empty };
        let row = award::ActiveModel {
            id: Set(AwardId::new()),
            publication_id: Set(publication),
            prize_key: Set(given.prize.clone()),
            position: Set(i32::try_from(given.position).unwrap_or(i32::MAX)),
            entry_id: Set(entry),
            unit_id: Set(unit),
            recipient: Set(recipient(tx, contest, &given.prize, given.who).await?),
            state: Set(said.map_or(fresh, |old| old.state)),
            certificate: Set(said.and_then(|old| old.certificate.clone())),
            certificate_no: Set(said.and_then(|old| old.certificate_no)),
            changed_at: Set(said.and_then(|old| old.changed_at)),
        };
        award::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(keep_passes(tx, contest, publication, before).await?)
}

pub(super) fn split(who: Who) -> (Option<EntryId>, Option<entity::id::UnitId>) {
    match who {
        Who::Entry(id) => (Some(id), None),
        Who::Unit(id) => (None, Some(id)),
    }
}

/// Whose name stands on the certificate.
pub(super) async fn recipient(
    tx: &DatabaseTransaction,
    contest: &Contest,
    prize: &str,
    who: Option<Who>,
) -> Result<String, DbErr> {
    let (entry, unit) = who.map_or((None, None), split);
    let mut unit = unit;
    if let Some(id) = entry {
        let prizes = contest.definition.prizes.iter();
        let to = prizes.filter(|one| one.key == prize).map(|one| one.recipient).next();
        let row = entry::Entity::find_by_id(id).one(tx).await?;
        let subject = contributor::Entity::find()
            .filter(contributor::Column::EntryId.eq(id))
            .filter(contributor::Column::Role.eq(contributor::Role::Subject))
            .order_by_asc(contributor::Column::Position);
        match to {
            Some(Recipient::Unit) => unit = row.as_ref().and_then(|row| row.unit_id),
            Some(Recipient::Subject) => {
                if let Some(subject) = subject.one(tx).await? {
                    return Ok(subject.name);
                }
            }
            _ => {}
        }
        if unit.is_none() {
            return Ok(row.map(|row| row.entrant_name).unwrap_or_default());
        }
    }
    let Some(id) = unit else { return Ok(String::new()) };
    let row = unit::Entity::find_by_id(id).one(tx).await?;
    Ok(row.map(|row| row.name).unwrap_or_default())
}

/// All publications of a contest, newest first.
///
/// # Errors
/// When the database fails.
pub async fn history(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<publication::Model>, DbErr> {
    publication::Entity::find()
        .filter(publication::Column::ContestId.eq(contest))
        .order_by_desc(publication::Column::Number)
        .all(db)
        .await
}

/// The publication in force.
///
/// # Errors
/// When the database fails.
pub async fn in_force(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Option<publication::Model>, DbErr> {
    Ok(history(db, contest).await?.into_iter().find(|row| row.state == State::Published))
}

/// Places of a publication, by table and position.
///
/// # Errors
/// When the database fails.
pub async fn standings(
    db: &impl ConnectionTrait,
    publication: PublicationId,
) -> Result<Vec<standing::Model>, DbErr> {
    standing::Entity::find()
        .filter(standing::Column::PublicationId.eq(publication))
        .order_by_asc(standing::Column::TableKey)
        .order_by_asc(standing::Column::Position)
        .all(db)
        .await
}

/// Prizes of a publication.
///
/// # Errors
/// When the database fails.
pub async fn awards(
    db: &impl ConnectionTrait,
    publication: PublicationId,
) -> Result<Vec<award::Model>, DbErr> {
    award::Entity::find()
        .filter(award::Column::PublicationId.eq(publication))
        .order_by_asc(award::Column::Position)
        .all(db)
        .await
}
