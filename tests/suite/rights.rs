//! Rights: every address, asked by everybody, about what is theirs, their neighbours' and others'.
//!
//! The table is complete by force: an address of `routes.rs` that it does not name fails a test.
//! First everybody who may not is refused, with the answer that is written here; then everybody who
//! may is let in, so that what they change stands in nobody's way.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::{Method, StatusCode};
use entity::{entry, file, round, seat};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::story::{Work, announce, enter, enter_for, seat as give_seats};
use crate::support::{Answer, Browser, Site, both};

/// Who asks. All but the last hold their part in the contest "own" or in its units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Who {
    /// Nobody known.
    Anonymous,
    /// Entered the work that is asked about, in this browser, without an account.
    Entrant,
    /// Entered another work of the same contest.
    OtherEntrant,
    /// Sits on the panel.
    Judge,
    /// Sits on the panel of the other contest.
    OtherJudge,
    /// Is an officer of the workplace union of the entrant.
    Below,
    /// Leads a neighbouring unit.
    Sibling,
    /// Is an officer, without leading, of the unit that runs the contest.
    Officer,
    /// Leads the unit that runs the contest.
    Lead,
    /// Crew: runs the contest.
    Organiser,
    /// Crew: checks entries.
    Screener,
    /// Crew: approves.
    Approver,
    /// Crew: reads.
    Auditor,
    /// Runs the site.
    Admin,
}
use Who::{
    Admin, Anonymous, Approver, Auditor, Below, Entrant, Judge, Lead, Officer, Organiser,
    OtherEntrant, OtherJudge, Screener, Sibling,
};

const ALL: [Who; 14] = [
    Anonymous,
    Entrant,
    OtherEntrant,
    Judge,
    OtherJudge,
    Below,
    Sibling,
    Officer,
    Lead,
    Organiser,
    Screener,
    Approver,
    Auditor,
    Admin,
];
const ORGANISE: &[Who] = &[Officer, Lead, Organiser, Admin];
const SCREEN: &[Who] = &[Officer, Lead, Organiser, Screener, Admin];
const APPROVE: &[Who] = &[Lead, Approver, Admin];
const AUDIT: &[Who] = &[Officer, Lead, Organiser, Approver, Auditor, Admin];
/// Whoever may act for the entrant's workplace union.
const FOR_UNIT: &[Who] = &[Below, Officer, Lead, Admin];

/// Who may, and what everybody else is told.
#[derive(Clone, Copy, Debug)]
enum Rule {
    /// Everybody.
    Public,
    /// Everybody, whether there is anything yet or not.
    Open,
    /// Nobody, under the made-up key that is asked for.
    Nobody,
    /// Whoever is signed in.
    Signed,
    /// These; strangers are told to sign in, others that they may not.
    Badge(&'static [Who]),
    /// These, who are told that there is no such thing yet; everybody else as with a badge.
    Blank(&'static [Who]),
    /// These; everybody else that there is no such thing, strangers to sign in.
    Desk(&'static [Who]),
    /// These; everybody else, strangers too, that there is no such thing.
    Own(&'static [Who]),
}
use Rule::{Badge, Blank, Desk, Nobody, Open, Own, Public, Signed};

const OWN: Rule = Own(&[Entrant]);
const SEATED: Rule = Desk(&[Judge]);

/// Method, address, who may.
const TABLE: &[(&str, &str, Rule)] = &[
    ("GET", "/static/{name:.*}", Nobody),
    ("GET", "/health/live", Public),
    ("GET", "/health/ready", Public),
    ("GET", "/", Public),
    ("GET", "/contests/{slug}", Public),
    ("GET", "/contests/{slug}/gallery", Public),
    ("GET", "/entries/{code}", Public),
    ("GET", "/entries/{code}/player", Public),
    ("GET", "/b/{code}", Public),
    ("POST", "/entries/{code}/vote", Public),
    ("GET", "/entries/{code}/vote/work", Public),
    ("POST", "/entries/{code}/vote/raise", Public),
    ("GET", "/contests/{slug}/ballot", Public),
    ("POST", "/entries/{code}/vote/withdrawal", Public),
    ("GET", "/units/search", Public),
    ("GET", "/contests/{slug}/counts.json", Public),
    ("GET", "/contests/{slug}/screen", Public),
    ("GET", "/witness", Open),
    ("POST", "/witness/add-checkpoint", Open),
    ("GET", "/accounts/there", Open),
    ("GET", "/accounts/back", Open),
    ("GET", "/m", Open),
    ("POST", "/m", Open),
    ("GET", "/m/{code}", Open),
    ("GET", "/contests/{slug}/votes", Public),
    ("GET", "/contests/{slug}/votes/checkpoint", Open),
    ("GET", "/contests/{slug}/votes/growth/{leaves}", Open),
    ("GET", "/contests/{slug}/votes/bundle.zip", Nobody),
    ("GET", "/votes", Public),
    ("GET", "/votes/{receipt}", Nobody),
    ("GET", "/votes/{receipt}/proof", Nobody),
    ("GET", "/votes/{receipt}/qr.svg", Public),
    ("GET", "/links", Public),
    ("GET", "/v/{link:.*}", Nobody),
    ("POST", "/internal/votes", Nobody),
    ("GET", "/desk", Signed),
    ("POST", "/account/sessions/end", Signed),
    ("GET", "/account", Signed),
    ("GET", "/account/data.json", Signed),
    ("POST", "/account/password", Signed),
    ("POST", "/account/erasure", Signed),
    ("GET", "/desk/erasures", Badge(&[Admin])),
    ("POST", "/desk/erasures", Badge(&[Admin])),
    ("POST", "/account/sessions/{id}/end", Signed),
    ("GET", "/desk/letters", Badge(&[Admin])),
    ("POST", "/desk/letters/{id}/again", Desk(&[])),
    ("GET", "/desk/contests/{slug}/letters", Badge(ORGANISE)),
    ("GET", "/desk/contests/new", Signed),
    ("POST", "/desk/contests", Badge(FOR_UNIT)),
    ("GET", "/desk/contests/{slug}", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/announcement", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/cancellation", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/edit", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/edit", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/form", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/form", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/check", Badge(ORGANISE)),
    ("GET", "/contests/{slug}/qr.svg", Public),
    ("POST", "/desk/contests/{slug}/crew", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/crew/{id}/removal", Blank(ORGANISE)),
    ("POST", "/preferences", Public),
    ("GET", "/session/new", Public),
    ("POST", "/session/code", Public),
    ("POST", "/session", Public),
    ("POST", "/session/destroy", Public),
    ("GET", "/setup/{token}", Public),
    ("POST", "/setup/{token}", Public),
    ("GET", "/media/{file}/{name}", Public),
    ("GET", "/contests/{slug}/entries/new", Public),
    ("POST", "/contests/{slug}/entries", Public),
    ("GET", "/drafts/{code}/work", OWN),
    ("POST", "/drafts/{code}/work", OWN),
    ("OPTIONS", "/drafts/{code}/uploads", Public),
    ("POST", "/drafts/{code}/uploads", OWN),
    ("HEAD", "/drafts/{code}/uploads/{id}", OWN),
    ("PATCH", "/drafts/{code}/uploads/{id}", OWN),
    ("POST", "/drafts/{code}/uploads/{id}", OWN),
    ("DELETE", "/drafts/{code}/uploads/{id}", OWN),
    ("GET", "/drafts/{code}/about", OWN),
    ("POST", "/drafts/{code}/about", OWN),
    ("GET", "/drafts/{code}/check", OWN),
    ("POST", "/drafts/{code}/submission", OWN),
    ("GET", "/consents/{code}/{proof}", Nobody),
    ("POST", "/consents/{code}/{proof}", Nobody),
    ("POST", "/consents/{code}/{proof}/withdrawal", Nobody),
    ("GET", "/receipts", Public),
    ("POST", "/receipts", Public),
    ("GET", "/receipts/{code}", Public),
    ("GET", "/receipts/{code}/qr.svg", Public),
    ("GET", "/receipts/{code}/data.json", OWN),
    ("GET", "/receipts/{code}/originals/{file}", OWN),
    ("POST", "/receipts/{code}/withdrawal", OWN),
    ("POST", "/receipts/{code}/erasure", OWN),
    ("GET", "/desk/contests/{slug}/screening", Badge(SCREEN)),
    ("POST", "/desk/contests/{slug}/screening", Badge(SCREEN)),
    ("GET", "/desk/contests/{slug}/screening/{code}", Badge(SCREEN)),
    ("POST", "/desk/contests/{slug}/screening/{code}", Badge(SCREEN)),
    ("POST", "/desk/contests/{slug}/screening/{code}/category", Badge(SCREEN)),
    ("POST", "/desk/contests/{slug}/screening/{code}/guardian", Badge(SCREEN)),
    ("POST", "/desk/contests/{slug}/screening/{code}/undo", Badge(SCREEN)),
    ("GET", "/desk/contests/{slug}/screening/{code}/originals/{file}", Badge(SCREEN)),
    ("GET", "/desk/contests/{slug}/rounds", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/rounds", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/rounds/{key}", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/rounds/{key}/figures", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/rounds/{key}/figures.csv", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/rounds/{key}", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/rounds/{key}/seats", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/rounds/{key}/seats/{seat}/removal", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/rounds/{key}/seats/{seat}/unlocking", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/rounds/{key}/paper", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/rounds/{key}/paper/{seat}", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/rounds/{key}/paper/{seat}", Badge(ORGANISE)),
    ("GET", "/judging/{round}", SEATED),
    ("POST", "/judging/{round}/completion", SEATED),
    ("POST", "/judging/{round}/list", SEATED),
    ("POST", "/judging/{round}/comparisons", SEATED),
    ("POST", "/judging/{round}/comparisons/undo", SEATED),
    ("GET", "/judging/{round}/two", SEATED),
    ("GET", "/judging/{round}/{alias}", SEATED),
    ("POST", "/judging/{round}/{alias}/sheet", SEATED),
    ("PUT", "/judging/{round}/{alias}/sheet", SEATED),
    ("GET", "/judging/{round}/{alias}/pictures/{number}/{size}", SEATED),
    ("GET", "/judging/{round}/{alias}/films/{number}", Desk(&[])),
    ("GET", "/judging/{round}/{alias}/texts/{number}", Desk(&[])),
    ("GET", "/judging/{round}/{alias}/originals/{number}", Desk(&[])),
    ("POST", "/judging/{round}/{alias}/favourite", SEATED),
    ("POST", "/judging/{round}/{alias}/flag", SEATED),
    ("POST", "/judging/{round}/{alias}/recusal", SEATED),
    ("GET", "/contests/{slug}/results", Nobody),
    ("GET", "/contests/{slug}/results/{number}", Nobody),
    ("GET", "/contests/{slug}/complaints", Public),
    ("POST", "/contests/{slug}/complaints", Public),
    ("GET", "/complaints/{code}", Nobody),
    ("GET", "/certificates/{code}", Nobody),
    ("GET", "/desk/contests/{slug}/complaints", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/complaints/{code}", Blank(ORGANISE)),
    ("POST", "/desk/contests/{slug}/refusal", Badge(APPROVE)),
    ("GET", "/desk/contests/{slug}/awards", Blank(ORGANISE)),
    ("POST", "/desk/contests/{slug}/awards/{id}", Blank(ORGANISE)),
    ("GET", "/desk/contests/{slug}/certificates", Blank(ORGANISE)),
    ("GET", "/desk/contests/{slug}/certificates.pdf", Blank(ORGANISE)),
    ("POST", "/desk/contests/{slug}/certificates", Blank(ORGANISE)),
    ("GET", "/desk/contests/{slug}/votes", Badge(AUDIT)),
    ("POST", "/desk/contests/{slug}/votes", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/votes/{code}", Blank(AUDIT)),
    ("POST", "/desk/contests/{slug}/votes/{code}/rulings", Blank(ORGANISE)),
    ("POST", "/desk/contests/{slug}/votes/{code}/approval", Blank(APPROVE)),
    ("GET", "/desk/contests/{slug}/counts", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/counts", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/counts/import", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/counts/settlement", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/counts/sheet/{ending}", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/counts/proofs/{file}", Blank(ORGANISE)),
    ("GET", "/contests/{slug}/participation", Public),
    ("GET", "/desk/contests/{slug}/participation", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/results", Badge(AUDIT)),
    ("POST", "/desk/contests/{slug}/decisions", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/proposal", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/publication", Badge(APPROVE)),
    ("POST", "/desk/contests/{slug}/strikes", Blank(ORGANISE)),
    ("POST", "/desk/contests/{slug}/strikes/approval", Blank(APPROVE)),
    ("GET", "/desk/contests/{slug}/promotion", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/promotion", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/minutes", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/minutes.pdf", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/posters", Badge(ORGANISE)),
    ("GET", "/desk/contests/{slug}/posters/{name}", Blank(ORGANISE)),
    ("GET", "/desk/contests/{slug}/audit", Badge(AUDIT)),
    ("GET", "/desk/contests/{slug}/exports/{what}", Badge(ORGANISE)),
    ("GET", "/desk/units", Signed),
    ("GET", "/desk/units/{code}", Badge(FOR_UNIT)),
    ("POST", "/desk/units/{code}", Badge(&[Lead, Admin])),
    ("POST", "/desk/units/{code}/import", Badge(&[Lead, Admin])),
    ("GET", "/desk/units/{code}/entries", Badge(FOR_UNIT)),
    ("POST", "/desk/units/{code}/entries", Badge(FOR_UNIT)),
    ("POST", "/desk/units/{code}/entries/import", Badge(FOR_UNIT)),
    ("POST", "/desk/sheets", Signed),
];

/// The addresses of `routes.rs`: method and pattern.
fn routes() -> BTreeSet<(String, String)> {
    let text = include_str!("../../src/web/routes.rs");
    let mut found = BTreeSet::new();
    for piece in text.split(".route(").skip(1) {
        let path = piece.split('"').nth(1).expect("an address").to_owned();
        let after = piece.split("web::").nth(1).expect("a method");
        let method = match after.strip_prefix("method(Method::") {
            Some(named) => named.split(')').next().expect("a name").to_owned(),
            None => after.split('(').next().expect("a name").to_uppercase(),
        };
        found.insert((method, path));
    }
    found
}

#[test]
fn every_address_stands_in_the_table_of_rights() {
    let named: BTreeSet<_> =
        TABLE.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();

    let missing: Vec<_> = routes().difference(&named).cloned().collect();
    let gone: Vec<_> = named.difference(&routes()).cloned().collect();

    assert!(routes().len() > 70, "the addresses are found");
    assert_eq!((missing, gone), (Vec::new(), Vec::new()), "(without a rule, without an address)");
    assert_eq!(named.len(), TABLE.len(), "each once");
}

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
type Keys = BTreeMap<&'static str, String>;

struct Scene {
    people: BTreeMap<Who, Browser>,
    /// The contest that everybody has a part in.
    own: Keys,
    /// Another one, of a neighbouring unit, with works of the same kind.
    other: Keys,
    /// A draft of the neighbouring unit.
    draft: &'static str,
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

async fn scene(site: &Site) -> Scene {
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

/// A key that no row has.
const NOBODYS: &str = "01900000-0000-7000-8000-000000000000";

/// The address with its keys filled in.
fn address(pattern: &str, keys: &Keys) -> String {
    let code = match pattern {
        _ if pattern.starts_with("/drafts/") => "draft",
        _ if pattern.starts_with("/desk/units/") => "unit",
        _ if pattern.ends_with("/withdrawal") && pattern.starts_with("/receipts/") => "taken_back",
        _ if pattern.ends_with("/erasure") => "erased",
        _ => "work",
    };
    let mut path = pattern
        .replace("{name:.*}", "nothing.css")
        .replace("{link:.*}", "nothing")
        .replace("{code}", &keys[code]);
    for name in ["slug", "file", "round", "seat", "alias"] {
        path = path.replace(&format!("{{{name}}}"), &keys[name]);
    }
    let id = if pattern.starts_with("/drafts/") { keys["upload"].as_str() } else { NOBODYS };
    for (name, value) in [
        ("{id}", id),
        ("{key}", "final"),
        ("{what}", "entries.csv"),
        ("{ending}", "csv"),
        ("{leaves}", "0"),
        ("{receipt}", "nothing"),
        ("{number}", "0"),
        ("{size}", "320"),
        ("{name}", "320.jpeg"),
        ("{token}", "nothing"),
        ("{proof}", "nothing"),
    ] {
        path = path.replace(name, value);
    }
    assert!(!path.contains('{'), "{pattern}: a key without a value");
    path
}

/// What is sent: as little as can be, so that being let in changes as little as can be.
async fn ask(browser: &mut Browser, method: &str, path: &str, keys: &Keys) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut headers = vec![("tus-resumable", "1.0.0")];
    let (kind, body) = match (method.as_str(), path) {
        ("PUT", _) => ("application/json", "{\"version\":0}".to_owned()),
        ("PATCH", _) => {
            headers.push(("upload-offset", "0"));
            ("application/offset+octet-stream", String::new())
        }
        ("POST", path) if path.contains("/uploads") => {
            headers.push(("x-http-method-override", "PATCH"));
            headers.push(("upload-offset", "0"));
            ("application/offset+octet-stream", String::new())
        }
        ("POST", "/desk/contests") => {
            // A day that cannot be read, so that nobody makes a contest.
            let form = format!("template=photo&to=x&unit={}", keys["unit"]);
            ("application/x-www-form-urlencoded", form)
        }
        ("POST", path) if path.starts_with("/desk/units/") => {
            ("application/x-www-form-urlencoded", format!("contest={}", keys["slug"]))
        }
        _ => ("application/x-www-form-urlencoded", String::new()),
    };
    headers.push(("content-type", kind));
    browser.send(method, path, &headers, body.into_bytes()).await
}

/// The answer that somebody gets who may not; none for those who may.
fn refusal(rule: Rule, who: Who) -> Option<StatusCode> {
    let signed = !matches!(who, Anonymous | Entrant | OtherEntrant);
    let (may, unsigned, others) = match rule {
        Public | Open => return None,
        Nobody => return Some(StatusCode::NOT_FOUND),
        Signed => (signed, StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
        Badge(who_may) => (who_may.contains(&who), StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN),
        Blank(who_may) if who_may.contains(&who) => return Some(StatusCode::NOT_FOUND),
        Blank(_) => (false, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN),
        Desk(who_may) => (who_may.contains(&who), StatusCode::UNAUTHORIZED, StatusCode::NOT_FOUND),
        Own(who_may) => (who_may.contains(&who), StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
    };
    (!may).then_some(if signed { others } else { unsigned })
}

fn is_refused(status: StatusCode) -> bool {
    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
    refused.contains(&status) || status.is_server_error()
}

/// What everybody who is nothing to a contest is told: all but those who run the site. A judge of
/// it and the officers of its unit are somebody there.
fn rule_elsewhere(rule: Rule) -> Rule {
    match rule {
        Badge(_) => Badge(&[Sibling, Admin]),
        Blank(_) => Blank(&[Sibling, Admin]),
        Desk(_) => Desk(&[OtherJudge]),
        Own(_) => Own(&[Sibling]),
        same => same,
    }
}

both! {
    #[expect(clippy::too_many_lines, reason = "one walk from beginning to end")]
    async fn everybody_gets_what_is_theirs_and_nobody_else_does(site: Site) {
        let Scene { mut people, own, other, draft } = scene(site).await;
        let mut wrong = Vec::new();
        let mut asked = 0;
        for may in [false, true] {
            for (method, pattern, rule) in TABLE {
                for who in ALL.into_iter().filter(|who| refusal(*rule, *who).is_none() == may) {
                    let path = address(pattern, &own);
                    // Ending sessions, and signing out, would end the walk: a copy of the browser
                    // does not help, for the session itself ends. They go last, below.
                    if ["/account/sessions/end", "/session/destroy"].contains(pattern) && may {
                        continue;
                    }
                    let answer = ask(people.get_mut(&who).unwrap(), method, &path, &own).await;
                    asked += 1;
                    let right = match refusal(*rule, who) {
                        Some(status) => answer.status == status,
                        None if matches!(rule, Open) => !answer.status.is_server_error(),
                        None => !is_refused(answer.status),
                    };
                    if !right {
                        wrong.push(format!("{who:?} {method} {path}: {}", answer.status));
                    }
                }
            }
        }
        for (method, pattern, rule) in TABLE {
            let rule = rule_elsewhere(*rule);
            for who in ALL.into_iter().filter(|who| refusal(rule, *who).is_some()) {
                let path = address(pattern, &other);
                let answer = ask(people.get_mut(&who).unwrap(), method, &path, &other).await;
                asked += 1;
                if Some(answer.status) != refusal(rule, who) {
                    wrong.push(format!("elsewhere {who:?} {method} {path}: {}", answer.status));
                }
            }
        }
        let hidden = Keys::from([("slug", draft.to_owned())]);
        for (method, pattern, _) in TABLE.iter().filter(|row| row.1.contains("{slug}")) {
            for who in ALL.into_iter().filter(|who| ![Sibling, Admin].contains(who)) {
                let mut keys = other.clone();
                keys.extend(hidden.clone());
                let path = address(pattern, &keys);
                let answer = ask(people.get_mut(&who).unwrap(), method, &path, &keys).await;
                asked += 1;
                let signed = !matches!(who, Anonymous | Entrant | OtherEntrant);
                let desk = path.starts_with("/desk") && !signed;
                let wanted = if desk { StatusCode::UNAUTHORIZED } else { StatusCode::NOT_FOUND };
                if answer.status != wanted {
                    wrong.push(format!("draft {who:?} {method} {path}: {}", answer.status));
                }
            }
        }
        assert!(asked > 1500, "{asked}");
        assert_eq!(wrong, Vec::<String>::new(), "{} of {asked}", wrong.len());
        for pattern in ["/session/destroy", "/account/sessions/end"] {
            let answer = people.get_mut(&Lead).unwrap().post(pattern, &[]).await;
            let wanted = match pattern {
                "/session/destroy" => StatusCode::SEE_OTHER,
                _ => StatusCode::UNAUTHORIZED,
            };
            assert_eq!(answer.status, wanted, "{pattern}");
        }
        site.jobs_may_wait();
    }

    async fn a_key_of_another_contest_opens_nothing_in_ones_own(site: Site) {
        let Scene { mut people, own, other, .. } = scene(site).await;
        let mixed = |theirs: &[&'static str]| {
            let mut keys = own.clone();
            for name in theirs {
                keys.insert(name, other[name].clone());
            }
            keys
        };
        let cases: [(Who, &str, &str, &[&'static str]); 9] = [
            (Organiser, "GET", "/desk/contests/{slug}/screening/{code}", &["work"]),
            (Screener, "POST", "/desk/contests/{slug}/screening/{code}", &["work"]),
            (Screener, "POST", "/desk/contests/{slug}/screening/{code}/undo", &["work"]),
            (Lead, "GET", "/desk/contests/{slug}/screening/{code}/originals/{file}", &["file"]),
            (Lead, "POST", "/desk/contests/{slug}/rounds/{key}/seats/{seat}/removal", &["seat"]),
            (Judge, "GET", "/judging/{round}/{alias}", &["round"]),
            (OtherJudge, "PUT", "/judging/{round}/{alias}/sheet", &[]),
            (Entrant, "GET", "/receipts/{code}/originals/{file}", &["file"]),
            (Entrant, "HEAD", "/drafts/{code}/uploads/{id}", &["upload"]),
        ];

        for (who, method, pattern, theirs) in cases {
            let keys = mixed(theirs);
            let path = address(pattern, &keys);
            let answer = ask(people.get_mut(&who).unwrap(), method, &path, &keys).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who:?} {method} {path}");
        }
        let seats = seat::Entity::find().filter(seat::Column::LeftAt.is_not_null());
        assert_eq!(seats.all(&site.app.db).await.unwrap().len(), 0, "nobody was taken off a panel");
        assert_eq!(file::Entity::find().all(&site.app.db).await.unwrap().len(), 5);
        site.jobs_may_wait();
    }
}
