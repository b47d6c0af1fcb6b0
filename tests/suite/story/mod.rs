//! Stories: whole contests through the doors, with winners that were worked out by hand.

mod bank;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use entity::id::ContestId;
use hoithi::contest::apply::{self, Change, apply};
use hoithi::contest::definition::Definition;
use hoithi::contest::document;
use hoithi::{contest, db, unit};
use image::ImageFormat;

use crate::entry::picture;
use crate::support::{Browser, Site};

/// The text of a definition in `examples/contests`.
fn example(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/contests");
    std::fs::read_to_string(format!("{folder}/{name}.yaml")).expect("an example")
}

/// Applies a definition and announces it, as an administrator does on the command line.
async fn announce(site: &Site, text: &str) -> ContestId {
    let definition: Definition = document::read(text).expect("a definition");
    let admin = site.admin("quantri@example.vn").await;
    let now = site.app.clock.now();
    let tx = db::begin(&site.app.db).await.unwrap();
    let id = apply(&tx, &definition, None, &Change::default(), now).await.unwrap();
    let whole = contest::by_id(&tx, id).await.unwrap();
    let organiser = contest::Organiser::of(&tx, &whole, admin, now).await.unwrap();
    apply::announce(&tx, &organiser, now).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Units below a known one: code, name, type, parent, members.
async fn units(site: &Site, rows: &[(&str, &str, &str, &str, Option<i32>)]) {
    let rows = (2..).zip(rows).map(|(line, (code, name, kind, parent, members))| {
        let row = unit::Row {
            code: (*code).to_owned(),
            name: (*name).to_owned(),
            short_name: String::new(),
            kind: (*kind).to_owned(),
            parent: (*parent).to_owned(),
            members: *members,
            source: "made up for the test".to_owned(),
        };
        (line, row)
    });
    let tx = db::begin(&site.app.db).await.unwrap();
    let faults = unit::import(&tx, rows.collect(), site.app.clock.now()).await.unwrap();
    assert_eq!(faults, []);
    tx.commit().await.unwrap();
}

/// How an entry is sent in.
struct Work<'a> {
    slug: &'a str,
    category: &'a str,
    unit: &'a str,
    title: String,
    name: String,
    kind: &'a str,
    phone: String,
    pictures: usize,
    seed: u8,
    agree: &'a [&'a str],
}

/// Sends an entry in as its author; answers its code.
async fn enter(browser: &mut Browser, work: &Work<'_>) -> String {
    let form = [("category", work.category), ("unit", work.unit)];
    let path = format!("/contests/{}/entries", work.slug);
    let begun = browser.post_files(&path, &form, &[]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text());
    finish(browser, &begun.location.expect("a draft"), work).await
}

/// Sends an entry in for somebody, as an officer of `unit`; answers its code.
async fn enter_for(officer: &mut Browser, work: &Work<'_>) -> String {
    let form = [("contest", work.slug), ("category", work.category)];
    let begun = officer.post(&format!("/desk/units/{}/entries", work.unit), &form).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text());
    finish(officer, &begun.location.expect("a draft"), work).await
}

async fn finish(browser: &mut Browser, draft: &str, work: &Work<'_>) -> String {
    let code = draft.split('/').nth(2).expect("a code").to_owned();
    let to = |step: &str| format!("/drafts/{code}/{step}");
    let drawn: Vec<Vec<u8>> = (0..work.pictures)
        .map(|n| {
            let more = u8::try_from(n).expect("few pictures") * 120;
            picture(320, 240, work.seed.wrapping_add(more), ImageFormat::Jpeg)
        })
        .collect();
    let files: Vec<_> =
        drawn.iter().map(|bytes| ("slot.photo", "anh.jpg", bytes.as_slice())).collect();
    let sent = browser.post_files(&to("work"), &[("then", "stay")], &files).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let page = browser.get(&to("work")).await;
    let names = page.attributes("[name^='alt.'], [name^='caption.']", "name");
    let words: Vec<_> =
        names.iter().map(|name| (name.as_str(), "Giờ làm việc ở cơ quan")).collect();
    let kept = browser.post(&to("work"), &words).await;
    assert_eq!(kept.location, Some(to("about")), "{}", kept.text());
    let page = browser.get(&to("about")).await;
    let version = page.attributes("input[name='version']", "value").remove(0);
    let about = [
        ("version", version.as_str()),
        ("title", &work.title),
        ("name", &work.name),
        ("kind", work.kind),
        ("show", "full"),
        ("unit", work.unit),
        ("phone", &work.phone),
    ];
    let kept = browser.post(&to("about"), &about).await;
    assert_eq!(kept.location, Some(to("check")), "{}", kept.text());
    let agreed: Vec<_> = work.agree.iter().map(|key| ("agree", *key)).collect();
    let done = browser.post(&to("submission"), &agreed).await;
    assert_eq!(done.location, Some(format!("/receipts/{code}")), "{}", done.text());
    code
}

/// Offers seats of a round and opens it; answers the browsers of those who sit.
async fn seat(site: &Site, organiser: &mut Browser, round: &str, judges: &[&str]) -> Vec<Browser> {
    let mut seated = Vec::new();
    for email in judges {
        let form = [("name", *email), ("email", *email)];
        let given = organiser.post(&format!("{round}/seats"), &form).await;
        assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
        site.work().await;
        seated.push(site.signed_in(email).await);
    }
    let opened = organiser.post(round, &[("act", "open")]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{:?}", opened.all("main [role=alert]"));
    seated
}

/// One judge fills every sheet: `marks` says which marks the work with a title gets. The titles are
/// what the judge sees; nothing else is known of whose work it is.
async fn judge(judge: &mut Browser, marks: impl Fn(&str) -> BTreeMap<&'static str, u32>) {
    let desk = judge.get("/desk").await;
    let round = desk.attributes("a[href^='/judging/']", "href").pop().expect("a round");
    let list = judge.get(&round).await;
    for work in list.attributes(".cards a", "href") {
        let page = judge.get(&work).await;
        let title = page.all("h1").remove(0);
        let sheet = serde_json::json!({ "version": 0, "marks": marks(&title) });
        let saved = judge.put_json(&format!("{work}/sheet"), &sheet).await;
        assert_eq!(saved.status, StatusCode::OK, "{title}: {}", saved.text());
        assert_eq!(saved.json()["done"], true, "{title}");
    }
    let done = judge.post(&format!("{round}/completion"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
}

/// Who won what on the public page of results: prize, then titles in the order of their places.
async fn prizes(site: &Site, slug: &str) -> BTreeMap<String, Vec<String>> {
    let page = site.browser().get(&format!("/contests/{slug}/results")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let html = scraper::Html::parse_document(page.text());
    let select = |text: &str| scraper::Selector::parse(text).expect("a selector");
    let mut won = BTreeMap::<String, Vec<String>>::new();
    for row in html.select(&select("tbody tr")) {
        let title: String = row.select(&select("th a")).flat_map(|link| link.text()).collect();
        for prize in row.select(&select("td:last-child strong")) {
            won.entry(prize.text().collect()).or_default().push(title.clone());
        }
    }
    won
}
