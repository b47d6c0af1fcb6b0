//! Limits of slots: each is held at its edge, refuses one step beyond it, and says why.

use entity::id::{EntryId, PartId};
use entity::part;
use hoithi::contest::definition::{Category, Definition};
use hoithi::contest::document;
use hoithi::entry::{faults, misfits};
use hoithi::media::{self, Facts};
use hoithi::refusal::Refused;
use hoithi::words::{self, Lang};
use image::ImageFormat;

use crate::entry::{PHOTO, picture};
use crate::hostile::docx;

/// A category of one slot, as a contest file writes it.
fn category(slot: &str) -> Category {
    let head = PHOTO.split("    slots:").next().unwrap();
    let text = format!("{head}    slots:\n      - {{ key: it, label: Bài, {slot} }}\n");
    let definition: Definition = document::read(&text).expect("a definition");
    definition.categories[0].clone()
}

/// The sentences of what is refused.
fn said(refused: Vec<Refused>) -> Vec<String> {
    refused.iter().map(|one| words::say(Lang::Vi, one.code, &one.args)).collect()
}

/// A part that holds this.
fn part(body: Option<&str>, caption: Option<&str>) -> part::Model {
    part::Model {
        id: PartId::new(),
        entry_id: EntryId::new(),
        slot_key: "it".to_owned(),
        position: 1,
        file_id: None,
        body: body.map(str::to_owned),
        link: None,
        link_key: None,
        caption: caption.map(str::to_owned),
        alt: None,
    }
}

#[expect(clippy::too_many_lines, reason = "one limit after the other")]
#[test]
fn a_file_is_taken_at_the_edge_of_each_limit_and_refused_one_step_beyond() {
    let photo = media::read(&picture(300, 200, 1, ImageFormat::Jpeg)).unwrap();
    let film = |seconds: i64| Facts {
        format: media::Format::of_name("mp4").unwrap(),
        milliseconds: Some(seconds * 1000),
        ..photo.clone()
    };
    let text = "<w:document><w:body><w:p><w:r><w:t>Vòng tay công đoàn năm mới</w:t></w:r></w:p></w:body></w:document>";
    let essay = media::read(&docx(text, &[])).unwrap();
    assert_eq!(essay.words, Some(6));
    let cases: [(&str, &Facts, u64, &str); 20] = [
        ("kind: photo, bytes: { min: 3 KB }", &photo, 3000, ""),
        (
            "kind: photo, bytes: { min: 3 KB }",
            &photo,
            2999,
            "Bài: tệp phải từ 3 KB trở lên. Tệp này 2,9 KB. Hãy gửi tệp gốc.",
        ),
        ("kind: photo, bytes: { max: 3 MB }", &photo, 3_000_000, ""),
        (
            "kind: photo, bytes: { max: 3 MB }",
            &photo,
            3_100_000,
            "Bài: tệp phải nhỏ hơn 3 MB. Tệp này 3,1 MB.",
        ),
        ("kind: photo, width: { min: 300, max: 300 }", &photo, 1, ""),
        (
            "kind: photo, width: { min: 301 }",
            &photo,
            1,
            "Bài: chiều rộng 300 điểm ảnh, tối thiểu 301.",
        ),
        (
            "kind: photo, width: { max: 299 }",
            &photo,
            1,
            "Bài: chiều rộng 300 điểm ảnh, tối đa 299.",
        ),
        (
            "kind: photo, height: { min: 201 }",
            &photo,
            1,
            "Bài: chiều cao 200 điểm ảnh, tối thiểu 201.",
        ),
        (
            "kind: photo, height: { max: 199 }",
            &photo,
            1,
            "Bài: chiều cao 200 điểm ảnh, tối đa 199.",
        ),
        (
            "kind: photo, long_side: { max: 299 }",
            &photo,
            1,
            "Bài: cạnh dài 300 điểm ảnh, tối đa 299.",
        ),
        (
            "kind: photo, short_side: { min: 201 }",
            &photo,
            1,
            "Bài: cạnh ngắn 200 điểm ảnh, tối thiểu 201. Hãy gửi tệp gốc.",
        ),
        (
            "kind: photo, short_side: { max: 199 }",
            &photo,
            1,
            "Bài: cạnh ngắn 200 điểm ảnh, tối đa 199.",
        ),
        ("kind: photo, aspect: \"3:2\"", &photo, 1, ""),
        ("kind: video, seconds: { min: 60, max: 61 }", &film(60), 1, ""),
        ("kind: video, seconds: { min: 61 }", &film(60), 1, "Bài: dài 60 giây, tối thiểu 61 giây."),
        ("kind: video, seconds: { max: 59 }", &film(60), 1, "Bài: dài 60 giây, tối đa 59 giây."),
        ("kind: document, words: { min: 6, max: 6 }", &essay, 1, ""),
        ("kind: document, words: { min: 7 }", &essay, 1, "Bài: có 6 chữ, tối thiểu 7 chữ."),
        (
            "kind: document, words: { max: 5 }",
            &essay,
            1,
            "Bài: có 6 chữ, tối đa 5 chữ. Hãy rút ngắn.",
        ),
        ("kind: document, words: { max: 5 }, tolerance_percent: 10", &essay, 1, ""),
    ];

    for (slot, facts, bytes, sentence) in cases {
        let told = said(misfits(&category(slot).slots[0], facts, bytes)).join(" | ");
        assert_eq!(told.replace('\u{a0}', " "), sentence, "{slot}");
    }
}

#[test]
fn people_are_as_many_as_the_lines_that_name_them() {
    let people = category("kind: people, count: { min: 2, max: 3 }");
    let cases = [
        ("Chị Hai", "Bài: cần ít nhất 2, hiện có 1."),
        ("Chị Hai\n \n\nAnh Ba\n", ""),
        ("Một\nHai\nBa\r\nBốn", "Bài: tối đa 3. Hãy bớt đi trước khi thêm."),
    ];

    for (typed, sentence) in cases {
        let (refused, _) = faults(&people, &[part(Some(typed), None)], &[]);
        assert_eq!(said(refused).join(" | "), sentence, "{typed}");
    }
    let (refused, _) = faults(&people, &[], &[]);
    assert_eq!(said(refused), ["Bài: cần ít nhất 2, hiện có 0."]);
}

#[test]
fn what_is_typed_is_taken_at_the_edge_of_each_limit_and_refused_one_step_beyond() {
    let caption = |range: &str| format!("kind: photo, caption: {{ words: {{ {range} }} }}");
    let four = part(None, Some("Giờ vào ca đêm"));
    let cases: [(&str, &part::Model, &str); 9] = [
        (&caption("min: 4, max: 4"), &four, ""),
        (&caption("min: 5"), &four, "Bài: chú thích có 4 chữ, tối thiểu 5 chữ."),
        (&caption("max: 3"), &four, "Bài: chú thích có 4 chữ, tối đa 3 chữ."),
        (&caption("min: 5"), &part(None, None), ""),
        (
            "kind: text, words: { min: 3 }",
            &part(Some("hai chữ"), None),
            "Bài: có 2 chữ, tối thiểu 3 chữ.",
        ),
        (
            "kind: text, words: { max: 1 }",
            &part(Some("hai chữ"), None),
            "Bài: có 2 chữ, tối đa 1 chữ. Hãy rút ngắn.",
        ),
        ("kind: text, characters: { min: 7, max: 7 }", &part(Some("hai chữ"), None), ""),
        (
            "kind: text, characters: { min: 8 }",
            &part(Some("hai chữ"), None),
            "Bài: có 7 ký tự, tối thiểu 8 ký tự.",
        ),
        (
            "kind: text, characters: { max: 6 }",
            &part(Some("hai chữ"), None),
            "Bài: có 7 ký tự, tối đa 6 ký tự.",
        ),
    ];

    for (slot, held, sentence) in cases {
        let (refused, _) = faults(&category(slot), std::slice::from_ref(held), &[]);
        assert_eq!(said(refused).join(" | "), sentence, "{slot}");
    }
}
