//! Outside counts: typed by one, confirmed by another.

use actix_web::http::StatusCode;
use calamine::Reader;
use entity::outside_count;
use sea_orm::{EntityTrait, QueryOrder};

use super::{DESK, accepted, accepted_by, proof};
use crate::support::{Browser, Site, book, both};

const COUNTS: &str = "/desk/contests/anh-dep/counts";

async fn two(site: &Site) -> (Browser, Browser) {
    let one = site.leads("ldld-thi-diem", "mot@example.vn").await;
    (one, site.leads("ldld-thi-diem", "hai@example.vn").await)
}

async fn rows(site: &Site) -> Vec<(String, i64, bool, bool)> {
    let rows = outside_count::Entity::find().order_by_asc(outside_count::Column::Id);
    let rows = rows.all(&site.app.db).await.unwrap();
    rows.into_iter()
        .map(|row| (row.kind_key, row.count, row.confirmed_at.is_some(), row.refused_at.is_some()))
        .collect()
}

both! {
    async fn a_count_counts_only_once_a_second_person_has_confirmed_it(site: Site) {
        accepted(site, 1).await;
        site.set_clock("2026-04-15T01:00:00Z");
        let (mut one, mut other) = two(site).await;
        let form = [("number", "1"), ("count.view", "1.234"), ("count.share", "9"), ("read_at", "2026-04-15T07:30")];
        let proof: [(&str, &str, &[u8]); 1] = [("proof", "anh.png", &proof())];

        let typed = one.post_files(COUNTS, &form, &proof).await;
        let page = one.get(COUNTS).await;
        let ids: Vec<String> = outside_count::Entity::find().all(&site.app.db).await.unwrap().iter().map(|row| row.id.to_string()).collect();
        let chosen: Vec<(&str, &str)> = ids.iter().map(|id| ("count", id.as_str())).collect();
        let own = one.post(&format!("{COUNTS}/settlement"), &chosen).await;
        let before = rows(site).await;
        let seen = other.get(COUNTS).await;
        let confirmed = other.post(&format!("{COUNTS}/settlement"), &chosen).await;

        assert_eq!(typed.status, StatusCode::SEE_OTHER, "{}", typed.text());
        assert_eq!(page.attributes("input[name=count]", "value"), Vec::<String>::new(), "no box for one's own");
        assert_eq!(own.all(".danger li").len(), 1, "{}", own.text());
        assert_eq!(before, [("view".into(), 1234, false, false), ("share".into(), 9, false, false)]);
        assert_eq!(seen.attributes("input[name=count]", "value").len(), 2);
        let proof = seen.attributes("a[href*='/proofs/']", "href").remove(0);
        assert_eq!(other.get(&proof).await.status, StatusCode::OK);
        assert_eq!(site.leads("td-kcn", "kcn@example.vn").await.get(&proof).await.status, StatusCode::FORBIDDEN);
        assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{}", confirmed.text());
        assert_eq!(rows(site).await, [("view".into(), 1234, true, false), ("share".into(), 9, true, false)]);
        let after = other.get(COUNTS).await;
        assert_eq!(after.all("section:last-of-type tbody td"), ["1.234", "9"]);
    }

    async fn what_is_wrong_with_a_count_is_said_and_what_was_typed_stays(site: Site) {
        accepted(site, 1).await;
        site.set_clock("2026-04-15T01:00:00Z");
        let (mut one, mut other) = two(site).await;
        let cases = [
            (("number", "7"), ("count.view", "5"), ("read_at", "2026-04-15T07:30"), "số hoặc mã"),
            (("number", "1"), ("count.view", "nhiều"), ("read_at", "2026-04-15T07:30"), "chưa phải là một số"),
            (("number", "1"), ("count.view", ""), ("read_at", "2026-04-15T07:30"), "Chưa có số nào"),
            (("number", "1"), ("count.view", "5"), ("read_at", "hôm qua"), "thời điểm đọc"),
            (("number", "1"), ("count.view", "5"), ("read_at", "2026-04-16T07:30"), "chưa tới"),
            (("number", "1"), ("count.view", "5"), ("read_at", "2026-04-11T23:59"), "đọc số liệu từ"),
        ];

        for (number, view, read_at, told) in cases {
            let answer = one.post_files(COUNTS, &[number, view, read_at], &[("proof", "anh.png", &proof())]).await;
            assert!(answer.all("[role=alert] li").join(" ").contains(told), "{told}: {}", answer.text());
            assert_eq!(answer.attributes("input[name='count.view']", "value"), [view.1], "{told}");
        }
        let right = [("number", "1"), ("count.view", "5"), ("read_at", "2026-04-15T07:30")];
        let unproved = one.post(COUNTS, &right).await;
        assert!(unproved.all("[role=alert] li").join(" ").contains("gửi kèm tệp minh chứng"), "{}", unproved.text());
        assert_eq!(unproved.attributes("input[name='count.view']", "value"), ["5"]);
        assert_eq!(rows(site).await, []);
        one.post_files(COUNTS, &right, &[("proof", "anh.png", &proof())]).await;
        let id = outside_count::Entity::find().one(&site.app.db).await.unwrap().unwrap().id.to_string();
        let silent = other.post(&format!("{COUNTS}/settlement"), &[("count", &id), ("act", "refuse")]).await;
        assert_eq!(silent.all("[role=alert] li").len(), 1);
        other.post(&format!("{COUNTS}/settlement"), &[("count", &id), ("act", "refuse"), ("reason", "Ảnh chụp ghi 6")]).await;
        assert_eq!(rows(site).await, [("view".into(), 5, false, true)]);
    }

    async fn a_sheet_is_filled_in_and_its_wrong_rows_come_back(site: Site) {
        let entrants = accepted(site, 3).await;
        site.set_clock("2026-04-15T01:00:00Z");
        let (mut one, _) = two(site).await;
        let empty = one.get(&format!("{COUNTS}/sheet/csv")).await;
        let heads = empty.text().lines().next().unwrap().trim_start_matches('\u{feff}').to_owned();
        let sheet = format!(
            "{heads}\n1,,,,100,2\n9,,,,1,1\n,{},,,\"1.000\",\n3,,,,=1+1,3\n",
            entrants[1].1
        );
        let shown = proof();
        let files: [(&str, &str, &[u8]); 2] = [("sheet", "so.csv", sheet.as_bytes()), ("proof", "anh.png", &shown)];
        let form = [("read_at", "2026-04-15T07:00")];

        let unproved = one.post_files(&format!("{COUNTS}/import"), &form, &files[..1]).await;
        let early = one.post_files(&format!("{COUNTS}/import"), &[("read_at", "2026-04-11T07:00")], &files).await;
        let first = one.post_files(&format!("{COUNTS}/import"), &form, &files).await;
        let again = one.post_files(&format!("{COUNTS}/import"), &form, &files).await;
        let none: [(&str, &str, &[u8]); 1] = [("sheet", "so.csv", b"a,b\n1,2\n")];
        let none = one.post_files(&format!("{COUNTS}/import"), &form, &none).await;

        assert_eq!(heads, "Số,Mã bài,Tên tác phẩm,Nơi đăng tác phẩm,Lượt xem,Lượt chia sẻ");
        assert!(unproved.all("[role=alert] li").join(" ").contains("gửi kèm tệp minh chứng"), "{}", unproved.text());
        assert_eq!(unproved.attributes("input[name=read_at]", "value"), ["2026-04-15T07:00"; 2]);
        assert!(early.all("[role=alert] li").join(" ").contains("đọc số liệu từ"), "{}", early.text());
        assert!(first.text().contains("Đã ghi 3 số liệu"), "{}", first.text());
        let faults = first.all("main > ul li");
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].starts_with("Dòng 3:") && faults[1].starts_with("Dòng 5:"), "{faults:?}");
        let back = first.all("textarea").remove(0);
        assert!(back.contains("'=1+1"), "{back}");
        assert!(again.text().contains("Đã ghi 0 số liệu"), "a form sent twice counts once");
        assert!(none.all("[role=alert] li")[0].contains("cột"));
    }

    async fn a_workbook_is_filled_in_as_it_was_handed_out(site: Site) {
        accepted(site, 2).await;
        site.set_clock("2026-04-15T01:00:00Z");
        let (mut one, _) = two(site).await;
        let empty = one.get(&format!("{COUNTS}/sheet/xlsx")).await;
        let mut handed = calamine::Xlsx::new(std::io::Cursor::new(empty.bytes.to_vec())).unwrap();
        let handed = handed.worksheet_range_at(0).unwrap().unwrap();
        let heads: Vec<String> = handed.rows().next().unwrap().iter().map(ToString::to_string).collect();
        let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
        let filled = book(&[&heads, &["1", "", "", "", "1250", "2"], &["2", "", "", "", "2.5", "3"]]);
        let form = [("read_at", "2026-04-15T07:00")];

        let done = one.post_files(&format!("{COUNTS}/import"), &form, &[("sheet", "so.xlsx", &filled), ("proof", "anh.png", &proof())]).await;

        assert!(done.text().contains("Đã ghi 2 số liệu"), "{}", done.text());
        let faults = done.all("main > ul li");
        assert!(faults.len() == 1 && faults[0].starts_with("Dòng 3:"), "half a view is none: {faults:?}");
        let kept: Vec<_> = rows(site).await.into_iter().map(|row| (row.0, row.1)).collect();
        assert_eq!(kept, [("view".to_owned(), 1250), ("share".to_owned(), 2)]);
    }

    async fn whoever_misses_the_fewest_wins_nothing_however_much_a_count_is_worth(site: Site) {
        let rule = "points: 4294967295, threshold: 250";
        accepted_by(site, 3, |text| text.replacen("points: 1", rule, 1)).await;
        site.set_clock("2026-04-15T01:00:00Z");
        let (mut one, mut other) = two(site).await;
        let sheet = "Số,Lượt xem,Lượt chia sẻ\n1,249,999999999999999\n2,999999999999999,1\n3,250,1\n".as_bytes();
        let files: [(&str, &str, &[u8]); 2] = [("sheet", "so.csv", sheet), ("proof", "anh.png", &proof())];
        let noted = one.post_files(&format!("{COUNTS}/import"), &[("read_at", "2026-04-15T07:00")], &files).await;
        assert!(noted.text().contains("Đã ghi 6 số liệu"), "{}", noted.text());
        let page = other.get(COUNTS).await;
        let ids = page.attributes("input[name=count]", "value");
        let chosen: Vec<(&str, &str)> = ids.iter().map(|id| ("count", id.as_str())).collect();
        other.post(&format!("{COUNTS}/settlement"), &chosen).await;
        site.set_clock("2026-04-23T01:00:00Z");
        let (mut one, mut other) = (site.signed_in("mot@example.vn").await, site.signed_in("hai@example.vn").await);

        crate::story::publish(&mut one, &mut other, "anh-dep").await;
        let awards = one.get(&format!("{DESK}/awards")).await;
        let public = site.browser().get("/contests/anh-dep/results").await;

        let names: Vec<_> = awards.all("tbody th").into_iter().map(|name| name.split("Giờ").next().unwrap_or_default().trim().to_owned()).collect();
        assert_eq!(names, ["Người thứ 2", "Người thứ 3"]);
        assert_eq!(public.all("tbody th a").len(), 2, "the other is not ranked by these counts");
        site.work().await;
    }

    async fn exports_open_as_csv_and_as_a_workbook_and_run_nothing(site: Site) {
        let entrants = accepted(site, 2).await;
        let mut organiser = site.leads("ldld-thi-diem", "mot@example.vn").await;
        use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, Set};
        let row = entity::entry::Entity::find().filter(entity::entry::Column::Code.eq(&entrants[0].1));
        let mut row = row.one(&site.app.db).await.unwrap().unwrap().into_active_model();
        row.title = Set("=cmd|' /C calc'!A0".to_owned());
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();

        let csv = organiser.get(&format!("{DESK}/exports/entries.csv")).await;
        let book = organiser.get(&format!("{DESK}/exports/entries.xlsx")).await;

        let lines: Vec<&str> = csv.text().lines().collect();
        assert!(lines[0].starts_with("\u{feff}Số,Mã bài,"), "{}", lines[0]);
        assert!(lines[1].contains(",'=cmd|"), "{}", lines[1]);
        assert_eq!(lines.len(), 3);
        let mut book = calamine::Xlsx::new(std::io::Cursor::new(book.bytes.to_vec())).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        assert_eq!(sheet.get_value((1, 4)), Some(&calamine::Data::String("=cmd|' /C calc'!A0".into())));
        assert_eq!(sheet.get_value((2, 0)), Some(&calamine::Data::Float(2.0)));
        for kind in ["votes", "sheets", "participation"] {
            for ending in ["csv", "xlsx"] {
                let sheet = organiser.get(&format!("{DESK}/exports/{kind}.{ending}")).await;
                assert_eq!(sheet.status, StatusCode::OK, "{kind}.{ending}");
            }
        }
        assert_eq!(site.browser().get(&format!("{DESK}/exports/entries.csv")).await.status, StatusCode::UNAUTHORIZED);
    }
}
