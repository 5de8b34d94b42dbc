//! Where visits happen, and what is known of one before anything goes wrong.

use std::sync::Arc;

use super::receiver::{Noise, Sky, between};
use crate::support::time;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    check_ins::evidence::{Candidate, Challenge, Device, Evidence, Fix, Neighbour, Photo, PhotoBytes, Signature},
    policy::{Policy, PolicyDraft},
    projects::{boundary::SiteBoundary, datum::Position},
};
use entity::{ids::SiteVersionId, values::Datum};
use rand::{RngExt, rngs::StdRng};

/// The first policy, as every installation begins with it.
pub(super) fn policy() -> Policy {
    let draft = PolicyDraft {
        version: 1,
        weekly_visits: 1,
        tolerance_m: 30.0,
        accuracy_limit_m: 100.0,
        fix_age_limit_s: 60,
        skew_limit_s: 300,
        photo_required: false,
        photo_reason: "-",
        time_zone: "Asia/Shanghai",
        thresholds: "{}",
    };
    Policy::parse(&draft).unwrap()
}

/// So many metres from the middle of the city.
pub(super) fn at(north_m: f64, east_m: f64) -> Position {
    let latitude = 39.62 + north_m / 111_030.0;
    Position::parse(latitude, 121.98 + east_m / (111_320.0 * 39.62_f64.to_radians().cos())).unwrap()
}

/// A rectangle around the middle of the city, half its sides in metres.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub(super) north_m: f64,
    pub(super) east_m: f64,
}

impl Site {
    pub(super) fn any(random: &mut StdRng) -> Self {
        Self { north_m: between(random, 30.0, 250.0), east_m: between(random, 30.0, 250.0) }
    }

    fn candidate(self) -> Candidate {
        let corner = |north: f64, east: f64| {
            let position = at(north * self.north_m, east * self.east_m);
            format!("[{},{}]", position.longitude(), position.latitude())
        };
        let ring = [corner(-1.0, -1.0), corner(-1.0, 1.0), corner(1.0, 1.0), corner(1.0, -1.0), corner(-1.0, -1.0)];
        let text = format!(r#"{{"type":"Polygon","coordinates":[[{}]]}}"#, ring.join(","));
        let boundary = Arc::new(SiteBoundary::parse_geojson(&text, Datum::Wgs84).unwrap());
        Candidate { version: SiteVersionId(uuid::Uuid::nil()), boundary, datum: Datum::Wgs84, tolerance_m: None }
    }

    /// A place so many metres outside the fence.
    pub(super) fn outside(self, metres: f64, random: &mut StdRng) -> (f64, f64) {
        let along = between(random, -1.0, 1.0);
        match random.random_range(0..4) {
            0 => (self.north_m + metres, along * self.east_m),
            1 => (-self.north_m - metres, along * self.east_m),
            2 => (along * self.north_m, self.east_m + metres),
            _ => (along * self.north_m, -self.east_m - metres),
        }
    }
}

/// A visit: where its person is, and what their phone says.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) site: Site,
    pub(super) sky: Sky,
    /// Metres from the middle of the site, north and east.
    pub(super) place: (f64, f64),
    pub(super) evidence: Evidence,
}

impl Visit {
    /// Somewhere on a site: a signed check-in by a phone with no faults but its receiver's, the day after another.
    pub(super) fn any(random: &mut StdRng) -> Self {
        let (site, sky) = (Site::any(random), Sky::any(random));
        let place = (site.north_m * between(random, -1.0, 1.0), site.east_m * between(random, -1.0, 1.0));
        Self::standing(site, sky, place, random)
    }

    pub(super) fn standing(site: Site, sky: Sky, place: (f64, f64), random: &mut StdRng) -> Self {
        let corrected_at = any_time(random);
        let way = (between(random, -20_000.0, 20_000.0), between(random, -20_000.0, 20_000.0));
        let before = Neighbour {
            corrected_at: corrected_at - TimeDelta::seconds(random.random_range(3_600..200_000)),
            position: at(way.0, way.1),
            accuracy_m: 12.0,
            age_ms: 2_000,
            skew_ms: Some(1_000),
        };
        let evidence = Evidence {
            fixes: Vec::new(),
            skew_ms: random.random_range(100..4_000),
            latency_ms: 0,
            corrected_at,
            capture_skew_ms: None,
            clock_jump_ms: random.random_bool(0.7).then(|| random.random_range(-20..20)),
            challenge: Challenge::Issued { at: corrected_at - TimeDelta::seconds(random.random_range(60..20_000)) },
            photos: Vec::new(),
            device: Device { signature: Signature::Valid, developer_mode: Some(false), ..Device::default() },
            neighbours: vec![before],
            repeated_days: 0,
        };
        let mut visit = Self { site, sky, place, evidence };
        let fix = visit.fix(random);
        visit.evidence.fixes.push(fix);
        visit
    }

    /// A fix of where the person is.
    pub(super) fn fix(&self, random: &mut StdRng) -> Fix {
        let noise = Noise::of(self.sky, random);
        let reported = at(self.place.0 + noise.north_m, self.place.1 + noise.east_m);
        let age_ms = random.random_range(0..20_000);
        Fix { reported, datum: Datum::Wgs84, accuracy_m: noise.accuracy_m, age_ms, mocked: Some(false) }
    }

    /// A fix of another place, as a mock provider makes it.
    pub(super) fn mocked(&self, place: (f64, f64), told: Option<bool>, random: &mut StdRng) -> Fix {
        let noise = Noise::of(Sky::Open, random);
        Fix { reported: at(place.0 + noise.north_m, place.1 + noise.east_m), mocked: told, ..self.fix(random) }
    }

    /// A whole photo, taken a minute before, that says nothing of itself.
    pub(super) fn photo(&self) -> Photo {
        Photo { nearest_bits: Some(24), ..Photo::of(PhotoBytes::Intact) }
    }

    pub(super) fn sites(&self) -> Vec<Candidate> {
        vec![self.site.candidate()]
    }
}

/// In working hours of some day of 2026.
fn any_time(random: &mut StdRng) -> DateTime<Utc> {
    let day = TimeDelta::days(random.random_range(0..300));
    time("2026-01-05T00:30:00Z") + day + TimeDelta::seconds(random.random_range(0..32_000))
}
