//! A database for each story: a copy of one that was migrated and filled once, gone when the story ends.

use std::{collections::BTreeMap, env, future::Future, path::Path, process, thread};

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, FromQueryResult, JsonValue, Statement};
use secrecy::SecretString;
use server::{clock::Clock, config::DatabaseConfig};
use tempfile::TempDir;
use uuid::Uuid;

const NAME: &str = "onsite_story";

/// Which database a story runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// A database of one's own.
#[derive(Debug)]
pub(crate) enum TestDatabase {
    Sqlite(TempDir),
    Postgres(String),
}

/// What databases are copied from.
#[derive(Debug)]
pub(crate) enum Template {
    Sqlite(Vec<u8>),
    Postgres(String),
}

impl TestDatabase {
    /// An empty one.
    pub(crate) async fn empty(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::Sqlite(TempDir::new().unwrap()),
            Backend::Postgres => {
                let name = format!("{NAME}_{}", Clock::system().id::<Uuid>().simple());
                administer(&format!("CREATE DATABASE {name}")).await;
                Self::Postgres(name)
            }
        }
    }

    /// One like the template.
    pub(crate) async fn of(template: &Template) -> Self {
        match template {
            Template::Sqlite(bytes) => {
                let directory = TempDir::new().unwrap();
                std::fs::write(file_in(directory.path()), bytes).unwrap();
                Self::Sqlite(directory)
            }
            Template::Postgres(template) => {
                let name = format!("{NAME}_{}", Clock::system().id::<Uuid>().simple());
                administer(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
                Self::Postgres(name)
            }
        }
    }

    /// Makes a template of one that nobody is connected to any more.
    pub(crate) async fn into_template(self) -> Template {
        match &self {
            Self::Sqlite(directory) => Template::Sqlite(std::fs::read(file_in(directory.path())).unwrap()),
            Self::Postgres(name) => {
                forget_templates_of_ended_runs().await;
                let template = format!("{NAME}_template_{}", process::id());
                administer(&format!("CREATE DATABASE {template} TEMPLATE {name}")).await;
                Template::Postgres(template)
            }
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(directory) => format!("sqlite:{}", file_in(directory.path())),
            Self::Postgres(name) => postgres_url(name),
        }
    }

    pub(crate) fn config(&self) -> DatabaseConfig {
        DatabaseConfig { url: SecretString::from(self.url()), max_connections: 8 }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Self::Postgres(name) = self {
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            apart(async move { administer(&drop).await });
        }
    }
}

/// Runs a future to its end where there is no waiting: in a destructor.
pub(super) fn apart(work: impl Future<Output = ()> + Send + 'static) {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ended = thread::spawn(move || runtime().block_on(work)).join();
    // A second panic would hide the first one, which is what the story has to tell.
    assert!(ended.is_ok() || thread::panicking(), "clearing away failed");
}

/// How many rows each table has.
pub(crate) async fn rows(connection: &impl ConnectionTrait) -> BTreeMap<String, i64> {
    let backend = connection.get_database_backend();
    let tables = if backend == DbBackend::Sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'"
    };
    let mut counts = BTreeMap::new();
    for table in connection.query_all_raw(Statement::from_string(backend, tables)).await.unwrap() {
        let name: String = table.try_get("", "name").unwrap();
        let count = Statement::from_string(backend, format!("SELECT COUNT(*) AS rows FROM {name}"));
        let count = connection.query_one_raw(count).await.unwrap().unwrap();
        counts.insert(name, count.try_get("", "rows").unwrap());
    }
    counts
}

/// Every row of every table, but for what is noted of mere attempts and uses.
pub(crate) async fn contents(connection: &impl ConnectionTrait) -> BTreeMap<String, Vec<String>> {
    let backend = connection.get_database_backend();
    let mut found = BTreeMap::new();
    for table in rows(connection).await.into_keys().filter(|table| table != "sign_in_attempt") {
        let all = Statement::from_string(backend, format!("SELECT * FROM {table}"));
        let rows = JsonValue::find_by_statement(all).all(connection).await.unwrap();
        let mut rows: Vec<String> = rows
            .into_iter()
            .map(|mut row| {
                row.as_object_mut().unwrap().remove("last_used_at");
                row.to_string()
            })
            .collect();
        rows.sort();
        found.insert(table, rows);
    }
    found
}

fn file_in(directory: &Path) -> String {
    directory.join("onsite.sqlite").display().to_string()
}

fn postgres_url(database: &str) -> String {
    let url = env::var("STORIES_POSTGRES_URL")
        .expect("STORIES_POSTGRES_URL is not set: run ./tests/run, which starts PostgreSQL");
    let (server, _) = url.rsplit_once('/').expect("STORIES_POSTGRES_URL names a database");
    format!("{server}/{database}")
}

async fn administrator() -> DatabaseConnection {
    let mut options = ConnectOptions::new(postgres_url("postgres"));
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

async fn administer(sql: &str) {
    let administrator = administrator().await;
    administrator.execute_unprepared(sql).await.unwrap();
    administrator.close().await.unwrap();
}

/// A run can't drop its template after its last story: the next one does.
async fn forget_templates_of_ended_runs() {
    let administrator = administrator().await;
    let list = format!("SELECT datname::text AS name FROM pg_database WHERE datname LIKE '{NAME}_template_%'");
    let list = Statement::from_string(DbBackend::Postgres, list);
    for template in administrator.query_all_raw(list).await.unwrap() {
        let name: String = template.try_get("", "name").unwrap();
        let run = name.rsplit('_').next().unwrap();
        if !Path::new("/proc").join(run).exists() {
            administrator.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
        }
    }
    administrator.close().await.unwrap();
}
