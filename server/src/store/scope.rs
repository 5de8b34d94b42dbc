//! What a viewer may load: a condition every scoped query carries, so that authorisation is in the query.

use entity::{ids::PersonId, team_role};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

/// Which rows a viewer may load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Everything,
    /// Those of the projects this person serves or served, and their own.
    Person(PersonId),
    /// None.
    Nothing,
}

/// Rows whose `project` column is in scope.
pub(super) fn in_scope(scope: Scope, project: impl ColumnTrait) -> Condition {
    match scope {
        Scope::Everything => Condition::all(),
        Scope::Person(person) => Condition::all().add(project.in_subquery(projects_of(person))),
        Scope::Nothing => Condition::all().add(Expr::val(false).eq(true)),
    }
}

/// Rows whose `project` column is in scope, or that belong to the viewer.
pub(super) fn in_scope_or_own(scope: Scope, project: impl ColumnTrait, person: impl ColumnTrait) -> Condition {
    match scope {
        Scope::Person(own) => Condition::any().add(in_scope(scope, project)).add(person.eq(own)),
        _ => in_scope(scope, project),
    }
}

fn projects_of(person: PersonId) -> SelectStatement {
    team_role::Entity::find()
        .select_only()
        .column(team_role::Column::ProjectId)
        .filter(team_role::Column::PersonId.eq(person))
        .into_query()
}
