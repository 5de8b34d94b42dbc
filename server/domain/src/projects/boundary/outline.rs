//! The edges of a boundary, arranged so that a question about one place looks at few of them.

use std::ops::Range;

use geo::{Coord, Line, MultiPolygon};

use super::plane::{LocalPlane, Sighting, Vector, earth_centred, position_of};
use crate::projects::datum::Position;

/// Edges in a leaf, and children of a node.
const FAN: usize = 8;

/// Added to every sphere, metres: more than rounding takes from its radius.
const MARGIN_M: f64 = 1e-6;

/// The vertices in Earth-centred metres, worked out once, so that drawing one on a [`LocalPlane`] takes no sine; and
/// over them a tree of spheres, each around consecutive vertices. A sphere tells where an edge in it may be drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outline {
    /// Ring after ring, each closed.
    vertices: Vec<Vector>,
    /// Leaves first, the root last.
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq)]
struct Node {
    centre: Vector,
    radius_m: f64,
    /// The first and the last of its vertices; a leaf's edges run from each to the next.
    first: usize,
    last: usize,
    /// None for a leaf.
    children: Range<usize>,
    /// Whether it holds whole rings: then an even number of its edges cross any line.
    closed: bool,
}

impl Node {
    /// The least number of metres from the origin at which anything in it may be drawn.
    fn nearest_m(&self, plane: &LocalPlane) -> f64 {
        let centre = plane.sight(self.centre);
        let aside = ((centre.east * centre.east + centre.north * centre.north).sqrt() - self.radius_m).max(0.0);
        aside / (centre.height + self.radius_m) * plane.radius_m()
    }

    const fn is_leaf(&self) -> bool {
        self.children.start == self.children.end
    }
}

impl Outline {
    /// Of a boundary with at least one ring of two vertices.
    pub(super) fn of(polygons: &MultiPolygon) -> Self {
        let mut outline = Self { vertices: Vec::new(), nodes: Vec::new() };
        let mut rings = Vec::new();
        for polygon in polygons {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                let first = outline.vertices.len();
                outline.vertices.extend(ring.0.iter().copied().map(earth_centred));
                rings.push(first..outline.vertices.len() - 1);
            }
        }
        let mut tops = Vec::with_capacity(rings.len());
        for edges in rings {
            let end = edges.end;
            let leaves = edges.step_by(FAN).map(|first| outline.node(first, end.min(first + FAN), 0..0));
            let leaves = leaves.collect();
            let top = outline.joined(leaves);
            tops.push(Node { closed: true, ..top });
        }
        let root = outline.joined(tops);
        outline.nodes.push(root);
        outline
    }

    /// Puts neighbours under a node, and those under others, until one is left that stands over all.
    fn joined(&mut self, mut level: Vec<Node>) -> Node {
        while level.len() > 1 {
            let mut above = Vec::with_capacity(level.len().div_ceil(FAN));
            for siblings in level.chunks(FAN) {
                let start = self.nodes.len();
                self.nodes.extend_from_slice(siblings);
                let closed = siblings.iter().all(|node| node.closed);
                let (first, last) = (siblings[0].first, siblings[siblings.len() - 1].last);
                let node = self.node(first, last, start..self.nodes.len());
                above.push(Node { closed, ..node });
            }
            level = above;
        }
        level.pop().unwrap_or_else(|| self.node(0, 0, 0..0))
    }

    fn node(&self, first: usize, last: usize, children: Range<usize>) -> Node {
        let vertices = &self.vertices[first..=last];
        let centre = [0, 1, 2].map(|axis| {
            let along = vertices.iter().map(|vertex| vertex[axis]);
            let (low, high) = along.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), at| (l.min(at), h.max(at)));
            0.5 * (low + high)
        });
        let square = |vertex: &Vector| (0..3).map(|axis| (vertex[axis] - centre[axis]).powi(2)).sum::<f64>();
        let radius_m = vertices.iter().map(square).fold(0.0, f64::max).sqrt() + MARGIN_M;
        Node { centre, radius_m, first, last, children, closed: false }
    }

    /// How many vertices there are.
    pub(super) const fn vertices(&self) -> usize {
        self.vertices.len()
    }

    fn root(&self) -> &Node {
        &self.nodes[self.nodes.len() - 1]
    }

    /// Whether all of it is on the map.
    pub(crate) fn is_on(&self, plane: &LocalPlane) -> bool {
        let root = self.root();
        let (height, horizon) = (plane.sight(root.centre).height, plane.horizon_m());
        if height - root.radius_m > horizon {
            return true;
        }
        height + root.radius_m > horizon && self.vertices.iter().all(|vertex| plane.sight(*vertex).height > horizon)
    }

    /// No edge is drawn nearer to the origin of the map than so many metres.
    pub(crate) fn nearest_possible_m(&self, plane: &LocalPlane) -> f64 {
        let root = self.root();
        let drawn = plane.sight(root.centre).height + root.radius_m > 0.0;
        if drawn { root.nearest_m(plane) } else { f64::INFINITY }
    }

    /// The point of the edges, in metres on the map, that is nearest to its origin. All must be on the map.
    pub(crate) fn nearest(&self, plane: &LocalPlane) -> Coord {
        let mut nearest = Nearest { point: Coord::zero(), square: f64::INFINITY };
        self.approach(self.root(), plane, &mut nearest);
        nearest.point
    }

    fn approach(&self, node: &Node, plane: &LocalPlane, nearest: &mut Nearest) {
        if node.is_leaf() {
            self.edges(node, plane).for_each(|edge| nearest.offer(edge));
            return;
        }
        let children = &self.nodes[node.children.clone()];
        // The most promising first, so that the others need no look.
        let mut order = [(f64::INFINITY, 0); FAN];
        for (at, (place, child)) in order.iter_mut().zip(children).enumerate() {
            *place = (child.nearest_m(plane).powi(2), at);
        }
        let order = &mut order[..children.len()];
        order.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
        for (square, at) in order.iter() {
            if *square > nearest.square {
                break;
            }
            self.approach(&children[*at], plane, nearest);
        }
    }

    /// Calls `visit` with the edges, in metres on the map, of which a part may be drawn less than `reach_m` from its
    /// origin, and perhaps with others. All must be on the map.
    pub(crate) fn visit_within(&self, plane: &LocalPlane, reach_m: f64, visit: &mut impl FnMut(Line)) {
        self.descend(self.root(), plane, reach_m, visit);
    }

    fn descend(&self, node: &Node, plane: &LocalPlane, reach_m: f64, visit: &mut impl FnMut(Line)) {
        if node.nearest_m(plane) > reach_m {
            return;
        }
        if node.is_leaf() {
            self.edges(node, plane).for_each(visit);
        } else {
            self.nodes[node.children.clone()].iter().for_each(|child| self.descend(child, plane, reach_m, visit));
        }
    }

    fn edges(&self, leaf: &Node, plane: &LocalPlane) -> impl Iterator<Item = Line> {
        let mut start = plane.draw(plane.sight(self.vertices[leaf.first]));
        self.vertices[leaf.first + 1..=leaf.last].iter().map(move |vertex| {
            let end = plane.draw(plane.sight(*vertex));
            Line { start: std::mem::replace(&mut start, end), end }
        })
    }

    /// Whether the origin of the map, which is not on an edge, is inside: whether a line from it to the east crosses an
    /// odd number of edges. All must be on the map.
    pub(crate) fn surrounds_origin(&self, plane: &LocalPlane) -> bool {
        self.is_crossed(self.root(), plane)
    }

    /// Whether that line crosses an odd number of these edges.
    fn is_crossed(&self, node: &Node, plane: &LocalPlane) -> bool {
        let centre = plane.sight(node.centre);
        if centre.north.abs() > node.radius_m || centre.east < -node.radius_m {
            return false;
        }
        let vertex = |at: usize| plane.sight(self.vertices[at]);
        // What lies east as a whole is crossed as often, but for an even number, as the chord between its ends.
        if centre.east > node.radius_m {
            return !node.closed && vertex(node.first).is_north() != vertex(node.last).is_north();
        }
        if node.is_leaf() {
            let crossed = (node.first..node.last).filter(|at| crosses_east(vertex(*at), vertex(at + 1)));
            return crossed.count() % 2 == 1;
        }
        self.nodes[node.children.clone()].iter().filter(|child| self.is_crossed(child, plane)).count() % 2 == 1
    }

    /// The metres from `from` to the nearest vertex, by `distance`, which is that along the ground: to half a
    /// thousandth, for places where the map does not reach.
    pub(crate) fn nearest_vertex_m(&self, distance: &impl Fn(Position) -> f64) -> f64 {
        let mut nearest = f64::INFINITY;
        self.compare(self.root(), distance, &mut nearest);
        nearest
    }

    fn compare(&self, node: &Node, distance: &impl Fn(Position) -> f64, nearest: &mut f64) {
        /// Along the ground between two points on a sphere's surface, by its radius: half round, on the Earth itself.
        const GROUND: f64 = 3.2;
        let to = |at: usize| distance(position_of(self.vertices[at]));
        let first = to(node.first);
        *nearest = nearest.min(first);
        if first - GROUND * node.radius_m > 0.9995 * *nearest {
            return;
        }
        if node.is_leaf() {
            *nearest = (node.first + 1..=node.last).map(to).fold(*nearest, f64::min);
        } else {
            self.nodes[node.children.clone()].iter().for_each(|child| self.compare(child, distance, nearest));
        }
    }
}

/// Whether the edge between them crosses the line from the origin to the east. Of an edge's two ends one counts to
/// each side of that line, so that a vertex on it is passed once.
fn crosses_east(a: Sighting, b: Sighting) -> bool {
    a.is_north() != b.is_north() && (a.east * b.north - a.north * b.east > 0.0) == b.is_north()
}

struct Nearest {
    point: Coord,
    square: f64,
}

impl Nearest {
    fn offer(&mut self, Line { start, end }: Line) {
        let along = end - start;
        let t = -(start.x * along.x + start.y * along.y) / (along.x * along.x + along.y * along.y);
        // Two positions of which one is stored as the other's neighbour may still be drawn as one: 0 / 0.
        let point = if t.is_nan() { start } else { start + along * t.clamp(0.0, 1.0) };
        let square = point.x * point.x + point.y * point.y;
        if square < self.square {
            *self = Self { point, square };
        }
    }
}
