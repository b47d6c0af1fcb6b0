//! The union's tree.

use hoithi::db;
use hoithi::unit::{self, Officer, Row, read_csv};

use crate::support::both;

fn row(code: &str, parent: &str) -> (u64, Row) {
    let (rows, _) =
        read_csv(&format!("code,name,type,parent\n{code},Công đoàn {code},base,{parent}"));
    rows.into_iter().next().unwrap()
}

both! {
    async fn the_shipped_tree_has_every_province_once(site: Site) {
        site.units().await;
        site.units().await;

        let top = unit::by_code(&site.app.db, "tong-lien-doan").await.unwrap();
        let children = unit::children(&site.app.db, top.id).await.unwrap();
        let provinces = children.iter().filter(|unit| unit.type_code == "province");

        assert_eq!(provinces.count(), 34 + 1, "and the demo's");
    }

    async fn units_are_found_without_diacritics_and_by_abbreviation(site: Site) {
        site.units().await;

        for (typed, code) in [("da nang", "ldld-da-nang"), ("LĐLĐ cà mau", "ldld-ca-mau"), ("ngan hang", "cong-doan-ngan-hang")] {
            let found = unit::search(&site.app.db, typed, 10).await.unwrap();
            assert_eq!(found.iter().map(|unit| unit.code.as_str()).collect::<Vec<_>>(), [code], "{typed}");
        }
    }

    async fn an_import_says_what_is_wrong_with_which_line(site: Site) {
        let (rows, unread) = read_csv(
            "code,name,type,parent,members\n\
             a,Một,base,,12\nB C,Hai,base,,\nd,Ba,castle,,\ne,Bốn,base,nowhere,\nf,Năm,base,a,many",
        );
        let tx = db::begin(&site.app.db).await.unwrap();
        let faults = unit::import(&tx, rows, site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();

        let said: Vec<_> = faults.iter().map(|fault| (fault.line, fault.code)).collect();
        assert_eq!(said, [(3, "unit-code-unreadable"), (4, "unit-type-unknown"), (5, "unit-parent-unknown")]);
        assert_eq!(unread.iter().map(|fault| fault.line).collect::<Vec<_>>(), [6]);
        assert!(unit::by_code(&site.app.db, "a").await.is_ok());
    }

    async fn a_merger_moves_what_stood_below_and_keeps_the_history(site: Site) {
        let now = site.app.clock.now();
        let tx = db::begin(&site.app.db).await.unwrap();
        let rows = vec![row("top", ""), row("old", "top"), row("new", "top"), row("shop", "old")];
        let rows = rows.into_iter().enumerate().map(|(line, (_, row))| (line as u64, row)).collect();
        unit::import(&tx, rows, now).await.unwrap();
        let (old, new) = (unit::by_code(&tx, "old").await.unwrap(), unit::by_code(&tx, "new").await.unwrap());

        unit::merge(&tx, &old, &new, now.plus_seconds(60)).await.unwrap();

        let shop = unit::by_code(&tx, "shop").await.unwrap();
        assert_eq!(shop.path, "/top/new/shop/");
        let old = unit::by_code(&tx, "old").await.unwrap();
        assert_eq!((old.valid_to, old.merged_into), (Some(now.plus_seconds(60)), Some(new.id)));
        assert!(unit::move_to(&tx, &new, &shop, now).await.is_err());
        tx.commit().await.unwrap();
    }

    async fn an_office_holds_for_everything_below_and_nothing_beside(site: Site) {
        site.units().await;
        site.leads("td-kcn", "lead@example.vn").await;
        let now = site.app.clock.now();
        let user = site.person("lead@example.vn").await;
        let zone = unit::by_code(&site.app.db, "td-kcn").await.unwrap();
        let below = unit::children(&site.app.db, zone.id).await.unwrap().remove(0);
        let beside = unit::by_code(&site.app.db, "td-an-phu").await.unwrap();
        let above = unit::by_code(&site.app.db, "ldld-thi-diem").await.unwrap();

        assert!(Officer::of(&site.app.db, zone, user, now).await.is_ok());
        assert!(Officer::of(&site.app.db, below, user, now).await.is_ok());
        assert!(Officer::of(&site.app.db, beside, user, now).await.is_err());
        assert!(Officer::of(&site.app.db, above, user, now).await.is_err());
    }
}
