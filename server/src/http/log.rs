//! One line a request: never with personal data, tokens, or URLs that are secrets.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::parser::types::OperationType;
use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue},
    response::Response,
};
use entity::ids::AccountId;
use tracing::{Instrument, Span};
use uuid::Uuid;

use super::{RouteState, graphql::answer, listen::Peer, metrics::kind_of, routed};
use crate::{graphql::support::error::ErrorCode, store::statements};

/// What a handler knows of its request, for the log.
#[derive(Clone, Debug, Default)]
pub(super) struct RequestFacts {
    /// Whose it was.
    pub(super) viewer: Option<AccountId>,
    /// What the client calls it.
    pub(super) operation: Option<String>,
    /// What it did.
    pub(super) kind: Option<OperationType>,
    /// What it cost.
    pub(super) cost: Option<usize>,
    /// The code of its first error.
    pub(super) code: Option<ErrorCode>,
}

impl RequestFacts {
    /// What the client calls it, if that is a name, and no longer than anyone reads.
    fn name(&self) -> Option<String> {
        let letters = self.operation.as_deref()?.chars();
        Some(letters.filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').take(100).collect())
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers a request, and logs it.
pub(super) async fn logged(state: &RouteState, routes: Router, request: Request) -> Response {
    let id = state.app.clock.id::<Uuid>().to_string();
    let method = request.method().clone();
    // The first segment only: what follows names an object, and a query string may be signed.
    let path = ["/", request.uri().path().split('/').nth(1).unwrap_or_default()].concat();
    let begun = Instant::now();
    let connection = request.extensions().get::<Peer>().map(|peer| Arc::clone(&peer.connection));
    // Whatever else is logged of it meanwhile carries its id, too.
    let answering = routed(routes, request).instrument(tracing::error_span!("request", %id));
    let (mut response, sql) = statements::counted(answering).await;
    if connection.is_some_and(|connection| !connection.keep_room(&mut response)) {
        response = answer::too_much_waits();
    }
    let took = begun.elapsed();
    let noted = response.extensions_mut().remove::<RequestFacts>();
    if let Some(noted) = &noted {
        state.metrics.operation(noted.kind, noted.code, took);
    }
    state.metrics.responded(response.status().as_u16(), sql);
    let noted = noted.unwrap_or_default();
    tracing::info!(
        %id,
        %method,
        path,
        operation = noted.name(),
        kind = kind_of(noted.kind),
        viewer = noted.viewer.map(display),
        cost = noted.cost,
        code = noted.code.map(ErrorCode::as_str),
        status = response.status().as_u16(),
        sql,
        ms = milliseconds(took),
        "request"
    );
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if state.server_timing
        && let Ok(timing) = HeaderValue::from_str(&format!("sql;desc=\"{sql}\""))
    {
        response.headers_mut().insert("server-timing", timing);
    }
    response
}

/// An id for an operation on a socket, and a span that gives it to whatever is logged of it, beside the id of the request
/// that opened the socket.
pub(super) fn span(state: &RouteState) -> Span {
    tracing::error_span!("operation", id = %state.app.clock.id::<Uuid>())
}

/// Logs an operation on a socket, in its span.
pub(super) fn operation(noted: &RequestFacts, begun: Instant, sql: u64) {
    tracing::info!(
        operation = noted.name(),
        kind = kind_of(noted.kind),
        viewer = noted.viewer.map(display),
        cost = noted.cost,
        code = noted.code.map(ErrorCode::as_str),
        sql,
        ms = milliseconds(begun.elapsed()),
        "operation"
    );
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_clients_name_for_an_operation_only_letters_of_a_name_are_logged() {
        let name =
            |operation: &str| RequestFacts { operation: Some(operation.to_owned()), ..RequestFacts::default() }.name();
        assert_eq!(name("check_In2").as_deref(), Some("check_In2"));
        assert_eq!(name("a\nlevel=ERROR 张三 \u{1b}[31m").as_deref(), Some("alevelERROR31m"));
        assert_eq!(name(&"n".repeat(5_000)), Some("n".repeat(100)));
        assert_eq!(RequestFacts::default().name(), None);
    }
}
