//! The rules in force: versions of the policy, each checked once so that every value in it is usable, and which holds when.

use std::{collections::BTreeSet, fmt};

use chrono::TimeDelta;
use chrono_tz::Tz;
use entity::values::FindingCode;
use messages::{Language, Message, message};
use serde::{Deserialize, Serialize};

use crate::check_ins::likeness::REUSE_DISTANCE;

mod versions;

pub use versions::{NoPolicy, Policies};

/// Limits of the rules about photos, devices, clocks and travel, and which rules only give hints. Stored as JSON with
/// the policy version; what an older version does not name has the default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Thresholds {
    /// Accuracy radii that a fix must lie beyond the tolerance to contradict the visit: 4. Between buildings phones give
    /// radii two to three times too small; with 4 a few kilometres are still a contradiction, whatever usable radius the
    /// phone gives.
    pub position_radii: f64,
    /// Metres for which a smaller accuracy radius is taken when a fix contradicts the visit: 5, what phones reach under
    /// the open sky (GPS.gov: 4.9 m), whatever finer radius some of them claim.
    pub position_least_radius_m: f64,
    /// Metres a second beyond which travel between two check-ins is for review: 70 (250 km/h), faster than any train
    /// or car here.
    pub travel_speed_mps: f64,
    /// Seconds by which the clocks of two check-ins of a person may be off to one another: 10, in which a reflected fix
    /// may jump by 700 m before it makes a traveller.
    pub travel_clock_s: u32,
    /// Metres, above both accuracies and what travel between them allows, by which two fixes of a check-in may lie
    /// apart. Reflections among steel and concrete displace honest ones by 200 m.
    pub fixes_distance_m: f64,
    /// Other days with exactly the same coordinates from which on they are for review. Honest fixes scatter by metres.
    pub repeated_days: u32,
    /// Seconds by which wall clock and boot clock may differ between capture and sending.
    pub clock_jump_s: u32,
    /// Seconds by which a capture may seem to come before its challenge was issued.
    pub challenge_s: u32,
    /// Metres, above the fix's accuracy and the photo's own error, between a photo's position and the fix.
    pub photo_distance_m: f64,
    /// Seconds between a photo's time and the capture.
    pub photo_time_s: u32,
    /// Bits in which two perceptual hashes of 64 bits may differ to look almost the same.
    pub photo_similar_bits: u32,
    /// Seconds within which a person's photos of one project may look alike: they are of one visit.
    pub photo_burst_s: u32,
    /// Other people on one device from which on it is for review.
    pub device_people: u32,
    /// Days after a decision during which the subject may appeal.
    pub appeal_days: u32,
    /// Metres outside a boundary within which clean check-ins put the boundary in doubt: 500, the most that a drawing
    /// or a datum was seen to be off in one town; beyond, they are of another place.
    pub boundary_near_m: f64,
    /// 68 % accuracy, metres, of fixes that put a boundary in doubt: 30, as good as any phone's under the open sky.
    pub boundary_accuracy_m: f64,
    /// People from whom on they put it in doubt, if they stand together: 2, for one may have reasons of their own.
    pub boundary_people: u32,
    /// Local days from which on one person alone puts it in doubt: 5, about a month of weekly visits.
    pub boundary_days: u32,
    /// How widely they may scatter, as a share of their distance from the boundary: ½, so that they are one place and
    /// not a ring around the site.
    pub boundary_spread: f64,
    /// Rules whose findings are recorded but change no verdict.
    pub hints: BTreeSet<FindingCode>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            position_radii: 4.0,
            position_least_radius_m: 5.0,
            travel_speed_mps: 70.0,
            travel_clock_s: 10,
            fixes_distance_m: 500.0,
            repeated_days: 3,
            clock_jump_s: 120,
            challenge_s: 300,
            photo_distance_m: 500.0,
            photo_time_s: 1800,
            photo_similar_bits: REUSE_DISTANCE,
            photo_burst_s: 1800,
            device_people: 1,
            appeal_days: 14,
            boundary_near_m: 500.0,
            boundary_accuracy_m: 30.0,
            boundary_people: 2,
            boundary_days: 5,
            boundary_spread: 0.5,
            hints: BTreeSet::from([FindingCode::PhotoOrigin, FindingCode::DeviceNew, FindingCode::DeveloperMode]),
        }
    }
}

impl Thresholds {
    /// Without these the position is not judged at all; as hints they would verify what nobody knows anything of.
    const NEVER_HINTS: [FindingCode; 4] =
        [FindingCode::SiteKnown, FindingCode::FixPresent, FindingCode::FixAccuracy, FindingCode::FixAge];

    /// Reads their JSON and refuses limits under which a rule would accuse everyone or nobody.
    fn parse(text: &str) -> Result<Self, PolicyError> {
        let read: Self = serde_json::from_str(text).map_err(|error| PolicyError::Thresholds(error.to_string()))?;
        let in_range = [
            ("positionRadii", (1.0..=100.0).contains(&read.position_radii)),
            ("positionLeastRadiusM", (0.0..=1000.0).contains(&read.position_least_radius_m)),
            ("travelSpeedMps", (10.0..=1000.0).contains(&read.travel_speed_mps)),
            ("travelClockS", (1..=3600).contains(&read.travel_clock_s)),
            ("fixesDistanceM", (0.0..=100_000.0).contains(&read.fixes_distance_m)),
            ("repeatedDays", (1..=366).contains(&read.repeated_days)),
            ("clockJumpS", (1..=86_400).contains(&read.clock_jump_s)),
            ("challengeS", read.challenge_s <= 86_400),
            ("photoDistanceM", (0.0..=100_000.0).contains(&read.photo_distance_m)),
            ("photoTimeS", (1..=7 * 86_400).contains(&read.photo_time_s)),
            ("photoSimilarBits", read.photo_similar_bits <= REUSE_DISTANCE),
            ("photoBurstS", read.photo_burst_s <= 604_800),
            ("devicePeople", (1..=1000).contains(&read.device_people)),
            ("appealDays", read.appeal_days <= 366),
            ("boundaryNearM", (1.0..=10_000.0).contains(&read.boundary_near_m)),
            ("boundaryAccuracyM", (1.0..=1000.0).contains(&read.boundary_accuracy_m)),
            ("boundaryPeople", (1..=1000).contains(&read.boundary_people)),
            ("boundaryDays", (1..=366).contains(&read.boundary_days)),
            ("boundarySpread", (0.01..=1.0).contains(&read.boundary_spread)),
            ("hints", read.hints.is_disjoint(&BTreeSet::from(Self::NEVER_HINTS))),
        ];
        match in_range.iter().find(|(_, holds)| !holds) {
            Some((name, _)) => Err(PolicyError::Threshold(name)),
            None => Ok(read),
        }
    }
}

/// A policy version whose values have been checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// 1, 2, 3 …
    pub version: i32,
    /// Verified visits a leader owes a week (R4): 1 in the service plan.
    pub weekly_visits: u32,
    /// Tolerance outside a boundary, metres, where the site sets none.
    pub tolerance_m: f64,
    /// Fixes with a larger 68 % accuracy radius, metres, are unusable.
    pub accuracy_limit_m: f64,
    /// Fixes older than this at capture are unusable.
    pub fix_age_limit: TimeDelta,
    /// Phone clocks further off than this are for review.
    pub skew_limit: TimeDelta,
    /// Whether a check-in needs a photo.
    pub photo_required: bool,
    /// The time zone of days and weeks.
    pub time_zone: Tz,
    /// Limits of the other rules.
    pub thresholds: Thresholds,
}

/// What a policy version is made of, before it is checked.
#[derive(Clone, Debug)]
pub struct PolicyDraft<'a> {
    /// 1, 2, 3 …
    pub version: i32,
    /// Verified visits a week: 0 to 7, one a day at most.
    pub weekly_visits: i32,
    /// Metres, 0 to 500.
    pub tolerance_m: f64,
    /// Metres, above 0, up to 1,000.
    pub accuracy_limit_m: f64,
    /// Seconds, 1 to 3,600.
    pub fix_age_limit_s: i32,
    /// Seconds, 1 to 86,400.
    pub skew_limit_s: i32,
    /// Whether a check-in needs a photo.
    pub photo_required: bool,
    /// Why a photo is, or is not, needed. Must say something.
    pub photo_reason: &'a str,
    /// IANA name.
    pub time_zone: &'a str,
    /// JSON of [`Thresholds`]; `{}` for the defaults.
    pub thresholds: &'a str,
}

/// Why a policy can't be adopted. Each names the setting and what would be right.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum PolicyError {
    /// More than one a day, or less than none.
    WeeklyVisits(i32),
    /// Out of range or not a number.
    Tolerance(f64),
    /// Out of range or not a number.
    AccuracyLimit(f64),
    /// Out of range.
    FixAgeLimit(i32),
    /// Out of range.
    SkewLimit(i32),
    /// A compulsory photo without a reason.
    PhotoReason,
    /// Not an IANA time zone.
    TimeZone(String),
    /// Not the JSON of [`Thresholds`].
    Thresholds(String),
    /// A limit that would make its rule meaningless.
    Threshold(&'static str),
}

impl PolicyError {
    /// What is told of it.
    pub fn message(&self) -> Message {
        match self {
            Self::WeeklyVisits(found) => message!(PolicyWeeklyVisitsOutOfRange { found: *found }),
            Self::Tolerance(found) => message!(PolicyToleranceOutOfRange { found: *found }),
            Self::AccuracyLimit(found) => message!(PolicyAccuracyLimitOutOfRange { found: *found }),
            Self::FixAgeLimit(found) => message!(PolicyFixAgeLimitOutOfRange { found: *found }),
            Self::SkewLimit(found) => message!(PolicySkewLimitOutOfRange { found: *found }),
            Self::PhotoReason => message!(PolicyPhotoReasonMissing),
            Self::TimeZone(found) => message!(PolicyTimeZoneUnknown { found: format!("{found:?}") }),
            Self::Thresholds(error) => message!(PolicyThresholdsMalformed { error }),
            Self::Threshold(name) => message!(PolicyThresholdOutOfRange { name: *name }),
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::En))
    }
}

impl Policy {
    /// Checks a draft.
    pub fn parse(draft: &PolicyDraft<'_>) -> Result<Self, PolicyError> {
        let weekly_visits = u32::try_from(draft.weekly_visits)
            .ok()
            .filter(|visits| *visits <= 7)
            .ok_or(PolicyError::WeeklyVisits(draft.weekly_visits))?;
        if !(0.0..=500.0).contains(&draft.tolerance_m) {
            return Err(PolicyError::Tolerance(draft.tolerance_m));
        }
        if !(draft.accuracy_limit_m > 0.0 && draft.accuracy_limit_m <= 1000.0) {
            return Err(PolicyError::AccuracyLimit(draft.accuracy_limit_m));
        }
        if !(1..=3600).contains(&draft.fix_age_limit_s) {
            return Err(PolicyError::FixAgeLimit(draft.fix_age_limit_s));
        }
        if !(1..=86_400).contains(&draft.skew_limit_s) {
            return Err(PolicyError::SkewLimit(draft.skew_limit_s));
        }
        if draft.photo_reason.trim().is_empty() {
            return Err(PolicyError::PhotoReason);
        }
        Ok(Self {
            version: draft.version,
            weekly_visits,
            tolerance_m: draft.tolerance_m,
            accuracy_limit_m: draft.accuracy_limit_m,
            fix_age_limit: TimeDelta::seconds(draft.fix_age_limit_s.into()),
            skew_limit: TimeDelta::seconds(draft.skew_limit_s.into()),
            photo_required: draft.photo_required,
            time_zone: draft.time_zone.parse().map_err(|_| PolicyError::TimeZone(draft.time_zone.to_owned()))?,
            thresholds: Thresholds::parse(draft.thresholds)?,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The first policy, as most rules are tried under.
    pub(crate) fn policy() -> Policy {
        Policy::parse(&draft()).unwrap()
    }

    pub(super) fn draft() -> PolicyDraft<'static> {
        PolicyDraft {
            version: 1,
            weekly_visits: 1,
            tolerance_m: 30.0,
            accuracy_limit_m: 100.0,
            fix_age_limit_s: 60,
            skew_limit_s: 300,
            photo_required: false,
            photo_reason: "not asked for",
            time_zone: "Asia/Shanghai",
            thresholds: "{}",
        }
    }

    #[test]
    fn the_plans_own_figures_are_a_policy() {
        let policy = policy();
        assert_eq!(policy.time_zone, chrono_tz::Asia::Shanghai);
        assert_eq!(policy.fix_age_limit, TimeDelta::minutes(1));
    }

    #[test]
    fn each_unusable_value_is_named() {
        let refused = |change: fn(&mut PolicyDraft<'static>)| {
            let mut draft = draft();
            change(&mut draft);
            Policy::parse(&draft).unwrap_err().to_string()
        };
        assert!(refused(|d| d.weekly_visits = 8).contains("weekly visits"));
        assert!(refused(|d| d.tolerance_m = f64::NAN).contains("tolerance"));
        assert!(refused(|d| d.accuracy_limit_m = 0.0).contains("accuracy limit"));
        assert!(refused(|d| d.fix_age_limit_s = 0).contains("fix age limit"));
        assert!(refused(|d| d.skew_limit_s = 100_000).contains("skew limit"));
        assert!(refused(|d| d.photo_reason = "  ").contains("reason"));
        assert!(refused(|d| d.time_zone = "Asia/Wafangdian").contains("IANA"));
        assert!(refused(|d| d.thresholds = r#"{"speed": 3}"#).contains("speed"));
        assert!(refused(|d| d.thresholds = r#"{"travelSpeedMps": 1}"#).contains("travelSpeedMps"));
        assert!(refused(|d| d.thresholds = r#"{"positionRadii": 0.5}"#).contains("positionRadii"));
        assert!(refused(|d| d.thresholds = r#"{"positionLeastRadiusM": -1}"#).contains("positionLeastRadiusM"));
        assert!(refused(|d| d.thresholds = r#"{"boundarySpread": 0}"#).contains("boundarySpread"));
        assert!(refused(|d| d.thresholds = r#"{"hints": ["FIX_ACCURACY"]}"#).contains("hints"));
    }
}
