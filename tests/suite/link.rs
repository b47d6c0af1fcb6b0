//! Addresses of works elsewhere: one address for one work, and which players show it.

use hoithi::entry::link::{self, player};
use proptest::prelude::*;

#[test]
fn spellings_of_one_address_meet_and_different_works_do_not() {
    let key = |typed: &str| link::read(typed).map(|link| link.key);
    let same = [
        ("https://mbasic.facebook.com/watch/?v=77", "https://www.facebook.com/watch/live/?v=77"),
        ("https://vi-vn.facebook.com/cd/videos/88/", "https://facebook.com/cd/videos/88?ref=x"),
        ("https://drive.google.com/file/u/1/d/abc/view", "https://drive.google.com/open?id=abc"),
        ("https://music.youtube.com/watch?v=dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "youtube.com/live/dQw4w9WgXcQ"),
    ];
    for (one, other) in same {
        assert_eq!(key(one), key(other), "{one} and {other}");
    }
    let written = [
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://youtube.com/%77atch?v=dQw4w9WgXc%51",
        ),
        ("https://vt.tiktok.com/ZSabc/", "https://www.tiktok.com/t/ZSabc?_r=1"),
        ("https://www.facebook.com/share/v/1AbC/?mibextid=x", "facebook.com/share/v/1AbC"),
        ("https://example.vn/bai?p=7&utm_source=zalo", "http://www.example.vn/bai/?fbclid=x&p=7#a"),
    ];
    for (one, other) in written {
        assert_eq!(key(one), key(other), "{one} and {other}");
    }
    assert_ne!(key("https://example.vn/bai?p=7"), key("https://example.vn/bai?p=8"));
    assert_eq!(key("https://a.vn/%zz%"), Some("a.vn/%ZZ%".to_owned()));
    let short = |typed: &str| link::read(typed).is_some_and(|link| link::is_short(&link));
    for typed in ["https://vt.tiktok.com/ZSabc/", "https://fb.watch/abc/", "fb.com/share/p/1"] {
        assert!(short(typed) && player(typed).is_none(), "{typed}");
    }
    assert!(
        !short("https://www.tiktok.com/@cd/video/72") && !short("https://youtu.be/dQw4w9WgXcQ")
    );
    let live = |number: u8| key(&format!("https://www.facebook.com/watch/live/?v={number}"));
    assert_ne!(live(1), live(2));
}

#[test]
fn players_are_those_of_sites_that_offer_one() {
    let known = [
        ("https://youtu.be/dQw4w9WgXcQ?si=1", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://www.tiktok.com/@cd/video/72", "https://www.tiktok.com/player/v1/72"),
        ("https://drive.google.com/open?id=a_b-c", "https://drive.google.com/file/d/a_b-c/preview"),
        (
            "https://facebook.com/cd/videos/88?a=\"b",
            "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Ffacebook.com%2Fcd%2Fvideos%2F88%3Fa%3D%22b",
        ),
    ];
    for (typed, wanted) in known {
        assert_eq!(player(typed).as_deref(), Some(wanted), "{typed}");
    }
    for none in [
        "https://vt.tiktok.com/ZS1/",
        "https://drive.google.com/drive/folders/abc",
        "https://www.youtube.com/watch?v=a%22b",
        "https://example.vn/phim.mp4",
    ] {
        assert_eq!(player(none), None, "{none}");
    }
    for (typed, _) in known {
        let address = player(typed).unwrap();
        assert!(link::PLAYERS.iter().any(|site| address.starts_with(&format!("{site}/"))));
    }
}

proptest! {
    #[test]
    fn one_work_has_one_address_however_it_is_written(id in "[A-Za-z0-9_-]{11}", video in "[0-9]{19}", name in "[a-z]{3,10}") {
        let key = |typed: &str| link::read(typed).map(|link| link.key);
        let first = key(&format!("https://www.youtube.com/watch?v={id}&t=3s"));
        prop_assert!(first.is_some());
        for other in [
            format!("https://youtu.be/{id}?si=abc"),
            format!("http://m.youtube.com/watch?feature=share&v={id}"),
            format!("youtube.com/shorts/{id}#x"),
        ] {
            prop_assert_eq!(key(&other), first.clone());
        }
        let tiktok = key(&format!("https://www.tiktok.com/@{name}/video/{video}?is_from_webapp=1"));
        prop_assert_eq!(key(&format!("https://m.tiktok.com/v/{video}.html")), tiktok);
        let drive = key(&format!("https://drive.google.com/file/d/{id}/view?usp=sharing"));
        prop_assert_eq!(key(&format!("https://drive.google.com/open?id={id}")), drive);
    }

    #[test]
    fn no_typed_address_breaks_the_reader(typed in ".{0,200}") {
        let _ = link::read(&typed);
    }
}
