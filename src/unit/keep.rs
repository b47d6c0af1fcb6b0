//! Keeping units: names, members, mergers and lists, by officers who lead them. Each is in the log.

use std::collections::HashSet;

use entity::id::UnitId;
use entity::instant::Instant;
use entity::officer;
use entity::{unit, unit_strength};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use serde_json::{Value, json};

use super::import::{self, Fault, Row};
use super::office::{Officer, held};
use super::tree::{self, Error};
use crate::audit::{self, Act};
use crate::words::{fold, nfc};

/// Offices that are held in this very unit, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn holders(
    db: &impl ConnectionTrait,
    unit: UnitId,
    now: Instant,
) -> Result<Vec<officer::Model>, DbErr> {
    officer::Entity::find()
        .filter(officer::Column::UnitId.eq(unit))
        .filter(held(now))
        .order_by_asc(officer::Column::ValidFrom)
        .all(db)
        .await
}

/// The newest number of members of a unit, and as of when.
///
/// # Errors
/// When the database fails.
pub async fn counted(
    db: &impl ConnectionTrait,
    unit: UnitId,
    now: Instant,
) -> Result<Option<(i32, Instant)>, DbErr> {
    let newest = unit_strength::Entity::find()
        .filter(unit_strength::Column::UnitId.eq(unit))
        .filter(unit_strength::Column::AsOf.lte(now))
        .order_by_desc(unit_strength::Column::AsOf)
        .one(db)
        .await?;
    Ok(newest.map(|row| (row.members, row.as_of)))
}

/// Adds a unit right below the officer's own; one without a code gets one made of its name. The
/// answer is its code.
///
/// # Errors
/// [`Error::NotAllowed`] for an officer who does not lead; [`Error::Ended`] below a unit that has
/// ended; [`Error::Taken`] when another has the code; [`Error::Faulty`] for what a list would refuse.
pub async fn add(
    tx: &DatabaseTransaction,
    by: &Officer,
    mut row: Row,
    now: Instant,
) -> Result<String, Error> {
    leads(by)?;
    if tree::by_id(tx, by.unit.id).await?.valid_to.is_some() {
        return Err(Error::Ended);
    }
    if row.code.is_empty() {
        row.code = free_code(tx, &row.name).await?;
    } else if tree::by_code(tx, &row.code).await.is_ok() {
        return Err(Error::Taken(row.code));
    }
    row.parent.clone_from(&by.unit.code);
    let after = json!({ "code": row.code, "type": row.kind, "below": row.parent });
    let code = row.code.clone();
    if let Some(fault) = import::import(tx, vec![(1, row)], now).await?.into_iter().next() {
        return Err(Error::Faulty(fault.code, fault.value));
    }
    record(tx, by, "unit-added", (None, after), now).await?;
    Ok(code)
}

/// Letters of a code that is made of a name, at most; a number may follow.
const CODE: usize = 56;

/// A code made of a name, that no unit has.
async fn free_code(db: &impl ConnectionTrait, name: &str) -> Result<String, Error> {
    let folded = fold(name);
    let words = folded.split(|letter: char| !letter.is_ascii_alphanumeric());
    let mut made = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    made.truncate(CODE);
    let made = made.trim_matches('-');
    if made.is_empty() {
        return Err(Error::NoName);
    }
    let mut code = made.to_owned();
    for number in 2.. {
        match tree::by_code(db, &code).await {
            Err(Error::Unknown(_)) => break,
            Err(error) => return Err(error),
            Ok(_) => code = format!("{made}-{number}"),
        }
    }
    Ok(code)
}

/// Puts a unit, and all below it, under another one from now on. The place that it leaves, it
/// itself and the place that it gets all have to be led by the officer.
///
/// # Errors
/// [`Error::NotAllowed`] for an officer who does not lead all three; [`Error::Ended`] for a unit
/// that has ended; [`Error::Circle`] when the new place is below the unit, or there is none above.
pub async fn put_below(
    tx: &DatabaseTransaction,
    by: &Officer,
    to: &Officer,
    now: Instant,
) -> Result<(), Error> {
    leads(by)?;
    leads(to)?;
    tree::hold_still(tx).await?;
    let moved = tree::by_id(tx, by.unit.id).await?;
    let place = tree::by_id(tx, to.unit.id).await?;
    let left = moved.path.trim_end_matches('/').rsplit('/').nth(1).filter(|code| !code.is_empty());
    let left = tree::by_code(tx, left.ok_or(Error::Circle)?).await?;
    leads(&Officer::of(tx, left.clone(), by.user(), now).await?)?;
    if moved.valid_to.is_some() || place.valid_to.is_some() {
        return Err(Error::Ended);
    }
    if left.id == place.id {
        return Ok(());
    }
    tree::move_to(tx, &moved, &place, now).await?;
    let (before, after) = (json!({ "below": left.code }), json!({ "below": place.code }));
    Ok(record(tx, by, "unit-moved", (Some(before), after), now).await?)
}

/// Gives a unit another name; its code stays.
///
/// # Errors
/// [`Error::NotAllowed`] for an officer who does not lead; [`Error::NoName`] without a name.
pub async fn rename(
    tx: &DatabaseTransaction,
    by: &Officer,
    (name, short): (&str, &str),
    now: Instant,
) -> Result<(), Error> {
    leads(by)?;
    let (name, short) = (nfc(name.trim()), nfc(short.trim()));
    if name.is_empty() {
        return Err(Error::NoName);
    }
    let row = tree::by_id(tx, by.unit.id).await?;
    let before = json!({ "name": row.name, "short_name": row.short_name });
    let after = json!({ "name": name, "short_name": short });
    let mut row = row.into_active_model();
    row.search_text = Set(fold(&format!("{name} {short} {}", by.unit.code)));
    row.name = Set(name);
    row.short_name = Set((!short.is_empty()).then_some(short));
    row.update(tx).await?;
    Ok(record(tx, by, "unit-renamed", (Some(before), after), now).await?)
}

/// Records how many members a unit has from now on, those below it included.
///
/// # Errors
/// [`Error::NotAllowed`] for an officer who does not lead.
pub async fn record_members(
    tx: &DatabaseTransaction,
    by: &Officer,
    members: i32,
    now: Instant,
) -> Result<(), Error> {
    leads(by)?;
    import::count(tx, &by.unit, Some(members), now).await?;
    Ok(record(tx, by, "unit-counted", (None, json!({ "members": members })), now).await?)
}

/// Ends a unit from a day on, at the latest today, and hands all below it over to another one;
/// both have to be led by the officer. An empty day is today.
///
/// # Errors
/// [`Error::Day`] for a day that is none or lies ahead; [`Error::Ended`] for a unit that has ended;
/// [`Error::Circle`] when it would be taken over by one below it.
pub async fn hand_over(
    tx: &DatabaseTransaction,
    by: &Officer,
    into: &Officer,
    day: &str,
    now: Instant,
) -> Result<(), Error> {
    leads(by)?;
    leads(into)?;
    tree::hold_still(tx).await?;
    let ended = tree::by_id(tx, by.unit.id).await?;
    let heir = tree::by_id(tx, into.unit.id).await?;
    if ended.valid_to.is_some() || heir.valid_to.is_some() {
        return Err(Error::Ended);
    }
    let from = if day.is_empty() { now } else { begins(day)? };
    if from > now {
        return Err(Error::Day);
    }
    tree::merge(tx, &ended, &heir, from).await?;
    let after = json!({ "into": heir.code, "from": day });
    Ok(record(tx, by, "unit-merged", (None, after), now).await?)
}

/// The first moment of a day in Vietnam.
fn begins(day: &str) -> Result<Instant, Error> {
    let date: jiff::civil::Date = day.parse().map_err(|_| Error::Day)?;
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(7));
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    let begins = midnight.to_zoned_datetime(zone).map_err(|_| Error::Day)?;
    Ok(begins.timestamp().into())
}

/// Takes in a list of units below the officer's own; lines about others are faults.
///
/// # Errors
/// [`Error::NotAllowed`] for an officer who does not lead.
pub async fn import_below(
    tx: &DatabaseTransaction,
    by: &Officer,
    rows: Vec<(u64, Row)>,
    now: Instant,
) -> Result<Vec<Fault>, Error> {
    leads(by)?;
    tree::hold_still(tx).await?;
    let own = tree::below(tx, &by.unit).await?;
    let own: HashSet<&str> = own.iter().map(|unit| unit.code.as_str()).collect();
    let listed: Vec<String> = rows.iter().map(|(_, row)| row.code.clone()).collect();
    let known = unit::Entity::find().filter(unit::Column::Code.is_in(listed.clone()));
    let known: HashSet<String> = known.all(tx).await?.into_iter().map(|unit| unit.code).collect();
    let foreign = |row: &Row| {
        let top = row.code == by.unit.code;
        let stranger = known.contains(&row.code) && !own.contains(row.code.as_str());
        let listed = listed.contains(&row.parent) && !known.contains(&row.parent);
        top || stranger || !(own.contains(row.parent.as_str()) || listed)
    };
    let (foreign, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, row)| foreign(row));
    let mut faults: Vec<Fault> = foreign
        .into_iter()
        .map(|(line, row)| Fault { line, code: "unit-list-foreign", value: row.code })
        .collect();
    let count = rows.len();
    faults.extend(import::import(tx, rows, now).await?);
    record(tx, by, "units-imported", (None, json!({ "units": count })), now).await?;
    Ok(faults)
}

fn leads(by: &Officer) -> Result<(), Error> {
    if by.leads() { Ok(()) } else { Err(Error::NotAllowed) }
}

async fn record(
    tx: &DatabaseTransaction,
    by: &Officer,
    act: &'static str,
    (before, after): (Option<Value>, Value),
    now: Instant,
) -> Result<(), DbErr> {
    let act = Act {
        actor: Some(by.user()),
        role: "officer",
        act,
        subject: format!("unit:{}", by.unit.id),
        contest: None,
        before,
        after: Some(after),
    };
    audit::record(tx, act, now).await
}
