//! Assessments and their findings.

use async_graphql::Description;
use chrono::{DateTime, Utc};
use domain::check_ins::sentence::Sentence;
use entity::{
    assessment, finding,
    ids::AssessmentId,
    rejudgement,
    values::{AssessmentTrigger, FindingCode, FindingOutcome, Verdict},
};

use crate::{
    graphql::{
        engine::levels::{Asking, Fields, Noun, Source, Stored, Via, argument},
        projects::site::SiteVersion,
        support::error::Language,
    },
    store::{self, listing::Part},
};

/// One judgement of a check-in. Appended, never changed; the last one stands.
#[derive(Debug, Description)]
pub struct Assessment;

impl Noun for Assessment {
    const NAME: &'static str = "Assessment";

    fn stored() -> Option<Stored> {
        Some(Stored::by(assessment::Column::Id))
    }

    fn fields(of: &mut Fields<Self>) {
        use assessment::Column;
        let rejudgement = Via::of(Column::RejudgementId, rejudgement::Column::Id);
        of.id::<AssessmentId>(Column::Id);
        of.plain("sequence", "1, 2, 3 … within the check-in.", Column::Sequence, |sequence: i32| sequence);
        of.named::<AssessmentTrigger>("trigger", "What it was made for.", Column::Trigger);
        of.text_or_null(
            "rejudgementReason",
            "Why it was judged again with many others; null where it was not.",
            rejudgement.at(rejudgement::Column::Reason),
        );
        of.named::<Verdict>("verdict", "What was decided.", Column::Verdict);
        of.plain("policyVersion", "The policy it was made under.", Column::PolicyVersion, |version: i32| version);
        of.plain("assessedAt", "When it was made.", Column::AssessedAt, |at: DateTime<Utc>| at);
        of.one::<SiteVersion>(
            "siteVersion",
            "The boundary the position was compared with; null if there was none, or no usable position.",
            Column::SiteVersionId,
        );
        of.list::<Finding>("findings", "Why, rule by rule.", Vec::new(), Column::Id, |_| {
            Box::pin(async { Ok(Source::Rows(store::assessment::findings_of_each(), Part::default())) })
        });
    }
}

/// What one rule found out about a check-in.
#[derive(Debug, Description)]
pub struct Finding;

impl Noun for Finding {
    const NAME: &'static str = "Finding";

    fn stored() -> Option<Stored> {
        Some(Stored::by(finding::Column::Ordinal))
    }

    fn fields(of: &mut Fields<Self>) {
        use finding::Column;
        let assessment = Via::of(Column::AssessmentId, assessment::Column::Id);
        of.named::<FindingCode>("code", "Which rule.", Column::Code);
        of.named::<FindingOutcome>("outcome", "What it found.", Column::Outcome);
        of.plain("counts", "Whether it counts for the verdict; a hint does not.", Column::Counts, |counts: bool| {
            counts
        });
        of.plain(
            "measured",
            "What was measured, in `unit`; for `POSITION` metres outside the boundary, negative inside.",
            Column::Measured,
            |measured: Option<f64>| measured,
        );
        of.plain("threshold", "What it was compared with, in `unit`.", Column::Threshold, |threshold: Option<f64>| {
            threshold
        });
        of.text("unit", "Unit of both: `m` (metres), `m/s`, `s` (seconds) or `1` (a count).", Column::Unit);
        of.plain(
            "probability",
            "Probability of having been where the rule allows, within the tolerance of a site, where the position is for review.",
            Column::Probability,
            |probability: Option<f64>| probability,
        );
        of.plain(
            "policyVersion",
            "The policy whose rule it is.",
            assessment.at(assessment::Column::PolicyVersion),
            |version: i32| version,
        );
        of.asked(
            "sentence",
            "The finding in words, as it was said when the assessment was made.",
            vec![argument::<Language>("language", "The language of the sentence.").defaulting_to(&Language::default())],
            |asking: &Asking<'_>| Ok(Box::new(asking.argument_or::<Language>("language", Some(Language::default))?)),
            vec![Column::SentenceZh.into(), Column::SentenceEn.into()],
            |at, language: &Language| Ok(Sentence { zh: at.get(0)?, en: at.get(1)? }.said(*language).to_owned()),
        );
    }
}
