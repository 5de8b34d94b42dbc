//! Where a check-in was made, as precisely as whoever asks may know it.

use async_graphql::{Description, Enum, Result};
use domain::{check_ins::phone_fix::PhoneFix, projects::datum};

use crate::graphql::{
    engine::levels::{Fields, Leaf, Noun},
    projects::site,
};

/// A place.
#[derive(Clone, Copy, Debug, Description)]
pub struct Position {
    /// WGS-84 degrees.
    place: datum::Position,
    precision: PositionPrecision,
}

/// How precisely a place is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PositionPrecision {
    /// The middle of the site that a fix was compared with: nothing of the fix but that.
    Site,
    /// The fix itself.
    Fix,
}

impl Leaf for PositionPrecision {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(match self {
            Self::Site => br#""SITE""#,
            Self::Fix => br#""FIX""#,
        });
    }
}

impl Noun for Position {
    const NAME: &'static str = "Position";

    fn fields(of: &mut Fields<Self>) {
        of.part("latitude", "Latitude, WGS-84 degrees.", |position: &Self| position.place.latitude());
        of.part("longitude", "Longitude, WGS-84 degrees.", |position: &Self| position.place.longitude());
        of.part("precision", "How precisely it is told.", |position: &Self| position.precision);
    }
}

impl Position {
    /// Where a fix lies; nothing where it is no place on Earth.
    pub(in crate::graphql) fn of_fix(fix: &PhoneFix) -> Option<Self> {
        let place = datum::Position::parse(fix.latitude, fix.longitude).ok()?;
        Some(Self { place: datum::to_wgs84(place, fix.datum), precision: PositionPrecision::Fix })
    }

    /// The middle of a site, by its stored boundary.
    pub(in crate::graphql) fn of_site(boundary: &str) -> Result<Self> {
        Ok(Self { place: site::centre(boundary)?, precision: PositionPrecision::Site })
    }
}
