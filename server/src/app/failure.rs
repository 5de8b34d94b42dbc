//! Why an action was not done: refused with reasons a person can act on, or broken.

use std::error::Error;

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use domain::policy::NoPolicy;
use messages::{Message, message};
use objects::StoreError;
use sea_orm::DbErr;

use crate::backup::BackupError;

/// Why something was refused, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "UserErrorCode")]
pub enum RefusalCode {
    /// Sign-in name or password is wrong, or the account is disabled.
    BadCredentials,
    /// Too many attempts to sign in by this name did not succeed: wait until `retryAt`.
    TooManyAttempts,
    /// The account has a second factor: give a code of it as well.
    SecondFactorRequired,
    /// The second factor's code is wrong, was used before, or is too old.
    WrongCode,
    /// The password was given out by an administrator: choose one of your own.
    PasswordChangeRequired,
    /// The password is too short, or among the first that are guessed.
    WeakPassword,
    /// The viewer may not do this.
    Forbidden,
    /// Nobody signs in at an identity provider here.
    SingleSignOnNotOffered,
    /// Single sign-on did not succeed: begin again.
    SingleSignOnFailed,
    /// The identity provider does not answer as it should: try again later.
    ProviderUnavailable,
    /// There is no such account.
    AccountNotFound,
    /// There is no such open session of the viewer's.
    SessionNotFound,
    /// There is no such open personal access token of the viewer's.
    TokenNotFound,
    /// Nobody would be left to manage accounts.
    LastAdministrator,
    /// A value is malformed, out of its range, or missing.
    Invalid,
    /// A value is larger or longer than allowed.
    TooLarge,
    /// There is no such project, or it is not the viewer's to see.
    ProjectNotFound,
    /// No project was named; the nearest sites are offered.
    ProjectNotNamed,
    /// The project was closed when the check-in was captured.
    ProjectClosed,
    /// The viewer holds no role on the project's team.
    NotOnTeam,
    /// There is no such photo, or someone else asked to upload it.
    PhotoNotFound,
    /// The photo's bytes have not arrived in the object store.
    PhotoNotUploaded,
    /// The stored photo is of another length or type than announced.
    PhotoMismatch,
    /// The photo is evidence of another check-in already.
    PhotoAlreadyUsed,
    /// The capture lies after the sending.
    CapturedInFuture,
    /// The capture lies too long before the sending.
    CapturedTooLongAgo,
    /// The id was used before, with other content.
    Conflict,
    /// Too many uploads were asked for and not used.
    TooManyUploads,
    /// The store of photos has no room for this upload; check-ins without photos go on.
    StoreFull,
    /// The store of photos does not answer: nothing was recorded; send the same again after `retryAt`.
    StoreUnavailable,
    /// The server has a fault, and this may not have been recorded: send the same again after `retryAt`.
    ServerFault,
    /// There is no such check-in, or it is not the viewer's to see.
    CheckInNotFound,
    /// The viewer may not decide about this check-in.
    MayNotDecide,
    /// The viewer may not appeal against how this check-in stands.
    MayNotAppeal,
    /// Only the office may do this.
    OfficeOnly,
    /// The account belongs to no person, and only people visit.
    NotAPerson,
}

/// One reason for a refusal.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// For programs.
    pub code: RefusalCode,
    /// Path of the input field it is about, from `input` on.
    pub field: Vec<String>,
    /// For people: what was wrong and what would be right.
    pub message: Message,
    /// When it is worth trying again; none where waiting doesn't help.
    pub retry_at: Option<DateTime<Utc>>,
}

impl Refusal {
    /// A reason about the field at a dotted path such as `fix.latitude`.
    pub fn new(code: RefusalCode, field: &str, message: Message) -> Self {
        let path = std::iter::once("input").chain(field.split('.')).filter(|part| !part.is_empty());
        Self { code, field: path.map(str::to_owned).collect(), message, retry_at: None }
    }

    /// There is no such project, or none the viewer may see: both look the same.
    pub fn project_not_found(field: &str) -> Self {
        Self::new(RefusalCode::ProjectNotFound, field, message!(ProjectNotFound))
    }

    /// A reason that is about no field.
    pub fn of_no_field(code: RefusalCode, message: Message) -> Self {
        Self { field: Vec::new(), ..Self::new(code, "", message) }
    }

    /// Only people visit.
    pub fn not_a_person() -> Self {
        let message = message!(AccountWithoutPerson);
        Self::of_no_field(RefusalCode::NotAPerson, message)
    }

    /// Only the office has check-ins judged again.
    pub fn office_only() -> Self {
        Self::of_no_field(RefusalCode::OfficeOnly, message!(RejudgementByOfficeOnly))
    }

    /// Only administrators manage accounts.
    pub fn administrators_only() -> Self {
        let message = message!(AdministratorsOnly);
        Self::of_no_field(RefusalCode::Forbidden, message)
    }

    /// There is no such account.
    pub fn account_not_found() -> Self {
        Self::new(RefusalCode::AccountNotFound, "accountId", message!(AccountNotFound))
    }

    /// There is no such session, or it is someone else's: both look the same.
    pub fn session_not_found() -> Self {
        let message = message!(SessionNotFound);
        Self::new(RefusalCode::SessionNotFound, "sessionId", message)
    }

    /// There is no such token, or it is someone else's: both look the same.
    pub fn token_not_found() -> Self {
        let message = message!(TokenNotFound);
        Self::new(RefusalCode::TokenNotFound, "tokenId", message)
    }

    /// There is no such check-in, or none the viewer may see: both look the same.
    pub fn check_in_not_found() -> Self {
        Self::new(RefusalCode::CheckInNotFound, "checkInId", message!(CheckInNotFound))
    }

    /// There is no such photo any more, or someone else asked to upload it: both look the same.
    pub fn photo_not_found(place: usize) -> Self {
        Self::new(RefusalCode::PhotoNotFound, &format!("photoIds.{place}"), message!(PhotoNotFound))
    }
}

/// A part that does not work. For the log, never for an end user.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The database.
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// The object store.
    #[error("object store: {}", .0.in_full())]
    Objects(#[from] StoreError),
    /// A backup's files.
    #[error("backup: {0}")]
    Backup(#[from] BackupError),
    /// The policy to judge by.
    #[error(transparent)]
    Policy(#[from] NoPolicy),
    /// Something recorded that can't be read back, or work that can't be done: what, and why.
    #[error("{what}: {}", in_full(source.as_ref()))]
    Failed {
        /// What could not be read or done.
        what: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Something recorded that is not as it has to be, which nothing else tells.
    #[error("{0}")]
    Record(String),
}

impl Broken {
    /// What could not be read or done, and why.
    pub(crate) fn failed(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed { what: what.into(), source: source.into() }
    }
}

/// An error with all that led to it.
fn in_full(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

/// Why an action was not done.
#[derive(Debug)]
pub enum Failure {
    /// The input or the state of things does not allow it.
    Refused(Vec<Refusal>),
    /// A part does not work.
    Broken(Broken),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl<E: Into<Broken>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("a part is missing")]
    struct Outer(#[source] std::num::ParseIntError);

    #[test]
    fn what_failed_is_logged_with_its_whole_chain_and_keeps_it() {
        let inner = "seven".parse::<u8>().map_err(Outer);
        let broken = inner.map_err(|error| Broken::failed("chain link 7", error)).unwrap_err();
        assert_eq!(broken.to_string(), "chain link 7: a part is missing: invalid digit found in string");
        let outer = broken.source().and_then(|source| source.downcast_ref::<Outer>());
        assert!(outer.is_some_and(|outer| outer.source().is_some()), "{broken:?}");
    }
}
