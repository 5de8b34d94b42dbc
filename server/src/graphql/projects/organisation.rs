//! Organisations.

use async_graphql::{Description, ID, Object};
use entity::{organisation, values::OrganisationKind};

use crate::graphql::support::global_id;

/// A unit of the plan: a department, a locality, the municipal leadership (R11).
#[derive(Clone, Debug, Description)]
pub struct Organisation(pub(in crate::graphql) organisation::Model);

#[Object(use_type_description)]
impl Organisation {
    /// Global id.
    async fn id(&self) -> ID {
        global_id::encode(self.0.id)
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What kind of unit it is.
    async fn kind(&self) -> OrganisationKind {
        self.0.kind
    }
}
