//! Two contests with everything that hangs on them, and everybody who has a part in the first.

use std::collections::BTreeMap;

use actix_web::http::{Method, StatusCode};
use entity::{entry, round, seat};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::Who::{
    self, Admin, Anonymous, Approver, Auditor, Below, Chair, Entrant, Judge, Lead, Officer,
    Organiser, OtherEntrant, OtherJudge, Screener, Sibling,
};
use crate::story::{Work, announce, enter, enter_for, seat as give_seats};
use crate::support::{Browser, Site};

const DEFINITION: &str = "
slug: SLUG
title: Ảnh đẹp
unit: UNIT
phases:
  - { key: intake, kind: intake, opens: 2026-04-01, closes: 2026-04-10 }
  - { key: final, kind: round, opens: 2026-04-11, closes: 2026-04-20 }
  - { key: vote, kind: voting, opens: 2026-04-11, closes: 2026-04-20 }
  - { key: count, kind: outside_count, opens: 2026-04-11, closes: 2026-04-20 }
outside_counts: { phase: count, kinds: [{ key: like, label: Lượt thích, points: 1 }] }
categories:
  - key: photo
    title: Ảnh
    slots:
      - { key: photo, kind: photo, label: Ảnh dự thi, count: { min: 1, max: 2 } }
declarations:
  - { key: original, text: Tôi cam kết đây là ảnh gốc. }
rounds:
  - { key: final, title: Chung khảo, phase: final, criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }
voting: { phase: vote }
tables:
  - { key: jury, title: Giám khảo, formula: [{ source: { round: final } }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: jury, count: 1 }
";

fn definition(slug: &str, unit: &str) -> String {
    DEFINITION.replace("SLUG", slug).replace("UNIT", unit)
}

/// Keys of one contest and of what hangs on it, by the name that addresses give them.
pub(super) type Keys = BTreeMap<&'static str, String>;

pub(super) struct Scene {
    pub(super) people: BTreeMap<Who, Browser>,
    /// The contest that everybody has a part in.
    pub(super) own: Keys,
    /// Another one, of a neighbouring unit, with works of the same kind.
    pub(super) other: Keys,
    /// A draft of the neighbouring unit.
    pub(super) draft: &'static str,
}

fn work(slug: &'static str, unit: &'static str, n: u8) -> Work<'static> {
    Work {
        title: format!("Bài {n}"),
        name: format!("Người {n}"),
        phone: format!("09000000{n:02}"),
        seed: n,
        agree: &["original"],
        ..Work::of(slug, "photo", unit)
    }
}

/// A work left as a draft; answers its code and the key of an upload that broke off.
async fn unfinished(browser: &mut Browser, slug: &str, unit: &str) -> (String, String) {
    let form = [("category", "photo"), ("unit", unit)];
    let begun = browser.post_files(&format!("/contests/{slug}/entries"), &form, &[]).await;
    let code = begun.location.expect("a draft").split('/').nth(2).expect("a code").to_owned();
    let told = format!("slot {}", data_encoding::BASE64.encode(b"photo"));
    let headers =
        [("tus-resumable", "1.0.0"), ("upload-length", "1000"), ("upload-metadata", told.as_str())];
    let path = format!("/drafts/{code}/uploads");
    let upload = browser.send(Method::POST, &path, &headers, Vec::new()).await;
    let upload = upload.location.expect("an upload").rsplit('/').next().expect("a key").to_owned();
    (code, upload)
}

async fn crew(admin: &mut Browser, slug: &str, role: &str) {
    let email = format!("{role}@example.vn");
    let form = [("role", role), ("name", role), ("email", email.as_str())];
    let given = admin.post(&format!("/desk/contests/{slug}/crew"), &form).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
}

/// Keys of everything that a contest holds: its only accepted entry, the file of that, its round,
/// a spare seat.
async fn keys(site: &Site, slug: &'static str, unit: &'static str, spare: &str) -> Keys {
    let db = &site.app.db;
    let contest = hoithi::contest::by_slug(db, slug).await.unwrap();
    let works = entry::Entity::find()
        .filter(entry::Column::ContestId.eq(contest.id()))
        .filter(entry::Column::State.eq(entry::State::Accepted));
    let work = works.one(db).await.unwrap().expect("a work");
    let files = hoithi::entry::whole(db, work.clone()).await.unwrap().files;
    let rounds = round::Entity::find().filter(round::Column::ContestId.eq(contest.id()));
    let round = rounds.one(db).await.unwrap().expect("a round");
    let user = hoithi::account::by_email(db, spare).await.unwrap().expect("somebody");
    let seat = seat::Entity::find()
        .filter(seat::Column::RoundId.eq(round.id))
        .filter(seat::Column::UserId.eq(user.id));
    let seat = seat.limit(1).one(db).await.unwrap().expect("a seat");
    BTreeMap::from([
        ("slug", slug.to_owned()),
        ("unit", unit.to_owned()),
        ("work", work.code),
        ("file", files[0].id.to_string()),
        ("round", round.id.to_string()),
        ("seat", seat.id.to_string()),
    ])
}

pub(super) async fn scene(site: &Site) -> Scene {
    site.units().await;
    announce(site, &definition("anh-ta", "ldld-thi-diem")).await;
    announce(site, &definition("anh-ban", "ldld-ha-noi")).await;
    let mut people = BTreeMap::from([(Anonymous, site.browser())]);
    let (mut entrant, mut neighbour) = (site.browser(), site.browser());
    let own = enter(&mut entrant, &work("anh-ta", "td-cs-59", 1)).await;
    let (draft, upload) = unfinished(&mut entrant, "anh-ta", "td-cs-59").await;
    let taken_back = enter(&mut entrant, &work("anh-ta", "td-cs-59", 2)).await;
    let erased = enter(&mut entrant, &work("anh-ta", "td-cs-59", 3)).await;
    enter(&mut neighbour, &work("anh-ta", "td-cs-59", 4)).await;
    let mut far = site.leads("ldld-ha-noi", "lang-gieng@example.vn").await;
    let theirs = enter_for(&mut far, &work("anh-ban", "ldld-ha-noi", 5)).await;
    let (their_draft, their_upload) =
        unfinished(&mut site.browser(), "anh-ban", "ldld-ha-noi").await;
    site.work().await;

    site.set_clock("2026-04-12T01:00:00Z");
    let mut admin = site.signed_in("quantri@example.vn").await;
    for role in ["organiser", "screener", "approver", "auditor"] {
        crew(&mut admin, "anh-ta", role).await;
    }
    for (slug, code) in [("anh-ta", &own), ("anh-ban", &theirs)] {
        let path = format!("/desk/contests/{slug}/screening/{code}");
        let found = admin.post(&path, &[("verdict", "accept")]).await;
        assert_eq!(found.status, StatusCode::SEE_OTHER, "{}", found.text());
    }
    site.work().await;
    let panel = |slug: &str| format!("/desk/contests/{slug}/rounds/final");
    let ours = ["giam-khao@example.vn", "du-bi@example.vn"];
    let form = [("email", "chu-khao@example.vn"), ("chair", "1")];
    let given = admin.post(&format!("{}/seats", panel("anh-ta")), &form).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
    site.work().await;
    people.insert(Chair, site.signed_in("chu-khao@example.vn").await);
    let judge = give_seats(site, &mut admin, &panel("anh-ta"), &ours).await.remove(0);
    let theirs_too = ["giam-khao-ban@example.vn"];
    let other = give_seats(site, &mut admin, &panel("anh-ban"), &theirs_too).await.remove(0);
    let mut own = keys(site, "anh-ta", "td-cs-59", "du-bi@example.vn").await;
    own.extend([("draft", draft), ("upload", upload)]);
    own.extend([("taken_back", taken_back), ("erased", erased)]);
    let mut others = keys(site, "anh-ban", "ldld-ha-noi", "giam-khao-ban@example.vn").await;
    others.extend([("draft", their_draft.clone()), ("upload", their_upload)]);
    others.extend([("taken_back", their_draft.clone()), ("erased", their_draft)]);
    for (browser, keys) in [(&judge, &mut own), (&other, &mut others)] {
        let list = browser.clone().get(&format!("/judging/{}", keys["round"])).await;
        let to = list.attributes(".cards a", "href").remove(0);
        keys.insert("alias", to.rsplit('/').next().expect("a name").to_owned());
    }
    people.extend([(Entrant, entrant), (OtherEntrant, neighbour)]);
    people.extend([(Judge, judge), (OtherJudge, other), (Admin, admin)]);
    offices(site, &mut people).await;
    let unannounced = definition("anh-nhap", "ldld-ha-noi");
    draft_of(site, &unannounced).await;
    Scene { people, own, other: others, draft: "anh-nhap" }
}

async fn offices(site: &Site, people: &mut BTreeMap<Who, Browser>) {
    use entity::officer::Role;
    let officer = |unit, email, role| site.holds_office(unit, email, role);
    people.insert(Below, officer("td-cs-59", "co-so@example.vn", Role::Staff).await);
    people.insert(Sibling, site.signed_in("lang-gieng@example.vn").await);
    people.insert(Officer, officer("ldld-thi-diem", "can-bo@example.vn", Role::Staff).await);
    people.insert(Lead, officer("ldld-thi-diem", "chu-tich@example.vn", Role::Lead).await);
    for (who, role) in [
        (Organiser, "organiser"),
        (Screener, "screener"),
        (Approver, "approver"),
        (Auditor, "auditor"),
    ] {
        people.insert(who, site.signed_in(&format!("{role}@example.vn")).await);
    }
}

/// Applies a definition and leaves it a draft.
async fn draft_of(site: &Site, text: &str) {
    use hoithi::contest::apply::{Change, apply};
    let read = hoithi::contest::document::read(text).expect("a definition");
    let tx = hoithi::db::begin(&site.app.db).await.unwrap();
    apply(&tx, &read, None, &Change::default(), site.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}
