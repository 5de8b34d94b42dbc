//! Teams: the three who serve a project, over time.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Description, ID, Object, Result};
use chrono::NaiveDate;
use domain::{permission::table::read, visits::obligation::Tenure};
use entity::{
    ids::{PersonId, ProjectId, TeamRoleId},
    team_role,
    values::TeamRoleKind,
};

use super::{
    person::Person,
    project::{self, Project},
};
use crate::{
    app::{App, Broken},
    graphql::{
        engine::cost::lists::MEMBERS,
        support::{
            access::{app, entitled, scope},
            error::broken,
            global_id,
            page::{DEFAULT_SIZE, LARGEST_SIZE, some},
            scalars::Date,
            siblings::{Batch, distinct, grouped},
        },
    },
    store,
};

/// The “妈妈式” service team of a project: leader, coordinator and secretary, over a period of time.
#[derive(Clone, Debug, Description)]
pub struct Team(pub(in crate::graphql) Project);

/// The roles of a project, and which day it is there.
#[derive(Clone, Debug, Default)]
pub(in crate::graphql) struct TeamFacts {
    today: NaiveDate,
    roles: Arc<[TeamRole]>,
}

impl TeamFacts {
    pub(in crate::graphql) async fn load(
        app: &App,
        projects: &[ProjectId],
    ) -> std::result::Result<HashMap<ProjectId, Self>, Broken> {
        let connection = app.database.reader();
        let today = app.today().await?;
        let rows = store::team_role::of_projects(connection, projects.iter().copied()).await?;
        let mut roles = grouped(TeamRole::list(rows).into_iter().map(|role| (role.row.project_id, role)));
        let facts =
            |project: &ProjectId| (*project, Self { today, roles: roles.remove(project).unwrap_or_default().into() });
        Ok(projects.iter().map(facts).collect())
    }

    fn on(&self, day: Option<NaiveDate>) -> Vec<TeamRole> {
        let day = day.unwrap_or(self.today);
        self.roles.iter().filter(|role| role.tenure().covers(day)).cloned().collect()
    }

    fn first(&self, kind: TeamRoleKind) -> Option<TeamRole> {
        self.on(None).into_iter().find(|role| role.row.kind == kind)
    }
}

#[Object(use_type_description)]
impl Team {
    /// The project it serves.
    async fn project(&self) -> &Project {
        &self.0
    }

    /// Who serves on a day, 30 at most.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today if not given.")] on: Option<Date>,
    ) -> Result<Vec<TeamRole>> {
        let mut members = self.0.team_facts(ctx).await?.on(on.map(|date| date.0));
        members.truncate(MEMBERS);
        Ok(members)
    }

    /// Everyone who serves, served or will serve, by when they began.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The last so many, 1 to 500; 50 if nothing is said.")] last: Option<i32>,
    ) -> Result<Vec<TeamRole>> {
        let last = usize::try_from(some("last", last, DEFAULT_SIZE, LARGEST_SIZE)?).unwrap_or(usize::MAX);
        let roles = self.0.team_facts(ctx).await?.roles;
        Ok(roles[roles.len().saturating_sub(last)..].to_vec())
    }

    /// Today's leader (“妈妈”): answerable for the project, visits weekly.
    async fn leader(&self, ctx: &Context<'_>) -> Result<Option<TeamRole>> {
        Ok(self.0.team_facts(ctx).await?.first(TeamRoleKind::Leader))
    }

    /// Today's coordinator (“保姆”): clears obstacles, reports up.
    async fn coordinator(&self, ctx: &Context<'_>) -> Result<Option<TeamRole>> {
        Ok(self.0.team_facts(ctx).await?.first(TeamRoleKind::Coordinator))
    }

    /// Today's secretary (“秘书”): archive, field liaison, runs errands for approvals.
    async fn secretary(&self, ctx: &Context<'_>) -> Result<Option<TeamRole>> {
        Ok(self.0.team_facts(ctx).await?.first(TeamRoleKind::Secretary))
    }
}

/// A person's part in a project's team, over a period of time.
#[derive(Clone, Debug, Description)]
pub struct TeamRole {
    row: Arc<team_role::Model>,
    list: Arc<List>,
}

#[derive(Debug, Default)]
struct List {
    person_ids: Vec<PersonId>,
    project_ids: Vec<ProjectId>,
    people: Batch<(), PersonId, Person>,
    projects: Batch<(), ProjectId, Project>,
}

impl TeamRole {
    pub(in crate::graphql) fn list(rows: Vec<team_role::Model>) -> Vec<Self> {
        let person_ids = distinct(rows.iter().map(|row| row.person_id));
        let project_ids = distinct(rows.iter().map(|row| row.project_id));
        let list = Arc::new(List { person_ids, project_ids, ..List::default() });
        rows.into_iter().map(|row| Self { row: Arc::new(row), list: Arc::clone(&list) }).collect()
    }

    fn tenure(&self) -> Tenure {
        Tenure { from: self.row.from_date, to: self.row.to_date }
    }
}

#[Object(use_type_description)]
impl TeamRole {
    /// Global id.
    pub async fn id(&self) -> ID {
        global_id::encode(self.row.id)
    }

    /// Which part they play.
    async fn kind(&self) -> TeamRoleKind {
        self.row.kind
    }

    /// First day of the role.
    async fn from(&self) -> Date {
        Date(self.row.from_date)
    }

    /// Last day of the role; null while it goes on.
    async fn to(&self) -> Option<Date> {
        self.row.to_date.map(Date)
    }

    /// The project whose team it is; null once that is no longer the viewer's to see.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        let scope = scope(ctx, const { read("Project", "id") })?;
        let load = || Project::load(app(ctx), scope, self.list.project_ids.clone());
        self.list.projects.get((), &self.row.project_id, load).await
    }

    /// Who plays it.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let load = || Person::load(app(ctx), self.list.person_ids.clone());
        self.list.people.get((), &self.row.person_id, load).await
    }
}

/// Queries for teams.
#[derive(Debug, Default)]
pub struct TeamQuery;

#[Object]
impl TeamQuery {
    /// The team of a project the viewer may see; null if there is none such.
    async fn team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project's global id.")] project_id: ID,
    ) -> Result<Option<Team>> {
        entitled(ctx, const { read("Query", "team") })?;
        match global_id::decode(&project_id) {
            Some(id) => Ok(project::find(ctx, id).await?.map(Team)),
            None => Ok(None),
        }
    }
}

/// A role on a project the viewer may see.
pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: TeamRoleId) -> Result<Option<TeamRole>> {
    let scope = scope(ctx, const { read("TeamRole", "id") })?;
    let row = store::team_role::find(app(ctx).database.reader(), scope, id).await.map_err(broken)?;
    Ok(row.and_then(|row| TeamRole::list(vec![row]).pop()))
}
