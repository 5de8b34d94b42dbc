//! Check-ins: what is on record, and how one is made.

use async_graphql::{Context, Description, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use domain::{
    check_ins::phone_fix::PhoneFix,
    permission::{
        Rule,
        table::{read, read_in_full},
    },
};
use entity::{
    assessment,
    check_in::Column,
    ids::{CheckInId, PersonId},
    site_version, standing,
    values::{Datum, Verdict},
};
use uuid::Uuid;

use super::{
    assessment::Assessment,
    photo::Photo,
    position::Position,
    review::{Appeal, Decision},
};
use crate::{
    graphql::{
        engine::{
            cost::lists::{FEW, MOST_OF_FEW},
            levels::{At, Fields, Found, Key, Noun, Page, Paged, Place, Source, Stored, Via, argument, column, keyed},
        },
        projects::{person::Person, project::Project},
        support::{
            access::{entitled, entitled_scope},
            global_id,
            page::{PageArguments, some},
            scalars::Date,
        },
        visits::visit::Visit,
    },
    store::{
        self,
        check_in::{CheckInFilter, CheckInKey},
        listing::{self, Part},
        scope,
    },
};

pub mod input;

/// A check-in, kept as it was sent and never changed.
#[derive(Debug, Description)]
pub struct CheckIn;

impl Noun for CheckIn {
    const NAME: &'static str = "CheckIn";
    const NODE: bool = true;

    fn stored() -> Option<Stored> {
        Some(Stored::by(Column::Id).where_visible(|viewing, table| {
            let scope = viewing.scope(const { read("CheckIn", "id") })?;
            let (project, person) = (column(table, Column::ProjectId), column(table, Column::PersonId));
            Ok(Some(scope::visible_or_own(scope, &project, &person)))
        }))
    }

    fn fields(of: &mut Fields<Self>) {
        let standing = Via::of(Column::Id, standing::Column::CheckInId);
        of.id::<CheckInId>(Column::Id);
        of.plain("uuid", "The UUID the phone made.", Column::Id, |id: Uuid| id);
        of.one::<Project>("project", "The project; null once it is no longer the viewer's to see.", Column::ProjectId);
        of.one::<Person>("person", "Who checked in.", Column::PersonId);
        times(of);
        evidence(of, &standing);
        judgement(of, &standing);
        of.one::<Visit>(
            "visit",
            "The visit it is part of; null if that is not the viewer's to see.",
            standing.at(standing::Column::VisitId),
        );
    }
}

fn times(of: &mut Fields<CheckIn>) {
    of.plain("capturedAt", "When it happened, on the phone's clock.", Column::CapturedAt, |at: DateTime<Utc>| at);
    of.plain("sentAt", "When it was sent, on the phone's clock.", Column::SentAt, |at: DateTime<Utc>| at);
    of.plain(
        "receivedAt",
        "When it was received, on the server's clock: when the head of its request came, or its message on a WebSocket.",
        Column::ReceivedAt,
        |at: DateTime<Utc>| at,
    );
    of.plain(
        "correctedAt",
        "When it happened, corrected by the difference between the two clocks; what the message was on its way is left out,\n\
         where that is known.",
        Column::CorrectedAt,
        |at: DateTime<Utc>| at,
    );
    of.plain("date", "The local day it counts on.", Column::LocalDate, Date);
}

fn evidence(of: &mut Fields<CheckIn>, standing: &Via) {
    of.made::<GpsFix, PhoneFix>(
        "fix",
        "The position as it was sent; null for those who may not see it, and where the phone sent none.",
        fix_columns(None),
        |at| if permits(at, const { read("CheckIn", "fix") })? { first_fix(at) } else { Ok(None) },
    );
    let compared_with = standing
        .then(standing::Column::AssessmentId, assessment::Column::Id)
        .then(assessment::Column::SiteVersionId, site_version::Column::Id);
    of.made::<Position, _>(
        "position",
        "Where it was made: the fix for those who may read it in full, for others the middle of the site it was compared\n\
         with. Null where there is none.",
        fix_columns(Some(compared_with.at(site_version::Column::Boundary))),
        |at| {
            if permits(at, const { read_in_full("CheckIn", "position") })? {
                return Ok(first_fix(at)?.and_then(|fix| Position::of_fix(&fix)));
            }
            at.get::<Option<String>>(FIX_COLUMNS)?.map(|boundary| Position::of_site(&boundary)).transpose()
        },
    );
    of.of(
        "note",
        "What the visitor wrote; null for those who may not read it.",
        vec![Column::PersonId.into(), Column::Note.into()],
        |at| if permits(at, const { read("CheckIn", "note") })? { at.get(1).map(Some) } else { Ok(None::<String>) },
    );
    of.list::<Photo>("photos", "Its photos, in the order they were given.", Vec::new(), Column::Id, |_| {
        Box::pin(async { Ok(Source::Rows(store::photo::of_each_check_in(), Part::default())) })
    });
}

fn judgement(of: &mut Fields<CheckIn>, standing: &Via) {
    of.named::<Verdict>("verdict", "How it stands now.", standing.at(standing::Column::Verdict));
    of.one::<Assessment>("assessment", "The assessment that stands.", standing.at(standing::Column::AssessmentId));
    let last = || vec![argument::<Option<i32>>("last", "The last so many, 1 to 100; 20 if nothing is said.")];
    of.list::<Assessment>(
        "assessments",
        "Its last assessments, in the order they were made.",
        last(),
        Column::Id,
        |asking| {
            Box::pin(async move {
                let last = some("last", asking.argument("last")?, FEW, MOST_OF_FEW)?;
                Ok(Source::Rows(store::assessment::of_each_check_in(), Part::last(last)))
            })
        },
    );
    of.list::<Decision>(
        "decisions",
        "What people last decided about it, in the order they did; empty for those who may not read it.",
        last(),
        permitted(const { read("CheckIn", "decisions") }),
        |asking| {
            Box::pin(async move {
                let last = some("last", asking.argument("last")?, FEW, MOST_OF_FEW)?;
                Ok(Source::Rows(store::decision::of_each_check_in(), Part::last(last)))
            })
        },
    );
    of.first::<Appeal>(
        "appeal",
        "The appeal about it; null for those who may not read it, and where there is none.",
        permitted(const { read("CheckIn", "appeal") }),
        |_| Box::pin(async { Ok(Source::Rows(store::decision::appeals_of_each(), Part::first(1))) }),
    );
}

/// Its id, where a rule lets whoever looks have what is this check-in's.
fn permitted(rule: &'static Rule) -> Key {
    keyed(vec![Column::PersonId.into(), Column::Id.into()], move |at| {
        if permits(at, rule)? { at.get(1).map(Some) } else { Ok(None) }
    })
}

/// Whether a rule lets whoever looks have what is this check-in's; the first column is whose it is.
fn permits(at: &At<'_>, rule: &Rule) -> Result<bool> {
    let (viewer, person): (_, PersonId) = (at.viewing.viewer()?, at.get(0)?);
    Ok(rule.permits(viewer.who(), viewer.relation_to(person, const { read("CheckIn", "id") })))
}

const FIX_COLUMNS: usize = 7;

/// Whose it is, the fix it came with, and another column.
fn fix_columns(further: Option<Place>) -> Vec<Place> {
    use Column::{AccuracyM, Datum, FixedAt, Latitude, Longitude, Mocked, PersonId};
    let columns: [Column; FIX_COLUMNS] = [PersonId, Latitude, Longitude, Datum, AccuracyM, FixedAt, Mocked];
    columns.map(Place::from).into_iter().chain(further).collect()
}

fn first_fix(at: &At<'_>) -> Result<Option<PhoneFix>> {
    let fix = (at.get(1)?, at.get(2)?, at.get(3)?, at.get(4)?, at.get(5)?);
    let (Some(latitude), Some(longitude), Some(datum), Some(accuracy_m), Some(fixed_at)) = fix else { return Ok(None) };
    Ok(Some(PhoneFix { latitude, longitude, datum, accuracy_m, fixed_at, mocked: at.get(6)? }))
}

impl Paged for CheckIn {
    const PLURAL: &'static str = "check-ins";
    type Key = CheckInKey;

    fn key_columns() -> Vec<listing::Column> {
        vec![Column::CorrectedAt.into(), Column::Id.into()]
    }

    fn key(at: &At<'_>) -> Result<CheckInKey> {
        Ok(CheckInKey { corrected_at: at.get(0)?, id: at.get(1)? })
    }
}

/// A position fix, as the phone gave it.
#[derive(Debug, Description)]
pub struct GpsFix;

impl Noun for GpsFix {
    const NAME: &'static str = "GpsFix";

    fn fields(of: &mut Fields<Self>) {
        of.part("latitude", "Latitude, degrees in `datum`.", |fix: &PhoneFix| fix.latitude);
        of.part("longitude", "Longitude, degrees in `datum`.", |fix: &PhoneFix| fix.longitude);
        of.part("datum", "The datum both are in.", |fix: &PhoneFix| -> Datum { fix.datum });
        of.part(
            "accuracyMeters",
            "68 % accuracy radius, metres; 0 or less where the phone gave none.",
            |fix: &PhoneFix| fix.accuracy_m,
        );
        of.part("fixedAt", "When it was taken, on the phone's clock.", |fix: &PhoneFix| fix.fixed_at);
        of.part(
            "mocked",
            "Whether the phone said that its location was mocked; null if it said nothing.",
            |fix: &PhoneFix| fix.mocked,
        );
    }
}

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
    ) -> Result<Found<CheckIn>> {
        entitled(ctx, const { read("Query", "checkIn") })?;
        Ok(global_id::decode(&id).map_or_else(Found::none, |id: CheckInId| Found::by_id(id)))
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
    ) -> Result<Page<CheckIn>> {
        let scope = entitled_scope(ctx, const { read("Query", "checkIns") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        let filter = filter.unwrap_or_default().parse()?;
        Ok(Page::of(store::check_in::listing(scope, &filter), &page))
    }
}
