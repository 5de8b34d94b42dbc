//! What a server says when a part of it breaks down: nobody waits for an answer that never comes, and others are served.

use serde_json::{Value, json};

use crate::support::{Backend::Sqlite, Message, Role::Leader, Socket, TestServer, http};

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
