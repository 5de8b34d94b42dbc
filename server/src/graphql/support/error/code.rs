//! What went wrong with a request, for programs.

use async_graphql::{Enum, resolver_utils::EnumType};

/// The code of an error, in its `extensions`. Which codes there are is part of what is promised to clients: one stays what
/// it is, and `docs/protocols.md` tells them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum ErrorCode {
    /// What was sent is no request, or contradicts itself.
    BadRequest,
    /// An argument can't be used; `argument` says which.
    BadUserInput,
    /// The database is away, full or busy: come back after `retryAfterSeconds`.
    DatabaseUnavailable,
    /// The server executes listed documents only, and this is none of them.
    DocumentNotAllowed,
    /// The table of permissions gives the viewer no part in this.
    Forbidden,
    /// The token's scopes do not allow this kind of operation.
    ForbiddenByTokenScope,
    /// The document is no GraphQL.
    GraphqlParseFailed,
    /// The document, or a variable, does not fit the schema.
    GraphqlValidationFailed,
    /// A part of the server does not work; the log says which.
    Internal,
    /// The schema is not shown to the viewer.
    IntrospectionNotAllowed,
    /// The request goes beyond a limit; `limit` says which.
    LimitExceeded,
    /// The method is not for this.
    MethodNotAllowed,
    /// There is nothing that the client accepts.
    NotAcceptable,
    /// The document has no such operation, or several and none is named.
    OperationNotFound,
    /// Pages of this origin may not ask.
    OriginNotAllowed,
    /// The document that is named is not known: send it.
    PersistedQueryNotFound,
    /// Documents are not named in this way.
    PersistedQueryNotSupported,
    /// Asked too often: come back after `retryAfterSeconds`.
    RateLimited,
    /// The viewer's role must have a second factor, which is to be set up first.
    SecondFactorNeeded,
    /// Events are told over WebSocket, or as server-sent events.
    SubscriptionNeedsStream,
    /// It took too long.
    Timeout,
    /// Nobody is signed in, or no longer.
    Unauthenticated,
    /// The body is of a type that is not read.
    UnsupportedMediaType,
}

impl ErrorCode {
    /// As clients read it.
    pub fn as_str(self) -> &'static str {
        Self::items().iter().find(|item| item.value == self).map_or("", |item| item.name)
    }

    /// The one that clients read so.
    pub(in crate::graphql) fn named(name: &str) -> Option<Self> {
        Self::items().iter().find(|item| item.name == name).map(|item| item.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_for_clients_has_every_code_and_no_other() {
        let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocols.md"));
        let table = page.split("| `code` | what |\n|---|---|\n").nth(1).unwrap();
        let told = table.lines().map_while(|line| line.strip_prefix("| `")?.split('`').next());
        let codes = ErrorCode::items().iter().map(|item| item.name);
        assert_eq!(told.collect::<Vec<_>>(), codes.collect::<Vec<_>>());
    }
}
