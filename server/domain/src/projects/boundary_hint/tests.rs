use super::*;
use crate::{check_ins::sentence::Sentence, policy::tests::policy};
use messages::Language;
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

/// Where the plan's city lies.
const CENTRE: (f64, f64) = (39.62, 122.0);

/// A disc of 100 m.
fn site() -> SiteBoundary {
    SiteBoundary::circle(Position::parse(CENTRE.0, CENTRE.1).unwrap(), 100.0).unwrap()
}

/// Metres east and north of the site's centre.
fn place(east: f64, north: f64) -> Position {
    let plane = LocalPlane::at(Position::parse(CENTRE.0, CENTRE.1).unwrap());
    plane.position(Coord { x: east, y: north })
}

/// Someone's check-in on a day of November, so many metres east and north of the site's centre.
fn seen(person: u128, day: u32, (east, north): (f64, f64), accuracy_m: f64) -> Outside {
    let reported = place(east, north);
    let fix = Fix { reported, datum: Datum::Wgs84, accuracy_m, age_ms: 0, mocked: None };
    Outside {
        person: PersonId(Uuid::from_u128(person)),
        day: NaiveDate::from_ymd_opt(2026, 11, day).unwrap(),
        fixes: vec![fix],
        distance_m: geofence::signed_distance_m(&site(), reported),
    }
}

fn hinted(outside: &[Outside], datum: Datum) -> Option<Hint> {
    hint(outside, &Drawn { boundary: &site(), datum, tolerance_m: 30.0 }, &policy())
}

#[rstest]
#[case::nobody(vec![], None)]
#[case::two_people_at_one_place(vec![seen(1, 2, (300.0, 0.0), 8.0), seen(2, 3, (310.0, 9.0), 8.0)], Some((2, 2, 2)))]
#[case::one_person_on_two_days(vec![seen(1, 2, (300.0, 0.0), 8.0), seen(1, 3, (310.0, 9.0), 8.0)], None)]
#[case::one_person_on_five_days((2..7).map(|day| seen(1, day, (300.0, f64::from(day)), 8.0)).collect(), Some((5, 1, 5)))]
#[case::one_person_five_times_on_one_day((0..5).map(|n| seen(1, 2, (300.0, f64::from(n)), 8.0)).collect(), None)]
#[case::two_people_on_two_sides(vec![seen(1, 2, (300.0, 0.0), 8.0), seen(2, 3, (-300.0, 0.0), 8.0)], None)]
#[case::too_far_away(vec![seen(1, 2, (700.0, 0.0), 8.0), seen(2, 3, (705.0, 0.0), 8.0)], None)]
#[case::too_coarse(vec![seen(1, 2, (300.0, 0.0), 31.0), seen(2, 3, (305.0, 0.0), 31.0)], None)]
#[case::no_accuracy(vec![seen(1, 2, (300.0, 0.0), 0.0), seen(2, 3, (305.0, 0.0), 0.0)], None)]
#[case::inside_after_all(vec![seen(1, 2, (90.0, 0.0), 8.0), seen(2, 3, (80.0, 0.0), 8.0)], None)]
#[case::one_of_them_elsewhere(
    vec![seen(3, 2, (0.0, -400.0), 8.0), seen(1, 2, (300.0, 0.0), 8.0), seen(2, 3, (310.0, 9.0), 8.0)], Some((2, 2, 2))
)]
#[case::scattered_wider_than_they_are_far(
    vec![seen(1, 2, (140.0, 0.0), 8.0), seen(2, 3, (130.0, 60.0), 8.0), seen(3, 3, (120.0, -80.0), 8.0)], None
)]
fn what_makes_a_hint(#[case] outside: Vec<Outside>, #[case] expected: Option<(usize, usize, usize)>) {
    let hint = hinted(&outside, Datum::Wgs84);
    assert_eq!(hint.map(|hint| (hint.check_ins, hint.people, hint.days)), expected);
}

#[test]
fn a_hint_says_where_they_are() {
    let hint = hinted(&[seen(1, 2, (300.0, 0.0), 8.0), seen(2, 3, (320.0, 0.0), 8.0)], Datum::Wgs84).unwrap();
    assert!((hint.distance_m - 210.0).abs() < 0.5 && (hint.bearing - 90.0).abs() < 0.5, "{hint:?}");
    assert!((hint.spread_m - 10.0).abs() < 0.1, "{hint:?}");
    assert!(geofence::distance_m(hint.centre, place(310.0, 0.0)) < 0.1);
    let sentence = Sentence::from(&hint.message);
    assert!(sentence.zh.contains("2 人") && sentence.en.contains("to the east"), "{sentence:?}");
    assert_eq!(hint.datum, None);
}

/// The leaders were all over the real site, and the drawing was read in the wrong datum.
#[rstest]
#[case(Datum::Gcj02, Datum::Wgs84)]
#[case(Datum::Wgs84, Datum::Gcj02)]
fn a_wrong_label_is_found_however_they_scatter(#[case] truth: Datum, #[case] label: Datum) {
    let real = |east, north| {
        let drawn = from_wgs84(place(east, north), label);
        let there = to_wgs84(drawn, truth);
        let fix = Fix { reported: there, datum: Datum::Wgs84, accuracy_m: 8.0, age_ms: 0, mocked: None };
        Outside {
            fixes: vec![fix],
            distance_m: geofence::signed_distance_m(&site(), there),
            ..seen(1, 2, (0.0, 0.0), 8.0)
        }
    };
    let mut outside: Vec<_> = [(-90.0, 0.0), (80.0, 30.0), (0.0, 85.0), (10.0, -70.0)].map(|(e, n)| real(e, n)).into();
    outside[1].person = PersonId(Uuid::from_u128(2));
    let mut near = policy();
    near.thresholds.boundary_near_m = 2000.0;
    let hint = hint(&outside, &Drawn { boundary: &site(), datum: label, tolerance_m: 30.0 }, &near).unwrap();
    assert_eq!((hint.datum, hint.check_ins), (Some(truth), 4));
    let sentence = hint.message.said(Language::En);
    assert!(sentence.contains(truth.as_str().get(..3).unwrap()), "{sentence}");
}

#[test]
fn of_several_fixes_the_measured_one_counts() {
    let mut two = [seen(1, 2, (300.0, 0.0), 8.0), seen(2, 3, (310.0, 0.0), 8.0)];
    for check_in in &mut two {
        check_in.fixes.insert(0, seen(1, 2, (-450.0, 0.0), 8.0).fixes[0]);
    }
    let hint = hinted(&two, Datum::Wgs84).unwrap();
    assert!((hint.bearing - 90.0).abs() < 1.0, "{hint:?}");
}

proptest! {
    #[test]
    fn more_of_the_same_never_silences_a_hint(
        at in (110.0..550.0_f64, -0.4..0.4_f64), more in prop::collection::vec((1..9_u128, 1..28_u32), 0..20)
    ) {
        let there = (at.0 * at.1.cos(), at.0 * at.1.sin());
        let mut outside = vec![seen(1, 1, there, 8.0), seen(2, 1, there, 8.0)];
        let before = hinted(&outside, Datum::Wgs84).unwrap();
        outside.extend(more.iter().map(|(person, day)| seen(*person, *day, there, 8.0)));
        let after = hinted(&outside, Datum::Wgs84).unwrap();
        prop_assert_eq!(after.check_ins, before.check_ins + more.len());
        prop_assert!(after.people >= before.people && after.days >= before.days);
    }

    #[test]
    fn nothing_makes_it_panic(
        places in prop::collection::vec((-600.0..600.0_f64, -600.0..600.0_f64, 0.0..60.0_f64, 1..4_u128, 1..28_u32), 0..40)
    ) {
        let outside: Vec<_> = places.iter().map(|(e, n, a, person, day)| seen(*person, *day, (*e, *n), *a)).collect();
        if let Some(hint) = hinted(&outside, Datum::Wgs84) {
            prop_assert!(hint.people >= 2 || hint.days >= 5);
            prop_assert!(hint.check_ins <= outside.len() && hint.spread_m <= 500.0 && (0.0..=360.0).contains(&hint.bearing));
        }
    }
}
