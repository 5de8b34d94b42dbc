//! What an answer looks like: its fields in the order they were asked for (GraphQL specification, section “Serialized Map
//! Ordering”), and an object of which nothing was asked in the end as an empty one.
//!
//! The library gives fields as they get ready, and null in place of an object without any.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value,
    indexmap::IndexMap,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType,
        Selection, SelectionSet,
    },
};

/// As what an object is asked whether it is there. It is no name that a client could write.
const PRESENT: &str = "present?";

/// The fields of an object, in the order they were asked for.
#[derive(Debug, Default)]
pub(super) struct Shape {
    fields: IndexMap<Name, Shape>,
    /// Whether objects are asked for [`PRESENT`] as well.
    marked: bool,
}

impl Shape {
    /// What an operation's answer looks like. Where a fragment does not apply, its fields will be missing.
    pub(super) fn of(
        operation: &OperationDefinition,
        fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    ) -> Self {
        let mut shape = Self::default();
        shape.add(&operation.selection_set.node, fragments);
        shape
    }

    fn add(&mut self, set: &SelectionSet, fragments: &HashMap<Name, Positioned<FragmentDefinition>>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => match &field.node.response_key().node {
                    key if key == PRESENT => self.marked = true,
                    key => self.fields.entry(key.clone()).or_default().add(&field.node.selection_set.node, fragments),
                },
                Selection::InlineFragment(fragment) => self.add(&fragment.node.selection_set.node, fragments),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        self.add(&fragment.node.selection_set.node, fragments);
                    }
                }
            }
        }
    }

    /// Puts an answer's fields in order, and takes out what only this module asked for.
    pub(super) fn arrange(&self, value: &mut Value) {
        match value {
            // A scalar may be a list or an object as well: it is its own business.
            _ if self.fields.is_empty() => {}
            Value::List(items) => items.iter_mut().for_each(|item| self.arrange(item)),
            Value::Object(object) => {
                if self.marked {
                    object.swap_remove(PRESENT);
                }
                if !self.is_order_of(object) {
                    object.sort_by_key(|name, _| self.fields.get_index_of(name));
                }
                let inner = object.iter_mut().filter(|(_, value)| matches!(value, Value::List(_) | Value::Object(_)));
                for (name, value) in inner {
                    if let Some(shape) = self.fields.get(name) {
                        shape.arrange(value);
                    }
                }
            }
            _ => {}
        }
    }

    /// How many fields there are, at every level.
    pub(super) fn size(&self) -> usize {
        self.fields.values().map(|shape| 1 + shape.size()).sum()
    }

    fn is_order_of(&self, object: &IndexMap<Name, Value>) -> bool {
        let mut asked = self.fields.keys();
        object.keys().all(|name| asked.any(|asked| asked == name))
    }
}

/// Asks each object that could be left without fields, because each has a condition, whether it is there.
pub(super) fn mark(document: &mut ExecutableDocument) {
    let operations: Vec<&mut OperationDefinition> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![&mut operation.node],
        DocumentOperations::Multiple(operations) => operations.values_mut().map(|one| &mut one.node).collect(),
    };
    for operation in operations {
        let set = &mut operation.selection_set.node;
        mark_within(set);
        // A subscription has one root field and no other.
        if operation.ty != OperationType::Subscription {
            mark_set(set);
        }
    }
    for fragment in document.fragments.values_mut() {
        mark_within(&mut fragment.node.selection_set.node);
    }
}

fn mark_within(set: &mut SelectionSet) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                let set = &mut field.node.selection_set.node;
                mark_within(set);
                if !set.items.is_empty() {
                    mark_set(set);
                }
            }
            Selection::InlineFragment(fragment) => mark_within(&mut fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn mark_set(set: &mut SelectionSet) {
    let unconditional = |selection: &Positioned<Selection>| match &selection.node {
        Selection::Field(field) => field.node.directives.is_empty(),
        Selection::InlineFragment(_) | Selection::FragmentSpread(_) => false,
    };
    if !set.items.iter().any(unconditional) {
        let at = |name: &str| Positioned::new(Name::new(name), Default::default());
        let field = Field {
            alias: Some(at(PRESENT)),
            name: at("__typename"),
            arguments: Vec::new(),
            directives: Vec::new(),
            selection_set: Positioned::default(),
        };
        let field = Selection::Field(Positioned::new(field, Default::default()));
        set.items.push(Positioned::new(field, Default::default()));
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn shape(document: &ExecutableDocument) -> Shape {
        let (_, operation) = document.operations.iter().next().unwrap();
        Shape::of(&operation.node, &document.fragments)
    }

    #[rstest]
    #[case::in_order("{ a b }", r#"{"a":1,"b":2}"#, r#"{"a":1,"b":2}"#)]
    #[case::as_they_got_ready("{ a b c }", r#"{"c":3,"a":1,"b":2}"#, r#"{"a":1,"b":2,"c":3}"#)]
    #[case::by_alias("{ z: a a: z }", r#"{"a":1,"z":2}"#, r#"{"z":2,"a":1}"#)]
    #[case::left_out("{ a b @skip(if: true) c }", r#"{"c":3,"a":1}"#, r#"{"a":1,"c":3}"#)]
    #[case::in_lists("{ a { b c } }", r#"{"a":[{"c":1,"b":2},null]}"#, r#"{"a":[{"b":2,"c":1},null]}"#)]
    #[case::merged("{ a { b } a { c b } }", r#"{"a":{"c":1,"b":2}}"#, r#"{"a":{"b":2,"c":1}}"#)]
    #[case::in_fragments(
        "{ ...F z ... { b } } fragment F on Q { a }",
        r#"{"b":1,"z":2,"a":3}"#,
        r#"{"a":3,"z":2,"b":1}"#
    )]
    #[case::scalars_are_let_be("{ a }", r#"{"a":{"z":1,"b":2}}"#, r#"{"a":{"z":1,"b":2}}"#)]
    fn fields_come_in_the_order_they_were_asked_for(#[case] query: &str, #[case] given: &str, #[case] expected: &str) {
        let mut value: Value = serde_json::from_str(given).unwrap();
        shape(&parse_query(query).unwrap()).arrange(&mut value);
        assert_eq!(serde_json::to_string(&value).unwrap(), expected);
    }

    #[rstest]
    #[case::always_something("{ a { b @skip(if: true) c } }", 0)]
    #[case::maybe_nothing("{ a { b @skip(if: true) } }", 1)]
    #[case::at_the_root("{ a @include(if: false) }", 1)]
    #[case::of_another_type("{ a { ... on T { b } } }", 1)]
    #[case::in_a_fragment("{ a { ...F } c } fragment F on A { b { d @skip(if: true) } }", 2)]
    #[case::not_the_root_of_a_subscription("subscription { a @skip(if: true) }", 0)]
    #[case::no_object("{ a }", 0)]
    fn objects_that_could_be_empty_are_asked_whether_they_are_there(#[case] query: &str, #[case] marks: usize) {
        let mut document = parse_query(query).unwrap();
        mark(&mut document);
        assert_eq!(format!("{document:?}").matches(PRESENT).count(), marks);
    }

    #[rstest]
    #[case("{ a b { c } }", 3)]
    #[case("{ a { b } a { b c } }", 3)]
    #[case("{ x: a { ...F } y: a { ...F } } fragment F on T { p: b { c } q: b { c } }", 10)]
    fn the_size_is_that_of_what_fragments_stand_for(#[case] query: &str, #[case] size: usize) {
        assert_eq!(shape(&parse_query(query).unwrap()).size(), size);
    }

    #[test]
    fn an_empty_object_is_none_that_is_missing() {
        let mut document = parse_query("{ a { b @skip(if: true) } c { b @skip(if: true) } }").unwrap();
        mark(&mut document);
        let mut value = Value::from_json(json!({ "a": { PRESENT: "T" }, "c": null })).unwrap();
        shape(&document).arrange(&mut value);
        assert_eq!(value.into_json().unwrap(), json!({ "a": {}, "c": null }));
    }
}
