//! A dashboard follows what happens, as it happens, and misses nothing.

use chrono::TimeDelta;
use client::Closed;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    COLD_STORE, Client, Draft, HARBOUR, Message, PASSWORD, Photos,
    Role::{self, Analyst, Leader, Office, OtherLeader, Secretary},
    Socket, TestClock, TestServer, login_of, photo,
};

const VISITS: &str = "subscription($project: ID, $after: String) { visitRecorded(projectId: $project, after: $after) {
    cursor checkIn { uuid verdict } visit { verdict checkInCount project { name } person { name } } } }";
const TALLIES: &str = "subscription($project: ID, $after: String) {
    weeklyTallyChanged(projectId: $project, after: $after) {
    cursor weeklyVisits { week verified provisional rejected status leader { name } project { name } } } }";

async fn following(server: &TestServer, role: Role, subscription: &str, variables: Value) -> Socket {
    let mut socket = Socket::of(server, role).await;
    socket.subscribe(subscription, variables).await;
    socket
}

async fn recorded(socket: &mut Socket) -> (Value, Value) {
    let event = socket.next_event().await;
    (event["visitRecorded"]["checkIn"]["uuid"].clone(), event["visitRecorded"]["cursor"].clone())
}

#[rstest]
#[tokio::test]
async fn every_visit_is_told_in_order_as_it_was_recorded(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let mut office = following(&server, Office, VISITS, json!({})).await;
    let visits = [(Leader, BEARING_PARK, 5000.0), (OtherLeader, HARBOUR, 0.0), (Leader, BEARING_PARK, 0.0)];
    let mut drafts = Vec::new();
    for (role, project, east) in visits.into_iter().chain([(Secretary, BEARING_PARK, 0.0)]) {
        // Time enough for the way, so that none contradicts another.
        server.clock.advance(TimeDelta::hours(1));
        let draft = Draft::at(&server, project).east(east);
        server.as_(role).checked_in(&draft).await;
        let event = office.next_event().await;
        assert_eq!(event["visitRecorded"]["checkIn"]["uuid"], draft.0["id"]);
        drafts.push(draft);
    }
    server.as_(Leader).check_in(&drafts[0]).await;
    server.clock.advance(TimeDelta::hours(1));
    let last = Draft::at(&server, COLD_STORE);
    server.as_(Leader).checked_in(&last).await;
    let event = office.next_event().await;
    assert_eq!(event["visitRecorded"]["checkIn"]["uuid"], last.0["id"], "a retry is no event");
    assert_eq!(event["visitRecorded"]["checkIn"]["verdict"], "NEEDS_REVIEW");
    let visit = json!({ "verdict": "NEEDS_REVIEW", "checkInCount": 1,
        "project": { "name": COLD_STORE }, "person": { "name": "领导甲" } });
    assert_eq!(event["visitRecorded"]["visit"], visit);
}

#[rstest]
#[tokio::test]
async fn a_leaders_count_is_told_when_it_changes(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let mut analyst = following(&server, Analyst, TALLIES, json!({})).await;
    let leader = server.as_(Leader);
    leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    // Neither changes a leader's count: a second check-in of the day, and a visit by someone who leads nothing.
    leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    server.as_(Secretary).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    leader
        .checked_in(&Draft::at(&server, BEARING_PARK).captured("2026-11-11T02:00:00Z").with("/fix/mocked", true))
        .await;
    let mut told = Vec::new();
    for _ in 0..2 {
        let mut weekly = analyst.next_event().await["weeklyTallyChanged"]["weeklyVisits"].clone();
        weekly["project"].take();
        told.push(weekly);
    }
    let week = |week: &str, verified: u32, provisional: u32, status: &str| {
        json!({ "week": week, "verified": verified, "provisional": provisional, "rejected": 0, "status": status,
            "leader": { "name": "领导甲" }, "project": null })
    };
    assert_eq!(told, [week("2026-W47", 1, 0, "MET"), week("2026-W46", 0, 1, "PROVISIONAL")]);
}

#[rstest]
#[case::visits(VISITS, "/visitRecorded/visit/project/name")]
#[case::tallies(TALLIES, "/weeklyTallyChanged/weeklyVisits/project/name")]
#[tokio::test]
async fn nobody_hears_of_what_is_not_theirs_or_not_asked_for(
    #[case] subscription: &str,
    #[case] name: &str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let mut stranger = following(&server, OtherLeader, subscription, json!({})).await;
    let only_harbour = json!({ "project": server.project(HARBOUR) });
    let mut office = following(&server, Office, subscription, only_harbour).await;
    let only_bearings = json!({ "project": server.project(BEARING_PARK) });
    let mut curious = following(&server, OtherLeader, subscription, only_bearings).await;
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    server.as_(Leader).checked_in(&Draft::at(&server, COLD_STORE)).await;
    server.as_(OtherLeader).checked_in(&Draft::at(&server, HARBOUR)).await;
    // Events come in order: had there been an earlier one, it would come first.
    for socket in [&mut stranger, &mut office] {
        assert_eq!(socket.next_event().await.pointer(name), Some(&json!(HARBOUR)));
    }
    // Answers come after all events there were: there was none.
    curious.ask("last", "{ __typename }").await;
    assert!(curious.heard_nothing());
}

#[rstest]
#[tokio::test]
async fn who_was_away_is_told_what_they_missed_without_gap_or_repeat(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let mut socket = following(&server, Office, VISITS, json!({})).await;
    leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    let (_, cursor) = recorded(&mut socket).await;
    drop(socket);
    let missed: Vec<_> = (0..20).map(|_| Draft::at(&server, BEARING_PARK)).collect();
    for draft in &missed[..10] {
        leader.checked_in(draft).await;
    }
    let mut socket = Socket::of(&server, Office).await;
    // What happens while the past is told follows it.
    let (_, ()) = futures_util::join!(socket.subscribe(VISITS, json!({ "after": cursor })), async {
        for draft in &missed[10..] {
            leader.checked_in(draft).await;
        }
    });
    for draft in &missed {
        assert_eq!(recorded(&mut socket).await.0, draft.0["id"]);
    }
    // From the same place again, on another subscription and a restarted server.
    let another = server.another().await;
    let mut tallies = following(&another, Office, VISITS, json!({ "after": cursor })).await;
    assert_eq!(recorded(&mut tallies).await.0, missed[0].0["id"]);
}

#[rstest]
#[case::nonsense("nonsense")]
#[case::of_the_future("ZXZlbnR8OTk5OTk5")]
#[case::negative("ZXZlbnR8LTE")]
#[tokio::test]
async fn a_bad_cursor_is_refused(#[case] cursor: &str) {
    let server = TestServer::on(Sqlite).await;
    let mut socket = following(&server, Office, VISITS, json!({ "after": cursor })).await;
    let Message::Errors(errors) = socket.next().await else { panic!("a bad cursor was followed") };
    assert_eq!(errors[0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[rstest]
#[tokio::test]
async fn signing_out_ends_what_the_session_follows(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let token = server.nobody().sign_in(&login_of(Leader), PASSWORD).await.text("/signIn/token");
    let mut leaving = Socket::with_token(&server, &token).await;
    leaving.subscribe(VISITS, json!({})).await;
    let mut staying = following(&server, Leader, VISITS, json!({})).await;
    Client::with_token(server.url(), &token).ask("mutation { signOut { signedOut } }", json!({})).await;
    assert_eq!(leaving.closed().await, Some(4401));
    let draft = Draft::at(&server, BEARING_PARK);
    server.as_(Leader).checked_in(&draft).await;
    assert_eq!(recorded(&mut staying).await.0, draft.0["id"]);
}

#[rstest]
#[case::nobody(json!({}))]
#[case::nothing(json!(null))]
#[case::another_scheme(json!({ "authorization": "Basic bGVhZGVy" }))]
#[case::bad_token(json!({ "authorization": "Bearer onsite_nonsense" }))]
#[case::no_text(json!({ "authorization": 7 }))]
#[tokio::test]
async fn a_socket_without_a_session_is_closed(#[case] payload: Value) {
    let server = TestServer::on(Sqlite).await;
    let mut socket = Socket::open(&server, payload).await;
    let said = socket.next().await;
    assert!(matches!(said, Message::Closed(Closed { code: Some(4400..=4499 | 1000..=1011), .. })), "{said:?}");
}

#[tokio::test]
async fn what_is_told_on_one_server_is_heard_on_the_other() {
    // The S3 server reads its own clock.
    let server = TestServer::with(Postgres, Photos::bucket().await, TestClock::of_the_wall()).await;
    let other = server.another().await;
    let mut office = following(&other, Office, VISITS, json!({})).await;
    let leader = server.as_(Leader);
    // The photo is asked for here, and may be inspected by either.
    let photo_id = leader.uploaded(&photo(1)).await;
    let draft = Draft::at(&server, BEARING_PARK).with("/photoIds", json!([photo_id]));
    leader.checked_in(&draft).await;
    for _ in 0..2 {
        assert_eq!(recorded(&mut office).await.0, draft.0["id"]);
    }
    let check_in = other.as_(Office).ask("{ checkIns { nodes { verdict photos { state } } } }", json!({})).await;
    assert_eq!(check_in.at("/checkIns/nodes/0"), &json!({ "verdict": "VERIFIED", "photos": [{ "state": "INTACT" }] }));
    // And the other way about, until one of them ends.
    let mut back = following(&server, Office, VISITS, json!({})).await;
    let draft = Draft::at(&other, HARBOUR);
    other.as_(OtherLeader).checked_in(&draft).await;
    assert_eq!(recorded(&mut back).await.0, draft.0["id"]);
    drop(server);
    let draft = Draft::at(&other, HARBOUR);
    other.as_(OtherLeader).checked_in(&draft).await;
    recorded(&mut office).await;
    assert_eq!(recorded(&mut office).await.0, draft.0["id"]);
}
