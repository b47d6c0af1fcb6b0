//! Whom prizes go to: the next in line, nobody, whom people decide between, and nobody who is
//! erased.

use actix_web::http::StatusCode;
use entity::award::State as Award;
use entity::id::AwardId;
use entity::publication::State as Publication;
use hoithi::results::rank::Who;
use hoithi::{contest, db, results};
use sea_orm::EntityTrait;

use super::{PROPOSAL, PUBLICATION, RULES, alert, history, judged, rename};
use crate::story::{APPROVER, ORGANISER, STAGE, decide, publish};
use crate::support::{Site, both};

both! {
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

    async fn a_prize_stays_empty_where_the_rules_let_it_and_people_say_why(site: Site) {
        let (mut organiser, mut approver) = judged(site).await;
        let first = "label: Giải nhất, table: jury, count: 1";
        let text = crate::story::staged(&RULES.replace(first, &format!("{first}, may_stay_empty: true")));
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
        let won = crate::story::prizes(site, STAGE).await;
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
        let text = crate::story::staged(&RULES.replace(prizes, &more));
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
        let won = crate::story::prizes(site, STAGE).await;
        assert_eq!(won["Giải ba"], ["Ba", "Năm"]);
        let minutes = organiser.get(&format!("/desk/contests/{STAGE}/minutes")).await;
        assert!(minutes.text().contains("Ban giám khảo bỏ phiếu 4/5"), "the decision stands in the minutes");
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
}
