//! Puts a backup into an empty database and an object store, whichever kinds the backup was made of.

use std::fmt;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use messages::{Language, Message, message};
use objects::{ObjectStore, StoreError};
use sea_orm::{ConnectionTrait, DbErr};

use crate::{
    backup::{Backup, BackupError, TableFile},
    store::{
        Database,
        dump::{self, Column, Kind, Row, Table},
    },
};

const ROWS_AT_ONCE: usize = 500;
const OBJECTS_AT_ONCE: usize = 4;
/// Tables into which making them puts rows.
const FILLED_FROM_THE_START: [&str; 2] = ["outbox_head", "policy"];

/// What was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Tables.
    pub tables: usize,
    /// Rows of all tables.
    pub rows: u64,
    /// Objects.
    pub objects: u64,
}

/// Why a backup was not restored. Objects that were written by then stay, and do no harm; the database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The backup can't be read, or was changed.
    Backup(#[from] BackupError),
    /// The database.
    Database(#[from] DbErr),
    /// Rows that the database does not take.
    Rows {
        /// Their table.
        table: String,
        /// What the database says.
        #[source]
        error: DbErr,
    },
    /// The object store.
    Objects(#[from] StoreError),
    /// There is something in the database already.
    NotEmpty {
        /// A table.
        table: String,
        /// Its rows.
        rows: u64,
    },
    /// The database has a table that is not Onsite's.
    Foreign(String),
    /// The backup was made by a newer program.
    Newer {
        /// The program that made it.
        version: String,
        /// The first migration that is not known here.
        migration: String,
    },
    /// The backup has a column of a kind that is not known.
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its kind.
        kind: String,
    },
    /// A table has other rows than the backup.
    Count {
        /// The table.
        table: String,
        /// Its rows.
        found: u64,
        /// Those it should have.
        expected: u64,
    },
    /// The database's empty tables are newer than the backup's rows.
    NewerTables,
}

impl RestoreError {
    /// What is told of it.
    pub fn message(&self) -> Message {
        match self {
            Self::Backup(error) => error.message(),
            Self::Database(error) => message!(OfDatabase { error: error.to_string() }),
            Self::Rows { table, error } => message!(RestoreRows { table, error: error.to_string() }),
            Self::Objects(error) => message!(OfObjects { error: error.to_string() }),
            Self::NotEmpty { table, rows } => message!(RestoreNotEmpty { table, rows: *rows }),
            Self::Foreign(table) => message!(RestoreForeign { table }),
            Self::Newer { version, migration } => message!(RestoreNewer { version, migration }),
            Self::Column { table, column, kind } => message!(RestoreColumn { table, column, kind }),
            Self::Count { table, found, expected } => {
                message!(RestoreCount { table, found: *found, expected: *expected })
            }
            Self::NewerTables => message!(RestoreNewerTables),
        }
    }
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

/// Restores a backup into a database without data, and brings its tables up to date. The backup is checked first, as a
/// whole. `step` is called after each file, page of rows and object.
///
/// # Errors
/// [`RestoreError`] says what; the database is then as it was, but for its empty tables.
pub async fn restore(
    database: &Database,
    objects: &ObjectStore,
    backup: &Backup,
    step: &(dyn Fn() + Sync),
) -> Result<Restored, RestoreError> {
    backup.check(&step)?;
    let known = Database::known_migrations();
    let manifest = &backup.manifest;
    if let Some(migration) = manifest.migrations.iter().find(|migration| !known.contains(migration)) {
        return Err(RestoreError::Newer { version: manifest.version.clone(), migration: migration.clone() });
    }
    expect_empty(database).await?;
    if database.applied_migrations().await?.len() > manifest.migrations.len() {
        return Err(RestoreError::NewerTables);
    }
    // Objects first: if this is broken off, the database is still empty and it can be begun anew.
    let restored_objects = put_objects(objects, backup, step).await?;
    database.migrate_to(&manifest.migrations).await?;
    let rows = put_rows(database, backup, step).await?;
    database.migrate().await?;
    Ok(Restored { tables: manifest.tables.len(), rows, objects: restored_objects })
}

async fn expect_empty(database: &Database) -> Result<(), RestoreError> {
    let connection = database.reader();
    let known = dump::tables()?;
    for name in dump::existing(connection).await? {
        if dump::LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        let table = known.iter().find(|table| table.name == name);
        let table = table.ok_or_else(|| RestoreError::Foreign(name.clone()))?;
        let allowed = u64::from(FILLED_FROM_THE_START.contains(&name.as_str()));
        let rows = table.count(connection).await?;
        if rows > allowed {
            return Err(RestoreError::NotEmpty { table: name, rows });
        }
    }
    Ok(())
}

async fn put_objects(objects: &ObjectStore, backup: &Backup, step: &(dyn Fn() + Sync)) -> Result<u64, RestoreError> {
    let put = |object| async move {
        let object = object?;
        let bytes = backup.object(&object)?;
        objects.put(&object.key, &object.content_type, Bytes::from(bytes)).await?;
        Ok::<_, RestoreError>(())
    };
    let mut done = stream::iter(backup.objects()?).map(put).buffer_unordered(OBJECTS_AT_ONCE);
    let mut count = 0;
    while let Some(()) = done.try_next().await? {
        count += 1;
        step();
    }
    Ok(count)
}

/// All rows, or none.
async fn put_rows(database: &Database, backup: &Backup, step: &(dyn Fn() + Sync)) -> Result<u64, RestoreError> {
    let transaction = database.begin().await?;
    dump::defer_references(&transaction).await?;
    let mut rows = 0;
    for file in &backup.manifest.tables {
        let table = described(file)?;
        // What making the tables put there.
        if FILLED_FROM_THE_START.contains(&file.name.as_str()) {
            table.clear(&transaction).await?;
        }
        put_table(&transaction, backup, &table, step).await?;
        let found = table.count(&transaction).await?;
        if found != file.rows.count {
            return Err(RestoreError::Count { table: table.name, found, expected: file.rows.count });
        }
        rows += found;
    }
    dump::check_references(&transaction).await?;
    transaction.commit().await?;
    Ok(rows)
}

async fn put_table(
    transaction: &impl ConnectionTrait,
    backup: &Backup,
    table: &Table,
    step: &(dyn Fn() + Sync),
) -> Result<(), RestoreError> {
    let refused = |error| RestoreError::Rows { table: table.name.clone(), error };
    let mut waiting: Vec<Row> = Vec::new();
    for row in backup.table(&table.name)?.values() {
        waiting.push(row?);
        if waiting.len() == ROWS_AT_ONCE {
            table.insert(transaction, &waiting).await.map_err(refused)?;
            waiting.clear();
            step();
        }
    }
    table.insert(transaction, &waiting).await.map_err(refused)?;
    Ok(())
}

fn described(file: &TableFile) -> Result<Table, RestoreError> {
    let columns = file.columns.iter().map(|(name, kind)| {
        let unknown = || RestoreError::Column { table: file.name.clone(), column: name.clone(), kind: kind.clone() };
        Ok(Column { name: name.clone(), kind: Kind::named(kind).ok_or_else(unknown)? })
    });
    Ok(Table::described(file.name.clone(), columns.collect::<Result<_, RestoreError>>()?))
}
