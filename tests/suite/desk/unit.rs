//! Officers keep their units, and organisers their crew, through the doors.

use actix_web::http::StatusCode;
use entity::audit_log;
use hoithi::unit;
use sea_orm::{EntityTrait, QueryOrder};

use crate::story::{announce, staged};
use crate::support::{Site, book, both};

const AT: &str = "/desk/units/ldld-thi-diem";

/// Acts of the log, oldest first, from the first of these on.
async fn acts(site: &Site, from: &str) -> Vec<String> {
    let rows = audit_log::Entity::find().order_by_asc(audit_log::Column::Seq);
    let acts = rows.all(&site.app.db).await.unwrap().into_iter().map(|row| row.act);
    acts.skip_while(|act| act != from).collect()
}

both! {
    async fn a_list_of_units_is_taken_in_below_ones_own_or_not_at_all(site: Site) {
        site.units().await;
        let mut lead = site.leads("ldld-thi-diem", "lead@example.vn").await;
        let head = "code,name,short_name,type,parent,members,source\n";
        let good = format!("{head}cs-moi,Công đoàn cơ sở Mới,CĐCS Mới,base,ldld-thi-diem,120,\n");
        let bad = format!(
            "{head}cs-kia,Công đoàn Kia,,base,cs-moi,,\ncs-la,Công đoàn Lạ,,base,ldld-ha-noi,,\nCS X,Sai mã,,base,ldld-thi-diem,,\n"
        );
        let list = async |lead: &mut crate::support::Browser, text: &str| {
            lead.post_files(&format!("{AT}/import"), &[], &[("list", "ds.csv", text.as_bytes())]).await
        };

        let taken = list(&mut lead, &good).await;
        let refused = list(&mut lead, &bad).await;
        let nothing = lead.post_files(&format!("{AT}/import"), &[], &[]).await;

        assert_eq!(taken.all("[role=status]"), ["Đã nhận 1 đơn vị."], "{}", taken.text());
        assert_eq!(refused.all("[role=alert] li"), [
            "Dòng 3: “cs-la” không nằm dưới đơn vị này.",
            "Dòng 4: Mã đơn vị chỉ gồm chữ thường không dấu, số và dấu gạch nối.",
        ]);
        assert_eq!(nothing.all("[role=alert] li"), ["Hãy chọn tệp danh sách, không quá 10 MB."]);
        assert!(unit::by_code(&site.app.db, "cs-kia").await.is_err(), "all or nothing");
        let found = lead.get("/desk/units?q=co+so+moi").await;
        assert!(found.attributes("main li a", "href").contains(&"/desk/units/cs-moi".to_owned()));
        let shown = lead.get("/desk/units/cs-moi").await;
        assert!(shown.text().contains("120"), "{}", shown.text());
    }

    async fn a_list_of_units_is_taken_in_as_a_workbook_too(site: Site) {
        site.units().await;
        let mut lead = site.leads("ldld-thi-diem", "lead@example.vn").await;
        let head: &[&str] = &["code", "name", "short_name", "type", "parent", "members", "source"];
        let good = book(&[
            head,
            &["cs-moi", "Công đoàn cơ sở Mới", "CĐCS Mới", "base", "ldld-thi-diem", "120", ""],
            &["cs-hai", "Công đoàn cơ sở Hai", "", "base", "ldld-thi-diem", "", "báo cáo năm 2026"],
        ]);
        let bad = book(&[head, &["cs-ba", "Công đoàn cơ sở Ba", "", "base", "khong-co", "7.5", ""]]);
        let path = format!("{AT}/import");

        let taken = lead.post_files(&path, &[], &[("list", "ds.xlsx", &good)]).await;
        let refused = lead.post_files(&path, &[], &[("list", "ds.xlsx", &bad)]).await;
        let broken = lead.post_files(&path, &[], &[("list", "ds.xlsx", &good[..200])]).await;

        assert_eq!(taken.all("[role=status]"), ["Đã nhận 2 đơn vị."], "{}", taken.text());
        let kept = unit::all(&site.app.db).await.unwrap().into_iter().filter(|row| row.code.starts_with("cs-")).collect();
        let mut kept: Vec<_> = unit::rows(&site.app.db, kept, site.app.clock.now()).await.unwrap().into_iter().map(|row| (row.name, row.members)).collect();
        kept.sort();
        assert_eq!(kept, [("Công đoàn cơ sở Hai".to_owned(), None), ("Công đoàn cơ sở Mới".to_owned(), Some(120))]);
        assert!(refused.all("[role=alert] li")[0].starts_with("Dòng 2:"), "{}", refused.text());
        assert_eq!(broken.all("[role=alert] li").len(), 1, "{}", broken.text());
    }

    async fn a_unit_is_renamed_counted_and_handed_over_by_whoever_leads_both(site: Site) {
        site.units().await;
        let mut lead = site.leads("ldld-thi-diem", "lead@example.vn").await;
        let mut below = site.leads("td-kcn", "kcn@example.vn").await;
        let at = "/desk/units/td-kcn";

        let empty = lead.post(at, &[("act", "rename"), ("name", " ")]).await;
        let named = lead.post(at, &[("act", "rename"), ("name", "Công đoàn các khu công nghiệp"), ("short_name", "CĐ KCN")]).await;
        let counted = lead.post(at, &[("act", "members"), ("members", "4500")]).await;
        let up = below.post(at, &[("act", "merge"), ("into", "ldld-thi-diem")]).await;
        let early = lead.post(at, &[("act", "merge"), ("into", "td-cs-59"), ("from", "2027-01-01")]).await;
        let done = lead.post(at, &[("act", "merge"), ("into", "ldld-thi-diem"), ("from", "2026-03-01")]).await;
        let twice = lead.post(at, &[("act", "merge"), ("into", "ldld-thi-diem")]).await;

        assert_eq!(empty.all("[role=alert] li"), ["Thiếu tên đơn vị."]);
        assert_eq!((named.status, counted.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        assert_eq!(up.all("[role=alert] li").len(), 1, "whoever leads one of them alone may not");
        assert_eq!(early.all("[role=alert] li").len(), 1, "that day has not come");
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.all("[role=alert]"));
        assert_eq!(twice.all("[role=alert] li"), ["Một trong hai đơn vị đã kết thúc."]);
        let ended = unit::by_code(&site.app.db, "td-kcn").await.unwrap();
        assert_eq!(ended.valid_to.unwrap().to_string(), "2026-02-28T17:00:00Z");
        assert_eq!(ended.name, "Công đoàn các khu công nghiệp");
        assert!(unit::children(&site.app.db, ended.id).await.unwrap().is_empty());
        assert_eq!(acts(site, "unit-renamed").await, ["unit-renamed", "unit-counted", "unit-merged"]);
    }

    async fn a_single_unit_is_added_below_ones_own_with_a_code_made_of_its_name(site: Site) {
        site.units().await;
        let mut lead = site.leads("td-kcn", "kcn@example.vn").await;
        let mut staff = site.holds_office("td-kcn", "nv@example.vn", entity::officer::Role::Staff).await;
        let at = "/desk/units/td-kcn";
        let form = |name, code| [("act", "add"), ("name", name), ("type", "base"), ("code", code), ("members", "80")];

        let done = lead.post(at, &form("Công đoàn Công ty Đại Phát", "")).await;
        let again = lead.post(at, &form("Công đoàn Công ty Đại Phát", "")).await;
        let taken = lead.post(at, &form("Công đoàn khác", "td-cs-59")).await;
        let wrong = lead.post(at, &form("Công đoàn khác", "mã sai")).await;
        let nameless = lead.post(at, &form("", "")).await;
        let many = lead.post(at, &[("act", "add"), ("name", "X"), ("type", "base"), ("members", "nhiều")]).await;
        let forbidden = staff.post(at, &form("Công đoàn khác", "")).await;

        assert_eq!((done.status, again.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER), "{}", done.text());
        assert_eq!(taken.all("[role=alert] li"), ["Mã “td-cs-59” đã có đơn vị khác dùng. Hãy chọn mã khác hoặc để trống."]);
        assert_eq!(wrong.all("[role=alert] li"), ["Mã đơn vị chỉ gồm chữ thường không dấu, số và dấu gạch nối."]);
        assert_eq!(nameless.all("[role=alert] li"), ["Thiếu tên đơn vị."]);
        assert_eq!(many.all("[role=alert] li").len(), 1);
        assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
        let zone = unit::by_code(&site.app.db, "td-kcn").await.unwrap();
        for code in ["cong-doan-cong-ty-dai-phat", "cong-doan-cong-ty-dai-phat-2"] {
            let made = unit::by_code(&site.app.db, code).await.unwrap();
            assert_eq!(made.path, format!("{}{code}/", zone.path));
        }
        assert_eq!(acts(site, "unit-added").await, ["unit-added", "unit-added"]);
    }

    async fn a_unit_is_moved_by_whoever_leads_both_units_above_it_and_what_is_below_moves_along(site: Site) {
        site.units().await;
        let mut lead = site.leads("ldld-thi-diem", "lead@example.vn").await;
        let mut zone = site.leads("td-kcn", "kcn@example.vn").await;
        let at = "/desk/units/td-cs-59";
        let from = unit::by_code(&site.app.db, "td-cs-59").await.unwrap();
        let above = from.path.trim_end_matches('/').rsplit('/').nth(1).unwrap().to_owned();
        let to = if above == "td-an-phu" { "td-kcn" } else { "td-an-phu" };
        lead.post(at, &[("act", "add"), ("name", "Tổ may 1"), ("type", "base"), ("code", "to-may-1")]).await;

        let alone = zone.post("/desk/units/td-kcn", &[("act", "move"), ("below", "td-an-phu")]).await;
        let circle = lead.post(at, &[("act", "move"), ("below", "to-may-1")]).await;
        let unknown = lead.post(at, &[("act", "move"), ("below", "khong-co")]).await;
        site.set_clock("2026-04-01T02:00:00Z");
        let done = lead.post(at, &[("act", "move"), ("below", to)]).await;
        let same = lead.post(at, &[("act", "move"), ("below", to)]).await;

        assert_eq!(alone.all("[role=alert] li").len(), 1, "{}", alone.text());
        assert_eq!(circle.all("[role=alert] li").len(), 1);
        assert_eq!(unknown.all("[role=alert] li").len(), 1);
        assert_eq!((done.status, same.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER), "{:?}", done.all("[role=alert]"));
        let place = unit::by_code(&site.app.db, to).await.unwrap();
        let moved = unit::by_code(&site.app.db, "to-may-1").await.unwrap();
        assert_eq!(moved.path, format!("{}td-cs-59/to-may-1/", place.path));
        assert_eq!(acts(site, "unit-moved").await, ["unit-moved"]);
    }

    async fn two_moves_at_once_make_no_circle(site: Site) {
        site.units().await;
        let mut lead = site.leads("ldld-thi-diem", "lead@example.vn").await;
        let user = site.person("lead@example.vn").await;
        site.set_clock("2026-04-01T02:00:00Z");
        let now = site.app.clock.now();
        let officer = async |db: &sea_orm::DatabaseTransaction, code: &str| {
            let unit = unit::by_code(db, code).await.unwrap();
            unit::Officer::of(db, unit, user, now).await.unwrap()
        };
        let held = hoithi::db::begin(&site.app.db).await.unwrap();
        let (zone, ward) = (officer(&held, "td-kcn").await, officer(&held, "td-an-phu").await);
        unit::put_below(&held, &zone, &ward, now).await.unwrap();

        let other = lead.post("/desk/units/td-an-phu", &[("act", "move"), ("below", "td-kcn")]);
        let release = async {
            actix_web::rt::time::sleep(std::time::Duration::from_millis(300)).await;
            held.commit().await.unwrap();
        };
        let (other, ()) = tokio::join!(other, release);

        assert_eq!(other.all("[role=alert] li").len(), 1, "{}", other.text());
        let (zone, ward) = (unit::by_code(&site.app.db, "td-kcn").await.unwrap(), unit::by_code(&site.app.db, "td-an-phu").await.unwrap());
        assert_eq!(zone.path, format!("{}td-kcn/", ward.path));
    }

    async fn a_list_moves_a_unit_and_what_is_named_of_it_alone_stays_below_it(site: Site) {
        site.units().await;
        let mut lead = site.leads("ldld-thi-diem", "lead@example.vn").await;
        let list = async |lead: &mut crate::support::Browser, lines: &str| {
            let text = format!("code,name,short_name,type,parent,members,source\n{lines}");
            let files: [(&str, &str, &[u8]); 1] = [("list", "ds.csv", text.as_bytes())];
            lead.post_files(&format!("{AT}/import"), &[], &files).await
        };
        list(&mut lead, "cs-a,Công đoàn A,,base,td-kcn,,\ncs-b,Công đoàn B,,base,cs-a,,\ncs-c,Công đoàn C,,base,cs-b,,\n").await;
        site.set_clock("2026-04-01T02:00:00Z");

        let moved = list(&mut lead, "cs-a,Công đoàn A,,base,td-an-phu,,\ncs-c,Công đoàn C,,base,cs-b,,\n").await;

        assert_eq!(moved.all("[role=status]"), ["Đã nhận 2 đơn vị."], "{}", moved.text());
        let place = unit::by_code(&site.app.db, "td-an-phu").await.unwrap();
        let below = unit::by_code(&site.app.db, "cs-c").await.unwrap();
        assert_eq!(below.path, format!("{}cs-a/cs-b/cs-c/", place.path));
    }

    async fn offices_and_parts_are_given_and_ended_each_in_the_log(site: Site) {
        site.units().await;
        announce(site, &staged("")).await;
        let mut lead = site.leads("ldld-thi-diem", "lead@example.vn").await;
        let form = [("act", "appoint"), ("name", "Trần An"), ("email", "an@example.vn"), ("role", "staff")];
        lead.post(AT, &form).await;
        lead.post(AT, &form).await;
        let desk = "/desk/contests/san-khau";
        let part = [("role", "auditor"), ("name", "Lê Bình"), ("email", "binh@example.vn")];
        lead.post(&format!("{desk}/crew"), &part).await;
        lead.post(&format!("{desk}/crew"), &part).await;

        let unit = lead.get(AT).await;
        let offices = unit.attributes("button[name=office]", "value");
        let crew = lead.get(desk).await;
        let removals = crew.attributes("form[action$='/removal']", "action");
        let mut auditor = site.signed_in("binh@example.vn").await;
        let before = auditor.get(&format!("{desk}/audit")).await.status;
        lead.post(&removals[0], &[("sure", "yes")]).await;
        let after = auditor.get(&format!("{desk}/audit")).await.status;
        let twice = lead.post(&removals[0], &[("sure", "yes")]).await.status;
        let an = offices.last().unwrap().clone();
        lead.post(AT, &[("act", "dismiss"), ("office", an.as_str())]).await;

        assert_eq!((offices.len(), removals.len()), (2, 1), "given twice is given once");
        assert_eq!((before, after), (StatusCode::OK, StatusCode::FORBIDDEN));
        assert_eq!(twice, StatusCode::NOT_FOUND);
        assert!(!lead.get(AT).await.text().contains("Trần An"));
        assert_eq!(acts(site, "office-granted").await, ["office-granted", "crew-joined", "crew-left", "office-ended"]);
        site.work().await;
    }
}
