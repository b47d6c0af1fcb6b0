//! The schema: every entity reads its table, on both engines.

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
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("entity/src");
    let here = include_str!("schema.rs");
    for file in std::fs::read_dir(source).unwrap() {
        let name = file.unwrap().file_name().to_string_lossy().replace(".rs", "");
        let named = here.lines().any(|line| line.trim() == name);
        assert!(named || ["lib", "id", "instant"].contains(&name.as_str()), "{name}");
    }
}
