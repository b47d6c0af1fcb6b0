//! What officers and organisers do after the entries are in, through the doors.

mod award;
mod count;
mod crew;
mod log;
mod people;
mod unit;

use actix_web::http::StatusCode;

use crate::entry::{begin, contest, fill, submit};
use crate::support::{Browser, Site};

pub const DESK: &str = "/desk/contests/anh-dep";

/// What the contest of these tests has beside its entries: a table by votes, prizes, a window for
/// complaints, outside counts.
const MORE: &str = "
  - { key: counts, kind: outside_count, opens: 2026-04-12, closes: 2026-04-22 }
  - { key: complaints, kind: complaint, opens: 2026-04-23, closes: 2026-04-30 }
categories:";

const RESULTS: &str = "
outside_counts:
  phase: counts
  kinds:
    - { key: view, label: Lượt xem, points: 1 }
    - { key: share, label: Lượt chia sẻ, points: 5 }
tables:
  - key: reach
    title: Bảng tương tác
    formula: [{ source: outside_points, weight: 100, normalise: raw }]
    ties: [decision]
prizes:
  - { key: first, label: Giải nhất, table: reach, count: 1, amount: 3000000, next_in_line_days: 7 }
  - { key: second, label: Giải nhì, table: reach, count: 1, amount: 2000000 }
";

/// A proof of counts.
pub fn proof() -> Vec<u8> {
    crate::entry::picture(300, 300, 9, image::ImageFormat::Png)
}

/// The contest with so many accepted entries; answers whoever sent each and its code.
pub async fn accepted(site: &Site, count: u8) -> Vec<(Browser, String)> {
    accepted_by(site, count, |text| text).await
}

/// The same, where `change` alters the rules first.
pub async fn accepted_by(
    site: &Site,
    count: u8,
    change: impl FnOnce(String) -> String,
) -> Vec<(Browser, String)> {
    contest(site, |text| {
        let text = text.replace("max: 2 }", "max: 99 }");
        change(format!("{}{RESULTS}", text.replace("\ncategories:", MORE)))
    })
    .await;
    let mut screener = site.leads("ldld-thi-diem", "duyet@example.vn").await;
    let mut entrants = Vec::new();
    for seed in 0..count {
        let mut browser = site.browser();
        let code = begin(&mut browser, seed).await;
        fill(
            &mut browser,
            &code,
            &format!("Người thứ {}", seed + 1),
            &format!("09123456{seed:02}"),
        )
        .await;
        let done = submit(&mut browser, &code).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let at = format!("{DESK}/screening/{code}");
        let found = screener.post(&at, &[("verdict", "accept")]).await;
        assert_eq!(found.status, StatusCode::SEE_OTHER, "{}", found.text());
        entrants.push((browser, code));
    }
    site.work().await;
    entrants
}
