//! The audit log, as those read it who look after the contest.

use entity::audit_log;
use hoithi::audit::{self, Act};
use hoithi::contest;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::story::{ORGANISER, STAGE, announce, staged};
use crate::support::{self, Site, both};

const LOG: &str = "/desk/contests/san-khau/audit";

/// Numbers of all acts in the contest, newest first.
async fn numbers(site: &Site) -> Vec<String> {
    let id = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
    let rows = audit_log::Entity::find()
        .filter(audit_log::Column::ContestId.eq(id))
        .order_by_desc(audit_log::Column::Seq);
    rows.all(&site.app.db).await.unwrap().iter().map(|row| row.seq.to_string()).collect()
}

both! {
    async fn every_act_is_found_page_by_page_and_a_broken_chain_is_said(site: Site) {
        site.units().await;
        let id = announce(site, &staged("")).await;
        let mut organiser = site.leads("ldld-thi-diem", ORGANISER).await;
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        for _ in 0..430 {
            let act = Act { act: "screened", contest: Some(id), ..Act::default() };
            audit::record(&tx, act, site.app.clock.now()).await.unwrap();
        }
        tx.commit().await.unwrap();

        let (mut read, mut pages, mut next) = (Vec::new(), 0, Some(LOG.to_owned()));
        while let Some(path) = next {
            let page = organiser.get(&path).await;
            assert_eq!((page.all(".notice.ok").len(), page.all("[role=alert]").len()), (1, 0));
            read.extend(page.all("tbody td:first-child"));
            next = page.attributes("a[rel=next]", "href").pop();
            pages += 1;
        }
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        support::unguard(&tx, "audit_log").await;
        audit_log::Entity::update_many()
            .col_expr(audit_log::Column::Act, Expr::value("entry-accepted"))
            .filter(audit_log::Column::Seq.eq(100_i64))
            .exec(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let broken = organiser.get(LOG).await;

        assert_eq!(read, numbers(site).await);
        assert_eq!(pages, 3);
        assert_eq!(broken.all("[role=alert]"), ["Nhật ký không còn nguyên vẹn từ dòng số 100. Hãy báo quản trị viên."]);
        assert!(broken.all(".notice.ok").is_empty());
    }
}
