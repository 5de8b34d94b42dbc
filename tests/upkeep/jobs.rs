//! Work beside requests: done once, by whichever server takes it, and taken over where one died.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use chrono::TimeDelta;
use entity::{job, photo, values::JobKind};
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use server::{
    clock::Source,
    jobs::{HOUSEKEEPING, Schedule},
};

use crate::support::{
    AppAlone, BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft,
    Role::Leader,
    Socket, TestServer, hold_photos, photo as picture,
};

/// What these stories do themselves: no server is beside them.
const WORK: Schedule = HOUSEKEEPING;

async fn with_nothing_queued(backend: Backend) -> AppAlone {
    let alone = AppAlone::on(backend).await;
    job::Entity::delete_many().exec(alone.app.database.writer()).await.unwrap();
    alone
}

#[rstest]
#[tokio::test]
async fn what_comes_again_is_done_by_one_server_when_it_is_due(#[values(Sqlite, Postgres)] backend: Backend) {
    let alone = with_nothing_queued(backend).await;
    let app = &alone.app;
    let done = AtomicU32::new(0);
    let once = || async {
        let work = || async { _ = done.fetch_add(1, SeqCst) };
        WORK.once(app, work).await.unwrap()
    };
    let both = tokio::join!(once(), once());
    assert_eq!((both.0 ^ both.1, done.load(SeqCst)), (true, 1), "two servers at once: {both:?}");

    alone.clock.advance(WORK.every - TimeDelta::seconds(1));
    assert!(!once().await, "not due yet");
    alone.clock.advance(TimeDelta::seconds(1));
    assert!(once().await);
    assert_eq!(done.load(SeqCst), 2);
}

#[rstest]
#[tokio::test]
async fn what_a_dead_server_began_is_taken_over(#[values(Sqlite, Postgres)] backend: Backend) {
    let alone = with_nothing_queued(backend).await;
    let app = &alone.app;
    let until = alone.clock.now() + WORK.within;
    let taken = async {
        let queued = || async { job::Entity::find().one(app.database.reader()).await.unwrap() };
        while queued().await.is_none_or(|job| job.due_at != until) {
            tokio::task::yield_now().await;
        }
    };
    // Dropped in the middle of its work.
    tokio::select! {
        outcome = WORK.once(app, std::future::pending) => panic!("it never ends by itself: {outcome:?}"),
        () = taken => {}
    }
    let never = || async { panic!("somebody holds it") };
    alone.clock.advance(WORK.within - TimeDelta::seconds(1));
    assert!(!WORK.once(app, never).await.unwrap());
    alone.clock.advance(TimeDelta::seconds(1));
    assert!(WORK.once(app, || async {}).await.unwrap());
}

/// Noted while a server's clock was a year ahead, which has been set right since.
#[rstest]
#[tokio::test]
async fn nothing_waits_for_a_time_that_a_wrong_clock_noted(#[values(Sqlite, Postgres)] backend: Backend) {
    let alone = with_nothing_queued(backend).await;
    let app = &alone.app;
    alone.clock.advance(TimeDelta::days(365));
    WORK.once(app, || async {}).await.unwrap();
    alone.clock.advance(-TimeDelta::days(365));
    assert!(WORK.once(app, || async {}).await.unwrap());
}

#[rstest]
#[tokio::test]
async fn photos_that_a_server_without_jobs_recorded_are_inspected(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let mut socket = Socket::of(&server, Leader).await;
    socket.follow_judgements().await;
    let photo_id = leader.uploaded(&picture(1)).await;
    hold_photos(&server, server.clock.now() + TimeDelta::seconds(100), 0).await;
    leader.checked_in(&Draft::at(&server, BEARING_PARK).with("/photoIds", json!([photo_id]))).await;
    let app = server.app();
    let held = photo::Entity::find().one(app.database.reader()).await.unwrap().unwrap();
    job::Entity::delete_by_id((JobKind::PhotoInspection, held.id.0)).exec(app.database.writer()).await.unwrap();

    app.keep_house(TimeDelta::days(30)).await;
    assert_eq!(socket.next_inspected().await["verdict"], "VERIFIED");
    while job::Entity::find_by_id((JobKind::PhotoInspection, held.id.0)).count(app.database.reader()).await.unwrap() > 0
    {
        tokio::task::yield_now().await;
    }
}
