//! What may be wrong with a boundary, in English and Chinese.

use std::fmt;

use thiserror::Error;

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

impl fmt::Display for RingPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ring {} of part {}", self.ring, self.part)
    }
}

impl RingPath {
    fn zh(self) -> String {
        format!("第 {} 部分第 {} 环", self.part, self.ring)
    }
}

/// Why a text, a circle or a corridor was refused as a site's boundary: what is wrong, and what would be right.
///
/// `near` is where to look, in WGS-84.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum BoundaryError {
    /// The text is not GeoJSON.
    #[error("this is not GeoJSON ({detail}); RFC 7946 describes that")]
    NotGeoJson {
        /// What the parser said.
        detail: String,
    },
    /// The text is GeoJSON of something that has no area.
    #[error("this is a GeoJSON {found}; give a Polygon or a MultiPolygon, or one Feature that holds one")]
    NotAPolygon {
        /// The GeoJSON type found.
        found: String,
    },
    /// There is no ring in it, or a part without one.
    #[error("the boundary is empty; every part needs a ring of at least four positions")]
    Empty,
    /// More rings than [`MOST_RINGS`].
    #[error("the boundary has {count} rings; give at most {MOST_RINGS}")]
    TooManyRings {
        /// Shells and holes together.
        count: usize,
    },
    /// More positions than [`MOST_VERTICES`].
    #[error("the boundary has {count} positions; simplify it to at most {MOST_VERTICES}")]
    TooManyVertices {
        /// The positions of all rings together.
        count: usize,
    },
    /// A ring that encloses nothing, because too few of its positions differ.
    #[error(
        "{ring} has {count} positions; give at least four that differ from their neighbours, the last equal to the first"
    )]
    TooFewPositions {
        /// The ring.
        ring: RingPath,
        /// How many positions it has, repetitions left out.
        count: usize,
    },
    /// A ring whose last position is not its first.
    #[error("{ring} is not closed; repeat its first position as its last")]
    NotClosed {
        /// The ring.
        ring: RingPath,
    },
    /// A position that is not on Earth.
    #[error("position {position} of {ring}: {error}; GeoJSON gives the longitude first, then the latitude")]
    Coordinate {
        /// The ring.
        ring: RingPath,
        /// Which of its positions, from 1.
        position: usize,
        /// Which number is wrong.
        error: CoordinateError,
    },
    /// Vertices farther apart than [`REACH_M`].
    #[error("{ring} goes farther than {} km from the boundary's first position; give a boundary of one site", REACH_M / 1000.0)]
    TooLarge {
        /// The ring.
        ring: RingPath,
    },
    /// A ring that is a line, or nearly.
    #[error("{ring} encloses no area to speak of; give a ring that is wider than a hand")]
    NoArea {
        /// The ring.
        ring: RingPath,
    },
    /// A ring that crosses, touches or doubles back on itself.
    #[error("{ring} crosses or touches itself near {}; draw it so that it meets itself only where it closes", place(*.near))]
    SelfCrossing {
        /// The ring.
        ring: RingPath,
        /// Where.
        near: Position,
    },
    /// Two rings that cross or share an edge.
    #[error("{first} and {second} cross or share an edge near {}; merge them or draw them apart", place(*.near))]
    RingsCross {
        /// One of the rings.
        first: RingPath,
        /// The other.
        second: RingPath,
        /// Where.
        near: Position,
    },
    /// A hole that is not inside the shell of its own part.
    #[error("{ring} is a hole outside the shell of its part; move it inside, or make it a part of its own")]
    HoleOutsideShell {
        /// The hole.
        ring: RingPath,
    },
    /// A hole inside a hole, or a part inside another.
    #[error("{ring} lies inside another hole or part of its kind; leave it out")]
    Nested {
        /// The inner ring.
        ring: RingPath,
    },
    /// Edges so long and dense that checking them would take too long. No map of a site looks like that.
    #[error("the boundary is too intricate to check: its edges are long, many and side by side; simplify it")]
    TooIntricate,
    /// A circle's radius that is out of range.
    #[error("a radius of {radius_m} m is not between {} and {} m", RADIUS_M.start(), RADIUS_M.end())]
    RadiusOutOfRange {
        /// The refused radius, in metres.
        radius_m: f64,
    },
    /// A corridor's geometry that is no line.
    #[error("this is a GeoJSON {found}; give a LineString or a MultiLineString, or one Feature that holds one")]
    NotALine {
        /// The GeoJSON type found.
        found: String,
    },
    /// More positions than [`MOST_LINE_POSITIONS`].
    #[error("the line has {count} positions; simplify it to at most {MOST_LINE_POSITIONS}")]
    TooManyLinePositions {
        /// The positions of all lines together.
        count: usize,
    },
    /// A line that goes nowhere.
    #[error("line {line} has no two positions that differ; give at least two")]
    LineTooShort {
        /// Which line, from 1.
        line: usize,
    },
    /// A position of a line that is not on Earth.
    #[error("position {position} of line {line}: {error}; GeoJSON gives the longitude first, then the latitude")]
    LineCoordinate {
        /// Which line, from 1.
        line: usize,
        /// Which of its positions, from 1.
        position: usize,
        /// Which number is wrong.
        error: CoordinateError,
    },
    /// A line that goes farther than [`CORRIDOR_REACH_M`] from its middle.
    #[error(
        "the line goes farther than {} km from its middle; cut it into sites of at most {} km",
        CORRIDOR_REACH_M / 1000.0,
        CORRIDOR_REACH_M / 500.0
    )]
    LineTooLong,
    /// A line whose corridor has more rings or vertices than a boundary may have.
    #[error("the line winds and crosses itself too much for its width; simplify it")]
    LineTooIntricate,
    /// A corridor's width that is out of range.
    #[error("a width of {width_m} m is not between {} and {} m", WIDTH_M.start(), WIDTH_M.end())]
    WidthOutOfRange {
        /// The refused width, in metres.
        width_m: f64,
    },
}

impl BoundaryError {
    /// The same sentence in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::NotGeoJson { detail } => {
                format!("不是 GeoJSON（{detail}）；其格式见 RFC 7946")
            }
            Self::NotAPolygon { found } => {
                format!("这是 GeoJSON {found}；请提供 Polygon 或 MultiPolygon，或只含其一的一个 Feature")
            }
            Self::Empty => "边界为空；每一部分至少要有一个由四个位置组成的环".to_owned(),
            Self::TooManyRings { count } => format!("边界有 {count} 个环；最多 {MOST_RINGS} 个"),
            Self::TooManyVertices { count } => format!("边界有 {count} 个位置；请简化到 {MOST_VERTICES} 个以内"),
            Self::TooFewPositions { ring, count } => {
                let ring = ring.zh();
                format!("{ring}只有 {count} 个位置；至少需要四个与相邻位置不同的位置，且首尾相同")
            }
            Self::NotClosed { ring } => format!("{}没有闭合；请以第一个位置作为最后一个位置", ring.zh()),
            Self::Coordinate { ring, position, error } => {
                let (ring, error) = (ring.zh(), error.zh());
                format!("{ring}第 {position} 个位置：{error}；GeoJSON 先写经度，后写纬度")
            }
            Self::TooLarge { ring } => {
                let (ring, reach) = (ring.zh(), REACH_M / 1000.0);
                format!("{ring}离边界的第一个位置超过 {reach} 公里；请提供单个现场的边界")
            }
            Self::NoArea { ring } => format!("{}几乎没有面积；请提供比手掌更宽的环", ring.zh()),
            Self::SelfCrossing { ring, near } => {
                let (ring, near) = (ring.zh(), place(*near));
                format!("{ring}在 {near} 附近与自身相交或相接；除首尾闭合处外，环不得与自身相遇")
            }
            Self::RingsCross { first, second, near } => {
                let (first, second, near) = (first.zh(), second.zh(), place(*near));
                format!("{first}与{second}在 {near} 附近相交或共边；请合并或分开绘制")
            }
            Self::HoleOutsideShell { ring } => {
                format!("{}是孔，却不在所属部分的外环之内；请移到外环之内，或单独作为一个部分", ring.zh())
            }
            Self::Nested { ring } => format!("{}位于另一个孔或另一个部分之内；请删去", ring.zh()),
            Self::TooIntricate => "边界过于复杂，无法检查：边太长、太多且彼此并列；请简化".to_owned(),
            Self::RadiusOutOfRange { radius_m } => {
                let (least, most) = (RADIUS_M.start(), RADIUS_M.end());
                format!("半径 {radius_m} 米不在 {least} 到 {most} 米之间")
            }
            Self::NotALine { found } => {
                format!("这是 GeoJSON {found}；请提供 LineString 或 MultiLineString，或只含其一的一个 Feature")
            }
            Self::TooManyLinePositions { count } => {
                format!("线有 {count} 个位置；请简化到 {MOST_LINE_POSITIONS} 个以内")
            }
            Self::LineTooShort { line } => format!("第 {line} 条线没有两个不同的位置；至少需要两个"),
            Self::LineCoordinate { line, position, error } => {
                format!("第 {line} 条线第 {position} 个位置：{}；GeoJSON 先写经度，后写纬度", error.zh())
            }
            Self::LineTooLong => {
                let (reach, length) = (CORRIDOR_REACH_M / 1000.0, CORRIDOR_REACH_M / 500.0);
                format!("线离其中点超过 {reach} 公里；请分成几个现场，每个不超过 {length} 公里")
            }
            Self::LineTooIntricate => "就其宽度而言，线过于曲折、自交过多；请简化".to_owned(),
            Self::WidthOutOfRange { width_m } => {
                let (least, most) = (WIDTH_M.start(), WIDTH_M.end());
                format!("宽度 {width_m} 米不在 {least} 到 {most} 米之间")
            }
        }
    }
}

fn place(near: Position) -> String {
    format!("{:.6}, {:.6}", near.latitude(), near.longitude())
}
