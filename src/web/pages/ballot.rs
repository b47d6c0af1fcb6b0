//! One's own ballot: what it names, in what order, and what is still missing.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::contest::public;
use super::vote::proof;
use crate::app::App;
use crate::contest::definition::VoteLimit;
use crate::entry;
use crate::voting;
use crate::web::signed::{Browser, MaybeSigned};
use crate::web::{Result, View, page};

/// A work on the ballot.
pub struct Line {
    /// Public code.
    pub code: String,
    /// Number in the contest.
    pub number: i32,
    /// Title.
    pub title: String,
    /// What its place is worth.
    pub worth: i32,
}

/// The ballot.
#[derive(Template)]
#[template(path = "ballot/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// The contest: name in addresses, and title.
    pub contest: (String, String),
    /// The works on it, in order.
    pub lines: Vec<Line>,
    /// How many it may name.
    pub most: u32,
    /// How many it lacks before it counts.
    pub missing: u32,
    /// Whether places are worth different points.
    pub is_ranked: bool,
    /// Whether works can still be put in another order.
    pub may_raise: bool,
    /// Whether votes can still be taken back.
    pub may_withdraw: bool,
}

/// Shows the ballot of whoever asks.
///
/// # Errors
/// Not found where there is no public vote.
pub async fn show(
    (app, request): (web::Data<App>, HttpRequest),
    (v, who, browser): (View, MaybeSigned, Browser),
    slug: web::Path<String>,
) -> Result {
    let contest = public(&app, &slug).await?;
    let rules = contest.definition.voting.as_ref().ok_or(voting::Error::Closed)?;
    let window = contest.window(&rules.phase);
    let voter =
        proof(&app, (contest.id(), rules.level, rules.work), &who, (&request, &browser)).key;
    app.votes.glance_seldom(&contest, v.now).await?;
    let chosen = voting::ballot(&app.db, &contest, &voter, v.now).await?;
    let names = entry::named(&app.db, chosen.iter().map(|(id, _)| *id)).await?;
    let lines: Vec<Line> = chosen
        .iter()
        .filter_map(|(id, worth)| {
            let one = names.iter().find(|one| one.id == *id)?;
            let (code, title) = (one.code.clone(), one.title.clone());
            Some(Line { code, number: one.number, title, worth: *worth })
        })
        .collect();
    let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    let open = window.is_some_and(|window| contest.is_running() && window.contains(v.now));
    page(&Show {
        contest: (
            contest.slug().to_owned(),
            contest.definition.title.read(v.lang.is_english()).to_owned(),
        ),
        most: match rules.limit {
            VoteLimit::OnePerEntry => 0,
            VoteLimit::PerDay(most) | VoteLimit::InAll(most) => most,
        },
        missing: if count == 0 { 0 } else { rules.least.saturating_sub(count) },
        is_ranked: !rules.points.is_empty(),
        may_raise: open && rules.may_change(),
        may_withdraw: open && rules.withdrawal,
        lines,
        v,
    })
}
