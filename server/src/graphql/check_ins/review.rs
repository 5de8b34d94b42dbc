//! What people decide: the review queue, decisions, appeals, and how often each rule is overturned.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::table::{change, read};
use entity::{
    appeal, decision,
    ids::PhotoId,
    values::{DecisionReason, FindingCode, Verdict},
};
use uuid::Uuid;

use super::check_in::CheckIn;
use crate::{
    app::{AppealRequest, Failure, Refusal, ReviewRequest},
    graphql::{
        accounts::account::Account,
        engine::levels::{Fields, Found, Noun, Page, Stored},
        support::{
            access::{app, entitled, entitled_scope, may_change, scope},
            error::{UserError, answered, broken},
            global_id,
            page::PageArguments,
            scalars::Date,
        },
    },
    store::{self, decision::RuleRow},
};

/// A person's decision about a check-in. Appended, never changed; the last one stands.
#[derive(Debug, Description)]
pub struct Decision;

impl Noun for Decision {
    const NAME: &'static str = "Decision";

    fn stored() -> Option<Stored> {
        Some(Stored::by(decision::Column::Id))
    }

    fn fields(of: &mut Fields<Self>) {
        use decision::Column;
        of.plain("sequence", "1, 2, 3 … within the check-in.", Column::Sequence, |sequence: i32| sequence);
        of.named::<Verdict>("verdict", "What was decided: `VERIFIED` or `REJECTED`.", Column::Verdict);
        of.named::<DecisionReason>("reason", "Why.", Column::Reason);
        of.text("note", "What there was to say.", Column::Note);
        of.plain("onAppeal", "Whether it answers an appeal.", Column::AppealId, |appeal: Option<Uuid>| {
            appeal.is_some()
        });
        of.plain("decidedAt", "When it was made.", Column::DecidedAt, |at: DateTime<Utc>| at);
        of.one::<Account>("decidedBy", "The account that took it; null for those who may not know.", Column::AccountId);
        of.only_by(const { read("Decision", "decidedBy") });
    }
}

/// An appeal of the subject against how their check-in stands; one for each check-in.
#[derive(Debug, Description)]
pub struct Appeal;

impl Noun for Appeal {
    const NAME: &'static str = "Appeal";

    fn stored() -> Option<Stored> {
        Some(Stored::by(appeal::Column::Id))
    }

    fn fields(of: &mut Fields<Self>) {
        use appeal::Column;
        of.text("statement", "What they say.", Column::Statement);
        of.plain("photoIds", "The photos they added as new evidence.", Column::Photos, |photos: String| {
            let photos: Vec<PhotoId> = serde_json::from_str(&photos).unwrap_or_default();
            photos.into_iter().map(global_id::encode).collect::<Vec<_>>()
        });
        of.plain("appealedAt", "When they appealed.", Column::AppealedAt, |at: DateTime<Utc>| at);
    }
}

/// How often a rule kept check-ins from being verified, and how often people saw it otherwise.
#[derive(Clone, Debug, SimpleObject)]
pub struct RuleStatistics {
    /// The rule.
    code: FindingCode,
    /// Decisions about check-ins in which its finding counted against the visit.
    decided: i64,
    /// Those of them that verified the visit all the same.
    overturned: i64,
    /// Their share, 0 to 1.
    overturn_rate: f64,
}

impl From<RuleRow> for RuleStatistics {
    #[expect(clippy::cast_precision_loss, reason = "decisions are no more than a float counts exactly")]
    fn from(row: RuleRow) -> Self {
        let overturn_rate = if row.decided == 0 { 0.0 } else { row.overturned as f64 / row.decided as f64 };
        Self { code: row.code, decided: row.decided, overturned: row.overturned, overturn_rate }
    }
}

/// Queries about what people decide.
#[derive(Debug, Default)]
pub struct ReviewQuery;

#[Object]
impl ReviewQuery {
    /// Check-ins that wait for a person's decision, the oldest first: for the office.
    async fn review_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 500; 50 if nothing is said.")] first: Option<i32>,
        #[graphql(desc = "The last so many, 1 to 500, instead of the first.")] last: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Page<CheckIn>> {
        let scope = entitled_scope(ctx, const { read("Query", "reviewQueue") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        Ok(Page::of(store::check_in::queue(scope), &page))
    }

    /// How often each rule was overturned by a person, over decisions made from a day to a day (UTC): for the office
    /// and analysts.
    async fn rule_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day.")] to: Date,
    ) -> Result<Vec<RuleStatistics>> {
        entitled(ctx, const { read("Query", "ruleStatistics") })?;
        let start = from.0.and_time(chrono::NaiveTime::MIN).and_utc();
        let end = to.0.and_time(chrono::NaiveTime::MIN).and_utc() + chrono::TimeDelta::days(1);
        let rows = store::decision::rules(app(ctx).database.reader(), start, end).await.map_err(broken)?;
        Ok(rows.into_iter().map(RuleStatistics::from).collect())
    }
}

/// A decision about a check-in.
#[derive(Debug, InputObject)]
pub struct ReviewCheckInInput {
    /// The check-in.
    check_in_id: ID,
    /// `VERIFIED` or `REJECTED`.
    verdict: Verdict,
    /// Why; must explain the verdict.
    reason: DecisionReason,
    /// What there is to say, 2,000 characters at most.
    #[graphql(default)]
    note: String,
}

/// An appeal against a rejection.
#[derive(Debug, InputObject)]
pub struct AppealCheckInInput {
    /// The check-in.
    check_in_id: ID,
    /// Why it should count, 2,000 characters at most.
    statement: String,
    /// Photos uploaded as new evidence, 9 at most.
    #[graphql(default)]
    photo_ids: Vec<ID>,
}

/// What became of a decision or an appeal.
#[derive(Debug, Default, SimpleObject)]
pub struct ReviewPayload {
    /// The check-in, as it stands now; null if it was refused.
    check_in: Found<CheckIn>,
    /// Why it was refused; empty if it was not.
    user_errors: Vec<UserError>,
}

/// Mutations of what people decide.
#[derive(Debug, Default)]
pub struct ReviewMutation;

#[Object]
impl ReviewMutation {
    /// Decides about a check-in: the office, but neither its subject nor who answers to them; about an appeal, someone
    /// else than who decided before.
    async fn review_check_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: ReviewCheckInInput,
    ) -> Result<ReviewPayload> {
        let viewer = may_change(ctx, const { change("reviewCheckIn") })?;
        store::moment::end();
        let Some(check_in) = global_id::decode(&input.check_in_id) else {
            return payload(Err(Refusal::check_in_not_found().into()));
        };
        let request = ReviewRequest { check_in, verdict: input.verdict, reason: input.reason, note: input.note };
        let scope = scope(ctx, const { read("CheckIn", "id") })?;
        payload(match viewer {
            Ok(viewer) => app(ctx).review_check_in(viewer, scope, request).await,
            Err(_) => Err(app(ctx).may_not_decide(scope, check_in).await),
        })
    }

    /// Appeals against a rejection: its subject, once, within the policy's days. The check-in is for review again then.
    async fn appeal_check_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The appeal.")] input: AppealCheckInInput,
    ) -> Result<ReviewPayload> {
        let viewer = may_change(ctx, const { change("appealCheckIn") })?;
        store::moment::end();
        // Who may do this to none sees none.
        let (Ok(viewer), Some(check_in)) = (viewer, global_id::decode(&input.check_in_id)) else {
            return payload(Err(Refusal::check_in_not_found().into()));
        };
        let mut photos = Vec::with_capacity(input.photo_ids.len());
        for (place, id) in input.photo_ids.iter().enumerate() {
            match global_id::decode(id) {
                Some(photo) => photos.push(photo),
                None => return payload(Err(Refusal::photo_not_found(place).into())),
            }
        }
        let request = AppealRequest { check_in, statement: input.statement, photos };
        let scope = scope(ctx, const { read("CheckIn", "id") })?;
        payload(app(ctx).appeal_check_in(viewer, scope, request).await)
    }
}

fn payload(result: std::result::Result<entity::check_in::Model, Failure>) -> Result<ReviewPayload> {
    Ok(match answered(result)? {
        Ok(row) => {
            store::moment::begin();
            ReviewPayload { check_in: Found::by_id(row.id), user_errors: Vec::new() }
        }
        Err(user_errors) => ReviewPayload { user_errors, ..ReviewPayload::default() },
    })
}
