//! The works that won, as the public page of a result shows them.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use entity::entry::{self, State};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use crate::story::{
    APPROVER, ORGANISER, STAGE, Work, accept_all, announce, close, enter, judge, publish, seat,
    staged,
};
use crate::support::{Site, both};

const RULES: &str = "
rounds:
  - { key: final, title: Chung khảo, phase: final, criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }
tables:
  - { key: jury, title: Giám khảo, formula: [{ source: { round: final } }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: jury, count: 1 }
  - { key: second, label: Giải nhì, table: jury, count: 3 }
";

/// Beside photos, essays and clips that lie elsewhere.
const MORE: &str =
    "  - { key: essay, title: Bài viết, slots: [{ key: story, kind: text, label: Bài }] }
  - { key: clip, title: Clip, slots: [{ key: clip, kind: link, label: Clip, hosts: [tiktok.com] }] }
";

/// A photo under a pen name, one by somebody who is not named, an essay, a clip, and a photo that wins
/// nothing: the result of the contest is published. Answers their codes.
async fn published(site: &Site, more: &str) -> Vec<String> {
    site.units().await;
    let rules = staged(&format!("{RULES}{more}"));
    announce(site, &rules.replace("declarations:", &format!("{MORE}declarations:"))).await;
    let photo = |n: u8, title: &str, show| Work {
        title: title.to_owned(),
        name: format!("Nguyễn Văn Thật {n}"),
        phone: format!("091500000{n}"),
        seed: n,
        show,
        agree: &["original"],
        ..Work::of(STAGE, "photo", "td-kcn")
    };
    let essay = Work {
        category: "essay",
        pictures: 0,
        texts: &[("story", "Ca đêm ở xưởng dệt, chị Hai thức cùng máy.")],
        ..photo(3, "Ca đêm", ("full", ""))
    };
    let clip = Work {
        category: "clip",
        pictures: 0,
        texts: &[("clip", "https://www.tiktok.com/@congdoan/video/7350000000000000001")],
        ..photo(5, "Múa lân", ("full", ""))
    };
    let works = [
        photo(1, "Giọt mồ hôi", ("pen", "Bút Tre")),
        photo(2, "Bữa cơm", ("hidden", "")),
        essay,
        clip,
        photo(4, "Chiều về", ("full", "")),
    ];
    let mut codes = Vec::new();
    for work in &works {
        codes.push(enter(&mut site.browser(), work).await);
    }
    site.leads("ldld-thi-diem", ORGANISER).await;
    site.set_clock("2026-04-06T00:50:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    accept_all(&mut organiser, STAGE).await;
    let round = format!("/desk/contests/{STAGE}/rounds/final");
    let mut one = seat(site, &mut organiser, &round, &["gk@example.vn"]).await.remove(0);
    let order = ["Giọt mồ hôi", "Bữa cơm", "Ca đêm", "Múa lân", "Chiều về"];
    judge(&mut one, |title| {
        let at = order.iter().position(|known| title.contains(known)).unwrap();
        BTreeMap::from([("art", 900 - 100 * u32::try_from(at).unwrap())])
    })
    .await;
    close(&mut organiser, STAGE, "final").await;
    site.set_clock("2026-04-11T01:00:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    let mut approver = site.signed_in(APPROVER).await;
    publish(&mut organiser, &mut approver, STAGE).await;
    site.work().await;
    codes
}

both! {
    async fn works_that_won_are_shown_large_with_prize_and_author_as_chosen(site: Site) {
        let codes = published(site, "").await;

        let page = site.browser().get(&format!("/contests/{STAGE}/results")).await;

        let unit = "CĐ KCN Thí Điểm";
        let by = |name: &str| format!("{name} · {unit}");
        assert_eq!(page.all(".winners strong"), ["Giọt mồ hôi", "Bữa cơm", "Ca đêm", "Múa lân"]);
        assert_eq!(page.all(".winners .prize"), ["Giải nhất", "Giải nhì", "Giải nhì", "Giải nhì"]);
        let named = [by("Bút Tre"), by("Tác giả không nêu tên"), by("Nguyễn Văn Thật 3"), by("Nguyễn Văn Thật 5")];
        assert_eq!(page.all(".winners small"), named);
        let addresses: Vec<_> = codes[..4].iter().map(|code| format!("/entries/{code}")).collect();
        assert_eq!(page.attributes(".winners a", "href"), addresses);
        assert_eq!(page.all("tbody th a").len(), 5, "the standings stay below");
        let pictures = page.attributes(".winners img", "srcset");
        assert!(pictures.iter().all(|set| set.contains("320.webp 320w") && set.contains("800.webp 800w")), "{pictures:?}");
        assert_eq!((pictures.len(), page.attributes(".winners img", "loading")), (2, vec!["lazy".to_owned()]));
        let signs = page.attributes(".winners .blank use", "href");
        let signs: Vec<_> = signs.iter().filter_map(|sign| sign.split('#').nth(1)).collect();
        assert_eq!(signs, ["file-text", "link"], "what is no picture has its sign");
        let preview = page.attributes("meta[property='og:image']", "content").remove(0);
        let preview = preview.strip_prefix("http://localhost").expect("a whole address");
        let picture = site.browser().get(preview).await;
        let read = image::load_from_memory_with_format(&picture.bytes, image::ImageFormat::Jpeg).expect("a JPEG");
        assert_eq!((read.width(), read.height()), (1200, 630));
        assert!(!page.text().contains("Nguyễn Văn Thật 1") && !page.text().contains("Nguyễn Văn Thật 2"));
    }

    async fn a_work_that_left_the_contest_is_no_longer_shown_among_the_winners(site: Site) {
        published(site, "").await;
        let row = entry::Entity::find().filter(entry::Column::Title.eq("Giọt mồ hôi"));
        let mut row = row.one(&site.app.db).await.unwrap().unwrap().into_active_model();
        row.state = Set(State::Withdrawn);
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        site.set_clock("2026-04-11T01:01:00Z");

        let page = site.browser().get(&format!("/contests/{STAGE}/results")).await;

        assert_eq!(page.all(".winners strong"), ["Bữa cơm", "Ca đêm", "Múa lân"]);
        assert_eq!(page.all("tbody th a").len(), 5, "the result stands as it was published");
    }

    async fn where_works_are_never_shown_the_result_has_its_table_alone(site: Site) {
        published(site, "gallery: { shown: never }\n").await;

        let page = site.browser().get(&format!("/contests/{STAGE}/results")).await;

        assert_eq!((page.status, page.all(".winners li").len()), (StatusCode::OK, 0));
        let drawn = format!("http://localhost/contests/{STAGE}/preview.jpeg");
        assert_eq!(page.attributes("meta[property='og:image']", "content"), [drawn]);
        assert_eq!(page.all("tbody th").len(), 5);
    }
}
