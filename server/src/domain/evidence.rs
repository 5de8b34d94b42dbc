//! Judging a check-in: each rule gives a finding, the findings give the verdict.

use chrono::TimeDelta;
use entity::{
    ids::SiteVersionId,
    values::{Datum, FindingCode, FindingOutcome, Verdict},
};

use super::{
    boundary::SiteBoundary,
    datum::{Position, to_wgs84},
    geofence,
    policy::Policy,
    sentence,
};

/// Everything a check-in is judged by.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// What the phone knew of its position.
    pub fix: Option<Fix>,
    /// Server's clock minus the phone's, at receipt. Includes the time on the network.
    pub skew: TimeDelta,
    /// The boundaries that held when it was captured.
    pub sites: &'a [Candidate],
    /// The photos attached.
    pub photos: Photos,
}

/// A position fix, as the phone gave it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fix {
    /// Degrees in `datum`.
    pub reported: Position,
    /// The datum it is said to be in.
    pub datum: Datum,
    /// 68 % accuracy radius, metres, as the phone gave it.
    pub accuracy_m: f64,
    /// Age at capture; negative if it was taken after.
    pub age: TimeDelta,
    /// Whether the phone said that its location was mocked.
    pub mocked: Option<bool>,
}

/// A boundary a fix may lie in.
#[derive(Debug)]
pub struct Candidate {
    /// Which version of which site.
    pub version: SiteVersionId,
    /// Its boundary.
    pub boundary: SiteBoundary,
    /// Tolerance outside it, metres; none means the policy's.
    pub tolerance_m: Option<f64>,
}

/// How many photos are attached, and how far their inspection has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Photos {
    /// Waiting for inspection.
    pub waiting: usize,
    /// Byte for byte those announced.
    pub intact: usize,
    /// Not those announced, or gone.
    pub damaged: usize,
}

/// What one rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which rule.
    pub code: FindingCode,
    /// What it found.
    pub outcome: FindingOutcome,
    /// What was measured.
    pub measured: Option<f64>,
    /// What it was compared with.
    pub threshold: Option<f64>,
    /// Unit of both.
    pub unit: Unit,
    /// Probability of having been inside, where the position is for review.
    pub probability: Option<f64>,
    /// In words.
    pub sentence: sentence::Sentence,
}

/// Unit of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Metres.
    Metre,
    /// Seconds.
    Second,
    /// A count or a yes-or-no.
    One,
}

impl Unit {
    /// Its symbol; counts have `1`.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Metre => "m",
            Self::Second => "s",
            Self::One => "1",
        }
    }
}

/// The judgement of a check-in.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// What was decided.
    pub verdict: Verdict,
    /// The boundary it was compared with.
    pub site_version: Option<SiteVersionId>,
    /// Why, rule by rule.
    pub findings: Vec<Finding>,
}

/// Judges a check-in under a policy.
pub fn judge(evidence: &Evidence<'_>, policy: &Policy) -> Judgement {
    let mut findings = Vec::with_capacity(9);
    findings.push(site_known(evidence.sites.len()));
    findings.push(fix_present(evidence.fix.is_some()));
    let mut site_version = None;
    if let Some(fix) = evidence.fix {
        let usable = [fix_accuracy(fix, policy), fix_age(fix, policy)];
        if usable.iter().all(|finding| finding.outcome == FindingOutcome::Pass)
            && let Some((nearest, finding)) = position(fix, evidence.sites, policy)
        {
            site_version = Some(nearest);
            findings.push(finding);
        }
        findings.extend(usable);
        findings.extend(fix.mocked.map(mock_location));
    }
    findings.push(clock(evidence.skew, policy));
    findings.push(photo_present(evidence.photos, policy));
    findings.extend(photo_intact(evidence.photos));
    Judgement { verdict: verdict(&findings, evidence.photos), site_version, findings }
}

/// A contradiction rejects; what waits for its photos is pending; anything else but a pass is for a person.
fn verdict(findings: &[Finding], photos: Photos) -> Verdict {
    let any = |outcome| findings.iter().any(|finding| finding.outcome == outcome);
    if any(FindingOutcome::Fail) {
        Verdict::Rejected
    } else if photos.waiting > 0 {
        Verdict::PendingEvidence
    } else if any(FindingOutcome::Review) || any(FindingOutcome::Unknown) {
        Verdict::NeedsReview
    } else {
        Verdict::Verified
    }
}

fn site_known(sites: usize) -> Finding {
    Finding {
        code: FindingCode::SiteKnown,
        outcome: if sites > 0 { FindingOutcome::Pass } else { FindingOutcome::Unknown },
        measured: Some(count(sites)),
        threshold: Some(1.0),
        unit: Unit::One,
        probability: None,
        sentence: sentence::site_known(sites),
    }
}

fn fix_present(present: bool) -> Finding {
    Finding {
        code: FindingCode::FixPresent,
        outcome: if present { FindingOutcome::Pass } else { FindingOutcome::Unknown },
        measured: None,
        threshold: None,
        unit: Unit::One,
        probability: None,
        sentence: sentence::fix_present(present),
    }
}

fn fix_accuracy(fix: Fix, policy: &Policy) -> Finding {
    let usable = fix.accuracy_m > 0.0 && fix.accuracy_m <= policy.accuracy_limit_m;
    Finding {
        code: FindingCode::FixAccuracy,
        outcome: if usable { FindingOutcome::Pass } else { FindingOutcome::Unknown },
        measured: Some(fix.accuracy_m),
        threshold: Some(policy.accuracy_limit_m),
        unit: Unit::Metre,
        probability: None,
        sentence: sentence::fix_accuracy(fix.accuracy_m, policy.accuracy_limit_m, usable),
    }
}

fn fix_age(fix: Fix, policy: &Policy) -> Finding {
    let fresh = fix.age.abs() <= policy.fix_age_limit;
    Finding {
        code: FindingCode::FixAge,
        outcome: if fresh { FindingOutcome::Pass } else { FindingOutcome::Unknown },
        measured: Some(fix.age.as_seconds_f64()),
        threshold: Some(policy.fix_age_limit.as_seconds_f64()),
        unit: Unit::Second,
        probability: None,
        sentence: sentence::fix_age(fix.age, policy.fix_age_limit, fresh),
    }
}

/// The position rule against the site where the fix stands best. None where there is no site.
fn position(fix: Fix, sites: &[Candidate], policy: &Policy) -> Option<(SiteVersionId, Finding)> {
    let here = to_wgs84(fix.reported, fix.datum);
    let excess = |site: &Candidate, distance: f64| distance - site.tolerance_m.unwrap_or(policy.tolerance_m);
    let (site, distance) = sites
        .iter()
        .map(|site| (site, geofence::signed_distance_m(&site.boundary, here)))
        .min_by(|(a, from_a), (b, from_b)| excess(a, *from_a).total_cmp(&excess(b, *from_b)))?;
    let tolerance = site.tolerance_m.unwrap_or(policy.tolerance_m);
    let measured = geofence::judge(distance, fix.accuracy_m, tolerance);
    // Honest phones and maps mislabel datums: a fix that would count under another label is not a contradiction.
    let mislabelled = (measured == FindingOutcome::Fail).then(|| other_datum(fix, site, tolerance)).flatten();
    let outcome = if mislabelled.is_some() { FindingOutcome::Review } else { measured };
    let probability =
        (outcome == FindingOutcome::Review).then(|| geofence::probability_inside(&site.boundary, here, fix.accuracy_m));
    let finding = Finding {
        code: FindingCode::Position,
        outcome,
        measured: Some(distance),
        threshold: Some(tolerance),
        unit: Unit::Metre,
        probability,
        sentence: sentence::position(outcome, distance, fix.accuracy_m, tolerance, probability, mislabelled),
    };
    Some((site.version, finding))
}

fn other_datum(fix: Fix, site: &Candidate, tolerance: f64) -> Option<Datum> {
    [Datum::Wgs84, Datum::Gcj02, Datum::Bd09].into_iter().filter(|datum| *datum != fix.datum).find(|datum| {
        let there = to_wgs84(fix.reported, *datum);
        let distance = geofence::signed_distance_m(&site.boundary, there);
        geofence::judge(distance, fix.accuracy_m, tolerance) == FindingOutcome::Pass
    })
}

fn mock_location(mocked: bool) -> Finding {
    Finding {
        code: FindingCode::MockLocation,
        outcome: if mocked { FindingOutcome::Review } else { FindingOutcome::Pass },
        measured: Some(if mocked { 1.0 } else { 0.0 }),
        threshold: Some(0.0),
        unit: Unit::One,
        probability: None,
        sentence: sentence::mock_location(mocked),
    }
}

fn clock(skew: TimeDelta, policy: &Policy) -> Finding {
    let close = skew.abs() <= policy.skew_limit;
    Finding {
        code: FindingCode::Clock,
        outcome: if close { FindingOutcome::Pass } else { FindingOutcome::Review },
        measured: Some(skew.as_seconds_f64()),
        threshold: Some(policy.skew_limit.as_seconds_f64()),
        unit: Unit::Second,
        probability: None,
        sentence: sentence::clock(skew, policy.skew_limit, close),
    }
}

fn photo_present(photos: Photos, policy: &Policy) -> Finding {
    let attached = photos.waiting + photos.intact + photos.damaged;
    let enough = attached > 0 || !policy.photo_required;
    Finding {
        code: FindingCode::PhotoPresent,
        outcome: if enough { FindingOutcome::Pass } else { FindingOutcome::Unknown },
        measured: Some(count(attached)),
        threshold: Some(if policy.photo_required { 1.0 } else { 0.0 }),
        unit: Unit::One,
        probability: None,
        sentence: sentence::photo_present(attached, policy.photo_required),
    }
}

fn photo_intact(photos: Photos) -> Option<Finding> {
    let attached = photos.waiting + photos.intact + photos.damaged;
    let outcome = match photos {
        _ if attached == 0 => return None,
        Photos { damaged: 1.., .. } => FindingOutcome::Review,
        Photos { waiting: 1.., .. } => FindingOutcome::Unknown,
        _ => FindingOutcome::Pass,
    };
    Some(Finding {
        code: FindingCode::PhotoIntact,
        outcome,
        measured: Some(count(photos.intact)),
        threshold: Some(count(attached)),
        unit: Unit::One,
        probability: None,
        sentence: sentence::photo_intact(outcome, photos.intact, attached),
    })
}

/// Small counts are exact in a float.
fn count(number: usize) -> f64 {
    u32::try_from(number).unwrap_or(u32::MAX).into()
}

#[cfg(test)]
mod tests;
