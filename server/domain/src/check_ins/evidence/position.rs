//! Where the phone was: the position rule, on the best of its fixes.

use std::cmp::Ordering;

use entity::{
    ids::SiteVersionId,
    values::{Datum, FindingCode, FindingOutcome},
};
use messages::message;
use serde::{Deserialize, Serialize};

use super::{Candidate, Evidence, Finding, Fix, Unit, count, pass_or, seconds};
use crate::{
    check_ins::sentence::position as said,
    policy::Policy,
    projects::{
        datum::{Position, from_wgs84, in_gcj02_and_bd09, to_wgs84},
        geofence::{self, Allowance, View},
    },
};

/// Where the person was at the capture, so far as the phone knew: what other evidence is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapturePosition {
    /// WGS-84.
    pub here: Position,
    /// 68 % accuracy radius, metres, above 0.
    pub accuracy_m: f64,
    /// Age of the fix at the capture, milliseconds; negative if it was taken after.
    pub age_ms: i64,
}

/// Adds the findings about position; returns the boundary it was compared with, and where the person was.
pub(super) fn judge(
    evidence: &Evidence,
    sites: &[Candidate],
    policy: &Policy,
    findings: &mut Vec<Finding>,
) -> (Option<SiteVersionId>, Option<CapturePosition>) {
    findings.push(site_known(sites.len()));
    let fixes = evidence.fixes.iter().filter(|fix| !is_nowhere(fix, sites));
    let fixes: Vec<Fix> = fixes.map(|fix| fix.by_either_clock(evidence.clock_error_ms())).collect();
    findings.push(fix_present(fixes.len(), evidence.fixes.len()));
    // Of equals `max_by` takes the last, and the phone's first is wanted.
    let read = fixes.iter().rev().map(|fix| Reading::of(fix, sites, policy));
    let Some(best) = read.max_by(Reading::compare) else {
        return (None, None);
    };
    findings.extend([fix_accuracy(best.fix, policy), fix_age(best.fix, policy)]);
    // One mocked fix taints them all: nobody mocks by accident and only once.
    let mocked = evidence.fixes.iter().filter_map(|fix| fix.mocked).reduce(|a, b| a || b);
    findings.extend(mocked.map(mock_location));
    findings.extend(fixes_agree(&fixes, policy));
    findings.push(repeated(evidence.repeated_days, policy));
    findings.extend(best.comparison.as_ref().map(|comparison| comparison.finding(best.fix)));
    // A coarse fix still tells of other cities; one of another time, or of unknown error, tells nothing.
    let known = fresh(best.fix, policy) && best.fix.accuracy_m > 0.0;
    let Fix { accuracy_m, age_ms, .. } = *best.fix;
    let capture_position = known.then_some(CapturePosition { here: best.here, accuracy_m, age_ms });
    (best.comparison.map(|comparison| comparison.site.version), capture_position)
}

/// A fix, read by its datum, and how it stands against the sites.
struct Reading<'a> {
    fix: &'a Fix,
    /// WGS-84.
    here: Position,
    usable: bool,
    /// None where the fix is unusable or there is no site.
    comparison: Option<SiteComparison<'a>>,
}

impl<'a> Reading<'a> {
    fn of(fix: &'a Fix, sites: &'a [Candidate], policy: &Policy) -> Self {
        let here = to_wgs84(fix.reported, fix.datum);
        let usable = usable(fix, policy);
        let comparison = usable.then(|| SiteComparison::of(fix, here, sites, policy)).flatten();
        Self { fix, here, usable, comparison }
    }

    /// Which of two fixes is better to decide by: the usable one, the one that gives the better outcome, the one that
    /// stands better against the boundary. Another fix therefore never makes the finding worse.
    fn compare(&self, other: &Self) -> Ordering {
        let quality = |reading: &Self| match &reading.comparison {
            Some(comparison) => (rank(comparison.outcome), -comparison.excess_m - reading.fix.accuracy_m),
            None => (0, -seconds(reading.fix.age_ms).abs()),
        };
        let ((one, finely), (another, other_finely)) = (quality(self), quality(other));
        (self.usable, one).cmp(&(other.usable, another)).then(finely.total_cmp(&other_finely))
    }
}

fn tolerance(site: &Candidate, policy: &Policy) -> f64 {
    site.tolerance_m.unwrap_or(policy.tolerance_m)
}

/// Whether a fix tells where the phone was at the capture.
pub(crate) fn usable(fix: &Fix, policy: &Policy) -> bool {
    accurate(fix, policy) && fresh(fix, policy)
}

fn accurate(fix: &Fix, policy: &Policy) -> bool {
    fix.accuracy_m > 0.0 && fix.accuracy_m <= policy.accuracy_limit_m
}

fn fresh(fix: &Fix, policy: &Policy) -> bool {
    fix.age_ms.unsigned_abs() <= policy.fix_age_limit.num_milliseconds().unsigned_abs()
}

fn site_known(sites: usize) -> Finding {
    let outcome = pass_or(sites > 0, FindingOutcome::Unknown);
    Finding::plain(FindingCode::SiteKnown, outcome, said::site_known(sites)).measuring(count(sites), 1.0, Unit::One)
}

/// Whether it is what failing receivers give in place of a position, unless the project is near there.
pub(crate) fn is_nowhere(fix: &Fix, sites: &[Candidate]) -> bool {
    /// Of a place whose nearest land is 570 km away.
    const NEAR_M: f64 = 100_000.0;
    let null = fix.reported.latitude() == 0.0 && fix.reported.longitude() == 0.0;
    null && !sites.iter().any(|site| geofence::may_be_within(&site.boundary, fix.reported, NEAR_M))
}

fn fix_present(fixes: usize, given: usize) -> Finding {
    let outcome = pass_or(fixes > 0, FindingOutcome::Unknown);
    let says = if fixes == 0 && given > 0 { message!(FixNowhere) } else { said::fix_present(fixes) };
    Finding::plain(FindingCode::FixPresent, outcome, says).measuring(count(fixes), 1.0, Unit::One)
}

/// How far the two usable fixes that contradict each other most lie apart. The best one decides about the position, so
/// a phone that is in two places at once would pass by the better of them.
fn fixes_agree(fixes: &[Fix], policy: &Policy) -> Option<Finding> {
    let usable: Vec<_> = fixes.iter().filter(|fix| usable(fix, policy)).collect();
    let pairs = usable.iter().enumerate().flat_map(|(at, one)| usable[at + 1..].iter().map(move |other| (one, other)));
    let apart = pairs.map(|(one, other)| {
        let way = geofence::distance_m(to_wgs84(one.reported, one.datum), to_wgs84(other.reported, other.datum));
        let travel = policy.thresholds.travel_speed_mps * seconds((one.age_ms - other.age_ms).abs());
        (way - one.accuracy_m - other.accuracy_m - travel).max(0.0)
    });
    let (apart, limit) = (apart.max_by(f64::total_cmp)?, policy.thresholds.fixes_distance_m);
    let agree = apart <= limit;
    let says = said::fixes_agree(apart, limit, agree);
    let finding = Finding::plain(FindingCode::FixesAgree, pass_or(agree, FindingOutcome::Review), says);
    Some(finding.measuring(apart, limit, Unit::Metre))
}

fn fix_accuracy(fix: &Fix, policy: &Policy) -> Finding {
    let (limit, usable) = (policy.accuracy_limit_m, accurate(fix, policy));
    let outcome = pass_or(usable, FindingOutcome::Unknown);
    Finding::plain(FindingCode::FixAccuracy, outcome, said::fix_accuracy(fix.accuracy_m, limit, usable)).measuring(
        fix.accuracy_m,
        limit,
        Unit::Metre,
    )
}

fn fix_age(fix: &Fix, policy: &Policy) -> Finding {
    let (age, limit, fresh) = (seconds(fix.age_ms), policy.fix_age_limit.as_seconds_f64(), fresh(fix, policy));
    let outcome = pass_or(fresh, FindingOutcome::Unknown);
    Finding::plain(FindingCode::FixAge, outcome, said::fix_age(age, limit, fresh)).measuring(age, limit, Unit::Second)
}

/// A usable fix against the site where it stands best.
struct SiteComparison<'a> {
    site: &'a Candidate,
    /// Outside the boundary, metres, read as labelled.
    distance_m: f64,
    tolerance_m: f64,
    /// Beyond the tolerance, metres.
    excess_m: f64,
    outcome: FindingOutcome,
    /// Which wrong labels would explain a contradiction.
    mislabel: Option<Mislabel>,
    /// Of having been where the rule allows, where that is for a person to decide.
    probability: Option<f64>,
}

impl<'a> SiteComparison<'a> {
    /// None where there is no site.
    fn of(fix: &Fix, here: Position, sites: &'a [Candidate], policy: &Policy) -> Option<Self> {
        let comparison = Self::nearest(fix, here, sites, policy)?;
        // A fix that would count, or be for a person, under other labels is no contradiction.
        if comparison.excess_m > fix.accuracy_m
            && let Some(mislabelled) = Self::mislabelled(fix, here, sites, policy, &comparison)
        {
            return Some(mislabelled);
        }
        let unclear = comparison.outcome == FindingOutcome::Review;
        let allowed = || sites.iter().map(|site| (&*site.boundary, tolerance(site, policy)));
        let probability = unclear.then(|| geofence::probability_within(allowed(), here, fix.accuracy_m));
        Some(Self { probability, ..comparison })
    }

    fn nearest(fix: &Fix, here: Position, sites: &'a [Candidate], policy: &Policy) -> Option<Self> {
        let at = |site: &'a Candidate| {
            let distance_m = View::of(&site.boundary, here).signed_distance_m();
            let allowance = allowance(site, policy);
            let tolerance_m = allowance.tolerance_m;
            let outcome = geofence::judge(distance_m, fix.accuracy_m, allowance);
            let excess_m = distance_m - tolerance_m;
            Self { site, distance_m, tolerance_m, excess_m, outcome, mislabel: None, probability: None }
        };
        sites.iter().map(at).min_by(|a, b| a.excess_m.total_cmp(&b.excess_m))
    }

    /// Honest phones and maps mislabel datums: how a fix stands that would pass under other labels, or at least
    /// contradict nothing.
    fn mislabelled(
        fix: &Fix,
        here: Position,
        sites: &'a [Candidate],
        policy: &Policy,
        labelled: &Self,
    ) -> Option<Self> {
        /// More than the phone's label and the map's together shift anything anywhere in China, metres.
        const SHIFT_M: f64 = 6_000.0;
        if labelled.excess_m > SHIFT_M {
            return None;
        }
        let mut best: Option<(u8, Self)> = None;
        for (mislabel, site, there) in readings(fix, here, sites, policy) {
            let Some(read) = Self::nearest(fix, there, std::slice::from_ref(site), policy) else { continue };
            let quality = rank(read.outcome);
            // What passes is worth telling where it is for a person anyway; what may pass, only against a contradiction.
            let tells = match read.outcome {
                FindingOutcome::Pass => true,
                FindingOutcome::Review => labelled.outcome == FindingOutcome::Fail,
                FindingOutcome::Fail | FindingOutcome::Unknown => false,
            };
            if tells && best.as_ref().is_none_or(|(known, _)| quality > *known) {
                let mislabel = Mislabel { passes: read.outcome == FindingOutcome::Pass, ..mislabel };
                best = Some((quality, Self { mislabel: Some(mislabel), ..read }));
            }
        }
        best.map(|(_, read)| {
            let distance_m = View::of(&read.site.boundary, here).signed_distance_m();
            let excess_m = distance_m - read.tolerance_m;
            Self { distance_m, excess_m, outcome: FindingOutcome::Review, ..read }
        })
    }

    fn finding(&self, fix: &Fix) -> Finding {
        let (distance, tolerance) = (self.distance_m, self.tolerance_m);
        let says = said::position(said::PositionFigures {
            outcome: self.outcome,
            distance_m: distance,
            accuracy_m: fix.accuracy_m,
            tolerance_m: tolerance,
            probability: self.probability,
            mislabel: self.mislabel,
        });
        let finding = Finding::plain(FindingCode::Position, self.outcome, says);
        Finding { probability: self.probability, ..finding.measuring(distance, tolerance, Unit::Metre) }
    }
}

/// Labels that may be wrong, and what they should have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mislabel {
    /// The phone's.
    pub(crate) fix: Option<Datum>,
    /// The drawn site's.
    pub(crate) site: Option<Datum>,
    /// Whether the fix would pass then, and not only be for a person.
    pub(crate) passes: bool,
}

const DATUMS: [Datum; 3] = [Datum::Wgs84, Datum::Gcj02, Datum::Bd09];

/// Where the fix would be compared with a site if the phone's label were another, or the map's, or both, the single
/// mistakes first; only where that site may then be near enough not to be contradicted.
fn readings<'a>(
    fix: &Fix,
    here: Position,
    sites: &'a [Candidate],
    policy: &Policy,
) -> Vec<(Mislabel, &'a Candidate, Position)> {
    /// More than the shift of a datum differs between two places it shifts to one another, metres.
    const ROUGHLY_M: f64 = 300.0;
    let (gcj02, bd09) = in_gcj02_and_bd09(here);
    let shifted = |datum| match datum {
        Datum::Wgs84 => here,
        Datum::Gcj02 => gcj02,
        Datum::Bd09 => bd09,
    };
    let other = |datum: Datum, label: Datum| (datum != label).then_some(datum);
    let mut readings = Vec::new();
    for site in sites {
        let near = |there: Position, metres: f64| {
            geofence::may_be_within(&site.boundary, there, metres + reach_m(fix, site, policy))
        };
        for (of_fix, of_site) in DATUMS.into_iter().flat_map(|fix| DATUMS.map(|site| (fix, site))) {
            let mislabel = Mislabel { fix: other(of_fix, fix.datum), site: other(of_site, site.datum), passes: false };
            // Converting takes long; by how much roughly is known.
            let roughly = fix.reported.less(here, shifted(of_fix)).less(shifted(of_site), shifted(site.datum));
            if (mislabel.fix, mislabel.site) == (None, None) || !near(roughly, ROUGHLY_M) {
                continue;
            }
            let truly = to_wgs84(fix.reported, of_fix);
            // What was drawn there on the map whose datum is another is stored as if in the one it was called.
            let there = to_wgs84(from_wgs84(truly, of_site), site.datum);
            if near(there, 0.0) {
                readings.push((mislabel, site, there));
            }
        }
    }
    readings.sort_by_key(|(mislabel, ..)| mislabel.fix.is_some() && mislabel.site.is_some());
    readings
}

/// How far from a site a fix must be to contradict the visit, metres.
fn reach_m(fix: &Fix, site: &Candidate, policy: &Policy) -> f64 {
    let Allowance { tolerance_m, radii, least_radius_m } = allowance(site, policy);
    tolerance_m + radii * fix.accuracy_m.max(least_radius_m)
}

fn allowance(site: &Candidate, policy: &Policy) -> Allowance {
    Allowance {
        tolerance_m: tolerance(site, policy),
        radii: policy.thresholds.position_radii,
        least_radius_m: policy.thresholds.position_least_radius_m,
    }
}

/// Better outcomes are higher; 0 is left for no outcome at all.
fn rank(outcome: FindingOutcome) -> u8 {
    match outcome {
        FindingOutcome::Pass => 4,
        FindingOutcome::Review => 3,
        FindingOutcome::Fail => 2,
        FindingOutcome::Unknown => 1,
    }
}

fn mock_location(mocked: bool) -> Finding {
    let outcome = pass_or(!mocked, FindingOutcome::Review);
    Finding::plain(FindingCode::MockLocation, outcome, said::mock_location(mocked)).measuring(
        if mocked { 1.0 } else { 0.0 },
        0.0,
        Unit::One,
    )
}

fn repeated(days: u32, policy: &Policy) -> Finding {
    let limit = policy.thresholds.repeated_days;
    let outcome = pass_or(days < limit, FindingOutcome::Review);
    Finding::plain(FindingCode::RepeatedPosition, outcome, said::repeated(days, limit)).measuring(
        days.into(),
        limit.into(),
        Unit::One,
    )
}
