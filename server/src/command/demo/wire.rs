//! What goes over the wire between the phones and the server: the GraphQL that is sent, and the answers' shapes.

use chrono::{DateTime, NaiveDate, Utc};
use entity::values::{AssessmentTrigger, Datum, FindingCode, FindingOutcome, ObligationStatus, PhotoState, Verdict};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(super) const SIGN_IN: &str = "mutation SignIn($input: SignInInput!) { signIn(input: $input) {
    token userErrors { code zh: message en: message(language: EN) } } }";

pub(super) const REQUEST_UPLOAD: &str = "mutation RequestUpload($input: RequestPhotoUploadInput!) {
    requestPhotoUpload(input: $input) {
        photo { id } upload { url method headers { name value } }
        userErrors { code zh: message en: message(language: EN) } } }";

pub(super) const CHECK_IN: &str = "mutation CheckIn($input: CheckInInput!) { checkIn(input: $input) {
    alreadyRecorded userErrors { code zh: message en: message(language: EN) } checkIn { ...OnRecord } } }";

pub(super) const CHECK_INS: &str = "mutation CheckIns($input: CheckInsInput!) { checkIns(input: $input) {
    results {
        alreadyRecorded userErrors { code zh: message en: message(language: EN) } checkIn { ...OnRecord } }
    userErrors { code zh: message en: message(language: EN) } } }";

pub(super) const QUEUE: &str = "{ reviewQueue(first: 100) { nodes { id } } }";

pub(super) const REVIEW: &str = "mutation Review($input: ReviewCheckInInput!) { reviewCheckIn(input: $input) {
    userErrors { code zh: message en: message(language: EN) } checkIn { ...OnRecord } } }";

pub(super) const APPEAL: &str = "mutation Appeal($input: AppealCheckInInput!) { appealCheckIn(input: $input) {
    userErrors { code zh: message en: message(language: EN) } checkIn { ...OnRecord } } }";

pub(super) const LOOK_UP: &str = "query LookUp($id: ID!) { checkIn(id: $id) { ...OnRecord } }";

/// To be sent after each document that names it.
pub(super) const ON_RECORD: &str = "fragment OnRecord on CheckIn {
    id verdict date correctedAt
    visit { week checkInCount }
    assessment { findings { code outcome measured probability zh: sentence en: sentence(language: EN) } }
    assessments { trigger verdict }
    photos { state downloadUrl } }";

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

pub(super) const VISITS_LIVE: &str = "subscription { visitRecorded {
    visit { date verdict checkInCount }
    checkIn { uuid verdict person { name } project { name } } } }";

pub(super) const COUNT_LIVE: &str = "subscription { weeklyTallyChanged { weeklyVisits { ...Week } } }";

/// To be sent after each document that names it.
pub(super) const WEEK: &str = "fragment Week on WeeklyVisits {
    project { name } leader { name } week verified provisional rejected required status averageVerified }";

/// A check-in, as it is sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckInInput {
    pub(super) id: Uuid,
    pub(super) project_id: String,
    pub(super) captured_at: DateTime<Utc>,
    pub(super) sent_at: DateTime<Utc>,
    pub(super) fix: FixInput,
    pub(super) photo_ids: Vec<String>,
}

/// Its position.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FixInput {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) datum: Datum,
    pub(super) accuracy_meters: f64,
    pub(super) fixed_at: DateTime<Utc>,
    pub(super) mocked: bool,
}

/// Why something was refused.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct UserError {
    pub(super) code: String,
    pub(super) zh: String,
    pub(super) en: String,
}

/// An opened session.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignedIn {
    pub(super) token: Option<String>,
    pub(super) user_errors: Vec<UserError>,
}

/// Leave to upload a photo, or not.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadPayload {
    pub(super) photo: Option<Node>,
    pub(super) upload: Option<Upload>,
    pub(super) user_errors: Vec<UserError>,
}

/// Anything with a global id.
#[derive(Debug, Deserialize)]
pub(super) struct Node {
    pub(super) id: String,
}

/// How to send a photo's bytes.
#[derive(Debug, Deserialize)]
pub(super) struct Upload {
    pub(super) url: String,
    pub(super) method: String,
    pub(super) headers: Vec<Header>,
}

/// A header to send.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) value: String,
}

/// What became of a check-in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    pub(super) already_recorded: bool,
    pub(super) check_in: Option<CheckIn>,
    pub(super) user_errors: Vec<UserError>,
}

/// What became of a decision or an appeal.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Decided {
    pub(super) check_in: Option<CheckIn>,
    pub(super) user_errors: Vec<UserError>,
}

/// What became of an offline queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answers {
    pub(super) results: Vec<Answer>,
    pub(super) user_errors: Vec<UserError>,
}

/// A check-in on record.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckIn {
    pub(super) id: String,
    pub(super) verdict: Verdict,
    pub(super) date: NaiveDate,
    pub(super) corrected_at: DateTime<Utc>,
    pub(super) visit: Visit,
    pub(super) assessment: Assessment,
    pub(super) assessments: Vec<Judged>,
    pub(super) photos: Vec<Photo>,
}

/// The visit it is part of.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Visit {
    pub(super) week: String,
    pub(super) check_in_count: u32,
}

/// The assessment that stands.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Assessment {
    pub(super) findings: Vec<Finding>,
}

/// One assessment of its history.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Judged {
    pub(super) trigger: AssessmentTrigger,
    pub(super) verdict: Verdict,
}

/// What one rule found.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Finding {
    pub(super) code: FindingCode,
    pub(super) outcome: FindingOutcome,
    pub(super) measured: Option<f64>,
    pub(super) probability: Option<f64>,
    pub(super) zh: String,
    pub(super) en: String,
}

/// A photo on record.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Photo {
    pub(super) state: PhotoState,
    pub(super) download_url: Option<String>,
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

/// Anything with a name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
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

/// `visitRecorded`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VisitRecorded {
    pub(super) visit: LiveVisit,
    pub(super) check_in: LiveCheckIn,
}

/// The visit, as it stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LiveVisit {
    pub(super) date: NaiveDate,
    pub(super) verdict: Verdict,
    pub(super) check_in_count: u32,
}

/// The check-in that was judged.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct LiveCheckIn {
    pub(super) uuid: Uuid,
    pub(super) verdict: Verdict,
    pub(super) person: Named,
    pub(super) project: Named,
}

/// `weeklyTallyChanged`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WeeklyTallyChanged {
    pub(super) weekly_visits: Week,
}
