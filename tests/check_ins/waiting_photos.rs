//! Photos that wait for a check-in: how many may, for how long, and that they go for good.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use chrono::TimeDelta;
use entity::{discarded_object, photo};
use futures_util::{future, future::join_all};
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft, FakeS3, Mood, Photos,
    Role::{Leader, Secretary},
    TestClock, TestServer, balanced, http, photo as picture, put, sha256,
};

/// Files below a directory.
fn files(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

#[rstest]
#[tokio::test]
async fn what_no_check_in_names_within_a_day_is_removed(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let (named, forgotten) = (leader.uploaded(&picture(1)).await, leader.uploaded(&picture(2)).await);
    leader.request_upload("image/jpeg", 100, &"a".repeat(64)).await.at("/requestPhotoUpload/upload/url");
    leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([named]))).await;
    let app = server.app();
    server.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert_eq!(app.discard_photos().await.unwrap(), (0, 0), "not before a day is over");

    server.clock.advance(TimeDelta::seconds(1));
    assert_eq!(app.discard_photos().await.unwrap(), (2, 2), "one uploaded, one only asked for");
    let left = photo::Entity::find().all(app.database.reader()).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(files(&server.photos().join("objects/photos")), 2, "bytes and type of the one that is evidence");
    assert_eq!(discarded_object::Entity::find().all(app.database.reader()).await.unwrap(), []);

    let refused = leader.check_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([forgotten]))).await;
    refused.refuses("checkIn", "PHOTO_NOT_FOUND", "input.photoIds.0");
    let error = refused.at("/checkIn/userErrors/0");
    assert!(error["en"].as_str().unwrap().contains("within a day"), "{error}");
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn they_go_from_a_real_bucket_too(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::with(backend, Photos::bucket().await, TestClock::of_the_wall()).await;
    let leader = server.as_(Leader);
    leader.uploaded(&picture(1)).await;
    let app = server.app();
    let photo = photo::Entity::find().one(app.database.reader()).await.unwrap().unwrap();
    let key = photo.object_key.parse().unwrap();
    assert!(app.objects.stat(&key).await.unwrap().is_some());
    server.clock.advance(TimeDelta::days(1));
    assert_eq!(app.discard_photos().await.unwrap(), (1, 1));
    assert_eq!(app.objects.stat(&key).await.unwrap(), None);
    app.objects.delete(&key).await.unwrap();
}

/// The row goes first, and what is still to be removed is noted with it.
#[rstest]
#[tokio::test]
async fn a_store_that_is_away_gets_rid_of_them_later(#[values(Sqlite, Postgres)] backend: Backend) {
    let store = FakeS3::start().await;
    let server = TestServer::with(backend, Photos::Fake(Arc::clone(&store)), TestClock::new()).await;
    let leader = server.as_(Leader);
    let id = leader.uploaded(&picture(1)).await;
    server.clock.advance(TimeDelta::days(1));
    store.is(Mood::OnlyHead(Box::new(Mood::Failing(503, "ServiceUnavailable"))));
    server.app().discard_photos().await.unwrap_err();
    assert_eq!(store.photos().len(), 1);
    let refused = leader.check_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([id]))).await;
    assert_eq!(refused.user_errors("checkIn")[0].0, "PHOTO_NOT_FOUND", "its bytes may go at any moment");

    store.is(Mood::Well);
    assert_eq!(server.app().discard_photos().await.unwrap(), (0, 1), "what an earlier try left");
    assert_eq!(store.photos(), [""; 0]);
}

/// Whoever is first: a photo that a check-in names keeps its bytes, and one that goes is named by none.
#[rstest]
#[tokio::test]
async fn a_photo_is_named_or_goes_never_both(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let mut ids = Vec::new();
    for seed in 0..24 {
        ids.push(leader.uploaded(&picture(seed)).await);
    }
    server.clock.advance(TimeDelta::days(1));
    let drafts: Vec<_> = ids.iter().map(|id| Draft::at(&server, BEARING_PARK).with("/photoIds", json!([id]))).collect();
    let checking_in = join_all(drafts.iter().map(|draft| leader.check_in(draft)));
    let (answers, first, second) =
        future::join3(checking_in, server.app().discard_photos(), server.app().discard_photos()).await;
    let recorded = answers.iter().filter(|answer| !answer.at("/checkIn/checkIn").is_null()).count();
    for answer in &answers {
        let errors = answer.user_errors("checkIn");
        assert!(errors.iter().all(|(code, _)| code == "PHOTO_NOT_FOUND" || code == "PHOTO_NOT_UPLOADED"), "{errors:?}");
    }
    assert_eq!(first.unwrap().0 + second.unwrap().0, 24 - recorded);
    server.app().discard_photos().await.unwrap();
    for photo in photo::Entity::find().all(server.app().database.reader()).await.unwrap() {
        assert!(photo.check_in_id.is_some());
        let key = photo.object_key.parse().unwrap();
        assert!(server.app().objects.stat(&key).await.unwrap().is_some(), "evidence is gone");
    }
    assert_eq!(photo::Entity::find().all(server.app().database.reader()).await.unwrap().len(), recorded);
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn the_bytes_that_wait_are_limited_for_each_person(#[values(Sqlite, Postgres)] backend: Backend) {
    let server =
        TestServer::tuned_on(backend, TestClock::new(), |config| config.photos.limits.waiting_bytes = 3 << 20).await;
    let leader = server.as_(Leader);
    let ask = async |bytes: usize| leader.request_upload("image/jpeg", bytes, &"a".repeat(64)).await;
    assert_eq!(ask(2 << 20).await.user_errors("requestPhotoUpload"), []);
    server.clock.advance(TimeDelta::hours(1));
    let refused = ask((1 << 20) + 1).await;
    refused.refuses("requestPhotoUpload", "TOO_MANY_UPLOADS", "");
    let error = refused.at("/requestPhotoUpload/userErrors/0");
    assert_eq!(error["retryAt"], "2026-11-19T02:00:00+00:00", "when the first one goes");
    assert!(error["en"].as_str().unwrap().contains("1 photos of yours (2 MiB)"), "{error}");
    assert_eq!(ask(1 << 20).await.user_errors("requestPhotoUpload"), [], "exactly as much as may wait");
    let other = server.as_(Secretary).request_upload("image/jpeg", 3 << 20, &"a".repeat(64)).await;
    assert_eq!(other.user_errors("requestPhotoUpload"), [], "each their own");
}

#[rstest]
#[tokio::test]
async fn requests_at_once_do_not_pass_the_limit(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::tuned_on(backend, TestClock::new(), |config| config.photos.limits.waiting = 3).await;
    let leader = server.as_(Leader);
    let digest = "a".repeat(64);
    let answers = join_all((0..12).map(|_| leader.request_upload("image/jpeg", 100, &digest))).await;
    let allowed = answers.iter().filter(|answer| answer.user_errors("requestPhotoUpload").is_empty()).count();
    assert_eq!(allowed, 3);
}

#[tokio::test]
async fn a_store_that_is_nearly_full_takes_no_more_and_says_so() {
    let enough = TestServer::on(Sqlite).await;
    let ticket = enough.as_(Leader).request_upload("image/jpeg", picture(1).len(), &sha256(&picture(1))).await;
    let full = enough.another_tuned(|config| config.photos.limits.keep_free_bytes = 1 << 62).await;
    let leader = full.as_(Leader);
    let refused = leader.request_upload("image/jpeg", 100, &"a".repeat(64)).await;
    refused.refuses("requestPhotoUpload", "STORE_FULL", "");
    // Leave given before is no leave to fill it.
    let mut upload = ticket.at("/requestPhotoUpload/upload").clone();
    upload["url"] = json!(upload["url"].as_str().unwrap().replace(&enough.url(), &full.url()));
    let answer = put(&upload, picture(1)).await;
    assert_eq!(answer.status(), 507);
    assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["error"]["code"], "STORE_FULL");
    let ready = http().get(format!("{}/readyz", full.url())).send().await.unwrap();
    assert_eq!(ready.status(), 200, "check-ins without photos go on");
    assert_eq!(ready.json::<serde_json::Value>().await.unwrap()["photos"], "full");
    leader.checked_in(&Draft::at(&full, BEARING_PARK)).await;

    let free = rustix::fs::statvfs(full.photos().as_path()).map(|disk| disk.f_bavail * disk.f_frsize).unwrap();
    let nearly = enough.another_tuned(|config| config.photos.limits.keep_free_bytes = free / 4 * 3).await;
    let ready = http().get(format!("{}/readyz", nearly.url())).send().await.unwrap();
    assert_eq!(ready.json::<serde_json::Value>().await.unwrap()["photos"], "nearly full");
    nearly.as_(Leader).uploaded(&Bytes::from_static(b"it still takes some")).await;
}
