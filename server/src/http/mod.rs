//! The server's HTTP surface: routes, and what every request has in common.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    middleware,
    response::IntoResponse,
    routing::get,
};
use tokio::sync::watch;

use crate::{
    app::App,
    graphql::{Gate, Limits},
    photos::{self, ObjectStore},
};

mod authentication;
mod graphql;
mod health;
mod log;
mod socket;

/// What the routes need.
#[derive(Clone)]
pub struct Surface {
    app: Arc<App>,
    gate: Gate,
    server_timing: bool,
    stopping: watch::Receiver<bool>,
}

/// All routes of a server.
///
/// | path | what |
/// |---|---|
/// | `/graphql` | queries and mutations by POST, queries by GET, all over WebSocket |
/// | `/schema.graphql` | the schema |
/// | `/healthz` | whether the process answers |
/// | `/readyz` | whether database and object store do |
/// | `/objects/…` | photos, by signed URLs, where they are in a local directory |
///
/// Sockets are closed once `stopping` says so.
pub fn routes(app: Arc<App>, limits: Limits, server_timing: bool, stopping: watch::Receiver<bool>) -> Router {
    let local = match &app.objects {
        ObjectStore::Local(directory) => {
            let clock = app.clock.clone();
            Some(photos::routes(directory.clone(), Arc::new(move || clock.now())))
        }
        ObjectStore::S3(_) => None,
    };
    let surface = Surface { gate: Gate::new(Arc::clone(&app), limits), app, server_timing, stopping };
    Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/schema.graphql", get(schema))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(local.unwrap_or_default())
        .layer(middleware::from_fn_with_state(surface.clone(), log::log))
        .layer(middleware::map_response(secured))
        .with_state(surface)
}

async fn schema(State(_): State<Surface>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/graphql; charset=utf-8")], crate::graphql::sdl())
}

/// Answers are data, never pages: nothing of them may be framed, sniffed or run.
async fn secured(mut response: axum::response::Response) -> axum::response::Response {
    const POLICY: [(HeaderName, HeaderValue); 3] = [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    for (name, value) in POLICY {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}
