//! What another policy would have decided.

use std::collections::HashSet;

use async_graphql::{Context, Description, Object, Result, SimpleObject};
use domain::permission::table::read;
use entity::{ids::CheckInId, values::Verdict};

use super::{check_in::CheckIn, rejudgement::VerdictTransition};
use crate::{
    app::{Failure, Transition, TrialPolicy},
    graphql::{
        engine::levels::{Fields, Noun, Rows},
        support::{
            access::{app, entitled, scope},
            error::{bad_period, broken, internal},
            scalars::Date,
        },
    },
    store,
};

/// Check-ins that one question may be about.
const MOST_CHECK_INS: u64 = 5000;
/// Check-ins that are listed one by one.
const LISTED: usize = 100;

/// What another policy would have decided, from the evidence that assessments keep. Nothing is changed.
#[derive(Debug, SimpleObject)]
pub struct Reassessment {
    /// Check-ins gone through.
    check_ins: i32,
    /// Those whose evidence was not kept in a form that can be judged again.
    not_judged: i32,
    /// How many stand as the first and would stand as the second by the machine alone.
    transitions: Vec<VerdictTransition>,
    /// How many would be decided otherwise.
    changed_count: i32,
    /// The first 100 of those.
    changed: Rows<ReassessedCheckIn>,
}

/// A check-in that another policy would have decided otherwise.
#[derive(Debug, Description)]
pub struct ReassessedCheckIn {
    check_in: CheckInId,
    before: Verdict,
    after: Verdict,
}

impl Noun for ReassessedCheckIn {
    const NAME: &'static str = "ReassessedCheckIn";

    fn fields(of: &mut Fields<Self>) {
        of.one_by::<CheckIn, _>("checkIn", "The check-in.", |row: &Self| Some(row.check_in.0));
        of.always();
        of.part("before", "What its last assessment decided.", |row: &Self| row.before);
        of.part("after", "What the other policy would have decided.", |row: &Self| row.after);
    }
}

/// Queries about other policies.
#[derive(Debug, Default)]
pub struct ReassessmentQuery;

#[Object]
impl ReassessmentQuery {
    /// What another policy version would have decided about the check-ins of these local days: 366 days and 5,000
    /// check-ins at most. For the office and analysts.
    async fn reassessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version of the policy.")] policy_version: i32,
        #[graphql(desc = "The first local day.")] from: Date,
        #[graphql(desc = "The last local day.")] to: Date,
    ) -> Result<Option<Reassessment>> {
        entitled(ctx, const { read("Query", "reassessment") })?;
        let trial = TrialPolicy::Version(policy_version);
        let outcome = match app(ctx).reassess(trial, from.0, to.0, Some(MOST_CHECK_INS), &|_| {}).await {
            Ok(outcome) => outcome,
            Err(Failure::Broken(error)) => return Err(internal(&error)),
            Err(Failure::Refused(refusals)) => {
                return refusals.first().map_or(Ok(None), |refusal| Err(bad_period(refusal)));
            }
        };
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let listed = &outcome.changed[..outcome.changed.len().min(LISTED)];
        let ids = listed.iter().map(|(id, ..)| *id);
        let scope = scope(ctx, const { read("CheckIn", "id") })?;
        let rows = store::check_in::find(app(ctx).database.reader(), scope, ids).await.map_err(broken)?;
        let visible: HashSet<_> = rows.into_iter().map(|row| row.id).collect();
        let changed = listed
            .iter()
            .filter(|(id, ..)| visible.contains(id))
            .map(|(id, before, after)| ReassessedCheckIn { check_in: *id, before: *before, after: *after });
        let changed = Rows::values(changed);
        Ok(Some(Reassessment {
            check_ins: count(outcome.check_ins),
            not_judged: count(outcome.not_judged),
            transitions: Transition::list(&outcome.verdicts).into_iter().map(Into::into).collect(),
            changed_count: count(outcome.changed.len()),
            changed,
        }))
    }
}
