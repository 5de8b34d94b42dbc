//! What is looked at once everything has happened.

use chrono::{Days, NaiveDate};
use domain::visits::week::IsoWeek;
use entity::values::ObligationStatus;
use serde_json::{Value, json};

use super::{
    Undone,
    dashboard::Heard,
    phone::Phone,
    row::Check,
    story::{Expected, Story, counts_of},
    wire::{self, Counted, Page, Seen, Week},
};
use crate::app::App;

/// Weeks shown in the table, this one included. Each owes a visit, so each is listed.
const WEEKS: usize = 4;

impl Story<'_> {
    /// What is left to look at once everything has happened, and the weeks for the table.
    pub(super) async fn closing(&self, app: &App) -> Result<(Vec<Check>, Vec<Counted>), Undone> {
        let today = self.day(self.clock.now());
        let from = IsoWeek::of(today).first_day() - Days::new(7 * (WEEKS as u64 - 1));
        let document = [wire::COUNT, wire::WEEK].concat();
        let count: Page<Counted> =
            self.cast.analyst.ask("reading the week's count", &document, json!({ "from": from })).await?;
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
        let what = format!("{} judgements and {changes} changes of the count", self.judgements);
        let mut check = Check::new(format!("the dashboard heard {what}, each once and nothing else"));
        let enough = |heard: &Heard| heard.visits.len() >= self.judgements && heard.weeks.len() >= changes;
        if let Err(Undone(reasons)) = self.dashboard.hears(&what, enough).await {
            check.wrong.extend(reasons);
        }
        let heard = self.dashboard.heard();
        check.expect("judgements heard", &heard.visits.len(), &self.judgements);
        for ((project, week), expected) in &self.weeks {
            let live = heard.weeks.iter().filter(|live| live.project.name == *project && live.week == *week);
            check.expect(&format!("changes of {project} in {week}"), &live.count(), &expected.changes);
        }
        check.expect("changes heard", &heard.weeks.len(), &changes);
        check
    }

    /// Every leader's weeks are what the steps should have made of them, and all others are empty.
    fn counted(&self, count: &[Counted], today: NaiveDate) -> Check {
        let mut check = Check::new("the week's count is what these visits make, for every leader and week".to_owned());
        for project in count {
            check.expect(&format!("weeks of {}", project.name), &project.weekly_visits.len(), &WEEKS);
            for week in &project.weekly_visits {
                let name = format!("{} in {}", project.name, week.week);
                let expected = self.weeks.get(&(project.name.clone(), week.week.clone())).copied().unwrap_or_default();
                check.expect(&format!("visits to {name}"), &counts_of(week), &expected.counts());
                check.expect(&format!("visits owed to {name}"), &week.required, &1);
                let status = self.status(project, week, expected, today);
                check.expect(&format!("status of {name}"), &Some(week.status), &status);
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

    async fn analyst_sees(&self) -> Result<Check, Undone> {
        let mut check = Check::new("an analyst sees these figures, but no position, note or phone number".to_owned());
        let analyst = self.seen_by(&self.cast.analyst).await?;
        check.expect("check-ins the analyst sees", &analyst.check_ins.len(), &2);
        let bare = analyst.check_ins.iter().all(|seen| seen.fix.is_none() && seen.note.is_none());
        check.expect("no position or note", &bare, &true);
        let masked = analyst.phone.is_none_or(|phone| phone.contains('*'));
        check.expect("no whole phone number", &masked, &true);

        let office = self.seen_by(&self.cast.office).await?;
        let whole = office.check_ins.iter().filter(|seen| seen.fix.is_some()).count();
        check.expect("positions the office sees", &whole, &2);
        check.expect("the phone number the office sees", &office.phone.is_some_and(|it| !it.contains('*')), &true);
        Ok(check)
    }

    /// What an account sees of the project where the story began.
    async fn seen_by(&self, account: &Phone) -> Result<Sight, Undone> {
        let project = json!({ "project": self.cast.first.places[0].id });
        let what = "looking for personal data";
        let page: Page<Seen> = account.ask(what, wire::CHECK_INS_OF_PROJECT, project.clone()).await?;
        let team: Value = account.ask(what, wire::SECRETARY, project).await?;
        let phone = team.pointer("/secretary/person/phone").and_then(Value::as_str).map(str::to_owned);
        Ok(Sight { check_ins: page.nodes, phone })
    }

    async fn recounted(&self, app: &App) -> Result<Check, Undone> {
        let recounted = app.recount(false, &|_| {}).await?;
        let mut check = Check::new(format!(
            "recounted from the evidence: {} projects, {} check-ins, {} visits, {} differences",
            recounted.projects,
            recounted.check_ins,
            recounted.visits,
            recounted.differences.len()
        ));
        check.expect("check-ins", &recounted.check_ins, &self.check_ins);
        check.expect("visits", &recounted.visits, &self.visits);
        check.wrong.extend(recounted.differences.iter().map(|difference| format!("{difference} does not agree")));
        Ok(check)
    }
}

struct Sight {
    check_ins: Vec<Seen>,
    /// The secretary's.
    phone: Option<String>,
}
