//! Loops through every relation of the schema, made from the schema itself, so that a relation that is added is tried too.

use std::collections::{BTreeMap, VecDeque};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition},
};
use serde_json::json;

use super::hostile_documents::{Hostile, Outcome};

/// Levels of fields that a document may have.
const LEVELS: usize = 16;

/// Object types that can be reached by asking, with their fields.
struct Relations(BTreeMap<String, Vec<FieldDefinition>>);

/// Two documents for each relation: around and around as deep as is allowed, with the largest pages and with the smallest.
pub(crate) fn loops() -> Vec<Hostile> {
    let relations = Relations::of_the_schema();
    let mut all = Vec::new();
    for (on, fields) in &relations.0 {
        for field in fields {
            let Some(path) = relations.around(on, field) else { continue };
            for (size, pages) in [("largest", true), ("smallest", false)] {
                all.push(Hostile {
                    name: format!("{on}.{}, {size} pages", field.name.node),
                    document: relations.document(&path, pages),
                    variables: json!({}),
                    outcome: Outcome::Bounded,
                });
            }
        }
    }
    all
}

fn innermost(kind: &Type) -> &str {
    match &kind.base {
        BaseType::Named(name) => name,
        BaseType::List(each) => innermost(each),
    }
}

impl Relations {
    fn of_the_schema() -> Self {
        let document = parse_schema(server::graphql::sdl()).unwrap();
        let objects = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(found) => match found.node.kind {
                TypeKind::Object(object) => {
                    let fields = object.fields.into_iter().map(|field| field.node).collect();
                    Some((found.node.name.node.to_string(), fields))
                }
                _ => None,
            },
            _ => None,
        });
        Self(objects.collect())
    }

    /// Fields that lead from a type to others.
    fn leading(&self, on: &str) -> impl Iterator<Item = (&FieldDefinition, &str)> {
        let leading = self.0.get(on).into_iter().flatten().map(|field| (field, innermost(&field.ty.node)));
        leading.filter(|(_, to)| self.0.contains_key(*to))
    }

    /// The shortest way from a type to another.
    fn way<'a>(&'a self, from: &'a str, to: &str) -> Option<Vec<&'a FieldDefinition>> {
        let mut ways = VecDeque::from([(from, Vec::new())]);
        let mut seen = vec![from];
        while let Some((at, way)) = ways.pop_front() {
            if at == to {
                return Some(way);
            }
            for (field, next) in self.leading(at) {
                if !seen.contains(&next) {
                    seen.push(next);
                    ways.push_back((next, [way.clone(), vec![field]].concat()));
                }
            }
        }
        None
    }

    /// A way from the query root through a relation, around to it again as often as levels allow, or on from there.
    fn around<'a>(&'a self, on: &'a str, field: &'a FieldDefinition) -> Option<Vec<&'a FieldDefinition>> {
        let to = innermost(&field.ty.node);
        if !self.0.contains_key(to) {
            return None;
        }
        let mut path = self.way("Query", on)?;
        path.push(field);
        if let Some(back) = self.way(to, on) {
            let round = [back, vec![field]].concat();
            while path.len() + round.len() < LEVELS {
                path.extend(&round);
            }
        }
        Some(path)
    }

    fn document(&self, path: &[&FieldDefinition], largest: bool) -> String {
        let open: String =
            path.iter().map(|field| format!("{}{}{{", field.name.node, arguments(field, largest))).collect();
        let last = path.last().map_or("Query", |field| innermost(&field.ty.node));
        format!("{{{open}{}{}}}", self.leaves(last), "}".repeat(path.len()))
    }

    /// What an object is asked that has no further fields.
    fn leaves(&self, on: &str) -> String {
        let leaf = |field: &&FieldDefinition| {
            let needed = field.arguments.iter().any(|argument| !argument.node.ty.node.nullable);
            !self.0.contains_key(innermost(&field.ty.node)) && !needed
        };
        let names = self.0[on].iter().filter(leaf).map(|field| field.name.node.as_str());
        names.fold("__typename".to_owned(), |all, name| all + " " + name)
    }
}

/// The arguments that a field needs, and how much of it is wanted.
fn arguments(field: &FieldDefinition, largest: bool) -> String {
    let mut given = Vec::new();
    for argument in field.arguments.iter().map(|argument| &argument.node) {
        let name = argument.name.node.as_str();
        let most = argument.description.as_ref().map_or("", |described| described.node.as_str());
        let size = match (largest, most.contains("1 to 100")) {
            (false, _) => 1,
            (true, true) => 100,
            (true, false) => 500,
        };
        let paged =
            name == "first" || name == "last" && !field.arguments.iter().any(|other| other.node.name.node == "first");
        match innermost(&argument.ty.node) {
            _ if paged => given.push(format!("{name}: {size}")),
            _ if argument.ty.node.nullable => {}
            "ID" => given.push(format!("{name}: \"AQAAAAAAAAAAAAAAAAAAAAA\"")),
            "Int" => given.push(format!("{name}: 1")),
            "Date" => given.push(format!("{name}: \"2026-11-{}\"", if name == "from" { "01" } else { "30" })),
            "GpsFixInput" => given.push(format!(
                "{name}: {{latitude: 39, longitude: 122, datum: WGS84, accuracyMeters: 5, fixedAt: \"2026-11-18T02:00:00Z\"}}"
            )),
            other => panic!("{}: say what is given for a {other}", field.name.node),
        }
    }
    if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
}
