//! Rights: every address, asked by everybody, about what is theirs, their neighbours' and others'.
//!
//! The table is complete by force: an address of `routes.rs` that it does not name fails a test.
//! First everybody who may not is refused, with the answer that is written here; then everybody who
//! may is let in, so that what they change stands in nobody's way.

mod asked;
mod scene;
mod walk;

use std::collections::BTreeSet;

use actix_web::http::StatusCode;

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
    /// Leads the panel.
    Chair,
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
    Admin, Anonymous, Approver, Auditor, Below, Chair, Entrant, Judge, Lead, Officer, Organiser,
    OtherEntrant, OtherJudge, Screener, Sibling,
};

const ALL: [Who; 15] = [
    Anonymous,
    Entrant,
    OtherEntrant,
    Judge,
    Chair,
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
const SEATED: Rule = Desk(&[Judge, Chair]);
const CHAIRED: Rule = Desk(&[Chair]);

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
    ("GET", "/contests/{slug}/votes/tile/{path:.*}", Nobody),
    ("GET", "/contests/{slug}/votes/bundle.zip", Nobody),
    ("GET", "/votes", Public),
    ("GET", "/votes/{receipt}", Nobody),
    ("GET", "/votes/{receipt}/proof", Nobody),
    ("GET", "/votes/{receipt}/qr.svg", Public),
    ("GET", "/verify_ledger.py", Public),
    ("GET", "/links", Public),
    ("GET", "/v/{link:.*}", Nobody),
    ("POST", "/internal/votes", Nobody),
    ("GET", "/desk", Signed),
    ("POST", "/account/sessions/end", Signed),
    ("GET", "/account", Signed),
    ("GET", "/account/data.json", Signed),
    ("POST", "/account/name", Signed),
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
    ("GET", "/contests/{slug}/preview.jpeg", Public),
    ("GET", "/contests/{slug}/plan", Nobody),
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
    ("GET", "/desk/contests/{slug}/rounds/{key}/seats/{seat}/passing", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/rounds/{key}/seats/{seat}/passing", Badge(ORGANISE)),
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
    ("GET", "/judging/{round}/chair", CHAIRED),
    ("POST", "/judging/{round}/decision", CHAIRED),
    ("POST", "/judging/{round}/seats/{seat}/unlocking", CHAIRED),
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
    ("GET", "/desk/contests/{slug}/voters", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/voters/links", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/voters/links/{number}/closure", Blank(ORGANISE)),
    ("POST", "/desk/contests/{slug}/voters/members", Badge(ORGANISE)),
    ("POST", "/desk/contests/{slug}/voters/slips", Badge(ORGANISE)),
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
