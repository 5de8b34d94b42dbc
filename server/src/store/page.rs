//! Keyset pagination: which part of a list is wanted. `listing` reads it.

use sea_orm::Value;

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

/// Where a row stands in its list.
pub trait Key {
    /// Values of the ordering column and of the primary key.
    fn values(&self) -> (Value, Value);
}
