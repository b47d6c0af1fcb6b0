//! Films of drawn boxes without what they tell.

use super::*;

const SECRET: &[u8] = b"+10.7769+106.7009 Bimatkhaidanh";

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn has(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// A track of this kind with these boxes as its table of samples.
fn trak(kind: &[u8; 4], stbl: &[Vec<u8>]) -> Vec<u8> {
    let dates = numbers(&[0, 0xdead_beef, 0xdead_beef, 1, 0, 0, 0, 0, 0, 0]);
    let mut tkhd = dates.clone();
    tkhd.extend(numbers(&[0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]));
    tkhd.extend(numbers(&[320 << 16, 180 << 16]));
    let source = boxed(b"alis", &[&numbers(&[1])[..], SECRET].concat());
    let dinf = boxed(b"dinf", &boxed(b"dref", &[&numbers(&[0, 1])[..], &source].concat()));
    let minf = [dinf, boxed(b"stbl", &stbl.concat()), boxed(b"GPS0", SECRET)];
    let hdlr = [&numbers(&[0, 0])[..], kind, &[0; 12], SECRET].concat();
    let mdia = [boxed(b"mdhd", &dates), boxed(b"hdlr", &hdlr), boxed(b"minf", &minf.concat())];
    let parts = [boxed(b"tkhd", &tkhd), boxed(b"mdia", &mdia.concat()), boxed(b"udta", SECRET)];
    boxed(b"trak", &parts.concat())
}

/// Tables of one chunk that lies at `at`, of samples of these sizes.
fn tables(at: u32, sizes: &[u32]) -> Vec<Vec<u8>> {
    let count = u32::try_from(sizes.len()).unwrap();
    vec![
        boxed(b"stsz", &[numbers(&[0, 0, count]), numbers(sizes)].concat()),
        boxed(b"stsc", &numbers(&[0, 1, 1, count, 1])),
        boxed(b"stco", &numbers(&[0, 1, at])),
    ]
}

/// A film: what it begins with, its samples, these tracks and what `more` the box about them holds,
/// and what follows. Samples begin at byte 28: six of a picture, then the secret.
fn film(tracks: &[Vec<u8>], more: &[u8], behind: &[u8]) -> Vec<u8> {
    let mvhd = boxed(b"mvhd", &numbers(&[0, 0xdead_beef, 0xdead_beef, 1000, 1000]));
    let moov = [mvhd, tracks.concat(), more.to_vec()];
    let parts = [
        boxed(b"ftyp", b"isom\0\0\0\x01isom"),
        boxed(b"mdat", &[b"frames", SECRET].concat()),
        boxed(b"moov", &moov.concat()),
        behind.to_vec(),
    ];
    parts.concat()
}

fn played() -> Vec<u8> {
    trak(b"vide", &tables(28, &[6]))
}

const LENGTH: u32 = SECRET.len() as u32;

#[test]
fn every_box_that_playing_does_not_need_is_blanked_wherever_it_lies() {
    let places = trak(b"meta", &tables(34, &[10, LENGTH - 10]));
    let more = [boxed(b"GPRM", SECRET), boxed(b"uuid", SECRET), boxed(b"meta", SECRET)].concat();
    let behind =
        [boxed(b"GPMF", SECRET), boxed(b"uuid", SECRET), boxed(b"free", SECRET), SECRET.to_vec()];
    let bytes = film(&[played(), places], &more, &behind.concat());

    let clean = media::without_metadata(&bytes).unwrap().expect("a film that can be shown");

    assert_eq!(clean.len(), bytes.len());
    assert!(
        !has(&clean, b"Bimat") && !has(&clean, b"+10.7"),
        "{}",
        String::from_utf8_lossy(&clean)
    );
    assert!(!has(&clean, &0xdead_beef_u32.to_be_bytes()), "nor when it was made");
    for kept in [&b"frames"[..], b"stco", b"vide", b"alis"] {
        assert!(has(&clean, kept), "{}", String::from_utf8_lossy(kept));
    }
    let facts = media::read(&clean).unwrap();
    assert_eq!((facts.width, facts.height), (Some(320), Some(180)));
    assert_eq!(media::without_metadata(&clean).unwrap(), Some(clean), "nothing more to blank");
}

#[test]
fn a_film_whose_hidden_samples_cannot_be_found_is_not_shown() {
    let only = |kept: &[&[u8]]| {
        let mut all = tables(34, &[LENGTH]);
        all.retain(|table| kept.contains(&&table[4..8]));
        all
    };
    let with = |place: usize, table: Vec<u8>| {
        let mut all = tables(34, &[LENGTH]);
        all[place] = table;
        all
    };
    let twice = [tables(34, &[LENGTH]), tables(28, &[6])].concat();
    let cases = [
        ("sizes in half bytes", with(0, boxed(b"stz2", &numbers(&[0, 8, 1, LENGTH << 24])))),
        ("no chunks", only(&[b"stsz", b"stsc"])),
        ("no runs", only(&[b"stsz", b"stco"])),
        ("two of each table", twice),
        (
            "fewer samples in chunks than there are",
            with(0, boxed(b"stsz", &numbers(&[0, 1, LENGTH]))),
        ),
        (
            "more samples in chunks than there are",
            with(1, boxed(b"stsc", &numbers(&[0, 1, 1, 2, 1]))),
        ),
        ("sizes that end early", with(0, boxed(b"stsz", &numbers(&[0, 0, 1])))),
        ("a chunk in the box about tracks", with(2, boxed(b"stco", &numbers(&[0, 1, 100])))),
        ("a chunk behind the film", with(2, boxed(b"stco", &numbers(&[0, 1, 1 << 30])))),
        ("a chunk as far as nothing is", with(2, boxed(b"co64", &numbers(&[0, 1, 1, 34])))),
    ];
    let shown = |tables: &[Vec<u8>]| {
        media::without_metadata(&film(&[played(), trak(b"meta", tables)], b"", b"")).unwrap()
    };
    assert!(shown(&tables(34, &[LENGTH])).is_some());
    assert!(shown(&with(2, boxed(b"co64", &numbers(&[0, 1, 0, 34])))).is_some());
    for (case, tables) in cases {
        assert_eq!(shown(&tables), None, "{case}");
    }
    let copies = media::copies(&film(&[played(), trak(b"meta", &[])], b"", b"")).unwrap();
    assert_eq!(copies.len(), 0, "the file is fit, and nobody but judges have it");
}

#[test]
fn a_film_in_pieces_is_shown_only_with_nothing_but_pictures_and_sound_in_it() {
    let traf = [boxed(b"tfhd", &numbers(&[0, 1])), boxed(b"udta", SECRET), boxed(b"uuid", SECRET)];
    let moof =
        [boxed(b"mfhd", &numbers(&[0, 1])), boxed(b"traf", &traf.concat()), boxed(b"meta", SECRET)];
    let moof = boxed(b"moof", &moof.concat());
    let empty = |kind| {
        trak(kind, &[boxed(b"stsz", &[0; 12]), boxed(b"stsc", &[0; 8]), boxed(b"stco", &[0; 8])])
    };
    let mvex = boxed(b"mvex", &boxed(b"trex", &numbers(&[0, 1, 1, 0, 0, 0])));
    let bytes = |tracks: &[Vec<u8>], more: &[u8], behind: &[u8]| {
        let whole = film(tracks, more, behind);
        // Of its samples only pictures are told here.
        let at = whole.windows(SECRET.len()).position(|window| window == SECRET).unwrap();
        [&whole[..at], &vec![b'f'; SECRET.len()], &whole[at + SECRET.len()..]].concat()
    };

    let clean =
        media::without_metadata(&bytes(&[empty(b"vide"), empty(b"soun")], &mvex, &moof)).unwrap();
    let clean = clean.expect("a film that can be shown");
    assert!(!has(&clean, b"Bimat") && has(&clean, b"tfhd") && has(&clean, b"trex"));
    for (more, behind) in [(&mvex[..], &[][..]), (&[], &moof)] {
        let bytes = bytes(&[empty(b"vide"), empty(b"meta")], more, behind);
        assert_eq!(media::without_metadata(&bytes).unwrap(), None);
    }
    let cut = film(&[played()], b"", &boxed(b"mdat", b"frames")[..12]);
    assert_eq!(media::without_metadata(&cut).unwrap_err(), Flaw::Truncated);
}
