//! Visits.

use async_graphql::{Context, Description, ID, InputObject, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{permission::table::read, visits::week};
use entity::{ids::VisitId, values::Verdict, visit::Column};

use crate::{
    graphql::{
        check_ins::check_in::CheckIn,
        engine::levels::{At, Fields, Found, Noun, Page, Paged, Source, Stored, argument, column},
        projects::{person::Person, project::Project},
        support::{
            access::{entitled, entitled_scope},
            global_id,
            page::{DEFAULT_SIZE, LARGEST_SIZE, PageArguments, some},
            scalars::{Date, IsoWeek},
        },
    },
    store::{
        self,
        listing::{self, Part},
        scope,
        visit::{VisitFilter, VisitKey},
    },
};

/// One person on one project's site on one local day.
#[derive(Debug, Description)]
pub struct Visit;

impl Noun for Visit {
    const NAME: &'static str = "Visit";
    const NODE: bool = true;

    fn stored() -> Option<Stored> {
        Some(Stored::by(Column::Id).where_visible(|viewing, table| {
            let scope = viewing.scope(const { read("Visit", "id") })?;
            let (project, person) = (column(table, Column::ProjectId), column(table, Column::PersonId));
            Ok(Some(scope::visible_or_own(scope, &project, &person)))
        }))
    }

    fn fields(of: &mut Fields<Self>) {
        of.id::<VisitId>(Column::Id);
        of.one::<Project>(
            "project",
            "The project visited; null once it is no longer the viewer's to see.",
            Column::ProjectId,
        );
        of.one::<Person>("person", "The visitor.", Column::PersonId);
        of.plain("date", "The local day.", Column::LocalDate, Date);
        of.plain("week", "The ISO week it counts in.", Column::LocalDate, |day: NaiveDate| {
            IsoWeek(week::IsoWeek::of(day))
        });
        of.named::<Verdict>(
            "verdict",
            "The best verdict of its check-ins; only a verified visit counts.",
            Column::Verdict,
        );
        of.plain("checkInCount", "How many check-ins it is made of.", Column::CheckInCount, |count: i32| count);
        of.plain("firstAt", "Corrected capture of its first check-in.", Column::FirstAt, |at: DateTime<Utc>| at);
        of.plain("lastAt", "Corrected capture of its last check-in.", Column::LastAt, |at: DateTime<Utc>| at);
        of.list::<CheckIn>(
            "checkIns",
            "The check-ins it is made of, the earliest first; beyond these, `Query.checkIns` has them by project, person and\n\
             day.",
            vec![argument::<Option<i32>>("first", "The first so many, 1 to 500; 50 if nothing is said.")],
            Column::Id,
            |asking| {
                Box::pin(async move {
                    let first = some("first", asking.argument("first")?, DEFAULT_SIZE, LARGEST_SIZE)?;
                    Ok(Source::Rows(store::check_in::of_each_visit(), Part::first(first)))
                })
            },
        );
    }
}

impl Paged for Visit {
    const PLURAL: &'static str = "visits";
    type Key = VisitKey;

    fn key_columns() -> Vec<listing::Column> {
        vec![Column::LocalDate.into(), Column::Id.into()]
    }

    fn key(at: &At<'_>) -> Result<VisitKey> {
        Ok(VisitKey { local_date: at.get(0)?, id: at.get(1)? })
    }
}

/// Which visits are wanted; all conditions must hold.
#[derive(Debug, Default, InputObject)]
pub struct VisitFilterInput {
    /// To this project.
    project_id: Option<ID>,
    /// By this person.
    person_id: Option<ID>,
    /// With one of these verdicts.
    verdicts: Option<Vec<Verdict>>,
    /// From this day on.
    from: Option<Date>,
    /// Until this day.
    to: Option<Date>,
}

impl VisitFilterInput {
    pub(in crate::graphql) fn parse(self) -> Result<VisitFilter> {
        Ok(VisitFilter {
            project: self.project_id.map(|id| global_id::argument("filter.projectId", &id)).transpose()?,
            person: self.person_id.map(|id| global_id::argument("filter.personId", &id)).transpose()?,
            verdicts: self.verdicts,
            from: self.from.map(|date| date.0),
            to: self.to.map(|date| date.0),
        })
    }
}

/// Queries for visits.
#[derive(Debug, Default)]
pub struct VisitQuery;

#[Object]
impl VisitQuery {
    /// A visit the viewer may see; null if there is none such.
    async fn visit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The visit's global id.")] id: ID,
    ) -> Result<Found<Visit>> {
        entitled(ctx, const { read("Query", "visit") })?;
        Ok(global_id::decode(&id).map_or_else(Found::none, |id: VisitId| Found::by_id(id)))
    }

    /// Visits the viewer may see, the latest first.
    async fn visits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 500; 50 if nothing is said.")] first: Option<i32>,
        #[graphql(desc = "The last so many, 1 to 500, instead of the first.")] last: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only those that match.")] filter: Option<VisitFilterInput>,
    ) -> Result<Page<Visit>> {
        let scope = entitled_scope(ctx, const { read("Query", "visits") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        let filter = filter.unwrap_or_default().parse()?;
        Ok(Page::of(store::visit::listing(scope, &filter), &page))
    }
}
