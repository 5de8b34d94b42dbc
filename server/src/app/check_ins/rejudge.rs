//! Judges many check-ins again, after an outage or a corrected boundary. Assessments are appended; people's decisions
//! stand over them.

use messages::message;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{
    check_ins::evidence::Judgement,
    permission::Viewer,
    policy::{Policies, Policy},
};
use entity::{
    assessment, check_in, finding,
    ids::{PhotoId, ProjectId, RejudgementId},
    photo, rejudgement,
    values::{FindingCode, FindingOutcome, PhotoState, Verdict},
};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use super::{
    chain::{self, Record},
    inspection::queue_inspection,
    judging::{Judged, JudgementKind},
    submission::NOTE_LIMIT,
};
use crate::{
    app::{
        App, Broken, Failure, Period, Refusal, RefusalCode, policy,
        visits::counting::{self, Trigger},
    },
    store::{self, check_in::CheckInFilter, scope::Scope},
};

/// Check-ins that one request may have judged again; the command line goes on for as long as it takes.
const MOST_AT_ONCE: u64 = 2000;
const PAGE: u64 = 200;

/// Which check-ins are to be judged again, and why.
#[derive(Clone, Debug)]
pub struct RejudgeRequest {
    /// Only this project's.
    pub project: Option<ProjectId>,
    /// From this local day on.
    pub from: NaiveDate,
    /// Until this local day.
    pub to: NaiveDate,
    /// Only those that stand so.
    pub verdicts: Option<Vec<Verdict>>,
    /// By this policy, instead of that of each capture.
    pub policy_version: Option<i32>,
    /// Why.
    pub reason: String,
    /// Only tell what would change.
    pub dry_run: bool,
}

/// How many verdicts became another, or stayed while their findings changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// The verdict before.
    pub from: Verdict,
    /// The verdict after.
    pub to: Verdict,
    /// How many check-ins.
    pub count: usize,
}

impl Transition {
    /// The transitions in a count of them.
    pub fn list(counted: &BTreeMap<(Verdict, Verdict), usize>) -> Vec<Self> {
        counted.iter().map(|((from, to), count)| Self { from: *from, to: *to, count: *count }).collect()
    }
}

/// What was judged again.
#[derive(Clone, Debug)]
pub struct Rejudged {
    /// As it is on record; of a dry run, as it would be.
    pub run: rejudgement::Model,
    /// Why some were left as they are: the store does not say whether their lost photos are there again.
    pub left: Option<Refusal>,
}

/// Whether lost photos can be looked for. A store that is away is not asked for each of thousands.
#[derive(Default)]
struct Search {
    away: bool,
    /// Check-ins that were left as they are.
    left: usize,
}

/// What came of one check-in.
struct Outcome {
    before: Verdict,
    after: Verdict,
    changed: bool,
    photos: usize,
}

impl Outcome {
    const UNTOUCHED: Self =
        Self { before: Verdict::PendingEvidence, after: Verdict::PendingEvidence, changed: false, photos: 0 };
}

/// How a check-in was judged last, and how it would be now.
pub(in crate::app) struct Comparison {
    before: assessment::Model,
    pub(in crate::app) judged: Judged,
    pub(in crate::app) same: bool,
}

impl App {
    /// Judges check-ins again by what is known today: today's photos, and the boundaries and the policy that hold for
    /// each capture. Those whose result would be the same are left as they are, so doing it twice changes nothing more.
    /// Photos that were lost, and whose bytes are there now, wait for inspection again; where the store is away, their
    /// check-ins are left as they are, and the others go on.
    ///
    /// Asked by whom the permission table lets, or by nobody on the command line. Each check-in is judged in a transaction of
    /// its own. `step` is called after each, with how many there are.
    pub async fn rejudge(
        &self,
        viewer: Option<&Viewer>,
        request: RejudgeRequest,
        step: &(dyn Fn(usize) + Sync),
    ) -> Result<Rejudged, Failure> {
        check_reason(&request.reason)?;
        let period = Period::parse(request.from, request.to)?;
        let connection = self.database.reader();
        let policies = policy::versions(connection).await?;
        let named = request.policy_version.map(|version| named_policy(&policies, version)).transpose()?;
        if let Some(project) = request.project
            && store::project::find(connection, Scope::Everything, [project]).await?.is_empty()
        {
            return Err(Refusal::project_not_found("projectId").into());
        }
        let filter = CheckInFilter {
            project: request.project,
            person: None,
            verdicts: request.verdicts.clone(),
            from: Some(period.from()),
            to: Some(period.to()),
        };
        let count = store::check_in::count(connection, Scope::Everything, &filter).await?;
        if viewer.is_some() && count > MOST_AT_ONCE {
            return Err(too_many(count).into());
        }
        let mut run = self.new_run(viewer, &request);
        if !request.dry_run {
            self.begin_run(&run).await?;
        }
        let (mut transitions, mut last, mut search) = (BTreeMap::new(), None, Search::default());
        loop {
            let ids = store::check_in::ids(connection, &filter, last, PAGE).await?;
            let Some(end) = ids.last().copied() else { break };
            for check_in in store::check_in::find(connection, Scope::Everything, ids).await? {
                let policy = match named {
                    Some(policy) => policy,
                    None => policies.at(check_in.corrected_at)?,
                };
                let record_as = (!request.dry_run).then_some(run.id);
                match self.rejudge_one(&check_in, policy, record_as, &mut search).await? {
                    Some(outcome) => add(&mut run, &mut transitions, &outcome),
                    None => search.left += 1,
                }
                step(usize::try_from(count).unwrap_or(usize::MAX));
            }
            run.transitions = written(&transitions)?;
            if !request.dry_run {
                store::rejudgement::save(self.database.writer(), run.clone()).await?;
            }
            last = Some(end);
        }
        run.finished_at = Some(self.clock.now());
        if !request.dry_run {
            store::rejudgement::save(self.database.writer(), run.clone()).await?;
            self.feed.wake();
            self.photo_waits.notify_one();
        }
        let left = (search.left > 0).then(|| self.left_for_later(search.left));
        Ok(Rejudged { run, left })
    }

    /// The last ones there were, the latest first.
    pub async fn rejudgements(&self, limit: u64) -> Result<Vec<rejudgement::Model>, Broken> {
        Ok(store::rejudgement::latest(self.database.reader(), limit).await?)
    }

    fn new_run(&self, viewer: Option<&Viewer>, request: &RejudgeRequest) -> rejudgement::Model {
        rejudgement::Model {
            id: self.clock.id(),
            account_id: viewer.map(|viewer| viewer.account),
            reason: request.reason.trim().to_owned(),
            project_id: request.project,
            from_date: request.from,
            to_date: request.to,
            // Serialising plain values into memory can't fail.
            verdicts: request.verdicts.as_ref().and_then(|verdicts| serde_json::to_string(verdicts).ok()),
            policy_version: request.policy_version,
            check_ins: 0,
            unchanged: 0,
            changed: 0,
            photos: 0,
            transitions: "[]".to_owned(),
            begun_at: self.clock.now(),
            finished_at: None,
        }
    }

    /// Puts it on record before anything is judged, so that every assessment it makes has its reason.
    async fn begin_run(&self, run: &rejudgement::Model) -> Result<(), Broken> {
        let transaction = self.database.begin().await?;
        store::rejudgement::insert(&transaction, run.clone()).await?;
        store::outbox::hold(&transaction).await?;
        chain::append(&transaction, &self.clock, &[Record::rejudgement(run)]).await?;
        Ok(transaction.commit().await?)
    }

    async fn rejudge_one(
        &self,
        check_in: &check_in::Model,
        policy: &Policy,
        run: Option<RejudgementId>,
        search: &mut Search,
    ) -> Result<Option<Outcome>, Broken> {
        let photos = store::photo::of_check_ins(self.database.reader(), [check_in.id]).await?;
        if photos.iter().any(|photo| photo.inspected_at.is_none()) {
            // Their inspection judges it, by everything known then.
            return Ok(Some(Outcome::UNTOUCHED));
        }
        let Some(found) = self.found_again(&photos, search).await? else { return Ok(None) };
        // Most are as they were: they cost no lock.
        let look = self.look(self.database.reader(), check_in, &found, policy).await?;
        let Some(run) = run.filter(|_| !look.same) else { return Ok(Some(look.outcome(found.len()))) };
        let transaction = self.database.begin().await?;
        let week = counting::week_of(check_in);
        let tally = store::weekly_tally::lock(&transaction, check_in.project_id, check_in.person_id, week).await?;
        let mut again = 0;
        for photo in &found {
            if store::photo::wait_again(&transaction, *photo).await? {
                queue_inspection(&transaction, &[*photo], self.clock.now()).await?;
                again += 1;
            }
        }
        let look = self.look(&transaction, check_in, &found, policy).await?;
        if !look.same {
            let trigger = Trigger::Rejudgement(run);
            counting::record(&transaction, &self.clock, check_in, &look.judged, trigger, &tally).await?;
        }
        transaction.commit().await?;
        self.judge_contradicted().await;
        Ok(Some(look.outcome(again)))
    }

    /// Judges a check-in again because the key that signed it is known now; tells whether it contradicts others.
    pub(in crate::app) async fn judge_signed(
        &self,
        check_in: &check_in::Model,
        policy: &Policy,
    ) -> Result<bool, Broken> {
        let transaction = self.database.begin().await?;
        let week = counting::week_of(check_in);
        let tally = store::weekly_tally::lock(&transaction, check_in.project_id, check_in.person_id, week).await?;
        let look = self.look(&transaction, check_in, &[], policy).await?;
        let mut contradicts = false;
        if !look.same {
            let trigger = Trigger::DeviceRegistration;
            contradicts = counting::record(&transaction, &self.clock, check_in, &look.judged, trigger, &tally).await?;
        }
        transaction.commit().await?;
        Ok(contradicts)
    }

    /// The photos that were judged damaged, and of which the announced bytes are there now; none where the store is away.
    async fn found_again(&self, photos: &[photo::Model], search: &mut Search) -> Result<Option<Vec<PhotoId>>, Broken> {
        let mut found = Vec::new();
        for photo in photos.iter().filter(|photo| photo.state == PhotoState::Damaged) {
            if search.away {
                return Ok(None);
            }
            match self.fetch(photo).await {
                Ok((PhotoState::Intact, _)) => found.push(photo.id),
                Ok(_) => {}
                Err(Broken::Objects(error)) => {
                    tracing::warn!(error = %error.in_full(), "lost photos can't be looked for");
                    search.away = true;
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Some(found))
    }

    fn left_for_later(&self, check_ins: usize) -> Refusal {
        let message = message!(RejudgementLeft { check_ins });
        Refusal { message, ..self.store_unavailable("") }
    }

    pub(in crate::app) async fn look(
        &self,
        connection: &impl ConnectionTrait,
        check_in: &check_in::Model,
        found: &[PhotoId],
        policy: &Policy,
    ) -> Result<Comparison, Broken> {
        let mut photos = store::photo::of_check_ins(connection, [check_in.id]).await?;
        for photo in photos.iter_mut().filter(|photo| found.contains(&photo.id)) {
            photo.state = PhotoState::Attached;
        }
        let judged = self.judge(connection, check_in, &photos, policy, JudgementKind::Again).await?;
        let last = store::assessment::of_check_ins(connection, [check_in.id]).await?.pop();
        let before = last.ok_or_else(|| counting::missing(check_in.id))?;
        let findings = store::assessment::findings(connection, [before.id]).await?;
        let same = same(&before, &findings, &judged.judgement);
        Ok(Comparison { before, judged, same })
    }
}

impl Comparison {
    fn outcome(&self, photos: usize) -> Outcome {
        let (before, after) = (self.before.verdict, self.judged.judgement.verdict);
        Outcome { before, after, changed: !self.same, photos: if self.same { 0 } else { photos } }
    }
}

/// What rules measure on other check-ins. Those go on coming: it matters whether one is contradicted, and no more.
const ON_OTHERS: [FindingCode; 4] =
    [FindingCode::Travel, FindingCode::PhotoReused, FindingCode::PhotoSimilar, FindingCode::DeviceShared];

/// Whether a judgement says what an assessment says, whatever the words.
fn same(before: &assessment::Model, findings: &[finding::Model], after: &Judgement) -> bool {
    let told = |code: FindingCode, outcome| !(ON_OTHERS.contains(&code) && outcome == FindingOutcome::Pass);
    let said = findings.iter().filter(|row| told(row.code, row.outcome));
    let says = after.findings.iter().filter(|finding| told(finding.code, finding.outcome));
    let alike = |(row, finding): (&finding::Model, &domain::check_ins::evidence::Finding)| {
        (row.code, row.outcome, row.counts) == (finding.code, finding.outcome, finding.counts)
            && (ON_OTHERS.contains(&row.code)
                || (row.measured, row.threshold, row.probability)
                    == (finding.measured, finding.threshold, finding.probability))
    };
    (before.verdict, before.site_version_id) == (after.verdict, after.site_version)
        && said.clone().count() == says.clone().count()
        && said.zip(says).all(alike)
}

fn add(run: &mut rejudgement::Model, transitions: &mut BTreeMap<(Verdict, Verdict), usize>, outcome: &Outcome) {
    run.check_ins += 1;
    run.photos += i32::try_from(outcome.photos).unwrap_or(0);
    if outcome.changed {
        run.changed += 1;
        *transitions.entry((outcome.before, outcome.after)).or_default() += 1;
    } else {
        run.unchanged += 1;
    }
}

fn written(transitions: &BTreeMap<(Verdict, Verdict), usize>) -> Result<String, Broken> {
    serde_json::to_string(&Transition::list(transitions))
        .map_err(|error| Broken::failed("the changes of a rejudgement", error))
}

/// A version by its number, or why there is none.
pub(in crate::app) fn named_policy(policies: &Policies, version: i32) -> Result<&Policy, Failure> {
    Ok(policies.version(version)?.ok_or_else(|| no_policy("policyVersion", version))?)
}

/// There is no such policy version.
fn no_policy(field: &str, version: i32) -> Refusal {
    let message = message!(PolicyUnknown { version });
    Refusal::new(RefusalCode::Invalid, field, message)
}

fn check_reason(reason: &str) -> Result<(), Refusal> {
    let message = if reason.trim().is_empty() {
        message!(RejudgementWithoutReason)
    } else if reason.chars().count() > NOTE_LIMIT || reason.contains('\0') {
        message!(NoteMalformed { limit: NOTE_LIMIT })
    } else {
        return Ok(());
    };
    Err(Refusal::new(RefusalCode::Invalid, "reason", message))
}

fn too_many(count: u64) -> Refusal {
    Refusal::new(RefusalCode::TooLarge, "from", message!(RejudgementTooLarge { count, limit: MOST_AT_ONCE }))
}
