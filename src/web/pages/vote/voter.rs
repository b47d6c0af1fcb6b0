//! Who votes: what is known of a voter, and by which key they are told from others.

use actix_web::HttpRequest;
use actix_web::http::header;
use entity::id::ContestId;

use crate::app::App;
use crate::contest::definition::{Level, Work};
use crate::voting::{Person, Proof, Trace};
use crate::web::address;
use crate::web::group::Group;
use crate::web::member::Member;
use crate::web::oidc;
use crate::web::resume::Resume;
use crate::web::signed::{Browser, MaybeSigned, Signed};

/// What is known of a voter: the most that they proved, where the contest asks for anything. Where
/// a browser is enough, it votes, and nothing else that would make the same person another voter;
/// unless it has to work, or lacks the link: whoever proved more is spared that.
pub(in crate::web::pages) fn proof(
    app: &App,
    (contest, asked, rule): (ContestId, Level, Work),
    who: &MaybeSigned,
    (request, browser): (&HttpRequest, &Browser),
) -> Proof {
    let group = Group::of_request(request, app, contest, app.clock.now());
    let link = group.map(|group| (group.number, group.quota));
    let with = |domain: &str, of: &[u8], level: Level| Proof {
        key: app.key.hash(domain, &[contest.0.as_bytes(), of]),
        level,
        person: person(app, request, who),
        link,
        worked: true,
        trace: traced(app, request, contest),
    };
    let lacks_link = asked == Level::GroupLink && link.is_none();
    if asked >= Level::Code || rule != Work::Never || lacks_link {
        if let Some(member) = Member::of_request(request, app, contest) {
            return with("voter-member", &member.number.to_be_bytes(), Level::Member);
        }
        if let Some(account) = oidc::account(request, app, app.clock.now()) {
            return with("voter-account", &account, Level::Account);
        }
        if let Some(signed) = &who.0 {
            return with("voter", signed.id().0.as_bytes(), Level::Code);
        }
    }
    let level = if link.is_some() { Level::GroupLink } else { Level::Device };
    with("voter", &browser.hash(app, "vote"), level)
}

/// By what the voter's own works are known.
fn person(app: &App, request: &HttpRequest, who: &MaybeSigned) -> Person {
    let email = who.0.as_ref().and_then(|signed| signed.user.email.as_deref());
    let entered = Resume::known(request, app).map(|resume| resume.hash(app));
    Person::of(who.0.as_ref().map(Signed::id), email, entered)
}

/// What is kept for a while of where a request came from.
pub(super) fn traced(app: &App, request: &HttpRequest, contest: ContestId) -> Trace {
    let agent = request.headers().get(header::USER_AGENT).map(header::HeaderValue::as_bytes);
    Trace::seen(agent, address::of(request), |bytes| {
        app.key.hash("vote-network", &[contest.0.as_bytes(), bytes])
    })
}
