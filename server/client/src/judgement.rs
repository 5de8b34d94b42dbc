//! Judgements as they are made, over a [`crate::Socket`] or an [`crate::EventStream`].

use chrono::NaiveDate;
use entity::values::Verdict;
use serde::Deserialize;
use uuid::Uuid;

/// Follows judgements of check-ins; `$after` is the cursor to go on from. Each event is a [`VisitRecorded`].
pub const VISIT_RECORDED: &str = "subscription($after: String) { visitRecorded(after: $after) {
    cursor
    visit { date verdict checkInCount }
    checkIn { uuid verdict person { name } project { name } } } }";

/// A check-in was judged.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VisitRecorded {
    /// Where to go on from.
    pub cursor: String,
    /// Its visit, as it stands.
    pub visit: LiveVisit,
    /// The check-in.
    pub check_in: LiveCheckIn,
}

/// A visit, as it stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveVisit {
    /// The local day.
    pub date: NaiveDate,
    /// How it stands.
    pub verdict: Verdict,
    /// How many check-ins make it.
    pub check_in_count: u32,
}

/// The check-in that was judged.
#[derive(Clone, Debug, Deserialize)]
pub struct LiveCheckIn {
    /// As its phone called it.
    pub uuid: Uuid,
    /// How it stands.
    pub verdict: Verdict,
    /// Whose it is.
    pub person: Named,
    /// The project visited.
    pub project: Named,
}

/// Anything with a name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Named {
    /// The name.
    pub name: String,
}
