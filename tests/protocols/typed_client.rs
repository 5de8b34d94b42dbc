//! Onsite's own typed client, used as by a program that has nothing else.

use std::{future::Future, time::Duration};

use client::{
    CheckInInput, Client, Closed, Device, Error, Message, Socket, Uploaded, VISIT_RECORDED, VisitRecorded, only_field,
    sha256,
};
use entity::values::{AssessmentTrigger, FindingCode, FindingOutcome, PhotoState, Verdict};
use rstest::rstest;
use serde_json::json;
use tokio::time::timeout;

use crate::{
    check_ins::evidence::project_uuid,
    support::{
        BEARING_PARK,
        Backend::{self, Postgres, Sqlite},
        Draft, HARBOUR, PASSWORD,
        Role::Leader,
        TestServer, http, login_of, photo,
    },
};

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), what).await.expect("it comes about")
}

async fn signed_in(server: &TestServer) -> Client {
    Client::new(http(), server.url()).sign_in(&login_of(Leader), PASSWORD, "手机").await.unwrap()
}

/// A socket on which judgements are followed: once a query is answered on it, that has long begun.
async fn following(phone: &Client) -> Socket {
    let mut socket = phone.socket().await.unwrap();
    socket.subscribe("judgements", VISIT_RECORDED, json!({})).await.unwrap();
    socket.subscribe("begun", "{ viewer { role } }", json!({})).await.unwrap();
    while soon(socket.hear()).await.unwrap().message != Message::Complete {}
    socket
}

#[rstest]
#[tokio::test]
async fn a_phone_uploads_signs_checks_in_and_follows_what_is_judged(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let phone = signed_in(&server).await;
    let device = Device::generate().unwrap();
    assert_eq!(phone.register(&device, "手机").await.unwrap(), device.fingerprint());
    let mut socket = following(&phone).await;
    let mut events = phone.follow(&json!({ "query": VISIT_RECORDED }), &[]).await.unwrap();

    let bytes = photo(7);
    let captured = Draft::at(&server, BEARING_PARK).input();
    let signed = device.signed(captured, project_uuid(&server, BEARING_PARK), &[sha256(&bytes)]).unwrap();
    let ticket = phone.request_upload(&bytes).await.unwrap();
    let uploaded = phone.upload(&ticket.upload, bytes.clone()).await.unwrap();
    assert_eq!(uploaded, Uploaded { status: 201, refusal: None });
    let input = CheckInInput { photo_ids: vec![ticket.photo], ..signed };
    let payload = phone.check_in(&input).await.unwrap();
    assert_eq!((payload.already_recorded, &*payload.user_errors), (false, &[][..]));

    for verdict in [Verdict::PendingEvidence, Verdict::Verified] {
        let streamed: VisitRecorded = soon(events.next_field()).await.unwrap().expect("it goes on");
        let Message::Event(data) = soon(socket.hear()).await.unwrap().message else { panic!("it goes on") };
        let on_the_socket: VisitRecorded = only_field(data).unwrap();
        for heard in [streamed, on_the_socket] {
            assert_eq!((heard.check_in.uuid, heard.check_in.verdict), (input.id, verdict));
            assert_eq!((heard.visit.verdict, heard.visit.check_in_count), (verdict, 1));
        }
    }
    let check_in = phone.look_up(&payload.check_in.unwrap().id).await.unwrap().expect("it is on record");
    let judged: Vec<_> = check_in.assessments.iter().map(|judged| (judged.trigger, judged.verdict)).collect();
    let expected = [
        (AssessmentTrigger::Submission, Verdict::PendingEvidence),
        (AssessmentTrigger::PhotoInspection, Verdict::Verified),
    ];
    assert_eq!(judged, expected);
    let mut findings = check_in.assessment.findings.iter();
    assert!(findings.any(|it| (it.code, it.outcome) == (FindingCode::Signature, FindingOutcome::Pass)));
    assert_eq!(check_in.photos[0].state, PhotoState::Intact);
    assert_eq!(phone.download(check_in.photos[0].download_url.as_ref().unwrap()).await.unwrap(), bytes);

    let again = phone.check_ins(&[input]).await.unwrap().remove(0);
    assert_eq!((again.already_recorded, again.check_in), (true, Some(check_in)));
}

#[tokio::test]
async fn what_is_refused_comes_with_its_code_its_field_and_its_words() {
    let server = TestServer::on(Sqlite).await;
    let nobody = Client::new(http(), server.url());
    let Err(Error::Refused(errors)) = nobody.sign_in(&login_of(Leader), "wrong", "手机").await else {
        panic!("a wrong password signs in")
    };
    assert_eq!(errors[0].code, "BAD_CREDENTIALS");
    let own = Draft::at(&server, BEARING_PARK).input();
    let Err(Error::Request { errors, .. }) = nobody.check_in(&own).await else { panic!("nobody checks in") };
    assert_eq!(errors[0].code, "UNAUTHENTICATED");

    let phone = signed_in(&server).await;
    let refused = phone.check_in(&Draft::at(&server, HARBOUR).input()).await.unwrap();
    let error = &refused.user_errors[0];
    assert_eq!((&*error.code, &*error.field), ("PROJECT_NOT_FOUND", &["input".to_owned(), "projectId".to_owned()][..]));
    assert!(!error.zh.is_empty() && !error.en.is_empty() && error.zh != error.en, "{error:?}");
    assert!(refused.check_in.is_none());

    let ticket = phone.request_upload(&photo(1)).await.unwrap();
    let mut other = photo(1).to_vec();
    *other.last_mut().unwrap() ^= 1;
    let uploaded = phone.upload(&ticket.upload, other).await.unwrap();
    assert_eq!((uploaded.status, &*uploaded.refusal.unwrap().code), (422, "DIGEST_MISMATCH"));
}

#[tokio::test]
async fn whoever_is_not_let_in_to_follow_is_told_so() {
    let server = TestServer::on(Sqlite).await;
    let stranger = Client::new(http(), server.url()).with_token("nonsense");
    let Err(Error::Closed(Closed { code, .. })) = stranger.socket().await else { panic!("a stranger is let in") };
    assert_eq!(code, Some(4401));
    let refused = stranger.follow(&json!({ "query": VISIT_RECORDED }), &[]).await;
    assert!(matches!(refused, Err(Error::Request { status: 401, .. })), "{refused:?}");
}
