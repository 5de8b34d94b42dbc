//! That the table says each thing once, agrees with itself, and is what the docs show.

use std::{collections::BTreeSet, fmt::Write};

use super::*;

fn ruled() -> impl Iterator<Item = &'static Rule> {
    TABLE.iter().filter(|rule| rule.grants.is_some())
}

#[test]
fn no_field_has_two_rules_for_the_same_action() {
    let mut once = BTreeSet::new();
    for rule in TABLE {
        for field in rule.fields {
            assert!(once.insert((rule.on, *field, rule.action as u8)), "{}.{field}", rule.on);
        }
    }
}

#[test]
fn every_type_is_either_ruled_or_held() {
    for rule in TABLE.iter().filter(|rule| rule.grants.is_none()) {
        assert_eq!(TABLE.iter().filter(|other| other.on == rule.on).count(), 1, "{}", rule.on);
    }
}

/// What can be reached through a list is what can be loaded by itself.
#[test]
fn lists_reach_as_far_as_what_they_list() {
    let pairs = [
        (read("Query", "project"), read("Project", "id")),
        (read("Query", "projects"), read("Project", "id")),
        (read("Query", "team"), read("Team", "project")),
        (read("Query", "checkIns"), read("CheckIn", "id")),
        (read("Query", "checkIn"), read("CheckIn", "id")),
        (read("Query", "visit"), read("Visit", "id")),
        (read("Query", "visits"), read("Visit", "id")),
        (read("Project", "visits"), read("Visit", "id")),
        (read("Query", "node"), read("Person", "id")),
        (read("Query", "policies"), read("Policy", "version")),
        (read("Query", "auditTrail"), read("AuditEntry", "id")),
        (follow("visitRecorded"), read("Visit", "id")),
        (follow("weeklyTallyChanged"), read("WeeklyVisits", "week")),
    ];
    for (list, listed) in pairs {
        for who in Who::ALL {
            assert_eq!(list.reach(who), listed.reach(who), "{who}: {:?}, {:?}", list.fields, listed.fields);
        }
    }
}

/// Reading in full is never more than reading, and no field of an object is wider than the object.
#[test]
fn nothing_reaches_farther_than_what_holds_it() {
    for rule in ruled().filter(|rule| rule.on != "Query" && rule.on != "Mutation" && rule.on != "Subscription") {
        let objects = TABLE.iter().find(|other| other.on == rule.on).unwrap();
        for who in Who::ALL {
            assert!(rule.reach(who) <= objects.reach(who), "{who}: {}.{:?}", rule.on, rule.fields);
        }
    }
}

#[test]
fn strangers_may_only_sign_in() {
    let open = ruled().filter(|rule| rule.reach(Who::Visitor).is_some()).flat_map(|rule| rule.fields.iter().copied());
    let ways_in = ["singleSignOn", "viewer", "beginSingleSignOn", "completeSingleSignOn", "signIn"];
    assert_eq!(open.collect::<Vec<_>>(), ways_in);
}

#[test]
fn nobody_but_administrators_touches_accounts() {
    for field in ["createAccount", "setAccountRole", "resetPassword", "disableAccount", "linkIdentity"] {
        let may: Vec<_> = Who::ALL.into_iter().filter(|who| change(field).reach(*who).is_some()).collect();
        assert_eq!(may, [Who::Administrator], "{field}");
    }
}

/// Rewrite it with `REWRITE_DOCUMENTS=1 cargo test -p domain permission`.
#[test]
fn the_page_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
    let page = page();
    if std::env::var_os("REWRITE_DOCUMENTS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "docs/permissions.md is not what the table gives; REWRITE_DOCUMENTS=1 rewrites it");
}

fn page() -> String {
    let mut text = "# Who may\n\n\
        Each row is a rule: who may read, read in full, do or follow these fields. A cell says how near an object must be: \
        *own* (about the person, made by them, or of their account), *own team's* (of a project they serve or served), \
        *own unit's* (of a project their unit is responsible for, 责任单位), or *any*; each reaches what the ones before \
        it reach. What is not the viewer's to load is not there: absent and hidden look the same. A field of an object \
        they may load that is not theirs to read is null or empty; a phone number is masked, and a position is the \
        middle of the site, for who may read but not in full.\n\n\
        A personal access token reads and follows as its scopes say, what its owner may, and changes nothing.\n\n\
        This page is written by the tests from the table itself (`server/domain/src/permission/table.rs`). Guards, the \
        conditions of queries and the descriptions in the schema come from the same table, and a test tries every \
        field as everybody.\n"
        .to_owned();
    let mut on = "";
    for rule in ruled() {
        if rule.on != on {
            on = rule.on;
            let heads = Who::ALL.map(|who| format!(" {who} |")).concat();
            write!(
                text,
                "\n## {on}\n\n| fields | action |{heads}\n|---|---|{}\n",
                "---|".repeat(heads.matches('|').count())
            )
            .unwrap();
        }
        let fields: Vec<_> = rule.fields.iter().map(|field| format!("`{field}`")).collect();
        let cells =
            Who::ALL.map(|who| rule.reach(who).map_or(" – |".to_owned(), |reach| format!(" {reach} |"))).concat();
        writeln!(text, "| {} | {} |{cells}", fields.join(", "), action(rule.action)).unwrap();
    }
    text.push_str("\n## Held by what leads to them\n\nWhoever was given what holds these may read all of them: ");
    let held: Vec<_> = TABLE.iter().filter(|rule| rule.grants.is_none()).map(|rule| format!("`{}`", rule.on)).collect();
    writeln!(text, "{}.", held.join(", ")).unwrap();
    text
}

fn action(action: Action) -> &'static str {
    match action {
        Read => "read",
        ReadInFull => "read in full",
        Change => "do",
        Follow => "follow",
    }
}
