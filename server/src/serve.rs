//! A whole server: its parts put together, started, and stopped in order.

use std::{future::Future, io, net::SocketAddr, sync::Arc};

use chrono::TimeDelta;
use sea_orm::DbErr;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    app::App,
    clock::Clock,
    config::{Config, PhotosConfig},
    domain::digest::Sha256Digest,
    events::Feed,
    http,
    photos::{Bucket, LocalDirectory, ObjectStore, S3Settings, StoreError},
    store::{self, Database, DatabaseSettings},
};

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not this machine's.
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The database does not answer.
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// The database is not up to date.
    #[error("the database lacks {0} migrations; run `onsite migrate` first, or start with --migrate")]
    Migrations(usize),
    /// The object store can't be used.
    #[error("photos: {0}")]
    Photos(#[from] StoreError),
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
    let pending = database.pending_migrations().await?;
    if pending > 0 {
        return Err(StartError::Migrations(pending));
    }
    let objects = objects(&config.photos, public_url, secret(&database, &clock, "photo-urls").await?).await?;
    let challenge_key = secret(&database, &clock, "challenges").await?;
    let feed = Feed::open(&database).await?;
    Ok(Arc::new(App::new(database, objects, clock, feed, &challenge_key.into())))
}

/// A key that all servers on this database share.
async fn secret(database: &Database, clock: &Clock, purpose: &str) -> Result<String, DbErr> {
    let fresh = Sha256Digest::from_bytes(clock.random()).to_string();
    store::secret::get_or_set(database.writer(), purpose, fresh).await
}

async fn objects(config: &PhotosConfig, public_url: String, secret: String) -> Result<ObjectStore, StoreError> {
    let Some(s3) = &config.s3 else {
        let directory = LocalDirectory::open(config.directory.clone(), public_url, secret.into()).await?;
        return Ok(ObjectStore::Local(directory));
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
    stop: watch::Sender<bool>,
    serving: JoinHandle<io::Result<()>>,
    working: JoinHandle<()>,
}

impl Running {
    /// Starts a server on a database that is up to date.
    pub async fn start(config: &Config, database: Database, clock: Clock) -> Result<Self, StartError> {
        let listen = config.listen;
        let listener = TcpListener::bind(listen).await.map_err(|error| StartError::Listen(listen, error))?;
        let address = listener.local_addr().map_err(|error| StartError::Listen(listen, error))?;
        let public_url = config.public_url.clone().unwrap_or_else(|| own_url(address));
        let app = app(config, database, public_url.clone(), clock).await?;
        let (stop, stopped) = watch::channel(false);
        let routes = http::routes(Arc::clone(&app), config.limits, config.server_timing, stopped.clone());
        let graceful = told(stopped.clone());
        let serving = tokio::spawn(axum::serve(listener, routes).with_graceful_shutdown(graceful).into_future());
        let working = tokio::spawn(work(Arc::clone(&app), TimeDelta::days(config.events.keep_days.into()), stopped));
        Ok(Self { address, public_url, app, stop, serving, working })
    }

    /// Serves until `signal`, then finishes what was begun; connections that stay open get ten seconds.
    pub async fn until(self, signal: impl Future<Output = ()>) -> io::Result<()> {
        signal.await;
        self.stop().await
    }

    /// Takes no more requests, finishes what was begun, and closes the database.
    pub async fn stop(self) -> io::Result<()> {
        self.stop.send_replace(true);
        let patience = std::time::Duration::from_secs(10);
        let abort = self.serving.abort_handle();
        let served = match tokio::time::timeout(patience, self.serving).await {
            Ok(Ok(served)) => served,
            Ok(Err(error)) => Err(io::Error::other(error)),
            Err(_) => {
                tracing::warn!("connections are still open after {} s; closing them", patience.as_secs());
                abort.abort();
                Ok(())
            }
        };
        if let Err(error) = self.working.await {
            tracing::error!(%error, "background work ended badly");
        }
        if let Err(error) = self.app.database.clone().close().await {
            tracing::warn!(%error, "the database was not closed in order");
        }
        served
    }
}

/// What goes on beside the requests, until the server stops.
async fn work(app: Arc<App>, keep_events: TimeDelta, stopped: watch::Receiver<bool>) {
    let feed = Arc::clone(&app.feed);
    tokio::select! {
        () = feed.run() => {}
        () = app.inspect_photos() => {}
        () = app.keep_house(keep_events) => {}
        () = told(stopped) => {}
    }
}

async fn told(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone: time to stop as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// A server that listens everywhere is reached here by `localhost`.
fn own_url(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}
