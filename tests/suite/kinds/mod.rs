//! Rounds of every kind, through the judges' and the organiser's doors.

mod lists;
mod marked;
mod pairs;
mod settled;
mod sieve;

use actix_web::http::StatusCode;
use entity::entry::{self, EntrantKind, State};
use entity::id::EntryId;
use entity::{candidate, category, round};
use sea_orm::{EntityTrait, Set};

use crate::entry::contest;
use crate::support::{Answer, Browser, Site};

pub const DESK: &str = "/desk/contests/anh-dep/rounds/jury";

/// A contest of so many accepted entries, titled A, B, C …, with a round of this kind whose
/// panel of so many judges is seated; the organiser, and the judges.
pub async fn jury(
    site: &mut Site,
    kind: &str,
    entries: u8,
    judges: usize,
) -> (Browser, Vec<Browser>) {
    site.jobs_may_wait();
    let round = format!(
        "  - {{ key: judging, kind: round, opens: 2026-04-11, closes: 2026-04-20 }}\n\
         rounds:\n  - {{ key: jury, title: Vòng chấm, phase: judging, {kind} }}\ncategories:"
    );
    let id = contest(site, |text| text.replacen("categories:", &round, 1)).await;
    site.set_clock("2026-04-11T02:00:00Z");
    let category = category::Entity::find().one(&site.app.db).await.unwrap().unwrap().id;
    let now = site.app.clock.now();
    let tx = hoithi::db::begin(&site.app.db).await.unwrap();
    for number in 0..entries {
        let title = char::from(b'A' + number).to_string();
        let row = entry::ActiveModel {
            id: Set(EntryId::new()),
            contest_id: Set(id),
            category_id: Set(category),
            code: Set(format!("AAAAAAA{title}")),
            number: Set(Some(i32::from(number) + 1)),
            title: Set(title.clone()),
            search_text: Set(title),
            state: Set(State::Accepted),
            entrant_kind: Set(EntrantKind::Person),
            entrant_name: Set("Nguyễn Văn Nam".to_owned()),
            shown_name: Set("Nguyễn Văn Nam".to_owned()),
            unit_id: Set(None),
            author_id: Set(None),
            entered_by: Set(None),
            resume_hash: Set(None),
            phone: Set(None),
            email: Set(None),
            lang: Set("vi".to_owned()),
            version: Set(1),
            submitted_at: Set(Some(now)),
            repair_until: Set(None),
            promoted_from: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
        };
        entry::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut organiser = site.leads("ldld-thi-diem", "totchuc@example.vn").await;
    let mut panel = Vec::new();
    for number in 1..=judges {
        let email = format!("giamkhao{number}@example.vn");
        let seated = organiser.post(&format!("{DESK}/seats"), &[("email", &email)]).await;
        assert_eq!(seated.status, StatusCode::SEE_OTHER, "{}", seated.text());
        site.work().await;
        site.letters();
        panel.push(site.signed_in(&email).await);
    }
    let opened = organiser.post(DESK, &[("act", "open"), ("sure", "yes")]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
    (organiser, panel)
}

pub async fn round_id(site: &Site) -> String {
    round::Entity::find().one(&site.app.db).await.unwrap().unwrap().id.to_string()
}

/// By which judges know the entry of this title.
pub async fn alias(site: &Site, title: &str) -> String {
    let entries = entry::Entity::find().all(&site.app.db).await.unwrap();
    let id = entries.into_iter().find(|row| row.title == title).unwrap().id;
    let rows = candidate::Entity::find().all(&site.app.db).await.unwrap();
    rows.into_iter().find(|row| row.entry_id == id).unwrap().alias
}

/// Titles with their results in whole points, best first, and a star for those that went on.
pub async fn outcome(site: &Site) -> Vec<String> {
    let entries = entry::Entity::find().all(&site.app.db).await.unwrap();
    let mut rows = candidate::Entity::find().all(&site.app.db).await.unwrap();
    rows.sort_by_key(|row| std::cmp::Reverse(row.millionths));
    let mut told: Vec<(Option<i64>, String)> = rows
        .into_iter()
        .map(|row| {
            let title = &entries.iter().find(|entry| entry.id == row.entry_id).unwrap().title;
            let on = if row.went_on == Some(true) { "*" } else { "" };
            (row.millionths, format!("{title}{} {}", on, row.millionths.unwrap() / 1_000_000))
        })
        .collect();
    told.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    told.into_iter().map(|(_, text)| text).collect()
}

/// Numbers of a line of a CSV file, without its first cell.
fn cells(line: &str) -> Vec<f64> {
    line.trim_end().split(',').skip(1).map(|cell| cell.parse().expect("a number")).collect()
}

pub async fn close(organiser: &mut Browser, more: &[(&str, &str)]) -> Answer {
    let form: Vec<(&str, &str)> =
        [("act", "close"), ("sure", "yes")].into_iter().chain(more.iter().copied()).collect();
    organiser.post(DESK, &form).await
}

pub async fn answer(
    site: &Site,
    judge: &mut Browser,
    title: &str,
    form: &[(&str, &str)],
) -> Answer {
    let (round, alias) = (round_id(site).await, alias(site, title).await);
    judge.post(&format!("/judging/{round}/{alias}/sheet"), form).await
}
