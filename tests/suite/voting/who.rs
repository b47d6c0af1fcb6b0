//! Who may vote, and for which works.

use actix_web::http::StatusCode;
use hoithi::{contest, db};
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;
use serde_json::json;

use super::{cast, code_of, counted, known, votes};
use crate::story::{STAGE, Work, enter, seat, stage};
use crate::support::{Site, both};

/// Somebody with a slip votes where this level is asked for.
async fn by_slip(site: &mut Site, level: &str) {
    use hoithi::voting::members;
    use hoithi::web::member::{fresh, hash};
    let codes = stage(site, &format!("voting: {{ phase: vote, level: {level} }}"), &["Một"]).await;
    let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
    let slip = fresh();
    let tx = db::begin(&site.app.db).await.unwrap();
    members::add(&tx, contest, None, vec![(None, hash(&site.app, &slip))], site.app.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut phone = known(site, &codes[0]).await;

    let nothing = cast(&mut phone, &codes[0]).await;
    phone.post("/m", &[("code", &slip)]).await;
    let member = cast(&mut phone, &codes[0]).await;

    assert_eq!(nothing.status, StatusCode::UNAUTHORIZED, "{}", nothing.text());
    assert_eq!(code_of(&member), "counted");
    assert_eq!(counted(site).await, votes(&[("Một", 1)]));
    let levels = hoithi::voting::statement(&site.app.db, contest).await.unwrap();
    assert_eq!(levels, [("counted-l4".to_owned(), 1)].into());
}

both! {
    async fn a_work_that_is_not_accepted_gets_no_vote(site: Site) {
        let codes = stage(site, "voting: { phase: vote }", &["Một", "Hai"]).await;
        let mut browser = known(site, &codes[0]).await;
        let mut organiser = site.signed_in(crate::story::ORGANISER).await;
        organiser.post(&format!("/desk/contests/{STAGE}/screening/{}/undo", codes[1]), &[]).await;

        let waiting = cast(&mut browser, &codes[1]).await;
        let unknown = cast(&mut browser, "NOTHING2").await;

        assert_eq!(code_of(&waiting), "entry-not-voted-on");
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        assert_eq!(counted(site).await, votes(&[("Một", 0), ("Hai", 0)]));
        site.jobs_may_wait();
    }

    async fn a_contest_that_asks_for_a_code_counts_people_and_not_browsers(site: Site) {
        let codes = stage(site, "voting: { phase: vote, level: code }", &["Một"]).await;
        let mut stranger = known(site, &codes[0]).await;

        let refused = stranger.post(&format!("/entries/{}/vote", codes[0]), &[]).await;
        let asks = refused.attributes("a.button.primary", "href").remove(0);
        let form = stranger.get(&asks).await;
        let again = stranger.post("/session/code", &[("then", &asks[18..]), ("email", "hoa")]).await;
        let desk = stranger.get("/session/new").await;
        assert_eq!(asks, format!("/session/new?then=/entries/{}", codes[0]));
        for page in [&form, &again] {
            assert!(page.all("input[type=email]").len() == 1, "{}", page.text());
            assert!(page.all("input[type=password]").is_empty(), "a vote asks for no password");
        }
        assert_eq!(desk.all("input[type=password]").len(), 1);
        let mut phone = site.signed_in("hoa@example.vn").await;
        phone.get(&format!("/entries/{}", codes[0])).await;
        site.set_clock("2026-04-06T01:10:00Z");
        let mut desktop = site.signed_in("hoa@example.vn").await;
        desktop.get(&format!("/entries/{}", codes[0])).await;
        let first = cast(&mut phone, &codes[0]).await;
        let second = cast(&mut desktop, &codes[0]).await;

        assert!(refused.all("[role=alert]").join(" ").contains("mã gửi qua e-mail"), "{}", refused.text());
        assert_eq!(first.json()["receipt"], second.json()["receipt"], "the same person");
        assert_eq!(counted(site).await, votes(&[("Một", 1)]));
    }

    async fn nobody_who_is_signed_in_votes_for_a_work_of_their_own(site: Site) {
        site.units().await;
        crate::story::announce(site, &crate::story::staged("voting: { phase: vote }")).await;
        let mut author = site.signed_in("tacgia@example.vn").await;
        let work = Work { title: "Một".into(), name: "Tác giả".into(), phone: "0915000001".into(), agree: &["original"], ..Work::of(STAGE, "photo", "td-kcn") };
        let code = enter(&mut author, &work).await;
        site.work().await;
        site.leads("ldld-thi-diem", crate::story::ORGANISER).await;
        site.set_clock("2026-04-06T01:00:00Z");
        let mut organiser = site.signed_in(crate::story::ORGANISER).await;
        crate::story::accept_all(&mut organiser, STAGE).await;
        let mut author = site.signed_in("tacgia@example.vn").await;
        author.get(&format!("/entries/{code}")).await;

        let own = cast(&mut author, &code).await;

        assert_eq!(code_of(&own), "own-entry");
        assert_eq!(counted(site).await, votes(&[("Một", 0)]));
        site.jobs_may_wait();
    }

    async fn nobody_votes_for_a_work_that_this_browser_or_this_address_entered(site: Site) {
        site.units().await;
        crate::story::announce(site, &crate::story::staged("voting: { phase: vote }")).await;
        let mut author = site.browser();
        let work = Work { title: "Một".into(), name: "Tác giả".into(), phone: "0915000001".into(), agree: &["original"], ..Work::of(STAGE, "photo", "td-kcn") };
        let code = enter(&mut author, &work).await;
        site.work().await;
        site.leads("ldld-thi-diem", crate::story::ORGANISER).await;
        site.set_clock("2026-04-06T01:00:00Z");
        let mut organiser = site.signed_in(crate::story::ORGANISER).await;
        crate::story::accept_all(&mut organiser, STAGE).await;
        let mut elsewhere = site.signed_in("tacgia@example.vn").await;
        let tx = db::begin(&site.app.db).await.unwrap();
        entity::entry::Entity::update_many()
            .col_expr(entity::entry::Column::Email, Expr::value("tacgia@example.vn"))
            .exec(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        author.get(&format!("/entries/{code}")).await;
        elsewhere.get(&format!("/entries/{code}")).await;

        let own = [cast(&mut author, &code).await, cast(&mut elsewhere, &code).await];
        let other = cast(&mut known(site, &code).await, &code).await;

        assert_eq!(own.map(|answer| code_of(&answer)), ["own-entry", "own-entry"]);
        assert_eq!(code_of(&other), "counted");
        assert_eq!(counted(site).await, votes(&[("Một", 1)]));
        site.jobs_may_wait();
    }

    async fn who_is_on_the_roll_votes_where_a_code_is_asked_for(site: Site) {
        by_slip(site, "code").await;
    }

    async fn who_is_on_the_roll_votes_where_a_groups_link_is_asked_for(site: Site) {
        by_slip(site, "group_link").await;
    }

    async fn members_on_the_roll_vote_by_the_code_of_their_slip_and_once(site: Site) {
        use hoithi::voting::members;
        use hoithi::web::member::{fresh, hash};
        let rule = "voting: { phase: vote, level: member, limit: { in_all: 1 } }";
        let codes = stage(site, rule, &["Một", "Hai"]).await;
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let slips: Vec<String> = (0..3).map(|_| fresh()).collect();
        let tx = db::begin(&site.app.db).await.unwrap();
        let now = site.app.clock.now();
        let places = slips.iter().map(|code| (None, hash(&site.app, code))).collect();
        assert_eq!(members::add(&tx, contest, None, places, now).await.unwrap(), 1);
        assert_eq!(members::add(&tx, contest, None, vec![(None, [1; 32])], now).await.unwrap(), 4);
        tx.commit().await.unwrap();
        let mut phone = known(site, &codes[0]).await;

        let unproved = cast(&mut phone, &codes[0]).await;
        let page = phone.post(&format!("/entries/{}/vote", codes[0]), &[]).await;
        let asks = page.attributes("a.button.primary", "href").remove(0);
        let form = phone.get(&asks).await;
        let wrong = phone.post("/m", &[("code", "0000-0000-0000"), ("then", &asks[8..])]).await;
        let spelt = slips[0].to_lowercase().replace('0', "o");
        let right = phone.post("/m", &[("code", &spelt), ("then", &asks[8..])]).await;
        let first = cast(&mut phone, &codes[0]).await;
        let mut other = known(site, &codes[0]).await;
        let opened = other.get(&format!("/m/{}", slips[0])).await;
        let unknown = cast(&mut other, &codes[0]).await;
        let code = opened.attributes("#code", "value").remove(0);
        let taken = other.post("/m", &[("code", &code)]).await;
        let again = cast(&mut other, &codes[0]).await;
        let second = cast(&mut other, &codes[1]).await;
        let mut third = known(site, &codes[1]).await;
        third.post("/m", &[("code", &slips[1])]).await;
        let third = cast(&mut third, &codes[1]).await;

        assert_eq!(code_of(&unproved), "vote-needs-member");
        assert_eq!(asks, format!("/m?then=/entries/{}", codes[0]));
        assert_eq!(form.attributes("input[name=then]", "value"), [format!("/entries/{}", codes[0])]);
        assert_eq!(wrong.all(".notice.danger").len(), 1, "{}", wrong.text());
        assert_eq!(right.location, Some(format!("/entries/{}", codes[0])));
        assert_eq!((opened.status, code_of(&unknown)), (StatusCode::OK, "vote-needs-member".into()));
        assert_eq!(taken.location, Some(format!("/contests/{STAGE}/gallery")));
        assert_eq!(first.json()["receipt"], again.json()["receipt"]);
        assert_eq!((code_of(&second), code_of(&third)), ("no-votes-left".into(), "counted".into()));
        assert_eq!(counted(site).await, votes(&[("Một", 1), ("Hai", 1)]));
        let levels = hoithi::voting::statement(&site.app.db, contest).await.unwrap();
        assert_eq!(levels, [("counted-l4".to_owned(), 2)].into());
        let none = site.browser().get("/m/AAAABBBBCCCC").await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
        let away = site.browser().post("/m", &[("code", &slips[2]), ("then", "//evil.test")]).await;
        assert_eq!(away.location, Some(format!("/contests/{STAGE}/gallery")));
    }

    async fn a_browser_does_its_work_before_the_first_vote_and_people_who_cannot_sign_in(site: Site) {
        let codes = stage(site, "voting: { phase: vote, work: always, counts: live }", &["Một", "Hai"]).await;
        let vote = |code: &str| format!("/entries/{code}/vote");
        let mut phone = known(site, &codes[0]).await;

        let asked = cast(&mut phone, &codes[0]).await;
        let by_hand = phone.post(&vote(&codes[0]), &[]).await;
        let task = phone.get(&format!("/entries/{}/vote/work", codes[0])).await;
        let challenge: altcha::Challenge = serde_json::from_slice(&task.bytes).unwrap();
        let solved = altcha::solve_challenge(altcha::SolveChallengeOptions::new(&challenge));
        let solution = solved.unwrap().unwrap();
        let mut wrong = solution.clone();
        wrong.derived_key = "00".repeat(32);
        let payload = |solution| json!({ "challenge": challenge, "solution": solution }).to_string();
        let (right, wrong) = (payload(solution), payload(wrong));
        let forged = phone.post_for_json(&vote(&codes[0]), &[("work", &wrong)]).await;
        let mut other = known(site, &codes[0]).await;
        let stolen = other.post_for_json(&vote(&codes[0]), &[("work", &right)]).await;
        let first = phone.post_for_json(&vote(&codes[0]), &[("work", &right)]).await;
        let second = cast(&mut phone, &codes[1]).await;
        let mut signed = site.signed_in("cutri@example.vn").await;
        signed.get(&format!("/entries/{}", codes[0])).await;
        let third = cast(&mut signed, &codes[0]).await;
        site.set_clock("2026-04-06T01:40:00Z");
        let late = phone.post_for_json(&vote(&codes[0]), &[("work", &right)]).await;

        assert_eq!(code_of(&asked), "vote-needs-work");
        assert!(by_hand.attributes("a.button.primary", "href")[0].starts_with("/session/new"));
        assert_eq!([&forged, &stolen, &late].map(code_of), ["vote-needs-work"; 3]);
        assert_eq!([&first, &second, &third].map(code_of), ["counted"; 3]);
        assert_eq!(counted(site).await, votes(&[("Một", 2), ("Hai", 1)]));
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let levels = hoithi::voting::statement(&site.app.db, contest).await.unwrap();
        assert_eq!(levels, [("counted-l0".to_owned(), 2), ("counted-l2".to_owned(), 1)].into());
        let page = phone.get(&format!("/entries/{}", codes[0])).await;
        let module = page.attributes("form[data-work]", "data-work").remove(0);
        assert_eq!(phone.get(&module).await.status, StatusCode::OK);
    }

    async fn a_link_that_enough_people_came_by_spares_nobody_else_the_work(site: Site) {
        let codes = stage(site, "voting: { phase: vote, work: always, counts: live }", &["Một", "Hai"]).await;
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let tx = db::begin(&site.app.db).await.unwrap();
        let asked = [hoithi::voting::NewLink { unit: None, label: "Nhóm Zalo".to_owned(), members: 1 }];
        let until = site.app.clock.now().plus_seconds(3600);
        let links = hoithi::voting::add_links(&tx, contest, None, &asked, until, site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let link = format!("/v/{}", hoithi::web::group::Group::of(&links[0]).text(&site.app));
        let mut said = Vec::new();
        let mut last = None;
        for _ in 0..=links[0].quota {
            let mut phone = site.browser();
            phone.get(&link).await;
            phone.get(&format!("/entries/{}", codes[0])).await;
            for code in &codes {
                said.push(code_of(&cast(&mut phone, code).await));
            }
            last = Some(phone);
        }
        let mut last = last.unwrap();
        let task = last.get(&format!("/entries/{}/vote/work", codes[0])).await;
        let challenge: altcha::Challenge = serde_json::from_slice(&task.bytes).unwrap();
        let solved = altcha::solve_challenge(altcha::SolveChallengeOptions::new(&challenge));
        let done = json!({ "challenge": challenge, "solution": solved.unwrap().unwrap() }).to_string();
        let path = format!("/entries/{}/vote", codes[0]);
        let then = last.post_for_json(&path, &[("work", &done)]).await;

        let (spared, refused) = said.split_at(said.len() - 2);
        assert!(spared.iter().all(|code| code == "counted"), "{said:?}");
        assert_eq!(refused, ["vote-needs-work"; 2]);
        assert_eq!(code_of(&then), "counted");
    }

    async fn the_work_grows_with_the_crowd_and_nobody_is_asked_for_it_before(site: Site) {
        let rule = "voting: { phase: vote, work: under_load }";
        let codes = stage(site, rule, &["Một"]).await;
        let mut said = Vec::new();
        for _ in 0..33 {
            let mut phone = known(site, &codes[0]).await;
            said.push(code_of(&cast(&mut phone, &codes[0]).await));
        }
        site.set_clock("2026-04-06T01:05:00Z");
        let mut phone = known(site, &codes[0]).await;
        let calm = code_of(&cast(&mut phone, &codes[0]).await);

        assert_eq!(said.iter().position(|code| code == "vote-needs-work"), Some(30), "{said:?}");
        assert!(said[30..].iter().all(|code| code == "vote-needs-work"), "{said:?}");
        assert_eq!(calm, "counted");
    }

    async fn only_works_that_went_on_are_voted_for_where_the_rules_say_so(site: Site) {
        let rules = "
rounds:
  - { key: final, title: Sơ khảo, phase: final, goes_on: 1, criteria: [{ key: art, label: Nghệ thuật, max: 10 }] }
voting: { phase: vote, on: { went_on_from: final } }";
        let codes = stage(site, rules, &["Một", "Hai"]).await;
        let mut organiser = site.signed_in(crate::story::ORGANISER).await;
        let round = format!("/desk/contests/{STAGE}/rounds/final");
        let mut one = seat(site, &mut organiser, &round, &["gk@example.vn"]).await.remove(0);
        crate::story::judge(&mut one, |title| {
            std::collections::BTreeMap::from([("art", if title.ends_with("Hai") { 900 } else { 100 })])
        })
        .await;
        site.set_clock("2026-04-09T01:00:00Z");
        let mut organiser = site.signed_in(crate::story::ORGANISER).await;
        let mut browser = known(site, &codes[0]).await;
        let early = code_of(&cast(&mut browser, &codes[1]).await);
        crate::story::close(&mut organiser, STAGE, "final").await;

        let lost = code_of(&cast(&mut browser, &codes[0]).await);
        let won = code_of(&cast(&mut browser, &codes[1]).await);

        assert_eq!([early, lost, won], ["entry-not-voted-on", "entry-not-voted-on", "counted"]);
        assert_eq!(counted(site).await, votes(&[("Một", 0), ("Hai", 1)]));
    }
}
