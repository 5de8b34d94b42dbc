//! Pure rules: no I/O, no clock, no async. Callers pass the time, the time zone and the policy.

pub mod accounts;
pub mod canonical_json;
pub mod check_ins;
pub mod digest;
pub mod permission;
pub mod policy;
pub mod projects;
pub mod visits;
