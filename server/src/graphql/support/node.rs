//! Anything with a global id.

use async_graphql::{Context, ID, Interface, Object, Result};
use domain::permission::table::read;

use super::{
    access::entitled,
    global_id::{Global, parts},
};
use crate::graphql::{
    check_ins::{
        check_in::{self, CheckIn},
        photo::{self, Photo},
    },
    projects::{
        person::{self, Person},
        project::{self, Project},
        site::{self, Site},
        team::{self, TeamRole},
    },
    visits::visit::{self, Visit},
};
use entity::ids::{CheckInId, PersonId, PhotoId, ProjectId, SiteId, TeamRoleId, VisitId};

/// Anything with a global id.
#[derive(Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id."))]
pub enum Node {
    /// A check-in.
    CheckIn(CheckIn),
    /// A person.
    Person(Person),
    /// A photo.
    Photo(Photo),
    /// A project.
    Project(Project),
    /// A site.
    Site(Site),
    /// A role on a team.
    TeamRole(TeamRole),
    /// A visit.
    Visit(Visit),
}

/// The query for anything.
#[derive(Debug, Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything the viewer may see, by its global id; null if there is none such.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The global id.")] id: ID) -> Result<Option<Node>> {
        entitled(ctx, const { read("Query", "node") })?;
        let Some((tag, uuid)) = parts(&id) else { return Ok(None) };
        Ok(match tag {
            CheckInId::TAG => check_in::find(ctx, uuid.into()).await?.map(Node::from),
            PersonId::TAG => person::find(ctx, uuid.into()).await?.map(Node::from),
            PhotoId::TAG => photo::find(ctx, uuid.into()).await?.map(Node::from),
            ProjectId::TAG => project::find(ctx, uuid.into()).await?.map(Node::from),
            SiteId::TAG => site::find(ctx, uuid.into()).await?.map(Node::from),
            TeamRoleId::TAG => team::find(ctx, uuid.into()).await?.map(Node::from),
            VisitId::TAG => visit::find(ctx, uuid.into()).await?.map(Node::from),
            _ => None,
        })
    }
}
