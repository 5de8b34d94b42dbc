//! People read what is on record: each of them what is theirs to see, page by page.

use chrono::NaiveDate;
use rstest::rstest;
use serde_json::{Value, json};
use server::roster;

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    COLD_STORE, Client, Draft, HARBOUR,
    Role::{self, Analyst, Leader, Office, OtherLeader, Secretary},
    TestServer, photo,
};

async fn names_of_projects(client: &Client) -> Vec<Value> {
    let answer = client.ask("{ projects { nodes { name } totalCount } }", json!({})).await;
    let names: Vec<Value> = answer.list("/projects/nodes").iter().map(|project| project["name"].clone()).collect();
    assert_eq!(answer.at("/projects/totalCount"), names.len());
    names
}

#[rstest]
#[case(Office, &[BEARING_PARK, HARBOUR, COLD_STORE])]
#[case(Analyst, &[BEARING_PARK, HARBOUR, COLD_STORE])]
#[case(Leader, &[BEARING_PARK, COLD_STORE])]
#[case(OtherLeader, &[HARBOUR])]
#[case(Secretary, &[BEARING_PARK])]
#[tokio::test]
async fn everyone_sees_their_projects(
    #[case] role: Role,
    #[case] theirs: &[&str],
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let client = server.as_(role);
    assert_eq!(names_of_projects(&client).await, theirs);
    for project in [BEARING_PARK, HARBOUR, COLD_STORE] {
        let query = "query($id: ID!) { project(id: $id) { name } team(projectId: $id) { leader { person { name } } } }";
        let answer = client.ask(query, json!({ "id": server.project(project) })).await;
        assert_eq!(answer.at("/project").is_object(), theirs.contains(&project), "{project}");
        assert_eq!(answer.at("/team").is_object(), theirs.contains(&project), "{project}");
    }
}

/// Ids of one thing of each kind, all of the bearing park.
async fn ids(server: &TestServer) -> Vec<(String, String)> {
    let leader = server.as_(Leader);
    let photo_id = leader.uploaded(&photo(1)).await;
    let check_in = leader.checked_in(&Draft::at(server, BEARING_PARK).with("/photoIds", json!([photo_id]))).await;
    let query = "query($id: ID!) { project(id: $id) { id sites { id } team { leader { id person { id } } } } }";
    let project = server.as_(Office).ask(query, json!({ "id": server.project(BEARING_PARK) })).await;
    [
        ("CheckIn", check_in["id"].as_str().unwrap().to_owned()),
        ("Visit", check_in["visit"]["id"].as_str().unwrap().to_owned()),
        ("Photo", photo_id),
        ("Project", project.text("/project/id")),
        ("Site", project.text("/project/sites/0/id")),
        ("TeamRole", project.text("/project/team/leader/id")),
        ("Person", project.text("/project/team/leader/person/id")),
    ]
    .map(|(kind, id)| (kind.to_owned(), id))
    .to_vec()
}

#[rstest]
#[tokio::test]
async fn what_is_hidden_looks_like_what_is_not_there(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let node = "query($id: ID!) { node(id: $id) { __typename id } }";
    for (kind, id) in ids(&server).await {
        for role in [Office, Leader, Secretary] {
            let answer = server.as_(role).ask(node, json!({ "id": id })).await;
            assert_eq!(answer.at("/node"), &json!({ "__typename": kind, "id": id }), "{role:?}");
        }
        let stranger = server.as_(OtherLeader);
        let hidden = stranger.ask(node, json!({ "id": id })).await;
        // The last byte of the id changed: of the same kind, but of nothing.
        let absent = stranger.ask(node, json!({ "id": format!("{}AAE", &id[..id.len() - 3]) })).await;
        assert_eq!(hidden.at("/node"), &json!(null), "{kind}");
        assert_eq!(hidden.body, absent.body);
    }
    for id in ["", "nonsense", "////", &"A".repeat(10_000)] {
        assert_eq!(server.as_(Office).ask(node, json!({ "id": id })).await.at("/node"), &json!(null));
    }
}

#[rstest]
#[case(Office, "13800000001")]
#[case(Leader, "13800000001")]
#[case(Secretary, "13800000001")]
#[case(Analyst, "138******01")]
#[tokio::test]
async fn phone_numbers_are_for_the_team_and_the_office(
    #[case] role: Role,
    #[case] phone: &str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let query =
        "query($id: ID!) { team(projectId: $id) { secretary { person { phone } } leader { person { phone } } } }";
    let answer = server.as_(role).ask(query, json!({ "id": server.project(BEARING_PARK) })).await;
    assert_eq!(answer.at("/team/secretary/person/phone"), phone);
    assert_eq!(answer.at("/team/leader/person/phone"), &json!(null), "the roster gives none");
}

#[rstest]
#[case(Office, true)]
#[case(Leader, true)]
#[case(Secretary, false)]
#[case(Analyst, false)]
#[tokio::test]
async fn positions_and_notes_are_for_their_owner_and_the_office(#[case] role: Role, #[case] shown: bool) {
    let server = TestServer::on(Sqlite).await;
    let draft = Draft::at(&server, BEARING_PARK).with("/note", "与企业座谈");
    let check_in = server.as_(Leader).checked_in(&draft).await;
    let query =
        "query($id: ID!) { checkIn(id: $id) { verdict note fix { latitude longitude datum accuracyMeters mocked } } }";
    let answer = server.as_(role).ask(query, json!({ "id": check_in["id"] })).await;
    assert_eq!(answer.at("/checkIn/verdict"), "VERIFIED");
    let fix =
        json!({ "latitude": 39.62, "longitude": 122.0, "datum": "WGS84", "accuracyMeters": 8.0, "mocked": false });
    assert_eq!(answer.at("/checkIn/fix"), if shown { &fix } else { &Value::Null });
    assert_eq!(answer.at("/checkIn/note"), &if shown { json!("与企业座谈") } else { json!(null) });
}

/// Walks a list in both directions, three at a time, and fails if a page leaves out or repeats anything.
async fn assert_walks(client: &Client, list: &str, around: (&str, &str), pointer: &str, expected: &[Value]) {
    for forwards in [true, false] {
        let (mut seen, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let page = if forwards { "first: 3, after: $cursor" } else { "last: 3, before: $cursor" };
            let query = format!(
                "query($cursor: String) {{ {} {list}({page}) {{ totalCount edges {{ cursor node {{ id }} }} nodes {{ id }}
                pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} {} }}",
                around.0, around.1
            );
            let answer = client.ask(&query, json!({ "cursor": cursor })).await;
            let page = answer.at(pointer);
            assert_eq!(page["totalCount"], expected.len());
            let nodes: Vec<Value> = page["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
            let edges = page["edges"].as_array().unwrap();
            assert!(edges.iter().map(|edge| &edge["node"]["id"]).eq(&nodes));
            assert_eq!(edges[0]["cursor"], page["pageInfo"]["startCursor"]);
            let (more, next) = if forwards { ("hasNextPage", "endCursor") } else { ("hasPreviousPage", "startCursor") };
            seen = if forwards { [seen, nodes].concat() } else { [nodes, seen].concat() };
            assert_eq!(page["pageInfo"][more], seen.len() < expected.len());
            if page["pageInfo"][more] == false {
                break;
            }
            cursor = page["pageInfo"][next].clone();
        }
        assert_eq!(seen, expected, "{list}, forwards: {forwards}");
    }
}

#[rstest]
#[tokio::test]
async fn lists_are_walked_in_both_directions_without_gap_or_repeat(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let office = server.as_(Office);
    let (mut visits, mut check_ins) = (Vec::new(), Vec::new());
    // Two visits a day, so that the primary key has to break ties; two check-ins a visit, at the same moment.
    for day in 10..14 {
        for role in [Leader, Secretary] {
            for _ in 0..2 {
                let draft = Draft::at(&server, BEARING_PARK).captured(&format!("2026-11-{day}T02:00:00Z"));
                let check_in = server.as_(role).checked_in(&draft).await;
                check_ins.push(check_in["id"].clone());
                visits.push(check_in["visit"]["id"].clone());
            }
        }
    }
    visits.dedup();
    visits.reverse();
    check_ins.reverse();
    assert_walks(&office, "visits", ("", ""), "/visits", &visits).await;
    assert_walks(&office, "checkIns", ("", ""), "/checkIns", &check_ins).await;
    let project = format!("project(id: \"{}\") {{", server.project(BEARING_PARK));
    assert_walks(&office, "visits", (&project, "}"), "/project/visits", &visits).await;
    let projects = [BEARING_PARK, HARBOUR, COLD_STORE].map(|name| json!(server.project(name)));
    assert_walks(&office, "projects", ("", ""), "/projects", &projects).await;
    let none =
        server.as_(OtherLeader).ask("{ visits { totalCount nodes { id } } checkIns { totalCount } }", json!({})).await;
    assert_eq!(none.at(""), &json!({ "visits": { "totalCount": 0, "nodes": [] }, "checkIns": { "totalCount": 0 } }));
}

#[rstest]
#[case::none("first: 0", "first")]
#[case::negative("last: -1", "last")]
#[case::too_many("first: 501", "first")]
#[case::both("first: 1, last: 1", "last")]
#[case::cursor("after: \"nonsense\"", "after")]
#[case::empty_cursor("before: \"\"", "before")]
#[case::cursor_of_another_list(
    "after: \"dmlzaXR8MjAyNi0xMS0xOHwwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDE\"",
    "after"
)]
#[tokio::test]
async fn a_page_that_makes_no_sense_is_refused(#[case] arguments: &str, #[case] argument: &str) {
    let server = TestServer::on(Sqlite).await;
    let answer = server.as_(Office).ask(&format!("{{ projects({arguments}) {{ nodes {{ id }} }} }}"), json!({})).await;
    assert_eq!(answer.error(), "BAD_USER_INPUT");
    assert_eq!(answer.body["errors"][0]["extensions"]["argument"], argument);
}

#[rstest]
#[case("tier: TOWNSHIP", &[])]
#[case("stages: [CONSTRUCTION]", &[BEARING_PARK, HARBOUR])]
#[case("stages: []", &[])]
#[case("nameContains: \"物流\"", &[HARBOUR])]
#[case("nameContains: \"%\"", &[])]
#[case("nameContains: \"_\"", &[])]
#[case("open: false", &[COLD_STORE])]
#[case("open: true, stages: [CONSTRUCTION, SIGNED]", &[BEARING_PARK, HARBOUR])]
#[tokio::test]
async fn projects_are_filtered(
    #[case] filter: &str,
    #[case] expected: &[&str],
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    server.app().close_project(COLD_STORE).await.unwrap();
    let query = format!("{{ projects(filter: {{ {filter} }}) {{ nodes {{ name }} }} }}");
    let answer = server.as_(Office).ask(&query, json!({})).await;
    let names: Vec<_> = answer.list("/projects/nodes").iter().map(|project| &project["name"]).collect();
    assert_eq!(names, expected);
}

#[rstest]
#[tokio::test]
async fn visits_and_check_ins_are_filtered(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let at = |day: &str| Draft::at(&server, BEARING_PARK).captured(&format!("2026-11-{day}T02:00:00Z"));
    server.as_(Leader).checked_in(&at("16")).await;
    server.as_(Leader).checked_in(&at("17").east(5000.0)).await;
    server.as_(Secretary).checked_in(&at("18")).await;
    server.as_(OtherLeader).checked_in(&Draft::at(&server, HARBOUR)).await;
    let person = server.as_(Leader).ask("{ viewer { person { id } } }", json!({})).await.text("/viewer/person/id");
    let project = server.project(BEARING_PARK);
    let cases = [
        (json!({}), 4),
        (json!({ "verdicts": ["REJECTED"] }), 1),
        (json!({ "verdicts": [] }), 0),
        (json!({ "from": "2026-11-17" }), 3),
        (json!({ "to": "2026-11-17" }), 2),
        (json!({ "from": "2026-11-17", "to": "2026-11-17" }), 1),
        (json!({ "personId": person }), 2),
        (json!({ "projectId": project }), 3),
        (json!({ "projectId": project, "personId": person, "verdicts": ["VERIFIED"] }), 1),
    ];
    for (filter, count) in cases {
        let query = "query($visits: VisitFilterInput, $checkIns: CheckInFilterInput) {
            visits(filter: $visits) { totalCount } checkIns(filter: $checkIns) { totalCount } }";
        let answer = server.as_(Office).ask(query, json!({ "visits": filter, "checkIns": filter })).await;
        assert_eq!(answer.at("/visits/totalCount"), count, "{filter}");
        assert_eq!(answer.at("/checkIns/totalCount"), count, "{filter}");
    }
}

fn column(weeks: &[Value], name: &str) -> Vec<Value> {
    weeks.iter().map(|week| week[name].clone()).collect()
}

#[rstest]
#[tokio::test]
async fn obligations_stand_as_the_weeks_go_by(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let leader = server.as_(Leader);
    let project = server.project(BEARING_PARK);
    let at = |day: &str| Draft::at(&server, BEARING_PARK).captured(&format!("2026-{day}T02:00:00Z"));
    leader.checked_in(&at("11-04")).await;
    leader.checked_in(&at("11-05")).await;
    leader.checked_in(&at("11-11").with("/fix/mocked", true)).await;
    let weeks = leader.weeks(&project, [Some("2026-10-26"), None]).await;
    assert_eq!(column(&weeks, "week"), ["2026-W44", "2026-W45", "2026-W46", "2026-W47"]);
    assert_eq!(column(&weeks, "status"), ["MISSED", "MET", "PROVISIONAL", "PENDING"]);
    assert_eq!(column(&weeks, "averageVerified"), [0.0, 1.0, 2.0 / 3.0, 0.5]);
    assert_eq!(column(&weeks, "required"), [1, 1, 1, 1]);
    assert_eq!((&weeks[3]["from"], &weeks[3]["to"]), (&json!("2026-11-16"), &json!("2026-11-22")));

    server.clock.set("2026-11-22T15:59:59Z");
    assert_eq!(leader.weeks(&project, [None, None]).await.last().unwrap()["status"], "PENDING", "Sunday evening");
    server.clock.set("2026-11-22T16:00:00Z");
    let weeks = leader.weeks(&project, [Some("2026-11-16"), None]).await;
    assert_eq!(column(&weeks, "status"), ["MISSED", "PENDING"], "Monday morning");
    leader.checked_in(&at("11-20").east(5.0)).await;
    let weeks = leader.weeks(&project, [Some("2026-11-16"), None]).await;
    assert_eq!(column(&weeks, "status"), ["MET", "PENDING"], "a late sync mends the week");
}

#[tokio::test]
async fn a_project_without_a_site_excuses_its_leader() {
    let server = TestServer::on(Sqlite).await;
    let weeks = server.as_(Leader).weeks(&server.project(COLD_STORE), [None, None]).await;
    assert_eq!(column(&weeks, "status"), ["EXCUSED"; 8]);
}

#[rstest]
#[tokio::test]
async fn a_leader_answers_for_the_weeks_they_held_the_role(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = TestServer::on(backend).await;
    let headings = "序号,项目名称,项目情况,市级“妈妈”,“保姆”姓名及职务,“秘书”姓名及联系方式,责任单位";
    let line = "1,轴承园区项目,在建,领导乙,干部甲 轴承园区管委会副主任,联络员甲13800000001,轴承园区管委会";
    let roster = roster::parse(format!("{headings}\n{line}\n").as_bytes()).unwrap();
    // A Thursday: three days are the old leader's, four the new one's.
    let thursday = NaiveDate::from_ymd_opt(2026, 11, 19).unwrap();
    server.app().import_roster(&roster, thursday, &|| {}).await.unwrap();
    server.clock.set("2026-11-24T02:00:00Z");
    let weeks = server.as_(Office).weeks(&server.project(BEARING_PARK), [Some("2026-11-09"), None]).await;
    let told = |week: &Value| (week["week"].clone(), week["leader"]["name"].clone(), week["status"].clone());
    let expected = [
        ("2026-W46", "领导甲", "MISSED"),
        ("2026-W47", "领导甲", "EXCUSED"),
        ("2026-W47", "领导乙", "MISSED"),
        ("2026-W48", "领导乙", "PENDING"),
    ];
    let weeks: Vec<_> = weeks.iter().map(told).collect();
    assert_eq!(weeks, expected.map(|(week, leader, status)| (json!(week), json!(leader), json!(status))));
    // Who led a project still sees it, and who leads it now sees it too.
    assert!(names_of_projects(&server.as_(Leader)).await.contains(&json!(BEARING_PARK)));
    assert!(names_of_projects(&server.as_(OtherLeader)).await.contains(&json!(BEARING_PARK)));
    let query = "query($id: ID!) { team(projectId: $id) { leader { from to person { name } }
        history { kind from to } members(on: \"2026-11-18\") { person { name } } } }";
    let team = server.as_(Office).ask(query, json!({ "id": server.project(BEARING_PARK) })).await;
    assert_eq!(team.at("/team/leader"), &json!({ "from": "2026-11-19", "to": null, "person": { "name": "领导乙" } }));
    let history = team.list("/team/history");
    assert!(history.contains(&json!({ "kind": "LEADER", "from": "2026-01-01", "to": "2026-11-18" })), "{history:?}");
    assert!(team.list("/team/members").contains(&json!({ "person": { "name": "领导甲" } })));
}

#[rstest]
#[case::backwards("2026-11-18", "2026-11-01", "to")]
#[case::too_long("2020-01-01", "2026-11-01", "from")]
#[case::too_far("9999-01-01", "9999-12-31", "from")]
#[tokio::test]
async fn weeks_that_make_no_sense_are_refused(#[case] from: &str, #[case] to: &str, #[case] argument: &str) {
    let server = TestServer::on(Sqlite).await;
    let query = format!("{{ projects {{ nodes {{ weeklyVisits(from: \"{from}\", to: \"{to}\") {{ week }} }} }} }}");
    let answer = server.as_(Office).ask(&query, json!({})).await;
    assert_eq!(answer.error(), "BAD_USER_INPUT");
    assert_eq!(answer.body["errors"][0]["extensions"]["argument"], argument);
}
