//! Works that were published elsewhere, in the players of those places: drawn only for whoever asks
//! for this page, so that nobody is seen by another site who only looks at the work's own page.

use actix_web::http::header;
use actix_web::web;
use askama::Template;

use super::entry::visible;
use crate::app::App;
use crate::entry::{self, link};
use crate::web::guard::POLICY;
use crate::web::{Failure, Result, View, page, see_other};

/// The players of a work.
#[derive(Template)]
#[template(path = "entry/player.html")]
pub struct Player {
    /// Who looks.
    pub v: View,
    /// Code of the work.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Addresses of players, each with the address of the work where it was published.
    pub players: Vec<(String, String)>,
}

/// Shows them.
///
/// # Errors
/// Not found unless the work is shown. One that no player shows leads back to its page.
pub async fn show(app: web::Data<App>, v: View, code: web::Path<String>) -> Result {
    let (entry, _) = visible(&app, &v, &code).await?;
    let whole = entry::whole(&app.db, entry).await?;
    let links = whole.parts.iter().filter_map(|part| part.link.as_deref());
    let players: Vec<_> =
        links.filter_map(|typed| Some((link::player(typed)?, typed.to_owned()))).collect();
    if players.is_empty() {
        return Ok(see_other(&format!("/entries/{}", whole.entry.code)));
    }
    let policy = format!("{}; frame-src {}", *POLICY, link::PLAYERS.join(" "));
    let policy = header::HeaderValue::from_str(&policy).map_err(Failure::broken)?;
    let (code, title) = (whole.entry.code, whole.entry.title);
    let mut answer = page(&Player { v, code, title, players })?;
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}
