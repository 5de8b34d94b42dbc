//! A whole server: its parts put together, started, and stopped in order.

use std::{fmt, future::Future, io, net::SocketAddr, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    check_ins::clock_doubt::{self, Doubt},
    digest::Sha256Digest,
};
use messages::{Language, Message, Value, message};
use objects::{Bucket, LocalDirectory, ObjectStore, S3Settings, StoreError};
use sea_orm::DbErr;
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
    task::JoinHandle,
};

use crate::{
    app::App,
    clock::Clock,
    config::{Config, PhotosConfig, TlsConfig},
    events::Feed,
    http::{self, Certificates, DocumentsError, Settings, TlsError},
    identity_provider::{IdentityProvider, SetUpError},
    jobs,
    store::{self, Database, DatabaseSettings, LockMode},
};

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not this machine's.
    Listen(SocketAddr, #[source] io::Error),
    /// The database does not answer.
    Database(#[from] DbErr),
    /// Its tables are being taken away.
    GoingDown,
    /// The database is not up to date.
    Migrations(usize),
    /// The object store can't be used.
    Photos(#[from] StoreError),
    /// The certificate can't be used.
    Tls(#[from] TlsError),
    /// The folder of documents can't be used.
    Documents(#[from] DocumentsError),
    /// The clock can't be right.
    Clock {
        /// What it says.
        now: DateTime<Utc>,
        /// What speaks against it.
        doubts: Vec<Doubt>,
    },
    /// Single sign-on can't be set up.
    SingleSignOn(#[from] SetUpError),
}

impl StartError {
    /// What is told of it.
    pub fn message(&self) -> Message {
        match self {
            Self::Listen(address, error) => {
                message!(StartCannotListen { address: address.to_string(), error: error.to_string() })
            }
            Self::Database(error) => message!(OfDatabase { error: error.to_string() }),
            Self::GoingDown => message!(StartGoingDown),
            Self::Migrations(migrations) => message!(StartLacksMigrations { migrations: *migrations }),
            Self::Photos(error) => message!(StartPhotos { error: error.to_string() }),
            Self::Tls(error) => message!(OfAnother { error: error.to_string() }),
            Self::Documents(error) => message!(OfAnother { error: error.to_string() }),
            Self::Clock { now, doubts } => {
                let doubts = clock_doubt::message(doubts).map_or_else(|| Value::from(""), Value::from);
                message!(StartByAWrongClock { now: now.to_string(), doubts })
            }
            Self::SingleSignOn(error) => message!(OfAnother { error: error.to_string() }),
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

/// Connects to the configured database.
pub async fn database(config: &Config) -> Result<Database, DbErr> {
    let settings =
        DatabaseSettings { url: config.database.url.clone(), max_connections: config.database.max_connections };
    Database::connect(&settings).await
}

/// The app on the configured parts; `public_url` is how phones reach this server.
pub async fn app(
    config: &Config,
    database: Database,
    public_url: String,
    clock: Clock,
) -> Result<Arc<App>, StartError> {
    let identity_provider = IdentityProvider::new(&config.single_sign_on)?;
    match database.attend(LockMode::Shared).await? {
        Some(presence) => presence.leave().await,
        None => return Err(StartError::GoingDown),
    }
    let pending = database.pending_migrations().await?;
    if pending > 0 {
        return Err(StartError::Migrations(pending));
    }
    let objects = objects(&config.photos, public_url, secret(&database, &clock, "photo-urls").await?).await?;
    let challenge_key = secret(&database, &clock, "challenges").await?;
    let feed = Feed::open(&database).await?;
    let (challenge_key, accounts) = (challenge_key.into(), config.accounts.clone());
    let photos = config.photos.limits;
    Ok(Arc::new(App::new(database, objects, clock, feed, &challenge_key, accounts, photos, identity_provider)))
}

/// A key that all servers on this database share.
async fn secret(database: &Database, clock: &Clock, purpose: &str) -> Result<String, DbErr> {
    let fresh = Sha256Digest::from_bytes(clock.random()).to_string();
    store::secret::get_or_set(database.writer(), purpose, fresh).await
}

/// The configured object store; `secret` signs URLs of a local directory.
pub async fn objects(config: &PhotosConfig, public_url: String, secret: String) -> Result<ObjectStore, StoreError> {
    let Some(s3) = &config.s3 else {
        let directory = LocalDirectory::open(config.directory.clone(), public_url, secret.into()).await?;
        return Ok(ObjectStore::Local(directory.keeping_free(config.limits.keep_free_bytes)));
    };
    Ok(ObjectStore::S3(Bucket::new(&S3Settings {
        endpoint: s3.endpoint.clone(),
        public_endpoint: s3.public_endpoint.clone(),
        region: s3.region.clone(),
        bucket: s3.bucket.clone(),
        access_key_id: s3.access_key_id.clone(),
        secret_access_key: s3.secret_access_key.clone(),
        path_style: s3.path_style,
    })))
}

/// A server that is running.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// How phones reach it.
    pub public_url: String,
    /// The app behind it.
    pub app: Arc<App>,
    /// Where it serves figures, if it does.
    pub metrics_address: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<bool>,
    working: JoinHandle<()>,
}

impl Running {
    /// Starts a server on a database that is up to date.
    pub async fn start(config: &Config, database: Database, clock: Clock) -> Result<Self, StartError> {
        let (listener, address) = listen(config.listen).await?;
        let tls = config.http.tls.as_ref().map(certificates).transpose()?;
        let public_url = config.public_url.clone().unwrap_or_else(|| own_url(address, tls.is_some()));
        let app = app(config, database, public_url.clone(), clock).await?;
        refuse_an_absurd_clock(&app).await?;
        let (stop, stopped) = watch::channel(false);
        let settings = settings(config, public_url.clone());
        let acceptors = http::acceptors(Arc::clone(&app), &settings, tls.clone(), stopped.clone())?;
        let mut metrics_address = None;
        if let Some(at) = config.http.metrics_listen {
            let (listener, address) = listen(at).await?;
            metrics_address = Some(address);
            tokio::spawn(acceptors.metrics.serve(listener));
        }
        let serving = tokio::spawn(acceptors.main.serve(listener));
        let keep_events = TimeDelta::days(config.events.keep_days.into());
        let working = tokio::spawn(work(Arc::clone(&app), keep_events, tls, stopped));
        Ok(Self { address, public_url, app, metrics_address, stop, serving, working })
    }

    /// Serves until `signal`, then finishes what was begun; connections that stay open get ten seconds.
    pub async fn until(self, signal: impl Future<Output = ()>) -> io::Result<()> {
        signal.await;
        self.stop().await
    }

    /// Takes no more requests, finishes what was begun, and closes the database.
    pub async fn stop(self) -> io::Result<()> {
        self.stop.send_replace(true);
        match self.serving.await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("some connections had to be broken off"),
            Err(error) => return Err(io::Error::other(error)),
        }
        if let Err(error) = self.working.await {
            tracing::error!(%error, "background work ended badly");
        }
        if let Err(error) = self.app.database.clone().close().await {
            tracing::warn!(%error, "the database was not closed in order");
        }
        Ok(())
    }
}

/// Nobody is to be judged by a clock that can't be right.
async fn refuse_an_absurd_clock(app: &App) -> Result<(), StartError> {
    let doubts = app.look_at_clock().await?;
    if app.clock.is_trusted() || !doubts.iter().any(Doubt::is_absurd) {
        return Ok(());
    }
    Err(StartError::Clock { now: app.clock.now(), doubts })
}

/// Connections that may wait to be accepted: whoever comes in a storm is not turned away before it is looked at.
const WAITING: u32 = 4096;

async fn listen(at: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |error| StartError::Listen(at, error);
    let socket = if at.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.map_err(failed)?;
    socket.set_reuseaddr(true).map_err(failed)?;
    socket.bind(at).map_err(failed)?;
    let listener = socket.listen(WAITING).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn certificates(config: &TlsConfig) -> Result<Certificates, TlsError> {
    match config {
        TlsConfig::Files { certificate, key } => Certificates::open(certificate, key),
        TlsConfig::SelfSigned { folder, addresses } => Certificates::self_signed(folder, addresses),
    }
}

fn settings(config: &Config, public_url: String) -> Settings {
    Settings {
        public_url,
        limits: config.limits,
        connections: config.connections,
        rates: config.rates,
        introspection: config.http.introspection,
        allowed_origins: config.http.allowed_origins.clone(),
        trusted_proxies: config.http.trusted_proxies.clone(),
        documents: config.http.documents.clone(),
        documents_only: config.http.documents_only,
        server_timing: config.server_timing,
    }
}

/// What goes on beside the requests, until the server stops.
async fn work(app: Arc<App>, keep_events: TimeDelta, tls: Option<Certificates>, stopped: watch::Receiver<bool>) {
    let feed = Arc::clone(&app.feed);
    let keep_fresh = async {
        match tls {
            Some(certificates) => certificates.keep_fresh().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = feed.run() => {}
        () = keep_fresh => {}
        () = jobs::run(&app, keep_events) => {}
        () = app.watch_contradictions() => {}
        () = app.watch_clock() => {}
        () = app.watch_store() => {}
        () = app.database.stay() => {}
        () = told(stopped) => {}
    }
}

async fn told(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone: time to stop as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// A server that listens everywhere is reached here by `localhost`.
fn own_url(address: SocketAddr, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    if address.ip().is_unspecified() {
        format!("{scheme}://localhost:{}", address.port())
    } else {
        format!("{scheme}://{address}")
    }
}
