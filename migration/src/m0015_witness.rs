//! Witnesses: what others have cosigned of our logs, and what we have of theirs.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table vote_cosignature (
    contest_id  uuid not null references vote_log on delete restrict,
    witness     text not null,
    size        bigint not null,
    line        text not null,
    cosigned_at bigint not null,
    primary key (contest_id, witness)
);

create table witness_head (
    origin text primary key,
    size   bigint not null,
    root   bytea not null
);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
