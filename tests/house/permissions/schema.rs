//! The schema as it is printed: which types there are, and how to ask for each of their fields.

use std::collections::BTreeMap;

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition},
};

/// Object types and interfaces, by name.
pub(super) struct Schema(BTreeMap<String, Vec<FieldDefinition>>);

impl Schema {
    pub(super) fn printed() -> Self {
        let document = parse_schema(server::graphql::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(found) => {
                let fields = match found.node.kind {
                    TypeKind::Object(object) => object.fields,
                    TypeKind::Interface(interface) => interface.fields,
                    _ => return None,
                };
                let fields = fields.into_iter().map(|field| field.node).collect();
                Some((found.node.name.node.to_string(), fields))
            }
            _ => None,
        });
        Self(types.collect())
    }

    /// Every type with its fields' names.
    pub(super) fn types(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.0.keys().map(|on| (on.as_str(), self.fields(on)))
    }

    pub(super) fn fields(&self, on: &str) -> Vec<&str> {
        self.0[on].iter().map(|field| field.name.node.as_str()).collect()
    }

    /// How to ask for a field: what is an object is asked whether it is there, a list how long it is.
    pub(super) fn selection(&self, on: &str, field: &str, arguments: &str) -> String {
        let definition = self.0[on].iter().find(|definition| definition.name.node == field).unwrap();
        let inner = match innermost(&definition.ty.node) {
            name if name.ends_with("Connection") => " { totalCount nodes { __typename } edges { cursor } }",
            "Position" => " { latitude precision }",
            name if self.0.contains_key(name) => " { __typename }",
            _ => "",
        };
        format!("{field}{arguments}{inner}")
    }
}

fn innermost(kind: &Type) -> &str {
    match &kind.base {
        BaseType::Named(name) => name,
        BaseType::List(each) => innermost(each),
    }
}
