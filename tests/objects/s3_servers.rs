//! S3 servers differ: what each of them does is found out, and what is wrong with one is named.

use std::sync::Arc;

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft, FakeS3, Mood, Photos, Quirk,
    Role::Leader,
    Socket, TestClock, TestServer, balanced, http, photo as picture, put, sha256,
};
use chrono::TimeDelta;
use entity::photo;
use inspection::InspectionLimits;
use objects::{PHOTO_BYTES, WriteOnce};
use rstest::rstest;
use sea_orm::EntityTrait;
use secrecy::SecretString;
use serde_json::{Value, json};
use server::config::Config;

async fn readiness(server: &TestServer) -> (u16, Value) {
    let answer = http().get(format!("{}/readyz", server.url())).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[rstest]
#[case::not_implemented(Quirk::RefusesConditions(501, "NotImplemented"))]
#[case::invalid_argument(Quirk::RefusesConditions(400, "InvalidArgument"))]
#[case::never_heard_of_it(Quirk::RefusesConditions(400, "BadRequest"))]
#[case::lets_it_pass(Quirk::IgnoresConditions)]
#[tokio::test]
async fn what_was_inspected_cannot_be_written_over(#[case] quirk: Quirk, #[values(Sqlite, Postgres)] backend: Backend) {
    let store = FakeS3::with(quirk).await;
    let server = TestServer::with(backend, Photos::Fake(Arc::clone(&store)), TestClock::new()).await;
    assert_eq!(server.app().objects.write_once().await.unwrap(), WriteOnce::BySealing);
    let leader = server.as_(Leader);
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    let ticket = leader.request_upload("image/jpeg", picture(1).len(), &sha256(&picture(1))).await;
    let upload = ticket.at("/requestPhotoUpload/upload");
    assert!(put(upload, picture(1)).await.status().is_success());
    let id = ticket.text("/requestPhotoUpload/photo/id");
    leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([id]))).await;
    assert_eq!(socket.next_inspected().await["verdict"], "VERIFIED");

    assert!(put(upload, picture(2)).await.status().is_success(), "such a server takes it");
    let kept = async || {
        let photo = photo::Entity::find().one(server.app().database.reader()).await.unwrap().unwrap();
        let key = photo.object_key.parse().unwrap();
        server.app().objects.read(&key, 1 << 20).await.unwrap()
    };
    assert_eq!(kept().await, Some(picture(1)));
    // What nobody names any more goes when nobody may write it any more.
    server.clock.advance(TimeDelta::hours(2) - TimeDelta::seconds(1));
    assert_eq!(server.app().discard_photos().await.unwrap(), (0, 0));
    server.clock.advance(TimeDelta::seconds(1));
    assert_eq!(server.app().discard_photos().await.unwrap(), (0, 1));
    assert_eq!(store.photos().len(), 1);
    assert_eq!(kept().await, Some(picture(1)));
    balanced(&server).await;
}

#[tokio::test]
async fn what_was_written_over_before_it_was_inspected_is_damaged() {
    let store = FakeS3::with(Quirk::IgnoresConditions).await;
    let server = TestServer::with(Sqlite, Photos::Fake(Arc::clone(&store)), TestClock::new()).await;
    let leader = server.as_(Leader);
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    let ticket = leader.request_upload("image/jpeg", picture(1).len(), &sha256(&picture(1))).await;
    let upload = ticket.at("/requestPhotoUpload/upload");
    let other = vec![0; picture(1).len()];
    assert!(put(upload, other.into()).await.status().is_success());
    let id = ticket.text("/requestPhotoUpload/photo/id");
    leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([id]))).await;
    assert_eq!(socket.next_inspected().await["photos"], json!([{ "state": "DAMAGED" }]));
}

#[tokio::test]
async fn a_server_that_knows_no_checksums_is_not_sent_any() {
    let store = FakeS3::with(Quirk::RefusesChecksums).await;
    let server = TestServer::with(Sqlite, Photos::Fake(Arc::clone(&store)), TestClock::new()).await;
    assert_eq!(server.app().objects.write_once().await.unwrap(), WriteOnce::ByStore);
    server.as_(Leader).uploaded(&picture(1)).await;
    assert_eq!(store.photos().len(), 1);
}

#[tokio::test]
async fn a_real_one_keeps_what_is_there_itself() {
    let server = TestServer::with(Sqlite, Photos::bucket().await, TestClock::of_the_wall()).await;
    assert_eq!(server.app().objects.try_out().await.unwrap(), WriteOnce::ByStore);
    assert_eq!(server.app().objects.try_out().await.unwrap(), WriteOnce::ByStore, "whenever it is tried");
    assert_eq!(readiness(&server).await, (200, json!({ "database": "ok", "migrations": "ok", "photos": "ok" })));
}

fn s3(config: &mut Config) -> &mut server::config::S3Config {
    config.photos.s3.as_mut().unwrap()
}

#[rstest]
#[case::bucket(|config: &mut Config| s3(config).bucket = "onsite-story-missing".to_owned(), "the bucket does not exist")]
#[case::secret(
    |config: &mut Config| s3(config).secret_access_key = SecretString::from("wrong"),
    "the secret access key is wrong"
)]
#[case::key(
    |config: &mut Config| s3(config).access_key_id = SecretString::from("nobody"),
    "the access key's id is not known to the store"
)]
#[case::nobody_there(
    |config: &mut Config| s3(config).endpoint = Some("http://127.0.0.1:1".to_owned()),
    "the store can't be reached"
)]
#[tokio::test]
async fn what_is_wrong_with_a_real_one_is_named(#[case] spoil: fn(&mut Config), #[case] problem: &str) {
    let server = TestServer::tuned_with(Sqlite, Photos::bucket().await, TestClock::of_the_wall(), spoil).await;
    let (status, told) = readiness(&server).await;
    assert_eq!((status, &told["photos"], &told["photosProblem"]), (503, &json!("failing"), &json!(problem)));
    let refused = server.as_(Leader).request_upload("image/jpeg", 100, &"a".repeat(64)).await;
    refused.refuses("requestPhotoUpload", "STORE_UNAVAILABLE", "");
}

#[rstest]
#[case::hangs(Mood::Hanging, "the store does not answer in time")]
#[case::denies(Mood::Failing(403, "AccessDenied"), "the access key does not allow it")]
#[case::elsewhere(Mood::Failing(400, "AuthorizationHeaderMalformed"), "the region or the endpoint is not the bucket's")]
#[case::clock(Mood::Failing(403, "RequestTimeTooSkewed"), "the clocks of server and store differ too much")]
#[case::broken(Mood::Failing(500, "InternalError"), "the store does not do what it is asked")]
#[tokio::test]
async fn readiness_names_what_is_wrong(#[case] mood: Mood, #[case] problem: &str) {
    let store = FakeS3::start().await;
    let server = TestServer::with(Sqlite, Photos::Fake(Arc::clone(&store)), TestClock::new()).await;
    store.is(mood);
    let (status, told) = readiness(&server).await;
    assert_eq!((status, &told["photos"], &told["photosProblem"]), (503, &json!("failing"), &json!(problem)));
    store.is(Mood::Well);
    assert_eq!(readiness(&server).await.0, 200);
}

/// S3 tells that it is full only when something is written.
#[tokio::test]
async fn a_bucket_that_was_full_is_known_to_be() {
    let store = FakeS3::start().await;
    let server = TestServer::with(Sqlite, Photos::Fake(Arc::clone(&store)), TestClock::new()).await;
    let leader = server.as_(Leader);
    leader.uploaded(&picture(1)).await;
    store.is(Mood::OnlyReads(507, "XMinioStorageFull"));
    server.app().objects.try_out().await.unwrap_err();
    assert_eq!(readiness(&server).await.1["photos"], "full");
    let refused = leader.request_upload("image/jpeg", 100, &"a".repeat(64)).await;
    refused.refuses("requestPhotoUpload", "STORE_FULL", "");
    store.is(Mood::Well);
    server.app().objects.try_out().await.unwrap();
    leader.uploaded(&picture(2)).await;
}

/// Browsers send no header that the bucket's CORS rules do not name.
#[tokio::test]
async fn the_manual_names_every_header_that_a_bucket_must_allow() {
    let server = TestServer::with(Sqlite, Photos::bucket().await, TestClock::of_the_wall()).await;
    let ticket = server.as_(Leader).request_upload("image/jpeg", 100, &"a".repeat(64)).await;
    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operating.md")).unwrap();
    let (_, rules) = manual.split_once("\"AllowedHeaders\": [").unwrap();
    let (rules, _) = rules.split_once(']').unwrap();
    for header in ticket.list("/requestPhotoUpload/upload/headers") {
        let name = header["name"].as_str().unwrap();
        assert!(name == "content-length" || rules.contains(&format!("\"{name}\"")), "{name} is not in {rules}");
    }
}

/// What may be uploaded is what is looked at, and what the rules and the schema say.
#[test]
fn there_is_one_limit_for_photos() {
    let limit = format!("{} MiB", PHOTO_BYTES >> 20);
    assert_eq!(InspectionLimits::default().max_bytes as u64, PHOTO_BYTES);
    assert!(include_str!("../../docs/rules.md").contains(&format!("HEIC of up to {limit},")));
    assert!(include_str!("../../schema.graphql").contains(&format!("Length in bytes, {limit} at most.")));
}
