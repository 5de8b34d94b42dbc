//! What each situation deserves.

use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::domain::policy::PolicyDraft;

const SITE: SiteVersionId = SiteVersionId(Uuid::from_u128(1));
const LATITUDE: f64 = 39.62;
const LONGITUDE: f64 = 121.98;
/// Degrees of latitude a metre north, near enough for steps of a few hundred.
const NORTH: f64 = 1.0 / 111_030.0;

fn policy() -> Policy {
    Policy::parse(&PolicyDraft {
        version: 1,
        weekly_visits: 1,
        tolerance_m: 30.0,
        accuracy_limit_m: 100.0,
        fix_age_limit_s: 60,
        skew_limit_s: 300,
        photo_required: false,
        photo_reason: "not asked for",
        time_zone: "Asia/Shanghai",
    })
    .unwrap()
}

/// A disc of 150 m.
fn site() -> Candidate {
    let centre = Position::parse(LATITUDE, LONGITUDE).unwrap();
    Candidate { version: SITE, boundary: SiteBoundary::circle(centre, 150.0).unwrap(), tolerance_m: None }
}

/// A fix so many metres north of the disc's centre.
fn fix(metres_north: f64) -> Fix {
    Fix {
        reported: Position::parse(LATITUDE + metres_north * NORTH, LONGITUDE).unwrap(),
        datum: Datum::Wgs84,
        accuracy_m: 8.0,
        age: TimeDelta::seconds(3),
        mocked: Some(false),
    }
}

fn judged(fix: Option<Fix>, sites: &[Candidate], photos: Photos, skew_s: i64, policy: &Policy) -> Judgement {
    judge(&Evidence { fix, skew: TimeDelta::seconds(skew_s), sites, photos }, policy)
}

fn verdict_of(fix: Option<Fix>) -> Verdict {
    judged(fix, &[site()], Photos::default(), 1, &policy()).verdict
}

fn outcome(judgement: &Judgement, code: FindingCode) -> Option<FindingOutcome> {
    judgement.findings.iter().find(|finding| finding.code == code).map(|finding| finding.outcome)
}

#[rstest]
#[case::at_the_centre(0.0, Verdict::Verified)]
#[case::just_inside(140.0, Verdict::Verified)]
#[case::outside_within_tolerance(165.0, Verdict::Verified)]
#[case::on_the_edge_of_tolerance(180.0, Verdict::NeedsReview)]
#[case::clearly_outside(200.0, Verdict::Rejected)]
#[case::far_away(5000.0, Verdict::Rejected)]
fn positions(#[case] metres_north: f64, #[case] verdict: Verdict) {
    assert_eq!(verdict_of(Some(fix(metres_north))), verdict);
}

#[rstest]
#[case::no_fix(None)]
#[case::no_accuracy(Some(Fix { accuracy_m: 0.0, ..fix(0.0) }))]
#[case::negative_accuracy(Some(Fix { accuracy_m: -1.0, ..fix(0.0) }))]
#[case::hopeless_accuracy(Some(Fix { accuracy_m: 101.0, ..fix(0.0) }))]
#[case::hopeless_accuracy_far_away(Some(Fix { accuracy_m: 101.0, ..fix(9000.0) }))]
#[case::stale(Some(Fix { age: TimeDelta::seconds(61), ..fix(0.0) }))]
#[case::stale_and_far_away(Some(Fix { age: TimeDelta::hours(3), ..fix(9000.0) }))]
#[case::fix_of_the_future(Some(Fix { age: TimeDelta::seconds(-61), ..fix(0.0) }))]
#[case::mocked(Some(Fix { mocked: Some(true), ..fix(0.0) }))]
fn what_cannot_be_judged_goes_to_a_person(#[case] fix: Option<Fix>) {
    assert_eq!(verdict_of(fix), Verdict::NeedsReview);
}

#[test]
fn without_a_site_nothing_is_rejected() {
    let judgement = judged(Some(fix(9000.0)), &[], Photos::default(), 0, &policy());
    assert_eq!(judgement.verdict, Verdict::NeedsReview);
    assert_eq!(outcome(&judgement, FindingCode::SiteKnown), Some(FindingOutcome::Unknown));
    assert_eq!(judgement.site_version, None);
}

#[test]
fn a_phone_that_says_nothing_of_mocking_is_not_suspected() {
    let judgement = judged(Some(Fix { mocked: None, ..fix(0.0) }), &[site()], Photos::default(), 0, &policy());
    assert_eq!(outcome(&judgement, FindingCode::MockLocation), None);
    assert_eq!(judgement.verdict, Verdict::Verified);
}

#[test]
fn the_nearest_of_several_sites_counts() {
    let far = Candidate {
        version: SiteVersionId(Uuid::from_u128(2)),
        boundary: SiteBoundary::circle(Position::parse(40.0, 122.0).unwrap(), 100.0).unwrap(),
        tolerance_m: None,
    };
    let judgement = judged(Some(fix(0.0)), &[far, site()], Photos::default(), 0, &policy());
    assert_eq!((judgement.verdict, judgement.site_version), (Verdict::Verified, Some(SITE)));
}

#[test]
fn a_sites_own_tolerance_wins() {
    let strict = Candidate { tolerance_m: Some(0.0), ..site() };
    let judgement = judged(Some(fix(165.0)), &[strict], Photos::default(), 0, &policy());
    assert_eq!(judgement.verdict, Verdict::Rejected);
}

#[test]
fn a_mislabelled_datum_is_for_review_and_says_so() {
    let gcj = crate::domain::datum::from_wgs84(fix(0.0).reported, Datum::Gcj02);
    let right = Fix { reported: gcj, datum: Datum::Gcj02, ..fix(0.0) };
    assert_eq!(verdict_of(Some(right)), Verdict::Verified);
    let wrong = Fix { reported: gcj, datum: Datum::Wgs84, ..fix(0.0) };
    let judgement = judged(Some(wrong), &[site()], Photos::default(), 0, &policy());
    assert_eq!(judgement.verdict, Verdict::NeedsReview);
    let position = judgement.findings.iter().find(|finding| finding.code == FindingCode::Position).unwrap();
    assert!(position.sentence.en.contains("GCJ02") && position.sentence.zh.contains("GCJ02"));
}

#[rstest]
#[case::close(300, Verdict::Verified)]
#[case::slow(301, Verdict::NeedsReview)]
#[case::fast(-301, Verdict::NeedsReview)]
fn clocks(#[case] skew_s: i64, #[case] verdict: Verdict) {
    assert_eq!(judged(Some(fix(0.0)), &[site()], Photos::default(), skew_s, &policy()).verdict, verdict);
}

#[rstest]
#[case::none_and_none_asked(false, [0, 0, 0], Verdict::Verified)]
#[case::none_but_asked(true, [0, 0, 0], Verdict::NeedsReview)]
#[case::waiting(true, [1, 0, 0], Verdict::PendingEvidence)]
#[case::some_waiting(false, [1, 1, 0], Verdict::PendingEvidence)]
#[case::intact(true, [0, 2, 0], Verdict::Verified)]
#[case::damaged(true, [0, 1, 1], Verdict::NeedsReview)]
#[case::damaged_though_not_asked(false, [0, 0, 1], Verdict::NeedsReview)]
fn photos(#[case] required: bool, #[case] states: [usize; 3], #[case] verdict: Verdict) {
    let [waiting, intact, damaged] = states;
    let policy = Policy { photo_required: required, ..policy() };
    let photos = Photos { waiting, intact, damaged };
    assert_eq!(judged(Some(fix(0.0)), &[site()], photos, 0, &policy).verdict, verdict);
}

#[test]
fn a_contradiction_is_not_kept_waiting_for_photos() {
    let photos = Photos { waiting: 1, ..Photos::default() };
    assert_eq!(judged(Some(fix(5000.0)), &[site()], photos, 0, &policy()).verdict, Verdict::Rejected);
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Rejected => 0,
        Verdict::NeedsReview | Verdict::PendingEvidence => 1,
        Verdict::Verified => 2,
    }
}

proptest! {
    #[test]
    fn coming_closer_never_makes_it_worse(near in 0.0..400.0_f64, further in 0.0..400.0_f64, accuracy in 1.0..100.0_f64) {
        let at = |metres| rank(verdict_of(Some(Fix { accuracy_m: accuracy, ..fix(metres) })));
        prop_assert!(at(near) >= at(near + further));
    }

    #[test]
    fn a_better_fix_never_turns_a_pass_into_a_fail(metres in 0.0..400.0_f64, accuracy in 1.0..100.0_f64, better in 0.01..1.0_f64) {
        let verdict = verdict_of(Some(Fix { accuracy_m: accuracy, ..fix(metres) }));
        let improved = verdict_of(Some(Fix { accuracy_m: accuracy * better, ..fix(metres) }));
        prop_assert!(verdict != Verdict::Verified || improved == Verdict::Verified);
        prop_assert!(verdict != Verdict::Rejected || improved == Verdict::Rejected);
    }

    #[test]
    fn every_finding_speaks_both_languages(metres in 0.0..20_000.0_f64, accuracy in -10.0..200.0_f64, age in -200i64..200, mocked: Option<bool>, skew in -900i64..900) {
        let fix = Fix { accuracy_m: accuracy, age: TimeDelta::seconds(age), mocked, ..fix(metres) };
        let judgement = judged(Some(fix), &[site()], Photos::default(), skew, &policy());
        for finding in judgement.findings {
            prop_assert!(finding.sentence.zh.ends_with('。') && finding.sentence.en.ends_with('.'));
        }
    }
}
