//! Visits: what leaders owe, and what is counted.

mod obligations;
mod recount;
