//! Enterprise projects.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Description, ID, InputObject, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};
use domain::permission::{Viewer, table::read};
use entity::{
    ids::{OrganisationId, ProjectId},
    project,
    values::{Stage, Tier},
};
use messages::message;
use sea_orm::DbErr;

use super::{
    organisation::Organisation,
    site::Site,
    team::{Team, TeamFacts},
};
use crate::{
    app::{App, WeekRange},
    graphql::{
        engine::cost::lists::{FEW, MOST_OF_FEW},
        support::{
            access::{app, entitled, entitled_scope, scope, viewer},
            connection::{Count, connection},
            error::{bad_argument, broken},
            global_id,
            page::{LARGEST_SIZE, PageArguments, some},
            scalars::Date,
            siblings::{Batch, distinct, grouped},
        },
        visits::{
            visit::{Visit, VisitConnection, VisitFilterInput},
            weekly_visits::{self, WeeklyVisits},
        },
    },
    store::{
        self,
        page::{Page, Rows},
        project::{ProjectFilter, ProjectKey, Served},
        scope::Scope,
        visit::{VisitFilter, VisitKey},
    },
};

const NAME_FILTER_LIMIT: usize = 100;

/// An enterprise project: the thing being served.
#[derive(Clone, Debug, Description)]
pub struct Project {
    row: Arc<project::Model>,
    list: Arc<List>,
}

type VisitPage = Page<VisitKey>;

#[derive(Debug, Default)]
struct List {
    ids: Vec<ProjectId>,
    organisation_ids: Vec<OrganisationId>,
    organisations: Batch<(), OrganisationId, Organisation>,
    sites: Batch<u64, ProjectId, Vec<Site>>,
    teams: Batch<(), ProjectId, TeamFacts>,
    weeks: Batch<WeekRange, ProjectId, Vec<WeeklyVisits>>,
    visits: Batch<(VisitFilter, VisitPage), ProjectId, Rows<Visit>>,
    visit_counts: Batch<VisitFilter, ProjectId, i64>,
}

impl Project {
    /// Projects listed together.
    pub(in crate::graphql) fn list(rows: Vec<project::Model>) -> Vec<Self> {
        let ids = rows.iter().map(|row| row.id).collect();
        let organisation_ids = distinct(rows.iter().filter_map(|row| row.responsible_organisation_id));
        let list = Arc::new(List { ids, organisation_ids, ..List::default() });
        rows.into_iter().map(|row| Self { row: Arc::new(row), list: Arc::clone(&list) }).collect()
    }

    /// Projects in scope by id, listed together.
    pub(in crate::graphql) async fn load(
        app: &App,
        scope: Scope,
        ids: Vec<ProjectId>,
    ) -> std::result::Result<HashMap<ProjectId, Self>, DbErr> {
        let rows = store::project::find(app.database.reader(), scope, ids).await?;
        Ok(Self::list(rows).into_iter().map(|project| (project.row.id, project)).collect())
    }

    fn key(&self) -> ProjectKey {
        ProjectKey { number: self.row.number, id: self.row.id }
    }

    pub(in crate::graphql) async fn team_facts(&self, ctx: &Context<'_>) -> Result<TeamFacts> {
        let load = || TeamFacts::load(app(ctx), &self.list.ids);
        Ok(self.list.teams.get((), &self.row.id, load).await?.unwrap_or_default())
    }
}

#[Object(use_type_description)]
impl Project {
    /// Global id.
    pub async fn id(&self) -> ID {
        global_id::encode(self.row.id)
    }

    /// Number on the published list (序号).
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// Its state in words, as the published list gives it (项目情况).
    async fn situation(&self) -> &str {
        &self.row.situation
    }

    /// Which tier serves it.
    async fn tier(&self) -> Tier {
        self.row.tier
    }

    /// The stage it has reached.
    async fn stage(&self) -> Stage {
        self.row.stage
    }

    /// From when on it takes no more visits; null while it is open.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.row.closed_at
    }

    /// The unit responsible for it (责任单位).
    async fn responsible_organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.row.responsible_organisation_id else { return Ok(None) };
        let load = || async {
            let ids = self.list.organisation_ids.iter().copied();
            let rows = store::organisation::find(app(ctx).database.reader(), ids).await?;
            Ok::<_, DbErr>(rows.into_iter().map(|row| (row.id, Organisation(row))).collect())
        };
        self.list.organisations.get((), &id, load).await
    }

    /// Where it is being built, by age.
    async fn sites(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 if nothing is said.")] first: Option<i32>,
    ) -> Result<Vec<Site>> {
        let first = some("first", first, FEW, MOST_OF_FEW)?;
        let load = || async {
            let projects = self.list.ids.iter().copied();
            let found = store::site::first_of_each(app(ctx).database.reader(), projects, first).await?;
            let sites = Site::list(found.into_values().flatten().collect());
            Ok::<_, DbErr>(grouped(sites.into_iter().map(|site| (site.project_id(), site))))
        };
        Ok(self.list.sites.get(first, &self.row.id, load).await?.unwrap_or_default())
    }

    /// The team that serves it.
    async fn team(&self) -> Team {
        Team(self.clone())
    }

    /// What each leader owed in each week, and how it stands (R4): by week, then by who took over first. Weeks in
    /// which a leader did not hold the role, and weeks that have not begun, are left out. 53 weeks at most.
    async fn weekly_visits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A day of the first week; the week seven weeks before the last one if not given.")]
        from: Option<Date>,
        #[graphql(desc = "A day of the last week; this week if not given.")] to: Option<Date>,
        #[graphql(desc = "The first so many, 1 to 500; two for each week if nothing is said: where one leader takes \
                          over from another, a week has two.")]
        first: Option<i32>,
    ) -> Result<Vec<WeeklyVisits>> {
        let most = weekly_visits::most_rows(from.map(|date| Some(date.0)), to.map(|date| Some(date.0)));
        let first = first.map_or(Ok(most as u64), |first| some("first", Some(first), first, LARGEST_SIZE))?;
        let range = weekly_visits::range(app(ctx).clock.now(), from, to)?;
        let load = || WeeklyVisits::load(app(ctx), &self.list.ids, range);
        let mut weeks = self.list.weeks.get(range, &self.row.id, load).await?.unwrap_or_default();
        weeks.truncate(usize::try_from(first).unwrap_or(usize::MAX));
        Ok(weeks)
    }

    /// Visits to it that the viewer may see, the latest first.
    async fn visits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 500; 50 if nothing is said.")] first: Option<i32>,
        #[graphql(desc = "The last so many, 1 to 500, instead of the first.")] last: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only those that match.")] filter: Option<VisitFilterInput>,
    ) -> Result<VisitConnection> {
        let page: VisitPage = PageArguments { first, last, after, before }.page()?;
        let filter = filter.unwrap_or_default().parse()?;
        let scope = scope(ctx, const { read("Project", "visits") })?;
        let load = || async {
            let rows =
                store::visit::list_each(app(ctx).database.reader(), scope, &self.list.ids, &filter, &page).await?;
            Ok::<_, DbErr>(Visit::lists(rows))
        };
        let found = self.list.visits.get((filter.clone(), page.clone()), &self.row.id, load).await?;
        let found = found.unwrap_or(Rows { rows: Vec::new(), more: false });
        Ok(VisitConnection::of(found.rows, found.more, &page, self.count_visits(filter)))
    }
}

impl Project {
    fn count_visits(&self, filter: VisitFilter) -> Count {
        let (list, id) = (Arc::clone(&self.list), self.row.id);
        Box::new(move |ctx| {
            let (list, filter) = (Arc::clone(&list), filter.clone());
            Box::pin(async move {
                let scope = scope(ctx, const { read("Project", "visits") })?;
                let load =
                    || async { store::visit::count_each(app(ctx).database.reader(), scope, &list.ids, &filter).await };
                Ok(list.visit_counts.get(filter.clone(), &id, load).await?.unwrap_or(0))
            })
        })
    }
}

connection!(Project, ProjectKey, "projects" => ProjectConnection, ProjectEdge);

/// Which projects are wanted; all conditions must hold.
#[derive(Debug, Default, InputObject)]
pub struct ProjectFilterInput {
    /// Served by this tier.
    tier: Option<Tier>,
    /// At one of these stages.
    stages: Option<Vec<Stage>>,
    /// With this text in their name, 100 characters at most.
    name_contains: Option<String>,
    /// Open ones (true) or closed ones (false).
    open: Option<bool>,
    /// Those on whose team the viewer serves today (true), or the others (false).
    mine: Option<bool>,
}

impl ProjectFilterInput {
    fn parse(self, viewer: &Viewer, today: NaiveDate) -> Result<ProjectFilter> {
        if self.name_contains.as_ref().is_some_and(|text| text.chars().count() > NAME_FILTER_LIMIT) {
            return Err(bad_argument("filter.nameContains", &message!(NameFilterTooLong { limit: NAME_FILTER_LIMIT })));
        }
        if self.name_contains.as_ref().is_some_and(|text| text.contains('\0')) {
            return Err(bad_argument("filter.nameContains", &message!(NameFilterWithNull)));
        }
        let served = self.mine.map(|mine| Served { person: viewer.person, today, served: mine });
        let Self { tier, stages, name_contains, open, .. } = self;
        Ok(ProjectFilter { tier, stages, name_contains, open, served })
    }
}

/// Queries for projects.
#[derive(Debug, Default)]
pub struct ProjectQuery;

#[Object]
impl ProjectQuery {
    /// A project the viewer may see; null if there is none such.
    async fn project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project's global id.")] id: ID,
    ) -> Result<Option<Project>> {
        entitled(ctx, const { read("Query", "project") })?;
        match global_id::decode(&id) {
            Some(id) => find(ctx, id).await,
            None => Ok(None),
        }
    }

    /// Projects the viewer may see, by number.
    async fn projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 500; 50 if nothing is said.")] first: Option<i32>,
        #[graphql(desc = "The last so many, 1 to 500, instead of the first.")] last: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only those that match.")] filter: Option<ProjectFilterInput>,
    ) -> Result<ProjectConnection> {
        let scope = entitled_scope(ctx, const { read("Query", "projects") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        let filter = filter.unwrap_or_default();
        let today = match filter.mine {
            Some(_) => app(ctx).today().await.map_err(broken)?,
            None => NaiveDate::default(),
        };
        let filter = filter.parse(viewer(ctx)?, today)?;
        let found = store::project::list(app(ctx).database.reader(), scope, &filter, &page).await.map_err(broken)?;
        let count: Count = Box::new(move |ctx| {
            let filter = filter.clone();
            Box::pin(async move {
                let count = store::project::count(app(ctx).database.reader(), scope, &filter).await.map_err(broken)?;
                Ok(i64::try_from(count).unwrap_or(i64::MAX))
            })
        });
        Ok(ProjectConnection::of(Project::list(found.rows), found.more, &page, count))
    }
}

/// A project the viewer may see.
pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: ProjectId) -> Result<Option<Project>> {
    let mut found =
        Project::load(app(ctx), scope(ctx, const { read("Project", "id") })?, vec![id]).await.map_err(broken)?;
    Ok(found.remove(&id))
}
