//! Eligibility: who may enter, as far as rows can tell.

use entity::instant::Instant;
use entity::{contributor, entry, unit};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};

use super::error::fault;
use crate::contest::definition::{EligibilityRule, Whom};
use crate::contest::{Contest, moment};
use crate::refusal::Refused;
use crate::words::vietnam;

/// Under this age the law asks for a guardian, in years.
const ADULT: u32 = 16;

/// Whole years from a birth date to a moment.
fn age(birth_date: &str, now: Instant) -> Option<u32> {
    let (born, today) = (moment::day(birth_date).ok()?, vietnam(now).date());
    let had = (today.month(), today.day()) >= (born.month(), born.day());
    u32::try_from(today.year() - born.year() - i16::from(!had)).ok()
}

/// What the conditions refuse.
pub(super) async fn eligible(
    tx: &DatabaseTransaction,
    contest: &Contest,
    entry: &entry::Model,
    now: Instant,
) -> Result<Vec<Refused>, DbErr> {
    let mut faults = Vec::new();
    let unit = match entry.unit_id {
        Some(id) => unit::Entity::find_by_id(id).one(tx).await?,
        None => None,
    };
    let people = contributor::Entity::find().filter(contributor::Column::EntryId.eq(entry.id));
    let people = people.all(tx).await?;
    // What is asked of people shown, rows cannot tell: it is declared.
    let told = contest.definition.eligibility.iter().filter(|rule| rule.of != Whom::Shown);
    for rule in told {
        match (&rule.rule, &unit) {
            (EligibilityRule::Within(codes), Some(unit)) => {
                let path: Vec<&str> = unit.path.split('/').collect();
                if !codes.iter().any(|code| path.contains(&code.as_str())) {
                    faults.push(fault("unit-outside", "unit").with("unit", unit.name.as_str()));
                }
            }
            (EligibilityRule::UnitTypes(types), Some(unit)) if !types.contains(&unit.type_code) => {
                faults.push(fault("unit-type-outside", "unit").with("unit", unit.name.as_str()));
            }
            (EligibilityRule::Age(range), _) if rule.of == Whom::Author => {
                let authors = people.iter().filter(|who| who.role == contributor::Role::Author);
                for author in authors {
                    let age = author.birth_date.as_deref().and_then(|date| age(date, now));
                    match age {
                        None => faults.push(fault("birth-date-missing", "birth_date")),
                        Some(age) if !range.contains(age) => {
                            faults.push(fault("age-outside", "birth_date").with("age", age));
                        }
                        Some(_) => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(faults)
}

/// Whether one of these people is an author under 16.
pub(super) fn is_minor(people: &[contributor::Model], now: Instant) -> bool {
    let born = people.iter().find_map(|who| who.birth_date.as_deref());
    born.is_some_and(|date| is_under_16(date, now))
}

/// Whether somebody with this birth date is under 16, so that a guardian is asked too.
#[must_use]
pub fn is_under_16(birth_date: &str, now: Instant) -> bool {
    age(birth_date, now).is_some_and(|age| age < ADULT)
}
