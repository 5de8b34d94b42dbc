//! `onsite import`

use std::{collections::BTreeMap, path::PathBuf};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{Args, Subcommand};
use messages::message;

use super::{
    CommandError, Settings, command_error, progress,
    speech::{in_doubt, say, words},
};
use crate::{
    app::{App, SiteElsewhere},
    roster,
};

/// Problems of a file that are told at once.
const SHOWN: usize = 50;

#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// Import the plan's published list (Annex 2): projects, people and teams
    Roster(ImportRoster),
    /// Import sites from GeoJSON, or new versions of their boundaries
    Sites(ImportSites),
}

/// Import the plan's published list (Annex 2), an XLSX or CSV file with its headings as they stand: 序号, 项目名称,
/// 项目情况, 市级“妈妈”, “保姆”姓名及职务, “秘书”姓名及联系方式, 责任单位. A file with any problem is refused whole; importing
/// the same file again changes nothing.
#[derive(Debug, Args)]
pub(super) struct ImportRoster {
    /// The file
    file: PathBuf,
    /// First day of the roles, such as 2026-11-01; today if not given
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
}

/// Import sites: a GeoJSON FeatureCollection of Polygons, MultiPolygons, Points with a radius, or LineStrings and
/// MultiLineStrings with a width. Properties: `project` (name or number), `site` (the site's name), `datum` (WGS84,
/// GCJ02 or BD09), `toleranceMeters`, `radiusMeters`, `widthMeters`. Each plot of a project has a site name of its own. A
/// site that is known gets a new version of its boundary. Coordinates are in WGS-84 unless `datum` says otherwise; a
/// `crs` of any other kind is refused. A file with any problem is refused whole.
#[derive(Debug, Args)]
pub(super) struct ImportSites {
    /// The file
    file: PathBuf,
    /// First day on which the boundaries hold, such as 2026-11-01; today if not given
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
}

impl Import {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        match self {
            Self::Roster(import) => import.run(settings).await,
            Self::Sites(import) => import.run(settings).await,
        }
    }
}

impl ImportRoster {
    async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let bytes = read(&self.file)?;
        let roster = roster::parse(&bytes).map_err(|problems| problems_of_roster(&problems))?;
        let app = settings.app().await?;
        let from = match self.from {
            Some(from) => from,
            None => app.today().await?,
        };
        let bar = progress::bar(roster.entries.len(), words!(ImportRosterGoesOn));
        let done = app.import_roster(&roster, from, &|| bar.inc(1)).await.map_err(command_error)?;
        bar.finish_and_clear();
        say!(ImportRosterDone {
            entries: roster.entries.len(),
            projects: done.projects,
            people: done.people,
            organisations: done.organisations,
            begun: done.roles_begun,
            ended: done.roles_ended
        });
        Ok(())
    }
}

impl ImportSites {
    async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let bytes = read(&self.file)?;
        let roster::SiteFile { drafts, ignored } =
            roster::read_sites(&bytes).map_err(|problems| problems_of_sites(&problems))?;
        let app = settings.app().await?;
        let from = match self.from {
            Some(from) => from,
            None => app.today().await?,
        };
        let bar = progress::bar(drafts.len(), words!(ImportSitesGoesOn));
        let done =
            app.import_sites(&drafts, start_of(from, &app).await?, &|| bar.inc(1)).await.map_err(command_error)?;
        bar.finish_and_clear();
        say!(ImportSitesDone { sites: done.sites, versions: done.versions, unchanged: done.unchanged });
        for elsewhere in &done.elsewhere {
            println!("{}", told_elsewhere(elsewhere));
        }
        if !ignored.is_empty() {
            println!("{}", told_ignored(&ignored));
        }
        Ok(())
    }
}

fn told_elsewhere(SiteElsewhere { feature, project, site }: &SiteElsewhere) -> String {
    in_doubt(&message!(ImportSiteElsewhere { feature: *feature, project, site }))
}

fn told_ignored(ignored: &BTreeMap<String, usize>) -> String {
    let names: Vec<String> = ignored.iter().map(|(name, times)| format!("{name} ({times})")).collect();
    let names = names.join(", ");
    format!("{}: {names}", in_doubt(&message!(ImportNotRead)))
}

/// The moment a day begins where the plan runs.
pub(super) async fn start_of(day: NaiveDate, app: &App) -> Result<DateTime<Utc>, CommandError> {
    let zone = app.time_zone().await?;
    let start = day.and_time(NaiveTime::MIN).and_local_timezone(zone).earliest();
    Ok(start.map_or_else(|| day.and_time(NaiveTime::MIN).and_utc(), |start| start.with_timezone(&Utc)))
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path).map_err(|error| CommandError(vec![format!("{}: {error}", path.display())]))
}

fn problems_of_roster(problems: &roster::RosterProblems) -> CommandError {
    let line = |problem: &roster::RosterProblem| {
        let place = match (problem.row, problem.column) {
            (Some(row), Some(column)) => format!("{}, {column}: ", words!(ImportRow { row })),
            (Some(row), None) => format!("{}: ", words!(ImportRow { row })),
            (None, Some(column)) => format!("{column}: "),
            (None, None) => String::new(),
        };
        format!("{place}{}", in_doubt(&problem.message))
    };
    first_of(problems.0.iter().map(line))
}

/// Enough to mend a file by, and not more than a screen or two.
fn first_of(mut lines: impl ExactSizeIterator<Item = String>) -> CommandError {
    let more = lines.len().saturating_sub(SHOWN);
    let mut reasons: Vec<String> = lines.by_ref().take(SHOWN).collect();
    if more > 0 {
        reasons.push(in_doubt(&message!(ImportMoreProblems { more })));
    }
    CommandError(reasons)
}

fn problems_of_sites(problems: &roster::SiteProblems) -> CommandError {
    let line = |problem: &roster::SiteProblem| {
        let place = match (problem.feature, problem.property) {
            (Some(feature), Some(property)) => format!("{}, {property}: ", words!(ImportFeature { feature })),
            (Some(feature), None) => format!("{}: ", words!(ImportFeature { feature })),
            _ => String::new(),
        };
        format!("{place}{}", in_doubt(&problem.message))
    };
    first_of(problems.0.iter().map(line))
}
