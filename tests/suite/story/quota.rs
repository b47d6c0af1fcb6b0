//! The áo dài contest of Hải Phòng, 2026: how many a unit may send depends on its type, and two
//! tables of prizes are never mixed, one by interaction elsewhere and one by the jury.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use image::ImageFormat;

use super::{
    Work, accept_all, announce, archive, close, enter_for, example, import, judge, prizes, publish,
    seat, try_for, units,
};
use crate::entry::picture;
use crate::support::{Browser, Site, both};

const SLUG: &str = "ao-dai-hai-phong-2026";
const DESK: &str = "/desk/contests/ao-dai-hai-phong-2026";
const ORGANISER: &str = "haiphong@example.vn";
const COUNTER: &str = "truyenthong@example.vn";
const APPROVER: &str = "quantri@example.vn";
const AGREE: [&str; 2] = ["shown", "eligibility-2"];

fn titles(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    numbers.into_iter().map(|n| format!("Tà áo {n}")).collect()
}

fn number(title: &str) -> u32 {
    title.rsplit(' ').next().and_then(|n| n.parse().ok()).expect("a number")
}

/// Sends these works in an archive; says which came back, each with its sentence.
async fn send(
    officer: &mut Browser,
    unit: &str,
    works: std::ops::RangeInclusive<u32>,
) -> Vec<String> {
    let mut sheet = "Tên tác phẩm,Họ và tên,Số điện thoại,Tệp\n".to_owned();
    let mut pictures = Vec::new();
    for n in works {
        sheet += &format!("Tà áo {n},Nhóm {n},09140000{n:02},{n}.jpg\n");
        let seed = u8::try_from(n).unwrap();
        pictures.push((format!("{n}.jpg"), picture(96, 72, seed, ImageFormat::Jpeg)));
    }
    let page = import(officer, SLUG, unit, &archive(&sheet, &pictures)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    page.all("main ul li").into_iter().filter(|line| line.contains("gửi đủ")).collect()
}

/// The zone sends 51 and is allowed 50; a ward 19 beside two of a workplace below it, 21 and not
/// 20; a workplace right below the city six instead of five.
async fn intake(site: &Site) {
    site.set_clock("2026-03-08T01:00:00Z");
    let mut zone = site.leads("kcn-hp", "kcn@example.vn").await;
    let mut ward = site.leads("phuong", "phuong@example.vn").await;
    let mut port = site.leads("cang", "cang@example.vn").await;

    let beyond = send(&mut zone, "kcn-hp", 1..=51).await;
    assert_eq!(beyond.len(), 1, "{beyond:?}");
    assert!(beyond[0].starts_with("Dòng 52:") && beyond[0].contains("50 bài"), "{beyond:?}");
    let below = Work {
        kind: "unit",
        name: "Công đoàn cơ sở May".to_owned(),
        agree: &AGREE,
        ..Work::of(SLUG, "photo", "may")
    };
    for n in [52_u8, 53] {
        let (title, phone) = (format!("Tà áo {n}"), format!("09140000{n}"));
        enter_for(&mut ward, &Work { title, phone, seed: n, ..below.clone() }).await;
    }
    let beyond = send(&mut ward, "phuong", 54..=72).await;
    assert_eq!(beyond.len(), 1, "{beyond:?}");
    assert!(beyond[0].starts_with("Dòng 20:") && beyond[0].contains("20 bài"), "{beyond:?}");
    let beyond = send(&mut port, "cang", 73..=78).await;
    assert_eq!(beyond.len(), 1, "{beyond:?}");
    assert!(beyond[0].starts_with("Dòng 7:") && beyond[0].contains("5 bài"), "{beyond:?}");

    // The workplace below the ward has sent two of its five, but the ward is full.
    let (title, phone) = ("Tà áo 90".to_owned(), "0914000090".to_owned());
    let (code, refused) =
        try_for(&mut ward, &Work { title, phone, seed: 90, ..below.clone() }).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let told = refused.all("[role=alert] p").join(" ");
    assert!(told.contains("20 bài"), "{told}");
    let kept = ward.get(&format!("/drafts/{code}/work")).await;
    let pieces = kept.all(".piece p");
    assert!(pieces.iter().any(|said| said.starts_with("anh.jpg")), "{pieces:?}");
    site.work().await;
}

/// The jury: 100 − n points; fifty for content as long as there are so many.
fn marks(n: u32) -> BTreeMap<&'static str, u32> {
    let all = 100 - n;
    let content = all.min(50);
    let art = (all - content).min(40);
    let group = all - content - art;
    BTreeMap::from([("content", content * 100), ("art", art * 100), ("group", group * 100)])
}

/// Likes and shares: 11n points, but 75 as many as 76 with more shares among them.
fn counts(n: u32) -> (u32, u32) {
    match n {
        75 => (756, 80),
        n => (10 * n, n),
    }
}

/// One types what the city's page shows, in a sheet; another confirms it.
async fn count(site: &Site) {
    site.set_clock("2026-03-14T01:00:00Z");
    let mut typist = site.signed_in(COUNTER).await;
    let mut sheet = "Số,Mã bài,Tên tác phẩm,Nơi đăng tác phẩm,Lượt thích,Lượt chia sẻ\n".to_owned();
    let works = (1..=50).chain(52..=71).chain(73..=77);
    for (number, n) in (1..).zip(works) {
        let (like, share) = counts(n);
        sheet += &format!("{number},,,,{like},{share}\n");
    }
    let form = [("read_at", "2026-03-14T07:30")];
    let proof = picture(96, 72, 99, ImageFormat::Png);
    let files = [("sheet", "so.csv", sheet.as_bytes()), ("proof", "trang.png", proof.as_slice())];
    let typed = typist.post_files(&format!("{DESK}/counts/import"), &form, &files).await;
    assert_eq!(typed.status, StatusCode::OK, "{}", typed.text());
    assert!(typed.text().contains("Đã ghi 150 số liệu"), "{}", typed.text());
    let mut second = site.signed_in(ORGANISER).await;
    let page = second.get(&format!("{DESK}/counts")).await;
    let waiting = page.attributes("input[name=count]", "value");
    assert_eq!(waiting.len(), 150);
    let mut form: Vec<_> = waiting.iter().map(|id| ("count", id.as_str())).collect();
    form.push(("act", "confirm"));
    let done = second.post(&format!("{DESK}/counts/settlement"), &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
}

both! {
    async fn the_quota_by_type_of_unit_holds_and_both_tables_have_their_own_winners(site: Site) {
        site.set_clock("2026-03-01T01:00:00Z");
        site.units().await;
        let tree = [
            ("kcn-hp", "Công đoàn các khu công nghiệp", "zone", "ldld-hai-phong", None),
            ("phuong", "Công đoàn phường", "commune", "ldld-hai-phong", None),
            ("may", "Công đoàn cơ sở May", "base", "phuong", Some(900)),
            ("cang", "Công đoàn cơ sở Cảng", "base", "ldld-hai-phong", Some(400)),
        ];
        units(site, &tree).await;
        announce(site, &example("38-ao-dai-hai-phong-2026")).await;
        site.leads("ldld-hai-phong", ORGANISER).await;
        site.leads("ldld-hai-phong", COUNTER).await;
        intake(site).await;
        site.set_clock("2026-03-11T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        assert_eq!(accept_all(&mut organiser, SLUG).await, 75);
        site.work().await;
        let round = format!("{DESK}/rounds/jury");
        let panel = ["gk-hp-1@example.vn", "gk-hp-2@example.vn"];
        for mut one in seat(site, &mut organiser, &round, &panel).await {
            judge(&mut one, |title| marks(number(title))).await;
        }
        close(&mut organiser, SLUG, "jury").await;
        count(site).await;
        site.set_clock("2026-03-16T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;
        publish(&mut organiser, &mut approver, SLUG).await;

        // By hand. 51, 72 and 78 were beyond the quotas. 75 and 76 are equal in points, and 75 was
        // shared more often.
        let won = prizes(site, SLUG).await;
        assert_eq!(won["Giải nhất"], titles(1..=5));
        assert_eq!(won["Giải nhì"], titles(6..=15));
        assert_eq!(won["Giải ba"], titles(16..=35));
        assert_eq!(won["Giải nhất tương tác"], titles([77]));
        assert_eq!(won["Giải nhì tương tác"], titles([75, 76, 74, 73, 71, 70, 69, 68, 67, 66]));
        let third = (52..=65).rev().chain((45..=50).rev());
        assert_eq!(won["Giải ba tương tác"], titles(third));
        let page = site.browser().get(&format!("/contests/{SLUG}/results")).await;
        let units = page.all("section:has(h2) tbody tr");
        let units: Vec<_> = units.into_iter().filter(|row| row.contains("tập thể")).collect();
        let wanted = [
            ("Công đoàn các khu công nghiệp", "50", "Giải nhất tập thể"),
            ("Công đoàn phường", "20", "Giải nhất tập thể"),
            ("Công đoàn cơ sở Cảng", "5", "Giải nhất tập thể"),
            ("Công đoàn cơ sở May", "2", "Giải nhì tập thể"),
        ];
        assert_eq!(units.len(), wanted.len(), "{units:?}");
        for (row, (unit, works, prize)) in units.iter().zip(wanted) {
            let counted = format!("Số bài hợp lệ: {works} điểm");
            assert!(row.contains(unit) && row.contains(&counted) && row.contains(prize), "{row}");
        }
        site.work().await;
    }
}
