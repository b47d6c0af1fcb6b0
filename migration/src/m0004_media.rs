//! Files: originals and what is made of them.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table file (
    id           uuid primary key,
    storage_key  text not null,
    name         text not null,
    sha256       bytea not null,
    bytes        bigint not null,
    format       text not null,
    width        integer,
    height       integer,
    milliseconds bigint,
    words        integer,
    taken_at     bigint,
    camera       text,
    facts        jsonb not null,
    state        text not null check (state in ('received', 'ready', 'refused')),
    refusal      text,
    owner_id     uuid references "user" on delete restrict,
    created_at   bigint not null
);

create index file_sha256 on file (sha256);

create table rendition (
    file_id     uuid not null references file on delete restrict,
    name        text not null,
    format      text not null,
    storage_key text not null,
    width       integer not null,
    height      integer not null,
    bytes       bigint not null,
    primary key (file_id, name, format)
);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
