//! Later work, letters and the audit log.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table job (
    id           uuid primary key,
    kind         text not null,
    payload      jsonb not null,
    due_at       bigint not null,
    leased_until bigint,
    tries        integer not null,
    last_error   text,
    given_up_at  bigint,
    created_at   bigint not null
);

create index job_due_at on job (due_at);

create table letter (
    id         uuid primary key,
    message_id text not null,
    recipient  text not null,
    lang       text not null,
    kind       text not null,
    subject    text not null,
    body       text not null,
    state      text not null check (state in ('queued', 'sent', 'failed')),
    last_error text,
    tries      integer not null default 0,
    contest_id uuid references contest on delete restrict,
    entry_id   uuid references entry on delete restrict,
    created_at bigint not null,
    sent_at    bigint,
    unique (message_id)
);

create index letter_contest_id_state on letter (contest_id, state);

create index letter_state_created_at on letter (state, created_at);

create table audit_log (
    seq         bigint not null,
    happened_at bigint not null,
    actor_id    uuid references "user" on delete restrict,
    role        text not null,
    act         text not null,
    subject     text not null,
    contest_id  uuid references contest on delete restrict,
    before      jsonb,
    after       jsonb,
    request_id  text,
    hash        bytea not null,
    primary key (seq)
);

create index audit_log_contest_id_seq on audit_log (contest_id, seq);

create index audit_log_subject on audit_log (subject);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
