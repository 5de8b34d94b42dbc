//! The database's own clock.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// What the database's clock says; none of SQLite, which has this machine's.
pub async fn now(connection: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    let backend = connection.get_database_backend();
    if backend != DbBackend::Postgres {
        return Ok(None);
    }
    let asked = Statement::from_string(backend, "SELECT clock_timestamp() AS now");
    let answer = connection.query_one_raw(asked).await?;
    answer.map(|row| row.try_get("", "now")).transpose()
}
