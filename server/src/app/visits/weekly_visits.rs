//! What each leader owed in each week, and how it stands (R4).

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::{
    policy::Policies,
    visits::{
        counting::Tally,
        obligation::{self, Tenure, WeekFacts},
        week::{IsoWeek, local_date},
    },
};
use entity::{
    ids::{PersonId, ProjectId},
    team_role,
    values::{ObligationStatus, TeamRoleKind},
    weekly_tally,
};
use sea_orm::ConnectionTrait;

use super::counting::numbered;
use crate::{
    app::{Broken, policy},
    clock::Clock,
    store,
};

/// Weeks from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WeekRange {
    /// The first week.
    pub from: IsoWeek,
    /// The last week.
    pub to: IsoWeek,
}

/// One leader, one project, one week.
#[derive(Clone, Debug)]
pub struct LeaderWeek {
    /// The project.
    pub project: ProjectId,
    /// The leader.
    pub person: PersonId,
    /// The week.
    pub week: IsoWeek,
    /// Its visits.
    pub tally: Tally,
    /// Verified visits owed.
    pub required: u32,
    /// How it stands.
    pub status: ObligationStatus,
    /// Verified visits a week on average, over the weeks asked for in which the leader held the role, up to this one.
    pub average: f64,
}

/// What the leaders of these projects owed in these weeks, by week and then by who took over first.
/// The number of statements does not depend on how many projects or weeks there are.
pub async fn weekly_visits(
    connection: &impl ConnectionTrait,
    clock: &Clock,
    projects: &[ProjectId],
    range: WeekRange,
) -> Result<HashMap<ProjectId, Vec<LeaderWeek>>, Broken> {
    let policies = policy::versions(connection).await?;
    let now = clock.now();
    let zone = policies.at(now)?.time_zone;
    let roles = store::team_role::of_projects(connection, projects.iter().copied()).await?;
    let sites = store::site::effective_since(connection, projects.iter().copied()).await?;
    let sites = sites.into_iter().map(|(project, since)| (project, local_date(since, zone))).collect();
    let closed = store::project::closed(connection, projects.iter().copied()).await?;
    let closed = closed.into_iter().map(|(project, at)| (project, local_date(at, zone))).collect();
    let tallies = store::weekly_tally::of_projects(
        connection,
        projects.iter().copied(),
        numbered(range.from),
        numbered(range.to),
    )
    .await?;
    let inputs = WeekInputs { policies, today: local_date(now, zone), sites, closed, tallies: by_week(tallies) };
    let mut weeks = HashMap::<ProjectId, Vec<LeaderWeek>>::new();
    for role in roles.iter().filter(|role| role.kind == TeamRoleKind::Leader) {
        weeks.entry(role.project_id).or_default().extend(inputs.weeks_of(role, range)?);
    }
    for weeks in weeks.values_mut() {
        weeks.sort_by_key(|week| week.week);
    }
    Ok(weeks)
}

type WeekKey = (ProjectId, PersonId, i32, i32);

struct WeekInputs {
    policies: Policies,
    today: NaiveDate,
    sites: HashMap<ProjectId, NaiveDate>,
    /// The day on which each closed project was closed.
    closed: HashMap<ProjectId, NaiveDate>,
    tallies: HashMap<WeekKey, Tally>,
}

impl WeekInputs {
    fn weeks_of(&self, role: &team_role::Model, range: WeekRange) -> Result<Vec<LeaderWeek>, Broken> {
        let closed_on = self.closed.get(&role.project_id).copied();
        let tenure = Tenure { from: role.from_date, to: role.to_date }.within(None, closed_on);
        let (mut visits, mut weeks) = (0, 0);
        let held = |week: &IsoWeek| {
            tenure.from <= week.last_day()
                && tenure.to.is_none_or(|to| to >= week.first_day())
                && week.first_day() <= self.today
        };
        range
            .from
            .up_to(range.to)
            .filter(held)
            .map(|week| {
                let (year, number) = numbered(week);
                let tally =
                    self.tallies.get(&(role.project_id, role.person_id, year, number)).copied().unwrap_or_default();
                let site_since = self.sites.get(&role.project_id).copied();
                let facts = WeekFacts { week, tally, site_since, closed_on, today: self.today };
                let obligation = obligation::judge(self.policies.for_week(week)?.weekly_visits, tenure, facts);
                visits += tally.verified;
                weeks += 1;
                Ok(LeaderWeek {
                    project: role.project_id,
                    person: role.person_id,
                    week,
                    tally,
                    required: obligation.required,
                    status: obligation.status,
                    average: f64::from(visits) / f64::from(weeks),
                })
            })
            .collect()
    }
}

fn by_week(tallies: Vec<weekly_tally::Model>) -> HashMap<WeekKey, Tally> {
    let count = |number: i32| u32::try_from(number).unwrap_or(0);
    tallies
        .into_iter()
        .map(|row| {
            let tally = Tally {
                verified: count(row.verified),
                provisional: count(row.provisional),
                rejected: count(row.rejected),
            };
            ((row.project_id, row.person_id, row.iso_year, row.iso_week), tally)
        })
        .collect()
}
