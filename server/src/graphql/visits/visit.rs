//! Visits.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Description, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use domain::{permission::table::read, visits::week};
use entity::{
    ids::{PersonId, ProjectId, VisitId},
    values::Verdict,
    visit,
};
use sea_orm::DbErr;

use crate::{
    graphql::{
        check_ins::check_in::CheckIn,
        projects::{person::Person, project::Project},
        support::{
            access::{app, entitled, entitled_scope, scope},
            connection::{Count, connection},
            error::broken,
            global_id,
            page::{DEFAULT_SIZE, LARGEST_SIZE, PageArguments, some},
            scalars::{Date, IsoWeek},
            siblings::{Batch, distinct, grouped},
        },
    },
    store::{
        self,
        page::Rows,
        visit::{VisitFilter, VisitKey},
    },
};

/// One person on one project's site on one local day.
#[derive(Clone, Debug, Description)]
pub struct Visit {
    row: Arc<visit::Model>,
    list: Arc<List>,
}

#[derive(Debug, Default)]
struct List {
    ids: Vec<VisitId>,
    person_ids: Vec<PersonId>,
    project_ids: Vec<ProjectId>,
    people: Batch<(), PersonId, Person>,
    projects: Batch<(), ProjectId, Project>,
    check_ins: Batch<u64, VisitId, Vec<CheckIn>>,
}

impl List {
    fn of<'a>(rows: impl Iterator<Item = &'a visit::Model> + Clone) -> Arc<Self> {
        Arc::new(Self {
            ids: rows.clone().map(|row| row.id).collect(),
            person_ids: distinct(rows.clone().map(|row| row.person_id)),
            project_ids: distinct(rows.map(|row| row.project_id)),
            ..Self::default()
        })
    }
}

impl Visit {
    /// Visits listed together.
    pub(in crate::graphql) fn list(rows: Vec<visit::Model>) -> Vec<Self> {
        let list = List::of(rows.iter());
        rows.into_iter().map(|row| Self { row: Arc::new(row), list: Arc::clone(&list) }).collect()
    }

    /// The lists of several projects; their visits are siblings all the same.
    pub(in crate::graphql) fn lists(lists: HashMap<ProjectId, Rows<visit::Model>>) -> HashMap<ProjectId, Rows<Self>> {
        let all = List::of(lists.values().flat_map(|found| &found.rows));
        lists
            .into_iter()
            .map(|(project, found)| {
                let rows =
                    found.rows.into_iter().map(|row| Self { row: Arc::new(row), list: Arc::clone(&all) }).collect();
                (project, Rows { rows, more: found.more })
            })
            .collect()
    }

    fn key(&self) -> VisitKey {
        VisitKey { local_date: self.row.local_date, id: self.row.id }
    }

    pub(in crate::graphql) fn visit_id(&self) -> VisitId {
        self.row.id
    }
}

#[Object(use_type_description)]
impl Visit {
    /// Global id.
    pub async fn id(&self) -> ID {
        global_id::encode(self.row.id)
    }

    /// The project visited; null once it is no longer the viewer's to see.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        let scope = scope(ctx, const { read("Project", "id") })?;
        let load = || Project::load(app(ctx), scope, self.list.project_ids.clone());
        self.list.projects.get((), &self.row.project_id, load).await
    }

    /// The visitor.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let load = || Person::load(app(ctx), self.list.person_ids.clone());
        self.list.people.get((), &self.row.person_id, load).await
    }

    /// The local day.
    async fn date(&self) -> Date {
        Date(self.row.local_date)
    }

    /// The ISO week it counts in.
    async fn week(&self) -> IsoWeek {
        IsoWeek(week::IsoWeek::of(self.row.local_date))
    }

    /// The best verdict of its check-ins; only a verified visit counts.
    async fn verdict(&self) -> Verdict {
        self.row.verdict
    }

    /// How many check-ins it is made of.
    async fn check_in_count(&self) -> i32 {
        self.row.check_in_count
    }

    /// Corrected capture of its first check-in.
    async fn first_at(&self) -> DateTime<Utc> {
        self.row.first_at
    }

    /// Corrected capture of its last check-in.
    async fn last_at(&self) -> DateTime<Utc> {
        self.row.last_at
    }

    /// The check-ins it is made of, the earliest first; beyond these, `Query.checkIns` has them by project, person and
    /// day.
    async fn check_ins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 500; 50 if nothing is said.")] first: Option<i32>,
    ) -> Result<Vec<CheckIn>> {
        let first = some("first", first, DEFAULT_SIZE, LARGEST_SIZE)?;
        let load = || async {
            let visits = self.list.ids.iter().copied();
            let rows = store::check_in::first_of_visits(app(ctx).database.reader(), visits, first).await?;
            let (visits, check_ins): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
            Ok::<_, DbErr>(grouped(visits.into_iter().zip(CheckIn::list(check_ins))))
        };
        Ok(self.list.check_ins.get(first, &self.row.id, load).await?.unwrap_or_default())
    }
}

connection!(Visit, VisitKey, "visits" => VisitConnection, VisitEdge);

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
    ) -> Result<Option<Visit>> {
        entitled(ctx, const { read("Query", "visit") })?;
        match global_id::decode(&id) {
            Some(id) => find(ctx, id).await,
            None => Ok(None),
        }
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
    ) -> Result<VisitConnection> {
        let scope = entitled_scope(ctx, const { read("Query", "visits") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        let filter = filter.unwrap_or_default().parse()?;
        let found = store::visit::list(app(ctx).database.reader(), scope, &filter, &page).await.map_err(broken)?;
        let count: Count = Box::new(move |ctx| {
            let filter = filter.clone();
            Box::pin(async move {
                let count = store::visit::count(app(ctx).database.reader(), scope, &filter).await.map_err(broken)?;
                Ok(i64::try_from(count).unwrap_or(i64::MAX))
            })
        });
        Ok(VisitConnection::of(Visit::list(found.rows), found.more, &page, count))
    }
}

/// A visit the viewer may see.
pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: VisitId) -> Result<Option<Visit>> {
    let scope = scope(ctx, const { read("Visit", "id") })?;
    let rows = store::visit::find(app(ctx).database.reader(), scope, [id]).await.map_err(broken)?;
    Ok(Visit::list(rows).pop())
}
