//! The server's HTTP surface: routes, and what every request has in common.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::{Extension, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use entity::ids::AccountId;
use ipnet::IpNet;
use objects::{self, ObjectStore};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tower_http::compression::CompressionLayer;

use crate::{
    app::App,
    graphql::{Access, Executor, IncomingRequest, Introspection, Limits, Reply, ValidRequest},
};

mod authentication;
mod client;
mod concurrency;
mod delivery;
mod graphql;
mod health;
mod host;
mod listen;
mod live;
mod log;
mod metrics;
mod origin;
mod pace;
mod quota;
mod spelling;
mod tls;

pub use graphql::documents::DocumentsError;
pub(crate) use listen::Acceptor;
pub use listen::ConnectionLimits;
pub use quota::Rates;
pub(crate) use tls::Certificates;
pub use tls::TlsError;

use authentication::TokenError;
use client::{Caller, Proxies};
use concurrency::Concurrency;
use delivery::{Deliveries, InMemory};
use graphql::{documents::Documents, parameters::Parameters};
use listen::Peer;
use metrics::Metrics;
use origin::Origins;
use quota::{Quotas, RateLimitStatus};

/// How the surface is set up.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// How phones reach this server.
    pub(crate) public_url: String,
    /// Bounds on requests.
    pub(crate) limits: Limits,
    /// Bounds on connections.
    pub(crate) connections: ConnectionLimits,
    /// Bounds on how much may be asked.
    pub(crate) rates: Rates,
    /// Who may ask for the schema.
    pub(crate) introspection: Introspection,
    /// Origins of web pages that may ask, beside the server's own.
    pub(crate) allowed_origins: Vec<String>,
    /// Proxies that may say for whom they ask.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// A folder of documents that can be named.
    pub(crate) documents: Option<PathBuf>,
    /// Whether no other documents are executed.
    pub(crate) documents_only: bool,
    /// Whether answers tell how many SQL statements they took.
    pub(crate) server_timing: bool,
}

/// What the routes need.
struct RouteState {
    app: Arc<App>,
    executor: Executor,
    quotas: Arc<Quotas>,
    documents: Documents,
    origins: Origins,
    proxies: Proxies,
    streams: Arc<Concurrency<AccountId>>,
    connections: ConnectionLimits,
    metrics: Metrics,
    server_timing: bool,
    stopping: watch::Receiver<bool>,
    /// What the server waits for when it stops: connections, and WebSockets that became of them.
    under_way: TaskTracker,
}

impl RouteState {
    /// Answers a request over HTTP. This is around the routes rather than layers of them: layers would box every request.
    async fn answer(&self, routes: Router, request: Request) -> Response {
        let mut response = log::logged(self, routes, request).await;
        secured(response.headers_mut());
        response
    }

    /// Finds out who a caller is, lets them pay, and admits what they ask, by its text or by its name. Every transport's way
    /// in. Nothing is looked up for an address that asks too much.
    async fn admit(
        &self,
        caller: &mut Caller,
        access: impl Future<Output = Result<Access, TokenError>>,
        parameters: &mut Parameters,
        rate_limit: &mut RateLimitStatus,
    ) -> Result<ValidRequest, Reply> {
        self.quotas.address(caller.address).map_err(Reply::refused)?;
        caller.access = access.await.map_err(|unaccepted| Reply::refused(unaccepted.error()))?;
        let caller = *caller;
        self.quotas.request(caller, rate_limit).map_err(Reply::refused)?;
        let mut named = self.documents.resolve(parameters).map_err(Reply::refused)?;
        let keep = named.keep_as().map(|hash| (hash, named.document.clone()));
        let asked = IncomingRequest {
            document: named.document,
            operation_name: parameters.operation_name.take(),
            variables: parameters.take_variables(),
            access: caller.access,
            arrived: caller.arrived,
            meter: self.quotas.meter(caller, rate_limit),
            quota: self.quotas.quota(caller),
        };
        let admitted = self.executor.admit(asked).await?;
        if let Some((hash, document)) = keep {
            self.documents.keep(hash, &document);
        }
        Ok(admitted)
    }
}

/// Answers a request by its route.
async fn routed(routes: Router, request: Request) -> Response {
    if !host::is_plain(&request) {
        return host::refusal();
    }
    match routes.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// A server's two acceptors of connections: what everybody asks, and the figures.
pub(crate) struct Acceptors {
    /// For everybody.
    pub(crate) main: Acceptor,
    /// For Prometheus.
    pub(crate) metrics: Acceptor,
}

/// Everything a server answers, until `stopping` says that it is over.
pub(crate) fn acceptors(
    app: Arc<App>,
    settings: &Settings,
    tls: Option<Certificates>,
    stopping: watch::Receiver<bool>,
) -> Result<Acceptors, DocumentsError> {
    let (limits, metrics, under_way) = (settings.connections, Metrics::new(), TaskTracker::new());
    let clock = Arc::clone(&app.clock_watch);
    let state = Arc::new(RouteState {
        executor: Executor::new(&app, settings.limits, settings.introspection),
        quotas: Arc::new(Quotas::new(settings.rates)),
        documents: Documents::open(settings.documents.as_deref(), settings.documents_only)?,
        origins: Origins::new(&settings.public_url, &settings.allowed_origins),
        proxies: Proxies::of(&settings.trusted_proxies),
        streams: Concurrency::new(limits.streams_per_viewer),
        connections: limits,
        metrics: metrics.clone(),
        server_timing: settings.server_timing,
        stopping: stopping.clone(),
        under_way: under_way.clone(),
        app,
    });
    let unseen = Metrics::new();
    let figures = Acceptor {
        state: None,
        routes: metrics.routes(clock),
        limits,
        tls: None,
        proxies: Proxies::default(),
        deliveries: Deliveries::new(limits.deliveries(), unseen.clone()),
        metrics: unseen,
        stopping: stopping.clone(),
        under_way: TaskTracker::new(),
    };
    Ok(Acceptors {
        main: Acceptor {
            routes: routes(&state),
            state: Some(state),
            limits,
            tls,
            proxies: Proxies::of(&settings.trusted_proxies),
            deliveries: Deliveries::new(limits.deliveries(), metrics.clone()),
            metrics,
            stopping,
            under_way,
        },
        metrics: figures,
    })
}

/// All routes of a server.
///
/// | path | what |
/// |---|---|
/// | `/graphql` | queries and mutations by POST, queries by GET, all over WebSocket and as server-sent events |
/// | `/schema.graphql` | the schema |
/// | `/healthz` | whether the process answers |
/// | `/readyz` | whether database and object store do |
/// | `/objects/…` | photos, by signed URLs, where they are in a local directory |
fn routes(state: &Arc<RouteState>) -> Router {
    let local = match &state.app.objects {
        ObjectStore::Local(directory) => {
            let clock = state.app.clock.clone();
            Some(objects::routes(directory.clone(), Arc::new(move || clock.now())))
        }
        ObjectStore::S3(_) => None,
    };
    let routes = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post).fallback(graphql::other))
        .route("/schema.graphql", get(schema))
        .layer(CompressionLayer::new())
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(local.unwrap_or_default())
        .with_state(Arc::clone(state));
    match state.origins.cors() {
        Some(cors) => routes.layer(cors),
        None => routes,
    }
}

async fn schema(
    State(state): State<Arc<RouteState>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response {
    let address = state.proxies.address_of(peer.address, &headers);
    if state.quotas.address(address).is_err() {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    match authentication::access_of(&state.app, &headers).await {
        Ok(access) if state.executor.shows_schema_to(access) => {
            let text = crate::graphql::sdl();
            let held = Extension(InMemory(text.len()));
            (held, [(header::CONTENT_TYPE, "application/graphql; charset=utf-8")], text).into_response()
        }
        Ok(_) => StatusCode::FORBIDDEN.into_response(),
        Err(_) => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// Answers are data, never pages: nothing of them may be framed, sniffed or run.
fn secured(headers: &mut HeaderMap) {
    const POLICY: [(HeaderName, HeaderValue); 4] = [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    for (name, value) in POLICY {
        headers.entry(name).or_insert(value);
    }
}
