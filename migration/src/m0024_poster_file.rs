//! The poster of a contest, where somebody drew one.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = "
alter table contest add column poster_file_id uuid references file on delete restrict;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
