//! The union's tree: types are data, places in the tree have dates.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table unit_type (
    code     text not null,
    label_vi text not null,
    label_en text not null,
    position integer not null,
    primary key (code)
);

create table unit (
    id            uuid primary key,
    code          text not null,
    type_code     text not null references unit_type,
    name          text not null,
    short_name    text,
    province_code text,
    search_text   text not null,
    path          text not null,
    source        text,
    valid_from    bigint,
    valid_to      bigint,
    merged_into   uuid references unit on delete restrict,
    created_at    bigint not null,
    unique (code)
);

create index unit_path on unit (path);

create index unit_search_text on unit (search_text);

create table unit_parent (
    unit_id    uuid not null references unit on delete restrict,
    parent_id  uuid not null references unit on delete restrict,
    valid_from bigint not null,
    valid_to   bigint,
    primary key (unit_id, valid_from)
);

create index unit_parent_parent_id on unit_parent (parent_id);

create table unit_strength (
    unit_id uuid not null references unit on delete restrict,
    as_of   bigint not null,
    members integer not null,
    primary key (unit_id, as_of)
);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
