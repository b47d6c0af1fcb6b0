//! Units, for whoever looks for one.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::app::App;
use crate::unit;
use crate::web::{Result, View};

/// Most units that are offered.
const MOST: u64 = 12;
/// Fewest letters that are a question.
const LETTERS: usize = 2;

/// What was typed.
#[derive(serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// Units whose names hold what was typed, in any spelling, as the form of an entry offers them.
///
/// # Errors
/// When the database fails.
pub async fn search(app: web::Data<App>, v: View, asked: web::Query<Asked>) -> Result {
    let typed = asked.q.trim();
    let found = match typed.chars().count() {
        ..LETTERS => Vec::new(),
        _ => unit::search(&app.db, typed, MOST).await?,
    };
    let said = match (typed.is_empty(), found.len()) {
        (true, _) => String::new(),
        (false, 0) => v.t("unit-not-found"),
        (false, count) => v.t1("unit-found", "count", count),
    };
    let units: Vec<_> = found.into_iter().map(|unit| [unit.code, unit.name]).collect();
    let answer = json!({ "units": units, "said": said });
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "private, max-age=60")).json(answer))
}
