//! The schema, step by step. A step that was released is never edited; we only go forward.
//!
//! Steps are written once, in PostgreSQL's words; `run` says the few of them that SQLite says
//! otherwise. Instants are bigint microseconds since 1970 in UTC, points are hundredths.

pub use sea_orm_migration::prelude::*;

mod m0001_unit;
mod m0002_account;
mod m0003_contest;
mod m0004_media;
mod m0005_entry;
mod m0006_screening;
mod m0007_judging;
mod m0008_voting;
mod m0009_results;
mod m0010_work;
mod m0011_vote_case;
mod m0012_prints;
mod m0013_tally_minute;
mod m0014_vote_member;
mod m0015_witness;
mod m0018_vote_slip;
mod m0019_vote_ballot;
mod m0020_segment_storage;
mod m0021_sheet_notes;
mod m0022_only_added;
mod m0023_plan_file;
mod m0024_poster_file;

/// Brings a database to the newest schema.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_unit::Migration),
            Box::new(m0002_account::Migration),
            Box::new(m0003_contest::Migration),
            Box::new(m0004_media::Migration),
            Box::new(m0005_entry::Migration),
            Box::new(m0006_screening::Migration),
            Box::new(m0007_judging::Migration),
            Box::new(m0008_voting::Migration),
            Box::new(m0009_results::Migration),
            Box::new(m0010_work::Migration),
            Box::new(m0011_vote_case::Migration),
            Box::new(m0012_prints::Migration),
            Box::new(m0013_tally_minute::Migration),
            Box::new(m0014_vote_member::Migration),
            Box::new(m0015_witness::Migration),
            Box::new(m0018_vote_slip::Migration),
            Box::new(m0019_vote_ballot::Migration),
            Box::new(m0020_segment_storage::Migration),
            Box::new(m0021_sheet_notes::Migration),
            Box::new(m0022_only_added::Migration),
            Box::new(m0023_plan_file::Migration),
            Box::new(m0024_poster_file::Migration),
        ]
    }
}

/// Runs a step's statements on either engine.
async fn run(schema: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let connection = schema.get_connection();
    let statements = match connection.get_database_backend() {
        sea_orm_migration::sea_orm::DbBackend::Sqlite => {
            statements.replace(" jsonb", " json_text").replace(" bytea", " blob")
        }
        _ => statements.to_owned(),
    };
    connection.execute_unprepared(&statements).await?;
    Ok(())
}
