//! Making a contest through the doors: a form, a few fields, a look, the announcement.

mod files;

use actix_web::http::StatusCode;
use entity::contest::State;
use hoithi::contest::definition::{Level, PhaseKind};
use hoithi::contest::{self, document, moment, outline};
use hoithi::web::pages::making::TEMPLATES;

use crate::support::{Site, both};

const FIELDS: [(&str, &str); 11] = [
    ("template", "photo"),
    ("title", "Ảnh đẹp mùa xuân"),
    ("unit", "ldld-thi-diem"),
    ("from", "2026-04-06"),
    ("to", "2026-04-30"),
    ("vote", "2026-05-10"),
    ("announce", "2026-05-15"),
    ("who", "unit"),
    ("voters", "code"),
    ("quota", "2"),
    ("judges", "an@example.vn\nbinh@example.vn"),
];

pub fn with<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let value = |name: &str| changed.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let mut fields: Vec<(&str, &str)> =
        FIELDS.iter().map(|(name, old)| (*name, value(name).unwrap_or(*old))).collect();
    let more = changed.iter().filter(|(name, _)| !FIELDS.iter().any(|(own, _)| own == name));
    fields.extend(more);
    fields
}

async fn slug(site: &Site) -> String {
    contest::all(&site.app.db).await.unwrap().first().expect("a contest").slug.clone()
}

#[test]
fn the_fields_of_every_form_put_back_change_nothing_but_the_language_of_the_title() {
    for (key, text) in TEMPLATES {
        let definition = document::read(text).unwrap();
        let mut again = definition.clone();
        outline::put(&mut again, &outline::fields(&definition)).unwrap();

        assert_eq!(again, definition, "{key}");
    }
}

#[test]
fn phases_move_along_with_the_days_between_which_they_lie() {
    let mut definition = document::read(TEMPLATES[0].1).unwrap();
    let days = [
        ("from", "2026-07-01"),
        ("to", "2026-07-31"),
        ("vote", "2026-08-20"),
        ("announce", "2026-08-25"),
    ];
    let days = days.map(|(name, day)| (name.to_owned(), day.to_owned()));

    outline::put(&mut definition, &days).unwrap();

    let of = |kind| {
        let phase = definition.phases_of(kind).next().unwrap();
        (phase.opens.0.as_str(), phase.closes.0.as_str())
    };
    assert_eq!(of(PhaseKind::Intake), ("2026-07-01", "2026-07-31"));
    assert_eq!(of(PhaseKind::Voting), ("2026-08-01", "2026-08-20"));
    assert_eq!(of(PhaseKind::Round), ("2026-08-01", "2026-08-20"));
    assert_eq!(of(PhaseKind::Announcement), ("2026-08-25", "2026-08-25"));
    assert_eq!(of(PhaseKind::Complaint), ("2026-08-25", "2026-09-08"));
}

both! {
    async fn an_officer_makes_and_announces_a_contest_from_a_form(site: Site) {
        site.units().await;
        let mut officer = site.leads("ldld-thi-diem", "lead@example.vn").await;

        let forms = officer.get("/desk/contests/new").await;
        assert_eq!(forms.all("main .contests a").len(), 6);
        let form = officer.get("/desk/contests/new?template=photo&length=weeks").await;
        assert_eq!(form.attributes("#from", "value"), ["2026-04-01"]);
        assert_eq!(form.attributes("#to", "value"), ["2026-04-15"]);

        let made = officer.post("/desk/contests", &FIELDS).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER);
        let slug = slug(site).await;
        assert_eq!(made.location, Some(format!("/desk/contests/{slug}/check")));
        let kept = contest::by_slug(&site.app.db, &slug).await.unwrap();
        assert_eq!(kept.definition.title.vi, "Ảnh đẹp mùa xuân");
        assert_eq!(kept.definition.voting.as_ref().unwrap().level, Level::Code);
        assert_eq!(kept.definition.quotas[0].max, Some(2));
        let intake = kept.windows(PhaseKind::Intake).next().unwrap();
        assert_eq!(intake.closes, moment::closes(&"2026-04-30".into()).unwrap());
        let round = contest::round_by_key(&site.app.db, kept.id(), "final").await.unwrap();
        assert_eq!(hoithi::judging::panel(&site.app.db, round.id).await.unwrap().len(), 2);

        let check = officer.get(&format!("/desk/contests/{slug}/check")).await;
        assert!(check.all("h1").contains(&"Ảnh đẹp mùa xuân".to_owned()));
        let missing = check.all(".tag.warn + *").len() + check.all(".tag.warn").len();
        assert!(missing > 0, "the plan and the contact are missing");
        let told = officer.post(&format!("/desk/contests/{slug}/announcement"), &[("sure", "yes")]).await;
        assert_eq!(told.status, StatusCode::SEE_OTHER);
        let after = officer.get(&format!("/desk/contests/{slug}/check")).await;
        let chat = after.all("#chat").concat();
        assert!(chat.contains("Ảnh đẹp mùa xuân"), "{chat}");
        assert!(chat.ends_with(&format!("http://localhost/contests/{slug}")), "{chat}");
        let code = site.browser().get(&format!("/contests/{slug}/qr.svg")).await;
        assert_eq!(code.status, StatusCode::OK);
        let public = site.browser().get(&format!("/contests/{slug}")).await;
        assert_eq!(public.all("h1"), ["Ảnh đẹp mùa xuân"]);
        assert_eq!(
            public.all("#conditions li"),
            [
                "Thuộc Liên đoàn Lao động tỉnh Thí Điểm (minh họa) hoặc đơn vị trực thuộc.",
                "Mỗi người gửi tối đa 2 bài.",
            ]
        );
        site.work().await;
    }

    async fn what_is_wrong_with_a_form_is_said_at_its_fields_and_nothing_typed_is_lost(site: Site) {
        site.units().await;
        let mut officer = site.leads("ldld-thi-diem", "lead@example.vn").await;
        for (name, value, sentence) in [
            ("to", "2026-09-31", "Không có ngày 2026-09-31: tháng này chỉ đến ngày 30."),
            ("announce", "2026-04-20", "Công bố kết quả trước khi hết hạn nhận bài."),
            ("quota", "hai", "“hai” không phải là số nguyên dùng được ở đây."),
            ("judges", "an", "“an” chưa có địa chỉ e-mail đúng. Mỗi dòng ghi họ tên và một địa chỉ, chẳng hạn: Lê Thị Bình binh@example.vn"),
            ("title", "", "Cuộc thi chưa có tên."),
        ] {
            let again = officer.post("/desk/contests", &with(&[(name, value)])).await;

            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(again.all(".notice.danger a").contains(&sentence.to_owned()), "{name}: {:?}", again.all(".notice.danger"));
            assert!(again.attributes(".notice.danger a", "href").contains(&format!("#{name}")), "{name}");
            assert_eq!(again.all(&format!("#{name}-fault")), [sentence], "{name}");
            if name != "title" {
                assert_eq!(again.attributes("#title", "value"), ["Ảnh đẹp mùa xuân"], "{name}");
            }
            if name != "judges" && name != "title" {
                assert_eq!(again.attributes(&format!("#{name}"), "value"), [value], "{name}");
            }
        }
        assert_eq!(contest::all(&site.app.db).await.unwrap().len(), 0);
    }

    async fn judges_are_called_as_the_form_says_and_then_as_they_say_themselves(site: Site) {
        site.units().await;
        let mut officer = site.leads("ldld-thi-diem", "lead@example.vn").await;
        let lines = "Lê Thị Bình <binh@example.vn>\nTrần Văn An, an@example.vn\ncuong@example.vn";
        let made = officer.post("/desk/contests", &with(&[("judges", lines)])).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
        let slug = slug(site).await;
        let definition = contest::by_slug(&site.app.db, &slug).await.unwrap().definition;
        let round = format!("/desk/contests/{slug}/rounds/{}", definition.rounds[0].key);
        let mut names = vec![officer.get(&round).await.all("table.fold tbody th")];

        let seat = [("name", "Phạm Cường"), ("email", "cuong@example.vn")];
        officer.post(&format!("{round}/seats"), &seat).await;
        names.push(officer.get(&round).await.all("table.fold tbody th"));
        let seat = [("name", "Ai Khác"), ("email", "binh@example.vn")];
        officer.post(&format!("{round}/seats"), &seat).await;
        site.work().await;
        let mut binh = site.signed_in("binh@example.vn").await;
        let empty = binh.post("/account/name", &[("name", " 12 ")]).await;
        let kept = binh.post("/account/name", &[("name", "Lê  Thị Thanh Bình")]).await;
        names.push(officer.get(&round).await.all("table.fold tbody th"));

        assert_eq!(names[0], ["Lê Thị Bình", "Trần Văn An", "cuong"]);
        assert_eq!(names[1], ["Lê Thị Bình", "Trần Văn An", "Phạm Cường"]);
        assert_eq!(empty.all("[role=alert] li").len(), 1, "{}", empty.text());
        assert_eq!(empty.attributes("#own-name", "value"), ["12"], "what was typed stays");
        assert_eq!(kept.status, StatusCode::SEE_OTHER);
        assert_eq!(names[2], ["Lê Thị Thanh Bình", "Trần Văn An", "Phạm Cường"], "only one's own word counts");
        site.work().await;
    }

    async fn criteria_rules_and_the_contest_above_are_fields_with_findings_beside_them(site: Site) {
        site.units().await;
        let mut officer = site.leads("ldld-thi-diem", "lead@example.vn").await;
        officer.post("/desk/contests", &FIELDS).await;
        let above = slug(site).await;
        officer.post(&format!("/desk/contests/{above}/announcement"), &[("sure", "yes")]).await;
        let made = officer.post("/desk/contests", &with(&[("title", "Ảnh cơ sở")])).await;
        let address = made.location.unwrap().replace("/check", "/form");
        let slug = address.split('/').nth(3).unwrap().to_owned();
        let page = officer.get(&address).await;
        let rows = page.attributes("input[name$='.label']", "name").len();
        let own = async || contest::by_slug(&site.app.db, &slug).await.unwrap().definition;
        let known = own().await.rounds[0].criteria.len();
        let name = |n: usize, part: &str| format!("round.0.criterion.{n}.{part}");
        let form = |weights: [&str; 2]| -> Vec<(String, String)> {
            let mut form = vec![
                (name(0, "label"), "Nội dung"), (name(0, "max"), "20"), (name(0, "weight"), weights[0]),
            ];
            form.extend((1..known).map(|n| (name(n, "label"), "")));
            form.extend([(name(known, "label"), "Tác động"), (name(known, "weight"), weights[1])]);
            let more = [("rules", "## Thể lệ\n- Ảnh gốc"), ("parent", above.as_str()), ("up", "5")];
            form.extend(more.map(|(name, value)| (name.to_owned(), value)));
            form.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
        };

        let wrong = form(["70", "40"]);
        let wrong: Vec<(&str, &str)> = wrong.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let refused = officer.post(&address, &wrong).await;
        let right = form(["60", "40"]);
        let right: Vec<(&str, &str)> = right.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let kept = officer.post(&address, &right).await;

        assert_eq!(rows, known + 2, "two empty ones to be filled");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        let fault = refused.attributes("span.error", "id");
        assert_eq!(fault, ["round.0.criterion.0.weight-fault"], "{}", refused.text());
        assert_eq!(refused.attributes("input[name='round.0.criterion.0.weight']", "value"), ["70"]);
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{:?}", kept.all(".notice"));
        let definition = own().await;
        let criteria = definition.rounds[0].criteria.iter();
        let criteria: Vec<_> = criteria.map(|one| (one.label.vi.as_str(), one.max, one.weight)).collect();
        assert_eq!(criteria, [("Nội dung", 20, Some(60)), ("Tác động", 10, Some(40))]);
        assert_eq!(definition.rounds[0].criteria[1].key, "tac-dong");
        assert_eq!(definition.rules.as_ref().unwrap().vi, "## Thể lệ\n- Ảnh gốc");
        assert_eq!(definition.parent.as_deref(), Some(above.as_str()));
        assert_eq!(definition.promotion.as_ref().unwrap().count.max, Some(5));
        site.work().await;
    }

    async fn the_form_speaks_english_too(site: Site) {
        site.units().await;
        let mut officer = site.leads("ldld-thi-diem", "lead@example.vn").await;
        officer.post("/preferences", &[("lang", "en"), ("to", "/desk")]).await;

        let again = officer.post("/desk/contests", &with(&[("to", "2026-09-31")])).await;

        assert_eq!(again.all("#to-fault"), ["There is no day 2026-09-31: the month ends on the 30."]);
        assert_eq!(again.all("h1"), ["New contest"]);
    }

    async fn a_change_of_an_announced_contest_needs_a_reason_and_is_told_to_everybody(site: Site) {
        site.units().await;
        let mut officer = site.leads("ldld-thi-diem", "lead@example.vn").await;
        officer.post("/desk/contests", &FIELDS).await;
        let slug = slug(site).await;
        officer.post(&format!("/desk/contests/{slug}/announcement"), &[("sure", "yes")]).await;
        let address = format!("/desk/contests/{slug}/form");
        let later = [("to", "2026-05-03"), ("from", "2026-04-06"), ("vote", "2026-05-10"), ("announce", "2026-05-15")];

        let silent = officer.post(&address, &later).await;
        let mut told = later.to_vec();
        told.extend([("reason", "bão số 3"), ("notice", "Gia hạn nhận bài đến hết ngày 3/5")]);
        let said = officer.post(&address, &told).await;

        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(silent.attributes("#to", "value"), ["2026-05-03"]);
        assert_eq!(silent.all("#reason-fault").len(), 1);
        assert_eq!(said.status, StatusCode::SEE_OTHER);
        let kept = contest::by_slug(&site.app.db, &slug).await.unwrap();
        assert_eq!(kept.row.state, State::Announced);
        assert_eq!(kept.row.version, 2);
        let public = site.browser().get(&format!("/contests/{slug}")).await;
        assert!(public.all(".notice").concat().contains("Gia hạn nhận bài đến hết ngày 3/5"));
        site.work().await;
    }

    async fn an_earlier_contest_is_run_again_by_choosing_dates(site: Site) {
        site.units().await;
        let mut officer = site.leads("ldld-thi-diem", "lead@example.vn").await;
        officer.post("/desk/contests", &FIELDS).await;
        let old = slug(site).await;
        site.work().await;
        site.letters();
        site.set_clock("2027-03-01T01:00:00Z");
        let mut officer = site.signed_in("lead@example.vn").await;

        let form = officer.get(&format!("/desk/contests/new?from={old}")).await;
        assert_eq!(form.attributes("#title", "value"), ["Ảnh đẹp mùa xuân"]);
        let fields = with(&[
            ("template", ""), ("source", old.as_str()), ("title", "Ảnh đẹp mùa xuân 2027"), ("judges", ""),
            ("from", "2027-04-05"), ("to", "2027-04-30"), ("vote", "2027-05-10"), ("announce", "2027-05-15"),
        ]);
        let made = officer.post("/desk/contests", &fields).await;

        assert_eq!(made.status, StatusCode::SEE_OTHER, "{:?}", made.all(".notice"));
        let rows = contest::all(&site.app.db).await.unwrap();
        let again = rows.iter().find(|row| row.slug != old).expect("a second contest");
        let again = contest::by_slug(&site.app.db, &again.slug).await.unwrap();
        let before = contest::by_slug(&site.app.db, &old).await.unwrap();
        assert_eq!(again.definition.rounds, before.definition.rounds);
        assert_eq!(again.definition.prizes, before.definition.prizes);
        assert_eq!(again.definition.phases[0].opens, "2027-04-05".into());
        assert_eq!(again.row.state, State::Draft);
        site.work().await;
    }

    async fn the_whole_document_tells_every_fault_with_its_line(site: Site) {
        site.units().await;
        let mut officer = site.leads("ldld-thi-diem", "lead@example.vn").await;
        officer.post("/desk/contests", &FIELDS).await;
        let slug = slug(site).await;
        let kept = contest::by_slug(&site.app.db, &slug).await.unwrap();
        let text = document::write(&kept.definition).replace("kind: voting", "kind: vote").replace("quorum: 2", "quorom: 2");
        let line = |mark: &str| text.lines().position(|line| line.contains(mark)).unwrap() + 1;

        let again = officer.post(&format!("/desk/contests/{slug}/edit"), &[("text", &text)]).await;

        let said = again.all(".notice.warn li").join("\n");
        for mark in ["kind: vote", "quorom"] {
            assert!(said.contains(&format!("Dòng {}:", line(mark))), "{mark}: {said}");
        }
        assert!(again.all("textarea").concat().contains("quorom: 2"));
        site.work().await;
    }
}
