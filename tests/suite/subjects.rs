//! People shown or written about: named one a line, counted, and given what their work won.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use entity::contributor::{self, Role};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::story::{
    APPROVER, ORGANISER, STAGE, Work, accept_all, announce, archive, close, finish, import, judge,
    publish, seat, staged,
};
use crate::entry::picture;
use crate::support::{Answer, Browser, Site, both};

const RULES: &str = "
rounds:
  - { key: final, title: Chung khảo, phase: final, criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }
tables:
  - { key: jury, title: Giám khảo, formula: [{ source: { round: final } }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: jury, count: 1, recipient: subject }
";

/// The contest, whose works name two or three people.
async fn asks_for_people(site: &Site) {
    site.units().await;
    let people = "label: Ảnh dự thi }, { key: shown, kind: people, label: Người trong ảnh, count: { min: 2, max: 3 } }]";
    let rules = staged(RULES).replace("label: Ảnh dự thi }]", people);
    announce(site, &rules).await;
}

fn work(people: &'static [(&'static str, &'static str)]) -> Work<'static> {
    Work {
        title: "Ca đêm".to_owned(),
        name: "Nguyễn Văn Chụp".to_owned(),
        phone: "0915000001".to_owned(),
        seed: 1,
        texts: people,
        agree: &["original"],
        ..Work::of(STAGE, "photo", "td-kcn")
    }
}

async fn begin(browser: &mut Browser) -> String {
    let form = [("category", "photo"), ("unit", "td-kcn")];
    let path = format!("/contests/{STAGE}/entries");
    browser.post_files(&path, &form, &[]).await.location.expect("a draft")
}

async fn subjects(site: &Site) -> Vec<String> {
    let rows = contributor::Entity::find().filter(contributor::Column::Role.eq(Role::Subject));
    let rows = rows.order_by_asc(contributor::Column::Position).all(&site.app.db).await.unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

fn told(answer: &Answer) -> String {
    answer.all("[role=alert] p").join(" ")
}

both! {
    async fn people_are_counted_by_lines_and_named_anew_with_every_change(site: Site) {
        asks_for_people(site).await;
        let mut browser = site.browser();
        let draft = begin(&mut browser).await;

        let form = browser.get(&draft).await;
        let (code, few) = finish(&mut browser, &draft, &work(&[("shown", "Chị Hai\n\n  \n")])).await;
        let (_, many) = finish(&mut browser, &draft, &work(&[("shown", "Một\nHai\nBa\nBốn")])).await;
        let (_, taken) = finish(&mut browser, &draft, &work(&[("shown", " Chị Hai \n\nAnh Ba\n")])).await;
        let first = subjects(site).await;
        let (_, again) = finish(&mut browser, &draft, &work(&[("shown", "Anh Ba\nChị Tư")])).await;

        assert!(form.text().contains("Mỗi dòng ghi một người.") && form.text().contains("Từ 2 đến 3 người."), "{}", form.text());
        assert!(told(&few).contains("Người trong ảnh: cần ít nhất 2, hiện có 1."), "{}", told(&few));
        assert!(told(&many).contains("Người trong ảnh: tối đa 3."), "{}", told(&many));
        assert_eq!(taken.location, Some(format!("/receipts/{code}")), "{}", taken.text());
        assert_eq!(first, ["Chị Hai", "Anh Ba"]);
        assert_eq!(again.location, Some(format!("/receipts/{code}")), "{}", again.text());
        assert_eq!(subjects(site).await, ["Anh Ba", "Chị Tư"]);
        site.work().await;
    }

    async fn a_prize_for_whom_a_work_is_about_is_theirs_on_every_page_and_paper(site: Site) {
        asks_for_people(site).await;
        let mut browser = site.browser();
        let draft = begin(&mut browser).await;
        finish(&mut browser, &draft, &work(&[("shown", "Chị Hai\nAnh Ba")])).await;
        site.leads("ldld-thi-diem", ORGANISER).await;
        site.set_clock("2026-04-06T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        assert_eq!(accept_all(&mut organiser, STAGE).await, 1);
        let round = format!("/desk/contests/{STAGE}/rounds/final");
        let mut one = seat(site, &mut organiser, &round, &["gk@example.vn"]).await.remove(0);
        judge(&mut one, |_| BTreeMap::from([("art", 900)])).await;
        close(&mut organiser, STAGE, "final").await;
        site.set_clock("2026-04-11T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;

        publish(&mut organiser, &mut approver, STAGE).await;
        let desk = format!("/desk/contests/{STAGE}");
        let awards = organiser.get(&format!("{desk}/awards")).await;
        organiser.post(&format!("{desk}/certificates"), &[]).await;
        let printed = organiser.get(&format!("{desk}/certificates")).await;
        let winners = organiser.get(&format!("{desk}/exports/winners.csv")).await;

        let names = awards.all("tbody th");
        assert!(names.len() == 1 && names[0].starts_with("Chị Hai"), "{names:?}");
        assert_eq!(printed.all(".certificate .name"), ["Chị Hai"]);
        assert!(winners.text().contains("Giải nhất,Chị Hai,"), "{}", winners.text());
        site.work().await;
    }

    async fn an_archive_names_people_in_a_column(site: Site) {
        asks_for_people(site).await;
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;
        let head = "Tên tác phẩm,Họ và tên,Số điện thoại,Tệp,Nhân vật";
        let sheet = format!("{head}\nMột,Người 1,0914000001,1.jpg,Chị Hai; Anh Ba\nHai,Người 2,0914000002,2.jpg,Chị Tư\n");
        let drawn = |n: u8| (format!("{n}.jpg"), picture(96, 72, n, image::ImageFormat::Jpeg));

        let page = import(&mut officer, STAGE, "td-kcn", &archive(&sheet, &[drawn(1), drawn(2)])).await;

        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        assert_eq!(page.attributes("a[href^='/receipts/']", "href").len(), 1, "{}", page.text());
        assert!(page.text().contains("cần ít nhất 2, hiện có 1"), "{}", page.text());
        assert_eq!(subjects(site).await, ["Chị Hai", "Anh Ba"]);
        site.work().await;
    }
}
