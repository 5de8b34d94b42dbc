//! What another policy would have decided, from the evidence that assessments keep. Changes nothing.

use messages::message;
use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use domain::{
    check_ins::evidence::{self, Candidate, Evidence},
    policy::Policy,
};
use entity::{
    ids::{CheckInId, SiteVersionId},
    site_version,
    values::Verdict,
};
use serde::Deserialize;

use super::rejudge::named_policy;
use crate::{
    app::{App, Broken, Failure, Period, PolicyChange, Refusal, RefusalCode, policy},
    store::{self, check_in::CheckInFilter, scope::Scope},
};

const AT_ONCE: u64 = 200;

/// A policy to be tried.
#[derive(Clone, Debug)]
pub enum TrialPolicy {
    /// A version that was adopted.
    Version(i32),
    /// The newest version with changes that nobody has adopted.
    Draft(Box<PolicyChange>),
}

/// What would change.
#[derive(Clone, Debug, Default)]
pub struct Reassessment {
    /// Check-ins gone through.
    pub check_ins: usize,
    /// Those whose evidence was kept in a form that can't be judged again.
    pub not_judged: usize,
    /// How many stand as the first and would stand as the second.
    pub verdicts: BTreeMap<(Verdict, Verdict), usize>,
    /// Those that would be decided otherwise: before and after.
    pub changed: Vec<(CheckInId, Verdict, Verdict)>,
}

/// What an assessment keeps.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    evidence: Evidence,
    site_versions: Vec<SiteVersionId>,
}

impl App {
    /// Judges every check-in of these local days again under another policy. The same evidence under the same policy
    /// gives the same verdict. More than `most` check-ins are refused. `step` is called after each page of check-ins.
    pub async fn reassess(
        &self,
        trial: TrialPolicy,
        from: NaiveDate,
        to: NaiveDate,
        most: Option<u64>,
        step: &(dyn Fn(usize) + Sync),
    ) -> Result<Reassessment, Failure> {
        let connection = self.database.reader();
        let policy = self.tried(trial).await?;
        let period = Period::parse(from, to)?;
        let filter = CheckInFilter { from: Some(period.from()), to: Some(period.to()), ..CheckInFilter::default() };
        if let Some(most) = most {
            let count = store::check_in::count(connection, Scope::Everything, &filter).await?;
            if count > most {
                return Err(too_many(count, most).into());
            }
        }
        let mut outcome = Reassessment::default();
        let mut sites = HashMap::new();
        let mut last = None;
        loop {
            let page = store::check_in::ids(connection, &filter, last, AT_ONCE).await?;
            let Some(end) = page.last().copied() else { return Ok(outcome) };
            self.reassess_page(&page, &policy, &mut sites, &mut outcome).await?;
            step(page.len());
            last = Some(end);
        }
    }

    async fn tried(&self, trial: TrialPolicy) -> Result<Policy, Failure> {
        match trial {
            TrialPolicy::Version(version) => {
                let policies = policy::versions(self.database.reader()).await?;
                Ok(named_policy(&policies, version)?.clone())
            }
            TrialPolicy::Draft(change) => self.drafted(*change).await,
        }
    }

    async fn reassess_page(
        &self,
        check_ins: &[CheckInId],
        policy: &Policy,
        sites: &mut HashMap<SiteVersionId, site_version::Model>,
        outcome: &mut Reassessment,
    ) -> Result<(), Broken> {
        let assessments = store::assessment::of_check_ins(self.database.reader(), check_ins.iter().copied()).await?;
        let last: HashMap<_, _> = assessments.into_iter().map(|row| (row.check_in_id, row)).collect();
        for check_in in check_ins {
            outcome.check_ins += 1;
            let inputs = last.get(check_in).and_then(|row| Some((row.verdict, row.inputs.as_deref()?)));
            let parsed = inputs.and_then(|(verdict, text)| Some((verdict, serde_json::from_str::<Inputs>(text).ok()?)));
            let Some((before, inputs)) = parsed else {
                outcome.not_judged += 1;
                continue;
            };
            let candidates = self.candidates(&inputs.site_versions, sites).await?;
            let after = evidence::judge(&inputs.evidence, &candidates, policy).verdict;
            *outcome.verdicts.entry((before, after)).or_default() += 1;
            if before != after {
                outcome.changed.push((*check_in, before, after));
            }
        }
        Ok(())
    }

    async fn candidates(
        &self,
        ids: &[SiteVersionId],
        known: &mut HashMap<SiteVersionId, site_version::Model>,
    ) -> Result<Vec<Candidate>, Broken> {
        let missing: Vec<_> = ids.iter().copied().filter(|id| !known.contains_key(id)).collect();
        if !missing.is_empty() {
            let rows = store::site::find_versions(self.database.reader(), missing).await?;
            known.extend(rows.into_iter().map(|row| (row.id, row)));
        }
        ids.iter().filter_map(|id| known.get(id)).map(|row| self.boundaries.candidate(row)).collect()
    }
}

fn too_many(count: u64, most: u64) -> Refusal {
    Refusal::new(RefusalCode::TooLarge, "from", message!(TrialTooLarge { count, most }))
}
