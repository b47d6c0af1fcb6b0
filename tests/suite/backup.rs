//! Backups: taken while the site is in use, restored on an empty machine.

use std::cell::Cell;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::rc::Rc;

use actix_web::test::{TestRequest, call_and_read_body, init_service};
use entity::{entry as entries, file, letter, part};
use hoithi::app::App;
use hoithi::audit::{self, Act, Verdict};
use hoithi::backup::{self, Error, Manifest};
use hoithi::storage::{Config, Store};
use hoithi::{db, web};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryOrder};

use crate::support::{Engine, Site, both};
use crate::{entry, support};

/// A site with one entry, its picture and its letters.
async fn lived_in(site: &Site) -> String {
    entry::contest(site, |text| text).await;
    let mut browser = site.signed_in("hoa@example.vn").await;
    let code = entry::begin(&mut browser, 1).await;
    entry::fill(&mut browser, &code, "Nguyễn Thị Hoa", "0912345678").await;
    entry::submit(&mut browser, &code).await;
    site.work().await;
    code
}

fn engine(app: &App) -> Engine {
    match app.db.get_database_backend() {
        DbBackend::Postgres => Engine::Postgres,
        _ => Engine::Sqlite,
    }
}

async fn taken(site: &Site, to: &Path) -> Result<Manifest, Error> {
    let (app, now) = (&site.app, site.app.clock.now());
    backup::create(&app.db, &app.store, to, &app.key.fingerprint(), now, |_, _, _| {}).await
}

/// Writes rows and objects until it is told to stop; says how many it wrote.
async fn write_on(app: App, stop: Rc<Cell<bool>>, written: Rc<Cell<usize>>) {
    while !stop.get() {
        let key = format!("load/{}", written.get());
        app.store.put(&key, "x".into(), "text/plain").await.unwrap();
        let tx = db::begin(&app.db).await.unwrap();
        audit::record(&tx, Act { act: "load", ..Act::default() }, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        written.set(written.get() + 1);
        tokio::task::yield_now().await;
    }
}

both! {
    async fn what_was_acknowledged_before_a_backup_is_whole_on_an_empty_machine(site: Site) {
        let code = lived_in(site).await;
        let app = site.app.clone();
        let (stop, written) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(0)));
        let load = actix_web::rt::spawn(write_on(app.clone(), stop.clone(), written.clone()));
        while written.get() < 3 {
            tokio::task::yield_now().await;
        }
        let held = app.store.list("").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("site.tar");

        let (begun, made) = (written.get(), taken(site, &archive).await.unwrap());
        stop.set(true);
        load.await.unwrap();
        assert!(written.get() > begun, "writing went on meanwhile");
        assert_eq!(backup::check(&archive, |_, _, _| {}).unwrap(), made);

        let address = support::empty(engine(&app), folder.path());
        let store = Store::open(&Config::default(), folder.path()).unwrap();
        backup::restore(&archive, &address, &store, |_, _, _| {}).await.unwrap();
        let restored = App { db: db::Pool::open(&address, 4).await.unwrap(), store, ..app.clone() };

        let rows = |db| entries::Entity::find().order_by_asc(entries::Column::Id).all(db);
        assert_eq!(rows(&app.db).await.unwrap(), rows(&restored.db).await.unwrap());
        macro_rules! same { ($($table:ident)*) => { $(
            let there = $table::Entity::find().all(&restored.db).await.unwrap();
            assert_eq!($table::Entity::find().all(&app.db).await.unwrap(), there);
            assert!(!there.is_empty());
        )* } }
        same! { part file letter }
        let Verdict::Whole(acts) = audit::verify(&restored.db).await.unwrap() else {
            panic!("the log is broken");
        };
        assert!(acts as usize >= begun, "{acts} acts, {begun} were acknowledged before");
        let refused = restored.db.execute_unprepared("delete from audit_log").await.unwrap_err();
        assert!(refused.to_string().contains("audit_log is only added to"), "{refused}");
        for key in held {
            let (here, there) = (app.store.get(&key).await.unwrap(), restored.store.get(&key).await);
            assert_eq!(here, there.unwrap(), "{key}");
        }
        let service = init_service(web::site(restored.clone(), Default::default())).await;
        let request = TestRequest::with_uri(&format!("/entries/{code}")).to_request();
        let page = call_and_read_body(&service, request).await;
        assert_eq!(page, site.browser().get(&format!("/entries/{code}")).await.bytes);
        restored.db.close().await.unwrap();

        let again = backup::restore(&archive, &address, &restored.store, |_, _, _| {}).await;
        assert!(matches!(again, Err(Error::NotEmpty(_))), "{again:?}");
    }

    async fn an_archive_that_is_not_what_was_written_is_refused(site: Site) {
        lived_in(site).await;
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("site.tar");
        let made = taken(site, &archive).await.unwrap();
        let bytes = std::fs::read(&archive).unwrap();

        for part in 1..8 {
            let mut file = std::fs::File::options().write(true).open(&archive).unwrap();
            // Zeros are the padding between members, which says nothing.
            let at = bytes.len() * part / 8;
            let at = (0..=at).rev().find(|at| bytes[*at] != 0).unwrap();
            file.seek(SeekFrom::Start(at as u64)).unwrap();
            file.write_all(&[bytes[at] ^ 1]).unwrap();
            let found = backup::check(&archive, |_, _, _| {});
            assert!(matches!(found, Err(Error::Damaged(_) | Error::Archive(_))), "{at}: {found:?}");
            std::fs::write(&archive, &bytes).unwrap();
        }
        std::fs::write(&archive, &bytes[..bytes.len() / 2]).unwrap();
        assert!(matches!(backup::check(&archive, |_, _, _| {}), Err(Error::Archive(_))), "cut in the middle");
        std::fs::write(&archive, &bytes).unwrap();
        assert_eq!(backup::check(&archive, |_, _, _| {}).unwrap(), made);

        let later = Manifest { schema: [made.schema.clone(), vec!["m9999".into()]].concat(), ..made.clone() };
        rewrite(&archive, &later);
        assert!(matches!(backup::check(&archive, |_, _, _| {}), Err(Error::Later)));
        let other = if made.engine == "sqlite" { "postgres" } else { "sqlite" };
        rewrite(&archive, &Manifest { engine: other.to_owned(), ..made });
        let address = support::empty(engine(&site.app), folder.path());
        let store = Store::open(&Config::default(), folder.path()).unwrap();
        let refused = backup::restore(&archive, &address, &store, |_, _, _| {}).await;
        assert!(matches!(refused, Err(Error::Engine(_))), "{refused:?}");
        assert_eq!(store.list("").await.unwrap(), Vec::<String>::new());
    }
}

/// Gives an archive another last member.
fn rewrite(archive: &Path, manifest: &Manifest) {
    let bytes = std::fs::read(archive).unwrap();
    let mut from = tar::Archive::new(&bytes[..]);
    let mut to = tar::Builder::new(std::fs::File::create(archive).unwrap());
    for member in from.entries().unwrap() {
        let mut member = member.unwrap();
        let name = member.path().unwrap().display().to_string();
        let mut content = Vec::new();
        member.read_to_end(&mut content).unwrap();
        if name == "manifest.json" {
            content = serde_json::to_vec(manifest).unwrap();
        } else if name == "manifest.sha256" {
            use sha2::Digest;
            let list = serde_json::to_vec(manifest).unwrap();
            content = data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(list)).into_bytes();
        }
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        to.append_data(&mut header, name, &content[..]).unwrap();
    }
    to.into_inner().unwrap();
}

both! {
    async fn a_backup_never_writes_over_another_file(site: Site) {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("site.tar");
        std::fs::write(&archive, "precious").unwrap();

        assert!(matches!(taken(site, &archive).await, Err(Error::NotEmpty(_))));
        assert_eq!(std::fs::read(&archive).unwrap(), b"precious");
    }
}
