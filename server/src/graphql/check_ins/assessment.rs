//! Assessments and their findings.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, Description, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::check_ins::sentence::Sentence;
use entity::{
    assessment, finding,
    ids::{AssessmentId, CheckInId, RejudgementId, SiteVersionId},
    values::{AssessmentTrigger, FindingCode, FindingOutcome, Verdict},
};
use sea_orm::DbErr;

use crate::{
    app::App,
    graphql::{
        projects::site::SiteVersion,
        support::{
            access::app,
            error::Language,
            global_id,
            siblings::{Batch, distinct, grouped},
        },
    },
    store,
};

/// One judgement of a check-in. Appended, never changed; the last one stands.
#[derive(Clone, Debug, Description)]
pub struct Assessment {
    row: Arc<assessment::Model>,
    list: Arc<List>,
}

#[derive(Debug, Default)]
struct List {
    ids: Vec<AssessmentId>,
    policies: HashMap<AssessmentId, i32>,
    site_version_ids: Vec<SiteVersionId>,
    findings: Batch<(), AssessmentId, Vec<Finding>>,
    site_versions: Batch<(), SiteVersionId, SiteVersion>,
    rejudgement_ids: Vec<RejudgementId>,
    reasons: Batch<(), RejudgementId, String>,
}

impl Assessment {
    /// The last assessments of each of these check-ins, listed together, in the order they were made.
    pub(in crate::graphql) async fn load(
        app: &App,
        check_ins: &[CheckInId],
        last: u64,
    ) -> std::result::Result<HashMap<CheckInId, Vec<Self>>, DbErr> {
        let found = store::assessment::last_of_each(app.database.reader(), check_ins.iter().copied(), last).await?;
        let rows = || found.values().flatten();
        let list = Arc::new(List {
            ids: rows().map(|row| row.id).collect(),
            policies: rows().map(|row| (row.id, row.policy_version)).collect(),
            site_version_ids: distinct(rows().filter_map(|row| row.site_version_id)),
            rejudgement_ids: distinct(rows().filter_map(|row| row.rejudgement_id)),
            ..List::default()
        });
        let listed = |row| Self { row: Arc::new(row), list: Arc::clone(&list) };
        Ok(found.into_iter().map(|(check_in, rows)| (check_in, rows.into_iter().map(listed).collect())).collect())
    }

    /// The boundary the position was compared with.
    pub(in crate::graphql) async fn compared_with(&self, ctx: &Context<'_>) -> Result<Option<SiteVersion>> {
        let Some(id) = self.row.site_version_id else { return Ok(None) };
        let load = || async {
            let ids = self.list.site_version_ids.iter().copied();
            let rows = store::site::find_versions(app(ctx).database.reader(), ids).await?;
            Ok::<_, DbErr>(rows.into_iter().map(|row| (row.id, SiteVersion::from(row))).collect())
        };
        self.list.site_versions.get((), &id, load).await
    }
}

#[Object(use_type_description)]
impl Assessment {
    /// Global id.
    async fn id(&self) -> ID {
        global_id::encode(self.row.id)
    }

    /// 1, 2, 3 … within the check-in.
    async fn sequence(&self) -> i32 {
        self.row.sequence
    }

    /// What it was made for.
    async fn trigger(&self) -> AssessmentTrigger {
        self.row.trigger
    }

    /// Why it was judged again with many others; null where it was not.
    async fn rejudgement_reason(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(id) = self.row.rejudgement_id else { return Ok(None) };
        let load = || async {
            let ids = self.list.rejudgement_ids.iter().copied();
            let rows = store::rejudgement::find(app(ctx).database.reader(), ids).await?;
            Ok::<_, DbErr>(rows.into_iter().map(|row| (row.id, row.reason)).collect())
        };
        self.list.reasons.get((), &id, load).await
    }

    /// What was decided.
    async fn verdict(&self) -> Verdict {
        self.row.verdict
    }

    /// The policy it was made under.
    async fn policy_version(&self) -> i32 {
        self.row.policy_version
    }

    /// When it was made.
    async fn assessed_at(&self) -> DateTime<Utc> {
        self.row.assessed_at
    }

    /// The boundary the position was compared with; null if there was none, or no usable position.
    async fn site_version(&self, ctx: &Context<'_>) -> Result<Option<SiteVersion>> {
        self.compared_with(ctx).await
    }

    /// Why, rule by rule.
    async fn findings(&self, ctx: &Context<'_>) -> Result<Vec<Finding>> {
        let load = || async {
            let rows = store::assessment::findings(app(ctx).database.reader(), self.list.ids.iter().copied()).await?;
            let policy = |id| self.list.policies.get(&id).copied().unwrap_or_default();
            let findings = rows.into_iter().map(|row| (row.assessment_id, Finding::of(policy(row.assessment_id), row)));
            Ok::<_, DbErr>(grouped(findings))
        };
        Ok(self.list.findings.get((), &self.row.id, load).await?.unwrap_or_default())
    }
}

/// What one rule found out about a check-in.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Finding {
    /// Which rule.
    code: FindingCode,
    /// What it found.
    outcome: FindingOutcome,
    /// Whether it counts for the verdict; a hint does not.
    counts: bool,
    /// What was measured, in `unit`; for `POSITION` metres outside the boundary, negative inside.
    measured: Option<f64>,
    /// What it was compared with, in `unit`.
    threshold: Option<f64>,
    /// Unit of both: `m` (metres), `m/s`, `s` (seconds) or `1` (a count).
    unit: String,
    /// Probability of having been where the rule allows, within the tolerance of a site, where the position is for review.
    probability: Option<f64>,
    /// The policy whose rule it is.
    policy_version: i32,
    #[graphql(skip)]
    sentence: Sentence,
}

impl Finding {
    fn of(policy_version: i32, row: finding::Model) -> Self {
        Self {
            code: row.code,
            outcome: row.outcome,
            counts: row.counts,
            measured: row.measured,
            threshold: row.threshold,
            unit: row.unit,
            probability: row.probability,
            policy_version,
            sentence: Sentence { zh: row.sentence_zh, en: row.sentence_en },
        }
    }
}

#[ComplexObject]
impl Finding {
    /// The finding in words, as it was said when the assessment was made.
    async fn sentence(&self, #[graphql(desc = "The language of the sentence.", default)] language: Language) -> String {
        self.sentence.said(language).to_owned()
    }
}
