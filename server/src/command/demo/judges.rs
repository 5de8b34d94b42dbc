//! What people decide: a review, and an appeal against a rejection.

use entity::values::{DecisionReason, Verdict};
use serde_json::json;

use super::{
    Undone,
    cast::Place,
    page,
    phone::{Draft, Phone},
    row::Row,
    story::{Echo, Story},
    wire::{self, CheckIn, Decided},
};

/// A check-in that waits for a person, and what became of it so far.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) draft: Draft,
    pub(super) id: String,
}

impl Story<'_> {
    /// The office looks at what the machine could not decide, and lets it count.
    pub(super) async fn review(&mut self, waiting: &Waiting) -> Result<Row, Undone> {
        page::heading("9  What the machine can't decide, a person does");
        let cast = self.cast;
        let (leader, place) = (&cast.second, &cast.second.places[0]);
        let sent = "the check-in of step 2, which waits for a person".to_owned();
        let mut row = Row::by("office", "9 a review", leader, place, sent);
        let queue: wire::Page<wire::Node> = cast.office.ask("reading the queue", wire::QUEUE, json!({})).await?;
        let waits: Vec<_> = queue.nodes.iter().map(|node| node.id.as_str()).collect();
        row.expect("check-ins that wait", &waits, &vec![waiting.id.as_str()]);
        let decision = Decision {
            verdict: Verdict::Verified,
            reason: DecisionReason::Confirmed,
            note: "门卫登记簿可以证明。The gatekeeper's book confirms it.",
        };
        let check_in = decide(&cast.office, &mut row, waiting, &decision).await?;
        self.decided(&mut row, place, waiting, Verdict::NeedsReview, check_in.as_ref(), Verdict::Verified).await;
        Ok(row)
    }

    /// Whoever was rejected appeals; then it waits for a person, who decides.
    pub(super) async fn appeal(&mut self, waiting: &Waiting) -> Result<Vec<Row>, Undone> {
        page::heading("10  An appeal");
        let cast = self.cast;
        let (leader, place) = (&cast.second, &cast.second.places[1]);
        let statement = "当时在对面指挥部开现场会。The meeting was at the headquarters opposite.";
        let mut appealed =
            Row::new("10a an appeal", leader, place, format!("against the rejection of step 3: {statement}"));
        let input = json!({ "input": { "checkInId": waiting.id, "statement": statement } });
        let answer: Decided = leader.phone.ask("appealing", &[wire::APPEAL, wire::ON_RECORD].concat(), input).await?;
        let check_in = settled(&mut appealed, &answer, Vec::new());
        self.decided(&mut appealed, place, waiting, Verdict::Rejected, check_in.as_ref(), Verdict::NeedsReview).await;

        let mut row = Row::by("office", "10b its answer", leader, place, "the appeal".to_owned());
        let decision = Decision {
            verdict: Verdict::Rejected,
            reason: DecisionReason::NotThere,
            note: "指挥部不在现场范围内。The headquarters are no part of the site.",
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
        row.expect("verdict", &check_in.map(|check_in| check_in.verdict), &Some(after));
        if check_in.is_some() {
            self.hear_again(row, place, &waiting.draft, before, Echo::of(after)).await;
        }
    }
}

struct Decision {
    verdict: Verdict,
    reason: DecisionReason,
    note: &'static str,
}

async fn decide(
    office: &Phone,
    row: &mut Row,
    waiting: &Waiting,
    decision: &Decision,
) -> Result<Option<CheckIn>, Undone> {
    let Decision { verdict, reason, note } = decision;
    let input = json!({ "input": { "checkInId": waiting.id, "verdict": verdict, "reason": reason, "note": note } });
    let answer: Decided = office.ask("deciding", &[wire::REVIEW, wire::ON_RECORD].concat(), input).await?;
    Ok(settled(row, &answer, vec![format!("{}: {note}", reason.as_str())]))
}

/// Takes down how a check-in stands after somebody had their say.
fn settled(row: &mut Row, answer: &Decided, why: Vec<String>) -> Option<CheckIn> {
    let refused = answer.user_errors.iter().map(|error| format!("{}: {} / {}", error.code, error.zh, error.en));
    row.wrong.extend(refused);
    let check_in = answer.check_in.clone();
    let stands = check_in.as_ref().map_or("refused", |check_in| check_in.verdict.as_str());
    row.decide(format!("stands as {stands}"), why);
    check_in
}
