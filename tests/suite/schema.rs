//! The schema: every entity reads its table, on both engines; and every test that has a database runs
//! on both.

use std::path::Path;

use sea_orm::EntityTrait;

use crate::support::both;

both! {
    #[expect(clippy::too_many_lines, reason = "one table a line")]
    async fn every_entity_reads_its_table(site: Site) {
        macro_rules! read {
            ($($table:ident)*) => { $(
                entity::$table::Entity::find().one(&site.app.db).await.expect(stringify!($table));
            )* };
        }
        read! {
            assignment
            audit_log
            award
            candidate
            category
            comparison
            complaint
            consent
            contest
            contest_revision
            contributor
            crew
            decision
            duplicate
            entry
            entry_event
            file
            job
            letter
            login_code
            mark
            officer
            outside_count
            paper
            part
            phase
            print
            promotion
            publication
            rendition
            round
            screening
            seat
            session
            sheet
            standing
            tally
            tally_minute
            unit
            unit_parent
            unit_strength
            unit_type
            user
            vote
            vote_case
            vote_cosignature
            vote_link
            vote_log
            vote_member
            vote_ruling
            vote_segment
            witness_head
        }
    }
}

#[test]
fn every_table_is_read_by_the_test_above() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("entity/src");
    let here = include_str!("schema.rs");
    for file in std::fs::read_dir(source).unwrap() {
        let name = file.unwrap().file_name().to_string_lossy().replace(".rs", "");
        let named = here.lines().any(|line| line.trim() == name);
        assert!(named || ["lib", "id", "instant"].contains(&name.as_str()), "{name}");
    }
}

/// Files whose tests open a site by themselves instead of through `both!`, how often, and why. What
/// the operator's commands do is tried on the database that they make for themselves.
const ALONE: [(&str, usize, &str); 11] = [
    ("backup.rs", 1, "the database that was restored, beside the one of the test"),
    ("crash.rs", 1, "what a process left behind when the power went"),
    ("crowded.rs", 3, "only on PostgreSQL do two transactions wait for each other"),
    ("film/made.rs", 1, "what ffmpeg reports of a film, and nothing of the database"),
    ("nodes.rs", 1, "what two processes on one PostgreSQL left behind"),
    ("operator/votes.rs", 1, "what commands left behind, in the folder that they work on"),
    ("silence.rs", 1, "only a line to PostgreSQL falls silent"),
    ("storage.rs", 2, "one for each engine, with a bucket for a store; what a command left behind"),
    ("storage/bucket.rs", 1, "what a command left behind"),
    ("votes/trust.rs", 1, "a witness, beside the site of the test"),
    ("web.rs", 1, "one for each engine, whose database is closed before the end"),
];

/// How often each file of the suite opens a site or a database by itself.
fn opened(folder: &Path, below: &str, found: &mut Vec<(String, usize)>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let item = item.unwrap();
        let name = item.file_name().to_string_lossy().into_owned();
        if item.path().is_dir() && name != "support" {
            opened(&item.path(), &format!("{below}{name}/"), found);
        } else if name.ends_with(".rs") && name != "schema.rs" {
            let text = std::fs::read_to_string(item.path()).unwrap();
            let ways =
                ["Site::new(", "Site::with_store(", "db::connect(", "Pool::open(", "App::open("];
            let count = ways.iter().map(|way| text.matches(way).count()).sum();
            found.extend((count > 0).then(|| (format!("{below}{name}"), count)));
        }
    }
}

#[test]
fn every_test_that_has_a_database_runs_on_both_engines() {
    let mut found = Vec::new();
    opened(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite"), "", &mut found);
    found.sort();

    let allowed: Vec<_> =
        ALONE.iter().map(|(file, count, _)| ((*file).to_owned(), *count)).collect();
    assert_eq!(found, allowed);
}
