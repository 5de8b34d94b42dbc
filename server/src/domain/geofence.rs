//! The position rule: how far a fix is from a site, how probable it is that it was inside, and what that says.

use std::f64::consts::TAU;

use entity::values::FindingOutcome;
use geo::{
    Coord, CoordinatePosition, CoordsIter, Distance, Euclidean, Geodesic, Line, LinesIter, MultiPolygon, Point,
    coordinate_position::CoordPos,
};

use super::boundary::{LocalPlane, SiteBoundary, degrees};
use super::datum::Position;

#[cfg(test)]
mod tests;

/// Metres on the WGS-84 ellipsoid from `position` to the nearest point of the site's edge: positive outside, negative
/// inside, 0 on the edge. A hole is outside.
///
/// Found on a map around the position, on which the edges are straight, and measured by Karney's geodesic. Beyond
/// 6,600 km, where that map ends, the nearest vertex stands for the edge. Linear in the number of vertices.
pub fn signed_distance_m(boundary: &SiteBoundary, position: Position) -> f64 {
    let plane = LocalPlane::at(position);
    let Some(flat) = plane.project_all(boundary.polygons()) else {
        return nearest_vertex_m(boundary, position);
    };
    let distance = || geodesic_m(position, degrees(plane.position(nearest_on_edges(&flat))));
    match flat.coordinate_position(&Coord::zero()) {
        CoordPos::Inside => -distance(),
        CoordPos::OnBoundary => 0.0,
        CoordPos::Outside => distance(),
    }
}

/// The point of the edges, in metres, that is nearest to the origin of the map.
fn nearest_on_edges(flat: &MultiPolygon) -> Coord {
    let nearest = |Line { start, end }| {
        let along: Coord = end - start;
        let t = -(start.x * along.x + start.y * along.y) / (along.x * along.x + along.y * along.y);
        // Two positions of which one is stored as the other's neighbour may still be drawn as one: 0 / 0.
        if t.is_nan() { start } else { start + along * t.clamp(0.0, 1.0) }
    };
    let square = |point: &Coord| point.x * point.x + point.y * point.y;
    flat.lines_iter().map(nearest).min_by(|a, b| square(a).total_cmp(&square(b))).unwrap_or_default()
}

fn nearest_vertex_m(boundary: &SiteBoundary, position: Position) -> f64 {
    let vertices = boundary.polygons().coords_iter();
    vertices.map(|vertex| geodesic_m(position, vertex)).fold(f64::INFINITY, f64::min)
}

/// Metres on the WGS-84 ellipsoid between two positions (Karney 2013).
pub fn distance_m(from: Position, to: Position) -> f64 {
    geodesic_m(from, degrees(to))
}

fn geodesic_m(from: Position, to: Coord) -> f64 {
    Geodesic.distance(Point(degrees(from)), Point(to))
}

/// The probability, 0..=1, that someone whose fix is `position` was inside the site, if the error is an isotropic
/// Gaussian of which `accuracy_m` metres is the 68 % radius: what Android's `getAccuracy` promises.
///
/// An accuracy of less than a micrometre, or none, is taken as no error at all: 1 inside, 0 outside, ½ on the edge.
pub fn probability_inside(boundary: &SiteBoundary, position: Position, accuracy_m: f64) -> f64 {
    let Some(flat) = LocalPlane::at(position).project_all(boundary.polygons()) else {
        return 0.0;
    };
    if accuracy_m > 1e-6 {
        gaussian_mass(flat.lines_iter(), sigma_m(accuracy_m))
    } else {
        match flat.coordinate_position(&Coord::zero()) {
            CoordPos::Inside => 1.0,
            CoordPos::OnBoundary => 0.5,
            CoordPos::Outside => 0.0,
        }
    }
}

/// The standard deviation along each axis of which 68 % lie within `accuracy_m`: 1 − exp(−a²/2σ²) = 0.68.
fn sigma_m(accuracy_m: f64) -> f64 {
    accuracy_m / (-2.0 * 0.32_f64.ln()).sqrt()
}

/// The mass that a Gaussian around the origin has inside closed rings, shells counter-clockwise and holes clockwise.
///
/// Green's theorem in polar coordinates turns the integral into a sum over edges. An edge at distance h from the
/// origin, seen under the angles θ from its perpendicular, adds (1/2π) ∫ (1 − exp(−h²/(2σ² cos²θ))) dθ, negative
/// where it runs clockwise: Owen's T function in another guise (D. B. Owen, "Tables for computing bivariate normal
/// probabilities", Ann. Math. Statist. 27, 1956; A. R. DiDonato and R. K. Hageman, NSWC TR 80-166, 1980).
fn gaussian_mass(edges: impl Iterator<Item = Line>, sigma_m: f64) -> f64 {
    let mass: f64 = edges.map(|edge| swept_mass(edge.start / sigma_m, edge.end / sigma_m)).sum();
    mass.clamp(0.0, 1.0)
}

/// What one edge adds; both ends in standard deviations.
fn swept_mass(start: Coord, end: Coord) -> f64 {
    let cross = start.x * end.y - start.y * end.x;
    let length = Euclidean.distance(start, end);
    // An edge in line with the origin sweeps over nothing, nor does one without length.
    if cross == 0.0 || length == 0.0 {
        return 0.0;
    }
    let angle = cross.atan2(start.x * end.x + start.y * end.y);
    let from_foot = |point: Coord| (point.x * (end.x - start.x) + point.y * (end.y - start.y)) / length;
    let missed = missed_angle(cross.abs() / length, from_foot(start), from_foot(end));
    (angle - missed.copysign(cross)) / TAU
}

/// ∫ exp(−h²/(2 cos²θ)) dθ along an edge at the distance `h` > 0 that runs from `u1` to `u2` ≥ `u1`, measured from its
/// perpendicular's foot; all in standard deviations.
///
/// With u = h·tan θ = h·sinh s the integrand becomes exp(−(h cosh s)²/2) / cosh s, which changes over lengths of order
/// min(1, 1/h) however near or wide the edge is; θ would need ever narrower panels at grazing angles.
fn missed_angle(h: f64, u1: f64, u2: f64) -> f64 {
    /// Where exp(−r²/2) has fallen to 2·10⁻¹⁸, in standard deviations.
    const HORIZON: f64 = 9.0;
    /// Where 1/cosh s has.
    const S_HORIZON: f64 = 41.0;
    let visible = (HORIZON * HORIZON - h * h).max(0.0).sqrt();
    let (u1, u2) = (u1.clamp(-visible, visible), u2.clamp(-visible, visible));
    // Most edges of a large site lie beyond the horizon.
    if u1 >= u2 {
        return 0.0;
    }
    let s = |u: f64| (u / h).asinh().clamp(-S_HORIZON, S_HORIZON);
    let (from, to) = (s(u1), s(u2));
    let panels = ((to - from) * h.max(1.0)).ceil();
    if panels.is_nan() || panels < 1.0 {
        return 0.0;
    }
    let width = (to - from) / panels;
    let integrand = |s: f64| {
        let cosh = s.cosh();
        (-0.5 * (h * cosh).powi(2)).exp() / cosh
    };
    let mut sum = 0.0;
    let mut panel = 0.5;
    while panel < panels {
        sum += gauss_legendre(integrand, from + panel * width, 0.5 * width);
        panel += 1.0;
    }
    sum
}

/// ∫ f over `middle` ± `half`, by eight points.
fn gauss_legendre(f: impl Fn(f64) -> f64, middle: f64, half: f64) -> f64 {
    /// Abscissas and weights (Abramowitz and Stegun, table 25.4).
    const NODES: [(f64, f64); 4] = [
        (0.183_434_642_495_649_8, 0.362_683_783_378_362),
        (0.525_532_409_916_329, 0.313_706_645_877_887_3),
        (0.796_666_477_413_626_7, 0.222_381_034_453_374_5),
        (0.960_289_856_497_536_3, 0.101_228_536_290_376_3),
    ];
    NODES.iter().map(|(x, weight)| weight * (f(middle - half * x) + f(middle + half * x))).sum::<f64>() * half
}

/// What a fix says, of which `distance_m` is the signed distance from the site ([`signed_distance_m`]) and
/// `accuracy_m` the 68 % radius, if the site allows `tolerance_m` around it; all in metres.
///
/// The whole error disc within the tolerance passes, the whole disc beyond it fails, and between the two a person
/// decides. An accuracy that is not positive (what phones send when they know none), and anything that is not a
/// number, is unknown.
pub fn judge(distance_m: f64, accuracy_m: f64, tolerance_m: f64) -> FindingOutcome {
    let known = accuracy_m > 0.0 && !distance_m.is_nan() && !tolerance_m.is_nan();
    if !known {
        FindingOutcome::Unknown
    } else if distance_m + accuracy_m <= tolerance_m {
        FindingOutcome::Pass
    } else if distance_m - accuracy_m > tolerance_m {
        FindingOutcome::Fail
    } else {
        FindingOutcome::Review
    }
}
