//! Onsite tells a city honestly whether the people it made answerable for each enterprise project go and see it.

pub mod app;
pub mod clock;
pub mod domain;
pub mod events;
pub mod photos;
pub mod roster;
pub mod store;
