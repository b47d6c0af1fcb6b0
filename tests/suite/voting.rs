//! Voting, through the doors: who may, how often, and what the public sees of it.

use actix_web::http::StatusCode;
use hoithi::{contest, db};
use serde_json::json;

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

fn header(answer: &Answer, name: &str) -> String {
    answer.headers.get(name).expect("a header").to_str().expect("text").to_owned()
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
            format!("/contests/{STAGE}/counts.json"),
            format!("/contests/{STAGE}/screen"),
            format!("/contests/{STAGE}/votes"),
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
        // The log's page says from the first vote on that there is a log.
        vote(site, &codes[1], 1).await;
        let before = look(site).await;
        vote(site, &codes[0], 3).await;
        vote(site, &codes[1], 1).await;

        // Long enough for every kept page to be drawn anew.
        site.set_clock("2026-04-06T01:01:00Z");
        let after = look(site).await;

        assert_eq!(counted(site).await, votes(&[("Một", 3), ("Hai", 2)]));
        assert_eq!(before, after);
    }

    async fn what_comes_of_an_entry_is_told_in_one_small_answer_a_second(site: Site) {
        let codes = stage(site, "voting: { phase: vote, counts: live }", &["Một", "Hai"]).await;
        let path = format!("/contests/{STAGE}/counts.json");
        vote(site, &codes[0], 2).await;
        let mut phone = site.browser();
        let said = |one: &str, other: &str| json!({ codes[0].as_str(): one, codes[1].as_str(): other });

        let first = phone.get(&path).await;
        let etag = header(&first, "etag");
        vote(site, &codes[1], 1).await;
        let soon = phone.get(&path).await;
        site.set_clock("2026-04-06T01:00:02Z");
        let later = phone.get(&path).await;
        let changed = header(&later, "etag");
        site.set_clock("2026-04-06T01:00:04Z");
        let same = phone.get_with(&path, &[("if-none-match", &changed)]).await;
        let old = phone.get_with(&path, &[("if-none-match", &etag)]).await;

        assert_eq!(first.json(), said("2 lượt bình chọn", "0 lượt bình chọn"));
        assert_eq!(soon.bytes, first.bytes, "within a second nothing is asked");
        assert_eq!(later.json(), said("2 lượt bình chọn", "1 lượt bình chọn"));
        assert_eq!((same.status, same.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!((old.status, changed != etag), (StatusCode::OK, true));
        assert_eq!(header(&later, "cache-control"), "public, max-age=1, stale-while-revalidate=5");
    }

    async fn in_bands_the_public_learns_neither_counts_nor_their_order(site: Site) {
        let rule = "voting: { phase: vote, counts: live, bands: [2, 4] }";
        let codes = stage(site, rule, &["Một", "Hai", "Ba"]).await;
        let paths = [
            format!("/contests/{STAGE}"),
            format!("/contests/{STAGE}/gallery"),
            format!("/contests/{STAGE}/counts.json"),
            format!("/contests/{STAGE}/screen"),
            format!("/entries/{}", codes[1]),
        ];
        let look = async |moment: &str| {
            site.set_clock(moment);
            let mut seen = Vec::new();
            for path in &paths {
                let answer = site.browser().get(path).await;
                seen.push((answer.headers.get("etag").cloned(), answer.bytes));
            }
            seen
        };
        vote(site, &codes[0], 2).await;
        vote(site, &codes[1], 2).await;
        let before = look("2026-04-06T01:01:00Z").await;
        vote(site, &codes[1], 1).await;
        let within = look("2026-04-06T01:02:00Z").await;
        vote(site, &codes[1], 1).await;
        let beyond = look("2026-04-06T01:03:00Z").await;

        assert_eq!(before, within);
        assert_ne!(within, beyond);
        assert_eq!(shown(site, &codes[0]).await, Some("2–3 lượt bình chọn".to_owned()));
        assert_eq!(shown(site, &codes[1]).await, Some("từ 4 lượt bình chọn".to_owned()));
        assert_eq!(shown(site, &codes[2]).await, Some("dưới 2 lượt bình chọn".to_owned()));
        let screen = site.browser().get(&paths[3]).await;
        assert_eq!(screen.all(".what strong"), ["Hai", "Một", "Ba"]);
        assert_eq!(screen.all(".place"), ["1", "2", "3"]);
    }

    async fn the_screen_in_the_hall_works_without_a_script_and_says_when_counts_are_hidden(site: Site) {
        let codes = stage(site, "voting: { phase: vote, counts: live }", &["Một", "Hai"]).await;
        vote(site, &codes[1], 2).await;
        let path = format!("/contests/{STAGE}/screen");
        let screen = site.browser().get(&path).await;
        assert_eq!(screen.attributes("meta[http-equiv=refresh]", "content"), ["4"]);
        assert_eq!(screen.all("script").len(), 0);
        assert_eq!(screen.all(".told"), ["2 lượt bình chọn", "0 lượt bình chọn"]);
        assert_eq!(screen.attributes("rect.long", "width"), ["1000", "0"]);
        assert_eq!(site.browser().get(&format!("/contests/{STAGE}/qr.svg")).await.status, StatusCode::OK);
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

    async fn what_is_taken_back_and_given_again_does_not_move_what_is_frozen(site: Site) {
        let rule = "voting: { phase: vote, counts: live, hidden_last_hours: 2 }";
        let codes = stage(site, rule, &["Một"]).await;
        let mut voter = known(site, &codes[0]).await;
        cast(&mut voter, &codes[0]).await;
        vote(site, &codes[0], 1).await;
        let back = format!("/entries/{}/vote/withdrawal", codes[0]);
        let mut seen = Vec::new();

        for (moment, withdraws) in [
            ("2026-04-10T15:10:00Z", true),
            ("2026-04-10T15:20:00Z", false),
            ("2026-04-10T15:30:00Z", true),
        ] {
            site.set_clock(moment);
            if withdraws {
                assert_eq!(voter.post(&back, &[]).await.status, StatusCode::OK);
            } else {
                assert_eq!(code_of(&cast(&mut voter, &codes[0]).await), "counted");
            }
            site.set_clock(&moment.replace("0:00Z", "5:00Z"));
            seen.push(shown(site, &codes[0]).await);
        }

        assert_eq!(seen, [told(2), told(2), told(2)]);
        assert_eq!(counted(site).await, votes(&[("Một", 1)]));
    }

    async fn a_vote_whose_form_comes_late_is_in_time_when_its_head_was_and_the_close_waits_for_it(site: Site) {
        let codes = stage(site, "voting: { phase: vote }", &["Một"]).await;
        vote(site, &codes[0], 1).await;
        let contest = hoithi::contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let mut voter = known(site, &codes[0]).await;
        site.set_clock("2026-04-10T16:59:59Z");
        let (send, wait) = tokio::sync::oneshot::channel::<()>();
        let wait = async move { drop(wait.await) };
        let path = format!("/entries/{}/vote", codes[0]);

        let vote = voter.post_late(&path, &[("nonce", "x")], wait);
        let close = async {
            site.set_clock("2026-04-10T17:00:01Z");
            let early = site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
            send.send(()).unwrap();
            early
        };
        let (answer, early) = tokio::join!(vote, close);

        assert_eq!(code_of(&answer), "counted", "{}", answer.text());
        assert!(!early.closed && early.waits, "{early:?}");
        let after = site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
        assert_eq!((after.votes, after.closed), (2, true));
    }

    async fn members_on_the_roll_vote_by_the_code_of_their_slip_and_once(site: Site) {
        use hoithi::voting::members;
        use hoithi::web::member::{fresh, hash};
        let rule = "voting: { phase: vote, level: member, limit: { in_all: 1 } }";
        let codes = stage(site, rule, &["Một", "Hai"]).await;
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let slips: Vec<String> = (0..3).map(|_| fresh()).collect();
        let tx = db::begin(&site.app.db).await.unwrap();
        let places = slips.iter().map(|code| (None, hash(&site.app, code))).collect();
        assert_eq!(members::add(&tx, contest, places).await.unwrap(), 1);
        assert_eq!(members::add(&tx, contest, vec![(None, [1; 32])]).await.unwrap(), 4);
        tx.commit().await.unwrap();
        let mut phone = known(site, &codes[0]).await;

        let unproved = cast(&mut phone, &codes[0]).await;
        let page = phone.post(&format!("/entries/{}/vote", codes[0]), &[]).await;
        let asks = page.attributes("a.button.primary", "href").remove(0);
        let form = phone.get(&asks).await;
        let wrong = phone.post("/m", &[("code", "0000-0000-0000"), ("then", &asks[8..])]).await;
        let spelt = slips[0].to_lowercase().replace('0', "o");
        let right = phone.post("/m", &[("code", &spelt), ("then", &asks[8..])]).await;
        let first = cast(&mut phone, &codes[0]).await;
        let mut other = known(site, &codes[0]).await;
        let opened = other.get(&format!("/m/{}", slips[0])).await;
        let again = cast(&mut other, &codes[0]).await;
        let second = cast(&mut other, &codes[1]).await;
        let mut third = known(site, &codes[1]).await;
        third.get(&format!("/m/{}", slips[1])).await;
        let third = cast(&mut third, &codes[1]).await;

        assert_eq!(code_of(&unproved), "vote-needs-member");
        assert_eq!(asks, format!("/m?then=/entries/{}", codes[0]));
        assert_eq!(form.attributes("input[name=then]", "value"), [format!("/entries/{}", codes[0])]);
        assert_eq!(wrong.all(".notice.danger").len(), 1, "{}", wrong.text());
        assert_eq!(right.location, Some(format!("/entries/{}", codes[0])));
        assert_eq!(opened.location, Some(format!("/contests/{STAGE}/gallery")));
        assert_eq!(first.json()["receipt"], again.json()["receipt"]);
        assert_eq!((code_of(&second), code_of(&third)), ("no-votes-left".into(), "counted".into()));
        assert_eq!(counted(site).await, votes(&[("Một", 1), ("Hai", 1)]));
        let levels = hoithi::voting::statement(&site.app.db, contest).await.unwrap();
        assert_eq!(levels, [("counted-l4".to_owned(), 2)].into());
        let none = site.browser().get("/m/AAAABBBBCCCC").await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
        let away = site.browser().post("/m", &[("code", &slips[2]), ("then", "//evil.test")]).await;
        assert_eq!(away.location, Some(format!("/contests/{STAGE}/gallery")));
    }

    async fn a_ranked_ballot_is_put_in_order_and_counts_when_it_names_enough(site: Site) {
        let rule = "voting: { phase: vote, counts: live, limit: { in_all: 3 }, points: [5, 3, 1], least: 2 }";
        let codes = stage(site, rule, &["Một", "Hai", "Ba"]).await;
        let ballot = format!("/contests/{STAGE}/ballot");
        let mut voter = known(site, &codes[0]).await;
        let at = |second: u32| site.set_clock(&format!("2026-04-06T01:{:02}:{:02}Z", second / 60, second % 60));
        let raise = |code: &str| format!("/entries/{code}/vote/raise");
        let tally = async || {
            let mut rows = counted(site).await;
            rows.retain(|(_, count)| *count > 0);
            rows
        };

        let none = voter.get(&ballot).await;
        cast(&mut voter, &codes[0]).await;
        at(2);
        let one = voter.get(&ballot).await;
        let alone = tally().await;
        cast(&mut voter, &codes[1]).await;
        cast(&mut voter, &codes[2]).await;
        at(4);
        let three = voter.get(&ballot).await;
        let full = tally().await;
        let raised = voter.post(&raise(&codes[2]), &[]).await;
        voter.post(&raise(&codes[2]), &[]).await;
        let top = voter.post(&raise(&codes[2]), &[]).await;
        let stranger = known(site, &codes[0]).await.post(&raise(&codes[0]), &[]).await;
        at(6);
        let turned = voter.get(&ballot).await;
        voter.post(&format!("/entries/{}/vote/withdrawal", codes[0]), &[]).await;

        assert_eq!(none.all(".empty").len(), 1);
        assert_eq!((one.all(".ballot strong"), one.all(".notice.warn").len()), (vec!["Một".to_owned()], 1));
        assert_eq!(alone, []);
        assert_eq!(three.all(".ballot strong"), ["Một", "Hai", "Ba"]);
        assert_eq!(header(&three, "cache-control"), "private, no-store");
        assert_eq!(full, votes(&[("Một", 5), ("Hai", 3), ("Ba", 1)]));
        assert_eq!(raised.location, Some(ballot.clone()));
        assert_eq!(top.status, StatusCode::SEE_OTHER);
        assert_eq!(stranger.all(".notice.warn").len(), 1, "{}", stranger.text());
        assert_eq!(turned.all(".ballot strong"), ["Ba", "Một", "Hai"]);
        assert_eq!(tally().await, votes(&[("Hai", 3), ("Ba", 5)]));
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        site.set_clock("2026-04-10T18:00:00Z");
        site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
        assert!(hoithi::voting::tally_agrees(&site.app.db, contest).await.unwrap());
        let bundle = site.app.votes.bundle(&site.app.db, contest).await.unwrap();
        let key = site.app.votes.key(&site.app.db, contest).await.unwrap().unwrap();
        let audited = hoithi::ledger::audit(&bundle, &key, (&[], 0)).unwrap();
        let numbers: Vec<u64> = audited.counts.counts.values().copied().collect();
        assert_eq!((numbers.iter().sum::<u64>(), audited.counts.standing), (8, 1));
        assert_eq!(crate::ledger::in_python(&bundle, &["--key", &key.text()]), Ok(()));
    }

    async fn a_browser_does_its_work_before_the_first_vote_and_people_who_cannot_sign_in(site: Site) {
        let codes = stage(site, "voting: { phase: vote, work: always, counts: live }", &["Một", "Hai"]).await;
        let vote = |code: &str| format!("/entries/{code}/vote");
        let mut phone = known(site, &codes[0]).await;

        let asked = cast(&mut phone, &codes[0]).await;
        let by_hand = phone.post(&vote(&codes[0]), &[]).await;
        let task = phone.get(&format!("/entries/{}/vote/work", codes[0])).await;
        let challenge: altcha::Challenge = serde_json::from_slice(&task.bytes).unwrap();
        let solved = altcha::solve_challenge(altcha::SolveChallengeOptions::new(&challenge));
        let solution = solved.unwrap().unwrap();
        let mut wrong = solution.clone();
        wrong.derived_key = "00".repeat(32);
        let payload = |solution| json!({ "challenge": challenge, "solution": solution }).to_string();
        let (right, wrong) = (payload(solution), payload(wrong));
        let forged = phone.post_for_json(&vote(&codes[0]), &[("work", &wrong)]).await;
        let mut other = known(site, &codes[0]).await;
        let stolen = other.post_for_json(&vote(&codes[0]), &[("work", &right)]).await;
        let first = phone.post_for_json(&vote(&codes[0]), &[("work", &right)]).await;
        let second = cast(&mut phone, &codes[1]).await;
        let mut signed = site.signed_in("cutri@example.vn").await;
        signed.get(&format!("/entries/{}", codes[0])).await;
        let third = cast(&mut signed, &codes[0]).await;
        site.set_clock("2026-04-06T01:40:00Z");
        let late = phone.post_for_json(&vote(&codes[0]), &[("work", &right)]).await;

        assert_eq!(code_of(&asked), "vote-needs-work");
        assert!(by_hand.attributes("a.button.primary", "href")[0].starts_with("/session/new"));
        assert_eq!([&forged, &stolen, &late].map(code_of), ["vote-needs-work"; 3]);
        assert_eq!([&first, &second, &third].map(code_of), ["counted"; 3]);
        assert_eq!(counted(site).await, votes(&[("Một", 2), ("Hai", 1)]));
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let levels = hoithi::voting::statement(&site.app.db, contest).await.unwrap();
        assert_eq!(levels, [("counted-l0".to_owned(), 2), ("counted-l2".to_owned(), 1)].into());
        let page = phone.get(&format!("/entries/{}", codes[0])).await;
        let module = page.attributes("form[data-work]", "data-work").remove(0);
        assert_eq!(phone.get(&module).await.status, StatusCode::OK);
    }

    async fn a_link_that_is_used_up_spares_nobody_the_work(site: Site) {
        let codes = stage(site, "voting: { phase: vote, work: always, counts: live }", &["Một"]).await;
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let tx = db::begin(&site.app.db).await.unwrap();
        let asked = [hoithi::voting::NewLink { unit: None, label: "Nhóm Zalo".to_owned(), members: 1 }];
        let until = site.app.clock.now().plus_seconds(3600);
        let links = hoithi::voting::add_links(&tx, contest, &asked, until).await.unwrap();
        tx.commit().await.unwrap();
        let link = format!("/v/{}", hoithi::web::group::Group::of(&links[0]).text(&site.app));
        let mut said = Vec::new();
        let mut last = None;
        for _ in 0..=links[0].quota {
            let mut phone = site.browser();
            phone.get(&link).await;
            phone.get(&format!("/entries/{}", codes[0])).await;
            said.push(code_of(&cast(&mut phone, &codes[0]).await));
            last = Some(phone);
        }
        let mut last = last.unwrap();
        let task = last.get(&format!("/entries/{}/vote/work", codes[0])).await;
        let challenge: altcha::Challenge = serde_json::from_slice(&task.bytes).unwrap();
        let solved = altcha::solve_challenge(altcha::SolveChallengeOptions::new(&challenge));
        let done = json!({ "challenge": challenge, "solution": solved.unwrap().unwrap() }).to_string();
        let path = format!("/entries/{}/vote", codes[0]);
        let then = last.post_for_json(&path, &[("work", &done)]).await;

        let (refused, spared) = said.split_last().unwrap();
        assert!(spared.iter().all(|code| code == "counted"), "{said:?}");
        assert_eq!((refused.as_str(), code_of(&then).as_str()), ("vote-needs-work", "counted"));
    }

    async fn somebody_signed_in_whose_first_answer_is_lost_still_has_one_vote(site: Site) {
        let codes = stage(site, "voting: { phase: vote }", &["Một"]).await;
        let mut phone = site.signed_in("cutri@example.vn").await;
        let path = format!("/entries/{}/vote", codes[0]);
        let touch = [("nonce", "ab12")];

        phone.forget("b");
        let lost = phone.post_for_json(&path, &touch).await;
        phone.forget("b");
        let retry = phone.post_for_json(&path, &touch).await;
        let once_more = phone.post_for_json(&path, &touch).await;
        let twin = phone.post_for_json(&path, &touch).await;

        assert_eq!([&lost, &retry].map(|answer| answer.json()["once_more"] == true), [true; 2]);
        assert!(once_more.json()["counted"] == true, "{}", once_more.text());
        assert_eq!(once_more.json()["receipt"], twin.json()["receipt"]);
        assert_eq!(counted(site).await, votes(&[("Một", 1)]));
    }

    async fn a_form_for_a_vote_is_read_to_sixteen_kibibytes_and_no_further(site: Site) {
        let codes = stage(site, "voting: { phase: vote }", &["Một"]).await;
        let mut browser = known(site, &codes[0]).await;
        let (within, beyond) = ("a".repeat(15 << 10), "a".repeat(17 << 10));
        let path = |end: &str| format!("/entries/{}/vote{end}", codes[0]);

        for end in ["", "/withdrawal", "/raise"] {
            let large = browser.post(&path(end), &[("nonce", &beyond)]).await;
            assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE, "{end}");
            assert!(large.text().contains("quá lớn"), "{end}: {}", large.text());
            let small = browser.post(&path(end), &[("nonce", &within)]).await;
            assert_ne!(small.status, StatusCode::PAYLOAD_TOO_LARGE, "{end}");
        }
    }

    async fn the_work_grows_with_the_crowd_and_nobody_is_asked_for_it_before(site: Site) {
        let rule = "voting: { phase: vote, work: under_load }";
        let codes = stage(site, rule, &["Một"]).await;
        let mut said = Vec::new();
        for _ in 0..33 {
            let mut phone = known(site, &codes[0]).await;
            said.push(code_of(&cast(&mut phone, &codes[0]).await));
        }
        site.set_clock("2026-04-06T01:05:00Z");
        let mut phone = known(site, &codes[0]).await;
        let calm = code_of(&cast(&mut phone, &codes[0]).await);

        assert_eq!(said.iter().position(|code| code == "vote-needs-work"), Some(30), "{said:?}");
        assert!(said[30..].iter().all(|code| code == "vote-needs-work"), "{said:?}");
        assert_eq!(calm, "counted");
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
