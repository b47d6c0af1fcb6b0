//! The crowd's way in: a touch for a vote is answered before it goes through the table of addresses
//! and all that surrounds other requests. What it does not know it leaves to the long way, at whose
//! end the same handler answers.

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::{Method, header};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};

use super::form::Form;
use super::guard::is_ours;
use super::pages::vote::Stamped;
use super::signed::{self, Browser, MaybeSigned};
use super::slow::{Patience, Patient};
use super::{Result, View, pages};
use crate::app::App;
use crate::entry::code;

/// What touches are counted under.
pub(super) const ROUTE: &str = "/entries/{code}/vote";

/// Most bytes of a touch.
const MOST: usize = 1024;

/// The answer to a touch; none where the request is something else.
pub(super) async fn vote(request: &mut ServiceRequest) -> Option<Result<HttpResponse>> {
    if *request.method() != Method::POST {
        return None;
    }
    let code = request.path().strip_prefix("/entries/")?.strip_suffix("/vote")?;
    let app = request.app_data::<web::Data<App>>()?.clone();
    if app.config.server.maintenance {
        return None;
    }
    let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // Where both are there, the transfer's own coding says how long the body is.
    if request.headers().contains_key(header::TRANSFER_ENCODING) {
        return None;
    }
    let length = request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?;
    let short = length.parse::<usize>().is_ok_and(|length| length <= MOST);
    if !plain || !short || !is_ours(request.headers(), &app.config.server.base_url) {
        return None;
    }
    let code = code::meant(code);
    let stamped = Stamped::now(&app);
    let body = Patient::new(request.take_payload(), Patience::USUAL);
    Some(touched(stamped, (&app, request.request()), &code, body).await)
}

async fn touched(
    stamped: Stamped,
    (app, http): (&App, &HttpRequest),
    code: &str,
    body: Patient<Payload>,
) -> Result {
    let form = Form::short(body, MOST).await?;
    let who = MaybeSigned(signed::who(http).await?);
    let browser = Browser::of(http, app);
    pages::vote::touched(stamped, (app, http), (View::brief(http), who, browser), (code, &form))
        .await
}
