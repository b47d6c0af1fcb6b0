//! Voting, through the doors: who may, how often, and what the public sees of it.

mod busy;
mod gate;
mod hidden;
mod home;
mod roll;
mod shown;
mod tampered;
mod who;

use actix_web::http::StatusCode;
use hoithi::{contest, db};

use super::story::{STAGE, stage, vote};
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

        let counted_page = browser.post(&format!("/entries/{}/vote", codes[0]), &[]).await;
        let work = browser.get(&format!("/entries/{}", codes[0])).await;
        let back = browser.post(&format!("/entries/{}/vote/withdrawal", codes[0]), &[]).await;

        assert_eq!(counted_page.all(".receipt [role=status]").len(), 1, "{}", counted_page.text());
        for page in [&counted_page, &work] {
            assert!(page.all("form[action$='/vote/withdrawal']").is_empty(), "{}", page.text());
        }
        assert!(back.all("[role=alert]").join(" ").contains("không rút lại được"), "{}", back.text());
        assert_eq!(counted(site).await, votes(&[("Một", 1)]));
    }

    async fn where_nothing_may_be_changed_a_vote_that_is_taken_back_is_spent(site: Site) {
        let rule = "voting: { phase: vote, limit: { in_all: 1 }, change: false }";
        let codes = stage(site, rule, &["Một", "Hai"]).await;
        let mut browser = known(site, &codes[0]).await;
        cast(&mut browser, &codes[0]).await;

        let full = cast(&mut browser, &codes[1]).await;
        let back = browser.post(&format!("/entries/{}/vote/withdrawal", codes[0]), &[]).await;
        let other = cast(&mut browser, &codes[1]).await;
        let same = cast(&mut browser, &codes[0]).await;

        assert_eq!([&full, &other, &same].map(code_of), ["votes-spent"; 3]);
        assert_eq!(back.all(".notice.ok").len(), 1, "{}", back.text());
        assert_eq!(counted(site).await, votes(&[("Một", 0), ("Hai", 0)]));
    }

    async fn a_ballot_may_be_put_in_another_order_where_no_vote_is_taken_back(site: Site) {
        let rule = "voting: { phase: vote, limit: { in_all: 2 }, points: [2, 1], withdrawal: false, change: true }";
        let codes = stage(site, rule, &["Một", "Hai"]).await;
        let mut browser = known(site, &codes[0]).await;
        cast(&mut browser, &codes[0]).await;
        cast(&mut browser, &codes[1]).await;

        let raised = browser.post(&format!("/entries/{}/vote/raise", codes[1]), &[]).await;
        let back = browser.post(&format!("/entries/{}/vote/withdrawal", codes[0]), &[]).await;
        assert_eq!(counted(site).await, votes(&[("Một", 1), ("Hai", 2)]));
        let ballot = browser.get(&format!("/contests/{STAGE}/ballot")).await;

        assert_eq!((raised.status, back.all("[role=alert]").len()), (StatusCode::SEE_OTHER, 1));
        let whole = contest::by_slug(&site.app.db, STAGE).await.unwrap();
        let voting = whole.definition.voting.as_ref().unwrap();
        assert_eq!((voting.change, voting.withdrawal), (Some(true), false));
        let forms = ballot.attributes(".ballot form", "action");
        assert_eq!(forms, [format!("/entries/{}/vote/raise", codes[0])]);
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
        let result = hoithi::voting::result(&site.app.db, contest).await.unwrap().unwrap();
        site.app.votes.bind(contest, result).await.unwrap();
        let bundle = site.app.votes.bundle(&site.app.db, contest).await.unwrap();
        let key = site.app.votes.key(&site.app.db, contest).await.unwrap().unwrap();
        let audited = hoithi::ledger::audit(&bundle, &key, (&[], 0)).unwrap();
        let numbers: Vec<u64> = audited.counts.counts.values().copied().collect();
        assert_eq!((numbers.iter().sum::<u64>(), audited.counts.standing), (8, 1));
        assert_eq!(crate::ledger::in_python(&bundle, &["--key", &key.text()]), Ok(()));
    }

    async fn a_ballot_that_names_too_few_is_said_not_to_count_yet_and_how_many_it_lacks(site: Site) {
        let rule = "voting: { phase: vote, limit: { in_all: 4 }, least: 3 }";
        let codes = stage(site, rule, &["Một", "Hai", "Ba", "Bốn"]).await;
        let mut phone = known(site, &codes[0]).await;
        let mut other = known(site, &codes[0]).await;
        let told = |answer: &Answer| {
            let json = answer.json();
            let said = json["said"][0].as_str().unwrap().to_owned();
            (json["counted"] == true, json["missing"].as_u64().unwrap(), said)
        };

        // All in one second, for which answers are put into words once.
        let first = told(&cast(&mut phone, &codes[0]).await);
        let second = told(&cast(&mut phone, &codes[1]).await);
        let again = told(&cast(&mut phone, &codes[1]).await);
        let stranger = told(&cast(&mut other, &codes[3]).await);
        let third = told(&cast(&mut phone, &codes[2]).await);
        let fourth = told(&cast(&mut phone, &codes[3]).await);
        let short = other.post(&format!("/entries/{}/vote", codes[2]), &[]).await;
        let whole = other.post(&format!("/entries/{}/vote", codes[1]), &[]).await;

        let lacks = |(counted, missing, said): &(bool, u64, String), number: u64| {
            assert_eq!((*counted, *missing), (false, number), "{said}");
            assert!(said.contains("chưa được tính") && said.contains(&format!("thêm {number} ")), "{said}");
        };
        lacks(&first, 2);
        lacks(&second, 1);
        lacks(&again, 1);
        lacks(&stranger, 2);
        for whole in [&third, &fourth] {
            assert_eq!((whole.0, whole.1), (true, 0));
            assert!(whole.2.starts_with("Đã tính phiếu"), "{}", whole.2);
        }
        let warned = short.all(".receipt .notice.warn").concat();
        assert!(warned.contains("chưa được tính") && warned.contains("thêm 1 "), "{}", short.text());
        assert!(short.all(".seal").is_empty());
        assert!(whole.all(".receipt .lead").concat().starts_with("Đã tính phiếu"), "{}", whole.text());
        assert_eq!(counted(site).await, votes(&[("Một", 1), ("Hai", 2), ("Ba", 2), ("Bốn", 2)]));
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

}
