//! Contests: files, findings, rows, windows.

mod generated;
mod shape;

use entity::contest::State;
use entity::instant::Instant;
use entity::{category, phase};
use hoithi::contest::apply::{self, Change, apply};
use hoithi::contest::definition::{Definition, Moment, PhaseKind};
use hoithi::contest::{self, Organiser, document, moment};
use hoithi::db;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::support::both;

/// All contest files that are shipped, parents first.
pub fn examples() -> Vec<(String, Definition)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/contests");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let read = files.into_iter().map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let definition = document::read(&text).unwrap_or_else(|error| {
            panic!("{name}:{}:{}: {error}", error.line, error.column);
        });
        (name, definition)
    });
    let mut read: Vec<_> = read.collect();
    let parents: std::collections::HashMap<_, _> =
        read.iter().map(|(_, one)| (one.slug.clone(), one.parent.clone())).collect();
    let depth = |slug: &str| {
        std::iter::successors(parents.get(slug).cloned().flatten(), |slug| parents[slug].clone())
            .count()
    };
    read.sort_by_key(|(_, definition)| depth(&definition.slug));
    read
}

pub fn example(slug: &str) -> Definition {
    let found = examples().into_iter().find(|(_, definition)| definition.slug == slug);
    found.expect("an example").1
}

#[test]
fn every_example_can_be_used() {
    let examples = examples();
    let above = |slug: &str| {
        examples.iter().find(|(_, other)| other.slug == slug).map(|(_, other)| other.clone())
    };
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/contests");
    for (name, _) in &examples {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let found = document::examine(&text, above).found;
        let errors: Vec<_> = found.into_iter().filter(|one| one.finding.is_error()).collect();
        assert_eq!(errors, [], "{name}");
    }
}

#[test]
fn at_least_twenty_four_examples_follow_published_rules() {
    let published = examples().into_iter().filter(|(_, one)| !one.sources.is_empty()).count();

    assert!(published >= 24, "{published}");
}

/// The contests that the platform was first asked to carry: the words that tell one, and a file of
/// each.
const ASKED_FOR: [(&str, &[&str]); 7] = [
    ("Vòng tay công đoàn", &["vong-tay-cong-doan-1-2020", "vong-tay-cong-doan-3-2023"]),
    ("tập thể dục giữa giờ", &["the-duc-giua-gio-toan-quoc-2020", "the-duc-giua-gio-ba-don-2020"]),
    ("Nét đẹp", &["net-dep-toan-quoc-2019", "net-dep-ngan-hang-2019", "net-dep-binh-phuoc-2020"]),
    ("An toàn giao thông", &["an-toan-giao-thong-anh-2026"]),
    ("tranh cổ động", &["tranh-co-dong-dai-hoi-2017"]),
    ("người tốt, việc tốt", &["nguoi-tot-viec-tot-bhxh-ha-noi-2020"]),
    ("Tết Sum vầy", &["tet-sum-vay-tiktok-2023"]),
];

#[test]
fn all_seven_contests_that_were_asked_for_are_among_the_examples() {
    let examples = examples();
    let title = |slug: &str| {
        let found = examples.iter().find(|(_, one)| one.slug == slug);
        found.map_or(String::new(), |(_, one)| one.title.vi.to_lowercase())
    };
    let missing: Vec<_> = ASKED_FOR
        .iter()
        .flat_map(|(words, slugs)| slugs.iter().map(move |slug| (*words, *slug)))
        .filter(|(words, slug)| !title(slug).contains(&words.to_lowercase()))
        .collect();

    assert_eq!(missing, []);
}

#[test]
fn every_example_says_what_its_source_does_not_and_we_chose() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/contests");
    let silent: Vec<_> = examples()
        .into_iter()
        .map(|(name, _)| (std::fs::read_to_string(folder.join(&name)).unwrap(), name))
        .filter(|(text, _)| {
            let notes = text.lines().filter_map(|line| line.split_once('#').map(|parts| parts.1));
            !notes.clone().any(|note| note.contains("we chose") || note.contains("ours"))
        })
        .map(|(_, name)| name)
        .collect();

    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn writing_a_file_and_reading_it_changes_nothing() {
    for (name, definition) in examples() {
        let again = document::read(&document::write(&definition));
        assert_eq!(again.as_ref(), Ok(&definition), "{name}");
    }
}

#[test]
fn moments_mean_what_people_mean() {
    let opens = |text: &str| moment::opens(&Moment::from(text)).map(|at| at.to_string());
    let closes = |text: &str| moment::closes(&Moment::from(text)).map(|at| at.to_string());

    assert_eq!(opens("2026-04-30").unwrap(), "2026-04-29T17:00:00Z");
    assert_eq!(closes("2026-04-30").unwrap(), "2026-04-30T17:00:00Z");
    assert_eq!(closes("2026-04-30 24:00").unwrap(), "2026-04-30T17:00:00Z");
    assert_eq!(closes("2026-12-31 17:00").unwrap(), "2026-12-31T10:00:00Z");
    assert_eq!(opens("2026-12-01 0h00").unwrap(), "2026-11-30T17:00:00Z");
    assert_eq!(opens("2020-09-31"), Err(moment::Error::NoSuchDay(30)));
    assert_eq!(opens("2023-02-29"), Err(moment::Error::NoSuchDay(28)));
    for none in ["", "tomorrow", "2026-13-01", "2026-04-30 25:00", "2026-04-30 24:01", "30/4/2026"]
    {
        assert!(opens(none).is_err(), "{none}");
    }
}

#[test]
fn a_fault_in_the_shape_names_its_line() {
    let error =
        document::read("slug: x\ntitle: Tên\nunit: z\nphases: []\ncategorys: []\n").unwrap_err();

    assert_eq!(error.line, 5);
    assert!(error.reason.contains("categorys"), "{}", error.reason);
}

#[test]
fn a_path_leads_to_its_line() {
    let text = "slug: x\nphases:\n  - key: a\n    closes: 2020-09-31\n  - key: b\n";

    assert_eq!(document::place(text, "/phases/0/closes"), (4, 5));
    assert_eq!(document::place(text, "/phases/1/opens").0, 5);
    assert_eq!(document::place(text, "/slug"), (1, 1));
}

async fn count_phases(site: &crate::support::Site, id: entity::id::ContestId) -> usize {
    let rows = phase::Entity::find().filter(phase::Column::ContestId.eq(id));
    rows.all(&site.app.db).await.unwrap().len()
}

both! {
    async fn every_example_applies_exports_and_applies_to_the_same(site: Site) {
        site.units().await;
        let now = site.app.clock.now();
        for (name, definition) in examples() {
            let tx = db::begin(&site.app.db).await.unwrap();
            let id = apply(&tx, &definition, None, &Change::default(), now).await.unwrap_or_else(|e| panic!("{name}: {e:?}"));
            let kept = contest::by_id(&tx, id).await.unwrap();
            let again = document::read(&document::write(&kept.definition)).unwrap();
            apply(&tx, &again, None, &Change::default(), now).await.unwrap();
            let after = contest::by_id(&tx, id).await.unwrap();
            tx.commit().await.unwrap();

            assert_eq!(*after.definition, definition, "{name}");
            assert_eq!(after.row.version, 1, "{name}");
            assert_eq!(count_phases(site, id).await, definition.phases.len(), "{name}");
        }
    }

    async fn every_example_opens_and_closes_its_phases_by_the_clock(site: Site) {
        site.units().await;
        let now = site.app.clock.now();
        for (name, definition) in examples() {
            let tx = db::begin(&site.app.db).await.unwrap();
            let id = apply(&tx, &definition, None, &Change::default(), now).await.unwrap();
            let kept = contest::by_id(&tx, id).await.unwrap();
            tx.commit().await.unwrap();

            let written: Vec<_> = definition.phases.iter().map(|phase| {
                (&phase.key, moment::opens(&phase.opens).unwrap(), moment::closes(&phase.closes).unwrap())
            }).collect();
            let edges = written.iter().flat_map(|(_, opens, closes)| [opens.micros(), closes.micros()]);
            for edge in edges.flat_map(|edge| [edge - 1, edge]) {
                let at = Instant::from_micros(edge).unwrap();
                let open: Vec<_> = definition.phases.iter().map(|phase| &phase.key)
                    .filter(|key| kept.window(key).unwrap().contains(at)).collect();
                let meant: Vec<_> = written.iter()
                    .filter(|(_, opens, closes)| opens.micros() <= edge && edge < closes.micros())
                    .map(|(key, ..)| *key).collect();
                assert_eq!(open, meant, "{name} at {at}");
            }
        }
    }

    async fn a_change_keeps_rows_and_raises_the_version(site: Site) {
        site.units().await;
        let now = site.app.clock.now();
        let mut definition = example("net-dep-toan-quoc-2019");
        let tx = db::begin(&site.app.db).await.unwrap();
        let id = apply(&tx, &definition, None, &Change::default(), now).await.unwrap();
        let before = category::Entity::find().all(&tx).await.unwrap();
        definition.categories[0].title.vi = "Ảnh đẹp".to_owned();
        apply(&tx, &definition, None, &Change::default(), now).await.unwrap();
        let after = category::Entity::find().all(&tx).await.unwrap();
        let kept = contest::by_id(&tx, id).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(before[0].id, after[0].id);
        assert_eq!(after[0].title, "Ảnh đẹp");
        assert_eq!(kept.row.version, 2);
    }

    async fn an_announced_contest_changes_only_with_a_reason_and_a_notice(site: Site) {
        site.units().await;
        site.leads("tong-lien-doan", "lead@example.vn").await;
        let (now, user) = (site.app.clock.now(), site.person("lead@example.vn").await);
        let mut definition = example("net-dep-toan-quoc-2019");
        let tx = db::begin(&site.app.db).await.unwrap();
        let id = apply(&tx, &definition, Some(user), &Change::default(), now).await.unwrap();
        let kept = contest::by_id(&tx, id).await.unwrap();
        let organiser = Organiser::of(&tx, &kept, user, now).await.unwrap();
        apply::announce(&tx, &organiser, now).await.unwrap();
        definition.phases[0].closes = "2019-08-20".into();
        definition.phases[1].opens = "2019-08-21".into();

        let silent = apply(&tx, &definition, Some(user), &Change::default(), now).await;
        let change = Change { reason: "bão".to_owned(), notice: "Gia hạn đến 20/8".to_owned() };
        let said = apply(&tx, &definition, Some(user), &change, now).await;

        assert!(matches!(silent, Err(apply::Error::NoReason)));
        assert!(said.is_ok());
        let kept = contest::by_id(&tx, id).await.unwrap();
        assert_eq!(kept.row.state, State::Announced);
        assert!(kept.open(PhaseKind::Intake, "2019-08-20T16:59:59Z".parse().unwrap()).is_some());
        tx.commit().await.unwrap();
    }

    async fn a_faulty_definition_is_refused_whole(site: Site) {
        site.units().await;
        let mut definition = example("net-dep-toan-quoc-2019");
        definition.phases[0].closes = "2019-09-31".into();
        definition.tables[0].ties.clear();
        let tx = db::begin(&site.app.db).await.unwrap();

        let refused = apply(&tx, &definition, None, &Change::default(), site.app.clock.now()).await;

        let Err(apply::Error::Findings(found)) = refused else { panic!("{refused:?}") };
        let codes: Vec<_> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["lint-no-such-day", "lint-no-tie-rule"]);
        assert!(contest::by_slug(&tx, "net-dep-toan-quoc-2019").await.is_err());
        tx.commit().await.unwrap();
    }
}
