//! What the rules cost the honest, and what they catch: 3,000 honest visits and 1,150 cheats by a published model of
//! receivers' errors, judged under the first policy.
//!
//! `./tests/run simulation -- --nocapture` prints the tables; `REWRITE_DOCUMENTS=1` writes `docs/simulation.md`.

use self::{
    cheats::WAYS,
    report::{Judged, Report},
    world::{Visit, policy},
};
use domain::check_ins::evidence::{Judgement, judge};
use entity::values::{FindingOutcome, Verdict};
use rand::{SeedableRng, rngs::StdRng};

mod cheats;
mod honest;
mod receiver;
mod report;
mod world;

const HONEST: usize = 3_000;
const CHEATS: usize = 1_150;
/// Any other seed does as well: see `whatever_the_seed`.
const SEED: u64 = 20_261_125;
/// Of the honest, for review at most.
const REVIEWED: f64 = 0.12;
/// Of the cheats, verified at most: who leaves no trace, and whose first days of typed coordinates look like chance.
const VERIFIED: f64 = 0.12;

fn judged(visit: &Visit) -> Judgement {
    judge(&visit.evidence, &visit.sites(), &policy())
}

fn simulated(seed: u64) -> Report {
    let mut random = StdRng::seed_from_u64(seed);
    let mut report = Report::default();
    for _ in 0..HONEST {
        let (visit, wrong) = honest::visit(&mut random);
        report.honest.push(Judged { judgement: judged(&visit), what: wrong, sky: visit.sky });
    }
    for way in WAYS {
        for number in 0..way.many {
            let visit = (way.make)(&mut random, number);
            report.cheats.push(Judged { judgement: judged(&visit), what: vec![way.name], sky: visit.sky });
        }
    }
    report
}

fn assert_fair(report: &Report, seed: u64) {
    assert_eq!((report.honest.len(), report.cheats.len()), (HONEST, CHEATS));
    let rejected = told(&report.honest, |one| one.verdict() == Verdict::Rejected);
    assert!(rejected.is_empty(), "seed {seed}: honest, and rejected by the machine alone: {rejected:#?}");
    let reviewed = report.share_of_honest(Verdict::NeedsReview);
    assert!(reviewed <= REVIEWED, "seed {seed}: {reviewed} of the honest are for review");
    let verified = report.share_of_cheats(Verdict::Verified);
    assert!(verified <= VERIFIED, "seed {seed}: {verified} of the cheats are verified");
    // Whoever tells the truth about being elsewhere is never verified.
    let through = told(&report.cheats, |one| one.what[0].starts_with("from ") && one.verdict() == Verdict::Verified);
    assert!(through.is_empty(), "seed {seed}: {through:#?}");
}

/// What went wrong with some visits, and what was found.
fn told(visits: &[Judged], some: fn(&Judged) -> bool) -> Vec<String> {
    let sentences = |one: &Judged| {
        let findings = one.judgement.findings.iter().filter(|finding| finding.outcome != FindingOutcome::Pass);
        findings.map(|finding| finding.sentence().en).collect::<Vec<_>>()
    };
    visits.iter().filter(|one| some(one)).map(|one| format!("{:?}: {:?}", one.what, sentences(one))).collect()
}

/// Rewrite it with `REWRITE_DOCUMENTS=1 cargo test -p server --test stories simulation`.
#[test]
fn nobody_honest_is_rejected_and_few_are_looked_at() {
    let report = simulated(SEED);
    let document = report.document();
    println!("{document}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/simulation.md");
    if std::env::var_os("REWRITE_DOCUMENTS").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    assert_fair(&report, SEED);
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == document, "docs/simulation.md is not what the rules give; REWRITE_DOCUMENTS=1 rewrites it");
}

#[test]
fn whatever_the_seed() {
    for seed in 1..=5 {
        assert_fair(&simulated(seed), seed);
    }
}
