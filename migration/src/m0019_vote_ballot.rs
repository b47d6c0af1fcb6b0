//! Ballots: rows of votes know where theirs begins in the log, and what is decided about it. Of a
//! ballot that was changed only the log knows; `hoithi vote rebuild` makes its rows anew.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
alter table vote add column ballot bigint not null default 0;

alter table vote add column aside text not null default 'counted'
    check (aside in ('counted', 'held', 'struck'));

update vote set ballot = leaf;

update vote set aside = state where state in ('held', 'struck');

create index vote_contest_id_ballot on vote (contest_id, ballot);

drop index vote_contest_id_last_leaf;
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
