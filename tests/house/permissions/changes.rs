//! Every mutation, tried on what is the leader's or of the bearing park.

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::clock::Source;

use super::world::{
    Owner::{self, Nobody, OwnAccount, OwnPerson, Subject, SubjectAccount},
    World,
};
use crate::support::{BEARING_PARK, Draft, PASSWORD};

/// One mutation with all it needs.
pub(super) struct Attempt {
    pub(super) mutation: &'static str,
    pub(super) document: String,
    pub(super) input: Value,
    /// Whose it is what would change.
    pub(super) owner: Owner,
    /// Whether it ends what whoever does it needs for the others; the greater, the later.
    pub(super) last: u8,
    /// Whether it can be done once only, by whomever.
    pub(super) once: bool,
}

pub(super) fn attempt(world: &World, mutation: &str) -> Attempt {
    let (mutation, owner, input) = tried(world, mutation);
    let last = match mutation {
        "signOut" => 2,
        "revokeOtherSessions"
        | "disableAccount"
        | "setAccountRole"
        | "resetPassword"
        | "revokeAccountSessions"
        | "unlinkIdentity" => 1,
        _ => 0,
    };
    let chosen = match mutation {
        "checkIns" => "results { userErrors { code } } userErrors { code }",
        "revokeDevice" => "revoked userErrors { code }",
        _ => "userErrors { code }",
    };
    let document = if input.is_null() {
        format!("mutation {{ {mutation} {{ {chosen} }} }}")
    } else {
        let kind = mutation[..1].to_uppercase() + &mutation[1..] + "Input";
        format!("mutation($input: {}!) {{ {mutation}(input: $input) {{ {chosen} }} }}", input_of(mutation, kind))
    };
    let once = ["appealCheckIn", "revokeDevice", "revokeSession", "revokePersonalAccessToken"].contains(&mutation);
    Attempt { mutation, document, input, owner, last, once }
}

fn input_of(mutation: &str, by_its_name: String) -> String {
    match mutation {
        "disableAccount"
        | "enableAccount"
        | "resetPassword"
        | "resetSecondFactor"
        | "revokeAccountSessions"
        | "unlinkIdentity" => "AccountInput".to_owned(),
        _ => by_its_name,
    }
}

fn tried(world: &World, mutation: &str) -> (&'static str, Owner, Value) {
    let id = |name: &str| json!(world.ids[name]);
    let draft = Draft::at(&world.server, BEARING_PARK).0;
    let account = json!({ "accountId": id("account") });
    let november = json!({ "from": "2026-11-01", "to": "2026-11-30", "reason": "试", "dryRun": true });
    match mutation {
        "beginSingleSignOn" => ("beginSingleSignOn", Nobody, json!({})),
        "completeSingleSignOn" => {
            ("completeSingleSignOn", Nobody, json!({ "state": "made up", "code": "made up", "binding": "made up" }))
        }
        "signIn" => ("signIn", OwnAccount, json!({ "login": "leader", "password": "wrong password" })),
        "signOut" => ("signOut", OwnAccount, Value::Null),
        "beginTotpEnrolment" => ("beginTotpEnrolment", OwnAccount, json!({ "password": "wrong password" })),
        "confirmTotpEnrolment" => ("confirmTotpEnrolment", OwnAccount, json!({ "code": "000000" })),
        "disableTotp" => ("disableTotp", OwnAccount, json!({ "password": "wrong password", "code": "000000" })),
        "changePassword" => {
            ("changePassword", OwnAccount, json!({ "oldPassword": "wrong password", "newPassword": PASSWORD }))
        }
        "createPersonalAccessToken" => {
            let until = world.server.clock.now() + TimeDelta::days(3);
            let token = json!({ "name": "another", "scopes": ["READ"], "expiresAt": until });
            ("createPersonalAccessToken", OwnAccount, token)
        }
        "revokeOtherSessions" => ("revokeOtherSessions", OwnAccount, Value::Null),
        "revokeSession" => ("revokeSession", SubjectAccount, json!({ "sessionId": id("session") })),
        "revokePersonalAccessToken" => ("revokePersonalAccessToken", SubjectAccount, json!({ "tokenId": id("token") })),
        "checkIn" => ("checkIn", Subject, draft),
        "checkIns" => ("checkIns", Subject, json!({ "items": [draft] })),
        "appealCheckIn" => ("appealCheckIn", Subject, json!({ "checkInId": id("rejected"), "statement": "再申诉" })),
        "issueChallenge" => ("issueChallenge", OwnPerson, Value::Null),
        "registerDevice" => {
            ("registerDevice", OwnPerson, json!({ "publicKey": "AAAA", "challenge": "x", "signature": "AAAA" }))
        }
        "requestPhotoUpload" => {
            let upload = json!({ "contentType": "image/jpeg", "byteSize": 1000, "sha256": "ab".repeat(32) });
            ("requestPhotoUpload", OwnPerson, upload)
        }
        "revokeDevice" => ("revokeDevice", Subject, json!({ "fingerprint": id("fingerprint") })),
        "reviewCheckIn" => {
            let decision = json!({ "checkInId": id("check-in"), "verdict": "VERIFIED", "reason": "CONFIRMED" });
            ("reviewCheckIn", Nobody, decision)
        }
        "rejudgeCheckIns" => ("rejudgeCheckIns", Nobody, november),
        "createAccount" => ("createAccount", Nobody, json!({ "login": "intruder", "role": "ADMINISTRATOR" })),
        "setAccountRole" => ("setAccountRole", Nobody, json!({ "accountId": id("account"), "role": "OFFICE" })),
        "disableAccount" => ("disableAccount", Nobody, account),
        "enableAccount" => ("enableAccount", Nobody, account),
        "linkIdentity" => ("linkIdentity", Nobody, json!({ "accountId": id("account"), "subject": "intruder" })),
        "unlinkIdentity" => ("unlinkIdentity", Nobody, account),
        "resetPassword" => ("resetPassword", Nobody, account),
        "resetSecondFactor" => ("resetSecondFactor", Nobody, account),
        "revokeAccountSessions" => ("revokeAccountSessions", Nobody, account),
        other => panic!("how is Mutation.{other} to be tried? Tell it here"),
    }
}
