//! What becomes of a prize after it was published: accepted, declined, lapsed, passed on.

use std::collections::BTreeSet;

use entity::award::{self, State};
use entity::decision::{self, Kind};
use entity::id::{AwardId, DecisionId, EntryId};
use entity::instant::Instant;
use entity::{category, entry};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, Set,
};
use serde_json::json;

use super::gather::{Subject, entrant};
use super::publish::{Error, awards, in_force, recipient, record, split, standings};
use super::rank::Who;
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
    let award = own(tx, &contest, id).await?;
    let possible = matches!(state, State::Accepted | State::Declined | State::Lapsed);
    if !possible || award.state == State::Empty || passed_on(tx, &contest, id).await? {
        return Err(Error::NotNow);
    }
    if state == State::Lapsed && reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    if state == State::Lapsed && may_be_accepted(tx, &contest, &award, now).await? {
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

/// Whether the days that the rules give a winner for accepting are not over yet.
async fn may_be_accepted(
    db: &impl ConnectionTrait,
    contest: &Contest,
    award: &award::Model,
    now: Instant,
) -> Result<bool, DbErr> {
    let prize = contest.definition.prizes.iter().find(|prize| prize.key == award.prize_key);
    let Some(days) = prize.and_then(|prize| prize.next_in_line_days) else { return Ok(false) };
    let published = in_force(db, contest.id()).await?.and_then(|row| row.approved_at);
    let given = award.changed_at.or(published);
    Ok(given.is_some_and(|at| now < at.plus_seconds(i64::from(days) * 86_400)))
}

/// The prize with this key, if it is of the publication in force.
async fn own(
    db: &impl ConnectionTrait,
    contest: &Contest,
    id: AwardId,
) -> Result<award::Model, Error> {
    let row = award::Entity::find_by_id(id).one(db).await?.ok_or(Error::Unknown)?;
    let newest = in_force(db, contest.id()).await?.ok_or(Error::Unknown)?;
    if row.publication_id == newest.id { Ok(row) } else { Err(Error::Unknown) }
}

/// Whether the prize went to the next in line.
///
/// # Errors
/// When the database fails.
pub async fn passed_on(
    db: &impl ConnectionTrait,
    contest: &Contest,
    id: AwardId,
) -> Result<bool, DbErr> {
    let rows = decision::Entity::find()
        .filter(decision::Column::ContestId.eq(contest.id()))
        .filter(decision::Column::Kind.eq(Kind::NextInLine))
        .all(db)
        .await?;
    let award = |row: decision::Model| serde_json::from_value::<Subject>(row.subject).ok()?.award;
    Ok(rows.into_iter().filter_map(award).any(|award| award == id))
}

/// Who is next in line for a prize that was declined or lapsed: the first in its table who never
/// won anything in it and may win it by the rules; several where they are equal.
///
/// # Errors
/// [`Error::Unknown`] where the prize is not of the publication in force.
pub async fn heirs(
    db: &impl ConnectionTrait,
    contest: &Contest,
    id: AwardId,
) -> Result<Vec<Who>, Error> {
    let award = own(db, contest, id).await?;
    let prizes = &contest.definition.prizes;
    let Some(prize) = prizes.iter().find(|one| one.key == award.prize_key) else {
        return Ok(Vec::new());
    };
    let of_table = |key: &str| prizes.iter().any(|p| p.key == key && p.table == prize.table);
    let given = awards(db, award.publication_id).await?;
    let had: Vec<Who> =
        given.iter().filter(|row| of_table(&row.prize_key)).filter_map(winner).collect();
    let elsewhere: Vec<Who> = match contest.definition.one_prize_per {
        None => Vec::new(),
        Some(_) => given.iter().filter(|row| holds(row)).filter_map(winner).collect(),
    };
    let people = People::of(db, contest).await?;
    let won: BTreeSet<String> = elsewhere.iter().map(|who| people.key(contest, *who)).collect();
    let rows = standings(db, award.publication_id).await?;
    let rows: Vec<_> = rows.into_iter().filter(|row| row.table_key == prize.table).collect();
    for group in rows.chunk_by(|a, b| a.place == b.place) {
        let able: Vec<Who> = group
            .iter()
            .filter_map(|row| row.entry_id.map(Who::Entry).or(row.unit_id.map(Who::Unit)))
            .filter(|who| !had.contains(who) && !won.contains(&people.key(contest, *who)))
            .filter(|who| people.fits(*who, prize.category.as_deref()))
            .collect();
        if !able.is_empty() {
            return Ok(able);
        }
    }
    Ok(Vec::new())
}

fn holds(award: &award::Model) -> bool {
    matches!(award.state, State::Given | State::Accepted)
}

/// The entries of a contest, as far as the rules about prizes ask for them.
struct People(Vec<(EntryId, String, String)>);

impl People {
    async fn of(db: &impl ConnectionTrait, contest: &Contest) -> Result<Self, DbErr> {
        let keys = category::Entity::find().filter(category::Column::ContestId.eq(contest.id()));
        let keys = keys.all(db).await?;
        let rows = entry::Entity::find().filter(entry::Column::ContestId.eq(contest.id()));
        let of = |row: entry::Model| {
            let category = keys.iter().find(|one| one.id == row.category_id);
            (row.id, entrant(&row), category.map(|one| one.key.clone()).unwrap_or_default())
        };
        Ok(Self(rows.all(db).await?.into_iter().map(of).collect()))
    }

    fn find(&self, who: Who) -> Option<&(EntryId, String, String)> {
        self.0.iter().find(|row| Who::Entry(row.0) == who)
    }

    fn key(&self, contest: &Contest, who: Who) -> String {
        let per_entrant = contest.definition.one_prize_per == Some(OnePrizePer::Entrant);
        let entrant = self.find(who).filter(|_| per_entrant).map(|row| row.1.clone());
        entrant.unwrap_or_else(|| format!("{who:?}"))
    }

    fn fits(&self, who: Who, category: Option<&str>) -> bool {
        category.is_none_or(|key| self.find(who).is_some_and(|row| row.2 == key))
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
    let award = own(tx, &contest, id).await?;
    let free = matches!(award.state, State::Declined | State::Lapsed);
    if !free || passed_on(tx, &contest, id).await? {
        return Err(Error::NotNow);
    }
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let next = heirs(tx, &contest, id).await?;
    let heir = match (next.as_slice(), heir) {
        ([only], None) => *only,
        (several, Some(heir)) if several.contains(&heir) => heir,
        _ => return Err(Error::NoHeir),
    };
    let all = awards(tx, award.publication_id).await?;
    let same = all.iter().filter(|row| row.prize_key == award.prize_key);
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
        changed_at: Set(Some(now)),
    };
    award::Entity::insert(row).exec_without_returning(tx).await?;
    let subject = Subject {
        prize: award.prize_key,
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
