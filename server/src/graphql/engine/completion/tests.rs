//! Against an oracle written from the specification's own steps (sections “Executing Selection Sets”, “Value Completion”
//! and “Handling Execution Errors”), and against tables of what they say.

use async_graphql::{PathSegment, Pos, Variables, parser::parse_query};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value as Json, json};

use super::*;
use crate::graphql::engine::{plan::BoundOperation, types::Types};

const SCHEMA: &str = "type Query { a: Int b: Int! o: T p: T! l: [T] m: [T!] n: [T]! q: [T!]! s: [Int!] node: Node }
    type T implements Node { id: ID! a: Int b: Int! o: T p: T! l: [T] m: [T!] n: [T]! q: [T!]! s: [Int!] }
    interface Node { id: ID! } type U implements Node { id: ID! c: Int! }";

fn plan(query: &str) -> Plan {
    let (types, document) = (Types::of(SCHEMA), parse_query(query).unwrap());
    let (_, operation) = document.operations.iter().next().unwrap();
    let (operation, fragments) = (&operation.node, &document.fragments);
    BoundOperation { types: &types, operation, fragments, variables: &Variables::default() }.plan()
}

/// An error at a path such as `o.l.3.b`.
fn error(path: &str) -> ServerError {
    let segment = |part: &str| match part.parse() {
        Ok(index) => PathSegment::Index(index),
        Err(_) => PathSegment::Field(part.to_owned()),
    };
    let path = path.split('.').map(segment).collect();
    ServerError { path, ..ServerError::new("wrong", Some(Pos::default())) }
}

fn complete(query: &str, given: &Json, errors: &[&str]) -> Json {
    let errors: Vec<ServerError> = errors.iter().map(|path| error(path)).collect();
    let data = completed(&plan(query), Value::from_json(given.clone()).unwrap(), &errors);
    serde_json::from_str(&serde_json::to_string(&data).unwrap()).unwrap()
}

#[rstest]
#[case::nullable("{ a x: a }", json!({ "x": 1 }), &["a"], json!({ "a": null, "x": 1 }))]
#[case::the_parent("{ o { a b } a }", json!({ "o": { "a": 1 }, "a": 2 }), &["o.b"], json!({ "o": null, "a": 2 }))]
#[case::its_parent("{ o { p { b } } }", json!({ "o": { "p": null } }), &["o.p.b"], json!({ "o": null }))]
#[case::the_whole("{ a b }", json!({ "a": 1 }), &["b"], json!(null))]
#[case::everything_wrong("{ o { a o { a } } }", json!({ "o": null }), &["o.a", "o.o"], json!({ "o": { "a": null, "o": null } }))]
#[case::null_without_an_error("{ o { a } a }", json!({ "o": null }), &["a"], json!({ "o": null, "a": null }))]
#[case::an_item("{ l { b } }", json!({ "l": [{ "b": 1 }, null] }), &["l.1.b"], json!({ "l": [{ "b": 1 }, null] }))]
#[case::an_item_that_must_be("{ m { b } }", json!({ "m": [{ "b": 1 }, null] }), &["m.1.b"], json!({ "m": null }))]
#[case::a_list_that_must_be("{ a o { q { b } } }", json!({ "a": 1, "o": { "q": [null] } }), &["o.q.0.b"], json!({ "a": 1, "o": null }))]
#[case::items_stay("{ n { a } }", json!({ "n": [null, { "a": 1 }] }), &["n.0.a"], json!({ "n": [{ "a": null }, { "a": 1 }] }))]
#[case::several("{ l { a b } o { a } }", json!({ "l": [{ "a": 1 }, { "b": 1 }], "o": null }), &["l.0.b", "l.1.a", "o.a"],
    json!({ "l": [null, { "a": null, "b": 1 }], "o": { "a": null } }))]
#[case::by_alias("{ x: o { y: b } z: o { y: b } }", json!({ "x": {}, "z": { "y": 1 } }), &["x.y"], json!({ "x": null, "z": { "y": 1 } }))]
#[case::in_fragments("{ ...F o { a } } fragment F on Query { o { ... { b } } }", json!({ "o": { "a": 1 } }), &["o.b"], json!({ "o": null }))]
#[case::of_a_type(
    "{ node { id ... on U { c } ... on T { a } } }",
    json!({ "node": { "typename?": "U", "id": "1" } }), &["node.c"], json!({ "node": null })
)]
#[case::of_another_type(
    "{ node { id ... on U { c } ... on T { a } } }",
    json!({ "node": { "typename?": "T", "id": "1" } }), &["node.a"], json!({ "node": { "id": "1", "a": null } })
)]
fn what_is_wrong_is_null_or_takes_its_parent_with_it(
    #[case] query: &str,
    #[case] given: Json,
    #[case] errors: &[&str],
    #[case] expected: Json,
) {
    assert_eq!(complete(query, &given, errors), expected);
}

#[rstest]
#[case::in_order("{ a b }", r#"{"a":1,"b":2}"#, r#"{"a":1,"b":2}"#)]
#[case::as_they_got_ready("{ a b s }", r#"{"s":[3],"a":1,"b":2}"#, r#"{"a":1,"b":2,"s":[3]}"#)]
#[case::in_lists("{ l { b a } }", r#"{"l":[{"a":1,"b":2},null]}"#, r#"{"l":[{"b":2,"a":1},null]}"#)]
#[case::merged("{ o { b } o { a b } }", r#"{"o":{"a":1,"b":2}}"#, r#"{"o":{"b":2,"a":1}}"#)]
#[case::of_types("{ node { id } }", r#"{"node":{"typename?":"T","id":"1"}}"#, r#"{"node":{"id":"1"}}"#)]
#[case::empty("{ o { a @skip(if: true) } }", r#"{"o":{"typename?":"T"}}"#, r#"{"o":{}}"#)]
#[case::empty_at_the_root("{ a @skip(if: true) }", r#"{"typename?":"Query"}"#, "{}")]
fn fields_come_in_the_order_they_were_asked_for(#[case] query: &str, #[case] given: &str, #[case] expected: &str) {
    let value: Value = serde_json::from_str(given).unwrap();
    assert_eq!(serde_json::to_string(&completed(&plan(query), value, &[])).unwrap(), expected);
}

/// What a resolver gives.
#[derive(Clone, Debug)]
enum Resolved {
    Error,
    Null,
    Number(i32),
    List(Vec<Resolved>),
    /// By the number of the field.
    Object(Vec<Resolved>),
}

fn resolved() -> impl Strategy<Value = Resolved> {
    let leaf = prop_oneof![2 => Just(Resolved::Error), 2 => Just(Resolved::Null), 6 => any::<i32>().prop_map(Resolved::Number)];
    leaf.prop_recursive(6, 120, 8, |inner| {
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 0..4).prop_map(Resolved::List),
            5 => prop::collection::vec(inner, 1..10).prop_map(Resolved::Object),
        ]
    })
}

/// A resolver gives what its type allows, or an error.
fn fitting(field: &Selected, kind: &Type, given: &Resolved) -> Resolved {
    match (&kind.base, &field.inner, given) {
        (_, _, Resolved::Error) => Resolved::Error,
        (_, _, Resolved::Null) if kind.nullable => Resolved::Null,
        (BaseType::List(each), _, Resolved::List(items)) => {
            Resolved::List(items.iter().map(|item| fitting(field, each, item)).collect())
        }
        (BaseType::List(each), _, other) => Resolved::List(vec![fitting(field, each, other)]),
        (BaseType::Named(_), Inner::Leaf, Resolved::Number(number)) => Resolved::Number(*number),
        (BaseType::Named(_), Inner::Leaf, _) => Resolved::Number(0),
        (BaseType::Named(_), _, Resolved::Object(fields)) => Resolved::Object(fields.clone()),
        (BaseType::Named(_), _, other) => Resolved::Object(vec![other.clone()]),
    }
}

fn nth(fields: &[Resolved], place: usize) -> &Resolved {
    &fields[place % fields.len()]
}

/// The specification's ExecuteSelectionSet: an error where a field must not be null and is.
fn executed(asked: &[Selected], fields: &[Resolved]) -> Result<Json, ()> {
    let mut result = serde_json::Map::new();
    for (place, field) in asked.iter().enumerate() {
        let given = fitting(field, &field.kind, nth(fields, place));
        // ExecuteField: an error of a field is handled as if it had resolved to null.
        let value = complete_value(field, &field.kind, &given);
        let value = match value {
            Err(()) if field.kind.nullable => Json::Null,
            other => other?,
        };
        result.insert(field.key().to_string(), value);
    }
    Ok(Json::Object(result))
}

/// The specification's CompleteValue.
fn complete_value(field: &Selected, kind: &Type, given: &Resolved) -> Result<Json, ()> {
    if !kind.nullable {
        let nullable = Type { nullable: true, ..kind.clone() };
        return complete_value(field, &nullable, given)
            .and_then(|value| if value.is_null() { Err(()) } else { Ok(value) });
    }
    match (&kind.base, given) {
        (_, Resolved::Error) => Err(()),
        (_, Resolved::Null) => Ok(Json::Null),
        (BaseType::List(each), Resolved::List(items)) => {
            let item = |item| match complete_value(field, each, item) {
                Err(()) if each.nullable => Ok(Json::Null),
                other => other,
            };
            items.iter().map(item).collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        (BaseType::Named(_), Resolved::Number(number)) => Ok(json!(number)),
        (BaseType::Named(_), Resolved::Object(fields)) => match &field.inner {
            Inner::Object(asked) => executed(asked, fields),
            _ => unreachable!("an object has fields"),
        },
        (kind, given) => unreachable!("{given:?} for {kind:?}"),
    }
}

/// What the library makes of it: fields with an error are left out, and an object without any is null.
fn given(asked: &[Selected], fields: &[Resolved], path: &[String], errors: &mut Vec<String>) -> Value {
    let mut object = IndexMap::new();
    for (place, field) in asked.iter().enumerate() {
        let path = [path, &[field.key().to_string()]].concat();
        let resolved = fitting(field, &field.kind, nth(fields, place));
        match value(field, &field.kind, &resolved, &path, errors) {
            Ok(value) => drop(object.insert(field.key().clone(), value)),
            Err(path) => errors.push(path),
        }
    }
    if object.is_empty() { Value::Null } else { Value::Object(object) }
}

fn value(
    field: &Selected,
    kind: &Type,
    resolved: &Resolved,
    path: &[String],
    errors: &mut Vec<String>,
) -> Result<Value, String> {
    match (&kind.base, resolved) {
        // The resolver's own error is the field's, whether it may be null or not.
        (_, Resolved::Error) => Err(path.join(".")),
        (_, Resolved::Null) => Ok(Value::Null),
        (_, Resolved::Number(number)) => Ok(Value::from(*number)),
        (BaseType::List(each), Resolved::List(items)) => {
            let item = |(place, item): (usize, &Resolved)| {
                let path = [path, &[place.to_string()]].concat();
                match value(field, each, item, &path, errors) {
                    Err(path) if each.nullable => {
                        errors.push(path);
                        Ok(Value::Null)
                    }
                    other => other,
                }
            };
            items.iter().enumerate().map(item).collect::<Result<Vec<_>, _>>().map(Value::List)
        }
        (_, Resolved::Object(fields)) => match &field.inner {
            Inner::Object(asked) => Ok(given(asked, fields, path, errors)),
            _ => unreachable!("an object has fields"),
        },
        (_, Resolved::List(_)) => unreachable!("a list for none"),
    }
}

const EVERYTHING: &str = "{ a b o { ...T } p { ...T } l { ...T } m { ...T } n { ...T } q { ...T } s }
    fragment T on T { a b o { a b } p { a b s } l { b } m { a b } n { b a } q { b o { p { b } } } s }";

proptest! {
    #[test]
    fn answers_are_what_the_specification_makes_of_what_resolvers_give(
        fields in prop::collection::vec(resolved(), 1..12)
    ) {
        let plan = plan(EVERYTHING);
        let mut errors = Vec::new();
        let data = given(&plan.fields, &fields, &[], &mut errors);
        let errors: Vec<ServerError> = errors.iter().map(|path| error(path)).collect();
        let told: Json = serde_json::to_value(completed(&plan, data, &errors)).unwrap();
        prop_assert_eq!(told, executed(&plan.fields, &fields).unwrap_or(Json::Null));
    }
}
