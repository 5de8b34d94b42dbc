//! Visits, and what each week owes.

pub mod visit;
pub mod weekly_visits;
