//! What is asked for is given or refused: an empty answer means that there is nothing.

use rstest::rstest;
use serde_json::json;
use server::app::PolicyChange;

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    COLD_STORE, HARBOUR,
    Role::{self, Analyst, Leader, Office, OtherLeader},
    TestServer,
};

const DAYS: &str = r#"from: "2026-11-01", to: "2026-11-30""#;

#[rstest]
#[case::queue("reviewQueue { totalCount }", &[Office])]
#[case::hints("boundaryHints(DAYS) { days }", &[Office])]
#[case::rejudgements("rejudgements { reason }", &[Office])]
#[case::statistics("ruleStatistics(DAYS) { code }", &[Office, Analyst])]
#[case::reassessment("reassessment(policyVersion: 1, DAYS) { checkIns }", &[Office, Analyst])]
#[case::audit("auditTrail { totalCount }", &[Office])]
#[case::accounts("accounts { totalCount }", &[])]
#[case::account("account(id: \"x\") { login }", &[])]
#[tokio::test]
async fn who_may_not_ask_is_refused_and_told_who_may(#[case] field: &str, #[case] may: &[Role]) {
    let server = TestServer::on(Sqlite).await;
    let question = format!("{{ {} }}", field.replace("DAYS", DAYS));
    for role in Role::SIGNED_IN {
        let answer = server.as_(role).ask(&question, json!({})).await;
        if may.contains(&role) {
            assert!(answer.body.get("errors").is_none(), "{role:?}: {}", answer.body);
        } else {
            assert_eq!(answer.error(), "FORBIDDEN", "{role:?}");
            let error = &answer.body["errors"][0];
            let (en, zh) = (error["message"].as_str().unwrap(), error["extensions"]["messageZh"].as_str().unwrap());
            assert!(en.contains("May be read –"), "{en}");
            let words = en.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1);
            assert!(!words.clone().any(|word| zh.contains(word)), "of {en:?} nothing is left in {zh:?}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn people_ask_for_their_own_projects(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let names = async |role: Role, mine: bool| {
        let query = "query($mine: Boolean) { projects(filter: { mine: $mine }) { totalCount nodes { name } } }";
        let answer = server.as_(role).ask(query, json!({ "mine": mine })).await;
        let mut names: Vec<String> =
            answer.list("/projects/nodes").iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(answer.at("/projects/totalCount"), names.len());
        names.sort();
        names
    };
    let sorted = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(Leader, true).await, sorted(&[BEARING_PARK, COLD_STORE]));
    assert_eq!(names(OtherLeader, true).await, sorted(&[HARBOUR]));
    assert_eq!(names(Office, true).await, sorted(&[]));
    assert_eq!(names(Office, false).await, sorted(&[BEARING_PARK, COLD_STORE, HARBOUR]));

    let query = "{ viewer { teamRoles { kind from to project { name } } } }";
    let answer = server.as_(Leader).ask(query, json!({})).await;
    let roles = answer.list("/viewer/teamRoles");
    assert_eq!(roles.len(), 2);
    assert!(roles.iter().all(|role| role["kind"] == "LEADER" && role["to"].is_null()), "{roles:?}");
    let projects: Vec<&str> = roles.iter().map(|role| role["project"]["name"].as_str().unwrap()).collect();
    assert!(projects.contains(&BEARING_PARK) && projects.contains(&COLD_STORE));
    assert_eq!(server.as_(Office).ask(query, json!({})).await.at("/viewer/teamRoles"), &json!([]));
}

#[tokio::test]
async fn a_policy_tells_when_and_why_it_was_adopted() {
    let server = TestServer::on(Sqlite).await;
    server.clock.set("2026-12-03T04:05:06Z");
    let change = PolicyChange { weekly_visits: Some(2), ..PolicyChange::default() };
    server.app().adopt_policy("试行".to_owned(), change).await.unwrap();
    let query = "{ policies(first: 2) { version adoptedAt effectiveFrom reason weeklyVisits } }";
    let answer = server.as_(Leader).ask(query, json!({})).await;
    let (adopted, first) = (answer.at("/policies/0"), answer.at("/policies/1"));
    let now = "2026-12-03T04:05:06+00:00";
    assert_eq!(
        adopted,
        &json!({ "version": 2, "adoptedAt": now, "effectiveFrom": now, "reason": "试行", "weeklyVisits": 2 })
    );
    assert_eq!((&first["version"], &first["weeklyVisits"]), (&json!(1), &json!(1)));
    assert_ne!(first["adoptedAt"], now);
}

#[tokio::test]
async fn a_policy_tells_the_limits_in_force_with_those_it_leaves_out() {
    let server = TestServer::on(Sqlite).await;
    let answer = server.as_(Leader).ask("{ policies(first: 1) { thresholds } }", json!({})).await;
    let thresholds = answer.at("/policies/0/thresholds");
    assert_eq!(thresholds["appealDays"], 14);
    assert_eq!(thresholds["travelSpeedMps"], 70.0);
    assert!(thresholds["hints"].as_array().unwrap().contains(&json!("DEVICE_NEW")), "{thresholds}");
}
