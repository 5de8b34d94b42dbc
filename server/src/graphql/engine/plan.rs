//! What an operation comes to: its fields, collected as the GraphQL specification says (sections “Field Collection” and
//! “Merging Selection Sets”), conditions decided and fragments resolved, with the type of each.
//!
//! A field that is asked for twice under one key is one field, and is executed once.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Pos, Positioned, Value, Variables,
    indexmap::IndexMap,
    parser::types::{
        BaseType, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, InlineFragment,
        OperationDefinition, OperationType, Selection, SelectionSet, Type, TypeCondition,
    },
};

use super::types::{Types, innermost};

/// As what an object is asked for its type, where that has to be known and nobody asked. It is no name that a client
/// could write.
pub(in crate::graphql) const TYPENAME: &str = "typename?";

/// What an operation comes to.
#[derive(Debug)]
pub(in crate::graphql) struct Plan {
    pub(in crate::graphql) kind: OperationType,
    /// The type of its root.
    pub(in crate::graphql) root: Name,
    pub(in crate::graphql) fields: Vec<Selected>,
}

/// A field to be executed.
#[derive(Debug)]
pub(in crate::graphql) struct Selected {
    /// As it was asked for first: without directives, and without what is asked of it.
    field: Positioned<Field>,
    pub(in crate::graphql) kind: Type,
    pub(in crate::graphql) inner: Inner,
}

/// What is asked of a field's value, or of each of its values.
#[derive(Debug)]
pub(in crate::graphql) enum Inner {
    /// It has no fields.
    Leaf,
    /// Fields of an object.
    Object(Vec<Selected>),
    /// Fields by the object's type, where it can have several.
    Abstract(Vec<(Name, Vec<Selected>)>),
}

/// The operation that a document is about, and what it is given.
pub(in crate::graphql) struct BoundOperation<'a> {
    pub(in crate::graphql) types: &'a Types,
    pub(in crate::graphql) operation: &'a OperationDefinition,
    pub(in crate::graphql) fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    pub(in crate::graphql) variables: &'a Variables,
}

impl BoundOperation<'_> {
    /// Collects the fields of a valid operation, whose fragments don't spread themselves.
    pub(in crate::graphql) fn plan(&self) -> Plan {
        let kind = self.operation.ty;
        let root = Name::new(match kind {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        });
        let fields = self.fields(&root, &[&self.operation.selection_set.node]);
        Plan { kind, root, fields }
    }

    /// The fields of an object of this type.
    fn fields(&self, on: &str, sets: &[&SelectionSet]) -> Vec<Selected> {
        let (mut grouped, mut seen) = (IndexMap::new(), HashSet::new());
        for set in sets {
            self.collect(on, set, &mut grouped, &mut seen);
        }
        grouped.into_values().filter_map(|fields| self.selected(on, &fields)).collect()
    }

    fn collect<'s>(
        &'s self,
        on: &str,
        set: &'s SelectionSet,
        grouped: &mut IndexMap<&'s Name, Vec<&'s Positioned<Field>>>,
        seen: &mut HashSet<&'s str>,
    ) {
        for selection in &set.items {
            if self.left_out(&selection.node) {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => grouped.entry(&field.node.response_key().node).or_default().push(field),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| self.types.applies(&condition.node.on.node, on)) {
                        self.collect(on, &fragment.node.selection_set.node, grouped, seen);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.fragments.get(name)
                        && seen.insert(name)
                        && self.types.applies(&fragment.node.type_condition.node.on.node, on)
                    {
                        self.collect(on, &fragment.node.selection_set.node, grouped, seen);
                    }
                }
            }
        }
    }

    fn selected(&self, on: &str, fields: &[&Positioned<Field>]) -> Option<Selected> {
        let first = fields.first()?;
        let kind = match first.node.name.node.as_str() {
            "__typename" => Type { base: BaseType::Named(Name::new("String")), nullable: false },
            name => self.types.field(on, name)?.ty.node.clone(),
        };
        let inner = match self.types.possible(innermost(&kind)) {
            None => Inner::Leaf,
            Some(possible) => {
                let sets: Vec<&SelectionSet> = fields.iter().map(|field| &field.node.selection_set.node).collect();
                match possible {
                    [only] => Inner::Object(self.fields(only, &sets)),
                    several => Inner::Abstract(several.iter().map(|on| (on.clone(), self.fields(on, &sets))).collect()),
                }
            }
        };
        let bare = Field {
            alias: first.node.alias.clone(),
            name: first.node.name.clone(),
            arguments: first.node.arguments.clone(),
            directives: Vec::new(),
            selection_set: Positioned::default(),
        };
        Some(Selected { field: Positioned::new(bare, first.pos), kind, inner })
    }

    /// Whether a condition leaves a selection out: `@skip` or `@include`.
    fn left_out(&self, selection: &Selection) -> bool {
        selection.directives().iter().any(|directive| {
            let when = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return false,
            };
            let given = directive.node.get_argument("if").map(|given| given.node.clone());
            let given = given.and_then(|given| given.into_const_with(|name| self.variable(&name)).ok());
            given == Some(Value::Boolean(when))
        })
    }

    /// The value of a field's argument: as it is given, by its variable, or else its default.
    pub(in crate::graphql) fn argument(&self, on: &str, selected: &Selected, argument: &str) -> Option<Value> {
        let given = selected.field.node.get_argument(argument).map(|given| given.node.clone());
        given.and_then(|given| given.into_const_with(|name| self.variable(&name)).ok()).or_else(|| {
            let definition = self.types.field(on, selected.name())?;
            let argument = definition.arguments.iter().find(|one| one.node.name.node == argument)?;
            argument.node.default_value.as_ref().map(|value| value.node.clone())
        })
    }

    fn variable(&self, name: &str) -> Result<Value, ()> {
        let default = || {
            let definitions = self.operation.variable_definitions.iter();
            let definition = definitions.map(|definition| &definition.node).find(|one| one.name.node == name)?;
            definition.default_value.as_ref().map(|value| value.node.clone())
        };
        self.variables.get(name).cloned().or_else(default).ok_or(())
    }
}

impl Plan {
    /// How many fields there are, at every level.
    pub(in crate::graphql) fn size(&self) -> usize {
        size(&self.fields)
    }

    /// The operation as a document of these fields, each once, without fragments but for those of types.
    pub(in crate::graphql) fn document(&self, operation: &OperationDefinition) -> ExecutableDocument {
        let mut items: Vec<_> = self.fields.iter().map(Selected::written).collect();
        // A subscription has one root field and no other.
        if items.is_empty() && self.kind != OperationType::Subscription {
            items.push(typename());
        }
        let operation = OperationDefinition {
            ty: self.kind,
            variable_definitions: operation.variable_definitions.clone(),
            directives: Vec::new(),
            selection_set: set(items),
        };
        let operation = Positioned::new(operation, Pos::default());
        ExecutableDocument { operations: DocumentOperations::Single(operation), fragments: HashMap::new() }
    }
}

impl Selected {
    /// What it is called in the answer.
    pub(in crate::graphql) fn key(&self) -> &Name {
        &self.field.node.response_key().node
    }

    pub(in crate::graphql) fn name(&self) -> &Name {
        &self.field.node.name.node
    }

    /// The name of its type, whatever lists of it there are.
    pub(in crate::graphql) fn type_name(&self) -> &Name {
        innermost(&self.kind)
    }

    pub(in crate::graphql) fn is_list(&self) -> bool {
        matches!(self.kind.base, BaseType::List(_))
    }

    fn written(&self) -> Positioned<Selection> {
        let items = match &self.inner {
            Inner::Leaf => Vec::new(),
            // The library makes nothing of an object of which nothing is asked.
            Inner::Object(fields) if fields.is_empty() => vec![typename()],
            Inner::Object(fields) => fields.iter().map(Self::written).collect(),
            Inner::Abstract(types) => {
                let of_types = types.iter().filter(|(_, fields)| !fields.is_empty()).map(of_type);
                std::iter::once(typename()).chain(of_types).collect()
            }
        };
        let mut field = self.field.clone();
        field.node.selection_set = set(items);
        Positioned::new(Selection::Field(field), self.field.pos)
    }
}

fn of_type((on, fields): &(Name, Vec<Selected>)) -> Positioned<Selection> {
    let fragment = InlineFragment {
        type_condition: Some(nowhere(TypeCondition { on: nowhere(on.clone()) })),
        directives: Vec::new(),
        selection_set: set(fields.iter().map(Selected::written).collect()),
    };
    nowhere(Selection::InlineFragment(nowhere(fragment)))
}

fn typename() -> Positioned<Selection> {
    let field = Field {
        alias: Some(nowhere(Name::new(TYPENAME))),
        name: nowhere(Name::new("__typename")),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: set(Vec::new()),
    };
    nowhere(Selection::Field(nowhere(field)))
}

fn set(items: Vec<Positioned<Selection>>) -> Positioned<SelectionSet> {
    nowhere(SelectionSet { items })
}

/// What the document of the client has no place for.
fn nowhere<T>(node: T) -> Positioned<T> {
    Positioned::new(node, Pos::default())
}

fn size(fields: &[Selected]) -> usize {
    let inner = |field: &Selected| match &field.inner {
        Inner::Leaf => 0,
        Inner::Object(fields) => size(fields),
        Inner::Abstract(types) => types.iter().map(|(_, fields)| size(fields)).sum(),
    };
    fields.iter().map(|field| 1 + inner(field)).sum()
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    const SCHEMA: &str = "type Query { a: A node: Node b: Int c: Int z(n: Int): Int }
        type A implements Node { id: ID! a: A b: Int c: Int } interface Node { id: ID! } type B implements Node { id: ID! d: Int }";

    fn told(fields: &[Selected]) -> String {
        let one = |field: &Selected| {
            let inner = match &field.inner {
                Inner::Leaf => String::new(),
                Inner::Object(fields) => format!("{{{}}}", told(fields)),
                Inner::Abstract(types) => {
                    let types = types.iter().map(|(on, fields)| format!("{on}{{{}}}", told(fields)));
                    format!("[{}]", types.collect::<Vec<_>>().join(" "))
                }
            };
            format!("{}{inner}", field.key())
        };
        fields.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    fn plan(query: &str) -> (Plan, ExecutableDocument) {
        let (types, document) = (Types::of(SCHEMA), parse_query(query).unwrap());
        let variables = Variables::from_json(json!({ "yes": true }));
        let (_, operation) = document.operations.iter().next().unwrap();
        let (operation, fragments) = (&operation.node, &document.fragments);
        let plan = BoundOperation { types: &types, operation, fragments, variables: &variables }.plan();
        let written = plan.document(operation);
        (plan, written)
    }

    #[rstest]
    #[case::in_the_order_of_the_first("{ b a { b } c a { c b } }", "b a{b c} c")]
    #[case::aliases("{ x: b y: b b }", "x y b")]
    #[case::fragments("{ ...F c ... { b } } fragment F on Query { z b }", "z b c")]
    #[case::merged_in_fragments("{ a { b } ...F } fragment F on Query { a { c } }", "a{b c}")]
    #[case::by_type("{ node { id ... on B { d } ... on A { b } } }", "node[A{id b} B{id d}]")]
    #[case::of_an_interface("{ a { ... on Node { id } ... on B { d } } }", "a{id}")]
    #[case::left_out("query($yes: Boolean!) { b @skip(if: $yes) c @include(if: $yes) a @skip(if: $yes) { b } }", "c")]
    #[case::by_default("query($no: Boolean = false) { b @skip(if: $no) ... @include(if: $no) { c } }", "b")]
    #[case::nothing_left("query($yes: Boolean!) { a { b @skip(if: $yes) } }", "a{}")]
    #[case::introspection("{ __schema { types { name } } __typename }", "__schema{types{name}} __typename")]
    fn fields_are_collected(#[case] query: &str, #[case] expected: &str) {
        assert_eq!(told(&plan(query).0.fields), expected);
    }

    #[rstest]
    #[case::the_same("{ a { b } }", 0)]
    #[case::maybe_nothing("{ a { b @skip(if: true) } }", 1)]
    #[case::nothing_at_the_root("{ a @include(if: false) { b } }", 1)]
    #[case::of_several_types("{ node { id } }", 1)]
    fn what_has_to_be_known_is_asked(#[case] query: &str, #[case] asked: usize) {
        assert_eq!(format!("{:?}", plan(query).1).matches(TYPENAME).count(), asked);
    }

    #[test]
    fn the_size_is_that_of_what_fragments_stand_for() {
        assert_eq!(plan("{ x: a { ...F } y: a { ...F } } fragment F on A { p: a { c } q: a { c } }").0.size(), 10);
    }
}
