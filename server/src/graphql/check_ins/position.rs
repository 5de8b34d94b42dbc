//! Where a check-in was made, as precisely as whoever asks may know it.

use async_graphql::{Enum, Result, SimpleObject};
use domain::{check_ins::phone_fix::PhoneFix, projects::datum};

use crate::graphql::projects::site::SiteVersion;

/// A place.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Position {
    /// Latitude, WGS-84 degrees.
    latitude: f64,
    /// Longitude, WGS-84 degrees.
    longitude: f64,
    /// How precisely it is told.
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

impl Position {
    /// Where a fix lies; nothing where it is no place on Earth.
    pub(in crate::graphql) fn of_fix(fix: &PhoneFix) -> Option<Self> {
        let position = datum::Position::parse(fix.latitude, fix.longitude).ok()?;
        Some(Self::at(datum::to_wgs84(position, fix.datum), PositionPrecision::Fix))
    }

    /// The middle of a site.
    pub(in crate::graphql) fn of_site(site: &SiteVersion) -> Result<Self> {
        Ok(Self::at(site.centre()?, PositionPrecision::Site))
    }

    fn at(position: datum::Position, precision: PositionPrecision) -> Self {
        Self { latitude: position.latitude(), longitude: position.longitude(), precision }
    }
}
