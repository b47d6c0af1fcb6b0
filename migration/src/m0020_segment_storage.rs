//! Segments of logs as they are: what they hold are hashes, which nothing makes smaller, and
//! PostgreSQL would try with every commit.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
alter table vote_segment alter column leaves set storage external;
alter table vote_segment alter column details set storage external;
alter table vote_segment alter column traces set storage external;
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        if schema.get_connection().get_database_backend() == DbBackend::Postgres {
            crate::run(schema, UP).await?;
        }
        Ok(())
    }
}
