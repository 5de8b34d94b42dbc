//! What is looked at once everything has happened.

use chrono::{Days, NaiveDate};
use domain::visits::week::IsoWeek;
use entity::values::ObligationStatus;
use messages::message;
use serde_json::{Value, json};

use super::{
    CommandError,
    dashboard::Heard,
    phone::Phone,
    row::Check,
    story::{Expected, Story, counts_of},
    wire::{self, Counted, Page, Seen, Week},
    words,
};
use crate::{app::App, command::recount::difference};

/// Weeks shown in the table, this one included. Each owes a visit, so each is listed.
const WEEKS: usize = 4;

impl Story<'_> {
    /// What is left to look at once everything has happened, and the weeks for the table.
    pub(super) async fn closing(&self, app: &App) -> Result<(Vec<Check>, Vec<Counted>), CommandError> {
        let today = self.day(self.clock.now());
        let from = IsoWeek::of(today).first_day() - Days::new(7 * (WEEKS as u64 - 1));
        let document = [wire::COUNT, wire::WEEK].concat();
        let count: Page<Counted> =
            self.cast.analyst.ask(&words!(DemoReadingCount), &document, json!({ "from": from })).await?;
        let checks = vec![
            self.dashboard_heard().await,
            self.counted(&count.nodes, today),
            self.analyst_sees().await?,
            self.recounted(app).await?,
        ];
        Ok((checks, count.nodes))
    }

    async fn dashboard_heard(&self) -> Check {
        let changes: usize = self.weeks.values().map(|week| week.changes).sum();
        let what = words!(DemoJudgementsAndChanges { judgements: self.judgements, changes });
        let mut check = Check::new(words!(DemoCheckHeard { what: &what }));
        let enough = |heard: &Heard| heard.visits.len() >= self.judgements && heard.weeks.len() >= changes;
        if let Err(CommandError(reasons)) = self.dashboard.hears(&what, enough).await {
            check.wrong.extend(reasons);
        }
        let heard = self.dashboard.heard();
        check.expect(message!(DemoJudgementsHeard), &heard.visits.len(), &self.judgements);
        for ((project, week), expected) in &self.weeks {
            let live = heard.weeks.iter().filter(|live| live.project.name == *project && live.week == *week);
            check.expect(message!(DemoChangesOf { project, week }), &live.count(), &expected.changes);
        }
        check.expect(message!(DemoChangesHeard), &heard.weeks.len(), &changes);
        check
    }

    /// Every leader's weeks are what the steps should have made of them, and all others are empty.
    fn counted(&self, count: &[Counted], today: NaiveDate) -> Check {
        let mut check = Check::new(words!(DemoCheckCounted));
        for project in count {
            check.expect(message!(DemoWeeksOf { project: &project.name }), &project.weekly_visits.len(), &WEEKS);
            for week in &project.weekly_visits {
                let (project_name, name) = (&project.name, &week.week);
                let expected = self.weeks.get(&(project_name.clone(), name.clone())).copied().unwrap_or_default();
                let visits = message!(DemoVisitsTo { project: project_name, week: name });
                check.expect(visits, &counts_of(week), &expected.counts());
                check.expect(message!(DemoOwedTo { project: project_name, week: name }), &week.required, &1);
                let status = self.status(project, week, expected, today);
                check.expect(message!(DemoStatusOf { project: project_name, week: name }), &Some(week.status), &status);
            }
        }
        check
    }

    /// None if the week is no week.
    fn status(&self, project: &Counted, week: &Week, expected: Expected, today: NaiveDate) -> Option<ObligationStatus> {
        let last_day = week.week.parse::<IsoWeek>().ok()?.last_day();
        Some(if !self.cast.with_site.contains(&project.name) {
            ObligationStatus::Excused
        } else if expected.verified > 0 {
            ObligationStatus::Met
        } else if expected.provisional > 0 {
            ObligationStatus::Provisional
        } else if today <= last_day {
            ObligationStatus::Pending
        } else {
            ObligationStatus::Missed
        })
    }

    async fn analyst_sees(&self) -> Result<Check, CommandError> {
        let mut check = Check::new(words!(DemoCheckAnalyst));
        let analyst = self.seen_by(&self.cast.analyst).await?;
        check.expect(message!(DemoAnalystSees), &analyst.check_ins.len(), &2);
        let bare = analyst.check_ins.iter().all(|seen| seen.fix.is_none() && seen.note.is_none());
        check.expect(message!(DemoAnalystSeesNeither), &bare, &true);
        let masked = analyst.phone.is_none_or(|phone| phone.contains('*'));
        check.expect(message!(DemoAnalystSeesNoPhone), &masked, &true);

        let office = self.seen_by(&self.cast.office).await?;
        let whole = office.check_ins.iter().filter(|seen| seen.fix.is_some()).count();
        check.expect(message!(DemoOfficeSees), &whole, &2);
        check.expect(message!(DemoOfficeSeesPhone), &office.phone.is_some_and(|it| !it.contains('*')), &true);
        Ok(check)
    }

    /// What an account sees of the project where the story began.
    async fn seen_by(&self, account: &Phone) -> Result<Sight, CommandError> {
        let project = json!({ "project": self.cast.first.places[0].id });
        let what = &words!(DemoLooking);
        let page: Page<Seen> = account.ask(what, wire::CHECK_INS_OF_PROJECT, project.clone()).await?;
        let team: Value = account.ask(what, wire::SECRETARY, project).await?;
        let phone = team.pointer("/secretary/person/phone").and_then(Value::as_str).map(str::to_owned);
        Ok(Sight { check_ins: page.nodes, phone })
    }

    async fn recounted(&self, app: &App) -> Result<Check, CommandError> {
        let recounted = app.recount(false, &|_| {}).await?;
        let mut check = Check::new(words!(DemoCheckRecounted {
            projects: recounted.projects,
            check_ins: recounted.check_ins,
            visits: recounted.visits,
            differences: recounted.differences.len()
        }));
        check.expect(message!(DemoCheckIns), &recounted.check_ins, &self.check_ins);
        check.expect(message!(DemoVisits), &recounted.visits, &self.visits);
        let told = recounted.differences.iter().map(difference);
        check.wrong.extend(told.map(|difference| words!(DemoDoesNotAgree { difference })));
        Ok(check)
    }
}

struct Sight {
    check_ins: Vec<Seen>,
    /// The secretary's.
    phone: Option<String>,
}
