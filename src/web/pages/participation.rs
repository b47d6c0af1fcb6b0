//! How units take part in a contest.

use actix_web::web;
use askama::Template;

use crate::app::App;
use crate::web::pages::contest::public;
use crate::web::{Result, View, page};
use crate::{reports, unit};

/// A bar of a chart.
pub struct Bar {
    /// Name of the unit.
    pub name: String,
    /// Depth in the tree.
    pub depth: usize,
    /// Entries.
    pub entries: u32,
    /// Entrants.
    pub entrants: u32,
    /// Members, where known.
    pub members: Option<i32>,
}

/// Participation by unit.
#[derive(Template)]
#[template(path = "participation/show.html")]
pub struct Participation {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Units, down the tree.
    pub bars: Vec<Bar>,
    /// The most entries of a unit.
    pub most: u32,
}

/// Shows participation by unit, summed up the tree.
///
/// # Errors
/// Not found while the contest is a draft.
pub async fn show(app: web::Data<App>, v: View, slug: web::Path<String>) -> Result {
    let contest = public(&app, &slug).await?;
    app.votes.caught_up(&contest, v.now).await?;
    let shares = reports::participation(&app.db, contest.id(), v.now).await?;
    let most = shares.iter().map(|share| share.entries).max().unwrap_or(0);
    let bars = shares.into_iter().map(|share| Bar {
        depth: share.unit.path.matches('/').count().saturating_sub(2).min(4),
        name: unit::label(&share.unit).to_owned(),
        entries: share.entries,
        entrants: share.entrants,
        members: share.members,
    });
    let title = contest.definition.title.read(v.lang.is_english()).to_owned();
    page(&Participation { slug: slug.into_inner(), title, bars: bars.collect(), most, v })
}
