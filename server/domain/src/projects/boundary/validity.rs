//! Whether rings make up a valid (multi)polygon, in time that stays short however many vertices there are.
//!
//! The rules are those of OGC Simple Features (ISO 19125-1, 6.1.11). `geo`'s own `Validation` compares each edge with
//! every other, which takes seconds for 10,000 vertices; this compares those that overlap along one axis, in order.

use geo::kernels::{Kernel, Orientation, RobustKernel};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{
    Area, BoundingRect, Coord, CoordinatePosition, Euclidean, Intersects, Length, Line, LineString, MultiPolygon,
    Polygon, Rect, Winding, coordinate_position::CoordPos, winding_order::WindingOrder,
};

use super::{BoundaryError, LocalPlane, REACH_M, RingPath};
use crate::projects::datum::Position;

/// A ring whose mean width (twice its area by its perimeter) is less than this many metres has no area to speak of.
pub(super) const LEAST_WIDTH_M: f64 = 0.1;

/// How much work the edges may make, in comparisons of two ranges: half a second at worst. A smooth ring of 100,000
/// vertices needs a fiftieth of that.
const MOST_WORK: usize = 500_000_000;

/// How many of those comparisons one exact intersection of two edges is worth.
const INTERSECTION_WORK: usize = 100;

/// A ring on the map, in metres.
struct Ring {
    path: RingPath,
    flat: Polygon,
    bounds: Rect,
}

impl Ring {
    fn vertices(&self) -> &[Coord] {
        &self.flat.exterior().0
    }

    const fn is_shell(&self) -> bool {
        self.path.ring == 1
    }
}

/// One edge of a ring: from vertex `index` of `rings[ring]` to the next.
struct Edge {
    line: Line,
    ring: usize,
    index: usize,
    /// What it covers of the axis that is swept, and of the other.
    along: (f64, f64),
    across: (f64, f64),
}

impl Edge {
    fn new(line: Line, ring: usize, index: usize, sweep: Axis) -> Self {
        let range = |axis: Axis| {
            let (a, b) = (axis.of(line.start), axis.of(line.end));
            (a.min(b), a.max(b))
        };
        Self { line, ring, index, along: range(sweep), across: range(sweep.other()) }
    }
}

#[derive(Clone, Copy)]
enum Axis {
    X,
    Y,
}

impl Axis {
    const fn of(self, point: Coord) -> f64 {
        match self {
            Self::X => point.x,
            Self::Y => point.y,
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::X => Self::Y,
            Self::Y => Self::X,
        }
    }

    /// The one on which fewer edges overlap: on which their lengths add up to less of the whole extent.
    fn to_sweep(rings: &[Ring]) -> Self {
        let overlap = |axis: Self| {
            let lines = || rings.iter().flat_map(|ring| ring.flat.exterior().lines());
            let ends = lines().map(|line| axis.of(line.start));
            let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), end| (l.min(end), h.max(end)));
            lines().map(|line| (axis.of(line.start) - axis.of(line.end)).abs()).sum::<f64>() / (high - low)
        };
        if overlap(Self::X) <= overlap(Self::Y) { Self::X } else { Self::Y }
    }
}

/// Gives the polygons back with shells counter-clockwise and holes clockwise (RFC 7946, 3.1.6) if they are valid.
pub(super) fn validated(mut polygons: MultiPolygon) -> Result<MultiPolygon, BoundaryError> {
    let Some(first) = polygons.0.first().and_then(|part| part.exterior().0.first()) else {
        return Err(BoundaryError::Empty);
    };
    let plane = LocalPlane::at(Position::wrapped(first.y, first.x));
    let mut rings = Vec::new();
    for (part, polygon) in polygons.iter_mut().enumerate() {
        let mut wind = |ring: usize, line: &mut LineString| {
            let path = RingPath { part: part + 1, ring: ring + 1 };
            let (flat, wound) = wound(flattened(&plane, path, line)?, path.ring == 1);
            if wound {
                line.0.reverse();
            }
            rings.push(flat);
            Ok(())
        };
        polygon.try_exterior_mut(|shell| wind(0, shell))?;
        polygon.try_interiors_mut(|holes| holes.iter_mut().enumerate().try_for_each(|(i, hole)| wind(i + 1, hole)))?;
    }
    check_crossings(&rings, &plane)?;
    check_areas(&rings)?;
    check_nesting(&rings)?;
    Ok(polygons)
}

fn flattened(plane: &LocalPlane, path: RingPath, ring: &LineString) -> Result<Ring, BoundaryError> {
    if ring.0.len() < 4 {
        return Err(BoundaryError::TooFewPositions { ring: path, count: ring.0.len() });
    }
    let flat = plane.project_ring(ring).filter(|flat| flat.0.iter().all(|vertex| vertex.x.hypot(vertex.y) <= REACH_M));
    let flat = Polygon::new(flat.ok_or(BoundaryError::TooLarge { ring: path })?, Vec::new());
    let bounds = flat.bounding_rect().ok_or(BoundaryError::Empty)?;
    Ok(Ring { path, flat, bounds })
}

/// The ring in the direction it should have, and whether it had to be turned for that.
fn wound(mut ring: Ring, counter_clockwise: bool) -> (Ring, bool) {
    let is = ring.flat.exterior().winding_order();
    let wrong = is == Some(if counter_clockwise { WindingOrder::Clockwise } else { WindingOrder::CounterClockwise });
    if wrong {
        ring.flat.exterior_mut(|line| line.0.reverse());
    }
    (ring, wrong)
}

fn check_crossings(rings: &[Ring], plane: &LocalPlane) -> Result<(), BoundaryError> {
    let sweep = Axis::to_sweep(rings);
    let mut edges = Vec::new();
    for (ring, Ring { flat, .. }) in rings.iter().enumerate() {
        edges.extend(flat.exterior().lines().enumerate().map(|(index, line)| Edge::new(line, ring, index, sweep)));
    }
    edges.sort_unstable_by(|a, b| a.along.0.total_cmp(&b.along.0));
    let mut work = 0;
    for (i, edge) in edges.iter().enumerate() {
        for other in &edges[i + 1..] {
            if other.along.0 > edge.along.1 {
                break;
            }
            let apart = other.across.0 > edge.across.1 || edge.across.0 > other.across.1;
            work += if apart { 1 } else { INTERSECTION_WORK };
            if work > MOST_WORK {
                return Err(BoundaryError::TooIntricate);
            }
            if !apart && let Some(place) = conflict(rings, edge, other) {
                return Err(crossing(rings, edge, other, plane.position(place)));
            }
        }
    }
    Ok(())
}

fn crossing(rings: &[Ring], a: &Edge, b: &Edge, near: Position) -> BoundaryError {
    let (first, second) = (rings[a.ring].path, rings[b.ring].path);
    if a.ring == b.ring {
        BoundaryError::SelfCrossing { ring: first, near }
    } else {
        BoundaryError::RingsCross { first, second, near }
    }
}

/// Where two edges meet in a way that edges of a valid boundary do not. `geo` decides that with exact predicates.
fn conflict(rings: &[Ring], a: &Edge, b: &Edge) -> Option<Coord> {
    match line_intersection(a.line, b.line)? {
        LineIntersection::Collinear { intersection } => Some(intersection.start),
        LineIntersection::SinglePoint { intersection, is_proper: true } => Some(intersection),
        LineIntersection::SinglePoint { intersection, is_proper: false } if a.ring == b.ring => {
            let last = rings[a.ring].vertices().len() - 2;
            let apart = a.index.abs_diff(b.index);
            (apart != 1 && apart != last).then_some(intersection)
        }
        LineIntersection::SinglePoint { intersection, is_proper: false } => {
            let (a, b) = (Bend::of(rings, a, intersection), Bend::of(rings, b, intersection));
            (a.has_on_its_left(b.from) != a.has_on_its_left(b.to)).then_some(intersection)
        }
    }
}

/// How a ring passes through a point of it.
struct Bend {
    from: Coord,
    at: Coord,
    to: Coord,
}

impl Bend {
    fn of(rings: &[Ring], edge: &Edge, at: Coord) -> Self {
        let vertices = rings[edge.ring].vertices();
        let edges = vertices.len() - 1;
        let (mut from, mut to) = (edge.line.start, edge.line.end);
        if at == from {
            from = vertices[(edge.index + edges - 1) % edges];
        } else if at == to {
            to = vertices[(edge.index + 1) % edges + 1];
        }
        Self { from, at, to }
    }

    fn has_on_its_left(&self, point: Coord) -> bool {
        let left = |a, b, c| RobustKernel::orient2d(a, b, c) == Orientation::CounterClockwise;
        let (of_first, of_second) = (left(self.from, self.at, point), left(self.at, self.to, point));
        if left(self.from, self.at, self.to) { of_first && of_second } else { of_first || of_second }
    }
}

fn check_areas(rings: &[Ring]) -> Result<(), BoundaryError> {
    let narrow =
        |ring: &&Ring| 2.0 * ring.flat.unsigned_area() < LEAST_WIDTH_M * Euclidean.length(ring.flat.exterior());
    rings.iter().find(narrow).map_or(Ok(()), |ring| Err(BoundaryError::NoArea { ring: ring.path }))
}

/// Rings that do not cross lie inside or outside each other as a whole. Each hole must be inside its own shell, and by
/// the number of rings around it each shell must be on the outside of everything, and each hole on the inside.
fn check_nesting(rings: &[Ring]) -> Result<(), BoundaryError> {
    for ring in rings {
        let around: Vec<&Ring> = rings.iter().filter(|other| encloses(other, ring)).collect();
        let own_shell = around.iter().any(|other| other.is_shell() && other.path.part == ring.path.part);
        if !ring.is_shell() && !own_shell {
            return Err(BoundaryError::HoleOutsideShell { ring: ring.path });
        }
        if around.len().is_multiple_of(2) != ring.is_shell() {
            return Err(BoundaryError::Nested { ring: ring.path });
        }
    }
    Ok(())
}

fn encloses(outer: &Ring, inner: &Ring) -> bool {
    let within = |corner: Coord| outer.bounds.intersects(&corner);
    if outer.path == inner.path || !within(inner.bounds.min()) || !within(inner.bounds.max()) {
        return false;
    }
    // Rings may touch in points, so ask for the first vertex or middle of an edge that is off the other ring.
    let middles = inner.flat.exterior().lines().map(|edge| (edge.start + edge.end) / 2.0);
    inner
        .vertices()
        .iter()
        .copied()
        .chain(middles)
        .map(|point| outer.flat.coordinate_position(&point))
        .find(|position| *position != CoordPos::OnBoundary)
        == Some(CoordPos::Inside)
}
