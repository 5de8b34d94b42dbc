//! How much an introspection gives: counted exactly, for a schema is known. What is asked of a type is counted once, so
//! that types within types within types take no longer than a document of them.

use std::collections::HashMap;

use async_graphql::{
    Positioned, Value,
    parser::types::{BaseType, ConstDirective, InputValueDefinition, Type, TypeDefinition, TypeKind},
};

use crate::graphql::engine::{
    plan::{BoundOperation, Inner, Plan, Selected},
    types::{Types, fields_of},
};

/// What an introspection is about.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Schema,
    Named(&'a TypeDefinition),
    /// A scalar that every schema has.
    BuiltIn,
    /// A list, or what is not null, of something.
    Wrapped(&'a Type, bool),
    /// Something with a type and arguments: a field, an argument, a member of an input, a directive.
    Member(Option<&'a Type>, &'a [Positioned<InputValueDefinition>]),
    /// Something without either.
    Value,
}

/// Values that all an operation asks of the schema gives.
pub(in crate::graphql) fn of(asked: &BoundOperation<'_>, plan: &Plan) -> usize {
    let looks = plan.fields.iter().filter(|field| matches!(field.name().as_str(), "__schema" | "__type"));
    looks.map(|field| size(asked, field)).fold(0, usize::saturating_add)
}

/// Values that `__schema` or `__type` gives with all that is asked of them.
pub(in crate::graphql) fn size(asked: &BoundOperation<'_>, field: &Selected) -> usize {
    let mut count = Count { asked, known: HashMap::new() };
    if field.name() == "__schema" {
        return count.object(Subject::Schema, field);
    }
    match asked.argument("Query", field, "name") {
        Some(Value::String(name)) => count.object(named(asked.types, &name), field),
        _ => 1,
    }
}

struct Count<'a> {
    asked: &'a BoundOperation<'a>,
    /// By type, and by what is asked of it.
    known: HashMap<(&'a str, *const Selected), usize>,
}

impl<'a> Count<'a> {
    /// A field that gives one object, and what is asked of that.
    fn object(&mut self, subject: Subject<'a>, field: &Selected) -> usize {
        1_usize.saturating_add(self.fields(subject, field))
    }

    fn list(&mut self, subjects: impl IntoIterator<Item = Subject<'a>>, field: &Selected) -> usize {
        let items = subjects.into_iter().map(|subject| self.object(subject, field));
        items.fold(1, usize::saturating_add)
    }

    fn fields(&mut self, subject: Subject<'a>, field: &Selected) -> usize {
        let key = match subject {
            Subject::Named(definition) => Some((definition.name.node.as_str(), std::ptr::from_ref(field))),
            _ => None,
        };
        if let Some(known) = key.and_then(|key| self.known.get(&key)) {
            return *known;
        }
        let Inner::Object(fields) = &field.inner else { return 0 };
        let size = fields.iter().map(|field| self.field(subject, field)).fold(0, usize::saturating_add);
        if let Some(key) = key {
            self.known.insert(key, size);
        }
        size
    }

    fn field(&mut self, subject: Subject<'a>, field: &Selected) -> usize {
        let types = self.asked.types;
        let on = field_of(subject);
        let all = matches!(self.asked.argument(on, field, "includeDeprecated"), Some(Value::Boolean(true)));
        let shown = |directives: &[Positioned<ConstDirective>]| all || !deprecated(directives);
        match (subject, field.name().as_str()) {
            (Subject::Schema, "types") => self.list(types.all().map(Subject::Named), field),
            (Subject::Schema, "queryType") => self.object(named(types, "Query"), field),
            (Subject::Schema, "mutationType") => self.object(named(types, "Mutation"), field),
            (Subject::Schema, "subscriptionType") => self.object(named(types, "Subscription"), field),
            (Subject::Schema, "directives") => {
                let directives = types.directives.iter();
                self.list(directives.map(|directive| Subject::Member(None, &directive.arguments)), field)
            }
            (Subject::Named(definition), "fields") => {
                let fields = fields_of(definition).iter().map(|field| &field.node);
                let fields = fields.filter(|field| shown(&field.directives));
                self.list(fields.map(|field| Subject::Member(Some(&field.ty.node), &field.arguments)), field)
            }
            (Subject::Named(definition), "interfaces") => match &definition.kind {
                TypeKind::Object(object) => {
                    self.list(object.implements.iter().map(|name| named(types, &name.node)), field)
                }
                _ => 1,
            },
            (Subject::Named(definition), "possibleTypes") => match &definition.kind {
                TypeKind::Interface(_) | TypeKind::Union(_) => {
                    let possible = types.possible(&definition.name.node).unwrap_or_default();
                    self.list(possible.iter().map(|name| named(types, name)), field)
                }
                _ => 1,
            },
            (Subject::Named(definition), "enumValues") => match &definition.kind {
                TypeKind::Enum(values) => {
                    let values = values.values.iter().filter(|value| shown(&value.node.directives));
                    self.list(values.map(|_| Subject::Value), field)
                }
                _ => 1,
            },
            (Subject::Named(definition), "inputFields") => match &definition.kind {
                TypeKind::InputObject(input) => self.list(members(&input.fields, shown), field),
                _ => 1,
            },
            (Subject::Wrapped(kind, lists), "ofType") => self.object(unwrapped(types, kind, lists), field),
            (Subject::Member(_, arguments), "args") => self.list(members(arguments, shown), field),
            (Subject::Member(Some(kind), _), "type") => self.object(as_given(types, kind), field),
            _ => 1,
        }
    }
}

/// The type of introspection that describes something.
fn field_of(subject: Subject<'_>) -> &'static str {
    match subject {
        Subject::Schema => "__Schema",
        Subject::Named(_) | Subject::BuiltIn | Subject::Wrapped(..) => "__Type",
        Subject::Member(..) | Subject::Value => "__Field",
    }
}

fn members<'a>(
    members: &'a [Positioned<InputValueDefinition>],
    shown: impl Fn(&[Positioned<ConstDirective>]) -> bool,
) -> impl Iterator<Item = Subject<'a>> {
    let members = members.iter().map(|member| &member.node).filter(move |member| shown(&member.directives));
    members.map(|member| Subject::Member(Some(&member.ty.node), &[]))
}

fn deprecated(directives: &[Positioned<ConstDirective>]) -> bool {
    directives.iter().any(|directive| directive.node.name.node == "deprecated")
}

fn named<'a>(types: &'a Types, name: &str) -> Subject<'a> {
    types.get(name).map_or(Subject::BuiltIn, Subject::Named)
}

/// A type as a field has it: not null, a list, or itself.
fn as_given<'a>(types: &'a Types, kind: &'a Type) -> Subject<'a> {
    match (&kind.base, kind.nullable) {
        (_, false) => Subject::Wrapped(kind, false),
        (BaseType::List(_), true) => Subject::Wrapped(kind, true),
        (BaseType::Named(name), true) => named(types, name),
    }
}

/// What a wrapped type wraps: of one that is not null the same without that, of a list its items.
fn unwrapped<'a>(types: &'a Types, kind: &'a Type, list: bool) -> Subject<'a> {
    match &kind.base {
        BaseType::List(each) if list => as_given(types, each),
        BaseType::List(_) => Subject::Wrapped(kind, true),
        BaseType::Named(name) => named(types, name),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Variables, parser::parse_query};
    use rstest::rstest;

    use super::*;

    const SCHEMA: &str = "type Query { a(n: Int!, m: [Int!]): [A!]! b: B @deprecated } interface I { id: ID! }
        type A implements I { id: ID! } type B implements I { id: ID! } enum E { X Y @deprecated } input In { a: E! }";

    fn size_of(query: &str) -> usize {
        let (types, document) = (Types::of(SCHEMA), parse_query(query).unwrap());
        let (_, operation) = document.operations.iter().next().unwrap();
        let (fragments, variables) = (&document.fragments, &Variables::default());
        let asked = BoundOperation { types: &types, operation: &operation.node, fragments, variables };
        size(&asked, &asked.plan().fields[0])
    }

    #[rstest]
    #[case::a_name("{ __type(name: \"A\") { name } }", 2)]
    #[case::unknown("{ __type(name: \"Nobody\") { name } }", 2)]
    #[case::values("{ __type(name: \"E\") { enumValues { name } } }", 1 + 1 + 2)]
    #[case::with_deprecated_values("{ __type(name: \"E\") { enumValues(includeDeprecated: true) { name } } }", 1 + 1 + 4)]
    #[case::members("{ __type(name: \"In\") { inputFields { type { kind ofType { name } } } } }", 1 + 1 + 1 + 1 + 1 + 1 + 1)]
    #[case::arguments("{ __type(name: \"Query\") { fields { name args { name } } } }", 1 + 1 + 3 * 3 + 4 + 2)]
    #[case::wrapped("{ __type(name: \"A\") { fields { type { ofType { ofType { name } } } } } }", 1 + 1 + 1 + 1 + 1 + 1)]
    #[case::around("{ __type(name: \"I\") { possibleTypes { interfaces { possibleTypes { name } } } } }", 1 + 1 + 2 * (1 + 1 + (1 + 1 + 2 * 2)))]
    #[case::of_nothing("{ __type(name: \"E\") { possibleTypes { name } interfaces { name } fields { name } } }", 1 + 1 + 1 + 1)]
    fn what_is_given_is_counted(#[case] query: &str, #[case] expected: usize) {
        assert_eq!(size_of(query), expected);
    }

    #[test]
    fn what_stands_for_thousands_of_millions_is_counted_at_once() {
        let levels = 30;
        let (open, close) = ("possibleTypes{interfaces{".repeat(levels), "}}".repeat(levels));
        assert!(size_of(&format!("{{__type(name:\"I\"){{{open}name{close}}}}}")) > 1 << levels);
    }

    /// What the reference implementation's tools ask (graphql-js, `getIntrospectionQuery`).
    const TOOLS: &str = "query IntrospectionQuery {
        __schema { description queryType { name kind } mutationType { name kind } subscriptionType { name kind }
          types { ...FullType } directives { name description isRepeatable locations
            args(includeDeprecated: true) { ...InputValue } } } }
      fragment FullType on __Type { kind name description specifiedByURL isOneOf
        fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue }
          type { ...TypeRef } isDeprecated deprecationReason }
        inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
        enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
        possibleTypes { ...TypeRef } }
      fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated
        deprecationReason }
      fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
        ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

    #[test]
    fn common_tools_may_look_at_the_schema() {
        let (types, document) = (Types::of(&crate::graphql::sdl()), parse_query(TOOLS).unwrap());
        let (_, operation) = document.operations.iter().next().unwrap();
        let (fragments, variables) = (&document.fragments, &Variables::default());
        let asked = BoundOperation { types: &types, operation: &operation.node, fragments, variables };
        let (size, most) = (of(&asked, &asked.plan()), crate::graphql::Limits::default().introspection);
        assert!((most / 3..most * 4 / 5).contains(&size), "{size} of {most}");
    }
}
