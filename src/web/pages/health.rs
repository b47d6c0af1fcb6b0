//! Whether the process lives, and whether it can serve.

use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::refusal::Kind;
use crate::web::{Failure, Result, UNKEPT};

/// For so long the database may be silent.
const PATIENCE: Duration = Duration::from_secs(3);

/// The process answers.
///
/// # Errors
/// Never.
pub async fn live() -> Result {
    Ok(HttpResponse::NoContent().insert_header(UNKEPT).finish())
}

/// The database answers, and the process is not on its way out.
///
/// # Errors
/// Unavailable when it is not so; within three seconds in any case.
pub async fn ready(app: web::Data<App>) -> Result {
    let asked = tokio::time::timeout(PATIENCE, app.db.execute_unprepared("select 1")).await;
    if app.stopping.load(Ordering::Relaxed) || !matches!(asked, Ok(Ok(_))) {
        return Err(Failure::new(Kind::Unavailable, "not-ready"));
    }
    Ok(HttpResponse::NoContent().insert_header(UNKEPT).finish())
}
