//! The works that won, as pictures on the page of a result.

use std::collections::HashMap;

use entity::award;
use entity::entry::State;
use entity::id::EntryId;

use super::prize_label;
use crate::app::App;
use crate::contest::{self, Contest};
use crate::entry::{self, Whole};
use crate::unit;
use crate::web::pages::contest::gallery_is_open;
use crate::web::pages::entry::shown;
use crate::web::{Failure, View};

/// A work that won, as it is shown.
pub struct Winner {
    /// Its prizes, the highest first.
    pub prizes: Vec<String>,
    /// Its title.
    pub title: String,
    /// Its public code.
    pub code: String,
    /// Its author by the name that they chose to be shown, and their unit.
    pub by: String,
    /// Address of its picture, poster or first page, without size.
    pub picture: Option<String>,
    /// What that picture shows, where somebody wrote it.
    pub alt: String,
    /// The sign of a work that is no picture.
    pub sign: Option<&'static str>,
}

/// The works that hold these prizes, in the order in which the rules name the prizes; none while the
/// public is shown no works.
pub(super) async fn winners(
    app: &App,
    v: &View,
    contest: &Contest,
    awards: &[award::Model],
) -> std::result::Result<Vec<Winner>, Failure> {
    if !gallery_is_open(contest, v) {
        return Ok(Vec::new());
    }
    let order = won(contest, awards);
    let mut wholes = entry::wholes(&app.db, order.iter().map(|(id, _)| *id)).await?;
    wholes.retain(|_, whole| whole.entry.state == State::Accepted);
    let units = unit::names(&app.db, wholes.values().filter_map(|one| one.entry.unit_id)).await?;
    let keys = contest::category_ids(&app.db, contest.id()).await?;
    let keys: HashMap<_, _> = keys.into_iter().map(|(key, id)| (id, key)).collect();
    let draw = |(id, prizes): (EntryId, Vec<&str>)| {
        let whole = wholes.get(&id)?;
        let unit = whole.entry.unit_id.and_then(|id| units.get(&id)).map_or("", String::as_str);
        let category = keys.get(&whole.entry.category_id).map_or("", String::as_str);
        let prizes = prizes.into_iter().map(|key| prize_label(contest, key, v)).collect();
        Some(drawn(whole, contest, category, unit, prizes))
    };
    Ok(order.into_iter().filter_map(draw).collect())
}

/// Entries with the keys of the prizes that each holds.
fn won<'a>(contest: &'a Contest, awards: &[award::Model]) -> Vec<(EntryId, Vec<&'a str>)> {
    let mut order: Vec<(EntryId, Vec<&str>)> = Vec::new();
    for prize in &contest.definition.prizes {
        let own = awards.iter().filter(|award| award.prize_key == prize.key);
        for id in own.filter_map(|award| award.entry_id) {
            match order.iter_mut().find(|(other, _)| *other == id) {
                Some((_, prizes)) => prizes.push(&prize.key),
                None => order.push((id, vec![&prize.key])),
            }
        }
    }
    order
}

fn drawn(
    whole: &Whole,
    contest: &Contest,
    category: &str,
    unit: &str,
    prizes: Vec<String>,
) -> Winner {
    let parts = shown(whole, contest, category);
    let pictured = parts.iter().find(|part| part.picture.is_some());
    let sign = match pictured.or(parts.first()) {
        Some(part) if part.film.is_some() => Some("video"),
        Some(part) if part.link.is_some() => Some("link"),
        Some(part) if part.picture.is_some() => None,
        _ => Some("file-text"),
    };
    let name = whole.entry.shown_name.as_str();
    let names = [name, unit].into_iter().filter(|name| !name.is_empty());
    // The title stands beside the picture: said twice, it says nothing.
    let alt = pictured.map(|part| part.alt.as_str()).filter(|alt| *alt != whole.entry.title);
    Winner {
        prizes,
        title: whole.entry.title.clone(),
        code: whole.entry.code.clone(),
        by: names.collect::<Vec<_>>().join(" · "),
        picture: pictured.and_then(|part| part.picture.clone()),
        alt: alt.unwrap_or_default().to_owned(),
        sign,
    }
}
