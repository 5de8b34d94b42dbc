//! A dashboard asks for everything at once, and the database does not feel how much that is.

use std::num::NonZeroU32;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    assessment, check_in, finding,
    ids::{AssessmentId, CheckInId, PersonId, ProjectId, VisitId},
    person, project, standing, team_role,
    values::{AssessmentTrigger, FindingCode, FindingOutcome, Stage, TeamRoleKind, Tier, Verdict},
    visit, weekly_tally,
};
use rstest::rstest;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};
use serde_json::json;
use server::clock::Source;

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    Role::Office,
    TestClock, TestServer,
};

const EVERYTHING: &str = "query($first: Int) { projects(first: $first) { nodes {
    responsibleOrganisation { name } sites { boundary { version } }
    team { members { person { name organisation { name } } } }
    weeklyVisits { week verified status leader { name } }
    visits(first: 5) { totalCount nodes { person { name } checkIns(first: 2) { assessment { findings { code } } photos { id } } } }
} } }";

/// Inserts rows, so many at a time that no database has too many parameters.
async fn insert<M>(server: &TestServer, rows: Vec<M>)
where
    M: sea_orm::ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity> + Send,
{
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some = rows.by_ref().take(500).map(|row| row.into_active_model().reset_all());
        M::Entity::insert_many(some).exec_without_returning(server.app().database.writer()).await.unwrap();
    }
}

/// Everything that one more project brings with it.
struct More {
    projects: Vec<project::Model>,
    people: Vec<person::Model>,
    roles: Vec<team_role::Model>,
    tallies: Vec<weekly_tally::Model>,
    visits: Vec<visit::Model>,
    check_ins: Vec<check_in::Model>,
    assessments: Vec<assessment::Model>,
    findings: Vec<finding::Model>,
    standings: Vec<standing::Model>,
}

/// Four hundred and ninety-seven projects beside the three there are.
async fn five_hundred_projects(server: &TestServer) {
    let someone = person::Entity::find().limit(1).one(server.app().database.reader()).await.unwrap().unwrap();
    let mut more = More {
        projects: Vec::new(),
        people: Vec::new(),
        roles: Vec::new(),
        tallies: Vec::new(),
        visits: Vec::new(),
        check_ins: Vec::new(),
        assessments: Vec::new(),
        findings: Vec::new(),
        standings: Vec::new(),
    };
    for number in 4..=500 {
        more.project(server, &someone, number);
    }
    insert(server, more.people).await;
    insert(server, more.projects).await;
    insert(server, more.roles).await;
    insert(server, more.tallies).await;
    insert(server, more.check_ins).await;
    insert(server, more.assessments).await;
    insert(server, more.findings).await;
    insert(server, more.visits).await;
    insert(server, more.standings).await;
}

impl More {
    fn project(&mut self, server: &TestServer, someone: &person::Model, number: i32) {
        let (now, id) = (server.clock.now(), ProjectId(server.clock.id()));
        let leader = PersonId(server.clock.id());
        self.people.push(person::Model { id: leader, ..someone.clone() });
        self.projects.push(project::Model {
            id,
            number,
            name: format!("项目{number}"),
            situation: String::new(),
            tier: Tier::Municipal,
            stage: Stage::Construction,
            responsible_organisation_id: someone.organisation_id,
            created_at: now,
            closed_at: None,
        });
        self.roles.push(team_role::Model {
            id: server.clock.id().into(),
            project_id: id,
            person_id: leader,
            kind: TeamRoleKind::Leader,
            from_date: day(1),
            to_date: None,
            created_at: now,
        });
        let tally = weekly_tally::Model {
            project_id: id,
            person_id: leader,
            iso_year: 2026,
            iso_week: 46,
            verified: 5,
            provisional: 0,
            rejected: 0,
        };
        self.tallies.push(tally);
        for date in (9..14).map(day) {
            self.visit(server, id, leader, date);
        }
    }

    fn visit(&mut self, server: &TestServer, project_id: ProjectId, person_id: PersonId, local_date: NaiveDate) {
        let at: DateTime<Utc> = server.clock.now();
        let (visit_id, check_in_id) = (VisitId(server.clock.id()), CheckInId(server.clock.id()));
        let (assessment_id, verdict) = (AssessmentId(server.clock.id()), Verdict::Verified);
        self.visits.push(visit::Model {
            id: visit_id,
            project_id,
            person_id,
            local_date,
            verdict,
            check_in_count: 1,
            first_at: at,
            last_at: at,
        });
        self.check_ins.push(check_in::Model {
            id: check_in_id,
            person_id,
            project_id,
            captured_at: at,
            sent_at: at,
            received_at: at,
            corrected_at: at,
            local_date,
            latitude: None,
            longitude: None,
            datum: None,
            accuracy_m: None,
            boot_id: None,
            captured_uptime_ms: None,
            sent_uptime_ms: None,
            challenge: None,
            device: None,
            signature: None,
            developer_mode: None,
            fixed_at: None,
            mocked: None,
            note: String::new(),
            content_sha256: String::new(),
        });
        self.assessments.push(assessment::Model {
            id: assessment_id,
            check_in_id,
            sequence: 1,
            trigger: AssessmentTrigger::Submission,
            policy_version: 1,
            site_version_id: None,
            verdict,
            inputs: None,
            rejudgement_id: None,
            assessed_at: at,
        });
        self.findings.push(finding::Model {
            assessment_id,
            ordinal: 0,
            code: FindingCode::Position,
            outcome: FindingOutcome::Pass,
            counts: true,
            measured: None,
            threshold: None,
            unit: "m".to_owned(),
            probability: None,
            sentence_zh: String::new(),
            sentence_en: String::new(),
        });
        self.standings.push(standing::Model { check_in_id, visit_id, assessment_id, verdict });
    }
}

fn day(of_november: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, of_november).unwrap()
}

#[rstest]
#[tokio::test]
async fn five_hundred_projects_take_as_many_statements_as_five(#[values(Sqlite, Postgres)] backend: Backend) {
    // Statements are counted here: of everything about five hundred projects, more can be fetched than anyone may ask at once.
    let server = TestServer::tuned_on(backend, TestClock::new(), |config| {
        (config.limits.cost, config.rates.viewer_cost) = (usize::MAX, NonZeroU32::MAX);
        config.limits.memory_bytes = usize::MAX;
    })
    .await;
    five_hundred_projects(&server).await;
    let office = server.as_(Office);
    // The first request of a second looks up whose the session is.
    office.ask("{ viewer { role } }", json!({})).await;
    let few = office.ask(EVERYTHING, json!({ "first": 5 })).await;
    let many = office.ask(EVERYTHING, json!({ "first": 500 })).await;
    let last = &many.list("/projects/nodes")[499];
    assert_eq!(many.list("/projects/nodes").len(), 500);
    assert_eq!(last["team"]["members"].as_array().unwrap().len(), 1);
    assert_eq!(last["visits"]["nodes"].as_array().unwrap().len(), 5);
    assert_eq!(last["visits"]["nodes"][4]["checkIns"][0]["assessment"]["findings"], json!([{ "code": "POSITION" }]));
    assert_eq!(few.statements, many.statements);
    assert!((10..=25).contains(&many.statements), "{}", many.statements);
}
