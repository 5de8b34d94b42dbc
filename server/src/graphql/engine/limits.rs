//! Bounds on a request, checked in time linear in its length and before it is validated.
//!
//! Validation looks at every expansion of every fragment, so a short document of nested fragments can cost seconds, and
//! no time-out stops it. Here each fragment's size is worked out once.

use async_graphql::{
    Error, ErrorExtensions, Pos, Positioned, Value,
    parser::{
        self,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
    },
};
use messages::{Message, message};

use crate::graphql::support::error::{ErrorCode, coded};
use census::Census;

mod census;
mod escapes;
mod scan;
#[cfg(test)]
mod tests;

/// What a request may contain, and what its answer may. `onsite.example.toml` gives each limit's reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a request's body, and of a message over WebSocket.
    pub body_bytes: usize,
    /// Bytes of a document.
    pub document_bytes: usize,
    /// Tokens of a document.
    pub tokens: usize,
    /// Levels of nested fields.
    pub depth: usize,
    /// Fields after all fragments are expanded.
    pub fields: usize,
    /// Fields that are given another name.
    pub aliases: usize,
    /// Directives.
    pub directives: usize,
    /// Variables that a document defines.
    pub variables: usize,
    /// Values in a request's variables, all levels together.
    pub variable_values: usize,
    /// Levels of nesting in a request's variables.
    pub variable_depth: usize,
    /// Items of any list in a request's variables.
    pub list_items: usize,
    /// Computed cost: what can be fetched, a row and a value counting one each.
    pub cost: usize,
    /// Values that a look at the schema itself may give.
    pub introspection: usize,
    /// Bytes of an answer.
    pub result_bytes: usize,
    /// Bytes of memory that an answer may take while it is worked out.
    pub memory_bytes: usize,
    /// Errors in an answer; further ones are counted only.
    pub errors: usize,
    /// Seconds until a query or mutation is given up.
    pub seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            document_bytes: 32 * 1024,
            tokens: 4000,
            depth: 16,
            fields: 1000,
            aliases: 50,
            directives: 50,
            variables: 100,
            variable_values: 20_000,
            variable_depth: 12,
            list_items: 1000,
            cost: 200_000,
            introspection: 20_000,
            result_bytes: 16 * 1024 * 1024,
            memory_bytes: 10 * 1024 * 1024,
            errors: 50,
            seconds: 30,
        }
    }
}

/// Parses a document if it is within the limits.
pub fn parse(text: &str, limits: &Limits) -> Result<ExecutableDocument, Error> {
    within("documentBytes", text.len(), limits.document_bytes)?;
    let found = scan::scan(text);
    within("tokens", found.tokens, limits.tokens)?;
    // The parser recurses with every level of nesting, so the nesting is bounded on the text.
    within("depth", found.nesting, 2 * limits.depth + 8)?;
    let document = parser::parse_query(escapes::plain(text)).map_err(|error| unparsed(&error))?;
    within("variables", defined(&document), limits.variables)?;
    let totals = Census::of(&document.fragments).document(&document)?;
    within("depth", totals.depth, limits.depth)?;
    within("fields", totals.fields, limits.fields)?;
    within("aliases", totals.aliases, limits.aliases)?;
    within("directives", totals.directives, limits.directives)?;
    Ok(document)
}

/// Whether the values of a request's variables are within the limits. Their own nesting bounds the recursion: whoever
/// reads them from JSON stops at 128 levels.
pub fn check_variables<'a>(values: impl IntoIterator<Item = &'a Value>, limits: &Limits) -> Result<(), Error> {
    let mut total = 0;
    values.into_iter().try_for_each(|value| check_value(value, 1, &mut total, limits))
}

fn check_value(value: &Value, depth: usize, total: &mut usize, limits: &Limits) -> Result<(), Error> {
    *total += 1;
    within("variableValues", *total, limits.variable_values)?;
    within("variableDepth", depth, limits.variable_depth)?;
    match value {
        Value::List(items) => {
            within("listItems", items.len(), limits.list_items)?;
            items.iter().try_for_each(|item| check_value(item, depth + 1, total, limits))
        }
        Value::Object(members) => members.values().try_for_each(|member| check_value(member, depth + 1, total, limits)),
        _ => Ok(()),
    }
}

fn defined(document: &ExecutableDocument) -> usize {
    match &document.operations {
        DocumentOperations::Single(operation) => operation.node.variable_definitions.len(),
        DocumentOperations::Multiple(all) => all.values().map(|one| one.node.variable_definitions.len()).sum(),
    }
}

/// A subscription has one root field (GraphQL specification, 5.2.4.1), which the library does not check.
/// The document's fragments don't spread themselves: [`parse`] saw to that.
pub(in crate::graphql) fn one_root_field(
    operation: &OperationDefinition,
    document: &ExecutableDocument,
) -> Result<(), Error> {
    if root_fields(&operation.selection_set.node, document) == 1 {
        return Ok(());
    }
    Err(coded(ErrorCode::GraphqlValidationFailed, &message!(SubscriptionRootFields)))
}

fn root_fields(set: &SelectionSet, document: &ExecutableDocument) -> usize {
    let inside = |selection: &Positioned<Selection>| match &selection.node {
        Selection::Field(_) => 1,
        Selection::InlineFragment(fragment) => root_fields(&fragment.node.selection_set.node, document),
        Selection::FragmentSpread(spread) => document
            .fragments
            .get(&spread.node.fragment_name.node)
            .map_or(0, |fragment| root_fields(&fragment.node.selection_set.node, document)),
    };
    set.items.iter().map(inside).sum()
}

/// Whether any selection asks for the schema: `__schema` and `__type` are fields of the query root only.
pub(in crate::graphql) fn asks_for_schema(document: &ExecutableDocument) -> bool {
    let operations: Vec<&SelectionSet> = match &document.operations {
        DocumentOperations::Single(operation) => vec![&operation.node.selection_set.node],
        DocumentOperations::Multiple(all) => all.values().map(|one| &one.node.selection_set.node).collect(),
    };
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    operations.into_iter().chain(fragments).any(names_schema)
}

fn names_schema(set: &SelectionSet) -> bool {
    set.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => matches!(field.node.name.node.as_str(), "__schema" | "__type"),
        Selection::InlineFragment(fragment) => names_schema(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}

/// Refuses what exceeds a limit: which one it is, what was found, what is allowed, and how to stay within.
pub(in crate::graphql) fn within(limit: &str, found: usize, allowed: usize) -> Result<(), Error> {
    if found <= allowed { Ok(()) } else { Err(excess(limit, found, allowed)) }
}

/// The error of a limit that was exceeded.
pub fn excess(limit: &str, found: usize, allowed: usize) -> Error {
    let message = message!(LimitExceeded { limit, found, allowed, advice: advice(limit) });
    coded(ErrorCode::LimitExceeded, &message).extend_with(|_, extensions| {
        extensions.set("limit", limit);
        extensions.set("found", found as u64);
        extensions.set("allowed", allowed as u64);
    })
}

/// How to ask for less.
fn advice(limit: &str) -> Message {
    match limit {
        "cost" | "introspection" | "resultBytes" | "memoryBytes" => message!(AskForSmallerPages),
        "variableValues" | "variableDepth" | "listItems" | "bodyBytes" => message!(SendInParts),
        _ => message!(SplitIntoRequests),
    }
}

/// Why there is no document. What the parser minds though it is well-formed is said to be invalid, and by what rule.
fn unparsed(error: &parser::Error) -> Error {
    let short = |name: &str| name.chars().take(64).collect::<String>();
    let message = match error {
        parser::Error::OperationDuplicated { operation, first, second } => {
            message!(OperationDefinedTwice { name: short(operation), first: first.line, second: second.line })
        }
        parser::Error::FragmentDuplicated { fragment, first, second } => {
            message!(FragmentDefinedTwice { name: short(fragment), first: first.line, second: second.line })
        }
        parser::Error::MultipleOperations { anonymous, operation } => {
            message!(AnonymousOperationNotAlone { line: anonymous.line, other: operation.line })
        }
        parser::Error::MissingOperation => message!(OperationMissing),
        parser::Error::RecursionLimitExceeded => message!(DocumentNestedTooDeeply),
        other => return syntax(other),
    };
    coded(ErrorCode::GraphqlValidationFailed, &message)
}

fn syntax(error: &parser::Error) -> Error {
    // The parser quotes the document; a client knows what it sent, and gets the place.
    let message = match error.positions().next() {
        Some(Pos { line, column }) => message!(SyntaxErrorAt { line, column }),
        None => message!(SyntaxError),
    };
    coded(ErrorCode::GraphqlParseFailed, &message)
}
