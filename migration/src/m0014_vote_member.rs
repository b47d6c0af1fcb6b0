//! Rolls of voters.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table vote_member (
    contest_id uuid not null references contest on delete restrict,
    number     integer not null check (number > 0),
    unit_id    uuid references unit on delete restrict,
    code_hash  bytea not null unique,
    primary key (contest_id, number)
);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
