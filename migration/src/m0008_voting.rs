//! Voting: the log of votes, and what is projected from it.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table vote_log (
    contest_id   uuid primary key references contest on delete restrict,
    origin       text not null unique,
    holder       text not null,
    holder_url   text not null,
    leased_until bigint not null,
    applied      bigint not null,
    votes        bigint not null,
    closed_at    bigint
);

create table vote_segment (
    contest_id uuid not null references vote_log on delete restrict,
    first      bigint not null,
    count      integer not null check (count > 0),
    leaves     bytea not null,
    details    bytea not null,
    checkpoint text not null,
    primary key (contest_id, first)
);

create table vote_link (
    contest_id uuid not null references contest on delete restrict,
    number     integer not null check (number > 0),
    unit_id    uuid references unit on delete restrict,
    label      text not null,
    quota      integer not null check (quota > 0),
    expires_at bigint not null,
    primary key (contest_id, number)
);

create table vote (
    contest_id uuid not null references contest on delete restrict,
    voter      bytea not null,
    period     integer not null,
    entry_id   uuid not null references entry on delete restrict,
    level      integer not null,
    state      text not null check (state in ('counted', 'held', 'struck', 'withdrawn')),
    link       integer,
    unit_id    uuid references unit on delete restrict,
    device     integer not null,
    receipt    text not null unique,
    leaf       bigint not null,
    last_leaf  bigint not null,
    cast_at    bigint not null,
    changed_at bigint,
    primary key (contest_id, voter, period, entry_id)
);

create index vote_contest_id_state_entry_id on vote (contest_id, state, entry_id);

create index vote_contest_id_last_leaf on vote (contest_id, last_leaf);

create table tally (
    entry_id   uuid not null references entry on delete restrict,
    contest_id uuid not null references contest on delete restrict,
    counted    bigint not null,
    primary key (entry_id)
);

create index tally_contest_id_counted on tally (contest_id, counted);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
