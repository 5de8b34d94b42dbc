//! The story while it is told: what happens in it, and what should come of that.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::visits::week::{IsoWeek, local_date};
use entity::values::{Datum, Verdict};

use super::{
    CommandError,
    cast::{Cast, Place},
    dashboard::{Dashboard, Heard},
    phone::Draft,
    row::Row,
    wire::Week,
    words,
};
use crate::{clock::Clock, command::values::verdict_name};

/// The story while it is told.
pub(super) struct Story<'a> {
    pub(super) cast: &'a Cast,
    pub(super) dashboard: &'a Dashboard,
    pub(super) clock: &'a Clock,
    /// When today's first check-in happened.
    pub(super) arrival: DateTime<Utc>,
    /// Check-ins that should be on record.
    pub(super) check_ins: usize,
    /// Visits they should make.
    pub(super) visits: usize,
    /// Judgements that the dashboard should hear.
    pub(super) judgements: usize,
    /// What leaders' weeks should come to, by project and week.
    pub(super) weeks: BTreeMap<(String, String), Expected>,
}

/// What a leader's week should come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) verified: u32,
    pub(super) provisional: u32,
    pub(super) rejected: u32,
    /// How often the count changes on the way.
    pub(super) changes: usize,
}

/// What the dashboard should hear of a check-in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Echo {
    /// How it stands in the end.
    pub(super) verdict: Verdict,
    /// How often it is judged.
    pub(super) judgements: usize,
    /// How often its week's count changes; never if it belongs to a visit that counts already.
    pub(super) changes: usize,
}

impl Echo {
    /// Judged once, and a visit of its own.
    pub(super) fn of(verdict: Verdict) -> Self {
        Self { verdict, judgements: 1, changes: 1 }
    }
}

impl Expected {
    fn add(&mut self, echo: Echo) {
        self.changes += echo.changes;
        if echo.changes > 0 {
            *self.of(echo.verdict) += 1;
        }
    }

    fn of(&mut self, verdict: Verdict) -> &mut u32 {
        match verdict {
            Verdict::Verified => &mut self.verified,
            Verdict::NeedsReview | Verdict::PendingEvidence => &mut self.provisional,
            Verdict::Rejected => &mut self.rejected,
        }
    }

    /// Verified, provisional and rejected visits.
    pub(super) fn counts(self) -> [u32; 3] {
        [self.verified, self.provisional, self.rejected]
    }
}

impl<'a> Story<'a> {
    /// A story that begins now.
    pub(super) fn new(cast: &'a Cast, dashboard: &'a Dashboard, clock: &'a Clock) -> Self {
        Self {
            cast,
            dashboard,
            clock,
            arrival: arrival(clock.now(), cast.zone),
            check_ins: 0,
            visits: 0,
            judgements: 0,
            weeks: BTreeMap::new(),
        }
    }

    /// The local day of an instant.
    pub(super) fn day(&self, instant: DateTime<Utc>) -> NaiveDate {
        local_date(instant, self.cast.zone)
    }

    /// A check-in at the deepest point of a site, by a good fix.
    pub(super) fn draft(&self, place: &Place, at: DateTime<Utc>) -> Result<Draft, CommandError> {
        Ok(Draft {
            id: self.clock.id(),
            project: place.id.clone(),
            at,
            position: place.site.inside()?,
            datum: Datum::Wgs84,
            accuracy_m: 8.0,
            photos: Vec::new(),
        })
    }

    /// Waits until the dashboard has heard how a check-in stands and what its week comes to.
    pub(super) async fn hear(&mut self, row: &mut Row, place: &Place, draft: &Draft, echo: Echo) {
        self.check_ins += 1;
        self.visits += usize::from(echo.changes > 0);
        self.hear_how_it_stands(row, place, draft, echo).await;
    }

    /// The same after a person has had their say: the visit that stood otherwise before.
    pub(super) async fn hear_again(
        &mut self,
        row: &mut Row,
        place: &Place,
        draft: &Draft,
        before: Verdict,
        echo: Echo,
    ) {
        let week = IsoWeek::of(self.day(draft.at)).to_string();
        let expected = self.weeks.entry((place.project.clone(), week)).or_default().of(before);
        *expected = expected.saturating_sub(1);
        self.hear_how_it_stands(row, place, draft, echo).await;
    }

    async fn hear_how_it_stands(&mut self, row: &mut Row, place: &Place, draft: &Draft, echo: Echo) {
        let week = IsoWeek::of(self.day(draft.at)).to_string();
        let expected = self.weeks.entry((place.project.clone(), week.clone())).or_default();
        expected.add(echo);
        let counts = expected.counts();
        self.judgements += echo.judgements;
        // Of all that was heard of it, the last.
        let stands = |heard: &Heard| {
            let mut about = heard.visits.iter().filter(|live| live.check_in.uuid == draft.id);
            about.next_back().is_some_and(|live| live.check_in.verdict == echo.verdict)
        };
        let counted = |heard: &Heard| {
            let mut changes = heard.weeks.iter().filter(|live| live.project.name == place.project && live.week == week);
            changes.next_back().is_some_and(|live| counts_of(live) == counts)
        };
        let what = words!(DemoEcho { verdict: verdict_name(echo.verdict), step: &row.number, week: &week });
        if let Err(CommandError(reasons)) = self.dashboard.hears(&what, |heard| stands(heard) && counted(heard)).await {
            row.wrong.extend(reasons);
        }
    }
}

/// Verified, provisional and rejected visits.
pub(super) fn counts_of(week: &Week) -> [u32; 3] {
    [week.verified, week.provisional, week.rejected]
}

/// About 25 minutes ago, so that what happens within 20 minutes of it lies on one local day and in the past.
fn arrival(now: DateTime<Utc>, zone: chrono_tz::Tz) -> DateTime<Utc> {
    let arrival = now - TimeDelta::minutes(25);
    let leaving = arrival + TimeDelta::minutes(20);
    if local_date(arrival, zone) == local_date(leaving, zone) { arrival } else { arrival - TimeDelta::hours(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::at_noon("2026-11-22T04:00:00Z", "2026-11-22T03:35:00Z")]
    #[case::just_after_midnight("2026-11-22T16:10:00Z", "2026-11-22T14:45:00Z")]
    #[case::half_past("2026-11-22T16:30:00Z", "2026-11-22T16:05:00Z")]
    fn todays_check_ins_lie_on_one_day(#[case] now: DateTime<Utc>, #[case] wanted: DateTime<Utc>) {
        assert_eq!(arrival(now, chrono_tz::Asia::Shanghai), wanted);
    }
}
