//! What a contest lets in beside the limits of its slots: where, when, and by whom.

use std::collections::HashSet;

use entity::entry::{self, EntrantKind, State};
use entity::id::UserId;
use entity::instant::Instant;
use entity::{contributor, crew, round, seat, user};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::Error;
use crate::contest::Contest;
use crate::contest::definition::{Category, CategoryChoice, Definition, PhaseKind, Proof, Range};
use crate::refusal::{Kind, Refused};
use crate::words::fold;

/// The categories that an entrant may choose now: not those that only the jury fills, nor those
/// whose own intake is not open.
pub fn offered(contest: &Contest, now: Instant) -> impl Iterator<Item = &Category> {
    let own = move |category: &&Category| {
        let key = category.intake.as_deref();
        key.is_none_or(|key| contest.window(key).is_some_and(|window| window.contains(now)))
    };
    let chosen = |category: &&Category| category.chosen_by == CategoryChoice::Entrant;
    contest.definition.categories.iter().filter(chosen).filter(own)
}

/// Whether the category takes this entry now; a returned one was taken before.
///
/// # Errors
/// [`Error::Closed`] outside of the category's own intake; [`Error::Faults`] for a category that
/// only the jury fills.
pub(super) fn takes(
    contest: &Contest,
    category: &Category,
    entry: &entry::Model,
    now: Instant,
) -> Result<(), Error> {
    if entry.state == State::Returned {
        return Ok(());
    }
    if category.chosen_by == CategoryChoice::Jury {
        return Err(Error::Faults(vec![fault("category-by-jury", "category")]));
    }
    let Some(window) = category.intake.as_deref().and_then(|key| contest.window(key)) else {
        return Ok(());
    };
    if window.lets_finish(entry.created_at, now) {
        return Ok(());
    }
    Err(Error::Closed(Some(window.closes).filter(|end| *end <= now)))
}

fn fault(code: &'static str, field: &str) -> Refused {
    Refused::new(Kind::Invalid, code).at(field)
}

/// Names in a team, its representative included, against the size that the category asks for.
pub(super) fn team(
    category: &Category,
    entry: &entry::Model,
    people: &[contributor::Model],
) -> Option<Refused> {
    if entry.entrant_kind != EntrantKind::Team || category.team_size == Range::default() {
        return None;
    }
    let members = people
        .iter()
        .filter(|who| matches!(who.role, contributor::Role::Author | contributor::Role::CoAuthor));
    let held = u32::try_from(members.count()).unwrap_or(u32::MAX);
    let Range { min, max } = category.team_size;
    match (min, max) {
        (Some(least), _) if held < least => {
            Some(fault("team-too-small", "others").with("least", least).with("found", held))
        }
        (_, Some(most)) if held > most => {
            Some(fault("team-too-large", "others").with("most", most).with("found", held))
        }
        _ => None,
    }
}

/// An entry that only an officer may make, or that the contest's own people may not.
pub(super) async fn people(
    db: &impl ConnectionTrait,
    contest: &Contest,
    entry: &entry::Model,
    now: Instant,
) -> Result<Vec<Refused>, DbErr> {
    let definition = &contest.definition;
    let mut faults = Vec::new();
    if by_officers(definition) && !has_officer(db, entry, now).await? {
        faults.push(fault("officers-only", "unit"));
    }
    if definition.excluded.as_ref().is_some_and(|excluded| excluded.crew) {
        let crew = crew_of(db, contest).await?;
        if crew.iter().any(|one| is_entrant(one, entry)) {
            faults.push(fault("crew-excluded", "name"));
        }
    }
    Ok(faults)
}

/// Whether the rules let entries in through officers only.
#[must_use]
pub fn by_officers(definition: &Definition) -> bool {
    definition.eligibility.iter().any(|rule| rule.proof == Proof::Officer)
}

async fn has_officer(
    db: &impl ConnectionTrait,
    entry: &entry::Model,
    now: Instant,
) -> Result<bool, DbErr> {
    let (Some(unit), Some(user)) = (entry.unit_id, entry.author_id) else {
        return Ok(entry.entered_by.is_some());
    };
    let own = crate::unit::office(db, unit, user, now).await?;
    Ok(entry.entered_by.is_some() || own.is_some())
}

/// Whether somebody's own account or address entered this.
fn is_entrant(who: &user::Model, entry: &entry::Model) -> bool {
    let author = entry.author_id.filter(|_| entry.entered_by.is_none());
    author == Some(who.id) || who.email.is_some() && who.email == entry.email
}

/// What whoever screens an entry is told of its authors: that they run or judge the contest, or have
/// the name of somebody who does or whom the rules exclude. A name proves nothing, so nothing is
/// refused by it.
///
/// # Errors
/// When the database fails.
pub async fn excluded(
    db: &impl ConnectionTrait,
    contest: &Contest,
    entry: &entry::Model,
    people: &[contributor::Model],
) -> Result<Vec<Refused>, DbErr> {
    let crew = crew_of(db, contest).await?;
    if let Some(one) = crew.iter().find(|one| is_entrant(one, entry)) {
        return Ok(vec![fault("crew-entered", "name").with("name", one.name.as_str())]);
    }
    let named: HashSet<String> = crew.iter().map(|one| fold(&one.name)).collect();
    let listed = contest.definition.excluded.iter().flat_map(|excluded| &excluded.names);
    let listed: HashSet<String> = listed.map(|name| fold(name)).collect();
    let authors = people
        .iter()
        .filter(|who| matches!(who.role, contributor::Role::Author | contributor::Role::CoAuthor));
    let mut names: Vec<&str> = authors.map(|who| who.name.as_str()).collect();
    names.push(&entry.entrant_name);
    names.sort_unstable();
    names.dedup();
    let told = names.into_iter().filter_map(|name| {
        let bare = fold(name);
        let code = match () {
            () if bare.is_empty() => return None,
            () if listed.contains(&bare) => "excluded-named",
            () if named.contains(&bare) => "crew-named",
            () => return None,
        };
        Some(fault(code, "name").with("name", name))
    });
    Ok(told.collect())
}

/// The contest's own people: its crew and the judges of its rounds.
async fn crew_of(db: &impl ConnectionTrait, contest: &Contest) -> Result<Vec<user::Model>, DbErr> {
    let rows = crew::Entity::find()
        .filter(crew::Column::ContestId.eq(contest.id()))
        .filter(crew::Column::EndedAt.is_null())
        .all(db)
        .await?;
    let rounds = round::Entity::find().filter(round::Column::ContestId.eq(contest.id()));
    let rounds = rounds.all(db).await?.into_iter().map(|row| row.id);
    let seats = seat::Entity::find().filter(seat::Column::RoundId.is_in(rounds)).all(db).await?;
    let judges = seats.into_iter().map(|row| row.user_id);
    let people: HashSet<UserId> = rows.into_iter().map(|row| row.user_id).chain(judges).collect();
    user::Entity::find().filter(user::Column::Id.is_in(people)).all(db).await
}

/// When entries close for this category: its own intake, or the one that is open.
#[must_use]
pub fn closes(contest: &Contest, category: Option<&Category>, now: Instant) -> Option<Instant> {
    let own = category.and_then(|category| category.intake.as_deref());
    let own = own.and_then(|key| contest.window(key)).filter(|window| window.contains(now));
    own.or_else(|| contest.open(PhaseKind::Intake, now)).map(|window| window.closes)
}
