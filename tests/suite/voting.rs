//! Voting, through the doors: who may, how often, and what the public sees of it.

use actix_web::http::StatusCode;
use hoithi::{contest, db};

use super::story::{STAGE, Work, enter, seat, stage, vote};
use crate::support::{Answer, Browser, Site, both};

/// A browser that has been here, so that it can vote.
async fn known(site: &Site, code: &str) -> Browser {
    let mut browser = site.browser();
    browser.get(&format!("/entries/{code}")).await;
    browser
}

async fn cast(browser: &mut Browser, code: &str) -> Answer {
    browser.post_for_json(&format!("/entries/{code}/vote"), &[]).await
}

fn code_of(answer: &Answer) -> String {
    answer.json()["errors"][0]["code"].as_str().unwrap_or("counted").to_owned()
}

/// What the work's page says of its votes; none where it says nothing.
async fn shown(site: &Site, code: &str) -> Option<String> {
    let page = site.browser().get(&format!("/entries/{code}")).await;
    assert_eq!(page.status, StatusCode::OK);
    page.all(".count").pop()
}

fn told(count: u32) -> Option<String> {
    Some(format!("{count} lượt bình chọn"))
}

/// Votes as whoever runs the contest reads them: work and count.
async fn counted(site: &Site) -> Vec<(String, u32)> {
    // Codes are sent to an address once a minute: each look is that of another officer.
    static LOOKS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let look = LOOKS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let mut officer = site.leads("ldld-thi-diem", &format!("dem-{look}@example.vn")).await;
    let sheet = officer.get(&format!("/desk/contests/{STAGE}/exports/votes.csv")).await;
    let text = sheet.text().trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        (row[2].to_owned(), row[3].parse().expect("a number"))
    });
    rows.collect()
}

fn votes(of: &[(&str, u32)]) -> Vec<(String, u32)> {
    of.iter().map(|(title, count)| ((*title).to_owned(), *count)).collect()
}

both! {
    async fn one_vote_for_each_work_and_the_same_again_is_the_same_receipt(site: Site) {
        let codes = stage(site, "voting: { phase: vote }", &["Một", "Hai"]).await;
        let mut browser = known(site, &codes[0]).await;

        let first = cast(&mut browser, &codes[0]).await;
        let again = cast(&mut browser, &codes[0]).await;
        let other = cast(&mut browser, &codes[1]).await;

        assert_eq!((first.json()["again"] == false, again.json()["again"] == true), (true, true));
        assert_eq!(first.json()["receipt"], again.json()["receipt"]);
        assert_ne!(first.json()["receipt"], other.json()["receipt"]);
        assert_eq!(counted(site).await, votes(&[("Một", 1), ("Hai", 1)]));
    }

    async fn a_browser_that_keeps_no_cookies_is_asked_for_one_more_touch(site: Site) {
        let codes = stage(site, "voting: { phase: vote }", &["Một"]).await;
        let mut browser = site.browser();

        let first = browser.post(&format!("/entries/{}/vote", codes[0]), &[]).await;
        let nothing = counted(site).await;
        let second = browser.post(&format!("/entries/{}/vote", codes[0]), &[]).await;

        assert!(first.all("form.vote").len() == 1 && first.all("[role=status]").is_empty());
        assert_eq!(nothing, votes(&[("Một", 0)]));
        assert_eq!(second.all(".receipt [role=status]").len(), 1, "{}", second.text());
        assert_eq!(counted(site).await, votes(&[("Một", 1)]));
    }

    async fn two_votes_a_day_are_two_and_the_day_is_that_of_vietnam(site: Site) {
        let rule = "voting: { phase: vote, limit: { per_day: 2 } }";
        let codes = stage(site, rule, &["Một", "Hai", "Ba"]).await;
        let mut browser = known(site, &codes[0]).await;

        site.set_clock("2026-04-06T16:59:59Z");
        let day: Vec<String> = [
            code_of(&cast(&mut browser, &codes[0]).await),
            code_of(&cast(&mut browser, &codes[1]).await),
            code_of(&cast(&mut browser, &codes[2]).await),
        ].into();
        site.set_clock("2026-04-06T17:00:00Z");
        let next = code_of(&cast(&mut browser, &codes[2]).await);
        let same = code_of(&cast(&mut browser, &codes[0]).await);
        let third = code_of(&cast(&mut browser, &codes[1]).await);

        assert_eq!(day, ["counted", "counted", "no-votes-left"]);
        assert_eq!((next, same, third), ("counted".into(), "counted".into(), "no-votes-left".into()));
        assert_eq!(counted(site).await, votes(&[("Một", 2), ("Hai", 1), ("Ba", 1)]));
    }

    async fn so_many_votes_in_all_are_not_more_and_one_taken_back_is_free_again(site: Site) {
        let rule = "voting: { phase: vote, limit: { in_all: 2 } }";
        let codes = stage(site, rule, &["Một", "Hai", "Ba"]).await;
        let mut browser = known(site, &codes[0]).await;
        cast(&mut browser, &codes[0]).await;
        cast(&mut browser, &codes[1]).await;

        let third = browser.post(&format!("/entries/{}/vote", codes[2]), &[]).await;
        let back = browser.post(&format!("/entries/{}/vote/withdrawal", codes[0]), &[]).await;
        let then = cast(&mut browser, &codes[2]).await;
        let full = cast(&mut browser, &codes[0]).await;

        let alert = third.all("[role=alert]").join(" ");
        assert!(alert.contains("đã dùng hết 2 phiếu"), "{alert}");
        assert_eq!(back.all("[role=status]").len(), 1, "{}", back.text());
        assert_eq!((code_of(&then), code_of(&full)), ("counted".into(), "no-votes-left".into()));
        assert_eq!(counted(site).await, votes(&[("Một", 0), ("Hai", 1), ("Ba", 1)]));
    }

    async fn a_vote_taken_back_and_given_again_counts_once(site: Site) {
        let codes = stage(site, "voting: { phase: vote }", &["Một"]).await;
        let mut browser = known(site, &codes[0]).await;
        let withdrawal = format!("/entries/{}/vote/withdrawal", codes[0]);
        cast(&mut browser, &codes[0]).await;
        browser.post(&withdrawal, &[]).await;
        let none = counted(site).await;

        let twice = browser.post(&withdrawal, &[]).await;
        cast(&mut browser, &codes[0]).await;

        assert_eq!(none, votes(&[("Một", 0)]));
        assert!(twice.all("[role=status]").is_empty(), "there is nothing to take back");
        assert_eq!(counted(site).await, votes(&[("Một", 1)]));
    }

    async fn where_the_rules_say_so_a_vote_stays(site: Site) {
        let codes = stage(site, "voting: { phase: vote, withdrawal: false }", &["Một"]).await;
        let mut browser = known(site, &codes[0]).await;
        cast(&mut browser, &codes[0]).await;

        let back = browser.post(&format!("/entries/{}/vote/withdrawal", codes[0]), &[]).await;

        assert!(back.all("[role=alert]").join(" ").contains("không rút lại được"), "{}", back.text());
        assert_eq!(counted(site).await, votes(&[("Một", 1)]));
    }

    async fn a_twin_never_counts_twice_while_another_transaction_holds_the_contest(site: Site) {
        let rule = "voting: { phase: vote, limit: { in_all: 1 } }";
        let codes = stage(site, rule, &["Một", "Hai"]).await;
        let id = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let mut one = known(site, &codes[0]).await;
        let (mut two, mut three) = (one.clone(), one.clone());
        let held = db::begin(&site.app.db).await.unwrap();
        contest::lock(&held, id).await.unwrap();

        let twins = futures_util::future::join3(
            cast(&mut one, &codes[0]),
            cast(&mut two, &codes[0]),
            cast(&mut three, &codes[1]),
        );
        let release = async { held.commit().await.unwrap() };
        let ((a, b, c), ()) = futures_util::future::join(twins, release).await;

        let mut said = [code_of(&a), code_of(&b), code_of(&c)];
        said.sort();
        let total: u32 = counted(site).await.into_iter().map(|(_, count)| count).sum();
        assert_eq!(total, 1, "{said:?}");
        assert!(said.contains(&"no-votes-left".to_owned()), "{said:?}");
        if said[0] == "counted" && said[1] == "counted" {
            assert_eq!(a.json()["receipt"], b.json()["receipt"]);
        }
    }

    async fn votes_are_taken_from_the_first_moment_to_just_before_the_last(site: Site) {
        let codes = stage(site, "voting: { phase: vote }", &["Một"]).await;
        let mut browser = known(site, &codes[0]).await;
        let mut said = Vec::new();

        for moment in ["2026-04-05T16:59:59Z", "2026-04-05T17:00:00Z", "2026-04-10T16:59:59Z", "2026-04-10T17:00:00Z"] {
            site.set_clock(moment);
            said.push(code_of(&cast(&mut browser, &codes[0]).await));
        }

        assert_eq!(said, ["voting-closed", "counted", "counted", "voting-closed"]);
        assert_eq!(counted(site).await, votes(&[("Một", 1)]));
    }

    async fn a_work_that_is_not_accepted_gets_no_vote(site: Site) {
        let codes = stage(site, "voting: { phase: vote }", &["Một", "Hai"]).await;
        let mut browser = known(site, &codes[0]).await;
        let mut organiser = site.signed_in(super::story::ORGANISER).await;
        organiser.post(&format!("/desk/contests/{STAGE}/screening/{}/undo", codes[1]), &[]).await;

        let waiting = cast(&mut browser, &codes[1]).await;
        let unknown = cast(&mut browser, "NOTHING2").await;

        assert_eq!(code_of(&waiting), "entry-not-voted-on");
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        assert_eq!(counted(site).await, votes(&[("Một", 0), ("Hai", 0)]));
        site.jobs_may_wait();
    }

    async fn a_contest_that_asks_for_a_code_counts_people_and_not_browsers(site: Site) {
        let codes = stage(site, "voting: { phase: vote, level: code }", &["Một"]).await;
        let mut stranger = known(site, &codes[0]).await;

        let refused = stranger.post(&format!("/entries/{}/vote", codes[0]), &[]).await;
        let mut phone = site.signed_in("hoa@example.vn").await;
        phone.get(&format!("/entries/{}", codes[0])).await;
        site.set_clock("2026-04-06T01:10:00Z");
        let mut desktop = site.signed_in("hoa@example.vn").await;
        desktop.get(&format!("/entries/{}", codes[0])).await;
        let first = cast(&mut phone, &codes[0]).await;
        let second = cast(&mut desktop, &codes[0]).await;

        assert!(refused.all("[role=alert]").join(" ").contains("mã gửi qua e-mail"), "{}", refused.text());
        assert_eq!(first.json()["receipt"], second.json()["receipt"], "the same person");
        assert_eq!(counted(site).await, votes(&[("Một", 1)]));
    }

    async fn nobody_who_is_signed_in_votes_for_a_work_of_their_own(site: Site) {
        site.units().await;
        super::story::announce(site, &super::story::staged("voting: { phase: vote }")).await;
        let mut author = site.signed_in("tacgia@example.vn").await;
        let work = Work { title: "Một".into(), name: "Tác giả".into(), phone: "0915000001".into(), agree: &["original"], ..Work::of(STAGE, "photo", "td-kcn") };
        let code = enter(&mut author, &work).await;
        site.work().await;
        site.leads("ldld-thi-diem", super::story::ORGANISER).await;
        site.set_clock("2026-04-06T01:00:00Z");
        let mut organiser = site.signed_in(super::story::ORGANISER).await;
        super::story::accept_all(&mut organiser, STAGE).await;
        let mut author = site.signed_in("tacgia@example.vn").await;
        author.get(&format!("/entries/{code}")).await;

        let own = cast(&mut author, &code).await;

        assert_eq!(code_of(&own), "own-entry");
        assert_eq!(counted(site).await, votes(&[("Một", 0)]));
        site.jobs_may_wait();
    }

    async fn hidden_counts_leave_no_trace_on_any_public_page(site: Site) {
        let codes = stage(site, "voting: { phase: vote, counts: hidden }", &["Một", "Hai"]).await;
        let pages = [
            "/".to_owned(),
            format!("/contests/{STAGE}"),
            format!("/contests/{STAGE}/gallery"),
            format!("/contests/{STAGE}/gallery?category=photo"),
            format!("/contests/{STAGE}/participation"),
            format!("/contests/{STAGE}/results"),
            format!("/entries/{}", codes[0]),
            format!("/b/{}", codes[0]),
            format!("/receipts/{}", codes[0]),
        ];
        let look = async |site: &Site| {
            let mut seen = Vec::new();
            for page in &pages {
                let answer = site.browser().get(page).await;
                let etag = answer.headers.get("etag").cloned();
                seen.push((page.clone(), answer.status, etag, answer.bytes));
            }
            seen
        };
        let before = look(site).await;
        vote(site, &codes[0], 3).await;
        vote(site, &codes[1], 1).await;

        // Long enough for every kept page to be drawn anew.
        site.set_clock("2026-04-06T01:01:00Z");
        let after = look(site).await;

        assert_eq!(counted(site).await, votes(&[("Một", 3), ("Hai", 1)]));
        assert_eq!(before, after);
    }

    async fn live_counts_are_seen_and_delayed_ones_later(site: Site) {
        let rule = "voting: { phase: vote, counts: { delayed_minutes: 30 } }";
        let codes = stage(site, rule, &["Một"]).await;
        vote(site, &codes[0], 2).await;

        let mut seen = Vec::new();
        for moment in ["2026-04-06T01:10:00Z", "2026-04-06T01:29:00Z", "2026-04-06T01:31:00Z"] {
            site.set_clock(moment);
            seen.push(shown(site, &codes[0]).await);
        }

        assert_eq!(seen, [told(0), told(0), told(2)]);
    }

    async fn in_the_last_hours_the_public_sees_what_stood_before_them(site: Site) {
        let rule = "voting: { phase: vote, counts: live, hidden_last_hours: 2 }";
        let codes = stage(site, rule, &["Một"]).await;
        vote(site, &codes[0], 1).await;
        site.set_clock("2026-04-10T14:00:00Z");
        let live = shown(site, &codes[0]).await;
        site.set_clock("2026-04-10T15:00:01Z");
        vote(site, &codes[0], 2).await;

        site.set_clock("2026-04-10T16:30:00Z");
        let late = shown(site, &codes[0]).await;
        site.set_clock("2026-04-10T18:00:00Z");
        let closed = shown(site, &codes[0]).await;

        assert_eq!((live, late, closed), (told(1), told(1), told(1)));
        assert_eq!(counted(site).await, votes(&[("Một", 3)]));
    }

    async fn only_works_that_went_on_are_voted_for_where_the_rules_say_so(site: Site) {
        let rules = "
rounds:
  - { key: final, title: Sơ khảo, phase: final, goes_on: 1, criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }
voting: { phase: vote, on: { went_on_from: final } }";
        let codes = stage(site, rules, &["Một", "Hai"]).await;
        let mut organiser = site.signed_in(super::story::ORGANISER).await;
        let round = format!("/desk/contests/{STAGE}/rounds/final");
        let mut one = seat(site, &mut organiser, &round, &["gk@example.vn"]).await.remove(0);
        super::story::judge(&mut one, |title| {
            std::collections::BTreeMap::from([("art", if title.ends_with("Hai") { 900 } else { 100 })])
        })
        .await;
        site.set_clock("2026-04-09T01:00:00Z");
        let mut organiser = site.signed_in(super::story::ORGANISER).await;
        let mut browser = known(site, &codes[0]).await;
        let early = code_of(&cast(&mut browser, &codes[1]).await);
        super::story::close(&mut organiser, STAGE, "final").await;

        let lost = code_of(&cast(&mut browser, &codes[0]).await);
        let won = code_of(&cast(&mut browser, &codes[1]).await);

        assert_eq!([early, lost, won], ["entry-not-voted-on", "entry-not-voted-on", "counted"]);
        assert_eq!(counted(site).await, votes(&[("Một", 0), ("Hai", 1)]));
    }
}
