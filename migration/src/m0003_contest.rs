//! Contests: the definition, and rows for what others refer to.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table contest (
    id             uuid primary key,
    unit_id        uuid not null references unit on delete restrict,
    parent_id      uuid references contest on delete restrict,
    slug           text not null,
    title          text not null,
    search_text    text not null,
    state          text not null check (state in ('draft', 'announced', 'published', 'closed', 'cancelled')),
    definition     jsonb not null,
    version        integer not null,
    public_version bigint not null,
    next_number    integer not null,
    created_by     uuid references "user" on delete restrict,
    created_at     bigint not null,
    announced_at   bigint,
    published_at   bigint,
    unique (slug)
);

create index contest_unit_id on contest (unit_id);

create index contest_parent_id on contest (parent_id);

create index contest_state_created_at on contest (state, created_at);

create table contest_revision (
    id         uuid primary key,
    contest_id uuid not null references contest on delete restrict,
    version    integer not null,
    definition jsonb not null,
    changed_by uuid references "user" on delete restrict,
    changed_at bigint not null,
    reason     text,
    notice     text,
    unique (contest_id, version)
);

create table phase (
    id          uuid primary key,
    contest_id  uuid not null references contest on delete restrict,
    key         text not null,
    kind        text not null,
    opens_at    bigint not null,
    closes_at   bigint not null,
    grace_until bigint not null,
    unique (contest_id, key)
);

create index phase_kind_closes_at on phase (kind, closes_at);

create table category (
    id         uuid primary key,
    contest_id uuid not null references contest on delete restrict,
    key        text not null,
    title      text not null,
    position   integer not null,
    unique (contest_id, key)
);

create table round (
    id         uuid primary key,
    contest_id uuid not null references contest on delete restrict,
    key        text not null,
    position   integer not null,
    state      text not null check (state in ('waiting', 'open', 'closed')),
    seed       bigint not null,
    opened_at  bigint,
    closed_at  bigint,
    closed_by  uuid references "user" on delete restrict,
    unique (contest_id, key)
);

create table crew (
    id         uuid primary key,
    contest_id uuid not null references contest on delete restrict,
    user_id    uuid not null references "user" on delete restrict,
    role       text not null check (role in ('organiser', 'screener', 'approver', 'auditor')),
    granted_by uuid references "user" on delete restrict,
    granted_at bigint not null,
    ended_at   bigint
);

create index crew_contest_id on crew (contest_id);

create index crew_user_id on crew (user_id);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
