//! Ordered lists, and what makes none.

use actix_web::http::StatusCode;

use super::{alias, answer, close, jury, outcome, round_id};
use crate::support::both;

both! {
    async fn lists_of_judges_become_borda_counts(site: Site) {
        let (mut organiser, mut panel) =
            jury(site, "kind: rank, aggregate: borda, goes_on: 2, quorum: 2", 4, 2).await;
        let round = round_id(site).await;
        let mut names = Vec::new();
        for title in ["A", "B", "C", "D"] {
            names.push(format!("place.{}", alias(site, title).await));
        }
        let form = |version, places: [&'static str; 4]| {
            let mut form = vec![("version", version)];
            form.extend(names.iter().map(String::as_str).zip(places));
            form
        };

        let page = panel[0].get(&format!("/judging/{round}")).await;
        let to = format!("/judging/{round}/list");
        let twice = panel[0].post(&to, &form("0", ["1", "1", "3", "4"])).await;
        let part = panel[0].post(&to, &form("0", ["2", "1", "", ""])).await;
        let stale = panel[0].post(&to, &form("0", ["1", "2", "3", "4"])).await;
        let open = close(&mut organiser, &[]).await;
        let whole = panel[0].post(&to, &form("1", ["2", "1", "3", "4"])).await;
        panel[1].post(&to, &form("0", ["1", "3", "2", "4"])).await;
        let closed = close(&mut organiser, &[]).await;

        assert_eq!(page.attributes("input[name^='place.']", "name").len(), 4, "{}", page.text());
        assert!(twice.text().contains("bài lặp lại"), "{}", twice.text());
        assert_eq!(twice.attributes("input[name^='place.'][value='1']", "value").len(), 2);
        assert_eq!(part.status, StatusCode::SEE_OTHER);
        assert!(stale.text().contains("cửa sổ khác"), "{}", stale.text());
        assert!(open.text().contains("chưa đủ số tối thiểu"), "{}", open.text());
        assert_eq!(whole.status, StatusCode::SEE_OTHER);
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
        // A: 2 + 3, B: 3 + 1, C: 1 + 2, D: 0.
        assert_eq!(outcome(site).await, ["A* 5", "B* 4", "C 3", "D 0"]);
    }

    async fn a_comment_on_an_entry_makes_no_list(site: Site) {
        let (_, mut panel) = jury(site, "kind: rank, aggregate: borda", 2, 1).await;
        let room = format!("/judging/{}", round_id(site).await);
        let mut form = vec![("version".to_owned(), "0".to_owned())];
        for (place, title) in (1..).zip(["A", "B"]) {
            let said = [("version", "0"), ("comment", "Ánh sáng đẹp")];
            let kept = answer(site, &mut panel[0], title, &said).await;
            assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
            form.push((format!("place.{}", alias(site, title).await), place.to_string()));
        }

        let early = panel[0].post(&format!("{room}/completion"), &[]).await;
        let form: Vec<_> = form.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let listed = panel[0].post(&format!("{room}/list"), &form).await;
        let done = panel[0].post(&format!("{room}/completion"), &[]).await;

        assert!(!early.all("[role=alert]").is_empty(), "there is no list: {}", early.text());
        assert_eq!(listed.status, StatusCode::SEE_OTHER, "{}", listed.text());
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    }
}
