//! Where a request comes from: the nearest address that is no proxy of ours.

use std::net::IpAddr;
use std::sync::Once;

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, web};

use crate::app::App;
use crate::config::Network;

/// The address of whoever sent the request, as far as proxies that are trusted tell it.
#[must_use]
pub fn of(request: &HttpRequest) -> Option<IpAddr> {
    let app = request.app_data::<web::Data<App>>();
    let trusted = app.map_or(&[][..], |app| &app.config.server.trusted_proxies);
    Some(client(peer(request)?, request.headers(), trusted))
}

/// The address at the other end of the connection.
pub(super) fn peer(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|peer| peer.ip().to_canonical())
}

/// The peer's address, or, when the peer is a trusted proxy, the rightmost address of
/// `X-Forwarded-For` that is none. What stands further left was written by somebody who is not
/// trusted.
#[must_use]
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_proxy = |address| trusted.iter().any(|network| network.contains(address));
    if !is_proxy(peer) {
        return peer;
    }
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").filter_map(|line| line.to_str().ok()).collect();
    let mut hops: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).collect();
    let mut nearest = peer;
    while is_proxy(nearest) {
        let Some(hop) = hops.pop().and_then(|hop| hop.trim().parse::<IpAddr>().ok()) else {
            break;
        };
        nearest = hop.to_canonical();
    }
    nearest
}

/// Says once when a proxy is not believed, which operators find out late otherwise.
pub(super) fn check(peer: IpAddr, is_proxy: bool, headers: &HeaderMap) {
    static SAID: Once = Once::new();
    if !is_proxy && headers.contains_key("x-forwarded-for") {
        SAID.call_once(|| {
            tracing::warn!(
                %peer,
                "requests arrive with X-Forwarded-For from an address that is not in \
                 server.trusted_proxies; the header is not believed"
            );
        });
    }
}
