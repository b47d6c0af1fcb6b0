//! Results: formulas, ties and prizes by hand; publishing, correcting, passing on.

mod reckoned;
mod winners;
mod worksheet;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use entity::award::State as Award;
use entity::entry::State as EntryState;
use entity::id::AwardId;
use entity::publication::State as Publication;
use hoithi::results::rank::Who;
use hoithi::{contest, db, results};
use sea_orm::EntityTrait;

use super::story::{APPROVER, ORGANISER, STAGE, close, decide, judge, publish, seat, stage};
use crate::support::{Browser, Site, both};

const RULES: &str = "
rounds:
  - { key: final, title: Chung khảo, phase: final, criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }
tables:
  - { key: jury, title: Giám khảo, formula: [{ source: { round: final } }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: jury, count: 1 }
  - { key: second, label: Giải nhì, table: jury, count: 1 }
";

/// Five works, judged 9, 8, 7, 6 and 6; the clock stands on the day of the announcement.
async fn judged(site: &Site) -> (Browser, Browser) {
    stage(site, RULES, &["Một", "Hai", "Ba", "Bốn", "Năm"]).await;
    let mut organiser = site.signed_in(ORGANISER).await;
    let round = format!("/desk/contests/{STAGE}/rounds/final");
    let mut one = seat(site, &mut organiser, &round, &["gk@example.vn"]).await.remove(0);
    judge(&mut one, |title| {
        let mark = match title.rsplit(' ').next().unwrap() {
            "Một" => 900,
            "Hai" => 800,
            "Ba" => 700,
            _ => 600,
        };
        BTreeMap::from([("art", mark)])
    })
    .await;
    close(&mut organiser, STAGE, "final").await;
    site.set_clock("2026-04-11T01:00:00Z");
    (site.signed_in(ORGANISER).await, site.signed_in(APPROVER).await)
}

const PROPOSAL: &str = "/desk/contests/san-khau/proposal";
const PUBLICATION: &str = "/desk/contests/san-khau/publication";

async fn history(site: &Site) -> Vec<(i32, Publication)> {
    let id = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
    let rows = results::history(&site.app.db, id).await.unwrap();
    let mut rows: Vec<_> = rows.into_iter().map(|row| (row.number, row.state)).collect();
    rows.sort_by_key(|row| row.0);
    rows
}

fn alert(page: &crate::support::Answer) -> String {
    page.all(".notice.danger li, [role=alert] li").join(" ")
}

/// Changes the name of an entrant where it stands.
async fn rename(site: &Site, from: &str, to: &str) {
    use sea_orm::sea_query::Expr;
    use sea_orm::{ColumnTrait, QueryFilter};
    let tx = db::begin(&site.app.db).await.unwrap();
    entity::entry::Entity::update_many()
        .col_expr(entity::entry::Column::EntrantName, Expr::value(to))
        .filter(entity::entry::Column::EntrantName.eq(from))
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

both! {
    async fn the_minutes_leave_out_no_decision_however_many_there_are(site: Site) {
        use entity::{decision, id::DecisionId};
        use sea_orm::Set;
        stage(site, "", &["Một"]).await;
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let user = site.person(ORGANISER).await;
        let rows = (0..600).map(|number| decision::ActiveModel {
            id: Set(DecisionId::new()),
            contest_id: Set(contest),
            kind: Set(decision::Kind::Tie),
            subject: Set(serde_json::json!({ "among": [], "order": [] })),
            reason: Set(format!("Lý do thứ {number}.")),
            decided_by: Set(user),
            decided_at: Set(site.app.clock.now()),
        });
        let tx = db::begin(&site.app.db).await.unwrap();
        decision::Entity::insert_many(rows).exec_without_returning(&tx).await.unwrap();
        tx.commit().await.unwrap();

        let mut organiser = site.signed_in(ORGANISER).await;
        let minutes = organiser.get(&format!("/desk/contests/{STAGE}/minutes")).await;

        let said = minutes.all("li").into_iter().filter(|line| line.contains("Lý do thứ"));
        assert_eq!(said.count(), 600, "{}", minutes.status);
    }

    async fn a_second_person_publishes_and_everything_is_true_together(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        let nothing = organiser.post(PUBLICATION, &[("sure", "yes")]).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;

        let own = organiser.post(PUBLICATION, &[("sure", "yes")]).await;
        let before = site.browser().get(&format!("/contests/{STAGE}/results")).await;
        let unsure = approver.post(PUBLICATION, &[]).await;
        let done = approver.post(PUBLICATION, &[("sure", "yes")]).await;
        let twice = approver.post(PUBLICATION, &[("sure", "yes")]).await;
        site.set_clock("2026-04-11T01:01:00Z");
        let after = site.browser().get(&format!("/contests/{STAGE}/results")).await;

        assert!(alert(&unsure).contains("Hãy đánh dấu ô xác nhận"), "{}", unsure.text());
        assert!(!alert(&nothing).is_empty(), "there is no proposal: {}", nothing.text());
        assert!(alert(&own).contains("người thứ hai") || !alert(&own).is_empty(), "{}", own.text());
        assert_eq!((before.status, done.status), (StatusCode::NOT_FOUND, StatusCode::SEE_OTHER));
        assert!(!alert(&twice).is_empty());
        assert_eq!(after.all("tbody th a"), ["Một", "Hai", "Ba", "Bốn", "Năm"]);
        assert_eq!(after.all("tbody td:first-child"), ["1", "2", "3", "4", "4"], "equals share a place");
        assert_eq!(history(site).await, [(1, Publication::Published)]);
        site.work().await;
    }

    async fn what_changed_since_the_proposal_stops_the_publication(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;
        let reopen = [("act", "reopen"), ("reason", "Nhập nhầm điểm")];
        let opened = organiser.post(&format!("/desk/contests/{STAGE}/rounds/final"), &reopen).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());

        let stopped = approver.post(PUBLICATION, &[("sure", "yes")]).await;

        assert!(!alert(&stopped).is_empty(), "{}", stopped.text());
        assert_eq!(history(site).await, [(1, Publication::Proposed)]);
        close(&mut organiser, STAGE, "final").await;
        let done = approver.post(PUBLICATION, &[("sure", "yes")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "as it was proposed: {}", alert(&done));
        site.work().await;
    }

    async fn a_published_result_is_corrected_by_a_new_one_and_the_old_one_is_kept(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        publish(&mut organiser, &mut approver, STAGE).await;
        let code = {
            let page = site.browser().get(&format!("/contests/{STAGE}/results")).await;
            page.attributes("tbody th a", "href").remove(0)
        };
        site.work().await;
        let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
        let best = rows.into_iter().find(|row| code.ends_with(&row.code)).unwrap();
        disqualify(site, best).await;
        site.set_clock("2026-04-12T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;

        let silent = organiser.post(PROPOSAL, &[("act", "propose")]).await;
        let reason = [("act", "propose"), ("reason", "Bài số 1 bị loại vì không phải ảnh gốc")];
        let proposed = organiser.post(PROPOSAL, &reason).await;
        let done = approver.post(PUBLICATION, &[("sure", "yes")]).await;
        site.set_clock("2026-04-12T01:01:00Z");
        let page = site.browser().get(&format!("/contests/{STAGE}/results")).await;

        assert!(alert(&silent).contains("lý do"), "a reason is needed: {}", alert(&silent));
        assert_eq!((proposed.status, done.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
        assert_eq!(page.all("tbody th a"), ["Hai", "Ba", "Bốn", "Năm"]);
        assert!(page.text().contains("không phải ảnh gốc"));
        let before = format!("/contests/{STAGE}/results/1");
        let in_force = format!("/contests/{STAGE}/results");
        assert!(page.attributes("main a", "href").contains(&before), "the one before is linked");
        let old = site.browser().get(&before).await;
        assert_eq!(old.attributes("[role=alert] a", "href"), [in_force], "and leads back");
        assert_eq!(old.all("tbody th a").len(), 5, "as it stood");
        assert_eq!(history(site).await, [(1, Publication::Replaced), (2, Publication::Published)]);
        site.work().await;
    }

    async fn an_entry_is_struck_out_by_one_before_the_result_and_by_two_after_it(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        addresses(site).await;
        let code = async |title: &str| {
            let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
            rows.into_iter().find(|row| row.title == title).unwrap().code
        };
        let state = async |title: &str| {
            let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
            rows.into_iter().find(|row| row.title == title).unwrap().state
        };
        let (worst, best) = (code("Năm").await, code("Một").await);
        let strikes = format!("/desk/contests/{STAGE}/strikes");
        let approval = format!("{strikes}/approval");

        let silent = organiser.post(&strikes, &[("code", worst.as_str())]).await;
        let offered = organiser.get(&format!("/desk/contests/{STAGE}/screening/{worst}")).await;
        organiser.post(&strikes, &[("code", worst.as_str()), ("reason", "Ảnh ghép")]).await;
        let twice = organiser.post(&strikes, &[("code", worst.as_str()), ("reason", "Ảnh ghép")]).await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is needed");
        assert_eq!(offered.all("form[action$='/strikes']").len(), 1);
        assert_eq!((state("Năm").await, twice.status), (EntryState::Disqualified, StatusCode::CONFLICT));
        site.work().await;
        let told: Vec<_> = site.letters().into_iter().map(|one| (one.subject, one.body.contains("Ảnh ghép"))).collect();
        assert_eq!(told, [("Bài dự thi bị loại – Ảnh đẹp".to_owned(), true)]);

        publish(&mut organiser, &mut approver, STAGE).await;
        organiser.post(&strikes, &[("code", best.as_str()), ("reason", "Đã đoạt giải nơi khác")]).await;
        let waits = state("Một").await;
        let own = organiser.post(&approval, &[("code", best.as_str())]).await;
        let desk = approver.get(&format!("/desk/contests/{STAGE}/results")).await;
        let shown = desk.attributes("button[name=code]", "value");
        let dropped = organiser.post(&strikes, &[("act", "drop"), ("code", best.as_str()), ("reason", "Nhầm bài")]).await;
        let nothing = approver.post(&approval, &[("code", best.as_str())]).await;
        organiser.post(&strikes, &[("code", best.as_str()), ("reason", "Đã đoạt giải nơi khác")]).await;
        let done = approver.post(&approval, &[("code", best.as_str())]).await;

        assert_eq!(waits, EntryState::Accepted, "one person alone strikes out nothing that was published");
        assert_eq!(own.status, StatusCode::CONFLICT, "whoever asks does not approve");
        assert_eq!(shown, [best]);
        assert_eq!((dropped.status, nothing.status), (StatusCode::SEE_OTHER, StatusCode::NOT_FOUND));
        assert_eq!((done.status, state("Một").await), (StatusCode::SEE_OTHER, EntryState::Disqualified));
        site.work().await;
    }

    async fn whoever_is_erased_is_named_on_no_prize(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        publish(&mut organiser, &mut approver, STAGE).await;
        site.work().await;
        let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
        let best = rows.into_iter().find(|row| row.title == "Một").unwrap().id;

        let tx = db::begin(&site.app.db).await.unwrap();
        results::award::forget(&tx, best).await.unwrap();
        tx.commit().await.unwrap();

        let whole = contest::by_slug(&site.app.db, STAGE).await.unwrap();
        let newest = results::in_force(&site.app.db, whole.id()).await.unwrap().unwrap();
        let names: Vec<_> = results::awards(&site.app.db, newest.id).await.unwrap().into_iter().map(|row| row.recipient).collect();
        assert_eq!(names.iter().filter(|name| *name == hoithi::account::ERASED).count(), 1, "{names:?}");
        assert!(names.contains(&"Tác giả Hai".to_owned()), "nobody else: {names:?}");
    }

    async fn everybody_is_written_to_once_winners_and_others_and_again_after_a_correction(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        addresses(site).await;
        publish(&mut organiser, &mut approver, STAGE).await;
        site.work().await;
        let mut first: Vec<_> = site.letters().into_iter().map(|one| (one.to, one.subject)).collect();
        first.sort();
        let id = results::in_force(&site.app.db, contest::by_slug(&site.app.db, STAGE).await.unwrap().id()).await.unwrap().unwrap().id;
        let tx = db::begin(&site.app.db).await.unwrap();
        let job = hoithi::jobs::Job::Announce { publication: id };
        hoithi::jobs::enqueue(&tx, &job, site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        site.work().await;
        let twice = site.letters().len();
        let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
        disqualify(site, rows.into_iter().find(|row| row.title == "Một").unwrap()).await;
        site.set_clock("2026-04-12T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;
        site.letters();
        organiser.post(PROPOSAL, &[("act", "propose"), ("reason", "Không phải ảnh gốc")]).await;
        approver.post(PUBLICATION, &[("sure", "yes")]).await;
        site.work().await;
        let mut second: Vec<_> = site.letters().into_iter().map(|one| (one.to, one.subject)).collect();
        second.sort();

        let to = |number: u32, subject: &str| (format!("so{number}@example.vn"), subject.to_owned());
        let (won, none) = ("Chúc mừng bạn đoạt giải – Ảnh đẹp", "Đã có kết quả – Ảnh đẹp");
        assert_eq!(first, [to(1, won), to(2, won), to(3, "The result is out – Ảnh đẹp"), to(4, none), to(5, none)]);
        assert_eq!(twice, 0, "the same announcement, done again");
        let corrected = "Kết quả đã được đính chính – Ảnh đẹp";
        assert_eq!(second, [
            to(2, corrected), to(3, "Congratulations on your prize – Ảnh đẹp"), to(4, corrected), to(5, corrected),
        ]);
    }

    async fn a_declined_prize_goes_to_the_next_in_line_by_a_recorded_decision(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        publish(&mut organiser, &mut approver, STAGE).await;
        site.work().await;
        let now = site.app.clock.now();
        let whole = contest::by_slug(&site.app.db, STAGE).await.unwrap();
        let user = hoithi::account::by_email(&site.app.db, ORGANISER).await.unwrap().unwrap().id;
        let by = contest::Organiser::of(&site.app.db, &whole, user, now).await.unwrap();
        let awards = async |site: &Site| {
            let newest = results::in_force(&site.app.db, whole.id()).await.unwrap().unwrap();
            results::awards(&site.app.db, newest.id).await.unwrap()
        };
        let second = awards(site).await.into_iter().find(|row| row.prize_key == "second").unwrap();
        let note = async |id: AwardId, state: Award, site: &Site| {
            let tx = db::begin(&site.app.db).await.unwrap();
            let done = results::award::note(&tx, &by, id, (state, ""), now).await;
            tx.commit().await.unwrap();
            done
        };
        let pass_on = async |id: AwardId, heir: Option<Who>, site: &Site| {
            let tx = db::begin(&site.app.db).await.unwrap();
            let done = results::award::pass_on(&tx, &by, id, (heir, "Từ chối nhận giải"), now).await;
            if done.is_ok() { tx.commit().await.unwrap() }
            done
        };

        assert!(matches!(pass_on(second.id, None, site).await, Err(results::Error::NotNow)), "somebody holds it");
        note(second.id, Award::Declined, site).await.unwrap();
        pass_on(second.id, None, site).await.unwrap();
        assert!(matches!(pass_on(second.id, None, site).await, Err(results::Error::NotNow)), "once");
        let third = awards(site).await.into_iter().find(|row| row.prize_key == "second" && row.state == Award::Given).unwrap();
        assert_eq!(third.recipient, "Tác giả Ba");
        note(third.id, Award::Declined, site).await.unwrap();
        let given = results::award::Given::of(&site.app.db, &whole).await.unwrap();
        let heirs = given.heirs(&whole, &third);
        assert_eq!(heirs.len(), 2, "the next two are equal");
        assert!(matches!(pass_on(third.id, None, site).await, Err(results::Error::NoHeir)), "one has to be named");
        pass_on(third.id, Some(heirs[1]), site).await.unwrap();
        let last = awards(site).await.into_iter().filter(|row| row.prize_key == "second").map(|row| (row.position, row.state)).collect::<Vec<_>>();
        assert_eq!(last, [(1, Award::Declined), (2, Award::Declined), (3, Award::Given)]);
        let heir = |rows: &[entity::award::Model]| {
            let held = rows.iter().filter(|row| row.prize_key == "second" && row.state == Award::Given);
            held.map(|row| row.recipient.clone()).collect::<Vec<_>>()
        };
        let held = heir(&awards(site).await);
        assert_eq!(held.len(), 1);

        site.set_clock("2026-04-12T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;
        rename(site, "Tác giả Một", "Tác giả Mốt").await;
        organiser.post(PROPOSAL, &[("act", "propose"), ("reason", "Sửa lỗi chính tả")]).await;
        assert_eq!(approver.post(PUBLICATION, &[("sure", "yes")]).await.status, StatusCode::SEE_OTHER);

        assert_eq!(history(site).await, [(1, Publication::Replaced), (2, Publication::Published)]);
        let again = awards(site).await;
        assert_eq!(heir(&again), held, "a correction leaves the prize where it was passed on to");
        let given = results::award::Given::of(&site.app.db, &whole).await.unwrap();
        let declined: Vec<_> = again.iter().filter(|row| row.state == Award::Declined).map(|row| given.passed_on(row.id)).collect();
        assert_eq!(declined, [true, true], "and it is not passed on twice");
        site.work().await;
    }

    async fn what_leaves_as_a_sheet_and_what_the_log_says_is_told_in_names_and_words(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;
        approver.post(PUBLICATION, &[("sure", "yes")]).await;
        let desk = format!("/desk/contests/{STAGE}");

        let csv = organiser.get(&format!("{desk}/exports/sheets.csv")).await;
        let book = organiser.get(&format!("{desk}/exports/sheets.xlsx")).await;
        let log = organiser.get(&format!("{desk}/audit")).await;

        let first = csv.text().lines().nth(1).unwrap_or_default().to_owned();
        assert!(first.starts_with("Chung khảo,1,gk"), "{first}");
        assert!(first.contains("Tác giả"), "{first}");
        let saved = csv.headers.get("content-disposition").unwrap().to_str().unwrap();
        assert!(saved.contains("filename=\"phieu-cham-san-khau.csv\""), "{saved}");
        assert!(saved.contains("filename*=UTF-8''Phi%E1%BA%BFu%20ch%E1%BA%A5m%20san%2Dkhau.csv"), "{saved}");
        use calamine::Reader;
        let book = calamine::Xlsx::new(std::io::Cursor::new(book.bytes.to_vec())).unwrap();
        assert_eq!(book.sheet_names(), ["Phiếu chấm"]);
        let said = log.all("tbody tr");
        assert!(said.iter().any(|line| line.contains("chấp nhận bàiBài số 1: Một")), "{said:?}");
        assert!(said.iter().any(|line| line.contains("mở vòng chấmVòng Chung khảo")), "{said:?}");
        let key = |word: &str| word.len() >= 36 && word.contains('-');
        let raw: Vec<_> = said.iter().filter(|line| line.split_whitespace().any(key)).collect();
        assert_eq!(raw, Vec::<&String>::new(), "no key of a row");
        site.jobs_may_wait();
    }

    async fn a_correction_that_corrects_nothing_is_refused_with_a_sentence(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;
        approver.post(PUBLICATION, &[("sure", "yes")]).await;
        let correct = [("act", "propose"), ("reason", "Tính lại theo khiếu nại")];

        let same = organiser.post(PROPOSAL, &correct).await;
        let one = history(site).await.len();
        rename(site, "Tác giả Một", "Tác giả Mốt").await;
        let other = organiser.post(PROPOSAL, &correct).await;

        assert!(alert(&same).contains("giống hệt kết quả đã công bố"), "{}", same.text());
        assert_eq!(one, 1);
        assert_eq!(other.status, StatusCode::SEE_OTHER, "{:?}", alert(&other));
        site.jobs_may_wait();
    }

    async fn complaints_are_taken_from_the_publication_on_and_as_long_as_the_rules_say(site: Site) {
        judged(site).await;
        let form = [("name", "Lê Tám"), ("contact", "0900000001"), ("body", "Đếm nhầm.")];
        let complaints = format!("/contests/{STAGE}/complaints");
        // The rules say from the 11th to the 20th.
        site.set_clock("2026-04-25T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let mut approver = site.signed_in(APPROVER).await;
        let before = site.browser().post(&complaints, &form).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;
        let done = approver.post(PUBLICATION, &[("sure", "yes")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());

        let offered = site.browser().get(&format!("/contests/{STAGE}/results")).await;
        let first = site.browser().post(&complaints, &form).await;
        site.set_clock("2026-05-04T01:00:00Z");
        let last = site.browser().post(&complaints, &form).await;
        site.set_clock("2026-05-06T01:00:00Z");
        let late = site.browser().post(&complaints, &form).await;

        assert_eq!(before.status, StatusCode::OK, "the window of the rules is over");
        assert_eq!(offered.attributes("a[href$='/complaints']", "href").concat(), complaints);
        assert_eq!([first.status, last.status], [StatusCode::SEE_OTHER; 2], "{}", last.text());
        assert!(late.text().contains("không nhận khiếu nại"), "{}", late.text());
        site.jobs_may_wait();
    }

    async fn a_result_that_is_published_early_may_be_complained_about_at_once(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        let text = super::story::staged(RULES);
        let (from, to) = ("complaint, opens: 2026-04-11", "complaint, opens: 2026-04-15");
        let form = [("text", &*text.replace(from, to)), ("reason", "Lùi ngày"), ("notice", "Lùi ngày")];
        let changed = organiser.post(&format!("/desk/contests/{STAGE}/edit"), &form).await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text());
        let complain = [("name", "Lê Tám"), ("contact", "0900000001"), ("body", "Đếm nhầm.")];
        let complaints = format!("/contests/{STAGE}/complaints");

        let before = site.browser().post(&complaints, &complain).await;
        organiser.post(PROPOSAL, &[("act", "propose")]).await;
        approver.post(PUBLICATION, &[("sure", "yes")]).await;
        let filed = site.browser().post(&complaints, &complain).await;

        assert!(before.text().contains("không nhận khiếu nại"), "{}", before.text());
        assert_eq!(filed.status, StatusCode::SEE_OTHER, "{}", filed.text());
        site.jobs_may_wait();
    }

    async fn a_prize_stays_empty_where_the_rules_let_it_and_people_say_why(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        let first = "label: Giải nhất, table: jury, count: 1";
        let text = super::story::staged(&RULES.replace(first, &format!("{first}, may_stay_empty: true")));
        let form = [("text", text.as_str()), ("reason", "Theo thể lệ"), ("notice", "Giải nhất có thể để trống")];
        let changed = organiser.post(&format!("/desk/contests/{STAGE}/edit"), &form).await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text());
        let desk = organiser.get(&format!("/desk/contests/{STAGE}/results")).await;
        let offered = desk.attributes("form[action$='/decisions'] input[name='prize']", "value");
        let decisions = format!("/desk/contests/{STAGE}/decisions");

        let given = [("prize", "second"), ("count", "1"), ("reason", "Không bài nào xứng đáng")];
        let refused = organiser.post(&decisions, &given).await;
        let silent = organiser.post(&decisions, &[("prize", "first"), ("count", "1"), ("reason", "")]).await;
        let said = [("prize", "first"), ("count", "1"), ("reason", "Hội đồng biểu quyết 5/5")];
        let decided = organiser.post(&decisions, &said).await;
        publish(&mut organiser, &mut approver, STAGE).await;

        assert_eq!(offered, ["first"], "only what may stay empty is offered");
        assert!(alert(&refused).contains("để trống"), "{}", alert(&refused));
        assert!(alert(&silent).contains("lý do"), "{}", alert(&silent));
        assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text());
        let won = super::story::prizes(site, STAGE).await;
        assert!(!won.contains_key("Giải nhất"), "{won:?}");
        assert_eq!(won["Giải nhì"], ["Một"], "the best work has the best prize that is given");
        let minutes = organiser.get(&format!("/desk/contests/{STAGE}/minutes")).await;
        let line = minutes.all("li").into_iter().find(|line| line.contains("Hội đồng biểu quyết 5/5"));
        assert!(line.is_some_and(|line| line.contains("để trống Giải nhất")), "{}", minutes.text());
        site.work().await;
    }

    async fn a_tie_that_decides_a_prize_waits_for_people_and_never_falls_by_itself(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        let page = organiser.get(&format!("/desk/contests/{STAGE}/results")).await;
        assert_eq!(page.attributes("form[action$='/decisions']", "action").len(), 0, "4 and 5 win nothing");
        let prizes = "  - { key: second, label: Giải nhì, table: jury, count: 1 }\n";
        let more = format!("{prizes}  - {{ key: third, label: Giải ba, table: jury, count: 2 }}\n");
        let text = super::story::staged(&RULES.replace(prizes, &more));
        let form = [("text", text.as_str()), ("reason", "Thêm giải"), ("notice", "Thêm hai giải ba")];
        let changed = organiser.post(&format!("/desk/contests/{STAGE}/edit"), &form).await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text());

        let blocked = organiser.post(PROPOSAL, &[("act", "propose")]).await;
        let silent = [("table", "jury"), ("reason", "")];
        let unsaid = organiser.post(&format!("/desk/contests/{STAGE}/decisions"), &silent).await;
        decide(&mut organiser, &format!("/desk/contests/{STAGE}"), "Năm").await;
        publish(&mut organiser, &mut approver, STAGE).await;

        assert!(blocked.text().contains("Bốn") && !alert(&blocked).is_empty());
        assert!(alert(&unsaid).contains("lý do"), "{}", alert(&unsaid));
        let won = super::story::prizes(site, STAGE).await;
        assert_eq!(won["Giải ba"], ["Ba", "Năm"]);
        let minutes = organiser.get(&format!("/desk/contests/{STAGE}/minutes")).await;
        assert!(minutes.text().contains("Ban giám khảo bỏ phiếu 4/5"), "the decision stands in the minutes");
        site.work().await;
    }
}

/// Gives every work an address; the third speaks English.
async fn addresses(site: &Site) {
    use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
    let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
    let tx = db::begin(&site.app.db).await.unwrap();
    for row in rows {
        let (number, title) = (row.number.unwrap(), row.title.clone());
        let mut row = row.into_active_model();
        row.email = Set(Some(format!("so{number}@example.vn")));
        row.lang = Set(if title == "Ba" { "en" } else { "vi" }.to_owned());
        row.update(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Strikes a work out, as a recorded act of the committee does.
async fn disqualify(site: &Site, row: entity::entry::Model) {
    use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
    let tx = db::begin(&site.app.db).await.unwrap();
    let mut row = row.into_active_model();
    row.state = Set(entity::entry::State::Disqualified);
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}
