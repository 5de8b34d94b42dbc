//! Lists of rows as GraphQL asks for them: only the columns that are wanted, rows they belong to joined to them, and the
//! lists of many parents in one statement, each with a limit of its own.
//!
//! A [`Listing`] says which rows there are, a [`Reading`] what is read of each. Numbers of rows stand in the statement's
//! text, and parents are one array: a query keeps one prepared statement, however many parents it has.

use std::fmt::{self, Write};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityName, EntityTrait, IdenStatic, QueryResult,
    QueryTrait, RuntimeErr, Select, Statement, Value,
    sea_query::{
        ArrayType, Asterisk, Expr, ExprTrait, Func, JoinType, Order, PostgresQueryBuilder, Query, QueryBuilder,
        SelectStatement, SqlWriter, SqliteQueryBuilder, Values, extension::postgres::PgFunc,
    },
};
use sqlx::Row;
use uuid::Uuid;

use super::page::{Key, Page};

/// What the array of parents is called in a statement.
const PARENT: &str = "parent";

/// A table in a reading: the listed one is the first.
pub type Table = usize;

/// A column by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its table's name.
    pub table: &'static str,
    /// Its own.
    pub name: &'static str,
}

impl<C: ColumnTrait> From<C> for Column {
    fn from(column: C) -> Self {
        Self { table: <C::EntityName as Default>::default().table_name(), name: column.as_str() }
    }
}

/// What is read of each row, and of those joined to it, by number.
#[derive(Debug)]
pub struct Reading {
    tables: Vec<Joined>,
    columns: Vec<Read>,
}

/// A column, or what is worked out under a name.
#[derive(Debug)]
struct Read {
    table: Table,
    name: &'static str,
    worked_out: Option<Expr>,
}

/// A table that at most one row of another is joined from.
#[derive(Debug)]
struct Joined {
    from: (Table, &'static str),
    to: Column,
    alias: String,
    /// Whether only a visible row is joined, and when it is.
    guarded: bool,
    visible: Option<Condition>,
}

impl Reading {
    /// Nothing yet of the rows of a table.
    pub fn of(table: &'static str) -> Self {
        let to = Column { table, name: "" };
        Self {
            tables: vec![Joined { from: (0, ""), to, alias: table.to_owned(), guarded: false, visible: None }],
            columns: Vec::new(),
        }
    }

    /// The place of a column in what is read.
    pub fn column(&mut self, table: Table, name: &'static str) -> usize {
        self.known(table, name).unwrap_or_else(|| self.read(Read { table, name, worked_out: None }))
    }

    /// The place of what is worked out of a row; its name is that of no column. The text is what the table is called.
    pub fn worked_out<E>(
        &mut self,
        table: Table,
        name: &'static str,
        work_out: impl FnOnce(&str) -> Result<Expr, E>,
    ) -> Result<usize, E> {
        if let Some(place) = self.known(table, name) {
            return Ok(place);
        }
        let worked_out = Some(work_out(&self.tables[table].alias)?);
        Ok(self.read(Read { table, name, worked_out }))
    }

    fn known(&self, table: Table, name: &str) -> Option<usize> {
        self.columns.iter().position(|read| read.table == table && read.name == name)
    }

    fn read(&mut self, read: Read) -> usize {
        self.columns.push(read);
        self.columns.len() - 1
    }

    /// Joins the row whose column `to` is what `from` is. Joined once, however often it is wanted.
    pub fn join(&mut self, from: (Table, &'static str), to: Column) -> Table {
        self.joined(from, to, None::<fn(&str) -> Option<Condition>>)
    }

    /// The same where the row is visible: a join of its own, whoever else joins it without asking.
    pub fn join_visible(
        &mut self,
        from: (Table, &'static str),
        to: Column,
        visible: impl FnOnce(&str) -> Option<Condition>,
    ) -> Table {
        self.joined(from, to, Some(visible))
    }

    fn joined(
        &mut self,
        from: (Table, &'static str),
        to: Column,
        visible: Option<impl FnOnce(&str) -> Option<Condition>>,
    ) -> Table {
        let guarded = visible.is_some();
        let same = |joined: &Joined| joined.from == from && joined.to == to && joined.guarded == guarded;
        if let Some(place) = self.tables.iter().skip(1).position(same) {
            return place + 1;
        }
        let alias = format!("j{}", self.tables.len());
        let visible = visible.and_then(|visible| visible(&alias));
        self.tables.push(Joined { from, to, alias, guarded, visible });
        self.tables.len() - 1
    }

    /// How many columns are read.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Puts what is read, and what is joined for it, into a statement.
    fn read_by(&self, statement: &mut SelectStatement) {
        if self.columns.is_empty() {
            // SQLite wants something to be read.
            statement.expr(Expr::cust("1"));
        }
        for Read { table, name, worked_out } in &self.columns {
            match worked_out {
                None => statement.column((self.tables[*table].alias.clone(), *name)),
                Some(expression) => statement.expr(expression.clone()),
            };
        }
        for joined in self.tables.iter().skip(1) {
            let (table, name) = joined.from;
            let same = Expr::col((joined.alias.clone(), joined.to.name))
                .eq(Expr::col((self.tables[table].alias.clone(), name)));
            let on = Condition::all().add(same).add_option(joined.visible.clone());
            statement.join_as(JoinType::LeftJoin, joined.to.table, joined.alias.clone(), on);
        }
    }
}

/// Which rows there are, and in which order.
#[derive(Clone, Debug)]
pub struct Listing {
    /// `FROM` and `WHERE`: no columns, no order.
    rows: Box<SelectStatement>,
    table: &'static str,
    /// Tells whose a row is.
    parent: Option<Column>,
    /// What it is ordered by, the primary key last.
    by: Vec<&'static str>,
    descending: bool,
}

/// Which part of a listing is wanted.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Rows at most; all of them, if it is not said.
    pub size: Option<u64>,
    /// Whether they are counted from the end.
    pub from_end: bool,
    /// Only rows after the one with these values of what the listing is ordered by.
    pub after: Option<Vec<Value>>,
    /// Only rows before it.
    pub before: Option<Vec<Value>>,
}

impl Part {
    /// The first ones.
    pub fn first(size: u64) -> Self {
        Self { size: Some(size), ..Self::default() }
    }

    /// The last ones.
    pub fn last(size: u64) -> Self {
        Self { size: Some(size), from_end: true, ..Self::default() }
    }

    /// What is fetched for it: one row more tells that there are more.
    fn fetched(&self) -> Option<u64> {
        self.size.map(|size| size + 1)
    }
}

impl<K: Key> From<&Page<K>> for Part {
    fn from(page: &Page<K>) -> Self {
        let key = |key: &Option<K>| {
            key.as_ref().map(|key| {
                let (by, id) = key.values();
                vec![by, id]
            })
        };
        Self { size: Some(page.size), from_end: page.from_end, after: key(&page.after), before: key(&page.before) }
    }
}

impl Listing {
    /// The selected rows in ascending order of these columns, the primary key last.
    pub fn ascending<E: EntityTrait, const N: usize>(rows: Select<E>, by: [E::Column; N]) -> Self {
        let mut rows = rows.into_query();
        rows.clear_selects();
        let by = by.iter().map(IdenStatic::as_str).collect();
        Self { rows: Box::new(rows), table: E::default().table_name(), parent: None, by, descending: false }
    }

    /// The same the other way round.
    pub fn descending<E: EntityTrait, const N: usize>(rows: Select<E>, by: [E::Column; N]) -> Self {
        Self { descending: true, ..Self::ascending(rows, by) }
    }

    /// Rows by a key of theirs, as far as they are visible: each key is a parent of one row at most.
    pub fn by_key(key: Column, visible: Option<Condition>) -> Self {
        let mut rows = Query::select();
        rows.from(key.table).cond_where(Condition::all().add_option(visible));
        Self { rows: Box::new(rows), table: key.table, parent: Some(key), by: vec![key.name], descending: false }
    }

    /// Only the row with this id.
    #[must_use]
    pub fn only(mut self, id: Uuid) -> Self {
        let parent = self.parent();
        self.rows.and_where(parent.eq(id));
        self
    }

    /// As many lists as there are parents: a column tells whose a row is.
    #[must_use]
    pub fn of_each(self, parent: impl Into<Column>) -> Self {
        Self { parent: Some(parent.into()), ..self }
    }

    /// The rows of a part of it.
    pub async fn read(
        &self,
        connection: &impl ConnectionTrait,
        reading: &Reading,
        part: &Part,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let mut statement = self.windowed(part);
        reading.read_by(&mut statement);
        self.order(&mut statement, part);
        if let Some(size) = part.fetched() {
            statement.limit(size);
        }
        run(connection, &statement).await
    }

    /// The rows of the same part of each parent's list, those of a parent together and in order; the parent's id comes
    /// before what is read.
    pub async fn read_each(
        &self,
        connection: &impl ConnectionTrait,
        reading: &Reading,
        part: &Part,
        parents: &[Uuid],
    ) -> Result<Vec<QueryResult>, DbErr> {
        let backend = connection.get_database_backend();
        let mut statement = match part.fetched() {
            Some(size) => self.limited_each(backend, part, size, parents),
            None => {
                let mut statement = self.windowed(part);
                statement.and_where(self.parent().in_array(backend, parents)).expr(self.parent());
                statement
            }
        };
        reading.read_by(&mut statement);
        statement.order_by_expr(Expr::cust("1"), Order::Asc);
        self.order(&mut statement, part);
        run(connection, &statement).await
    }

    /// PostgreSQL looks up each parent's first rows and no others (`LATERAL`). SQLite does the same where it looks for their
    /// ids.
    fn limited_each(&self, backend: DbBackend, part: &Part, size: u64, parents: &[Uuid]) -> SelectStatement {
        let mut rows = self.windowed(part);
        let parent = parent_of(backend);
        rows.and_where(self.parent().eq(parent.clone())).limit(size);
        self.order(&mut rows, part);
        let mut statement = Query::select();
        statement.expr(parent).from_function(each_of(backend, parents), PARENT);
        if backend == DbBackend::Postgres {
            rows.column((self.table, Asterisk));
            statement.join_lateral(JoinType::InnerJoin, rows, self.table, Expr::cust("TRUE"));
        } else {
            let id = self.by.last().copied().unwrap_or("id");
            rows.column((self.table, id));
            statement.join(JoinType::InnerJoin, self.table, Expr::col((self.table, id)).in_subquery(rows));
        }
        statement
    }

    /// How many rows there are.
    pub async fn count(&self, connection: &impl ConnectionTrait) -> Result<i64, DbErr> {
        let mut statement = SelectStatement::clone(&self.rows);
        statement.expr(Func::count(Expr::col(Asterisk)));
        let row = run(connection, &statement).await?.pop();
        row.map_or(Ok(0), |row| row.try_get_by_index(0))
    }

    /// How many each parent has, by its id; those without any are left out.
    pub async fn count_each(
        &self,
        connection: &impl ConnectionTrait,
        parents: &[Uuid],
    ) -> Result<Vec<(Uuid, i64)>, DbErr> {
        let mut statement = SelectStatement::clone(&self.rows);
        statement
            .and_where(self.parent().in_array(connection.get_database_backend(), parents))
            .expr(self.parent())
            .expr(Func::count(Expr::col(Asterisk)))
            .add_group_by([self.parent()]);
        let rows = run(connection, &statement).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }

    fn parent(&self) -> Expr {
        let parent = self.parent.unwrap_or(Column { table: self.table, name: "id" });
        Expr::col((parent.table, parent.name))
    }

    fn windowed(&self, part: &Part) -> SelectStatement {
        let mut statement = SelectStatement::clone(&self.rows);
        if let Some(after) = &part.after {
            statement.cond_where(self.beyond(after, !self.descending));
        }
        if let Some(before) = &part.before {
            statement.cond_where(self.beyond(before, self.descending));
        }
        statement
    }

    /// Rows that come after these values, or before them: greater in the first column in which they differ.
    fn beyond(&self, values: &[Value], greater: bool) -> Condition {
        let column = |place: usize| Expr::col((self.table, self.by[place]));
        let mut beyond = Condition::any();
        for (place, value) in values.iter().enumerate().take(self.by.len()) {
            let mut here = Condition::all();
            for (earlier, value) in values.iter().enumerate().take(place) {
                here = here.add(column(earlier).eq(value.clone()));
            }
            let (column, value) = (column(place), value.clone());
            beyond = beyond.add(here.add(if greater { column.gt(value) } else { column.lt(value) }));
        }
        beyond
    }

    fn order(&self, statement: &mut SelectStatement, part: &Part) {
        let direction = if self.descending == part.from_end { Order::Asc } else { Order::Desc };
        for name in &self.by {
            statement.order_by((self.table, *name), direction.clone());
        }
    }
}

/// The ids of parents as rows.
fn each_of(backend: DbBackend, parents: &[Uuid]) -> sea_orm::sea_query::FunctionCall {
    match backend {
        DbBackend::Postgres => Func::cust("unnest").arg(array(parents)),
        _ => Func::cust("json_each").arg(json(parents)),
    }
}

/// One of them.
fn parent_of(backend: DbBackend) -> Expr {
    match backend {
        DbBackend::Postgres => Expr::col((PARENT, PARENT)),
        _ => Func::cust("unhex").arg(Expr::col((PARENT, "value"))).into(),
    }
}

/// A condition on one of many ids, given as one parameter.
trait InArray {
    fn in_array(self, backend: DbBackend, ids: &[Uuid]) -> Expr;
}

impl InArray for Expr {
    fn in_array(self, backend: DbBackend, ids: &[Uuid]) -> Expr {
        if backend == DbBackend::Postgres {
            return self.eq(PgFunc::any(array(ids)));
        }
        let mut each = Query::select();
        each.expr(parent_of(backend)).from_function(each_of(backend, ids), PARENT);
        self.in_subquery(each)
    }
}

fn array(ids: &[Uuid]) -> Value {
    let ids = ids.iter().map(|id| Value::Uuid(Some(*id))).collect();
    Value::Array(ArrayType::Uuid, Some(Box::new(ids)))
}

fn json(ids: &[Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    serde_json::json!(ids).to_string()
}

/// The text in a column of a row, without a copy of it.
pub fn text(row: &QueryResult, column: usize) -> Result<Option<&str>, DbErr> {
    let read = match (row.try_as_pg_row(), row.try_as_sqlite_row()) {
        (Some(row), _) => row.try_get(column),
        (_, Some(row)) => row.try_get(column),
        _ => return row.try_get_by_index::<Option<String>>(column).map(|_| None),
    };
    read.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))
}

async fn run(connection: &impl ConnectionTrait, statement: &SelectStatement) -> Result<Vec<QueryResult>, DbErr> {
    let backend = connection.get_database_backend();
    let mut text = Text::for_backend(backend);
    match backend {
        DbBackend::Postgres => statement.build_collect_any_into(&PostgresQueryBuilder, &mut text),
        _ => statement.build_collect_any_into(&SqliteQueryBuilder, &mut text),
    }
    let Text { sql, values, .. } = text;
    connection.query_all_raw(Statement { sql, values: Some(Values(values)), db_backend: backend }).await
}

/// A statement's text, with the number of its rows in it: where that is a parameter, PostgreSQL makes a plan for each
/// execution anew. Nothing else is of that type.
struct Text {
    sql: String,
    values: Vec<Value>,
    numbered: bool,
}

impl Text {
    fn for_backend(backend: DbBackend) -> Self {
        Self { sql: String::with_capacity(1024), values: Vec::new(), numbered: backend == DbBackend::Postgres }
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.sql.write_str(text)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql)
    }
}

impl SqlWriter for Text {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, _: &T) {
        // Writing into a string does not fail.
        if let Value::BigUnsigned(Some(rows)) = value {
            let _ = write!(self.sql, "{rows}");
            return;
        }
        self.values.push(value);
        let _ = if self.numbered { write!(self.sql, "${}", self.values.len()) } else { self.sql.write_char('?') };
    }

    fn as_writer(&mut self) -> &mut dyn Write {
        self
    }
}
