//! From who is asking to what they may load.

use entity::values::AccountRole;

use crate::{domain::permission::Viewer, store::scope::Scope};

/// What a viewer may load: the office and analysts everything (fields are guarded one by one), staff the projects
/// they serve or served.
pub fn scope_of(viewer: &Viewer) -> Scope {
    match (viewer.role, viewer.person) {
        (AccountRole::Office | AccountRole::Analyst, _) => Scope::Everything,
        (AccountRole::Staff, Some(person)) => Scope::Person(person),
        (AccountRole::Staff, None) => Scope::Nothing,
    }
}
