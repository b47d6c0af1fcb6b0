//! What the public learns of counts, and when.

use actix_web::http::StatusCode;
use serde_json::json;

use super::{cast, code_of, counted, header, known, shown, told, votes};
use crate::story::{STAGE, stage, vote};
use crate::support::{Site, both};

both! {
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
}
