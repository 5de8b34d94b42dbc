//! Evidence that stands up: signed at capture, bound by a challenge, inspected, decided about, exported and verified.

use std::{fs, path::Path, process::Command, time::Duration};

use crate::{
    check_ins::review::colleague,
    support::{
        BEARING_PARK,
        Backend::{self, Postgres, Sqlite},
        Client, Draft,
        Role::{Leader, Office, OtherLeader},
        TestServer, balanced, photo, sha256, time,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::{StreamExt, future};
use rstest::rstest;
use serde_json::{Value, json};
use server::{clock::Source, events::Event, roster};
use tempfile::TempDir;
use uuid::Uuid;

/// The park's square, and a kilometre more to the west.
const EXTENDED: &str = r#"{"type": "FeatureCollection", "features": [{"type": "Feature",
"properties": {"project": "轴承园区项目"}, "geometry": {"type": "Polygon", "coordinates":
[[[121.9860, 39.6182], [122.00233, 39.6182], [122.00233, 39.6218], [121.9860, 39.6218], [121.9860, 39.6182]]]}}]}"#;

const REVIEW: &str = "mutation($input: ReviewCheckInInput!) { reviewCheckIn(input: $input) {
    checkIn { verdict } userErrors { code } } }";

/// A phone whose key can't leave it.
pub(crate) struct Device {
    device: client::Device,
    pub(crate) fingerprint: String,
}

impl Device {
    pub(crate) async fn registered(client: &Client) -> Self {
        let device = Self::new();
        assert_eq!(device.register(client).await, device.fingerprint);
        device
    }

    /// One that nobody has registered.
    pub(crate) fn new() -> Self {
        let device = client::Device::generate().unwrap();
        Self { fingerprint: device.fingerprint(), device }
    }

    pub(crate) async fn register(&self, client: &Client) -> String {
        client.register(&self.device, "手机").await.unwrap()
    }

    /// The draft, signed as it is, its photos named by their bytes.
    pub(crate) fn signed(&self, server: &TestServer, draft: Draft, photos: &[Bytes]) -> Draft {
        let text = Self::canonical(server, &draft, photos);
        self.signed_over(draft, &text, false)
    }

    /// The draft with a signature over a text that may say something else, and that it may tell.
    fn signed_over(&self, draft: Draft, text: &str, told: bool) -> Draft {
        let signature = self.device.sign(text.as_bytes()).unwrap();
        let text = told.then_some(text);
        draft.with("/device", json!({ "fingerprint": self.fingerprint, "signature": signature, "signedText": text }))
    }

    fn canonical(server: &TestServer, draft: &Draft, photos: &[Bytes]) -> String {
        let photos: Vec<_> = photos.iter().map(|bytes| sha256(bytes)).collect();
        let signed = draft.input().to_sign(project_uuid(server, BEARING_PARK), &photos);
        String::from_utf8(signed.message().unwrap()).unwrap()
    }
}

pub(crate) fn project_uuid(server: &TestServer, name: &str) -> Uuid {
    let id = URL_SAFE_NO_PAD.decode(server.project(name)).unwrap();
    Uuid::from_slice(&id[1..]).unwrap()
}

fn outcome<'a>(check_in: &'a Value, code: &str) -> Option<&'a str> {
    let findings = check_in["assessment"]["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["code"] == code).map(|finding| finding["outcome"].as_str().unwrap())
}

fn onsite(server: &TestServer, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_onsite"))
        .args(arguments)
        .env("ONSITE_DATABASE__URL", server.database_url())
        .env("ONSITE_PHOTOS__DIRECTORY", server.photos())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

/// The check-in once its photos were inspected: the second judgement of it.
async fn settled(client: &Client, server: &TestServer, check_in: &Value) -> Value {
    let own: Uuid = check_in["uuid"].as_str().unwrap().parse().unwrap();
    let judged = |event: &Event| matches!(event, Event::VisitRecorded { check_in, .. } if check_in.0 == own);
    let events = server.app().feed.follow(Some(0)).await.unwrap();
    let of_own = events.filter(|event| future::ready(judged(&event.as_ref().unwrap().event)));
    let second = of_own.take(2).collect::<Vec<_>>();
    tokio::time::timeout(Duration::from_secs(20), second).await.expect("the photos were inspected");
    let id = &check_in["id"];
    let query = "query($id: ID!) { checkIn(id: $id) { id verdict photos { state renditionUrl(size: SMALL) thumbHash }
        assessment { findings { code outcome } } } }";
    client.ask(query, json!({ "id": id })).await.at("/checkIn").clone()
}

#[rstest]
#[tokio::test]
async fn signed_offline_synced_late_reviewed_appealed_judged_again_exported_and_verified(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let (leader, office) = (server.as_(Leader), server.as_(Office));
    let device = Device::registered(&leader).await;
    let challenge = leader.issue_challenge().await.unwrap();

    // Out of reach of the network, two days long.
    server.clock.advance(TimeDelta::hours(1));
    let bytes = photo(41);
    let draft = Draft::at(&server, BEARING_PARK).east(-900.0).with("/challenge", challenge);
    let draft = device.signed(&server, draft, std::slice::from_ref(&bytes));
    server.clock.advance(TimeDelta::days(2));
    let picture = leader.uploaded(&bytes).await;
    let draft = draft.with("/photoIds", json!([picture])).with("/sentAt", json!(server.clock.now()));
    let check_in = leader.checked_in(&draft).await;
    assert_eq!((&check_in["verdict"], &check_in["date"]), (&json!("REJECTED"), &json!("2026-11-18")));
    assert_eq!(outcome(&check_in, "SIGNATURE"), Some("PASS"));
    assert_eq!(outcome(&check_in, "CHALLENGE"), Some("PASS"));
    settled(&leader, &server, &check_in).await;

    // One of the office sees no more in it than the machine, and the leader appeals.
    let rejection = json!({ "input": { "checkInId": check_in["id"], "verdict": "REJECTED", "reason": "NOT_THERE" } });
    assert_eq!(office.ask(REVIEW, rejection).await.at("/reviewCheckIn/checkIn/verdict"), "REJECTED");
    let appeal = json!({ "input": { "checkInId": check_in["id"], "statement": "现场已向西扩建" } });
    let mutation = "mutation($input: AppealCheckInInput!) { appealCheckIn(input: $input) { checkIn { verdict } userErrors { code } } }";
    assert_eq!(leader.ask(mutation, appeal).await.at("/appealCheckIn/checkIn/verdict"), "NEEDS_REVIEW");

    // He is right: the site is corrected, and what was captured there is judged again.
    let sites = roster::parse_sites(EXTENDED.as_bytes()).unwrap();
    server.app().import_sites(&sites, time("2025-12-31T16:00:00Z"), &|| {}).await.unwrap();
    let days = ["--from", "2026-11-18", "--to", "2026-11-18", "--project", BEARING_PARK, "--reason", "现场已扩建"];
    let (told, said) = onsite(&server, &[&["rejudge", "--dry-run"][..], &days].concat());
    assert!(told && said.contains("1 judged anew") && said.contains("nothing was changed"), "{said}");
    let (done, said) = onsite(&server, &[&["rejudge"][..], &days].concat());
    assert!(done && said.contains("1 judged anew") && said.contains("REJECTED           -> VERIFIED"), "{said}");
    let query = "query($id: ID!) { checkIn(id: $id) { verdict assessments { trigger verdict } } }";
    let judged = leader.ask(query, json!({ "id": check_in["id"] })).await;
    assert_eq!(judged.at("/checkIn/verdict"), "NEEDS_REVIEW", "the appeal waits for a person");
    let assessments = judged.list("/checkIn/assessments");
    assert_eq!(assessments.last().unwrap(), &json!({ "trigger": "REJUDGEMENT", "verdict": "VERIFIED" }));

    // Somebody else of the office answers the appeal.
    let decision =
        json!({ "input": { "checkInId": check_in["id"], "verdict": "VERIFIED", "reason": "BOUNDARY_WRONG" } });
    let answered = colleague(&server).await.ask(REVIEW, decision).await;
    assert_eq!(answered.at("/reviewCheckIn/checkIn/verdict"), "VERIFIED");
    assert_eq!(leader.tally(&server.project(BEARING_PARK)).await, [1, 0, 0]);
    balanced(&server).await;
    let (counted, said) = onsite(&server, &["recount", "--check"]);
    assert!(counted, "{said}");

    let directory = TempDir::new().unwrap();
    let bundle = directory.path().join("evidence.zip");
    let (exported, said) = onsite(&server, &["export", "evidence", bundle.to_str().unwrap()]);
    assert!(exported, "{said}");
    let head = said.lines().find_map(|line| line.strip_prefix("head      ")).unwrap().replace(' ', ":");
    let (holds, said) = onsite(&server, &["verify", bundle.to_str().unwrap(), "--head", &head]);
    assert!(holds && said.contains("1 check-ins (1 signed), 1 photos"), "{said}");
    altered(&server, &bundle);
}

/// One byte changed, wherever, and the bundle holds no more.
fn altered(server: &TestServer, bundle: &Path) {
    let whole = fs::read(bundle).unwrap();
    for place in [0, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        fs::write(bundle, changed).unwrap();
        let (holds, said) = onsite(server, &["verify", bundle.to_str().unwrap()]);
        assert!(!holds && said.contains("does not hold"), "byte {place}: {said}");
    }
}

#[rstest]
#[tokio::test]
async fn what_was_altered_on_the_way_is_rejected(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let device = Device::registered(&leader).await;
    let honest = device.signed(&server, Draft::at(&server, BEARING_PARK), &[]);
    let moved = honest.clone().east(40.0).with("/id", json!(server.clock.id()));
    assert_eq!(outcome(&leader.checked_in(&honest).await, "SIGNATURE"), Some("PASS"));
    let check_in = leader.checked_in(&moved).await;
    assert_eq!((outcome(&check_in, "SIGNATURE"), &check_in["verdict"]), (Some("FAIL"), &json!("REJECTED")));
    let unsigned = leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    assert_eq!((outcome(&unsigned, "SIGNATURE"), &unsigned["verdict"]), (Some("UNKNOWN"), &json!("NEEDS_REVIEW")));
}

fn said<'a>(check_in: &'a Value, code: &str) -> &'a str {
    let findings = check_in["assessment"]["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["code"] == code).unwrap()["en"].as_str().unwrap()
}

#[rstest]
#[tokio::test]
async fn only_what_is_known_to_be_altered_is_rejected_and_named(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let device = Device::registered(&leader).await;
    let draft = || Draft::at(&server, BEARING_PARK);
    let respelled = |draft: &Draft, from: &str, to: &str| {
        let text = Device::canonical(&server, draft, &[]);
        assert!(text.contains(from), "{text}");
        text.replace(from, to)
    };

    let spelled = draft();
    let text = respelled(&spelled, "\"accuracyMeters\":8,", "\"accuracyMeters\":8.0,").replace(":122,", ":122.0,");
    let spelled = leader.checked_in(&device.signed_over(spelled, &text, false)).await;
    assert_eq!((outcome(&spelled, "SIGNATURE"), &spelled["verdict"]), (Some("PASS"), &json!("VERIFIED")));

    let told = draft();
    let text = respelled(&told, "{\"capturedAt\"", "{ \"app\": \"field 3\", \"capturedAt\"");
    let told = leader.checked_in(&device.signed_over(told, &text, true)).await;
    assert_eq!((outcome(&told, "SIGNATURE"), &told["verdict"]), (Some("PASS"), &json!("VERIFIED")));

    let altered = draft();
    let text = respelled(&altered, "39.62", "39.58");
    let altered = leader.checked_in(&device.signed_over(altered, &text, true)).await;
    assert_eq!((outcome(&altered, "SIGNATURE"), &altered["verdict"]), (Some("FAIL"), &json!("REJECTED")));
    assert!(said(&altered, "SIGNATURE").contains("latitude"), "{altered}");

    let withheld = leader.checked_in(&device.signed_over(draft(), &text, false)).await;
    assert_eq!((outcome(&withheld, "SIGNATURE"), &withheld["verdict"]), (Some("REVIEW"), &json!("NEEDS_REVIEW")));

    // What was signed in another form is evidence like any, and stands in what is exported.
    let directory = TempDir::new().unwrap();
    let bundle = directory.path().join("evidence.zip");
    let (exported, told) = onsite(&server, &["export", "evidence", bundle.to_str().unwrap()]);
    assert!(exported, "{told}");
    let (holds, told) = onsite(&server, &["verify", bundle.to_str().unwrap()]);
    assert!(holds && told.contains("4 check-ins (2 signed)"), "{told}");
}

#[rstest]
#[tokio::test]
async fn a_key_that_is_not_known_is_unknown_until_it_is_registered(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (leader, park) = (server.as_(Leader), server.project(BEARING_PARK));
    let device = Device::new();
    let early = leader.checked_in(&device.signed(&server, Draft::at(&server, BEARING_PARK), &[])).await;
    assert_eq!((outcome(&early, "SIGNATURE"), &early["verdict"]), (Some("UNKNOWN"), &json!("NEEDS_REVIEW")));
    assert_eq!(leader.tally(&park).await, [0, 1, 0]);
    // By somebody else's registration it is as unknown as before.
    device.register(&server.as_(OtherLeader)).await;
    assert_eq!(leader.tally(&park).await, [0, 1, 0]);

    server.clock.advance(TimeDelta::hours(2));
    device.register(&leader).await;
    let query = "query($id: ID!) { checkIn(id: $id) { verdict assessments { sequence trigger verdict } } }";
    let stands = leader.ask(query, json!({ "id": early["id"] })).await.at("/checkIn").clone();
    assert_eq!(stands["verdict"], "VERIFIED");
    let last = json!({ "sequence": 2, "trigger": "DEVICE_REGISTRATION", "verdict": "VERIFIED" });
    assert_eq!(stands["assessments"][1], last);
    assert_eq!(leader.tally(&park).await, [1, 0, 0]);
    device.register(&leader).await;
    let stands = leader.ask(query, json!({ "id": early["id"] })).await.at("/checkIn").clone();
    assert_eq!(stands["assessments"].as_array().unwrap().len(), 2, "registering again changes nothing");
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn a_challenge_bounds_the_capture_from_below(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let earlier = Draft::at(&server, BEARING_PARK);
    server.clock.advance(TimeDelta::hours(3));
    let backdated =
        earlier.with("/challenge", leader.issue_challenge().await.unwrap()).with("/sentAt", json!(server.clock.now()));
    // A wrong clock can do that; three hours by the boot clock as well can't be.
    assert_eq!(leader.checked_in(&backdated).await["verdict"], "NEEDS_REVIEW");
    let uptime = json!({ "bootId": "b-1", "capturedMs": 5_000, "sentMs": 5_000 + 3 * 3_600_000 });
    let backdated = backdated.with("/id", json!(server.clock.id())).with("/uptime", uptime);
    let check_in = leader.checked_in(&backdated).await;
    assert_eq!((outcome(&check_in, "CHALLENGE"), &check_in["verdict"]), (Some("FAIL"), &json!("REJECTED")));
    let borrowed =
        Draft::at(&server, BEARING_PARK).with("/challenge", server.as_(OtherLeader).issue_challenge().await.unwrap());
    assert_eq!(leader.checked_in(&borrowed).await["verdict"], "NEEDS_REVIEW");
}

#[rstest]
#[tokio::test]
async fn a_photo_used_twice_is_for_a_person_to_see(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let bytes = photo(5);
    for (round, verdict) in ["VERIFIED", "NEEDS_REVIEW"].into_iter().enumerate() {
        let picture = leader.uploaded(&bytes).await;
        let draft = Draft::at(&server, BEARING_PARK).with("/photoIds", json!([picture]));
        let check_in = leader.checked_in(&draft).await;
        let check_in = settled(&leader, &server, &check_in).await;
        assert_eq!(check_in["verdict"], verdict, "round {round}: {check_in:#}");
        server.clock.advance(TimeDelta::days(1));
    }
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn nobody_is_in_two_places_at_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    leader.checked_in(&Draft::at(&server, BEARING_PARK).east(60_000.0)).await;
    server.clock.advance(TimeDelta::minutes(5));
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    assert_eq!((outcome(&check_in, "TRAVEL"), &check_in["verdict"]), (Some("REVIEW"), &json!("NEEDS_REVIEW")));
}

#[tokio::test]
async fn another_policy_can_be_tried_before_it_is_adopted() {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    leader.checked_in(&Draft::at(&server, BEARING_PARK).east(230.0)).await;
    let day = ["--from", "2026-11-18", "--to", "2026-11-18", "--dry-run"];
    let (same, said) = onsite(&server, &[&["reassess", "--policy", "1"][..], &day].concat());
    assert!(same && said.contains("policy version 1 decides 0 otherwise"), "{said}");

    let directory = TempDir::new().unwrap();
    let draft = directory.path().join("draft.json");
    fs::write(&draft, r#"{"toleranceMeters": 60, "thresholds": {"repeatedDays": 9}}"#).unwrap();
    let draft = draft.to_str().unwrap();
    let (told, said) = onsite(&server, &[&["reassess", "--draft", draft][..], &day].concat());
    assert!(told && said.contains("the draft decides 1 otherwise"), "{said}");
    assert_eq!(server.app().policies().await.unwrap().len(), 1, "nothing was adopted");
    let both = ["reassess", "--policy", "1", "--draft", draft];
    assert!(!onsite(&server, &[&both[..], &day].concat()).0, "one policy at a time");
    fs::write(directory.path().join("bad.json"), r#"{"tolerance": 60}"#).unwrap();
    let bad = directory.path().join("bad.json");
    let (told, said) = onsite(&server, &[&["reassess", "--draft", bad.to_str().unwrap()][..], &day].concat());
    assert!(!told && said.contains("bad.json") && said.contains("tolerance"), "{said}");

    let (adopted, said) = onsite(&server, &["policy", "adopt", "--reason", "试行", "--draft", draft]);
    assert!(adopted && said.contains(r#""repeatedDays":9"#), "{said}");
    let (told, said) = onsite(&server, &[&["reassess", "--policy", "2"][..], &day].concat());
    assert!(told && said.contains("2 check-ins") && said.contains("decides 1 otherwise"), "{said}");
    assert!(said.contains("NEEDS_REVIEW -> VERIFIED"), "{said}");
}
