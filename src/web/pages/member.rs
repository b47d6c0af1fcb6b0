//! The code on a voter's slip: typed, or opened by its QR code.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::entry::code::{grouped, meant};
use crate::refusal::{Kind, Refused};
use crate::voting::members;
use crate::web::form::Form;
use crate::web::member::{Member, hash};
use crate::web::{Failure, Result, View, page, see_other};
use crate::{contest, db};

/// The form.
#[derive(Template)]
#[template(path = "member/new.html")]
pub struct New {
    /// Who looks.
    pub v: View,
    /// Where to after it.
    pub then: String,
    /// What was typed.
    pub code: String,
    /// What is wrong.
    pub refused: Option<Refused>,
}

/// Where somebody came from.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    /// The page.
    #[serde(default)]
    then: String,
}

/// A page of a work; anything else is not gone to.
pub(super) fn work(then: &str) -> Option<&str> {
    let code = then.strip_prefix("/entries/")?;
    code.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(then)
}

/// Asks for the code.
///
/// # Errors
/// None.
pub async fn new(v: View, from: web::Query<From>) -> Result {
    let then = work(&from.then).unwrap_or_default().to_owned();
    page(&New { v, then, code: String::new(), refused: None })
}

/// Takes a typed code.
///
/// # Errors
/// When the database fails; a code that nobody has is said beside it.
pub async fn create(app: web::Data<App>, v: View, form: Form) -> Result {
    let (typed, then) = (form.text("code"), form.text("then"));
    let then = work(then).unwrap_or_default().to_owned();
    match proved(&app, typed).await? {
        Some(member) => known(&app, member, &then).await,
        None => {
            let refused = Refused::new(Kind::NotFound, "member-unknown").at("code");
            page(&New { v, then, code: typed.to_owned(), refused: Some(refused) })
        }
    }
}

/// Opens the address of a slip: its code stands in the form, and one touch takes it. Opening changes
/// nothing: the preview in a chat uses no slip up.
///
/// # Errors
/// Not found where no slip has it.
pub async fn open(app: web::Data<App>, v: View, code: web::Path<String>) -> Result {
    let found = members::by_hash(&app.db, &hash(&app, &code)).await?;
    found.ok_or_else(|| Failure::new(Kind::NotFound, "member-unknown"))?;
    page(&New { v, then: String::new(), code: grouped(&meant(&code)), refused: None })
}

/// The place that a code proves, which is used from now on. Only the first use writes.
async fn proved(app: &App, code: &str) -> std::result::Result<Option<Member>, Failure> {
    let hash = hash(app, code);
    let Some((contest, number, used)) = members::by_hash(&app.db, &hash).await? else {
        return Ok(None);
    };
    if used {
        return Ok(Some(Member { contest, number }));
    }
    let tx = db::begin(&app.db).await?;
    let found = members::used(&tx, &hash, app.clock.now()).await?;
    tx.commit().await?;
    Ok(found.map(|(contest, number)| Member { contest, number }))
}

async fn known(app: &App, member: Member, then: &str) -> Result<HttpResponse> {
    let contest = contest::by_id(&app.db, member.contest).await?;
    let gallery = format!("/contests/{}/gallery", contest.slug());
    let mut answer = see_other(if then.is_empty() { &gallery } else { then });
    answer.add_cookie(&member.cookie(app)).map_err(Failure::broken)?;
    let private = HeaderValue::from_static("private, no-store");
    answer.headers_mut().insert(CACHE_CONTROL, private);
    Ok(answer)
}
