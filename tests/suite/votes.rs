//! The writer of votes: what is counted is in the log once, whatever happens around it.

mod ahead;
mod ballots;
mod cases;
mod close;
mod looks;
mod trust;

use entity::entry;
use entity::id::{ContestId, EntryId};
use hoithi::app;
use hoithi::contest::apply::{self, Change, apply};
use hoithi::contest::definition::{Definition, Level};
use hoithi::contest::{self, document};
use hoithi::ledger::Bundle;
use hoithi::voting::{self, Cast, Error, Person, Proof, Touch, Trace, Votes};
use hoithi::{db, voting::tally_agrees};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IntoActiveModel,
};

use crate::support::{Site, stage};

const CONTEST: &str = "
slug: anh-dep
title: Ảnh đẹp
unit: tong-lien-doan
phases:
  - { key: intake, kind: intake, opens: 2026-03-01, closes: 2026-03-31 }
  - { key: vote, kind: voting, opens: 2026-04-01, closes: 2026-04-30 }
categories:
  - key: main
    title: Ảnh
    entrants: [person]
    slots: [{ key: photo, kind: photo, label: Ảnh, count: { min: 1, max: 1 } }]
voting: { phase: vote, limit: LIMIT, counts: live }
tables:
  - { key: public, title: Yêu thích, formula: [{ source: votes }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: public, count: 1 }
";

/// An announced contest in its vote, and the keys of its entries, whose numbers count from 1.
async fn given(site: &Site, limit: &str, count: i32) -> (ContestId, Vec<EntryId>) {
    site.units().await;
    let definition: Definition = document::read(&CONTEST.replace("LIMIT", limit)).unwrap();
    let admin = site.admin("quantri@example.vn").await;
    let now = site.app.clock.now();
    let tx = db::begin(&site.app.db).await.unwrap();
    let id = apply(&tx, &definition, None, &Change::default(), now).await.unwrap();
    let whole = contest::by_id(&tx, id).await.unwrap();
    let organiser = contest::Organiser::of(&tx, &whole, admin, now).await.unwrap();
    apply::announce(&tx, &organiser, now).await.unwrap();
    let category = contest::category_ids(&tx, id).await.unwrap()["main"];
    let mut entries = Vec::new();
    for number in 1..=count {
        let row = stage::accepted((id, category), ("CODE", number), now);
        entries.push(row.id);
        entry::Entity::insert(row.into_active_model().reset_all())
            .exec_without_returning(&tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    (id, entries)
}

fn voter(number: u16) -> Proof {
    let mut key = [0; 32];
    key[..2].copy_from_slice(&number.to_be_bytes());
    Proof {
        key,
        level: Level::Device,
        person: Person::default(),
        link: None,
        worked: true,
        trace: Trace { device: 7, network: 0 },
    }
}

fn touch(site: &Site, entry: u32) -> Touch {
    Touch { entry, nonce: 0, at: site.app.clock.now() }
}

async fn cast(site: &Site, contest: ContestId, number: u16, entry: u32) -> Result<Cast, Error> {
    site.app.votes.cast(contest, touch(site, entry), &voter(number)).await
}

/// A transaction because of which no vote can be committed until it ends.
async fn held(site: &Site) -> DatabaseTransaction {
    let tx = db::begin(&site.app.db).await.unwrap();
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared("lock table vote_segment in exclusive mode").await.unwrap();
    }
    tx
}

/// Another process over the same database and keys.
fn another(site: &Site) -> Votes {
    let names = (site.app.config.server.base_url.as_str(), "http://other");
    Votes::open(
        site.address(),
        &site.app.config.data.folder,
        names,
        site.app.clock.clone(),
        app::fresh,
    )
}

async fn bundle(site: &Site, contest: ContestId) -> Bundle {
    site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
    let result = voting::result(&site.app.db, contest).await.unwrap().unwrap();
    site.app.votes.bind(contest, result).await.unwrap();
    site.app.votes.bundle(&site.app.db, contest).await.unwrap()
}

async fn counted(site: &Site, contest: ContestId, entries: &[EntryId]) -> Vec<i64> {
    site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
    assert!(tally_agrees(&site.app.db, contest).await.unwrap());
    let counts = voting::counts(&site.app.db, contest).await.unwrap();
    entries.iter().map(|entry| counts.get(entry).copied().unwrap_or(0)).collect()
}

const OVER: &str = "2026-05-01T00:00:00Z";
