//! Many check-ins judged again.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::table::{change, read};
use entity::{rejudgement, values::Verdict};

use crate::{
    app::{Refusal, RejudgeRequest, Transition},
    graphql::support::{
        access::{app, entitled, may_change},
        error::{UserError, answered, broken},
        global_id,
        scalars::Date,
    },
};

const LATEST: u64 = 100;

/// How many check-ins went from one verdict to another; from one to the same where only findings changed.
#[derive(Clone, Debug, SimpleObject)]
pub struct VerdictTransition {
    /// The verdict before, as the last assessment gave it.
    from: Verdict,
    /// The verdict after. Decisions of people stand over both.
    to: Verdict,
    /// How many check-ins.
    count: i32,
}

impl From<Transition> for VerdictTransition {
    fn from(transition: Transition) -> Self {
        let count = i32::try_from(transition.count).unwrap_or(i32::MAX);
        Self { from: transition.from, to: transition.to, count }
    }
}

/// Many check-ins judged again, after an outage or a corrected boundary.
#[derive(Clone, Debug, SimpleObject)]
pub struct Rejudgement {
    /// Why.
    reason: String,
    /// The only project whose check-ins were judged; null for all.
    project_id: Option<ID>,
    /// The first local day.
    from: Date,
    /// The last local day.
    to: Date,
    /// The policy they were judged by; null where each was judged by that of its capture.
    policy_version: Option<i32>,
    /// Check-ins judged.
    check_ins: i32,
    /// Those whose verdict, findings and boundary are what they were: they have no new assessment.
    unchanged: i32,
    /// Those with a new assessment.
    changed: i32,
    /// Photos that were lost, were found again, and wait for inspection: their check-ins will be judged once more then.
    photos_to_inspect: i32,
    /// How the verdicts of those changed.
    transitions: Vec<VerdictTransition>,
    /// When it was begun.
    begun_at: DateTime<Utc>,
    /// When it was done; null while it goes on, or if it was broken off.
    finished_at: Option<DateTime<Utc>>,
}

impl From<rejudgement::Model> for Rejudgement {
    fn from(row: rejudgement::Model) -> Self {
        let transitions: Vec<Transition> = serde_json::from_str(&row.transitions).unwrap_or_default();
        Self {
            reason: row.reason,
            project_id: row.project_id.map(global_id::encode),
            from: Date(row.from_date),
            to: Date(row.to_date),
            policy_version: row.policy_version,
            check_ins: row.check_ins,
            unchanged: row.unchanged,
            changed: row.changed,
            photos_to_inspect: row.photos,
            transitions: transitions.into_iter().map(Into::into).collect(),
            begun_at: row.begun_at,
            finished_at: row.finished_at,
        }
    }
}

/// Queries for what was judged again.
#[derive(Debug, Default)]
pub struct RejudgementQuery;

#[Object]
impl RejudgementQuery {
    /// What was judged again, the latest first, 100 at most: for the office.
    async fn rejudgements(&self, ctx: &Context<'_>) -> Result<Vec<Rejudgement>> {
        entitled(ctx, const { read("Query", "rejudgements") })?;
        let rows = app(ctx).rejudgements(LATEST).await.map_err(broken)?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

/// Which check-ins are to be judged again, and why.
#[derive(Debug, InputObject)]
pub struct RejudgeCheckInsInput {
    /// Only this project's; leave it out for all.
    project_id: Option<ID>,
    /// From this local day on.
    from: Date,
    /// Until this local day; 366 days at most.
    to: Date,
    /// Why, 2,000 characters at most. It is put on record.
    reason: String,
    /// Only those that stand so.
    only_verdicts: Option<Vec<Verdict>>,
    /// By this policy version, instead of the one that held when each was captured.
    policy_version: Option<i32>,
    /// Only tell what would change, and put nothing on record.
    #[graphql(default)]
    dry_run: bool,
}

/// What became of judging again.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct RejudgeCheckInsPayload {
    /// What was judged again; null if it was refused.
    rejudgement: Option<Rejudgement>,
    /// Why it was refused; empty if it was not. `STORE_UNAVAILABLE` beside a rejudgement: check-ins whose photos were lost
    /// were left as they are, and it is to be done again after `retryAt`.
    user_errors: Vec<UserError>,
}

/// Mutations that judge again.
#[derive(Debug, Default)]
pub struct RejudgementMutation;

#[Object]
impl RejudgementMutation {
    /// Judges check-ins again by what is known today: today's photos, and the boundaries and the policy that hold for
    /// each capture, so that a corrected boundary that holds from an earlier time counts. Assessments are appended;
    /// people's decisions stand over them. Lost photos that are there again are inspected again. For the office; 2,000
    /// check-ins at once. Doing it twice changes nothing more.
    async fn rejudge_check_ins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: RejudgeCheckInsInput,
    ) -> Result<RejudgeCheckInsPayload> {
        let viewer = may_change(ctx, const { change("rejudgeCheckIns") })?;
        let project = input.project_id.as_ref().map(global_id::decode);
        if project == Some(None) {
            let user_errors = vec![Refusal::project_not_found("projectId").into()];
            return Ok(RejudgeCheckInsPayload { user_errors, ..RejudgeCheckInsPayload::default() });
        }
        let request = RejudgeRequest {
            project: project.flatten(),
            from: input.from.0,
            to: input.to.0,
            verdicts: input.only_verdicts,
            policy_version: input.policy_version,
            reason: input.reason,
            dry_run: input.dry_run,
        };
        let done = async { app(ctx).rejudge(Some(viewer?), request, &|_| {}).await };
        Ok(match answered(done.await)? {
            Ok(done) => RejudgeCheckInsPayload {
                rejudgement: Some(done.run.into()),
                user_errors: done.left.into_iter().map(UserError::from).collect(),
            },
            Err(user_errors) => RejudgeCheckInsPayload { user_errors, ..RejudgeCheckInsPayload::default() },
        })
    }
}
