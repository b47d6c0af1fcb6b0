//! Whether the process lives, and whether it can serve.

use actix_web::{HttpResponse, web};
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::web::Result;

/// The process answers.
///
/// # Errors
/// Never.
pub async fn live() -> Result {
    Ok(HttpResponse::NoContent().insert_header(("Cache-Control", "no-store")).finish())
}

/// The database answers.
///
/// # Errors
/// When it does not.
pub async fn ready(app: web::Data<App>) -> Result {
    app.db.execute_unprepared("select 1").await?;
    Ok(HttpResponse::NoContent().insert_header(("Cache-Control", "no-store")).finish())
}
