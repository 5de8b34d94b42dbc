//! What came of it, as tables.

use std::{collections::BTreeMap, fmt::Write};

use super::{cheats::WAYS, honest, receiver::Sky};
use domain::check_ins::evidence::Judgement;
use entity::values::{FindingCode, FindingOutcome, Verdict};

/// A visit as it was judged, and what was wrong with it.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) judgement: Judgement,
    pub(super) what: Vec<&'static str>,
    pub(super) sky: Sky,
}

impl Judged {
    pub(super) fn verdict(&self) -> Verdict {
        self.judgement.verdict
    }

    /// The rules that speak against it, hints left out.
    fn against(&self) -> Vec<FindingCode> {
        let adverse = self.judgement.findings.iter().filter(|finding| finding.counts);
        adverse.filter(|finding| finding.outcome != FindingOutcome::Pass).map(|finding| finding.code).collect()
    }
}

#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) honest: Vec<Judged>,
    pub(super) cheats: Vec<Judged>,
}

impl Report {
    pub(super) fn share_of_honest(&self, verdict: Verdict) -> f64 {
        share(&self.honest, verdict)
    }

    pub(super) fn share_of_cheats(&self, verdict: Verdict) -> f64 {
        share(&self.cheats, verdict)
    }

    pub(super) fn document(&self) -> String {
        let mut text = String::from(HEAD);
        text += "\n| | visits | verified | for review | rejected |\n|---|---|---|---|---|\n";
        text += &line("honest", &self.honest.iter().collect::<Vec<_>>());
        text += &line("cheats", &self.cheats.iter().collect::<Vec<_>>());
        text += "\n## What each rule cost, and what it caught\n\nVisits against which the rule spoke, and those against \
                 which no other did.\n\n| rule | honest | honest, it alone | cheats | cheats, it alone |\n|---|---|---|---|---|\n";
        let (cost, caught) = (by_rule(&self.honest), by_rule(&self.cheats));
        let mut rules: Vec<_> = cost.keys().chain(caught.keys()).copied().collect();
        rules.sort_by_key(|rule| rule.as_str());
        rules.dedup();
        for rule in rules {
            let count = |of: &BTreeMap<_, [usize; 2]>| of.get(&rule).copied().unwrap_or_default();
            let ([honest, honest_alone], [cheats, cheats_alone]) = (count(&cost), count(&caught));
            writeln!(text, "| `{}` | {honest} | {honest_alone} | {cheats} | {cheats_alone} |", rule.as_str()).unwrap();
        }
        text += "\n## Ways to cheat\n\n| way | visits | verified | for review | rejected |\n|---|---|---|---|---|\n";
        for way in WAYS {
            let of_way: Vec<_> = self.cheats.iter().filter(|one| one.what == [way.name]).collect();
            text += &line(way.name, &of_way);
        }
        text += "\n## What goes wrong with honest phones\n\nOne visit may have several.\n\n\
                 | what | visits | verified | for review | rejected |\n|---|---|---|---|---|\n";
        for sky in [Sky::Open, Sky::Partly, Sky::Canyon] {
            let under: Vec<_> = self.honest.iter().filter(|one| one.sky == sky).collect();
            text += &line(sky.name(), &under);
        }
        let faultless: Vec<_> = self.honest.iter().filter(|one| one.what.is_empty()).collect();
        text += &line("nothing but its receiver", &faultless);
        for fault in honest::faults() {
            let with: Vec<_> = self.honest.iter().filter(|one| one.what.contains(&fault)).collect();
            text += &line(fault, &with);
        }
        text
    }
}

const HEAD: &str = "# What the rules cost, and what they catch

3,000 honest visits and 1,150 cheats, drawn by a seed and judged under the first policy. Receivers err as published
studies say (`tests/check_ins/simulation/receiver.rs` names them): 45 % of the visits are under the open sky, 35 % among trees and
houses, 20 % between high buildings, where errors have heavy tails and the radius that phones give is two to three times
too small. How often phones fail otherwise is an estimate, written down in `tests/check_ins/simulation/honest.rs`.

This page is written by the test that holds the rules to it: no honest visit is rejected by the machine alone, at most
12 % are for review, and nobody is verified whose phone says that they are elsewhere. `./tests/run simulation` runs it.
";

fn share(visits: &[Judged], verdict: Verdict) -> f64 {
    visits.iter().filter(|one| one.verdict() == verdict).count() as f64 / visits.len() as f64
}

fn line(name: &str, visits: &[&Judged]) -> String {
    let count = |verdict| visits.iter().filter(|one| one.verdict() == verdict).count();
    let told = |verdict| {
        let count = count(verdict);
        let share = 100.0 * count as f64 / visits.len().max(1) as f64;
        if count == 0 { "0".to_owned() } else { format!("{count} ({share:.1} %)") }
    };
    let [verified, review, rejected] = [Verdict::Verified, Verdict::NeedsReview, Verdict::Rejected].map(told);
    format!("| {name} | {} | {verified} | {review} | {rejected} |\n", visits.len())
}

/// How many visits each rule spoke against, and how many no other did.
fn by_rule(visits: &[Judged]) -> BTreeMap<FindingCode, [usize; 2]> {
    let mut counts = BTreeMap::<_, [usize; 2]>::new();
    for one in visits {
        let against = one.against();
        for rule in &against {
            let [any, alone] = counts.entry(*rule).or_default();
            *any += 1;
            *alone += usize::from(against.iter().all(|other| other == rule));
        }
    }
    counts
}
