//! While counts are hidden: two runs of one site, with different votes and as many of them, tell the
//! public the same.

use std::collections::{BTreeMap, BTreeSet};

use entity::vote_link;
use hoithi::voting::{NewLink, add_links};
use hoithi::web::group::Group;
use hoithi::{contest, db, unit};

use super::{counted, known};
use crate::story::{STAGE, stage, vote};
use crate::support::{Answer, Site, both};

/// What strangers are told at an address: status, headers, body.
type Said = (u16, BTreeMap<String, String>, Vec<u8>);

/// Units from which no work comes: one below that of the works, one outside the contest's province.
const UNITS: [&str; 2] = ["td-cs-02", "ldld-an-giang"];

/// A link of each unit.
async fn links(site: &Site) -> Vec<vote_link::Model> {
    let contest = contest::by_slug(&site.app.db, STAGE).await.expect("the stage").id();
    let tx = db::begin(&site.app.db).await.expect("a transaction");
    let mut asked = Vec::new();
    for code in UNITS {
        let unit = Some(unit::by_code(&tx, code).await.expect("a unit").id);
        asked.push(NewLink { unit, label: code.to_owned(), members: 100 });
    }
    let until = "2026-04-30T00:00:00Z".parse().expect("a moment");
    let now = site.app.clock.now();
    let links = add_links(&tx, contest, None, &asked, until, now).await.expect("links");
    tx.commit().await.expect("committed");
    links
}

/// Addresses that a page leads to, pictures and what scripts ask for included.
fn leads_to(page: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    for (selector, name) in [("[href]", "href"), ("[src]", "src"), ("[data-live]", "data-live")] {
        found.extend(page.attributes(selector, name));
    }
    found.extend(page.attributes("meta[property^='og:']", "content"));
    for set in page.attributes("[srcset]", "srcset") {
        found.extend(
            set.split(',').filter_map(|one| one.split_whitespace().next()).map(str::to_owned),
        );
    }
    let paths = found.iter().filter_map(|to| {
        let to = to.strip_prefix("http://localhost").unwrap_or(to);
        let to = to.split('#').next().unwrap_or_default();
        to.starts_with('/').then(|| to.to_owned())
    });
    paths.collect()
}

/// What a stranger finds, from the front page on. The log's head and how it grew differ by their
/// hashes: of these it is the length that is told.
async fn found(site: &Site) -> BTreeMap<String, Said> {
    let more = ["participation", "results", "counts.json", "screen", "votes", "votes/checkpoint"];
    let mut next: Vec<String> =
        more.iter().map(|page| format!("/contests/{STAGE}/{page}")).collect();
    let units = UNITS.iter().chain(&["tong-lien-doan", "ldld-thi-diem", "td-kcn"]);
    next.extend(units.map(|unit| format!("/contests/{STAGE}/participation?unit={unit}")));
    next.push("/".to_owned());
    let (mut seen, mut told) = (BTreeSet::new(), BTreeMap::new());
    while let Some(path) = next.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let answer = site.browser().get(&path).await;
        let headers = answer.headers.iter().map(|(name, value)| {
            let value = value.to_str().expect("text").to_owned();
            // A cookie is a browser's own.
            let is_own = matches!(name.as_str(), "set-cookie" | "x-request-id");
            (name.to_string(), if is_own { value.len().to_string() } else { value })
        });
        let headers: BTreeMap<_, _> = headers.collect();
        if headers.get("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            next.extend(leads_to(&answer));
        }
        let body = match path.ends_with("/checkpoint") || path.contains("/growth/") {
            true => answer.bytes.len().to_string().into_bytes(),
            false => answer.bytes.to_vec(),
        };
        told.insert(path, (answer.status.as_u16(), headers, body));
    }
    told
}

/// Lengths of all that a vote gives: the answer, the receipt's page, its proof; then of the log's
/// head, and of the proofs that it grew from every earlier one.
async fn lengths(site: &Site, code: &str, link: &vote_link::Model) -> Vec<(String, usize)> {
    let mut voter = known(site, code).await;
    voter.get(&format!("/v/{}", Group::of(link).text(&site.app))).await;
    let counted = super::cast(&mut voter, code).await;
    let receipt = counted.json()["receipt"].as_str().expect("a receipt").to_owned();
    let mut lengths = vec![("answer".to_owned(), counted.bytes.len())];
    // A receipt is found from when its vote is in a row of its own.
    let contest = contest::by_slug(&site.app.db, STAGE).await.expect("the stage").id();
    site.app.votes.settle(contest, site.app.clock.now()).await.expect("rows");
    let log = format!("/contests/{STAGE}/votes");
    let head = site.browser().get(&format!("{log}/checkpoint")).await;
    let size: u64 = head.text().lines().nth(1).expect("a size").parse().expect("a number");
    let mut paths = vec![format!("/votes/{receipt}"), format!("/votes/{receipt}/proof")];
    paths.push(format!("{log}/checkpoint"));
    paths.extend((1..size).map(|old| format!("{log}/growth/{old}")));
    for path in paths {
        let answer = voter.get(&path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        lengths.push((path.replace(&receipt, "…"), answer.bytes.len()));
    }
    lengths
}

/// Lets both sites vote, each as it is told, by a link of a unit each, and holds one against the other.
async fn compare(
    (one, other): (&Site, &Site),
    (codes, links): (&[String], &[vote_link::Model]),
    at: [&str; 2],
) {
    for site in [one, other] {
        site.set_clock(at[0]);
    }
    assert_eq!(counted(one).await, counted(other).await);
    for (here, there) in [(0, 1), (0, 1), (0, 0), (1, 1), (0, 1)] {
        let told = lengths(one, &codes[here], &links[0]).await;
        assert_eq!(told, lengths(other, &codes[there], &links[1]).await);
    }
    for site in [one, other] {
        // Long enough for every kept page to be drawn anew.
        site.set_clock(at[1]);
    }
    let (here, there) = (found(one).await, found(other).await);

    assert_ne!(counted(one).await, counted(other).await);
    assert!(
        here.contains_key(&format!("/entries/{}", codes[0])) && here.len() > 30,
        "{}",
        here.len()
    );
    assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
    for (path, said) in here {
        assert!(said == there[&path], "{path}: {:?} {:?}", said.1, there[&path].1);
    }
}

both! {
    async fn hidden_counts_are_the_same_to_the_public_whatever_was_voted(site: Site) {
        let codes = stage(site, "voting: { phase: vote, counts: hidden }", &["Hoa", "Mai"]).await;
        // From the first vote on there is a log, whose keys both have.
        vote(site, &codes[0], 1).await;
        let links = links(site).await;
        let other = site.twin().await;

        let at = ["2026-04-06T02:00:00Z", "2026-04-06T02:10:00Z"];
        compare((site, &other), (&codes, &links), at).await;
    }

    async fn frozen_counts_are_the_same_to_the_public_whatever_is_voted_then(site: Site) {
        let rule = "voting: { phase: vote, counts: live, hidden_last_hours: 2 }";
        let codes = stage(site, rule, &["Hoa", "Mai"]).await;
        vote(site, &codes[0], 2).await;
        vote(site, &codes[1], 1).await;
        let links = links(site).await;
        let other = site.twin().await;

        let at = ["2026-04-10T15:10:00Z", "2026-04-10T15:20:00Z"];
        compare((site, &other), (&codes, &links), at).await;
    }
}
