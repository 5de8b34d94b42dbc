//! Who was there, with whatever goes wrong with phones that nobody tampers with.

use super::{
    receiver::between,
    world::{Visit, at},
};
use chrono::TimeDelta;
use domain::{
    check_ins::evidence::{Challenge, Fix, Photo, PhotoBytes, Signature},
    projects::datum::{Position, from_wgs84},
};
use entity::values::Datum;
use rand::{RngExt, rngs::StdRng};

/// A fault: how often in a thousand visits, and what it does.
struct Fault {
    name: &'static str,
    of_1000: u32,
    happen: fn(&mut Visit, &mut StdRng),
}

macro_rules! faults {
    ($($name:literal, $of_1000:literal: $happen:expr;)+) => {
        &[$(Fault { name: $name, of_1000: $of_1000, happen: $happen }),+]
    };
}

const FAULTS: &[Fault] = faults! {
    "at the gate, up to 25 m outside the fence", 80: |v, r| {
        let (metres, site) = (between(r, 0.0, 25.0), v.site);
        v.place = site.outside(metres, r);
        v.evidence.fixes = vec![v.fix(r)];
    };
    "several fixes around the capture", 300: |v, r| for _ in 0..r.random_range(1..4) {
        let fix = v.fix(r);
        v.evidence.fixes.push(fix);
    };
    "no position: in a basement or a tunnel", 6: |v, _| v.evidence.fixes.clear();
    "only the cell tower's position", 8: |v, r| v.evidence.fixes = vec![Fix { accuracy_m: between(r, 150.0, 3_000.0), ..v.fix(r) }];
    "only an old fix, of the way here", 8: |v, r| v.evidence.fixes = vec![stale(v, r)];
    "an old fix first, a fresh one after it", 60: |v, r| { let fix = stale(v, r); v.evidence.fixes.insert(0, fix); };
    "0° N 0° E first, a fresh fix after it", 15: |v, r| {
        let nowhere = Fix { reported: Position::parse(0.0, 0.0).unwrap(), ..v.fix(r) };
        v.evidence.fixes.insert(0, nowhere);
    };
    "a position in GCJ-02, and called so", 80: |v, _| v.evidence.fixes.iter_mut().for_each(|fix| {
        (fix.reported, fix.datum) = (from_wgs84(fix.reported, Datum::Gcj02), Datum::Gcj02);
    });
    "a position in GCJ-02, and called WGS-84", 7: |v, _| v.evidence.fixes.iter_mut().for_each(|fix| {
        if fix.datum == Datum::Wgs84 {
            fix.reported = from_wgs84(fix.reported, Datum::Gcj02);
        }
    });
    "a phone that does not say whether its position is mocked", 200: |v, _| v.evidence.fixes.iter_mut().for_each(|fix| fix.mocked = None);
    "a clock some minutes off", 60: |v, r| v.evidence.skew_ms = r.random_range(-280_000..280_000);
    "a clock an hour off", 6: |v, _| v.evidence.skew_ms = 3_600_000;
    "a clock that was set between capture and sending", 3: |v, r| v.evidence.clock_jump_ms = Some(r.random_range(200_000..900_000));
    "a clock five days slow at capture, set right by a restart", 3: |v, _| {
        v.evidence.clock_jump_ms = None;
        if let Challenge::Issued { at } = &mut v.evidence.challenge {
            *at += TimeDelta::days(5);
        }
    };
    "no challenge: the phone was offline for days", 100: |v, _| v.evidence.challenge = Challenge::None;
    "sent hours or days later", 120: |v, r| v.evidence.neighbours.extend(v.evidence.neighbours.first().copied().map(|mut before| {
        before.corrected_at = v.evidence.corrected_at + TimeDelta::seconds(r.random_range(4_000..90_000));
        before
    }));
    "another site of theirs next door, a minute before", 60: |v, r| {
        let mut before = v.evidence.neighbours[0];
        before.corrected_at = v.evidence.corrected_at - TimeDelta::seconds(r.random_range(1..90));
        before.position = at(v.place.0 + between(r, -250.0, 250.0), v.place.1 + between(r, -250.0, 250.0));
        v.evidence.neighbours.push(before);
    };
    "a message 25 s on its way", 20: |v, _| v.evidence.skew_ms += 25_000;
    "a photo without EXIF: chosen in a browser, or from a canvas", 400: |v, _| v.evidence.photos.push(v.photo());
    "a photo whose EXIF has time and place", 200: |v, r| {
        let mut photo = v.photo();
        photo.position = Some(at(v.place.0 + between(r, -30.0, 30.0), v.place.1 + between(r, -30.0, 30.0)));
        photo.taken_at = Some(v.evidence.corrected_at - TimeDelta::seconds(r.random_range(0..400)));
        v.evidence.photos.push(photo);
    };
    "a photo with the camera's last known place, kilometres away", 3: |v, r| {
        let mut photo = v.photo();
        photo.position = Some(at(between(r, 2_000.0, 9_000.0), 0.0));
        v.evidence.photos.push(photo);
    };
    "a photo taken an hour before, on the way in", 4: |v, _| {
        let mut photo = v.photo();
        photo.taken_at = Some(v.evidence.corrected_at - TimeDelta::minutes(70));
        v.evidence.photos.push(photo);
    };
    "a photo that can't be read", 4: |v, _| { let photo = v.photo(); v.evidence.photos.push(Photo { unreadable: true, nearest_bits: None, ..photo }); };
    "a photo that was lost or cut short", 2: |v, _| v.evidence.photos.push(Photo::of(PhotoBytes::Damaged));
    "a photo much like one of another visit, of a bare wall", 2: |v, _| { let photo = v.photo(); v.evidence.photos.push(Photo { nearest_bits: Some(6), ..photo }); };
    "no registered device", 250: |v, _| v.evidence.device.signature = Signature::None;
    "signed in on a borrowed phone, unsigned", 6: |v, _| v.evidence.device.signature = Signature::Missing;
    "the app was installed anew, and its key is not known yet", 8: |v, _| v.evidence.device.signature = Signature::Missing;
    "a new phone", 20: |v, _| v.evidence.device.new = true;
    "a phone that was a colleague's a week ago", 3: |v, _| v.evidence.device.other_people = 1;
    "developer options are on", 30: |v, _| v.evidence.device.developer_mode = Some(true);
};

fn stale(visit: &Visit, random: &mut StdRng) -> Fix {
    let age_ms = random.random_range(120_000..18_000_000);
    let reported = at(between(random, -9_000.0, 9_000.0), between(random, -9_000.0, 9_000.0));
    Fix { reported, age_ms, ..visit.fix(random) }
}

/// An honest visit, and what went wrong with it.
pub(super) fn visit(random: &mut StdRng) -> (Visit, Vec<&'static str>) {
    let mut visit = Visit::any(random);
    let mut wrong = Vec::new();
    for fault in FAULTS {
        if random.random_range(0..1000) < fault.of_1000 {
            (fault.happen)(&mut visit, random);
            wrong.push(fault.name);
        }
    }
    (visit, wrong)
}

/// Every fault, in the order of the table.
pub(super) fn faults() -> impl Iterator<Item = &'static str> {
    FAULTS.iter().map(|fault| fault.name)
}
