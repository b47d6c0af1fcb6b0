//! Accounts and letters, through the doors.

use actix_web::http::StatusCode;
use entity::id::ComplaintId;
use entity::{complaint, letter};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

use crate::support::both;

both! {
    async fn a_session_is_ended_one_by_one_and_a_password_ends_all_others(site: Site) {
        let mut one = site.signed_in("an@example.vn").await;
        site.set_clock("2026-04-01T01:01:00Z");
        let mut two = site.signed_in("an@example.vn").await;
        site.set_clock("2026-04-01T01:02:00Z");
        let mut three = site.signed_in("an@example.vn").await;
        let mut other = site.signed_in("binh@example.vn").await;

        let page = two.get("/account").await;
        let ends = page.attributes("form[action$='/end'][action*='sessions/0']", "action");
        other.post(&ends[1], &[]).await;
        let untouched = one.get("/account").await.status;
        two.post(&ends[1], &[]).await;
        let ended = one.get("/account").await.status;
        let short = [("password", "mười hai ký"), ("again", "mười hai ký")];
        let weak = two.post("/account/password", &short).await;
        let good = [("password", "trời xanh mây trắng"), ("again", "trời xanh mây trắng")];
        let kept = two.post("/account/password", &good).await;
        let without = two.post("/account/password", &good).await;

        assert_eq!(ends.len(), 2, "this browser's own has no button");
        assert_eq!((untouched, ended), (StatusCode::OK, StatusCode::UNAUTHORIZED));
        assert_eq!(weak.all("[role=alert] li").len(), 1);
        assert_eq!(kept.all("[role=status]").len(), 1, "{}", kept.text());
        assert_eq!(without.all("[role=alert] li").len(), 1, "the present one is asked for");
        assert_eq!(three.get("/account").await.status, StatusCode::UNAUTHORIZED);
        let form = [("email", "an@example.vn"), ("password", "trời xanh mây trắng")];
        assert_eq!(site.browser().post("/session", &form).await.status, StatusCode::SEE_OTHER);
    }

    async fn whoever_is_signed_in_gets_all_their_data_and_nobody_elses(site: Site) {
        site.units().await;
        let mut lead = site.leads("ldld-thi-diem", "an@example.vn").await;
        let mut other = site.signed_in("binh@example.vn").await;

        let own = lead.get("/account/data.json").await.json();
        let theirs = other.get("/account/data.json").await;

        assert_eq!(own["account"]["email"], "an@example.vn");
        assert_eq!(own["offices"].as_array().unwrap().len(), 1);
        assert_eq!(own["sessions"].as_array().unwrap().len(), 1);
        assert!(own["account"].get("password_hash").is_none());
        assert!(!theirs.text().contains("an@example.vn"), "{}", theirs.text());
        assert_eq!(site.browser().get("/account/data.json").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn ones_own_data_holds_letters_complaints_and_acts_and_says_what_it_leaves_out(site: Site) {
        site.units().await;
        let contest = crate::story::announce(site, &crate::story::staged("")).await;
        let mut an = site.signed_in("an@example.vn").await;
        let mut binh = site.signed_in("binh@example.vn").await;
        an.post("/account/name", &[("name", "Nguyễn Thị An")]).await;
        let complaint = |contact: &str, body: &str| complaint::ActiveModel {
            id: Set(ComplaintId::new()),
            contest_id: Set(contest),
            code: Set(contact.chars().take(8).collect()),
            name: Set("Ai đó".to_owned()),
            contact: Set(contact.to_owned()),
            body: Set(body.to_owned()),
            filed_at: Set(site.app.clock.now()),
            ..Default::default()
        };
        let filed = [complaint("e-mail: An@Example.vn", "Đếm nhầm."), complaint("binh@example.vn", "Chấm lệch.")];
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        complaint::Entity::insert_many(filed).exec_without_returning(&tx).await.unwrap();
        tx.commit().await.unwrap();

        let own = an.get("/account/data.json").await.json();
        let other = binh.get("/account/data.json").await.json();

        let all = |data: &serde_json::Value, list: &str, field: &str| -> Vec<serde_json::Value> {
            data[list].as_array().unwrap().iter().map(|one| one[field].clone()).collect()
        };
        assert_eq!(all(&own, "letters", "kind"), ["code"]);
        assert!(own["letters"][0]["subject"].as_str().unwrap().contains("Mã"), "{own}");
        assert_eq!(own["letters"][0]["body"], serde_json::Value::Null, "no code stands in the file");
        assert_eq!(all(&own, "complaints", "body"), ["Đếm nhầm."]);
        assert_eq!(all(&other, "complaints", "body"), ["Chấm lệch."]);
        assert_eq!(all(&own, "acts", "act"), ["đổi họ tên"]);
        assert_eq!(all(&other, "acts", "act").len(), 0);
        let left_out = own["not_in_this_file"].as_array().unwrap();
        for what in ["Tệp gốc", "chưa đăng nhập", "Phiếu bình chọn", "Điểm", "Mã đăng nhập"] {
            assert!(left_out.iter().any(|said| said.as_str().unwrap().contains(what)), "{what}: {left_out:?}");
        }
    }

    async fn a_letter_that_failed_is_shown_with_its_reason_and_sent_again(site: Site) {
        site.admin("admin@example.vn").await;
        let mut admin = site.signed_in("admin@example.vn").await;
        let mut other = site.signed_in("an@example.vn").await;
        let row = letter::Entity::find().one(&site.app.db).await.unwrap().unwrap();
        let (id, to) = (row.id, row.recipient.clone());
        let mut row = row.into_active_model();
        row.state = Set(letter::State::Failed);
        row.last_error = Set(Some("550 no such mailbox".to_owned()));
        row.tries = Set(12);
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        site.letters();

        let list = admin.get("/desk/letters").await;
        let again = format!("/desk/letters/{id}/again");
        let refused = other.post(&again, &[]).await;
        admin.post(&again, &[]).await;
        admin.post(&again, &[]).await;
        let worked = site.work().await;

        let page = admin.get("/desk/letters").await;
        assert_eq!(page.all(".tabs [aria-current]").len(), 1);
        assert!(page.all(".tabs [aria-current]")[0].starts_with("Đã gửi"), "the first tab that is not empty: {}", page.text());
        assert!(list.text().contains("550 no such mailbox"), "{}", list.text());
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(other.get("/desk/letters").await.status, StatusCode::FORBIDDEN);
        assert_eq!((worked, site.letters().into_iter().map(|l| l.to).collect::<Vec<_>>()), (1, vec![to]));
        assert!(admin.get("/desk/letters?state=failed").await.all("tbody tr").is_empty());
    }
}
