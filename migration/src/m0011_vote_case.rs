//! The fraud desk: traces that can be erased, cases of votes, what was ruled about them.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
alter table vote_segment add column traces bytea;

alter table vote add column network integer not null default 0;

alter table vote add column by_page boolean not null default true;

create table vote_case (
    id           uuid primary key,
    contest_id   uuid not null references contest on delete restrict,
    code         text not null unique,
    entry_id     uuid not null references entry on delete restrict,
    link         integer,
    state        text not null check (state in
        ('open', 'held', 'proposed', 'struck', 'appealed', 'restored', 'released', 'dismissed')),
    points       integer not null,
    findings     jsonb not null,
    leaves       jsonb not null,
    first_at     bigint not null,
    last_at      bigint not null,
    found_at     bigint not null,
    reason       text,
    proposed_by  uuid references "user" on delete restrict,
    appeal_until bigint
);

create index vote_case_contest_id_state on vote_case (contest_id, state);

create table vote_ruling (
    id       uuid primary key,
    case_id  uuid not null references vote_case on delete restrict,
    act      text not null,
    words    text not null,
    votes    integer not null,
    ruled_by uuid not null references "user" on delete restrict,
    ruled_at bigint not null
);

create index vote_ruling_case_id on vote_ruling (case_id);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
