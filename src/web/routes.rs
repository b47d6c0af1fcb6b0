//! Every address, in one table.

use actix_web::web::{self, ServiceConfig};

use super::{assets, pages};

/// Puts every address in its place.
pub fn table(site: &mut ServiceConfig) {
    site.route("/static/{name:.*}", web::get().to(assets::show))
        .route("/health/live", web::get().to(pages::health::live))
        .route("/health/ready", web::get().to(pages::health::ready));
}
