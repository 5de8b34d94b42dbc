//! What happened, what it deserves, and that it gets it: read it as a document in `docs/situations.md`.
//!
//! Each row changes one honest visit: a signed check-in at the centre of a site of 150 m radius, by one fix accurate to
//! 8 m and 3 s old, with one whole photo taken there a minute before. What a row does not list must pass or be absent.

use std::{collections::BTreeSet, fmt::Write};

use chrono::{TimeDelta, TimeZone};
use geo::Coord;
use geojson::{GeometryValue, Position as GeoJsonPosition};
use uuid::Uuid;

use super::*;
use crate::{
    policy::{Thresholds, tests::policy},
    projects::{
        boundary::LocalPlane,
        datum::{from_wgs84, to_wgs84},
    },
};

mod combined;
mod device;
mod photo;
mod position;
mod time;

/// A chapter of the document.
struct Section {
    title: &'static str,
    situations: &'static [Situation],
}

/// A row of the document.
struct Situation {
    /// What happened.
    happened: &'static str,
    /// How that changes the honest visit.
    change: fn(&mut Case),
    verdict: Verdict,
    /// Everything that is not a pass, hints too.
    adverse: &'static [(FindingCode, FindingOutcome)],
}

/// `"what happened": change => Verdict [Code Outcome, …];`
macro_rules! situations {
    ($($title:literal {
        $($happened:literal: $change:expr => $verdict:ident [$($code:ident $outcome:ident),*];)+
    })+) => {
        pub(super) const SECTIONS: &[super::Section] = &[$(super::Section {
            title: $title,
            situations: &[$(super::Situation {
                happened: $happened,
                change: $change,
                verdict: super::Verdict::$verdict,
                adverse: &[$((super::FindingCode::$code, super::FindingOutcome::$outcome)),*],
            }),+],
        }),+];
    };
}
use situations;

fn sections() -> impl Iterator<Item = &'static Section> {
    [position::SECTIONS, time::SECTIONS, photo::SECTIONS, device::SECTIONS, combined::SECTIONS].into_iter().flatten()
}

/// What a situation is made of.
struct Case {
    evidence: Evidence,
    sites: Vec<Candidate>,
    policy: Policy,
}

impl Case {
    /// The honest visit: Wednesday, 10 o'clock in Shanghai.
    fn honest() -> Self {
        let corrected_at = Utc.with_ymd_and_hms(2026, 3, 18, 2, 0, 0).unwrap();
        let photo = Photo {
            position: Some(metres(0.0, 0.0)),
            taken_at: Some(corrected_at - TimeDelta::minutes(1)),
            nearest_bits: Some(24),
            ..Photo::of(PhotoBytes::Intact)
        };
        let yesterday = Neighbour {
            corrected_at: corrected_at - TimeDelta::days(1),
            position: metres(-6_000.0, 2_000.0),
            accuracy_m: 12.0,
            age_ms: 3_000,
            skew_ms: Some(800),
        };
        Self {
            evidence: Evidence {
                fixes: vec![fix(0.0, 0.0)],
                skew_ms: 800,
                latency_ms: 0,
                corrected_at,
                capture_skew_ms: None,
                clock_jump_ms: Some(15),
                challenge: Challenge::Issued { at: corrected_at - TimeDelta::hours(2) },
                photos: vec![photo],
                device: Device { signature: Signature::Valid, developer_mode: Some(false), ..Device::default() },
                neighbours: vec![yesterday],
                repeated_days: 0,
            },
            sites: vec![candidate(1, circle(0.0, 0.0, 150.0))],
            policy: policy(),
        }
    }

    fn judged(&self) -> Judgement {
        judge(&self.evidence, &self.sites, &self.policy)
    }

    fn fix(&mut self) -> &mut Fix {
        &mut self.evidence.fixes[0]
    }

    fn photo(&mut self) -> &mut Photo {
        &mut self.evidence.photos[0]
    }

    /// The person and their camera are so many metres from the centre.
    fn stand(&mut self, north_m: f64, east_m: f64) {
        self.fix().reported = metres(north_m, east_m);
        self.photo().position = Some(metres(north_m, east_m));
    }

    /// The phone gives its position in `truly` and calls it `label`; such a phone's camera writes no position.
    fn label(&mut self, truly: Datum, label: Datum) {
        let fix = self.fix();
        (fix.reported, fix.datum) = (from_wgs84(fix.reported, truly), label);
        self.photo().position = None;
    }

    /// One more fix.
    fn also(&mut self, fix: Fix) {
        self.evidence.fixes.push(fix);
    }

    /// The site has this boundary instead: rings of (east, north) in metres, shells with their holes.
    fn draw(&mut self, polygons: &[&[&[(f64, f64)]]]) {
        self.sites[0].boundary = drawn(polygons, |position| position);
    }

    /// The site is a road instead: a line of (east, north) in metres with a width.
    fn road(&mut self, line: &[(f64, f64)], width_m: f64) {
        let position = |(east, north): &(f64, f64)| {
            let position = metres(*north, *east);
            GeoJsonPosition::from([position.longitude(), position.latitude()])
        };
        let text = GeometryValue::LineString { coordinates: line.iter().map(position).collect() }.to_string();
        self.sites[0].boundary = Arc::new(SiteBoundary::corridor(&text, Datum::Wgs84, width_m).unwrap());
    }

    /// One more site, a circle.
    fn site(&mut self, north_m: f64, east_m: f64, radius_m: f64) {
        self.sites.push(candidate(self.sites.len() as u128 + 1, circle(north_m, east_m, radius_m)));
    }

    /// Another check-in of the person, so many minutes later (or before), so many metres from the centre.
    fn neighbour(&mut self, minutes: i64, north_m: f64, east_m: f64, accuracy_m: f64) {
        let corrected_at = self.evidence.corrected_at + TimeDelta::minutes(minutes);
        let neighbour = Neighbour {
            corrected_at,
            position: metres(north_m, east_m),
            accuracy_m,
            age_ms: 3_000,
            skew_ms: Some(800),
        };
        self.evidence.neighbours.push(neighbour);
    }

    fn hints(&mut self, codes: &[FindingCode]) {
        self.policy.thresholds.hints.extend(codes);
    }

    fn counts(&mut self, code: FindingCode) {
        self.policy.thresholds.hints.remove(&code);
    }

    fn thresholds(&mut self) -> &mut Thresholds {
        &mut self.policy.thresholds
    }
}

fn candidate(number: u128, boundary: Arc<SiteBoundary>) -> Candidate {
    Candidate { version: SiteVersionId(Uuid::from_u128(number)), boundary, datum: Datum::Wgs84, tolerance_m: None }
}

/// So many metres from the centre of the site.
fn metres(north_m: f64, east_m: f64) -> Position {
    let centre = Position::parse(39.62, 121.98).unwrap();
    LocalPlane::at(centre).position(Coord { x: east_m, y: north_m })
}

fn fix(north_m: f64, east_m: f64) -> Fix {
    let reported = metres(north_m, east_m);
    Fix { reported, datum: Datum::Wgs84, accuracy_m: 8.0, age_ms: 3_000, mocked: Some(false) }
}

fn circle(north_m: f64, east_m: f64, radius_m: f64) -> Arc<SiteBoundary> {
    Arc::new(SiteBoundary::circle(metres(north_m, east_m), radius_m).unwrap())
}

/// A site drawn in metres east and north, on a map that calls each position as `called` does.
fn drawn(polygons: &[&[&[(f64, f64)]]], called: impl Fn(Position) -> Position) -> Arc<SiteBoundary> {
    let position = |(east, north): &(f64, f64)| {
        let position = called(metres(*north, *east));
        GeoJsonPosition::from([position.longitude(), position.latitude()])
    };
    let ring = |ring: &&[(f64, f64)]| ring.iter().chain(ring.first()).map(position).collect();
    let polygon = |rings: &&[&[(f64, f64)]]| rings.iter().map(ring).collect();
    let coordinates = polygons.iter().map(polygon).collect();
    let text = GeometryValue::MultiPolygon { coordinates }.to_string();
    Arc::new(SiteBoundary::parse_geojson(&text, Datum::Wgs84).unwrap())
}

fn adverse(judgement: &Judgement) -> Vec<&Finding> {
    judgement.findings.iter().filter(|finding| finding.outcome != FindingOutcome::Pass).collect()
}

#[test]
fn each_situation_gets_what_it_deserves() {
    let mut wrong = String::new();
    for Situation { happened, change, verdict, adverse: expected } in sections().flat_map(|section| section.situations)
    {
        let mut case = Case::honest();
        change(&mut case);
        let judgement = case.judged();
        let found = adverse(&judgement).iter().map(|finding| (finding.code, finding.outcome)).collect::<BTreeSet<_>>();
        if judgement.verdict != *verdict || found != expected.iter().copied().collect() {
            writeln!(
                wrong,
                "{happened}\n  deserves {verdict:?} {expected:?}\n  got      {:?} {found:?}",
                judgement.verdict
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn there_are_at_least_150_and_each_is_told_once() {
    let told: Vec<_> = sections().flat_map(|section| section.situations).map(|situation| situation.happened).collect();
    assert!(told.len() >= 150, "{}", told.len());
    let mut once = BTreeSet::new();
    let twice: Vec<_> = told.iter().filter(|happened| !once.insert(**happened)).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// Rewrite it with `REWRITE_DOCUMENTS=1 cargo test -p domain situations`.
#[test]
fn the_document_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/situations.md");
    let document = document();
    if std::env::var_os("REWRITE_DOCUMENTS").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == document, "docs/situations.md is not what the rules give; REWRITE_DOCUMENTS=1 rewrites it");
}

fn document() -> String {
    let count: usize = sections().map(|section| section.situations.len()).sum();
    let mut text = format!(
        "# {count} situations and what each deserves\n\n\
         Each row changes one honest visit: a signed check-in at the centre of a site of 150 m radius, by one fix \
         accurate to 8 m and 3 s old, with one whole photo taken there a minute before. Everything a row does not list \
         passes or is absent. *(hint)* marks what is recorded but decides nothing. The policy is the first one, with \
         30 m of tolerance and no photo required, unless the row says otherwise.\n\n\
         This page is written by the tests from the very table they check.\n"
    );
    for section in sections() {
        write!(text, "\n## {}\n\n| what happened | verdict | why, as it is told |\n|---|---|---|\n", section.title)
            .unwrap();
        for situation in section.situations {
            writeln!(text, "{}", row(situation)).unwrap();
        }
    }
    text
}

fn row(situation: &Situation) -> String {
    let mut case = Case::honest();
    (situation.change)(&mut case);
    let judgement = case.judged();
    let why = |finding: &&Finding| {
        let hint = if finding.counts { "" } else { " *(hint)*" };
        format!("`{}` {}{hint}: {}", finding.code.as_str(), finding.outcome.as_str(), finding.sentence().en)
    };
    let why = adverse(&judgement).iter().map(why).collect::<Vec<_>>().join("<br>");
    format!("| {} | {} | {} |", situation.happened, judgement.verdict.as_str(), if why.is_empty() { "–" } else { &why })
}
