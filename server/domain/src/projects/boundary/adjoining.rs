//! Rings that touch and parts that share edges: drawn so that they meet in positions of both, and joined into one.
//!
//! Edges are straight in longitude and latitude here, as RFC 7946 has them (section 3.1.1): a position drawn on another
//! ring's edge lies on it, whichever way the edge runs. Whether what comes of it is valid is not decided here.

use std::collections::HashMap;

use geo::{
    Area, BoundingRect, Coord, CoordinatePosition, Intersects, LineString, Polygon, coordinate_position::CoordPos,
};
use rstar::{AABB, PointDistance, RTree, primitives::GeomWithData};

use super::{MOST_VERTICES, Parts};
use crate::projects::datum::Position;

/// How often a position may be near an edge's rectangle: some seconds of work at worst.
const MOST_CANDIDATES: usize = 5_000_000;

/// Parts that meet in positions of both.
pub(super) struct Joined {
    pub(super) parts: Parts,
    /// How many edges two parts shared; they are gone.
    pub(super) shared: usize,
}

/// Draws rings that come within `near_m` metres of each other so that they meet, and takes away the edges that two
/// parts share. None where that can't be done.
pub(super) fn joined(parts: &Parts, near_m: f64) -> Option<Joined> {
    let map = Map::around(*parts.first()?.first()?.first()?);
    let rings = map.met(parts, near_m)?;
    let rings = map.noded(&rings, near_m)?;
    let vertices: usize = rings.iter().map(|ring| ring.corners.len() + 1).sum();
    if vertices > MOST_VERTICES {
        return None;
    }
    let (edges, shared) = unshared(&rings);
    let parts = if shared == 0 { unchanged(rings) } else { regrouped(traced(&edges)?)? };
    Some(Joined { parts, shared })
}

/// A corner of a ring.
#[derive(Clone, Copy, Debug)]
struct Corner {
    position: Position,
    /// Metres east and north, as good as distances of a hand's width need.
    flat: Coord,
}

impl Corner {
    /// What equal positions have in common.
    fn key(&self) -> [u64; 2] {
        [self.position.longitude().to_bits(), self.position.latitude().to_bits()]
    }
}

/// A ring without its closing position; shells run counter-clockwise and holes clockwise.
struct Ring {
    part: usize,
    corners: Vec<Corner>,
}

type Tree = RTree<GeomWithData<[f64; 2], (usize, Corner)>>;

/// Longitude and latitude, scaled to metres.
struct Map {
    origin: Position,
    metres: Coord,
}

impl Map {
    fn around(origin: Position) -> Self {
        const DEGREE_M: f64 = 111_320.0;
        let across = DEGREE_M * origin.latitude().to_radians().cos().max(1e-9);
        Self { origin, metres: Coord { x: across, y: DEGREE_M } }
    }

    /// The short way round from the origin, so that the antimeridian is nothing special.
    fn corner(&self, position: Position) -> Corner {
        let east = (position.longitude() - self.origin.longitude() + 540.0).rem_euclid(360.0) - 180.0;
        let north = position.latitude() - self.origin.latitude();
        Corner { position, flat: Coord { x: east * self.metres.x, y: north * self.metres.y } }
    }

    /// The rings, a corner that comes near one of another ring moved there.
    fn met(&self, parts: &Parts, near_m: f64) -> Option<Vec<Ring>> {
        let mut tree = Tree::new();
        let mut rings: Vec<Ring> = Vec::new();
        for (part, given) in parts.iter().enumerate() {
            for (at, positions) in given.iter().enumerate() {
                let own = rings.len();
                let mut corners = Vec::with_capacity(positions.len());
                for position in positions.iter().skip(1) {
                    let corner = self.corner(*position);
                    let point = [corner.flat.x, corner.flat.y];
                    let near = tree
                        .nearest_neighbor_iter(&point)
                        .take_while(|other| other.distance_2(&point) <= near_m * near_m)
                        .find(|other| other.data.0 != own)
                        .map(|other| other.data.1);
                    if near.is_none() {
                        tree.insert(GeomWithData::new(point, (own, corner)));
                    }
                    corners.push(near.unwrap_or(corner));
                }
                rings.push(Ring { part, corners: wound(corners, at == 0)? });
            }
        }
        Some(rings)
    }

    /// The rings with a corner wherever one of another ring lies on an edge.
    fn noded(&self, rings: &[Ring], near_m: f64) -> Option<Vec<Ring>> {
        let corners = rings.iter().enumerate().flat_map(|(ring, Ring { corners, .. })| {
            corners.iter().map(move |corner| GeomWithData::new([corner.flat.x, corner.flat.y], (ring, *corner)))
        });
        let tree = Tree::bulk_load(corners.collect());
        let mut work = 0;
        let mut noded = Vec::with_capacity(rings.len());
        for (own, ring) in rings.iter().enumerate() {
            let mut corners = Vec::with_capacity(ring.corners.len());
            for (from, to) in edges_of(&ring.corners) {
                corners.push(from);
                corners.extend(on_edge(&tree, own, [from, to], near_m, &mut work)?);
            }
            noded.push(Ring { part: ring.part, corners });
        }
        Some(noded)
    }
}

/// The corners of other rings that lie on an edge, in its order.
fn on_edge(tree: &Tree, own: usize, [from, to]: [Corner; 2], near_m: f64, work: &mut usize) -> Option<Vec<Corner>> {
    let (a, along) = (from.flat, to.flat - from.flat);
    let length = along.x.hypot(along.y);
    let corner = |x: fn(f64, f64) -> f64, by: f64| [x(a.x, to.flat.x) + by, x(a.y, to.flat.y) + by];
    let around = AABB::from_corners(corner(f64::min, -near_m), corner(f64::max, near_m));
    let mut on: Vec<(f64, Corner)> = Vec::new();
    for found in tree.locate_in_envelope(&around) {
        *work += 1;
        if *work > MOST_CANDIDATES {
            return None;
        }
        let (ring, corner) = found.data;
        let offset = corner.flat - a;
        let t = (offset.x * along.x + offset.y * along.y) / length;
        let aside = (offset.x * along.y - offset.y * along.x).abs() / length;
        if ring != own && aside <= near_m && t > near_m && t < length - near_m {
            on.push((t, corner));
        }
    }
    on.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
    on.dedup_by_key(|(_, corner)| corner.key());
    Some(on.into_iter().map(|(_, corner)| corner).collect())
}

fn edges_of(corners: &[Corner]) -> impl Iterator<Item = (Corner, Corner)> {
    corners.iter().copied().zip(corners.iter().copied().cycle().skip(1))
}

/// Without repetitions, and in the direction that has the inside on the left. None where nothing is left.
fn wound(mut corners: Vec<Corner>, shell: bool) -> Option<Vec<Corner>> {
    corners.dedup_by_key(|corner| corner.key());
    while corners.len() > 1 && corners.first().map(Corner::key) == corners.last().map(Corner::key) {
        corners.pop();
    }
    if corners.len() < 3 {
        return None;
    }
    if (outline(&corners).signed_area() > 0.0) != shell {
        corners.reverse();
    }
    Some(corners)
}

fn outline(corners: &[Corner]) -> Polygon {
    Polygon::new(LineString(corners.iter().map(|corner| corner.flat).collect()), Vec::new())
}

/// The edges of all rings but for those that two parts share, and how many of them there were.
fn unshared(rings: &[Ring]) -> (Vec<(Corner, Corner)>, usize) {
    let mut edges: Vec<Option<(usize, Corner, Corner)>> = Vec::new();
    let mut open: HashMap<[[u64; 2]; 2], Vec<usize>> = HashMap::new();
    let mut shared = 0;
    for ring in rings {
        for (from, to) in edges_of(&ring.corners) {
            let beside = |at: &usize| edges.get(*at).copied().flatten().is_some_and(|(part, ..)| part != ring.part);
            let back = open.get_mut(&[to.key(), from.key()]);
            if let Some(back) = back
                && let Some(place) = back.iter().position(beside)
            {
                let at = back.swap_remove(place);
                edges[at] = None;
                shared += 1;
            } else {
                open.entry([from.key(), to.key()]).or_default().push(edges.len());
                edges.push(Some((ring.part, from, to)));
            }
        }
    }
    (edges.into_iter().flatten().map(|(_, from, to)| (from, to)).collect(), shared)
}

fn unchanged(rings: Vec<Ring>) -> Parts {
    let mut parts = Parts::new();
    for Ring { part, corners } in rings {
        if parts.len() <= part {
            parts.push(Vec::new());
        }
        parts[part].push(closed(&corners));
    }
    parts
}

fn closed(corners: &[Corner]) -> Vec<Position> {
    corners.iter().chain(corners.first()).map(|corner| corner.position).collect()
}

/// Follows the edges with the inside on the left, and makes simple rings of them.
fn traced(edges: &[(Corner, Corner)]) -> Option<Vec<Vec<Corner>>> {
    let mut leaving: HashMap<[u64; 2], Vec<usize>> = HashMap::new();
    for (at, (from, _)) in edges.iter().enumerate() {
        leaving.entry(from.key()).or_default().push(at);
    }
    let next = |at: usize| {
        let (from, to) = edges[at];
        let back = from.flat - to.flat;
        let turn = |other: &usize| clockwise(back, edges[*other].1.flat - to.flat);
        leaving.get(&to.key())?.iter().copied().min_by(|a, b| turn(a).total_cmp(&turn(b)))
    };
    let mut used = vec![false; edges.len()];
    let mut rings = Vec::new();
    for start in 0..edges.len() {
        let (mut at, mut path) = (start, Vec::new());
        while !used[at] {
            used[at] = true;
            path.push(edges[at].0);
            at = next(at)?;
        }
        if !path.is_empty() {
            // It must come back to where it began, or the edges cross.
            (at == start).then(|| simple(path, &mut rings))?;
        }
    }
    Some(rings)
}

/// By how much one turns to the right from one direction to another, above 0, up to a full turn.
fn clockwise(from: Coord, to: Coord) -> f64 {
    let turn = (from.y.atan2(from.x) - to.y.atan2(to.x)).rem_euclid(std::f64::consts::TAU);
    if turn == 0.0 { std::f64::consts::TAU } else { turn }
}

/// Cuts a way that comes to a corner again into rings that don't.
fn simple(path: Vec<Corner>, rings: &mut Vec<Vec<Corner>>) {
    let mut open: Vec<Corner> = Vec::new();
    let mut places: HashMap<[u64; 2], usize> = HashMap::new();
    for corner in path {
        if let Some(begin) = places.get(&corner.key()).copied() {
            let ring = open.split_off(begin);
            for cut in &ring {
                places.remove(&cut.key());
            }
            rings.push(ring);
        }
        places.insert(corner.key(), open.len());
        open.push(corner);
    }
    rings.push(open);
}

/// Rings that run counter-clockwise are shells; each other one is a hole of the smallest shell around it.
fn regrouped(rings: Vec<Vec<Corner>>) -> Option<Parts> {
    let area = |ring: &Vec<Corner>| outline(ring).signed_area();
    let (mut shells, holes): (Vec<_>, Vec<_>) =
        rings.into_iter().filter(|ring| ring.len() > 2).partition(|ring| area(ring) > 0.0);
    shells.sort_by(|a, b| area(a).total_cmp(&area(b)));
    let outlines: Vec<Polygon> = shells.iter().map(|shell| outline(shell)).collect();
    let mut parts: Parts = shells.iter().map(|shell| vec![closed(shell)]).collect();
    for hole in holes {
        let around = outlines.iter().position(|shell| surrounds(shell, &hole))?;
        parts[around].push(closed(&hole));
    }
    (!parts.is_empty()).then_some(parts)
}

fn surrounds(shell: &Polygon, hole: &[Corner]) -> bool {
    let reaches = shell.bounding_rect().is_some_and(|bounds| hole.iter().all(|corner| bounds.intersects(&corner.flat)));
    let middles = edges_of(hole).map(|(from, to)| (from.flat + to.flat) / 2.0);
    let place = hole.iter().map(|corner| corner.flat).chain(middles).map(|point| shell.coordinate_position(&point));
    reaches && place.into_iter().find(|place| *place != CoordPos::OnBoundary) == Some(CoordPos::Inside)
}
