//! A database that others hold: whoever comes is told to come again, and nothing is lost or broken.

use actix_web::http::StatusCode;
use hoithi::db;
use hoithi::refusal::{Kind, Refusal};
use sea_orm::{ConnectionTrait, DbBackend};

use crate::support::{Engine, Site, both};

both! {
    async fn a_lock_that_others_hold_for_too_long_is_told_as_a_busy_site(site: Site) {
        let form = [("email", "an@example.vn")];
        let tx = db::begin(&site.app.db).await.unwrap();
        if tx.get_database_backend() == DbBackend::Postgres {
            tx.execute_unprepared("lock table login_code in exclusive mode").await.unwrap();
        }

        let held = site.browser().post("/session/code", &form).await;
        tx.rollback().await.unwrap();
        let free = site.browser().post("/session/code", &form).await;

        assert_eq!(held.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(held.headers.get("retry-after").unwrap(), "30");
        assert!(held.text().contains("Hệ thống đang bận"), "{}", held.text());
        assert_eq!(free.status, StatusCode::OK);
        assert!(free.text().contains("an@example.vn"), "{}", free.text());
    }
}

#[actix_web::test]
async fn two_who_wait_for_each_other_are_parted_and_one_is_told_to_come_again() {
    let site = Site::new(Engine::Postgres).await;
    let (one, other) =
        (db::begin(&site.app.db).await.unwrap(), db::begin(&site.app.db).await.unwrap());
    one.execute_unprepared("lock table login_code in exclusive mode").await.unwrap();
    other.execute_unprepared("lock table session in exclusive mode").await.unwrap();

    let (first, second) =
        tokio::join!(one.execute_unprepared("lock table session in exclusive mode"), async {
            let done = other.execute_unprepared("lock table login_code in exclusive mode").await;
            other.rollback().await.unwrap();
            done
        });

    let refused: Vec<_> =
        [first.err(), second.err()].into_iter().flatten().map(|e| e.refusal()).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!((refused[0].kind, refused[0].code), (Kind::Unavailable, "database-unavailable"));
    one.rollback().await.unwrap();
}
