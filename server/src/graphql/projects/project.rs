//! Enterprise projects.

use async_graphql::{Context, Description, ID, InputObject, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};
use domain::permission::{Viewer, table::read};
use entity::{
    ids::ProjectId,
    project::Column,
    values::{Stage, Tier},
};
use messages::message;

use super::{organisation::Organisation, site::Site, team::Team};
use crate::{
    graphql::{
        engine::{
            cost::lists::{FEW, MOST_OF_FEW},
            levels::{Asking, At, Fields, Found, Noun, Page, Paged, Source, Stored, argument, column},
        },
        support::{
            access::{app, entitled, entitled_scope, viewer},
            error::{bad_argument, broken},
            global_id,
            page::{LARGEST_SIZE, PageArguments, some},
            scalars::Date,
        },
        visits::{
            visit::{Visit, VisitFilterInput},
            weekly_visits::{self, WeeklyVisits},
        },
    },
    store::{
        self,
        listing::{self, Part},
        page,
        project::{ProjectFilter, ProjectKey, Served},
        scope,
        visit::VisitKey,
    },
};

const NAME_FILTER_LIMIT: usize = 100;

/// An enterprise project: the thing being served.
#[derive(Debug, Description)]
pub struct Project;

impl Noun for Project {
    const NAME: &'static str = "Project";
    const NODE: bool = true;

    fn stored() -> Option<Stored> {
        Some(Stored::by(Column::Id).where_visible(|viewing, table| {
            let scope = viewing.scope(const { read("Project", "id") })?;
            Ok(Some(scope::visible(scope, &column(table, Column::Id))))
        }))
    }

    fn fields(of: &mut Fields<Self>) {
        of.id::<ProjectId>(Column::Id);
        of.plain("number", "Number on the published list (序号).", Column::Number, |number: i32| number);
        of.text("name", "Name.", Column::Name);
        of.text("situation", "Its state in words, as the published list gives it (项目情况).", Column::Situation);
        of.named::<Tier>("tier", "Which tier serves it.", Column::Tier);
        of.named::<Stage>("stage", "The stage it has reached.", Column::Stage);
        of.plain(
            "closedAt",
            "From when on it takes no more visits; null while it is open.",
            Column::ClosedAt,
            |at: Option<DateTime<Utc>>| at,
        );
        of.one::<Organisation>(
            "responsibleOrganisation",
            "The unit responsible for it (责任单位).",
            Column::ResponsibleOrganisationId,
        );
        of.list::<Site>(
            "sites",
            "Where it is being built, by age.",
            vec![argument::<Option<i32>>("first", "The first so many, 1 to 100; 20 if nothing is said.")],
            Column::Id,
            |asking| {
                Box::pin(async move {
                    let first = some("first", asking.argument("first")?, FEW, MOST_OF_FEW)?;
                    Ok(Source::Rows(store::site::of_each_project(), Part::first(first)))
                })
            },
        );
        of.same::<Team>("team", "The team that serves it.");
        of.list::<WeeklyVisits>(
            "weeklyVisits",
            "What each leader owed in each week, and how it stands (R4): by week, then by who took over first. Weeks in\n\
             which a leader did not hold the role, and weeks that have not begun, are left out. 53 weeks at most.",
            vec![
                argument::<Option<Date>>(
                    "from",
                    "A day of the first week; the week seven weeks before the last one if not given.",
                ),
                argument::<Option<Date>>("to", "A day of the last week; this week if not given."),
                argument::<Option<i32>>(
                    "first",
                    "The first so many, 1 to 500; two for each week if nothing is said: where one leader takes over from \
                     another, a week has two.",
                ),
            ],
            Column::Id,
            |asking| Box::pin(weeks(asking)),
        );
        of.page::<Visit>(
            "visits",
            "Visits to it that the viewer may see, the latest first.",
            vec![argument::<Option<VisitFilterInput>>("filter", "Only those that match.")],
            Column::Id,
            |asking| {
                Box::pin(async move {
                    let page: page::Page<VisitKey> = PageArguments::asked(&asking)?.page()?;
                    let filter = asking.argument::<Option<VisitFilterInput>>("filter")?.unwrap_or_default().parse()?;
                    let scope = asking.viewing.scope(const { read("Project", "visits") })?;
                    Ok(Source::Rows(store::visit::of_each_project(scope, &filter), Part::from(&page)))
                })
            },
        );
    }
}

async fn weeks(asking: Asking<'_>) -> Result<Source> {
    let (from, to): (Option<Date>, Option<Date>) = (asking.argument("from")?, asking.argument("to")?);
    let most = weekly_visits::most_rows(from.map(|date| Some(date.0)), to.map(|date| Some(date.0)));
    let given: Option<i32> = asking.argument("first")?;
    let first = given.map_or(Ok(most as u64), |first| some("first", Some(first), first, LARGEST_SIZE))?;
    let app = asking.viewing.app();
    let range = weekly_visits::range(app.clock.now(), from, to)?;
    let projects: Vec<ProjectId> = asking.of.iter().copied().map(ProjectId::from).collect();
    let mut weeks = weekly_visits::of_projects(app, &projects, range).await.map_err(broken)?;
    weeks.values_mut().for_each(|weeks| weeks.truncate(usize::try_from(first).unwrap_or(usize::MAX)));
    Ok(Source::values(weeks.into_iter().map(|(project, weeks)| (project.0, weeks))))
}

impl Paged for Project {
    const PLURAL: &'static str = "projects";
    type Key = ProjectKey;

    fn key_columns() -> Vec<listing::Column> {
        vec![Column::Number.into(), Column::Id.into()]
    }

    fn key(at: &At<'_>) -> Result<ProjectKey> {
        Ok(ProjectKey { number: at.get(0)?, id: at.get(1)? })
    }
}

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
    ) -> Result<Found<Project>> {
        entitled(ctx, const { read("Query", "project") })?;
        Ok(global_id::decode(&id).map_or_else(Found::none, |id: ProjectId| Found::by_id(id)))
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
    ) -> Result<Page<Project>> {
        let scope = entitled_scope(ctx, const { read("Query", "projects") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        let filter = filter.unwrap_or_default();
        let today = match filter.mine {
            Some(_) => app(ctx).today().await.map_err(broken)?,
            None => NaiveDate::default(),
        };
        let filter = filter.parse(viewer(ctx)?, today)?;
        Ok(Page::of(store::project::listing(scope, &filter), &page))
    }
}
