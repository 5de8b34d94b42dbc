//! Typed ids: a project's id can't be handed to a function that wants a person's.

use std::{fmt, str::FromStr};

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            Serialize, Deserialize, DeriveValueType,
        )]
        #[serde(transparent)]
        #[sea_orm(column_type = "Uuid", array_type = "Uuid")]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }

        impl TryFromU64 for $name {
            // SeaORM asks this of primary keys; a UUID never comes from a row number.
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

typed_ids! {
    /// Id of an account that can sign in.
    AccountId,
    /// Id of an appeal.
    AppealId,
    /// Id of one assessment of a check-in.
    AssessmentId,
    /// Id of an entry of the audit trail.
    AuditEntryId,
    /// Id of a check-in, made on the phone.
    CheckInId,
    /// Id of a decision about a check-in.
    DecisionId,
    /// Id of an organisation.
    OrganisationId,
    /// Id of a person.
    PersonId,
    /// Id of a photo.
    PhotoId,
    /// Id of an enterprise project.
    ProjectId,
    /// Id of a re-judgement of many check-ins.
    RejudgementId,
    /// Id of a session.
    SessionId,
    /// Id of a construction site.
    SiteId,
    /// Id of one version of a site's boundary.
    SiteVersionId,
    /// Id of a person's role on a project's team.
    TeamRoleId,
    /// Id of a visit.
    VisitId,
}
