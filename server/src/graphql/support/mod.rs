//! What every noun needs: who asks, pages, connections, ids, errors, batches.

pub(super) mod access;
pub mod error;
pub(super) mod global_id;
pub mod node;
pub(super) mod page;
pub(super) mod permissions;
pub mod scalars;
