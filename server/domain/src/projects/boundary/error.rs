//! What may be wrong with a boundary.

use std::{error::Error, fmt};

use messages::{Language, Message, message, rounded};

use super::{CORRIDOR_REACH_M, MOST_LINE_POSITIONS, MOST_RINGS, MOST_VERTICES, RADIUS_M, REACH_M, WIDTH_M};
use crate::projects::datum::{CoordinateError, Position};

/// One ring of a boundary, counted from one: which part of the MultiPolygon (a Polygon has one), and which ring of it
/// (the first is the shell, the others are holes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingPath {
    /// The part, from 1.
    pub part: usize,
    /// The ring of that part, from 1.
    pub ring: usize,
}

impl RingPath {
    fn message(self) -> Message {
        message!(Ring { part: self.part, ring: self.ring })
    }
}

/// Why a text, a circle or a corridor was refused as a site's boundary: what is wrong, and what would be right.
///
/// `near` is where to look, in WGS-84.
#[derive(Clone, Debug, PartialEq)]
pub enum BoundaryError {
    /// The text is not GeoJSON.
    NotGeoJson {
        /// What the parser said.
        detail: String,
    },
    /// The text is GeoJSON of something that has no area.
    NotAPolygon {
        /// The GeoJSON type found.
        found: String,
    },
    /// There is no ring in it, or a part without one.
    Empty,
    /// More rings than [`MOST_RINGS`].
    TooManyRings {
        /// Shells and holes together.
        count: usize,
    },
    /// More positions than [`MOST_VERTICES`].
    TooManyVertices {
        /// The positions of all rings together.
        count: usize,
    },
    /// A ring that encloses nothing, because too few of its positions differ.
    TooFewPositions {
        /// The ring.
        ring: RingPath,
        /// How many positions it has, repetitions left out.
        count: usize,
    },
    /// A ring whose last position is not its first.
    NotClosed {
        /// The ring.
        ring: RingPath,
    },
    /// A position that is not on Earth.
    Coordinate {
        /// The ring.
        ring: RingPath,
        /// Which of its positions, from 1.
        position: usize,
        /// Which number is wrong.
        error: CoordinateError,
    },
    /// Vertices farther apart than [`REACH_M`].
    TooLarge {
        /// The ring.
        ring: RingPath,
    },
    /// A ring that is a line, or nearly.
    NoArea {
        /// The ring.
        ring: RingPath,
    },
    /// A ring that crosses, touches or doubles back on itself.
    SelfCrossing {
        /// The ring.
        ring: RingPath,
        /// Where.
        near: Position,
    },
    /// Two rings that cross or share an edge.
    RingsCross {
        /// One of the rings.
        first: RingPath,
        /// The other.
        second: RingPath,
        /// Where.
        near: Position,
    },
    /// A hole that is not inside the shell of its own part.
    HoleOutsideShell {
        /// The hole.
        ring: RingPath,
    },
    /// A hole inside a hole, or a part inside another.
    Nested {
        /// The inner ring.
        ring: RingPath,
    },
    /// Edges so long and dense that checking them would take too long. No map of a site looks like that.
    TooIntricate,
    /// A circle's radius that is out of range.
    RadiusOutOfRange {
        /// The refused radius, in metres.
        radius_m: f64,
    },
    /// A corridor's geometry that is no line.
    NotALine {
        /// The GeoJSON type found.
        found: String,
    },
    /// More positions than [`MOST_LINE_POSITIONS`].
    TooManyLinePositions {
        /// The positions of all lines together.
        count: usize,
    },
    /// A line that goes nowhere.
    LineTooShort {
        /// Which line, from 1.
        line: usize,
    },
    /// A position of a line that is not on Earth.
    LineCoordinate {
        /// Which line, from 1.
        line: usize,
        /// Which of its positions, from 1.
        position: usize,
        /// Which number is wrong.
        error: CoordinateError,
    },
    /// A line that goes farther than [`CORRIDOR_REACH_M`] from its middle.
    LineTooLong,
    /// A line whose corridor has more rings or vertices than a boundary may have.
    LineTooIntricate,
    /// A corridor's width that is out of range.
    WidthOutOfRange {
        /// The refused width, in metres.
        width_m: f64,
    },
}

impl fmt::Display for BoundaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::SOURCE))
    }
}

impl Error for BoundaryError {}

impl BoundaryError {
    /// What is wrong, and what would be right.
    pub fn message(&self) -> Message {
        match self {
            Self::NotGeoJson { detail } => message!(BoundaryNotGeojson { detail }),
            Self::NotAPolygon { found } => message!(BoundaryNotAPolygon { found }),
            Self::Empty => message!(BoundaryEmpty),
            Self::TooManyRings { count } => message!(BoundaryTooManyRings { count: *count, most: MOST_RINGS }),
            Self::TooManyVertices { count } => message!(BoundaryTooManyVertices { count: *count, most: MOST_VERTICES }),
            Self::TooFewPositions { ring, count } => {
                message!(BoundaryTooFewPositions { ring: ring.message(), count: *count })
            }
            Self::NotClosed { ring } => message!(BoundaryNotClosed { ring: ring.message() }),
            Self::Coordinate { ring, position, error } => {
                message!(BoundaryCoordinate { ring: ring.message(), position: *position, error: error.message() })
            }
            Self::TooLarge { ring } => message!(BoundaryTooLarge { ring: ring.message(), reach: REACH_M / 1000.0 }),
            Self::NoArea { ring } => message!(BoundaryNoArea { ring: ring.message() }),
            Self::SelfCrossing { ring, near } => {
                message!(BoundaryCrossesItself { ring: ring.message(), near: place(*near) })
            }
            Self::RingsCross { first, second, near } => {
                message!(BoundaryRingsCross { first: first.message(), second: second.message(), near: place(*near) })
            }
            Self::HoleOutsideShell { ring } => message!(BoundaryHoleOutsideShell { ring: ring.message() }),
            Self::Nested { ring } => message!(BoundaryNested { ring: ring.message() }),
            Self::TooIntricate => message!(BoundaryTooIntricate),
            Self::RadiusOutOfRange { radius_m } => {
                let (least, most) = (*RADIUS_M.start(), *RADIUS_M.end());
                message!(RadiusOutOfRange { radius: *radius_m, least, most })
            }
            Self::NotALine { found } => message!(BoundaryNotALine { found }),
            Self::TooManyLinePositions { count } => {
                message!(LineTooManyPositions { count: *count, most: MOST_LINE_POSITIONS })
            }
            Self::LineTooShort { line } => message!(LineTooShort { line: *line }),
            Self::LineCoordinate { line, position, error } => {
                message!(LineCoordinate { line: *line, position: *position, error: error.message() })
            }
            Self::LineTooLong => {
                message!(LineTooLong { reach: CORRIDOR_REACH_M / 1000.0, length: CORRIDOR_REACH_M / 500.0 })
            }
            Self::LineTooIntricate => message!(LineTooIntricate),
            Self::WidthOutOfRange { width_m } => {
                let (least, most) = (*WIDTH_M.start(), *WIDTH_M.end());
                message!(WidthOutOfRange { width: *width_m, least, most })
            }
        }
    }
}

fn place(near: Position) -> Message {
    message!(Place { latitude: rounded(near.latitude(), 6), longitude: rounded(near.longitude(), 6) })
}
