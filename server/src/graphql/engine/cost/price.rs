//! What an operation can cost: each field and each row that can be fetched for it counts one, and what takes more work
//! counts for that.

use crate::graphql::engine::{
    cost::{
        introspection,
        lists::{items, length},
    },
    plan::{BoundOperation, Inner, Plan, Selected},
};

/// What fields cost of themselves that are more than a value of a row: the work of an argon2 hash is 50, that of a change
/// under a lock 20.
#[rustfmt::skip]
const WEIGHTS: &[(&str, &str, usize)] = &[
    ("Mutation", "signIn", 50),
    ("Mutation", "changePassword", 50),
    ("Mutation", "beginTotpEnrolment", 50),
    ("Mutation", "disableTotp", 50),
    ("Mutation", "createAccount", 50),
    ("Mutation", "resetPassword", 50),
    ("Mutation", "beginSingleSignOn", 50),
    ("Mutation", "completeSingleSignOn", 50),
    ("Mutation", "checkIn", 20),
    ("Mutation", "reviewCheckIn", 20),
    ("Mutation", "appealCheckIn", 20),
    ("Mutation", "disableAccount", 20),
    ("Mutation", "enableAccount", 20),
    ("Mutation", "setAccountRole", 20),
    ("Mutation", "linkIdentity", 20),
    ("Mutation", "unlinkIdentity", 20),
    ("Mutation", "createPersonalAccessToken", 10),
    ("Mutation", "requestPhotoUpload", 10),
    ("Mutation", "rejudgeCheckIns", 1000),
    ("Query", "reassessment", 5000),
    ("Query", "boundaryHints", 500),
    ("Query", "assignedSites", 20),
    ("Photo", "downloadUrl", 5),
    ("Photo", "renditionUrl", 5),
    ("Project", "weeklyVisits", 8),
    ("Project", "team", 4),
    // A boundary can be long: what it takes is counted while it is answered with.
    ("SiteVersion", "drawn", 10),
    ("SiteVersion", "geojson", 10),
];

/// Computed cost of an operation. Nothing is free.
pub(in crate::graphql) fn of(asked: &BoundOperation<'_>, plan: &Plan) -> usize {
    sum(plan.fields.iter().map(|field| one(asked, &plan.root, field, 1))).max(1)
}

/// Of one field of an object: itself, and what is asked of each row that it can give. `page` is the page that the field
/// above asks for.
fn one(asked: &BoundOperation<'_>, on: &str, field: &Selected, page: usize) -> usize {
    let name = field.name().as_str();
    if on == "Query" && matches!(name, "__schema" | "__type") {
        return introspection::size(asked, field);
    }
    let argument = |name: &str| asked.argument(on, field, name);
    let own = WEIGHTS.iter().find(|(type_name, weighed, _)| *type_name == on && *weighed == name);
    let own = match own {
        Some((.., weight)) => *weight,
        None if (on, name) == ("Mutation", "checkIns") => 20_usize.saturating_mul(items(argument("input"))),
        None => 1,
    };
    let rows = length(on, name).map(|length| length.rows(argument, page));
    let inner = |page: usize| match &field.inner {
        Inner::Leaf => 0,
        Inner::Object(fields) => {
            let on = field.type_name().as_str();
            sum(fields.iter().map(|field| one(asked, on, field, page)))
        }
        // A value is of one type: of that which costs most.
        Inner::Abstract(types) => {
            let each = types.iter().map(|(on, fields)| sum(fields.iter().map(|field| one(asked, on, field, page))));
            each.max().unwrap_or(0)
        }
    };
    let each = match rows {
        Some(rows) if field.is_list() => rows.saturating_mul(inner(1).saturating_add(1)),
        // A connection hands its page on to its nodes and edges.
        Some(rows) => inner(rows),
        None => inner(1),
    };
    own.saturating_add(each)
}

fn sum(costs: impl Iterator<Item = usize>) -> usize {
    costs.fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use async_graphql::{Variables, parser::parse_query};
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::graphql::engine::types::Types;

    pub(super) fn cost(query: &str) -> usize {
        let (types, document) = (Types::of(&crate::graphql::sdl()), parse_query(query).unwrap());
        let variables = Variables::from_json(json!({ "n": 7 }));
        let (_, operation) = document.operations.iter().next().unwrap();
        let fragments = &document.fragments;
        let asked = BoundOperation { types: &types, operation: &operation.node, fragments, variables: &variables };
        of(&asked, &asked.plan())
    }

    #[rstest]
    #[case::nothing("{ __typename @skip(if: true) }", 1)]
    #[case::fields("{ viewer { role person { id } } }", 4)]
    #[case::a_page("{ projects(first: 10) { nodes { id } } }", 1 + 1 + 10 * 2)]
    #[case::nodes_and_edges("{ projects(first: 10) { totalCount nodes { id } edges { node { id } } } }", 1 + 1 + 21 + 1 + 10 * 3)]
    #[case::usual("{ visits { nodes { id } } }", 2 + 50 * 2)]
    #[case::by_a_variable("query($n: Int) { visits(first: $n) { nodes { id } } }", 2 + 7 * 2)]
    #[case::by_its_default("query($m: Int = 9) { visits(last: $m) { nodes { id } } }", 2 + 9 * 2)]
    #[case::once_for_one_key("{ visits { nodes { id } } visits { nodes { id } } }", 2 + 50 * 2)]
    #[case::in_each_other(
        "{ projects(first: 3) { nodes { visits(first: 4) { nodes { checkIns(first: 5) { id } } } } } }",
        2 + 3 * (1 + 2 + 4 * (1 + 1 + 5 * 2))
    )]
    #[case::around_and_around(
        "{ visit(id: \"a\") { checkIns { visit { checkIns { visit { id } } } } } }",
        1 + 1 + 50 * (1 + 1 + (1 + 50 * (1 + 1 + 1)))
    )]
    #[case::weeks("{ project(id: \"a\") { weeklyVisits { week } } }", 1 + 8 + 16 * 2)]
    #[case::of_any_type("{ node(id: \"a\") { id ... on Visit { checkIns { id } } ... on Site { name } } }", 1 + 1 + 1 + 50 * 2)]
    #[case::hashing("mutation { signIn(input: {login: \"a\", password: \"b\"}) { token } }", 51)]
    #[case::a_batch("mutation { checkIns(input: {items: [{}, {}]}) { results { alreadyRecorded } } }", 40 + 1 + 2 * 2)]
    #[case::subscriptions("subscription { visitRecorded { cursor } }", 2)]
    fn what_can_be_fetched_costs(#[case] query: &str, #[case] expected: usize) {
        assert_eq!(cost(query), expected);
    }
}
