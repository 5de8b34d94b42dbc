//! Taking migrations back: what would be lost, and all of it or nothing.

use std::collections::BTreeMap;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait};

use super::Database;

/// What going down takes from a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The table.
    pub table: String,
    /// Its rows before.
    pub rows: i64,
    /// Its rows afterwards; none where the table is gone.
    pub left: Option<i64>,
    /// Columns it would lose.
    pub columns: Vec<String>,
}

/// What going down takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Tables that lose something.
    pub tables: Vec<Loss>,
    /// Accounts that can't sign in any more until they are enabled, because they could with less than before.
    pub accounts: i64,
}

type Tables = BTreeMap<String, (i64, Vec<String>)>;

impl Database {
    /// What taking back the last `steps` migrations would lose. Tried, and taken back itself.
    pub async fn would_lose(&self, steps: u32) -> Result<Losses, DbErr> {
        let transaction = self.writer.pool.begin().await?;
        let losses = descend(&transaction, steps).await;
        transaction.rollback().await?;
        losses
    }

    /// Takes back the last `steps` migrations and what they held: all of it or, where something fails, nothing.
    pub async fn migrate_down(&self, steps: u32) -> Result<Losses, DbErr> {
        let transaction = self.writer.pool.begin().await?;
        let losses = descend(&transaction, steps).await?;
        transaction.commit().await?;
        Ok(losses)
    }
}

async fn descend(transaction: &DatabaseTransaction, steps: u32) -> Result<Losses, DbErr> {
    let (before, disabled) = (tables(transaction).await?, disabled(transaction).await?);
    Migrator::down(transaction, Some(steps)).await?;
    let after = tables(transaction).await?;
    let accounts = if after.contains_key("account") { disabled_since(transaction, disabled).await? } else { 0 };
    let mut losses = Losses { tables: Vec::new(), accounts };
    for (table, (rows, columns)) in before {
        let (left, kept) =
            after.get(&table).map_or((None, &[][..]), |(rows, columns)| (Some(*rows), columns.as_slice()));
        let columns: Vec<String> =
            columns.into_iter().filter(|column| left.is_some() && !kept.contains(column)).collect();
        if table != "seaql_migrations" && (left != Some(rows) || !columns.is_empty()) {
            losses.tables.push(Loss { table, rows, left, columns });
        }
    }
    Ok(losses)
}

async fn disabled(connection: &impl ConnectionTrait) -> Result<i64, DbErr> {
    count(connection, "SELECT COUNT(*) AS rows FROM account WHERE disabled_at IS NOT NULL").await
}

async fn disabled_since(connection: &impl ConnectionTrait, before: i64) -> Result<i64, DbErr> {
    Ok(disabled(connection).await? - before)
}

/// Every table with its rows and columns.
async fn tables(connection: &impl ConnectionTrait) -> Result<Tables, DbErr> {
    let sql = match connection.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text AS a, column_name::text AS b FROM information_schema.columns
             WHERE table_schema = current_schema() ORDER BY 1, ordinal_position"
        }
        _ => {
            "SELECT m.name AS a, c.name AS b FROM sqlite_master AS m, pragma_table_info(m.name) AS c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, c.cid"
        }
    };
    let mut found = Tables::new();
    for row in connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await? {
        let (table, column): (String, String) = (row.try_get("", "a")?, row.try_get("", "b")?);
        found.entry(table).or_default().1.push(column);
    }
    for (table, (rows, _)) in &mut found {
        *rows = count(connection, &format!("SELECT COUNT(*) AS rows FROM \"{table}\"")).await?;
    }
    Ok(found)
}

async fn count(connection: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?;
    row.map_or(Ok(0), |row| row.try_get("", "rows"))
}
