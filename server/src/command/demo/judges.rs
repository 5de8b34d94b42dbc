//! What people decide: a review, and an appeal against a rejection.

use client::{CheckIn, Decided, Decision};
use entity::values::{DecisionReason, Verdict};
use messages::message;
use serde_json::json;

use super::{
    CommandError,
    cast::Place,
    page,
    phone::{Draft, Phone, refusal, told},
    row::{Row, Step},
    story::{Echo, Story},
    wire, words,
};
use crate::command::{
    speech::in_doubt,
    values::{decision_reason, verdict_name},
};

/// A check-in that waits for a person, and what became of it so far.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) draft: Draft,
    pub(super) id: String,
}

impl Story<'_> {
    /// The office looks at what the machine could not decide, and lets it count.
    pub(super) async fn review(&mut self, waiting: &Waiting) -> Result<Row, CommandError> {
        page::chapter("9", &words!(DemoHeadingReview));
        let cast = self.cast;
        let (leader, place) = (&cast.second, &cast.second.places[0]);
        let step = Step::new("9", words!(DemoStepReview));
        let mut row = Row::by(&words!(DemoOffice), step, leader, place, words!(DemoSentToReview));
        let queue: wire::Page<wire::Node> = cast.office.ask(&words!(DemoReadingQueue), wire::QUEUE, json!({})).await?;
        let waits: Vec<_> = queue.nodes.iter().map(|node| node.id.as_str()).collect();
        row.expect(message!(DemoWaiting), &waits, &vec![waiting.id.as_str()]);
        let decision = Decision {
            verdict: Verdict::Verified,
            reason: DecisionReason::Confirmed,
            note: &in_doubt(&message!(DemoNoteConfirmed)),
        };
        let check_in = decide(&cast.office, &mut row, waiting, &decision).await?;
        self.decided(&mut row, place, waiting, Verdict::NeedsReview, check_in.as_ref(), Verdict::Verified).await;
        Ok(row)
    }

    /// Whoever was rejected appeals; then it waits for a person, who decides.
    pub(super) async fn appeal(&mut self, waiting: &Waiting) -> Result<Vec<Row>, CommandError> {
        page::chapter("10", &words!(DemoHeadingAppeal));
        let cast = self.cast;
        let (leader, place) = (&cast.second, &cast.second.places[1]);
        let statement = in_doubt(&message!(DemoNoteAppeal));
        let sent = words!(DemoSentAppeal { statement: &statement });
        let mut appealed = Row::new(Step::new("10a", words!(DemoStepAppeal)), leader, place, sent);
        let answer = told(&words!(DemoAppealing), leader.phone.client().appeal(&waiting.id, &statement).await)?;
        let check_in = settled(&mut appealed, &answer, Vec::new());
        self.decided(&mut appealed, place, waiting, Verdict::Rejected, check_in.as_ref(), Verdict::NeedsReview).await;

        let step = Step::new("10b", words!(DemoStepAnswer));
        let mut row = Row::by(&words!(DemoOffice), step, leader, place, words!(DemoSentToAnswer));
        let decision = Decision {
            verdict: Verdict::Rejected,
            reason: DecisionReason::NotThere,
            note: &in_doubt(&message!(DemoNoteNotThere)),
        };
        let check_in = decide(&cast.office, &mut row, waiting, &decision).await?;
        self.decided(&mut row, place, waiting, Verdict::NeedsReview, check_in.as_ref(), Verdict::Rejected).await;
        Ok(vec![appealed, row])
    }

    /// Waits until the dashboard has heard what a person made of a check-in.
    async fn decided(
        &mut self,
        row: &mut Row,
        place: &Place,
        waiting: &Waiting,
        before: Verdict,
        check_in: Option<&CheckIn>,
        after: Verdict,
    ) {
        row.expect(message!(DemoVerdict), &check_in.map(|check_in| check_in.verdict), &Some(after));
        if check_in.is_some() {
            self.hear_again(row, place, &waiting.draft, before, Echo::of(after)).await;
        }
    }
}

async fn decide(
    office: &Phone,
    row: &mut Row,
    waiting: &Waiting,
    decision: &Decision<'_>,
) -> Result<Option<CheckIn>, CommandError> {
    let answer = told(&words!(DemoDeciding), office.client().review(&waiting.id, decision).await)?;
    let why = words!(DemoReason { reason: decision_reason(decision.reason), note: decision.note });
    Ok(settled(row, &answer, vec![why]))
}

/// Takes down how a check-in stands after somebody had their say.
fn settled(row: &mut Row, answer: &Decided, why: Vec<String>) -> Option<CheckIn> {
    row.wrong.extend(answer.user_errors.iter().map(refusal));
    let check_in = answer.check_in.clone();
    let decided = match &check_in {
        Some(check_in) => words!(DemoStands { verdict: verdict_name(check_in.verdict) }),
        None => words!(DemoRefused),
    };
    row.decide(decided, why);
    check_in
}
