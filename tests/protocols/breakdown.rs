//! What a server says when a part of it breaks down: nobody waits for an answer that never comes, and others are served.

use sea_orm::{ConnectionTrait, Database, TransactionTrait};
use serde_json::{Value, json};

use crate::support::{
    BEARING_PARK,
    Backend::{Postgres, Sqlite},
    Draft, Message,
    Role::Leader,
    Socket, TestClock, TestServer, http,
};

const CHALLENGE: &str = "mutation { issueChallenge { challenge } }";

/// The code of the only error, which says nothing of what happened.
fn code(errors: &Value) -> &str {
    assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
    assert!(!errors.to_string().contains("a story's own"), "{errors}");
    errors[0]["extensions"]["code"].as_str().unwrap()
}

#[tokio::test]
async fn a_panic_is_answered_and_others_are_served() {
    let server = TestServer::on(Sqlite).await;
    let (leader, mut socket) = (server.as_(Leader), Socket::of(&server, Leader).await);
    server.clock.run_out_of_luck(true);

    let answer = leader.ask(CHALLENGE, json!({})).await;
    assert_eq!((answer.status, code(&answer.body["errors"]), answer.body.get("data")), (500, "INTERNAL", None));

    let request = http().post(format!("{}/graphql", server.url())).bearer_auth(server.token(Leader).unwrap());
    let request = request.header("accept", "text/event-stream").json(&json!({ "query": CHALLENGE }));
    let events = request.send().await.unwrap().text().await.unwrap();
    let data = events.lines().find_map(|line| line.strip_prefix("data:")).unwrap();
    assert_eq!(code(&serde_json::from_str::<Value>(data).unwrap()["errors"]), "INTERNAL");
    assert!(events.contains("event: complete"), "{events}");

    let Message::Errors(errors) = socket.ask("one", CHALLENGE).await else { panic!("an error on the socket") };
    assert_eq!(code(&errors), "INTERNAL");

    // The connection and the socket go on, and so does everything else.
    assert_eq!(
        socket.ask("two", "{ viewer { role } }").await,
        Message::Event(json!({ "viewer": { "role": "STAFF" } }))
    );
    server.clock.run_out_of_luck(false);
    assert!(leader.ask(CHALLENGE, json!({})).await.at("/issueChallenge/challenge").is_string());
}

/// An event has the time of a request. What can't be told in time ends its subscription, which goes on after the last
/// cursor once it can be.
#[tokio::test]
async fn an_event_that_takes_too_long_ends_its_subscription_and_nothing_else() {
    let server = TestServer::tuned_on(Postgres, TestClock::new(), |config| config.limits.seconds = 1).await;
    let (leader, mut socket) = (server.as_(Leader), Socket::of(&server, Leader).await);
    let events = "subscription($after: String) { visitRecorded(after: $after) { cursor
        checkIn { uuid assessment { findings { code } } } } }";
    socket.subscribe(events, json!({})).await;
    leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    let after = json!({ "after": socket.next_event().await["visitRecorded"]["cursor"] });
    let second = leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    assert_eq!(socket.next_event().await.pointer("/visitRecorded/checkIn/uuid"), Some(&second["uuid"]));

    // Whoever reads findings waits, as for what takes long.
    let other = Database::connect(server.database_url()).await.unwrap();
    let held = other.begin().await.unwrap();
    held.execute_unprepared("LOCK TABLE finding IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let mut late = Socket::of(&server, Leader).await;
    late.subscribe(events, after.clone()).await;
    let errors = match late.next().await {
        Message::Errors(errors) => errors,
        other => panic!("the event can't be told in time: {other:?}"),
    };
    assert_eq!((code(&errors), &errors[0]["extensions"]["limit"]), ("TIMEOUT", &json!("seconds")));
    let viewer = late.ask("beside", "{ viewer { role } }").await;
    assert_eq!(viewer, Message::Event(json!({ "viewer": { "role": "STAFF" } })));
    held.rollback().await.unwrap();
    late.subscribe(events, after).await;
    assert_eq!(late.next_event().await.pointer("/visitRecorded/checkIn/uuid"), Some(&second["uuid"]));
}
