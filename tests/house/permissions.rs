//! The permission table is what holds: every field of every type is tried by everybody, on what is theirs and on what is
//! not; so is every mutation and every subscription. What is tried comes from the schema, what is expected from the table:
//! a field that is missing from the table fails, and so does one that nobody here knows the way to.

use std::collections::{BTreeMap, BTreeSet};

use self::{
    changes::{self as mutations, Attempt},
    routes::{NOT_LED_TO, ROUTES, Route, argument, asked_with, constants},
    schema::Schema,
    world::{Asker, LATITUDE, NOTE, Owner, PHONE, STATEMENT, World},
};
use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Client, Draft, Message,
    Role::Leader,
    Socket, contents,
};
use domain::permission::{
    Action, Rule, Who,
    table::{TABLE, change, follow, read},
};
use rstest::rstest;
use serde_json::{Value, json};

mod asked;
mod changes;
mod routes;
mod schema;
mod world;

/// Fields that have no value here even for those who may read them: hidden and absent look the same.
const BLIND: &[&str] = &[
    "Account.disabledAt",
    "Account.oneTimePasswordUntil",
    "Appeal.photoIds",
    "BoundaryHint.insideAs",
    "Device.revokedAt",
    "Finding.probability",
    "PersonalAccessToken.lastUsedAt",
    "Project.closedAt",
    "Rejudgement.policyVersion",
    "Rejudgement.projectId",
    "Site.retiredAt",
    "SiteVersion.toleranceMeters",
    "TeamRole.to",
];

fn rule(action: Action, on: &str, field: &str) -> Option<&'static Rule> {
    TABLE.iter().find(|rule| rule.action == action && rule.on == on && rule.fields.contains(&field))
}

fn action_of(on: &str) -> Action {
    match on {
        "Mutation" => Action::Change,
        "Subscription" => Action::Follow,
        _ => Action::Read,
    }
}

#[test]
fn every_field_of_the_schema_is_in_the_table_and_none_else() {
    let schema = Schema::printed();
    let in_schema: BTreeSet<(String, String)> = schema
        .types()
        .flat_map(|(on, fields)| fields.into_iter().map(move |field| (on.to_owned(), field.to_owned())))
        .collect();
    let in_table: BTreeSet<(String, String)> = TABLE
        .iter()
        .flat_map(|rule| rule.fields.iter().map(|field| (rule.on.to_owned(), (*field).to_owned())))
        .collect();
    let missing: Vec<_> = in_schema.difference(&in_table).collect();
    assert!(missing.is_empty(), "say who may, in server/domain/src/permission/table.rs: {missing:?}");
    let gone: Vec<_> = in_table.difference(&in_schema).collect();
    assert!(gone.is_empty(), "the schema has no such fields: {gone:?}");
    for rule in TABLE.iter().filter(|rule| rule.action != Action::ReadInFull) {
        assert_eq!(rule.action, action_of(rule.on), "{}.{:?}", rule.on, rule.fields);
    }
}

#[test]
fn there_is_a_way_to_every_type() {
    let led_to: BTreeSet<&str> = ROUTES.iter().map(|route| route.on).collect();
    let page = |on: &str| on.ends_with("Connection") || on.ends_with("Edge") || on == "PageInfo";
    for (on, _) in Schema::printed().types() {
        let elsewhere = ["Query", "Mutation", "Subscription", "VisitRecorded", "WeeklyTallyChanged"].contains(&on)
            || on.ends_with("Payload")
            || page(on)
            || NOT_LED_TO.contains(&on);
        assert!(elsewhere || led_to.contains(on), "tests/house/permissions/routes.rs knows no way to a {on}");
    }
}

/// Nothing, an empty list or page: what is hidden looks as if it were not there.
fn hidden(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => match (members.get("nodes"), members.get("edges")) {
            (Some(nodes), Some(edges)) => {
                hidden(nodes) && hidden(edges) && members.get("totalCount") == Some(&json!(0))
            }
            _ => false,
        },
        _ => false,
    }
}

/// How much of a field somebody should see by a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sees {
    Nothing,
    /// Masked or coarsened.
    Something,
    All,
}

fn expected(asker: &Asker, route: &Route, field: &str) -> Sees {
    let relation = asker.relation(route.owner);
    let permits = |on: &str, field: &str| rule(Action::Read, on, field).unwrap().permits(asker.who, relation);
    if !route.by.iter().all(|(on, field)| permits(on, field)) || !permits(route.on, field) {
        return Sees::Nothing;
    }
    let in_full = match route.on {
        "Position" => rule(Action::ReadInFull, "CheckIn", "position"),
        _ => rule(Action::ReadInFull, route.on, field),
    };
    match in_full {
        Some(rule) if !rule.permits(asker.who, relation) => Sees::Something,
        _ => Sees::All,
    }
}

/// What is there to be leaked, and the rule for it.
fn secrets() -> [(&'static str, &'static Rule); 5] {
    [
        (NOTE, read("CheckIn", "note")),
        (STATEMENT, read("Appeal", "statement")),
        (LATITUDE, read("CheckIn", "fix")),
        (PHONE, rule(Action::ReadInFull, "Person", "phone").unwrap()),
        (BEARING_PARK, read("Project", "name")),
    ]
}

fn assert_keeps_secrets(asker: &Asker, text: &str, question: &str) {
    for (secret, rule) in secrets() {
        if !rule.permits(asker.who, asker.relation(Owner::Subject)) {
            assert!(!text.contains(secret), "{} learned {secret} by {question}: {text}", asker.name);
        }
    }
}

#[rstest]
#[tokio::test]
async fn everybody_sees_what_the_table_says_and_nothing_else(#[values(Sqlite, Postgres)] backend: Backend) {
    let (world, schema) = (World::on(backend).await, Schema::printed());
    let (mut attempts, mut valued) = (0, BTreeSet::new());
    for route in ROUTES {
        let fields = schema.fields(route.on);
        let selections: Vec<_> =
            fields.iter().map(|field| schema.selection(route.on, field, argument(route.on, field))).collect();
        let question =
            world.filled(&constants(&format!("{{ {} }}", route.query.replace("FIELDS", &selections.join(" ")))));
        let mut seen = BTreeMap::new();
        for asker in &world.askers {
            let answer = asker.client.ask(&question, json!({})).await;
            assert_keeps_secrets(asker, &answer.body.to_string(), &question);
            let object = answer.body["data"].pointer(route.pointer).cloned().unwrap_or_default();
            seen.insert(asker.name, object);
        }
        for field in &fields {
            let sees = |asker: &Asker| expected(asker, route, field);
            let truth =
                world.askers.iter().find(|asker| sees(asker) == Sees::All).map(|asker| &seen[asker.name][*field]);
            let truth = truth.unwrap_or(&Value::Null);
            for asker in &world.askers {
                attempts += 1;
                let (value, object) = (&seen[asker.name][*field], &seen[asker.name]);
                if !hidden(value) {
                    valued.insert(format!("{}.{field}", route.on));
                }
                let told = format!("{} by {}: {}.{field} is {value}, of {object}", asker.name, route.query, route.on);
                let own = !matches!(route.owner, Owner::Subject | Owner::Nobody);
                match sees(asker) {
                    Sees::Nothing => assert!(hidden(value), "{told}"),
                    _ if own => assert!(!hidden(object), "{told}"),
                    Sees::Something if hidden(truth) => {}
                    Sees::Something => assert!(!hidden(value) && value != truth, "{told}"),
                    Sees::All => assert_eq!(value, truth, "{told}"),
                }
            }
        }
    }
    let all = ROUTES
        .iter()
        .flat_map(|route| schema.fields(route.on).into_iter().map(|field| format!("{}.{field}", route.on)));
    let blind: BTreeSet<String> = all.filter(|field| !valued.contains(field)).collect();
    assert_eq!(blind, BLIND.iter().map(|field| (*field).to_owned()).collect(), "these have no value to hide");
    println!("{attempts} attempts at fields");
    assert!(attempts > 4000, "{attempts}");
}

#[rstest]
#[tokio::test]
async fn every_question_gives_everybody_what_the_table_says(#[values(Sqlite, Postgres)] backend: Backend) {
    let (world, schema) = (World::on(backend).await, Schema::printed());
    for field in schema.fields("Query") {
        let (arguments, owner) = asked_with(field);
        let question = format!("{{ {} }}", schema.selection("Query", field, arguments));
        let question = world.filled(&constants(&question));
        for asker in &world.askers {
            let answer = asker.client.ask(&question, json!({})).await;
            assert_keeps_secrets(asker, &answer.body.to_string(), &question);
            let value = answer.body["data"].get(field).cloned().unwrap_or_default();
            let mut may = read("Query", field).permits(asker.who, asker.relation(owner));
            if field == "viewer" {
                may = read("Viewer", "role").permits(asker.who, asker.relation(owner));
            }
            assert_eq!(!hidden(&value), may, "{} by {question}: {}", asker.name, answer.body);
        }
    }
}

/// What is refused as not theirs to do, as opposed to as wrong.
const NOT_THEIRS: [&str; 13] = [
    "UNAUTHENTICATED",
    "SECOND_FACTOR_NEEDED",
    "FORBIDDEN",
    "OFFICE_ONLY",
    "NOT_A_PERSON",
    "NOT_ON_TEAM",
    "MAY_NOT_APPEAL",
    "MAY_NOT_DECIDE",
    "PROJECT_NOT_FOUND",
    "CHECK_IN_NOT_FOUND",
    "ACCOUNT_NOT_FOUND",
    "SESSION_NOT_FOUND",
    "TOKEN_NOT_FOUND",
];

/// Whether a mutation was refused as not theirs.
async fn refused(client: &Client, attempt: &Attempt) -> (bool, Value) {
    let answer = client.ask(&attempt.document, json!({ "input": attempt.input })).await;
    let payload = &answer.body["data"][attempt.mutation];
    let item = payload.pointer("/results/0/userErrors/0/code");
    let codes = [answer.body.pointer("/errors/0/extensions/code"), payload.pointer("/userErrors/0/code"), item];
    let not_theirs = |code: &Value| code.as_str().is_some_and(|code| NOT_THEIRS.contains(&code));
    let nothing = payload["revoked"] == json!(false);
    (nothing || codes.into_iter().flatten().any(not_theirs), answer.body)
}

#[rstest]
#[tokio::test]
async fn nobody_changes_what_the_table_keeps_from_them(#[values(Sqlite, Postgres)] backend: Backend) {
    let (world, schema) = (World::on(backend).await, Schema::printed());
    let attempts: Vec<_> = schema.fields("Mutation").into_iter().map(|name| mutations::attempt(&world, name)).collect();
    let may =
        |asker: &Asker, attempt: &Attempt| change(attempt.mutation).permits(asker.who, asker.relation(attempt.owner));
    let before = contents(world.server.app().database.reader()).await;
    for attempt in &attempts {
        for asker in world.askers.iter().filter(|asker| !may(asker, attempt)) {
            let (refused, body) = refused(&asker.client, attempt).await;
            assert!(refused, "{} did {}: {body}", asker.name, attempt.mutation);
            assert_keeps_secrets(asker, &body.to_string(), attempt.mutation);
        }
    }
    assert_eq!(contents(world.server.app().database.reader()).await, before, "nothing has changed");
    // Whoever may is not told that they may not, each beginning with what leaves them signed in.
    let mut attempts = attempts;
    attempts.sort_by_key(|attempt| attempt.last);
    let mut done = BTreeSet::new();
    for asker in &world.askers {
        for attempt in attempts.iter().filter(|attempt| may(asker, attempt)) {
            // What can be done once has been done by whoever came first.
            if attempt.once && !done.insert(attempt.mutation) {
                continue;
            }
            let (refused, body) = refused(&asker.client, attempt).await;
            assert!(!refused, "{} may {}, but: {body}", asker.name, attempt.mutation);
        }
    }
}

#[rstest]
#[case("visitRecorded")]
#[case("weeklyTallyChanged")]
#[tokio::test]
async fn everybody_hears_of_what_the_table_says(
    #[case] subscription: &str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let world = World::on(backend).await;
    let mut listening = Vec::new();
    for asker in &world.askers {
        let Some(token) = &asker.token else { continue };
        let server = if asker.who == Who::Enrolling { &world.strict } else { &world.server };
        let mut socket = Socket::with_token(server, token).await;
        socket.subscribe(&format!("subscription {{ {subscription} {{ cursor }} }}"), json!({})).await;
        listening.push((asker, socket));
    }
    assert!(listening.len() >= 8);
    world.server.clock.advance(chrono::TimeDelta::days(7));
    world.server.as_(Leader).checked_in(&Draft::at(&world.server, BEARING_PARK)).await;
    let hears = |asker: &Asker| follow(subscription).permits(asker.who, asker.relation(Owner::Subject));
    // Those who hear it first: once they have, it has been told to all.
    listening.sort_by_key(|(asker, _)| !hears(asker));
    for (asker, socket) in &mut listening {
        if asker.who == Who::Enrolling {
            assert!(matches!(socket.next().await, Message::Errors(_)), "{}", asker.name);
        } else if hears(asker) {
            assert!(matches!(socket.next().await, Message::Event(_)), "{}", asker.name);
        } else {
            socket.ask("after", "{ __typename }").await;
            assert!(socket.heard_nothing(), "{} heard of it", asker.name);
        }
    }
}
