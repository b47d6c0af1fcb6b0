//! Sends a letter that is written.

use anyhow::Result;
use entity::id::LetterId;
use entity::letter;
use sea_orm::{ActiveModelTrait, EntityTrait, Set};

use crate::app::App;
use crate::db;
use crate::mail::{Error, Letter};

/// Sends it, unless that was done before, or whoever it was for was erased.
pub(super) async fn send(app: &App, id: LetterId) -> Result<()> {
    let Some(row) = letter::Entity::find_by_id(id).one(&app.db).await? else { return Ok(()) };
    if row.state == letter::State::Sent {
        return Ok(());
    }
    let sent = app
        .mailer
        .send(&Letter {
            message_id: row.message_id.clone(),
            to: row.recipient.clone(),
            subject: row.subject.clone(),
            body: row.body.clone(),
        })
        .await;
    let tx = db::begin(&app.db).await?;
    let tries = row.tries + i32::from(sent.is_err());
    let mut row: letter::ActiveModel = row.into();
    row.tries = Set(tries);
    match &sent {
        Ok(()) => {
            row.state = Set(letter::State::Sent);
            row.sent_at = Set(Some(app.clock.now()));
        }
        Err(Error::Refused(why)) => {
            row.state = Set(letter::State::Failed);
            row.last_error = Set(Some(why.clone()));
        }
        Err(Error::NotNow(why)) => row.last_error = Set(Some(why.clone())),
    }
    row.update(&tx).await?;
    tx.commit().await?;
    match sent {
        Err(error @ Error::NotNow(_)) => Err(error.into()),
        _ => Ok(()),
    }
}
