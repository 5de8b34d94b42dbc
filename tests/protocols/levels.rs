//! Objects are read level by level: what is asked at once is what would be asked piece by piece, and what goes wrong in a
//! row is told where the specification says.

use std::collections::HashMap;

use entity::{job, project, site_version, values::JobKind, visit};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Client, Draft, HARBOUR,
    Role::{self, Analyst, Leader, Office, OtherLeader},
    TestServer, photo,
};

/// Check-ins, visits and photos of two projects.
async fn busy(backend: Backend) -> TestServer {
    let server = TestServer::on(backend).await;
    for (role, project, photos) in [(Leader, BEARING_PARK, 2), (Leader, BEARING_PARK, 0), (OtherLeader, HARBOUR, 1)] {
        let client = server.as_(role);
        let mut ids = Vec::new();
        for number in 0..photos {
            ids.push(client.uploaded(&photo(number)).await);
        }
        client.checked_in(&Draft::at(&server, project).with("/photoIds", json!(ids))).await;
    }
    // What is inspected meanwhile would be judged anew between two questions.
    let inspections = || job::Entity::find().filter(job::Column::Kind.eq(JobKind::PhotoInspection));
    while inspections().count(server.app().database.reader()).await.unwrap() > 0 {
        tokio::task::yield_now().await;
    }
    server
}

/// What a field can give, by introspection.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    /// The type's name, whatever it is wrapped in.
    of: String,
    arguments: Vec<String>,
    needs_arguments: bool,
}

/// The fields of each type that has any.
struct Schema(HashMap<String, Vec<Field>>);

impl Schema {
    async fn of(client: &Client) -> Self {
        let types = "{ __schema { types { name kind fields { name args { name defaultValue type { kind } } type { name \
                     ofType { name ofType { name ofType { name } } } } } } } }";
        let answer = client.ask(types, json!({})).await;
        let objects = answer.list("/__schema/types").iter().filter(|found| found["kind"] == "OBJECT");
        let fields = |found: &Value| found["fields"].as_array().unwrap().iter().map(field).collect();
        Self(objects.map(|found| (text(&found["name"]), fields(found))).collect())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn field(found: &Value) -> Field {
    let mut of = &found["type"];
    while of["name"].is_null() {
        of = &of["ofType"];
    }
    let arguments = found["args"].as_array().unwrap();
    let needed = |one: &Value| one["type"]["kind"] == "NON_NULL" && one["defaultValue"].is_null();
    Field {
        name: text(&found["name"]),
        of: text(&of["name"]),
        arguments: arguments.iter().map(|one| text(&one["name"])).collect(),
        needs_arguments: arguments.iter().any(needed),
    }
}

/// A field that is asked for, and what is asked of it.
#[derive(Clone, Debug)]
struct Asked {
    key: String,
    written: String,
    inner: Vec<Asked>,
}

impl Asked {
    /// Chosen by the dice, from a type.
    fn some(schema: &Schema, of: &str, depth: usize, dice: &mut StdRng) -> Vec<Self> {
        let mut asked = Vec::new();
        for field in &schema.0[of] {
            let leaf = !schema.0.contains_key(&field.of);
            // Nodes are asked for one by one, and what is told of a page begins with its objects.
            let unfit = field.needs_arguments || field.of == "Node" || (!leaf && depth == 0);
            if unfit || !dice.random_ratio(if leaf { 2 } else { 3 }, 5) {
                continue;
            }
            let alias = dice.random_ratio(1, 5).then(|| format!("a{}: ", asked.len()));
            let size = ["first", "last"].into_iter().find(|name| field.arguments.iter().any(|one| one == name));
            let arguments = size.filter(|_| dice.random_ratio(1, 2));
            let arguments = arguments.map(|name| format!("({name}: {})", [1, 2, 50].choose(dice).unwrap()));
            let inner = if leaf { Vec::new() } else { Self::some(schema, &field.of, depth - 1, dice) };
            if !leaf && inner.is_empty() {
                continue;
            }
            let (alias, arguments) = (alias.unwrap_or_default(), arguments.unwrap_or_default());
            let key = alias.strip_suffix(": ").unwrap_or(&field.name).to_owned();
            asked.push(Self { key, written: format!("{alias}{}{arguments}", field.name), inner });
        }
        asked
    }

    fn document(asked: &[Self]) -> String {
        let each = asked.iter().map(|one| match one.inner.as_slice() {
            [] => one.written.clone(),
            inner => format!("{} {}", one.written, Self::document(inner)),
        });
        format!("{{ {} }}", each.collect::<Vec<_>>().join(" "))
    }

    /// One leaf of it and what leads there.
    fn path(asked: &[Self], dice: &mut StdRng) -> Vec<Self> {
        let one = asked.choose(dice).unwrap();
        let inner = if one.inner.is_empty() { Vec::new() } else { Self::path(&one.inner, dice) };
        vec![Self { inner, ..one.clone() }]
    }

    /// What an answer to more has to say about this.
    fn of_answer(asked: &[Self], answer: &Value) -> Value {
        match answer {
            Value::Array(items) => items.iter().map(|item| Self::of_answer(asked, item)).collect(),
            Value::Object(members) if !asked.is_empty() => {
                let member = |one: &Self| (one.key.clone(), Self::of_answer(&one.inner, &members[&one.key]));
                Value::Object(asked.iter().map(member).collect())
            }
            other => other.clone(),
        }
    }
}

/// Whoever asks for more at once gets the same: each leaf is asked for alone as well.
#[rstest]
#[tokio::test]
async fn an_answer_is_made_of_what_each_of_its_parts_would_be(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values(Office, Leader, Analyst)] role: Role,
) {
    let server = busy(backend).await;
    let client = server.as_(role);
    let schema = Schema::of(&client).await;
    for seed in 0..25 {
        let mut dice = StdRng::seed_from_u64(seed);
        let root =
            [("visits", "VisitConnection"), ("projects", "ProjectConnection"), ("checkIns", "CheckInConnection")];
        let asked = root.map(|(name, of)| {
            let inner = Asked::some(&schema, of, 4, &mut dice);
            Asked { key: name.to_owned(), written: format!("{name}(first: 3)"), inner }
        });
        let asked: Vec<Asked> = asked.into_iter().filter(|one| !one.inner.is_empty()).collect();
        if asked.is_empty() {
            continue;
        }
        let document = Asked::document(&asked);
        let whole = client.ask(&document, json!({})).await;
        for _ in 0..8 {
            let path = Asked::path(&asked, &mut dice);
            let part = client.ask(&Asked::document(&path), json!({})).await;
            assert_eq!(part.at(""), &Asked::of_answer(&path, whole.at("")), "seed {seed}: {}", Asked::document(&path));
        }
    }
}

#[rstest]
#[case::other_fields_of_the_same_objects(
    "{ visits { edges { node { date } cursor } nodes { id } again: nodes { verdict } totalCount } }",
    "/visits", json!(["edges", "nodes", "again", "totalCount"])
)]
#[case::nothing_but_a_number("{ visits { totalCount } }", "/visits", json!(["totalCount"]))]
#[case::a_joined_row_twice(
    "{ visits { nodes { person { name } who: person { id } project { name } } } }",
    "/visits/nodes/0", json!(["person", "who", "project"])
)]
#[case::with_types(
    "{ visits { __typename nodes { __typename project { __typename team { __typename } } } } }",
    "/visits", json!(["__typename", "nodes"])
)]
#[case::left_out(
    "query($no: Boolean = false) { visits { nodes { id date @include(if: $no) ... @skip(if: $no) { week } } } }",
    "/visits/nodes/0", json!(["id", "week"])
)]
#[case::merged(
    "{ visits { nodes { id ...V project { id } } } } fragment V on Visit { project { name } id }",
    "/visits/nodes/0", json!(["id", "project"])
)]
#[tokio::test]
async fn keys_are_those_asked_for(
    #[case] query: &str,
    #[case] place: &str,
    #[case] keys: Value,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = busy(backend).await;
    let answer = server.as_(Office).ask(query, json!({})).await;
    let object = answer.at(place).as_object().unwrap();
    let mut found: Vec<&String> = object.keys().collect();
    let mut expected: Vec<String> = keys.as_array().unwrap().iter().map(text).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected.iter().collect::<Vec<_>>());
}

/// A page from the end, and one from the middle, within each parent.
#[rstest]
#[tokio::test]
async fn each_parent_has_a_page_of_its_own(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = busy(backend).await;
    server.clock.set("2026-11-20T02:00:00Z");
    server.as_(Leader).checked_in(&Draft::at(&server, BEARING_PARK)).await;
    let office = server.as_(Office);
    let page = |arguments: &str| {
        format!(
            "{{ projects {{ nodes {{ name visits({arguments}) {{ totalCount nodes {{ date }} pageInfo {{ hasNextPage \
             hasPreviousPage endCursor }} }} }} }} }}"
        )
    };
    let first = office.ask(&page("first: 1"), json!({})).await;
    let of = |answer: &Value, name: &str| {
        answer.as_array().unwrap().iter().find(|project| project["name"] == name).unwrap()["visits"].clone()
    };
    let park = of(first.at("/projects/nodes"), BEARING_PARK);
    assert_eq!((&park["nodes"], &park["totalCount"]), (&json!([{ "date": "2026-11-20" }]), &json!(2)));
    assert_eq!(park["pageInfo"]["hasNextPage"], true);
    let harbour = of(first.at("/projects/nodes"), HARBOUR);
    assert_eq!(
        (&harbour["nodes"], &harbour["pageInfo"]["hasNextPage"]),
        (&json!([{ "date": "2026-11-18" }]), &json!(false))
    );
    let after = format!("first: 5, after: {}", park["pageInfo"]["endCursor"]);
    let next = office.ask(&page(&after), json!({})).await;
    assert_eq!(of(next.at("/projects/nodes"), BEARING_PARK)["nodes"], json!([{ "date": "2026-11-18" }]));
    let last = office.ask(&page("last: 1"), json!({})).await;
    assert_eq!(of(last.at("/projects/nodes"), BEARING_PARK)["nodes"], json!([{ "date": "2026-11-18" }]));
    assert_eq!(of(last.at("/projects/nodes"), BEARING_PARK)["pageInfo"]["hasPreviousPage"], true);
}

/// What the answer's data is where a stored value can't be read, and where that is told.
#[rstest]
#[case::null_where_it_may_be(
    "query($id: ID!) { project(id: $id) { name sites { boundary { version geojson } } } }",
    json!({ "project": { "name": BEARING_PARK, "sites": [{ "boundary": null }] } }),
    json!(["project", "sites", 0, "boundary", "geojson"])
)]
#[case::takes_what_it_belongs_to(
    "query($id: ID!) { project(id: $id) { name tier } viewer { role } }",
    json!({ "project": null, "viewer": { "role": "OFFICE" } }), json!(["project", "tier"])
)]
#[case::up_to_what_may_be_null(
    "query($id: ID!) { team(projectId: $id) { leader { kind project { tier } } } }",
    json!({ "team": { "leader": { "kind": "LEADER", "project": null } } }), json!(["team", "leader", "project", "tier"])
)]
#[case::items_and_their_list(
    "query($id: ID!) { project(id: $id) { visits { nodes { id verdict } totalCount } } viewer { role } }",
    json!({ "project": null, "viewer": { "role": "OFFICE" } }), json!(["project", "visits", "nodes", 0, "verdict"])
)]
#[case::the_whole("{ visits { nodes { verdict } } }", json!(null), json!(["visits", "nodes", 0, "verdict"]))]
#[tokio::test]
async fn what_can_t_be_read_is_null_as_far_up_as_it_must_be(
    #[case] query: &str,
    #[case] data: Value,
    #[case] path: Value,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = busy(backend).await;
    spoil(&server).await;
    let answer = server.as_(Office).ask(query, json!({ "id": server.project(BEARING_PARK) })).await;
    assert_eq!(answer.body["data"], data, "{:#}", answer.body);
    let errors = answer.body["errors"].as_array().unwrap();
    assert_eq!((&errors[0]["path"], &errors[0]["extensions"]["code"]), (&path, &json!("INTERNAL")), "{errors:#?}");
}

/// Values that no program wrote.
async fn spoil(server: &TestServer) {
    let writer = server.app().database.writer();
    let spoilt = || Expr::value("SPOILT");
    visit::Entity::update_many().col_expr(visit::Column::Verdict, spoilt()).exec(writer).await.unwrap();
    site_version::Entity::update_many().col_expr(site_version::Column::Boundary, spoilt()).exec(writer).await.unwrap();
    project::Entity::update_many()
        .col_expr(project::Column::Tier, spoilt())
        .filter(project::Column::Name.eq(BEARING_PARK))
        .exec(writer)
        .await
        .unwrap();
}

/// To-one relations are joined: however deep they go, they take no statement of their own.
#[rstest]
#[tokio::test]
async fn what_a_row_belongs_to_takes_no_statement_of_its_own(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = busy(backend).await;
    let plain = statements(&server, "id").await;
    let deep = "person { name organisation { name } } project { name responsibleOrganisation { name } }";
    assert_eq!(statements(&server, deep).await, plain);
    let lists = "checkIns { id verdict assessment { verdict siteVersion { version } } photos { id state } }";
    assert_eq!(statements(&server, lists).await, plain + 2);
}

/// How many statements it takes to read this of visits.
async fn statements(server: &TestServer, fields: &str) -> u64 {
    let (office, query) = (server.as_(Office), format!("{{ visits {{ nodes {{ {fields} }} }} }}"));
    // The first request of a session is noted.
    office.ask(&query, json!({})).await.list("/visits/nodes");
    let again = office.ask(&query, json!({})).await;
    assert!(!again.list("/visits/nodes").is_empty());
    again.statements
}
