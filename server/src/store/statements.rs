//! Counts the SQL statements a request causes.

use std::{cell::Cell, future::Future};

tokio::task_local! {
    static STATEMENTS: Cell<u64>;
}

/// Runs a future and returns, beside its result, how many SQL statements it caused.
pub async fn counted<F: Future>(future: F) -> (F::Output, u64) {
    STATEMENTS
        .scope(Cell::new(0), async {
            let output = future.await;
            (output, STATEMENTS.with(Cell::get))
        })
        .await
}

/// Called by the connection after each statement.
pub(super) fn count() {
    // Outside a counted future, in background work, nobody asks.
    let _ = STATEMENTS.try_with(|statements| statements.set(statements.get() + 1));
}
