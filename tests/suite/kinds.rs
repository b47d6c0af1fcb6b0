//! Rounds of every kind, through the judges' and the organiser's doors.

use actix_web::http::StatusCode;
use entity::assignment::{self, State as Work};
use entity::entry::{self, EntrantKind, State};
use entity::id::{CategoryId, EntryId};
use entity::{candidate, category, round};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, Set,
};

use crate::entry::contest;
use crate::support::{Answer, Browser, Site, both};

pub const DESK: &str = "/desk/contests/anh-dep/rounds/jury";

/// A contest of so many accepted entries, titled A, B, C …, with a round of this kind whose
/// panel of so many judges is seated; the organiser, and the judges.
pub async fn jury(
    site: &mut Site,
    kind: &str,
    entries: u8,
    judges: usize,
) -> (Browser, Vec<Browser>) {
    site.jobs_may_wait();
    let round = format!(
        "  - {{ key: judging, kind: round, opens: 2026-04-11, closes: 2026-04-20 }}\n\
         rounds:\n  - {{ key: jury, title: Vòng chấm, phase: judging, {kind} }}\ncategories:"
    );
    let id = contest(site, |text| text.replacen("categories:", &round, 1)).await;
    site.set_clock("2026-04-11T02:00:00Z");
    let category = category::Entity::find().one(&site.app.db).await.unwrap().unwrap().id;
    let now = site.app.clock.now();
    let tx = hoithi::db::begin(&site.app.db).await.unwrap();
    for number in 0..entries {
        let title = char::from(b'A' + number).to_string();
        let row = entry::ActiveModel {
            id: Set(EntryId::new()),
            contest_id: Set(id),
            category_id: Set(category),
            code: Set(format!("AAAAAAA{title}")),
            number: Set(Some(i32::from(number) + 1)),
            title: Set(title.clone()),
            search_text: Set(title),
            state: Set(State::Accepted),
            entrant_kind: Set(EntrantKind::Person),
            entrant_name: Set("Nguyễn Văn Nam".to_owned()),
            shown_name: Set("Nguyễn Văn Nam".to_owned()),
            unit_id: Set(None),
            author_id: Set(None),
            entered_by: Set(None),
            resume_hash: Set(None),
            phone: Set(None),
            email: Set(None),
            lang: Set("vi".to_owned()),
            version: Set(1),
            submitted_at: Set(Some(now)),
            repair_until: Set(None),
            promoted_from: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
        };
        entry::Entity::insert(row).exec_without_returning(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut organiser = site.leads("ldld-thi-diem", "totchuc@example.vn").await;
    let mut panel = Vec::new();
    for number in 1..=judges {
        let email = format!("giamkhao{number}@example.vn");
        let seated = organiser.post(&format!("{DESK}/seats"), &[("email", &email)]).await;
        assert_eq!(seated.status, StatusCode::SEE_OTHER, "{}", seated.text());
        site.work().await;
        site.letters();
        panel.push(site.signed_in(&email).await);
    }
    let opened = organiser.post(DESK, &[("act", "open"), ("sure", "yes")]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
    (organiser, panel)
}

pub async fn round_id(site: &Site) -> String {
    round::Entity::find().one(&site.app.db).await.unwrap().unwrap().id.to_string()
}

/// By which judges know the entry of this title.
pub async fn alias(site: &Site, title: &str) -> String {
    let entries = entry::Entity::find().all(&site.app.db).await.unwrap();
    let id = entries.into_iter().find(|row| row.title == title).unwrap().id;
    let rows = candidate::Entity::find().all(&site.app.db).await.unwrap();
    rows.into_iter().find(|row| row.entry_id == id).unwrap().alias
}

/// Titles with their results in whole points, best first, and a star for those that went on.
pub async fn outcome(site: &Site) -> Vec<String> {
    let entries = entry::Entity::find().all(&site.app.db).await.unwrap();
    let mut rows = candidate::Entity::find().all(&site.app.db).await.unwrap();
    rows.sort_by_key(|row| std::cmp::Reverse(row.millionths));
    let mut told: Vec<(Option<i64>, String)> = rows
        .into_iter()
        .map(|row| {
            let title = &entries.iter().find(|entry| entry.id == row.entry_id).unwrap().title;
            let on = if row.went_on == Some(true) { "*" } else { "" };
            (row.millionths, format!("{title}{} {}", on, row.millionths.unwrap() / 1_000_000))
        })
        .collect();
    told.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    told.into_iter().map(|(_, text)| text).collect()
}

/// Numbers of a line of a CSV file, without its first cell.
fn cells(line: &str) -> Vec<f64> {
    line.trim_end().split(',').skip(1).map(|cell| cell.parse().expect("a number")).collect()
}

pub async fn close(organiser: &mut Browser, more: &[(&str, &str)]) -> Answer {
    let form: Vec<(&str, &str)> =
        [("act", "close"), ("sure", "yes")].into_iter().chain(more.iter().copied()).collect();
    organiser.post(DESK, &form).await
}

pub async fn answer(
    site: &Site,
    judge: &mut Browser,
    title: &str,
    form: &[(&str, &str)],
) -> Answer {
    let (round, alias) = (round_id(site).await, alias(site, title).await);
    judge.post(&format!("/judging/{round}/{alias}/sheet"), form).await
}

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

    async fn marks_are_taken_until_the_last_moment_of_the_rounds_days_and_not_after_it(site: Site) {
        let kind = "criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";
        jury(site, kind, 1, 1).await;
        let work = format!("/judging/{}/{}/sheet", round_id(site).await, alias(site, "A").await);
        // The twentieth is the last day, and ends at midnight in Vietnam.
        site.set_clock("2026-04-20T16:59:59Z");
        let mut judge = site.signed_in("giamkhao1@example.vn").await;
        let form = |version, mark| [("version", version), ("mark.art", mark)];

        let last = judge.post(&work, &form("0", "7")).await;
        site.set_clock("2026-04-20T17:00:00Z");
        let late = judge.post(&work, &form("1", "9")).await;

        assert_eq!(last.status, StatusCode::SEE_OTHER, "{}", last.text());
        assert!(late.text().contains("hiện không nhận điểm"), "{}", late.text());
        let held = entity::mark::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(held.iter().map(|mark| mark.hundredths).collect::<Vec<_>>(), [700]);
    }

    async fn a_closed_round_is_opened_again_with_a_reason_and_its_sheets_stay(site: Site) {
        let kind = "criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";
        let (mut organiser, mut panel) = jury(site, kind, 1, 1).await;
        answer(site, &mut panel[0], "A", &[("mark.art", "7")]).await;
        close(&mut organiser, &[]).await;
        let again = async |organiser: &mut Browser, reason: &str| {
            organiser.post(DESK, &[("act", "reopen"), ("reason", reason)]).await
        };

        let closed = organiser.get(DESK).await;
        let late = answer(site, &mut panel[0], "A", &[("version", "1"), ("mark.art", "9")]).await;
        let bare = again(&mut organiser, " ").await;
        let opened = again(&mut organiser, "Nhập nhầm một phiếu").await;
        let twice = again(&mut organiser, "Nhập nhầm một phiếu").await;
        let mended = answer(site, &mut panel[0], "A", &[("version", "1"), ("mark.art", "9")]).await;
        close(&mut organiser, &[]).await;

        assert_eq!(closed.attributes("button[name='act']", "value"), ["reopen"]);
        assert!(late.text().contains("hiện không nhận điểm"), "{}", late.text());
        assert!(bare.all("[role=alert]").join(" ").contains("Hãy ghi lý do"), "{}", bare.text());
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
        assert!(twice.all("[role=alert]").join(" ").contains("không mở lại được"), "{}", twice.text());
        assert_eq!(mended.status, StatusCode::SEE_OTHER, "{}", mended.text());
        assert_eq!(outcome(site).await, ["A* 9"]);
    }

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

    async fn a_deliberation_lets_on_whom_it_names_and_wants_the_reason(site: Site) {
        let (mut organiser, _) = jury(site, "kind: deliberate, goes_on: 2", 3, 0).await;
        let entries = entry::Entity::find().all(&site.app.db).await.unwrap();
        let id = |title: &str| entries.iter().find(|e| e.title == title).unwrap().id.to_string();
        let (a, c) = (id("A"), id("C"));

        let page = organiser.get(DESK).await;
        let one = close(&mut organiser, &[("decided", &a), ("reason", "Bỏ phiếu")]).await;
        let bare = close(&mut organiser, &[("decided", &a), ("decided", &c)]).await;
        let form = [("decided", a.as_str()), ("decided", c.as_str()), ("reason", "Biểu quyết 5/5")];
        let whole = close(&mut organiser, &form).await;

        assert_eq!(page.attributes("input[name='decided']", "value").len(), 3);
        assert!(one.text().contains("Đã chọn 1 bài, trong khi cần 2 bài"), "{}", one.text());
        assert!(bare.text().contains("Hãy ghi lý do"), "{}", bare.text());
        assert_eq!(whole.status, StatusCode::SEE_OTHER, "{}", whole.text());
        assert_eq!(outcome(site).await, ["A* 0", "B 0", "C* 0"]);
    }

    async fn equals_at_the_cut_are_told_apart_by_a_recorded_decision(site: Site) {
        let kind = "goes_on: 1, criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";
        let (mut organiser, mut panel) = jury(site, kind, 3, 1).await;
        for (title, mark) in [("A", "7"), ("B", "7"), ("C", "5")] {
            answer(site, &mut panel[0], title, &[("mark.art", mark)]).await;
        }

        let tie = close(&mut organiser, &[]).await;
        let choices = tie.attributes("input[name='decided']", "value");
        let entries = entry::Entity::find().all(&site.app.db).await.unwrap();
        let b = entries.iter().find(|e| e.title == "B").unwrap().id.to_string();
        let form = [("decided", b.as_str()), ("reason", "Chủ tịch hội đồng quyết định")];
        let closed = close(&mut organiser, &form).await;

        assert_eq!(choices.len(), 2, "{}", tie.text());
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
        assert_eq!(outcome(site).await, ["A 7", "B* 7", "C 5"]);
    }

    async fn marks_are_adjusted_for_severity_or_the_reason_is_said(site: Site) {
        let kind = "aggregate: z_score, criteria: [{ key: art, label: Nghệ thuật, max: 10 }]";
        let (mut organiser, mut panel) = jury(site, kind, 8, 2).await;
        let titles = ["A", "B", "C", "D", "E", "F", "G", "H"];
        for (nth, title) in titles.iter().enumerate().take(7) {
            let mild = (9 - nth).to_string();
            answer(site, &mut panel[0], title, &[("mark.art", mild.as_str())]).await;
        }

        let early = close(&mut organiser, &[]).await;
        answer(site, &mut panel[0], "H", &[("mark.art", "2")]).await;
        for (nth, title) in titles.iter().enumerate() {
            let hard = format!("{},5", (8 - nth) / 2);
            let saved = answer(site, &mut panel[1], title, &[("mark.art", hard.as_str())]).await;
            assert_eq!(saved.status, StatusCode::OK, "half points are not on this scale");
            let hard = ((8 - nth) / 2).to_string();
            answer(site, &mut panel[1], title, &[("mark.art", hard.as_str())]).await;
        }
        let told = organiser.get(&format!("{DESK}/figures")).await;
        let sheet = organiser.get(&format!("{DESK}/figures.csv")).await;
        let own = organiser.get(&format!("{DESK}/figures.csv?of=judges")).await;
        let closed = close(&mut organiser, &[]).await;

        assert_eq!(told.status, StatusCode::OK);
        assert!(told.text().contains("16 phiếu đã hoàn thành"), "{}", told.text());
        assert!(told.text().contains("chấm nới") && told.text().contains("chấm chặt"));
        assert_eq!(told.all("svg.bars rect").len(), 20);
        assert_eq!(told.all("svg.dash").len(), 2 + 2 * 8, "severities, intervals and spreads");
        let rows: Vec<Vec<f64>> = sheet.text().lines().skip(1).map(cells).collect();
        let column = |at: usize| rows.iter().map(|row| row[at]).collect::<Vec<_>>();
        assert_eq!(column(1), [6.5, 5.5, 5.0, 4.0, 3.5, 2.5, 2.0, 1.0], "raw means, beside them");
        assert_eq!(column(2), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], "raw places,");
        assert!(column(3).windows(2).all(|two| two[0] > two[1]), "adjusted points {rows:?}");
        assert_eq!(column(4), column(2), "and places by them");
        assert_eq!(column(9), [5.0, 5.0, 4.0, 4.0, 3.0, 3.0, 2.0, 2.0], "spreads");
        for row in &rows {
            assert_eq!(row[9], row[8] - row[7], "{row:?}");
            assert!(row[5] <= row[2] && row[2] <= row[6], "{row:?}");
        }
        let both: Vec<String> = told.all("main > section:last-of-type tbody tr:first-child td");
        let adjusted = format!("{:.2}", column(3)[0]).replace('.', ",");
        assert_eq!(both[1..5], ["6,50", "1", adjusted.as_str(), "1"], "side by side");
        let own: Vec<Vec<&str>> =
            own.text().lines().map(|line| line.trim_end().split(',').collect()).collect();
        // 9, 8 … 3 and 2; in tenths of the scale from the third to the tenth.
        assert_eq!(own[1][..3], ["1", "8", "5.500000"], "{own:?}");
        assert_eq!(own[1][8..], ["0", "0", "1", "1", "1", "1", "1", "1", "1", "1"]);
        assert_eq!((own.len(), own[0][2], own[2][2]), (3, "mean", "2.000000"));
        assert!(early.text().contains("giám khảo 1 mới có 7 phiếu, cần ít nhất 8"), "{}", early.text());
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
        let told = outcome(site).await;
        let order: String = told.iter().map(|line| &line[..1]).collect();
        assert_eq!(order, "ABCDEFGH", "{told:?}");
        assert!(told[0].ends_with(" 64") || told[0].ends_with(" 63"), "{told:?}");
    }
}
