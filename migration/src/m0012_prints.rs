//! Fingerprints of works, the likenesses found among them, and how far a file's drawing is.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
alter table file add column progress integer;

create table print (
    part_id     uuid primary key references part on delete cascade,
    kind        text not null check (kind in ('picture', 'film', 'text')),
    bytes       bytea not null,
    compared_at bigint
);

create index print_compared_at on print (compared_at);

create table duplicate (
    part_id  uuid not null references part on delete cascade,
    other_id uuid not null references part on delete cascade,
    shape    text not null check (shape in ('whole', 'turned', 'crop', 'film', 'text')),
    distance integer not null,
    found_at bigint not null,
    primary key (part_id, other_id)
);

create index duplicate_other_id on duplicate (other_id);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
