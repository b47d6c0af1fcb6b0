//! Work follows who joins a panel, leaves it, comes back to it, and who has finished.

use actix_web::http::StatusCode;
use entity::{audit_log, seat as seats};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::story::{ORGANISER, STAGE, close, seat, stage};
use crate::support::{Browser, both, rounds};

const ROUND: &str = "/desk/contests/san-khau/rounds/final";
const TITLES: [&str; 6] = ["Một", "Hai", "Ba", "Bốn", "Năm", "Sáu"];

/// What judges mark.
const MARKS: [&str; 2] =
    ["{ key: content, label: Nội dung, max: 10 }", "{ key: art, label: Nghệ thuật, max: 10 }"];

async fn room(judge: &mut Browser) -> String {
    judge.get("/desk").await.attributes("a[href^='/judging/']", "href").remove(0)
}

async fn works(judge: &mut Browser) -> Vec<String> {
    let room = room(judge).await;
    judge.get(&room).await.attributes(".cards a", "href")
}

async fn mark(judge: &mut Browser, work: &str, marks: serde_json::Value) {
    let sheet = json!({ "version": 0, "marks": marks });
    let saved = judge.put_json(&format!("{work}/sheet"), &sheet).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
}

async fn invite(runs: &mut Browser, email: &str) {
    let given = runs.post(&format!("{ROUND}/seats"), &[("name", email), ("email", email)]).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
}

async fn aside(judge: &mut Browser, work: &str) {
    let gone = judge.post(&format!("{work}/recusal"), &[("reason", "Người quen")]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());
}

/// Who takes how many more, as the page before the act says.
async fn takers(runs: &mut Browser, to: &str) -> Vec<String> {
    runs.get(to).await.all("tbody td:last-child")
}

both! {
    async fn what_a_late_judge_has_not_begun_passes_to_the_others_in_one_act(site: Site) {
        stage(site, &rounds("judges_per_entry: 1", &MARKS), &TITLES).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let panel = ["gk1@example.vn", "gk2@example.vn", "gk3@example.vn"];
        let mut seated = seat(site, &mut runs, ROUND, &panel).await;
        let late = works(&mut seated[0]).await;
        mark(&mut seated[0], &late[0], json!({ "content": 700 })).await;
        let barred = late[1].rsplit('/').next().expect("a name").to_owned();
        let seats = seats::Entity::find().order_by_asc(seats::Column::Number);
        let seats = seats.all(&site.app.db).await.unwrap();
        let to = format!("{ROUND}/seats/{}/passing", seats[0].id);

        let link = runs.get(ROUND).await.attributes("a[href$='/passing']", "href");
        let told = takers(&mut runs, &to).await;
        let page = runs.get(&to).await;
        let done = runs.post(&to, &[]).await;
        let after = takers(&mut runs, &to).await;
        let mut held = Vec::new();
        for judge in &mut seated {
            held.push(works(judge).await);
        }
        let again = runs.post(&to, &[]).await;
        let logged = audit_log::Entity::find().filter(audit_log::Column::Act.eq("work-passed-on"));
        let logged = logged.order_by_asc(audit_log::Column::Seq).all(&site.app.db).await.unwrap();

        assert_eq!(link.len(), 3, "every judge has open work: {link:?}");
        assert!(page.text().contains("còn 1 bài chưa bắt đầu chấm; 1 bài chuyển được"), "{}", page.text());
        assert_eq!(told, ["+1"]);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert_eq!(after, Vec::<String>::new(), "nothing is left to pass on");
        assert_eq!(held[0], [late[0].clone()], "what was begun stays");
        assert_eq!((held[1].len() + held[2].len(), held[1].len().abs_diff(held[2].len())), (5, 1));
        let taken = held[1..].iter().flatten().filter(|work| work.ends_with(&barred));
        assert_eq!(taken.count(), 1);
        assert_eq!(again.status, StatusCode::SEE_OTHER);
        assert_eq!(logged[0].after.as_ref().unwrap()["entries"], json!(1));
        assert_eq!(logged[0].role, "organiser");
    }

    async fn what_everybody_has_already_or_nobody_else_may_judge_stays_with_a_late_judge(site: Site) {
        stage(site, &rounds("judges_per_entry: 1", &MARKS), &TITLES[..2]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut seated = seat(site, &mut runs, ROUND, &["gk1@example.vn", "gk2@example.vn"]).await;
        let theirs = works(&mut seated[1]).await.remove(0);
        aside(&mut seated[1], &theirs).await;
        let mine = works(&mut seated[0]).await;
        let seat = seats::Entity::find().filter(seats::Column::Number.eq(1));
        let late = seat.one(&site.app.db).await.unwrap().unwrap().id;
        let to = format!("{ROUND}/seats/{late}/passing");

        let page = runs.get(&to).await;
        let done = runs.post(&to, &[]).await;
        let held = [works(&mut seated[0]).await, works(&mut seated[1]).await];

        assert_eq!(mine.len(), 2, "the other stepped aside from one");
        assert!(page.text().contains("còn 2 bài chưa bắt đầu chấm; 1 bài chuyển được"), "{}", page.text());
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert_eq!((held[0].len(), held[1].len()), (1, 1));
        assert!(held[0][0].ends_with(theirs.rsplit('/').next().unwrap()), "{held:?} {theirs}");
    }

    async fn who_joins_takes_from_the_others_what_they_have_not_begun_from_the_end(site: Site) {
        stage(site, &rounds("judges_per_entry: 1", &MARKS), &TITLES).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut panel = seat(site, &mut runs, ROUND, &["gk1@example.vn", "gk2@example.vn"]).await;
        let before = [works(&mut panel[0]).await, works(&mut panel[1]).await];
        // The first has begun the last work of the order, and keeps it.
        mark(&mut panel[0], &before[0][2], json!({ "content": 800 })).await;

        invite(&mut runs, "gk3@example.vn").await;
        site.work().await;
        let mut joined = site.signed_in("gk3@example.vn").await;
        let after = [works(&mut panel[0]).await, works(&mut panel[1]).await];
        let theirs = works(&mut joined).await;

        assert_eq!(before.each_ref().map(Vec::len), [3, 3]);
        assert_eq!(after[0], [before[0][0].clone(), before[0][2].clone()]);
        assert_eq!(after[1], before[1][..2]);
        let mut taken = [before[0][1].clone(), before[1][2].clone()];
        taken.sort();
        let mut got = theirs.clone();
        got.sort();
        assert_eq!(got, taken);
        assert_eq!(panel[0].get(&before[0][1]).await.status, StatusCode::NOT_FOUND);
    }

    async fn who_comes_back_finds_what_was_begun_and_the_rest_is_dealt_again(site: Site) {
        stage(site, &rounds("quorum: 2", &MARKS), &TITLES[..3]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let mut panel = seat(site, &mut runs, ROUND, &["gk1@example.vn", "gk2@example.vn"]).await;
        let before = works(&mut panel[0]).await;
        mark(&mut panel[0], &before[1], json!({ "content": 800 })).await;
        let first = seats::Entity::find().filter(seats::Column::Number.eq(1)).one(&site.app.db).await;
        let first = first.unwrap().expect("the first").id;

        let gone = runs.post(&format!("{ROUND}/seats/{first}/removal"), &[("sure", "yes")]).await;
        let away = panel[0].get(&before[1]).await;
        invite(&mut runs, "gk1@example.vn").await;
        site.work().await;
        let mut after = works(&mut panel[0]).await;

        assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());
        assert_eq!(away.status, StatusCode::NOT_FOUND);
        let begun = panel[0].get(&before[1]).await;
        assert_eq!(begun.attributes("input[name^='mark.']", "value"), ["8", ""]);
        let mut wanted = before.clone();
        wanted.sort();
        after.sort();
        assert_eq!(after, wanted);
    }

    async fn who_has_finished_gets_new_work_only_where_nobody_else_may_and_then_goes_on(site: Site) {
        stage(site, &rounds("judges_per_entry: 1", &MARKS), &TITLES[..3]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let emails = ["gk1@example.vn", "gk2@example.vn", "gk3@example.vn"];
        let mut panel = seat(site, &mut runs, ROUND, &emails).await;
        let own = works(&mut panel[0]).await;
        mark(&mut panel[0], &own[0], json!({ "content": 800, "art": 800 })).await;
        let finish = format!("{}/completion", room(&mut panel[0]).await);
        panel[0].post(&finish, &[]).await;

        let second = works(&mut panel[1]).await.remove(0);
        aside(&mut panel[1], &second).await;
        let third = works(&mut panel[2]).await;
        let rested = works(&mut panel[0]).await;
        aside(&mut panel[2], &second).await;
        let again = works(&mut panel[0]).await;
        let early = panel[0].post(&finish, &[]).await;
        let open = runs.post(ROUND, &[("act", "close"), ("sure", "yes")]).await;
        mark(&mut panel[0], &second, json!({ "content": 700, "art": 700 })).await;
        let done = panel[0].post(&finish, &[]).await;
        let third_own = third.iter().find(|work| **work != second).expect("one of their own");
        mark(&mut panel[2], third_own, json!({ "content": 600, "art": 600 })).await;
        close(&mut runs, STAGE, "final").await;

        assert_eq!((third.len(), rested.len()), (2, 1), "the third has not finished");
        assert_eq!(again.len(), 2, "nobody else may judge it");
        assert!(!early.all("[role=alert]").is_empty(), "not all is done: {}", early.text());
        assert!(!open.all(".notice.danger li").is_empty(), "nor can the round close");
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    }
}
