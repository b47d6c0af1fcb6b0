//! Quotas: how many entries a person, a unit or a contest may send, and how many a unit should.

use std::collections::{HashMap, HashSet};

use entity::entry::{self, EntrantKind, State};
use entity::id::{CategoryId, UnitId};
use entity::{category, unit};
use sea_orm::sea_query::{LikeExpr, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter,
};

use super::error::fault;
use crate::contest::Contest;
use crate::contest::definition::{Category, Quota, QuotaScope};
use crate::refusal::Refused;

/// States in which an entry counts.
pub(super) const COUNTED: [State; 3] = [State::Submitted, State::Returned, State::Accepted];

/// What quotas refuse in an entry that is about to be submitted; the contest has to be locked.
pub(super) async fn quotas(
    tx: &DatabaseTransaction,
    contest: &Contest,
    entry: &entry::Model,
    category: &Category,
) -> Result<Vec<Refused>, DbErr> {
    let mut faults = Vec::new();
    for quota in &contest.definition.quotas {
        let Some(max) = quota.max else { continue };
        if quota.category.as_ref().is_some_and(|key| *key != category.key) {
            continue;
        }
        let bound = bound(tx, entry, quota).await?;
        let Some(count) = counted(tx, contest, entry, (quota, bound.as_ref())).await? else {
            continue;
        };
        if count >= u64::from(max) {
            let code = match quota.per {
                QuotaScope::Person | QuotaScope::Team => "quota-person",
                QuotaScope::Unit => "quota-unit",
                QuotaScope::Contest => "quota-contest",
            };
            faults.push(fault(code, "quota").with("most", max));
        }
    }
    Ok(faults)
}

/// How many other entries count against a quota, which binds the unit `bound` where it is one by
/// unit; none where it does not bind this entry.
async fn counted(
    db: &impl ConnectionTrait,
    contest: &Contest,
    entry: &entry::Model,
    (quota, bound): (&Quota, Option<&unit::Model>),
) -> Result<Option<u64>, DbErr> {
    let mut others = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::Id.ne(entry.id))
        .filter(entry::Column::State.is_in(COUNTED));
    if quota.category.is_some() {
        others = others.filter(entry::Column::CategoryId.eq(entry.category_id));
    }
    others = match quota.per {
        QuotaScope::Contest => others,
        QuotaScope::Unit => {
            let Some(bound) = bound else { return Ok(None) };
            others.filter(counts_for(bound, quota))
        }
        QuotaScope::Person if entry.entrant_kind != EntrantKind::Person => return Ok(None),
        QuotaScope::Team if entry.entrant_kind != EntrantKind::Team => return Ok(None),
        QuotaScope::Person | QuotaScope::Team => same_entrant(others, entry),
    };
    Ok(Some(others.count(db).await?))
}

/// The unit that a quota binds with an entry; none where it is not one by unit, or does not bind.
async fn bound(
    db: &impl ConnectionTrait,
    entry: &entry::Model,
    quota: &Quota,
) -> Result<Option<unit::Model>, DbErr> {
    let by_unit = entry.unit_id.filter(|_| quota.per == QuotaScope::Unit);
    let Some(id) = by_unit else { return Ok(None) };
    match &quota.unit_type {
        None => unit::Entity::find_by_id(id).one(db).await,
        Some(code) => of_type(db, id, code).await,
    }
}

/// The unit of this type that stands nearest on the way up from a unit, itself included.
async fn of_type(
    db: &impl ConnectionTrait,
    id: UnitId,
    code: &str,
) -> Result<Option<unit::Model>, DbErr> {
    let above = unit::Entity::find()
        .filter(unit::Column::Id.is_in(crate::unit::above(db, id).await?))
        .filter(unit::Column::TypeCode.eq(code))
        .all(db)
        .await?;
    Ok(above.into_iter().max_by_key(|unit| unit.path.len()))
}

/// Entries that count for a unit: its own, and where a quota names a type, those of all below it.
fn counts_for(unit: &unit::Model, quota: &Quota) -> SimpleExpr {
    if quota.unit_type.is_none() {
        return entry::Column::UnitId.eq(unit.id);
    }
    let below = Query::select()
        .column(unit::Column::Id)
        .from(unit::Entity)
        .and_where(unit::Column::Path.like(LikeExpr::new(format!("{}%", unit.path))))
        .to_owned();
    entry::Column::UnitId.in_subquery(below)
}

/// Entries of the same entrant: by account, else by telephone number or address.
fn same_entrant(
    others: sea_orm::Select<entry::Entity>,
    entry: &entry::Model,
) -> sea_orm::Select<entry::Entity> {
    let mut same = sea_orm::Condition::any();
    if let Some(author) = entry.author_id.filter(|_| entry.entered_by.is_none()) {
        same = same.add(entry::Column::AuthorId.eq(author));
    }
    if let Some(phone) = &entry.phone {
        same = same.add(entry::Column::Phone.eq(phone));
    }
    if let Some(email) = &entry.email {
        same = same.add(entry::Column::Email.eq(email));
    }
    others.filter(same)
}

/// A cap of a contest that works on their way into it would pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// For whom it is.
    pub per: QuotaScope,
    /// Name of the unit or the entrant that it binds; empty for the contest as a whole.
    pub whose: String,
    /// How many are in the contest already.
    pub held: u64,
    /// How many more would come.
    pub more: u64,
    /// The cap.
    pub most: u32,
}

/// Caps of `contest` that these works would pass if all of them came into this category of it, one
/// finding for each cap.
///
/// # Errors
/// When the database fails.
pub async fn beyond(
    db: &impl ConnectionTrait,
    contest: &Contest,
    (category, id): (&str, CategoryId),
    works: &[entry::Model],
) -> Result<Vec<Beyond>, DbErr> {
    let units = unit::Entity::find()
        .filter(unit::Column::Id.is_in(works.iter().filter_map(|work| work.unit_id)));
    let units: HashMap<UnitId, unit::Model> =
        units.all(db).await?.into_iter().map(|unit| (unit.id, unit)).collect();
    let binds = |quota: &&Quota| quota.category.as_deref().is_none_or(|key| key == category);
    let mut found = Vec::new();
    for quota in contest.definition.quotas.iter().filter(binds) {
        let Some(most) = quota.max else { continue };
        let mut bounds = HashSet::new();
        for work in leading(quota, works) {
            let bound = bound(db, work, quota).await?;
            if bound.as_ref().is_some_and(|unit| !bounds.insert(unit.id)) {
                continue;
            }
            let there = entry::Model { category_id: id, ..work.clone() };
            let of = (quota, bound.as_ref());
            let Some(held) = counted(db, contest, &there, of).await? else { continue };
            let together = works.iter().filter(|other| {
                let unit = other.unit_id.and_then(|id| units.get(&id));
                counts_with(quota, (work, other), bound.as_ref().zip(unit))
            });
            let more = together.count() as u64;
            if held + more > u64::from(most) {
                let whose = match quota.per {
                    QuotaScope::Contest => String::new(),
                    QuotaScope::Unit => bound.map(|unit| unit.name).unwrap_or_default(),
                    QuotaScope::Person | QuotaScope::Team => work.entrant_name.clone(),
                };
                found.push(Beyond { per: quota.per, whose, held, more, most });
                break;
            }
        }
    }
    Ok(found)
}

/// The works of which each stands for all that a quota counts like it: one of the whole contest, one
/// of each unit.
fn leading<'a>(quota: &Quota, works: &'a [entry::Model]) -> Vec<&'a entry::Model> {
    let mut units = HashSet::new();
    match quota.per {
        QuotaScope::Contest => works.iter().take(1).collect(),
        QuotaScope::Unit => works.iter().filter(|work| units.insert(work.unit_id)).collect(),
        QuotaScope::Person | QuotaScope::Team => works.iter().collect(),
    }
}

/// Whether a quota counts `other` where it counts `work`; `units` are the unit that it binds with
/// the one, and that of the other.
fn counts_with(
    quota: &Quota,
    (work, other): (&entry::Model, &entry::Model),
    units: Option<(&unit::Model, &unit::Model)>,
) -> bool {
    match quota.per {
        QuotaScope::Contest => true,
        QuotaScope::Unit => units.is_some_and(|(bound, own)| match quota.unit_type {
            None => own.id == bound.id,
            Some(_) => own.path.starts_with(&bound.path),
        }),
        QuotaScope::Person | QuotaScope::Team => {
            let account =
                |entry: &entry::Model| entry.author_id.filter(|_| entry.entered_by.is_none());
            let same = account(work).is_some() && account(work) == account(other)
                || work.phone.is_some() && work.phone == other.phone
                || work.email.is_some() && work.email == other.email;
            work.id == other.id || work.entrant_kind == other.entrant_kind && same
        }
    }
}

/// How far a unit is towards its targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The target (chỉ tiêu).
    pub least: u32,
    /// Entries that count.
    pub held: u64,
}

/// Progress of `unit` towards the minimum quotas that bind it.
///
/// # Errors
/// When the database fails.
pub async fn quota_progress(
    db: &impl ConnectionTrait,
    contest: &Contest,
    unit: &unit::Model,
) -> Result<Vec<Progress>, DbErr> {
    let mut progress = Vec::new();
    let categories = category::Entity::find()
        .filter(category::Column::ContestId.eq(contest.id()))
        .all(db)
        .await?;
    let bound = contest.definition.quotas.iter().filter(|quota| {
        quota.per == QuotaScope::Unit
            && quota.unit_type.as_ref().is_none_or(|code| *code == unit.type_code)
    });
    for quota in bound {
        let Some(least) = quota.min else { continue };
        let mut held = entry::Entity::find()
            .filter(entry::Column::ContestId.eq(contest.id()))
            .filter(entry::Column::State.is_in(COUNTED))
            .filter(counts_for(unit, quota));
        if let Some(key) = &quota.category {
            let own = categories.iter().filter(|row| row.key == *key).map(|row| row.id);
            held = held.filter(entry::Column::CategoryId.is_in(own));
        }
        progress.push(Progress { least, held: held.count(db).await? });
    }
    Ok(progress)
}
