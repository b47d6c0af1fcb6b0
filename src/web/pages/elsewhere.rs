//! The way to an account elsewhere and back.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::member::work;
use crate::app::App;
use crate::refusal::Kind;
use crate::web::{Failure, Result, View, oidc, see_other};

/// Where somebody came from.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    /// The page.
    #[serde(default)]
    then: String,
}

fn private(mut answer: HttpResponse) -> HttpResponse {
    let private = HeaderValue::from_static("private, no-store");
    answer.headers_mut().insert(CACHE_CONTROL, private);
    answer
}

/// Sends somebody to the other body.
///
/// # Errors
/// Not found where there is none; unavailable when it cannot be reached.
pub async fn there(app: web::Data<App>, v: View, from: web::Query<From>) -> Result {
    let rule = &app.config.account;
    if rule.issuer.is_empty() {
        return Err(Failure::new(Kind::NotFound, "nothing-here"));
    }
    let then = work(&from.then).unwrap_or("/");
    match oidc::there(&app, rule, then, v.now).await {
        Ok((place, cookie)) => {
            let mut answer = see_other(&place);
            answer.add_cookie(&cookie).map_err(Failure::broken)?;
            Ok(private(answer))
        }
        Err(error) => {
            tracing::warn!("the body of accounts cannot be asked: {error}");
            Err(Failure::new(Kind::Unavailable, "account-unreachable"))
        }
    }
}

/// What the other body sends along.
#[derive(Debug, Deserialize)]
pub struct Back {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

/// Takes somebody back who comes from the other body.
///
/// # Errors
/// Forbidden to whoever did not go there from here; unavailable when the other body cannot be asked.
pub async fn back(
    (app, request): (web::Data<App>, HttpRequest),
    v: View,
    told: web::Query<Back>,
) -> Result {
    let way = oidc::way(&request, &app, &told.state, v.now);
    let way = way.filter(|_| !told.code.is_empty());
    let way = way.ok_or_else(|| Failure::new(Kind::Forbidden, "account-unknown"))?;
    match oidc::known(&app, &app.config.account, (&way, &told.code), v.now).await {
        Ok(cookie) => {
            let mut answer = see_other(&way.then);
            answer.add_cookie(&cookie).map_err(Failure::broken)?;
            Ok(private(answer))
        }
        Err(error) => {
            tracing::warn!("an account elsewhere was not told: {error}");
            Err(Failure::new(Kind::Forbidden, "account-unknown"))
        }
    }
}
