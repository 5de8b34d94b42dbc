//! Who a request comes from: the bearer token of an open session.

use async_graphql::Error;
use axum::http::{HeaderMap, header};
use messages::message;

use crate::{
    app::{App, Broken},
    graphql::{
        Access,
        support::error::{ErrorCode, coded, database_away, fault},
    },
    store,
};

/// Why a request's token is no good.
#[derive(Debug)]
pub(super) enum TokenError {
    /// It is malformed, or its session has ended.
    Token,
    /// It could not be looked up.
    Broken(Broken),
}

impl TokenError {
    /// Whether it is worth coming again: the database is away.
    pub(super) fn comes_back(&self) -> bool {
        matches!(self, Self::Broken(Broken::Database(error)) if store::comes_back(error))
    }

    /// As a GraphQL error.
    pub(super) fn error(&self) -> Error {
        match self {
            Self::Token => coded(ErrorCode::Unauthenticated, &message!(SessionUnknown)),
            Self::Broken(_) if self.comes_back() => database_away(),
            Self::Broken(_) => fault(),
        }
    }
}

/// Who a request comes from; nobody if it carries no token.
pub(super) async fn access_of(app: &App, headers: &HeaderMap) -> Result<Access, TokenError> {
    match headers.get(header::AUTHORIZATION) {
        None => Ok(Access::default()),
        Some(value) => access(app, value.to_str().map_err(|_| TokenError::Token)?).await,
    }
}

/// Who the value of an `Authorization` header stands for.
pub(super) async fn access(app: &App, authorization: &str) -> Result<Access, TokenError> {
    let (scheme, token) = authorization.split_once(' ').ok_or(TokenError::Token)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(TokenError::Token);
    }
    match app.viewer_of(token.trim()).await {
        Ok(Some(viewer)) => Ok(Access(Some(viewer))),
        Ok(None) => Err(TokenError::Token),
        Err(error) => Err(TokenError::Broken(error)),
    }
}
