//! Keyset pagination: a page of a list.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select,
    Value,
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
