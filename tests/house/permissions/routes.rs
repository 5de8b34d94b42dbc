//! Ways to every kind of object.

use super::world::Owner::{self, Nobody, OwnAccount, OwnTeam, Subject, SubjectAccount};

/// A way to an object of a type.
pub(super) struct Route {
    pub(super) on: &'static str,
    pub(super) owner: Owner,
    /// A query in which `FIELDS` stands for what is asked of the object.
    pub(super) query: &'static str,
    /// Where the object is in the answer.
    pub(super) pointer: &'static str,
    /// The fields that lead there.
    pub(super) by: &'static [(&'static str, &'static str)],
}

const fn route(
    on: &'static str,
    owner: Owner,
    query: &'static str,
    pointer: &'static str,
    by: &'static [(&'static str, &'static str)],
) -> Route {
    Route { on, owner, query, pointer, by }
}

/// Types that only mutations give, or that hold pages.
pub(super) const NOT_LED_TO: [&str; 3] = ["PhotoUpload", "HttpHeader", "UserError"];

const CHECK_IN: (&str, &str) = ("Query", "checkIn");
const PROJECT: (&str, &str) = ("Query", "project");
const NODE: (&str, &str) = ("Query", "node");
const NOVEMBER: &str = r#"from: "2026-11-01", to: "2026-11-30""#;

pub(super) const ROUTES: &[Route] = &[
    route("Node", Subject, "node(id: <project>) { FIELDS }", "/node", &[NODE, ("Project", "id")]),
    route("Node", Subject, "node(id: <check-in>) { FIELDS }", "/node", &[NODE, ("CheckIn", "id")]),
    route("Project", Subject, "project(id: <project>) { FIELDS }", "/project", &[PROJECT]),
    route("Project", Subject, "node(id: <project>) { ... on Project { FIELDS } }", "/node", &[NODE, ("Project", "id")]),
    route(
        "Project",
        Subject,
        r#"projects(filter: { nameContains: "轴承" }) { nodes { FIELDS } }"#,
        "/projects/nodes/0",
        &[("Query", "projects")],
    ),
    route(
        "Project",
        Subject,
        "team(projectId: <project>) { project { FIELDS } }",
        "/team/project",
        &[("Query", "team"), ("Team", "project")],
    ),
    route("Project", Subject, "checkIn(id: <check-in>) { project { FIELDS } }", "/checkIn/project", &[CHECK_IN]),
    route("Site", Subject, "node(id: <site>) { ... on Site { FIELDS } }", "/node", &[NODE, ("Site", "id")]),
    route("Site", Subject, "project(id: <project>) { sites { FIELDS } }", "/project/sites/0", &[PROJECT]),
    route(
        "SiteVersion",
        Subject,
        "project(id: <project>) { sites { boundary { FIELDS } } }",
        "/project/sites/0/boundary",
        &[PROJECT],
    ),
    route(
        "SiteVersion",
        Subject,
        "checkIn(id: <check-in>) { assessment { siteVersion { FIELDS } } }",
        "/checkIn/assessment/siteVersion",
        &[CHECK_IN],
    ),
    route("Team", Subject, "team(projectId: <project>) { FIELDS }", "/team", &[("Query", "team")]),
    route("Team", Subject, "project(id: <project>) { team { FIELDS } }", "/project/team", &[PROJECT]),
    route("TeamRole", Subject, "node(id: <role>) { ... on TeamRole { FIELDS } }", "/node", &[NODE, ("TeamRole", "id")]),
    route(
        "TeamRole",
        Subject,
        "project(id: <project>) { team { leader { FIELDS } } }",
        "/project/team/leader",
        &[PROJECT],
    ),
    route(
        "WeeklyVisits",
        Subject,
        "project(id: <project>) { weeklyVisits { FIELDS } }",
        "/project/weeklyVisits/0",
        &[PROJECT],
    ),
    route("Person", Subject, "node(id: <person>) { ... on Person { FIELDS } }", "/node", &[NODE, ("Person", "id")]),
    route(
        "Person",
        Subject,
        "project(id: <project>) { team { leader { person { FIELDS } } } }",
        "/project/team/leader/person",
        &[PROJECT],
    ),
    route("Person", Subject, "checkIn(id: <check-in>) { person { FIELDS } }", "/checkIn/person", &[CHECK_IN]),
    route("Person", Subject, "visit(id: <visit>) { person { FIELDS } }", "/visit/person", &[("Query", "visit")]),
    route(
        "Person",
        Subject,
        "account(id: <account>) { person { FIELDS } }",
        "/account/person",
        &[("Query", "account")],
    ),
    route(
        "Organisation",
        Subject,
        "project(id: <project>) { responsibleOrganisation { FIELDS } }",
        "/project/responsibleOrganisation",
        &[PROJECT],
    ),
    route("Visit", Subject, "visit(id: <visit>) { FIELDS }", "/visit", &[("Query", "visit")]),
    route("Visit", Subject, "node(id: <visit>) { ... on Visit { FIELDS } }", "/node", &[NODE, ("Visit", "id")]),
    route(
        "Visit",
        Subject,
        "visits(filter: { projectId: <project> }) { nodes { FIELDS } }",
        "/visits/nodes/0",
        &[("Query", "visits")],
    ),
    route(
        "Visit",
        Subject,
        "project(id: <project>) { visits { nodes { FIELDS } } }",
        "/project/visits/nodes/0",
        &[PROJECT, ("Project", "visits")],
    ),
    route("Visit", Subject, "checkIn(id: <check-in>) { visit { FIELDS } }", "/checkIn/visit", &[CHECK_IN]),
    route("CheckIn", Subject, "checkIn(id: <check-in>) { FIELDS }", "/checkIn", &[CHECK_IN]),
    route(
        "CheckIn",
        Subject,
        "node(id: <check-in>) { ... on CheckIn { FIELDS } }",
        "/node",
        &[NODE, ("CheckIn", "id")],
    ),
    route(
        "CheckIn",
        Subject,
        "checkIns(filter: { projectId: <project> }) { nodes { FIELDS } }",
        "/checkIns/nodes/0",
        &[("Query", "checkIns")],
    ),
    route(
        "CheckIn",
        Subject,
        "visit(id: <visit>) { checkIns { FIELDS } }",
        "/visit/checkIns/0",
        &[("Query", "visit"), ("Visit", "checkIns")],
    ),
    route("CheckIn", Subject, "reviewQueue { nodes { FIELDS } }", "/reviewQueue/nodes/0", &[("Query", "reviewQueue")]),
    route("Position", Subject, "checkIn(id: <check-in>) { position { FIELDS } }", "/checkIn/position", &[CHECK_IN]),
    route(
        "GpsFix",
        Subject,
        "checkIn(id: <check-in>) { fix { FIELDS } }",
        "/checkIn/fix",
        &[CHECK_IN, ("CheckIn", "fix")],
    ),
    route(
        "Assessment",
        Subject,
        "checkIn(id: <check-in>) { assessment { FIELDS } }",
        "/checkIn/assessment",
        &[CHECK_IN],
    ),
    route(
        "Assessment",
        Subject,
        "checkIn(id: <check-in>) { assessments { FIELDS } }",
        "/checkIn/assessments/0",
        &[CHECK_IN],
    ),
    route(
        "Finding",
        Subject,
        "checkIn(id: <check-in>) { assessment { findings { FIELDS } } }",
        "/checkIn/assessment/findings/0",
        &[CHECK_IN],
    ),
    route("Decision", Subject, "checkIn(id: <check-in>) { decisions { FIELDS } }", "/checkIn/decisions/0", &[CHECK_IN]),
    route("Appeal", Subject, "checkIn(id: <check-in>) { appeal { FIELDS } }", "/checkIn/appeal", &[CHECK_IN]),
    route("Photo", Subject, "node(id: <photo>) { ... on Photo { FIELDS } }", "/node", &[NODE, ("Photo", "id")]),
    route("Photo", Subject, "checkIn(id: <check-in>) { photos { FIELDS } }", "/checkIn/photos/0", &[CHECK_IN]),
    route("Device", Subject, "devices { FIELDS }", "/devices/0", &[("Query", "devices")]),
    route("Policy", Nobody, "policies { FIELDS }", "/policies/0", &[("Query", "policies")]),
    route(
        "BoundaryHint",
        Nobody,
        "boundaryHints(<november>) { FIELDS }",
        "/boundaryHints/0",
        &[("Query", "boundaryHints")],
    ),
    route("Rejudgement", Nobody, "rejudgements { FIELDS }", "/rejudgements/0", &[("Query", "rejudgements")]),
    route(
        "VerdictTransition",
        Nobody,
        "reassessment(policyVersion: 2, <november>) { transitions { FIELDS } }",
        "/reassessment/transitions/0",
        &[("Query", "reassessment")],
    ),
    route(
        "Reassessment",
        Nobody,
        "reassessment(policyVersion: 2, <november>) { FIELDS }",
        "/reassessment",
        &[("Query", "reassessment")],
    ),
    route(
        "ReassessedCheckIn",
        Nobody,
        "reassessment(policyVersion: 2, <november>) { changed { FIELDS } }",
        "/reassessment/changed/0",
        &[("Query", "reassessment")],
    ),
    route(
        "CheckIn",
        Subject,
        "reassessment(policyVersion: 2, <november>) { changed { checkIn { FIELDS } } }",
        "/reassessment/changed/0/checkIn",
        &[("Query", "reassessment")],
    ),
    route(
        "RuleStatistics",
        Nobody,
        "ruleStatistics(<november>) { FIELDS }",
        "/ruleStatistics/0",
        &[("Query", "ruleStatistics")],
    ),
    route(
        "SiteOffer",
        OwnTeam,
        "assignedSites(near: <near>) { FIELDS }",
        "/assignedSites/0",
        &[("Query", "assignedSites")],
    ),
    route("Viewer", OwnAccount, "viewer { FIELDS }", "/viewer", &[]),
    route("Session", OwnAccount, "viewer { sessions { FIELDS } }", "/viewer/sessions/0", &[("Viewer", "sessions")]),
    route(
        "PersonalAccessToken",
        SubjectAccount,
        "viewer { personalAccessTokens { FIELDS } }",
        "/viewer/personalAccessTokens/0",
        &[("Viewer", "personalAccessTokens")],
    ),
    route(
        "SecondFactor",
        SubjectAccount,
        "viewer { secondFactor { FIELDS } }",
        "/viewer/secondFactor",
        &[("Viewer", "secondFactor")],
    ),
    route("Account", Nobody, "account(id: <account>) { FIELDS }", "/account", &[("Query", "account")]),
    route(
        "Account",
        Nobody,
        r#"accounts(filter: { loginPrefix: "leader" }) { nodes { FIELDS } }"#,
        "/accounts/nodes/0",
        &[("Query", "accounts")],
    ),
    route(
        "Account",
        Nobody,
        "auditTrail(filter: { targetId: <account> }) { nodes { target { FIELDS } } }",
        "/auditTrail/nodes/0/target",
        &[("Query", "auditTrail"), ("AuditEntry", "target")],
    ),
    route(
        "Identity",
        Nobody,
        "account(id: <account>) { identity { FIELDS } }",
        "/account/identity",
        &[("Query", "account"), ("Account", "identity")],
    ),
    route("SingleSignOn", Nobody, "singleSignOn { FIELDS }", "/singleSignOn", &[("Query", "singleSignOn")]),
    route(
        "AuditEntry",
        Nobody,
        "auditTrail(filter: { targetId: <account> }) { nodes { FIELDS } }",
        "/auditTrail/nodes/0",
        &[("Query", "auditTrail")],
    ),
];

/// What a root field is asked with, and whose it is what it gives then.
pub(super) fn asked_with(field: &str) -> (&'static str, Owner) {
    match field {
        "viewer" => ("", OwnAccount),
        "policies" | "singleSignOn" => ("", Nobody),
        "node" => ("(id: <person>)", Subject),
        "project" => ("(id: <project>)", Subject),
        "team" => ("(projectId: <project>)", Subject),
        "projects" => (r#"(filter: { nameContains: "轴承" })"#, Subject),
        "checkIn" => ("(id: <check-in>)", Subject),
        "visit" => ("(id: <visit>)", Subject),
        "checkIns" | "visits" => ("(filter: { projectId: <project> })", Subject),
        "assignedSites" => ("(near: <near>)", OwnTeam),
        "devices" => ("", Subject),
        "rejudgements" | "reviewQueue" => ("", Nobody),
        "boundaryHints" | "ruleStatistics" => ("(<november>)", Nobody),
        "reassessment" => ("(policyVersion: 2, <november>)", Nobody),
        "account" => ("(id: <account>)", Nobody),
        "accounts" => ("", Nobody),
        "auditTrail" => ("(filter: { targetId: <account> })", Nobody),
        other => panic!("how is Query.{other} to be asked? Tell it here"),
    }
}

/// What a field is asked with.
pub(super) fn argument(on: &str, field: &str) -> &'static str {
    match (on, field) {
        ("Photo", "renditionUrl") => "(size: SMALL)",
        _ => "",
    }
}

/// What is no id.
pub(super) fn constants(text: &str) -> String {
    let near =
        r#"{ latitude: 39.62, longitude: 122.0, datum: WGS84, accuracyMeters: 8.0, fixedAt: "2026-11-19T02:00:00Z" }"#;
    text.replace("<november>", NOVEMBER).replace("<near>", near)
}
