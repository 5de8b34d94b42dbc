//! Hostile requests are refused, each for its own reason, and nobody has to wait for that. The benchmark `hostile` times
//! each refusal.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    hostile_documents::{Hostile, documents},
    support::{Backend::Sqlite, Role::Office, TestServer},
};

/// The limit that was exceeded, or else the code.
fn reason(body: &Value) -> &str {
    let extensions = &body["errors"][0]["extensions"];
    extensions["limit"].as_str().or(extensions["code"].as_str()).unwrap_or_default()
}

#[tokio::test]
async fn fifty_hostile_documents_are_refused_each_for_its_own_reason() {
    let (server, documents) = (TestServer::on(Sqlite).await, documents());
    assert!(documents.len() >= 50, "{}", documents.len());
    let names: HashSet<_> = documents.iter().map(|hostile| hostile.name).collect();
    assert_eq!(names.len(), documents.len(), "each is told once");
    let office = server.as_(Office);
    let mut wrong = Vec::new();
    for Hostile { name, document, variables, refused_by } in documents {
        let begun = Instant::now();
        let answer = office.ask(&document, variables).await;
        // No figure is asserted here but one that nothing honest comes near, so that what would never end is told.
        assert!(begun.elapsed() < Duration::from_secs(10), "{name}: {:?}", begun.elapsed());
        if reason(&answer.body) != refused_by || answer.body.get("data").is_some() {
            wrong.push(format!("{name}: {} instead of {refused_by}", reason(&answer.body)));
        }
        assert_ne!(answer.body.pointer("/errors/0/locations/0/line"), Some(&Value::from(0)), "{name}");
        let length = answer.body.to_string().len();
        assert!(length < 40_000, "{name}: an answer of {length} bytes");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
