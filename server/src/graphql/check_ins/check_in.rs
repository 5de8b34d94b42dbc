//! Check-ins: what is on record, and how one is made.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    check_ins::phone_fix::PhoneFix,
    permission::{
        Rule,
        table::{read, read_in_full},
    },
};
use entity::{
    check_in,
    ids::{CheckInId, PersonId, ProjectId, VisitId},
    standing,
    values::{Datum, Verdict},
};
use sea_orm::DbErr;

use super::{
    assessment::Assessment,
    photo::Photo,
    position::Position,
    review::{Appeal, Decision},
};
use crate::{
    app::first_fix,
    graphql::{
        engine::cost::lists::{FEW, MOST_OF_FEW},
        projects::{person::Person, project::Project},
        support::{
            access::{app, entitled, entitled_scope, scope, viewer},
            connection::{Count, connection},
            error::broken,
            global_id,
            page::{PageArguments, some},
            scalars::Date,
            siblings::{Batch, distinct, grouped},
        },
        visits::visit::Visit,
    },
    store::{
        self,
        check_in::{CheckInFilter, CheckInKey},
    },
};

pub mod input;

/// A check-in, kept as it was sent and never changed.
#[derive(Clone, Debug, Description)]
pub struct CheckIn {
    row: Arc<check_in::Model>,
    list: Arc<List>,
}

#[derive(Debug, Default)]
struct List {
    ids: Vec<CheckInId>,
    person_ids: Vec<PersonId>,
    project_ids: Vec<ProjectId>,
    people: Batch<(), PersonId, Person>,
    projects: Batch<(), ProjectId, Project>,
    standings: Batch<(), CheckInId, standing::Model>,
    visits: Batch<(), VisitId, Visit>,
    assessments: Batch<u64, CheckInId, Vec<Assessment>>,
    photos: Batch<(), CheckInId, Vec<Photo>>,
    decisions: Batch<u64, CheckInId, Vec<Decision>>,
    appeals: Batch<(), CheckInId, Appeal>,
}

impl CheckIn {
    /// Check-ins listed together.
    pub(in crate::graphql) fn list(rows: Vec<check_in::Model>) -> Vec<Self> {
        let list = Arc::new(List {
            ids: rows.iter().map(|row| row.id).collect(),
            person_ids: distinct(rows.iter().map(|row| row.person_id)),
            project_ids: distinct(rows.iter().map(|row| row.project_id)),
            ..List::default()
        });
        rows.into_iter().map(|row| Self { row: Arc::new(row), list: Arc::clone(&list) }).collect()
    }

    fn key(&self) -> CheckInKey {
        CheckInKey { corrected_at: self.row.corrected_at, id: self.row.id }
    }

    async fn standings(&self, ctx: &Context<'_>) -> std::result::Result<HashMap<CheckInId, standing::Model>, DbErr> {
        let rows = store::assessment::standings(app(ctx).database.reader(), self.list.ids.iter().copied()).await?;
        Ok(rows.into_iter().map(|row| (row.check_in_id, row)).collect())
    }

    async fn standing(&self, ctx: &Context<'_>) -> Result<standing::Model> {
        let standing = self.list.standings.get((), &self.row.id, || self.standings(ctx)).await?;
        standing.ok_or_else(|| broken(crate::app::Broken::Record(format!("check-in {} has no standing", self.row.id))))
    }

    async fn last_assessments(&self, ctx: &Context<'_>, last: u64) -> Result<Vec<Assessment>> {
        let load = || Assessment::load(app(ctx), &self.list.ids, last);
        Ok(self.list.assessments.get(last, &self.row.id, load).await?.unwrap_or_default())
    }

    /// Whether a rule lets the viewer have what is this check-in's.
    fn permits(&self, ctx: &Context<'_>, rule: &Rule) -> Result<bool> {
        let viewer = viewer(ctx)?;
        let relation = viewer.relation_to(self.row.person_id, const { read("CheckIn", "id") });
        Ok(rule.permits(viewer.who(), relation))
    }
}

#[Object(use_type_description)]
impl CheckIn {
    /// Global id.
    pub async fn id(&self) -> ID {
        global_id::encode(self.row.id)
    }

    /// The UUID the phone made.
    async fn uuid(&self) -> uuid::Uuid {
        self.row.id.0
    }

    /// The project; null once it is no longer the viewer's to see.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        let scope = scope(ctx, const { read("Project", "id") })?;
        let load = || Project::load(app(ctx), scope, self.list.project_ids.clone());
        self.list.projects.get((), &self.row.project_id, load).await
    }

    /// Who checked in.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let load = || Person::load(app(ctx), self.list.person_ids.clone());
        self.list.people.get((), &self.row.person_id, load).await
    }

    /// When it happened, on the phone's clock.
    async fn captured_at(&self) -> DateTime<Utc> {
        self.row.captured_at
    }

    /// When it was sent, on the phone's clock.
    async fn sent_at(&self) -> DateTime<Utc> {
        self.row.sent_at
    }

    /// When it was received, on the server's clock: when the head of its request came, or its message on a WebSocket.
    async fn received_at(&self) -> DateTime<Utc> {
        self.row.received_at
    }

    /// When it happened, corrected by the difference between the two clocks; what the message was on its way is left out,
    /// where that is known.
    async fn corrected_at(&self) -> DateTime<Utc> {
        self.row.corrected_at
    }

    /// The local day it counts on.
    async fn date(&self) -> Date {
        Date(self.row.local_date)
    }

    /// The position as it was sent; null for those who may not see it, and where the phone sent none.
    async fn fix(&self, ctx: &Context<'_>) -> Result<Option<GpsFix>> {
        Ok(if self.permits(ctx, const { read("CheckIn", "fix") })? {
            first_fix(&self.row).map(GpsFix::from)
        } else {
            None
        })
    }

    /// Where it was made: the fix for those who may read it in full, for others the middle of the site it was compared
    /// with. Null where there is none.
    async fn position(&self, ctx: &Context<'_>) -> Result<Option<Position>> {
        if self.permits(ctx, const { read_in_full("CheckIn", "position") })? {
            return Ok(first_fix(&self.row).and_then(|fix| Position::of_fix(&fix)));
        }
        match self.last_assessments(ctx, 1).await?.pop() {
            Some(assessment) => assessment.compared_with(ctx).await?.map(|site| Position::of_site(&site)).transpose(),
            None => Ok(None),
        }
    }

    /// What the visitor wrote; null for those who may not read it.
    async fn note(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        Ok(self.permits(ctx, const { read("CheckIn", "note") })?.then_some(self.row.note.as_str()))
    }

    /// Its photos, in the order they were given.
    async fn photos(&self, ctx: &Context<'_>) -> Result<Vec<Photo>> {
        let load = || async {
            let rows = store::photo::of_check_ins(app(ctx).database.reader(), self.list.ids.iter().copied()).await?;
            let photos =
                Photo::list(rows).into_iter().filter_map(|photo| photo.check_in_id().map(|check_in| (check_in, photo)));
            Ok::<_, DbErr>(grouped(photos))
        };
        Ok(self.list.photos.get((), &self.row.id, load).await?.unwrap_or_default())
    }

    /// How it stands now.
    async fn verdict(&self, ctx: &Context<'_>) -> Result<Verdict> {
        Ok(self.standing(ctx).await?.verdict)
    }

    /// The visit it is part of; null if that is not the viewer's to see.
    async fn visit(&self, ctx: &Context<'_>) -> Result<Option<Visit>> {
        let (id, scope) = (self.standing(ctx).await?.visit_id, scope(ctx, const { read("Visit", "id") })?);
        let load = || async {
            let standings = self.standings(ctx).await?;
            let ids = distinct(standings.into_values().map(|standing| standing.visit_id));
            let rows = store::visit::find(app(ctx).database.reader(), scope, ids).await?;
            Ok::<_, DbErr>(Visit::list(rows).into_iter().map(|visit| (visit.visit_id(), visit)).collect())
        };
        self.list.visits.get((), &id, load).await
    }

    /// The assessment that stands.
    async fn assessment(&self, ctx: &Context<'_>) -> Result<Option<Assessment>> {
        Ok(self.last_assessments(ctx, 1).await?.pop())
    }

    /// Its last assessments, in the order they were made.
    async fn assessments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The last so many, 1 to 100; 20 if nothing is said.")] last: Option<i32>,
    ) -> Result<Vec<Assessment>> {
        self.last_assessments(ctx, some("last", last, FEW, MOST_OF_FEW)?).await
    }

    /// What people last decided about it, in the order they did; empty for those who may not read it.
    async fn decisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The last so many, 1 to 100; 20 if nothing is said.")] last: Option<i32>,
    ) -> Result<Vec<Decision>> {
        let last = some("last", last, FEW, MOST_OF_FEW)?;
        if !self.permits(ctx, const { read("CheckIn", "decisions") })? {
            return Ok(Vec::new());
        }
        let load = || Decision::load(app(ctx), &self.list.ids, last);
        Ok(self.list.decisions.get(last, &self.row.id, load).await?.unwrap_or_default())
    }

    /// The appeal about it; null for those who may not read it, and where there is none.
    async fn appeal(&self, ctx: &Context<'_>) -> Result<Option<Appeal>> {
        if !self.permits(ctx, const { read("CheckIn", "appeal") })? {
            return Ok(None);
        }
        self.list.appeals.get((), &self.row.id, || Appeal::load(app(ctx), &self.list.ids)).await
    }
}

/// A position fix, as the phone gave it.
#[derive(Clone, Debug, SimpleObject)]
pub struct GpsFix {
    /// Latitude, degrees in `datum`.
    latitude: f64,
    /// Longitude, degrees in `datum`.
    longitude: f64,
    /// The datum both are in.
    datum: Datum,
    /// 68 % accuracy radius, metres; 0 or less where the phone gave none.
    accuracy_meters: f64,
    /// When it was taken, on the phone's clock.
    fixed_at: DateTime<Utc>,
    /// Whether the phone said that its location was mocked; null if it said nothing.
    mocked: Option<bool>,
}

impl From<PhoneFix> for GpsFix {
    fn from(fix: PhoneFix) -> Self {
        Self {
            latitude: fix.latitude,
            longitude: fix.longitude,
            datum: fix.datum,
            accuracy_meters: fix.accuracy_m,
            fixed_at: fix.fixed_at,
            mocked: fix.mocked,
        }
    }
}

connection!(CheckIn, CheckInKey, "check-ins" => CheckInConnection, CheckInEdge);

/// Which check-ins are wanted; all conditions must hold.
#[derive(Debug, Default, InputObject)]
pub struct CheckInFilterInput {
    /// At this project.
    project_id: Option<ID>,
    /// By this person.
    person_id: Option<ID>,
    /// That stand so.
    verdicts: Option<Vec<Verdict>>,
    /// From this day on.
    from: Option<Date>,
    /// Until this day.
    to: Option<Date>,
}

impl CheckInFilterInput {
    fn parse(self) -> Result<CheckInFilter> {
        Ok(CheckInFilter {
            project: self.project_id.map(|id| global_id::argument("filter.projectId", &id)).transpose()?,
            person: self.person_id.map(|id| global_id::argument("filter.personId", &id)).transpose()?,
            verdicts: self.verdicts,
            from: self.from.map(|date| date.0),
            to: self.to.map(|date| date.0),
        })
    }
}

/// Queries for check-ins.
#[derive(Debug, Default)]
pub struct CheckInQuery;

#[Object]
impl CheckInQuery {
    /// A check-in the viewer may see; null if there is none such.
    async fn check_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The check-in's global id.")] id: ID,
    ) -> Result<Option<CheckIn>> {
        entitled(ctx, const { read("Query", "checkIn") })?;
        match global_id::decode(&id) {
            Some(id) => find(ctx, id).await,
            None => Ok(None),
        }
    }

    /// Check-ins the viewer may see, the latest first.
    async fn check_ins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 500; 50 if nothing is said.")] first: Option<i32>,
        #[graphql(desc = "The last so many, 1 to 500, instead of the first.")] last: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only those that match.")] filter: Option<CheckInFilterInput>,
    ) -> Result<CheckInConnection> {
        let scope = entitled_scope(ctx, const { read("Query", "checkIns") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        let filter = filter.unwrap_or_default().parse()?;
        let found = store::check_in::list(app(ctx).database.reader(), scope, &filter, &page).await.map_err(broken)?;
        let count: Count = Box::new(move |ctx| {
            let filter = filter.clone();
            Box::pin(async move {
                let count = store::check_in::count(app(ctx).database.reader(), scope, &filter).await.map_err(broken)?;
                Ok(i64::try_from(count).unwrap_or(i64::MAX))
            })
        });
        Ok(CheckInConnection::of(CheckIn::list(found.rows), found.more, &page, count))
    }
}

/// A check-in the viewer may see.
pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: CheckInId) -> Result<Option<CheckIn>> {
    let scope = scope(ctx, const { read("CheckIn", "id") })?;
    let rows = store::check_in::find(app(ctx).database.reader(), scope, [id]).await.map_err(broken)?;
    Ok(CheckIn::list(rows).pop())
}
