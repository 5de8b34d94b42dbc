//! What holds of every check-in; [`super::situations`] tells the particular ones.

use chrono::{TimeDelta, TimeZone};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    check_ins::signed_check_in::{Member, Members},
    policy::tests::policy,
};

const SITE: SiteVersionId = SiteVersionId(Uuid::from_u128(1));
const LATITUDE: f64 = 39.62;
const LONGITUDE: f64 = 121.98;
/// Degrees of latitude a metre north, near enough for steps of a few hundred.
const NORTH: f64 = 1.0 / 111_030.0;

/// A disc of 150 m.
fn site() -> Candidate {
    let centre = Position::parse(LATITUDE, LONGITUDE).unwrap();
    let boundary = Arc::new(SiteBoundary::circle(centre, 150.0).unwrap());
    Candidate { version: SITE, boundary, datum: Datum::Wgs84, tolerance_m: None }
}

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 18, 4, 0, 0).unwrap()
}

/// A fix so many metres north of the disc's centre.
fn fix(metres_north: f64) -> Fix {
    Fix {
        reported: Position::parse(LATITUDE + metres_north * NORTH, LONGITUDE).unwrap(),
        datum: Datum::Wgs84,
        accuracy_m: 8.0,
        age_ms: 3_000,
        mocked: Some(false),
    }
}

/// So many metres from the disc's centre.
fn destination(bearing: f64, metres: f64) -> Position {
    crate::projects::boundary::tests::destination(Position::parse(LATITUDE, LONGITUDE).unwrap(), bearing, metres)
}

fn of(fixes: Vec<Fix>) -> Evidence {
    Evidence {
        fixes,
        skew_ms: 1_000,
        latency_ms: 0,
        corrected_at: noon(),
        capture_skew_ms: None,
        clock_jump_ms: None,
        challenge: Challenge::None,
        photos: Vec::new(),
        device: Device::default(),
        neighbours: Vec::new(),
        repeated_days: 0,
    }
}

fn judged(evidence: &Evidence) -> Judgement {
    judge(evidence, &[site()], &policy())
}

fn verdict_of(fix: Fix) -> Verdict {
    judged(&of(vec![fix])).verdict
}

fn outcome(judgement: &Judgement, code: FindingCode) -> Option<FindingOutcome> {
    judgement.findings.iter().find(|finding| finding.code == code).map(|finding| finding.outcome)
}

#[test]
fn the_nearest_of_several_sites_is_named() {
    let far = Candidate {
        version: SiteVersionId(Uuid::from_u128(2)),
        boundary: Arc::new(SiteBoundary::circle(Position::parse(40.0, 122.0).unwrap(), 100.0).unwrap()),
        datum: Datum::Wgs84,
        tolerance_m: None,
    };
    let judgement = judge(&of(vec![fix(0.0)]), &[far, site()], &policy());
    assert_eq!((judgement.verdict, judgement.site_version), (Verdict::Verified, Some(SITE)));
    assert_eq!(judge(&of(vec![fix(0.0)]), &[], &policy()).site_version, None);
}

#[test]
fn a_mislabelled_datum_is_named_in_both_languages() {
    let reported = crate::projects::datum::from_wgs84(fix(0.0).reported, Datum::Gcj02);
    let judgement = judged(&of(vec![Fix { reported, ..fix(0.0) }]));
    let position = judgement.findings.iter().find(|finding| finding.code == FindingCode::Position).unwrap();
    let sentence = position.sentence();
    assert!(sentence.en.contains("GCJ02") && sentence.zh.contains("GCJ02"));
}

/// Higher is better; what waits and what is for review are alike.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Rejected => 0,
        Verdict::NeedsReview | Verdict::PendingEvidence => 1,
        Verdict::Verified => 2,
    }
}

fn badness(outcome: FindingOutcome) -> u8 {
    match outcome {
        FindingOutcome::Pass => 0,
        FindingOutcome::Review | FindingOutcome::Unknown => 1,
        FindingOutcome::Fail => 2,
    }
}

fn any_time() -> impl Strategy<Value = DateTime<Utc>> {
    let edge = prop_oneof![Just(0), -62_135_596_800i64..253_402_300_000, 1_700_000_000i64..1_800_000_000];
    (edge, 0u32..1_000_000_000).prop_map(|(second, nano)| Utc.timestamp_opt(second, nano).unwrap())
}

fn any_position() -> impl Strategy<Value = Position> {
    let near = (-0.02..0.02, -0.02..0.02).prop_map(|(north, east)| (LATITUDE + north, LONGITUDE + east));
    let edges = [(90.0, 180.0), (-90.0, -180.0), (0.0, -0.0), (f64::MIN_POSITIVE, 5e-324), (LATITUDE, LONGITUDE)];
    prop_oneof![(-90.0..=90.0, -180.0..=180.0), near, prop::sample::select(edges.to_vec())]
        .prop_map(|(latitude, longitude)| Position::parse(latitude, longitude).unwrap())
}

fn any_datum() -> impl Strategy<Value = Datum> {
    prop::sample::select(&[Datum::Wgs84, Datum::Gcj02, Datum::Bd09][..])
}

/// Metres, usual and absurd, but finite: the API lets nothing else in.
fn any_metres() -> impl Strategy<Value = f64> {
    let edges = [0.0, -0.0, -1.0, 5e-324, f64::MIN_POSITIVE, f64::EPSILON, 0.1 + 0.2, 1e300, f64::MAX, f64::MIN];
    prop_oneof![0.1..120.0, prop::sample::select(edges.to_vec()), prop::num::f64::NORMAL]
}

fn any_fix() -> impl Strategy<Value = Fix> {
    let age = prop_oneof![-90_000i64..90_000, any::<i64>()];
    (any_position(), any_datum(), any_metres(), age, any::<Option<bool>>())
        .prop_map(|(reported, datum, accuracy_m, age_ms, mocked)| Fix { reported, datum, accuracy_m, age_ms, mocked })
}

fn any_photo() -> impl Strategy<Value = Photo> {
    let bytes = prop::sample::select(&[PhotoBytes::Waiting, PhotoBytes::Intact, PhotoBytes::Damaged][..]);
    let seen = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let unread = (any::<bool>(), any::<bool>());
    let claims = (prop::option::of(any_position()), prop::option::of(any_metres()), prop::option::of(any_time()));
    (bytes, claims, 0u32..3, prop::option::of(0u32..64), seen, unread).prop_map(
        |(bytes, (position, position_error_m, taken_at), reused, nearest_bits, seen, unread)| {
            let (unreadable, shows_nothing, screenshot, edited) = seen;
            let (unread_position, unread_time) = unread;
            Photo {
                bytes,
                unreadable,
                shows_nothing,
                unread_position,
                unread_time,
                position,
                position_error_m,
                taken_at,
                reused,
                nearest_bits,
                screenshot,
                edited,
            }
        },
    )
}

fn any_device() -> impl Strategy<Value = Device> {
    let members = Members::of([Member::Latitude, Member::Note]);
    let signatures = [
        Signature::None,
        Signature::Missing,
        Signature::Valid,
        Signature::UnknownKey,
        Signature::Revoked,
        Signature::Invalid,
        Signature::Unclear(members),
        Signature::Altered(members),
    ];
    (prop::sample::select(signatures.to_vec()), 0u32..3, any::<bool>(), any::<Option<bool>>()).prop_map(
        |(signature, other_people, new, developer_mode)| Device { signature, other_people, new, developer_mode },
    )
}

fn any_evidence() -> impl Strategy<Value = Evidence> {
    let challenge = prop_oneof![
        Just(Challenge::None),
        Just(Challenge::Forged),
        any_time().prop_map(|at| Challenge::Issued { at }),
    ];
    let clocks = (any::<i64>(), any::<Option<i64>>());
    let neighbour = (any_time(), any_position(), any_metres(), clocks).prop_map(
        |(corrected_at, position, accuracy_m, (age_ms, skew_ms))| Neighbour {
            corrected_at,
            position,
            accuracy_m,
            age_ms,
            skew_ms,
        },
    );
    let clocks = (prop_oneof![-900_000i64..900_000, any::<i64>()], any_time(), any::<(Option<i64>, i64)>());
    let lists = (
        prop::collection::vec(any_fix(), 0..4),
        prop::collection::vec(any_photo(), 0..3),
        prop::collection::vec(neighbour, 0..3),
    );
    (lists, clocks, challenge, any_device(), 0u32..6).prop_map(
        |(
            (fixes, photos, neighbours),
            (skew_ms, corrected_at, (clock_jump_ms, latency_ms)),
            challenge,
            device,
            repeated_days,
        )| {
            let known = of(fixes);
            Evidence {
                skew_ms,
                latency_ms,
                corrected_at,
                clock_jump_ms,
                challenge,
                photos,
                device,
                neighbours,
                repeated_days,
                ..known
            }
        },
    )
}

proptest! {
    /// From any side. But a fix that only a wrong label explains is let off where that label would put it on the site,
    /// and nearer the site it may not.
    #[test]
    fn moving_a_fix_towards_the_site_never_makes_it_worse(
        bearing in 0.0..360.0, near in 0.0..1_000.0_f64, further in 0.0..1_000.0_f64, accuracy_m in 1.0..100.0_f64,
    ) {
        let at = |metres| {
            let judgement = judged(&of(vec![Fix { reported: destination(bearing, metres), accuracy_m, ..fix(0.0) }]));
            let position = judgement.findings.iter().find(|finding| finding.code == FindingCode::Position).unwrap();
            let mislabelled = position.outcome == FindingOutcome::Review
                && position.measured.unwrap() - accuracy_m > position.threshold.unwrap()
                && position.probability.is_none();
            (rank(judgement.verdict), mislabelled)
        };
        let ((near, _), (far, mislabelled)) = (at(near), at(near + further));
        prop_assert!(near >= far || mislabelled);
    }

    #[test]
    fn more_accuracy_never_turns_a_pass_into_a_fail(metres in 0.0..400.0_f64, accuracy in 1.0..100.0_f64, better in 0.01..1.0_f64) {
        let verdict = verdict_of(Fix { accuracy_m: accuracy, ..fix(metres) });
        let improved = verdict_of(Fix { accuracy_m: accuracy * better, ..fix(metres) });
        prop_assert!(verdict != Verdict::Verified || improved == Verdict::Verified);
        prop_assert!(verdict != Verdict::Rejected || improved == Verdict::Rejected);
    }

    #[test]
    fn a_worse_fix_never_gains_a_pass(metres in 0.0..400.0_f64, accuracy in 1.0..100.0_f64, worse in 1.0..100.0_f64) {
        let verdict = verdict_of(Fix { accuracy_m: accuracy, ..fix(metres) });
        let blurred = verdict_of(Fix { accuracy_m: accuracy * worse, ..fix(metres) });
        prop_assert!(verdict == Verdict::Verified || blurred != Verdict::Verified);
    }

    #[test]
    fn another_fix_never_makes_the_position_worse(evidence in any_evidence(), another in any_fix(), place in 0usize..4) {
        let before = outcome(&judged(&evidence), FindingCode::Position);
        let mut fixes = evidence.fixes.clone();
        fixes.insert(place.min(fixes.len()), another);
        let after = outcome(&judged(&Evidence { fixes, ..evidence }), FindingCode::Position);
        prop_assert!(before.is_none_or(|before| after.is_some_and(|after| badness(after) <= badness(before))));
    }

    #[test]
    fn a_photo_that_tells_nothing_changes_nothing_but_its_presence(evidence in any_evidence(), required: bool) {
        let policy = Policy { photo_required: required, ..policy() };
        let before = judge(&evidence, &[site()], &policy);
        let mut with = evidence;
        with.photos.push(Photo::of(PhotoBytes::Intact));
        let after = judge(&with, &[site()], &policy);
        let lacked = outcome(&before, FindingCode::PhotoPresent) == Some(FindingOutcome::Unknown);
        prop_assert!(after.verdict == before.verdict || (lacked && rank(after.verdict) > rank(before.verdict)));
    }

    #[test]
    fn reassessing_what_was_written_down_under_the_same_policy_gives_the_same_result(evidence in any_evidence()) {
        let first = judged(&evidence);
        prop_assert_eq!(&judged(&evidence), &first);
        let read: Evidence = serde_json::from_str(&serde_json::to_string(&evidence).unwrap()).unwrap();
        prop_assert_eq!(&read, &evidence);
        prop_assert_eq!(judged(&read), first);
    }

    #[test]
    fn a_hint_never_changes_the_verdict(evidence in any_evidence(), pick: prop::sample::Index) {
        let before = judged(&evidence);
        let code = pick.get(&before.findings).code;
        let mut policy = policy();
        policy.thresholds.hints.insert(code);
        let after = judge(&evidence, &[site()], &policy);
        // As if the rule had passed.
        let mut passed = before.findings.clone();
        passed.iter_mut().filter(|finding| finding.code == code).for_each(|hint| hint.outcome = FindingOutcome::Pass);
        prop_assert_eq!(after.verdict, verdict(&passed, &evidence));
        prop_assert!(rank(after.verdict) >= rank(before.verdict));
    }

    #[test]
    fn two_bad_fixes_never_make_a_traveller(apart_m in 0.0..200_000.0_f64, share in 0.0..1.0_f64, minutes in -30i64..30) {
        let accuracy_m = (apart_m * share).max(0.1);
        let neighbour = Neighbour {
            corrected_at: noon() + TimeDelta::minutes(minutes),
            position: fix(-apart_m).reported,
            // A degree of latitude grows by a thousandth towards the south; the discs always meet.
            accuracy_m: apart_m * (1.0 - share) + 0.01 * apart_m + 0.1,
            age_ms: 0,
            skew_ms: None,
        };
        let evidence = Evidence { neighbours: vec![neighbour], ..of(vec![Fix { accuracy_m, ..fix(0.0) }]) };
        prop_assert_eq!(outcome(&judged(&evidence), FindingCode::Travel), Some(FindingOutcome::Pass));
    }

    #[test]
    fn every_finding_speaks_both_languages(evidence in any_evidence()) {
        for finding in judged(&evidence).findings {
            let sentence = finding.sentence();
            prop_assert!(sentence.zh.ends_with('。') && sentence.en.ends_with('.'));
            prop_assert!(finding.measured.is_none_or(f64::is_finite));
        }
    }
}
