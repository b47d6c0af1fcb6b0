//! Fraud at the desk: what was found, what people rule about it, and what becomes of the votes.

mod over;

use actix_web::http::StatusCode;
use entity::instant::Instant;
use hoithi::contest;
use hoithi::contest::definition::Level;
use hoithi::ledger::{Bundle, Leaf, Verdict, audit};
use hoithi::voting::{self, Person, Proof, Touch, Trace};
use sea_orm::EntityTrait;

use crate::story::{APPROVER, ORGANISER, STAGE, publish, stage};
use crate::support::{Site, both};

const RULES: &str = "
voting: { phase: vote, counts: live }
tables: [{ key: public, title: Yêu thích, formula: [{ source: votes }], ties: [decision] }]
prizes: [{ key: first, label: Giải nhất, table: public, count: 1 }]
";

/// Casts a vote of a made-up browser, so many minutes after 8 in the morning of 6 April.
async fn touch(site: &Site, voter: u16, entry: u32, (minutes, trace): (i64, Trace)) -> String {
    let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
    let mut key = [9; 32];
    key[..2].copy_from_slice(&voter.to_be_bytes());
    let proof = Proof {
        key,
        level: Level::Device,
        person: Person::default(),
        link: None,
        worked: true,
        trace,
    };
    let begin: Instant = "2026-04-06T01:00:00Z".parse().unwrap();
    let touch = Touch { entry, nonce: 1 + u64::from(voter), at: begin.plus_seconds(60 * minutes) };
    site.app.votes.cast(contest, touch, &proof).await.unwrap().receipt
}

/// Three works; people vote for the first (90) and the second (60) over a day, and sixty votes for
/// the third come from one telephone model at one address; answers a receipt of these.
async fn rigged(site: &Site) -> (Vec<String>, String) {
    let codes = stage(site, RULES, &["Một", "Hai", "Ba"]).await;
    let numbers = numbers(site, &codes).await;
    for voter in 0..150_u16 {
        let n = u32::from(voter);
        let trace = Trace { device: 1 + n * n % 61, network: 100 + n };
        let entry = numbers[usize::from(voter % 5 > 2)];
        touch(site, voter, entry, (i64::from((n * n * n * 7 + n * 13) % 1440), trace)).await;
    }
    let mut receipt = String::new();
    for voter in 1000..1060_u16 {
        let n = u32::from(voter) - 1000;
        let trace = Trace { device: 777, network: 5 };
        receipt = touch(site, voter, numbers[2], (i64::from(60 + n * n % 173), trace)).await;
    }
    site.set_clock("2026-04-07T05:00:00Z");
    (codes, receipt)
}

/// Numbers of these works.
async fn numbers(site: &Site, codes: &[String]) -> Vec<u32> {
    let rows = entity::entry::Entity::find().all(&site.app.db).await.unwrap();
    let number = |code: &String| {
        let row = rows.iter().find(|row| row.code == *code).unwrap();
        u32::try_from(row.number.unwrap()).unwrap()
    };
    codes.iter().map(number).collect()
}

/// Votes that count, of all entries together.
async fn counting(site: &Site) -> i64 {
    let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
    site.app.votes.settle(contest, site.app.clock.now()).await.unwrap();
    assert!(voting::tally_agrees(&site.app.db, contest).await.unwrap());
    voting::counts(&site.app.db, contest).await.unwrap().values().sum()
}

/// What the public sees of a work's votes.
async fn shown(site: &Site, code: &str) -> String {
    site.browser().get(&format!("/entries/{code}")).await.all(".count").concat()
}

const DESK: &str = "/desk/contests/san-khau/votes";

both! {
    #[expect(clippy::too_many_lines, reason = "one story from the queue to the restored votes")]
    async fn what_was_found_is_held_in_silence_confirmed_by_another_published_and_restored(site: Site) {
        let (codes, receipt) = rigged(site).await;
        let mut one = site.signed_in(ORGANISER).await;
        let mut other = site.signed_in(APPROVER).await;
        let ba = &codes[2];
        assert_eq!(shown(site, ba).await, "60 lượt bình chọn");

        let looked = one.post(DESK, &[]).await;
        let queue = one.get(DESK).await;
        let cases = queue.attributes("tbody a", "href");

        assert_eq!(looked.location.as_deref(), Some(DESK));
        assert_eq!(cases.len(), 1, "{}", queue.text());
        assert!(queue.text().contains("60 phiếu từ 1 mẫu máy"), "{:?}", queue.all("tbody td"));
        let case = cases[0].clone();
        let (rulings, approval) = (format!("{case}/rulings"), format!("{case}/approval"));
        let page = one.get(&case).await;
        let moved: Vec<String> = page.all("section table tbody tr");
        assert!(moved.iter().any(|row| row == "Ba Vụ việcYêu thíchhạng 2, 60 điểmhạng 3, 0 điểm"), "{moved:?}");
        assert_eq!(page.all("svg.chart").len(), 1);

        let held = one.post(&rulings, &[("act", "hold")]).await;
        assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text());
        site.set_clock("2026-04-07T05:10:00Z");
        assert_eq!((counting(site).await, shown(site, ba).await), (150, "60 lượt bình chọn".to_owned()));
        assert!(site.browser().get(&format!("/votes/{receipt}")).await.all(".notice.ok").len() == 1);
        let again = one.post(DESK, &[]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER);
        assert_eq!(one.get(DESK).await.all("tbody tr").len(), 1, "what is ruled about is not found again");

        let wordless = one.post(&rulings, &[("act", "propose"), ("reason", "vote-reason-few")]).await;
        assert_eq!(wordless.all(".notice.danger li").len(), 1, "{}", wordless.text());
        let words = "Một mẫu máy, một địa chỉ mạng";
        let form = [("act", "propose"), ("reason", "vote-reason-few"), ("words", words)];
        assert_eq!(one.post(&rulings, &form).await.status, StatusCode::SEE_OTHER);
        let own = one.post(&approval, &[("act", "confirm")]).await;
        assert!(own.all(".notice.danger li").concat().contains("người"), "{}", own.text());
        let blocked = one.get("/desk/contests/san-khau/results").await;
        assert!(blocked.text().contains("Còn 1 vụ việc phiếu"), "{:?}", blocked.all(".notice li"));
        assert_eq!(other.post(&approval, &[("act", "confirm")]).await.status, StatusCode::SEE_OTHER);
        let twice = other.post(&approval, &[("act", "confirm")]).await;
        assert_eq!(twice.all(".notice.danger li").len(), 1, "{}", twice.text());
        site.set_clock("2026-04-07T05:20:00Z");
        assert_eq!((counting(site).await, shown(site, ba).await), (150, "60 lượt bình chọn".to_owned()));
        site.work().await;

        site.set_clock("2026-04-11T01:00:00Z");
        let (mut one, mut other) = (site.signed_in(ORGANISER).await, site.signed_in(APPROVER).await);
        publish(&mut one, &mut other, STAGE).await;
        let result = site.browser().get("/contests/san-khau/results").await;
        let rows = result.all("section table tbody tr");
        assert!(rows.iter().any(|row| row.starts_with("Trình duyệt150600")), "{rows:?}");
        assert!(rows.iter().any(|row| row.contains("60rất ít máy bỏ rất nhiều phiếu")), "{rows:?}");
        let log = "/contests/san-khau/votes".to_owned();
        for page in [&result, &site.browser().get("/contests/san-khau").await] {
            assert!(page.attributes("a.button", "href").contains(&log), "{}", page.text());
        }
        assert_eq!(shown(site, ba).await, "0 lượt bình chọn");
        let told = async || {
            let page = site.browser().get(&format!("/votes/{receipt}")).await;
            assert_eq!(page.all(".notice.warn").len(), 1, "{}", page.text());
            let leads = page.attributes("main a", "href");
            (page.all("main p").remove(1), leads.contains(&"/contests/san-khau/complaints".to_owned()))
        };
        let (until, leads) = told().await;
        assert!(until.contains("20 tháng 4 năm 2026") && until.contains("khiếu nại") && leads, "{until}");
        site.set_clock("2026-04-20T17:00:00Z");
        let (over, leads) = told().await;
        assert!(over.contains("20 tháng 4 năm 2026") && over.contains("hết hạn") && !leads, "{over}");
        site.set_clock("2026-04-11T01:00:00Z");

        let appeal = |received| [("act", "appeal"), ("received", received), ("words", "Máy dùng chung của tổ")];
        let late = one.post(&rulings, &appeal("2026-04-11 23:00")).await;
        assert_eq!(late.all(".notice.danger li").len(), 1, "a moment that has not come");
        assert_eq!(one.post(&rulings, &appeal("2026-04-11 07:30")).await.status, StatusCode::SEE_OTHER);
        let form = [("act", "restore"), ("words", "Đã kiểm tra danh sách tổ")];
        let restored = other.post(&approval, &form).await;
        assert_eq!(restored.status, StatusCode::SEE_OTHER, "{}", restored.text());
        assert_eq!(counting(site).await, 210);
        site.work().await;

        let acts = one.get("/desk/contests/san-khau/audit").await.all("tbody tr td:nth-child(4)");
        for act in ["tạm giữ phiếu", "đề nghị loại phiếu", "xác nhận loại phiếu", "ghi nhận khiếu nại về phiếu", "khôi phục phiếu"] {
            assert!(acts.iter().any(|said| said == act), "{act}: {acts:?}");
        }
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let key = site.app.votes.key(&site.app.db, contest).await.unwrap().unwrap();
        let standing = async || {
            let zip = site.browser().get("/contests/san-khau/votes/bundle.zip").await;
            let bundle = Bundle::read(std::io::Cursor::new(zip.bytes)).unwrap();
            let audited = audit(&bundle, &key, (&[], 0)).unwrap();
            (audited.counts.standing, audited.later, audited.leaves)
        };
        let page = site.browser().get(&log).await;
        assert!(page.attributes("a", "href").contains(&"/verify_ledger.py".to_owned()));
        let verifier = site.browser().get("/verify_ledger.py").await;
        assert_eq!(verifier.text(), include_str!("../../scripts/verify_ledger.py"));
        let published = standing().await;
        assert_eq!((published.0, published.1), (150, 1), "what is published is what was bound");
        assert_eq!(standing().await, published, "looking writes nothing");
        let form = [("act", "propose"), ("reason", "Phiếu được khôi phục")];
        let proposed = one.post("/desk/contests/san-khau/proposal", &form).await;
        assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{:?}", proposed.all(".notice li"));
        other.post("/desk/contests/san-khau/publication", &[("sure", "yes")]).await;
        site.work().await;
        assert_eq!(standing().await, (210, 0, published.2 + 1), "the correction is bound once");
        let bundle = site.app.votes.bundle(&site.app.db, contest).await.unwrap();
        let notes: Vec<(Verdict, u16, usize, usize)> = bundle
            .leaves
            .iter()
            .filter_map(|leaf| match Leaf::read(leaf)? {
                Leaf::Note(note) => Some((note.verdict, note.reason, note.leaves.len(), note.signatures.len())),
                _ => None,
            })
            .collect();
        let wanted = [(Verdict::Quarantine, 0, 60, 1), (Verdict::Disqualify, 2, 60, 2), (Verdict::Restore, 2, 60, 1)];
        assert_eq!(notes, wanted);
    }

    async fn a_case_that_people_dismiss_always_counted_and_is_not_found_again(site: Site) {
        rigged(site).await;
        let mut one = site.signed_in(ORGANISER).await;
        one.post(DESK, &[]).await;
        let case = one.get(DESK).await.attributes("tbody a", "href").remove(0);

        let form = [("act", "dismiss"), ("words", "Máy của thư viện công nhân")];
        let done = one.post(&format!("{case}/rulings"), &form).await;
        one.post(DESK, &[]).await;
        let late = one.post(&format!("{case}/rulings"), &[("act", "hold")]).await;

        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert_eq!(one.get(DESK).await.all("tbody .tag"), ["Hợp lệ"]);
        assert_eq!(late.all(".notice.danger li").len(), 1, "{}", late.text());
        assert_eq!(counting(site).await, 210);
        site.work().await;
    }

    async fn whoever_asks_about_a_link_is_told_whether_it_is_ours(site: Site) {
        use hoithi::voting::{NewLink, add_links};
        use hoithi::web::group::Group;
        let codes = stage(site, RULES, &["Một"]).await;
        let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
        let asked = [NewLink { unit: None, label: "Tổ 1".to_owned(), members: 20 }];
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        let until = "2026-04-30T00:00:00Z".parse().unwrap();
        let links = add_links(&tx, contest, None, &asked, until, site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let signed = Group::of(&links[0]).text(&site.app);
        let said = async |link: &str| {
            let query = serde_urlencoded::to_string([("link", link)]).unwrap();
            let page = site.browser().get(&format!("/links?{query}")).await;
            (page.all(".notice.ok").concat(), page.all(".notice.danger").len())
        };

        for foreign in [
            "https://localhost.evil.test/b/ABCD2345",
            "http://localhost@evil.test/",
            "http://localhost:8443/",
            "http://evil.test/localhost",
            "javascript://localhost/",
            "http://localhost\\@evil.test/",
        ] {
            assert_eq!(said(foreign).await, (String::new(), 1), "{foreign}");
        }
        for ours in ["http://localhost", "LOCALHOST/b/ABCD2345", "https://localhost/contests"] {
            assert_eq!(said(ours).await, ("Đây là đường dẫn của chúng tôi.".to_owned(), 0), "{ours}");
        }
        let (group, _) = said(&format!("http://localhost/v/{signed}/{}", codes[0])).await;
        assert!(group.contains("nhóm “Tổ 1” trong cuộc thi “Ảnh đẹp”"), "{group}");
        let torn = format!("http://localhost/v/{}", &signed[..signed.len() - 2]);
        assert_eq!(said(&torn).await, (String::new(), 1));
        site.set_clock("2026-05-01T00:00:00Z");
        assert_eq!(said(&format!("localhost/v/{signed}")).await, (String::new(), 1), "over");

        let mut phone = site.browser();
        site.set_clock("2026-04-06T02:00:00Z");
        phone.get(&format!("/v/{signed}/{}", codes[0])).await;
        phone.get(&format!("/entries/{}", codes[0])).await;
        phone.post(&format!("/entries/{}/vote", codes[0]), &[]).await;
        let mut one = site.signed_in(ORGANISER).await;
        let sheet = one.get("/desk/contests/san-khau/exports/links.csv").await;
        assert!(sheet.text().lines().any(|line| line == format!("1,Tổ 1,,27,1,http://localhost/v/{signed}")), "{}", sheet.text());
    }
}
