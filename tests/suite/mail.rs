//! Letters over SMTP, to a server that speaks back.

use entity::letter::{self, State};
use hoithi::mail::{Config, Mailer, Way};
use sea_orm::EntityTrait;

use crate::support::smtp::Smtp;
use crate::support::{Browser, Site, both};

/// The site sends over a mail server whose users' names are addresses, and whose password is in a
/// file; a login is written wrong where `password` is not the server's.
fn over_smtp(site: &mut Site, password: &str) -> Smtp {
    let server = Smtp::start("hoithi@example.vn", "mật khẩu: 1@2");
    let file = site.app.config.data.folder.join("mail-password");
    std::fs::write(&file, format!("{password}\n")).unwrap();
    let way = Way::Smtp {
        url: format!("smtp://hoithi%40example.vn@{}", server.address),
        password_file: Some(file),
    };
    let config = Config { from: "Hội Thi <hoithi@example.vn>".to_owned(), way };
    site.app.mailer = Mailer::open(&config, &site.app.config.data.folder).unwrap();
    server
}

/// Asks for a code to this address, which a letter brings.
async fn ask(browser: &mut Browser, email: &str) {
    browser.post("/session/code", &[("email", email)]).await;
}

/// The letters' rows: address, state, tries.
async fn rows(site: &Site) -> Vec<(String, State, i32)> {
    let rows = letter::Entity::find().all(&site.app.db).await.unwrap();
    rows.into_iter().map(|row| (row.recipient, row.state, row.tries)).collect()
}

both! {
    async fn a_letter_reaches_the_mail_server_whole_and_its_code_signs_in(site: Site) {
        let server = over_smtp(site, "mật khẩu: 1@2");
        let mut browser = site.browser();

        site.app.mailer.greet().await.expect("the server answers");
        ask(&mut browser, "an@example.vn").await;
        site.work().await;

        let taken = server.taken();
        assert_eq!(taken.len(), 1);
        let letter = &taken[0];
        let login = ("hoithi@example.vn".to_owned(), "mật khẩu: 1@2".to_owned());
        assert!(server.logins().iter().all(|tried| *tried == login), "{:?}", server.logins());
        assert_eq!((letter.from.as_str(), letter.to.as_str()), ("hoithi@example.vn", "an@example.vn"));
        let row = letter::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        assert!(letter.head.contains(&format!("Message-ID: {}", row.message_id)), "{}", letter.head);
        assert_eq!(letter.body.trim_end(), row.body.trim_end(), "diacritics and all");
        assert_eq!(rows(site).await, [("an@example.vn".to_owned(), State::Sent, 0)]);
        let code: String = letter.body.lines().next().unwrap().chars().filter(char::is_ascii_digit).collect();
        let inside = browser.post("/session", &[("email", "an@example.vn"), ("code", &code)]).await;
        assert_eq!(inside.location.as_deref(), Some("/desk"));
    }

    async fn what_a_server_takes_later_is_tried_later_and_sent_once(site: Site) {
        let server = over_smtp(site, "mật khẩu: 1@2");
        server.refuse("ban@example.vn", "451 4.7.1 greylisted");
        ask(&mut site.browser(), "ban@example.vn").await;

        site.work().await;
        let first = (server.offers("ban@example.vn"), rows(site).await);
        site.set_clock("2026-04-01T01:00:59Z");
        site.work().await;
        let early = server.offers("ban@example.vn");
        site.set_clock("2026-04-01T01:01:00Z");
        site.work().await;
        let second = server.offers("ban@example.vn");
        site.set_clock("2026-04-01T01:02:59Z");
        site.work().await;
        let longer = server.offers("ban@example.vn");
        server.accept("ban@example.vn");
        site.set_clock("2026-04-01T01:03:00Z");
        site.work().await;
        site.set_clock("2026-04-02T01:03:00Z");
        site.work().await;

        assert_eq!(first, (1, vec![("ban@example.vn".to_owned(), State::Queued, 1)]));
        assert_eq!((early, second, longer), (1, 2, 2), "a minute, then two");
        assert_eq!(server.taken().len(), 1);
        assert_eq!(rows(site).await, [("ban@example.vn".to_owned(), State::Sent, 2)]);
    }

    async fn what_a_server_refuses_is_given_up_and_shown_with_its_reason(site: Site) {
        site.admin("admin@example.vn").await;
        let inbox = site.app.mailer.clone();
        let server = over_smtp(site, "mật khẩu: 1@2");
        server.refuse("khong@example.vn", "550 5.1.1 no such mailbox");
        server.refuse("ban@example.vn", "451 4.7.1 greylisted");
        ask(&mut site.browser(), "khong@example.vn").await;
        ask(&mut site.browser(), "ban@example.vn").await;

        for hours in 0..13 {
            site.app.clock.set("2026-04-01T01:00:00Z".parse::<entity::instant::Instant>().unwrap().plus_seconds(hours * 6 * 3600));
            site.work().await;
        }
        site.app.mailer = inbox;
        let mut admin = site.signed_in("admin@example.vn").await;
        let page = admin.get("/desk/letters").await;

        assert_eq!((server.offers("khong@example.vn"), server.offers("ban@example.vn")), (1, 12));
        assert!(server.taken().is_empty());
        let shown: Vec<_> = page.all("tbody th").into_iter().zip(page.all("tbody td:nth-of-type(3)")).collect();
        let failed = |to: &str, tries: &str| (to.to_owned(), tries.to_owned());
        assert_eq!(shown, [failed("ban@example.vn", "12"), failed("khong@example.vn", "1")]);
        let reasons = page.all("tbody td small").join(" | ");
        assert!(reasons.contains("greylisted") && reasons.contains("no such mailbox"), "{reasons}");
        site.jobs_may_wait();
    }

    async fn a_wrong_password_of_ours_loses_no_letter(site: Site) {
        let server = over_smtp(site, "sai");
        ask(&mut site.browser(), "an@example.vn").await;

        assert!(site.app.mailer.greet().await.is_err());
        site.work().await;
        let refused = rows(site).await;
        let password = site.app.config.data.folder.join("mail-password");
        std::fs::write(&password, "mật khẩu: 1@2").unwrap();
        let url = format!("smtp://hoithi%40example.vn@{}", server.address);
        let config = Config { from: "hoithi@example.vn".to_owned(), way: Way::Smtp { url, password_file: Some(password) } };
        site.app.mailer = Mailer::open(&config, &site.app.config.data.folder).unwrap();
        site.set_clock("2026-04-01T01:01:00Z");
        site.work().await;

        assert_eq!(refused, [("an@example.vn".to_owned(), State::Queued, 1)]);
        assert_eq!(rows(site).await, [("an@example.vn".to_owned(), State::Sent, 1)]);
        assert_eq!(server.taken().len(), 1);
    }
}
