//! What becomes of a prize after it was published: accepted, declined, lapsed, passed on.

use std::collections::{BTreeSet, HashMap};

use entity::award::{self, State};
use entity::decision::{self, Kind};
use entity::id::{AwardId, ContestId, DecisionId, EntryId, PublicationId};
use entity::instant::Instant;
use entity::{category, entry, publication, standing, unit};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use serde_json::json;

use super::gather::{Subject, entrant};
use super::publish::{Error, awards, in_force, recipient, record, split, standings};
use super::rank::Who;
use crate::account;
use crate::contest::definition::OnePrizePer;
use crate::contest::{self, Contest, Organiser};

/// Whom a prize was given to.
#[must_use]
pub fn winner(award: &award::Model) -> Option<Who> {
    award.entry_id.map(Who::Entry).or(award.unit_id.map(Who::Unit))
}

/// Notes what became of a prize of the publication in force.
///
/// # Errors
/// [`Error::NotNow`] for a prize that stayed empty or was passed on already; [`Error::NoReason`]
/// for one that lapses without a reason.
pub async fn note(
    tx: &DatabaseTransaction,
    by: &Organiser,
    id: AwardId,
    (state, reason): (State, &str),
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let given = Given::of(tx, &contest).await?;
    let award = given.find(id)?.clone();
    let possible = matches!(state, State::Accepted | State::Declined | State::Lapsed);
    if !possible || award.state == State::Empty || given.passed_on(id) {
        return Err(Error::NotNow);
    }
    if state == State::Lapsed && reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    if state == State::Lapsed && given.due(&contest, &award).is_some_and(|due| now < due) {
        return Err(Error::NotNow);
    }
    let after = json!({ "award": id, "state": state, "reason": reason });
    let mut row = award.into_active_model();
    row.state = Set(state);
    row.changed_at = Set(Some(now));
    row.update(tx).await?;
    contest::touched(tx, contest.id()).await?;
    let who = (by.user(), "organiser");
    Ok(record(tx, who, contest.id(), "award-noted", after, now).await?)
}

/// Takes the names of people off the prizes that an erased entry, or a copy of it above, won; the
/// prize, its place and the number of its certificate stay. Names of units are not personal.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &DatabaseTransaction, id: EntryId) -> Result<(), DbErr> {
    let mut family = vec![id];
    let mut at = 0;
    while let Some(id) = family.get(at).copied() {
        let copies = entry::Entity::find().filter(entry::Column::PromotedFrom.eq(id));
        family.extend(copies.all(tx).await?.into_iter().map(|copy| copy.id));
        at += 1;
    }
    let won = award::Entity::find().filter(award::Column::EntryId.is_in(family)).all(tx).await?;
    let units = unit::Entity::find()
        .filter(unit::Column::Name.is_in(won.iter().map(|row| row.recipient.as_str())))
        .all(tx)
        .await?;
    for row in won {
        if units.iter().any(|unit| unit.name == row.recipient) {
            continue;
        }
        let mut row = row.into_active_model();
        row.recipient = Set(account::ERASED.to_owned());
        row.update(tx).await?;
    }
    Ok(())
}

/// The prizes of the publication in force, with everything that says who is next in line.
#[derive(Clone, Debug)]
pub struct Given {
    /// The publication.
    pub publication: publication::Model,
    /// Its prizes.
    pub awards: Vec<award::Model>,
    standings: Vec<standing::Model>,
    people: People,
    passed: Vec<Pass>,
}

/// A prize that went to the next in line, whatever publication it was given in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    /// Key of the prize.
    pub(super) prize: String,
    /// Who declined it or let it lapse.
    pub(super) from: Who,
    /// Who has it instead.
    pub(super) heir: Who,
}

/// Prizes of a contest that were passed on, oldest first.
pub(super) async fn passes(
    db: &impl ConnectionTrait,
    contest: ContestId,
) -> Result<Vec<Pass>, DbErr> {
    let decisions = decision::Entity::find()
        .filter(decision::Column::ContestId.eq(contest))
        .filter(decision::Column::Kind.eq(Kind::NextInLine))
        .order_by_asc(decision::Column::DecidedAt)
        .order_by_asc(decision::Column::Id)
        .all(db)
        .await?;
    let subjects: Vec<Subject> =
        decisions.into_iter().filter_map(|row| serde_json::from_value(row.subject).ok()).collect();
    let awards = award::Entity::find()
        .filter(award::Column::Id.is_in(subjects.iter().filter_map(|one| one.award)))
        .all(db)
        .await?;
    let pass = |subject: Subject| {
        let award = awards.iter().find(|row| Some(row.id) == subject.award)?;
        let (from, heir) = (winner(award)?, *subject.order.first()?);
        Some(Pass { prize: award.prize_key.clone(), from, heir })
    };
    Ok(subjects.into_iter().filter_map(pass).collect())
}

/// Gives prizes that were passed on to the same heirs again, in a new publication of the result:
/// wherever the one who gave the prize up won it again, and the heir may still have it.
pub(super) async fn keep_passes(
    tx: &DatabaseTransaction,
    contest: &Contest,
    publication: PublicationId,
    before: &[award::Model],
) -> Result<(), DbErr> {
    let people = People::of(tx, contest).await?;
    let prizes = &contest.definition.prizes;
    for pass in passes(tx, contest.id()).await? {
        let now = awards(tx, publication).await?;
        let gave_up = now.iter().any(|row| {
            let free = matches!(row.state, State::Declined | State::Lapsed);
            row.prize_key == pass.prize && winner(row) == Some(pass.from) && free
        });
        let table = prizes.iter().find(|one| one.key == pass.prize).map(|one| &one.table);
        let of_table = |key: &str| prizes.iter().any(|p| p.key == key && Some(&p.table) == table);
        let has_one =
            now.iter().any(|row| of_table(&row.prize_key) && winner(row) == Some(pass.heir));
        if !gave_up || has_one || !people.fits(pass.heir, None) {
            continue;
        }
        let said =
            before.iter().find(|old| old.prize_key == pass.prize && winner(old) == Some(pass.heir));
        let same = now.iter().filter(|row| row.prize_key == pass.prize);
        let (entry, unit) = split(pass.heir);
        let row = award::ActiveModel {
            id: Set(AwardId::new()),
            publication_id: Set(publication),
            prize_key: Set(pass.prize.clone()),
            position: Set(same.map(|row| row.position).max().unwrap_or(0) + 1),
            entry_id: Set(entry),
            unit_id: Set(unit),
            recipient: Set(recipient(tx, contest, &pass.prize, Some(pass.heir)).await?),
            state: Set(said.map_or(State::Given, |old| old.state)),
            certificate: Set(said.and_then(|old| old.certificate.clone())),
            certificate_no: Set(said.and_then(|old| old.certificate_no)),
            changed_at: Set(said.and_then(|old| old.changed_at)),
        };
        award::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(())
}

impl Given {
    /// Reads them.
    ///
    /// # Errors
    /// [`Error::Unknown`] before anything was published.
    pub async fn of(db: &impl ConnectionTrait, contest: &Contest) -> Result<Self, Error> {
        let publication = in_force(db, contest.id()).await?.ok_or(Error::Unknown)?;
        Ok(Self {
            awards: awards(db, publication.id).await?,
            standings: standings(db, publication.id).await?,
            people: People::of(db, contest).await?,
            passed: passes(db, contest.id()).await?,
            publication,
        })
    }

    /// The prize with this key.
    fn find(&self, id: AwardId) -> Result<&award::Model, Error> {
        self.awards.iter().find(|row| row.id == id).ok_or(Error::Unknown)
    }

    /// Until when the rules let the winner of a prize accept it, where they say so.
    #[must_use]
    pub fn due(&self, contest: &Contest, award: &award::Model) -> Option<Instant> {
        let prize = contest.definition.prizes.iter().find(|prize| prize.key == award.prize_key)?;
        let since = award.changed_at.or(self.publication.approved_at)?;
        Some(since.plus_seconds(i64::from(prize.next_in_line_days?) * 86_400))
    }

    /// Whether the prize went to the next in line.
    #[must_use]
    pub fn passed_on(&self, id: AwardId) -> bool {
        let Some(award) = self.awards.iter().find(|row| row.id == id) else { return false };
        let has = |who: Who| {
            let mut same = self.awards.iter().filter(|row| row.prize_key == award.prize_key);
            same.any(|row| winner(row) == Some(who))
        };
        let mut passes = self.passed.iter().filter(|pass| pass.prize == award.prize_key);
        passes.any(|pass| winner(award) == Some(pass.from) && has(pass.heir))
    }

    /// Who is next in line for a prize that was declined or lapsed: the first in its table who
    /// never won anything in it and may win it by the rules; several where they are equal.
    #[must_use]
    pub fn heirs(&self, contest: &Contest, award: &award::Model) -> Vec<Who> {
        let prizes = &contest.definition.prizes;
        let Some(prize) = prizes.iter().find(|one| one.key == award.prize_key) else {
            return Vec::new();
        };
        let of_table = |key: &str| prizes.iter().any(|p| p.key == key && p.table == prize.table);
        let had: BTreeSet<Who> =
            self.awards.iter().filter(|row| of_table(&row.prize_key)).filter_map(winner).collect();
        let elsewhere: Vec<Who> = match contest.definition.one_prize_per {
            None => Vec::new(),
            Some(_) => self.awards.iter().filter(|row| holds(row)).filter_map(winner).collect(),
        };
        let people = &self.people;
        let won: BTreeSet<String> = elsewhere.iter().map(|who| people.key(contest, *who)).collect();
        let rows: Vec<_> =
            self.standings.iter().filter(|row| row.table_key == prize.table).collect();
        for group in rows.chunk_by(|a, b| a.place == b.place) {
            let able: Vec<Who> = group
                .iter()
                .filter_map(|row| row.entry_id.map(Who::Entry).or(row.unit_id.map(Who::Unit)))
                .filter(|who| !had.contains(who) && !won.contains(&people.key(contest, *who)))
                .filter(|who| people.fits(*who, prize.category.as_deref()))
                .collect();
            if !able.is_empty() {
                return able;
            }
        }
        Vec::new()
    }
}

/// Whether somebody holds the prize.
#[must_use]
pub fn holds(award: &award::Model) -> bool {
    matches!(award.state, State::Given | State::Accepted)
}

/// The accepted entries of a contest, as far as the rules about prizes ask for them.
#[derive(Clone, Debug)]
struct People(HashMap<EntryId, (String, String)>);

impl People {
    async fn of(db: &impl ConnectionTrait, contest: &Contest) -> Result<Self, DbErr> {
        let keys = category::Entity::find().filter(category::Column::ContestId.eq(contest.id()));
        let keys: HashMap<_, _> =
            keys.all(db).await?.into_iter().map(|row| (row.id, row.key)).collect();
        let rows = entry::Entity::find()
            .filter(entry::Column::ContestId.eq(contest.id()))
            .filter(entry::Column::State.eq(entry::State::Accepted));
        let of = |row: entry::Model| {
            (row.id, (entrant(&row), keys.get(&row.category_id).cloned().unwrap_or_default()))
        };
        Ok(Self(rows.all(db).await?.into_iter().map(of).collect()))
    }

    fn find(&self, who: Who) -> Option<&(String, String)> {
        match who {
            Who::Entry(id) => self.0.get(&id),
            Who::Unit(_) => None,
        }
    }

    fn key(&self, contest: &Contest, who: Who) -> String {
        let per_entrant = contest.definition.one_prize_per == Some(OnePrizePer::Entrant);
        let entrant = self.find(who).filter(|_| per_entrant).map(|row| row.0.clone());
        entrant.unwrap_or_else(|| format!("{who:?}"))
    }

    /// Whether a prize of this category, or of any, may go there; an entry that was withdrawn or
    /// disqualified since wins nothing.
    fn fits(&self, who: Who, category: Option<&str>) -> bool {
        match who {
            Who::Unit(_) => category.is_none(),
            Who::Entry(_) => {
                self.find(who).is_some_and(|row| category.is_none_or(|key| row.1 == key))
            }
        }
    }
}

/// Gives a prize that was declined or lapsed to the next in line, by a recorded decision; `heir`
/// names one where several are equal.
///
/// # Errors
/// [`Error::NoHeir`] when nobody is next, or several are and none of them is named;
/// [`Error::NotNow`] while somebody still holds the prize, or when it was passed on before.
pub async fn pass_on(
    tx: &DatabaseTransaction,
    by: &Organiser,
    id: AwardId,
    (heir, reason): (Option<Who>, &str),
    now: Instant,
) -> Result<(), Error> {
    let contest = contest::lock(tx, by.contest()).await?;
    let given = Given::of(tx, &contest).await?;
    let award = given.find(id)?;
    let free = matches!(award.state, State::Declined | State::Lapsed);
    if !free || given.passed_on(id) {
        return Err(Error::NotNow);
    }
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let next = given.heirs(&contest, award);
    let heir = match (next.as_slice(), heir) {
        ([only], None) => *only,
        (several, Some(heir)) if several.contains(&heir) => heir,
        _ => return Err(Error::NoHeir),
    };
    let same = given.awards.iter().filter(|row| row.prize_key == award.prize_key);
    let position = same.map(|row| row.position).max().unwrap_or(0) + 1;
    let (entry, unit) = split(heir);
    let row = award::ActiveModel {
        id: Set(AwardId::new()),
        publication_id: Set(award.publication_id),
        prize_key: Set(award.prize_key.clone()),
        position: Set(position),
        entry_id: Set(entry),
        unit_id: Set(unit),
        recipient: Set(recipient(tx, &contest, &award.prize_key, Some(heir)).await?),
        state: Set(State::Given),
        certificate: Set(None),
        certificate_no: Set(None),
        changed_at: Set(Some(now)),
    };
    award::Entity::insert(row).exec_without_returning(tx).await?;
    let subject = Subject {
        prize: award.prize_key.clone(),
        among: next,
        order: vec![heir],
        award: Some(id),
        ..Subject::default()
    };
    decided(tx, by, &subject, reason, now).await?;
    Ok(contest::touched(tx, contest.id()).await?)
}

async fn decided(
    tx: &DatabaseTransaction,
    by: &Organiser,
    subject: &Subject,
    reason: &str,
    now: Instant,
) -> Result<(), DbErr> {
    let json = serde_json::to_value(subject).map_err(|error| DbErr::Json(error.to_string()))?;
    let row = decision::ActiveModel {
        id: Set(DecisionId::new()),
        contest_id: Set(by.contest()),
        kind: Set(Kind::NextInLine),
        subject: Set(json.clone()),
        reason: Set(reason.to_owned()),
        decided_by: Set(by.user()),
        decided_at: Set(now),
    };
    decision::Entity::insert(row).exec_without_returning(tx).await?;
    let after = json!({ "subject": json, "reason": reason });
    record(tx, (by.user(), "organiser"), by.contest(), "award-passed-on", after, now).await
}
