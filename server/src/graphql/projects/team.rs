//! Teams: the three who serve a project, over time.

use async_graphql::{Context, Description, ID, Object, Result};
use chrono::NaiveDate;
use domain::permission::table::read;
use entity::{
    ids::{ProjectId, TeamRoleId},
    project,
    team_role::Column,
    values::TeamRoleKind,
};
use futures_util::future::BoxFuture;

use super::{person::Person, project::Project};
use crate::{
    graphql::{
        engine::{
            cost::lists::MEMBERS,
            levels::{Asking, Fields, Found, Noun, Source, Stored, argument, column},
        },
        support::{
            access::entitled,
            error::broken,
            global_id,
            page::{DEFAULT_SIZE, LARGEST_SIZE, some},
            scalars::Date,
        },
    },
    store::{
        listing::Part,
        scope,
        team_role::{of_each_project, of_each_project_on},
    },
};

/// The “妈妈式” service team of a project: leader, coordinator and secretary, over a period of time.
#[derive(Debug, Description)]
pub struct Team;

impl Noun for Team {
    const NAME: &'static str = "Team";

    /// It is its project's row.
    fn stored() -> Option<Stored> {
        Project::stored()
    }

    fn fields(of: &mut Fields<Self>) {
        of.same::<Project>("project", "The project it serves.");
        of.list::<TeamRole>(
            "members",
            "Who serves on a day, 30 at most.",
            vec![argument::<Option<Date>>("on", "The day; today if not given.")],
            project::Column::Id,
            |asking| Box::pin(members(asking)),
        );
        of.list::<TeamRole>(
            "history",
            "Everyone who serves, served or will serve, by when they began.",
            vec![argument::<Option<i32>>("last", "The last so many, 1 to 500; 50 if nothing is said.")],
            project::Column::Id,
            |asking| {
                Box::pin(async move {
                    let last = some("last", asking.argument("last")?, DEFAULT_SIZE, LARGEST_SIZE)?;
                    Ok(Source::Rows(of_each_project(), Part::last(last)))
                })
            },
        );
        of.first::<TeamRole>(
            "leader",
            "Today's leader (“妈妈”): answerable for the project, visits weekly.",
            project::Column::Id,
            |asking| todays(asking, TeamRoleKind::Leader),
        );
        of.first::<TeamRole>(
            "coordinator",
            "Today's coordinator (“保姆”): clears obstacles, reports up.",
            project::Column::Id,
            |asking| todays(asking, TeamRoleKind::Coordinator),
        );
        of.first::<TeamRole>(
            "secretary",
            "Today's secretary (“秘书”): archive, field liaison, runs errands for approvals.",
            project::Column::Id,
            |asking| todays(asking, TeamRoleKind::Secretary),
        );
    }
}

async fn members(asking: Asking<'_>) -> Result<Source> {
    let day = match asking.argument::<Option<Date>>("on")? {
        Some(date) => date.0,
        None => today(&asking).await?,
    };
    Ok(Source::Rows(of_each_project_on(day, None), Part::first(MEMBERS as u64)))
}

fn todays(asking: Asking<'_>, kind: TeamRoleKind) -> BoxFuture<'_, Result<Source>> {
    Box::pin(async move { Ok(Source::Rows(of_each_project_on(today(&asking).await?, Some(kind)), Part::first(1))) })
}

async fn today(asking: &Asking<'_>) -> Result<NaiveDate> {
    asking.viewing.app().today().await.map_err(broken)
}

/// A person's part in a project's team, over a period of time.
#[derive(Debug, Description)]
pub struct TeamRole;

impl Noun for TeamRole {
    const NAME: &'static str = "TeamRole";
    const NODE: bool = true;

    fn stored() -> Option<Stored> {
        Some(Stored::by(Column::Id).where_visible(|viewing, table| {
            let scope = viewing.scope(const { read("TeamRole", "id") })?;
            Ok(Some(scope::visible(scope, &column(table, Column::ProjectId))))
        }))
    }

    fn fields(of: &mut Fields<Self>) {
        of.id::<TeamRoleId>(Column::Id);
        of.named::<TeamRoleKind>("kind", "Which part they play.", Column::Kind);
        of.plain("from", "First day of the role.", Column::FromDate, Date);
        of.plain("to", "Last day of the role; null while it goes on.", Column::ToDate, |day: Option<NaiveDate>| {
            day.map(Date)
        });
        of.one::<Project>(
            "project",
            "The project whose team it is; null once that is no longer the viewer's to see.",
            Column::ProjectId,
        );
        of.one::<Person>("person", "Who plays it.", Column::PersonId);
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
    ) -> Result<Found<Team>> {
        entitled(ctx, const { read("Query", "team") })?;
        Ok(global_id::decode(&project_id).map_or_else(Found::none, |id: ProjectId| Found::by_id(id)))
    }
}
