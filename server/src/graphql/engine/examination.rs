//! Finds out whether a request is within the limits, valid, and what it costs: the same for everybody who sends it, so
//! that of a query that many send again and again it is found out once.

use std::sync::Arc;

use async_graphql::{
    Error, Request, ServerError, ValidationResult, Variables,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation},
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};
use messages::message;
use quick_cache::{Weighter, sync::Cache};

use super::{
    coercion,
    cost::{introspection, price},
    limits::{self, check_variables, within},
    plan::{self, Plan},
    typename,
    types::Types,
};
use crate::graphql::{
    Limits, OnsiteSchema, Reply,
    support::error::{ErrorCode, coded},
};

/// How many queries are remembered, and how many bytes of them: parsed, they take some ten times as much.
const KNOWN: usize = 2_000;
const KNOWN_BYTES: u64 = 4 * 1024 * 1024;
/// What a field of the answer weighs among these bytes: kept, it takes some ten times as much too.
const FIELD: usize = 16;
/// Bytes of variables beyond which nobody will send the same again.
const SMALL: usize = 1024;

/// What is asked, whoever asks it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    document: String,
    operation_name: Option<String>,
    /// As JSON; empty where there are none.
    variables: String,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Arc<Examined>> for Bytes {
    fn weight(&self, key: &Key, examined: &Arc<Examined>) -> u64 {
        // A short document of fragments can stand for many fields.
        (key.document.len() + key.variables.len() + FIELD * examined.plan.size()) as u64
    }
}

/// A request to be examined.
pub(in crate::graphql) struct ExaminationRequest {
    key: Key,
    /// Whether it is worth remembering.
    memorable: bool,
    variables: Variables,
}

impl ExaminationRequest {
    /// What a request asks.
    pub(in crate::graphql) fn new(document: String, operation_name: Option<String>, variables: Variables) -> Self {
        let written = if variables.is_empty() { Some(String::new()) } else { written(&variables) };
        let memorable = written.is_some();
        Self { key: Key { document, operation_name, variables: written.unwrap_or_default() }, memorable, variables }
    }

    /// The request that executes what was examined.
    pub(in crate::graphql) fn into_request(self, examined: &Examined) -> Request {
        request(examined.document.clone(), None, self.variables)
    }
}

/// Variables as JSON, unless that is long.
fn written(variables: &Variables) -> Option<String> {
    let mut space = [0; SMALL];
    let mut rest = &mut space[..];
    serde_json::to_writer(&mut rest, variables).ok()?;
    let length = SMALL - rest.len();
    Some(String::from_utf8_lossy(&space[..length]).into_owned())
}

fn request(document: ExecutableDocument, operation_name: Option<String>, variables: Variables) -> Request {
    let mut request = Request::new(String::new()).variables(variables);
    request.operation_name = operation_name;
    request.set_parsed_query(document);
    request
}

/// What has to be known of a request before anything more is done for it.
#[derive(Clone, Copy, Debug)]
pub(in crate::graphql) struct Facts {
    pub(in crate::graphql) kind: OperationType,
    pub(in crate::graphql) asks_for_schema: bool,
}

/// A request that is within the limits.
pub(in crate::graphql) struct Draft {
    document: ExecutableDocument,
    pub(in crate::graphql) facts: Facts,
}

/// A request that is within the limits and valid.
#[derive(Debug)]
pub(in crate::graphql) struct Examined {
    document: ExecutableDocument,
    pub(in crate::graphql) facts: Facts,
    /// Computed cost.
    pub(in crate::graphql) cost: usize,
    /// What its answer looks like.
    pub(in crate::graphql) plan: Plan,
}

/// Examines requests.
pub(in crate::graphql) struct Examiner {
    /// Validates, and executes nothing.
    rules: OnsiteSchema,
    types: Types,
    limits: Limits,
    known: Cache<Key, Arc<Examined>, Bytes>,
}

impl Examiner {
    /// One that knows no request yet.
    pub(in crate::graphql) fn new(limits: Limits) -> Self {
        let rules = crate::graphql::rules();
        let types = Types::of(&rules.sdl());
        Self { rules, types, limits, known: Cache::with_weighter(KNOWN, KNOWN_BYTES, Bytes) }
    }

    /// What was found out about it before.
    pub(in crate::graphql) fn known(&self, question: &ExaminationRequest) -> Option<Arc<Examined>> {
        if question.memorable { self.known.get(&question.key) } else { None }
    }

    /// Bounds and parses it.
    pub(in crate::graphql) fn read(&self, question: &ExaminationRequest) -> Result<Draft, Error> {
        check_variables(question.variables.values(), &self.limits)?;
        let document = limits::parse(&question.key.document, &self.limits)?;
        let operation = chosen(&document, question.key.operation_name.as_deref())?;
        let kind = operation.ty;
        if kind == OperationType::Subscription {
            limits::one_root_field(operation, &document)?;
        }
        let facts = Facts { kind, asks_for_schema: limits::asks_for_schema(&document) };
        Ok(Draft { document, facts })
    }

    /// Validates and costs it.
    pub(in crate::graphql) async fn examine(
        &self,
        question: &ExaminationRequest,
        draft: Draft,
    ) -> Result<Arc<Examined>, Reply> {
        let Draft { document, facts } = draft;
        let name = question.key.operation_name.clone();
        let shown = typename::shown(document.clone()).map_err(Reply::refused)?;
        let trial = request(shown, name, question.variables.clone());
        let found = self.rules.execute(trial).await.errors;
        if !found.is_empty() {
            return Err(Reply::invalid(found, &self.limits));
        }
        // Mutations carry passwords, and are not sent twice.
        let changes = document.operations.iter().any(|(_, operation)| operation.node.ty == OperationType::Mutation);
        let examined = Arc::new(self.planned(question, &document, facts).map_err(Reply::refused)?);
        if question.memorable && !changes {
            self.known.insert(question.key.clone(), Arc::clone(&examined));
        }
        Ok(examined)
    }

    /// What a valid document comes to, and what that costs.
    fn planned(
        &self,
        question: &ExaminationRequest,
        document: &ExecutableDocument,
        facts: Facts,
    ) -> Result<Examined, Error> {
        let operation = chosen(document, question.key.operation_name.as_deref())?;
        coercion::check(&self.types, operation, &question.variables)?;
        let (fragments, variables) = (&document.fragments, &question.variables);
        let asked = plan::BoundOperation { types: &self.types, operation, fragments, variables };
        let plan = asked.plan();
        if facts.asks_for_schema {
            within("introspection", introspection::of(&asked, &plan), self.limits.introspection)?;
        }
        let cost = price::of(&asked, &plan);
        Ok(Examined { document: plan.document(operation), facts, cost, plan })
    }
}

/// Stops each request once it is validated.
///
/// It belongs to a schema that executes nothing: an extension would slow down every field of one that does.
pub(in crate::graphql) struct ValidatingOnly;

impl ExtensionFactory for ValidatingOnly {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for ValidatingOnly {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        next.run(ctx).await?;
        Err(Vec::new())
    }
}

/// The operation that is meant (GraphQL specification, GetOperation).
fn chosen<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, Error> {
    let message = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => return Ok(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) if operations.contains_key(name) => {
            return Ok(&operations[name].node);
        }
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            return operations.values().next().map(|operation| &operation.node).ok_or_else(|| Error::new(""));
        }
        (_, Some(_)) => message!(OperationUnknown),
        (DocumentOperations::Multiple(_), None) => message!(OperationNotNamed),
    };
    Err(coded(ErrorCode::OperationNotFound, &message))
}
