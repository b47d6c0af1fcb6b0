//! Who votes: what is known of a voter, and by which key they are told from others.

use actix_web::HttpRequest;
use actix_web::http::header;
use entity::id::ContestId;

use crate::app::App;
use crate::contest::definition::{Level, Work};
use crate::voting::{Proof, Trace};
use crate::web::address;
use crate::web::group::Group;
use crate::web::member::Member;
use crate::web::oidc;
use crate::web::signed::{Browser, MaybeSigned, Signed};

/// What is known of a voter, at the level that the contest asks for. Where browsers have to work
/// before they vote, who is signed in votes by the account instead.
pub(in crate::web::pages) fn proof(
    app: &App,
    (contest, asked, rule): (ContestId, Level, Work),
    who: &MaybeSigned,
    (request, browser): (&HttpRequest, &Browser),
) -> Proof {
    let trace = traced(app, request, contest);
    let group = Group::of_request(request, app, contest, app.clock.now());
    let link = group.map(|group| (group.number, group.quota));
    if asked == Level::Member
        && let Some(member) = Member::of_request(request, app, contest)
    {
        let number = member.number.to_be_bytes();
        return Proof {
            key: app.key.hash("voter-member", &[contest.0.as_bytes(), &number]),
            level: Level::Member,
            user: who.0.as_ref().map(Signed::id),
            link,
            worked: true,
            trace,
        };
    }
    if asked == Level::Account
        && let Some(account) = oidc::account(request, app, app.clock.now())
    {
        return Proof {
            key: app.key.hash("voter-account", &[contest.0.as_bytes(), &account]),
            level: Level::Account,
            user: who.0.as_ref().map(Signed::id),
            link,
            worked: true,
            trace,
        };
    }
    let device = Proof {
        key: app.key.hash("voter", &[contest.0.as_bytes(), &browser.hash(app, "vote")]),
        level: if link.is_some() { Level::GroupLink } else { Level::Device },
        user: who.0.as_ref().map(Signed::id),
        link,
        worked: true,
        trace,
    };
    match &who.0 {
        Some(signed) if asked >= Level::Code || rule != Work::Never => {
            by_account(app, contest, signed, device)
        }
        _ => device,
    }
}

/// What is kept for a while of where a request came from.
pub(super) fn traced(app: &App, request: &HttpRequest, contest: ContestId) -> Trace {
    let agent = request.headers().get(header::USER_AGENT).map(header::HeaderValue::as_bytes);
    Trace::seen(agent, address::of(request), |bytes| {
        app.key.hash("vote-network", &[contest.0.as_bytes(), bytes])
    })
}

/// What somebody who is signed in has proved, in place of their browser.
fn by_account(app: &App, contest: ContestId, signed: &Signed, proof: Proof) -> Proof {
    let key = app.key.hash("voter", &[contest.0.as_bytes(), signed.id().0.as_bytes()]);
    Proof { key, level: Level::Code, user: Some(signed.id()), ..proof }
}
