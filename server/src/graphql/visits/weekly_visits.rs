//! What leaders owed in each week.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Description, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{permission::table::read, visits::week};
use entity::{
    ids::{PersonId, ProjectId},
    values::ObligationStatus,
};
use messages::message;

use crate::{
    app::{self as actions, App, Broken, LeaderWeek, WeekRange},
    graphql::{
        projects::{person::Person, project::Project},
        support::{
            access::{app, scope},
            error::bad_argument,
            scalars::{Date, IsoWeek},
            siblings::{Batch, distinct, grouped},
        },
    },
};

const LONGEST_RANGE: usize = 53;
const DEFAULT_WEEKS: u64 = 8;
/// A week has a leader, and another where one takes over.
const LEADERS_A_WEEK: usize = 2;

/// What one leader owed one project in one week, and how it stands (R4).
#[derive(Clone, Debug, Description)]
pub struct WeeklyVisits {
    row: LeaderWeek,
    list: Arc<List>,
}

#[derive(Debug, Default)]
struct List {
    person_ids: Vec<PersonId>,
    project_ids: Vec<ProjectId>,
    people: Batch<(), PersonId, Person>,
    projects: Batch<(), ProjectId, Project>,
}

impl WeeklyVisits {
    pub(in crate::graphql) async fn load(
        app: &App,
        projects: &[ProjectId],
        range: WeekRange,
    ) -> std::result::Result<HashMap<ProjectId, Vec<Self>>, Broken> {
        let weeks = actions::weekly_visits(app.database.reader(), &app.clock, projects, range).await?;
        let rows: Vec<LeaderWeek> = weeks.into_values().flatten().collect();
        let list = Arc::new(List {
            person_ids: distinct(rows.iter().map(|row| row.person)),
            project_ids: projects.to_vec(),
            ..List::default()
        });
        Ok(grouped(rows.into_iter().map(|row| (row.project, Self { row, list: Arc::clone(&list) }))))
    }

    pub(in crate::graphql) fn person_id(&self) -> PersonId {
        self.row.person
    }
}

#[Object(use_type_description)]
impl WeeklyVisits {
    /// The project.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        let scope = scope(ctx, const { read("Project", "id") })?;
        let load = || Project::load(app(ctx), scope, self.list.project_ids.clone());
        self.list.projects.get((), &self.row.project, load).await
    }

    /// The leader.
    async fn leader(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let load = || Person::load(app(ctx), self.list.person_ids.clone());
        self.list.people.get((), &self.row.person, load).await
    }

    /// The ISO week.
    async fn week(&self) -> IsoWeek {
        IsoWeek(self.row.week)
    }

    /// Its Monday.
    async fn from(&self) -> Date {
        Date(self.row.week.first_day())
    }

    /// Its Sunday.
    async fn to(&self) -> Date {
        Date(self.row.week.last_day())
    }

    /// Verified visits: what counts.
    async fn verified(&self) -> u32 {
        self.row.tally.verified
    }

    /// Visits that wait for evidence or review, and may come to count.
    async fn provisional(&self) -> u32 {
        self.row.tally.provisional
    }

    /// Visits of which every check-in was rejected.
    async fn rejected(&self) -> u32 {
        self.row.tally.rejected
    }

    /// Verified visits owed in this week (“every week”, section 4 of the plan), by the policy in effect when it began; a
    /// leader who held the role, or whose project was open, for part of the week owes a part.
    async fn required(&self) -> u32 {
        self.row.required
    }

    /// Verified visits a week on average (“on average”, Annex 1 of the plan), over the weeks asked for in which the
    /// leader held the role, up to and including this one.
    async fn average_verified(&self) -> f64 {
        self.row.average
    }

    /// How the obligation stands.
    async fn status(&self) -> ObligationStatus {
        self.row.status
    }
}

/// Rows at most, where none are asked for by number. `from` and `to` are the days given, and what can't be read of them.
pub(in crate::graphql) fn most_rows(from: Option<Option<NaiveDate>>, to: Option<Option<NaiveDate>>) -> usize {
    let weeks = match (from, to) {
        (None, _) => usize::try_from(DEFAULT_WEEKS).unwrap_or(LONGEST_RANGE),
        (Some(Some(from)), Some(Some(to))) => {
            let range = WeekRange { from: week::IsoWeek::of(from), to: week::IsoWeek::of(to) };
            range.from.up_to(range.to).take(LONGEST_RANGE).count()
        }
        (Some(_), _) => LONGEST_RANGE,
    };
    LEADERS_A_WEEK * weeks.max(1)
}

/// The weeks that two days stand for.
pub(in crate::graphql) fn range(now: DateTime<Utc>, from: Option<Date>, to: Option<Date>) -> Result<WeekRange> {
    // A day's difference of the time zone at most: the query leaves out weeks that have not begun.
    let last_day = to.map_or_else(|| (now + chrono::TimeDelta::hours(14)).date_naive(), |date| date.0);
    let first_day = match from {
        Some(date) => date.0,
        None => {
            last_day.checked_sub_signed(chrono::TimeDelta::weeks(DEFAULT_WEEKS.cast_signed() - 1)).unwrap_or(last_day)
        }
    };
    let years = 1900..=2200;
    if ![first_day, last_day].iter().all(|day| years.contains(&chrono::Datelike::year(day))) {
        return Err(bad_argument("from", &message!(YearsOutOfRange { first: *years.start(), last: *years.end() })));
    }
    let range = WeekRange { from: week::IsoWeek::of(first_day), to: week::IsoWeek::of(last_day) };
    match range.from.up_to(range.to).take(LONGEST_RANGE + 1).count() {
        0 => Err(bad_argument("to", &message!(PeriodReversed))),
        weeks if weeks > LONGEST_RANGE => Err(bad_argument("from", &message!(WeeksTooMany { limit: LONGEST_RANGE }))),
        _ => Ok(range),
    }
}
