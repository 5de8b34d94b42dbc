//! What a viewer may load: a condition every scoped query carries, so that authorisation is in the query.

use entity::{ids::PersonId, person, project, team_role};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

/// Which rows a viewer may load; each also those of the ones below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All of them.
    Everything,
    /// Those of the projects this person's unit is responsible for.
    Unit(PersonId),
    /// Those of the projects this person serves or served.
    Team(PersonId),
    /// This person's own.
    Own(PersonId),
    /// None.
    Nothing,
}

impl Scope {
    /// Whose it is; nobody's where it makes no difference.
    pub(super) fn person(self) -> Option<PersonId> {
        match self {
            Self::Unit(person) | Self::Team(person) | Self::Own(person) => Some(person),
            Self::Everything | Self::Nothing => None,
        }
    }
}

/// Rows whose `project` column is in scope.
pub(super) fn in_scope(scope: Scope, project: impl ColumnTrait) -> Condition {
    visible(scope, &project.into_expr())
}

/// Rows whose `project` column is in scope, or that belong to the viewer.
pub(super) fn in_scope_or_own(scope: Scope, project: impl ColumnTrait, person: impl ColumnTrait) -> Condition {
    visible_or_own(scope, &project.into_expr(), &person.into_expr())
}

/// Rows whose project, by this expression, is in scope.
pub fn visible(scope: Scope, project: &Expr) -> Condition {
    match scope {
        Scope::Everything => Condition::all(),
        Scope::Unit(person) => Condition::any()
            .add(project.clone().in_subquery(projects_of(person)))
            .add(project.clone().in_subquery(projects_of_unit_of(person))),
        Scope::Team(person) => Condition::all().add(project.clone().in_subquery(projects_of(person))),
        Scope::Own(_) | Scope::Nothing => Condition::all().add(Expr::val(false).eq(true)),
    }
}

/// Rows whose project, by this expression, is in scope, or that belong to the viewer.
pub fn visible_or_own(scope: Scope, project: &Expr, person: &Expr) -> Condition {
    match scope.person() {
        Some(own) => Condition::any().add(visible(scope, project)).add(person.clone().eq(own)),
        None => visible(scope, project),
    }
}

fn projects_of(person: PersonId) -> SelectStatement {
    team_role::Entity::find()
        .select_only()
        .column(team_role::Column::ProjectId)
        .filter(team_role::Column::PersonId.eq(person))
        .into_query()
}

/// Looked up each time: people move between units.
fn projects_of_unit_of(person: PersonId) -> SelectStatement {
    let unit = person::Entity::find()
        .select_only()
        .column(person::Column::OrganisationId)
        .filter(person::Column::Id.eq(person))
        .into_query();
    project::Entity::find()
        .select_only()
        .column(project::Column::Id)
        .filter(project::Column::ResponsibleOrganisationId.in_subquery(unit))
        .into_query()
}
