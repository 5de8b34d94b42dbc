//! The permission table, told where clients look: in the descriptions of the schema.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
};
use domain::permission::{Action, Rule, table::TABLE};
use messages::Language;

use crate::graphql::engine::cost::lists;

/// A type that is in no schema. Registered last, it adds to each description who may, and how long a list can be.
#[derive(Debug)]
pub(in crate::graphql) struct DescribedPermissions;

impl OutputType for DescribedPermissions {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("DescribedPermissions")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        lists::state(registry);
        for rule in TABLE.iter().filter(|rule| rule.grants.is_some()) {
            if let Some(MetaType::Object { description, fields, .. }) = registry.types.get_mut(rule.on) {
                if states_its_type(rule) {
                    add(description, &format!("May be read – {}.", said(rule)));
                    continue;
                }
                for name in rule.fields {
                    if let Some(field) = fields.get_mut(*name) {
                        add(&mut field.description, &format!("{} {}.", label(rule.action), said(rule)));
                    }
                }
            }
        }
        Self::type_name().into_owned()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

/// Whether a rule is the one that its type's objects are loaded by: told once, at the type.
fn states_its_type(rule: &Rule) -> bool {
    let first = TABLE.iter().find(|other| other.on == rule.on);
    rule.on != "Query" && rule.action == Action::Read && first.is_some_and(|first| first.fields == rule.fields)
}

/// Who may: the schema is described in the language that it is written in.
fn said(rule: &Rule) -> String {
    rule.sentence().said(Language::SOURCE)
}

fn label(action: Action) -> &'static str {
    match action {
        Action::Read => "May be read –",
        Action::ReadInFull => "May be read in full –",
        Action::Change => "May be done –",
        Action::Follow => "May be followed –",
    }
}

fn add(description: &mut Option<String>, sentence: &str) {
    let described = description.get_or_insert_default();
    described.push_str(if described.is_empty() { "" } else { "\n\n" });
    described.push_str(sentence);
}
