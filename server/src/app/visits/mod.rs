//! Visits: counted, told by weeks, recounted.

pub(super) mod counting;
pub(super) mod period;
pub(super) mod recount;
pub(super) mod weekly_visits;
