//! Organisations.

use async_graphql::Description;
use entity::{ids::OrganisationId, organisation::Column, values::OrganisationKind};

use crate::graphql::engine::levels::{Fields, Noun, Stored};

/// A unit of the plan: a department, a locality, the municipal leadership (R11).
#[derive(Debug, Description)]
pub struct Organisation;

impl Noun for Organisation {
    const NAME: &'static str = "Organisation";

    fn stored() -> Option<Stored> {
        Some(Stored::by(Column::Id))
    }

    fn fields(of: &mut Fields<Self>) {
        of.id::<OrganisationId>(Column::Id);
        of.text("name", "Name.", Column::Name);
        of.named::<OrganisationKind>("kind", "What kind of unit it is.", Column::Kind);
    }
}
