//! Reaching a database: what is asked of a connection, and what is said when there is none.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::ErrorKind,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use sea_orm::{ConnectOptions, DbErr, RuntimeErr};
use secrecy::ExposeSecret;
use sqlx::{
    Connection, PgConnection,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{DatabaseSettings, transaction::Purpose};

/// How long a server that is there may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a connection may be waited for while others are in use, or the database is away for a moment.
const QUEUE: Duration = Duration::from_secs(10);

/// What is asked of every connection; SQLite's writes only where it is told to.
pub(super) fn options(settings: &DatabaseSettings, purpose: Purpose) -> ConnectOptions {
    let mut options = ConnectOptions::new(settings.url.expose_secret());
    options
        .max_connections(settings.max_connections)
        .acquire_timeout(QUEUE)
        .connect_timeout(QUEUE)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged check-in must survive a power cut: FULL in WAL mode, and where there can be none, the
                // journal's directory as well.
                .synchronous(SqliteSynchronous::Extra)
                // Where a disk keeps what it was told to write in a memory of its own (macOS).
                .pragma("fullfsync", "ON")
                .busy_timeout(QUEUE)
                .foreign_keys(true)
                .pragma("query_only", if purpose == Purpose::Write { "OFF" } else { "ON" })
        });
    options
}

/// SQLite's file, for its owner's eyes only; made if it is not there. None for PostgreSQL.
pub(super) fn private_file(settings: &DatabaseSettings) -> Result<Option<PathBuf>, DbErr> {
    let url = settings.url.expose_secret();
    if !url.starts_with("sqlite:") {
        return Ok(None);
    }
    let options: SqliteConnectOptions = url.parse().map_err(unreachable)?;
    let file = options.get_filename().to_owned();
    if url.starts_with("sqlite::memory:") || url.contains("mode=memory") {
        return Err(said("a database in memory keeps nothing: give a file, such as sqlite:onsite.sqlite".to_owned()));
    }
    // A file that is there is never opened here: closing it again would take SQLite's locks away from this process.
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => narrow(&file),
        Err(error) => return Err(said(format!("SQLite's file {} can't be made: {error}", file.display()))),
    }
    Ok(Some(file))
}

/// Takes the file, and those SQLite keeps beside it, from everybody but their owner.
fn narrow(file: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut beside = file.as_os_str().to_owned();
        beside.push(suffix);
        let Ok(found) = fs::metadata(&beside) else { continue };
        let mode = found.permissions().mode();
        if mode & 0o077 != 0
            && let Err(error) = fs::set_permissions(&beside, Permissions::from_mode(mode & 0o700))
        {
            tracing::warn!(%error, file = %Path::new(&beside).display(), "others on this machine may read the database");
        }
    }
}

/// Asks PostgreSQL once, so that what does not answer is told at once and by name; how it is reached.
pub(super) async fn answers(settings: &DatabaseSettings) -> Result<Option<PgConnectOptions>, DbErr> {
    let url = settings.url.expose_secret();
    if !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
        return Ok(None);
    }
    let options: PgConnectOptions = url.parse().map_err(unreachable)?;
    let place = match options.get_socket() {
        Some(socket) => format!("the socket {}", socket.display()),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    match tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options)).await {
        Ok(Ok(connection)) => {
            connection.close().await.map_err(unreachable)?;
            Ok(Some(options))
        }
        Ok(Err(sqlx::Error::Database(refusal))) => {
            let (user, name) = (options.get_username(), options.get_database().unwrap_or(options.get_username()));
            Err(said(format!("PostgreSQL at {place} does not let {user} into database {name}: {}", refusal.message())))
        }
        Ok(Err(error)) => Err(said(format!("PostgreSQL does not answer at {place}: {error}"))),
        Err(_) => Err(said(format!("PostgreSQL does not answer at {place} within {} s", PATIENCE.as_secs()))),
    }
}

fn unreachable(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

fn said(sentence: String) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(sentence))
}
