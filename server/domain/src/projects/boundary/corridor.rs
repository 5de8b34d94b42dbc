//! A road, a pipeline or a river works as a site: a line with a width.

use std::collections::HashMap;

use entity::values::Datum;
use geo::bool_ops::unary_union;
use geo::buffer::{BufferStyle, LineCap, LineJoin};
use geo::{
    Area, Buffer, Coord, Distance, Euclidean, Intersects, Length, Line, LineString, MapCoords, MultiLineString,
    MultiPolygon, Polygon,
};
use geojson::GeometryValue;

use super::{
    BoundaryError, CORRIDOR_REACH_M, LocalPlane, MOST_LINE_POSITIONS, MOST_RINGS, MOST_VERTICES, SiteBoundary, WIDTH_M,
    geometry_of, merge_repeated,
    plane::{Vector, earth_centred, position_of},
    read_position, rounded, validity,
};
use crate::projects::datum::to_wgs84;

#[cfg(test)]
mod tests;

/// A bend or an end is drawn with a vertex at least every so many radians.
const ARC: f64 = 0.1;

/// By how much the corridor is drawn wider, so that neither the chords of its arcs (1 − cos 0.05 = 0.13 %) nor the
/// map, which stretches lengths by up to 1/cos²(s/R) (0.006 % at 50 km), leave anybody out.
const WIDENED: f64 = 1.001_32;

/// How near to each other positions are merged, in metres, round after round. The first is mostly enough; a few
/// positions of long and finely drawn lines need another.
const CRUMBS_M: [f64; 6] = [0.002, 0.02, 0.02, 0.02, 0.04, 0.04];

/// How often stretches of the lines may cross, and how many pairs of them may be within the width: seconds of work at
/// worst.
const MOST_CROSSINGS: usize = 10_000;
const MOST_BESIDE: usize = 200_000;

impl SiteBoundary {
    /// Everything within half of `width_m` of a GeoJSON LineString or MultiLineString (or of a Feature that holds one)
    /// whose coordinates are in `datum`. Its ends and bends are round. It may cross itself and double back: the parts
    /// are merged.
    ///
    /// Nobody within the width is left out (save for rounding, a millimetre; centimetres where a long and finely drawn
    /// line comes near itself), and it reaches 0.13 % beyond: 13 cm
    /// where the corridor is 200 m wide.
    pub fn corridor(text: &str, datum: Datum, width_m: f64) -> Result<Self, BoundaryError> {
        if !WIDTH_M.contains(&width_m) {
            return Err(BoundaryError::WidthOutOfRange { width_m });
        }
        let lines = read_lines(text, datum)?;
        let (plane, drawn) = drawn_around_its_middle(&lines)?;
        let style =
            BufferStyle::new(0.5 * width_m * WIDENED).line_cap(LineCap::Round(ARC)).line_join(LineJoin::Round(ARC));
        let lines = unfolded(drawn);
        check_tangles(&lines, width_m)?;
        let mut corridor = lines.buffer_with_style(style);
        // Rounding may make what comes very near to itself touch: that is merged and rounded again, until nothing does.
        let mut last = BoundaryError::LineTooIntricate;
        for crumb_m in CRUMBS_M {
            check_size(&corridor)?;
            let parts = corridor.into_iter().filter_map(|polygon| on_the_ground(&plane, polygon, crumb_m));
            let polygons: MultiPolygon = parts.collect();
            corridor = unary_union(plane.project_all(&polygons).iter());
            match validity::validated(polygons) {
                Ok(polygons) => return Ok(Self::of_valid(polygons)),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// Longitudes and latitudes in WGS-84, without repetitions.
fn read_lines(text: &str, datum: Datum) -> Result<MultiLineString, BoundaryError> {
    let not_a_line = |found: &str| BoundaryError::NotALine { found: found.to_owned() };
    let lines = match geometry_of(text, not_a_line)? {
        GeometryValue::LineString { coordinates } => vec![coordinates],
        GeometryValue::MultiLineString { coordinates } => coordinates,
        other => return Err(not_a_line(other.type_name())),
    };
    if lines.is_empty() {
        return Err(BoundaryError::LineTooShort { line: 1 });
    }
    let count = lines.iter().map(Vec::len).sum();
    if count > MOST_LINE_POSITIONS {
        return Err(BoundaryError::TooManyLinePositions { count });
    }
    let read = |(line, positions): (usize, &Vec<geojson::Position>)| {
        let place = |(position, given): (usize, &geojson::Position)| {
            read_position(given)
                .map(|given| rounded(to_wgs84(given, datum)))
                .map_err(|error| BoundaryError::LineCoordinate { line: line + 1, position: position + 1, error })
        };
        let mut read = positions.iter().enumerate().map(place).collect::<Result<Vec<Coord>, _>>()?;
        read.dedup();
        if read.len() < 2 { Err(BoundaryError::LineTooShort { line: line + 1 }) } else { Ok(LineString(read)) }
    };
    Ok(MultiLineString(lines.iter().enumerate().map(read).collect::<Result<_, _>>()?))
}

/// The lines in metres on a map whose origin is the middle of what they extend over.
fn drawn_around_its_middle(lines: &MultiLineString) -> Result<(LocalPlane, MultiLineString), BoundaryError> {
    let points = || lines.0.iter().flatten().map(|degrees| earth_centred(*degrees));
    let extreme = |least: fn(f64, f64) -> f64, from: f64| {
        points()
            .fold([from; 3], |[x, y, z]: Vector, point| [least(x, point[0]), least(y, point[1]), least(z, point[2])])
    };
    let (low, high) = (extreme(f64::min, f64::INFINITY), extreme(f64::max, f64::NEG_INFINITY));
    let middle = [low[0] + high[0], low[1] + high[1], low[2] + high[2]].map(|sum| 0.5 * sum);
    let plane = LocalPlane::at(position_of(middle));
    let near = |point: &Coord| plane.along_the_ground_m(point.x.hypot(point.y)) <= CORRIDOR_REACH_M;
    let draw = |degrees| plane.project(degrees).filter(near).ok_or(BoundaryError::LineTooLong);
    Ok((plane, lines.try_map_coords(draw)?))
}

/// The same lines cut where they double back: there the buffer makes no round bend, but each end gets its own.
fn unfolded(lines: MultiLineString) -> MultiLineString {
    let mut pieces = Vec::with_capacity(lines.0.len());
    for line in lines {
        let mut piece: Vec<Coord> = Vec::with_capacity(line.0.len());
        for point in line {
            if let [.., from, at] = piece[..] {
                let (before, after) = (at - from, point - at);
                if before.x * after.x + before.y * after.y < 0.0 {
                    pieces.push(LineString(std::mem::replace(&mut piece, vec![at])));
                }
            }
            piece.push(point);
        }
        pieces.push(LineString(piece));
    }
    MultiLineString(pieces)
}

/// Drawing a corridor takes time by how often stretches of it cross, and by how many are side by side.
fn check_tangles(lines: &MultiLineString, width_m: f64) -> Result<(), BoundaryError> {
    let range = |a: f64, b: f64| (a.min(b), a.max(b) + width_m);
    let mut stretches: Vec<Line> = lines.iter().flat_map(LineString::lines).collect();
    stretches.sort_unstable_by(|a, b| a.start.x.min(a.end.x).total_cmp(&b.start.x.min(b.end.x)));
    let along = |line: &Line| range(line.start.x, line.end.x);
    let across = |line: &Line| range(line.start.y, line.end.y);
    let (mut beside, mut crossings) = (0, 0);
    for (at, one) in stretches.iter().enumerate() {
        let near = stretches[at + 1..].iter().take_while(|other| along(other).0 <= along(one).1);
        for other in near.filter(|other| across(other).0 <= across(one).1 && across(one).0 <= across(other).1) {
            beside += 1;
            crossings += usize::from(one.intersects(other));
        }
        if beside > MOST_BESIDE || crossings > MOST_CROSSINGS {
            return Err(BoundaryError::LineTooIntricate);
        }
    }
    Ok(())
}

/// A polygon in degrees, without parts and holes too narrow to stand in.
fn on_the_ground(plane: &LocalPlane, drawn: Polygon, crumb_m: f64) -> Option<Polygon> {
    let degrees = |ring: LineString| ring.map_coords(|point| rounded(plane.position(point)));
    let (shell, holes) = drawn.into_inner();
    let holes = holes.into_iter().filter_map(|hole| cleaned(hole, crumb_m)).map(degrees);
    let mut polygon = Polygon::new(degrees(cleaned(shell, crumb_m)?), holes.collect());
    merge_repeated(&mut polygon);
    Some(polygon)
}

/// A ring without the crumbs that come of drawing on a grid of some tenths of a millimetre: loops and spikes too
/// narrow to stand in, and positions that near to each other. None where nothing else is left.
fn cleaned(ring: LineString, crumb_m: f64) -> Option<LineString> {
    let mut path: Vec<Coord> = Vec::with_capacity(ring.0.len());
    let mut places: HashMap<[u64; 2], usize> = HashMap::new();
    let key = |at: Coord| [at.x.to_bits(), at.y.to_bits()];
    for at in ring.0.into_iter().skip(1) {
        if let Some(begin) = places.get(&key(at)).copied()
            && is_narrow(&path[begin..])
        {
            path.drain(begin..).for_each(|dropped| _ = places.remove(&key(dropped)));
        }
        if path.last().is_none_or(|last| Euclidean.distance(*last, at) > crumb_m) {
            places.insert(key(at), path.len());
            path.push(at);
        }
    }
    let mut ring = LineString(path);
    ring.close();
    (ring.0.len() >= 4 && !is_narrow(&ring.0)).then_some(ring)
}

fn is_narrow(ring: &[Coord]) -> bool {
    /// Twice what is valid, for rounding. Metres.
    const LEAST_WIDTH_M: f64 = 2.0 * validity::LEAST_WIDTH_M;
    let ring = Polygon::new(LineString(ring.to_vec()), Vec::new());
    2.0 * ring.unsigned_area() < LEAST_WIDTH_M * Euclidean.length(ring.exterior())
}

/// What is stored must be readable again.
fn check_size(polygons: &MultiPolygon) -> Result<(), BoundaryError> {
    let rings = || polygons.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let (rings, vertices) = (rings().count(), rings().map(|ring| ring.0.len()).sum::<usize>());
    if rings > MOST_RINGS || vertices > MOST_VERTICES { Err(BoundaryError::LineTooIntricate) } else { Ok(()) }
}
