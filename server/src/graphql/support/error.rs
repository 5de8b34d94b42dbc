//! Errors as clients see them: user errors as data, everything else masked.

use async_graphql::{ComplexObject, Error, ErrorExtensionValues, ErrorExtensions, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::{Action, Rule};
pub use messages::Language;
use messages::{Message, message};

pub use self::code::ErrorCode;
use crate::{
    app::{Broken, Failure, Refusal, RefusalCode},
    graphql::engine::cost::lists::USER_ERRORS,
    store,
};

mod code;

/// When to come back to a database that is away: it is looked for all the time.
const RETRY_AFTER_SECONDS: u32 = 5;

/// Why a mutation was refused, for the person who asked.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct UserError {
    /// The reason, for programs.
    code: RefusalCode,
    /// Path of the input field it is about, from `input` on; empty where it is about no field.
    field: Vec<String>,
    /// When it is worth trying again; null where waiting does not help.
    retry_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    sentence: Message,
}

#[ComplexObject]
impl UserError {
    /// What was wrong and what would be right.
    async fn message(&self, #[graphql(desc = "The language of the sentence.", default)] language: Language) -> String {
        self.sentence.said(language)
    }
}

impl UserError {
    /// The same about an item of a batch: `input.note` becomes `input.items.3.note`.
    pub(in crate::graphql) fn of_item(mut self, place: usize) -> Self {
        if !self.field.is_empty() {
            self.field.splice(1..1, ["items".to_owned(), place.to_string()]);
        }
        self
    }
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code, field: refusal.field, retry_at: refusal.retry_at, sentence: refusal.message }
    }
}

/// A result, or the user errors that stand in its place. What is broken becomes a masked error.
pub(in crate::graphql) fn answered<T>(result: Result<T, Failure>) -> async_graphql::Result<Result<T, Vec<UserError>>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Failure::Refused(refusals)) => {
            Ok(Err(refusals.into_iter().take(USER_ERRORS).map(UserError::from).collect()))
        }
        Err(Failure::Broken(error)) => Err(internal(&error)),
    }
}

/// An error whose cause is for the log only.
pub(in crate::graphql) fn internal(error: &Broken) -> Error {
    tracing::error!(%error, "a request failed");
    if let Broken::Database(error) = error
        && store::comes_back(error)
    {
        return database_away();
    }
    fault()
}

/// A part does not work, and what it was is for the log only.
pub(crate) fn fault() -> Error {
    coded(ErrorCode::Internal, &message!(Fault))
}

/// The database is away, full or busy; over HTTP a 503. What was to be recorded is recorded whole or not at all.
pub(crate) fn database_away() -> Error {
    coded(ErrorCode::DatabaseUnavailable, &message!(DatabaseUnavailable)).extend_with(|_, extensions| {
        extensions.set("retryAfterSeconds", RETRY_AFTER_SECONDS);
    })
}

/// The same for errors of the database.
pub(in crate::graphql) fn broken(error: impl Into<Broken>) -> Error {
    internal(&error.into())
}

/// An execution that broke off: what it was is for the log only.
pub(in crate::graphql) fn panicked(panic: &(dyn std::any::Any + Send)) -> Error {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = said.unwrap_or("of another kind than text"), "a request panicked");
    fault()
}

/// Nobody is signed in.
pub(in crate::graphql) fn unauthenticated() -> Error {
    coded(ErrorCode::Unauthenticated, &message!(SignInFirst))
}

/// The token does not allow this kind of operation.
pub(in crate::graphql) fn forbidden_by_token_scope() -> Error {
    coded(ErrorCode::ForbiddenByTokenScope, &message!(TokenScopeTooNarrow))
}

/// The table gives the viewer no part in this.
pub(in crate::graphql) fn forbidden(rule: &Rule) -> Error {
    let action = match rule.action {
        Action::Read | Action::ReadInFull => "read",
        Action::Change => "change",
        Action::Follow => "follow",
    };
    coded(ErrorCode::Forbidden, &message!(RoleMayNot { action, who: rule.sentence() }))
}

/// The viewer's role must have a second factor, and they have none.
pub(in crate::graphql) fn second_factor_needed() -> Error {
    coded(ErrorCode::SecondFactorNeeded, &message!(SecondFactorToBeSetUp))
}

/// An argument of a query that can't be used.
pub(in crate::graphql) fn bad_argument(argument: &str, message: &Message) -> Error {
    coded(ErrorCode::BadUserInput, message).extend_with(|_, extensions| extensions.set("argument", argument))
}

/// Arguments of a query that a period can't be made of, or that ask for too much.
pub(in crate::graphql) fn bad_period(refusal: &Refusal) -> Error {
    let argument = refusal.field.last().map_or("from", String::as_str);
    bad_argument(argument, &refusal.message)
}

/// An error with a code, said in the source language, and in every other beside it.
pub(crate) fn coded(code: ErrorCode, message: &Message) -> Error {
    Error::new(message.said(Language::SOURCE)).extend_with(|_, extensions| name(extensions, code, message))
}

/// Gives an error its code, and what it says in other languages.
pub(in crate::graphql) fn name(extensions: &mut ErrorExtensionValues, code: ErrorCode, message: &Message) {
    extensions.set("code", code.as_str());
    for (name, said) in message.translations() {
        extensions.set(name, said);
    }
}
