//! Executes requests within limits, for every transport alike.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_graphql::{Error, ErrorExtensions, Request, Response, Value, Variables, parser::types::OperationType};
use futures_util::{FutureExt, StreamExt, stream, stream::BoxStream};
use messages::message;
use tracing::Instrument;

use super::{
    completion::completed,
    cost::{ActionQuota, Meter},
    examination::{ExaminationRequest, Examined, Examiner, Facts},
    reply::Cost,
    watch::{ExecutionError, Taken},
};
use crate::{
    app::App,
    graphql::{
        Access, Limits, OnsiteSchema, Reply, RequestTime, admits,
        support::error::{ErrorCode, coded, panicked},
    },
    store::moment::{self, Moment},
};

/// The cost up to which nothing large can come of a request.
const SMALL: usize = 500;

/// The schema behind its limits.
#[derive(Clone)]
pub struct Executor {
    examiner: Arc<Examiner>,
    /// Executes what was found good.
    schema: OnsiteSchema,
    /// The same for what can be large: an eye on every field has its price.
    watched: OnsiteSchema,
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
pub struct IncomingRequest {
    /// The document's text.
    pub document: String,
    /// Which of its operations is meant; none where it has one only.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Variables,
    /// Who asks.
    pub access: Access,
    /// When it came.
    pub arrived: RequestTime,
    /// Measures the cost, and charges for it.
    pub meter: Meter,
    /// What is left to whoever asks of what is rationed.
    pub quota: ActionQuota,
}

impl Executor {
    /// The schema of the app, behind its limits.
    pub fn new(app: &Arc<App>, limits: Limits, introspection: Introspection) -> Self {
        let examiner = Arc::new(Examiner::new(limits));
        let (schema, watched) =
            (crate::graphql::schema(Arc::clone(app)), crate::graphql::watched_schema(Arc::clone(app)));
        Self { examiner, schema, watched, limits, introspection }
    }

    fn schema_for(&self, admitted: &ValidRequest) -> &OnsiteSchema {
        // Of events, the watched one bounds the time.
        if admitted.cost() > SMALL || admitted.kind() == OperationType::Subscription {
            &self.watched
        } else {
            &self.schema
        }
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
    pub async fn admit(&self, asked: IncomingRequest) -> Result<ValidRequest, Reply> {
        let IncomingRequest { document, operation_name, variables, access, arrived, meter, quota } = asked;
        let question = ExaminationRequest::new(document, operation_name, variables);
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
        let request = question.into_request(&examined).data(access).data(arrived);
        // Only what changes something is rationed.
        let request =
            if examined.facts.kind == OperationType::Mutation { request.data(quota.clone()) } else { request };
        Ok(ValidRequest { request, examined, meter, quota })
    }

    /// Refuses what is not for whoever asks, before any work is done for it.
    fn permits(&self, access: Access, facts: Facts) -> Result<(), Error> {
        if let Some(viewer) = &access.0 {
            admits(viewer, facts.kind)?;
        }
        if facts.asks_for_schema && !self.shows_schema_to(access) { Err(no_introspection()) } else { Ok(()) }
    }

    /// Executes a query or a mutation. What a query reads is of one moment; what is told of a change, of one after it.
    pub async fn answer(&self, admitted: ValidRequest) -> Reply {
        let moment = if admitted.kind() == OperationType::Query { Moment::open() } else { Moment::closed() };
        let reply = moment.within(self.execute(admitted)).await;
        moment.close();
        reply
    }

    async fn execute(&self, admitted: ValidRequest) -> Reply {
        if admitted.kind() == OperationType::Subscription {
            return Reply::refused(not_here());
        }
        let limit = Duration::from_secs(self.limits.seconds);
        let taken = Taken::nothing(&self.limits);
        let schema = self.schema_for(&admitted);
        let work = taken.watch(schema.execute(admitted.request.data(Arc::clone(&taken))));
        match tokio::time::timeout(limit, work).await {
            Ok(Ok(response)) => {
                let reply = match admitted.quota.refusal() {
                    Some(refusal) => Reply::refused(refusal),
                    None => self.executed(&admitted.examined, response),
                };
                self.told(&admitted.meter, reply)
            }
            Ok(Err(ExecutionError::TooLarge(error))) => Reply::refused(error),
            Ok(Err(ExecutionError::Panicked(panic))) => Reply::refused(panicked(panic.as_ref())),
            Err(_) => Reply::refused(too_slow(self.limits.seconds)),
        }
    }

    fn executed(&self, examined: &Examined, mut response: Response) -> Reply {
        response.data = completed(&examined.plan, response.data, &response.errors);
        Reply::executed(response, &self.limits)
    }

    /// Executes an operation of any kind: one reply for a query or a mutation, one for each event of a subscription.
    pub fn follow(&self, admitted: ValidRequest) -> BoxStream<'static, Reply> {
        moment::each(self.replies(admitted)).boxed()
    }

    fn replies(&self, admitted: ValidRequest) -> BoxStream<'static, Reply> {
        let executor = self.clone();
        if admitted.kind() != OperationType::Subscription {
            let answering = async move { executor.answer(admitted).await }.instrument(tracing::Span::current());
            return stream::once(answering.boxed()).boxed();
        }
        let (taken, span) = (Taken::nothing_of_events(&self.limits), tracing::Span::current());
        let events = self.schema_for(&admitted).execute_stream(admitted.request.data(Arc::clone(&taken)));
        let events = Box::pin(AssertUnwindSafe(events).catch_unwind().enumerate());
        let examined = admitted.examined;
        stream::unfold(events, move |mut events| {
            let (executor, taken, span, examined) =
                (executor.clone(), Arc::clone(&taken), span.clone(), Arc::clone(&examined));
            async move {
                taken.renew();
                let event = taken.watch(events.next()).await;
                let reply = match event {
                    Ok(Some(_)) if taken.was_too_slow() => Reply::refused(too_slow(executor.limits.seconds)),
                    // There is no stream of events: a request error (GraphQL specification, CreateSourceEventStream).
                    Ok(Some((0, Ok(response)))) if response.data == Value::Null && response.is_err() => {
                        Reply::invalid(response.errors, &executor.limits)
                    }
                    Ok(Some((_, Ok(response)))) => executor.executed(&examined, response),
                    Ok(None) => return None,
                    Err(ExecutionError::TooLarge(error)) => Reply::refused(error),
                    Ok(Some((_, Err(panic)))) | Err(ExecutionError::Panicked(panic)) => {
                        Reply::refused(span.in_scope(|| panicked(panic.as_ref())))
                    }
                };
                Some((reply, events))
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
pub struct ValidRequest {
    request: Request,
    examined: Arc<Examined>,
    meter: Meter,
    quota: ActionQuota,
}

impl ValidRequest {
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
    coded(ErrorCode::SubscriptionNeedsStream, &message!(SubscriptionNeedsStream))
}

fn no_introspection() -> Error {
    coded(ErrorCode::IntrospectionNotAllowed, &message!(SchemaNotYours))
}

fn too_slow(seconds: u64) -> Error {
    coded(ErrorCode::Timeout, &message!(GivenUp { seconds }))
        .extend_with(|_, extensions| extensions.set("limit", "seconds"))
}
