//! Sentences about boundaries that may be wrong.

use entity::values::Datum;
use messages::{Message, message, whole};

/// The eight winds and the bearing of each, degrees.
const WINDS: [(f64, &str); 9] = [
    (0.0, "north"),
    (45.0, "north-east"),
    (90.0, "east"),
    (135.0, "south-east"),
    (180.0, "south"),
    (225.0, "south-west"),
    (270.0, "west"),
    (315.0, "north-west"),
    (360.0, "north"),
];

pub(crate) fn hint(
    check_ins: usize,
    people: usize,
    days: usize,
    distance_m: f64,
    bearing: f64,
    datum: Option<Datum>,
) -> Message {
    let off = |wind: &&(f64, &str)| (wind.0 - bearing).abs();
    let wind = WINDS.iter().min_by(|a, b| off(a).total_cmp(&off(b))).map_or("", |(_, wind)| *wind);
    let wind = message!(Wind { wind });
    let distance = whole(distance_m);
    let sightings = message!(BoundarySightings { check_ins, people, days, distance, wind });
    let label = datum.map(|datum| match datum {
        Datum::Wgs84 => "WGS-84",
        Datum::Gcj02 => "GCJ-02",
        Datum::Bd09 => "BD-09",
    });
    match label {
        Some(datum) => message!(BoundaryOfAnotherDatum { sightings, datum }),
        None => message!(BoundaryDrawnWrongly { sightings }),
    }
}
