//! The web: HTTP in, pages and JSON out. A handler opens, proves, acts, commits and answers.

pub mod address;
pub mod assets;
pub mod cache;
pub mod error;
pub mod form;
pub mod group;
pub mod member;
pub mod metrics;
pub mod node;
pub mod oidc;
pub mod organised;
pub mod parcel;
pub mod pdf;
pub mod resume;
pub mod routes;
pub mod signed;
pub mod slow;
pub mod view;
pub mod work;

mod guard;
mod middleware;
pub mod pages;
mod swift;

use std::time::Duration;

use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::{NormalizePath, TrailingSlash, from_fn};
use actix_web::{App as Site, HttpResponse, HttpServer, web};
use anyhow::Context;
use askama::Template;

pub use error::Failure;
pub use view::View;

use crate::app::App;

/// What a handler answers.
pub type Result<T = HttpResponse> = std::result::Result<T, Failure>;

/// Header of an answer that nobody keeps.
pub const UNKEPT: (HeaderName, HeaderValue) =
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

/// Most bytes of a body that is read whole into memory before anybody looks at it: votes from another
/// node, and what witnesses are sent. Forms and files are read piece by piece.
const MOST_AT_ONCE: usize = 64 << 10;

/// The whole site as a service: every route, and what surrounds them. All threads share `kept`, so
/// that a page is drawn once and not once for each.
pub fn site(
    app: App,
    kept: web::Data<cache::Kept>,
) -> Site<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl actix_web::body::MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    Site::new()
        .app_data(kept)
        .app_data(web::Data::new(app))
        .app_data(web::PayloadConfig::new(MOST_AT_ONCE))
        .configure(routes::table)
        .default_service(web::to(error::nothing_here))
        .wrap(NormalizePath::new(TrailingSlash::Trim))
        .wrap(from_fn(middleware::patient))
        .wrap(from_fn(middleware::same_origin))
        .wrap(from_fn(middleware::only_read))
        .wrap(from_fn(middleware::said))
}

/// Begins to serve the site. What is returned runs until its handle stops it; then what has begun
/// may end.
///
/// # Errors
/// When the address cannot be listened on.
pub fn serve(app: App) -> anyhow::Result<Server> {
    let server = app.config.server.clone();
    let kept = web::Data::new(cache::Kept::default());
    let mut http = HttpServer::new(move || site(app.clone(), kept.clone()))
        .client_request_timeout(Duration::from_secs(5))
        .keep_alive(Duration::from_secs(30))
        .shutdown_timeout(20)
        .disable_signals();
    if server.threads > 0 {
        http = http.workers(server.threads);
    }
    let http = http.bind(&server.listen);
    Ok(http.with_context(|| format!("nobody can listen on {}", server.listen))?.run())
}

/// A page for one person: never kept by anybody.
///
/// # Errors
/// When the template cannot be drawn.
pub fn page(template: &impl Template) -> Result {
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("Cache-Control", "private, no-store"))
        .body(template.render().map_err(Failure::broken)?))
}

/// The way on after a form was done.
#[must_use]
pub fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("Location", to)).finish()
}
