//! A whole server in this process, on a free port, with a database, photos and a clock of its own.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, thread, time::Duration};

use server::{
    app::{AccountPolicy, App, PhotoLimits},
    clock::Clock,
    config::{Config, EventsConfig, HttpConfig, LogConfig, LogFormat, PhotosConfig},
    graphql::Limits,
    http::{ConnectionLimits, Rates},
    identity_provider::SingleSignOnSettings,
    serve::{self, Running},
};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::{
    bucket::TestBucket,
    city::{City, Role},
    client::Client,
    clock::TestClock,
    database::{Backend, TestDatabase},
    fake_s3::FakeS3,
};

/// Where the photos of a story are.
#[derive(Debug)]
pub(crate) enum Photos {
    Directory(TempDir),
    Bucket(TestBucket),
    Fake(Arc<FakeS3>),
}

impl Photos {
    pub(crate) fn directory() -> Self {
        Self::Directory(TempDir::new().unwrap())
    }

    pub(crate) async fn bucket() -> Self {
        Self::Bucket(TestBucket::create().await)
    }

    fn config(&self) -> PhotosConfig {
        let (directory, s3) = match self {
            Self::Directory(directory) => (directory.path().to_owned(), None),
            Self::Bucket(bucket) => (PathBuf::new(), Some(bucket.config())),
            Self::Fake(fake) => (PathBuf::new(), Some(fake.config())),
        };
        PhotosConfig { directory, s3, limits: PhotoLimits { keep_free_bytes: 0, ..PhotoLimits::default() } }
    }
}

/// What several servers can stand on.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) database: TestDatabase,
    pub(super) photos: Photos,
}

/// The city's database and photos with nobody beside: no server takes what a story does itself.
#[derive(Debug)]
pub(crate) struct AppAlone {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<TestClock>,
    _ground: Ground,
}

impl AppAlone {
    pub(crate) async fn on(backend: Backend) -> Self {
        let city = City::on(backend).await;
        let ground = Ground { database: TestDatabase::of(&city.template).await, photos: Photos::directory() };
        let (config, clock) = (config(&ground), TestClock::new());
        let database = serve::database(&config).await.unwrap();
        let source = Clock::of(Arc::<TestClock>::clone(&clock));
        let app = serve::app(&config, database, "http://127.0.0.1".to_owned(), source).await.unwrap();
        Self { app, clock, _ground: ground }
    }
}

/// A running server; stopped when dropped.
#[derive(Debug)]
pub(crate) struct TestServer {
    pub(crate) clock: Arc<TestClock>,
    ground: Arc<Ground>,
    city: Option<&'static City>,
    /// None once stopped.
    running: Option<(Running, Runtime)>,
}

impl TestServer {
    /// A server on the city as every story finds it.
    pub(crate) async fn on(backend: Backend) -> Self {
        Self::with(backend, Photos::directory(), TestClock::new()).await
    }

    pub(crate) async fn with(backend: Backend, photos: Photos, clock: Arc<TestClock>) -> Self {
        let city = City::on(backend).await;
        let ground = Ground { database: TestDatabase::of(&city.template).await, photos };
        Self::start(Arc::new(ground), clock, Some(city)).await
    }

    /// A server with other settings, on SQLite.
    pub(crate) async fn tuned(tune: impl FnOnce(&mut Config)) -> Self {
        Self::tuned_on(Backend::Sqlite, TestClock::new(), tune).await
    }

    /// A server with other settings.
    pub(crate) async fn tuned_on(backend: Backend, clock: Arc<TestClock>, tune: impl FnOnce(&mut Config)) -> Self {
        Self::tuned_with(backend, Photos::directory(), clock, tune).await
    }

    /// A server with other settings, and photos as given.
    pub(crate) async fn tuned_with(
        backend: Backend,
        photos: Photos,
        clock: Arc<TestClock>,
        tune: impl FnOnce(&mut Config),
    ) -> Self {
        let city = City::on(backend).await;
        let ground = Ground { database: TestDatabase::of(&city.template).await, photos };
        let mut config = config(&ground);
        tune(&mut config);
        Self::start_with(Arc::new(ground), clock, Some(city), config).await
    }

    /// Another server on the same database, photos and clock.
    pub(crate) async fn another(&self) -> Self {
        Self::start(Arc::clone(&self.ground), Arc::clone(&self.clock), self.city).await
    }

    /// The same with other settings.
    pub(crate) async fn another_tuned(&self, tune: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(&self.ground);
        tune(&mut config);
        Self::start_with(Arc::clone(&self.ground), Arc::clone(&self.clock), self.city, config).await
    }

    pub(super) async fn start(ground: Arc<Ground>, clock: Arc<TestClock>, city: Option<&'static City>) -> Self {
        let config = config(&ground);
        Self::start_with(ground, clock, city, config).await
    }

    async fn start_with(
        ground: Arc<Ground>,
        clock: Arc<TestClock>,
        city: Option<&'static City>,
        config: Config,
    ) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let source = Clock::of(Arc::<TestClock>::clone(&clock));
        let running = runtime.spawn(async move {
            let database = serve::database(&config).await.unwrap();
            database.migrate().await.unwrap();
            Running::start(&config, database, source).await.unwrap()
        });
        let running = running.await.unwrap();
        Self { clock, ground, city, running: Some((running, runtime)) }
    }

    pub(crate) fn app(&self) -> &Arc<App> {
        &self.running().app
    }

    pub(crate) fn url(&self) -> String {
        self.running().public_url.clone()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.running().address
    }

    /// Where it serves figures.
    pub(crate) fn metrics_address(&self) -> SocketAddr {
        self.running().metrics_address.expect("a story that asks for figures sets metrics_listen")
    }

    pub(crate) fn database_url(&self) -> String {
        self.ground.database.url()
    }

    /// The directory of photos.
    pub(crate) fn photos(&self) -> PathBuf {
        self.ground.photos.config().directory
    }

    /// A client that is signed in.
    pub(crate) fn as_(&self, role: Role) -> Client {
        match self.token(role) {
            Some(token) => Client::with_token(self.url(), &token),
            None => Client::new(self.url(), None),
        }
    }

    pub(crate) fn nobody(&self) -> Client {
        self.as_(Role::Nobody)
    }

    pub(crate) fn token(&self, role: Role) -> Option<String> {
        self.city.and_then(|city| city.tokens.get(&role)).cloned()
    }

    /// A project's global id.
    pub(crate) fn project(&self, name: &str) -> String {
        self.city.and_then(|city| city.projects.get(name)).expect("a project of the city").clone()
    }

    fn running(&self) -> &Running {
        &self.running.as_ref().expect("stopped only when dropped").0
    }

    /// Stops in order, as on a signal.
    pub(crate) async fn stop(&mut self) {
        if let Some((running, runtime)) = self.running.take() {
            runtime.spawn(running.stop()).await.unwrap().unwrap();
            halt(runtime);
        }
    }

    pub(super) async fn into_ground(mut self) -> Ground {
        self.stop().await;
        let ground = Arc::clone(&self.ground);
        drop(self);
        Arc::into_inner(ground).expect("the only server on it")
    }
}

impl Drop for TestServer {
    /// Stops at once. In order is not possible here: connections that the story itself used are given back by tasks
    /// that run only while the story does.
    fn drop(&mut self) {
        if let Some((_, runtime)) = self.running.take() {
            halt(runtime);
        }
    }
}

fn halt(runtime: Runtime) {
    // A runtime must not wait for its end on a thread of another one.
    let halted = thread::spawn(move || runtime.shutdown_timeout(Duration::from_secs(5))).join();
    assert!(halted.is_ok() || thread::panicking());
}

/// Fails unless visits and tallies are what a recount from the evidence makes them.
pub(crate) async fn balanced(server: &TestServer) {
    let recounted = server.app().recount(false, &|_| {}).await.unwrap();
    assert_eq!(recounted.differences, []);
}

fn config(ground: &Ground) -> Config {
    Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: None,
        database: ground.database.config(),
        photos: ground.photos.config(),
        events: EventsConfig { keep_days: 14 },
        http: HttpConfig::default(),
        accounts: AccountPolicy::default(),
        single_sign_on: SingleSignOnSettings::default(),
        limits: Limits::default(),
        connections: ConnectionLimits::default(),
        rates: Rates::default(),
        log: LogConfig { filter: String::new(), format: LogFormat::Text },
        server_timing: true,
    }
}
