//! The gallery of a contest.

use std::collections::HashMap;

use actix_web::{HttpRequest, web};
use askama::Template;
use entity::id::{CategoryId, EntryId};

use super::seen::{gallery_is_open, names_are_shown, public};
use crate::app::App;
use crate::contest;
use crate::entry::{self, Card, Page as Paged};
use crate::refusal::Kind;
use crate::web::cache::{Kept, Visitors};
use crate::web::pages::live;
use crate::web::{Failure, Result, View};

const PAGE: u64 = 24;

/// A page of the gallery.
#[derive(Template)]
#[template(path = "contest/gallery.html")]
pub struct Gallery {
    /// Who looks.
    pub v: View,
    /// Name in addresses.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Categories: key and name.
    pub categories: Vec<(String, String)>,
    /// The category that is shown; empty: all.
    pub category: String,
    /// Works.
    pub cards: Vec<Card>,
    /// What is said of counts, where the public sees them.
    pub counts: Option<HashMap<EntryId, String>>,
    /// Number behind which the next page begins.
    pub next: Option<i32>,
    /// Whether names stand beside works.
    pub names: bool,
}

/// Accepted works, by number.
///
/// # Errors
/// Not found while the contest is a draft or its gallery closed.
pub async fn gallery(
    app: web::Data<App>,
    kept: web::Data<Kept>,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result {
    let query: Vec<(String, String)> =
        serde_urlencoded::from_str(request.query_string()).unwrap_or_default();
    let find =
        |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let category = find("category").unwrap_or_default();
    let after: i32 = find("after").and_then(|after| after.parse().ok()).unwrap_or(0);
    let key = format!("/contests/{slug}/gallery?{category}&{after}");
    let version = async || Ok(public(&app, &slug).await?.row.public_version);
    let draw = async |v: View| {
        let contest = public(&app, &slug).await?;
        if !gallery_is_open(&contest, &v) {
            return Err(Failure::new(Kind::NotFound, "gallery-closed"));
        }
        let ids = contest::category_ids(&app.db, contest.id()).await?;
        let id: Option<CategoryId> = ids.get(&category).copied();
        let paged = Paged { after, size: PAGE + 1 };
        let mut entries = entry::gallery(&app.db, contest.id(), id, paged).await?;
        let more = entries.len() as u64 > PAGE;
        entries.truncate(PAGE as usize);
        let next = entries.last().and_then(|last| last.number).filter(|_| more);
        let ids: Vec<_> = entries.iter().map(|entry| entry.id).collect();
        let english = v.lang.is_english();
        let categories = contest.definition.categories.iter();
        let page = Gallery {
            slug: slug.to_string(),
            title: contest.definition.title.read(english).to_owned(),
            categories: categories
                .map(|c| (c.key.clone(), c.title.read(english).to_owned()))
                .collect(),
            category: category.clone(),
            counts: live::counts(&app, &contest, &ids, &v).await?,
            cards: entry::cards(&app.db, entries).await?,
            next,
            names: names_are_shown(&contest),
            v,
        };
        page.render().map_err(Failure::broken)
    };
    kept.page(&request, (&key, Visitors::Strangers), version, draw).await
}
