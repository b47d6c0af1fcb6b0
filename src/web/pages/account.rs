//! One's own account: the name, browsers in which one is signed in, the password.

mod data;

pub use data::export;

use actix_web::web;
use askama::Template;
use entity::id::SessionId;
use entity::session;

use crate::account::{self, Error, password};
use crate::app::App;
use crate::db;
use crate::entry;
use crate::refusal::{Kind, Refusal, Refused};
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};

/// Passwords that are hashed or compared at once: each holds 19 MiB.
static HASHING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(4);

/// The account's page.
#[derive(Template)]
#[template(path = "account/show.html")]
pub struct Show {
    /// Who looks.
    pub v: View,
    /// Their name and address.
    pub name: (String, String),
    /// Sessions that have not ended, newest first.
    pub sessions: Vec<session::Model>,
    /// The session of this browser.
    pub own: SessionId,
    /// Whether there is a password.
    pub has_password: bool,
    /// Entries, newest first, each with what was agreed to for it.
    pub agreed: Vec<entry::Agreed>,
    /// Whether something was just done.
    pub done: bool,
    /// What was wrong.
    pub refused: Vec<Refused>,
}

/// Shows one's own account.
///
/// # Errors
/// When the database fails.
pub async fn show(app: web::Data<App>, v: View, who: Signed) -> Result {
    draw(&app, v, &who, false, Vec::new()).await
}

pub(super) async fn draw(
    app: &App,
    v: View,
    who: &Signed,
    done: bool,
    refused: Vec<Refused>,
) -> Result {
    page(&Show {
        name: (who.user.name.clone(), who.user.email.clone().unwrap_or_default()),
        sessions: account::list(&app.db, who.id(), v.now).await?,
        own: who.session,
        has_password: who.user.password_hash.is_some() || done,
        agreed: entry::agreements(&app.db, who.id()).await?,
        done,
        refused,
        v,
    })
}

/// Changes one's own name.
///
/// # Errors
/// When the database fails; what is wrong is said on the page.
pub async fn rename(app: web::Data<App>, v: View, mut who: Signed, form: Form) -> Result {
    let tx = db::begin(&app.db).await?;
    match account::rename(&tx, who.id(), form.text("name"), v.now).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see_other("/account"))
        }
        Err(error) => {
            drop(tx);
            let refused = Failure::from(error).said()?;
            form.text("name").clone_into(&mut who.user.name);
            draw(&app, v, &who, false, refused).await
        }
    }
}

/// Ends one session of one's own.
///
/// # Errors
/// When the database fails.
pub async fn end(app: web::Data<App>, v: View, who: Signed, id: web::Path<SessionId>) -> Result {
    let tx = db::begin(&app.db).await?;
    account::end(&tx, who.id(), id.into_inner(), v.now).await?;
    tx.commit().await?;
    Ok(see_other("/account"))
}

/// Sets or changes the password; all other sessions end.
///
/// # Errors
/// When it was tried too often; what is wrong is said on the page.
pub async fn set_password(app: web::Data<App>, v: View, who: Signed, form: Form) -> Result {
    app.limits.passwords(&format!("change:{}", who.id()))?;
    let (old, new) = (form.text("old").to_owned(), form.text("password").to_owned());
    if new != form.text("again") {
        let refused = vec![Refused::new(Kind::Invalid, "password-differs").at("again")];
        return draw(&app, v, &who, false, refused).await;
    }
    let known = who.user.password_hash.clone();
    let turn = HASHING.acquire().await.map_err(Failure::broken)?;
    let hashed = web::block(move || {
        let right = known.as_deref().is_none_or(|hash| password::verify(&old, Some(hash)));
        right.then(|| password::hash(&new))
    });
    let hashed = hashed.await.map_err(Failure::broken)?;
    drop(turn);
    let refused = match hashed {
        None => Refused::new(Kind::Invalid, "password-wrong").at("old"),
        Some(Err(error @ Error::WeakPassword)) => error.refusal(),
        Some(Err(error)) => return Err(error.into()),
        Some(Ok(hash)) => {
            let tx = db::begin(&app.db).await?;
            account::set_password(&tx, who.id(), hash, v.now).await?;
            account::end_all(&tx, who.id(), Some(who.session), v.now).await?;
            tx.commit().await?;
            return draw(&app, v, &who, true, Vec::new()).await;
        }
    };
    draw(&app, v, &who, false, vec![refused]).await
}
