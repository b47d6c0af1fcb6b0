//! The cascade of Bình Phước, 2020: grassroots unions send at least five works up, the unions right
//! above them at least ten, the province exactly ten, and the nation ranks those.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use image::ImageFormat;

use super::{
    accept_all, announce, archive, close, decide, example, import, judge, prizes, publish, seat,
    units,
};
use crate::entry::picture;
use crate::support::{Browser, Site, both};

const PROVINCE: &str = "net-dep-binh-phuoc-2020";
const NATION: &str = "net-dep-toan-quoc-2020";
const ORGANISER: &str = "binhphuoc@example.vn";
const APPROVER: &str = "quantri@example.vn";
/// Grassroots unions, each with the union right above it; union `k` sends works 6k − 5 to 6k.
const GRASSROOTS: [(&str, &str); 4] = [
    ("co-so-1", "chon-thanh"),
    ("co-so-2", "chon-thanh"),
    ("co-so-3", "cao-su"),
    ("co-so-4", "cao-su"),
];
const SUPERIORS: [&str; 2] = ["chon-thanh", "cao-su"];

const CATEGORY: &str = "
categories:
  - key: photo
    title: Ảnh và thông điệp
    slots:
      - { key: photo, kind: photo, label: Ảnh dự thi, caption: { required: true } }
      - { key: message, kind: text, label: Thông điệp }
declarations:
  - { key: original, text: Tôi cam kết đây là ảnh gốc. }
";

/// The contest of a grassroots union: one judge, the five best go up.
fn of_grassroots(unit: &str, above: &str) -> String {
    format!(
        "slug: net-dep-{unit}
title: Nét đẹp {unit}
unit: {unit}
parent: net-dep-{above}
phases:
  - {{ key: intake, kind: intake, opens: 2020-05-01, closes: 2020-07-31 }}
  - {{ key: round, kind: round, opens: 2020-08-01, closes: 2020-08-10 }}
  - {{ key: announcement, kind: announcement, opens: 2020-08-15, closes: 2020-08-15 }}
rounds:
  - {{ key: round, title: Chấm, phase: round, criteria: [{{ key: all, label: Tất cả, max: 100 }}] }}
tables:
  - {{ key: jury, title: Xếp hạng, formula: [{{ source: {{ round: round }} }}], ties: [decision] }}
promotion: {{ count: {{ min: 5, max: 5 }}, basis: {{ rank: jury }} }}
{CATEGORY}"
    )
}

/// The contest of a union right above: it checks what comes and sends all of it, at least ten.
fn of_superior(unit: &str) -> String {
    format!(
        "slug: net-dep-{unit}
title: Nét đẹp {unit}
unit: {unit}
parent: {PROVINCE}
phases:
  - {{ key: intake, kind: intake, opens: 2020-08-01, closes: 2020-08-31 }}
  - {{ key: announcement, kind: announcement, opens: 2020-09-05, closes: 2020-09-05 }}
promotion: {{ count: {{ min: 10 }}, basis: all }}
{CATEGORY}"
    )
}

fn number(title: &str) -> u32 {
    title.rsplit(' ').next().and_then(|n| n.parse().ok()).expect("a number")
}

fn titles(numbers: &[u32]) -> Vec<String> {
    numbers.iter().map(|n| format!("Ảnh {n}")).collect()
}

async fn six(officer: &mut Browser, unit: &str, k: u32) {
    let mut sheet = "Tên tác phẩm,Họ và tên,Số điện thoại,Tệp,Chú thích,Bài viết\n".to_owned();
    let mut pictures = Vec::new();
    for n in 6 * k + 1..=6 * k + 6 {
        let row = format!("Ảnh {n},Người gửi {n},09130000{n:02},{n}.jpg");
        sheet += &format!("{row},Tổ {n} ở xưởng trong giờ làm,Gắn kết để vươn xa\n");
        let seed = u8::try_from(n).unwrap();
        pictures.push((format!("{n}.jpg"), picture(96, 72, seed, ImageFormat::Jpeg)));
    }
    let slug = format!("net-dep-{unit}");
    let taken = import(officer, &slug, unit, &archive(&sheet, &pictures)).await;
    let codes = taken.attributes("a[href^='/receipts/']", "href");
    assert_eq!(codes.len(), 6, "{}", taken.text());
}

/// Each grassroots union judges its six; the last of them stays.
async fn grassroots(site: &Site) {
    site.set_clock("2020-07-20T01:00:00Z");
    for (k, (unit, _)) in (0..).zip(GRASSROOTS) {
        let mut officer = site.leads(unit, &format!("{unit}@example.vn")).await;
        six(&mut officer, unit, k).await;
        assert_eq!(accept_all(&mut officer, &format!("net-dep-{unit}")).await, 6);
    }
    site.work().await;
    site.set_clock("2020-08-02T01:00:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    for (unit, _) in GRASSROOTS {
        let path = format!("/desk/contests/net-dep-{unit}/rounds/round");
        let email = format!("gk-{unit}@example.vn");
        let mut one = seat(site, &mut organiser, &path, &[email.as_str()]).await.remove(0);
        judge(&mut one, |title| BTreeMap::from([("all", (100 - number(title)) * 100)])).await;
        close(&mut organiser, &format!("net-dep-{unit}"), "round").await;
    }
    site.set_clock("2020-08-15T01:00:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    let mut approver = site.signed_in(APPROVER).await;
    for (unit, _) in GRASSROOTS {
        publish(&mut organiser, &mut approver, &format!("net-dep-{unit}")).await;
    }
    site.work().await;
}

/// The unions right above check their ten and send them on; with nine they could not.
async fn superiors(site: &Site) {
    site.set_clock("2020-09-05T01:00:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    let mut approver = site.signed_in(APPROVER).await;
    for unit in SUPERIORS {
        let slug = format!("net-dep-{unit}");
        let desk = format!("/desk/contests/{slug}");
        let waiting = organiser.get(&format!("{desk}/screening")).await;
        let all = waiting.attributes(".cards a", "href");
        assert_eq!(all.len(), 10, "{}", waiting.text());
        for work in &all {
            organiser.post(work, &[("verdict", "accept")]).await;
        }
        let reject = [("verdict", "reject"), ("reason", "reason-blurred")];
        organiser.post(&format!("{}/undo", all[0]), &[]).await;
        organiser.post(&all[0], &reject).await;
        let nine = organiser.post(&format!("{desk}/proposal"), &[("act", "propose")]).await;
        let told = nine.all(".notice li").join(" ");
        assert!(told.contains("9") && told.contains("10"), "nine are too few: {told}");
        organiser.post(&format!("{}/undo", all[0]), &[]).await;
        let again = organiser.post(&all[0], &[("verdict", "accept")]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text());
        publish(&mut organiser, &mut approver, &slug).await;
    }
    site.work().await;
}

/// Marks in the province: 100 − n points, but 2 like 1 with a point moved from art to content, and
/// 13 exactly like 11, where the cut falls.
fn in_the_province(n: u32) -> BTreeMap<&'static str, u32> {
    let (content, art) = match n {
        2 => (50, 29),
        13 => (50 - 11, 30),
        n => (50 - n, 30),
    };
    BTreeMap::from([("content", content * 100), ("art", art * 100), ("message", 2000)])
}

async fn province(site: &Site) {
    site.set_clock("2020-09-30T01:00:00Z");
    let mut officer = site.signed_in(ORGANISER).await;
    let targets = officer.get("/desk/units/chon-thanh/entries").await;
    assert!(targets.text().contains("10 / 10 bài theo chỉ tiêu"), "{}", targets.text());
    assert_eq!(accept_all(&mut officer, PROVINCE).await, 20);
    site.set_clock("2020-10-07T01:00:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    let round = format!("/desk/contests/{PROVINCE}/rounds/final");
    let panel = ["gk-tinh-1@example.vn", "gk-tinh-2@example.vn"];
    for mut one in seat(site, &mut organiser, &round, &panel).await {
        judge(&mut one, |title| in_the_province(number(title))).await;
    }
    close(&mut organiser, PROVINCE, "final").await;
    site.set_clock("2020-10-20T01:00:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    let mut approver = site.signed_in(APPROVER).await;
    let desk = format!("/desk/contests/{PROVINCE}");
    let blocked = organiser.post(&format!("{desk}/proposal"), &[("act", "propose")]).await;
    assert!(blocked.text().contains("Ảnh 13"), "11 and 13 are equal where the cut falls");
    decide(&mut organiser, &desk, "Ảnh 13").await;
    publish(&mut organiser, &mut approver, PROVINCE).await;
    site.work().await;
}

/// The nation gives the later works more points.
async fn nation(site: &Site) {
    site.set_clock("2020-10-25T01:00:00Z");
    let mut organiser = site.signed_in(APPROVER).await;
    assert_eq!(accept_all(&mut organiser, NATION).await, 10);
    site.set_clock("2020-11-02T01:00:00Z");
    let mut organiser = site.signed_in(APPROVER).await;
    let round = format!("/desk/contests/{NATION}/rounds/final");
    let panel = ["gk-tw-1@example.vn", "gk-tw-2@example.vn"];
    let mut seen = Vec::new();
    for mut one in seat(site, &mut organiser, &round, &panel).await {
        let titles = std::cell::RefCell::new(Vec::new());
        judge(&mut one, |title| {
            titles.borrow_mut().push(number(title));
            BTreeMap::from([("content", number(title) * 100), ("art", 3000)])
        })
        .await;
        seen = titles.into_inner();
    }
    seen.sort_unstable();
    // By hand: 1–5, 7–10, and 13 by decision instead of 11.
    assert_eq!(seen, [1, 2, 3, 4, 5, 7, 8, 9, 10, 13]);
    close(&mut organiser, NATION, "final").await;
    site.set_clock("2020-11-30T01:00:00Z");
    let mut organiser = site.signed_in(APPROVER).await;
    let mut second = site.leads("tong-lien-doan", "tld@example.vn").await;
    publish(&mut organiser, &mut second, NATION).await;
}

both! {
    async fn four_levels_send_five_ten_and_ten_works_up_to_the_nation(site: Site) {
        site.set_clock("2020-05-01T01:00:00Z");
        site.units().await;
        let mut tree = Vec::new();
        for unit in SUPERIORS {
            tree.push((unit, unit, "superior", "ldld-dong-nai", None));
        }
        for (unit, above) in GRASSROOTS {
            tree.push((unit, unit, "base", above, Some(100)));
        }
        units(site, &tree).await;
        announce(site, &example("00-net-dep-toan-quoc-2020")).await;
        announce(site, &example("02-net-dep-binh-phuoc-2020")).await;
        for unit in SUPERIORS {
            announce(site, &of_superior(unit)).await;
        }
        for (unit, above) in GRASSROOTS {
            announce(site, &of_grassroots(unit, above)).await;
        }
        site.leads("ldld-dong-nai", ORGANISER).await;

        grassroots(site).await;
        superiors(site).await;
        province(site).await;
        nation(site).await;

        let places = site.browser().get(&format!("/contests/{PROVINCE}/results")).await;
        let order = places.all("tbody th a");
        assert_eq!(order[..10], titles(&[2, 1, 3, 4, 5, 7, 8, 9, 10, 13]));
        assert_eq!(order[10], "Ảnh 11");
        let won = prizes(site, NATION).await;
        assert_eq!(won["Giải nhất"], titles(&[13]));
        assert_eq!(won["Giải nhì"], titles(&[10, 9]));
        site.work().await;
    }
}
