//! What leaders owed in each week.

use std::collections::HashMap;

use async_graphql::{Description, Result};
use chrono::{DateTime, NaiveDate, Utc};
use domain::visits::week;
use entity::ids::ProjectId;
use messages::message;

use crate::{
    app::{self as actions, App, Broken, LeaderWeek, WeekRange},
    graphql::{
        engine::levels::{Fields, Noun},
        projects::{person::Person, project::Project},
        support::{
            error::bad_argument,
            scalars::{Date, IsoWeek},
        },
    },
};

const LONGEST_RANGE: usize = 53;
const DEFAULT_WEEKS: u64 = 8;
/// A week has a leader, and another where one takes over.
const LEADERS_A_WEEK: usize = 2;

/// What one leader owed one project in one week, and how it stands (R4).
#[derive(Debug, Description)]
pub struct WeeklyVisits;

impl Noun for WeeklyVisits {
    const NAME: &'static str = "WeeklyVisits";

    fn fields(of: &mut Fields<Self>) {
        of.one_by::<Project, _>("project", "The project.", |week: &LeaderWeek| Some(week.project.0));
        of.one_by::<Person, _>("leader", "The leader.", |week: &LeaderWeek| Some(week.person.0));
        of.part("week", "The ISO week.", |row: &LeaderWeek| IsoWeek(row.week));
        of.part("from", "Its Monday.", |row: &LeaderWeek| Date(row.week.first_day()));
        of.part("to", "Its Sunday.", |row: &LeaderWeek| Date(row.week.last_day()));
        of.part("verified", "Verified visits: what counts.", |row: &LeaderWeek| row.tally.verified);
        of.part(
            "provisional",
            "Visits that wait for evidence or review, and may come to count.",
            |row: &LeaderWeek| row.tally.provisional,
        );
        of.part("rejected", "Visits of which every check-in was rejected.", |row: &LeaderWeek| row.tally.rejected);
        of.part(
            "required",
            "Verified visits owed in this week (“every week”, section 4 of the plan), by the policy in effect when it began; a\n\
             leader who held the role, or whose project was open, for part of the week owes a part.",
            |row: &LeaderWeek| row.required,
        );
        of.part(
            "averageVerified",
            "Verified visits a week on average (“on average”, Annex 1 of the plan), over the weeks asked for in which the\n\
             leader held the role, up to and including this one.",
            |row: &LeaderWeek| row.average,
        );
        of.part("status", "How the obligation stands.", |row: &LeaderWeek| row.status);
    }
}

/// The leaders' weeks of each of these projects.
pub(in crate::graphql) async fn of_projects(
    app: &App,
    projects: &[ProjectId],
    range: WeekRange,
) -> std::result::Result<HashMap<ProjectId, Vec<LeaderWeek>>, Broken> {
    let weeks = actions::weekly_visits(app.database.reader(), &app.clock, projects, range).await?;
    let mut by_project = HashMap::<_, Vec<_>>::new();
    for week in weeks.into_values().flatten() {
        by_project.entry(week.project).or_default().push(week);
    }
    Ok(by_project)
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
