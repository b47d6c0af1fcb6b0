//! Marks by criteria: when they are taken, a round that is opened again, severity.

use actix_web::http::StatusCode;
use sea_orm::EntityTrait;

use super::{DESK, alias, answer, cells, close, jury, outcome, round_id};
use crate::support::{Browser, both};

both! {
    async fn marks_are_taken_until_the_last_moment_of_the_rounds_days_and_not_after_it(site: Site) {
        let kind = "criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";
        jury(site, kind, 1, 1).await;
        let work = format!("/judging/{}/{}/sheet", round_id(site).await, alias(site, "A").await);
        // The twentieth is the last day, and ends at midnight in Vietnam.
        site.set_clock("2026-04-20T16:59:59Z");
        let mut judge = site.signed_in("giamkhao1@example.vn").await;
        let form = |version, mark| [("version", version), ("mark.art", mark)];

        let last = judge.post(&work, &form("0", "7")).await;
        site.set_clock("2026-04-20T17:00:00Z");
        let late = judge.post(&work, &form("1", "9")).await;

        assert_eq!(last.status, StatusCode::SEE_OTHER, "{}", last.text());
        assert!(late.text().contains("hiện không nhận điểm"), "{}", late.text());
        let held = entity::mark::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(held.iter().map(|mark| mark.hundredths).collect::<Vec<_>>(), [700]);
    }

    async fn a_closed_round_is_opened_again_with_a_reason_and_its_sheets_stay(site: Site) {
        let kind = "criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";
        let (mut organiser, mut panel) = jury(site, kind, 1, 1).await;
        answer(site, &mut panel[0], "A", &[("mark.art", "7")]).await;
        close(&mut organiser, &[]).await;
        let again = async |organiser: &mut Browser, reason: &str| {
            organiser.post(DESK, &[("act", "reopen"), ("reason", reason)]).await
        };

        let closed = organiser.get(DESK).await;
        let late = answer(site, &mut panel[0], "A", &[("version", "1"), ("mark.art", "9")]).await;
        let bare = again(&mut organiser, " ").await;
        let opened = again(&mut organiser, "Nhập nhầm một phiếu").await;
        let twice = again(&mut organiser, "Nhập nhầm một phiếu").await;
        let mended = answer(site, &mut panel[0], "A", &[("version", "1"), ("mark.art", "9")]).await;
        close(&mut organiser, &[]).await;

        assert_eq!(closed.attributes("button[name='act']", "value"), ["reopen"]);
        assert!(late.text().contains("hiện không nhận điểm"), "{}", late.text());
        assert!(bare.all("[role=alert]").join(" ").contains("Hãy ghi lý do"), "{}", bare.text());
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
        assert!(twice.all("[role=alert]").join(" ").contains("không mở lại được"), "{}", twice.text());
        assert_eq!(mended.status, StatusCode::SEE_OTHER, "{}", mended.text());
        assert_eq!(outcome(site).await, ["A* 9"]);
    }

    async fn marks_are_adjusted_for_severity_or_the_reason_is_said(site: Site) {
        let kind = "aggregate: z_score, criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";
        let (mut organiser, mut panel) = jury(site, kind, 8, 2).await;
        let titles = ["A", "B", "C", "D", "E", "F", "G", "H"];
        for (nth, title) in titles.iter().enumerate().take(7) {
            let mild = (9 - nth).to_string();
            answer(site, &mut panel[0], title, &[("mark.art", mild.as_str())]).await;
        }

        let early = close(&mut organiser, &[]).await;
        answer(site, &mut panel[0], "H", &[("mark.art", "2")]).await;
        for (nth, title) in titles.iter().enumerate() {
            let hard = format!("{},5", (8 - nth) / 2);
            let saved = answer(site, &mut panel[1], title, &[("mark.art", hard.as_str())]).await;
            assert_eq!(saved.status, StatusCode::OK, "half points are not on this scale");
            let hard = ((8 - nth) / 2).to_string();
            answer(site, &mut panel[1], title, &[("mark.art", hard.as_str())]).await;
        }
        let told = organiser.get(&format!("{DESK}/figures")).await;
        let sheet = organiser.get(&format!("{DESK}/figures.csv")).await;
        let own = organiser.get(&format!("{DESK}/figures.csv?of=judges")).await;
        let closed = close(&mut organiser, &[]).await;

        assert_eq!(told.status, StatusCode::OK);
        assert!(told.text().contains("16 phiếu đã hoàn thành"), "{}", told.text());
        assert!(told.text().contains("chấm nới") && told.text().contains("chấm chặt"));
        assert_eq!(told.all("svg.bars rect").len(), 20);
        assert_eq!(told.all("svg.dash").len(), 2 + 2 * 8, "severities, intervals and spreads");
        let rows: Vec<Vec<f64>> = sheet.text().lines().skip(1).map(cells).collect();
        let column = |at: usize| rows.iter().map(|row| row[at]).collect::<Vec<_>>();
        assert_eq!(column(1), [6.5, 5.5, 5.0, 4.0, 3.5, 2.5, 2.0, 1.0], "raw means, beside them");
        assert_eq!(column(2), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], "raw places,");
        assert!(column(3).windows(2).all(|two| two[0] > two[1]), "adjusted points {rows:?}");
        assert_eq!(column(4), column(2), "and places by them");
        assert_eq!(column(9), [5.0, 5.0, 4.0, 4.0, 3.0, 3.0, 2.0, 2.0], "spreads");
        for row in &rows {
            assert_eq!(row[9], row[8] - row[7], "{row:?}");
            assert!(row[5] <= row[2] && row[2] <= row[6], "{row:?}");
        }
        let both: Vec<String> = told.all("main > section:last-of-type tbody tr:first-child td");
        let adjusted = format!("{:.2}", column(3)[0]).replace('.', ",");
        assert_eq!(both[1..5], ["6,50", "1", adjusted.as_str(), "1"], "side by side");
        let own: Vec<Vec<&str>> =
            own.text().lines().map(|line| line.trim_end().split(',').collect()).collect();
        // 9, 8 … 3 and 2; in tenths of the scale from the third to the tenth.
        assert_eq!(own[1][..3], ["1", "8", "5.500000"], "{own:?}");
        assert_eq!(own[1][8..], ["0", "0", "1", "1", "1", "1", "1", "1", "1", "1"]);
        assert_eq!((own.len(), own[0][2], own[2][2]), (3, "mean", "2.000000"));
        assert!(early.text().contains("giám khảo 1 mới có 7 phiếu, cần ít nhất 8"), "{}", early.text());
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
        let told = outcome(site).await;
        let order: String = told.iter().map(|line| &line[..1]).collect();
        assert_eq!(order, "ABCDEFGH", "{told:?}");
        assert!(told[0].ends_with(" 64") || told[0].ends_with(" 63"), "{told:?}");
    }
}
