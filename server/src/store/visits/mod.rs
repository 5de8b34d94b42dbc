//! Tables of visits.

pub mod recount;
pub mod visit;
pub mod weekly_tally;
