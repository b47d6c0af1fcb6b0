//! What the entrant says of the work and of the people in it: one form, kept whole.

use entity::contributor;
use entity::entry::{self, EntrantKind};
use entity::id::{ContributorId, EntryId, UnitId};
use entity::instant::Instant;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::draft::may_write;
use super::{Author, Error};
use crate::contact;
use crate::contest::Contest;
use crate::words::fold;

/// What the entrant says of the work and of themselves.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Title of the work.
    pub title: String,
    /// Person, team or unit.
    pub kind: Option<EntrantKind>,
    /// Full name of the person, the team or the unit.
    pub name: String,
    /// Name that the public sees; empty: the full name.
    pub shown: String,
    /// The unit that it counts for.
    pub unit: Option<UnitId>,
    /// Where to call.
    pub phone: String,
    /// Where to write.
    pub email: String,
    /// YYYY-MM-DD, only where the rules ask for age.
    pub birth_date: String,
    /// Where to write to the guardian, where one is named.
    pub guardian_email: String,
    /// Other members of a team, and a guardian.
    pub others: Vec<(contributor::Role, String)>,
}

/// Keeps what was typed; `version` is the one that the form was drawn from. The same form sent twice
/// is kept once.
///
/// # Errors
/// [`Error::Stale`] when another form was kept meanwhile.
pub async fn save(
    tx: &DatabaseTransaction,
    author: &Author,
    contest: &Contest,
    person: &Person,
    version: Option<i32>,
    now: Instant,
) -> Result<entry::Model, Error> {
    may_write(contest, &author.entry, now)?;
    let row = entry::Entity::find_by_id(author.id()).lock(LockType::NoKeyUpdate).one(tx).await?;
    let row = row.ok_or(Error::Unknown)?;
    let said = told(&row, person);
    if version.is_some_and(|version| version != row.version) {
        let same = said == row && named(tx, row.id).await? == people(person);
        return if same { Ok(row) } else { Err(Error::Stale) };
    }
    let mut said = said.into_active_model().reset_all();
    said.version = Set(row.version + 1);
    said.updated_at = Set(now);
    let row = said.update(tx).await?;
    contributors(tx, &row, person).await?;
    Ok(row)
}

/// The entry as the form tells it.
fn told(row: &entry::Model, person: &Person) -> entry::Model {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let shown = if person.shown.is_empty() { &person.name } else { &person.shown };
    entry::Model {
        title: person.title.clone(),
        entrant_kind: person.kind.unwrap_or(row.entrant_kind),
        entrant_name: person.name.clone(),
        shown_name: shown.clone(),
        search_text: fold(&format!("{} {} {shown}", person.title, person.name)),
        unit_id: person.unit,
        phone: some(&contact::phone(&person.phone)),
        email: some(&contact::email(&person.email)),
        ..row.clone()
    }
}

/// Role, name, birth date and address of somebody.
type Known = (contributor::Role, String, Option<String>, Option<String>);

/// Role, name, birth date and address of everybody whom the form names.
fn people(person: &Person) -> Vec<Known> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let author = (contributor::Role::Author, person.name.clone(), some(&person.birth_date), None);
    let others = person.others.iter().map(|(role, name)| {
        let email = some(&contact::email(&person.guardian_email))
            .filter(|_| *role == contributor::Role::Guardian);
        (*role, name.clone(), None, email)
    });
    let is_known = |known: &Known| !known.1.is_empty() || known.3.is_some();
    std::iter::once(author).chain(others).filter(is_known).collect()
}

/// The same of everybody whom the entry names; people shown are named with the work.
async fn named(db: &impl ConnectionTrait, entry: EntryId) -> Result<Vec<Known>, DbErr> {
    let rows = contributor::Entity::find()
        .filter(contributor::Column::EntryId.eq(entry))
        .filter(contributor::Column::Role.ne(contributor::Role::Subject))
        .order_by_asc(contributor::Column::Position);
    let rows = rows.all(db).await?.into_iter();
    Ok(rows.map(|who| (who.role, who.name, who.birth_date, who.email)).collect())
}

async fn contributors(
    tx: &DatabaseTransaction,
    entry: &entry::Model,
    person: &Person,
) -> Result<(), DbErr> {
    contributor::Entity::delete_many()
        .filter(contributor::Column::EntryId.eq(entry.id))
        .filter(contributor::Column::Role.ne(contributor::Role::Subject))
        .exec(tx)
        .await?;
    for (position, (role, name, birth_date, email)) in (0..).zip(people(person)) {
        let row = contributor::ActiveModel {
            id: Set(ContributorId::new()),
            entry_id: Set(entry.id),
            role: Set(role),
            name: Set(name),
            birth_date: Set(birth_date),
            email: Set(email),
            unit_id: Set(entry.unit_id),
            position: Set(position),
            ..Default::default()
        };
        contributor::Entity::insert(row).exec_without_returning(tx).await?;
    }
    Ok(())
}
