//! Counts as a form brings them: numbers, the moment of the reading, its proof.

use entity::entry;
use entity::instant::Instant;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::kinds;
use crate::app::App;
use crate::contest::{Contest, Organiser};
use crate::refusal::{Kind, Refused};
use crate::results::Error;
use crate::results::outside::{self, Reading};
use crate::web::form::Form;
use crate::web::pages::media::sent;
use crate::web::{Failure, Result, View};
use crate::{db, media};

/// The moment of a reading, as a form says it.
pub(super) fn read_at(form: &Form) -> Result<Instant> {
    let unreadable = || Failure::of(Refused::new(Kind::Invalid, "count-moment").at("read_at"));
    form.moment("read_at").ok_or_else(unreadable)
}

/// The proof of a reading that came with a form; without one nothing is noted.
pub(super) async fn proof(app: &App, form: &Form) -> Result<media::Kept> {
    let missing = || Failure::of(Refused::new(Kind::Invalid, "count-proof-missing").at("proof"));
    sent(app, form, "proof").await?.ok_or_else(missing)
}

/// Notes counts; they wait for the second person.
pub(super) async fn note(
    app: &App,
    v: &View,
    by: &Organiser,
    readings: &[Reading],
    (at, proof): (Instant, media::Kept),
) -> std::result::Result<usize, Error> {
    let tx = db::begin(&app.db).await?;
    let proof = media::record(&tx, proof, Some(by.user()), v.now).await?;
    let noted = outside::type_in(&tx, by, readings, (at, proof), v.now).await?;
    tx.commit().await?;
    Ok(noted)
}

/// The counts that a form says of one entry.
pub(super) async fn one(app: &App, contest: &Contest, form: &Form) -> Result<Vec<Reading>> {
    let (mut readings, mut refused) = (Vec::new(), Vec::new());
    let number = form.number::<i32>("number").unwrap_or(0);
    let found = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::Number.eq(number))
        .one(&app.db)
        .await?;
    let unknown = || Failure::of(Refused::new(Kind::Invalid, "count-no-entry").at("number"));
    let found = found.ok_or_else(unknown)?;
    for kind in kinds(contest)? {
        let field = format!("count.{}", kind.key);
        match figure(form.text(&field)) {
            Some(Ok(count)) => {
                readings.push(Reading { entry: found.id, kind: kind.key.clone(), count });
            }
            Some(Err(())) => {
                refused.push(Refused::new(Kind::Invalid, "count-unreadable").at(field))
            }
            None => {}
        }
    }
    if readings.is_empty() && refused.is_empty() {
        refused.push(Refused::new(Kind::Invalid, "count-nothing").at("number"));
    }
    if refused.is_empty() { Ok(readings) } else { Err(Failure::all(refused)) }
}

/// A count as people write it: 1234, 1.234, 1,234; none where nothing is written.
pub(super) fn figure(written: &str) -> Option<std::result::Result<i64, ()>> {
    let written = written.trim();
    if written.is_empty() {
        return None;
    }
    // Marks stand between thousands and nowhere else: 2.5 is not twenty-five.
    let groups: Vec<&str> = written.split(['.', ',', ' ', '\u{a0}']).collect();
    let grouped = groups.len() == 1
        || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3));
    let plain = groups.concat();
    let digits = plain.len() <= 15 && plain.bytes().all(|byte| byte.is_ascii_digit());
    Some(if grouped && digits { plain.parse().map_err(drop) } else { Err(()) })
}
