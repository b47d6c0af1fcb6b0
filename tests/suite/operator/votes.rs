//! The log of a vote, from the command line: from its key to the day on which voters are forgotten.

use std::path::Path;

use entity::entry;
use entity::id::{ContestId, EntryId};
use entity::{tally, tally_minute, vote};
use hoithi::app::App;
use hoithi::contest::definition::Level;
use hoithi::contest::{self, Approver, Organiser};
use hoithi::ledger::{Bundle, Signer, Verifier};
use hoithi::voting::{self, Person, Proof, Touch, Trace};
use hoithi::{account, db, results};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{refused, run, said};
use crate::support::stage;

/// A vote that was over long ago, by every clock.
const RULES: &str = "
slug: anh-dep
title: Ảnh đẹp
unit: tong-lien-doan
phases:
  - { key: intake, kind: intake, opens: 2020-03-01, closes: 2020-03-31 }
  - { key: vote, kind: voting, opens: 2020-04-01, closes: 2020-04-10 }
categories:
  - { key: main, title: Ảnh, slots: [{ key: photo, kind: photo, label: Ảnh }] }
voting: { phase: vote }
tables:
  - { key: public, title: Yêu thích, formula: [{ source: votes }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: public, count: 1 }
";

fn waits<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

/// Two works, the first with three votes and the second with one, in a site whose data lie in
/// `folder`; the result is published and bound.
async fn voted(folder: &Path) {
    let (app, contest) = stage::contest(folder, None, RULES).await;
    let entries = [entered(&app, contest, 1).await, entered(&app, contest, 2).await];
    let at = "2020-04-06T01:00:00Z".parse().unwrap();
    let proof = |number: u8| Proof {
        key: [number; 32],
        level: Level::Device,
        person: Person::default(),
        link: None,
        worked: true,
        trace: Trace::default(),
    };
    let voters: Vec<(u32, Proof)> =
        [(1, 1), (1, 2), (1, 3), (2, 4)].map(|(entry, voter)| (entry, proof(voter))).into();
    let casts = voters.iter().map(|(entry, proof)| {
        app.votes.cast(contest, Touch { entry: *entry, nonce: 0, at }, proof)
    });
    let counted = futures_util::future::join_all(casts).await;
    assert!(counted.iter().all(Result::is_ok), "{counted:?} {entries:?}");
    app.votes.settle(contest, app.clock.now()).await.unwrap();
    published(&app, contest).await;
    app.db.close().await.unwrap();
}

async fn entered(app: &App, contest: ContestId, number: i32) -> EntryId {
    let (tx, now) = (db::begin(&app.db).await.unwrap(), app.clock.now());
    let category = contest::category_ids(&tx, contest).await.unwrap()["main"];
    let row = stage::accepted((contest, category), ("CODE", number), now);
    let id = row.id;
    let insert = entry::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&tx).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn published(app: &App, contest: ContestId) {
    let now = "2020-04-11T01:00:00Z".parse().unwrap();
    let votes = voting::result(&app.db, contest).await.unwrap();
    let tx = db::begin(&app.db).await.unwrap();
    let whole = contest::by_id(&tx, contest).await.unwrap();
    let one = account::invite(&tx, "", "quantri@example.vn", now).await.unwrap();
    let other = account::sign_up(&tx, "", "duyet@example.vn", true, now).await.unwrap();
    let organiser = Organiser::of(&tx, &whole, one, now).await.unwrap();
    let approver = Approver::of(&tx, &whole, other, now).await.unwrap();
    results::propose(&tx, &organiser, "", now).await.unwrap();
    results::publish(&tx, &approver, votes.clone(), now).await.unwrap();
    tx.commit().await.unwrap();
    app.votes.bind(contest, votes.unwrap()).await.unwrap();
}

/// Gives the votes of the second work to the first, in every table alike.
async fn tampered(folder: &Path) {
    let app = App::open(stage::config(folder, None)).await.expect("the site");
    let entries = entry::Entity::find().all(&app.db).await.unwrap();
    let id = |number: i32| entries.iter().find(|row| row.number == Some(number)).unwrap().id;
    let (to, from) = (id(1), id(2));
    let tx = db::begin(&app.db).await.unwrap();
    let votes = vote::Entity::update_many().col_expr(vote::Column::EntryId, Expr::value(to));
    votes.filter(vote::Column::EntryId.eq(from)).exec(&tx).await.unwrap();
    for (entry, count) in [(to, 4_i64), (from, 0)] {
        tally::Entity::update_many()
            .col_expr(tally::Column::Counted, Expr::value(count))
            .col_expr(tally::Column::Seen, Expr::value(count))
            .filter(tally::Column::EntryId.eq(entry))
            .exec(&tx)
            .await
            .unwrap();
        tally_minute::Entity::update_many()
            .col_expr(tally_minute::Column::Moved, Expr::value(count))
            .filter(tally_minute::Column::EntryId.eq(entry))
            .exec(&tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    app.db.close().await.unwrap();
}

#[test]
fn a_log_is_handed_out_audited_and_looked_after_until_its_voters_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    waits(voted(at));
    let (zip, false_zip) = (at.join("so-phieu.zip"), at.join("gia.zip"));
    let (zip, false_zip) = (zip.to_str().unwrap(), false_zip.to_str().unwrap());

    let key = said(at, &["vote", "key", "anh-dep"]).trim().to_owned();
    assert!(Verifier::read(&key).is_some(), "{key}");
    assert!(said(at, &["vote", "verify", "anh-dep"]).ends_with("4 votes: all agree\n"));
    let told = said(at, &["vote", "bundle", "anh-dep", "--out", zip]);
    // OPEN, four votes, CLOSE, RESULT.
    assert_eq!(told, format!("{zip}: 7 leaves\n"));

    // The audit needs no site.
    let elsewhere = tempfile::tempdir().unwrap();
    let audited = said(elsewhere.path(), &["vote", "audit", zip, "--key", &key]);
    assert!(audited.contains("12 ok ") && audited.ends_with("\n1\t3\n2\t1\n"), "{audited}");
    let believed = said(elsewhere.path(), &["vote", "audit", zip]);
    assert!(believed.contains("the key is the bundle's own"), "{believed}");
    let witness = Signer::new("w.example", &[7; 32]).witness().text();
    let asked = ["vote", "audit", zip, "--key", &key, "--witness", &witness, "--quorum", "1"];
    assert!(refused(elsewhere.path(), &asked, 1).contains("check 5 failed"));
    let other = Signer::new("w.example", &[7; 32]).verifier().text();
    assert!(
        refused(elsewhere.path(), &["vote", "audit", zip, "--key", &other], 1).contains("check 2")
    );
    let mut bundle = Bundle::read(std::fs::File::open(zip).unwrap()).unwrap();
    bundle.openings.insert(1, vec![9]);
    std::fs::write(false_zip, bundle.bytes().unwrap()).unwrap();
    let found = refused(elsewhere.path(), &["vote", "audit", false_zip, "--key", &key], 1);
    assert!(found.contains("check 9 failed"), "{found}");
    assert!(!run(elsewhere.path(), &["vote", "audit", "khong.zip"]).status.success());

    said(at, &["vote", "rotate-keys", "anh-dep"]);
    let keys = said(at, &["vote", "key", "anh-dep"]);
    let keys: Vec<&str> = keys.lines().collect();
    assert_eq!((keys.len(), keys[0]), (2, key.as_str()));
    said(at, &["vote", "bundle", "anh-dep", "--out", zip]);
    said(elsewhere.path(), &["vote", "audit", zip, "--key", &key]);

    waits(tampered(at));
    let told = refused(at, &["vote", "verify", "anh-dep"], 1);
    assert!(told.contains("`hoithi vote rebuild`"), "{told}");
    assert_eq!(said(at, &["vote", "rebuild", "anh-dep"]), "4 votes, made anew from the log\n");
    said(at, &["vote", "verify", "anh-dep"]);

    refused(at, &["vote", "destroy-key", "anh-dep"], 2);
    let done = said(at, &["vote", "destroy-key", "anh-dep", "--for-good"]);
    assert!(done.starts_with("the key is gone"), "{done}");
    let logs: Vec<_> = std::fs::read_dir(at.join("votes")).unwrap().flatten().collect();
    assert!(logs.iter().all(|log| !log.path().join("nullifier").exists()), "{logs:?}");
    said(at, &["vote", "verify", "anh-dep"]);
    said(at, &["vote", "bundle", "anh-dep", "--out", zip]);
    said(elsewhere.path(), &["vote", "audit", zip, "--key", &key]);
}
