//! One-time passwords, when a session was last used, counted attempts to sign in, and the audit trail.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

use crate::rights::{disable_accounts, end_sessions};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        // Going down leaves both standing.
        if manager.has_table("audit_entry").await? {
            return Ok(());
        }
        manager.create_table(sign_in_attempt()).await?;
        manager.create_table(audit_entry()).await?;
        for (name, columns) in INDEXES {
            let mut index = Index::create();
            index.name(name).table("audit_entry");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        for statement in append_only(manager.get_database_backend()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The audit trail and lock-outs stay for as long as there are accounts, and nobody's one-time password becomes a
        // lasting one.
        end_sessions(manager).await?;
        disable_accounts(manager, Expr::col("one_time_until").is_not_null().into_condition()).await?;
        for (table, column) in columns() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}

const INDEXES: [(&str, &[&str]); 2] =
    [("audit_entry_at", &["at", "id"]), ("audit_entry_target", &["target_id", "at", "id"])];

fn columns() -> [(&'static str, ColumnDef); 2] {
    [
        ("account", timestamp_with_time_zone_null("one_time_until")),
        ("session", timestamp_with_time_zone_null("last_used_at")),
    ]
}

fn sign_in_attempt() -> TableCreateStatement {
    Table::create()
        .table("sign_in_attempt")
        .col(integer("slot").primary_key())
        .col(integer("failures"))
        .col(timestamp_with_time_zone("last_at"))
        .to_owned()
}

fn audit_entry() -> TableCreateStatement {
    let refers = |column: &'static str| {
        ForeignKey::create().from_tbl("audit_entry").from_col(column).to_tbl("account").to_col("id").to_owned()
    };
    Table::create()
        .table("audit_entry")
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("at"))
        .col(uuid_null("actor_id"))
        .col(string_len("action", 32))
        .col(uuid("target_id"))
        .col(text("detail"))
        .foreign_key(&mut refers("actor_id"))
        .foreign_key(&mut refers("target_id"))
        .to_owned()
}

/// The database itself refuses to change or remove an entry.
fn append_only(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        &[
            "CREATE FUNCTION audit_entry_stands() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
            "CREATE TRIGGER audit_entry_stands BEFORE UPDATE OR DELETE ON audit_entry
             FOR EACH ROW EXECUTE FUNCTION audit_entry_stands()",
        ]
    } else {
        &[
            "CREATE TRIGGER audit_entry_not_updated BEFORE UPDATE ON audit_entry
             BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
            "CREATE TRIGGER audit_entry_not_deleted BEFORE DELETE ON audit_entry
             BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
        ]
    }
}
