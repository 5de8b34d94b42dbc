//! A row of the table of steps: what was sent, what was decided, and whether it should have been.

use std::fmt::Debug;

use chrono::NaiveDate;
use client::{CheckIn, CheckInPayload, Finding};
use domain::visits::week::IsoWeek;
use entity::values::{FindingCode, FindingOutcome, Verdict};
use messages::{Message, message};

use super::{
    cast::{Leader, Place},
    page, words,
};
use crate::command::{
    speech::{language, of_both},
    values::verdict_name,
};

/// One row of the table of steps.
#[derive(Debug)]
pub(super) struct Row {
    /// The step's.
    pub(super) number: String,
    /// What happens in it.
    name: String,
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

/// A step's number, and what happens in it.
pub(super) struct Step {
    number: String,
    name: String,
}

impl Step {
    pub(super) fn new(number: impl Into<String>, name: String) -> Self {
        Self { number: number.into(), name }
    }
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
    pub(super) fn expect<T: PartialEq + Debug>(&mut self, what: Message, got: &T, wanted: &T) {
        self.wrong.extend(difference(what, got, wanted));
    }
}

fn difference<T: PartialEq + Debug>(what: Message, got: &T, wanted: &T) -> Option<String> {
    (got != wanted).then(|| words!(DemoInstead { what, got: format!("{got:?}"), wanted: format!("{wanted:?}") }))
}

impl Row {
    /// A row about what a leader's phone sends, and says so.
    pub(super) fn new(step: Step, leader: &Leader, place: &Place, sent: String) -> Self {
        Self::by(&words!(DemoPhone), step, leader, place, sent)
    }

    /// A row about what somebody does to a leader's check-in, and says so.
    pub(super) fn by(who: &str, step: Step, leader: &Leader, place: &Place, sent: String) -> Self {
        let row = Self {
            number: step.number,
            name: step.name,
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
    pub(super) fn expect<T: PartialEq + Debug>(&mut self, what: Message, got: &T, wanted: &T) {
        self.wrong.extend(difference(what, got, wanted));
    }

    /// Notes it if a condition does not hold.
    pub(super) fn expect_that(&mut self, holds: bool, otherwise: &Message) {
        if !holds {
            self.wrong.push(otherwise.said(language()));
        }
    }

    /// Notes it if a check-in is not on record as it should be.
    pub(super) fn expect_record(&mut self, check_in: &CheckIn, verdict: Verdict, day: NaiveDate) {
        self.expect(message!(DemoVerdict), &check_in.verdict, &verdict);
        self.expect(message!(DemoDay), &check_in.date, &day);
        self.expect(message!(DemoWeek), &check_in.visit.week, &IsoWeek::of(day).to_string());
    }

    /// Takes down what became of a check-in that should be on record. None, and wrong, if it is not.
    pub(super) fn recorded(&mut self, answer: &CheckInPayload) -> Option<CheckIn> {
        match &answer.check_in {
            Some(check_in) => self.judged(check_in, answer.already_recorded),
            None => self.not_recorded(answer),
        }
        self.expect(message!(DemoRecorded), &answer.check_in.is_some(), &true);
        answer.check_in.clone()
    }

    /// Takes down what became of a check-in that should have been refused.
    pub(super) fn refused(&mut self, answer: &CheckInPayload, code: &str) {
        self.not_recorded(answer);
        self.expect(message!(DemoRecorded), &answer.check_in.is_some(), &false);
        let codes: Vec<_> = answer.user_errors.iter().map(|error| error.code.as_str()).collect();
        self.expect(message!(DemoUserErrors), &codes, &vec![code]);
    }

    /// Takes down how a check-in stands, and why.
    pub(super) fn judged(&mut self, check_in: &CheckIn, already: bool) {
        let verdicts = check_in.assessments.iter().map(|judged| verdict_name(judged.verdict));
        let decided = verdicts.reduce(|first, next| words!(DemoThen { first, next })).unwrap_or_default();
        let decided = if already { words!(DemoRecordedAlready { decided }) } else { decided };
        let why = deciding(&check_in.assessment.findings).map(|why| of_both(&why.zh, &why.en));
        self.decide(decided, why.unwrap_or_default());
    }

    fn not_recorded(&mut self, answer: &CheckInPayload) {
        let codes: Vec<_> = answer.user_errors.iter().map(|error| error.code.as_str()).collect();
        let why = answer.user_errors.iter().flat_map(|error| of_both(&error.zh, &error.en)).collect();
        self.decide(words!(DemoNotRecorded { codes: codes.join(", ") }), why);
    }

    /// Takes down what was decided, and why, and says so.
    pub(super) fn decide(&mut self, decided: String, why: Vec<String>) {
        self.decided = decided;
        self.why = why;
        self.say(&words!(DemoServer), &format!("{}  {}", self.decided, self.why.first().map_or("", String::as_str)));
    }

    fn say(&self, who: &str, what: &str) {
        page::line(&self.number, who, what);
    }

    /// The step's number, and what happens in it.
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.number, self.name)
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
