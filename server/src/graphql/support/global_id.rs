//! Opaque global ids: a type and a UUID, unreadable on purpose.

use async_graphql::{ID, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::ids::{
    AccountId, AssessmentId, AuditEntryId, CheckInId, OrganisationId, PersonId, PhotoId, ProjectId, SessionId, SiteId,
    TeamRoleId, VisitId,
};
use messages::message;
use uuid::Uuid;

use super::error::bad_argument;

/// A typed id that has a global form.
pub(in crate::graphql) trait Global: Copy + From<Uuid> {
    /// Tells the type; part of every id handed out, so it never changes.
    const TAG: u8;
    /// The UUID.
    fn uuid(self) -> Uuid;
}

macro_rules! global {
    ($($name:ident = $tag:literal),+ $(,)?) => {$(
        impl Global for $name {
            const TAG: u8 = $tag;
            fn uuid(self) -> Uuid {
                self.0
            }
        }
    )+};
}

global! {
    ProjectId = 1, SiteId = 2, PersonId = 3, OrganisationId = 4, TeamRoleId = 5,
    PhotoId = 6, CheckInId = 7, VisitId = 8, AssessmentId = 9,
    AccountId = 20, SessionId = 21, AuditEntryId = 22,
}

/// The global form of an id.
pub(in crate::graphql) fn encode<I: Global>(id: I) -> ID {
    let mut bytes = [0; 17];
    bytes[0] = I::TAG;
    bytes[1..].copy_from_slice(id.uuid().as_bytes());
    ID(URL_SAFE_NO_PAD.encode(bytes))
}

/// The id of this type, if that is what the global id is.
pub(in crate::graphql) fn decode<I: Global>(id: &ID) -> Option<I> {
    let (tag, uuid) = parts(id)?;
    (tag == I::TAG).then(|| uuid.into())
}

/// The id an argument holds, or an error that names it.
pub(in crate::graphql) fn argument<I: Global>(argument: &str, id: &ID) -> Result<I> {
    decode(id).ok_or_else(|| bad_argument(argument, &message!(IdOfAnotherType { argument })))
}

/// Type and UUID of any global id.
pub(in crate::graphql) fn parts(id: &ID) -> Option<(u8, Uuid)> {
    let bytes = URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?;
    let (tag, uuid) = bytes.split_first()?;
    Some((*tag, Uuid::from_slice(uuid).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_survive_and_types_are_kept_apart(bytes: u128) {
            let id = ProjectId(Uuid::from_u128(bytes));
            prop_assert_eq!(decode::<ProjectId>(&encode(id)), Some(id));
            prop_assert_eq!(decode::<VisitId>(&encode(id)), None);
        }

        #[test]
        fn anything_else_is_no_id(text: String) {
            let _ = parts(&ID(text));
        }
    }
}
