//! Links and slips at the desk: made from a sheet, counted, closed, voided.

use std::collections::HashSet;

use actix_web::http::StatusCode;
use entity::id::UnitId;
use entity::{audit_log, unit};
use hoithi::{contest, db};
use sea_orm::{EntityTrait, QueryOrder, Set};

use super::{cast, code_of, known};
use crate::pdf::text;
use crate::story::{ORGANISER, STAGE, stage};
use crate::support::{Answer, Browser, Site, both};

const DESK: &str = "/desk/contests/san-khau/voters";
/// Groups of a union of 1.3 million members.
const GROUPS: usize = 38_000;

async fn list(browser: &mut Browser, to: &str, form: &[(&str, &str)], sheet: &str) -> Answer {
    let field = if to == "links" { "list" } else { "roll" };
    let files = [(field, "danh-sach.csv", sheet.as_bytes())];
    browser.post_files(&format!("{DESK}/{to}"), form, &files).await
}

/// The acts of the log that begin with this, newest first, and what they say of it.
async fn acts(site: &Site, begin: &str) -> Vec<(String, String, Option<serde_json::Value>)> {
    let rows = audit_log::Entity::find().order_by_desc(audit_log::Column::Seq);
    let rows = rows.all(&site.app.db).await.unwrap().into_iter();
    let rows = rows.filter(|row| row.act.starts_with(begin));
    rows.map(|row| (row.act, row.subject, row.after)).collect()
}

/// So many unions at the foot of the tree.
async fn unions(site: &Site, count: usize) {
    let now = site.app.clock.now();
    let unit = |number| unit::ActiveModel {
        id: Set(UnitId::new()),
        code: Set(format!("cs-{number}")),
        type_code: Set("base".to_owned()),
        name: Set(format!("Công đoàn cơ sở {number}")),
        short_name: Set(Some(format!("Cơ sở {number}"))),
        search_text: Set(String::new()),
        path: Set(format!("/tong-lien-doan/cs-{number}/")),
        created_at: Set(now),
        ..Default::default()
    };
    let tx = db::begin(&site.app.db).await.unwrap();
    for first in (1..=count).step_by(1000) {
        let some = (first..=count).take(1000).map(unit);
        unit::Entity::insert_many(some).exec_without_returning(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Comes by a link and votes.
async fn came(site: &Site, link: &str, code: &str) -> String {
    let mut phone = site.browser();
    phone.get(link).await;
    phone.get(&format!("/entries/{code}")).await;
    code_of(&cast(&mut phone, code).await)
}

both! {
    async fn links_are_made_from_a_sheet_counted_without_names_and_closed_at_once(site: Site) {
        let codes = stage(site, "voting: { phase: vote, level: group_link }", &["Một"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let sheet = "Mã đơn vị;Tên nhóm;Số người\ncdcs-may-sao-bien;Chuyền 1;1.000\n;Tổ 2;3\n";
        let wrong = sheet.replace("cdcs-may-sao-bien", "khong-co").replace(";3\n", ";ba\n");

        let bare = runs.post(&format!("{DESK}/links"), &[("days", "không")]).await;
        let faulty = list(&mut runs, "links", &[("days", "31")], &wrong).await;
        let none = hoithi::voting::links(&site.app.db, contest::by_slug(&site.app.db, STAGE).await.unwrap().id()).await.unwrap();
        let unit = entity::unit::Entity::find().one(&site.app.db).await.unwrap().unwrap().code;
        let made = list(&mut runs, "links", &[("days", "31")], &sheet.replace("cdcs-may-sao-bien", &unit)).await;
        let answer = runs.get(&format!("/desk/contests/{STAGE}/exports/links.csv")).await;
        let file = answer.text();
        let address = |line: &str| line.split_once("/v/").map(|(_, link)| format!("/v/{link}"));
        let links: Vec<String> = file.lines().filter_map(address).collect();
        let before = [came(site, &links[0], &codes[0]).await, came(site, &links[1], &codes[0]).await];
        let page = runs.get(DESK).await;
        let found = runs.get(&format!("{DESK}?q=to+2")).await;
        let closed = runs.post(&format!("{DESK}/links/1/closure"), &[]).await;
        let again = runs.post(&format!("{DESK}/links/1/closure"), &[]).await;
        // The writer heeds it at its tick; a vote that is refused makes it look at once.
        let mut after = came(site, &links[0], &codes[0]).await;
        for _ in 0..40 {
            if after != "counted" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            after = came(site, &links[0], &codes[0]).await;
        }
        let other = came(site, &links[1], &codes[0]).await;

        assert_eq!(bare.attributes("#days", "value"), ["không"], "what was typed stands there");
        assert_eq!(bare.attributes("[aria-invalid]", "id"), ["list", "days"]);
        assert!(faulty.text().contains("Dòng 2") && faulty.text().contains("Dòng 3"), "{}", faulty.text());
        assert!(none.is_empty(), "nothing is made when a row is wrong");
        assert_eq!(made.location, Some(format!("{DESK}#links")));
        assert_eq!(links.len(), 2, "{file}");
        assert_eq!(before, ["counted", "counted"]);
        assert_eq!(page.all("#links dd"), ["2", "1.305", "2"]);
        assert_eq!(found.all("#links tbody th"), ["Tổ 2"]);
        assert_eq!(closed.status, StatusCode::SEE_OTHER);
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        assert_eq!((after.as_str(), other.as_str()), ("vote-link-used-up", "counted"));
        let closed: (String, String, _) = ("vote-link-closed".into(), "vote_link:1".into(), None);
        let id = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let until = site.app.clock.now().plus_seconds(31 * 86_400);
        let said = serde_json::json!({ "links": 2, "first": 1, "until": until });
        let made = ("vote-links-made".to_owned(), format!("contest:{id}"), Some(said));
        assert_eq!(acts(site, "vote-link").await, [closed, made]);
    }

    async fn thirty_eight_thousand_groups_come_in_one_file_and_go_out_in_one(site: Site) {
        stage(site, "voting: { phase: vote, level: group_link }", &[]).await;
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        unions(site, GROUPS).await;
        let mut sheet = String::from("unit,label,members\n");
        for number in 1..=GROUPS {
            sheet.push_str(&format!("cs-{number},Nhóm Zalo {number},{}\n", 20 + number % 50));
        }
        let mut runs = site.signed_in(ORGANISER).await;

        let faulty = sheet.replace("\ncs-37999,", "\ncs-khong-co,").replace("\ncs-38000,", "\ncs-38000x,");
        let faulty = list(&mut runs, "links", &[("days", "31")], &faulty).await;
        let none = hoithi::voting::links(&site.app.db, contest).await.unwrap().len();
        let made = list(&mut runs, "links", &[("days", "31")], &sheet).await;
        let page = runs.get(DESK).await;
        let file = runs.get(&format!("/desk/contests/{STAGE}/exports/links.csv")).await;

        let lines = faulty.text().replace('.', "");
        assert!(lines.contains("Dòng 38000") && lines.contains("Dòng 38001"), "{lines}");
        assert_eq!(none, 0, "nothing is made when a row is wrong");
        assert_eq!(made.location, Some(format!("{DESK}#links")), "{}", made.text());
        assert_eq!(page.all("#links dd")[0], "38.000");
        let mut rows = csv::Reader::from_reader(file.text().trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        let addresses: HashSet<&str> = rows.iter().map(|row| &row[5]).collect();
        assert_eq!((rows.len(), addresses.len()), (GROUPS, GROUPS));
        assert_eq!([&rows[37_998][0], &rows[37_998][1], &rows[37_998][2]], ["37999", "Nhóm Zalo 37999", "Cơ sở 37999"]);
        let link = rows[37_999][5].split_once("/v/").unwrap().1;
        assert_eq!(site.browser().get(&format!("/v/{link}")).await.status, StatusCode::SEE_OTHER);
    }

    async fn a_lost_slip_is_voided_for_a_new_one_and_a_used_one_is_not(site: Site) {
        let rule = "voting: { phase: vote, level: member, limit: { in_all: 1 } }";
        let codes = stage(site, rule, &["Một"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let sheet = "unit,name\n,Nguyễn Văn An\n,Trần Thị Bình\n";

        let answer = list(&mut runs, "members", &[("as", "csv")], sheet).await;
        let file = answer.text();
        let slip = |line: &str| line.split_once("/m/").map(|(_, code)| code.to_owned());
        let slips: Vec<String> = file.lines().filter_map(slip).collect();
        let printed = text(&list(&mut runs, "members", &[("as", "pdf")], sheet).await.bytes);
        let mut first = known(site, &codes[0]).await;
        let looked = first.get(&format!("/m/{}", slips[0])).await;
        let seen = runs.get(&format!("{DESK}?number=1")).await;
        first.post("/m", &[("code", &slips[0])]).await;
        let used = runs.get(&format!("{DESK}?number=1")).await;
        let void = |number, words| [("number", number), ("words", words)];
        let kept = runs.post(&format!("{DESK}/slips"), &void("1", "mất")).await;
        let why = runs.post(&format!("{DESK}/slips"), &void("2", " ")).await;
        let nobody = runs.post(&format!("{DESK}/slips"), &void("9", "mất")).await;
        let fresh = text(&runs.post(&format!("{DESK}/slips"), &void("2", "rơi ở nhà ăn")).await.bytes);
        let old = site.browser().get(&format!("/m/{}", slips[1])).await;
        let code = fresh.split_whitespace().find(|word| word.len() == 14 && word.matches('-').count() == 2).unwrap_or_default();
        let mut second = known(site, &codes[0]).await;
        let right = second.post("/m", &[("code", code)]).await;
        let cast = [cast(&mut first, &codes[0]).await, cast(&mut second, &codes[0]).await];
        let page = runs.get(DESK).await;

        assert_eq!(slips.len(), 2, "{file}");
        for words in ["Trần Thị Bình", "Phiếu số 4", "Mã bình chọn của bạn"] {
            assert!(printed.contains(words), "{words}: {printed}");
        }
        assert_eq!(looked.attributes("#code", "value").len(), 1, "{}", looked.text());
        assert_eq!(seen.all("form[action$='/slips']").len(), 1, "looking uses no slip up");
        assert!(used.all("form[action$='/slips']").is_empty(), "a used slip cannot be voided");
        assert!(used.text().contains("Đã dùng lần đầu"), "{}", used.text());
        assert!(kept.all("#number-wrong")[0].starts_with("Phiếu này đã dùng lúc"), "{}", kept.text());
        assert_eq!(why.attributes("[aria-invalid]", "id"), ["words"]);
        assert_eq!(nobody.attributes("[aria-invalid]", "id"), ["number"]);
        assert!(fresh.contains("Phiếu số 2"), "{fresh}");
        assert_eq!(old.status, StatusCode::NOT_FOUND);
        assert_eq!(right.status, StatusCode::SEE_OTHER, "{code} of {fresh}");
        assert_eq!(cast.map(|answer| code_of(&answer)), ["counted", "counted"]);
        assert_eq!(page.all("#roll dd"), ["4", "2"]);
        let said = serde_json::json!({ "reason": "rơi ở nhà ăn" });
        let done = ("vote-slip-voided".to_owned(), "vote_member:2".to_owned(), Some(said));
        assert_eq!(acts(site, "vote-slip").await, [done]);
        let enrolled: Vec<_> = acts(site, "vote-members").await.into_iter().map(|act| act.2.unwrap()).collect();
        let of = |first: i32| serde_json::json!({ "members": 2, "first": first });
        assert_eq!(enrolled, [of(3), of(1)], "how many, and no name");
    }
}
