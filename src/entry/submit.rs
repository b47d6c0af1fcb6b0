//! Submitting: the moment from which an entry counts.

use entity::entry::{self, EntrantKind, State};
use entity::id::{ConsentId, ContestId, UnitId};
use entity::instant::Instant;
use entity::{category, consent, contest as contest_row, contributor, file, part, unit};
use sea_orm::sea_query::{LikeExpr, Query, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, Set,
};
use sha2::{Digest, Sha256};

use super::draft::changeable;
use super::event::happened;
use super::guardian::is_minor;
use super::{Author, Error, admission, limits};
use crate::contest::definition::{
    Category, DeclaredBy, Definition, EligibilityRule, Entrant, Quota, QuotaScope, Whom,
};
use crate::contest::{self, Contest, moment};
use crate::jobs::{self, Job};
use crate::refusal::{Kind, Refused};
use crate::words::{Lang, say, vietnam};

/// Submits the entry, or, submitted before, takes its changes in. `agreed` are the keys of the
/// declarations that were agreed to. Submitting twice is submitting once.
///
/// # Errors
/// [`Error::Closed`] after the deadline and its grace; [`Error::Faults`] with everything that the
/// rules miss.
pub async fn submit(
    tx: &DatabaseTransaction,
    author: &Author,
    agreed: &[String],
    now: Instant,
) -> Result<entry::Model, Error> {
    let contest = contest::lock(tx, author.entry.contest_id).await?;
    let entry = entry::Entity::find_by_id(author.id()).one(tx).await?.ok_or(Error::Unknown)?;
    changeable(&contest, &entry, now)?;
    let category = category::Entity::find_by_id(entry.category_id).one(tx).await?;
    let category = category.and_then(|row| contest.definition.category(&row.key));
    let category = category.ok_or_else(|| Error::NoPart("category".to_owned()))?;
    admission::takes(&contest, category, &entry, now)?;
    let parts = part::Entity::find().filter(part::Column::EntryId.eq(entry.id)).all(tx).await?;
    let files = parts.iter().filter_map(|part| part.file_id);
    let files = file::Entity::find().filter(file::Column::Id.is_in(files)).all(tx).await?;
    let mut faults = about(&entry, category);
    faults.extend(for_somebody(tx, &entry, now).await?);
    faults.extend(limits::faults(category, &parts, &files).0);
    faults.extend(eligible(tx, &contest, &entry, now).await?);
    faults.extend(admission::people(tx, &contest, &entry, now).await?);
    let people = contributor::Entity::find().filter(contributor::Column::EntryId.eq(entry.id));
    faults.extend(admission::team(category, &entry, &people.all(tx).await?));
    faults.extend(same_link(tx, &entry, &parts).await?);
    faults.extend(consents(tx, &contest, &entry, agreed, now).await?);
    if faults.is_empty() {
        faults.extend(quotas(tx, &contest, &entry, category).await?);
    }
    if !faults.is_empty() {
        return Err(Error::Faults(faults));
    }
    let first = entry.submitted_at.is_none();
    let number = match entry.number {
        Some(number) => number,
        None => next_number(tx, contest.id()).await?,
    };
    let mut row = entry.into_active_model();
    row.number = Set(Some(number));
    row.state = Set(State::Submitted);
    row.submitted_at = Set(Some(now));
    row.updated_at = Set(now);
    let row = row.update(tx).await?;
    let kind = if first { "submitted" } else { "amended" };
    happened(tx, row.id, kind, author.user(), now).await?;
    if first && row.email.is_some() {
        let job = Job::Tell { entry: row.id, about: "receipt".to_owned() };
        jobs::enqueue(tx, &job, now).await?;
    }
    jobs::enqueue(tx, &Job::Compare { entry: row.id }, now).await?;
    Ok(row)
}

/// The number that the next submitted entry gets; the contest has to be locked.
pub(super) async fn next_number(tx: &DatabaseTransaction, id: ContestId) -> Result<i32, Error> {
    let row = contest_row::Entity::find_by_id(id).one(tx).await?.ok_or(Error::Unknown)?;
    let number = row.next_number;
    let mut row = row.into_active_model();
    row.next_number = Set(number + 1);
    row.update(tx).await?;
    Ok(number)
}

pub(super) fn fault(code: &'static str, field: &str) -> Refused {
    Refused::new(Kind::Invalid, code).at(field)
}

fn about(entry: &entry::Model, category: &Category) -> Vec<Refused> {
    let mut faults = Vec::new();
    if entry.title.is_empty() {
        faults.push(fault("title-missing", "title"));
    }
    if entry.entrant_name.is_empty() {
        faults.push(fault("name-missing", "name"));
    }
    if entry.phone.is_none() && entry.email.is_none() {
        faults.push(fault("contact-missing", "phone"));
    }
    if entry.unit_id.is_none() {
        faults.push(fault("unit-missing", "unit"));
    }
    let kind = match entry.entrant_kind {
        EntrantKind::Person => Entrant::Person,
        EntrantKind::Team => Entrant::Team,
        EntrantKind::Unit => Entrant::Unit,
    };
    if !category.entrants.contains(&kind) {
        faults.push(fault("entrant-not-taken", "kind"));
    }
    if !category.officer_enters && entry.entered_by.is_some() {
        faults.push(fault("officer-not-taken", "kind"));
    }
    faults
}

/// An officer enters for people of the own unit and of those below it.
async fn for_somebody(
    tx: &DatabaseTransaction,
    entry: &entry::Model,
    now: Instant,
) -> Result<Option<Refused>, DbErr> {
    let (Some(officer), Some(unit)) = (entry.entered_by, entry.unit_id) else { return Ok(None) };
    let office = crate::unit::office(tx, unit, officer, now).await?;
    let may = office.is_some() || crate::account::is_admin(tx, officer).await?;
    Ok((!may).then(|| fault("unit-not-yours", "unit")))
}

/// Whole years from a birth date to a moment.
pub(super) fn age(birth_date: &str, now: Instant) -> Option<u32> {
    let (born, today) = (moment::day(birth_date).ok()?, vietnam(now).date());
    let had = (today.month(), today.day()) >= (born.month(), born.day());
    u32::try_from(today.year() - born.year() - i16::from(!had)).ok()
}

async fn eligible(
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
    for rule in &contest.definition.eligibility {
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

/// A work published elsewhere enters once, however its address is written.
async fn same_link(
    tx: &DatabaseTransaction,
    entry: &entry::Model,
    parts: &[part::Model],
) -> Result<Vec<Refused>, DbErr> {
    let mut faults = Vec::new();
    for part in parts {
        let Some(key) = &part.link_key else { continue };
        let others = part::Entity::find()
            .filter(part::Column::LinkKey.eq(key))
            .filter(part::Column::EntryId.ne(entry.id))
            .all(tx)
            .await?;
        let others = others.into_iter().map(|part| part.entry_id);
        let entered = entry::Entity::find()
            .filter(entry::Column::Id.is_in(others))
            .filter(entry::Column::ContestId.eq(entry.contest_id))
            .filter(entry::Column::State.is_in([
                State::Submitted,
                State::Returned,
                State::Accepted,
            ]))
            .count(tx)
            .await?;
        if entered > 0 {
            faults.push(fault("link-entered-already", &format!("slot.{}", part.slot_key)));
        }
    }
    Ok(faults)
}

/// A text that an entry needs agreement to.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its key.
    pub key: String,
    /// What is agreed to.
    pub text: String,
    /// Who agrees.
    pub of: DeclaredBy,
    /// Whether an entry is refused without it.
    pub required: bool,
}

/// Everything that has to be agreed to: the declarations, and those conditions that only people
/// can say of themselves.
#[must_use]
pub fn asked(definition: &Definition, lang: Lang) -> Vec<Asked> {
    let declared = definition.declarations.iter().map(|declaration| Asked {
        key: declaration.key.clone(),
        text: declaration.text.read(lang.is_english()).to_owned(),
        of: declaration.of,
        required: declaration.required,
    });
    let conditions = definition.eligibility.iter().enumerate().filter_map(|(at, rule)| {
        let checked = matches!(
            rule.rule,
            EligibilityRule::Within(_) | EligibilityRule::UnitTypes(_) | EligibilityRule::Age(_)
        );
        if checked && rule.of != Whom::Shown {
            return None;
        }
        let text = match (&rule.text, &rule.rule) {
            (Some(text), _) => text.read(lang.is_english()).to_owned(),
            (None, EligibilityRule::Woman) => say(lang, "eligibility-woman", &[]),
            (None, EligibilityRule::Member) => say(lang, "eligibility-member", &[]),
            (None, _) => say(lang, "eligibility-rules", &[]),
        };
        let of = if rule.of == Whom::Shown { DeclaredBy::Shown } else { DeclaredBy::Author };
        Some(Asked { key: format!("eligibility-{}", at + 1), text, of, required: true })
    });
    declared.chain(conditions).collect()
}

async fn consents(
    tx: &DatabaseTransaction,
    contest: &Contest,
    entry: &entry::Model,
    agreed: &[String],
    now: Instant,
) -> Result<Vec<Refused>, DbErr> {
    let given = consent::Entity::find()
        .filter(consent::Column::EntryId.eq(entry.id))
        .filter(consent::Column::WithdrawnAt.is_null())
        .all(tx)
        .await?;
    let people = contributor::Entity::find().filter(contributor::Column::EntryId.eq(entry.id));
    let people = people.all(tx).await?;
    let minor = is_minor(&people, now);
    let mut faults = Vec::new();
    if minor && !people.iter().any(|who| who.role == contributor::Role::Guardian) {
        faults.push(fault("guardian-missing", "guardian"));
    }
    for asked in asked(&contest.definition, Lang::of(&entry.lang)) {
        let hash = Sha256::digest(&asked.text).to_vec();
        let known =
            given.iter().any(|row| row.declaration_key == asked.key && row.text_sha256 == hash);
        let for_minors = matches!(asked.of, DeclaredBy::Guardian | DeclaredBy::Child);
        if known || (for_minors && !minor) {
            continue;
        }
        if !agreed.contains(&asked.key) {
            // The guardian has a page of their own; until they agree the entry is not accepted.
            if asked.required && asked.of != DeclaredBy::Guardian {
                let field = format!("agree.{}", asked.key);
                faults.push(fault("declaration-missing", &field).with("text", asked.text));
            }
            continue;
        }
        let row = consent::ActiveModel {
            id: Set(ConsentId::new()),
            entry_id: Set(entry.id),
            declaration_key: Set(asked.key),
            given_by: Set(format!("{:?}", asked.of).to_lowercase()),
            text_sha256: Set(hash),
            text: Set(asked.text),
            given_at: Set(now),
            withdrawn_at: Set(None),
        };
        consent::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(faults)
}

const COUNTED: [State; 3] = [State::Submitted, State::Returned, State::Accepted];

async fn quotas(
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
        let Some(count) = counted(tx, contest, entry, quota).await? else { continue };
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

/// How many other entries count against a quota; none where it does not bind this entry.
async fn counted(
    db: &impl ConnectionTrait,
    contest: &Contest,
    entry: &entry::Model,
    quota: &Quota,
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
            let Some(id) = entry.unit_id else { return Ok(None) };
            let bound = match &quota.unit_type {
                None => unit::Entity::find_by_id(id).one(db).await?,
                Some(code) => of_type(db, id, code).await?,
            };
            let Some(bound) = bound else { return Ok(None) };
            others.filter(counts_for(&bound, quota))
        }
        QuotaScope::Person if entry.entrant_kind != EntrantKind::Person => return Ok(None),
        QuotaScope::Team if entry.entrant_kind != EntrantKind::Team => return Ok(None),
        QuotaScope::Person | QuotaScope::Team => same_entrant(others, entry),
    };
    Ok(Some(others.count(db).await?))
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
