//! A phone uploads a photo straight to the object store, and only the right people fetch it.

use chrono::TimeDelta;
use entity::photo;
use rstest::rstest;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use server::clock::Source;

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Client, Draft, Photos,
    Role::{Analyst, Leader, Nobody, Office, OtherLeader, Secretary},
    TestClock, TestServer, photo as picture, put, rows, sha256,
};

const PHOTOS: &str = "query($id: ID!) { checkIn(id: $id) { photos { id downloadUrl } } }";
const NODE: &str = "query($id: ID!) { node(id: $id) { ... on Photo { id state downloadUrl } } }";

async fn attached(server: &TestServer, leader: &Client) -> (String, Value) {
    let photo_id = leader.uploaded(&picture(1)).await;
    let draft = Draft::at(server, BEARING_PARK).with("/photoIds", json!([photo_id]));
    (photo_id, leader.checked_in(&draft).await["id"].clone())
}

async fn fetched(url: &str) -> (u16, bytes::Bytes) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = client.get(url).send().await.unwrap();
    (response.status().as_u16(), response.bytes().await.unwrap())
}

#[rstest]
#[tokio::test]
async fn a_photo_goes_into_the_store_and_with_the_check_in(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values(false, true)] on_s3: bool,
) {
    let server = if on_s3 {
        // The S3 server reads its own clock.
        TestServer::with(backend, Photos::bucket().await, TestClock::of_the_wall()).await
    } else {
        TestServer::on(backend).await
    };
    let leader = server.as_(Leader);
    let answer = leader.request_upload("image/jpeg", picture(1).len(), &sha256(&picture(1))).await;
    assert_eq!(answer.at("/requestPhotoUpload/photo/state"), "REQUESTED");
    assert_eq!(answer.at("/requestPhotoUpload/photo/sha256"), sha256(&picture(1)).as_str());
    let photo_id = answer.text("/requestPhotoUpload/photo/id");
    let upload = answer.at("/requestPhotoUpload/upload");
    assert!(put(upload, picture(2)).await.status().is_client_error(), "other bytes of the same length");
    assert!(put(upload, picture(1)).await.status().is_success());
    assert!(matches!(put(upload, picture(1)).await.status().as_u16(), 409 | 412), "a second time");

    let draft = Draft::at(&server, BEARING_PARK).with("/photoIds", json!([photo_id]));
    let check_in = leader.checked_in(&draft).await;
    assert_eq!(check_in["photos"][0]["id"], photo_id.as_str());
    let url = leader.ask(PHOTOS, json!({ "id": check_in["id"] })).await.text("/checkIn/photos/0/downloadUrl");
    assert_eq!(fetched(&url).await, (200, picture(1)));
}

#[rstest]
#[case::type_("image/gif", 100, 64, "INVALID", "input.contentType")]
#[case::type_with_a_line_break("image/jpeg\r\nx-evil: 1", 100, 64, "INVALID", "input.contentType")]
#[case::no_bytes("image/jpeg", 0, 64, "INVALID", "input.byteSize")]
#[case::too_many_bytes("image/jpeg", 20 * 1024 * 1024 + 1, 64, "TOO_LARGE", "input.byteSize")]
#[case::short_digest("image/jpeg", 100, 63, "INVALID", "input.sha256")]
#[case::no_digest("image/jpeg", 100, 0, "INVALID", "input.sha256")]
#[tokio::test]
async fn a_bad_photo_is_refused_and_the_field_is_named(
    #[case] content_type: &str,
    #[case] byte_size: usize,
    #[case] digits: usize,
    #[case] code: &str,
    #[case] field: &str,
) {
    let server = TestServer::on(Sqlite).await;
    let before = rows(server.app().database.reader()).await;
    let answer = server.as_(Leader).request_upload(content_type, byte_size, &"a".repeat(digits)).await;
    answer.refuses("requestPhotoUpload", code, field);
    assert_eq!(answer.at("/requestPhotoUpload/upload"), &json!(null));
    assert_eq!(rows(server.app().database.reader()).await, before);
}

#[tokio::test]
async fn everything_wrong_with_a_photo_is_told_at_once() {
    let server = TestServer::on(Sqlite).await;
    let answer = server.as_(Leader).request_upload("text/html", 0, "x").await;
    let fields: Vec<_> = answer.user_errors("requestPhotoUpload").into_iter().map(|(_, field)| field).collect();
    assert_eq!(fields, ["input.contentType", "input.byteSize", "input.sha256"]);
}

#[tokio::test]
async fn only_people_upload() {
    let server = TestServer::on(Sqlite).await;
    let request = async |role| server.as_(role).request_upload("image/jpeg", 100, &"a".repeat(64)).await;
    assert_eq!(request(Nobody).await.error(), "UNAUTHENTICATED");
    for role in [Office, Analyst] {
        let refusal = ("NOT_A_PERSON".to_owned(), String::new());
        assert_eq!(request(role).await.user_errors("requestPhotoUpload"), [refusal]);
    }
}

#[tokio::test]
async fn an_upload_is_allowed_for_an_hour() {
    let server = TestServer::on(Sqlite).await;
    let answer = server.as_(Leader).request_upload("image/jpeg", picture(1).len(), &sha256(&picture(1))).await;
    let upload = answer.at("/requestPhotoUpload/upload");
    assert_eq!(upload["expiresAt"], "2026-11-18T03:00:00+00:00");
    server.clock.advance(TimeDelta::hours(1) + TimeDelta::seconds(1));
    assert_eq!(put(upload, picture(1)).await.status(), 403);
}

#[rstest]
#[tokio::test]
async fn uploads_asked_for_and_not_used_are_limited(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let photo_id = leader.uploaded(&picture(1)).await;
    let database = &server.app().database;
    let one = photo::Entity::find().one(database.reader()).await.unwrap().unwrap();
    let more = (1..200).map(|n| {
        let (id, object_key) = (server.clock.id().into(), format!("photos/{n}"));
        photo::Model { id, object_key, ..one.clone() }.into_active_model().reset_all()
    });
    photo::Entity::insert_many(more).exec_without_returning(database.writer()).await.unwrap();
    let ask =
        async || leader.request_upload("image/jpeg", 100, &"a".repeat(64)).await.user_errors("requestPhotoUpload");
    assert_eq!(ask().await, [("TOO_MANY_UPLOADS".to_owned(), String::new())]);
    leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([photo_id]))).await;
    assert_eq!(ask().await, [], "one was used");
    assert_eq!(ask().await, [("TOO_MANY_UPLOADS".to_owned(), String::new())]);
    server.clock.advance(TimeDelta::days(1));
    assert_eq!(ask().await, [], "a day later");
}

#[rstest]
#[tokio::test]
async fn the_owner_the_team_and_the_office_see_a_photo(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (photo_id, check_in) = attached(&server, &server.as_(Leader)).await;
    for role in [Leader, Secretary, Office] {
        let url = server.as_(role).ask(PHOTOS, json!({ "id": check_in })).await.text("/checkIn/photos/0/downloadUrl");
        assert_eq!(fetched(&url).await, (200, picture(1)), "{role:?}");
        let node = server.as_(role).ask(NODE, json!({ "id": photo_id })).await;
        assert_eq!(fetched(&node.text("/node/downloadUrl")).await.0, 200, "{role:?}");
    }
    let analyst = server.as_(Analyst).ask(PHOTOS, json!({ "id": check_in })).await;
    assert_eq!(analyst.at("/checkIn/photos/0/downloadUrl"), &json!(null));
    let node = server.as_(Analyst).ask(NODE, json!({ "id": photo_id })).await;
    assert!(node.at("/node").is_null() || node.at("/node/downloadUrl").is_null(), "{:#}", node.body);
    let stranger = server.as_(OtherLeader);
    assert_eq!(stranger.ask(PHOTOS, json!({ "id": check_in })).await.at("/checkIn"), &json!(null));
    assert_eq!(stranger.ask(NODE, json!({ "id": photo_id })).await.at("/node"), &json!(null));
}

#[tokio::test]
async fn a_photo_that_belongs_to_no_check_in_is_shown_to_nobody() {
    let server = TestServer::on(Sqlite).await;
    let photo_id = server.as_(Leader).uploaded(&picture(1)).await;
    let own = server.as_(Leader).ask(NODE, json!({ "id": photo_id })).await;
    assert_eq!(own.at("/node"), &json!({ "id": photo_id, "state": "REQUESTED", "downloadUrl": null }));
    for role in [Secretary, OtherLeader] {
        let node = server.as_(role).ask(NODE, json!({ "id": photo_id })).await;
        assert_eq!(node.at("/node"), &json!(null), "{role:?}");
    }
}

#[tokio::test]
async fn a_download_url_is_good_for_five_minutes() {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    let (_, check_in) = attached(&server, &leader).await;
    let url = leader.ask(PHOTOS, json!({ "id": check_in })).await.text("/checkIn/photos/0/downloadUrl");
    server.clock.advance(TimeDelta::minutes(5));
    assert_eq!(fetched(&url).await.0, 200);
    server.clock.advance(TimeDelta::seconds(1));
    assert_eq!(fetched(&url).await.0, 403);
}
