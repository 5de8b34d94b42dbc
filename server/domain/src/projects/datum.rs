//! Positions on the WGS-84 ellipsoid, and the datums that phones and maps in China give them in.

use std::{error::Error, fmt};

use entity::values::Datum;
use messages::{Language, Message, message};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// A point on the WGS-84 ellipsoid, in degrees: latitude −90..=90, longitude −180..=180, both finite.
///
/// What [`to_wgs84`] takes and [`from_wgs84`] gives may be in another [`Datum`]; everything else is WGS-84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Position {
    latitude: f64,
    longitude: f64,
}

/// The half of a coordinate that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoordinateField {
    /// Degrees north of the equator.
    Latitude,
    /// Degrees east of Greenwich.
    Longitude,
}

impl CoordinateField {
    const fn limit(self) -> f64 {
        match self {
            Self::Latitude => 90.0,
            Self::Longitude => 180.0,
        }
    }

    /// As the catalogue of messages has it.
    const fn name(self) -> &'static str {
        match self {
            Self::Latitude => "latitude",
            Self::Longitude => "longitude",
        }
    }
}

/// A latitude or longitude that is not a finite number of degrees within its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoordinateError {
    /// Which of the two it was.
    pub field: CoordinateField,
    /// The refused value, in degrees.
    pub value: f64,
}

impl CoordinateError {
    /// What is wrong, and what would be right.
    pub fn message(&self) -> Message {
        message!(CoordinateOutOfRange { field: self.field.name(), value: self.value, limit: self.field.limit() })
    }
}

impl fmt::Display for CoordinateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().said(Language::SOURCE))
    }
}

impl Error for CoordinateError {}

impl Position {
    /// Takes degrees, and refuses what is not finite or out of range; latitude is looked at first.
    pub fn parse(latitude: f64, longitude: f64) -> Result<Self, CoordinateError> {
        let within = |field: CoordinateField, value: f64| {
            // A NaN compares false, so it is refused too.
            if value.abs() <= field.limit() { Ok(value) } else { Err(CoordinateError { field, value }) }
        };
        Ok(Self {
            latitude: within(CoordinateField::Latitude, latitude)?,
            longitude: within(CoordinateField::Longitude, longitude)?,
        })
    }

    /// The position of computed degrees, which rounding or a datum's shift may have carried over the edge of the
    /// range: longitude goes round, latitude stops at the pole. Finite degrees only.
    pub(crate) fn wrapped(latitude: f64, longitude: f64) -> Self {
        let longitude = match longitude {
            east if east > 180.0 => east - 360.0,
            west if west < -180.0 => west + 360.0,
            within => within,
        };
        Self { latitude: latitude.clamp(-90.0, 90.0), longitude }
    }

    /// As far from here as `from` is from `to`, in degrees.
    pub(crate) fn less(self, from: Self, to: Self) -> Self {
        Self::wrapped(self.latitude - (to.latitude - from.latitude), self.longitude - (to.longitude - from.longitude))
    }

    /// Degrees north of the equator, −90..=90.
    pub const fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east of Greenwich, −180..=180.
    pub const fn longitude(self) -> f64 {
        self.longitude
    }
}

/// A position as it is written down.
#[derive(Serialize, Deserialize)]
struct Written {
    latitude: f64,
    longitude: f64,
}

impl From<Position> for Written {
    fn from(position: Position) -> Self {
        Self { latitude: position.latitude, longitude: position.longitude }
    }
}

impl TryFrom<Written> for Position {
    type Error = CoordinateError;

    fn try_from(written: Written) -> Result<Self, CoordinateError> {
        Self::parse(written.latitude, written.longitude)
    }
}

/// Where a position given in `datum` lies in WGS-84.
///
/// GCJ-02 is defined for China only. A coordinate labelled GCJ-02 is converted as such wherever it lies within 0–56° N,
/// 72–138° E, whatever side of a border that is: the label says which map it was read from. Outside that box GCJ-02
/// equals WGS-84. BD-09 is a further shift on top of GCJ-02, everywhere.
///
/// The published formulas go from WGS-84 outwards and have no closed inverse, so this inverts them by fixed-point
/// iteration: [`from_wgs84`] gives the coordinate back to within a micrometre inside the box. Across the box's edge,
/// and for BD-09 across the antimeridian, where the shift itself is broken off, it does not.
pub fn to_wgs84(position: Position, datum: Datum) -> Position {
    let given = (position.longitude, position.latitude);
    let (longitude, latitude) = match datum {
        Datum::Wgs84 => given,
        Datum::Gcj02 => gcj02_to_wgs84(given),
        Datum::Bd09 => gcj02_to_wgs84(invert(coordtransform::gcj02_to_bd09, given)),
    };
    Position::wrapped(latitude, longitude)
}

/// What a WGS-84 position is called in `datum`; see [`to_wgs84`] for where the datums apply.
pub fn from_wgs84(position: Position, datum: Datum) -> Position {
    let wgs84 = (position.longitude, position.latitude);
    let (longitude, latitude) = match datum {
        Datum::Wgs84 => wgs84,
        Datum::Gcj02 => wgs84_to_gcj02(wgs84),
        Datum::Bd09 => {
            let (longitude, latitude) = wgs84_to_gcj02(wgs84);
            coordtransform::gcj02_to_bd09(longitude, latitude)
        }
    };
    Position::wrapped(latitude, longitude)
}

/// What a WGS-84 position is called in GCJ-02 and in BD-09, at the cost of one of them.
pub(crate) fn in_gcj02_and_bd09(position: Position) -> (Position, Position) {
    let gcj02 = wgs84_to_gcj02((position.longitude, position.latitude));
    let bd09 = coordtransform::gcj02_to_bd09(gcj02.0, gcj02.1);
    (Position::wrapped(gcj02.1, gcj02.0), Position::wrapped(bd09.1, bd09.0))
}

/// Longitude first, latitude second, in degrees: the order of `coordtransform`.
type Degrees = (f64, f64);

/// The box stands in for `coordtransform`'s own mask of China, which is wrong along the border.
fn gcj02_applies((longitude, latitude): Degrees) -> bool {
    (72.0..=138.0).contains(&longitude) && (0.0..=56.0).contains(&latitude)
}

fn wgs84_to_gcj02(wgs84: Degrees) -> Degrees {
    if gcj02_applies(wgs84) { coordtransform::wgs84_to_gcj02_in_mainland(wgs84.0, wgs84.1) } else { wgs84 }
}

fn gcj02_to_wgs84(gcj02: Degrees) -> Degrees {
    if gcj02_applies(gcj02) { invert(coordtransform::wgs84_to_gcj02_in_mainland, gcj02) } else { gcj02 }
}

/// Solves `shift(x) = target` by x ← x − (shift(x) − target). Both shifts change by less than 5 % of the way one
/// moves, so every round brings at least one more digit; the bound on rounds only makes the function total.
fn invert(shift: impl Fn(f64, f64) -> Degrees, target: Degrees) -> Degrees {
    const ROUNDS: usize = 20;
    const DEGREES: f64 = 1e-12; // 0.1 µm
    let mut solution = target;
    for _ in 0..ROUNDS {
        let shifted = shift(solution.0, solution.1);
        let error = (shifted.0 - target.0, shifted.1 - target.1);
        solution = (solution.0 - error.0, solution.1 - error.1);
        if error.0.abs().max(error.1.abs()) < DEGREES {
            break;
        }
    }
    solution
}
