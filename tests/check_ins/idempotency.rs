//! Nothing is counted twice, whatever the network, the phone or the server does.

use chrono::TimeDelta;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    Answer, BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft, HARBOUR, Photos,
    Role::{self, Leader, Office, OtherLeader, Secretary},
    TestClock, TestServer, balanced, photo, rows,
};

fn conflict() -> Vec<(String, String)> {
    vec![("CONFLICT".to_owned(), "input.id".to_owned())]
}

fn fresh(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.at("/checkIn/alreadyRecorded") == false).count()
}

#[rstest]
#[tokio::test]
async fn the_same_check_in_sent_again_gets_the_first_answer(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let draft = Draft::at(&server, BEARING_PARK);
    let first = leader.check_in(&draft).await;
    let before = rows(server.app().database.reader()).await;
    server.clock.advance(TimeDelta::minutes(10));
    // A retry is sent later than the first try.
    let retried = leader.check_in(&draft.with("/sentAt", "2026-11-18T02:10:00Z")).await;
    assert_eq!(first.at("/checkIn/alreadyRecorded"), false);
    assert_eq!(retried.at("/checkIn/alreadyRecorded"), true);
    assert_eq!(retried.at("/checkIn/checkIn"), first.at("/checkIn/checkIn"));
    assert_eq!(rows(server.app().database.reader()).await, before);
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn fifty_times_at_once_counts_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let photo_id = leader.uploaded(&photo(1)).await;
    let draft = Draft::at(&server, BEARING_PARK).with("/photoIds", json!([photo_id]));
    let answers = join_all((0..50).map(|_| leader.check_in(&draft))).await;
    assert_eq!(fresh(&answers), 1);
    let ids: Vec<&Value> = answers.iter().map(|answer| answer.at("/checkIn/checkIn/id")).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(leader.tally(&server.project(BEARING_PARK)).await.iter().sum::<u64>(), 1);
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn two_servers_on_one_database_count_once() {
    let server = TestServer::on(Postgres).await;
    let other = server.another().await;
    let draft = Draft::at(&server, BEARING_PARK);
    let [here, there] = [server.as_(Leader), other.as_(Leader)];
    let answers =
        join_all((0..50).map(|n| if n % 2 == 0 { here.check_in(&draft) } else { there.check_in(&draft) })).await;
    assert_eq!(fresh(&answers), 1);
    assert_eq!(here.tally(&server.project(BEARING_PARK)).await, [1, 0, 0]);
    balanced(&other).await;
}

#[rstest]
#[case::position("/fix/latitude", json!(39.6201))]
#[case::no_position("/fix", json!(null))]
#[case::capture("/capturedAt", json!("2026-11-18T01:59:59Z"))]
#[case::note("/note", json!("另有说明"))]
#[case::datum("/fix/datum", json!("GCJ02"))]
#[tokio::test]
async fn the_same_id_with_other_content_is_a_conflict(#[case] pointer: &str, #[case] value: Value) {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    let draft = Draft::at(&server, BEARING_PARK);
    leader.checked_in(&draft).await;
    let before = rows(server.app().database.reader()).await;
    let answer = leader.check_in(&draft.with(pointer, value)).await;
    assert_eq!(answer.user_errors("checkIn"), conflict());
    assert_eq!(answer.at("/checkIn/checkIn"), &json!(null));
    assert_eq!(rows(server.app().database.reader()).await, before);
}

#[rstest]
#[tokio::test]
async fn someone_elses_id_is_a_conflict_that_tells_nothing(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let draft = Draft::at(&server, BEARING_PARK);
    server.as_(Leader).checked_in(&draft).await;
    let before = rows(server.app().database.reader()).await;
    let same_content = server.as_(Secretary).check_in(&draft).await;
    let own_content = Draft::at(&server, HARBOUR).with("/id", draft.0["id"].clone());
    let own_content = server.as_(OtherLeader).check_in(&own_content).await;
    for answer in [same_content, own_content] {
        assert_eq!(answer.user_errors("checkIn"), conflict());
        assert_eq!(answer.at("/checkIn/checkIn"), &json!(null));
        assert!(!answer.body.to_string().contains("领导甲"));
    }
    assert_eq!(rows(server.app().database.reader()).await, before);
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn a_retry_after_the_project_was_closed_gets_the_first_answer(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let draft = Draft::at(&server, BEARING_PARK);
    let first = leader.checked_in(&draft).await;
    server.clock.advance(TimeDelta::days(1));
    server.app().close_project(BEARING_PARK).await.unwrap();
    server.clock.advance(TimeDelta::days(1));
    assert_eq!(leader.checked_in(&draft).await, first);
    let late = leader.check_in(&Draft::at(&server, BEARING_PARK)).await;
    late.refuses("checkIn", "PROJECT_CLOSED", "input.projectId");
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn many_check_ins_at_once_on_one_day_make_one_visit(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let drafts: Vec<_> = (0..12).map(|n| Draft::at(&server, BEARING_PARK).east(f64::from(n % 3) * 230.0)).collect();
    let recorded = join_all(drafts.iter().map(|draft| leader.checked_in(draft))).await;
    let visits: Vec<&Value> = recorded.iter().map(|check_in| &check_in["visit"]["id"]).collect();
    assert!(visits.iter().all(|visit| *visit == visits[0]), "{visits:?}");
    assert_eq!(leader.tally(&server.project(BEARING_PARK)).await, [1, 0, 0]);
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn one_photo_sent_with_two_check_ins_at_once_is_evidence_of_one(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let shared = leader.uploaded(&photo(1)).await;
    let mut drafts = Vec::new();
    for seed in 2..10 {
        let own = leader.uploaded(&photo(seed)).await;
        drafts.push(Draft::at(&server, BEARING_PARK).with("/photoIds", json!([own, shared])));
    }
    let answers = join_all(drafts.iter().map(|draft| leader.check_in(draft))).await;
    let recorded = answers.iter().filter(|answer| answer.at("/checkIn/checkIn").is_object()).count();
    assert_eq!(recorded, 1);
    for answer in answers.iter().filter(|answer| answer.at("/checkIn/checkIn").is_null()) {
        let used = ("PHOTO_ALREADY_USED".to_owned(), "input.photoIds.1".to_owned());
        assert_eq!(answer.user_errors("checkIn"), [used]);
    }
    balanced(&server).await;
}

/// Two weeks, two people, good and bad positions, sent in several orders: what they make is the same.
#[rstest]
#[tokio::test]
async fn the_order_of_arrival_does_not_matter(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut outcomes = Vec::new();
    for seed in 1..=4 {
        let server = TestServer::with(backend, Photos::directory(), TestClock::new()).await;
        let mut queue = fixed_set(&server);
        shuffle(&mut queue, seed);
        for (role, draft) in &queue {
            server.as_(*role).checked_in(draft).await;
        }
        balanced(&server).await;
        outcomes.push(outcome(&server).await);
    }
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:#?}");
}

fn fixed_set(server: &TestServer) -> Vec<(Role, Draft)> {
    let places = [(0.0, "09"), (230.0, "10"), (5000.0, "10"), (5000.0, "11"), (0.0, "15"), (230.0, "16"), (0.0, "16")];
    let numbered = (1_u128..).zip([Leader, Secretary].into_iter().flat_map(|role| places.map(|place| (role, place))));
    numbered
        .map(|(number, (role, (east, day)))| {
            let draft = Draft::at(server, BEARING_PARK).east(east).with("/id", Uuid::from_u128(number).to_string());
            (role, draft.captured(&format!("2026-11-{day}T0{}:00:00Z", number % 10)))
        })
        .collect()
}

/// Swaps by a small congruential generator, so that a failure can be told again.
fn shuffle<T>(items: &mut [T], seed: usize) {
    let mut state = seed;
    for end in (1..items.len()).rev() {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        items.swap(end, state % (end + 1));
    }
}

async fn outcome(server: &TestServer) -> Value {
    let visits = "{ visits(first: 50) { nodes { date verdict checkInCount firstAt lastAt person { name }
        checkIns { uuid verdict } } } }";
    let office = server.as_(Office);
    let mut visits = office.ask(visits, json!({})).await.list("/visits/nodes").clone();
    visits.sort_by_key(|visit| format!("{}{}", visit["date"], visit["person"]["name"]));
    json!({ "visits": visits, "weeks": office.weeks(&server.project(BEARING_PARK), [None, None]).await })
}
