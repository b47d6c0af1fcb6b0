//! A mixed formula: seventy parts of a hundred from the jury, thirty from the public, both by
//! points for places.

use std::collections::BTreeMap;

use super::{APPROVER, ORGANISER, STAGE, close, judge, prizes, publish, seat, stage, vote};
use crate::support::both;

const RULES: &str = "
rounds:
  - key: final
    title: Chung khảo
    phase: final
    criteria:
      - { key: content, label: Nội dung, max: 10 }
      - { key: art, label: Nghệ thuật, max: 10 }
voting: { phase: vote }
tables:
  - key: all
    title: Kết quả chung
    formula:
      - { source: { round: final }, weight: 70, normalise: { rank_points: [10, 8, 6, 4, 2, 1] } }
      - { source: votes, weight: 30, normalise: { rank_points: [10, 8, 6, 4, 2, 1] } }
    ties: [{ higher: { round: final } }, decision]
prizes:
  - { key: first, label: Giải nhất, table: all, count: 1 }
  - { key: second, label: Giải nhì, table: all, count: 2 }
  - { key: third, label: Giải ba, table: all, count: 2 }
";

/// Marks of both judges for each work, content and art, and votes. The jury's sums are 19, 18, 16,
/// 16, 12 and 10: C and D fill the third and fourth place together. The votes are 0, 1, 5, 3, 3 and
/// 7: D and E fill the third and fourth place together.
const WORKS: [(&str, u32, u32, usize); 6] = [
    ("A", 10, 9, 0),
    ("B", 9, 9, 1),
    ("C", 8, 8, 5),
    ("D", 9, 7, 3),
    ("E", 6, 6, 3),
    ("F", 5, 5, 7),
];

both! {
    async fn seventy_parts_jury_and_thirty_parts_votes_by_points_for_places(site: Site) {
        let titles: Vec<&str> = WORKS.iter().map(|work| work.0).collect();
        let codes = stage(site, RULES, &titles).await;
        let mut organiser = site.signed_in(ORGANISER).await;
        let round = format!("/desk/contests/{STAGE}/rounds/final");
        let panel = ["gk1@example.vn", "gk2@example.vn"];
        for mut one in seat(site, &mut organiser, &round, &panel).await {
            judge(&mut one, |shown| {
                let title = shown.rsplit(' ').next().unwrap();
                let work = WORKS.iter().find(|work| work.0 == title).unwrap();
                BTreeMap::from([("content", work.1 * 100), ("art", work.2 * 100)])
            })
            .await;
        }
        for ((.., votes), code) in WORKS.iter().zip(&codes) {
            vote(site, code, *votes).await;
        }
        close(&mut organiser, STAGE, "final").await;
        site.set_clock("2026-04-11T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;
        publish(&mut organiser, &mut approver, STAGE).await;

        // By hand, points of the jury and of the votes:
        //   A 10 and 1    → 7.0 + 0.3  = 7.3
        //   B  8 and 2    → 5.6 + 0.6  = 6.2
        //   C (6+4)/2 = 5 and 8  → 3.5 + 2.4 = 5.9
        //   D 5 and (6+4)/2 = 5  → 3.5 + 1.5 = 5.0
        //   E  2 and 5    → 1.4 + 1.5  = 2.9
        //   F  1 and 10   → 0.7 + 3.0  = 3.7
        let won = prizes(site, STAGE).await;
        let list = |titles: &[&str]| titles.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        assert_eq!(won["Giải nhất"], list(&["A"]));
        assert_eq!(won["Giải nhì"], list(&["B", "C"]));
        assert_eq!(won["Giải ba"], list(&["D", "F"]));
        let page = site.browser().get(&format!("/contests/{STAGE}/results")).await;
        assert_eq!(page.all("tbody th a"), ["A", "B", "C", "D", "F", "E"]);
        let points: Vec<_> = page
            .all("tbody td.num")
            .into_iter()
            .map(|cell| cell.chars().take_while(|c| c.is_ascii_digit() || *c == ',').collect::<String>())
            .collect();
        assert_eq!(points, ["7,30", "6,20", "5,90", "5,00", "3,70", "2,90"]);
        site.work().await;
    }
}
