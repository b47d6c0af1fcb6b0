//! What goes up to the contest above, and what becomes of it there.

use actix_web::http::StatusCode;
use entity::id::PublicationId;
use entity::{audit_log, contributor, entry, part, promotion, publication, rendition};
use hoithi::contest::apply::{Change, Error, apply};
use hoithi::contest::document;
use hoithi::{contest, db, results};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set,
};

use super::story::{
    APPROVER, ORGANISER, STAGE, Work, accept_all, announce, enter, publish, staged,
};
use crate::support::{Browser, Site, both};

const ABOVE: &str = "
slug: cap-tren
title: Cấp trên
unit: tong-lien-doan
phases:
  - { key: intake, kind: intake, opens: 2026-04-01, closes: 2026-04-11 }
  - { key: vote, kind: voting, opens: 2026-04-12, closes: 2026-04-30 }
voting: { phase: vote }
categories:
  - { key: photo, title: Ảnh, slots: [{ key: photo, kind: photo, label: Ảnh dự thi }] }
declarations:
  - { key: original, text: Tôi cam kết đây là ảnh gốc. }
";

/// Three works of a contest that sends all of them up, its result published; the entrants' browsers
/// with the works' codes.
async fn sent_up(site: &Site) -> Vec<(Browser, String)> {
    site.units().await;
    announce(site, ABOVE).await;
    announce(site, &staged("parent: cap-tren\npromotion: { count: { max: 5 }, basis: all }")).await;
    let mut entrants = Vec::new();
    for (n, title) in [(1, "Một"), (2, "Hai"), (3, "Ba")] {
        let work = Work {
            title: title.into(),
            name: format!("Tác giả {title}"),
            phone: format!("091500000{n}"),
            seed: n,
            agree: &["original"],
            ..Work::of(STAGE, "photo", "td-kcn")
        };
        let mut browser = site.browser();
        let code = enter(&mut browser, &work).await;
        entrants.push((browser, code));
    }
    site.leads("ldld-thi-diem", ORGANISER).await;
    site.set_clock("2026-04-06T01:00:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    accept_all(&mut organiser, STAGE).await;
    site.set_clock("2026-04-11T01:00:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    let mut approver = site.signed_in(APPROVER).await;
    publish(&mut organiser, &mut approver, STAGE).await;
    site.work().await;
    site.letters();
    entrants
}

/// Three accepted works of one unit in a contest that sends works up by this rule, to a contest with
/// these quotas; who organises it and who approves, on the day of the announcement.
async fn three(site: &Site, quotas: &str, rule: &str) -> (Browser, Browser) {
    site.units().await;
    announce(site, &ABOVE.replace("declarations:", &format!("quotas: [{quotas}]\ndeclarations:")))
        .await;
    let rules = format!("parent: cap-tren\npromotion: {{ count: {rule} }}");
    super::story::stage_of(site, &staged(&rules), &["Một", "Hai", "Ba"]).await;
    site.set_clock("2026-04-11T01:00:00Z");
    (site.signed_in(ORGANISER).await, site.signed_in(APPROVER).await)
}

async fn of(site: &Site, slug: &str) -> Vec<entry::Model> {
    let id = contest::by_slug(&site.app.db, slug).await.unwrap().id();
    let rows = entry::Entity::find().filter(entry::Column::ContestId.eq(id));
    rows.order_by_asc(entry::Column::Number).all(&site.app.db).await.unwrap()
}

/// What the log says was done in this way, oldest first.
async fn acts(site: &Site, act: &str) -> Vec<audit_log::Model> {
    let rows = audit_log::Entity::find().filter(audit_log::Column::Act.eq(act));
    rows.order_by_asc(audit_log::Column::Seq).all(&site.app.db).await.unwrap()
}

async fn again(site: &Site, id: PublicationId) {
    let tx = db::begin(&site.app.db).await.unwrap();
    let fresh = || unreachable!("nothing new goes up");
    results::promote(&tx, id, fresh, site.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

both! {
    async fn a_work_goes_up_with_its_files_people_and_provenance_and_only_once(site: Site) {
        sent_up(site).await;
        let row = publication::Entity::find().one(&site.app.db).await.unwrap().unwrap();

        again(site, row.id).await;

        let (below, above) = (of(site, STAGE).await, of(site, "cap-tren").await);
        let told = |rows: &[entry::Model]| rows.iter().map(|e| (e.title.clone(), e.entrant_name.clone(), e.unit_id, e.phone.clone())).collect::<Vec<_>>();
        assert_eq!(told(&above), told(&below));
        assert!(above.iter().all(|entry| entry.state == entry::State::Submitted), "it is checked anew");
        assert_eq!(above.iter().map(|e| e.promoted_from).collect::<Vec<_>>(), below.iter().map(|e| Some(e.id)).collect::<Vec<_>>());
        let rows = promotion::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(rows.len(), 3);
        for row in rows {
            assert_eq!(row.basis, format!("publication:{}", publication::Entity::find().one(&site.app.db).await.unwrap().unwrap().id));
        }
        for (from, to) in below.iter().zip(&above) {
            let files = async |entry: &entry::Model| {
                let rows = part::Entity::find().filter(part::Column::EntryId.eq(entry.id));
                rows.all(&site.app.db).await.unwrap().into_iter().map(|row| (row.slot_key, row.file_id)).collect::<Vec<_>>()
            };
            assert_eq!(files(from).await, files(to).await);
            let people = contributor::Entity::find().filter(contributor::Column::EntryId.eq(to.id));
            assert_eq!(people.all(&site.app.db).await.unwrap().len(), 1);
        }
        let approver = site.person(APPROVER).await;
        let said = below.iter().zip(&above).map(|(from, to)| {
            let after = serde_json::json!({ "contest": to.contest_id, "entry": to.id });
            (from.contest_id, format!("entry:{}", from.id), Some(approver), Some(after))
        });
        let logged: Vec<_> = acts(site, "entry-promoted").await.into_iter().map(|row| (row.contest_id.unwrap(), row.subject, row.actor_id, row.after)).collect();
        assert_eq!(logged, said.collect::<Vec<_>>(), "each once");
    }

    async fn the_way_up_is_shown_to_both_contests(site: Site) {
        sent_up(site).await;
        site.set_clock("2026-04-11T03:00:00Z");
        let mut below = site.signed_in(ORGANISER).await;
        let mut above = site.signed_in(APPROVER).await;

        let sent = below.get(&format!("/desk/contests/{STAGE}/promotion")).await;
        let came = above.get("/desk/contests/cap-tren/promotion").await;

        assert_eq!(sent.all("ol li a"), ["Một", "Hai", "Ba"]);
        assert!(sent.text().contains("Gửi nhiều nhất 5 bài."), "{}", sent.text());
        assert_eq!(sent.all("form[action$='/promotion']").len(), 0, "what went up is not chosen any more");
        assert_eq!(came.all("h3"), ["Ảnh đẹp"]);
        let codes: Vec<String> = of(site, "cap-tren").await.into_iter().map(|row| format!("/desk/contests/cap-tren/screening/{}", row.code)).collect();
        assert_eq!(came.attributes("article li a", "href"), codes, "each leads to the work here");
        assert!(came.text().contains("Tác giả Một"));
        assert_eq!(came.all(".tag.warn").len(), 0, "nothing is missing");
    }

    async fn an_officer_names_what_goes_up_and_is_told_what_is_missing(site: Site) {
        site.units().await;
        announce(site, ABOVE).await;
        let rule = "parent: cap-tren
promotion: { count: { min: 1, max: 2 }, basis: chosen }";
        let codes = super::story::stage_of(site, &staged(rule), &["Một", "Hai", "Ba"]).await;
        let mut officer = site.signed_in(ORGANISER).await;
        let at = format!("/desk/contests/{STAGE}/promotion");

        let nobody = officer.get(&at).await;
        let unknown = officer.post(&at, &[("codes", "ZZZZZZZZ"), ("reason", "Theo biên bản")]).await;
        let silent = officer.post(&at, &[("codes", codes[0].as_str())]).await;
        let typed = format!("{}
{}", codes[2].to_lowercase(), codes[0]);
        let named = officer.post(&at, &[("codes", typed.as_str()), ("reason", "Theo biên bản")]).await;
        let after = officer.get(&at).await;

        assert_eq!(nobody.all(".notice.warn").len(), 1, "too few");
        assert_eq!(unknown.all("[role=alert] li"), ["Không có bài hợp lệ nào mang mã ZZZZZZZZ trong cuộc thi này."]);
        assert_eq!(unknown.all("textarea"), ["ZZZZZZZZ"]);
        assert_eq!(silent.all("[role=alert] li").len(), 1, "a reason is needed");
        assert_eq!(named.status, StatusCode::SEE_OTHER);
        assert_eq!(after.all("ol li a"), ["Ba", "Một"]);
        assert_eq!(after.all(".notice.warn").len(), 0);
        let mut above = site.signed_in(APPROVER).await;
        let came = above.get("/desk/contests/cap-tren/promotion").await;
        assert_eq!(came.all(".tag.warn"), ["Chưa công bố kết quả"]);
    }

    async fn whoever_takes_a_work_back_takes_it_back_everywhere(site: Site) {
        let mut entrants = sent_up(site).await;
        site.set_clock("2026-04-11T01:10:00Z");
        let mut judge_of_above = site.signed_in(APPROVER).await;
        assert_eq!(accept_all(&mut judge_of_above, "cap-tren").await, 3);
        site.work().await;
        let above = of(site, "cap-tren").await;
        let page = format!("/entries/{}", above[0].code);
        assert_eq!(site.browser().get(&page).await.status, StatusCode::OK);

        let (browser, code) = &mut entrants[0];
        let gone = browser.post(&format!("/receipts/{code}/withdrawal"), &[]).await;
        site.set_clock("2026-04-11T01:12:00Z");

        assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());
        let states = of(site, "cap-tren").await.into_iter().map(|entry| entry.state).collect::<Vec<_>>();
        assert_eq!(states, [entry::State::Withdrawn, entry::State::Accepted, entry::State::Accepted]);
        assert_eq!(site.browser().get(&page).await.status, StatusCode::NOT_FOUND);
        let below = of(site, STAGE).await;
        let left: Vec<_> = acts(site, "entry-withdrawn").await.into_iter().map(|row| (row.contest_id.unwrap(), row.subject, row.role, row.before.unwrap()["state"].clone())).collect();
        let author = |entry: &entry::Model, state: &str| (entry.contest_id, format!("entry:{}", entry.id), "author".to_owned(), state.into());
        assert_eq!(left, [author(&below[0], "accepted"), author(&above[0], "accepted")], "below and above");
        let files = part::Entity::find().filter(part::Column::EntryId.eq(above[0].id));
        for part in files.all(&site.app.db).await.unwrap() {
            let copies = rendition::Entity::find().filter(rendition::Column::FileId.eq(part.file_id.unwrap()));
            assert_eq!(copies.all(&site.app.db).await.unwrap().len(), 0, "no public copy is left");
        }
    }

    async fn an_author_whom_only_a_browser_knows_votes_for_no_copy_of_their_work_above(site: Site) {
        let mut entrants = sent_up(site).await;
        site.set_clock("2026-04-11T01:10:00Z");
        let mut screener = site.signed_in(APPROVER).await;
        assert_eq!(accept_all(&mut screener, "cap-tren").await, 3);
        site.work().await;
        let above = of(site, "cap-tren").await;
        // As if the third had come by a contest between, with the work of the first.
        let tx = db::begin(&site.app.db).await.unwrap();
        entry::Entity::update_many()
            .col_expr(entry::Column::PromotedFrom, Expr::value(above[0].id))
            .filter(entry::Column::Id.eq(above[2].id))
            .exec(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        site.set_clock("2026-04-12T01:00:00Z");
        let (author, _) = &mut entrants[0];
        author.get(&format!("/entries/{}", above[0].code)).await;

        let mut said = Vec::new();
        for work in &above {
            let vote = author.post_for_json(&format!("/entries/{}/vote", work.code), &[]).await;
            said.push(vote.json()["errors"][0]["code"].as_str().unwrap_or("counted").to_owned());
        }

        assert_eq!(said, ["own-entry", "counted", "own-entry"]);
    }

    async fn whoever_has_a_work_erased_is_named_nowhere_any_more(site: Site) {
        let mut entrants = sent_up(site).await;
        let (browser, code) = &mut entrants[1];

        let erased = browser.post(&format!("/receipts/{code}/erasure"), &[]).await;

        assert_eq!(erased.status, StatusCode::SEE_OTHER, "{}", erased.text());
        let rows = entry::Entity::find().all(&site.app.db).await.unwrap();
        let named = rows.iter().filter(|row| row.entrant_name.contains("Hai") || row.title == "Hai" || row.phone.as_deref() == Some("0915000002"));
        assert_eq!(named.count(), 0);
        let people = contributor::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(people.iter().filter(|who| who.name.contains("Hai")).count(), 0);
        assert_eq!(people.len(), 4, "two works below and two above keep theirs");
    }

    async fn more_than_the_contest_above_takes_of_a_unit_does_not_go_up(site: Site) {
        let (mut organiser, mut approver) = three(site, "{ per: unit, max: 2 }", "{ min: 1, max: 3 }, basis: all").await;
        let desk = format!("/desk/contests/{STAGE}");

        let stopped = organiser.post(&format!("{desk}/proposal"), &[("act", "propose")]).await;
        let results = organiser.get(&format!("{desk}/results")).await;
        let page = organiser.get(&format!("{desk}/promotion")).await;
        let above = document::read(&ABOVE.replace("declarations:", "quotas: [{ per: unit, max: 3 }]\ndeclarations:")).unwrap();
        let change = Change { reason: "Nâng hạn mức".to_owned(), notice: "Mỗi đơn vị được gửi ba bài".to_owned() };
        let tx = db::begin(&site.app.db).await.unwrap();
        apply(&tx, &above, None, &change, site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        publish(&mut organiser, &mut approver, STAGE).await;
        site.work().await;

        let said = "nhận tối đa 2 bài của mỗi đơn vị. Đơn vị “Công đoàn các khu";
        for told in [stopped.text(), results.text(), page.text()] {
            assert!(told.contains(said) && told.contains("gửi thêm 3 bài"), "{told}");
        }
        assert_eq!(of(site, "cap-tren").await.len(), 3);
    }

    async fn a_cap_of_a_person_or_of_the_whole_contest_above_is_kept_too(site: Site) {
        let (mut organiser, _) = three(site, "{ per: contest, max: 2 }, { per: person, max: 1 }", "{ min: 1, max: 3 }, basis: all").await;
        let rows = of(site, STAGE).await;
        let mut row = rows[1].clone().into_active_model();
        row.phone = Set(rows[0].phone.clone());
        let tx = db::begin(&site.app.db).await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();

        let stopped = organiser.post(&format!("/desk/contests/{STAGE}/proposal"), &[("act", "propose")]).await;

        let told = stopped.all(".notice li").join(" ");
        assert!(told.contains("nhận tối đa 2 bài và đã có 0 bài, kết quả này gửi thêm 3 bài"), "{told}");
        assert!(told.contains("tối đa 1 bài của mỗi người. “Tác giả Một” đã có 0 bài ở đó, kết quả này gửi thêm 2 bài"), "{told}");
    }

    async fn what_came_in_above_since_the_result_counts_against_the_cap(site: Site) {
        let (mut organiser, mut approver) = three(site, "{ per: unit, max: 3 }", "{ min: 1, max: 3 }, basis: all").await;
        publish(&mut organiser, &mut approver, STAGE).await;
        let direct = Work {
            title: "Gửi thẳng".to_owned(),
            name: "Tác giả Tư".to_owned(),
            phone: "0915000004".to_owned(),
            seed: 4,
            agree: &["original"],
            ..Work::of("cap-tren", "photo", "td-kcn")
        };
        enter(&mut site.browser(), &direct).await;
        let row = publication::Entity::find().one(&site.app.db).await.unwrap().unwrap();

        let tx = db::begin(&site.app.db).await.unwrap();
        let refused = results::promote(&tx, row.id, || unreachable!("none goes up"), site.app.clock.now()).await;
        drop(tx);

        assert!(matches!(refused, Err(results::Error::Problems(all)) if all.len() == 1));
        assert_eq!(of(site, "cap-tren").await.len(), 1);
        site.jobs_may_wait();
    }

    async fn a_contest_goes_up_only_to_one_of_a_unit_above_its_own(site: Site) {
        site.units().await;
        announce(site, &ABOVE.replace("tong-lien-doan", "td-kcn")).await;
        let below = document::read(&staged("parent: cap-tren")).unwrap();

        let tx = db::begin(&site.app.db).await.unwrap();
        let refused = apply(&tx, &below, None, &Change::default(), site.app.clock.now()).await;
        drop(tx);

        let Err(Error::Findings(found)) = refused else { panic!("{refused:?}") };
        assert_eq!(found.iter().map(|one| (one.path.as_str(), one.code)).collect::<Vec<_>>(), [("/unit", "lint-unit-not-below")]);
    }
}
