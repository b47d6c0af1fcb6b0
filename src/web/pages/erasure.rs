//! Erasing people: on their own word, or by whoever runs the site at their request.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use entity::id::UserId;
use sea_orm::DatabaseTransaction;

use super::account::draw;
use super::letter::admin;
use super::receipt::own::clear;
use crate::app::App;
use crate::entry::{self, Author};
use crate::refusal::{Kind, Refusal, Refused};
use crate::web::form::Form;
use crate::web::signed::Signed;
use crate::web::{Failure, Result, View, page};
use crate::{account, contact, contest, db, judging, letters, results};

/// What is said once somebody is erased.
#[derive(Template)]
#[template(path = "account/erased.html")]
pub struct Erased {
    /// Who looks.
    pub v: View,
    /// How many works were erased along.
    pub works: usize,
}

/// The desk on which people are erased at their request.
#[derive(Template)]
#[template(path = "account/erasures.html")]
pub struct Index {
    /// Who looks.
    pub v: View,
    /// What was typed.
    pub contact: String,
    /// How many works went with whoever was just erased.
    pub works: Option<usize>,
    /// What was wrong.
    pub refused: Vec<Refused>,
}

/// What is deleted from the store once the rows are: the work, its objects.
type Leavings = Vec<(entity::id::EntryId, Vec<String>)>;

/// Erases one's own account and everything that hangs on it.
///
/// # Errors
/// When the database fails; what stands in the way is said on the page.
pub async fn create(app: web::Data<App>, v: View, who: Signed, form: Form) -> Result {
    let own = who.user.email.clone().unwrap_or_else(|| who.user.name.clone());
    if contact::email(form.text("confirm")) != contact::email(&own) {
        let refused = Refused::new(Kind::Invalid, "erasure-not-confirmed").at("confirm");
        return draw(&app, v, &who, false, vec![refused]).await;
    }
    let tx = db::begin(&app.db).await?;
    hold(&tx, Some(who.id()), None).await?;
    match person(&tx, &v, who.id(), who.id()).await {
        Ok(left) => {
            tx.commit().await?;
            let works = left.len();
            sweep(&app, left).await;
            page(&Erased { v, works })
        }
        Err(failure) => {
            drop(tx);
            draw(&app, v, &who, false, failure.said()?).await
        }
    }
}

/// Shows the desk.
///
/// # Errors
/// Forbidden to anybody but administrators.
pub async fn index(app: web::Data<App>, v: View, who: Signed) -> Result {
    admin(&app, &who).await?;
    page(&Index { v, contact: String::new(), works: None, refused: Vec::new() })
}

/// Erases whoever is reached at an e-mail address or a telephone number: the account, and works
/// without one that name it.
///
/// # Errors
/// Forbidden to anybody but administrators; what stands in the way is said on the page.
pub async fn create_for(app: web::Data<App>, v: View, who: Signed, form: Form) -> Result {
    admin(&app, &who).await?;
    let contact = form.text("contact").to_owned();
    let mut desk = Index { v, contact, works: None, refused: Vec::new() };
    if !form.ticked("sure") {
        desk.refused.push(Refused::new(Kind::Invalid, "erasure-not-asked").at("sure"));
        return drawn(&desk);
    }
    let tx = db::begin(&app.db).await?;
    match at_contact(&tx, &desk.v, &contact::any(&desk.contact), who.id()).await {
        Ok(left) => {
            tx.commit().await?;
            desk.works = Some(left.len());
            desk.contact.clear();
            sweep(&app, left).await;
        }
        Err(failure) => {
            drop(tx);
            desk.refused = failure.said()?;
        }
    }
    drawn(&desk)
}

fn drawn(desk: &Index) -> Result {
    let mut answer = page(desk)?;
    if !desk.refused.is_empty() {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

/// Locks every contest in which something of theirs is, all at once and before anything is written.
async fn hold(tx: &DatabaseTransaction, user: Option<UserId>, contact: Option<&str>) -> Result<()> {
    let works = entry::of_person(tx, user, contact).await?;
    let mut contests = entry::contests(tx, works).await?;
    if let Some(user) = user {
        contests.extend(judging::judged_by(tx, user).await?);
    }
    Ok(contest::lock_all(tx, &contests).await?)
}

/// Erases an account with its works, parts, letters and complaints.
async fn person(tx: &DatabaseTransaction, v: &View, id: UserId, by: UserId) -> Result<Leavings> {
    account::leaving(tx, id).await?;
    if let Some(held) = judging::leave_all(tx, id, by, v.now).await? {
        let title = held.definition.title.read(v.lang.is_english());
        let refused = Refused::new(Kind::Conflict, "account-seated").with("contest", title);
        return Err(Failure::of(refused));
    }
    let mut left = Vec::new();
    for row in entry::of_person(tx, Some(id), None).await? {
        let author = Author::of(tx, row, Some(id), None, v.now).await?;
        left.push(work(tx, v, &author).await?);
    }
    contest::leave_all(tx, id, v.now).await?;
    if let Some(address) = account::erase(tx, id, by, v.now).await? {
        letters::forget(tx, &address).await?;
        results::complaint::forget(tx, &address).await?;
    }
    Ok(left)
}

/// Erases whoever an address or a telephone number, in its one form, leads to.
async fn at_contact(
    tx: &DatabaseTransaction,
    v: &View,
    contact: &str,
    by: UserId,
) -> Result<Leavings> {
    let unknown = || Failure::of(account::Error::Unknown.refusal().at("contact"));
    if contact.is_empty() {
        return Err(unknown());
    }
    let known = account::by_email(tx, contact).await?;
    let is_known = known.is_some();
    hold(tx, known.as_ref().map(|user| user.id), Some(contact)).await?;
    let mut left = match known {
        Some(user) => person(tx, v, user.id, by).await?,
        None => Vec::new(),
    };
    for row in entry::of_person(tx, None, Some(contact)).await? {
        let author = Author::at_request(tx, row, by).await?;
        left.push(work(tx, v, &author).await?);
    }
    letters::forget(tx, contact).await?;
    results::complaint::forget(tx, contact).await?;
    if left.is_empty() && !is_known { Err(unknown()) } else { Ok(left) }
}

async fn work(
    tx: &DatabaseTransaction,
    v: &View,
    author: &Author,
) -> Result<(entity::id::EntryId, Vec<String>)> {
    let keys = entry::erase(tx, author, v.now).await?;
    results::award::forget(tx, author.id()).await?;
    Ok((author.id(), keys))
}

async fn sweep(app: &App, left: Leavings) {
    for (entry, keys) in left {
        clear(app, entry, &keys).await;
    }
}
