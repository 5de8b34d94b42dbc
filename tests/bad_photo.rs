//! Photos that are no pictures, or bring servers down: the check-in stays on record, and a person looks at it.

use bytes::Bytes;
use chrono::TimeDelta;
use entity::photo;
use rstest::rstest;
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::{Value, json};
use server::{app::INSPECTION_LEASE, clock::Source};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft,
    Role::Leader,
    Socket, TestServer, balanced, photo as picture,
};

/// A whole picture, whose frame says that it is 50,000 pixels wide and high.
fn enormous() -> Bytes {
    let mut jpeg = picture(1).to_vec();
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xc3, 0x50, 0xc3, 0x50]);
    jpeg.into()
}

fn cut_short() -> Bytes {
    let whole = picture(1);
    whole.slice(..whole.len() / 2)
}

#[rstest]
#[case::web_page(
    Bytes::from_static(b"<!DOCTYPE html><script>alert(1)</script>"),
    "the file is neither a JPEG nor a PNG nor a HEIC"
)]
#[case::cut_short(cut_short(), "the file ends before the picture does")]
#[case::enormous(enormous(), "the picture is 50000 × 50000 pixels, more than can be looked at")]
#[tokio::test]
async fn a_photo_that_is_no_picture_is_for_a_person(
    #[case] bytes: Bytes,
    #[case] problem: &str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let seen = inspected(&server, &bytes, 0).await;
    assert_eq!(seen["verdict"], "NEEDS_REVIEW");
    assert_eq!(readable(&seen), "UNKNOWN");
    assert_eq!(seen["photos"], json!([{ "state": "INTACT", "problem": problem, "renditionUrl": null }]));
    assert_eq!(server.as_(Leader).tally(&server.project(BEARING_PARK)).await, [0, 1, 0]);
    balanced(&server).await;
}

#[rstest]
#[case::twice(2, "VERIFIED", "PASS", Value::Null)]
#[case::three_times(3, "NEEDS_REVIEW", "UNKNOWN", json!("looking at it brings servers down"))]
#[tokio::test]
async fn a_photo_that_brought_servers_down_is_tried_three_times(
    #[case] crashes: i32,
    #[case] verdict: &str,
    #[case] outcome: &str,
    #[case] problem: Value,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let seen = inspected(&server, &picture(1), crashes).await;
    assert_eq!((&seen["verdict"], readable(&seen)), (&json!(verdict), outcome));
    assert_eq!((&seen["photos"][0]["state"], &seen["photos"][0]["problem"]), (&json!("INTACT"), &problem));
    balanced(&server).await;
}

/// A leader's check-in with this photo, once inspected by this server; others that tried before it died.
async fn inspected(server: &TestServer, bytes: &Bytes, crashes: i32) -> Value {
    let leader = server.as_(Leader);
    let mut socket = Socket::of(server, Leader).await;
    socket.follow_judgements().await;
    let photo_id = leader.uploaded(bytes).await;
    photo::Entity::update_many()
        .col_expr(photo::Column::LeaseUntil, Expr::value(server.clock.now() + INSPECTION_LEASE))
        .col_expr(photo::Column::Attempts, Expr::value(crashes))
        .exec(server.app().database.writer())
        .await
        .unwrap();
    let check_in = leader.checked_in(&Draft::at(server, BEARING_PARK).with("/photoIds", json!([photo_id]))).await;
    assert_eq!(check_in["verdict"], "PENDING_EVIDENCE");
    server.clock.advance(INSPECTION_LEASE + TimeDelta::seconds(1));
    server.app().inspect_waiting().await.unwrap();
    socket.next_inspected().await;
    let query = "query($id: ID!) { checkIn(id: $id) { verdict photos { state problem renditionUrl(size: SMALL) }
        assessment { findings { code outcome } } } }";
    leader.ask(query, json!({ "id": check_in["id"] })).await.at("/checkIn").clone()
}

/// The outcome of `PHOTO_READABLE`.
fn readable(check_in: &Value) -> &str {
    let findings = check_in["assessment"]["findings"].as_array().unwrap();
    let readable = findings.iter().find(|finding| finding["code"] == "PHOTO_READABLE");
    readable.and_then(|finding| finding["outcome"].as_str()).unwrap_or_else(|| panic!("not found: {findings:#?}"))
}
