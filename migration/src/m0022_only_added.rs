//! The audit log and the log of votes are only added to: the database itself refuses what would
//! change or remove a row, whoever asks. What lies beside the leaves may be erased still, when
//! nobody may appeal any more.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// On SQLite a row can be replaced without being removed, so a number is given once.
const SQLITE: &str = "
create trigger audit_log_replaced before insert on audit_log
    when exists (select 1 from audit_log where seq = new.seq)
    begin select raise(abort, 'audit_log is only added to'); end;
create trigger audit_log_changed before update on audit_log
    begin select raise(abort, 'audit_log is only added to'); end;
create trigger audit_log_removed before delete on audit_log
    begin select raise(abort, 'audit_log is only added to'); end;
create trigger vote_segment_replaced before insert on vote_segment
    when exists (select 1 from vote_segment
        where contest_id = new.contest_id and first = new.first)
    begin select raise(abort, 'vote_segment is only added to'); end;
create trigger vote_segment_changed
    before update of contest_id, first, count, leaves, checkpoint on vote_segment
    begin select raise(abort, 'vote_segment is only added to'); end;
create trigger vote_segment_removed before delete on vote_segment
    begin select raise(abort, 'vote_segment is only added to'); end;
";

/// An empty table may be emptied: a restored archive begins so.
const POSTGRES: &str = "
create function only_added() returns trigger language plpgsql as $$
declare held boolean := true;
begin
    if tg_op = 'TRUNCATE' then
        execute format('select exists (select from %I.%I)', tg_table_schema, tg_table_name)
            into held;
    end if;
    if held then
        raise exception '% is only added to', tg_table_name;
    end if;
    return null;
end $$;
create trigger audit_log_changed before update or delete on audit_log
    for each row execute function only_added();
create trigger audit_log_removed before truncate on audit_log
    for each statement execute function only_added();
create trigger vote_segment_changed
    before delete or update of contest_id, first, count, leaves, checkpoint on vote_segment
    for each row execute function only_added();
create trigger vote_segment_removed before truncate on vote_segment
    for each statement execute function only_added();
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        let of_engine = match schema.get_connection().get_database_backend() {
            DbBackend::Sqlite => SQLITE,
            _ => POSTGRES,
        };
        crate::run(schema, of_engine).await
    }
}
