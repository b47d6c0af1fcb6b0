//! Those who are given something to do hear of it and find it, through the doors.

use actix_web::http::StatusCode;

use crate::story::{ORGANISER, STAGE, close, judge, seat, stage, stage_of, staged};
use crate::support::both;

const RULES: &str = "
rounds:
  - key: final
    title: Chung khảo
    phase: final
    criteria: [{ key: art, label: Nghệ thuật, max: 10 }]
tables:
  - { key: all, title: Kết quả, formula: [{ source: { round: final } }], ties: [decision] }
prizes: [{ key: first, label: Giải nhất, table: all, count: 1 }]
";

both! {
    async fn a_screener_hears_of_it_and_finds_the_entries_on_the_desk(site: Site) {
        stage(site, RULES, &["A"]).await;
        let mut organiser = site.signed_in(ORGANISER).await;
        let crew = format!("/desk/contests/{STAGE}/crew");
        let part = [("role", "screener"), ("name", "Lê Bình"), ("email", "binh@example.vn")];
        organiser.post(&crew, &part).await;
        organiser.post(&crew, &part).await;
        site.work().await;
        let letters = site.letters();

        let mut screener = site.signed_in("binh@example.vn").await;
        let room = format!("/desk/contests/{STAGE}/screening");
        let links = screener.get("/desk").await.attributes("main a", "href");
        let found = screener.get(&room).await;

        let theirs = letters.iter().filter(|letter| letter.to == "binh@example.vn");
        assert_eq!(theirs.count(), 1, "whoever is added twice hears of it once");
        let letter = letters.iter().find(|letter| letter.to == "binh@example.vn").unwrap();
        assert!(letter.subject.contains("Ảnh đẹp"), "{}", letter.subject);
        assert!(links.contains(&room), "{links:?}");
        assert_eq!(found.status, StatusCode::OK);
    }

    async fn a_round_opens_in_its_time_and_its_judges_hear_of_it(site: Site) {
        let from = |day: &str| format!("kind: round, opens: 2026-04-{day}");
        let rules = staged(RULES).replace(&from("06"), &from("07"));
        stage_of(site, &rules, &["A", "B"]).await;
        let mut organiser = site.signed_in(ORGANISER).await;
        let round = format!("/desk/contests/{STAGE}/rounds/final");
        let seat = [("name", "Lê Bình"), ("email", "binh@example.vn")];
        organiser.post(&format!("{round}/seats"), &seat).await;
        site.work().await;
        site.letters();

        let early = organiser.post(&round, &[("act", "open"), ("sure", "yes")]).await;
        site.work().await;
        let before = site.letters().len();
        site.set_clock("2026-04-07T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        site.work().await;
        site.letters();
        let opened = organiser.post(&round, &[("act", "open"), ("sure", "yes")]).await;
        site.work().await;
        let letters = site.letters();

        let said = early.all("[role=alert]").join(" ");
        assert!(said.contains("mới mở được"), "{said}");
        assert_eq!((before, opened.status), (0, StatusCode::SEE_OTHER), "{}", opened.text());
        let told: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
        assert_eq!(told, ["binh@example.vn"]);
    }

    async fn letters_to_judges_and_crew_are_in_the_language_that_each_chose(site: Site) {
        let rules = staged(RULES)
            .replace("title: Ảnh đẹp\n", "title: { vi: Ảnh đẹp, en: Fine photographs }\n")
            .replace("title: Chung khảo\n", "title: { vi: Chung khảo, en: Final }\n");
        stage_of(site, &rules, &["A"]).await;
        let mut english = site.signed_in("john@example.vn").await;
        site.signed_in("binh@example.vn").await;
        // Chosen before signing in, in the browser in which they sign in.
        let mut early = site.browser();
        early.post("/preferences", &[("lang", "en")]).await;
        site.set_clock("2026-04-06T01:10:00Z");
        english.post("/preferences", &[("lang", "en")]).await;
        early.post("/session/code", &[("email", "mary@example.vn")]).await;
        site.work().await;
        let code = site.letters().into_iter().find(|one| one.to == "mary@example.vn").expect("a code").body;
        let code = code.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).expect("six digits");
        let signed = early.post("/session", &[("email", "mary@example.vn"), ("code", code)]).await;
        assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text());
        site.set_clock("2026-04-06T01:20:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        site.work().await;
        site.letters();
        let round = format!("/desk/contests/{STAGE}/rounds/final");
        for email in ["john@example.vn", "binh@example.vn", "mary@example.vn"] {
            organiser.post(&format!("{round}/seats"), &[("name", email), ("email", email)]).await;
        }
        let part = [("role", "screener"), ("name", "John"), ("email", "john@example.vn")];
        organiser.post(&format!("/desk/contests/{STAGE}/crew"), &part).await;

        let opened = organiser.post(&round, &[("act", "open"), ("sure", "yes")]).await;
        site.work().await;
        let mut letters = site.letters();
        letters.sort_by(|one, other| (&one.to, &one.subject).cmp(&(&other.to, &other.subject)));

        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
        let subjects: Vec<_> = letters.iter().map(|one| (one.to.split('@').next().unwrap(), one.subject.as_str())).collect();
        assert_eq!(subjects, [
            ("binh", "Mời chấm thi – Ảnh đẹp"),
            ("binh", "Đã có bài để chấm – Ảnh đẹp"),
            ("john", "Entries wait to be judged – Fine photographs"),
            ("john", "Invitation to judge – Fine photographs"),
            ("john", "You are asked to help run a contest – Fine photographs"),
            ("mary", "Entries wait to be judged – Fine photographs"),
            ("mary", "Invitation to judge – Fine photographs"),
        ]);
        assert!(letters[2].body.contains("“Final”") && !letters[2].body.contains("ngày"), "{}", letters[2].body);
        assert!(letters[1].body.contains("“Chung khảo”"), "{}", letters[1].body);
    }

    async fn before_a_round_is_closed_nobody_has_won_and_no_order_is_asked_for(site: Site) {
        stage(site, RULES, &["A", "B"]).await;
        let mut organiser = site.signed_in(ORGANISER).await;

        let page = organiser.get(&format!("/desk/contests/{STAGE}/results")).await;

        assert!(page.text().contains("Chung khảo"), "{}", page.text());
        assert!(page.attributes("form[action$='/decisions']", "action").is_empty());
        assert!(!page.all("tbody").join(" ").contains("Giải nhất"), "{}", page.text());
    }

    async fn two_works_cannot_be_put_on_one_place(site: Site) {
        let codes = stage(site, RULES, &["A", "B"]).await;
        let mut organiser = site.signed_in(ORGANISER).await;
        let round = format!("/desk/contests/{STAGE}/rounds/final");
        let mut panel = seat(site, &mut organiser, &round, &["gk@example.vn"]).await;
        judge(&mut panel[0], |_| [("art", 800)].into()).await;
        close(&mut organiser, STAGE, "final").await;
        site.set_clock("2026-04-11T01:00:00Z");
        let mut organiser = site.signed_in(ORGANISER).await;
        let among: Vec<String> = {
            use sea_orm::EntityTrait;
            let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
            let rows = rows.iter().filter(|row| codes.contains(&row.code));
            rows.map(|row| {
                let who = hoithi::results::rank::Who::Entry(row.id);
                format!("order.{}", serde_json::to_string(&who).unwrap())
            })
            .collect()
        };
        let form = [("table", "all"), ("reason", "Biểu quyết"), (&among[0], "1"), (&among[1], "1")];

        let refused = organiser.post(&format!("/desk/contests/{STAGE}/decisions"), &form).await;

        assert_eq!(refused.status, StatusCode::OK);
        let said = refused.all("[role=alert]").join(" ");
        assert!(said.contains("cùng một thứ tự"), "{said}");
        assert_eq!(refused.attributes("input[name^='order.']", "value"), ["1", "1"], "what was typed stays");
        assert_eq!(refused.attributes("form[action$='/decisions'] input[name=reason]", "value"), ["Biểu quyết"]);
        site.jobs_may_wait();
    }
}
