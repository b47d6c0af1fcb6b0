//! One's own account: the name, browsers in which one is signed in, the password.

use actix_web::{HttpResponse, web};
use askama::Template;
use entity::id::SessionId;
use entity::{crew, entry as row, session};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use crate::account::{self, Error, password};
use crate::app::App;
use crate::entry::{self, Author};
use crate::judging::Judge;
use crate::refusal::{Kind, Refusal, Refused};
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page, see_other};
use crate::{contest, db, unit};

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

/// Everything that we hold about whoever is signed in, as a file: the account, where they are
/// signed in, offices, parts in contests, seats, and every entry of theirs.
///
/// # Errors
/// When the database fails.
pub async fn export(app: web::Data<App>, v: View, who: Signed) -> Result {
    let (db, user) = (&app.db, &who.user);
    let sessions = account::list(db, who.id(), v.now).await?;
    let offices = unit::offices(db, who.id(), v.now).await?;
    let parts = crew::Entity::find().filter(crew::Column::UserId.eq(who.id())).all(db).await?;
    let seats = Judge::all(db, who.id()).await?;
    let contests = parts.iter().map(|part| part.contest_id);
    let contests = contests.chain(seats.iter().map(|seat| seat.round.contest_id));
    let contests = contest::by_ids(db, contests).await?;
    let title = |id| {
        let found = contests.iter().find(|contest| contest.id() == id);
        found.map(|contest| contest.definition.title.read(v.lang.is_english()).to_owned())
    };
    let rows = row::Entity::find()
        .filter(row::Column::AuthorId.eq(who.id()))
        .order_by_asc(row::Column::CreatedAt)
        .all(db)
        .await?;
    let mut entries = Vec::new();
    for row in rows {
        let author = Author::of(db, row, Some(who.id()), None, v.now).await?;
        entries.push(entry::export(db, &author).await?);
    }
    let all = json!({
        "account": {
            "name": user.name, "email": user.email, "lang": user.lang,
            "has_password": user.password_hash.is_some(), "created_at": user.created_at,
        },
        "sessions": sessions.iter().map(|row| json!({
            "device": row.device, "opened_at": row.created_at, "seen_at": row.seen_at,
        })).collect::<Vec<_>>(),
        "offices": offices.iter().map(|(office, unit)| json!({
            "unit": unit.name, "role": office.role, "since": office.valid_from,
        })).collect::<Vec<_>>(),
        "parts": parts.iter().map(|part| json!({
            "contest": title(part.contest_id), "role": part.role,
            "since": part.granted_at, "until": part.ended_at,
        })).collect::<Vec<_>>(),
        "seats": seats.iter().map(|judge| json!({
            "contest": title(judge.round.contest_id), "round": judge.round.key,
        })).collect::<Vec<_>>(),
        "entries": entries,
    });
    let name = "attachment; filename=\"hoithi-du-lieu.json\"";
    Ok(HttpResponse::Ok()
        .insert_header(("Content-Disposition", name))
        .insert_header(("Cache-Control", "private, no-store"))
        .json(all))
}
