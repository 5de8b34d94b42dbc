//! Local days, from one to another, that a question is about.

use chrono::NaiveDate;
use messages::message;

use crate::app::{Refusal, RefusalCode};

/// Days a question may be about at most.
const LONGEST_DAYS: i64 = 366;

/// Local days, both included, a year at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: NaiveDate,
    to: NaiveDate,
}

impl Period {
    /// Checks that the days are in order, and no more than a year.
    pub fn parse(from: NaiveDate, to: NaiveDate) -> Result<Self, Refusal> {
        let days = (to - from).num_days() + 1;
        if days < 1 {
            let message = message!(PeriodReversed);
            return Err(Refusal::new(RefusalCode::Invalid, "to", message));
        }
        if days > LONGEST_DAYS {
            let message = message!(PeriodTooLong { days, limit: LONGEST_DAYS });
            return Err(Refusal::new(RefusalCode::TooLarge, "from", message));
        }
        Ok(Self { from, to })
    }

    /// The first day.
    pub fn from(self) -> NaiveDate {
        self.from
    }

    /// The last day.
    pub fn to(self) -> NaiveDate {
        self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::one_day("2026-11-18", "2026-11-18", None)]
    #[case::a_leap_year("2024-01-01", "2024-12-31", None)]
    #[case::a_day_more("2024-01-01", "2025-01-01", Some("input.from"))]
    #[case::backwards("2026-11-18", "2026-11-17", Some("input.to"))]
    fn a_period_is_in_order_and_a_year_at_most(#[case] from: &str, #[case] to: &str, #[case] field: Option<&str>) {
        let refused = Period::parse(from.parse().unwrap(), to.parse().unwrap()).err();
        assert_eq!(refused.map(|refusal| refusal.field.join(".")).as_deref(), field);
        assert!(Period::parse(NaiveDate::MIN, NaiveDate::MAX).is_err());
    }
}
