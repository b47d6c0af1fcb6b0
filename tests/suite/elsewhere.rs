//! Accounts elsewhere: a made-up body that knows people, and voters whom it knows.

use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, rt, web};
use data_encoding::BASE64URL_NOPAD;
use hoithi::contest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::story::{STAGE, stage};
use crate::support::{Browser, both};

/// What the body says of the next account, and what it was asked.
#[derive(Default)]
struct Told {
    claims: Value,
    form: Vec<(String, String)>,
}

type Shared = Arc<Mutex<Told>>;

/// Starts the body; its address.
fn body(told: Shared) -> (String, actix_web::dev::ServerHandle) {
    let place = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", place.local_addr().unwrap());
    let own = issuer.clone();
    let make = move || {
        let (issuer, told) = (own.clone(), Arc::clone(&told));
        let about = move || {
            let issuer = issuer.clone();
            async move {
                HttpResponse::Ok().json(json!({
                    "issuer": issuer,
                    "authorization_endpoint": format!("{issuer}/authorize"),
                    "token_endpoint": format!("{issuer}/token"),
                }))
            }
        };
        let token = move |form: web::Form<Vec<(String, String)>>| {
            let mut told = told.lock().unwrap();
            told.form = form.into_inner();
            let claims = BASE64URL_NOPAD.encode(told.claims.to_string().as_bytes());
            async move { HttpResponse::Ok().json(json!({ "id_token": format!("e30.{claims}.x") })) }
        };
        App::new()
            .route("/.well-known/openid-configuration", web::get().to(about))
            .route("/token", web::post().to(token))
    };
    let server = HttpServer::new(make).workers(1).listen(place).unwrap().run();
    let handle = server.handle();
    rt::spawn(server);
    (issuer, handle)
}

/// Goes to the body from a work; the questions that it is asked.
async fn there(browser: &mut Browser, code: &str) -> Vec<(String, String)> {
    let answer = browser.get(&format!("/accounts/there?then=/entries/{code}")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let place = answer.location.unwrap();
    serde_urlencoded::from_str(place.split_once('?').unwrap().1).unwrap()
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    &pairs.iter().find(|(key, _)| key == name).unwrap().1
}

both! {
    #[expect(clippy::too_many_lines, reason = "one story from the first question to the counted vote")]
    async fn voters_whom_another_body_knows_vote_once_wherever_they_sign_in(site: Site) {
        let told = Shared::default();
        let (issuer, handle) = body(Arc::clone(&told));
        let mut config = (*site.app.config).clone();
        config.account.issuer = issuer.clone();
        config.account.client_id = "hoithi".to_owned();
        site.configured(config).await;
        let rule = "voting: { phase: vote, level: account, limit: { in_all: 1 } }";
        let codes = stage(site, rule, &["Một", "Hai"]).await;
        let now = site.app.clock.now().micros() / 1_000_000;
        let claims = |subject: &str, nonce: &str| {
            json!({ "iss": issuer, "sub": subject, "aud": "hoithi", "exp": now + 600, "nonce": nonce })
        };
        let vote = async |browser: &mut Browser, code: &str| {
            let answer = browser.post_for_json(&format!("/entries/{code}/vote"), &[]).await.json();
            answer["errors"][0]["code"].as_str().unwrap_or("counted").to_owned()
        };
        let known = async |code: &str| {
            let mut browser = site.browser();
            browser.get(&format!("/entries/{code}")).await;
            browser
        };
        let mut one = known(&codes[0]).await;
        let unproved = vote(&mut one, &codes[0]).await;

        let asked = there(&mut one, &codes[0]).await;
        told.lock().unwrap().claims = claims("person-1", find(&asked, "nonce"));
        let back = format!("/accounts/back?code=abc&state={}", find(&asked, "state"));
        let stranger = site.browser().get(&back).await.status;
        let home = one.get(&back).await;
        let form = told.lock().unwrap().form.clone();
        let first = vote(&mut one, &codes[0]).await;
        let mut other = known(&codes[1]).await;
        let again = there(&mut other, &codes[1]).await;
        told.lock().unwrap().claims = claims("person-1", find(&again, "nonce"));
        other.get(&format!("/accounts/back?code=abc&state={}", find(&again, "state"))).await;
        let second = vote(&mut other, &codes[1]).await;

        assert_eq!(unproved, "vote-needs-account");
        assert_eq!(find(&asked, "redirect_uri"), "http://localhost/accounts/back");
        assert_eq!(stranger, StatusCode::FORBIDDEN);
        assert_eq!(home.location, Some(format!("/entries/{}", codes[0])));
        let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(find(&form, "code_verifier")));
        assert_eq!(find(&asked, "code_challenge"), challenge);
        assert_eq!((first.as_str(), second.as_str()), ("counted", "no-votes-left"));
        for (name, wrong) in [
            ("aud", json!("other")),
            ("iss", json!("http://elsewhere")),
            ("nonce", json!("another")),
            ("exp", json!(now)),
            ("sub", json!("")),
        ] {
            let mut third = known(&codes[0]).await;
            let asked = there(&mut third, &codes[0]).await;
            let mut claims = claims("person-2", find(&asked, "nonce"));
            claims[name] = wrong;
            told.lock().unwrap().claims = claims;
            let back = format!("/accounts/back?code=abc&state={}", find(&asked, "state"));
            assert_eq!(third.get(&back).await.status, StatusCode::FORBIDDEN, "{name}");
            assert_eq!(vote(&mut third, &codes[0]).await, "vote-needs-account", "{name}");
        }
        let id = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        site.app.votes.settle(id, site.app.clock.now()).await.unwrap();
        let levels = hoithi::voting::statement(&site.app.db, id).await.unwrap();
        assert_eq!(levels, [("counted-l3".to_owned(), 1)].into());
        handle.stop(false).await;
    }
}
