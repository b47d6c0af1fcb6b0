//! Binding logs of votes to results.

use anyhow::{Context, Result};
use entity::id::PublicationId;
use entity::publication::{self, State};
use sea_orm::EntityTrait;

use crate::app::App;

/// Lets the log say what a publication says of its votes, unless another took its place.
///
/// # Errors
/// When another process writes the log, or the database fails.
pub(super) async fn bind(app: &App, id: PublicationId, result: &str) -> Result<()> {
    let row = publication::Entity::find_by_id(id).one(&app.db).await?;
    let row = row.context("the publication is gone")?;
    if row.state == State::Published {
        app.votes.bind(row.contest_id, result.to_owned()).await?;
    }
    Ok(())
}
