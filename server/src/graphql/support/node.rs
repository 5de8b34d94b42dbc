//! Anything with a global id.

use std::borrow::Cow;

use async_graphql::{
    Context, ContextSelectionSet, ID, Object, OutputType, Positioned, Result, ServerResult, Value,
    parser::types::Field,
    registry::{MetaType, MetaTypeId, Registry},
};
use domain::permission::{Rule, table::read};
use entity::ids::{CheckInId, PersonId, PhotoId, ProjectId, SiteId, TeamRoleId, VisitId};
use uuid::Uuid;

use super::{
    access::entitled,
    global_id::{Global, parts},
};
use crate::{
    graphql::{
        check_ins::{check_in::CheckIn, photo::Photo},
        engine::levels::{Found, Noun, plain, register},
        projects::{person::Person, project::Project, site::Site, team::TeamRole},
        visits::visit::Visit,
    },
    store,
};

/// Anything with a global id, or null where there is nothing the viewer may see.
#[derive(Debug)]
pub struct Node(Option<(u8, Uuid)>);

impl OutputType for Node {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Node")
    }

    fn qualified_type_name() -> String {
        "Node".to_owned()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Interface, |registry| {
            let possible_types = [
                noun::<CheckIn>(registry),
                noun::<Person>(registry),
                noun::<Photo>(registry),
                noun::<Project>(registry),
                noun::<Site>(registry),
                noun::<TeamRole>(registry),
                noun::<Visit>(registry),
            ];
            let id = plain("id", "Global id.", "ID!".to_owned());
            MetaType::Interface {
                name: "Node".to_owned(),
                description: Some("Anything with a global id.".to_owned()),
                fields: [("id".to_owned(), id)].into_iter().collect(),
                possible_types: possible_types.into_iter().collect(),
                extends: false,
                keys: None,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                rust_typename: Some(std::any::type_name::<Self>()),
                directive_invocations: Vec::new(),
                requires_scopes: Vec::new(),
            }
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let Some((tag, id)) = self.0 else { return Ok(Value::Null) };
        match tag {
            CheckInId::TAG => Found::<CheckIn>::by_uuid(id).resolve(ctx, field).await,
            PersonId::TAG => {
                looked_up::<Person>(const { read("Person", "id") }, store::person::visible_by_id, id, ctx, field).await
            }
            PhotoId::TAG => {
                looked_up::<Photo>(const { read("Photo", "id") }, store::photo::visible_by_id, id, ctx, field).await
            }
            ProjectId::TAG => Found::<Project>::by_uuid(id).resolve(ctx, field).await,
            SiteId::TAG => Found::<Site>::by_uuid(id).resolve(ctx, field).await,
            TeamRoleId::TAG => Found::<TeamRole>::by_uuid(id).resolve(ctx, field).await,
            VisitId::TAG => Found::<Visit>::by_uuid(id).resolve(ctx, field).await,
            _ => Ok(Value::Null),
        }
    }
}

/// Registers what a node can be.
fn noun<N: Noun>(registry: &mut Registry) -> String {
    register::<N>(registry);
    N::NAME.to_owned()
}

/// What is shown wherever something leads to it can be looked up by its id only by whom a rule lets.
async fn looked_up<N: Noun>(
    rule: &Rule,
    visible: fn(store::scope::Scope) -> store::listing::Listing,
    id: Uuid,
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    let scope = super::access::scope(&ctx.with_field(field), rule);
    match scope {
        Ok(scope) => Found::<N>::in_listing(visible(scope).only(id)).resolve(ctx, field).await,
        Err(error) => Err(ctx.set_error_path(error.into_server_error(field.pos))),
    }
}

/// The query for anything.
#[derive(Debug, Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything the viewer may see, by its global id; null if there is none such.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The global id.")] id: ID) -> Result<Node> {
        entitled(ctx, const { read("Query", "node") })?;
        Ok(Node(parts(&id)))
    }
}
