//! Who may do what: the one table. Guards, scopes, the schema's descriptions, `docs/permissions.md` and the test that
//! tries every cell are made from it. A field that is not in it fails that test.

use super::rule::{
    Action::{self, Change, Follow, Read, ReadInFull},
    Grants, Relation, Rule, Who,
};

/// Everybody, signed in or not.
const EVERYBODY: Grants = &[
    (Who::Visitor, Relation::Any),
    (Who::Enrolling, Relation::Any),
    (Who::Staff, Relation::Any),
    (Who::Analyst, Relation::Any),
    (Who::Office, Relation::Any),
    (Who::Administrator, Relation::Any),
];
/// Whoever is signed in.
const SIGNED_IN: Grants = &[
    (Who::Staff, Relation::Any),
    (Who::Analyst, Relation::Any),
    (Who::Office, Relation::Any),
    (Who::Administrator, Relation::Any),
];
/// Whoever is signed in, for what is of their own account.
const OWN_ACCOUNT: Grants = &[
    (Who::Staff, Relation::Own),
    (Who::Analyst, Relation::Own),
    (Who::Office, Relation::Own),
    (Who::Administrator, Relation::Own),
];
/// The same, and those who must set up a second factor before anything else.
const OWN_ACCOUNT_AND_ENROLLING: Grants = &[
    (Who::Enrolling, Relation::Own),
    (Who::Staff, Relation::Own),
    (Who::Analyst, Relation::Own),
    (Who::Office, Relation::Own),
    (Who::Administrator, Relation::Own),
];
/// Projects, their sites and teams, and what was owed.
const PROJECTS: Grants = &[(Who::Staff, Relation::Unit), (Who::Analyst, Relation::Any), (Who::Office, Relation::Any)];
/// Who people are. Administrators must know whom an account is for.
const PEOPLE: Grants = &[
    (Who::Staff, Relation::Unit),
    (Who::Analyst, Relation::Any),
    (Who::Office, Relation::Any),
    (Who::Administrator, Relation::Any),
];
/// Visits and check-ins, and how they were judged.
const VISITS: Grants = &[(Who::Staff, Relation::Team), (Who::Analyst, Relation::Any), (Who::Office, Relation::Any)];
/// What only the person and the office see.
const PERSONAL: Grants = &[(Who::Staff, Relation::Own), (Who::Analyst, Relation::Own), (Who::Office, Relation::Any)];
/// What colleagues on a project see of each other, and no analyst.
const COLLEAGUES: Grants = &[(Who::Staff, Relation::Team), (Who::Analyst, Relation::Own), (Who::Office, Relation::Any)];
/// What one does as a person on a team.
const ON_TEAM: Grants = &[(Who::Staff, Relation::Team), (Who::Analyst, Relation::Team), (Who::Office, Relation::Team)];
/// What one does as a person.
const AS_PERSON: Grants = &[(Who::Staff, Relation::Own), (Who::Analyst, Relation::Own), (Who::Office, Relation::Own)];
/// Figures about the plan.
const FIGURES: Grants = &[(Who::Analyst, Relation::Any), (Who::Office, Relation::Any)];
/// The office.
const OFFICE: Grants = &[(Who::Office, Relation::Any)];
/// What was done to permissions.
const AUDIT: Grants = &[(Who::Office, Relation::Any), (Who::Administrator, Relation::Any)];
/// Those who manage accounts.
const ADMINISTRATORS: Grants = &[(Who::Administrator, Relation::Any)];

const fn rule(action: Action, on: &'static str, fields: &'static [&'static str], grants: Grants) -> Rule {
    Rule { action, on, fields, grants: Some(grants) }
}

/// Values that are reached through an object alone: whoever was given that may read them.
const fn inherited(on: &'static str, fields: &'static [&'static str]) -> Rule {
    Rule { action: Read, on, fields, grants: None }
}

const PAGE: &[&str] = &["edges", "nodes", "pageInfo", "totalCount"];
const EDGE: &[&str] = &["cursor", "node"];

/// The table: of each type, the first rule is the one its objects are loaded by.
#[rustfmt::skip]
pub const TABLE: &[Rule] = &[
    // What can be asked.
    rule(Read, "Query", &["singleSignOn", "viewer"], EVERYBODY),
    rule(Read, "Query", &["policies"], SIGNED_IN),
    rule(Read, "Query", &["node"], PEOPLE),
    rule(Read, "Query", &["project", "projects", "team"], PROJECTS),
    rule(Read, "Query", &["checkIn", "checkIns", "visit", "visits"], VISITS),
    rule(Read, "Query", &["assignedSites"], ON_TEAM),
    rule(Read, "Query", &["devices"], AS_PERSON),
    rule(Read, "Query", &["boundaryHints", "rejudgements", "reviewQueue"], OFFICE),
    rule(Read, "Query", &["reassessment", "ruleStatistics"], FIGURES),
    rule(Read, "Query", &["auditTrail"], AUDIT),
    rule(Read, "Query", &["account", "accounts"], ADMINISTRATORS),

    // What can be done.
    rule(Change, "Mutation", &["beginSingleSignOn", "completeSingleSignOn", "signIn"], EVERYBODY),
    rule(Change, "Mutation", &["beginTotpEnrolment", "confirmTotpEnrolment", "signOut"], OWN_ACCOUNT_AND_ENROLLING),
    rule(Change, "Mutation", &["changePassword", "createPersonalAccessToken", "disableTotp", "revokeOtherSessions",
        "revokePersonalAccessToken", "revokeSession"], OWN_ACCOUNT),
    rule(Change, "Mutation", &["checkIn", "checkIns"], ON_TEAM),
    rule(Change, "Mutation", &["appealCheckIn", "issueChallenge", "registerDevice", "requestPhotoUpload",
        "revokeDevice"], AS_PERSON),
    rule(Change, "Mutation", &["rejudgeCheckIns", "reviewCheckIn"], OFFICE),
    rule(Change, "Mutation", &["createAccount", "disableAccount", "enableAccount", "linkIdentity",
        "resetPassword", "resetSecondFactor", "revokeAccountSessions", "setAccountRole", "unlinkIdentity"],
        ADMINISTRATORS),

    // What can be followed.
    rule(Follow, "Subscription", &["visitRecorded"], VISITS),
    rule(Follow, "Subscription", &["weeklyTallyChanged"], PROJECTS),

    // Projects, and who serves them.
    rule(Read, "Project", &["id", "closedAt", "name", "number", "responsibleOrganisation", "sites", "situation",
        "stage", "team", "tier", "weeklyVisits"], PROJECTS),
    rule(Read, "Project", &["visits"], VISITS),
    rule(Read, "Site", &["id", "boundary", "name", "retiredAt", "versions"], PROJECTS),
    inherited("SiteVersion", &["datum", "drawn", "effectiveFrom", "geojson", "recordedAt", "toleranceMeters", "version"]),
    inherited("SiteOffer", &["distanceMeters", "project", "site", "withinTolerance"]),
    rule(Read, "Team", &["coordinator", "history", "leader", "members", "project", "secretary"], PROJECTS),
    rule(Read, "TeamRole", &["id", "from", "kind", "person", "project", "to"], PROJECTS),
    rule(Read, "WeeklyVisits", &["averageVerified", "from", "leader", "project", "provisional", "rejected",
        "required", "status", "to", "verified", "week"], PROJECTS),
    rule(Read, "Person", &["id", "name", "organisation", "rank", "title"], PEOPLE),
    rule(Read, "Person", &["phone"], PROJECTS),
    rule(ReadInFull, "Person", &["phone"], COLLEAGUES),
    inherited("Organisation", &["id", "kind", "name"]),

    // Visits, and the evidence for them.
    rule(Read, "Visit", &["id", "checkInCount", "checkIns", "date", "firstAt", "lastAt", "person", "project",
        "verdict", "week"], VISITS),
    rule(Read, "CheckIn", &["id", "assessment", "assessments", "capturedAt", "correctedAt", "date", "person",
        "photos", "position", "project", "receivedAt", "sentAt", "uuid", "verdict", "visit"], VISITS),
    rule(ReadInFull, "CheckIn", &["position"], PERSONAL),
    rule(Read, "CheckIn", &["appeal", "decisions", "fix", "note"], PERSONAL),
    inherited("Position", &["latitude", "longitude", "precision"]),
    inherited("GpsFix", &["accuracyMeters", "datum", "fixedAt", "latitude", "longitude", "mocked"]),
    rule(Read, "Assessment", &["id", "assessedAt", "findings", "policyVersion", "rejudgementReason", "sequence",
        "siteVersion", "trigger", "verdict"], VISITS),
    inherited("Finding", &["code", "counts", "measured", "outcome", "policyVersion", "probability", "sentence",
        "threshold", "unit"]),
    rule(Read, "Decision", &["decidedAt", "note", "onAppeal", "reason", "sequence", "verdict"], PERSONAL),
    rule(Read, "Decision", &["decidedBy"], OFFICE),
    rule(Read, "Appeal", &["appealedAt", "photoIds", "statement"], PERSONAL),
    rule(Read, "Photo", &["id", "byteSize", "contentType", "requestedAt", "sha256", "state"], VISITS),
    rule(Read, "Photo", &["downloadUrl", "problem", "renditionUrl", "takenAt", "thumbHash"], COLLEAGUES),
    inherited("PhotoUpload", &["expiresAt", "headers", "method", "url"]),
    inherited("HttpHeader", &["name", "value"]),
    rule(Read, "Device", &["fingerprint", "name", "publicKey", "registeredAt", "revokedAt"], AS_PERSON),
    inherited("VisitRecorded", &["checkIn", "cursor", "visit"]),
    inherited("WeeklyTallyChanged", &["cursor", "weeklyVisits"]),

    // The rules, and how well they judge.
    rule(Read, "Policy", &["accuracyLimitMeters", "adoptedAt", "effectiveFrom", "fixAgeLimitSeconds", "photoReason",
        "photoRequired", "reason", "skewLimitSeconds", "thresholds", "timeZone", "toleranceMeters", "version",
        "weeklyVisits"], SIGNED_IN),
    rule(Read, "BoundaryHint", &["bearingDegrees", "checkIns", "days", "distanceMeters", "insideAs", "latitude",
        "longitude", "people", "project", "sentence", "site", "spreadMeters", "version"], OFFICE),
    rule(Read, "Rejudgement", &["begunAt", "changed", "checkIns", "finishedAt", "from", "photosToInspect",
        "policyVersion", "projectId", "reason", "to", "transitions", "unchanged"], OFFICE),
    rule(Read, "Reassessment", &["changed", "changedCount", "checkIns", "notJudged", "transitions"], FIGURES),
    inherited("ReassessedCheckIn", &["after", "before", "checkIn"]),
    inherited("VerdictTransition", &["count", "from", "to"]),
    rule(Read, "RuleStatistics", &["code", "decided", "overturnRate", "overturned"], FIGURES),

    // Accounts.
    rule(Read, "Viewer", &["person", "personalAccessTokens", "role", "secondFactor", "sessionExpiresAt",
        "sessions"], OWN_ACCOUNT_AND_ENROLLING),
    rule(Read, "Viewer", &["teamRoles"], AS_PERSON),
    inherited("Session", &["createdAt", "current", "deviceName", "expiresAt", "id", "lastUsedAt"]),
    inherited("PersonalAccessToken", &["createdAt", "expiresAt", "id", "lastUsedAt", "name", "scopes"]),
    inherited("SecondFactor", &["confirmedAt", "recoveryCodesLeft"]),
    rule(Read, "Account", &["createdAt", "disabledAt", "hasSecondFactor", "id", "login", "oneTimePasswordUntil",
        "person", "role"], AUDIT),
    rule(Read, "Account", &["identity"], ADMINISTRATORS),
    inherited("Identity", &["issuer", "linkedAt", "subject"]),
    inherited("SingleSignOn", &["issuer"]),
    rule(Read, "AuditEntry", &["action", "actor", "at", "detail", "id", "target"], AUDIT),

    // What holds them.
    inherited("Node", &["id"]),
    inherited("PageInfo", &["endCursor", "hasNextPage", "hasPreviousPage", "startCursor"]),
    inherited("UserError", &["code", "field", "message", "retryAt"]),
    inherited("AccountConnection", PAGE),
    inherited("AccountEdge", EDGE),
    inherited("AuditEntryConnection", PAGE),
    inherited("AuditEntryEdge", EDGE),
    inherited("CheckInConnection", PAGE),
    inherited("CheckInEdge", EDGE),
    inherited("ProjectConnection", PAGE),
    inherited("ProjectEdge", EDGE),
    inherited("VisitConnection", PAGE),
    inherited("VisitEdge", EDGE),

    // What became of what was done.
    inherited("AccountPayload", &["account", "userErrors"]),
    inherited("BeginSingleSignOnPayload", &["authorizationUrl", "binding", "userErrors"]),
    inherited("BeginTotpEnrolmentPayload", &["otpauthUri", "secret", "userErrors"]),
    inherited("ChangePasswordPayload", &["changed", "userErrors"]),
    inherited("CheckInPayload", &["alreadyRecorded", "checkIn", "nearestSites", "userErrors"]),
    inherited("CheckInsPayload", &["results", "userErrors"]),
    inherited("ConfirmTotpEnrolmentPayload", &["recoveryCodes", "userErrors"]),
    inherited("CreatePersonalAccessTokenPayload", &["personalAccessToken", "token", "userErrors"]),
    inherited("DevicePayload", &["device", "userErrors"]),
    inherited("DisableTotpPayload", &["disabled", "userErrors"]),
    inherited("IssueChallengePayload", &["challenge", "expiresAt", "userErrors"]),
    inherited("OneTimePasswordPayload", &["account", "oneTimePassword", "userErrors"]),
    inherited("RejudgeCheckInsPayload", &["rejudgement", "userErrors"]),
    inherited("RequestPhotoUploadPayload", &["photo", "upload", "userErrors"]),
    inherited("ResetSecondFactorPayload", &["reset", "userErrors"]),
    inherited("ReviewPayload", &["checkIn", "userErrors"]),
    inherited("RevokeAccountSessionsPayload", &["revoked", "userErrors"]),
    inherited("RevokeDevicePayload", &["revoked", "userErrors"]),
    inherited("RevokePersonalAccessTokenPayload", &["revoked", "userErrors"]),
    inherited("RevokeSessionsPayload", &["revoked", "userErrors"]),
    inherited("SignInPayload", &["expiresAt", "token", "userErrors", "viewer"]),
    inherited("SignOutPayload", &["signedOut", "userErrors"]),
];

/// The rule for reading a field. To be evaluated when compiling (`const { … }`), so that a field the table does not
/// know is an error then.
pub const fn read(on: &str, field: &str) -> &'static Rule {
    known(Read, on, field)
}

/// The rule for reading a field as it is, neither masked nor coarsened.
pub const fn read_in_full(on: &str, field: &str) -> &'static Rule {
    known(ReadInFull, on, field)
}

/// The rule for a mutation.
pub const fn change(field: &str) -> &'static Rule {
    known(Change, "Mutation", field)
}

/// The rule for a subscription.
pub const fn follow(field: &str) -> &'static Rule {
    known(Follow, "Subscription", field)
}

const fn known(action: Action, on: &str, field: &str) -> &'static Rule {
    let mut row = 0;
    while row < TABLE.len() {
        let rule = &TABLE[row];
        if rule.action as u8 == action as u8 && same(rule.on, on) {
            let mut place = 0;
            while place < rule.fields.len() {
                if same(rule.fields[place], field) {
                    return rule;
                }
                place += 1;
            }
        }
        row += 1;
    }
    panic!("the permission table has no such rule")
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut place = 0;
    while place < one.len() && place < other.len() && one[place] == other[place] {
        place += 1;
    }
    place == one.len() && place == other.len()
}

#[cfg(test)]
mod tests;
