//! Of two check-ins that contradict each other both are for review, whichever arrived first. What a bad fix says is
//! held against nobody, and hides nothing.

use std::time::Duration;

use chrono::TimeDelta;
use entity::contradiction;
use futures_util::{StreamExt, future};
use rstest::rstest;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait};
use serde_json::{Value, json};
use server::{clock::Source, events::Event, roster};

use crate::check_ins::evidence::Device;
use crate::check_ins::rejudgement::{correct, inspected, rejudge, told};
use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    COLD_STORE, Client, Draft, HARBOUR,
    Role::{Leader, Office, OtherLeader, Secretary},
    TestServer, balanced, photo, photo_saved, time,
};

/// A check-in's verdict, and the outcome of a rule by each assessment with what that was made for.
async fn stands(client: &Client, check_in: &Value, rule: &str) -> Value {
    let query = "query($id: ID!) { checkIn(id: $id) { verdict assessments { trigger findings { code outcome } } } }";
    let answer = client.ask(query, json!({ "id": check_in["id"] })).await;
    let outcome = |assessment: &Value| {
        let findings = assessment["findings"].as_array().unwrap().iter();
        let found = findings.rev().find(|finding| finding["code"] == rule).map(|finding| finding["outcome"].clone());
        json!([assessment["trigger"], found])
    };
    let assessments: Vec<_> = answer.list("/checkIn/assessments").iter().map(outcome).collect();
    json!([answer.at("/checkIn/verdict"), assessments])
}

/// The last outcome of a rule.
async fn outcome(client: &Client, check_in: &Value, rule: &str) -> Value {
    let stands = stands(client, check_in, rule).await;
    stands[1].as_array().unwrap().last().unwrap()[1].clone()
}

async fn unchanged(server: &TestServer, check_ins: usize) {
    let again = rejudge(&server.as_(Office), json!({ "to": "2027-06-30" })).await;
    assert_eq!(told(&again), json!([check_ins, check_ins, 0, []]), "nothing was corrected");
    balanced(server).await;
}

#[rstest]
#[tokio::test]
async fn who_is_in_two_places_is_looked_at_in_both(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (leader, park) = (server.as_(Leader), server.project(BEARING_PARK));
    let first = leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    assert_eq!((&first["verdict"], leader.tally(&park).await), (&json!("VERIFIED"), [1, 0, 0]));
    server.clock.advance(TimeDelta::minutes(1));
    // The cold store's, 8.9 km away.
    leader.checked_in(&Draft::at(&server, COLD_STORE)).await;
    let now = stands(&leader, &first, "TRAVEL").await;
    assert_eq!(now, json!(["NEEDS_REVIEW", [["SUBMISSION", null], ["CONTRADICTION", "REVIEW"]]]));
    assert_eq!(leader.tally(&park).await, [0, 1, 0]);
    assert_heard(&server, &first, 2).await;
    unchanged(&server, 2).await;
}

/// Subscribers are told each time that a check-in was judged.
async fn assert_heard(server: &TestServer, check_in: &Value, times: usize) {
    let own: uuid::Uuid = check_in["uuid"].as_str().unwrap().parse().unwrap();
    let judged = |event: &Event| matches!(event, Event::VisitRecorded { check_in, .. } if check_in.0 == own);
    let events = server.app().feed.follow(Some(0)).await.unwrap();
    let of_own = events.filter(|event| future::ready(judged(&event.as_ref().unwrap().event)));
    let heard = tokio::time::timeout(Duration::from_secs(20), of_own.take(times).collect::<Vec<_>>()).await;
    assert_eq!(heard.expect("every judgement is told").len(), times);
}

#[rstest]
#[tokio::test]
async fn what_a_person_decided_stands_over_a_contradiction(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (leader, park) = (server.as_(Leader), server.project(BEARING_PARK));
    let first = leader.checked_in(&Draft::at(&server, BEARING_PARK).south(230.0)).await;
    let decide = "mutation($input: ReviewCheckInInput!) { reviewCheckIn(input: $input) { userErrors { code } } }";
    let decision = json!({ "checkInId": first["id"], "verdict": "VERIFIED", "reason": "CONFIRMED" });
    assert_eq!(server.as_(Office).ask(decide, json!({ "input": decision })).await.user_errors("reviewCheckIn"), []);
    leader.checked_in(&Draft::at(&server, COLD_STORE)).await;
    let now = stands(&leader, &first, "TRAVEL").await;
    assert_eq!(now, json!(["VERIFIED", [["SUBMISSION", null], ["CONTRADICTION", "REVIEW"]]]));
    assert_eq!(leader.tally(&park).await, [1, 0, 0]);
    unchanged(&server, 2).await;
}

#[rstest]
#[tokio::test]
async fn nobody_is_at_nine_places_in_nine_milliseconds(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let drafts: Vec<_> = (0..9)
        .map(|place| {
            let draft = Draft::at(&server, BEARING_PARK).south(4_000.0 * f64::from(place));
            server.clock.advance(TimeDelta::milliseconds(1));
            draft
        })
        .collect();
    let sent: Vec<_> = drafts.into_iter().map(|draft| draft.with("/sentAt", json!(server.clock.now()))).collect();
    let answer = leader.check_ins(&sent).await;
    for result in answer.list("/checkIns/results") {
        assert_eq!(outcome(&leader, &result["checkIn"], "TRAVEL").await, "REVIEW");
    }
    unchanged(&server, 9).await;
}

#[rstest]
#[tokio::test]
async fn sites_side_by_side_can_be_visited_one_after_the_other(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let here = leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    let there = Draft::at(&server, BEARING_PARK).south(500.0).with("/projectId", server.project(COLD_STORE));
    let there = leader.checked_in(&there).await;
    assert_eq!(here["verdict"], "VERIFIED");
    for check_in in [here, there] {
        assert_ne!(outcome(&leader, &check_in, "TRAVEL").await, "REVIEW");
    }
    unchanged(&server, 2).await;
}

/// What a receiver without satellites, or one that only remembers, gives first.
fn blind(server: &TestServer, how: &str) -> Value {
    let (now, ages_ago) = (server.clock.now(), server.clock.now() - TimeDelta::hours(5));
    match how {
        "nowhere" => {
            json!({ "latitude": 0.0, "longitude": 0.0, "datum": "WGS84", "accuracyMeters": 8.0, "fixedAt": now })
        }
        "stale" => {
            json!({ "latitude": 38.9, "longitude": 121.6, "datum": "WGS84", "accuracyMeters": 8.0, "fixedAt": ages_ago })
        }
        _ => json!({ "latitude": 38.9, "longitude": 121.6, "datum": "WGS84", "accuracyMeters": 0.0, "fixedAt": now }),
    }
}

#[rstest]
#[tokio::test]
async fn a_bad_fix_accuses_nobody_of_travelling(
    #[values("nowhere", "stale", "unknown")] how: &str,
    #[values(true, false)] alone: bool,
) {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    let good = Draft::at(&server, BEARING_PARK);
    let mut bad = good.clone().with("/id", json!(server.clock.id())).with("/fix", blind(&server, how));
    if !alone {
        bad = bad.with("/otherFixes", json!([good.0["fix"]]));
    }
    let bad = leader.checked_in(&bad).await;
    server.clock.advance(TimeDelta::minutes(5));
    let honest = leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    assert_eq!(honest["verdict"], "VERIFIED", "{honest:#}");
    for check_in in [bad, honest] {
        assert_ne!(outcome(&leader, &check_in, "TRAVEL").await, "REVIEW");
    }
    unchanged(&server, 2).await;
}

#[rstest]
#[tokio::test]
async fn a_blind_first_fix_hides_no_travelling(#[values("nowhere", "stale", "unknown")] how: &str) {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    let mut sent = Vec::new();
    for project in [BEARING_PARK, COLD_STORE] {
        let draft = Draft::at(&server, project);
        let usable = draft.0["fix"].clone();
        let draft = draft.with("/fix", blind(&server, how)).with("/otherFixes", json!([usable]));
        sent.push(leader.checked_in(&draft).await);
        server.clock.advance(TimeDelta::minutes(1));
    }
    // And one that tells nothing at all does not come between them.
    leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/fix", blind(&server, how))).await;
    for check_in in sent {
        assert_eq!(outcome(&leader, &check_in, "TRAVEL").await, "REVIEW");
    }
    unchanged(&server, 3).await;
}

#[rstest]
#[tokio::test]
async fn a_blind_first_fix_hides_no_repetition(#[values("nowhere", "stale", "unknown")] how: &str) {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    for day in 0..4 {
        let draft = Draft::at(&server, BEARING_PARK);
        let usable = draft.0["fix"].clone();
        // Sometimes first, sometimes second.
        let draft = match day {
            1 => draft,
            _ => draft.with("/fix", blind(&server, how)).with("/otherFixes", json!([usable])),
        };
        let sent = leader.checked_in(&draft).await;
        let expected = if day < 3 { "PASS" } else { "REVIEW" };
        assert_eq!(outcome(&leader, &sent, "REPEATED_POSITION").await, expected, "day {day}");
        server.clock.advance(TimeDelta::days(1));
    }
    unchanged(&server, 4).await;
}

#[rstest]
#[tokio::test]
async fn the_same_bad_fix_day_after_day_is_no_repetition(#[values("nowhere", "stale", "unknown")] how: &str) {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    for day in 0..5 {
        let usable = Draft::at(&server, BEARING_PARK).east(f64::from(day));
        let others = json!([usable.0["fix"]]);
        let sent = leader.checked_in(&usable.with("/fix", blind(&server, how)).with("/otherFixes", others)).await;
        assert_eq!(sent["verdict"], "VERIFIED", "day {day}: {sent:#}");
        server.clock.advance(TimeDelta::days(1));
    }
}

/// Two photos, the same bytes or the same picture: who sent it first is looked at, too.
#[rstest]
#[case::same_bytes("PHOTO_REUSED", 90)]
#[case::same_picture("PHOTO_SIMILAR", 60)]
#[tokio::test]
async fn a_photo_of_two_visits_is_looked_at_in_both(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[case] rule: &str,
    #[case] quality: u8,
) {
    let server = TestServer::on(backend).await;
    let (leader, secretary) = (server.as_(Leader), server.as_(Secretary));
    let first = leader.uploaded(&photo(71)).await;
    let first = leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([first]))).await;
    inspected(&server).await;
    assert_eq!(stands(&leader, &first, rule).await[0], "VERIFIED");
    server.clock.advance(TimeDelta::days(3));
    let second = secretary.uploaded(&photo_saved(71, quality)).await;
    let second = Draft::at(&server, BEARING_PARK).east(9.0).with("/photoIds", json!([second]));
    let second = secretary.checked_in(&second).await;
    inspected(&server).await;
    settled(&server).await;
    for check_in in [&first, &second] {
        assert_eq!(outcome(&leader, check_in, rule).await, "REVIEW");
        assert_eq!(stands(&leader, check_in, rule).await[0], "NEEDS_REVIEW");
    }
    unchanged(&server, 2).await;
}

/// Waits until no contradicted check-in waits.
pub(crate) async fn settled(server: &TestServer) {
    while contradiction::Entity::find().count(server.app().database.reader()).await.unwrap() > 0 {
        tokio::task::yield_now().await;
    }
}

#[rstest]
#[tokio::test]
async fn a_phone_in_two_hands_is_looked_at_in_both(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (leader, secretary) = (server.as_(Leader), server.as_(Secretary));
    let phone = Device::registered(&leader).await;
    let first = leader.checked_in(&phone.signed(&server, Draft::at(&server, BEARING_PARK), &[])).await;
    assert_eq!(first["verdict"], "VERIFIED");
    phone.register(&secretary).await;
    server.clock.advance(TimeDelta::days(2));
    let second = phone.signed(&server, Draft::at(&server, BEARING_PARK).east(9.0), &[]);
    assert_eq!(secretary.checked_in(&second).await["verdict"], "NEEDS_REVIEW");
    let now = stands(&leader, &first, "DEVICE_SHARED").await;
    assert_eq!(now, json!(["NEEDS_REVIEW", [["SUBMISSION", "PASS"], ["CONTRADICTION", "REVIEW"]]]));
    unchanged(&server, 2).await;
}

#[rstest]
#[tokio::test]
async fn who_writes_anothers_fingerprint_accuses_nobody(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (leader, secretary) = (server.as_(Leader), server.as_(Secretary));
    let phone = Device::registered(&leader).await;
    let first = leader.checked_in(&phone.signed(&server, Draft::at(&server, BEARING_PARK), &[])).await;
    let forged = phone.signed(&server, Draft::at(&server, BEARING_PARK).east(9.0), &[]);
    secretary.checked_in(&forged).await;
    assert_eq!(stands(&leader, &first, "DEVICE_SHARED").await, json!(["VERIFIED", [["SUBMISSION", "PASS"]]]));
    unchanged(&server, 2).await;
}

/// A signature that does not hold is no evidence of who has a phone, though its writer registered it as well.
#[rstest]
#[tokio::test]
async fn a_fingerprint_whose_signature_does_not_hold_speaks_against_nobody(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let (leader, secretary) = (server.as_(Leader), server.as_(Secretary));
    let phone = Device::registered(&leader).await;
    phone.register(&secretary).await;
    let unproven = || {
        let stranger = phone.signed(&server, Draft::at(&server, BEARING_PARK).east(9.0), &[]);
        stranger.with("/note", "写的不是所签的").with("/id", json!(server.clock.id()))
    };
    // One before it, one after it, and one on its own.
    secretary.checked_in(&unproven()).await;
    server.clock.advance(TimeDelta::minutes(10));
    let first = leader.checked_in(&phone.signed(&server, Draft::at(&server, BEARING_PARK), &[])).await;
    assert_eq!(first["verdict"], "VERIFIED", "{first:#}");
    server.clock.advance(TimeDelta::minutes(10));
    let forged = secretary.checked_in(&unproven()).await;
    assert_ne!(outcome(&secretary, &forged, "SIGNATURE").await, "PASS");
    assert_eq!(stands(&leader, &first, "DEVICE_SHARED").await, json!(["VERIFIED", [["SUBMISSION", "PASS"]]]));
    unchanged(&server, 3).await;
    // Where it holds, it does.
    server.clock.advance(TimeDelta::minutes(10));
    secretary.checked_in(&phone.signed(&server, Draft::at(&server, BEARING_PARK).east(9.0), &[])).await;
    assert_eq!(stands(&leader, &first, "DEVICE_SHARED").await[0], "NEEDS_REVIEW");
    unchanged(&server, 4).await;
}

/// A revocation and a capture of one millisecond have one order, whichever is recorded first.
#[rstest]
#[tokio::test]
async fn a_device_revoked_in_the_millisecond_of_a_capture_signed_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let phone = Device::registered(&leader).await;
    let drafted = || phone.signed(&server, Draft::at(&server, BEARING_PARK), &[]);
    let before = leader.checked_in(&drafted()).await;
    let revoke = "mutation($input: RevokeDeviceInput!) { revokeDevice(input: $input) { revoked userErrors { code } } }";
    let revoked = leader.ask(revoke, json!({ "input": { "fingerprint": phone.fingerprint } })).await;
    assert_eq!(revoked.at("/revokeDevice/revoked"), true);
    let after = leader.checked_in(&drafted()).await;
    server.clock.advance(TimeDelta::milliseconds(1));
    let later = leader.checked_in(&drafted()).await;
    unchanged(&server, 3).await;
    for (check_in, signature) in [(&before, "PASS"), (&after, "PASS"), (&later, "UNKNOWN")] {
        assert_eq!(outcome(&leader, check_in, "SIGNATURE").await, signature);
    }
}

/// What came to light long afterwards is held against the later one alone.
#[rstest]
#[tokio::test]
async fn what_came_after_is_not_held_against_what_was_before(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (leader, secretary, other) = (server.as_(Leader), server.as_(Secretary), server.as_(OtherLeader));
    let unsigned = other.checked_in(&Draft::at(&server, HARBOUR)).await;
    let phone = Device::registered(&leader).await;
    let bytes = photo(72);
    let picture = leader.uploaded(&bytes).await;
    let draft = phone.signed(&server, Draft::at(&server, BEARING_PARK), std::slice::from_ref(&bytes));
    let first = leader.checked_in(&draft.with("/photoIds", json!([picture]))).await;
    inspected(&server).await;

    // A device is registered, a site opens elsewhere, a phone is handed on, and its memory with it.
    server.clock.advance(TimeDelta::hours(1));
    Device::registered(&other).await;
    let opens = r#"{"type": "FeatureCollection", "features": [{"type": "Feature",
        "properties": {"project": "轴承园区项目", "site": "二期", "radiusMeters": 100},
        "geometry": {"type": "Point", "coordinates": [122.02, 39.62]}}]}"#;
    let sites = roster::parse_sites(opens.as_bytes()).unwrap();
    server.app().import_sites(&sites, server.clock.now(), &|| {}).await.unwrap();
    server.clock.advance(TimeDelta::days(70));
    phone.register(&secretary).await;
    let picture = secretary.uploaded(&bytes).await;
    let draft = phone.signed(&server, Draft::at(&server, BEARING_PARK).east(9.0), std::slice::from_ref(&bytes));
    let later = secretary.checked_in(&draft.with("/photoIds", json!([picture]))).await;
    inspected(&server).await;

    unchanged(&server, 3).await;
    for check_in in [&first, &unsigned] {
        assert_eq!(stands(&server.as_(Office), check_in, "SIGNATURE").await[0], "VERIFIED");
    }
    assert_eq!(outcome(&secretary, &later, "PHOTO_REUSED").await, "REVIEW");
}

#[rstest]
#[tokio::test]
async fn what_waits_to_be_judged_again_survives_a_crash(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK).south(400.0)).await;
    // As a server leaves it that dies after it recorded what changes the judgement.
    correct(&server).await;
    let id = entity::ids::CheckInId(check_in["uuid"].as_str().unwrap().parse().unwrap());
    let row = contradiction::Model { check_in_id: id, found_at: time("2026-11-18T02:00:00Z") };
    row.into_active_model().reset_all().insert(server.app().database.writer()).await.unwrap();
    let another = server.another().await;
    tokio::time::timeout(Duration::from_secs(20), settled(&another)).await.expect("it was judged");
    let now = stands(&leader, &check_in, "POSITION").await;
    assert_eq!(now, json!(["VERIFIED", [["SUBMISSION", "FAIL"], ["CONTRADICTION", "PASS"]]]));
    unchanged(&server, 1).await;
}
