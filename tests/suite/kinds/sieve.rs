//! A sieve asks for yes or no, a veto puts out: how many of each decide.

use actix_web::http::StatusCode;

use super::{alias, answer, close, jury, outcome, round_id};
use crate::support::both;

both! {
    async fn two_yes_of_three_let_an_entry_go_on(site: Site) {
        let kind = "kind: screen, yes_needed: 2, quorum: 3";
        let (mut organiser, mut panel) = jury(site, kind, 3, 3).await;
        let said = [("A", [1, 1, 0]), ("B", [1, 0, 0]), ("C", [1, 1, 1])];

        let round = round_id(site).await;
        let page = panel[0].get(&format!("/judging/{round}/{}", alias(site, "A").await)).await;
        for (title, answers) in said {
            for (judge, yes) in panel.iter_mut().zip(answers) {
                let yes = yes.to_string();
                let saved = answer(site, judge, title, &[("mark.yes", yes.as_str())]).await;
                assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
            }
        }
        let closed = close(&mut organiser, &[]).await;

        assert_eq!(page.attributes("input[type=radio]", "value"), ["1", "0"]);
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
        assert_eq!(outcome(site).await, ["C* 3", "A* 2", "B 1"]);
    }

    async fn one_veto_with_its_reason_puts_an_entry_out(site: Site) {
        let (mut organiser, mut panel) = jury(site, "kind: veto, quorum: 2", 2, 2).await;

        let bare = answer(site, &mut panel[0], "A", &[("mark.veto", "1")]).await;
        let whole =
            answer(site, &mut panel[0], "A", &[("mark.veto", "1"), ("comment", "Cắt ghép")]).await;
        answer(site, &mut panel[1], "A", &[("mark.veto", "0")]).await;
        for judge in &mut panel {
            answer(site, judge, "B", &[("mark.veto", "0")]).await;
        }
        close(&mut organiser, &[]).await;

        assert_eq!(bare.status, StatusCode::OK);
        assert!(bare.text().contains("Hãy ghi lý do phủ quyết"), "{}", bare.text());
        assert_eq!(whole.status, StatusCode::SEE_OTHER);
        assert_eq!(outcome(site).await, ["B* 0", "A -1"]);
    }

    async fn where_two_vetoes_are_needed_one_puts_nothing_out(site: Site) {
        let (mut organiser, mut panel) = jury(site, "kind: veto, vetoes: 2, quorum: 3", 3, 3).await;
        let said = [("A", ["1", "0", "1"]), ("B", ["0", "1", "0"]), ("C", ["0", "0", "0"])];

        for (title, vetoes) in said {
            for (judge, veto) in panel.iter_mut().zip(vetoes) {
                let form = [("mark.veto", veto), ("comment", "Cắt ghép")];
                let saved = answer(site, judge, title, &form).await;
                assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
            }
        }
        let closed = close(&mut organiser, &[]).await;

        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
        assert_eq!(outcome(site).await, ["C* 0", "B* -1", "A -2"]);
    }
}
