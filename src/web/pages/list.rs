//! A judge's list, best first, in rounds in which entries are put in order.

use std::collections::BTreeMap;

use actix_web::web;
use askama::Template;
use entity::id::RoundId;

use super::judging::exhibit::cover;
use super::judging::seat::{round_of, seated};
use crate::app::App;
use crate::contest::Contest;
use crate::contest::definition::Round;
use crate::judging::list::{PLACE, places, save as keep};
use crate::judging::{self, Error, Judge};
use crate::refusal::Refused;
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{db, entry};

/// An entry on the list.
pub struct Line {
    /// By which the judge knows it.
    pub alias: String,
    /// Its title.
    pub title: String,
    /// Its place, as typed or saved; empty where it has none.
    pub place: String,
    /// Number of the picture that stands for it.
    pub cover: Option<usize>,
}

/// The list.
#[derive(Template)]
#[template(path = "list/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Key of the round.
    pub round: RoundId,
    /// Title of the contest.
    pub contest: String,
    /// Entries: those with a place first, then the others in the judge's own order.
    pub lines: Vec<Line>,
    /// How many places there are.
    pub places: usize,
    /// Version of the list.
    pub version: i32,
    /// Whether the judge declared it final.
    pub is_final: bool,
    /// What was wrong.
    pub refused: Vec<Refused>,
}

/// Shows a judge's list; `typed` wins over what is saved.
pub(super) async fn show(
    app: &App,
    v: View,
    judge: &Judge,
    (contest, round): (&Contest, &Round),
    typed: &Form,
    refused: Vec<Refused>,
) -> Result {
    let mut work = judging::work(&app.db, judge).await?;
    work.sort_by_key(|one| one.marks.get(PLACE).copied().unwrap_or(i32::MAX));
    let whole = entry::wholes(&app.db, work.iter().map(|one| one.assignment.entry_id)).await?;
    let typed: BTreeMap<&str, &str> =
        typed.texts().iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let lines = work.iter().filter_map(|one| {
        let entry = whole.get(&one.assignment.entry_id)?;
        let saved = one.marks.get(PLACE).map(|place| (place / 100).to_string());
        let kept = typed.get(format!("place.{}", one.alias).as_str());
        Some(Line {
            alias: one.alias.clone(),
            title: entry.entry.title.clone(),
            place: kept.map(|text| (*text).to_owned()).or(saved).unwrap_or_default(),
            cover: cover(entry),
        })
    });
    page(&Show {
        round: judge.round.id,
        contest: contest.definition.title.read(v.lang.is_english()).to_owned(),
        lines: lines.collect(),
        places: places(round, work.len()),
        version: judge.seat.version,
        is_final: judge.seat.finished_at.is_some(),
        refused,
        v,
    })
}

/// Saves the list. Numbers say the order; gaps between them do not matter.
///
/// # Errors
/// Not found to anybody else; everything else is said on the page, and what was typed stays.
pub async fn save(
    app: web::Data<App>,
    v: View,
    who: Signed,
    round: web::Path<String>,
    form: Form,
) -> Result {
    let judge = seated(&app, &who, &round).await?;
    let order = order(&form);
    let tx = db::begin(&app.db).await?;
    let version = form.number("version").unwrap_or(0);
    let saved = match order {
        Ok(order) => keep(&tx, &judge, &order, version, v.now).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(_) => {
            tx.commit().await?;
            Ok(see_other(&format!("/judging/{round}")))
        }
        Err(error) => {
            drop(tx);
            let (contest, round) = round_of(&app, &judge).await?;
            show(&app, v, &judge, (&contest, &round), &form, Failure::from(error).said()?).await
        }
    }
}

/// Names in the order of their numbers.
fn order(form: &Form) -> std::result::Result<Vec<String>, Error> {
    let mut places = BTreeMap::new();
    for (name, text) in form.texts() {
        let Some(alias) = name.strip_prefix("place.") else { continue };
        if text.trim().is_empty() {
            continue;
        }
        let number: u32 = text.trim().parse().map_err(|_| Error::List)?;
        if places.insert(number, alias.to_owned()).is_some() {
            return Err(Error::List);
        }
    }
    Ok(places.into_values().collect())
}
