//! The position rule: how far a fix is from a site, how probable it is that it was inside, and what that says.

use std::f64::consts::TAU;

use entity::values::FindingOutcome;
use geo::{Coord, Distance, Geodesic, Line, Point};

use super::boundary::{LocalPlane, Outline, SiteBoundary, degrees};
use super::datum::Position;

/// In standard deviations: the mass beyond it is 1.5·10⁻⁸.
const HORIZON: f64 = 6.0;

mod grown;
#[cfg(test)]
mod tests;

pub use grown::probability_within;

/// A site as one looks at it from a position. However many vertices it has, only some dozens near the position are
/// looked at.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    position: Position,
    outline: &'a Outline,
    plane: LocalPlane,
    /// The nearest point of the edge in metres on the map, and whether the position is inside, though it may be on the
    /// edge. None where the map does not reach.
    edge: Option<(Coord, bool)>,
}

impl<'a> View<'a> {
    /// Of the site with this boundary.
    pub fn of(boundary: &'a SiteBoundary, position: Position) -> Self {
        let (plane, outline) = (LocalPlane::at(position), boundary.outline());
        let edge = outline.is_on(&plane).then(|| (outline.nearest(&plane), outline.surrounds_origin(&plane)));
        Self { position, outline, plane, edge }
    }

    /// Metres on the WGS-84 ellipsoid to the nearest point of the site's edge: positive outside, negative inside, 0 on
    /// the edge. A hole is outside.
    ///
    /// Found on a map around the position, on which the edges are straight. Up to 5 km it is measured there as well,
    /// to a tenth of a millimetre, and beyond by Karney's geodesic. Beyond 6,600 km, where the map ends, the nearest
    /// vertex stands for the edge, to half a thousandth.
    pub fn signed_distance_m(&self) -> f64 {
        const NEAR_M: f64 = 5_000.0;
        let Some((nearest, inside)) = self.edge else {
            return self.outline.nearest_vertex_m(&|vertex| distance_m(self.position, vertex));
        };
        let drawn = length(nearest);
        let distance = if drawn < NEAR_M {
            self.plane.along_the_ground_m(drawn)
        } else {
            distance_m(self.position, self.plane.position(nearest))
        };
        if inside && distance > 0.0 { -distance } else { distance }
    }

    /// The probability, 0..=1, that someone whose fix is here was inside the site, if the error is an isotropic
    /// Gaussian of which `accuracy_m` metres is the 68 % radius: what Android's `getAccuracy` promises. To 10⁻⁷.
    ///
    /// An accuracy of less than a micrometre, or none, is taken as no error at all: 1 inside, 0 outside, ½ on the edge.
    pub fn probability_inside(&self, accuracy_m: f64) -> f64 {
        /// Nearer than this the edge may be on the other side by rounding. Metres.
        const BLUR_M: f64 = 1e-6;
        /// Metres; so large an error that all edges are near, and what they hide cancels against what is inside.
        const BOUNDLESS_M: f64 = 1e7;
        let Some((nearest, inside)) = self.edge else { return 0.0 };
        let distance = length(nearest);
        let without_error = if distance == 0.0 { 0.5 } else { f64::from(u8::from(inside)) };
        let exact = accuracy_m.is_nan() || accuracy_m <= BLUR_M;
        if exact {
            return without_error;
        }
        let sigma = sigma_m(accuracy_m);
        let mut mass = 0.0;
        if distance < BLUR_M || accuracy_m > BOUNDLESS_M {
            self.outline.visit_within(&self.plane, f64::INFINITY, &mut |edge| mass += swept_mass(edge, sigma));
        } else {
            // What is inside, less what of it the edges hide; those beyond the horizon hide nothing.
            mass = without_error;
            self.outline.visit_within(&self.plane, HORIZON * sigma, &mut |edge| mass -= missed_mass(edge, sigma));
        }
        mass.clamp(0.0, 1.0)
    }
}

/// [`View::signed_distance_m`] of a site from a position that is looked at once.
pub fn signed_distance_m(boundary: &SiteBoundary, position: Position) -> f64 {
    View::of(boundary, position).signed_distance_m()
}

fn length(point: Coord) -> f64 {
    (point.x * point.x + point.y * point.y).sqrt()
}

/// Metres on the WGS-84 ellipsoid between two positions (Karney 2013).
pub fn distance_m(from: Position, to: Position) -> f64 {
    Geodesic.distance(Point(degrees(from)), Point(degrees(to)))
}

/// The standard deviation along each axis of which 68 % lie within `accuracy_m`: 1 − exp(−a²/2σ²) = 0.68.
fn sigma_m(accuracy_m: f64) -> f64 {
    accuracy_m / (-2.0 * 0.32_f64.ln()).sqrt()
}

/// What one edge adds to the mass that a Gaussian around the origin has inside closed rings, shells counter-clockwise
/// and holes clockwise. The edge and the standard deviation are in metres.
///
/// Green's theorem in polar coordinates turns the integral into a sum over edges. An edge at distance h from the
/// origin, seen under the angles θ from its perpendicular, adds (1/2π) ∫ (1 − exp(−h²/(2σ² cos²θ))) dθ, negative
/// where it runs clockwise: Owen's T function in another guise (D. B. Owen, "Tables for computing bivariate normal
/// probabilities", Ann. Math. Statist. 27, 1956; A. R. DiDonato and R. K. Hageman, NSWC TR 80-166, 1980).
fn swept_mass(edge: Line, sigma_m: f64) -> f64 {
    let (start, end) = (edge.start / sigma_m, edge.end / sigma_m);
    let (cross, dot) = (start.x * end.y - start.y * end.x, start.x * end.x + start.y * end.y);
    // An edge in line with the origin sweeps over nothing, nor does one without length.
    if cross == 0.0 { 0.0 } else { cross.atan2(dot) / TAU - missed_mass(edge, sigma_m) }
}

/// The second part of it, ∫ exp(−h²/(2σ² cos²θ)) dθ/2π; the first adds up to 1 around what is inside, else to 0.
fn missed_mass(edge: Line, sigma_m: f64) -> f64 {
    let (start, end) = (edge.start / sigma_m, edge.end / sigma_m);
    let (along, cross) = (end - start, start.x * end.y - start.y * end.x);
    let length = length(along);
    if cross == 0.0 || length == 0.0 {
        return 0.0;
    }
    let from_foot = |point: Coord| (point.x * along.x + point.y * along.y) / length;
    missed_angle(cross.abs() / length, from_foot(start), from_foot(end)).copysign(cross) / TAU
}

/// ∫ exp(−h²/(2 cos²θ)) dθ along an edge at the distance `h` > 0 that runs from `u1` to `u2` ≥ `u1`, measured from its
/// perpendicular's foot; all in standard deviations.
fn missed_angle(h: f64, u1: f64, u2: f64) -> f64 {
    /// Where exp(−r²/2) has fallen to 6·10⁻¹³.
    const END: f64 = 7.5;
    /// Nearer the edge than this nobody stands who does not stand on it.
    const LEAST: f64 = 1e-12;
    let visible = (END * END - h * h).max(0.0).sqrt();
    let (u1, u2) = (u1.clamp(-visible, visible), u2.clamp(-visible, visible));
    // Most edges of a large site lie beyond the horizon.
    if u1 >= u2 {
        return 0.0;
    }
    let h = h.max(LEAST);
    if u1 >= 0.0 {
        missed_outwards(h, u1, u2)
    } else if u2 <= 0.0 {
        missed_outwards(h, -u2, -u1)
    } else {
        missed_outwards(h, 0.0, -u1) + missed_outwards(h, 0.0, u2)
    }
}

/// The same from `u` ≥ 0 to `end`, as ∫ exp(−r²/2) h/r² du with r² = h² + u², in steps that grow with the lengths over
/// which the integrand changes, or changes much: to 10⁻⁹ each.
fn missed_outwards(h: f64, mut u: f64, end: f64) -> f64 {
    let integrand = |u: f64| {
        let square = h * h + u * u;
        h * (-0.5 * square).exp() / square
    };
    let mut sum = 0.0;
    while u < end {
        let nearest = length(Coord { x: h, y: u });
        let (for_four, for_eight) = match nearest {
            ..1.0 => (0.25 * nearest, nearest),
            ..3.0 => (0.25, 1.0),
            ..4.0 => (1.0, 2.0),
            _ => (1.5, 2.0),
        };
        let step = (end - u).min(for_eight);
        let (middle, half) = (u + 0.5 * step, 0.5 * step);
        sum += if step <= for_four {
            gauss_legendre(&NODES_4, integrand, middle, half)
        } else {
            gauss_legendre(&NODES_8, integrand, middle, half)
        };
        // A step too small to be one ends it.
        u = if u + step > u { u + step } else { end };
    }
    sum
}

/// Abscissas and weights of Gauss and Legendre for four points (Abramowitz and Stegun, table 25.4).
const NODES_4: [(f64, f64); 2] =
    [(0.339_981_043_584_856_3, 0.652_145_154_862_546_1), (0.861_136_311_594_052_6, 0.347_854_845_137_453_9)];

/// The same for eight.
const NODES_8: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_5),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_3),
];

/// ∫ f over `middle` ± `half`.
fn gauss_legendre<const N: usize>(nodes: &[(f64, f64); N], f: impl Fn(f64) -> f64, middle: f64, half: f64) -> f64 {
    nodes.iter().map(|(x, weight)| weight * (f(middle - half * x) + f(middle + half * x))).sum::<f64>() * half
}

/// Whether the site may be within so many metres of a position: fast, and sometimes yes where it should be no.
pub fn may_be_within(boundary: &SiteBoundary, position: Position, metres: f64) -> bool {
    let plane = LocalPlane::at(position);
    plane.along_the_ground_m(boundary.outline().nearest_possible_m(&plane)) <= metres
}

/// What a site allows, and what it takes to contradict a visit.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// Metres around the site.
    pub tolerance_m: f64,
    /// Accuracy radii beyond the tolerance.
    pub radii: f64,
    /// Metres for which a smaller radius is taken there.
    pub least_radius_m: f64,
}

/// What a fix says, of which `distance_m` is the signed distance from the site ([`signed_distance_m`]) and
/// `accuracy_m` the 68 % radius; in metres.
///
/// The whole error disc within the tolerance passes, so many radii beyond it fail, for no phone's radius is so much too
/// small, and between the two a person decides. An accuracy that is not positive (what phones send when they know
/// none), and anything that is not a number, is unknown.
pub fn judge(distance_m: f64, accuracy_m: f64, allowance: Allowance) -> FindingOutcome {
    let Allowance { tolerance_m, radii, least_radius_m } = allowance;
    let known = accuracy_m > 0.0 && !distance_m.is_nan() && !tolerance_m.is_nan();
    if !known {
        FindingOutcome::Unknown
    } else if distance_m + accuracy_m <= tolerance_m {
        FindingOutcome::Pass
    } else if distance_m - radii * accuracy_m.max(least_radius_m) > tolerance_m {
        FindingOutcome::Fail
    } else {
        FindingOutcome::Review
    }
}
