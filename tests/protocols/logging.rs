//! Whatever is logged of a request, an operation, an event or a job says of which: it carries an id.

use chrono::TimeDelta;
use entity::{job, photo};
use futures_util::StreamExt;
use rstest::rstest;
use sea_orm::{ConnectionTrait, EntityTrait, sea_query::Expr};
use serde_json::{Value, json};
use server::{clock::Source, jobs::HOUSEKEEPING};
use uuid::Uuid;

use crate::support::{
    AppAlone, BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft, Log, Message,
    Role::Leader,
    Socket, TestServer, hold_photos, http, photo as picture,
};

const EVENTS: &str = "subscription($after: String) { visitRecorded(after: $after) { cursor
    checkIn { uuid assessment { findings { code } } } } }";

fn request(server: &TestServer, media: &str, body: &Value) -> reqwest::RequestBuilder {
    let request = http().post(format!("{}/graphql", server.url())).bearer_auth(server.token(Leader).unwrap());
    request.header("accept", media.to_owned()).json(body)
}

fn id_of(answer: &reqwest::Response) -> String {
    answer.headers()["x-request-id"].to_str().unwrap().to_owned()
}

/// Names and ids of what a line was logged in, the outermost first.
fn around(line: &Value) -> Vec<(&str, &str)> {
    let spans = line["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
    spans.iter().map(|span| (span["name"].as_str().unwrap(), span["id"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_panic_is_logged_with_the_id_of_its_request() {
    const CHALLENGE: &str = "mutation { issueChallenge { challenge } }";
    let log = Log::kept();
    let server = TestServer::on(Sqlite).await;
    server.clock.run_out_of_luck(true);
    for media in ["application/json", "text/event-stream"] {
        let answer = request(&server, media, &json!({ "query": CHALLENGE })).send().await.unwrap();
        let id = id_of(&answer);
        assert!(answer.text().await.unwrap().contains("INTERNAL"));
        let line = log.line(&[&id, "a request panicked"]).await;
        assert_eq!((&line["fields"]["panic"], around(&line)), (&json!("a story's own panic"), vec![("request", &*id)]));
    }
    let mut socket = Socket::of(&server, Leader).await;
    assert!(matches!(socket.ask("one", CHALLENGE).await, Message::Errors(_)));
    let line = log.line(&[socket.request_id(), "a request panicked"]).await;
    assert!(matches!(around(&line)[..], [("request", id), ("operation", _)] if id == socket.request_id()), "{line}");
}

/// Nobody answers a request any more when its events are told: they are its stream's.
#[rstest]
#[tokio::test]
async fn an_event_that_fails_is_logged_with_the_id_of_its_stream(#[values(Sqlite, Postgres)] backend: Backend) {
    let log = Log::kept();
    let server = TestServer::on(backend).await;
    let (leader, mut socket) = (server.as_(Leader), Socket::of(&server, Leader).await);
    socket.subscribe(EVENTS, json!({})).await;
    leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    let after = json!({ "after": socket.next_event().await["visitRecorded"]["cursor"] });
    leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    socket.next_event().await;
    // From now on, findings can't be read.
    let database = server.app().database.writer();
    database.execute_unprepared("ALTER TABLE finding RENAME TO finding_elsewhere").await.unwrap();

    let mut late = Socket::of(&server, Leader).await;
    late.subscribe(EVENTS, after.clone()).await;
    assert!(matches!(late.next().await, Message::Errors(_)));
    let line = log.line(&[late.request_id(), "a request failed"]).await;
    assert!(matches!(around(&line)[..], [("request", id), ("operation", _)] if id == late.request_id()), "{line}");

    let body = json!({ "query": EVENTS, "variables": after });
    let answer = request(&server, "text/event-stream", &body).send().await.unwrap();
    let id = id_of(&answer);
    let mut pieces = answer.bytes_stream();
    let mut told = String::new();
    while !told.contains("INTERNAL") {
        told.push_str(std::str::from_utf8(&pieces.next().await.expect("it goes on").unwrap()).unwrap());
    }
    let line = log.line(&[&id, "a request failed"]).await;
    assert_eq!(around(&line), [("request", &*id)]);
}

#[tokio::test]
async fn what_is_logged_of_work_that_comes_again_has_the_id_of_its_run() {
    let (log, alone) = (Log::kept(), AppAlone::on(Sqlite).await);
    job::Entity::delete_many().exec(alone.app.database.writer()).await.unwrap();
    let mark = alone.clock.id().to_string();
    let work = || async { tracing::warn!(mark, "work went wrong") };
    assert!(HOUSEKEEPING.once(&alone.app, work).await.unwrap());
    let line = log.line(&[&mark]).await;
    assert!(matches!(around(&line)[..], [("job", id)] if id.parse::<Uuid>().is_ok()), "{line}");
    assert_eq!(line["span"]["kind"], "HOUSEKEEPING");
}

#[tokio::test]
async fn what_is_logged_of_a_photos_inspection_has_the_id_of_its_run() {
    let (log, server) = (Log::kept(), TestServer::on(Sqlite).await);
    let leader = server.as_(Leader);
    let photo_id = leader.uploaded(&picture(1)).await;
    let database = server.app().database.writer();
    let nowhere = photo::Entity::update_many().col_expr(photo::Column::ObjectKey, Expr::value("no/such//place"));
    hold_photos(&server, server.clock.now() + TimeDelta::hours(1), 0).await;
    leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([photo_id]))).await;
    nowhere.exec(database).await.unwrap();
    let now = Expr::value(server.clock.now());
    job::Entity::update_many().col_expr(job::Column::DueAt, now).exec(database).await.unwrap();

    // Here, or by the server's own job, whichever is first.
    let _ = server.app().inspect_waiting().await;
    let subject = photo::Entity::find().one(database).await.unwrap().unwrap().id.to_string();
    let line = log.line(&[&subject, "can't be inspected now"]).await;
    assert!(matches!(around(&line)[..], [("job", id)] if id.parse::<Uuid>().is_ok()), "{line}");
    assert_eq!((&line["span"]["kind"], &line["span"]["subject"]), (&json!("PHOTO_INSPECTION"), &json!(subject)));
}
