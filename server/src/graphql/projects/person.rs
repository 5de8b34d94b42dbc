//! People.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result};
use domain::permission::table::read;
use entity::{
    ids::{OrganisationId, PersonId},
    person,
    values::Rank,
};

use super::organisation::Organisation;
use crate::{
    app::App,
    graphql::support::{
        access::{app, scope, viewer},
        error::broken,
        global_id,
        siblings::{Batch, distinct},
    },
    store,
};

/// A person who serves projects (R11).
#[derive(Clone, Debug, Description)]
pub struct Person {
    row: Arc<person::Model>,
    list: Arc<List>,
}

#[derive(Debug, Default)]
struct List {
    organisation_ids: Vec<OrganisationId>,
    organisations: Batch<(), OrganisationId, Organisation>,
    team_mates: Batch<(), PersonId, ()>,
}

impl Person {
    /// People listed together.
    pub(in crate::graphql) fn list(rows: Vec<person::Model>) -> Vec<Self> {
        let organisation_ids = distinct(rows.iter().filter_map(|row| row.organisation_id));
        let list = Arc::new(List { organisation_ids, ..List::default() });
        rows.into_iter().map(|row| Self { row: Arc::new(row), list: Arc::clone(&list) }).collect()
    }

    /// People by id, listed together.
    pub(in crate::graphql) async fn load(
        app: &App,
        ids: Vec<PersonId>,
    ) -> std::result::Result<std::collections::HashMap<PersonId, Self>, sea_orm::DbErr> {
        let rows = store::person::find(app.database.reader(), ids).await?;
        Ok(Self::list(rows).into_iter().map(|person| (person.row.id, person)).collect())
    }
}

#[Object(use_type_description)]
impl Person {
    /// Global id.
    pub async fn id(&self) -> ID {
        global_id::encode(self.row.id)
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// Title, as the roster gives it; empty where it gives none.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// Rank, as far as the plan's rules ask for it (R2, R3).
    async fn rank(&self) -> Rank {
        self.row.rank
    }

    /// The unit they belong to.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.row.organisation_id else { return Ok(None) };
        let load = || async {
            let rows =
                store::organisation::find(app(ctx).database.reader(), self.list.organisation_ids.iter().copied())
                    .await?;
            Ok::<_, sea_orm::DbErr>(rows.into_iter().map(|row| (row.id, Organisation(row))).collect())
        };
        self.list.organisations.get((), &id, load).await
    }

    /// Phone number: masked for those who may not read it in full; null for those who may not read it at all.
    async fn phone(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let viewer = viewer(ctx)?;
        let Some(phone) = &self.row.phone else { return Ok(None) };
        let team_mate = match viewer.person {
            Some(person) if viewer.asks_for_team_mates() => {
                let load = || async {
                    let mates = store::person::team_mates(app(ctx).database.reader(), person).await?;
                    Ok::<_, sea_orm::DbErr>(mates.into_iter().map(|mate| (mate, ())).collect())
                };
                self.list.team_mates.get((), &self.row.id, load).await?.is_some()
            }
            _ => false,
        };
        Ok(viewer.phone_of(self.row.id, team_mate, phone))
    }
}

/// A person the viewer may look up.
pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: PersonId) -> Result<Option<Person>> {
    let scope = scope(ctx, const { read("Person", "id") })?;
    let row = store::person::find_visible(app(ctx).database.reader(), scope, id).await.map_err(broken)?;
    Ok(row.and_then(|row| Person::list(vec![row]).pop()))
}
