//! Executes requests within limits, for every transport alike.

use std::{sync::Arc, time::Duration};

use async_graphql::{Error, ErrorExtensions, Request, Value, Variables, parser::types::OperationType};
use futures_util::{FutureExt, StreamExt, stream, stream::BoxStream};

use super::{
    Access, Limits, OnsiteSchema, Reply, admits,
    cost::{Meter, Rations},
    error::coded,
    examination::{Examined, Examiner, Facts, Question},
    reply::Cost,
};
use crate::app::App;

/// The schema behind its limits.
#[derive(Clone)]
pub struct Gate {
    examiner: Arc<Examiner>,
    /// Executes what was found good.
    schema: OnsiteSchema,
    limits: Limits,
    introspection: Introspection,
}

/// Who may ask for the schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Introspection {
    /// Whoever asks.
    #[default]
    Everyone,
    /// Whoever is signed in.
    SignedIn,
    /// Nobody.
    Nobody,
}

/// A request as a transport hands it over.
#[derive(Debug)]
pub struct Asked {
    /// The document's text.
    pub document: String,
    /// Which of its operations is meant; none where it has one only.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Variables,
    /// Who asks.
    pub access: Access,
    /// Measures the cost, and charges for it.
    pub meter: Meter,
    /// What is left to whoever asks of what is rationed.
    pub rations: Rations,
}

impl Gate {
    /// A gate in front of the app's schema.
    pub fn new(app: &Arc<App>, limits: Limits, introspection: Introspection) -> Self {
        let examiner = Arc::new(Examiner::new(limits));
        Self { examiner, schema: super::schema(Arc::clone(app)), limits, introspection }
    }

    /// What may be asked at once.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether someone may see the schema.
    pub fn shows_schema_to(&self, access: Access) -> bool {
        match self.introspection {
            Introspection::Everyone => true,
            Introspection::SignedIn => access.0.is_some(),
            Introspection::Nobody => false,
        }
    }

    /// Bounds, parses, validates and costs a request. Nothing of it is executed yet.
    pub async fn admit(&self, asked: Asked) -> Result<Admitted, Reply> {
        let Asked { document, operation_name, variables, access, meter, rations } = asked;
        let question = Question::new(document, operation_name, variables);
        let examined = match self.examiner.known(&question) {
            Some(examined) => {
                self.permits(access, examined.facts).map_err(Reply::refused)?;
                examined
            }
            None => {
                let draft = self.examiner.read(&question).map_err(Reply::refused)?;
                self.permits(access, draft.facts).map_err(Reply::refused)?;
                Box::pin(self.examiner.examine(&question, draft)).await?
            }
        };
        meter.measure(examined.cost, self.limits.cost).map_err(Reply::refused)?;
        let request = question.into_request(&examined).data(access);
        // Only what changes something is rationed.
        let request =
            if examined.facts.kind == OperationType::Mutation { request.data(rations.clone()) } else { request };
        Ok(Admitted { request, examined, meter, rations })
    }

    /// Refuses what is not for whoever asks, before any work is done for it.
    fn permits(&self, access: Access, facts: Facts) -> Result<(), Error> {
        if let Some(viewer) = &access.0 {
            admits(viewer, facts.kind)?;
        }
        if facts.asks_for_schema && !self.shows_schema_to(access) { Err(no_introspection()) } else { Ok(()) }
    }

    /// Executes a query or a mutation.
    pub async fn answer(&self, admitted: Admitted) -> Reply {
        if admitted.kind() == OperationType::Subscription {
            return Reply::refused(not_here());
        }
        let limit = Duration::from_secs(self.limits.seconds);
        match tokio::time::timeout(limit, self.schema.execute(admitted.request)).await {
            Ok(mut response) => {
                if let Some(refusal) = admitted.rations.refusal() {
                    return self.told(&admitted.meter, Reply::refused(refusal));
                }
                admitted.examined.shape.arrange(&mut response.data);
                self.told(&admitted.meter, Reply::executed(response, &self.limits))
            }
            Err(_) => Reply::refused(too_slow(self.limits.seconds)),
        }
    }

    /// Executes an operation of any kind: one reply for a query or a mutation, one for each event of a subscription.
    pub fn follow(&self, admitted: Admitted) -> BoxStream<'static, Reply> {
        let gate = self.clone();
        if admitted.kind() != OperationType::Subscription {
            return stream::once(async move { gate.answer(admitted).await }.boxed()).boxed();
        }
        let events = self.schema.execute_stream(admitted.request).enumerate();
        events
            .map(move |(number, mut response)| match response.data {
                // There is no stream of events: a request error (GraphQL specification, CreateSourceEventStream).
                Value::Null if number == 0 && response.is_err() => Reply::invalid(response.errors, &gate.limits),
                _ => {
                    admitted.examined.shape.arrange(&mut response.data);
                    Reply::executed(response, &gate.limits)
                }
            })
            .boxed()
    }

    fn told(&self, meter: &Meter, reply: Reply) -> Reply {
        match meter.cost() {
            Some(requested) => reply.costing(Cost { requested, limit: self.limits.cost }),
            None => reply,
        }
    }
}

/// A request that is within the limits and valid.
#[derive(Debug)]
pub struct Admitted {
    request: Request,
    examined: Arc<Examined>,
    meter: Meter,
    rations: Rations,
}

impl Admitted {
    /// What it would do.
    pub fn kind(&self) -> OperationType {
        self.examined.facts.kind
    }

    /// What it costs.
    pub fn cost(&self) -> usize {
        self.meter.cost().unwrap_or_default()
    }
}

fn not_here() -> Error {
    coded(
        "SUBSCRIPTION_NEEDS_STREAM",
        "订阅须经 WebSocket（graphql-transport-ws）或 Accept: text/event-stream。",
        "Subscribe over WebSocket (graphql-transport-ws), or with Accept: text/event-stream.",
    )
}

fn no_introspection() -> Error {
    coded("INTROSPECTION_NOT_ALLOWED", "您无权查询模式结构。", "The schema is not yours to ask for.")
}

fn too_slow(seconds: u64) -> Error {
    let en = format!("Given up after the limit seconds of {seconds}; ask for less at once.");
    let zh = format!("超过时限 seconds（{seconds} 秒），请分次查询。");
    coded("TIMEOUT", &zh, &en).extend_with(|_, extensions| extensions.set("limit", "seconds"))
}
