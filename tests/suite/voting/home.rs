//! After the result: the whole log, taken home by a stranger and read without us.

use actix_web::http::StatusCode;
use data_encoding::BASE64;
use hoithi::contest;
use hoithi::contest::definition::Level;
use hoithi::ledger::{Bundle, Hash, Tree, leaf_hash, node_hash};
use hoithi::voting::{Person, Proof, Touch, Trace};

use super::{cast, code_of, header};
use crate::story::{
    APPROVER, ORGANISER, STAGE, Work, accept_all, announce, enter, publish, staged,
};
use crate::support::{Answer, Site, both};

const RULES: &str = "
voting: { phase: vote }
tables:
  - { key: loved, title: Yêu thích, formula: [{ source: votes }], ties: [decision] }
prizes:
  - { key: first, label: Giải nhất, table: loved, count: 1 }
";
/// More than one tile holds.
const VOTES: u16 = 300;

/// A contest that is long over by the clock of whoever runs the tests, in its vote. Its entry's code.
async fn long_ago(site: &Site) -> String {
    site.set_clock("2020-04-01T01:00:00Z");
    site.units().await;
    announce(site, &staged(RULES).replace("2026-", "2020-")).await;
    let work = Work {
        title: "Một".to_owned(),
        name: "Nguyễn Thị Hoa".to_owned(),
        phone: "0915000001".to_owned(),
        agree: &["original"],
        ..Work::of(STAGE, "photo", "td-kcn")
    };
    let code = enter(&mut site.browser(), &work).await;
    site.leads("ldld-thi-diem", ORGANISER).await;
    site.set_clock("2020-04-06T00:50:00Z");
    let mut organiser = site.signed_in(ORGANISER).await;
    assert_eq!(accept_all(&mut organiser, STAGE).await, 1);
    site.work().await;
    site.letters();
    site.set_clock("2020-04-06T01:00:00Z");
    code
}

/// Votes of so many strangers.
async fn crowd(site: &Site) {
    let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
    let touch = Touch { entry: 1, nonce: 0, at: site.app.clock.now() };
    let cast = |number: u16| async move {
        let mut key = [255; 32];
        key[..2].copy_from_slice(&number.to_be_bytes());
        let trace = Trace { device: 7, network: 0 };
        let proof = Proof {
            key,
            level: Level::Device,
            person: Person::default(),
            link: None,
            worked: true,
            trace,
        };
        site.app.votes.cast(contest, touch, &proof).await
    };
    let all = futures_util::future::join_all((0..VOTES).map(cast)).await;
    assert!(all.iter().all(Result::is_ok));
}

/// Hashes of the tiles of one level, as a client of C2SP tlog-tiles asks for them.
async fn level(site: &Site, level: &str, count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, from) in (0..count).step_by(256).enumerate() {
        let width = (count - from).min(256);
        let part = if width < 256 { format!(".p/{width}") } else { String::new() };
        let path = format!("/contests/{STAGE}/votes/tile/{level}/{number:03}{part}");
        let tile = site.browser().get(&path).await;
        assert_eq!(tile.status, StatusCode::OK, "{path}");
        assert_eq!(header(&tile, "cache-control"), "public, max-age=31536000, immutable");
        bytes.extend_from_slice(&tile.bytes);
    }
    bytes
}

/// The bundle is one file: the same for everybody who asks, in pieces too, and another once the log says
/// another result.
async fn one_file(site: &Site, path: &str, first: &Answer, bundle: &Bundle) {
    let tag = header(first, "etag");
    let asks = (0..5).map(|_| async { site.browser().get(path).await });
    for answer in futures_util::future::join_all(asks).await {
        assert_eq!((header(&answer, "etag"), &answer.bytes), (tag.clone(), &first.bytes));
        assert_eq!(header(&answer, "accept-ranges"), "bytes");
    }
    let with = async |headers: &[(&str, &str)]| site.browser().get_with(path, headers).await;
    let piece = with(&[("range", "bytes=100-199")]).await;
    let rest = with(&[("range", "bytes=1000-"), ("if-range", &tag)]).await;
    let other = with(&[("range", "bytes=1000-"), ("if-range", "\"another\"")]).await;
    let known = with(&[("if-none-match", &tag)]).await;
    let length = first.bytes.len();
    assert_eq!(piece.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(header(&piece, "content-range"), format!("bytes 100-199/{length}"));
    assert_eq!(piece.bytes, first.bytes[100..200]);
    assert_eq!((rest.status, &rest.bytes[..]), (StatusCode::PARTIAL_CONTENT, &first.bytes[1000..]));
    assert_eq!((other.status, &other.bytes), (StatusCode::OK, &first.bytes));
    assert_eq!((known.status, known.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    let contest = contest::by_slug(&site.app.db, STAGE).await.unwrap().id();
    let folder = site.app.config.data.folder.join("bundles").join(contest.to_string());
    let files = || -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(&folder).unwrap().flatten();
        files.map(|file| std::fs::read(file.path()).unwrap()).collect()
    };
    assert_eq!(files(), [first.bytes.to_vec()]);

    // Of what lies there already nothing is read anew.
    let name = std::fs::read_dir(&folder).unwrap().flatten().next().unwrap().path();
    std::fs::write(&name, b"as it lies there").unwrap();
    assert_eq!(&with(&[]).await.bytes[..], b"as it lies there");
    let result = bundle.result.replace("\"standing\":", "\"standing\":1");
    site.app.votes.bind(contest, result).await.unwrap();
    let later = with(&[]).await;
    assert_ne!(header(&later, "etag"), tag);
    assert_eq!(files(), [later.bytes.to_vec()]);
    let later = Bundle::read(std::io::Cursor::new(later.bytes.to_vec())).unwrap();
    assert_eq!(later.leaves.len(), bundle.leaves.len() + 1);
}

both! {
    async fn after_the_result_a_stranger_rebuilds_the_log_from_tiles_and_from_the_bundle(site: Site) {
        let code = long_ago(site).await;
        crowd(site).await;
        let paths = ["bundle.zip", "tile/0/000", "tile/0/000.p/1", "tile/entries/000", "tile/nothing"];
        let paths = paths.map(|path| format!("/contests/{STAGE}/votes/{path}"));
        for path in &paths {
            let early = site.browser().get(path).await;
            assert_eq!(early.status, StatusCode::NOT_FOUND, "{path}");
        }
        // A last vote through the door, to know that the log is the one that doors write.
        let mut phone = super::known(site, &code).await;
        assert_eq!(code_of(&cast(&mut phone, &code).await), "counted");
        site.set_clock("2020-04-11T01:00:00Z");
        let (mut one, mut other) = (site.signed_in(ORGANISER).await, site.signed_in(APPROVER).await);
        publish(&mut one, &mut other, STAGE).await;

        let results = site.browser().get(&format!("/contests/{STAGE}/results")).await;
        let before = std::fs::read_dir(site.app.config.data.folder.join("bundles")).map(Iterator::count);
        assert!(before.is_err(), "nobody asked yet");
        let whole = site.browser().get(&paths[0]).await;
        let head = site.browser().get(&format!("/contests/{STAGE}/votes/checkpoint")).await;
        let lines: Vec<&str> = head.text().lines().collect();
        let (size, root): (usize, &str) = (lines[1].parse().unwrap(), lines[2]);
        let hashes = level(site, "0", size).await;
        let leaves = level(site, "entries", size).await;
        let upper = level(site, "1", size / 256).await;

        let points = results.all("tbody td.num").remove(0);
        let points: String = points.chars().take_while(|c| !c.is_alphabetic()).collect();
        assert_eq!(points, "301", "votes are whole");
        let bundle = Bundle::read(std::io::Cursor::new(whole.bytes.to_vec())).unwrap();
        assert_eq!(header(&whole, "content-type"), "application/zip");
        assert_eq!(bundle.leaves.len(), size);
        assert!(size > 302, "OPEN, votes, CLOSE, RESULT: {size}");
        let hashes: Vec<Hash> = hashes.chunks(32).map(|hash| hash.try_into().unwrap()).collect();
        let known: Vec<Hash> = bundle.leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        assert!(hashes == known);
        let tree = Tree::of(hashes.iter().copied());
        assert_eq!(BASE64.encode(&tree.root(size as u64)), root);
        let mut first = hashes[..256].to_vec();
        while first.len() > 1 {
            first = first.chunks(2).map(|two| node_hash(&two[0], &two[1])).collect();
        }
        assert_eq!(upper, first[0]);
        let mut rest = &leaves[..];
        for leaf in &bundle.leaves {
            let (length, after) = rest.split_first_chunk::<2>().unwrap();
            let (read, after) = after.split_at(u16::from_be_bytes(*length).into());
            assert_eq!(read, leaf);
            rest = after;
        }
        assert!(rest.is_empty());
        one_file(site, &paths[0], &whole, &bundle).await;
        for path in ["0/002", "0/001", "2/000.p/1", "entries/001"] {
            let path = format!("/contests/{STAGE}/votes/tile/{path}");
            assert_eq!(site.browser().get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        site.work().await;
    }
}
