//! The tools: database, store, jobs, audit log, and what surrounds every request.

use actix_web::http::{Method, StatusCode};
use entity::audit_log;
use hoithi::audit::{self, Act, Verdict};
use hoithi::db;
use hoithi::jobs::{self, Job};
use hoithi::storage::{Config, Store};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::support::both;

both! {
    async fn a_second_writer_waits_for_the_first(site: Site) {
        let first = db::begin(&site.app.db).await.unwrap();
        audit::record(&first, Act { act: "first", ..Act::default() }, site.app.clock.now()).await.unwrap();
        let app = site.app.clone();
        let second = tokio::spawn(async move {
            let tx = db::begin(&app.db).await.unwrap();
            audit::record(&tx, Act { act: "second", ..Act::default() }, app.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
        });
        tokio::task::yield_now().await;

        first.commit().await.unwrap();
        second.await.unwrap();

        assert_eq!(audit::verify(&site.app.db).await.unwrap(), Verdict::Whole(2));
    }

    async fn a_changed_row_breaks_the_audit_log_from_there_on(site: Site) {
        let tx = db::begin(&site.app.db).await.unwrap();
        for act in ["one", "two", "three"] {
            audit::record(&tx, Act { act, ..Act::default() }, site.app.clock.now()).await.unwrap();
        }
        audit_log::Entity::update_many()
            .col_expr(audit_log::Column::Act, Expr::value("another"))
            .filter(audit_log::Column::Seq.eq(2_i64))
            .exec(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();

        assert_eq!(audit::verify(&site.app.db).await.unwrap(), Verdict::Broken(2));
    }

    async fn a_job_is_taken_once_and_again_when_its_lease_runs_out(site: Site) {
        site.jobs_may_wait();
        let now = site.app.clock.now();
        let job = Job::Send { letter: entity::id::LetterId::new() };
        let tx = db::begin(&site.app.db).await.unwrap();
        jobs::enqueue(&tx, &job, now).await.unwrap();
        let first = jobs::take(&tx, now).await.unwrap().unwrap();
        let second = jobs::take(&tx, now).await.unwrap();
        let later = jobs::take(&tx, now.plus_seconds(121)).await.unwrap().unwrap();
        tx.commit().await.unwrap();

        assert_eq!(first.job, Some(job));
        assert!(second.is_none());
        assert_eq!(later.id, first.id);
    }

    async fn a_snapshot_sees_one_moment(site: Site) {
        let snapshot = db::snapshot(&site.app.db).await.unwrap();
        let before = audit_log::Entity::find().all(&snapshot).await.unwrap();
        let tx = db::begin(&site.app.db).await.unwrap();
        audit::record(&tx, Act::default(), site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let after = audit_log::Entity::find().all(&snapshot).await.unwrap();

        assert_eq!(before, after);
        snapshot.execute_unprepared("select 1").await.unwrap();
    }

    async fn a_form_from_elsewhere_is_refused_and_says_so(site: Site) {
        let mut browser = site.browser();
        for (headers, status) in [
            ([("sec-fetch-site", "cross-site")], StatusCode::FORBIDDEN),
            ([("sec-fetch-site", "same-origin")], StatusCode::NOT_FOUND),
        ] {
            let answer = browser.send(Method::POST, "/nowhere", &headers, Vec::new()).await;

            assert_eq!(answer.status, status);
            assert_eq!(answer.all("h1").len(), 1);
        }
    }
}

#[actix_web::test]
async fn a_folder_keeps_what_it_was_given_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Config::default(), folder.path()).unwrap();

    store.put("a/b.webp", "x".into(), "image/webp").await.unwrap();
    store.put("a/c", "y".into(), "text/plain").await.unwrap();
    store.delete("a/c").await.unwrap();

    assert_eq!(store.list("").await.unwrap(), ["a/b.webp"]);
    assert_eq!(store.get("a/b.webp").await.unwrap(), "x");
    for key in ["../x", "a//b", "/a", "", "a/.b", "a\\b"] {
        assert!(store.put(key, "z".into(), "text/plain").await.is_err(), "{key}");
    }
}
