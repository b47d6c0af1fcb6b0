//! People: how they prove themselves, what they may do.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = r#"
create table "user" (
    id            uuid primary key,
    name          text not null,
    search_text   text not null,
    email         text,
    phone         text,
    password_hash text,
    lang          text not null,
    is_admin      boolean not null,
    created_at    bigint not null,
    disabled_at   bigint,
    erased_at     bigint
);

create unique index user_email on "user" (email) where email is not null;

create table session (
    id         uuid primary key,
    token_hash bytea not null,
    user_id    uuid not null references "user" on delete restrict,
    device     text not null,
    created_at bigint not null,
    seen_at    bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    unique (token_hash)
);

create index session_user_id on session (user_id);

create table login_code (
    id           uuid primary key,
    purpose      text not null check (purpose in ('sign_in', 'first_admin', 'invitation')),
    email        text,
    user_id      uuid references "user" on delete restrict,
    browser_hash bytea,
    code_hash    bytea not null,
    tries        integer not null,
    created_at   bigint not null,
    expires_at   bigint not null,
    used_at      bigint
);

create index login_code_email on login_code (email);

create table officer (
    id         uuid primary key,
    unit_id    uuid not null references unit on delete restrict,
    user_id    uuid not null references "user" on delete restrict,
    role       text not null check (role in ('lead', 'staff')),
    valid_from bigint not null,
    valid_to   bigint,
    granted_by uuid references "user" on delete restrict
);

create index officer_user_id on officer (user_id);

create index officer_unit_id on officer (unit_id);
"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        crate::run(schema, UP).await
    }
}
