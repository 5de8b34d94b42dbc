//! The types of the schema, as its own text defines them, with those of introspection.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::{
        parse_schema,
        types::{BaseType, DirectiveDefinition, FieldDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
    },
};

/// The schema of introspection (GraphQL specification, section “Schema Introspection Schema”), and the fields by which it
/// is asked for.
const INTROSPECTION: &str = "
type Query { __schema: __Schema! __type(name: String!): __Type }
type __Schema {
  description: String types: [__Type!]! queryType: __Type! mutationType: __Type subscriptionType: __Type
  directives: [__Directive!]!
}
type __Type {
  kind: __TypeKind! name: String description: String specifiedByURL: String
  fields(includeDeprecated: Boolean = false): [__Field!] interfaces: [__Type!] possibleTypes: [__Type!]
  enumValues(includeDeprecated: Boolean = false): [__EnumValue!]
  inputFields(includeDeprecated: Boolean = false): [__InputValue!] ofType: __Type isOneOf: Boolean
}
type __Field {
  name: String! description: String args(includeDeprecated: Boolean = false): [__InputValue!]! type: __Type!
  isDeprecated: Boolean! deprecationReason: String
}
type __InputValue {
  name: String! description: String type: __Type! defaultValue: String isDeprecated: Boolean! deprecationReason: String
}
type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String }
type __Directive {
  name: String! description: String locations: [__DirectiveLocation!]!
  args(includeDeprecated: Boolean = false): [__InputValue!]! isRepeatable: Boolean!
}
enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
enum __DirectiveLocation {
  QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION SCHEMA SCALAR
  OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION
}";

/// The types of a schema, by name.
#[derive(Debug, Default)]
pub(in crate::graphql) struct Types {
    types: HashMap<Name, TypeDefinition>,
    pub(in crate::graphql) directives: Vec<DirectiveDefinition>,
    /// Objects that implement each interface, or belong to each union.
    possible: HashMap<Name, Vec<Name>>,
}

impl Types {
    /// Those of a schema in the schema definition language. What can't be read defines nothing.
    pub(in crate::graphql) fn of(sdl: &str) -> Self {
        let mut found = Self::default();
        for text in [sdl, INTROSPECTION] {
            let definitions = parse_schema(text).map(|document| document.definitions).unwrap_or_default();
            definitions.into_iter().for_each(|definition| found.add(definition));
        }
        found
    }

    fn add(&mut self, definition: TypeSystemDefinition) {
        match definition {
            TypeSystemDefinition::Directive(directive) => self.directives.push(directive.node),
            TypeSystemDefinition::Type(definition) => self.add_type(definition.node),
            TypeSystemDefinition::Schema(_) => {}
        }
    }

    fn add_type(&mut self, definition: TypeDefinition) {
        let name = definition.name.node.clone();
        match &definition.kind {
            TypeKind::Object(object) => {
                for interface in &object.implements {
                    self.possible.entry(interface.node.clone()).or_default().push(name.clone());
                }
            }
            TypeKind::Union(union) => {
                let members = union.members.iter().map(|member| member.node.clone());
                self.possible.entry(name.clone()).or_default().extend(members);
            }
            _ => {}
        }
        match (self.types.get_mut(&name).map(|known| &mut known.kind), definition.kind) {
            // Of the query root, there are two definitions: the schema's own, and that of introspection.
            (Some(TypeKind::Object(known)), TypeKind::Object(more)) => known.fields.extend(more.fields),
            (_, kind) => {
                self.types.insert(name, TypeDefinition { kind, ..definition });
            }
        }
    }

    /// A type by its name; none for the scalars that every schema has.
    pub(in crate::graphql) fn get(&self, name: &str) -> Option<&TypeDefinition> {
        self.types.get(name)
    }

    /// All types that are defined.
    pub(in crate::graphql) fn all(&self) -> impl Iterator<Item = &TypeDefinition> {
        self.types.values()
    }

    /// A field of an object type or an interface.
    pub(in crate::graphql) fn field(&self, on: &str, name: &str) -> Option<&FieldDefinition> {
        let field = fields_of(self.get(on)?).iter().find(|field| field.node.name.node == name)?;
        Some(&field.node)
    }

    /// The object types that a value of this type can have: itself, or those of an interface or a union. None for what
    /// has no fields.
    pub(in crate::graphql) fn possible(&self, name: &str) -> Option<&[Name]> {
        let definition = self.get(name)?;
        match &definition.kind {
            TypeKind::Object(_) => Some(std::slice::from_ref(&definition.name.node)),
            TypeKind::Interface(_) | TypeKind::Union(_) => Some(self.possible.get(name).map_or(&[][..], Vec::as_slice)),
            TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::InputObject(_) => None,
        }
    }

    /// Whether a fragment on a type applies to objects of another (GraphQL specification, DoesFragmentTypeApply).
    pub(in crate::graphql) fn applies(&self, condition: &str, object: &str) -> bool {
        condition == object || self.possible.get(condition).is_some_and(|types| types.iter().any(|name| name == object))
    }

    /// Whether a type is an input object.
    pub(in crate::graphql) fn is_input_object(&self, name: &str) -> bool {
        self.get(name).is_some_and(|definition| matches!(definition.kind, TypeKind::InputObject(_)))
    }
}

/// The fields of an object type or an interface.
pub(in crate::graphql) fn fields_of(definition: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

/// The name of a type, whatever lists of it there are.
pub(in crate::graphql) fn innermost(kind: &Type) -> &Name {
    match &kind.base {
        BaseType::Named(name) => name,
        BaseType::List(each) => innermost(each),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_knows_its_types_and_those_of_introspection() {
        let types = Types::of(
            "type Query { node: Node a: A } interface Node { id: ID! } type A implements Node { id: ID! } scalar S
             type B implements Node { id: ID! } input I { a: Int }",
        );
        assert_eq!(types.possible("Node"), Some(&[Name::new("A"), Name::new("B")][..]));
        assert_eq!(types.possible("A"), Some(&[Name::new("A")][..]));
        assert_eq!((types.possible("S"), types.possible("Int"), types.possible("I")), (None, None, None));
        assert!(types.applies("Node", "A") && types.applies("A", "A") && !types.applies("A", "B"));
        assert!(types.is_input_object("I") && !types.is_input_object("A"));
        assert_eq!(types.field("Query", "__schema").unwrap().ty.node.to_string(), "__Schema!");
        assert_eq!(innermost(&types.field("__Type", "fields").unwrap().ty.node), "__Field");
    }
}
