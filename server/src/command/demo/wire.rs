//! What the demo asks beside what phones do: the GraphQL that is sent, and the answers' shapes.

use client::Named;
use entity::values::ObligationStatus;
use serde::Deserialize;

pub(super) const QUEUE: &str = "{ reviewQueue(first: 100) { nodes { id } } }";

pub(super) const PROJECTS: &str = "{ projects(first: 500) { nodes {
    id name
    sites { boundary { geojson toleranceMeters } }
    team { leader { person { name } } secretary { person { name } } } } } }";

pub(super) const POLICIES: &str = "{ policies { toleranceMeters timeZone } }";

pub(super) const COUNT: &str = "query Count($from: Date!) { projects(first: 500) { nodes {
    name weeklyVisits(from: $from, first: 4) { ...Week } } } }";

pub(super) const CHECK_INS_OF_PROJECT: &str = "query Recorded($project: ID!) {
    checkIns(filter: { projectId: $project }, first: 500) { nodes { fix { latitude } note } } }";

pub(super) const SECRETARY: &str =
    "query Secretary($project: ID!) { team(projectId: $project) { secretary { person { phone } } } }";

pub(super) const COUNT_LIVE: &str = "subscription { weeklyTallyChanged { weeklyVisits { ...Week } } }";

/// To be sent after each document that names it.
pub(super) const WEEK: &str = "fragment Week on WeeklyVisits {
    project { name } leader { name } week verified provisional rejected required status averageVerified }";

/// Anything with a global id.
#[derive(Debug, Deserialize)]
pub(super) struct Node {
    pub(super) id: String,
}

/// Nodes of a page.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub(super) nodes: Vec<T>,
}

/// A project, with what the cast is chosen by.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Project {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) sites: Vec<ProjectSite>,
    pub(super) team: Team,
}

/// One of its sites.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ProjectSite {
    pub(super) boundary: Option<Boundary>,
}

/// Where a site is.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Boundary {
    pub(super) geojson: serde_json::Value,
    pub(super) tolerance_meters: Option<f64>,
}

/// Who serves it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Team {
    pub(super) leader: Option<TeamRole>,
    pub(super) secretary: Option<TeamRole>,
}

/// One of them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TeamRole {
    pub(super) person: Option<Named>,
}

/// The rules in force.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Policy {
    pub(super) tolerance_meters: f64,
    pub(super) time_zone: String,
}

/// A project with its leader's weeks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counted {
    pub(super) name: String,
    pub(super) weekly_visits: Vec<Week>,
}

/// One leader, one project, one week.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Week {
    pub(super) project: Named,
    pub(super) leader: Named,
    pub(super) week: String,
    pub(super) verified: u32,
    pub(super) provisional: u32,
    pub(super) rejected: u32,
    pub(super) required: u32,
    pub(super) status: ObligationStatus,
    pub(super) average_verified: f64,
}

/// A check-in, as far as an account may see it.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    pub(super) fix: Option<serde_json::Value>,
    pub(super) note: Option<String>,
}

/// `weeklyTallyChanged`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WeeklyTallyChanged {
    pub(super) weekly_visits: Week,
}
