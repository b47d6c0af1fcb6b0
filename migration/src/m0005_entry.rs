//! Entries: what was submitted, by whom, for whom.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table entry (
    id            uuid primary key,
    contest_id    uuid not null references contest on delete restrict,
    category_id   uuid not null references category on delete restrict,
    code          text not null,
    number        integer,
    title         text not null,
    search_text   text not null,
    state         text not null check (state in ('draft', 'submitted', 'returned', 'accepted', 'rejected', 'withdrawn', 'disqualified')),
    entrant_kind  text not null check (entrant_kind in ('person', 'team', 'unit')),
    entrant_name  text not null,
    shown_name    text not null,
    unit_id       uuid references unit on delete restrict,
    author_id     uuid references "user" on delete restrict,
    entered_by    uuid references "user" on delete restrict,
    resume_hash   bytea,
    phone         text,
    email         text,
    lang          text not null,
    version       integer not null,
    submitted_at  bigint,
    repair_until  bigint,
    promoted_from uuid references entry on delete restrict,
    created_at    bigint not null,
    updated_at    bigint not null,
    unique (code),
    unique (contest_id, number)
);

create index entry_contest_id_state_number on entry (contest_id, state, number);

create index entry_contest_id_category_id_state_number on entry (contest_id, category_id, state, number);

create index entry_author_id on entry (author_id);

create index entry_unit_id on entry (unit_id);

create index entry_entered_by on entry (entered_by);

create index entry_resume_hash on entry (resume_hash);

create table part (
    id       uuid primary key,
    entry_id uuid not null references entry on delete restrict,
    slot_key text not null,
    position integer not null,
    file_id  uuid references file on delete restrict,
    body     text,
    link     text,
    link_key text,
    caption  text,
    alt      text,
    unique (entry_id, slot_key, position)
);

create index part_file_id on part (file_id);

create index part_link_key on part (link_key);

create table contributor (
    id         uuid primary key,
    entry_id   uuid not null references entry on delete restrict,
    role       text not null check (role in ('author', 'co_author', 'representative', 'shown', 'subject', 'guardian', 'officer')),
    name       text not null,
    phone      text,
    email      text,
    birth_date text,
    unit_id    uuid references unit on delete restrict,
    position   integer not null
);

create index contributor_entry_id on contributor (entry_id);

create table consent (
    id              uuid primary key,
    entry_id        uuid not null references entry on delete restrict,
    declaration_key text not null,
    given_by        text not null,
    text_sha256     bytea not null,
    text            text not null,
    given_at        bigint not null,
    withdrawn_at    bigint
);

create index consent_entry_id on consent (entry_id);

create table entry_event (
    id          uuid primary key,
    entry_id    uuid not null references entry on delete restrict,
    kind        text not null,
    note        text,
    actor_id    uuid references "user" on delete restrict,
    happened_at bigint not null
);

create index entry_event_entry_id_happened_at on entry_event (entry_id, happened_at);

create table outside_count (
    id            uuid primary key,
    entry_id      uuid not null references entry on delete restrict,
    kind_key      text not null,
    count         bigint not null,
    read_at       bigint not null,
    proof_file_id uuid references file on delete restrict,
    typed_by      uuid not null references "user" on delete restrict,
    typed_at      bigint not null,
    confirmed_by  uuid references "user" on delete restrict,
    confirmed_at  bigint,
    refused_by    uuid references "user" on delete restrict,
    refused_at    bigint
);

create index outside_count_entry_id_kind_key on outside_count (entry_id, kind_key);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
