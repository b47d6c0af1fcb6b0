//! The officer's desk: entering for somebody, and many at once.

use std::io::{Cursor, Write};

use actix_web::http::StatusCode;
use entity::contributor::{self, Role};
use entity::{consent, entry};
use image::ImageFormat;
use sea_orm::EntityTrait;

use super::entry::{begin, contest, picture};
use super::story::{ORGANISER, STAGE, stage, stage_of, staged};
use crate::support::{book, both};

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const IMPORT: &str = "/desk/units/td-kcn/entries/import";
const PLACE: (&str, &str) = ("place", "anh-dep/photo");
const FORM: [(&str, &str); 2] = [("contest", "anh-dep"), ("agreed", "yes")];

both! {
    async fn an_officer_enters_for_people_below_and_for_nobody_else(site: Site) {
        contest(site, |text| text).await;
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;
        let mut other = site.leads("td-hoa-lac", "hoalac@example.vn").await;

        let begun = officer.post("/desk/units/td-kcn/entries", &[PLACE]).await;
        let foreign = other.post("/desk/units/td-kcn/entries", &[PLACE]).await;
        let draft = begun.location.expect("a draft");

        assert_eq!(officer.get(&draft).await.status, StatusCode::OK);
        assert_eq!(other.get(&draft).await.status, StatusCode::NOT_FOUND);
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
        assert_eq!(site.browser().get("/desk/units/td-kcn/entries").await.status, StatusCode::UNAUTHORIZED);
        assert!(officer.get("/desk/units/td-kcn/entries").await.text().contains("Bản nháp"));
    }

    async fn an_officer_chooses_the_category_where_a_contest_has_several(site: Site) {
        const MORE: &str = "categories:
  - { key: jury, title: Giải riêng, chosen_by: jury, slots: [{ key: photo, kind: photo, label: Ảnh }] }
  - { key: own, title: Tự gửi, officer_enters: false, slots: [{ key: photo, kind: photo, label: Ảnh }] }
  - { key: story, title: Bài viết, slots: [{ key: text, kind: text, label: Bài }] }
";
        contest(site, |text| text.replace("categories:\n", MORE)).await;
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;

        let page = officer.get("/desk/units/td-kcn/entries").await;
        let begun = officer.post("/desk/units/td-kcn/entries", &[("place", "anh-dep/story")]).await;
        let none = officer.post("/desk/units/td-kcn/entries", &[("place", "anh-dep")]).await;
        let draft = officer.get(&begun.location.expect("a draft")).await;

        assert_eq!(page.attributes("#place option", "value"), ["anh-dep/story", "anh-dep/photo"]);
        assert_eq!(page.all("#place option"), ["Ảnh đẹp công đoàn – Bài viết", "Ảnh đẹp công đoàn – Ảnh"]);
        assert_eq!(draft.attributes("textarea[name='slot.text']", "name").len(), 1, "{}", draft.text());
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn a_sheet_names_who_speaks_for_an_author_under_16(site: Site) {
        const PARENT: &str = "declarations:
  - { key: parent, of: guardian, text: Tôi đồng ý cho con tôi dự thi. }
";
        contest(site, |text| text.replace("declarations:\n", PARENT).replace("max: 2 }", "max: 9 }")).await;
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;
        let (one, two) = (picture(600, 400, 1, ImageFormat::Jpeg), picture(600, 400, 2, ImageFormat::Jpeg));
        let sheet = "Tên tác phẩm,Họ và tên,Ngày sinh,Người đại diện,E-mail người đại diện,Đồng tác giả,Số điện thoại,Tệp,Chú thích\n\
            Giờ ra chơi,Nguyễn Bé An,2014-05-01,Nguyễn Thị Mẹ,me@example.vn,Lê Thị Chị; Lê Văn Em,0912345678,mot.jpg,Sân trường\n\
            Giờ tan học,Trần Bé Bình,2014-06-01,,,,0912345679,hai.jpg,Cổng trường\n";
        let archive = zip(&[("bang.csv", sheet.as_bytes()), ("mot.jpg", &one), ("hai.jpg", &two)]);

        let done = officer.post_files(IMPORT, &FORM, &[("archive", "bai.zip", &archive)]).await;

        assert!(done.text().contains("Đã nhận 1 bài"), "{}", done.text());
        let faults = done.all("section > ul:last-of-type li");
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("Dòng 3:") && faults[0].contains("đại diện"), "{faults:?}");
        let mut people = contributor::Entity::find().all(&site.app.db).await.unwrap();
        people.sort_by_key(|who| who.position);
        let people: Vec<_> = people.into_iter().map(|who| (who.role, who.name, who.email)).collect();
        assert_eq!(people, [
            (Role::Author, "Nguyễn Bé An".to_owned(), None),
            (Role::CoAuthor, "Lê Thị Chị".to_owned(), None),
            (Role::CoAuthor, "Lê Văn Em".to_owned(), None),
            (Role::Guardian, "Nguyễn Thị Mẹ".to_owned(), Some("me@example.vn".to_owned())),
        ]);
        let agreed: Vec<_> = consent::Entity::find().all(&site.app.db).await.unwrap().into_iter().map(|row| (row.declaration_key, row.given_by)).collect();
        assert_eq!(agreed, [("original".to_owned(), "author".to_owned())], "nobody spoke for the guardian");
        site.work().await;
        let mut asked = site.letters();
        asked.retain(|letter| letter.to == "me@example.vn");
        assert_eq!(asked.len(), 1, "the guardian is asked: {asked:?}");
        let page = asked[0].body.split_whitespace().find(|word| word.contains("/consents/")).expect("an address");
        let page = page.trim_start_matches("http://localhost").to_owned();
        let agreed = site.browser().post(&page, &[("name", "Nguyễn Thị Mẹ"), ("agree", "parent")]).await;
        assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.text());
        let mut agreed: Vec<_> = consent::Entity::find().all(&site.app.db).await.unwrap().into_iter().map(|row| row.given_by).collect();
        agreed.sort();
        assert_eq!(agreed, ["author", "guardian"]);
    }

    async fn what_is_pasted_leads_to_the_receipt_until_works_are_shown(site: Site) {
        let codes = stage_of(site, &format!("{}gallery: {{ shown: published }}\n", staged("")), &["Một"]).await;
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;

        let page = officer.get("/desk/units/td-kcn/entries").await;

        let told = page.all("td textarea").remove(0);
        assert!(told.ends_with(&format!("Xem tại http://localhost/receipts/{}", codes[0])), "{told}");
    }

    async fn what_the_author_agreed_to_is_told_as_the_authors_word_where_an_officer_enters(site: Site) {
        contest(site, |text| text).await;
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;
        let mut own = site.browser();

        let begun = officer.post("/desk/units/td-kcn/entries", &[PLACE]).await;
        let draft = begun.location.expect("a draft").replace("/work", "/check");
        let for_somebody = officer.get(&draft).await.all("form .choice").remove(0);
        let code = begin(&mut own, 1).await;
        let for_oneself = own.get(&format!("/drafts/{code}/check")).await.all("form .choice").remove(0);

        assert_eq!(for_somebody, "Tác giả đã đọc và đồng ý:“Tôi cam kết đây là ảnh gốc.”");
        assert_eq!(for_oneself, "Tác giả:Tôi cam kết đây là ảnh gốc.");
        site.jobs_may_wait();
    }

    async fn an_officer_sees_whom_to_call_and_what_to_paste_into_a_chat(site: Site) {
        let codes = stage(site, "", &["Một", "Hai", "Ba"]).await;
        let mut organiser = site.signed_in(ORGANISER).await;
        for (code, verdict) in codes[1..].iter().zip(["return", "reject"]) {
            let at = format!("/desk/contests/{STAGE}/screening/{code}");
            organiser.post(&format!("{at}/undo"), &[]).await;
            let finding = [("verdict", verdict), ("reason", "reason-logo"), ("note", "Xin bản gốc."), ("until", "2026-04-08")];
            let found = organiser.post(&at, &finding).await;
            assert_eq!(found.status, StatusCode::SEE_OTHER, "{}", found.text());
        }
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;

        let page = officer.get("/desk/units/td-kcn/entries").await;

        let to = |n: usize| format!("http://localhost/receipts/{}", codes[n]);
        assert_eq!(page.attributes("a[href^='tel:']", "href"), ["tel:0915000003", "tel:0915000002", "tel:0915000001"]);
        assert_eq!(page.all("td textarea"), [
            format!("Chào Tác giả Ba, bài “Ba” dự thi “Ảnh đẹp” không hợp lệ: Có logo, chữ ký, khung. Xin bản gốc. Chi tiết: {}", to(2)),
            format!("Chào Tác giả Hai, bài “Hai” dự thi “Ảnh đẹp” cần sửa: Có logo, chữ ký, khung. Xin bản gốc. Hạn sửa: 23 giờ 59 thứ Tư ngày 8 tháng 4. Xem và sửa tại {}", to(1)),
            format!("Chào Tác giả Một, bài “Một” dự thi “Ảnh đẹp” đã hợp lệ. Xem tại http://localhost/entries/{}", codes[0]),
        ]);
        site.work().await;
    }

    async fn right_rows_of_an_archive_are_taken_and_wrong_ones_come_back_as_a_sheet(site: Site) {
        contest(site, |text| text.replace("max: 2 }", "max: 9 }")).await;
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;
        let (one, two) = (picture(600, 400, 1, ImageFormat::Jpeg), picture(600, 400, 2, ImageFormat::Jpeg));
        let png = picture(600, 400, 3, ImageFormat::Png);
        let sheet = "Tên tác phẩm,Họ và tên,Số điện thoại,Tệp,Chú thích\n\
            Giờ vào ca,Nguyễn Thị Hoa,+84 912 345 678,Ảnh một.jpg,Xưởng may\n\
            =cmd|calc,Lê Thị Mai,0900000009,../../hai hai.jpg,Tổ hai\n\
            Ba,Trần Văn Ba,0900000003,ba.jpg,Tổ ba\n\
            Bốn,,0900000004,hai.jpg,Tổ bốn\n\
            Năm,Đỗ Thị Năm,0900000005,không có.jpg,Tổ năm\n";
        let archive = zip(&[
            ("danh sach.csv", sheet.as_bytes()),
            ("anh/ảnh Một.JPG", &one),
            ("anh/hai.jpg", &two),
            ("anh/ba.jpg", &png),
        ]);
        let files: [(&str, &str, &[u8]); 1] = [("archive", "bai.zip", &archive)];

        let first = officer.post_files(IMPORT, &FORM, &files).await;
        let again = officer.post_files(IMPORT, &FORM, &files).await;

        assert_eq!(first.status, StatusCode::OK, "{}", first.text());
        assert!(first.text().contains("Đã nhận 1 bài"), "{}", first.text());
        let faults = first.all("section > ul:last-of-type li").join("\n");
        for told in ["Dòng 3:", "hai hai.jpg", "Dòng 4:", "PNG", "Dòng 5:", "họ và tên", "Dòng 6:", "không có.jpg"] {
            assert!(faults.contains(told), "{told}: {faults}");
        }
        let back = first.all("textarea").remove(0);
        let back = officer.post("/desk/sheets", &[("sheet", &back)]).await;
        assert!(back.text().contains("'=cmd|calc"), "{}", back.text());
        assert!(again.text().contains("Đã nhận 0 bài"), "{}", again.text());
        assert!(again.text().contains("đã có trong bài"));
        let entered = entry::Entity::find().all(&site.app.db).await.unwrap();
        assert_eq!(entered.iter().map(|row| row.number).collect::<Vec<_>>(), [Some(1)]);
        assert_eq!(entered[0].phone.as_deref(), Some("0912345678"));
        site.work().await;
    }

    async fn an_archive_may_hold_a_workbook_whose_telephone_numbers_lost_their_zero(site: Site) {
        contest(site, |text| text.replace("max: 2 }", "max: 9 }")).await;
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;
        let sheet = book(&[
            &["Tên tác phẩm", "Họ và tên", "Số điện thoại", "Tệp", "Chú thích"],
            &["Giờ vào ca", "Nguyễn Thị Hoa", "0912345678", "mot.jpg", "Xưởng may"],
            &["2026", "Lê Thị Mai", "+84 987 654 321", "hai.jpg", "Tổ hai"],
        ]);
        let (one, two) = (picture(600, 400, 1, ImageFormat::Jpeg), picture(600, 400, 2, ImageFormat::Jpeg));
        let archive = zip(&[("danh sach.xlsx", &sheet), ("mot.jpg", &one), ("hai.jpg", &two)]);

        let done = officer.post_files(IMPORT, &FORM, &[("archive", "bai.zip", &archive)]).await;

        assert!(done.text().contains("Đã nhận 2 bài"), "{}", done.text());
        let mut entered: Vec<_> = entry::Entity::find().all(&site.app.db).await.unwrap().into_iter().map(|row| (row.title, row.phone.unwrap())).collect();
        entered.sort();
        assert_eq!(entered, [("2026".to_owned(), "0987654321".to_owned()), ("Giờ vào ca".to_owned(), "0912345678".to_owned())]);
        site.work().await;
    }

    async fn an_archive_that_cannot_be_used_is_refused_with_a_reason(site: Site) {
        contest(site, |text| text).await;
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;
        let bomb = vec![b'0'; 12_000_000];
        let cases: [(Vec<u8>, &str); 4] = [
            (b"no archive".to_vec(), "batch-no-archive"),
            (zip(&[("anh.jpg", b"x")]), "batch-no-sheet"),
            (zip(&[("bang.csv", "Tệp\na.jpg".as_bytes())]), "batch-no-column"),
            (zip(&[("bang.csv", &bomb)]), "batch-sheet-unreadable"),
        ];

        for (archive, told) in cases {
            let files: [(&str, &str, &[u8]); 1] = [("archive", "bai.zip", &archive)];
            let answer = officer.post_files(IMPORT, &FORM, &files).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
            assert_eq!(answer.all("[role=alert] li").len(), 1, "{told}: {}", answer.text());
            assert_eq!(answer.attributes("#contest2 option[selected]", "value"), ["anh-dep"], "{told}");
            assert_eq!(answer.attributes("input[name=agreed][checked]", "value"), ["yes"], "{told}");
            assert_eq!(entry::Entity::find().all(&site.app.db).await.unwrap().len(), 0);
        }
        let unticked = officer.post_files(IMPORT, &FORM[..1], &[("archive", "bai.zip", b"x")]).await;
        assert_eq!(unticked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(unticked.all("[role=alert] li"), ["Hãy xác nhận rằng các tác giả đã đồng ý với cam kết."]);
    }

    async fn a_unit_that_a_sheet_names_wrongly_is_told_by_its_code(site: Site) {
        contest(site, |text| text).await;
        let mut officer = site.leads("td-kcn", "kcn@example.vn").await;
        let one = picture(600, 400, 1, ImageFormat::Jpeg);
        let sheet = "Tên tác phẩm,Họ và tên,Mã đơn vị,Số điện thoại,Tệp,Chú thích\n\
            Giờ vào ca,Nguyễn Thị Hoa,may-so-9,0912345678,mot.jpg,Xưởng may\n";
        let archive = zip(&[("bang.csv", sheet.as_bytes()), ("mot.jpg", &one)]);

        let answer = officer.post_files(IMPORT, &FORM, &[("archive", "bai.zip", &archive)]).await;

        let told = answer.all("section > ul:last-of-type li").join(" ");
        assert!(told.contains("Không có đơn vị nào mang mã “may-so-9”"), "{told}");
        assert!(told.contains("(td-kcn)"), "{told}");
        site.jobs_may_wait();
    }
}
