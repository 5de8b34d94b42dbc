//! How long each list of the schema can be: by its paging arguments, or else by a bound that its resolver keeps and its
//! description states. A list that is not here fails a test.

use async_graphql::{
    Value,
    registry::{MetaType, Registry},
};
use chrono::NaiveDate;

use crate::{
    app::PHOTO_LIMIT,
    graphql::{
        support::page::{DEFAULT_SIZE, LARGEST_SIZE},
        visits::weekly_visits,
    },
};

/// How long a list can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::graphql) enum Length {
    /// As long as `first` or `last` says, or else the default; the second figure at most.
    Page(i32, i32),
    /// As long as the field above it makes it: `nodes` and `edges` of a connection, the results of a batch.
    OfPage,
    /// So many at most.
    AtMost(usize),
    /// One row for each item of `input.items`.
    OfItems,
    /// Leaders' weeks from a day to a day, or `first` of them.
    Weeks,
}

use Length::{AtMost, OfItems, OfPage, Page, Weeks};

/// A page of a list of its own.
const CONNECTION: Length = Page(DEFAULT_SIZE, LARGEST_SIZE);
/// The most that something small is listed by; what is usual of it.
pub(in crate::graphql) const FEW: i32 = 20;
pub(in crate::graphql) const MOST_OF_FEW: i32 = 100;
/// What keeps its history has few of it, whatever the years bring.
const SHORT: Length = Page(FEW, MOST_OF_FEW);
/// The rules there are, one finding each.
pub(in crate::graphql) const RULES: usize = 40;
/// From each verdict to each.
const TRANSITIONS: usize = 16;
/// What is told at once of all that is wrong with an input.
pub(in crate::graphql) const USER_ERRORS: usize = 64;

/// Each field that gives a list or a connection, and how long it can be.
#[rustfmt::skip]
pub(in crate::graphql) const LISTS: &[(&str, &str, Length)] = &[
    ("Query", "accounts", CONNECTION),
    ("Query", "auditTrail", CONNECTION),
    ("Query", "checkIns", CONNECTION),
    ("Query", "projects", CONNECTION),
    ("Query", "reviewQueue", CONNECTION),
    ("Query", "visits", CONNECTION),
    ("Project", "visits", CONNECTION),

    ("Query", "boundaryHints", CONNECTION),
    ("Query", "policies", SHORT),
    ("Query", "assignedSites", AtMost(5)),
    ("Query", "devices", AtMost(20)),
    ("Query", "rejudgements", AtMost(100)),
    ("Query", "ruleStatistics", AtMost(RULES)),
    ("Project", "sites", SHORT),
    ("Project", "weeklyVisits", Weeks),
    ("Site", "versions", SHORT),
    ("Team", "history", CONNECTION),
    ("Team", "members", AtMost(MEMBERS)),
    ("Visit", "checkIns", CONNECTION),
    ("CheckIn", "assessments", SHORT),
    ("CheckIn", "decisions", SHORT),
    // Those it came with, and those of an appeal.
    ("CheckIn", "photos", AtMost(2 * PHOTO_LIMIT)),
    ("Appeal", "photoIds", AtMost(PHOTO_LIMIT)),
    ("Assessment", "findings", AtMost(RULES)),
    ("Reassessment", "changed", AtMost(100)),
    ("Reassessment", "transitions", AtMost(TRANSITIONS)),
    ("Rejudgement", "transitions", AtMost(TRANSITIONS)),
    ("PersonalAccessToken", "scopes", AtMost(2)),
    ("PhotoUpload", "headers", AtMost(10)),
    ("Viewer", "personalAccessTokens", AtMost(20)),
    ("Viewer", "sessions", AtMost(100)),
    ("Viewer", "teamRoles", CONNECTION),
    ("CheckInPayload", "nearestSites", AtMost(5)),
    ("Mutation", "checkIns", OfItems),
    ("CheckInsPayload", "results", OfPage),
    ("ConfirmTotpEnrolmentPayload", "recoveryCodes", AtMost(10)),
    ("UserError", "field", AtMost(8)),
];

/// People who serve on one team on one day.
pub(in crate::graphql) const MEMBERS: usize = 30;

/// How long the list of a field can be; none for a field that is not known to give one.
pub(in crate::graphql) fn length(on: &str, field: &str) -> Option<Length> {
    let listed = LISTS.iter().find(|(type_name, name, _)| *type_name == on && *name == field);
    listed.map(|(.., length)| *length).or_else(|| match field {
        "edges" | "nodes" if on.ends_with("Connection") => Some(OfPage),
        "userErrors" => Some(AtMost(USER_ERRORS)),
        _ => None,
    })
}

impl Length {
    /// Rows at most, by what is given for the field's arguments and the page of the field above it.
    pub(in crate::graphql) fn rows(self, argument: impl Fn(&str) -> Option<Value>, page: usize) -> usize {
        let size = |most: i32| {
            let given = ["first", "last"].into_iter().find_map(|name| number(argument(name)?));
            given.map(|given| usize::try_from(given.clamp(1, most.into())).unwrap_or(1))
        };
        let small = |number: i32| usize::try_from(number).unwrap_or(0);
        match self {
            OfPage => page,
            AtMost(most) => most,
            Page(usual, most) => size(most).unwrap_or_else(|| small(usual)),
            OfItems => items(argument("input")),
            Weeks => size(LARGEST_SIZE).unwrap_or_else(|| {
                let day = |name| match argument(name) {
                    None | Some(Value::Null) => None,
                    Some(Value::String(day)) => Some(day.parse::<NaiveDate>().ok()),
                    Some(_) => Some(None),
                };
                weekly_visits::most_rows(day("from"), day("to"))
            }),
        }
    }
}

/// Says in the description of each list of a bounded length how long that is.
pub(in crate::graphql) fn state(registry: &mut Registry) {
    for (on, definition) in &mut registry.types {
        let MetaType::Object { fields, .. } = definition else { continue };
        for (name, field) in fields {
            let Some(AtMost(most)) = length(on, name) else { continue };
            let described = field.description.get_or_insert_default();
            let stated = format!("{most} at most");
            if !described.contains(&stated) {
                described.push_str(&format!(" {stated}."));
            }
        }
    }
}

/// How many items a batch has.
pub(in crate::graphql) fn items(input: Option<Value>) -> usize {
    match input {
        Some(Value::Object(input)) => match input.get("items") {
            Some(Value::List(items)) => items.len(),
            _ => 1,
        },
        _ => 1,
    }
}

fn number(given: Value) -> Option<i64> {
    match given {
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::types::BaseType;
    use entity::values::FindingCode;
    use rstest::rstest;
    use sea_orm::Iterable;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::graphql::engine::types::{Types, fields_of};

    #[test]
    fn every_list_of_the_schema_has_paging_arguments_or_a_bound_that_its_description_states() {
        let types = Types::of(&crate::graphql::sdl());
        let mut wrong = Vec::new();
        for definition in types.all() {
            let on = definition.name.node.as_str();
            for field in fields_of(definition).iter().map(|field| &field.node) {
                let name = field.name.node.as_str();
                let connection = field.ty.node.to_string().trim_end_matches('!').ends_with("Connection");
                let listed = matches!(field.ty.node.base, BaseType::List(_)) || connection;
                if !listed || on.starts_with("__") {
                    continue;
                }
                let has = |argument: &str| field.arguments.iter().any(|one| one.node.name.node == argument);
                let described = field.description.as_ref().map_or("", |description| description.node.as_str());
                let holds = match length(on, name) {
                    Some(Page(..)) => has("first") || has("last"),
                    Some(OfPage) => !connection,
                    Some(AtMost(most)) => described.contains(&format!("{most} at most")),
                    Some(OfItems) => false,
                    Some(Weeks) => has("first") && has("from") && has("to"),
                    None => false,
                };
                if !holds {
                    wrong.push(format!("{on}.{name}"));
                }
            }
        }
        assert!(wrong.is_empty(), "neither paged nor of a stated length: {}", wrong.join(", "));
    }

    #[test]
    fn every_field_that_is_bounded_is_a_list_of_the_schema() {
        let types = Types::of(&crate::graphql::sdl());
        for (on, name, _) in LISTS {
            assert!(types.field(on, name).is_some(), "there is no {on}.{name}");
        }
    }

    #[test]
    fn a_finding_for_each_rule_is_within_the_bound() {
        assert!(FindingCode::iter().count() <= RULES);
    }

    #[rstest]
    #[case::usual(CONNECTION, json!({}), 50)]
    #[case::first(CONNECTION, json!({ "first": 7 }), 7)]
    #[case::last(CONNECTION, json!({ "last": 8, "first": null }), 8)]
    #[case::too_many(CONNECTION, json!({ "first": 1_000_000 }), 500)]
    #[case::too_few(CONNECTION, json!({ "first": -5 }), 1)]
    #[case::no_number(CONNECTION, json!({ "first": "all" }), 50)]
    #[case::of_the_page_above(OfPage, json!({}), 3)]
    #[case::bounded(AtMost(18), json!({ "first": 1 }), 18)]
    #[case::of_a_batch(OfItems, json!({ "input": { "items": [{}, {}] } }), 2)]
    #[case::usual_weeks(Weeks, json!({}), 16)]
    #[case::a_week(Weeks, json!({ "from": "2026-11-16", "to": "2026-11-22" }), 2)]
    #[case::three_weeks(Weeks, json!({ "from": "2026-11-15", "to": "2026-11-23" }), 6)]
    #[case::until_today(Weeks, json!({ "from": "2026-11-15" }), 106)]
    #[case::of_the_past(Weeks, json!({ "to": "2026-11-15" }), 16)]
    #[case::unreadable(Weeks, json!({ "from": "2026-11-15", "to": "soon" }), 106)]
    #[case::centuries(Weeks, json!({ "from": "1900-01-01", "to": "2200-01-01" }), 106)]
    #[case::some_weeks(Weeks, json!({ "first": 4 }), 4)]
    fn rows_are_what_can_be_fetched(#[case] length: Length, #[case] given: Json, #[case] rows: usize) {
        let argument = |name: &str| given.get(name).map(|value| Value::from_json(value.clone()).unwrap());
        assert_eq!(length.rows(argument, 3), rows);
    }
}
