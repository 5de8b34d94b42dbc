//! People.

use async_graphql::{Description, Result};
use entity::{ids::PersonId, person::Column, values::Rank};
use sea_orm::sea_query::Expr;

use super::organisation::Organisation;
use crate::{
    graphql::engine::levels::{At, Fields, Noun, Place, Stored, column},
    store,
};

/// A person who serves projects (R11).
#[derive(Debug, Description)]
pub struct Person;

impl Noun for Person {
    const NAME: &'static str = "Person";
    const NODE: bool = true;

    /// Names are shown to whoever may see what led to them.
    fn stored() -> Option<Stored> {
        Some(Stored::by(Column::Id))
    }

    fn fields(of: &mut Fields<Self>) {
        of.id::<PersonId>(Column::Id);
        of.text("name", "Name.", Column::Name);
        of.text("title", "Title, as the roster gives it; empty where it gives none.", Column::Title);
        of.named::<Rank>("rank", "Rank, as far as the plan's rules ask for it (R2, R3).", Column::Rank);
        of.one::<Organisation>("organisation", "The unit they belong to.", Column::OrganisationId);
        let is_team_mate = Place::worked_out("is_team_mate", |viewing, table| {
            let viewer = viewing.viewer()?;
            Ok(match viewer.person {
                Some(own) if viewer.asks_for_team_mates() => {
                    store::person::is_team_mate(column(table, Column::Id), own)
                }
                _ => Expr::cust("FALSE"),
            })
        });
        of.of(
            "phone",
            "Phone number: masked for those who may not read it in full; null for those who may not read it at all.",
            vec![Column::Phone.into(), Column::Id.into(), is_team_mate],
            phone,
        );
    }
}

fn phone(at: &At<'_>) -> Result<Option<String>> {
    let viewer = at.viewing.viewer()?;
    let Some(phone) = at.get::<Option<String>>(0)? else { return Ok(None) };
    Ok(viewer.phone_of(at.get(1)?, at.get(2)?, &phone))
}
