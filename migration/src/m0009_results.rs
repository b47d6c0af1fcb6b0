//! Results: decisions, publications, what follows from them.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table decision (
    id         uuid primary key,
    contest_id uuid not null references contest on delete restrict,
    kind       text not null check (kind in ('tie', 'empty_prize', 'promotion', 'next_in_line', 'disqualification')),
    subject    jsonb not null,
    reason     text not null,
    decided_by uuid not null references "user" on delete restrict,
    decided_at bigint not null
);

create index decision_contest_id on decision (contest_id);

create table publication (
    id          uuid primary key,
    contest_id  uuid not null references contest on delete restrict,
    number      integer not null,
    state       text not null check (state in ('proposed', 'published', 'replaced', 'dropped')),
    proposed_by uuid not null references "user" on delete restrict,
    proposed_at bigint not null,
    approved_by uuid references "user" on delete restrict,
    approved_at bigint,
    inputs_hash bytea not null,
    replaces_id uuid references publication on delete restrict,
    reason      text,
    refusal     text,
    summary     jsonb not null,
    unique (contest_id, number)
);

create table standing (
    id             uuid primary key,
    publication_id uuid not null references publication on delete restrict,
    table_key      text not null,
    place          integer not null,
    position       integer not null,
    entry_id       uuid references entry on delete restrict,
    unit_id        uuid references unit on delete restrict,
    millionths     bigint not null,
    worksheet      jsonb not null,
    unique (publication_id, table_key, position)
);

create index standing_entry_id on standing (entry_id);

create table award (
    id             uuid primary key,
    publication_id uuid not null references publication on delete restrict,
    prize_key      text not null,
    position       integer not null,
    entry_id       uuid references entry on delete restrict,
    unit_id        uuid references unit on delete restrict,
    recipient      text not null,
    state          text not null check (state in ('given', 'accepted', 'declined', 'lapsed', 'empty')),
    certificate    text,
    certificate_no integer,
    changed_at     bigint,
    unique (publication_id, prize_key, position)
);

create index award_certificate on award (certificate);

create index award_entry_id on award (entry_id);

create table promotion (
    id              uuid primary key,
    from_entry_id   uuid not null references entry on delete restrict,
    to_entry_id     uuid not null references entry on delete restrict,
    from_contest_id uuid not null references contest on delete restrict,
    to_contest_id   uuid not null references contest on delete restrict,
    basis           text not null,
    promoted_by     uuid references "user" on delete restrict,
    promoted_at     bigint not null,
    unique (from_entry_id, to_contest_id)
);

create index promotion_to_contest_id on promotion (to_contest_id);

create table complaint (
    id          uuid primary key,
    contest_id  uuid not null references contest on delete restrict,
    entry_id    uuid references entry on delete restrict,
    code        text not null,
    name        text not null,
    contact     text not null,
    body        text not null,
    filed_at    bigint not null,
    decision    text check (decision in ('upheld', 'dismissed')),
    answer      text,
    answered_by uuid references "user" on delete restrict,
    answered_at bigint,
    unique (code)
);

create index complaint_contest_id on complaint (contest_id);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
