//! What a database server says of itself.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// PostgreSQL 14, as `server_version_num` counts.
const OLDEST_POSTGRES: i64 = 140_000;

/// What a database server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// Product and version.
    pub product: String,
    /// Whether it is older than what Onsite is tested on.
    pub too_old: bool,
    /// Settings by which a power cut may lose what was acknowledged.
    pub not_durable: Vec<&'static str>,
    /// Whether this user may do everything, which it need not.
    pub superuser: bool,
}

/// Asks the database server about itself.
pub async fn ask(connection: &impl ConnectionTrait) -> Result<ServerSettings, DbErr> {
    if connection.get_database_backend() == DbBackend::Sqlite {
        let version: String = one(connection, "SELECT sqlite_version() AS found").await?;
        let product = format!("SQLite {version}");
        return Ok(ServerSettings { product, too_old: false, not_durable: Vec::new(), superuser: false });
    }
    let setting = async |name: &str| -> Result<String, DbErr> {
        one(connection, &format!("SELECT current_setting('{name}') AS found")).await
    };
    let version = setting("server_version").await?;
    let number: i64 = setting("server_version_num").await?.parse().unwrap_or(0);
    let mut not_durable = Vec::new();
    for name in ["fsync", "full_page_writes"] {
        if setting(name).await? == "off" {
            not_durable.push(name);
        }
    }
    let superuser = setting("is_superuser").await? == "on";
    let product = format!("PostgreSQL {version}");
    Ok(ServerSettings { product, too_old: number < OLDEST_POSTGRES, not_durable, superuser })
}

async fn one(connection: &impl ConnectionTrait, sql: &str) -> Result<String, DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(sql.to_owned()))?.try_get("", "found")
}
