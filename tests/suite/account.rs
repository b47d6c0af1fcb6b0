//! People: signing in and out.

use actix_web::http::StatusCode;
use hoithi::account::{self, password};
use hoithi::web::pages::session::first_link;

use crate::support::both;

both! {
    async fn a_code_from_the_letter_signs_in_once_and_only_in_its_browser(site: Site) {
        let (mut mine, mut other) = (site.browser(), site.browser());
        other.get("/session/new").await;
        mine.post("/session/code", &[("email", "An@Example.vn"), ("then", "/x")]).await;
        site.work().await;
        let letter = site.letters().remove(0);
        let code = letter.body.lines().next().unwrap().split(": ").nth(1).unwrap().to_owned();
        let form = [("email", "an@example.vn"), ("code", code.as_str()), ("then", "/x")];

        let stranger = other.post("/session", &form).await;
        let first = mine.post("/session", &form).await;
        let second = mine.clone().post("/session", &form).await;

        assert_eq!(letter.to, "an@example.vn");
        assert_eq!(stranger.status, StatusCode::OK);
        assert_eq!(first.location.as_deref(), Some("/x"));
        assert_eq!(second.status, StatusCode::OK);
    }

    async fn a_code_bears_five_wrong_tries(site: Site) {
        let mut browser = site.browser();
        browser.post("/session/code", &[("email", "an@example.vn")]).await;
        site.work().await;
        let code = site.letters().remove(0).body.lines().next().unwrap().split(": ").nth(1).unwrap().to_owned();
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            let answer = browser.post("/session", &[("email", "an@example.vn"), ("code", wrong)]).await;
            assert_eq!(answer.all(".danger").len(), 1);
        }

        let answer = browser.post("/session", &[("email", "an@example.vn"), ("code", &code)]).await;

        assert_eq!(answer.status, StatusCode::OK);
    }

    async fn a_second_code_has_to_wait_half_a_minute(site: Site) {
        let mut browser = site.browser();
        browser.post("/session/code", &[("email", "an@example.vn")]).await;
        browser.post("/session/code", &[("email", "an@example.vn")]).await;
        site.work().await;
        assert_eq!(site.letters().len(), 1);

        site.set_clock("2026-04-01T01:00:31Z");
        browser.post("/session/code", &[("email", "an@example.vn")]).await;
        site.work().await;

        assert_eq!(site.letters().len(), 1);
    }

    async fn the_first_administrator_comes_by_a_link_that_works_once(site: Site) {
        let link = first_link(&site.app).await.unwrap().unwrap();
        let path = link.strip_prefix("http://localhost").unwrap();
        let form = [("name", "Trần Thị Hương"), ("email", "huong@example.vn")];

        assert_eq!(site.browser().get(path).await.status, StatusCode::OK);
        let first = site.browser().post(path, &form).await;
        let second = site.browser().post(path, &form).await;

        assert_eq!(first.location.as_deref(), Some("/desk"));
        assert_eq!(second.status, StatusCode::GONE);
        let user = account::by_email(&site.app.db, "huong@example.vn").await.unwrap().unwrap();
        assert!(user.is_admin);
        assert_eq!(first_link(&site.app).await.unwrap(), None);
    }

    async fn signing_out_ends_the_session_and_not_only_the_cookie(site: Site) {
        let mut browser = site.signed_in("an@example.vn").await;
        let mut copy = browser.clone();
        browser.post("/session/destroy", &[]).await;

        let answer = copy.post("/session/destroy", &[]).await;

        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }

    async fn signing_in_leads_nowhere_but_to_this_site(site: Site) {
        let mut browser = site.signed_in("an@example.vn").await;
        for then in ["//evil.example", "https://evil.example", "/\\evil.example"] {
            let answer = browser.get(&format!("/session/new?then={then}")).await;
            assert_eq!(answer.location.as_deref(), Some("/desk"), "{then}");
        }
    }
}

#[test]
fn passwords_are_judged_by_length_and_by_what_everybody_tries() {
    for weak in [
        "short",
        "matkhau123456",
        "Công Đoàn 2026",
        "123456123456",
        "hoithi2026!!",
        "9c8hQ2vnB7yT4k",
    ] {
        assert!(password::check(weak).is_err(), "{weak}");
    }
    for good in ["trời xanh mây trắng", "con ngựa pin ghim đúng", "9c8hQ2vnB7yT4kd"] {
        assert!(password::check(good).is_ok(), "{good}");
    }
}

#[test]
fn a_password_is_known_again_and_no_password_is_never_right() {
    let hash = password::hash("trời xanh mây trắng").unwrap();

    assert!(password::verify("trời xanh mây trắng", Some(&hash)));
    assert!(!password::verify("trời xanh mây đen", Some(&hash)));
    assert!(!password::verify("nobody", None));
}

#[test]
fn addresses_have_one_form() {
    assert_eq!(account::email(" An.Tran@Example.VN ").unwrap(), "an.tran@example.vn");
    for none in ["", "an", "an@", "@b.vn", "a b@c.vn", "a@b", "a@b@c.vn", "a@.vn"] {
        assert!(account::email(none).is_err(), "{none}");
    }
}
