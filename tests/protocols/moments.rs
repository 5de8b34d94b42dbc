//! What one answer tells is of one moment, however much happens while it is put together.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::TimeDelta;
use entity::{
    assessment, photo, standing,
    values::{PhotoState, Verdict},
    visit,
};
use rstest::rstest;
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::{Value, json};
use server::{app::App, clock::Source};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft,
    Role::Leader,
    Socket, TestServer, hold_photos, photo as picture,
};

const ANSWERS: usize = 150;

/// Photo, check-in, assessment and visit, each in statements of its own.
const ASKED: &str = "photos { state } verdict assessment { verdict } visit { verdict }";

const BEFORE: (PhotoState, Verdict) = (PhotoState::Attached, Verdict::PendingEvidence);
const AFTER: (PhotoState, Verdict) = (PhotoState::Intact, Verdict::Verified);

/// Has a check-in's photo, assessment, standing and visit say something else, all at once.
async fn turn(app: &App, (state, verdict): (PhotoState, Verdict)) {
    let transaction = app.database.begin().await.unwrap();
    let verdict = || Expr::value(verdict);
    photo::Entity::update_many().col_expr(photo::Column::State, Expr::value(state)).exec(&transaction).await.unwrap();
    standing::Entity::update_many().col_expr(standing::Column::Verdict, verdict()).exec(&transaction).await.unwrap();
    visit::Entity::update_many().col_expr(visit::Column::Verdict, verdict()).exec(&transaction).await.unwrap();
    assessment::Entity::update_many()
        .col_expr(assessment::Column::Verdict, verdict())
        .exec(&transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

/// Whether everything is as it was before, or everything as it is after.
fn of_one_moment(told: &Value) -> bool {
    [("ATTACHED", "PENDING_EVIDENCE"), ("INTACT", "VERIFIED")].iter().any(|(state, verdict)| {
        let expected = json!({ "photos": [{ "state": state }], "verdict": verdict,
            "assessment": { "verdict": verdict }, "visit": { "verdict": verdict } });
        *told == expected
    })
}

/// A check-in whose photo nobody inspects.
async fn with_a_photo(server: &TestServer) -> (Draft, Value) {
    let leader = server.as_(Leader);
    let id = leader.uploaded(&picture(1)).await;
    hold_photos(server, server.clock.now() + TimeDelta::seconds(90), 0).await;
    let draft = Draft::at(server, BEARING_PARK).with("/photoIds", json!([id]));
    let check_in = leader.checked_in(&draft).await;
    (draft, check_in["id"].clone())
}

/// Asks while everything turns to and fro; each answer has to be of one moment.
async fn asked_while_it_turns(server: &TestServer, ask: impl AsyncFn() -> Value) {
    let (app, stop) = (Arc::clone(server.app()), Arc::new(AtomicBool::new(false)));
    let stopped = Arc::clone(&stop);
    let turning = tokio::spawn(async move {
        while !stopped.load(Ordering::Relaxed) {
            turn(&app, AFTER).await;
            turn(&app, BEFORE).await;
        }
    });
    for _ in 0..ANSWERS {
        let told = ask().await;
        assert!(of_one_moment(&told), "{told:#}");
    }
    stop.store(true, Ordering::Relaxed);
    turning.await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_query_is(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (_, id) = with_a_photo(&server).await;
    let leader = server.as_(Leader);
    let query = format!("query($id: ID!) {{ checkIn(id: $id) {{ {ASKED} }} }}");
    asked_while_it_turns(&server, async || leader.ask(&query, json!({ "id": id })).await.at("/checkIn").clone()).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_mutation_is(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (draft, _) = with_a_photo(&server).await;
    let leader = server.as_(Leader);
    let fields = format!("checkIn {{ {ASKED} }}");
    asked_while_it_turns(&server, async || {
        leader.change("checkIn", &draft, &fields).await.at("/checkIn/checkIn").clone()
    })
    .await;
}

/// Photos are inspected while the events of their check-ins are put together.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_event_is(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let mut socket = Socket::of(&server, Leader).await;
    let subscription =
        format!("subscription {{ visitRecorded {{ checkIn {{ assessments {{ verdict }} {ASKED} }} }} }}");
    socket.subscribe(&subscription, json!({})).await;
    for seed in 0..12 {
        server.clock.advance(TimeDelta::days(1));
        let id = leader.uploaded(&picture(seed)).await;
        // Nobody stands at exactly the same place day after day.
        let draft = Draft::at(&server, BEARING_PARK).east(f64::from(seed)).with("/photoIds", json!([id]));
        leader.checked_in(&draft).await;
        for _ in 0..2 {
            let mut told = socket.next_event().await["visitRecorded"]["checkIn"].clone();
            let assessments = told.as_object_mut().unwrap().remove("assessments").unwrap();
            assert_eq!(assessments.as_array().unwrap().last().unwrap()["verdict"], told["verdict"]);
            assert!(of_one_moment(&told), "{told:#}");
        }
    }
}

/// Connections are held only while an answer is put together: more subscribers than there are connections wait here.
#[rstest]
#[tokio::test]
async fn whoever_waits_for_events_holds_no_connection(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let mut sockets = Vec::new();
    for _ in 0..12 {
        let mut socket = Socket::of(&server, Leader).await;
        socket.follow_judgements().await;
        sockets.push(socket);
    }
    for day in 0..2 {
        server.clock.advance(TimeDelta::days(day));
        leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
        for socket in &mut sockets {
            assert_eq!(socket.next_event().await["visitRecorded"]["checkIn"]["verdict"], "VERIFIED");
        }
    }
}
