//! Which of two is better: until nothing is left, or it is settled who goes on.

use actix_web::http::StatusCode;
use entity::assignment::{self, State as Work};
use entity::category;
use entity::entry::{self, State};
use entity::id::CategoryId;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, Set,
};

use super::{DESK, close, jury, outcome, round_id};
use crate::support::both;

both! {
    async fn comparing_pairs_orders_entries_and_ends_by_itself(site: Site) {
        let (mut organiser, mut panel) =
            jury(site, "kind: pairwise, comparisons: 6, goes_on: 1", 4, 1).await;
        let round = round_id(site).await;
        let judge = &mut panel[0];

        for turn in 0..6 {
            let page = judge.get(&format!("/judging/{round}")).await;
            let pair = page.attributes("button[name='better']", "value");
            assert_eq!(pair.len(), 2, "turn {turn}: {}", page.text());
            let titles = page.all("[data-work] h2");
            // The judge always prefers the earlier letter.
            let better = usize::from(titles[0] > titles[1]);
            let form = [("better", pair[better].as_str()), ("worse", pair[1 - better].as_str())];
            let said = judge.post(&format!("/judging/{round}/comparisons"), &form).await;
            assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text());
            if turn == 2 {
                judge.post(&format!("/judging/{round}/comparisons/undo"), &[]).await;
                judge.post(&format!("/judging/{round}/comparisons"), &form).await;
            }
        }
        let end = judge.get(&format!("/judging/{round}")).await;
        let closed = close(&mut organiser, &[]).await;

        assert!(end.attributes("button[name='better']", "value").is_empty(), "{}", end.text());
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
        let order: String = outcome(site).await.iter().map(|line| &line[..1]).collect();
        assert_eq!(order, "ABCD");
    }

    async fn nobody_compares_more_once_it_is_settled_who_goes_on(site: Site) {
        let kind = "kind: pairwise, comparisons: 6, goes_on: 1, settled_percent: 60";
        let (mut organiser, mut panel) = jury(site, kind, 4, 2).await;
        let room = format!("/judging/{}", round_id(site).await);
        let open = assignment::Entity::find().filter(assignment::Column::State.eq(Work::Open));
        let before = organiser.get(DESK).await;
        let mut made = 0;
        loop {
            let judge = &mut panel[made % 2];
            let page = judge.get(&room).await;
            let pair = page.attributes("button[name='better']", "value");
            if pair.is_empty() {
                break;
            }
            let titles = page.all("[data-work] h2");
            let better = usize::from(titles[0] > titles[1]);
            let form = [("better", pair[better].as_str()), ("worse", pair[1 - better].as_str())];
            judge.post(&format!("{room}/comparisons"), &form).await;
            made += 1;
        }
        let enough = organiser.get(DESK).await;
        let ends = [panel[0].get(&room).await, panel[1].get(&room).await];
        let done = open.clone().count(&site.app.db).await.unwrap();
        let last = &mut panel[(made - 1) % 2];
        last.post(&format!("{room}/comparisons/undo"), &[]).await;
        let again = organiser.get(DESK).await;
        let other = panel[made % 2].get(&room).await;
        let reopened = open.count(&site.app.db).await.unwrap();

        assert!(before.text().contains("ít nhất 0 %"), "{}", before.text());
        assert!((4..12).contains(&made), "{made} pairs");
        assert!(enough.text().contains("Đã so sánh đủ") && enough.text().contains("(cần 60 %)"), "{}", enough.text());
        for end in ends {
            assert!(end.text().contains("Đã rõ bài nào vào vòng sau, với xác suất ít nhất 60 %"), "{}", end.text());
        }
        assert_eq!((done, reopened), (0, 8), "all desks are done, and open again");
        assert!(again.text().contains("Giám khảo còn so sánh đến khi đạt 60 %"), "{}", again.text());
        assert_eq!(other.attributes("button[name='better']", "value").len(), 2, "{}", other.text());
    }

    async fn the_funnel_counts_pairs_where_pairs_are_compared(site: Site) {
        let (mut organiser, _) = jury(site, "kind: pairwise, comparisons: 20", 4, 2).await;
        let funnel = "/desk/contests/anh-dep/rounds";
        let told = |pairs: u32| format!("2 giám khảo, mỗi người so sánh nhiều nhất {pairs} cặp");

        let all = organiser.get(funnel).await;
        let many = organiser.get(&format!("{funnel}?entries=100")).await;
        let few = organiser.get(&format!("{funnel}?entries=100&round.0.needed=5")).await;

        assert_eq!(all.attributes("input[name='round.0.needed']", "value"), ["20"]);
        assert!(all.text().contains(&told(6)), "four entries have six pairs: {}", all.text());
        assert!(many.text().contains(&told(20)), "{}", many.text());
        assert!(few.text().contains(&told(5)), "{}", few.text());
    }

    async fn pairs_are_of_one_category_and_an_entry_alone_in_its_own_holds_nothing_up(site: Site) {
        let (mut organiser, mut panel) = jury(site, "kind: pairwise, comparisons: 6", 4, 1).await;
        let db = &site.app.db;
        let first = category::Entity::find().one(db).await.unwrap().unwrap();
        let other = CategoryId::new();
        let mut second = first.into_active_model().reset_all();
        (second.id, second.key) = (Set(other), Set("other".to_owned()));
        category::Entity::insert(second).exec_without_returning(db).await.unwrap();
        let moved = entry::Entity::update_many()
            .col_expr(entry::Column::CategoryId, Expr::value(other))
            .filter(entry::Column::Title.eq("D"));
        moved.exec(db).await.unwrap();
        let room = format!("/judging/{}", round_id(site).await);
        let judge = &mut panel[0];
        let early = close(&mut organiser, &[]).await;

        let mut compared = Vec::new();
        loop {
            let page = judge.get(&room).await;
            let pair = page.attributes("button[name='better']", "value");
            let Some(better) = pair.first() else { break };
            compared.extend(page.all("[data-work] h2"));
            let form = [("better", better.as_str()), ("worse", pair[1].as_str())];
            judge.post(&format!("{room}/comparisons"), &form).await;
        }
        let closed = close(&mut organiser, &[]).await;

        assert!(!early.all("[role=alert]").is_empty(), "three were not compared: {}", early.text());
        compared.sort();
        assert_eq!(compared, ["A", "A", "B", "B", "C", "C"]);
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
    }

    async fn who_compared_all_that_is_left_has_finished_when_the_last_pair_left_the_contest(site: Site) {
        let (_, mut panel) = jury(site, "kind: pairwise, comparisons: 6, goes_on: 1", 3, 1).await;
        let room = format!("/judging/{}", round_id(site).await);
        let judge = &mut panel[0];
        for _ in 0..2 {
            let pair = judge.get(&room).await.attributes("button[name='better']", "value");
            let form = [("better", pair[0].as_str()), ("worse", pair[1].as_str())];
            judge.post(&format!("{room}/comparisons"), &form).await;
        }
        let last = judge.get(&room).await.all("[data-work] h2");
        let early = judge.post(&format!("{room}/completion"), &[]).await;

        let leaves = entry::Entity::update_many()
            .col_expr(entry::Column::State, Expr::value(State::Withdrawn))
            .filter(entry::Column::Title.eq(last[0].as_str()));
        leaves.exec(&site.app.db).await.unwrap();
        let end = judge.get(&room).await;
        let done = judge.post(&format!("{room}/completion"), &[]).await;

        assert!(!early.all("[role=alert]").is_empty(), "one pair was left: {}", early.text());
        assert!(end.text().contains("Bạn đã so sánh đủ"), "{}", end.text());
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    }
}
