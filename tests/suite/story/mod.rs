//! Stories: whole contests through the doors, with winners that were worked out by hand.

mod bank;
mod cascade;
mod mixed;
mod quota;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use entity::id::ContestId;
use hoithi::contest::apply::{self, Change, apply};
use hoithi::contest::definition::Definition;
use hoithi::contest::document;
use hoithi::{contest, db, unit};
use image::ImageFormat;

use crate::entry::picture;
use crate::support::{Answer, Browser, Site};

/// The text of a definition in `examples/contests`.
pub fn example(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/contests");
    std::fs::read_to_string(format!("{folder}/{name}.yaml")).expect("an example")
}

/// Applies a definition and announces it, as an administrator does on the command line.
pub async fn announce(site: &Site, text: &str) -> ContestId {
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
pub async fn units(site: &Site, rows: &[(&str, &str, &str, &str, Option<i32>)]) {
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
#[derive(Clone)]
pub struct Work<'a> {
    pub slug: &'a str,
    pub category: &'a str,
    pub unit: &'a str,
    pub title: String,
    pub name: String,
    pub kind: &'a str,
    /// `full`, `pen` or `hidden`, and the pen name.
    pub show: (&'a str, &'a str),
    pub phone: String,
    pub email: &'a str,
    pub pictures: usize,
    /// Texts by the key of their slot.
    pub texts: &'a [(&'a str, &'a str)],
    pub seed: u8,
    pub agree: &'a [&'a str],
}

impl<'a> Work<'a> {
    /// A person's work of one picture, still without title and name.
    pub fn of(slug: &'a str, category: &'a str, unit: &'a str) -> Self {
        Self {
            slug,
            category,
            unit,
            title: String::new(),
            name: String::new(),
            kind: "person",
            show: ("full", ""),
            phone: String::new(),
            email: "",
            pictures: 1,
            texts: &[],
            seed: 0,
            agree: &[],
        }
    }
}

/// Sends an entry in as its author; answers its code.
pub async fn enter(browser: &mut Browser, work: &Work<'_>) -> String {
    let form = [("category", work.category), ("unit", work.unit)];
    let path = format!("/contests/{}/entries", work.slug);
    let begun = browser.post_files(&path, &form, &[]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text());
    let (code, done) = finish(browser, &begun.location.expect("a draft"), work).await;
    assert_eq!(done.location, Some(format!("/receipts/{code}")), "{}", done.text());
    code
}

/// Sends an entry in for somebody, as an officer of `unit`; answers its code.
pub async fn enter_for(officer: &mut Browser, work: &Work<'_>) -> String {
    let (code, done) = try_for(officer, work).await;
    assert_eq!(done.location, Some(format!("/receipts/{code}")), "{}", done.text());
    code
}

/// The same, where it may be refused.
pub async fn try_for(officer: &mut Browser, work: &Work<'_>) -> (String, Answer) {
    let place = format!("{}/{}", work.slug, work.category);
    let form = [("place", place.as_str())];
    let begun = officer.post(&format!("/desk/units/{}/entries", work.unit), &form).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text());
    finish(officer, &begun.location.expect("a draft"), work).await
}

/// Fills a draft in and submits it.
pub async fn finish(browser: &mut Browser, draft: &str, work: &Work<'_>) -> (String, Answer) {
    let code = draft.split('/').nth(2).expect("a code").to_owned();
    let to = |step: &str| format!("/drafts/{code}/{step}");
    let drawn: Vec<Vec<u8>> = (0..work.pictures)
        .map(|n| {
            let more = u8::try_from(n).expect("few pictures") * 120;
            picture(96, 72, work.seed.wrapping_add(more), ImageFormat::Jpeg)
        })
        .collect();
    let files: Vec<_> =
        drawn.iter().map(|bytes| ("slot.photo", "anh.jpg", bytes.as_slice())).collect();
    let fields: Vec<_> =
        work.texts.iter().map(|(slot, text)| (format!("slot.{slot}"), *text)).collect();
    let mut form: Vec<_> = fields.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    form.push(("then", "stay"));
    let sent = browser.post_files(&to("work"), &form, &files).await;
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
        ("show", work.show.0),
        ("pen", work.show.1),
        ("unit", work.unit),
        ("phone", &work.phone),
        ("email", work.email),
    ];
    let kept = browser.post(&to("about"), &about).await;
    assert_eq!(kept.location, Some(to("check")), "{}", kept.text());
    let agreed: Vec<_> = work.agree.iter().map(|key| ("agree", *key)).collect();
    let done = browser.post(&to("submission"), &agreed).await;
    (code, done)
}

/// An archive of a sheet and the pictures that it names.
pub fn archive(sheet: &str, pictures: &[(String, Vec<u8>)]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let named = pictures.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    for (name, bytes) in [("danh-sach.csv", sheet.as_bytes())].into_iter().chain(named) {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Sends an archive in as an officer of `unit`; answers the page that says what became of it.
pub async fn import(officer: &mut Browser, slug: &str, unit: &str, archive: &[u8]) -> Answer {
    let form = [("contest", slug), ("agreed", "yes")];
    let files = [("archive", "bai.zip", archive)];
    let path = format!("/desk/units/{unit}/entries/import");
    officer.post_files(&path, &form, &files).await
}

/// Name in addresses of the contest of [`stage`].
pub const STAGE: &str = "san-khau";
/// Who runs it, and who approves.
pub const ORGANISER: &str = "bantochuc@example.vn";
pub const APPROVER: &str = "quantri@example.vn";

/// A small contest, of the demo's province, with whatever `more` says: entries from 1 to 5 April
/// 2026, judging and voting from the 6th to the 10th, the announcement on the 11th, complaints
/// until the 20th.
pub fn staged(more: &str) -> String {
    // Who votes for what a round sends on, votes after that round.
    let (ends, votes) = if more.contains("went_on_from") {
        ("2026-04-08", "2026-04-09")
    } else {
        ("2026-04-10", "2026-04-06")
    };
    format!(
        "slug: {STAGE}
title: Ảnh đẹp
unit: ldld-thi-diem
phases:
  - {{ key: intake, kind: intake, opens: 2026-04-01, closes: 2026-04-05 }}
  - {{ key: final, kind: round, opens: 2026-04-06, closes: {ends} }}
  - {{ key: vote, kind: voting, opens: {votes}, closes: 2026-04-10 }}
  - {{ key: announcement, kind: announcement, opens: 2026-04-11, closes: 2026-04-11 }}
  - {{ key: complaint, kind: complaint, opens: 2026-04-11, closes: 2026-04-20 }}
categories:
  - {{ key: photo, title: Ảnh, slots: [{{ key: photo, kind: photo, label: Ảnh dự thi }}] }}
declarations:
  - {{ key: original, text: Tôi cam kết đây là ảnh gốc. }}
{more}"
    )
}

/// The contest of [`staged`] with these works, sent by different people and accepted; the clock
/// stands on the morning of 6 April. Answers the works' codes.
pub async fn stage(site: &Site, more: &str, titles: &[&str]) -> Vec<String> {
    stage_of(site, &staged(more), titles).await
}

/// The same, of a definition with the stage's dates.
pub async fn stage_of(site: &Site, definition: &str, titles: &[&str]) -> Vec<String> {
    site.units().await;
    announce(site, definition).await;
    let mut codes = Vec::new();
    for (n, title) in (1..).zip(titles) {
        let work = Work {
            title: (*title).to_owned(),
            name: format!("Tác giả {title}"),
            phone: format!("09150000{n:02}"),
            seed: n,
            agree: &["original"],
            ..Work::of(STAGE, "photo", "td-kcn")
        };
        codes.push(enter(&mut site.browser(), &work).await);
    }
    site.leads("ldld-thi-diem", ORGANISER).await;
    site.set_clock("2026-04-06T00:50:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    assert_eq!(accept_all(&mut organiser, STAGE).await, titles.len());
    site.work().await;
    site.letters();
    site.set_clock("2026-04-06T01:00:00Z");
    codes
}

/// Accepts every work of a contest that waits, as somebody who may.
pub async fn accept_all(screener: &mut Browser, slug: &str) -> usize {
    let mut accepted = 0;
    loop {
        let waiting = screener.get(&format!("/desk/contests/{slug}/screening")).await;
        assert_eq!(waiting.status, StatusCode::OK, "{}", waiting.text());
        let found = waiting.attributes(".cards a", "href");
        if found.is_empty() {
            return accepted;
        }
        for work in found {
            let done = screener.post(&work, &[("verdict", "accept")]).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
            accepted += 1;
        }
    }
}

/// Closes a round.
pub async fn close(organiser: &mut Browser, slug: &str, round: &str) {
    let path = format!("/desk/contests/{slug}/rounds/{round}");
    let closed = organiser.post(&path, &[("act", "close"), ("sure", "yes")]).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{:?}", closed.all(".notice li"));
}

/// Votes for a work from so many browsers that were never here.
pub async fn vote(site: &Site, code: &str, voters: usize) {
    for _ in 0..voters {
        let mut voter = site.browser();
        voter.get(&format!("/entries/{code}")).await;
        let counted = voter.post_for_json(&format!("/entries/{code}/vote"), &[]).await;
        assert_eq!(counted.json()["counted"], true, "{}", counted.text());
    }
}

/// Decides every tie that is asked about in favour of the entry with this title.
pub async fn decide(desk: &mut Browser, path: &str, favoured: &str) {
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

/// Proposes a result as one person and publishes it as another; the first cannot do both.
pub async fn publish(one: &mut Browser, other: &mut Browser, slug: &str) {
    let path = format!("/desk/contests/{slug}");
    let proposed = one.post(&format!("{path}/proposal"), &[("act", "propose")]).await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{:?}", proposed.all(".notice li"));
    let own = one.post(&format!("{path}/publication"), &[("sure", "yes")]).await;
    assert!(!own.all(".notice.danger li").is_empty(), "whoever proposed cannot approve");
    let done = other.post(&format!("{path}/publication"), &[("sure", "yes")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.all(".notice li"));
}

/// Offers seats of a round and opens it; answers the browsers of those who sit.
pub async fn seat(
    site: &Site,
    organiser: &mut Browser,
    round: &str,
    judges: &[&str],
) -> Vec<Browser> {
    let mut seated = Vec::new();
    for email in judges {
        let form = [("name", *email), ("email", *email)];
        let given = organiser.post(&format!("{round}/seats"), &form).await;
        assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
        site.work().await;
        seated.push(site.signed_in(email).await);
    }
    let opened = organiser.post(round, &[("act", "open"), ("sure", "yes")]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{:?}", opened.all("main [role=alert]"));
    seated
}

/// One judge fills every sheet: `marks` says which marks the work with a title gets. The titles are
/// what the judge sees; nothing else is known of whose work it is.
pub async fn judge(judge: &mut Browser, marks: impl Fn(&str) -> BTreeMap<&'static str, u32>) {
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
pub async fn prizes(site: &Site, slug: &str) -> BTreeMap<String, Vec<String>> {
    let page = site.browser().get(&format!("/contests/{slug}/results")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let html = scraper::Html::parse_document(page.text());
    let select = |text: &str| scraper::Selector::parse(text).expect("a selector");
    let mut won = BTreeMap::<String, Vec<String>>::new();
    for row in html.select(&select("tbody tr")) {
        let title: String = row.select(&select("th a")).flat_map(|link| link.text()).collect();
        for prize in row.select(&select("td .prize")) {
            won.entry(prize.text().collect::<String>().trim().to_owned())
                .or_default()
                .push(title.clone());
        }
    }
    won
}
