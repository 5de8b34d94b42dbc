//! The `onsite` command.

use std::process::ExitCode;

use clap::Parser;
use server::command::Command;

#[tokio::main]
async fn main() -> ExitCode {
    Command::parse().run().await
}
