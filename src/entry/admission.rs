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
        let theirs = crew_of(db, contest).await?;
        let author = entry.author_id.filter(|_| entry.entered_by.is_none());
        let same = user::Entity::find().filter(user::Column::Id.is_in(theirs.iter().copied()));
        let same =
            same.all(db).await?.into_iter().any(|one| {
                author == Some(one.id) || one.email.is_some() && one.email == entry.email
            });
        if same {
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

async fn crew_of(db: &impl ConnectionTrait, contest: &Contest) -> Result<HashSet<UserId>, DbErr> {
    let rows = crew::Entity::find()
        .filter(crew::Column::ContestId.eq(contest.id()))
        .filter(crew::Column::EndedAt.is_null())
        .all(db)
        .await?;
    let rounds = round::Entity::find().filter(round::Column::ContestId.eq(contest.id()));
    let rounds = rounds.all(db).await?.into_iter().map(|row| row.id);
    let seats = seat::Entity::find().filter(seat::Column::RoundId.is_in(rounds)).all(db).await?;
    let judges = seats.into_iter().map(|row| row.user_id);
    Ok(rows.into_iter().map(|row| row.user_id).chain(judges).collect())
}

/// When entries close for this category: its own intake, or the one that is open.
#[must_use]
pub fn closes(contest: &Contest, category: Option<&Category>, now: Instant) -> Option<Instant> {
    let own = category.and_then(|category| category.intake.as_deref());
    let own = own.and_then(|key| contest.window(key)).filter(|window| window.contains(now));
    own.or_else(|| contest.open(PhaseKind::Intake, now)).map(|window| window.closes)
}
