//! Counts by the minute, so that what the public saw at a moment stays what it was; what a vote is
//! worth on its ballot.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
alter table vote add column worth integer not null default 1;

alter table tally add column seen bigint not null default 0;

insert into tally (entry_id, contest_id, counted, seen)
select entry_id, contest_id, 0, count(*)
from vote where state <> 'withdrawn'
group by entry_id, contest_id
on conflict (entry_id) do update set seen = excluded.seen;

create table tally_minute (
    entry_id   uuid not null references entry on delete restrict,
    minute     bigint not null,
    contest_id uuid not null references contest on delete restrict,
    moved      bigint not null,
    primary key (entry_id, minute)
);

create index tally_minute_contest_id on tally_minute (contest_id);

insert into tally_minute (entry_id, minute, contest_id, moved)
select entry_id, cast_at / 60000000, contest_id, count(*)
from vote where state <> 'withdrawn'
group by entry_id, cast_at / 60000000, contest_id;
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
