//! The `onsite` command.

use std::process::ExitCode;

use server::command::Command;

/// A server's allocations are many, small and freed by other threads; this one is fast at that, and gives memory back
/// after a storm.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    Command::given().run().await
}
