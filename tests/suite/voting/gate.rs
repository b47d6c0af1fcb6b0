//! Votes as a gate: who comes before the jury is what the public says.

use crate::story::{ORGANISER, STAGE, seat, stage_of, staged, vote};
use crate::support::{Browser, Site, both};

/// The stage with the vote before the round, whose gate this is.
fn gated(gate: &str) -> String {
    let rules = format!(
        "voting: {{ phase: vote }}
rounds:
  - {{ key: final, title: Chung khảo, phase: final, gate: {gate}, criteria: [{{ key: worth, label: Điểm, max: 10 }}] }}
tables:
  - {{ key: jury, title: Giám khảo, formula: [{{ source: {{ round: final }} }}], ties: [decision] }}
prizes:
  - {{ key: first, label: Giải nhất, table: jury, count: 1 }}"
    );
    let days = |text: &str| text.replacen("2026-04-06, closes: 2026-04-10", "DAYS", 1);
    let final_first = days(&staged(&rules)).replace("DAYS", "2026-04-08, closes: 2026-04-10");
    days(&final_first).replace("DAYS", "2026-04-06, closes: 2026-04-07")
}

/// Four works with three, two, two and no votes.
async fn voted(site: &Site, gate: &str) {
    let codes = stage_of(site, &gated(gate), &["Một", "Hai", "Ba", "Bốn"]).await;
    for (code, voters) in codes.iter().zip([3, 2, 2, 0]) {
        vote(site, code, voters).await;
    }
}

/// Titles of the works that the judge of the round is given.
async fn judged(site: &Site, organiser: &mut Browser) -> Vec<String> {
    let round = format!("/desk/contests/{STAGE}/rounds/final");
    let mut judge = seat(site, organiser, &round, &["giamkhao@example.vn"]).await.remove(0);
    let desk = judge.get("/desk").await;
    let list = desk.attributes("a[href^='/judging/']", "href").pop().expect("a round");
    let mut titles = Vec::new();
    for work in judge.get(&list).await.attributes(".cards a", "href") {
        let heading = judge.get(&work).await.all("h1").remove(0);
        titles.extend(heading.rsplit(" · ").next().map(str::to_owned));
    }
    titles.sort();
    titles
}

both! {
    async fn the_works_with_the_most_votes_come_before_the_jury_with_all_their_equals(site: Site) {
        voted(site, "{ most_votes: 2 }").await;
        let round = format!("/desk/contests/{STAGE}/rounds/final");
        let mut organiser = site.signed_in(ORGANISER).await;

        let early = organiser.post(&round, &[("act", "open")]).await;
        site.set_clock("2026-04-08T01:00:00Z");
        let titles = judged(site, &mut site.signed_in(ORGANISER).await).await;

        let alert = early.all("main [role=alert]").join(" ");
        assert!(alert.contains("Còn phần chưa kết thúc"), "{alert}");
        assert_eq!(titles, ["Ba", "Hai", "Một"]);
    }

    async fn works_with_fewer_votes_than_the_rules_ask_for_are_not_judged(site: Site) {
        voted(site, "{ fewest_votes: 3 }").await;
        site.set_clock("2026-04-08T01:00:00Z");
        let round = format!("/desk/contests/{STAGE}/rounds/final");
        let mut organiser = site.signed_in(ORGANISER).await;
        let form = [("name", "Giám khảo"), ("email", "giamkhao2@example.vn")];
        organiser.post(&format!("{round}/seats"), &form).await;

        let before = organiser.get(&round).await;
        let titles = judged(site, &mut organiser).await;

        assert!(before.text().contains("1 trong 4 bài qua được cổng"), "{}", before.text());
        assert_eq!(titles, ["Một"]);
    }
}
