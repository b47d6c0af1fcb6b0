//! How places came about, as the public page tells it for anybody to reckon again; and the same
//! places, marks and votes as sheets.

use std::collections::BTreeMap;

use entity::entry;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use crate::story::{APPROVER, ORGANISER, STAGE, close, decide, judge, publish, seat, stage, vote};
use crate::support::{Answer, Browser, Site, both};

/// A table for each way in which numbers become points, and for each rule about equals.
const RULES: &str = "
rounds:
  - { key: final, title: Chung khảo, phase: final, criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }
voting: { phase: vote }
tables:
  - { key: share, title: Tỷ lệ, formula: [{ source: votes, normalise: share_of_max }], ties: [earlier, decision] }
  - { key: cap, title: Mức, formula: [{ source: votes, normalise: { share_of_cap: 3 } }], ties: [{ criterion: { round: final, criterion: art } }, decision] }
  - { key: places, title: Thứ hạng, formula: [{ source: votes, normalise: { rank_points: [10, 8, 5] } }], ties: [{ higher: { round: final } }, decision] }
  - { key: percent, title: Phần trăm, formula: [{ source: votes, weight: 60, normalise: percentile }, { source: { round: final }, weight: 40, normalise: { share_of_cap: 10 } }], ties: [shared] }
  - { key: jury, title: Lôgarit, formula: [{ source: votes, normalise: log_share }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: jury, count: 1 }
  - { key: second, label: Giải nhì, table: jury, count: 1 }
";

/// Four, two, two and no votes; marks 9, 7, 8 and 6; of the equals, `Ba` was sent first, and was put
/// first by a decision. Answers the organiser's browser, the result published.
async fn published(site: &Site) -> Browser {
    let codes = stage(site, RULES, &["Một", "Hai", "Ba", "Bốn"]).await;
    let row = entry::Entity::find().filter(entry::Column::Title.eq("Ba")).one(&site.app.db);
    let row = row.await.unwrap().unwrap();
    let before = row.submitted_at.unwrap().plus_seconds(-60);
    let mut row = row.into_active_model();
    row.submitted_at = Set(Some(before));
    let tx = hoithi::db::begin(&site.app.db).await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    for (code, votes) in codes.iter().zip([4, 2, 2]) {
        vote(site, code, votes).await;
    }
    let mut organiser = site.signed_in(ORGANISER).await;
    let round = format!("/desk/contests/{STAGE}/rounds/final");
    let mut one = seat(site, &mut organiser, &round, &["gk@example.vn"]).await.remove(0);
    judge(&mut one, |title| {
        let mark = match title.rsplit(' ').next().unwrap() {
            "Một" => 900,
            "Hai" => 700,
            "Ba" => 800,
            _ => 600,
        };
        BTreeMap::from([("art", mark)])
    })
    .await;
    close(&mut organiser, STAGE, "final").await;
    site.set_clock("2026-04-11T01:00:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    let mut approver = site.signed_in(APPROVER).await;
    decide(&mut organiser, &format!("/desk/contests/{STAGE}"), "Ba").await;
    publish(&mut organiser, &mut approver, STAGE).await;
    site.work().await;
    organiser
}

/// The lines of a place's worksheet, place by place, in the table at this position.
fn sheets(page: &Answer, table: usize) -> Vec<Vec<String>> {
    let html = scraper::Html::parse_document(page.text());
    let select = |text: &str| scraper::Selector::parse(text).expect("a selector");
    let (tables, cells, lines) = (select("table.ranked"), select("details"), select("small"));
    let table = html.select(&tables).nth(table).expect("a table");
    let cells = table.select(&cells);
    cells.map(|cell| cell.select(&lines).map(|line| line.text().collect()).collect()).collect()
}

/// A sheet's lines behind its head.
async fn rows(organiser: &mut Browser, name: &str) -> Vec<String> {
    let answer = organiser.get(&format!("/desk/contests/{STAGE}/exports/{name}.csv")).await;
    answer.text().lines().skip(1).map(str::to_owned).collect()
}

both! {
    async fn every_step_of_every_formula_is_told_so_that_anybody_can_reckon_it_again(site: Site) {
        published(site).await;

        let page = site.browser().get(&format!("/contests/{STAGE}/results")).await;

        let sum = |points: &str, result: &str| format!("{points} × 100 % = {result} (làm tròn đến 2 chữ số thập phân)");
        assert_eq!(sheets(&page, 0), [
            vec!["Phiếu bình chọn: 4; 100 × 4 ÷ 4 (cao nhất) = 100".to_owned(), sum("100", "100")],
            vec!["Phiếu bình chọn: 2; 100 × 2 ÷ 4 (cao nhất) = 50".to_owned(), sum("50", "50")],
            vec![
                "Phiếu bình chọn: 2; 100 × 2 ÷ 4 (cao nhất) = 50".to_owned(),
                sum("50", "50"),
                "Bằng điểm bài đứng trước; bài đó gửi sớm hơn".to_owned(),
            ],
            vec!["Phiếu bình chọn: 0; 100 × 0 ÷ 4 (cao nhất) = 0".to_owned(), sum("0", "0")],
        ]);
        // Whoever is beyond the cap has no more than whoever reaches it.
        let cap = sheets(&page, 1);
        assert_eq!(cap[0], ["Phiếu bình chọn: 4; 100 × 4 (nhiều nhất 3) ÷ 3 = 100".to_owned(), sum("100", "100")]);
        assert_eq!(cap[2], [
            "Phiếu bình chọn: 2; 100 × 2 (nhiều nhất 3) ÷ 3 = (200/3)".to_owned(),
            sum("(200/3)", "66,67"),
            "Bằng điểm bài đứng trước; xét Nghệ thuật: 8 so với 7".to_owned(),
        ]);
        // Two equals share the points of the second and third place: (8 + 5) / 2.
        let places = sheets(&page, 2);
        assert_eq!(places[2], [
            "Phiếu bình chọn: 2, hạng 2, số bài cùng hạng 2; 13 điểm ÷ 2 = 6,5".to_owned(),
            sum("6,5", "6,5"),
            "Bằng điểm bài đứng trước; xét Chung khảo: 8 so với 7".to_owned(),
        ]);
        assert_eq!(places[3][0], "Phiếu bình chọn: 0, hạng 4, số bài cùng hạng 1; 0 điểm ÷ 1 = 0");
        // Of three others one lies below and one beside: (1 + 1/2) / 3.
        let percent = sheets(&page, 3);
        assert_eq!(percent[1], [
            "Phiếu bình chọn: 2; 100 × (1 bài thấp hơn + 1 bài bằng ÷ 2) ÷ 3 bài khác = 50",
            "Chung khảo: 8; 100 × 8 (nhiều nhất 10) ÷ 10 = 80",
            "50 × 60 % + 80 × 40 % = 62 (làm tròn đến 2 chữ số thập phân)",
        ]);
        // 100 × ln 3 ÷ ln 5 = 68.260619449 to nine places.
        let log = sheets(&page, 4);
        assert_eq!(log[2], [
            "Phiếu bình chọn: 2; 100 × ln(1 + 2) ÷ ln(1 + 4) = 68,260619449".to_owned(),
            sum("68,260619449", "68,26"),
            "Bằng điểm bài đứng trước; thứ tự do hội đồng quyết định, có ghi biên bản".to_owned(),
        ]);
        assert_eq!(page.all("section > p > small"), [
            "100 % Phiếu bình chọn (tỷ lệ so với bài cao nhất, bài cao nhất được 100)",
            "100 % Phiếu bình chọn (tỷ lệ so với mức 3, đạt mức được 100)",
            "100 % Phiếu bình chọn (điểm theo thứ hạng 10, 8, 5)",
            "60 % Phiếu bình chọn (vị trí phần trăm từ 0 đến 100) + 40 % Chung khảo (tỷ lệ so với mức 10, đạt mức được 100)",
            "100 % Phiếu bình chọn (tỷ lệ theo lôgarit, bài cao nhất được 100)",
        ]);
    }

    async fn places_marks_and_votes_are_handed_out_as_sheets(site: Site) {
        let mut organiser = published(site).await;

        let unit = "CĐ KCN Thí Điểm";
        let standings = rows(&mut organiser, "standings").await;
        assert_eq!(standings.len(), 20, "five tables of four");
        assert_eq!(standings[16..18], [
            format!("Lôgarit,1,Một,Tác giả Một · {unit},100,Giải nhất"),
            format!("Lôgarit,2,Ba,Tác giả Ba · {unit},68.26,Giải nhì"),
        ]);
        let mut sheets = rows(&mut organiser, "sheets").await;
        sheets.sort();
        // Without the fifth field, the work's code.
        let sheets: Vec<String> = sheets
            .iter()
            .map(|line| line.split(',').enumerate().filter(|(at, _)| *at != 4).map(|(_, field)| field))
            .map(|fields| fields.collect::<Vec<_>>().join(","))
            .collect();
        assert_eq!(sheets, [
            "Chung khảo,1,gk@example.vn,1,Một,Tác giả Một,Nghệ thuật,9",
            "Chung khảo,1,gk@example.vn,2,Hai,Tác giả Hai,Nghệ thuật,7",
            "Chung khảo,1,gk@example.vn,3,Ba,Tác giả Ba,Nghệ thuật,8",
            "Chung khảo,1,gk@example.vn,4,Bốn,Tác giả Bốn,Nghệ thuật,6",
        ]);
        let votes = rows(&mut organiser, "votes").await;
        let votes: Vec<_> = votes.iter().map(|line| line.splitn(3, ',').nth(2).unwrap()).collect();
        assert_eq!(votes, ["Một,4", "Hai,2", "Ba,2", "Bốn,0"]);
    }
}
