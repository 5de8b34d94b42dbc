//! Figures for Prometheus: each server has a registry of its own, on a port of its own.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use async_graphql::parser::types::OperationType;
use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

use crate::{app::ClockWatch, graphql::support::error::ErrorCode};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    kind: &'static str,
    /// `OK`, or the code of the first error.
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Status {
    status: u16,
}

/// From a millisecond to half a minute.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

/// The figures of one server. Clones are the same figures.
#[derive(Clone)]
pub(super) struct Metrics {
    registry: Arc<Registry>,
    responses: Family<Status, Counter>,
    operations: Family<Operation, Counter>,
    durations: Family<Kind, Histogram, fn() -> Histogram>,
    statements: Counter,
    connections: Gauge,
    refused_connections: Counter,
    sockets: Gauge,
    subscriptions: Gauge,
    waiting: Gauge,
    given_up: Counter,
    clock_doubts: Gauge,
    clock_ahead: Gauge<f64, AtomicU64>,
}

/// Something that is open, until it is dropped.
#[derive(Debug)]
pub(super) struct Open(Gauge);

impl Open {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// All figures, at nought.
    pub(super) fn new() -> Self {
        let durations = Family::new_with_constructor(durations as fn() -> Histogram);
        let mut metrics = Self {
            registry: Arc::default(),
            responses: Family::default(),
            operations: Family::default(),
            durations,
            statements: Counter::default(),
            connections: Gauge::default(),
            refused_connections: Counter::default(),
            sockets: Gauge::default(),
            subscriptions: Gauge::default(),
            waiting: Gauge::default(),
            given_up: Counter::default(),
            clock_doubts: Gauge::default(),
            clock_ahead: Gauge::default(),
        };
        metrics.registry = Arc::new(metrics.registry());
        metrics
    }

    fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix("onsite");
        registry.register("http_responses", "Answers over HTTP, by status", self.responses.clone());
        registry.register("operations", "GraphQL operations, by kind and outcome", self.operations.clone());
        registry.register_with_unit(
            "operation_duration",
            "Time of queries and mutations",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register("sql_statements", "SQL statements of requests", self.statements.clone());
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register("connections_refused", "Connections beyond a limit", self.refused_connections.clone());
        registry.register("sockets", "Open WebSockets", self.sockets.clone());
        registry.register("subscriptions", "Subscriptions under way", self.subscriptions.clone());
        registry.register("answers_waiting_bytes", "Bytes of answers that wait to be taken", self.waiting.clone());
        registry.register("answers_given_up", "Answers that were not taken", self.given_up.clone());
        registry.register("clock_doubts", "What speaks against this machine's clock", self.clock_doubts.clone());
        registry.register_with_unit(
            "clock_ahead_of_database",
            "How far this machine's clock is ahead of the database's",
            Unit::Seconds,
            self.clock_ahead.clone(),
        );
        registry
    }

    /// The route of these figures: `/metrics`, in the OpenMetrics text format.
    pub(super) fn routes(&self, clock: Arc<ClockWatch>) -> Router {
        let metrics = self.clone();
        Router::new().route("/metrics", get(move || std::future::ready(metrics.told(&clock))))
    }

    fn told(&self, clock: &ClockWatch) -> Response {
        self.clock_doubts.set(i64::try_from(clock.doubts().len()).unwrap_or(i64::MAX));
        let ahead = clock.ahead_of_database().map_or(0.0, |ahead| ahead.as_seconds_f64());
        self.clock_ahead.set(ahead);
        let mut text = String::new();
        // Writing into a text can't fail.
        let _ = encode(&mut text, &self.registry);
        ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
    }

    /// An answer over HTTP, and the statements it took.
    pub(super) fn responded(&self, status: u16, statements: u64) {
        self.responses.get_or_create(&Status { status }).inc();
        self.statements.inc_by(statements);
    }

    /// A query, a mutation, or something that was refused before it was known which.
    pub(super) fn operation(&self, kind: Option<OperationType>, code: Option<ErrorCode>, took: Duration) {
        let kind = kind_of(kind);
        let outcome = code.map_or("OK", ErrorCode::as_str);
        self.operations.get_or_create(&Operation { kind, outcome }).inc();
        self.durations.get_or_create(&Kind { kind }).observe(took.as_secs_f64());
    }

    pub(super) fn connection_opened(&self) -> Open {
        Open::new(&self.connections)
    }

    pub(super) fn connection_refused(&self) {
        self.refused_connections.inc();
    }

    /// An answer that waits holds so many bytes, and no longer so many as before.
    pub(super) fn waiting(&self, before: usize, now: usize) {
        let number = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
        self.waiting.inc_by(number(now) - number(before));
    }

    pub(super) fn answer_given_up(&self) {
        self.given_up.inc();
    }

    pub(super) fn socket_opened(&self) -> Open {
        Open::new(&self.sockets)
    }

    pub(super) fn subscribed(&self) -> Open {
        Open::new(&self.subscriptions)
    }
}

/// A kind of operation, as logs and figures call it.
pub(super) fn kind_of(kind: Option<OperationType>) -> &'static str {
    match kind {
        Some(OperationType::Query) => "query",
        Some(OperationType::Mutation) => "mutation",
        Some(OperationType::Subscription) => "subscription",
        None => "none",
    }
}
