//! Screening: is an entry valid.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table screening (
    id           uuid primary key,
    entry_id     uuid not null references entry on delete restrict,
    verdict      text not null check (verdict in ('accepted', 'returned', 'rejected')),
    reason       text,
    note         text,
    repair_until bigint,
    screener_id  uuid not null references "user" on delete restrict,
    found_at     bigint not null,
    undone_at    bigint
);

create index screening_entry_id on screening (entry_id);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
