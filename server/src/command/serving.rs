//! `onsite serve`

use std::{net::IpAddr, path::PathBuf};

use clap::Args;
use sd_notify::NotifyState;

use super::{CommandError, Settings, log_to_stderr};
use crate::{
    clock::Clock,
    config::TlsConfig,
    serve::{self, Running},
};

/// Run the server until it is told to stop (SIGINT or SIGTERM); what was begun is finished first.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Bring the database up to date first
    #[arg(long)]
    migrate: bool,
    /// Speak TLS with a certificate made here and kept in this folder: for a local network, where phones need a secure
    /// origin and no authority gives certificates
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "onsite-tls")]
    tls_self_signed: Option<PathBuf>,
    /// An address the certificate made here is for, beside localhost; may be given several times
    #[arg(long, value_name = "ADDRESS", requires = "tls_self_signed")]
    tls_address: Vec<IpAddr>,
    /// Start although the database, or when this program was built, says that this machine's clock can't be right: somebody
    /// has looked at it
    #[arg(long)]
    trust_clock: bool,
}

impl Serve {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let mut config = settings.load()?;
        if let Some(folder) = self.tls_self_signed {
            config.http.tls = Some(TlsConfig::SelfSigned { folder, addresses: self.tls_address });
        }
        log_to_stderr(&config.log);
        // Each connection takes a file descriptor, and many systems give a program no more than 1,024 unless asked.
        if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
            tracing::warn!(%error, "the number of open files can't be raised");
        }
        let database = serve::database(&config).await?;
        if self.migrate {
            database.migrate().await?;
        }
        let clock = if self.trust_clock { Clock::system().trusted() } else { Clock::system() };
        let server = Running::start(&config, database, clock).await?;
        tracing::info!(url = server.public_url, "serving GraphQL at /graphql");
        tell_systemd(NotifyState::Ready);
        let told = async {
            told_to_stop().await;
            tell_systemd(NotifyState::Stopping);
        };
        server.until(told).await?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Where systemd started this (`Type=notify`), it waits for the word before it starts what needs Onsite.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd can't be told");
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
