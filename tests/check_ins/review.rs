//! What the machine can't tell, people decide; and whoever was rejected may appeal.

use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    Answer, BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Client, Draft,
    Role::{Analyst, Leader, Nobody, Office, OtherLeader, Secretary},
    TestServer, balanced, photo,
};

const REVIEW: &str = "mutation($input: ReviewCheckInInput!) { reviewCheckIn(input: $input) {
    checkIn { verdict decisions { sequence verdict reason note onAppeal } } userErrors { code field message } } }";
const APPEAL: &str = "mutation($input: AppealCheckInInput!) { appealCheckIn(input: $input) {
    checkIn { verdict appeal { statement photoIds } } userErrors { code field message } } }";
const QUEUE: &str = "{ reviewQueue { totalCount nodes { id verdict person { name } project { name } fix { latitude }
    assessment { findings { code outcome sentence } } decisions { sequence } } } }";

async fn review(client: &Client, check_in: &Value, verdict: &str, reason: &str) -> Answer {
    let input = json!({ "checkInId": check_in["id"], "verdict": verdict, "reason": reason, "note": "已电话核实" });
    client.ask(REVIEW, json!({ "input": input })).await
}

async fn appeal(client: &Client, check_in: &Value, statement: &str, photos: &[String]) -> Answer {
    let input = json!({ "checkInId": check_in["id"], "statement": statement, "photoIds": photos });
    client.ask(APPEAL, json!({ "input": input })).await
}

/// On the edge: for a person to decide.
async fn doubtful(server: &TestServer) -> Value {
    server.as_(Leader).checked_in(&Draft::at(server, BEARING_PARK).east(230.0)).await
}

/// Another account of the office.
pub(crate) async fn colleague(server: &TestServer) -> Client {
    let account = server::app::NewAccount {
        login: "colleague".to_owned(),
        password: "another good password".into(),
        role: entity::values::AccountRole::Office,
        person: None,
    };
    server.app().add_account(account).await.unwrap();
    let token = server.nobody().sign_in("colleague", "another good password").await.text("/signIn/token");
    Client::with_token(server.url(), &token)
}

#[rstest]
#[tokio::test]
async fn the_office_decides_and_the_week_follows(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let check_in = doubtful(&server).await;
    let (leader, office, park) = (server.as_(Leader), server.as_(Office), server.project(BEARING_PARK));
    assert_eq!(leader.tally(&park).await, [0, 1, 0]);

    let queue = office.ask(QUEUE, json!({})).await;
    assert_eq!(queue.at("/reviewQueue/totalCount"), 1);
    assert_eq!(queue.at("/reviewQueue/nodes/0/id"), &check_in["id"]);
    assert!(queue.at("/reviewQueue/nodes/0/fix/latitude").is_number());

    let decided = review(&office, &check_in, "VERIFIED", "CONFIRMED").await;
    assert_eq!(decided.at("/reviewCheckIn/checkIn/verdict"), "VERIFIED");
    assert_eq!(decided.at("/reviewCheckIn/checkIn/decisions/0/reason"), "CONFIRMED");
    assert_eq!(leader.tally(&park).await, [1, 0, 0]);
    assert_eq!(office.ask(QUEUE, json!({})).await.at("/reviewQueue/totalCount"), 0);
    balanced(&server).await;
    let deciders = "query($id: ID!) { checkIn(id: $id) { decisions { sequence decidedBy { login role } } } }";
    let asked = office.ask(deciders, json!({ "id": check_in["id"] })).await;
    assert_eq!(asked.at("/checkIn/decisions/0/decidedBy/role"), "OFFICE");
    let subject = leader.ask(deciders, json!({ "id": check_in["id"] })).await;
    assert_eq!(subject.at("/checkIn/decisions/0"), &json!({ "sequence": 1, "decidedBy": null }));

    let corrected = review(&office, &check_in, "REJECTED", "NOT_THERE").await;
    assert_eq!(corrected.at("/reviewCheckIn/checkIn/verdict"), "REJECTED");
    assert_eq!(corrected.list("/reviewCheckIn/checkIn/decisions").len(), 2, "decisions are appended");
    assert_eq!(leader.tally(&park).await, [0, 0, 1]);
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn nobody_else_decides(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let check_in = doubtful(&server).await;
    for role in [Leader, Secretary, Analyst] {
        let answer = review(&server.as_(role), &check_in, "VERIFIED", "CONFIRMED").await;
        let refused = ("MAY_NOT_DECIDE".to_owned(), "input.checkInId".to_owned());
        assert_eq!(answer.user_errors("reviewCheckIn"), [refused], "{role:?}");
        assert_eq!(server.as_(role).ask(QUEUE, json!({})).await.error(), "FORBIDDEN");
    }
    let hidden = review(&server.as_(OtherLeader), &check_in, "VERIFIED", "CONFIRMED").await;
    assert_eq!(hidden.user_errors("reviewCheckIn")[0].0, "CHECK_IN_NOT_FOUND");
    assert_eq!(review(&server.as_(Nobody), &check_in, "VERIFIED", "CONFIRMED").await.error(), "UNAUTHENTICATED");
    assert_eq!(server.as_(Leader).tally(&server.project(BEARING_PARK)).await, [0, 1, 0]);
}

#[rstest]
#[case::no_verdict("NEEDS_REVIEW", "CONFIRMED", "input.reason")]
#[case::a_reason_for_the_opposite("VERIFIED", "NOT_THERE", "input.reason")]
#[case::a_reason_against_itself("REJECTED", "PHOTOS_SHOW_SITE", "input.reason")]
#[tokio::test]
async fn a_decision_is_explained(#[case] verdict: &str, #[case] reason: &str, #[case] field: &str) {
    let server = TestServer::on(Sqlite).await;
    let check_in = doubtful(&server).await;
    let answer = review(&server.as_(Office), &check_in, verdict, reason).await;
    answer.refuses("reviewCheckIn", "INVALID", field);
}

#[rstest]
#[tokio::test]
async fn whoever_was_rejected_appeals_with_new_evidence(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let (leader, office, park) = (server.as_(Leader), server.as_(Office), server.project(BEARING_PARK));
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK).east(-900.0)).await;
    assert_eq!(check_in["verdict"], "REJECTED");
    assert_eq!(leader.tally(&park).await, [0, 0, 1]);

    let picture = leader.uploaded(&photo(7)).await;
    let appealed = appeal(&leader, &check_in, "现场已向西扩建", std::slice::from_ref(&picture)).await;
    assert_eq!(appealed.at("/appealCheckIn/checkIn/verdict"), "NEEDS_REVIEW");
    assert_eq!(appealed.at("/appealCheckIn/checkIn/appeal/photoIds/0"), &json!(picture));
    assert_eq!(leader.tally(&park).await, [0, 1, 0]);
    balanced(&server).await;

    let twice = appeal(&leader, &check_in, "再次申诉", &[]).await;
    assert_eq!(twice.user_errors("appealCheckIn")[0].0, "MAY_NOT_APPEAL");

    let answered = review(&office, &check_in, "VERIFIED", "BOUNDARY_WRONG").await;
    assert_eq!(answered.at("/reviewCheckIn/checkIn/verdict"), "VERIFIED");
    assert_eq!(answered.at("/reviewCheckIn/checkIn/decisions/0/onAppeal"), true);
    assert_eq!(leader.tally(&park).await, [1, 0, 0]);
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn an_appeal_is_answered_by_someone_else(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let check_in = doubtful(&server).await;
    let (leader, office) = (server.as_(Leader), server.as_(Office));
    review(&office, &check_in, "REJECTED", "EVIDENCE_INSUFFICIENT").await;
    appeal(&leader, &check_in, "我在现场，项目经理可以作证", &[]).await;
    let same = review(&office, &check_in, "REJECTED", "EVIDENCE_INSUFFICIENT").await;
    assert_eq!(same.user_errors("reviewCheckIn")[0].0, "MAY_NOT_DECIDE");
    let other = review(&colleague(&server).await, &check_in, "VERIFIED", "CONFIRMED").await;
    assert_eq!(other.at("/reviewCheckIn/checkIn/verdict"), "VERIFIED");
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn an_appeal_is_the_subjects_in_time_and_says_why(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let check_in = leader.checked_in(&Draft::at(&server, BEARING_PARK).east(-900.0)).await;
    let code = |answer: Answer| answer.user_errors("appealCheckIn")[0].0.clone();
    assert_eq!(code(appeal(&server.as_(Secretary), &check_in, "替他申诉", &[]).await), "MAY_NOT_APPEAL");
    assert_eq!(code(appeal(&leader, &check_in, "  ", &[]).await), "INVALID");
    assert_eq!(code(appeal(&leader, &check_in, &"长".repeat(2001), &[]).await), "TOO_LARGE");
    server.clock.advance(TimeDelta::days(15));
    assert_eq!(code(appeal(&leader, &check_in, "太晚了", &[]).await), "MAY_NOT_APPEAL");
    let verified = leader.checked_in(&Draft::at(&server, BEARING_PARK)).await;
    assert_eq!(code(appeal(&leader, &verified, "没有必要", &[]).await), "MAY_NOT_APPEAL");
}

#[rstest]
#[tokio::test]
async fn each_rule_answers_for_how_often_it_is_overturned(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let office = server.as_(Office);
    for (verdict, reason) in [("VERIFIED", "CONFIRMED"), ("REJECTED", "NOT_THERE"), ("VERIFIED", "PHOTOS_SHOW_SITE")] {
        let check_in = doubtful(&server).await;
        review(&office, &check_in, verdict, reason).await;
    }
    let statistics = "{ ruleStatistics(from: \"2026-11-18\", to: \"2026-11-18\") {
        code decided overturned overturnRate } }";
    for role in [Office, Analyst] {
        let answer = server.as_(role).ask(statistics, json!({})).await;
        let rules = answer.list("/ruleStatistics");
        assert_eq!(rules.len(), 1, "{rules:?}");
        assert_eq!(
            (&rules[0]["code"], &rules[0]["decided"], &rules[0]["overturned"]),
            (&json!("POSITION"), &json!(3), &json!(2))
        );
    }
    assert_eq!(server.as_(Leader).ask(statistics, json!({})).await.error(), "FORBIDDEN");
}
