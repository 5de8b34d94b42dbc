//! A row of the table of steps: what was sent, what was decided, and whether it should have been.

use std::fmt::Debug;

use chrono::NaiveDate;
use domain::visits::week::IsoWeek;
use entity::values::{FindingCode, FindingOutcome, Verdict};

use super::{
    cast::{Leader, Place},
    page,
    wire::{Answer, CheckIn, Finding},
};

/// One row of the table of steps.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) step: String,
    pub(super) leader: String,
    pub(super) project: String,
    /// What the phone sent.
    pub(super) sent: String,
    /// What was decided.
    pub(super) decided: String,
    /// Why, line by line.
    pub(super) why: Vec<String>,
    /// What was not as it should be.
    pub(super) wrong: Vec<String>,
}

/// Something looked at after the last step.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) what: String,
    /// What was not as it should be.
    pub(super) wrong: Vec<String>,
}

impl Check {
    /// Something to look at, right so far.
    pub(super) fn new(what: String) -> Self {
        Self { what, wrong: Vec::new() }
    }

    /// Notes something that is not as it should be.
    pub(super) fn expect<T: PartialEq + Debug>(&mut self, what: &str, got: &T, wanted: &T) {
        self.wrong.extend(difference(what, got, wanted));
    }
}

fn difference<T: PartialEq + Debug>(what: &str, got: &T, wanted: &T) -> Option<String> {
    (got != wanted).then(|| format!("{what}: {got:?} instead of {wanted:?}"))
}

impl Row {
    /// A row about what a leader's phone sends, and says so.
    pub(super) fn new(step: &str, leader: &Leader, place: &Place, sent: String) -> Self {
        Self::by("phone", step, leader, place, sent)
    }

    /// A row about what somebody does to a leader's check-in, and says so.
    pub(super) fn by(who: &str, step: &str, leader: &Leader, place: &Place, sent: String) -> Self {
        let row = Self {
            step: step.to_owned(),
            leader: leader.name.clone(),
            project: place.project.clone(),
            sent,
            decided: String::new(),
            why: Vec::new(),
            wrong: Vec::new(),
        };
        row.say(who, &format!("{}  {}  {}", row.leader, row.project, row.sent));
        row
    }

    /// Notes something that is not as it should be.
    pub(super) fn expect<T: PartialEq + Debug>(&mut self, what: &str, got: &T, wanted: &T) {
        self.wrong.extend(difference(what, got, wanted));
    }

    /// Notes it if a condition does not hold.
    pub(super) fn expect_that(&mut self, holds: bool, otherwise: &str) {
        if !holds {
            self.wrong.push(otherwise.to_owned());
        }
    }

    /// Notes it if a check-in is not on record as it should be.
    pub(super) fn expect_record(&mut self, check_in: &CheckIn, verdict: Verdict, day: NaiveDate) {
        self.expect("verdict", &check_in.verdict, &verdict);
        self.expect("day", &check_in.date, &day);
        self.expect("week", &check_in.visit.week, &IsoWeek::of(day).to_string());
    }

    /// Takes down what became of a check-in that should be on record. None, and wrong, if it is not.
    pub(super) fn recorded(&mut self, answer: &Answer) -> Option<CheckIn> {
        match &answer.check_in {
            Some(check_in) => self.judged(check_in, if answer.already_recorded { "alreadyRecorded: " } else { "" }),
            None => self.not_recorded(answer),
        }
        self.expect("recorded check-ins", &answer.check_in.is_some(), &true);
        answer.check_in.clone()
    }

    /// Takes down what became of a check-in that should have been refused.
    pub(super) fn refused(&mut self, answer: &Answer, code: &str) {
        self.not_recorded(answer);
        self.expect("recorded check-ins", &answer.check_in.is_some(), &false);
        let codes: Vec<_> = answer.user_errors.iter().map(|error| error.code.as_str()).collect();
        self.expect("user errors", &codes, &vec![code]);
    }

    /// Takes down how a check-in stands, and why.
    pub(super) fn judged(&mut self, check_in: &CheckIn, prefix: &str) {
        let verdicts: Vec<_> = check_in.assessments.iter().map(|judged| judged.verdict.as_str()).collect();
        let why = deciding(&check_in.assessment.findings);
        let why = why.map(|why| vec![why.zh.clone(), why.en.clone()]);
        self.decide(format!("{prefix}{}", verdicts.join(", then ")), why.unwrap_or_default());
    }

    fn not_recorded(&mut self, answer: &Answer) {
        let codes: Vec<_> = answer.user_errors.iter().map(|error| error.code.as_str()).collect();
        let why = answer.user_errors.iter().flat_map(|error| [error.zh.clone(), error.en.clone()]).collect();
        self.decide(format!("not recorded: {}", codes.join(", ")), why);
    }

    /// Takes down what was decided, and why in both languages, and says so.
    pub(super) fn decide(&mut self, decided: String, why: Vec<String>) {
        self.decided = decided;
        self.why = why;
        self.say("server", &format!("{}  {}", self.decided, self.why.first().map_or("", String::as_str)));
    }

    fn say(&self, who: &str, what: &str) {
        page::say(&format!("{:>3} {who:<10} ", self.number()), what);
    }

    /// The step's number.
    pub(super) fn number(&self) -> &str {
        self.step.split(' ').next().unwrap_or_default()
    }
}

/// The finding that decided: the first that did not pass, or else the position's.
fn deciding(findings: &[Finding]) -> Option<&Finding> {
    let first = |wanted: FindingOutcome| findings.iter().find(move |finding| finding.outcome == wanted);
    first(FindingOutcome::Fail)
        .or_else(|| first(FindingOutcome::Review))
        .or_else(|| first(FindingOutcome::Unknown))
        .or_else(|| findings.iter().find(|finding| finding.code == FindingCode::Position))
}
