//! Opening a round and dealing its work, closing it, opening it again.

use actix_web::web;
use entity::instant::Instant;
use sea_orm::DatabaseTransaction;

use super::back;
use super::show::draw;
use crate::app::{self, App};
use crate::contest::{Contest, Organiser};
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::pages::invite;
use crate::web::{Failure, Result, View};
use crate::{db, judging, results};

/// Opens the round and deals the work; `act=take-late` deals what was accepted since, `act=close`
/// closes it, `act=reopen` opens it again.
///
/// # Errors
/// Forbidden to anybody but organisers; everything else is said on the page.
pub async fn update(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    path: web::Path<(String, String)>,
    form: Form,
) -> Result {
    let (slug, key) = path.into_inner();
    let opens = !matches!(form.text("act"), "close" | "reopen" | "take-late");
    if opens && contest.definition.round(&key).is_some_and(|round| round.gate.is_some()) {
        app.votes.caught_up(&contest, v.now).await?;
    }
    let tx = db::begin(&app.db).await?;
    let act = form.text("act");
    let done = match act {
        "close" => {
            let decided: Vec<_> = form.all("decided").filter_map(|id| id.parse().ok()).collect();
            let decision = judging::Decision { on: &decided, reason: form.text("reason") };
            judging::close(&tx, &organiser, &key, decision, v.now).await.map_err(Failure::from)
        }
        "take-late" => {
            judging::take_late(&tx, &organiser, &key, v.now).await.map_err(Failure::from)
        }
        "reopen" => {
            let reason = form.text("reason");
            judging::reopen(&tx, &organiser, &key, reason, v.now).await.map_err(Failure::from)
        }
        _ => open(&tx, &contest, &organiser, &key, v.now).await,
    };
    match done {
        Ok(()) => {
            if (opens || act == "close")
                && let Err(unsure) = form.sure()
            {
                drop(tx);
                return draw(&app, v, &contest, key, &form, vec![unsure]).await;
            }
            if opens {
                invite::opened(&tx, &v, &contest, &key).await?;
            }
            tx.commit().await?;
            back(&slug, &key)
        }
        Err(error) => {
            drop(tx);
            draw(&app, v, &contest, key, &form, error.said()?).await
        }
    }
}

/// Opens the round for what its gate lets through.
async fn open(
    tx: &DatabaseTransaction,
    contest: &Contest,
    organiser: &Organiser,
    key: &str,
    now: Instant,
) -> std::result::Result<(), Failure> {
    let counted = results::counted_for(tx, contest, key, now).await?;
    let seed = u64::from_be_bytes(app::fresh::<8>());
    Ok(judging::open(tx, organiser, (key, &counted), seed, now).await?)
}
