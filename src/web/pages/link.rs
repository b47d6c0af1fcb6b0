//! "Is this link yours?": whoever got a link in a chat asks before touching it.

use actix_web::web;
use askama::Template;
use entity::instant::Instant;
use entity::vote_link;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;

use crate::app::App;
use crate::contest;
use crate::web::group::Group;
use crate::web::{Failure, Result, View, page};

/// What a link is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was asked.
    Unasked,
    /// It leads elsewhere.
    Foreign,
    /// It leads to a page of ours.
    Ours,
    /// It is a group's, signed by us: title of the contest, name of the group, until when it holds.
    Group(String, String, Instant),
    /// It looks like a group's, and we did not sign it, or it holds no more.
    Unsigned,
}

/// The page.
#[derive(Template)]
#[template(path = "link/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// What was asked about.
    pub asked: String,
    /// What it is.
    pub verdict: Verdict,
}

/// What was asked.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The link.
    #[serde(default)]
    link: String,
}

/// Says whether a link is ours. It is read and never opened.
///
/// # Errors
/// When the database fails.
pub async fn show(app: web::Data<App>, v: View, asked: web::Query<Asked>) -> Result {
    let asked = asked.into_inner().link.trim().to_owned();
    let verdict = verdict(&app, &v, &asked).await?;
    page(&Show { v, asked, verdict })
}

/// The path of an address of ours, which begins with a slash; none for any other address.
fn path<'a>(base: &str, link: &'a str) -> Option<&'a str> {
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    let rest = match link.split_once("://") {
        Some((scheme, rest)) => {
            let scheme = scheme.to_ascii_lowercase();
            let fits = scheme == "https" || (scheme == "http" && base.starts_with("http:"));
            fits.then_some(rest)?
        }
        None => link,
    };
    let (at, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    at.eq_ignore_ascii_case(host).then_some(if path.is_empty() { "/" } else { path })
}

async fn verdict(app: &App, v: &View, link: &str) -> std::result::Result<Verdict, Failure> {
    if link.is_empty() {
        return Ok(Verdict::Unasked);
    }
    let Some(path) = path(&v.base, link) else { return Ok(Verdict::Foreign) };
    let Some(text) = path.strip_prefix("/v/") else { return Ok(Verdict::Ours) };
    let text = text.split(['/', '?', '#']).next().unwrap_or_default();
    let Some(group) = Group::read(app, text, v.now) else { return Ok(Verdict::Unsigned) };
    let row = vote_link::Entity::find()
        .filter(vote_link::Column::ContestId.eq(group.contest))
        .filter(vote_link::Column::Number.eq(i32::try_from(group.number).unwrap_or(0)))
        .one(&app.db)
        .await?;
    let Some(row) = row.filter(|row| row.closed_at.is_none()) else {
        return Ok(Verdict::Unsigned);
    };
    let contest = contest::by_id(&app.db, group.contest).await?;
    let title = contest.definition.title.read(v.lang.is_english()).to_owned();
    Ok(Verdict::Group(title, row.label, row.expires_at))
}
