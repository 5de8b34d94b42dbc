//! Someone guesses passwords, and has to wait longer and longer.

use chrono::TimeDelta;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::json;

use crate::support::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    PASSWORD, TestServer, rows,
};

const SIGN_IN: &str = "mutation($login: String!, $password: String!) {
    signIn(input: { login: $login, password: $password }) {
        token userErrors { code field retryAt zh: message en: message(language: EN) } } }";

async fn attempt(server: &TestServer, login: &str, password: &str) -> Answer {
    server.nobody().ask(SIGN_IN, json!({ "login": login, "password": password })).await
}

async fn fail(server: &TestServer, login: &str) {
    let answer = attempt(server, login, "wrong horse battery").await;
    assert_eq!(answer.user_errors("signIn")[0].0, "BAD_CREDENTIALS");
}

/// Fails unless an attempt is not even looked at, for so many seconds.
async fn assert_waits(server: &TestServer, login: &str, password: &str, seconds: i64) -> Answer {
    let answer = attempt(server, login, password).await;
    answer.refuses("signIn", "TOO_MANY_ATTEMPTS", "");
    let english = answer.text("/signIn/userErrors/0/en");
    assert!(english.contains(&format!(" {seconds} s")), "{english}");
    assert!(answer.text("/signIn/userErrors/0/zh").contains(&format!(" {seconds} 秒")));
    assert_eq!(answer.at("/signIn/token"), &json!(null));
    answer
}

#[rstest]
#[tokio::test]
async fn names_that_are_known_and_names_that_are_not_wait_alike(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let mut refusals = Vec::new();
    for login in ["office", "nobody-at-all"] {
        for _ in 0..5 {
            fail(&server, login).await;
        }
        // The right password waits like any other.
        let refusal = assert_waits(&server, login, PASSWORD, 30).await;
        assert_eq!(refusal.text("/signIn/userErrors/0/retryAt"), "2026-11-18T02:00:30+00:00");
        refusals.push((refusal.body, refusal.statements));
    }
    assert_eq!(refusals[0], refusals[1]);
    // Spelling makes no other name of it, and other names don't wait.
    assert_waits(&server, "OFFICE", PASSWORD, 30).await;
    server.signed_in("leader", PASSWORD).await;
}

#[rstest]
#[tokio::test]
async fn each_failure_after_a_wait_doubles_the_next_and_success_forgets_them(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    for _ in 0..5 {
        fail(&server, "office").await;
    }
    for seconds in [30, 60, 120, 240, 480, 900, 900] {
        assert_waits(&server, "office", PASSWORD, seconds).await;
        server.clock.advance(TimeDelta::seconds(seconds) - TimeDelta::milliseconds(1));
        assert_waits(&server, "office", PASSWORD, 1).await;
        server.clock.advance(TimeDelta::milliseconds(1));
        fail(&server, "office").await;
    }
    server.clock.advance(TimeDelta::minutes(15));
    server.signed_in("office", PASSWORD).await;
    for _ in 0..5 {
        fail(&server, "office").await;
    }
    assert_waits(&server, "office", PASSWORD, 30).await;
}

#[rstest]
#[tokio::test]
async fn every_server_knows_who_has_to_wait(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let other = server.another().await;
    for server in [&server, &other, &server, &other, &server] {
        fail(server, "office").await;
    }
    assert_waits(&other, "office", PASSWORD, 30).await;
}

#[rstest]
#[tokio::test]
async fn guesses_made_at_once_are_counted_before_they_are_looked_at(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let answers = join_all((0..20).map(|_| attempt(&server, "office", "wrong horse battery"))).await;
    let codes: Vec<String> = answers.iter().map(|answer| answer.user_errors("signIn")[0].0.clone()).collect();
    assert_eq!(codes.iter().filter(|code| *code == "BAD_CREDENTIALS").count(), 5);
    assert_eq!(codes.iter().filter(|code| *code == "TOO_MANY_ATTEMPTS").count(), 15);
}

#[rstest]
#[tokio::test]
async fn a_clock_that_was_ahead_and_is_set_right_locks_nobody_out_for_days(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    server.clock.advance(TimeDelta::days(3));
    for _ in 0..5 {
        fail(&server, "office").await;
    }
    server.clock.advance(TimeDelta::days(-3));
    // The wait is as long as it would have been, from now, and it passes.
    assert_waits(&server, "office", PASSWORD, 30).await;
    server.clock.advance(TimeDelta::seconds(10));
    assert_waits(&server, "office", PASSWORD, 20).await;
    server.clock.advance(TimeDelta::seconds(20));
    server.signed_in("office", PASSWORD).await;
}

#[tokio::test]
async fn names_leave_no_trace() {
    let server = TestServer::on(Sqlite).await;
    let before = rows(server.app().database.reader()).await;
    fail(&server, "office").await;
    server.signed_in("office", PASSWORD).await;
    let after = rows(server.app().database.reader()).await;
    assert_eq!((before["sign_in_attempt"], after["sign_in_attempt"]), (0, 0));
    fail(&server, "a-secret-name").await;
    let kept = tokio::fs::read(server.database_url().trim_start_matches("sqlite:")).await.unwrap();
    assert!(!kept.windows(13).any(|bytes| bytes == b"a-secret-name"));
}
