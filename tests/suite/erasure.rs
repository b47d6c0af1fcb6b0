//! Whole people are erased: by themselves, or at their request.

use actix_web::http::StatusCode;
use entity::entry::State;
use entity::{audit_log, complaint, crew, entry, file, letter, officer, session, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::story::{STAGE, Work, announce, enter, stage, staged};
use crate::support::{Site, both};

const MAIL: &str = "hoa@example.vn";

async fn row(site: &Site, id: entity::id::UserId) -> user::Model {
    user::Entity::find_by_id(id).one(&site.app.db).await.unwrap().unwrap()
}

fn work(n: u8) -> Work<'static> {
    Work {
        title: format!("Bài {n}"),
        name: "Nguyễn Thị Hoa".to_owned(),
        phone: "0912345678".to_owned(),
        seed: n,
        agree: &["original"],
        ..Work::of(STAGE, "photo", "td-kcn")
    }
}

both! {
    async fn an_account_is_erased_with_works_drafts_files_letters_and_offices(site: Site) {
        site.units().await;
        announce(site, &staged("")).await;
        let mut hoa = site.leads("td-kcn", MAIL).await;
        let id = site.person(MAIL).await;
        let code = enter(&mut hoa, &work(1)).await;
        let begun = hoa.post_files(&format!("/contests/{STAGE}/entries"), &[("category", "photo")], &[]).await;
        let draft = begun.location.unwrap().split('/').nth(2).unwrap().to_owned();
        let told = format!("slot {}", data_encoding::BASE64.encode(b"photo"));
        let headers = [("tus-resumable", "1.0.0"), ("upload-length", "1000"), ("upload-metadata", told.as_str())];
        hoa.send(actix_web::http::Method::POST, &format!("/drafts/{draft}/uploads"), &headers, Vec::new()).await;
        site.work().await;
        let shown = hoa.get("/account").await;
        assert!(shown.text().contains("Tôi cam kết đây là ảnh gốc."), "consents stand there: {}", shown.text());

        let unsure = hoa.post("/account/erasure", &[("confirm", "hoa")]).await;
        assert_eq!(unsure.all("[role=alert] li").len(), 1);
        assert_eq!(row(site, id).await.email.as_deref(), Some(MAIL), "nothing is erased by mistake");
        let done = hoa.post("/account/erasure", &[("confirm", " Hoa@example.vn")]).await;

        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        assert!(done.text().contains("bị xóa theo: 2"), "{}", done.text());
        let left = row(site, id).await;
        assert_eq!((left.name.as_str(), left.email, left.password_hash), ("—", None, None));
        assert!(left.erased_at.is_some() && left.disabled_at.is_some());
        assert_eq!(hoa.get("/account").await.status, StatusCode::UNAUTHORIZED, "signed in nowhere");
        let db = &site.app.db;
        assert!(session::Entity::find().filter(session::Column::UserId.eq(id)).one(db).await.unwrap().is_none());
        assert!(letter::Entity::find().filter(letter::Column::Recipient.eq(MAIL)).one(db).await.unwrap().is_none());
        let offices = officer::Entity::find().filter(officer::Column::UserId.eq(id)).all(db).await.unwrap();
        assert!(!offices.is_empty() && offices.iter().all(|office| office.valid_to.is_some()));
        let works = entry::Entity::find().all(db).await.unwrap();
        assert_eq!(works.len(), 2);
        for work in &works {
            assert_eq!(work.state, State::Withdrawn);
            let said = [&work.title, &work.entrant_name, &work.shown_name, &work.search_text];
            assert!(said.iter().all(|text| text.is_empty()), "{work:?}");
            assert_eq!((work.author_id, &work.phone, &work.email), (None, &None, &None));
            assert!(site.app.spool.open(work.id).unwrap().is_empty(), "no bytes are left");
        }
        for file in file::Entity::find().all(db).await.unwrap() {
            assert!(site.app.store.get(&file.storage_key).await.is_err(), "originals are gone");
            assert_eq!((file.owner_id, file.name.as_str()), (None, ""));
        }
        assert_eq!(site.browser().get(&format!("/entries/{code}")).await.status, StatusCode::NOT_FOUND);
        let acts = audit_log::Entity::find().filter(audit_log::Column::Act.eq("account-erased"));
        assert_eq!(acts.all(db).await.unwrap().len(), 1);
        assert_eq!(hoithi::audit::verify(db).await.unwrap(), hoithi::audit::Verdict::Whole(audit_log::Entity::find().all(db).await.unwrap().len() as u64));
        site.work().await;
        let anew = site.signed_in(MAIL).await.get("/account").await;
        assert!(!anew.text().contains("cam kết"), "the address begins from nothing");
    }

    async fn what_somebody_decided_stays_without_their_name(site: Site) {
        stage(site, "", &["Một"]).await;
        let id = site.person(crate::story::ORGANISER).await;
        let mut organiser = site.signed_in(crate::story::ORGANISER).await;
        let before = audit_log::Entity::find().filter(audit_log::Column::ActorId.eq(id)).all(&site.app.db).await.unwrap().len();

        organiser.post("/account/erasure", &[("confirm", crate::story::ORGANISER)]).await;

        assert_eq!(row(site, id).await.name, "—");
        let after = audit_log::Entity::find().filter(audit_log::Column::ActorId.eq(id)).all(&site.app.db).await.unwrap().len();
        assert_eq!(after, before + 1, "the log stays, and tells of the erasure");
        let parts = crew::Entity::find().filter(crew::Column::UserId.eq(id)).all(&site.app.db).await.unwrap();
        assert!(parts.iter().all(|part| part.ended_at.is_some()));
        let works = entry::Entity::find().filter(entry::Column::State.eq(State::Accepted));
        assert_eq!(works.all(&site.app.db).await.unwrap().len(), 1, "works of others stay");
        site.work().await;
    }

    async fn nobody_leaves_a_site_without_an_administrator_or_a_round_without_a_judge(site: Site) {
        let rounds = "rounds:
  - { key: final, title: Chung khảo, phase: final, criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }";
        stage(site, rounds, &["Một"]).await;
        let mut admin = site.signed_in("quantri@example.vn").await;
        let panel = format!("/desk/contests/{STAGE}/rounds/final");
        let mut judge = crate::story::seat(site, &mut admin, &panel, &["giamkhao@example.vn"]).await.remove(0);

        let seated = judge.post("/account/erasure", &[("confirm", "giamkhao@example.vn")]).await;
        let last = admin.post("/account/erasure", &[("confirm", "quantri@example.vn")]).await;

        assert!(seated.all("[role=alert] li").join(" ").contains("phiếu chấm chưa chốt ở Ảnh đẹp"), "{}", seated.text());
        assert!(last.all("[role=alert] li").join(" ").contains("quản trị viên duy nhất"), "{}", last.text());
        assert_eq!(judge.get("/account").await.status, StatusCode::OK);
        site.work().await;
    }

    async fn the_last_two_administrators_do_not_both_go_at_once(site: Site) {
        let (first, _) = (site.admin("mot@example.vn").await, site.admin("hai@example.vn").await);
        let mut second = site.signed_in("hai@example.vn").await;
        let now = site.app.clock.now();
        let held = hoithi::db::begin(&site.app.db).await.unwrap();
        hoithi::account::erase(&held, first, first, now).await.unwrap();

        let other = second.post("/account/erasure", &[("confirm", "hai@example.vn")]);
        let release = async {
            actix_web::rt::time::sleep(std::time::Duration::from_millis(300)).await;
            held.commit().await.unwrap();
        };
        let (other, ()) = tokio::join!(other, release);

        assert!(other.all("[role=alert] li").join(" ").contains("quản trị viên duy nhất"), "{}", other.text());
        assert_eq!(hoithi::account::admins(&site.app.db).await.unwrap(), 1);
        site.work().await;
    }

    async fn a_judge_who_is_erased_leaves_the_panels_of_rounds_that_wait(site: Site) {
        let rounds = "rounds:
  - { key: final, title: Chung khảo, phase: final, criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }";
        stage(site, rounds, &["Một"]).await;
        let mut admin = site.signed_in("quantri@example.vn").await;
        let panel = format!("/desk/contests/{STAGE}/rounds/final");
        for email in ["giamkhao@example.vn", "khac@example.vn"] {
            admin.post(&format!("{panel}/seats"), &[("name", email), ("email", email)]).await;
        }
        site.work().await;
        let id = site.person("giamkhao@example.vn").await;
        let mut judge = site.signed_in("giamkhao@example.vn").await;

        let done = judge.post("/account/erasure", &[("confirm", "giamkhao@example.vn")]).await;
        let page = admin.get(&panel).await;
        let opened = admin.post(&panel, &[("act", "open"), ("sure", "yes")]).await;

        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        assert!(page.all("th").iter().any(|name| name.contains("đã rời")), "{}", page.text());
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
        let db = &site.app.db;
        let seats = entity::seat::Entity::find().filter(entity::seat::Column::UserId.eq(id)).all(db).await.unwrap();
        assert!(seats.iter().all(|seat| seat.left_at.is_some()) && seats.len() == 1, "{seats:?}");
        let given = entity::assignment::Entity::find().filter(entity::assignment::Column::SeatId.eq(seats[0].id));
        assert!(given.all(db).await.unwrap().is_empty(), "no work lies with nobody");
        let left = audit_log::Entity::find().filter(audit_log::Column::Act.eq("judge-left"));
        assert_eq!(left.all(db).await.unwrap().len(), 1);
        site.work().await;
    }

    async fn whoever_is_erased_is_found_under_every_spelling(site: Site) {
        stage(site, "", &[]).await;
        site.set_clock("2026-04-02T01:00:00Z");
        for (n, phone) in (1..).zip(["+84 912 345 678", "0912.345.678", "0084912345678"]) {
            enter(&mut site.browser(), &Work { phone: phone.to_owned(), ..work(n) }).await;
        }
        let before = entry::Entity::find().all(&site.app.db).await.unwrap();
        site.set_clock("2026-04-12T01:00:00Z");
        for contact in ["An@Ex.VN, ĐT +84 912-345-678", "an@ex.vn", "0987654321"] {
            let form = [("name", "Nguyễn Thị Hoa"), ("contact", contact), ("body", "Sai điểm")];
            site.browser().post(&format!("/contests/{STAGE}/complaints"), &form).await;
        }
        let mut admin = site.signed_in("quantri@example.vn").await;

        let done = admin.post("/desk/erasures", &[("contact", " +84 (0)912 345 678"), ("sure", "on")]).await;
        let once = complaint::Entity::find().all(&site.app.db).await.unwrap();
        site.person("an@ex.vn").await;
        admin.post("/desk/erasures", &[("contact", "An@EX.vn"), ("sure", "on")]).await;

        assert!(before.iter().all(|work| work.phone.as_deref() == Some("0912345678")), "{before:?}");
        assert!(done.all("[role=status]").join(" ").contains("bị xóa theo: 3"), "{}", done.text());
        let left = |filed: Vec<complaint::Model>| {
            let mut left: Vec<String> = filed.into_iter().map(|one| one.contact).collect();
            left.sort();
            left
        };
        assert_eq!(left(once), ["0987654321", "an@ex.vn", "—"]);
        let after = complaint::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(left(after), ["0987654321", "—", "—"]);
        site.work().await;
    }

    async fn people_without_an_account_are_erased_at_their_request_by_whoever_runs_the_site(site: Site) {
        stage(site, "", &[]).await;
        site.set_clock("2026-04-02T01:00:00Z");
        enter(&mut site.browser(), &work(1)).await;
        enter(&mut site.browser(), &Work { phone: "0987654321".to_owned(), ..work(2) }).await;
        site.set_clock("2026-04-12T01:00:00Z");
        let form = [("name", "Nguyễn Thị Hoa"), ("contact", "0912345678"), ("body", "Sai điểm")];
        site.browser().post(&format!("/contests/{STAGE}/complaints"), &form).await;
        let filed = complaint::Entity::find().all(&site.app.db).await.unwrap();
        let mut admin = site.signed_in("quantri@example.vn").await;
        let mut lead = site.signed_in(crate::story::ORGANISER).await;
        let at = "/desk/erasures";

        let forbidden = lead.post(at, &[("contact", "0912345678"), ("sure", "on")]).await;
        let unasked = admin.post(at, &[("contact", "0912345678")]).await;
        let unknown = admin.post(at, &[("contact", "0999999999"), ("sure", "on")]).await;
        let done = admin.post(at, &[("contact", "0912345678"), ("sure", "on")]).await;

        assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
        assert_eq!((unasked.status, unknown.status), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY));
        assert!(done.all("[role=status]").join(" ").contains("bị xóa theo: 1"), "{}", done.text());
        let works = entry::Entity::find().all(&site.app.db).await.unwrap();
        let named: Vec<_> = works.iter().map(|work| (work.entrant_name.as_str(), work.phone.as_deref())).collect();
        assert!(named.contains(&("", None)) && named.contains(&("Nguyễn Thị Hoa", Some("0987654321"))), "{named:?}");
        assert_eq!(filed.len(), 1);
        for one in complaint::Entity::find().all(&site.app.db).await.unwrap() {
            assert_eq!((one.name.as_str(), one.contact.as_str(), one.body.as_str()), ("—", "—", "Sai điểm"));
        }
        site.work().await;
    }
}
