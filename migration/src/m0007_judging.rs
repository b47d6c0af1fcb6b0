//! Judging: seats, sheets, results of rounds.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table seat (
    id          uuid primary key,
    round_id    uuid not null references round on delete restrict,
    user_id     uuid not null references "user" on delete restrict,
    number      integer not null,
    chair       boolean not null,
    version     integer not null,
    created_at  bigint not null,
    finished_at bigint,
    left_at     bigint,
    unique (round_id, user_id),
    unique (round_id, number)
);

create index seat_user_id on seat (user_id);

create table candidate (
    round_id   uuid not null references round on delete restrict,
    entry_id   uuid not null references entry on delete restrict,
    alias      text not null,
    sheets     integer,
    millionths bigint,
    went_on    boolean,
    worksheet  jsonb,
    primary key (round_id, entry_id),
    unique (round_id, alias)
);

create index candidate_entry_id on candidate (entry_id);

create table assignment (
    id       uuid primary key,
    round_id uuid not null references round on delete restrict,
    entry_id uuid not null references entry on delete restrict,
    seat_id  uuid not null references seat on delete restrict,
    position integer not null,
    state    text not null check (state in ('open', 'done', 'stepped_aside')),
    reason   text,
    favourite boolean not null,
    flag     text,
    unique (seat_id, entry_id),
    unique (seat_id, position)
);

create index assignment_round_id_state on assignment (round_id, state);

create index assignment_entry_id on assignment (entry_id);

create table sheet (
    id            uuid primary key,
    assignment_id uuid not null references assignment on delete restrict,
    version       integer not null,
    comment       text,
    saved_at      bigint not null,
    unique (assignment_id)
);

create table mark (
    sheet_id      uuid not null references sheet on delete restrict,
    criterion_key text not null,
    hundredths    integer not null,
    primary key (sheet_id, criterion_key)
);

create table paper (
    id         uuid primary key,
    seat_id    uuid not null references seat on delete restrict,
    rows       jsonb not null,
    state      text not null check (state in ('keyed', 'sent_back', 'checked')),
    keyed_by   uuid not null references "user" on delete restrict,
    keyed_at   bigint not null,
    checked_by uuid references "user" on delete restrict,
    checked_at bigint,
    note       text,
    check (checked_by is null or checked_by <> keyed_by)
);

create index paper_seat_id on paper (seat_id);

create table comparison (
    id        uuid primary key,
    round_id  uuid not null references round on delete restrict,
    seat_id   uuid not null references seat on delete restrict,
    better_id uuid not null references entry on delete restrict,
    worse_id  uuid not null references entry on delete restrict,
    said_at   bigint not null,
    unique (seat_id, better_id, worse_id),
    check (better_id <> worse_id)
);

create index comparison_round_id on comparison (round_id, said_at);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
