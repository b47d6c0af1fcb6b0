//! Voting: voters and votes.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table voter (
    id         uuid primary key,
    contest_id uuid not null references contest on delete restrict,
    key_hash   bytea not null,
    level      integer not null,
    user_id    uuid references "user" on delete restrict,
    seen_at    bigint not null,
    unique (contest_id, key_hash)
);

create table vote (
    id         uuid primary key,
    contest_id uuid not null references contest on delete restrict,
    entry_id   uuid not null references entry on delete restrict,
    voter_id   uuid not null references voter on delete restrict,
    period     integer not null,
    level      integer not null,
    state      text not null check (state in ('counted', 'held', 'struck', 'withdrawn')),
    unit_id    uuid references unit on delete restrict,
    receipt    text not null,
    cast_at    bigint not null,
    changed_at bigint,
    unique (voter_id, entry_id, period),
    unique (receipt)
);

create index vote_contest_id_state on vote (contest_id, state);

create index vote_entry_id_state on vote (entry_id, state);

create index vote_unit_id on vote (unit_id);

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
