//! Every table as rows of plain values, for backups: read in pages and written in batches, whichever database they come
//! from or go to.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use data_encoding::BASE64;
use entity::*;
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExprTrait, IdenStatic, Iterable, Order,
    PrimaryKeyToColumn, QueryResult, Statement, Value,
    sea_query::{Alias, Expr, Query, SimpleExpr},
};
use serde_json::Value as Json;
use uuid::Uuid;

/// Rows of a page.
const PAGE: u64 = 1000;
/// Parameters of an insert at most; SQLite takes 32,766, PostgreSQL 65,535.
const PARAMETERS: usize = 30_000;

/// A table as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order in which rows have their values.
    pub columns: Vec<Column>,
    /// Where in `columns` the primary key is.
    key: Vec<usize>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
}

/// What the values of a column are, whatever a database keeps them as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Boolean,
    /// 32 bits.
    Integer,
    /// 64 bits.
    BigInteger,
    /// A double.
    Double,
    /// Text.
    Text,
    /// Bytes, base64 in JSON.
    Bytes,
    /// A day.
    Date,
    /// A moment, UTC.
    Instant,
    /// A UUID.
    Uuid,
}

/// One row: a value for each column.
pub type Row = Vec<Json>;

impl Kind {
    const NAMES: [(Self, &'static str); 9] = [
        (Self::Boolean, "boolean"),
        (Self::Integer, "integer"),
        (Self::BigInteger, "big-integer"),
        (Self::Double, "double"),
        (Self::Text, "text"),
        (Self::Bytes, "bytes"),
        (Self::Date, "date"),
        (Self::Instant, "instant"),
        (Self::Uuid, "uuid"),
    ];

    /// Its name in a backup.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    fn of(column_type: &ColumnType) -> Option<Self> {
        Some(match column_type {
            ColumnType::Boolean => Self::Boolean,
            ColumnType::TinyInteger | ColumnType::SmallInteger | ColumnType::Integer => Self::Integer,
            ColumnType::BigInteger => Self::BigInteger,
            ColumnType::Float | ColumnType::Double => Self::Double,
            ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text | ColumnType::Enum { .. } => Self::Text,
            ColumnType::Binary(_) | ColumnType::VarBinary(_) | ColumnType::Blob => Self::Bytes,
            ColumnType::Date => Self::Date,
            ColumnType::TimestampWithTimeZone => Self::Instant,
            ColumnType::Uuid => Self::Uuid,
            _ => return None,
        })
    }

    fn read(self, row: &QueryResult, at: usize) -> Result<Json, DbErr> {
        let json = match self {
            Self::Boolean => row.try_get_by_index::<Option<bool>>(at)?.map(Json::from),
            Self::Integer => row.try_get_by_index::<Option<i32>>(at)?.map(Json::from),
            Self::BigInteger => row.try_get_by_index::<Option<i64>>(at)?.map(Json::from),
            Self::Double => row.try_get_by_index::<Option<f64>>(at)?.map(Json::from),
            Self::Text => row.try_get_by_index::<Option<String>>(at)?.map(Json::from),
            Self::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(at)?.map(|bytes| BASE64.encode(&bytes).into()),
            Self::Date => row.try_get_by_index::<Option<NaiveDate>>(at)?.map(|date| date.to_string().into()),
            Self::Instant => row
                .try_get_by_index::<Option<DateTime<Utc>>>(at)?
                .map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()),
            Self::Uuid => row.try_get_by_index::<Option<Uuid>>(at)?.map(|id| id.to_string().into()),
        };
        Ok(json.unwrap_or(Json::Null))
    }

    /// The value a database takes; none if the JSON is no such value.
    fn value(self, json: &Json) -> Option<Value> {
        fn given<T>(json: &Json, value: Option<T>) -> Option<Value>
        where
            Option<T>: Into<Value>,
        {
            (json.is_null() || value.is_some()).then(|| value.into())
        }
        match self {
            Self::Boolean => given(json, json.as_bool()),
            Self::Integer => given(json, json.as_i64().and_then(|number| i32::try_from(number).ok())),
            Self::BigInteger => given(json, json.as_i64()),
            Self::Double => given(json, json.as_f64()),
            Self::Text => given(json, json.as_str().map(str::to_owned)),
            Self::Bytes => given(json, json.as_str().and_then(|text| BASE64.decode(text.as_bytes()).ok())),
            Self::Date => given(json, json.as_str().and_then(|text| text.parse::<NaiveDate>().ok())),
            Self::Instant => given(json, json.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok())),
            Self::Uuid => given(json, json.as_str().and_then(|text| text.parse::<Uuid>().ok())),
        }
    }
}

impl Table {
    fn of<E: EntityTrait>(entity: E) -> Result<Self, DbErr> {
        let name = entity.table_name().to_owned();
        let columns = E::Column::iter().map(|column| {
            let definition = column.def();
            let kind = Kind::of(definition.get_column_type())
                .ok_or_else(|| DbErr::Custom(format!("{name}.{} can't be written down", column.as_str())))?;
            Ok(Column { name: column.as_str().to_owned(), kind })
        });
        let columns = columns.collect::<Result<Vec<_>, DbErr>>()?;
        let key = E::PrimaryKey::iter()
            .filter_map(|key| columns.iter().position(|column| column.name == key.into_column().as_str()))
            .collect();
        Ok(Self { name, columns, key })
    }

    /// A table as a backup describes it. It can be written to, not read.
    pub fn described(name: String, columns: Vec<Column>) -> Self {
        Self { name, columns, key: Vec::new() }
    }

    /// Where a column is in a row.
    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| known.name == column)
    }

    /// The next rows after `last`, in the order of the primary key; none after the last.
    pub async fn page(&self, connection: &impl ConnectionTrait, last: Option<&Row>) -> Result<Vec<Row>, DbErr> {
        let column = |at: &usize| Alias::new(&self.columns[*at].name);
        let mut select = Query::select();
        select
            .columns(self.columns.iter().map(|column| Alias::new(&column.name)))
            .from(Alias::new(&self.name))
            .limit(PAGE);
        for at in &self.key {
            select.order_by(column(at), Order::Asc);
        }
        if let Some(last) = last {
            let key = Expr::tuple(self.key.iter().map(|at| Expr::col(column(at))));
            let values = self.key.iter().map(|at| self.value(*at, &last[*at]).map(Expr::val));
            select.and_where(key.gt(Expr::tuple(values.collect::<Result<Vec<_>, _>>()?)));
        }
        let rows = connection.query_all(&select).await?;
        rows.iter()
            .map(|row| self.columns.iter().enumerate().map(|(at, column)| column.kind.read(row, at)).collect())
            .collect()
    }

    /// How many rows it has.
    pub async fn count(&self, connection: &impl ConnectionTrait) -> Result<u64, DbErr> {
        let mut select = Query::select();
        select.expr_as(Expr::val(1).count(), "rows").from(Alias::new(&self.name));
        let row = connection.query_one(&select).await?;
        let rows: i64 = row.map_or(Ok(0), |row| row.try_get("", "rows"))?;
        Ok(u64::try_from(rows).unwrap_or(0))
    }

    /// Removes all rows.
    pub async fn clear(&self, connection: &impl ConnectionTrait) -> Result<(), DbErr> {
        connection.execute(Query::delete().from_table(Alias::new(&self.name))).await.map(|_| ())
    }

    /// Writes rows.
    pub async fn insert(&self, connection: &impl ConnectionTrait, rows: &[Row]) -> Result<(), DbErr> {
        for rows in rows.chunks((PARAMETERS / self.columns.len().max(1)).max(1)) {
            let mut insert = Query::insert();
            insert
                .into_table(Alias::new(&self.name))
                .columns(self.columns.iter().map(|column| Alias::new(&column.name)));
            for row in rows {
                let values: Vec<SimpleExpr> = row
                    .iter()
                    .enumerate()
                    .map(|(at, json)| self.value(at, json).map(SimpleExpr::from))
                    .collect::<Result<_, _>>()?;
                insert.values(values).map_err(|error| DbErr::Custom(format!("{}: {error}", self.name)))?;
            }
            // A connection remembers a statement with its parameters' types, and migrations write to some tables with
            // others: the text must not be theirs.
            let mut statement = connection.get_database_backend().build(&insert);
            statement.sql.push_str(" -- restored");
            connection.execute_raw(statement).await?;
        }
        Ok(())
    }

    fn value(&self, at: usize, json: &Json) -> Result<Value, DbErr> {
        let column = self.columns.get(at).ok_or_else(|| DbErr::Custom(format!("{}: a row is too long", self.name)))?;
        let wrong = || DbErr::Custom(format!("{}.{}: {json} is no {}", self.name, column.name, column.kind.name()));
        column.kind.value(json).ok_or_else(wrong)
    }
}

/// Tables that are not written down: the list of migrations, which making the tables fills, and the servers that run.
pub const LEFT_OUT: [&str; 2] = ["heartbeat", "seaql_migrations"];

/// Every table there is, but for those [`LEFT_OUT`]. A test compares it with what a database has.
pub fn tables() -> Result<Vec<Table>, DbErr> {
    Ok(vec![
        Table::of(account::Entity)?,
        Table::of(appeal::Entity)?,
        Table::of(assessment::Entity)?,
        Table::of(audit_entry::Entity)?,
        Table::of(chain_entry::Entity)?,
        Table::of(check_in::Entity)?,
        Table::of(check_in_fix::Entity)?,
        Table::of(contradiction::Entity)?,
        Table::of(decision::Entity)?,
        Table::of(device::Entity)?,
        Table::of(discarded_object::Entity)?,
        Table::of(finding::Entity)?,
        Table::of(identity::Entity)?,
        Table::of(job::Entity)?,
        Table::of(organisation::Entity)?,
        Table::of(outbox_event::Entity)?,
        Table::of(outbox_head::Entity)?,
        Table::of(person::Entity)?,
        Table::of(photo::Entity)?,
        Table::of(photo_band::Entity)?,
        Table::of(photo_inspection::Entity)?,
        Table::of(policy::Entity)?,
        Table::of(project::Entity)?,
        Table::of(recovery_code::Entity)?,
        Table::of(rejudgement::Entity)?,
        Table::of(second_factor::Entity)?,
        Table::of(secret::Entity)?,
        Table::of(session::Entity)?,
        Table::of(sign_in_attempt::Entity)?,
        Table::of(signed_text::Entity)?,
        Table::of(single_sign_on_attempt::Entity)?,
        Table::of(site::Entity)?,
        Table::of(site_version::Entity)?,
        Table::of(standing::Entity)?,
        Table::of(team_role::Entity)?,
        Table::of(visit::Entity)?,
        Table::of(weekly_tally::Entity)?,
    ])
}

/// The names of the tables that a database has, but for its own.
pub async fn existing(connection: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let backend = connection.get_database_backend();
    let list = match backend {
        DbBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        }
        _ => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename",
    };
    let rows = connection.query_all_raw(Statement::from_string(backend, list)).await?;
    rows.iter().map(|row| row.try_get("", "name")).collect()
}

/// Within a transaction: references between tables hold at its end only, so that tables can be written in any order.
/// [`check_references`] before committing.
pub async fn defer_references(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    match connection.get_database_backend() {
        DbBackend::Sqlite => connection.execute_unprepared("PRAGMA defer_foreign_keys = ON").await.map(|_| ()),
        _ => each_reference(connection, "DEFERRABLE INITIALLY DEFERRED").await,
    }
}

/// Within a transaction: references between tables hold from now on.
pub async fn check_references(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    match connection.get_database_backend() {
        // Committing checks.
        DbBackend::Sqlite => Ok(()),
        _ => {
            connection.execute_unprepared("SET CONSTRAINTS ALL IMMEDIATE").await?;
            each_reference(connection, "NOT DEFERRABLE").await
        }
    }
}

async fn each_reference(connection: &impl ConnectionTrait, become_: &str) -> Result<(), DbErr> {
    let alter = format!(
        "DO $$ DECLARE reference record; BEGIN
           FOR reference IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
             WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
           LOOP EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I {become_}', reference.of_table, reference.conname);
           END LOOP; END $$"
    );
    connection.execute_unprepared(&alter).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_table_can_be_written_down() {
        for table in tables().unwrap() {
            assert!(!table.key.is_empty(), "{} has no primary key to page by", table.name);
            assert!(table.columns.len() * 1000 < u16::MAX.into());
        }
    }

    #[test]
    fn kinds_are_found_by_their_names() {
        for (kind, name) in Kind::NAMES {
            assert_eq!((Kind::named(name), kind.name()), (Some(kind), name));
        }
        assert_eq!(Kind::named("jsonb"), None);
    }

    #[test]
    fn what_is_no_value_of_its_kind_is_refused() {
        let wrong = [
            (Kind::Boolean, Json::from(1)),
            (Kind::Integer, Json::from(1_i64 << 31)),
            (Kind::BigInteger, Json::from("1")),
            (Kind::Bytes, Json::from("ä")),
            (Kind::Date, Json::from("2026-02-30")),
            (Kind::Instant, Json::from("2026-02-28")),
            (Kind::Uuid, Json::from("no")),
        ];
        for (kind, json) in wrong {
            assert_eq!(kind.value(&json), None, "{json} was taken for a {}", kind.name());
        }
        for (kind, _) in Kind::NAMES {
            assert!(kind.value(&Json::Null).is_some());
        }
    }

    proptest! {
        #[test]
        fn numbers_stay_what_they_are(number: i64, double in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
            let again = |json: &Json| serde_json::from_str::<Json>(&json.to_string()).unwrap();
            prop_assert_eq!(Kind::BigInteger.value(&again(&number.into())), Some(Value::from(number)));
            prop_assert_eq!(Kind::Double.value(&again(&double.into())), Some(Value::from(double)));
        }
    }
}
