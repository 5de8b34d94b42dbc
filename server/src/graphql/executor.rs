//! Executes requests within limits, for every transport alike.

use std::{future::Future, sync::Arc, time::Duration};

use async_graphql::{
    Data, Executor, Request, Response, ServerError,
    parser::types::{DocumentOperations, ExecutableDocument, OperationType},
};
use futures_util::{StreamExt, future, stream, stream::BoxStream};

use super::{
    Access, Limits, OnsiteSchema,
    error::{internal, unauthenticated},
    limits,
};
use crate::app::App;

/// The schema behind its limits.
#[derive(Clone)]
pub struct Gate {
    schema: OnsiteSchema,
    app: Arc<App>,
    limits: Limits,
}

impl Gate {
    /// A gate in front of the app's schema.
    pub fn new(app: Arc<App>, limits: Limits) -> Self {
        Self { schema: super::schema(Arc::clone(&app), &limits), app, limits }
    }

    /// What may be asked at once.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Bounds and parses a request's document.
    pub fn admit(&self, mut request: Request) -> Result<Admitted, Box<Response>> {
        match limits::parse(&request.query, &self.limits) {
            Ok(document) => {
                let kind = kind_of(&document, request.operation_name.as_deref());
                // What was checked is what is executed.
                request.set_parsed_query(document);
                Ok(Admitted { request, kind })
            }
            Err(error) => Err(Box::new(Response::from_errors(vec![error.into_server_error(Default::default())]))),
        }
    }

    /// Executes a query or a mutation.
    pub async fn answer(&self, admitted: Admitted) -> Response {
        let limit = Duration::from_secs(self.limits.seconds);
        match tokio::time::timeout(limit, self.schema.execute(admitted.request)).await {
            Ok(response) => with_codes(response),
            Err(_) => too_slow(self.limits.seconds),
        }
    }

    /// Whoever opened a socket may have signed out since.
    async fn still_signed_in(&self, data: Option<&Arc<Data>>) -> Result<(), ServerError> {
        let access = data.and_then(|data| data.get(&std::any::TypeId::of::<Access>())?.downcast_ref::<Access>());
        let Some(Access(Some(viewer))) = access else { return Ok(()) };
        let open = self.app.session_open(viewer).await;
        match open {
            Ok(true) => Ok(()),
            Ok(false) => Err(unauthenticated().into_server_error(Default::default())),
            Err(error) => Err(internal(&error).into_server_error(Default::default())),
        }
    }
}

/// A request whose document is within the limits.
#[derive(Debug)]
pub struct Admitted {
    request: Request,
    kind: Option<OperationType>,
}

impl Admitted {
    /// What it would do; none if it does not say which of its operations is meant.
    pub fn kind(&self) -> Option<OperationType> {
        self.kind
    }
}

fn kind_of(document: &ExecutableDocument, name: Option<&str>) -> Option<OperationType> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(operation.node.ty),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name).map(|found| found.node.ty),
        (DocumentOperations::Multiple(_), None) => None,
    }
}

fn too_slow(seconds: u64) -> Response {
    let mut error = ServerError::new(format!("Given up after {seconds} s; ask for less at once."), None);
    error.extensions.get_or_insert_default().set("code", "TIMEOUT");
    Response::from_errors(vec![error])
}

/// Errors that the GraphQL library made get a code as well.
fn with_codes(mut response: Response) -> Response {
    for error in &mut response.errors {
        let code = match error.message.as_str() {
            "Query is too complex." => "LIMIT_EXCEEDED",
            // A path leads to the field whose arguments can't be read; without one, validation refused the document.
            _ if error.path.is_empty() => "GRAPHQL_VALIDATION_FAILED",
            _ => "BAD_USER_INPUT",
        };
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", code);
        }
    }
    response
}

/// Queries and mutations over a socket; `execute_stream` serves subscriptions as well.
impl Executor for Gate {
    fn execute(&self, request: Request) -> impl Future<Output = Response> + Send {
        let gate = self.clone();
        async move {
            match gate.admit(request) {
                Ok(admitted) => gate.answer(admitted).await,
                Err(refusal) => *refusal,
            }
        }
    }

    fn execute_stream(&self, request: Request, session_data: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let gate = self.clone();
        let responses = async move {
            if let Err(error) = gate.still_signed_in(session_data.as_ref()).await {
                return stream::once(future::ready(Response::from_errors(vec![error]))).boxed();
            }
            match gate.admit(request) {
                Ok(admitted) => {
                    Executor::execute_stream(&gate.schema, admitted.request, session_data).map(with_codes).boxed()
                }
                Err(refusal) => stream::once(future::ready(*refusal)).boxed(),
            }
        };
        stream::once(responses).flatten().boxed()
    }
}
