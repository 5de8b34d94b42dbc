//! Which sites to offer to someone who checks in without naming a project.

use super::{datum::to_wgs84, geofence};
use crate::{
    check_ins::evidence::{Candidate, Fix, is_nowhere, usable},
    policy::Policy,
};

/// Sites offered at most: more than a phone shows at a glance help nobody to choose.
pub const MOST_OFFERS: usize = 5;

/// A site that may be the one visited.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// Its place among the sites that were looked at.
    pub place: usize,
    /// Metres outside its boundary; negative inside.
    pub distance_m: f64,
    /// Whether the fix, taken at its word, lies within the site's tolerance.
    pub within_tolerance: bool,
}

/// The sites nearest to the most accurate usable fix, the nearest first; none where no fix is usable. Of sites equally
/// far the one listed first comes first.
pub fn nearest(fixes: &[Fix], sites: &[Candidate], policy: &Policy) -> Vec<Offer> {
    let positions = fixes.iter().filter(|fix| usable(fix, policy) && !is_nowhere(fix, sites));
    let best = positions.min_by(|a, b| a.accuracy_m.total_cmp(&b.accuracy_m));
    let Some(best) = best else { return Vec::new() };
    let here = to_wgs84(best.reported, best.datum);
    let offer = |(place, site): (usize, &Candidate)| {
        let distance_m = geofence::signed_distance_m(&site.boundary, here);
        let tolerance_m = site.tolerance_m.unwrap_or(policy.tolerance_m);
        Offer { place, distance_m, within_tolerance: distance_m <= tolerance_m }
    };
    let mut offers: Vec<Offer> = sites.iter().enumerate().map(offer).collect();
    offers.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
    offers.truncate(MOST_OFFERS);
    offers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        policy::tests::policy,
        projects::{boundary::SiteBoundary, datum::Position},
    };
    use entity::{ids::SiteVersionId, values::Datum};
    use proptest::prelude::*;
    use rstest::rstest;
    use uuid::Uuid;

    /// A disc of 100 m whose centre lies so many metres east of the fix.
    fn disc(east_m: f64, tolerance_m: Option<f64>) -> Candidate {
        let centre = Position::parse(39.62, 122.0 + east_m / 85_900.0).unwrap();
        let boundary = SiteBoundary::circle(centre, 100.0).unwrap();
        Candidate { version: SiteVersionId(Uuid::nil()), boundary: boundary.into(), datum: Datum::Wgs84, tolerance_m }
    }

    fn fix(accuracy_m: f64, age_s: i64) -> Fix {
        let reported = Position::parse(39.62, 122.0).unwrap();
        Fix { reported, datum: Datum::Wgs84, accuracy_m, age_ms: age_s * 1000, mocked: None }
    }

    #[test]
    fn the_nearest_comes_first_and_says_whether_it_is_reached() {
        let sites =
            [disc(900.0, None), disc(120.0, None), disc(-1000.0, None), disc(20.0, None), disc(160.0, Some(80.0))];
        let offers = nearest(&[fix(8.0, 0)], &sites, &policy());
        let told: Vec<_> =
            offers.iter().map(|o| (o.place, (o.distance_m / 10.0).round() * 10.0, o.within_tolerance)).collect();
        let expected = [(3, -80.0, true), (1, 20.0, true), (4, 60.0, true), (0, 800.0, false), (2, 900.0, false)];
        assert_eq!(told, expected);
    }

    #[rstest]
    #[case::no_fix(&[], 0)]
    #[case::too_coarse(&[fix(101.0, 0)], 0)]
    #[case::no_accuracy(&[fix(0.0, 0)], 0)]
    #[case::too_old(&[fix(8.0, 61)], 0)]
    #[case::one_of_them_is_good(&[fix(8.0, 61), fix(90.0, 10)], 5)]
    fn nothing_is_offered_without_a_usable_fix(#[case] fixes: &[Fix], #[case] offered: usize) {
        let sites: Vec<_> = (0..9).map(|place| disc(f64::from(place) * 300.0, None)).collect();
        assert_eq!(nearest(fixes, &sites, &policy()).len(), offered);
    }

    #[test]
    fn a_broken_receivers_0_0_is_no_position() {
        let nowhere = Fix { reported: Position::parse(0.0, 0.0).unwrap(), ..fix(8.0, 0) };
        assert_eq!(nearest(&[nowhere], &[disc(0.0, None)], &policy()), []);
        assert_eq!(nearest(&[nowhere, fix(50.0, 0)], &[disc(0.0, None)], &policy()).len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_nearer_is_left_out(places in prop::collection::vec(-5000.0..5000.0_f64, 0..12)) {
            let sites: Vec<_> = places.iter().map(|east| disc(*east, None)).collect();
            let offers = nearest(&[fix(8.0, 0)], &sites, &policy());
            prop_assert_eq!(offers.len(), sites.len().min(MOST_OFFERS));
            prop_assert!(offers.is_sorted_by(|a, b| a.distance_m <= b.distance_m));
            let farthest = offers.last().map_or(f64::INFINITY, |offer| offer.distance_m);
            for (place, east) in places.iter().enumerate() {
                let offered = offers.iter().any(|offer| offer.place == place);
                prop_assert!(offered || east.abs() - 101.0 <= farthest + 1.0 || offers.len() == MOST_OFFERS);
            }
        }
    }
}
