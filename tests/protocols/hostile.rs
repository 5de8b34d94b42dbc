//! Hostile requests are refused, each for its own reason, or give no more than the limits allow, and nobody has to wait for
//! that. The benchmark `hostile` tells what each takes.

use std::{
    collections::HashSet,
    num::NonZeroU32,
    time::{Duration, Instant},
};

use entity::{assessment, check_in, standing, visit};
use rstest::rstest;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use server::{clock::Source, graphql::Limits};

use crate::{
    protocols::hostile_documents::{Hostile, Outcome, documents},
    support::{
        BEARING_PARK,
        Backend::{self, Postgres, Sqlite},
        Draft, Message,
        Role::{Leader, Office},
        Socket, TestServer,
    },
};

/// The limit that was exceeded, or else the code.
fn reason(error: &Value) -> &str {
    let extensions = &error["extensions"];
    extensions["limit"].as_str().or(extensions["code"].as_str()).unwrap_or_default()
}

/// What is wrong with the answer to a hostile request, if anything is.
fn wrong(outcome: Outcome, body: &Value) -> Option<String> {
    let said = reason(&body["errors"][0]);
    let refused = body.get("data").is_none();
    let cost = body["extensions"]["cost"]["requested"].as_u64();
    match outcome {
        Outcome::Refused(by) if refused && said == by => None,
        Outcome::Bounded if refused && matches!(said, "cost" | "depth" | "introspection") => None,
        Outcome::Bounded if cost.is_some_and(|cost| cost <= Limits::default().cost as u64) => None,
        outcome => Some(format!("{said:?} instead of {outcome:?}")),
    }
}

#[tokio::test]
async fn a_hundred_hostile_documents_are_refused_each_for_its_own_reason_or_bounded() {
    let server = TestServer::tuned(|config| {
        config.rates.viewer_cost = NonZeroU32::MAX;
        config.rates.viewer_requests = NonZeroU32::MAX;
    })
    .await;
    let documents = documents();
    assert!(documents.len() >= 100, "{}", documents.len());
    let names: HashSet<_> = documents.iter().map(|hostile| hostile.name.clone()).collect();
    assert_eq!(names.len(), documents.len(), "each is told once");
    let office = server.as_(Office);
    let mut all = Vec::new();
    for Hostile { name, document, variables, outcome } in documents {
        let begun = Instant::now();
        let answer = office.ask(&document, variables).await;
        // No figure is asserted here but one that nothing honest comes near, so that what would never end is told.
        assert!(begun.elapsed() < Duration::from_secs(10), "{name}: {:?}", begun.elapsed());
        all.extend(wrong(outcome, &answer.body).map(|wrong| format!("{name}: {wrong} {document}")));
        assert_ne!(answer.body.pointer("/errors/0/locations/0/line"), Some(&Value::from(0)), "{name}");
        let (length, most) =
            (answer.body.to_string().len(), if outcome == Outcome::Bounded { 400_000 } else { 40_000 });
        if length > most {
            all.push(format!("{name}: an answer of {length} bytes"));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

const AROUND: &str = r#"{__type(name:"Node"){possibleTypes{interfaces{possibleTypes{interfaces{possibleTypes{interfaces{
    possibleTypes{interfaces{possibleTypes{interfaces{possibleTypes{interfaces{name}}}}}}}}}}}}}}"#;
const AGAIN: &str = "{visits{nodes{checkIns(first:500){visit{checkIns(first:500){id}}}}}}";

#[rstest]
#[case::types_within_types(AROUND, "introspection")]
#[case::check_ins_of_visits_of_check_ins(AGAIN, "cost")]
#[tokio::test]
async fn every_way_to_ask_has_the_same_limits(#[case] document: &str, #[case] limit: &str) {
    let server = TestServer::on(Sqlite).await;
    let office = server.as_(Office);
    assert_eq!(reason(&office.ask(document, json!({})).await.body["errors"][0]), limit);
    assert_eq!(reason(&office.get("/graphql", &[("query", document)]).await.body["errors"][0]), limit);
    let Message::Errors(errors) = Socket::of(&server, Office).await.ask("one", document).await else {
        panic!("refused on a socket")
    };
    assert_eq!(reason(&errors[0]), limit);
    let request = crate::support::http().post(format!("{}/graphql", server.url()));
    let request = request.bearer_auth(server.token(Office).unwrap()).header("accept", "text/event-stream");
    let events = request.json(&json!({ "query": document })).send().await.unwrap().text().await.unwrap();
    assert!(events.contains(&format!(r#""limit":"{limit}""#)), "{events}");
}

/// Copies of a check-in on the same day: a phone that was left alone with a button held down.
async fn many_more(server: &TestServer, many: usize) -> String {
    let leader = server.as_(Leader);
    leader.checked_in(&Draft::at(server, BEARING_PARK)).await;
    let connection = server.app().database.writer();
    let first = check_in::Entity::find().one(connection).await.unwrap().unwrap();
    let judged = assessment::Entity::find().one(connection).await.unwrap().unwrap();
    let stands = standing::Entity::find().one(connection).await.unwrap().unwrap();
    for _ in 0..many {
        let (check_in_id, assessment_id) = (server.clock.id().into(), server.clock.id().into());
        let check_in = check_in::Model { id: check_in_id, ..first.clone() };
        check_in.into_active_model().reset_all().insert(connection).await.unwrap();
        let assessment = assessment::Model { id: assessment_id, check_in_id, ..judged.clone() };
        assessment.into_active_model().reset_all().insert(connection).await.unwrap();
        let standing = standing::Model { check_in_id, assessment_id, ..stands.clone() };
        standing.into_active_model().reset_all().insert(connection).await.unwrap();
    }
    let visit = visit::Entity::find().one(connection).await.unwrap().unwrap();
    assert_eq!(visit.id, stands.visit_id);
    leader.ask("{ visits { nodes { id } } }", json!({})).await.text("/visits/nodes/0/id")
}

#[rstest]
#[tokio::test]
async fn a_day_of_many_check_ins_is_given_in_pages(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let visit = many_more(&server, 60).await;
    let office = server.as_(Office);
    let ask = async |inside: &str| office.ask(&format!("{{ visit(id: \"{visit}\") {{ {inside} }} }}"), json!({})).await;
    let ids = |rows: &Vec<Value>| rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let usual = ids(ask("checkIns { id }").await.list("/visit/checkIns"));
    let some = ids(ask("checkIns(first: 7) { id }").await.list("/visit/checkIns"));
    let all = ids(ask("checkIns(first: 100) { id }").await.list("/visit/checkIns"));
    assert_eq!((usual.len(), some.len(), all.len()), (50, 7, 61));
    assert!(all.starts_with(&usual) && usual.starts_with(&some));
    assert_eq!(ask("checkIns(first: 501) { id }").await.error(), "BAD_USER_INPUT");
    let again = ask("checkIns { visit { checkIns { visit { checkIns(first: 1) { id } } } } }").await;
    assert_eq!(again.list("/visit/checkIns/49/visit/checkIns/49/visit/checkIns").len(), 1);
    let more =
        ask("checkIns(first: 61) { visit { checkIns(first: 61) { visit { checkIns(first: 61) { id } } } } }").await;
    assert_eq!(reason(&more.body["errors"][0]), "cost");
}

/// What is within the limit of cost can still be too much at once: that is seen while it is worked out.
#[tokio::test]
async fn an_answer_that_grows_too_large_is_stopped_while_it_grows() {
    let server = TestServer::tuned(|config| config.limits.memory_bytes = 1_000_000).await;
    let visit = many_more(&server, 60).await;
    let office = server.as_(Office);
    let asked = |first: usize| {
        let page = format!("checkIns(first: {first})");
        format!(
            "{{ visit(id: \"{visit}\") {{ {page} {{ visit {{ {page} {{ visit {{ {page} {{ id uuid note }} }} }} }} }} }} }}"
        )
    };
    let query = asked(25);
    let refused = office.ask(&query, json!({})).await;
    assert_eq!((reason(&refused.body["errors"][0]), refused.body.get("data")), ("memoryBytes", None));
    let Message::Errors(errors) = Socket::of(&server, Office).await.ask("one", &query).await else {
        panic!("refused on a socket")
    };
    assert_eq!(reason(&errors[0]), "memoryBytes");
    office.ask(&asked(5), json!({})).await.list("/visit/checkIns");
}
