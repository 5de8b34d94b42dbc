//! `onsite serve`

use clap::Args;

use super::{Settings, Undone, log_to_stderr};
use crate::{
    clock::Clock,
    serve::{self, Running},
};

/// Run the server until it is told to stop (SIGINT or SIGTERM); what was begun is finished first.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Bring the database up to date first
    #[arg(long)]
    migrate: bool,
}

impl Serve {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), Undone> {
        let config = settings.load()?;
        log_to_stderr(&config.log);
        let database = serve::database(&config).await?;
        if self.migrate {
            database.migrate().await?;
        }
        let server = Running::start(&config, database, Clock::system()).await?;
        tracing::info!(url = server.public_url, "serving GraphQL at /graphql");
        server.until(told_to_stop()).await?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Resolves once the process is told to stop.
pub(super) async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
        }
        Err(_) => {
            let _ = interrupted.await;
        }
    }
}
