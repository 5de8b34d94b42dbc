//! What people decide: the review queue, decisions, appeals, and how often each rule is overturned.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::permission::table::{change, read};
use entity::{
    appeal, decision,
    ids::{AccountId, CheckInId, PhotoId},
    values::{DecisionReason, FindingCode, Verdict},
};

use super::check_in::{CheckIn, CheckInConnection};
use crate::{
    app::{App, AppealRequest, Failure, Refusal, ReviewRequest},
    graphql::{
        accounts::account::Account,
        support::{
            access::{app, entitled, entitled_scope, has_part_in, may_change, scope},
            connection::Count,
            error::{UserError, answered, broken},
            global_id,
            page::PageArguments,
            scalars::Date,
            siblings::{Batch, distinct},
        },
    },
    store::{self, decision::RuleRow},
};

/// A person's decision about a check-in. Appended, never changed; the last one stands.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Decision {
    /// 1, 2, 3 … within the check-in.
    sequence: i32,
    /// What was decided: `VERIFIED` or `REJECTED`.
    verdict: Verdict,
    /// Why.
    reason: DecisionReason,
    /// What there was to say.
    note: String,
    /// Whether it answers an appeal.
    on_appeal: bool,
    /// When it was made.
    decided_at: DateTime<Utc>,
    #[graphql(skip)]
    account: AccountId,
    #[graphql(skip)]
    list: Arc<Deciders>,
}

/// Who took the decisions that were listed together.
#[derive(Debug, Default)]
struct Deciders {
    ids: Vec<AccountId>,
    accounts: Batch<(), AccountId, Account>,
}

#[ComplexObject]
impl Decision {
    /// The account that took it; null for those who may not know.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        if !has_part_in(ctx, const { read("Decision", "decidedBy") })? {
            return Ok(None);
        }
        let load = || async {
            let connection = app(ctx).database.reader();
            let accounts = Account::list(store::account::find(connection, self.list.ids.clone()).await?);
            Ok::<_, sea_orm::DbErr>(accounts.into_iter().map(|account| (account.account_id(), account)).collect())
        };
        self.list.accounts.get((), &self.account, load).await
    }
}

impl Decision {
    fn of(row: decision::Model, list: &Arc<Deciders>) -> Self {
        Self {
            sequence: row.sequence,
            verdict: row.verdict,
            reason: row.reason,
            note: row.note,
            on_appeal: row.appeal_id.is_some(),
            decided_at: row.decided_at,
            account: row.account_id,
            list: Arc::clone(list),
        }
    }

    /// The last decisions about each of these check-ins, in the order they were made.
    pub(in crate::graphql) async fn load(
        app: &App,
        check_ins: &[CheckInId],
        last: u64,
    ) -> std::result::Result<HashMap<CheckInId, Vec<Self>>, sea_orm::DbErr> {
        let found = store::decision::last_of_each(app.database.reader(), check_ins.iter().copied(), last).await?;
        let ids = distinct(found.values().flatten().map(|row| row.account_id));
        let list = Arc::new(Deciders { ids, ..Deciders::default() });
        let listed = |row| Self::of(row, &list);
        Ok(found.into_iter().map(|(check_in, rows)| (check_in, rows.into_iter().map(listed).collect())).collect())
    }
}

/// An appeal of the subject against how their check-in stands; one for each check-in.
#[derive(Clone, Debug, SimpleObject)]
pub struct Appeal {
    /// What they say.
    statement: String,
    /// The photos they added as new evidence.
    photo_ids: Vec<ID>,
    /// When they appealed.
    appealed_at: DateTime<Utc>,
}

impl From<appeal::Model> for Appeal {
    fn from(row: appeal::Model) -> Self {
        let photos: Vec<PhotoId> = serde_json::from_str(&row.photos).unwrap_or_default();
        Self {
            statement: row.statement,
            photo_ids: photos.into_iter().map(global_id::encode).collect(),
            appealed_at: row.appealed_at,
        }
    }
}

impl Appeal {
    /// The appeals about these check-ins.
    pub(in crate::graphql) async fn load(
        app: &App,
        check_ins: &[CheckInId],
    ) -> std::result::Result<HashMap<CheckInId, Self>, sea_orm::DbErr> {
        let rows = store::decision::appeals(app.database.reader(), check_ins.iter().copied()).await?;
        Ok(rows.into_iter().map(|row| (row.check_in_id, Self::from(row))).collect())
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
    ) -> Result<CheckInConnection> {
        let scope = entitled_scope(ctx, const { read("Query", "reviewQueue") })?;
        let page = PageArguments { first, last, after, before }.page()?;
        let found = store::check_in::queue(app(ctx).database.reader(), scope, &page).await.map_err(broken)?;
        let count: Count = Box::new(move |ctx| {
            Box::pin(async move {
                let count = store::check_in::queue_length(app(ctx).database.reader(), scope).await.map_err(broken)?;
                Ok(i64::try_from(count).unwrap_or(i64::MAX))
            })
        });
        Ok(CheckInConnection::of(CheckIn::list(found.rows), found.more, &page, count))
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
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct ReviewPayload {
    /// The check-in, as it stands now; null if it was refused.
    check_in: Option<CheckIn>,
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
            ReviewPayload { check_in: CheckIn::list(vec![row]).pop(), user_errors: Vec::new() }
        }
        Err(user_errors) => ReviewPayload { user_errors, ..ReviewPayload::default() },
    })
}
