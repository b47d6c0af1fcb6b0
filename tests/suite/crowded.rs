//! A database that others hold: whoever comes is told to come again, and nothing is lost or broken.

use std::time::Duration;

use actix_web::http::StatusCode;
use entity::entry::State;
use entity::file;
use hoithi::audit::{self, Act};
use hoithi::db;
use hoithi::entry::{self, Author};
use hoithi::refusal::{Kind, Refusal};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IntoActiveModel,
    Set, Statement,
};

use super::entry::{begin, contest};
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

/// Until somebody waits for a lock in this database.
async fn somebody_waits(db: &DatabaseConnection) {
    let waits = "select count(*) as n from pg_stat_activity
                 where datname = current_database() and wait_event_type = 'Lock'";
    let waits = Statement::from_string(DbBackend::Postgres, waits);
    for _ in 0..500 {
        let row = db.query_one_raw(waits.clone()).await.unwrap().unwrap();
        if row.try_get::<i64>("", "n").unwrap() > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody waits for anybody");
}

#[actix_web::test]
async fn drawing_a_picture_and_taking_its_entry_back_wait_one_after_the_other() {
    let site = Site::new(Engine::Postgres).await;
    let (db, now) = (&site.app.db, site.app.clock.now());
    let contest = contest(&site, |text| text).await;
    let admin = site.admin("quantri@example.vn").await;
    let code = begin(&mut site.browser(), 1).await;
    let file = file::Entity::find().one(db).await.unwrap().unwrap().id;
    let mut row = entry::by_code(db, &code).await.unwrap().into_active_model();
    row.state = Set(State::Accepted);
    let row = row.update(db).await.unwrap();
    let back = db::begin(db).await.unwrap();
    hoithi::contest::lock(&back, contest).await.unwrap();

    let drawn = async {
        let tx = db::begin(db).await.unwrap();
        let shown = entry::may_be_shown(&tx, file).await.unwrap();
        entry::file_changed(&tx, file, now).await.unwrap();
        tx.commit().await.unwrap();
        shown
    };
    let taken = async {
        somebody_waits(db).await;
        let author = Author::at_request(&back, row, admin).await.unwrap();
        entry::withdraw(&back, &author, now).await.unwrap();
        back.commit().await.unwrap();
    };
    let (shown, ()) = tokio::join!(drawn, taken);

    assert!(!shown, "the picture of an entry that was taken back is not shown");
}

#[actix_web::test]
async fn a_row_that_only_refers_to_a_locked_contest_does_not_wait_for_it() {
    let site = Site::new(Engine::Postgres).await;
    let (db, now) = (&site.app.db, site.app.clock.now());
    let id = contest(&site, |text| text).await;
    let held = db::begin(db).await.unwrap();
    hoithi::contest::lock(&held, id).await.unwrap();

    let tx = db::begin(db).await.unwrap();
    let act = Act { act: "decided", contest: Some(id), ..Act::default() };
    let noted = tokio::time::timeout(Duration::from_secs(5), audit::record(&tx, act, now)).await;

    noted.expect("it is written at once").unwrap();
    tx.commit().await.unwrap();
    held.rollback().await.unwrap();
}
