//! How satellite receivers in phones err, after what was published of it.
//!
//! - Under the open sky a phone is within some 4.9 m (GPS.gov, "GPS Accuracy", after F. van Diggelen and P. Enge, "The
//!   World's First GPS MOOC and Worldwide Laboratory Using Smartphones", ION GNSS+ 2015).
//! - Among trees and houses 7 to 13 m on average (K. Merry and P. Bettinger, "Smartphone GPS Accuracy Study in an Urban
//!   Environment", PLoS ONE 14(7), e0219890, 2019).
//! - Between high buildings errors have heavy tails, which a logistic distribution describes (Z. Li, P. Yan and L.-T.
//!   Hsu, "Improved GNSS Positioning in Urban Environments Using a Logistic Error Model", ION Pacific PNT 2026); and where
//!   satellites are heard by reflection only, the whole position is displaced, by 50 m and more (L.-T. Hsu, "Analysis and
//!   Modeling GPS NLOS Effect in Highly Urbanized Area", GPS Solutions 22:7, 2018).
//! - The radius a phone gives is to be that of 68 % (Android's `Location.getAccuracy`). Receivers that take all errors for
//!   Gaussian noise give one two to three times too small between buildings.

use rand::{RngExt, rngs::StdRng};

/// What surrounds the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sky {
    /// Fields, and sites before anything is built.
    Open,
    /// Scaffolds, trees and low houses.
    Partly,
    /// High buildings and cranes.
    Canyon,
}

impl Sky {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Open => "*under the open sky*",
            Self::Partly => "*among trees and houses*",
            Self::Canyon => "*between high buildings*",
        }
    }

    pub(super) fn any(random: &mut StdRng) -> Self {
        match random.random_range(0..100) {
            0..45 => Self::Open,
            45..80 => Self::Partly,
            _ => Self::Canyon,
        }
    }
}

/// An error, metres to the north and to the east, and the radius that the phone gives for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise {
    pub(super) north_m: f64,
    pub(super) east_m: f64,
    pub(super) accuracy_m: f64,
}

impl Noise {
    pub(super) fn of(sky: Sky, random: &mut StdRng) -> Self {
        match sky {
            // Of a Gaussian, 68 % lie within 1.51 standard deviations: 4.9 m.
            Sky::Open => Self::gaussian(3.25, between(random, 0.8, 1.6), random),
            Sky::Partly => Self::gaussian(6.5, between(random, 0.7, 1.4), random),
            Sky::Canyon => Self::between_buildings(random),
        }
    }

    fn gaussian(sigma_m: f64, told: f64, random: &mut StdRng) -> Self {
        let (north_m, east_m) = (sigma_m * gaussian(random), sigma_m * gaussian(random));
        Self { north_m, east_m, accuracy_m: (told * 1.51 * sigma_m).max(3.0) }
    }

    fn between_buildings(random: &mut StdRng) -> Self {
        /// Metres; 68 % lie within 16 m.
        const SCALE_M: f64 = 6.0;
        /// How often reflections alone are heard of so many satellites that they displace the position.
        const REFLECTED: f64 = 0.25;
        /// Metres, of which 68 % of the displacements are less; 50 m and more are one in ten.
        const DISPLACED_M: f64 = 30.0;
        let (mut north_m, mut east_m) = (SCALE_M * logistic(random), SCALE_M * logistic(random));
        let mut within_m = 16.0;
        if random.random_bool(REFLECTED) {
            let (way, bearing) = (DISPLACED_M * gaussian(random), between(random, 0.0, std::f64::consts::PI));
            north_m += way * bearing.cos();
            east_m += way * bearing.sin();
            within_m = 38.0;
        }
        Self { north_m, east_m, accuracy_m: within_m / between(random, 2.0, 3.0) }
    }
}

/// Above 0, below 1.
fn uniform(random: &mut StdRng) -> f64 {
    random.random_range(1e-9..1.0)
}

pub(super) fn between(random: &mut StdRng, least: f64, most: f64) -> f64 {
    random.random_range(least..most)
}

/// Box and Muller's.
fn gaussian(random: &mut StdRng) -> f64 {
    (-2.0 * uniform(random).ln()).sqrt() * (std::f64::consts::TAU * uniform(random)).cos()
}

fn logistic(random: &mut StdRng) -> f64 {
    let share = uniform(random);
    (share / (1.0 - share)).ln()
}
