//! One line a request: never with personal data, tokens, or URLs that are secrets.

use std::time::Instant;

use axum::{
    extract::{Request, State},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use entity::ids::AccountId;
use uuid::Uuid;

use super::Surface;
use crate::store::statements;

/// What a handler knows of its request, for the log.
#[derive(Clone, Debug)]
pub(super) struct Noted {
    /// Whose it was.
    pub(super) viewer: Option<AccountId>,
    /// What the client calls it.
    pub(super) operation: Option<String>,
}

/// Logs a request once it is answered.
pub(super) async fn log(State(surface): State<Surface>, request: Request, next: Next) -> Response {
    let id: Uuid = surface.app.clock.id();
    let method = request.method().clone();
    // The first segment only: what follows names an object, and a query string may be signed.
    let path = format!("/{}", request.uri().path().split('/').nth(1).unwrap_or_default());
    let start = Instant::now();
    let (mut response, sql) = statements::counted(next.run(request)).await;
    let noted = response.extensions().get::<Noted>();
    let operation: String =
        noted.and_then(|noted| noted.operation.as_deref()).unwrap_or_default().chars().take(100).collect();
    tracing::info!(
        %id,
        %method,
        path,
        operation,
        viewer = noted.and_then(|noted| noted.viewer).map(tracing::field::display),
        status = response.status().as_u16(),
        sql,
        ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", id);
    }
    if surface.server_timing
        && let Ok(timing) = HeaderValue::from_str(&format!("sql;desc=\"{sql}\""))
    {
        response.headers_mut().insert("server-timing", timing);
    }
    response
}
