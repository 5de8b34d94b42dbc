//! Onsite tells a city honestly whether the people it made answerable for each enterprise project go and see it.
//!
//! Data flows one way: `http` → `graphql` → `app` → `domain`, `store`, `photos`, `events`, `identity_provider`.

pub mod app;
pub mod backup;
pub mod clock;
pub mod command;
pub mod config;
pub mod events;
pub mod graphql;
pub mod http;
pub mod identity_provider;
pub mod jobs;
pub mod roster;
pub mod serve;
pub mod store;
