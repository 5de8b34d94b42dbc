//! Who was not there, and says so.

use super::{
    receiver::{Sky, between},
    world::{Site, Visit, at},
};
use chrono::TimeDelta;
use domain::check_ins::evidence::{Challenge, Fix, Neighbour, Photo, Signature};
use rand::{RngExt, rngs::StdRng};

/// A way to cheat, how many try it, and what the one of this number does.
pub(super) struct Way {
    pub(super) name: &'static str,
    pub(super) many: usize,
    pub(super) make: fn(&mut StdRng, usize) -> Visit,
}

macro_rules! ways {
    ($($name:literal, $many:literal: $make:expr;)+) => {
        &[$(Way { name: $name, many: $many, make: $make }),+]
    };
}

pub(super) const WAYS: &[Way] = ways! {
    "from the office, 300 m to 5 km from the fence", 200: |r, _| away(300.0, 5_000.0, r);
    "from across the road, 100 to 300 m from the fence", 75: |r, _| away(100.0, 300.0, r);
    "a mock app, and the phone says so", 100: |r, _| mocked(Some(true), r);
    "a mock app with the same coordinates each day; the phone hides it", 100: |r, number| {
        let mut visit = mocked(None, r);
        visit.evidence.repeated_days = u32::try_from(number % 10).unwrap();
        visit
    };
    "a mock app while the phone's owner checks in elsewhere", 75: |r, _| {
        let mut visit = mocked(None, r);
        let elsewhere = Neighbour {
            corrected_at: visit.evidence.corrected_at + TimeDelta::seconds(r.random_range(-300..300)),
            position: at(between(r, 30_000.0, 80_000.0), 0.0),
            ..visit.evidence.neighbours[0]
        };
        visit.evidence.neighbours.push(elsewhere);
        visit
    };
    "two usable fixes, the office's and a mocked one of the site", 25: |r, _| {
        let mut visit = away(2_000.0, 5_000.0, r);
        let fix = visit.mocked((0.0, 0.0), None, r);
        visit.evidence.fixes.push(fix);
        visit
    };
    "a mock app that scatters like a receiver, and no other trace", 50: |r, _| mocked(None, r);
    "a mock app and one's own photo of another day", 100: |r, _| {
        let mut visit = mocked(None, r);
        visit.evidence.photos = vec![Photo { reused: 1, ..visit.photo() }];
        visit
    };
    "a mock app and a colleague's photo, saved again", 75: |r, _| {
        let mut visit = mocked(None, r);
        visit.evidence.photos = vec![Photo { nearest_bits: Some(r.random_range(0..8)), ..visit.photo() }];
        visit
    };
    "a mock app and a photo whose EXIF names the real place", 50: |r, _| {
        let mut visit = mocked(None, r);
        let there = Some(at(visit.place.0, visit.place.1));
        visit.evidence.photos = vec![Photo { position: there, ..visit.photo() }];
        visit
    };
    "a colleague on the site checks in for them, too", 75: |r, _| {
        let mut visit = Visit::any(r);
        visit.evidence.device.other_people = 1;
        visit
    };
    "content altered after it was signed", 50: |r, _| {
        let mut visit = mocked(None, r);
        visit.evidence.device.signature = Signature::Invalid;
        visit
    };
    "made up days later, with today's challenge", 75: |r, number| {
        let mut visit = mocked(None, r);
        let later = visit.evidence.corrected_at + TimeDelta::hours(r.random_range(20..90));
        visit.evidence.challenge = Challenge::Issued { at: later };
        // Half of them leave the boot clock out.
        visit.evidence.clock_jump_ms = (number % 2 == 0).then_some(10);
        visit
    };
    "the clock set back to the day that was missed", 50: |r, _| {
        let mut visit = mocked(None, r);
        visit.evidence.clock_jump_ms = Some(-1000 * r.random_range(3_600..400_000));
        visit
    };
    "an old fix of the site, sent from home", 50: |r, _| {
        let mut visit = Visit::any(r);
        let fix = visit.evidence.fixes[0];
        visit.evidence.fixes = vec![Fix { age_ms: r.random_range(200_000..80_000_000), ..fix }];
        visit
    };
};

/// So many metres from the fence, by a phone that tells it.
fn away(least_m: f64, most_m: f64, random: &mut StdRng) -> Visit {
    let (site, sky) = (Site::any(random), Sky::any(random));
    let metres = between(random, least_m, most_m);
    let place = site.outside(metres, random);
    Visit::standing(site, sky, place, random)
}

/// At home, by a phone that says it is on the site.
fn mocked(told: Option<bool>, random: &mut StdRng) -> Visit {
    let mut visit = away(3_000.0, 15_000.0, random);
    let site = visit.site;
    let pretended = (site.north_m * between(random, -0.7, 0.7), site.east_m * between(random, -0.7, 0.7));
    visit.evidence.fixes = vec![visit.mocked(pretended, told, random)];
    visit
}
