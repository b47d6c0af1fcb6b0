//! Every address, in one table.

use actix_web::web::{self, ServiceConfig};

use super::{assets, pages};

/// Puts every address in its place.
pub fn table(site: &mut ServiceConfig) {
    site.route("/static/{name:.*}", web::get().to(assets::show))
        .route("/health/live", web::get().to(pages::health::live))
        .route("/health/ready", web::get().to(pages::health::ready))
        .route("/preferences", web::post().to(pages::session::preferences))
        .route("/session/new", web::get().to(pages::session::new))
        .route("/session/code", web::post().to(pages::session::code))
        .route("/session", web::post().to(pages::session::create))
        .route("/session/destroy", web::post().to(pages::session::destroy))
        .route("/setup/{token}", web::get().to(pages::session::setup))
        .route("/setup/{token}", web::post().to(pages::session::take));
}
