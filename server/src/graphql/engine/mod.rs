//! The machinery in front of the schema: what a request may ask, what it costs, and how it is executed and answered.

pub(super) mod coercion;
pub(super) mod completion;
pub mod cost;
pub(super) mod examination;
pub(super) mod executor;
pub(super) mod levels;
pub mod limits;
pub(super) mod plan;
pub(super) mod reply;
pub(super) mod typename;
pub(super) mod types;
pub(super) mod watch;
