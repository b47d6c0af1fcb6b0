//! What is decided about a result: between equals, proposed, published, refused.

use actix_web::web;
use entity::decision::Kind as Decided;
use entity::id::UserId;

use super::desk::draw_desk;
use crate::app::App;
use crate::contest::{self, Approver, Contest};
use crate::db;
use crate::refusal::{Kind, Refused};
use crate::results::rank::Who;
use crate::results::{self, Error};
use crate::voting;
use crate::web::form::Form;
use crate::web::organised::Organised;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, see_other};

/// Records a decision between equals: `order` names them, first first.
///
/// # Errors
/// Forbidden to anybody but organisers.
pub async fn decide(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    app.votes.caught_up(&contest, v.now).await?;
    let listed = || {
        form.texts().iter().filter_map(|(name, text)| {
            let who: Who = serde_json::from_str(name.strip_prefix("order.")?).ok()?;
            Some((text.trim().parse::<u32>().ok(), who))
        })
    };
    let mut ranked: Vec<(u32, Who)> =
        listed().filter_map(|(place, who)| Some((place?, who))).collect();
    ranked.sort();
    if ranked.windows(2).any(|two| two[0].0 == two[1].0) {
        let refused = vec![Refused::new(Kind::Invalid, "order-same-place")];
        return draw_desk(&app, v, (&contest, organiser.user()), (&form, refused)).await;
    }
    let subject = results::Subject {
        table: form.text("table").to_owned(),
        prize: form.text("prize").to_owned(),
        count: form.number("count").unwrap_or(0),
        among: listed().map(|(_, who)| who).collect(),
        order: ranked.into_iter().map(|(_, who)| who).collect(),
        award: None,
    };
    let kind = if form.ticked("prize") { Decided::EmptyPrize } else { Decided::Tie };
    let tx = db::begin(&app.db).await?;
    match results::decide(&tx, &organiser, kind, &subject, form.text("reason"), v.now).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{slug}/results")))
        }
        Err(error) => {
            drop(tx);
            let refused = Failure::from(error).said()?;
            draw_desk(&app, v, (&contest, organiser.user()), (&form, refused)).await
        }
    }
}

/// Proposes the result.
///
/// # Errors
/// Forbidden to anybody but organisers; what stands in the way is said on the page.
pub async fn propose(
    app: web::Data<App>,
    v: View,
    Organised(contest, organiser): Organised,
    form: Form,
) -> Result {
    app.votes.caught_up(&contest, v.now).await?;
    let tx = db::begin(&app.db).await?;
    let done = if form.text("act") == "drop" {
        results::drop_proposal(&tx, &organiser, v.now).await
    } else {
        results::propose(&tx, &organiser, form.text("reason"), v.now).await.map(drop)
    };
    finish(&app, v, (&contest, organiser.user()), tx, done).await
}

/// Publishes the proposal; whoever proposed it cannot.
///
/// # Errors
/// Forbidden to anybody but approvers; what stands in the way is said on the page.
pub async fn publish(
    app: web::Data<App>,
    v: View,
    who: Signed,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let contest = contest::by_slug(&app.db, &slug).await?;
    let approver = Approver::of(&app.db, &contest, who.id(), v.now).await?;
    app.votes.caught_up(&contest, v.now).await?;
    let votes = voting::result(&app.db, contest.id()).await?;
    let tx = db::begin(&app.db).await?;
    let done = results::publish(&tx, &approver, votes.clone(), v.now).await;
    if done.is_ok()
        && let Err(unsure) = form.sure()
    {
        drop(tx);
        return draw_desk(&app, v, (&contest, who.id()), (&form, vec![unsure])).await;
    }
    let votes = votes.filter(|_| done.is_ok());
    let answer = finish(&app, v, (&contest, who.id()), tx, done).await?;
    // At once where this node writes the log, and else by the worker of the one that does.
    if let Some(votes) = votes
        && let Err(error) = app.votes.bind(contest.id(), votes).await
    {
        tracing::info!("the log of votes does not say the result yet: {error}");
    }
    Ok(answer)
}

/// Refuses the proposal, for a reason.
///
/// # Errors
/// Forbidden to anybody but approvers; a missing reason is said on the page.
pub async fn refuse(
    app: web::Data<App>,
    v: View,
    who: Signed,
    slug: web::Path<String>,
    form: Form,
) -> Result {
    let contest = contest::by_slug(&app.db, &slug).await?;
    let approver = Approver::of(&app.db, &contest, who.id(), v.now).await?;
    let tx = db::begin(&app.db).await?;
    let done = results::refuse(&tx, &approver, form.text("reason"), v.now).await;
    finish(&app, v, (&contest, who.id()), tx, done).await
}

async fn finish(
    app: &App,
    v: View,
    (contest, who): (&Contest, UserId),
    tx: sea_orm::DatabaseTransaction,
    done: std::result::Result<(), Error>,
) -> Result {
    match done {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other(&format!("/desk/contests/{}/results", contest.slug())))
        }
        Err(error) => {
            drop(tx);
            draw_desk(app, v, (contest, who), (&Form::default(), Failure::from(error).said()?))
                .await
        }
    }
}
