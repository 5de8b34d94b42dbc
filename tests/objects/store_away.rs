//! The object store is away, or slow: whoever needs no photo goes on, and the others are told to come back.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{job, values::JobKind};
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use server::clock::Source;
use tokio::sync::Barrier;

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Client, Draft, FakeS3, Mood, Photos,
    Role::{Leader, Office},
    Socket, TestClock, TestServer, balanced, hold_photos, photo as picture,
};

/// A server whose store does as the story says, and is not waited for long.
async fn server_on(backend: Backend, store: &Arc<FakeS3>) -> TestServer {
    let photos = Photos::Fake(Arc::clone(store));
    TestServer::tuned_with(backend, photos, TestClock::new(), |config| {
        config.photos.limits.ask_seconds = 1;
        config.photos.limits.fetch_seconds = 1;
    })
    .await
}

async fn draft_with_photo(server: &TestServer, leader: &Client, seed: u32) -> Draft {
    let photo_id = leader.uploaded(&picture(seed)).await;
    Draft::at(server, BEARING_PARK).with("/photoIds", json!([photo_id]))
}

fn codes(result: &Value) -> Vec<&str> {
    result["userErrors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect()
}

#[rstest]
#[case::hanging(Mood::Hanging)]
#[case::failing(Mood::Failing(503, "ServiceUnavailable"))]
#[case::refusing(Mood::Failing(403, "AccessDenied"))]
#[tokio::test]
async fn a_queue_goes_on_without_the_store(#[case] mood: Mood, #[values(Sqlite, Postgres)] backend: Backend) {
    let store = FakeS3::start().await;
    let server = server_on(backend, &store).await;
    let leader = server.as_(Leader);
    let plain = || Draft::at(&server, BEARING_PARK);
    let queue = [
        plain(),
        draft_with_photo(&server, &leader, 1).await,
        plain(),
        draft_with_photo(&server, &leader, 2).await,
        plain(),
    ];
    store.is(mood);
    let answer = leader.check_ins(&queue).await;
    let results = answer.list("/checkIns/results");
    for place in [0, 2, 4] {
        assert_eq!(results[place]["checkIn"]["verdict"], "VERIFIED", "{:#}", results[place]);
    }
    for place in [1, 3] {
        assert_eq!(codes(&results[place]), ["STORE_UNAVAILABLE"]);
        assert_eq!(results[place]["checkIn"], json!(null));
        let error = &results[place]["userErrors"][0];
        assert_eq!(error["field"], json!(["input", "items", place.to_string(), "photoIds"]));
        let retry_at: DateTime<Utc> = error["retryAt"].as_str().unwrap().parse().unwrap();
        assert!(retry_at > server.clock.now() && retry_at < server.clock.now() + TimeDelta::minutes(5), "{error}");
    }

    store.is(Mood::Well);
    let answer = leader.check_ins(&queue).await;
    let recorded = answer.list("/checkIns/results").iter();
    let recorded: Vec<_> = recorded.map(|result| (codes(result), result["alreadyRecorded"].clone())).collect();
    assert_eq!(recorded, [true, false, true, false, true].map(|before| (Vec::new(), json!(before))));
    balanced(&server).await;
}

#[tokio::test]
async fn what_is_on_record_is_answered_without_the_store() {
    let store = FakeS3::start().await;
    let server = server_on(Sqlite, &store).await;
    let leader = server.as_(Leader);
    let draft = draft_with_photo(&server, &leader, 1).await;
    leader.checked_in(&draft).await;
    store.is(Mood::Failing(503, "ServiceUnavailable"));
    for answer in [
        leader.check_ins(std::slice::from_ref(&draft)).await.at("/checkIns/results/0"),
        leader.check_in(&draft).await.at("/checkIn"),
    ] {
        assert_eq!(answer["alreadyRecorded"], true, "{answer:#}");
    }
}

#[tokio::test]
async fn a_single_check_in_is_told_to_come_back() {
    let store = FakeS3::start().await;
    let server = server_on(Sqlite, &store).await;
    let leader = server.as_(Leader);
    let draft = draft_with_photo(&server, &leader, 1).await;
    store.is(Mood::Hanging);
    let refused = leader.check_in(&draft).await;
    refused.refuses("checkIn", "STORE_UNAVAILABLE", "input.photoIds");
    store.is(Mood::Well);
    leader.checked_in(&draft).await;
}

/// The store answers when it has been asked for all nine: asked one after the other, it never would.
#[tokio::test]
async fn nine_photos_are_asked_for_together() {
    let store = FakeS3::start().await;
    let photos = Photos::Fake(Arc::clone(&store));
    let server = TestServer::with(Sqlite, photos, TestClock::new()).await;
    let leader = server.as_(Leader);
    let mut ids = Vec::new();
    for seed in 0..9 {
        ids.push(leader.uploaded(&picture(seed)).await);
    }
    store.is(Mood::Gathering(Arc::new(Barrier::new(9))));
    leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", ids)).await;
}

/// Nobody waits for two minutes because of one fetch that failed.
#[rstest]
#[case::hanging(Mood::Hanging)]
#[case::failing(Mood::Failing(503, "ServiceUnavailable"))]
#[tokio::test]
async fn a_photo_whose_fetch_failed_is_given_back(#[case] mood: Mood, #[values(Sqlite, Postgres)] backend: Backend) {
    let store = FakeS3::start().await;
    let server = server_on(backend, &store).await;
    let leader = server.as_(Leader);
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    let draft = draft_with_photo(&server, &leader, 1).await;
    // The answer to the look is the last that it gives.
    store.is(Mood::OnlyHead(Box::new(mood)));
    leader.checked_in(&draft).await;
    let job = given_back(&server).await;
    let pause = job.due_at - server.clock.now();
    assert!(pause > TimeDelta::zero() && pause <= TimeDelta::seconds(15), "{pause}");
    assert_eq!(job.attempts, 0, "no crash");

    store.is(Mood::Well);
    server.clock.advance(pause);
    server.app().inspect_waiting().await.unwrap();
    assert_eq!(socket.next_inspected().await["verdict"], "VERIFIED");
}

/// The only photo, once a server had it and gave it back.
async fn given_back(server: &TestServer) -> job::Model {
    for _ in 0..600 {
        let waits = job::Entity::find().filter(job::Column::Kind.eq(JobKind::PhotoInspection));
        let job = waits.one(server.app().database.reader()).await.unwrap().unwrap();
        if job.due_at > server.clock.now() && job.due_at <= server.clock.now() + TimeDelta::seconds(60) {
            return job;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("its lease was kept");
}

/// A lease written down while the server's clock was a day ahead, which has been set right since.
#[rstest]
#[tokio::test]
async fn a_lease_lasts_no_longer_than_leases_do(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    let photo_id = leader.uploaded(&picture(1)).await;
    hold_photos(&server, server.clock.now() + TimeDelta::days(1), 0).await;
    leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([photo_id]))).await;
    server.app().inspect_waiting().await.unwrap();
    assert_eq!(socket.next_inspected().await["verdict"], "VERIFIED");
}

#[rstest]
#[tokio::test]
async fn judging_again_goes_on_without_the_store(#[values(Sqlite, Postgres)] backend: Backend) {
    let store = FakeS3::start().await;
    let server = server_on(backend, &store).await;
    let leader = server.as_(Leader);
    leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    let lost = draft_with_photo(&server, &leader, 1).await;
    store.is(Mood::OnlyHead(Box::new(Mood::Failing(404, "NoSuchKey"))));
    leader.checked_in(&lost).await;
    assert_eq!(socket.next_inspected().await["photos"], json!([{ "state": "DAMAGED" }]));

    let mutation = "mutation($input: RejudgeCheckInsInput!) { rejudgeCheckIns(input: $input) {
        rejudgement { checkIns finishedAt } userErrors { code field retryAt } } }";
    let input = json!({ "from": "2026-11-01", "to": "2026-11-30", "reason": "照片已恢复" });
    let judged =
        async || server.as_(Office).ask(mutation, json!({ "input": input })).await.at("/rejudgeCheckIns").clone();
    store.is(Mood::Hanging);
    let away = judged().await;
    assert_eq!(away["rejudgement"]["checkIns"], 1, "{away:#}");
    assert_eq!(away["userErrors"][0]["code"], "STORE_UNAVAILABLE");
    assert!(away["userErrors"][0]["retryAt"].is_string());
    store.is(Mood::Well);
    let there = judged().await;
    assert_eq!((&there["rejudgement"]["checkIns"], &there["userErrors"]), (&json!(2), &json!([])));
}
