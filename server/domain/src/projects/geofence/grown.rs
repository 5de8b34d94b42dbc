//! The probability of having been where a rule allows: within the tolerance of one of several sites.
//!
//! The error disc, a Gaussian around the fix, is integrated over the sites grown by their tolerances (all points within
//! so many metres of a site): along rays from the fix, on each of which what is allowed is a union of intervals that
//! are found exactly, and over the rays' angle by adaptive quadrature. Grown shapes are never drawn, so holes that
//! close, parts that meet and edges that coincide are no special cases.

use std::f64::consts::{PI, TAU};

use geo::{Coord, Line};

use super::{HORIZON, length, sigma_m};
use crate::projects::{
    boundary::{LocalPlane, SiteBoundary},
    datum::Position,
};

/// Of the whole probability.
const PRECISION: f64 = 1e-5;
/// Pieces into which the circle is cut to begin with: none of them hides a site of some metres within the tolerance.
const PIECES: u32 = 64;
/// How often a piece is halved at most: where a ray just grazes a straight edge.
const HALVINGS: u32 = 10;

/// The probability, 0..=1, that someone whose fix is here was within the tolerance of one of the sites, in metres each,
/// if the error is an isotropic Gaussian of which `accuracy_m` metres is the 68 % radius. To 10⁻⁴.
///
/// An accuracy of less than a micrometre, or none, is taken as no error at all; one of more than 10 km as no knowledge.
pub fn probability_within<'a>(
    sites: impl IntoIterator<Item = (&'a SiteBoundary, f64)>,
    here: Position,
    accuracy_m: f64,
) -> f64 {
    const BLUR_M: f64 = 1e-6;
    const BOUNDLESS_M: f64 = 1e4;
    if accuracy_m > BOUNDLESS_M {
        return 0.0;
    }
    let accuracy_m = if accuracy_m >= BLUR_M { accuracy_m } else { BLUR_M };
    let sigma = sigma_m(accuracy_m);
    // A little aside, for who stands right on an edge is neither inside nor outside.
    let plane = LocalPlane::at(LocalPlane::at(here).position(Coord { x: 7e-5, y: 11e-5 } * sigma));
    let sites = sites.into_iter().filter_map(|(boundary, tolerance_m)| Grown::of(boundary, tolerance_m, &plane, sigma));
    let sites: Vec<Grown> = sites.collect();
    if sites.is_empty() { 0.0 } else { Rays { sites, spans: Vec::new(), crossings: Vec::new() }.probability() }
}

/// What of a site is within reach, in standard deviations from the fix.
struct Grown {
    edges: Vec<Line>,
    tolerance: f64,
    /// Whether the fix is inside the site.
    inside: bool,
}

impl Grown {
    /// None where the site is out of reach.
    fn of(boundary: &SiteBoundary, tolerance_m: f64, plane: &LocalPlane, sigma_m: f64) -> Option<Self> {
        let (outline, tolerance_m) = (boundary.outline(), tolerance_m.max(0.0));
        if !outline.is_on(plane) {
            return None;
        }
        let mut edges = Vec::new();
        let mut keep = |edge: Line| edges.push(Line { start: edge.start / sigma_m, end: edge.end / sigma_m });
        outline.visit_within(plane, tolerance_m + HORIZON * sigma_m, &mut keep);
        let inside = outline.surrounds_origin(plane);
        (inside || !edges.is_empty()).then_some(Self { edges, tolerance: tolerance_m / sigma_m, inside })
    }

    /// The parts of a ray that are allowed: within the tolerance of an edge, or inside.
    fn spans(&self, towards: Coord, crossings: &mut Vec<f64>, spans: &mut Vec<(f64, f64)>) {
        crossings.clear();
        for edge in &self.edges {
            spans.extend(beside(*edge, self.tolerance, towards));
            crossings.extend(crossing(*edge, towards));
        }
        crossings.sort_unstable_by(f64::total_cmp);
        let mut entered = self.inside.then_some(0.0);
        for at in crossings.iter() {
            entered = match entered {
                Some(from) => {
                    spans.push((from, *at));
                    None
                }
                None => Some(*at),
            };
        }
        spans.extend(entered.map(|from| (from, HORIZON)));
    }
}

fn dot(a: Coord, b: Coord) -> f64 {
    a.x * b.x + a.y * b.y
}

fn cross(a: Coord, b: Coord) -> f64 {
    a.x * b.y - a.y * b.x
}

/// Where a ray crosses an edge. Of an edge's two ends one counts to each side of the ray.
fn crossing(edge: Line, towards: Coord) -> Option<f64> {
    let (start, end) = (cross(towards, edge.start), cross(towards, edge.end));
    if (start > 0.0) == (end > 0.0) {
        return None;
    }
    let along = edge.end - edge.start;
    let at = cross(edge.start, along) / cross(towards, along);
    (at > 0.0).then_some(at)
}

/// The part of a ray that is within `reach` of an edge: that within the discs around its ends and the band along it,
/// whose union is convex.
fn beside(edge: Line, reach: f64, towards: Coord) -> Option<(f64, f64)> {
    let along = edge.end - edge.start;
    let half = 0.5 * length(along);
    let middle = edge.start + along * 0.5;
    // Most edges are not near most rays.
    if cross(towards, middle).abs() > half + reach || dot(towards, middle) < -(half + reach) {
        return None;
    }
    let disc = |centre: Coord| {
        let (along, aside) = (dot(towards, centre), cross(towards, centre));
        let half = (reach * reach - aside * aside).max(0.0).sqrt();
        (aside.abs() <= reach).then_some((along - half, along + half))
    };
    let parts = [disc(edge.start), disc(edge.end), band(edge, along, 2.0 * half, reach, towards)];
    let (from, to) = parts.into_iter().flatten().reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))?;
    (to > 0.0).then_some((from.max(0.0), to))
}

/// The part of a ray in the rectangle that reaches so far to both sides of an edge.
fn band(edge: Line, along: Coord, length: f64, reach: f64, towards: Coord) -> Option<(f64, f64)> {
    if length == 0.0 {
        return None;
    }
    let unit = along / length;
    let (forward, sideward) = (dot(towards, unit), cross(unit, towards));
    let (behind, aside) = (-dot(edge.start, unit), -cross(unit, edge.start));
    let lengthwise = slab(behind, forward, 0.0, length)?;
    let crosswise = slab(aside, sideward, -reach, reach)?;
    let (from, to) = (lengthwise.0.max(crosswise.0), lengthwise.1.min(crosswise.1));
    (from <= to).then_some((from, to))
}

/// Where `from + at * speed` lies between two bounds.
fn slab(from: f64, speed: f64, low: f64, high: f64) -> Option<(f64, f64)> {
    if speed == 0.0 {
        return (low <= from && from <= high).then_some((f64::NEG_INFINITY, f64::INFINITY));
    }
    let (one, other) = ((low - from) / speed, (high - from) / speed);
    Some((one.min(other), one.max(other)))
}

/// The rays from the fix over the sites around it.
struct Rays {
    sites: Vec<Grown>,
    /// Room that is used again for each ray.
    spans: Vec<(f64, f64)>,
    crossings: Vec<f64>,
}

/// A piece of the circle with the mass along the rays at its ends and in its middle.
struct Piece {
    from: f64,
    width: f64,
    masses: [f64; 3],
    halvings: u32,
}

impl Rays {
    fn probability(mut self) -> f64 {
        let width = TAU / f64::from(PIECES);
        let mut sum = 0.0;
        let mut pieces: Vec<Piece> = (0..PIECES)
            .map(|piece| {
                let from = -PI + f64::from(piece) * width;
                let masses = [0.0, 0.5, 1.0].map(|share| self.mass(from + share * width));
                Piece { from, width, masses, halvings: 0 }
            })
            .collect();
        while let Some(Piece { from, width, masses: [start, middle, end], halvings }) = pieces.pop() {
            // Simpson's rule on the piece, and on its halves: a fifteenth of their difference bounds the error.
            let (first, second) = (self.mass(from + 0.25 * width), self.mass(from + 0.75 * width));
            let coarse = width / 6.0 * (start + 4.0 * middle + end);
            let fine = width / 12.0 * (start + 4.0 * first + 2.0 * middle + 4.0 * second + end);
            if (fine - coarse).abs() <= 15.0 * PRECISION * width || halvings == HALVINGS {
                sum += fine;
                continue;
            }
            let (half, halvings) = (0.5 * width, halvings + 1);
            pieces.push(Piece { from, width: half, masses: [start, first, middle], halvings });
            pieces.push(Piece { from: from + half, width: half, masses: [middle, second, end], halvings });
        }
        (sum / TAU).clamp(0.0, 1.0)
    }

    /// The share of a ray's mass, ∫ r exp(−r²/2) dr, on what is allowed of it.
    fn mass(&mut self, angle: f64) -> f64 {
        let (sin, cos) = angle.sin_cos();
        let towards = Coord { x: cos, y: sin };
        self.spans.clear();
        for site in &self.sites {
            site.spans(towards, &mut self.crossings, &mut self.spans);
        }
        self.spans.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let beyond = |r: f64| (-0.5 * r * r).exp();
        let (mut sum, mut done) = (0.0, 0.0_f64);
        for (from, to) in &self.spans {
            let from = from.max(done);
            if *to > from {
                sum += beyond(from) - beyond(*to);
                done = *to;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests;
