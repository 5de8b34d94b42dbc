//! Answers to the letter of the GraphQL specification, where the library's own would not be.
//!
//! Fields come in the order in which they were asked for (section “Serialized Map Ordering”), an object of which nothing
//! was asked in the end is an empty one, and a field with an error is null, or else what it belongs to is (section
//! “Handling Execution Errors”). The library gives fields as they get ready, and leaves out those with an error.

use std::collections::HashMap;

use async_graphql::{
    Name, PathSegment, ServerError, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, Type},
};

use super::plan::{Inner, Plan, Selected, TYPENAME};

/// The data of an answer, from what an execution gave and what went wrong in it.
pub(in crate::graphql) fn completed(plan: &Plan, data: Value, errors: &[ServerError]) -> Value {
    let errors = Errors::at(errors);
    let fields = match data {
        Value::Object(fields) => fields,
        _ => IndexMap::new(),
    };
    object(&plan.fields, fields, errors.as_ref()).map_or(Value::Null, Value::Object)
}

/// Where errors are: below a value, by the next segment of their paths.
#[derive(Debug, Default)]
struct Errors {
    fields: HashMap<String, Self>,
    items: HashMap<usize, Self>,
}

impl Errors {
    fn at(errors: &[ServerError]) -> Option<Self> {
        let mut all = Self::default();
        for error in errors {
            error.path.iter().fold(&mut all, |errors, segment| match segment {
                PathSegment::Field(name) => errors.fields.entry(name.clone()).or_default(),
                PathSegment::Index(index) => errors.items.entry(*index).or_default(),
            });
        }
        (!errors.is_empty()).then_some(all)
    }

    fn below(&self) -> bool {
        !self.fields.is_empty() || !self.items.is_empty()
    }
}

/// An object with its fields in order; none if one of them is null and must not be.
fn object(
    asked: &[Selected],
    mut found: IndexMap<Name, Value>,
    errors: Option<&Errors>,
) -> Option<IndexMap<Name, Value>> {
    let in_order = found.len() == asked.len() && found.keys().zip(asked).all(|(name, field)| name == field.key());
    if errors.is_none() && in_order {
        for (value, field) in found.values_mut().zip(asked) {
            if matches!(value, Value::List(_) | Value::Object(_)) && !matches!(field.inner, Inner::Leaf) {
                *value = of_kind(field, &field.kind, Some(std::mem::take(value)), None)?;
            }
        }
        return Some(found);
    }
    let mut completed = IndexMap::with_capacity(asked.len());
    for field in asked {
        let errors = errors.and_then(|errors| errors.fields.get(field.key().as_str()));
        let value = of_kind(field, &field.kind, found.swap_remove(field.key()), errors)?;
        completed.insert(field.key().clone(), value);
    }
    Some(completed)
}

/// A value of a type; none if it is null and must not be.
fn of_kind(field: &Selected, kind: &Type, found: Option<Value>, errors: Option<&Errors>) -> Option<Value> {
    match present(field, kind, found, errors) {
        Some(Value::Null) | None => kind.nullable.then_some(Value::Null),
        present => present,
    }
}

fn present(field: &Selected, kind: &Type, found: Option<Value>, errors: Option<&Errors>) -> Option<Value> {
    match (&kind.base, &field.inner, found?) {
        (BaseType::List(each), _, Value::List(items)) if !matches!(field.inner, Inner::Leaf) || errors.is_some() => {
            let item =
                |(place, item)| of_kind(field, each, Some(item), errors.and_then(|errors| errors.items.get(&place)));
            items.into_iter().enumerate().map(item).collect::<Option<_>>().map(Value::List)
        }
        (BaseType::Named(_), Inner::Object(asked), Value::Object(mut found)) => {
            if asked.is_empty() {
                found.swap_remove(TYPENAME);
            }
            object(asked, found, errors).map(Value::Object)
        }
        // An object is there if anything went wrong in it, though nothing of it was given.
        (BaseType::Named(_), Inner::Object(asked), Value::Null) if errors.is_some_and(Errors::below) => {
            object(asked, IndexMap::new(), errors).map(Value::Object)
        }
        (BaseType::Named(_), Inner::Abstract(types), Value::Object(mut found)) => {
            let Some(Value::String(on)) = found.swap_remove(TYPENAME) else { return None };
            let (_, asked) = types.iter().find(|(name, _)| *name == on)?;
            object(asked, found, errors).map(Value::Object)
        }
        (.., value) => Some(value),
    }
}

#[cfg(test)]
mod tests;
