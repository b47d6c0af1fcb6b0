//! PDFs: what is set on them is read off them again by another program, letter by letter.

use std::process::Command;

use actix_web::http::StatusCode;
use fast_qr::qr::QRBuilder;
use hoithi::pdf::{A4, Book, Cell, Column, Flow, Head, INK, Letters, Plate, Style, Table, Weight};
use hoithi::voting;

use super::story::{APPROVER, ORGANISER, STAGE, close, decide, judge, publish, seat, stage};
use crate::support::{Answer, both};

fn head() -> Head {
    let at = "2026-04-30T10:00:00Z".parse::<jiff::Timestamp>().unwrap();
    Head { title: "Biên bản thử".to_owned(), language: "vi", at: at.into() }
}

fn page(number: usize, of: usize) -> String {
    format!("Trang {number}/{of}")
}

/// What one of poppler's programs says of a document.
fn said(program: &str, arguments: &[&str], pdf: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, pdf).unwrap();
    let mut command = Command::new(program);
    // What stands behind the file's name begins with a dash and a dash.
    let (before, behind): (Vec<&str>, Vec<&str>) = arguments.iter().partition(|one| **one != "-");
    let told = command.args(before).arg(&file).args(behind).output().expect("poppler-utils");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    told.stdout
}

/// The text of a document, white space folded; a page ends with `|`.
pub fn text(pdf: &[u8]) -> String {
    let text = String::from_utf8(said("pdftotext", &["-enc", "UTF-8", "-"], pdf)).unwrap();
    text.replace('\u{c}', " | ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn facts(pdf: &[u8]) -> String {
    String::from_utf8(said("pdfinfo", &[], pdf)).unwrap()
}

fn sent(answer: &Answer) -> &[u8] {
    assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.bytes));
    let header = |name: &str| answer.headers.get(name).unwrap().to_str().unwrap();
    assert_eq!(header("content-type"), "application/pdf");
    assert!(header("content-disposition").starts_with("inline; filename=\""));
    &answer.bytes
}

/// The pages of a document that was sent, each as its text.
pub fn pages(answer: &Answer) -> Vec<String> {
    let text = text(sent(answer));
    text.split('|').map(str::trim).filter(|page| !page.is_empty()).map(str::to_owned).collect()
}

#[test]
fn every_letter_of_vietnamese_is_read_off_the_page_as_it_was_set() {
    let vowels = "AĂÂEÊIOÔƠUƯY";
    let marks = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"];
    let one =
        |letter: char| marks.map(|mark| hoithi::words::nfc(&format!("{letter}{mark}"))).concat();
    let letters: Vec<String> = vowels.chars().map(one).collect();
    let upper = format!("{} Đ {}", letters.join(" "), "0123456789 .,;:!?()%–—…“”‘’•×·°");
    let mut flow = Flow::new(head());
    flow.text(Style::Text, &upper);
    flow.text(Style::Strong, &upper.to_lowercase());

    let text = text(&flow.bytes("Cuối trang", page).unwrap());

    assert_eq!(text, format!("{upper} {} Cuối trang Trang 1/1 |", upper.to_lowercase()));
}

#[test]
fn letters_that_the_font_does_not_have_are_copied_as_they_are() {
    let mut flow = Flow::new(head());
    flow.text(Style::Text, "Nụ cười 😀 của 漢字\u{7}và\u{feff} hết");

    let text = text(&flow.bytes("", page).unwrap());

    assert!(text.starts_with("Nụ cười 😀 của 漢字 và hết"), "{text}");
}

#[test]
fn the_same_content_is_the_same_bytes_in_a_tagged_document_that_archives_keep() {
    let written = || {
        let mut flow = Flow::new(head());
        flow.title("BIÊN BẢN");
        flow.heading("Tiêu chí");
        flow.list(&["Nội dung", "Nghệ thuật"]);
        flow.signatures(&[("Nguyễn Thị Ánh".to_owned(), "Giám khảo".to_owned())]);
        flow.bytes("Biên bản", page).unwrap()
    };

    let (first, second) = (written(), written());

    assert_eq!(first, second);
    let facts = facts(&first);
    assert!(facts.contains("Biên bản thử"), "{facts}");
    assert!(
        facts.lines().any(|line| line.starts_with("Tagged:") && line.ends_with("yes")),
        "{facts}"
    );
    for standard in ["pdfaid:part", "pdfuaid:part"] {
        let found = first.windows(standard.len()).any(|piece| piece == standard.as_bytes());
        assert!(found, "{standard}");
    }
}

fn table(rows: Vec<Vec<Cell>>) -> Table {
    let column = |head: &str, share, is_number| Column { head: head.to_owned(), share, is_number };
    let columns = vec![column("Hạng", 1.0, true), column("Tên tác phẩm", 6.0, false)];
    Table { columns, heads: 1, rows }
}

#[test]
fn a_table_runs_over_pages_with_its_heads_on_each_and_loses_no_row() {
    let mut flow = Flow::new(head());
    let row = |n: i32| vec![Cell::from(n.to_string()), Cell::from(format!("Tác phẩm số {n}."))];
    flow.table(&table((1..=150).map(row).collect()));

    let text = text(&flow.bytes("Bảng", page).unwrap());

    let pages: Vec<&str> = text.split('|').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() > 3, "{text}");
    for (at, page) in (1..).zip(&pages) {
        assert_eq!(page.matches("Hạng Tên tác phẩm").count(), 1, "{page}");
        assert!(page.contains(&format!("Trang {at}/{}", pages.len())), "{page}");
    }
    for n in 1..=150 {
        assert_eq!(text.matches(&format!("Tác phẩm số {n}.")).count(), 1, "{n}");
    }
}

#[test]
fn a_row_higher_than_a_page_runs_on_over_the_next_ones() {
    let mut flow = Flow::new(head());
    let long: Vec<String> = (1..=900).map(|n| format!("từ{n}.")).collect();
    flow.table(&table(vec![vec!["1".into(), long.join(" ").repeat(2).into()]]));

    let text = text(&flow.bytes("", page).unwrap());

    assert!(text.contains("Trang 2/"), "{text}");
    for n in 2..900 {
        assert_eq!(text.matches(&format!(" từ{n}. ")).count(), 2, "{n}");
    }
}

#[test]
fn a_word_wider_than_its_line_is_broken_and_nothing_of_it_is_lost() {
    let word = "Nguyễn".repeat(60);

    let lines = hoithi::pdf::lines(&format!("a {word} b"), Weight::Bold, 12.0, 200.0);

    assert!(lines.iter().all(|line| hoithi::pdf::width(line, Weight::Bold, 12.0) <= 200.0));
    assert_eq!(lines.concat(), format!("a {word} b"));
    assert_eq!(hoithi::pdf::lines("", Weight::Regular, 12.0, 200.0), [""]);
    let kept = hoithi::pdf::lines("một\nhai ba", Weight::Regular, 12.0, 200.0);
    assert_eq!(kept, ["một", "hai ba"]);
}

#[test]
fn the_squares_on_a_plate_are_those_of_the_address() {
    let address =
        "https://hoithi.example.vn/v/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis";
    let mut book = Book::new(head());
    let mut plate = Plate::new(&mut book, A4, "Áp phích");
    plate.heading("Áp phích", Letters { weight: Weight::Bold, size: 20.0, colour: INK }, 300.0);
    plate.code(address, (100.0, 200.0), 300.0, "Mã QR").unwrap();

    let pixels = said("pdftoppm", &["-r", "144", "-gray", "-singlefile"], &book.bytes().unwrap());

    // P5, width, height, 255, then a byte a pixel.
    let mut words = pixels.splitn(4, |byte| byte.is_ascii_whitespace());
    assert_eq!(words.next(), Some(&b"P5"[..]));
    let number = |word: &[u8]| std::str::from_utf8(word).unwrap().parse::<usize>().unwrap();
    let (wide, _) = (number(words.next().unwrap()), number(words.next().unwrap()));
    let dots = &words.next().unwrap()[4..];
    let code = QRBuilder::new(address).build().unwrap();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places on a page"
    )]
    let dark = |row: usize, column: usize| {
        let step = 300.0 / code.size as f32;
        let place = |begin: f32, at: usize| ((begin + (at as f32 + 0.5) * step) * 2.0) as usize;
        dots[place(200.0, row) * wide + place(100.0, column)] < 128
    };
    for row in 0..code.size {
        for column in 0..code.size {
            assert_eq!(dark(row, column), code[row][column].value(), "{row} {column}");
        }
    }
}

const RULES: &str = "rounds:
  - { key: final, title: Chung khảo, phase: final, quorum: 2, criteria: [{ key: content, label: Nội dung, max: 10, step_hundredths: 50 }] }
tables:
  - { key: jury, title: Bảng giám khảo, formula: [{ source: { round: final }, weight: 100 }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: jury, count: 1 }
";

both! {
    async fn the_minutes_tell_of_panel_criteria_exclusions_ties_and_reasons_on_paper(site: Site) {
        let codes = stage(site, RULES, &["Ánh lửa ca đêm", "Bến cảng", "Chiều công trường"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let desk = format!("/desk/contests/{STAGE}");
        site.set_clock("2026-04-05T01:00:00Z");
        let begun = site.browser().post(&format!("/contests/{STAGE}/entries"), &[("category", "photo"), ("unit", "td-kcn")]).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text());
        site.set_clock("2026-04-06T01:00:00Z");
        let draft = runs.get(&format!("{desk}/minutes.pdf")).await;
        let form = [("reason", "Trùng bài đã đoạt giải năm trước"), ("code", codes[2].as_str())];
        let struck = runs.post(&format!("{desk}/strikes"), &form).await;
        let people = ["gk1@example.vn", "gk2@example.vn"];
        for mut one in seat(site, &mut runs, &format!("{desk}/rounds/final"), &people).await {
            judge(&mut one, |_| [("content", 850)].into()).await;
        }
        close(&mut runs, STAGE, "final").await;
        site.set_clock("2026-04-11T02:00:00Z");
        let mut runs = site.signed_in(ORGANISER).await;
        let mut other = site.leads("ldld-thi-diem", APPROVER).await;
        decide(&mut runs, &desk, "Bến cảng").await;
        publish(&mut runs, &mut other, STAGE).await;

        let pdf = runs.get(&format!("{desk}/minutes.pdf")).await;
        let again = runs.get(&format!("{desk}/minutes.pdf")).await;
        let html = runs.get(&format!("{desk}/minutes")).await;

        assert!(text(sent(&draft)).contains("Bản nháp: chưa có kết quả nào có hiệu lực."));
        assert_eq!(struck.status, StatusCode::SEE_OTHER, "{}", struck.text());
        assert_eq!(sent(&pdf), sent(&again), "the same minutes are the same bytes");
        let paper = text(sent(&pdf));
        let page: String = html.all("article").concat();
        for words in [
            "BIÊN BẢN CHẤM THI", "Ảnh đẹp", "Chung khảo", "Nội dung (0–10)", "Mỗi bài cần ít nhất 2 phiếu chấm.",
            "gk1@example.vn", "Bảng giám khảo", "Giải nhất", "Ánh lửa ca đêm", "Tác giả Bến cảng",
            "Chiều công trường", "Trùng bài đã đoạt giải năm trước", "Ban giám khảo bỏ phiếu 4/5",
            "thứ tự do hội đồng quyết định", "Chữ ký", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc", "Số: ……/BB", "ngày 11 tháng 4 năm 2026", "Thành phần tham dự",
            "Giám khảo: gk1@example.vn, gk2@example.vn", "Vắng mặt:",
        ] {
            assert!(paper.contains(words), "{words}: {paper}");
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("Bản nháp"), "what was never sent in is no entry: {page}");
        assert!(paper.contains("Trang 1/"), "{paper}");
        site.work().await;
    }

    async fn a_poster_for_every_group_link_hundreds_in_a_document(site: Site) {
        let codes = stage(site, "voting: { phase: vote }\n", &["Một"]).await;
        let mut runs = site.signed_in(ORGANISER).await;
        let desk = format!("/desk/contests/{STAGE}/posters");
        let bare = runs.get(&desk).await;
        let whole = hoithi::contest::by_slug(&site.app.db, STAGE).await.unwrap();
        let links: Vec<voting::NewLink> = (1..=502)
            .map(|n| voting::NewLink { unit: None, label: format!("Tổ sản xuất số {n}"), members: 30 })
            .collect();
        let tx = hoithi::db::begin(&site.app.db).await.unwrap();
        let until = site.app.clock.now().plus_seconds(86_400 * 30);
        voting::add_links(&tx, whole.id(), None, &links, until, site.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();

        let index = runs.get(&desk).await;
        let found = runs.get(&format!("{desk}?q=to+san+xuat+so+501")).await;
        let own = runs.get(&format!("{desk}/contest.pdf")).await;
        let first = runs.get(&format!("{desk}/part-1.pdf")).await;
        let last = runs.get(&format!("{desk}/part-2.pdf")).await;
        let one = runs.get(&format!("{desk}/link-501.pdf")).await;
        let work = runs.get(&format!("{desk}?work=1")).await;
        let work = work.attributes("a[href*='/posters/work-']", "href");

        assert!(bare.text().contains("chưa có đường dẫn nhóm nào"), "{}", bare.text());
        let parts = index.attributes("a[href*='/posters/part-']", "href");
        assert_eq!(parts, [format!("{desk}/part-1.pdf"), format!("{desk}/part-2.pdf")]);
        assert_eq!(found.attributes("a[href*='/posters/link-']", "href"), [format!("{desk}/link-501.pdf")]);
        assert!(text(sent(&own)).contains("Quét mã để xem thể lệ và gửi bài"));
        assert!(facts(sent(&first)).contains("Pages:           500"), "{}", facts(&first.bytes));
        assert!(first.bytes.len() < 6_000_000, "{} bytes", first.bytes.len());
        assert_eq!(text(sent(&last)).matches("Quét mã để bình chọn").count(), 2);
        let poster = text(sent(&one));
        for words in ["Ảnh đẹp", "Tổ sản xuất số 501", "Đường dẫn số 501", "Quét mã để bình chọn"] {
            assert!(poster.contains(words), "{words}: {poster}");
        }
        assert_eq!(work, [format!("{desk}/work-{}.pdf", codes[0])]);
        let poster = text(sent(&runs.get(&work[0]).await));
        for words in ["Một", "Quét mã để bình chọn", &format!("localhost/b/{}", codes[0])] {
            assert!(poster.contains(words), "{words}: {poster}");
        }
        for nothing in ["work-NOTHING2.pdf", "part-3.pdf", "part-0.pdf", "link-503.pdf", "link-1", "other.pdf"] {
            let answer = runs.get(&format!("{desk}/{nothing}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{nothing}");
        }
        site.work().await;
    }
}
