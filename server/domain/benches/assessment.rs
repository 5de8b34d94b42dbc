//! What an assessment costs, against the bare `geo` calls that measure one position from one site, in the same run.
//!
//! `cargo bench -p domain --bench assessment` gives Criterion's figures for each and then a table of medians over
//! interleaved rounds, so that whatever else the machine does falls on both alike.
#![expect(clippy::print_stdout, reason = "the table is what one runs it for")]
#![expect(clippy::unwrap_used, reason = "a benchmark has nobody to tell")]

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{TimeZone, Utc};
use criterion::{BenchmarkId, Criterion, criterion_group};
use domain::{
    check_ins::evidence::{Candidate, Challenge, Device, Evidence, Fix, Photo, PhotoBytes, Signature, judge},
    policy::{Policy, PolicyDraft},
    projects::{boundary::SiteBoundary, datum::Position},
};
use entity::{
    ids::SiteVersionId,
    values::{Datum, Verdict},
};
use geo::{
    Closest, Coord, CoordinatePosition, Destination, Distance, Euclidean, Geodesic, HaversineClosestPoint, LineString,
    MultiPolygon, Point, Polygon, coordinate_position::CoordPos,
};

const CENTRE: Point = Point(Coord { x: 121.98, y: 39.62 });

/// Where the person is: metres east of the site's middle, whose radius is about 500 m, and their accuracy.
const CASES: [(&str, f64, f64, Verdict); 5] = [
    ("inside", 300.0, 8.0, Verdict::Verified),
    ("at the edge, with the probability", 515.0, 40.0, Verdict::NeedsReview),
    ("700 m outside, read in other datums", 1_200.0, 8.0, Verdict::Rejected),
    ("5 km outside", 5_500.0, 8.0, Verdict::Rejected),
    ("90 km outside", 90_000.0, 8.0, Verdict::Rejected),
];

const SIZES: [u32; 2] = [100, 10_000];

/// A ring with that many vertices, ragged as surveyed ones are.
fn ring(vertices: u32) -> LineString {
    let corner = |k: u32| {
        let bearing = 360.0 - 360.0 * f64::from(k % vertices) / f64::from(vertices);
        Geodesic.destination(CENTRE, bearing, 500.0 + 5.0 * f64::from(k % vertices % 7)).0
    };
    (0..=vertices).map(corner).collect()
}

fn policy() -> Policy {
    Policy::parse(&PolicyDraft {
        version: 1,
        weekly_visits: 1,
        tolerance_m: 30.0,
        accuracy_limit_m: 100.0,
        fix_age_limit_s: 60,
        skew_limit_s: 300,
        photo_required: false,
        photo_reason: "not asked for",
        time_zone: "Asia/Shanghai",
        thresholds: "{}",
    })
    .unwrap()
}

fn position(point: Point) -> Position {
    Position::parse(point.y(), point.x()).unwrap()
}

/// A signed check-in with a photo and a fix there.
fn evidence(place: Point, accuracy_m: f64) -> Evidence {
    let corrected_at = Utc.with_ymd_and_hms(2026, 3, 18, 2, 0, 0).unwrap();
    Evidence {
        fixes: vec![Fix {
            reported: position(place),
            datum: Datum::Wgs84,
            accuracy_m,
            age_ms: 3_000,
            mocked: Some(false),
        }],
        skew_ms: 800,
        latency_ms: 0,
        corrected_at,
        capture_skew_ms: None,
        clock_jump_ms: Some(15),
        challenge: Challenge::Issued { at: corrected_at },
        photos: vec![Photo::of(PhotoBytes::Intact)],
        device: Device { signature: Signature::Valid, ..Device::default() },
        neighbours: Vec::new(),
        repeated_days: 0,
    }
}

struct Scene {
    name: String,
    evidence: Evidence,
    sites: Vec<Candidate>,
    policy: Policy,
    place: Point,
    polygons: MultiPolygon,
    stored: String,
}

fn scenes() -> impl Iterator<Item = Scene> {
    SIZES.into_iter().flat_map(|vertices| CASES.map(|case| scene(vertices, case)))
}

fn scene(vertices: u32, (name, east_m, accuracy_m, verdict): (&str, f64, f64, Verdict)) -> Scene {
    let polygons = MultiPolygon(vec![Polygon::new(ring(vertices), Vec::new())]);
    let text = geojson::GeometryValue::from(&polygons).to_string();
    let boundary = SiteBoundary::parse_geojson(&text, Datum::Wgs84).unwrap();
    // Not quite east, where a vertex would be met exactly and `geo` be done.
    let place = Geodesic.destination(CENTRE, 90.77, east_m);
    let stored = boundary.to_geojson();
    let scene = Scene {
        name: format!("{vertices} vertices, {name}"),
        evidence: evidence(place, accuracy_m),
        sites: vec![Candidate {
            version: SiteVersionId(uuid::Uuid::nil()),
            boundary: Arc::new(boundary),
            datum: Datum::Wgs84,
            tolerance_m: None,
        }],
        policy: policy(),
        place,
        polygons,
        stored,
    };
    assert_eq!(judge(&scene.evidence, &scene.sites, &scene.policy).verdict, verdict, "{}", scene.name);
    scene
}

impl Scene {
    /// The whole assessment.
    fn assessment(&self) -> usize {
        judge(black_box(&self.evidence), black_box(&self.sites), &self.policy).findings.len()
    }

    /// The same, and what it says in both languages, as it is stored.
    fn assessment_in_words(&self) -> usize {
        let judgement = judge(black_box(&self.evidence), black_box(&self.sites), &self.policy);
        judgement.findings.iter().map(|finding| finding.sentence()).map(|said| said.zh.len() + said.en.len()).sum()
    }

    /// The same by a boundary that has to be read first.
    fn assessment_uncached(&self) -> usize {
        let boundary = Arc::new(SiteBoundary::from_stored(black_box(&self.stored)).unwrap());
        let site = Candidate { version: self.sites[0].version, boundary, datum: Datum::Wgs84, tolerance_m: None };
        judge(black_box(&self.evidence), &[site], &self.policy).findings.len()
    }

    fn is_inside(&self) -> bool {
        black_box(&self.polygons).coordinate_position(&black_box(self.place).0) == CoordPos::Inside
    }

    /// Whether inside, and how far the edge is, on a plane of degrees: fast, and wrong by a quarter here.
    fn bare_planar(&self) -> (bool, f64) {
        let rings = self.polygons.iter().map(Polygon::exterior);
        let distances = rings.map(|ring| Euclidean.distance(&black_box(self.place), black_box(ring)));
        (self.is_inside(), distances.fold(f64::INFINITY, f64::min))
    }

    /// The same by the nearest point on the sphere, measured on the ellipsoid: right to metres.
    fn bare_geodesic(&self) -> (bool, f64) {
        let rings = self.polygons.iter().map(Polygon::exterior);
        let distances = rings.map(|ring| match black_box(ring).haversine_closest_point(&black_box(self.place)) {
            Closest::Intersection(point) | Closest::SinglePoint(point) => Geodesic.distance(self.place, point),
            Closest::Indeterminate => f64::INFINITY,
        });
        (self.is_inside(), distances.fold(f64::INFINITY, f64::min))
    }
}

fn assessments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("assessment");
    for scene in scenes() {
        group.bench_function(BenchmarkId::new("judge", &scene.name), |b| b.iter(|| scene.assessment()));
        group.bench_function(BenchmarkId::new("judge and tell", &scene.name), |b| {
            b.iter(|| scene.assessment_in_words());
        });
        group.bench_function(BenchmarkId::new("geo planar", &scene.name), |b| b.iter(|| scene.bare_planar()));
        group.bench_function(BenchmarkId::new("geo geodesic", &scene.name), |b| b.iter(|| scene.bare_geodesic()));
    }
    for scene in SIZES.map(|vertices| scene(vertices, CASES[0])) {
        group.bench_function(BenchmarkId::new("read and judge", &scene.name), |b| {
            b.iter(|| scene.assessment_uncached());
        });
    }
    group.finish();
}

/// The median of one call's time to each of these, taking turns.
fn medians<const N: usize>(calls: [&dyn Fn(); N]) -> [Duration; N] {
    const ROUNDS: usize = 301;
    const TURN: Duration = Duration::from_micros(200);
    let repeats = calls.map(|call| {
        let start = Instant::now();
        let mut count = 0_u32;
        while count == 0 || start.elapsed() < TURN {
            call();
            count += 1;
        }
        count
    });
    let mut taken = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for ((call, count), taken) in calls.iter().zip(repeats).zip(&mut taken) {
            let start = Instant::now();
            for _ in 0..count {
                call();
            }
            taken.push(start.elapsed() / count);
        }
    }
    taken.map(|mut taken| {
        taken.sort_unstable();
        taken[ROUNDS / 2]
    })
}

fn table() {
    println!("\nOne core, medians. × is against the bare geo calls of the column before.\n");
    println!(
        "| case | assessments/s | judge | judge and tell | geo planar | judge × | tell × | geo geodesic | judge × |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for scene in scenes() {
        let [judge, tell, planar, geodesic] = medians([
            &|| _ = black_box(scene.assessment()),
            &|| _ = black_box(scene.assessment_in_words()),
            &|| _ = black_box(scene.bare_planar()),
            &|| _ = black_box(scene.bare_geodesic()),
        ]);
        let per = |bare: Duration, of: Duration| of.as_secs_f64() / bare.as_secs_f64();
        println!(
            "| {} | {:.0} | {judge:.2?} | {tell:.2?} | {planar:.2?} | {:.2} | {:.2} | {geodesic:.2?} | {:.2} |",
            scene.name,
            1.0 / judge.as_secs_f64(),
            per(planar, judge),
            per(planar, tell),
            per(geodesic, judge),
        );
    }
    println!("\n| the boundary's text | from the cache | read first |\n|---|---|---|");
    for scene in SIZES.map(|vertices| scene(vertices, CASES[0])) {
        let [cached, read] =
            medians([&|| _ = black_box(scene.assessment()), &|| _ = black_box(scene.assessment_uncached())]);
        println!("| {} ({} KB) | {cached:.2?} | {read:.2?} |", scene.name, scene.stored.len() / 1024);
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
    targets = assessments
}

fn main() {
    benches();
    // `cargo test --benches` only asks whether it runs.
    if std::env::args().any(|argument| argument == "--bench") {
        table();
    }
    Criterion::default().configure_from_args().final_summary();
}
