//! A site that may have been drawn wrongly: many clean check-ins just outside it, all at one place, or all inside if
//! the drawing is read in another datum. A hint for the office, which decides nothing about anyone.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::{ids::PersonId, values::Datum};
use geo::{Bearing, Coord, Geodesic, Point};
use messages::Message;

use super::{
    boundary::{LocalPlane, SiteBoundary, degrees},
    datum::{Position, from_wgs84, to_wgs84},
    geofence,
};
use crate::{
    check_ins::{
        evidence::{Fix, usable},
        sentence::boundary as said,
    },
    policy::{Policy, Thresholds},
};

#[cfg(test)]
mod tests;

/// Check-ins of one site that are looked at: the work grows with their square, and a wrong site shows long before.
pub const MOST_LOOKED_AT: usize = 300;

/// Share of the check-ins that another datum must put inside to explain them: a few may be elsewhere for other reasons.
const EXPLAINED_SHARE: f64 = 0.8;

/// A check-in against which nothing speaks but that it lies outside the boundary.
#[derive(Clone, Debug, PartialEq)]
pub struct Outside {
    /// Whose.
    pub person: PersonId,
    /// On which local day.
    pub day: NaiveDate,
    /// Its fixes.
    pub fixes: Vec<Fix>,
    /// Metres outside the boundary, as its finding measured.
    pub distance_m: f64,
}

/// A boundary, and how it came about.
#[derive(Clone, Copy, Debug)]
pub struct Drawn<'a> {
    /// The boundary check-ins are compared with.
    pub boundary: &'a SiteBoundary,
    /// The datum it is said to have been drawn in.
    pub datum: Datum,
    /// Metres allowed outside it.
    pub tolerance_m: f64,
}

/// Why a boundary may be wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Hint {
    /// Check-ins that say so.
    pub check_ins: usize,
    /// Of so many people.
    pub people: usize,
    /// On so many local days.
    pub days: usize,
    /// The middle of their positions, WGS-84.
    pub centre: Position,
    /// Metres from there to the boundary; negative inside.
    pub distance_m: f64,
    /// Degrees, clockwise from north, from the site's centre to there: 0 to 360.
    pub bearing: f64,
    /// Metres from there to the farthest of them.
    pub spread_m: f64,
    /// The datum in which the drawing would have to be read for them to be inside.
    pub datum: Option<Datum>,
    /// What there is to say.
    pub message: Message,
}

/// Looks for a reason to doubt a boundary. Only accurate fixes near it count; of more than [`MOST_LOOKED_AT`], those
/// listed first. One person alone, on a few days, says more about the person than about the site.
pub fn hint(outside: &[Outside], drawn: &Drawn<'_>, policy: &Policy) -> Option<Hint> {
    let limits = &policy.thresholds;
    let sightings: Vec<Sighting<'_>> = outside
        .iter()
        .filter_map(|check_in| Sighting::of(check_in, drawn.boundary, policy))
        .take(MOST_LOOKED_AT)
        .collect();
    let plane = LocalPlane::at(sightings.first()?.here);
    let explained = other_datum(&sightings, drawn);
    let (datum, those) = match explained.filter(|(_, those)| enough(those, limits)) {
        Some((datum, those)) => (Some(datum), those),
        None => (None, cluster(&sightings, &plane, limits.boundary_spread)?),
    };
    enough(&those, limits).then(|| told(&those, datum, &plane, drawn))?
}

/// An accurate position near the boundary.
#[derive(Clone, Copy)]
struct Sighting<'a> {
    check_in: &'a Outside,
    /// WGS-84.
    here: Position,
}

impl<'a> Sighting<'a> {
    fn of(check_in: &'a Outside, boundary: &SiteBoundary, policy: &Policy) -> Option<Self> {
        let limits = &policy.thresholds;
        if !(check_in.distance_m > 0.0 && check_in.distance_m <= limits.boundary_near_m) {
            return None;
        }
        let accurate = |fix: &&Fix| usable(fix, policy) && fix.accuracy_m <= limits.boundary_accuracy_m;
        let mut places = check_in.fixes.iter().filter(accurate).map(|fix| to_wgs84(fix.reported, fix.datum));
        let here = match (places.next(), places.next()) {
            (first, None) => first?,
            // The finding does not say which fix it measured: the one that gives its figure.
            (Some(first), Some(second)) => {
                let off = |here: &Position| (geofence::signed_distance_m(boundary, *here) - check_in.distance_m).abs();
                [first, second].into_iter().chain(places).min_by(|a, b| off(a).total_cmp(&off(b)))?
            }
            (None, Some(_)) => return None,
        };
        Some(Self { check_in, here })
    }
}

fn people(those: &[Sighting<'_>]) -> usize {
    those.iter().map(|sighting| sighting.check_in.person).collect::<BTreeSet<_>>().len()
}

fn days(those: &[Sighting<'_>]) -> usize {
    those.iter().map(|sighting| sighting.check_in.day).collect::<BTreeSet<_>>().len()
}

fn enough(those: &[Sighting<'_>], limits: &Thresholds) -> bool {
    let at_least = |number: usize, limit: u32| u32::try_from(number).unwrap_or(u32::MAX) >= limit;
    at_least(people(those), limits.boundary_people) || at_least(days(those), limits.boundary_days)
}

/// The datum that puts most of them inside, and those, if they are nearly all.
fn other_datum<'a>(sightings: &[Sighting<'a>], drawn: &Drawn<'_>) -> Option<(Datum, Vec<Sighting<'a>>)> {
    let others = [Datum::Wgs84, Datum::Gcj02, Datum::Bd09].into_iter().filter(|datum| *datum != drawn.datum);
    let read = others.map(|datum| {
        // Were the drawing in `datum`, this is what the place would be called after reading it as labelled.
        let called = |here| to_wgs84(from_wgs84(here, datum), drawn.datum);
        let inside = |sighting: &&Sighting<'_>| {
            geofence::signed_distance_m(drawn.boundary, called(sighting.here)) <= drawn.tolerance_m
        };
        (datum, sightings.iter().filter(inside).copied().collect::<Vec<_>>())
    });
    // Of equals `max_by_key` takes the last; the datum named first is the commoner one.
    let (datum, those) = read.rev().max_by_key(|(_, those)| those.len())?;
    (those.len() as f64 >= EXPLAINED_SHARE * sightings.len() as f64 && !those.is_empty()).then_some((datum, those))
}

/// The most of them that lie around one of them, within a disc that is small beside its distance from the site.
fn cluster<'a>(sightings: &[Sighting<'a>], plane: &LocalPlane, spread: f64) -> Option<Vec<Sighting<'a>>> {
    let places: Vec<(Sighting<'a>, Coord)> =
        sightings.iter().filter_map(|sighting| Some((*sighting, plane.project(degrees(sighting.here))?))).collect();
    let around = |(middle, at): &(Sighting<'a>, Coord)| {
        let radius_m = spread * middle.check_in.distance_m;
        let near = |(_, place): &&(Sighting<'a>, Coord)| (*place - *at).x.hypot((*place - *at).y) <= radius_m;
        places.iter().filter(near).map(|(sighting, _)| *sighting).collect::<Vec<_>>()
    };
    places.iter().rev().map(around).max_by_key(Vec::len)
}

fn told(those: &[Sighting<'_>], datum: Option<Datum>, plane: &LocalPlane, drawn: &Drawn<'_>) -> Option<Hint> {
    let places: Vec<Coord> = those.iter().filter_map(|sighting| plane.project(degrees(sighting.here))).collect();
    let sum = places.iter().copied().reduce(|a, b| a + b)?;
    let middle = sum / places.len() as f64;
    let centre = plane.position(middle);
    let bearing = Geodesic.bearing(Point(degrees(drawn.boundary.centre())), Point(degrees(centre)));
    let spread_m = places.iter().map(|place| (*place - middle).x.hypot((*place - middle).y)).fold(0.0, f64::max);
    let distance_m = geofence::signed_distance_m(drawn.boundary, centre);
    let (check_ins, people, days) = (those.len(), people(those), days(those));
    let message = said::hint(check_ins, people, days, distance_m, bearing, datum);
    Some(Hint { check_ins, people, days, centre, distance_m, bearing, spread_m, datum, message })
}
