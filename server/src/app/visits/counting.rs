//! Records a judgement, and lets visit, weekly tally and events follow from it.

use domain::{
    check_ins::{evidence::Finding, review},
    visits::{
        counting::{self, Tally},
        week::IsoWeek,
    },
};
use entity::{
    appeal, assessment, check_in, decision, finding,
    ids::{AssessmentId, CheckInId, RejudgementId},
    standing,
    values::{AssessmentTrigger, Verdict},
    visit, weekly_tally,
};
use sea_orm::ConnectionTrait;

use crate::{
    app::{
        Broken,
        check_ins::{
            chain::{self, Record},
            contradictions,
            judging::Judged,
        },
    },
    clock::Clock,
    events::Event,
    store,
};

/// What a check-in is judged for.
#[derive(Clone, Debug)]
pub(in crate::app) enum Trigger {
    /// It arrived. What goes into the chain before its assessment.
    Submission(Box<Record>),
    /// Its photos were inspected.
    PhotoInspection,
    /// The device that signed it was registered.
    DeviceRegistration,
    /// It is judged again with many others.
    Rejudgement(RejudgementId),
    /// Another one contradicts it.
    Contradiction,
}

impl Trigger {
    fn trigger(&self) -> AssessmentTrigger {
        match self {
            Self::Submission(_) => AssessmentTrigger::Submission,
            Self::PhotoInspection => AssessmentTrigger::PhotoInspection,
            Self::DeviceRegistration => AssessmentTrigger::DeviceRegistration,
            Self::Rejudgement(_) => AssessmentTrigger::Rejudgement,
            Self::Contradiction => AssessmentTrigger::Contradiction,
        }
    }
}

/// The week a check-in counts in, as the database numbers it.
pub(in crate::app) fn week_of(check_in: &check_in::Model) -> (i32, i32) {
    numbered(IsoWeek::of(check_in.local_date))
}

/// A week as the database numbers it.
pub(in crate::app) fn numbered(week: IsoWeek) -> (i32, i32) {
    (week.year(), i32::try_from(week.week()).unwrap_or(i32::MAX))
}

/// Appends an assessment to a check-in and lets everything that follows from it follow. Returns whether others that
/// it contradicts now wait to be judged again.
///
/// The caller holds the week's tally, `before`, locked.
pub(in crate::app) async fn record(
    connection: &impl ConnectionTrait,
    clock: &Clock,
    check_in: &check_in::Model,
    judged: &Judged,
    trigger: Trigger,
    before: &weekly_tally::Model,
) -> Result<bool, Broken> {
    let judgement = &judged.judgement;
    // What has just arrived has neither an assessment nor a decision.
    let (sequence, decisions, appeals) = match trigger {
        Trigger::Submission(_) => (1, Vec::new(), Vec::new()),
        _ => (
            store::assessment::last_sequence(connection, check_in.id).await? + 1,
            store::decision::of_check_ins(connection, [check_in.id]).await?,
            store::decision::appeals(connection, [check_in.id]).await?,
        ),
    };
    let assessment = assessment::Model {
        id: clock.id(),
        check_in_id: check_in.id,
        sequence,
        trigger: trigger.trigger(),
        policy_version: judged.policy_version,
        site_version_id: judgement.site_version,
        verdict: judgement.verdict,
        inputs: Some(judged.inputs.clone()),
        rejudgement_id: match &trigger {
            Trigger::Rejudgement(id) => Some(*id),
            Trigger::Submission(_)
            | Trigger::PhotoInspection
            | Trigger::DeviceRegistration
            | Trigger::Contradiction => None,
        },
        assessed_at: clock.now(),
    };
    let assessment_id = assessment.id;
    let findings =
        (0..).zip(&judgement.findings).map(|(ordinal, finding)| row(assessment_id, ordinal, finding)).collect();
    let mut records = vec![Record::assessment(&assessment, &judgement.findings)?];
    // The other one found this.
    let others = match trigger {
        Trigger::Contradiction => &[][..],
        _ => &judged.contradicted,
    };
    if let Trigger::Submission(first) = trigger {
        records.insert(0, *first);
    }
    let standing = Standing { assessment: assessment_id, verdict: standing_of(&assessment, &decisions, &appeals) };
    store::assessment::append(connection, assessment, findings).await?;
    let queued = contradictions::queue(connection, clock, others).await?;
    apply_standing(connection, clock, check_in, standing, before, &records).await?;
    Ok(queued)
}

/// How a check-in stands now, and by which assessment.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) struct Standing {
    /// The last assessment.
    pub(in crate::app) assessment: AssessmentId,
    /// As [`standing_of`] tells.
    pub(in crate::app) verdict: Verdict,
}

/// Lets standing, visit, weekly tally and events follow from how a check-in stands by its assessments, decisions and appeal.
///
/// The caller holds the week's tally, `before`, locked. `records` go into the chain.
pub(in crate::app) async fn apply_standing(
    connection: &impl ConnectionTrait,
    clock: &Clock,
    check_in: &check_in::Model,
    standing: Standing,
    before: &weekly_tally::Model,
    records: &[Record],
) -> Result<(), Broken> {
    let visit = recount_visit(connection, clock, check_in, standing).await?;
    let mut events = vec![Event::VisitRecorded {
        project: check_in.project_id,
        person: check_in.person_id,
        visit: visit.id,
        check_in: check_in.id,
    }];
    if recount_week(connection, check_in, before).await? {
        events.push(Event::WeeklyTallyChanged {
            project: check_in.project_id,
            person: check_in.person_id,
            week: IsoWeek::of(check_in.local_date).to_string(),
        });
    }
    publish(connection, clock, &events).await?;
    // After the outbox, whose lock makes the chain's writers wait for each other.
    chain::append(connection, clock, records).await
}

/// How a check-in stands by its last assessment, its decisions in order, and its appeal.
pub(in crate::app) fn standing_of(
    last: &assessment::Model,
    decisions: &[decision::Model],
    appeals: &[appeal::Model],
) -> Verdict {
    let answered = |appeal: &appeal::Model| decisions.iter().any(|decision| decision.appeal_id == Some(appeal.id));
    let waits = appeals.iter().any(|appeal| !answered(appeal));
    review::standing(last.verdict, decisions.last().map(|decision| decision.verdict), waits)
}

/// Puts events into the outbox, as the last thing in a transaction.
pub(in crate::app) async fn publish(
    connection: &impl ConnectionTrait,
    clock: &Clock,
    events: &[Event],
) -> Result<(), Broken> {
    let payloads = events.iter().map(Event::to_payload).collect();
    Ok(store::outbox::append(connection, payloads, clock.now()).await?)
}

fn row(assessment_id: AssessmentId, ordinal: i32, finding: &Finding) -> finding::Model {
    let sentence = finding.sentence();
    finding::Model {
        assessment_id,
        ordinal,
        code: finding.code,
        outcome: finding.outcome,
        counts: finding.counts,
        measured: finding.measured,
        threshold: finding.threshold,
        unit: finding.unit.symbol().to_owned(),
        probability: finding.probability,
        sentence_zh: sentence.zh,
        sentence_en: sentence.en,
    }
}

async fn recount_visit(
    connection: &impl ConnectionTrait,
    clock: &Clock,
    check_in: &check_in::Model,
    Standing { assessment, verdict }: Standing,
) -> Result<visit::Model, Broken> {
    let standing =
        |visit_id| standing::Model { check_in_id: check_in.id, visit_id, assessment_id: assessment, verdict };
    let known = store::visit::on_day(connection, check_in.project_id, check_in.person_id, check_in.local_date).await?;
    let Some(visit) = known else {
        // It is the only one of its visit, which is as it is.
        let visit = new_visit(clock, check_in, verdict);
        store::visit::save(connection, visit.clone()).await?;
        store::assessment::stand(connection, standing(visit.id)).await?;
        return Ok(visit);
    };
    store::assessment::stand(connection, standing(visit.id)).await?;
    let check_ins = store::check_in::of_visits(connection, [visit.id]).await?;
    let visit = summarise(&visit, &check_ins);
    store::visit::save(connection, visit.clone()).await?;
    Ok(visit)
}

fn new_visit(clock: &Clock, check_in: &check_in::Model, verdict: Verdict) -> visit::Model {
    visit::Model {
        id: clock.id(),
        project_id: check_in.project_id,
        person_id: check_in.person_id,
        local_date: check_in.local_date,
        verdict,
        check_in_count: 1,
        first_at: check_in.corrected_at,
        last_at: check_in.corrected_at,
    }
}

/// A visit as its check-ins make it.
fn summarise(visit: &visit::Model, check_ins: &[(check_in::Model, standing::Model)]) -> visit::Model {
    let times = || check_ins.iter().map(|(check_in, _)| check_in.corrected_at);
    let verdicts = check_ins.iter().map(|(_, standing)| standing.verdict);
    visit::Model {
        verdict: counting::visit_verdict(verdicts).unwrap_or(visit.verdict),
        check_in_count: i32::try_from(check_ins.len()).unwrap_or(i32::MAX),
        first_at: times().min().unwrap_or(visit.first_at),
        last_at: times().max().unwrap_or(visit.last_at),
        ..visit.clone()
    }
}

/// Recounts the week of a check-in; true if that changed anything.
async fn recount_week(
    connection: &impl ConnectionTrait,
    check_in: &check_in::Model,
    before: &weekly_tally::Model,
) -> Result<bool, Broken> {
    let week = IsoWeek::of(check_in.local_date);
    let visits =
        store::visit::between(connection, check_in.project_id, check_in.person_id, week.first_day(), week.last_day())
            .await?;
    let after = with_counts(before, counting::tally(visits.iter().map(|visit| visit.verdict)));
    if after == *before {
        return Ok(false);
    }
    store::weekly_tally::save(connection, after).await?;
    Ok(true)
}

/// The tally row with these counts.
pub(in crate::app) fn with_counts(row: &weekly_tally::Model, tally: Tally) -> weekly_tally::Model {
    let signed = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    weekly_tally::Model {
        verified: signed(tally.verified),
        provisional: signed(tally.provisional),
        rejected: signed(tally.rejected),
        ..row.clone()
    }
}

/// The check-in a photo's inspection is about has gone: only a broken database does that.
pub(in crate::app) fn missing(id: CheckInId) -> Broken {
    Broken::Record(format!("check-in {id} is gone"))
}
