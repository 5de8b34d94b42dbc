//! Tables of visits.

pub mod visit;
pub mod weekly_tally;
