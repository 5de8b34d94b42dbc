//! Real clients from npm do the whole main job, over HTTP and both live transports.

use std::{env, path::Path, process::Stdio};

use rstest::rstest;
use serde_json::Value;
use tokio::process::Command;

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    PASSWORD, Photos,
    Role::Leader,
    TestClock, TestServer, login_of,
};

const CLIENTS: [&str; 6] = [
    "graphql-ws",
    "graphql-sse",
    "@urql/core, graphql-ws",
    "@urql/core, graphql-sse",
    "@apollo/client, graphql-ws",
    "@apollo/client, graphql-sse",
];

#[rstest]
#[tokio::test]
async fn each_client_does_the_main_job_over_each_transport(#[values(Sqlite, Postgres)] backend: Backend) {
    let modules = env::var("STORIES_CLIENTS")
        .expect("STORIES_CLIENTS is not set: run ./tests/run, which installs the clients of tests/clients");
    let server = TestServer::with(backend, Photos::directory(), TestClock::of_the_wall()).await;
    let script = Path::new(&modules).join("main_job.mjs");
    let arguments = [&*format!("{}/graphql", server.url()), &login_of(Leader), PASSWORD, "39.62", "122.00"];
    let done = Command::new("node")
        .arg(script)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("node is installed");
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    let lines: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    println!("{told}");
    let failed: Vec<&Value> = lines.iter().filter(|line| line.get("failed").is_some()).collect();
    assert!(done.status.success() && failed.is_empty(), "{told}\n{}", String::from_utf8_lossy(&done.stderr));
    let names: Vec<&str> = lines.iter().map(|line| line["client"].as_str().unwrap()).collect();
    assert_eq!(names, CLIENTS);
}
