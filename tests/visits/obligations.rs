//! What leaders owe ends with the project, and a policy begins to count with a whole week.

use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};
use server::app::PolicyChange;

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft,
    Role::Leader,
    TestServer,
};

/// Week, visits owed and status of each.
fn owed(weeks: &[Value]) -> Vec<Value> {
    weeks.iter().map(|week| json!([week["week"], week["required"], week["status"]])).collect()
}

#[rstest]
#[case::on_a_wednesday("2026-11-18T02:00:00Z", &[json!(["2026-W46", 1, "MISSED"]), json!(["2026-W47", 0, "EXCUSED"])])]
#[case::on_a_thursday("2026-11-19T02:00:00Z", &[json!(["2026-W46", 1, "MISSED"]), json!(["2026-W47", 1, "MISSED"])])]
#[case::on_sunday_night("2026-11-15T15:59:59Z", &[json!(["2026-W46", 1, "MISSED"])])]
#[tokio::test]
async fn a_closed_project_owes_nothing_more(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[case] closed: &str,
    #[case] expected: &[Value],
) {
    let server = TestServer::on(backend).await;
    server.clock.set(closed);
    server.app().close_project(BEARING_PARK).await.unwrap();
    server.clock.set("2026-12-10T02:00:00Z");
    let weeks = server.as_(Leader).weeks(&server.project(BEARING_PARK), [Some("2026-11-09"), None]).await;
    assert_eq!(owed(&weeks), expected);
}

async fn adopt(server: &TestServer, weekly_visits: i32, time_zone: Option<&str>) {
    let time_zone = time_zone.map(str::to_owned);
    let change = PolicyChange { weekly_visits: Some(weekly_visits), time_zone, ..PolicyChange::default() };
    server.app().adopt_policy("试行".to_owned(), change).await.unwrap();
}

/// Monday begins at 16:00 on Sunday in UTC.
#[rstest]
#[case::on_a_wednesday("2026-11-18T02:00:00Z", [1, 1, 3])]
#[case::on_its_first_monday_morning("2026-11-15T16:00:00.001Z", [1, 1, 3])]
#[case::as_it_begins("2026-11-15T16:00:00Z", [1, 3, 3])]
#[case::the_evening_before("2026-11-15T15:00:00Z", [1, 3, 3])]
#[case::on_its_last_evening("2026-11-22T15:59:59Z", [1, 1, 3])]
#[case::on_sunday_in_utc_and_monday_here("2026-11-22T20:00:00Z", [1, 1, 1])]
#[tokio::test]
async fn a_week_goes_by_the_policy_of_its_first_moment(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[case] adopted: &str,
    #[case] expected: [i32; 3],
) {
    let server = TestServer::on(backend).await;
    server.clock.set(adopted);
    adopt(&server, 3, None).await;
    server.clock.set("2026-12-10T02:00:00Z");
    let days = [Some("2026-11-09"), Some("2026-11-29")];
    let weeks = server.as_(Leader).weeks(&server.project(BEARING_PARK), days).await;
    let required: Vec<_> = weeks.iter().map(|week| week["required"].clone()).collect();
    assert_eq!(required, expected.map(|visits| json!(visits)));
}

#[tokio::test]
async fn each_policy_begins_by_its_own_time_zone() {
    let server = TestServer::on(Sqlite).await;
    // Monday, six in the morning in Auckland; in Shanghai Sunday night.
    server.clock.set("2026-11-15T15:00:00Z");
    adopt(&server, 3, Some("Pacific/Auckland")).await;
    server.clock.set("2026-12-10T02:00:00Z");
    let days = [Some("2026-11-16"), Some("2026-11-29")];
    let weeks = server.as_(Leader).weeks(&server.project(BEARING_PARK), days).await;
    let required: Vec<_> = weeks.iter().map(|week| week["required"].clone()).collect();
    assert_eq!(required, [1, 3]);
}

#[tokio::test]
async fn a_policy_adopted_in_the_middle_of_a_week_leaves_who_visited_in_peace() {
    let server = TestServer::on(Sqlite).await;
    let leader = server.as_(Leader);
    leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    server.clock.advance(TimeDelta::hours(1));
    adopt(&server, 7, None).await;
    server.clock.set("2026-12-10T02:00:00Z");
    let days = [Some("2026-11-16"), Some("2026-11-29")];
    let weeks = leader.weeks(&server.project(BEARING_PARK), days).await;
    assert_eq!(owed(&weeks), [json!(["2026-W47", 1, "MET"]), json!(["2026-W48", 7, "MISSED"])]);
}
