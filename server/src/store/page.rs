//! Keyset pagination: a page of a list, or of every parent's list at once.

use std::{collections::HashMap, hash::Hash};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, Value,
    sea_query::{Asterisk, Expr, ExprTrait, Func, Query, WindowStatement},
};

/// Which part of an ordered list is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page<K> {
    /// Rows at most.
    pub size: u64,
    /// Whether the rows are counted from the end.
    pub from_end: bool,
    /// Only rows after this key.
    pub after: Option<K>,
    /// Only rows before this key.
    pub before: Option<K>,
}

/// Rows of one page, in the list's order, whichever end they were counted from.
#[derive(Clone, Debug)]
pub struct Rows<M> {
    /// The rows.
    pub rows: Vec<M>,
    /// Whether there are more beyond the end they were counted towards.
    pub more: bool,
}

impl<M> Rows<M> {
    fn cut<K>(mut rows: Vec<M>, page: &Page<K>) -> Self {
        let more = rows.len() as u64 > page.size;
        rows.truncate(usize::try_from(page.size).unwrap_or(usize::MAX));
        if page.from_end {
            rows.reverse();
        }
        Self { rows, more }
    }
}

/// What a list is ordered by: a column and, as the tie-break, the primary key.
#[derive(Clone, Copy, Debug)]
pub struct Ordering<C> {
    /// The column.
    pub by: C,
    /// The primary key.
    pub id: C,
    /// Whether the list goes down.
    pub descending: bool,
}

impl<C: ColumnTrait> Ordering<C> {
    fn beyond<K: Key>(&self, key: &K, greater: bool) -> Condition {
        let (by, id) = key.values();
        let step = |column: C, value: Value| if greater { column.gt(value) } else { column.lt(value) };
        Condition::any().add(step(self.by, by.clone())).add(Condition::all().add(self.by.eq(by)).add(step(self.id, id)))
    }

    fn window<K: Key>(&self, page: &Page<K>) -> Condition {
        let mut window = Condition::all();
        if let Some(after) = &page.after {
            window = window.add(self.beyond(after, !self.descending));
        }
        if let Some(before) = &page.before {
            window = window.add(self.beyond(before, self.descending));
        }
        window
    }

    fn direction<K>(&self, page: &Page<K>) -> Order {
        if self.descending == page.from_end { Order::Asc } else { Order::Desc }
    }
}

/// Where a row stands in its list.
pub trait Key {
    /// Values of the ordering column and of the primary key.
    fn values(&self) -> (Value, Value);
}

/// One page of a list.
pub async fn list<E, K: Key>(
    connection: &impl ConnectionTrait,
    select: Select<E>,
    ordering: Ordering<E::Column>,
    page: &Page<K>,
) -> Result<Rows<E::Model>, DbErr>
where
    E: EntityTrait,
{
    let direction = ordering.direction(page);
    let rows = select
        .filter(ordering.window(page))
        .order_by(ordering.by, direction.clone())
        .order_by(ordering.id, direction)
        .limit(page.size + 1)
        .all(connection)
        .await?;
    Ok(Rows::cut(rows, page))
}

/// One page of every parent's list, in one statement: rows are numbered within their parent.
pub async fn list_each<E, K: Key, P: Eq + Hash>(
    connection: &impl ConnectionTrait,
    select: Select<E>,
    parent: E::Column,
    parent_of: impl Fn(&E::Model) -> P,
    ordering: Ordering<E::Column>,
    page: &Page<K>,
) -> Result<HashMap<P, Rows<E::Model>>, DbErr>
where
    E: EntityTrait,
{
    let direction = ordering.direction(page);
    let window = WindowStatement::partition_by((E::default(), parent))
        .order_by((E::default(), ordering.by), direction.clone())
        .order_by((E::default(), ordering.id), direction)
        .to_owned();
    let mut numbered = select.filter(ordering.window(page)).into_query();
    numbered.expr_window_as(Func::cust("ROW_NUMBER"), window, "place");
    let mut query = Query::select();
    query
        .column(Asterisk)
        .from_subquery(numbered, "numbered")
        .and_where(Expr::col("place").lte(page.size + 1))
        .order_by("place", Order::Asc);
    let rows = E::Model::find_by_statement(connection.get_database_backend().build(&query)).all(connection).await?;
    let mut parents = HashMap::<P, Vec<E::Model>>::new();
    for row in rows {
        parents.entry(parent_of(&row)).or_default().push(row);
    }
    Ok(parents.into_iter().map(|(parent, rows)| (parent, Rows::cut(rows, page))).collect())
}

/// No place in a list: for lists that nobody goes on in.
enum Nowhere {}

impl Key for Nowhere {
    fn values(&self) -> (Value, Value) {
        match *self {}
    }
}

/// The first rows of every parent's list, in one statement, or the last ones; in the list's order.
pub async fn some_of_each<E, P: Eq + Hash>(
    connection: &impl ConnectionTrait,
    select: Select<E>,
    parent: E::Column,
    parent_of: impl Fn(&E::Model) -> P,
    ordering: Ordering<E::Column>,
    part: Part,
) -> Result<HashMap<P, Vec<E::Model>>, DbErr>
where
    E: EntityTrait,
{
    let (size, from_end) = match part {
        Part::First(size) => (size, false),
        Part::Last(size) => (size, true),
    };
    let page = Page::<Nowhere> { size, from_end, after: None, before: None };
    let pages = list_each(connection, select, parent, parent_of, ordering, &page).await?;
    Ok(pages.into_iter().map(|(parent, found)| (parent, found.rows)).collect())
}

/// So many rows of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The first ones.
    First(u64),
    /// The last ones.
    Last(u64),
}
