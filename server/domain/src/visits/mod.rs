//! Rules of visits: which count, in which week, and what is owed.

pub mod counting;
pub mod obligation;
pub mod week;
