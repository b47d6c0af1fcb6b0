//! Calibration entries: shared by all judges, first in everybody's order.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use entity::{assignment, candidate, seat as seats};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::story::{ORGANISER, STAGE, close, judge, stage};
use crate::support::{Answer, Browser, Site, both, rounds};

const ROUND: &str = "/desk/contests/san-khau/rounds/final";
const TITLES: [&str; 6] = ["Một", "Hai", "Ba", "Bốn", "Năm", "Sáu"];

/// What judges mark.
const MARKS: [&str; 1] = ["{ key: content, label: Nội dung, max: 10 }"];

async fn invite(site: &Site, runs: &mut Browser, email: &str) -> Browser {
    let given = runs.post(&format!("{ROUND}/seats"), &[("name", email), ("email", email)]).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
    site.work().await;
    site.signed_in(email).await
}

async fn desk(judge: &mut Browser) -> Answer {
    let desk = judge.get("/desk").await;
    let round = desk.attributes("a[href^='/judging/']", "href").remove(0);
    judge.get(&round).await
}

async fn works(judge: &mut Browser) -> Vec<String> {
    desk(judge).await.attributes(".cards a", "href")
}

/// What the page of the round says would be dealt.
fn preview(page: &Answer) -> Vec<String> {
    page.all("main li")
}

both! {
    async fn every_judge_gets_the_same_entries_first_and_those_who_come_later_too(site: Site) {
        stage(site, &rounds("judges_per_entry: 1\n    calibration: 2", &MARKS), &TITLES).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let empty = runs.get(ROUND).await;
        let mut panel = Vec::new();
        for email in ["gk1@example.vn", "gk2@example.vn", "gk3@example.vn"] {
            panel.push(invite(site, &mut runs, email).await);
        }
        let waiting = runs.get(ROUND).await;
        let funnel = runs.get(&format!("/desk/contests/{STAGE}/rounds")).await;
        let tried = runs.get(&format!("/desk/contests/{STAGE}/rounds?round.0.calibration=5")).await;
        let opened = runs.post(ROUND, &[("act", "open"), ("sure", "yes")]).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
        let mut dealt = Vec::new();
        for one in &mut panel {
            dealt.push(works(one).await);
        }
        panel.push(invite(site, &mut runs, "gk4@example.vn").await);
        let late = works(&mut panel[3]).await;

        assert_eq!(preview(&empty), ["Chưa có giám khảo hoặc chưa có bài hợp lệ để chấm."]);
        assert_eq!(preview(&waiting), [
            "6 bài, 3 giám khảo: mỗi người từ 3 đến 4 phiếu.",
            "2 bài chấm chung đứng đầu phần chấm của mọi giám khảo, theo cùng thứ tự.",
        ]);
        assert_eq!(funnel.attributes("input[name='round.0.calibration']", "value"), ["2"]);
        assert!(funnel.text().contains("3 giám khảo, mỗi người nhiều nhất 4 phiếu"), "6 + 2·2 of 3");
        assert!(tried.text().contains("3 giám khảo, mỗi người nhiều nhất 6 phiếu"), "6 + 5·2 of 3");
        let first = dealt[0][..2].to_vec();
        assert!(dealt.iter().all(|own| own[..2] == first), "{dealt:?}");
        let mut loads: Vec<usize> = dealt.iter().map(Vec::len).collect();
        loads.sort_unstable();
        assert_eq!(loads, [3, 3, 4], "two for everybody, four for one each");
        let own: BTreeSet<&String> = dealt.iter().flat_map(|own| &own[2..]).collect();
        assert_eq!(own.len(), 4, "every other entry lies on one desk: {dealt:?}");
        assert!(first.iter().all(|shared| !own.contains(shared)));
        assert_eq!(late[..2], first, "whoever comes late shares what the others share");
        assert_eq!(late.len(), 3, "and takes one from the judge who had one more");

        let list = desk(&mut panel[0]).await;
        assert!(list.text().contains("2 bài đầu là bài chấm chung"), "{}", list.text());
        assert_eq!(panel[0].get(&dealt[0][1]).await.all(".sheet .tag"), ["Bài chấm chung"]);
        assert!(panel[0].get(&dealt[0][2]).await.all(".sheet .tag").is_empty());
    }

    async fn calibration_entries_have_a_sheet_of_everybody_and_all_sheets_count(site: Site) {
        stage(site, &rounds("judges_per_entry: 1\n    calibration: 2", &MARKS), &TITLES).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut panel = Vec::new();
        for email in ["gk1@example.vn", "gk2@example.vn", "gk3@example.vn", "gk4@example.vn"] {
            panel.push(invite(site, &mut runs, email).await);
        }
        runs.post(ROUND, &[("act", "open"), ("sure", "yes")]).await;
        let first = works(&mut panel[0]).await[..2].to_vec();
        let aside = panel[2].post(&format!("{}/recusal", first[0]), &[("reason", "Người quen")]).await;
        assert_eq!(aside.status, StatusCode::SEE_OTHER, "{}", aside.text());
        let left = seats::Entity::find().filter(seats::Column::Number.eq(4)).one(&site.app.db).await;
        let left = left.unwrap().expect("the fourth").id;
        let gone = runs.post(&format!("{ROUND}/seats/{left}/removal"), &[("sure", "yes")]).await;
        assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());
        let mut held = Vec::new();
        for (points, one) in (7..).zip(&mut panel[..3]) {
            held.push(works(one).await);
            judge(one, |_| BTreeMap::from([("content", points * 100)])).await;
        }
        close(&mut runs, STAGE, "final").await;

        assert!(held[..2].iter().all(|own| own[..2] == first), "{held:?}");
        assert_eq!(held[2][0], first[1], "who stepped aside has the other one first");
        let count: BTreeSet<&String> = held.iter().flatten().collect();
        assert_eq!(count.len(), 6, "what the fourth left behind went to others: {held:?}");
        let shared = assignment::Entity::find().filter(assignment::Column::Position.lt(0));
        let shared = shared.all(&site.app.db).await.unwrap();
        let places: BTreeSet<(i32, _)> = shared.iter().map(|row| (row.position, row.entry_id)).collect();
        assert_eq!(places.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [-2, -1]);
        for (place, entry) in places {
            let row = candidate::Entity::find().filter(candidate::Column::EntryId.eq(entry));
            let row = row.one(&site.app.db).await.unwrap().expect("a candidate");
            let said = if place == -2 { (Some(2), Some(7_500_000)) } else { (Some(3), Some(8_000_000)) };
            assert_eq!((row.sheets, row.millionths), said, "the mean of 7 and 8, and of 7, 8 and 9");
        }
        let figures = runs.get(&format!("{ROUND}/figures")).await;
        assert!(figures.all("th").contains(&"Trung bình bài chấm chung".to_owned()));
        let minutes = runs.get(&format!("/desk/contests/{STAGE}/minutes")).await;
        assert!(minutes.text().contains("2 bài chấm chung do cả hội đồng chấm"), "{}", minutes.text());
    }

    async fn the_preview_says_why_there_are_fewer_to_share_and_why_loads_differ(site: Site) {
        stage(site, &rounds("judges_per_entry: 2\n    calibration: 2", &MARKS), &TITLES[..3]).await;
        site.leads("td-kcn", "gk-kcn@example.vn").await;
        site.set_clock("2026-04-06T01:10:00Z");
        let mut runs = site.signed_in(ORGANISER).await;
        invite(site, &mut runs, "gk-kcn@example.vn").await;
        let mut free = invite(site, &mut runs, "gk2@example.vn").await;

        let waiting = runs.get(ROUND).await;
        runs.post(ROUND, &[("act", "open"), ("sure", "yes")]).await;

        let said = preview(&waiting);
        assert_eq!(said[0], "3 bài, 2 giám khảo: mỗi người từ 0 đến 3 phiếu.", "{said:?}");
        assert!(said[1].contains("muốn 2 bài chấm chung nhưng chỉ có 0 bài"), "{said:?}");
        for title in &TITLES[..3] {
            assert!(said[2].contains(&format!("“{title}” thiếu 1")), "{said:?}");
        }
        assert!(said[3].contains("chỉ giám khảo số 2 được chấm"), "{said:?}");
        assert_eq!(said.len(), 4);
        assert_eq!(works(&mut free).await.len(), 3);
        assert!(!desk(&mut free).await.text().contains("bài chấm chung"), "there is none");
    }
}
