//! Quotas, through the doors: the most by category and by kind of unit, and the targets that are
//! shown and refuse nothing.

use actix_web::http::StatusCode;
use entity::entry;
use sea_orm::EntityTrait;

use crate::story::{Work, announce, finish, units};
use crate::support::{Answer, Browser, Site, both};

/// A contest with two categories and these quotas.
fn rules(quotas: &str) -> String {
    format!(
        "slug: anh-dep
title: Ảnh đẹp
unit: ldld-thi-diem
phases:
  - {{ key: intake, kind: intake, opens: 2026-04-01, closes: 2026-04-10 }}
categories:
  - {{ key: single, title: Ảnh đơn, slots: [{{ key: photo, kind: photo, label: Ảnh }}] }}
  - {{ key: series, title: Ảnh bộ, slots: [{{ key: photo, kind: photo, label: Ảnh }}] }}
declarations:
  - {{ key: original, text: Tôi cam kết đây là ảnh gốc. }}
quotas:
{quotas}"
    )
}

/// Two workplaces of one zone, one of another.
async fn places(site: &Site) {
    site.units().await;
    let below = [
        ("xuong-a", "Xưởng A", "base", "td-kcn", None),
        ("xuong-b", "Xưởng B", "base", "td-kcn", None),
        ("xuong-c", "Xưởng C", "base", "td-an-phu", None),
    ];
    units(site, &below).await;
}

/// Sends a work in for a unit; how it was answered.
async fn send(site: &Site, category: &str, unit: &str, n: u8) -> Answer {
    send_as(site, category, unit, (n, &format!("09000000{n:02}"))).await
}

/// The same, of somebody with this telephone number.
async fn send_as(site: &Site, category: &str, unit: &str, (n, phone): (u8, &str)) -> Answer {
    let work = Work {
        title: format!("Bài {n}"),
        name: format!("Người {n}"),
        phone: phone.to_owned(),
        seed: n,
        agree: &["original"],
        ..Work::of("anh-dep", category, unit)
    };
    let mut browser = site.browser();
    let form = [("category", category), ("unit", unit)];
    let begun = browser.post_files("/contests/anh-dep/entries", &form, &[]).await;
    let draft = begun.location.expect("a draft");
    finish(&mut browser, &draft, &work).await.1
}

fn is_taken(answer: &Answer) -> bool {
    answer.status == StatusCode::SEE_OTHER
}

/// What the desk of a unit says of its targets.
async fn targets(officer: &mut Browser, unit: &str) -> String {
    let page = officer.get(&format!("/desk/units/{unit}/entries")).await;
    page.all("main").join(" ")
}

both! {
    async fn a_person_is_one_under_every_spelling_of_a_telephone_number(site: Site) {
        places(site).await;
        announce(site, &rules("  - { per: person, max: 3 }\n")).await;
        let spelt = ["0912345678", "+84 912 345 678", "0912.345.678", "(0084) 912-345-678"];

        let mut sent = Vec::new();
        for (n, phone) in (1..).zip(spelt) {
            sent.push(is_taken(&send_as(site, "single", "xuong-a", (n, phone)).await));
        }

        assert_eq!(sent, [true, true, true, false], "the fourth is one too many");
        let rows = entry::Entity::find().all(&site.app.db).await.unwrap();
        assert!(rows.iter().all(|row| row.phone.as_deref() == Some("0912345678")), "{rows:?}");
        let contest = rows[0].contest_id;
        let (now, db) = (site.app.clock.now(), &site.app.db);
        let shares = hoithi::reports::participation(db, contest, now, true).await.unwrap();
        let shares = shares.iter().filter(|share| share.unit.code == "xuong-a");
        assert_eq!(shares.map(|share| share.entrants).collect::<Vec<_>>(), [1]);
        site.work().await;
    }

    async fn the_most_of_a_category_binds_that_category_alone(site: Site) {
        places(site).await;
        announce(site, &rules("  - { per: unit, category: series, max: 1 }\n")).await;

        let first = send(site, "series", "xuong-a", 1).await;
        let second = send(site, "series", "xuong-a", 2).await;
        let single = send(site, "single", "xuong-a", 3).await;
        let neighbour = send(site, "series", "xuong-b", 4).await;

        assert!(is_taken(&first), "{}", first.text());
        assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(second.all("[role=alert] p").join(" ").contains("đã gửi đủ 1 bài"), "{}", second.text());
        assert!(is_taken(&single), "{}", single.text());
        assert!(is_taken(&neighbour), "{}", neighbour.text());
        site.work().await;
    }

    async fn the_most_by_kind_of_unit_is_counted_over_all_below_it(site: Site) {
        places(site).await;
        let kind = hoithi::unit::by_code(&site.app.db, "td-kcn").await.unwrap().type_code;
        announce(site, &rules(&format!("  - {{ per: unit, unit_type: {kind}, max: 2 }}\n"))).await;

        let taken = [("xuong-a", 1), ("xuong-b", 2)];
        for (unit, n) in taken {
            let answer = send(site, "single", unit, n).await;
            assert!(is_taken(&answer), "{unit}: {}", answer.text());
        }
        let beyond = send(site, "series", "xuong-a", 3).await;
        let province = send(site, "single", "ldld-thi-diem", 4).await;

        assert_eq!(beyond.status, StatusCode::UNPROCESSABLE_ENTITY, "both categories count");
        assert!(is_taken(&province), "nothing of that kind stands above it: {}", province.text());
        site.work().await;
    }

    async fn a_target_is_shown_to_the_unit_that_it_binds_and_refuses_nothing(site: Site) {
        places(site).await;
        let kind = hoithi::unit::by_code(&site.app.db, "td-kcn").await.unwrap().type_code;
        let quotas = format!(
            "  - {{ per: unit, unit_type: {kind}, category: series, min: 3 }}\n  - {{ per: unit, unit_type: base, min: 1 }}\n"
        );
        announce(site, &rules(&quotas)).await;
        let mut zone = site.leads("td-kcn", "kcn@example.vn").await;

        let before = targets(&mut zone, "td-kcn").await;
        for (category, unit, n) in [("series", "xuong-a", 1), ("series", "xuong-b", 2), ("single", "xuong-a", 3)] {
            let answer = send(site, category, unit, n).await;
            assert!(is_taken(&answer), "{}", answer.text());
        }
        let after = targets(&mut zone, "td-kcn").await;
        let below = targets(&mut zone, "xuong-a").await;
        let none = targets(&mut zone, "xuong-b").await;

        assert!(before.contains("0 / 3"), "{before}");
        assert!(after.contains("2 / 3") && !after.contains("/ 1 bài"), "{after}");
        assert!(below.contains("2 / 1"), "{below}");
        assert!(none.contains("1 / 1"), "{none}");
        site.work().await;
    }
}
