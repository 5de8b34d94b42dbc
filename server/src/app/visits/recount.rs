//! Recounts everything that is derived from evidence, and compares or mends it.

use std::{collections::BTreeMap, fmt};

use chrono::NaiveDate;
use domain::visits::{
    counting::{self as rules, Tally},
    week::IsoWeek,
};
use entity::{
    ids::{CheckInId, PersonId, ProjectId},
    standing,
    values::Verdict,
    visit, weekly_tally,
};
use sea_orm::ConnectionTrait;

use super::counting;
use crate::{
    app::{App, Broken},
    store::{self, recount::ProjectRecords},
};

/// Something derived that is not what the evidence makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A check-in without an assessment, or whose standing is not its last assessment's.
    Standing(CheckInId),
    /// The visit of a person on a day.
    Visit(ProjectId, PersonId, NaiveDate),
    /// The tally of a person's week.
    Tally(ProjectId, PersonId, IsoWeek),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standing(check_in) => write!(f, "standing of check-in {check_in}"),
            Self::Visit(project, person, day) => write!(f, "visit of person {person} to project {project} on {day}"),
            Self::Tally(project, person, week) => write!(f, "tally of person {person} for project {project} in {week}"),
        }
    }
}

/// What a recount went through and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recounted {
    /// Projects gone through.
    pub projects: usize,
    /// Check-ins gone through.
    pub check_ins: usize,
    /// Visits they make.
    pub visits: usize,
    /// What did not agree.
    pub differences: Vec<Difference>,
}

impl App {
    /// Recounts every project from its check-ins and their assessments; with `mend`, writes what did not agree.
    /// `step` is called after each project, with how many there are.
    pub async fn recount(&self, mend: bool, step: &(dyn Fn(usize) + Sync)) -> Result<Recounted, Broken> {
        let projects = store::project::all(self.database.reader()).await?;
        let mut recounted = Recounted { projects: projects.len(), ..Recounted::default() };
        for project in &projects {
            let transaction = if mend { self.database.begin().await? } else { self.database.begin_snapshot().await? };
            let records = store::recount::project_records(&transaction, project.id).await?;
            let count = ProjectCount::of(&records);
            let differences = count.compare(&records, project.id);
            if mend && !differences.is_empty() {
                self.mend(&transaction, &count, &records, project.id).await?;
            }
            transaction.commit().await?;
            recounted.check_ins += records.check_ins.len();
            recounted.visits += count.visits.len();
            recounted.differences.extend(differences);
            step(projects.len());
        }
        Ok(recounted)
    }

    async fn mend(
        &self,
        connection: &impl ConnectionTrait,
        count: &ProjectCount<'_>,
        records: &ProjectRecords,
        project: ProjectId,
    ) -> Result<(), Broken> {
        for ((person, week), tally) in &count.tallies {
            let row = store::weekly_tally::lock(connection, project, *person, counting::numbered(*week)).await?;
            store::weekly_tally::save(connection, counting::with_counts(&row, *tally)).await?;
        }
        for ((person, day), check_ins) in &count.visits {
            let known = records.visits.iter().find(|visit| visit.person_id == *person && visit.local_date == *day);
            let visit = known.cloned().unwrap_or_else(|| visit::Model {
                id: self.clock.id(),
                project_id: project,
                person_id: *person,
                local_date: *day,
                verdict: check_ins.verdict,
                check_in_count: 0,
                first_at: check_ins.first_at,
                last_at: check_ins.last_at,
            });
            store::visit::save(connection, check_ins.apply(&visit)).await?;
            for judged in &check_ins.judged {
                let standing = standing::Model {
                    check_in_id: judged.check_in,
                    visit_id: visit.id,
                    assessment_id: judged.assessment.id,
                    verdict: judged.verdict,
                };
                store::assessment::stand(connection, standing).await?;
            }
        }
        for visit in
            records.visits.iter().filter(|visit| !count.visits.contains_key(&(visit.person_id, visit.local_date)))
        {
            store::recount::remove_visit(connection, visit.id).await?;
        }
        for row in records.tallies.iter().filter(|row| !count.knows(row)) {
            store::weekly_tally::save(connection, counting::with_counts(row, Tally::default())).await?;
        }
        Ok(())
    }
}

/// What the evidence of a project makes.
struct ProjectCount<'a> {
    unjudged: Vec<CheckInId>,
    visits: BTreeMap<(PersonId, NaiveDate), Day<'a>>,
    tallies: BTreeMap<(PersonId, IsoWeek), Tally>,
}

/// A check-in, its last assessment, and how it stands by that and by what people decided.
struct Judged<'a> {
    check_in: CheckInId,
    assessment: &'a entity::assessment::Model,
    verdict: Verdict,
}

/// One person's check-ins of one day.
struct Day<'a> {
    judged: Vec<Judged<'a>>,
    verdict: Verdict,
    first_at: chrono::DateTime<chrono::Utc>,
    last_at: chrono::DateTime<chrono::Utc>,
}

impl Day<'_> {
    fn apply(&self, visit: &visit::Model) -> visit::Model {
        visit::Model {
            verdict: self.verdict,
            check_in_count: i32::try_from(self.judged.len()).unwrap_or(i32::MAX),
            first_at: self.first_at,
            last_at: self.last_at,
            ..visit.clone()
        }
    }
}

impl<'a> ProjectCount<'a> {
    fn of(records: &'a ProjectRecords) -> Self {
        let mut unjudged = Vec::new();
        let mut visits = BTreeMap::<_, Day<'a>>::new();
        for check_in in &records.check_ins {
            let Some(assessment) = records.last_assessments.get(&check_in.id) else {
                unjudged.push(check_in.id);
                continue;
            };
            let decisions = records.decisions.get(&check_in.id).map_or(&[][..], Vec::as_slice);
            let appeals = records.appeals.get(&check_in.id).map_or(&[][..], Vec::as_slice);
            let verdict = counting::standing_of(assessment, decisions, appeals);
            let at = check_in.corrected_at;
            let day = visits.entry((check_in.person_id, check_in.local_date)).or_insert_with(|| Day {
                judged: Vec::new(),
                verdict,
                first_at: at,
                last_at: at,
            });
            day.judged.push(Judged { check_in: check_in.id, assessment, verdict });
            day.verdict = rules::visit_verdict([day.verdict, verdict]).unwrap_or(day.verdict);
            day.first_at = day.first_at.min(at);
            day.last_at = day.last_at.max(at);
        }
        let mut weeks = BTreeMap::<_, Vec<Verdict>>::new();
        for ((person, date), day) in &visits {
            weeks.entry((*person, IsoWeek::of(*date))).or_default().push(day.verdict);
        }
        let tallies = weeks.into_iter().map(|(key, verdicts)| (key, rules::tally(verdicts))).collect();
        Self { unjudged, visits, tallies }
    }

    fn knows(&self, row: &weekly_tally::Model) -> bool {
        self.tallies
            .keys()
            .any(|(person, week)| *person == row.person_id && counting::numbered(*week) == (row.iso_year, row.iso_week))
    }

    fn compare(&self, records: &ProjectRecords, project: ProjectId) -> Vec<Difference> {
        let mut differences: Vec<_> = self.unjudged.iter().copied().map(Difference::Standing).collect();
        for ((person, date), day) in &self.visits {
            let known = records.visits.iter().find(|visit| visit.person_id == *person && visit.local_date == *date);
            if known.is_none_or(|visit| day.apply(visit) != *visit) {
                differences.push(Difference::Visit(project, *person, *date));
            }
            let stands = |judged: &&Judged<'_>| {
                records.standings.get(&judged.check_in).is_some_and(|standing| {
                    standing.assessment_id == judged.assessment.id
                        && standing.verdict == judged.verdict
                        && known.is_some_and(|visit| visit.id == standing.visit_id)
                })
            };
            let wrong = day.judged.iter().filter(|judged| !stands(judged));
            differences.extend(wrong.map(|judged| Difference::Standing(judged.check_in)));
        }
        for visit in &records.visits {
            if !self.visits.contains_key(&(visit.person_id, visit.local_date)) {
                differences.push(Difference::Visit(project, visit.person_id, visit.local_date));
            }
        }
        differences.extend(self.compare_tallies(records, project));
        differences
    }

    fn compare_tallies(&self, records: &ProjectRecords, project: ProjectId) -> Vec<Difference> {
        let mut differences = Vec::new();
        for ((person, week), tally) in &self.tallies {
            let known = records
                .tallies
                .iter()
                .find(|row| row.person_id == *person && (row.iso_year, row.iso_week) == counting::numbered(*week));
            if known.is_none_or(|row| counting::with_counts(row, *tally) != *row) {
                differences.push(Difference::Tally(project, *person, *week));
            }
        }
        for row in records.tallies.iter().filter(|row| !self.knows(row)) {
            let empty = counting::with_counts(row, Tally::default()) == *row;
            let week = u32::try_from(row.iso_week).ok().and_then(|week| IsoWeek::new(row.iso_year, week).ok());
            if let (false, Some(week)) = (empty, week) {
                differences.push(Difference::Tally(project, row.person_id, week));
            }
        }
        differences
    }
}
