//! The tools: database, store, jobs, audit log, and what surrounds every request.

use actix_web::http::{Method, StatusCode};
use entity::audit_log;
use hoithi::audit::{self, Act, Asked, Verdict};
use hoithi::db;
use hoithi::jobs::{self, Job};
use hoithi::storage::{Config, Store};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};

use crate::support::{self, both};

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
        support::unguard(&tx, "audit_log").await;
        audit_log::Entity::update_many()
            .col_expr(audit_log::Column::Act, Expr::value("another"))
            .filter(audit_log::Column::Seq.eq(2_i64))
            .exec(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();

        assert_eq!(audit::verify(&site.app.db).await.unwrap(), Verdict::Broken(2));
    }

    async fn the_log_is_read_whole_page_by_page_each_row_with_the_hash_before_it(site: Site) {
        site.units().await;
        let id = crate::story::announce(site, &crate::story::staged("")).await;
        let begun = audit::after(&site.app.db, Asked::default(), 0, 100).await.unwrap().len();
        site.set_clock("2026-04-02T01:00:00Z");
        let tx = db::begin(&site.app.db).await.unwrap();
        for n in 0..7 {
            let contest = (n % 2 == 0).then_some(id);
            audit::record(&tx, Act { act: "one", contest, ..Act::default() }, site.app.clock.now()).await.unwrap();
        }
        tx.commit().await.unwrap();

        let (mut rows, mut seq) = (Vec::new(), 0);
        loop {
            let page = audit::after(&site.app.db, Asked::default(), seq, 3).await.unwrap();
            let Some((last, _)) = page.last() else { break };
            seq = last.seq;
            rows.extend(page);
        }
        let since = Some(site.app.clock.now());
        let late = audit::after(&site.app.db, Asked { since, contest: None }, 0, 100).await.unwrap();
        let own = audit::after(&site.app.db, Asked { since, contest: Some(id) }, 0, 100).await.unwrap();

        assert_eq!(rows.len(), begun + 7);
        let mut hash = Vec::new();
        for (row, before) in &rows {
            assert_eq!(*before, hash, "row {}", row.seq);
            hash.clone_from(&row.hash);
        }
        assert_eq!(late, rows[begun..]);
        assert_eq!(own, late.iter().step_by(2).cloned().collect::<Vec<_>>());
        site.jobs_may_wait();
    }

    async fn the_database_itself_changes_and_removes_no_row_of_the_audit_log(site: Site) {
        let tx = db::begin(&site.app.db).await.unwrap();
        audit::record(&tx, Act { act: "one", ..Act::default() }, site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let otherwise = match site.app.db.get_database_backend() {
            DbBackend::Postgres => "truncate audit_log",
            _ => "insert or replace into audit_log select * from audit_log",
        };
        for statement in ["update audit_log set act = 'two'", "delete from audit_log", otherwise] {
            let refused = site.app.db.execute_unprepared(statement).await.unwrap_err();
            assert!(refused.to_string().contains("audit_log is only added to"), "{refused}");
        }

        assert_eq!(audit::verify(&site.app.db).await.unwrap(), Verdict::Whole(1));
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

/// A server that answers every request with these bytes; its address.
fn says(answer: &'static str) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/place", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 1024];
            let read = stream.read(&mut asked).unwrap();
            assert!(asked[..read].starts_with(b"POST /place HTTP/1.1\r\n"));
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    address
}

#[actix_web::test]
async fn answers_of_other_servers_are_read_whole_in_chunks_or_to_the_end_and_short_ones_are_not() {
    use hoithi::fetch;
    let ask = async |answer| {
        let told = fetch::post(&says(answer), "text/plain", b"x").await;
        told.ok().map(|told| (told.status, String::from_utf8(told.body).unwrap()))
    };
    let said = |status: u16, body: &str| Some((status, body.to_owned()));

    assert_eq!(ask("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc").await, said(200, "abc"));
    let chunks = "HTTP/1.1 409 Conflict\r\ntransfer-encoding: chunked\r\n\r\n2;x=1\r\nab\r\nA\r\n0123456789\r\n0\r\n\r\n";
    assert_eq!(ask(chunks).await, said(409, "ab0123456789"));
    assert_eq!(ask("HTTP/1.0 200 OK\r\n\r\nabc").await, said(200, "abc"));
    assert_eq!(ask("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabc").await, None);
    let torn = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab";
    assert_eq!(ask(torn).await, None);
    assert_eq!(ask("SSH-2.0 hello").await, None);
    for wrong in
        ["ftp://127.0.0.1/", "http:///", "127.0.0.1", "http://127.0.0.1/a b", "http://h:x/"]
    {
        assert!(fetch::post(wrong, "text/plain", b"").await.is_err(), "{wrong}");
    }
}

#[test]
fn one_number_has_one_form_however_it_is_written() {
    use hoithi::contact::phone;
    let spelled = [
        "+84 912 345 678",
        "0912345678",
        "0912.345.678",
        "0084912345678",
        "(+84) 0912-345-678",
        "912345678",
    ];
    assert_eq!(spelled.map(phone), ["0912345678"; 6]);
    assert_eq!(phone("1900 1234"), "19001234");
    assert_eq!(phone("+49 30 1234567"), "49301234567");
    assert_eq!(phone("028 3829 7777"), "02838297777");
}

#[test]
fn a_contact_is_found_in_what_was_written() {
    use hoithi::contact::{any, names};
    assert_eq!(
        (any(" An@Ex.vn "), any("+84 912.345.678")),
        ("an@ex.vn".into(), "0912345678".into())
    );
    let both = "An@Ex.vn, ĐT: 0912 345 678.";
    assert!(names(both, "an@ex.vn") && names(both, "0912345678"));
    assert!(names("0912345678 / 0987654321", "0987654321"));
    assert!(!names(both, "n@ex.vn") && !names(both, "912345") && !names(both, ""));
}
