//! The banking union's photo contest of 2019: sixty entries from three kinds of sender, screened,
//! judged by five, voted for by the public, and the best five sent up to the national final.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;

use super::{Work, announce, enter, enter_for, example, judge, prizes, seat, units};
use crate::support::{Browser, Site, both};

const SLUG: &str = "net-dep-ngan-hang-2019";
const DESK: &str = "/desk/contests/net-dep-ngan-hang-2019";
const NATION: &str = "net-dep-toan-quoc-2019";
const AGREE: [&str; 3] = ["original", "shown", "eligibility-2"];
const ORGANISER: &str = "nganhang@example.vn";
const OFFICER: &str = "nhb@example.vn";
const APPROVER: &str = "tongliendoan@example.vn";
const JUDGES: [&str; 5] =
    ["gk1@example.vn", "gk2@example.vn", "gk3@example.vn", "gk4@example.vn", "gk5@example.vn"];

fn title(n: usize) -> String {
    format!("Ảnh số {n}")
}

fn number(title: &str) -> usize {
    title.rsplit(' ').next().and_then(|n| n.parse().ok()).expect("a number")
}

/// Entry `n` is sent by a person (1–20), by a grassroots union in its own name (21–40), or by an
/// officer for somebody (41–60).
async fn sixty(site: &Site) -> Vec<(Browser, String)> {
    let banks = [
        ("nh-a", "Công đoàn cơ sở Ngân hàng A", "base", "cong-doan-ngan-hang", Some(420)),
        ("nh-b", "Công đoàn cơ sở Ngân hàng B", "base", "cong-doan-ngan-hang", Some(130)),
    ];
    units(site, &banks).await;
    let officer = site.leads("nh-b", OFFICER).await;
    let mut sent = Vec::new();
    for n in 1..=60_usize {
        let (unit, kind) = match n {
            1..=20 => ("nh-a", "person"),
            21..=40 => ("nh-a", "unit"),
            _ => ("nh-b", "person"),
        };
        let work = Work {
            slug: SLUG,
            category: "photo",
            unit,
            title: title(n),
            name: format!("Người gửi {n}"),
            kind,
            phone: format!("09120000{n:02}"),
            pictures: 2,
            seed: u8::try_from(n).unwrap(),
            agree: &AGREE,
        };
        if n <= 40 {
            let mut browser = site.browser();
            let code = enter(&mut browser, &work).await;
            sent.push((browser, code));
        } else {
            let mut browser = officer.clone();
            let code = enter_for(&mut browser, &work).await;
            sent.push((browser, code));
        }
    }
    site.work().await;
    sent
}

/// All but the last are accepted; the one before it after a repair.
async fn screen(site: &Site, sent: &[(Browser, String)], screener: &mut Browser) {
    let at = |code: &str| format!("{DESK}/screening/{code}");
    for (n, (_, code)) in (1..).zip(sent) {
        let verdict = match n {
            60 => vec![("verdict", "reject"), ("reason", "reason-blurred"), ("note", "Mờ")],
            59 => vec![
                ("verdict", "return"),
                ("reason", "reason-blurred"),
                ("note", "Chú thích lại"),
                ("until", "2019-06-25"),
            ],
            _ => vec![("verdict", "accept")],
        };
        let found = screener.post(&at(code), &verdict).await;
        assert_eq!(found.status, StatusCode::SEE_OTHER, "{n}: {}", found.text());
        if n == 59 {
            let mut entrant = site.signed_in(OFFICER).await;
            let agreed = AGREE.map(|key| ("agree", key));
            let again = entrant.post(&format!("/drafts/{code}/submission"), &agreed).await;
            assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text());
            let found = screener.post(&at(code), &[("verdict", "accept")]).await;
            assert_eq!(found.status, StatusCode::SEE_OTHER, "{}", found.text());
        }
    }
}

/// The marks of judge `j` for entry `n`. The ten marks of an entry, five judges and two criteria,
/// come to 96 − n points, so entry 1 is best and entry 59 last, but for two ties that the test
/// makes: 7 is marked like 6, and 17 like 16 with a point moved from art to content.
fn marks(n: usize, j: usize) -> BTreeMap<&'static str, u32> {
    let like = match n {
        7 => 6,
        17 => 16,
        _ => n,
    };
    let points = 96 - like;
    let mark = |place: usize| points / 10 + usize::from(place < points % 10);
    let (mut content, mut art) = (mark(j), mark(5 + j));
    if n == 17 && j == 0 {
        (content, art) = (content + 1, art - 1);
    }
    let hundredths = |points: usize| u32::try_from(points * 100).unwrap();
    BTreeMap::from([("content", hundredths(content)), ("art", hundredths(art))])
}

async fn vote(site: &Site, sent: &[(Browser, String)]) {
    for (n, voters) in [(30, 4), (20, 3), (10, 2), (5, 1)] {
        let code = &sent[n - 1].1;
        for _ in 0..voters {
            let mut voter = site.browser();
            voter.post(&format!("/entries/{code}/vote"), &[]).await;
            let counted = voter.post_for_json(&format!("/entries/{code}/vote"), &[]).await;
            assert_eq!(counted.json()["counted"], true, "{}", counted.text());
        }
    }
}

fn range(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(title).collect()
}

/// Decides every tie that is asked about in favour of the entry with this title.
async fn decide(desk: &mut Browser, path: &str, favoured: &str) {
    let page = desk.get(&format!("{path}/results")).await;
    let tables = page.attributes("form[action$='/decisions'] input[name='table']", "value");
    let names = page.attributes("form[action$='/decisions'] input[name^='order.']", "name");
    let labels = page.all("form[action$='/decisions'] label");
    let at = labels.iter().position(|label| label == favoured);
    let at = at.unwrap_or_else(|| {
        panic!(
            "the tie is asked about: {labels:?} {:?} {:?}",
            page.all(".notice li"),
            page.all("tbody tr")
        )
    });
    assert_eq!(tables, ["jury"], "{:?}", page.all(".notice li"));
    let mut form: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    form[at].1 = "1";
    form.push(("table", "jury"));
    form.push(("reason", "Ban giám khảo bỏ phiếu 4/5"));
    let decided = desk.post(&format!("{path}/decisions"), &form).await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text());
}

async fn publish(one: &mut Browser, other: &mut Browser, path: &str) {
    let proposed = one.post(&format!("{path}/proposal"), &[("act", "propose")]).await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{:?}", proposed.all(".notice li"));
    let own = one.post(&format!("{path}/publication"), &[]).await;
    assert!(!own.all(".notice.danger li").is_empty(), "whoever proposed cannot approve");
    let done = other.post(&format!("{path}/publication"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.all(".notice li"));
}

both! {
    async fn sixty_entries_become_fifty_four_prizes_and_five_go_up_to_the_nation(site: Site) {
        site.set_clock("2019-06-01T01:00:00Z");
        site.units().await;
        announce(site, &example("00-net-dep-toan-quoc-2019")).await;
        announce(site, &example("01-net-dep-ngan-hang-2019")).await;
        site.set_clock("2019-06-12T01:00:00Z");
        let sent = sixty(site).await;
        site.leads("cong-doan-ngan-hang", ORGANISER).await;
        site.leads("tong-lien-doan", APPROVER).await;
        site.set_clock("2019-06-24T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        screen(site, &sent, &mut organiser).await;

        site.set_clock("2019-06-27T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let round = format!("{DESK}/rounds/final");
        let mut panel = seat(site, &mut organiser, &round, &JUDGES).await;
        for (j, one) in panel.iter_mut().enumerate() {
            judge(one, |title| marks(number(title), j)).await;
        }
        site.set_clock("2019-07-02T01:00:00Z");
        vote(site, &sent).await;
        site.set_clock("2019-07-08T18:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let closed = organiser.post(&round, &[("act", "close")]).await;
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{:?}", closed.all(".notice li"));

        site.set_clock("2019-07-09T03:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;
        let early = site.browser().get(&format!("/contests/{SLUG}/results")).await;
        assert_eq!(early.status, StatusCode::NOT_FOUND);
        let blocked = organiser.post(&format!("{DESK}/proposal"), &[("act", "propose")]).await;
        assert_eq!(blocked.status, StatusCode::OK, "6 and 7 are equal where A ends");
        assert!(blocked.text().contains(&title(7)));
        decide(&mut organiser, DESK, &title(7)).await;
        publish(&mut organiser, &mut approver, DESK).await;

        // By hand: 1; then 2–5 and, by decision, 7; then 6, 8–15 and, by content, 17; and so on.
        let won = prizes(site, SLUG).await;
        assert_eq!(won["Giải đặc biệt"], range([1]));
        assert_eq!(won["Giải A"], range([2, 3, 4, 5, 7]));
        assert_eq!(won["Giải B"], range([6, 8, 9, 10, 11, 12, 13, 14, 15, 17]));
        assert_eq!(won["Giải C"], range([16].into_iter().chain(18..=31)));
        assert_eq!(won["Giải khuyến khích"], range(32..=51));
        assert_eq!(won["Ảnh được yêu thích"], range([30, 20, 10]));
        site.work().await;
        national(site).await;
        site.work().await;
        site.letters();
    }
}

/// The national final judges the five anew: the last of them wins.
async fn national(site: &Site) {
    let desk = format!("/desk/contests/{NATION}");
    site.set_clock("2019-08-15T01:00:00Z");
    let mut organiser = site.signed_in(APPROVER).await;
    let waiting = organiser.get(&format!("{desk}/screening")).await;
    let found = waiting.attributes(".cards a", "href");
    assert_eq!(found.len(), 5, "{}", waiting.text());
    for work in found {
        let accepted = organiser.post(&work, &[("verdict", "accept")]).await;
        assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text());
    }
    site.set_clock("2019-08-17T01:00:00Z");
    let mut organiser = site.signed_in(APPROVER).await;
    let round = format!("{desk}/rounds/final");
    let panel = ["tw1@example.vn", "tw2@example.vn", "tw3@example.vn"];
    for mut one in seat(site, &mut organiser, &round, &panel).await {
        judge(&mut one, |title| {
            let n = u32::try_from(number(title)).unwrap();
            BTreeMap::from([("content", 5000 + 100 * n), ("art", 4000)])
        })
        .await;
    }
    site.set_clock("2019-09-16T01:00:00Z");
    let mut organiser = site.signed_in(APPROVER).await;
    let closed = organiser.post(&round, &[("act", "close")]).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{:?}", closed.all(".notice li"));
    site.set_clock("2019-09-20T01:00:00Z");
    let mut organiser = site.signed_in(APPROVER).await;
    let mut admin = site.signed_in("quantri@example.vn").await;
    publish(&mut organiser, &mut admin, &desk).await;
    let won = prizes(site, NATION).await;
    assert_eq!(won["Giải nhất"], range([5]));
    assert_eq!(won["Giải nhì"], range([4, 3]));
}
