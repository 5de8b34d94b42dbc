//! What the library's validation lets pass of a request's variables: values that are missing, and other values in place
//! of an input object (GraphQL specification, CoerceVariableValues). Both are request errors, before execution.

use async_graphql::{
    Error, ErrorExtensions, Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type},
};
use messages::message;

use super::types::Types;
use crate::graphql::support::error::{ErrorCode, coded};

/// Checks the values an operation is given, and names the first variable that has none or one of another kind.
pub(in crate::graphql) fn check(
    types: &Types,
    operation: &OperationDefinition,
    given: &Variables,
) -> Result<(), Error> {
    for definition in &operation.variable_definitions {
        let (name, kind) = (&definition.node.name.node, &definition.node.var_type.node);
        let fits = match given.get(name) {
            Some(value) => fits(types, value, kind),
            None => kind.nullable || definition.node.default_value.is_some(),
        };
        if !fits {
            return Err(misfit(name, kind));
        }
    }
    Ok(())
}

/// A single value stands for a list of one.
fn fits(types: &Types, value: &Value, kind: &Type) -> bool {
    match (value, &kind.base) {
        (Value::Null, _) => kind.nullable,
        (Value::List(values), BaseType::List(each)) => values.iter().all(|value| fits(types, value, each)),
        (value, BaseType::List(each)) => fits(types, value, each),
        (value, BaseType::Named(name)) => matches!(value, Value::Object(_)) || !types.is_input_object(name),
    }
}

fn misfit(name: &str, kind: &Type) -> Error {
    let message = message!(VariableOfAnotherType { name, kind: kind.to_string() });
    coded(ErrorCode::GraphqlValidationFailed, &message).extend_with(|_, extensions| extensions.set("variable", name))
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{parse_query, types::DocumentOperations};
    use rstest::rstest;
    use serde_json::{Value as Json, json};

    use super::*;

    #[rstest]
    #[case::given("$v: ID!", json!({ "v": "1" }), true)]
    #[case::missing("$v: ID!", json!({}), false)]
    #[case::null("$v: ID!", json!({ "v": null }), false)]
    #[case::nullable("$v: ID", json!({}), true)]
    #[case::with_a_default("$v: Int! = 5", json!({}), true)]
    #[case::object("$v: Filter!", json!({ "v": {} }), true)]
    #[case::number_for_an_object("$v: Filter", json!({ "v": 1e308 }), false)]
    #[case::one_for_a_list("$v: [Filter!]", json!({ "v": {} }), true)]
    #[case::null_in_a_list("$v: [Filter!]", json!({ "v": [{}, null] }), false)]
    #[case::text_in_a_list("$v: [Filter]", json!({ "v": [null, "text"] }), false)]
    #[case::unknown_variables_are_ignored("$v: Int", json!({ "w": 1 }), true)]
    fn what_fits(#[case] definition: &str, #[case] given: Json, #[case] fits: bool) {
        let types = Types::of("input Filter { a: Int } type Query { a: Int }");
        let document = parse_query(format!("query({definition}) {{ a }}")).unwrap();
        let DocumentOperations::Single(operation) = document.operations else { panic!("one operation") };
        assert_eq!(check(&types, &operation.node, &Variables::from_json(given)).is_ok(), fits);
    }
}
