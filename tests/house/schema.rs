//! The schema is a contract: it is in the repository as the server has it, it explains itself, and it is complete.

use std::{collections::BTreeMap, fs};

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition},
    },
};
use rstest::rstest;
use server::graphql;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql");

fn types() -> BTreeMap<String, TypeDefinition> {
    let document = parse_schema(graphql::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some((definition.node.name.node.to_string(), definition.node)),
        _ => None,
    });
    types.collect()
}

fn fields(definition: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

fn names(definition: &TypeDefinition) -> Vec<String> {
    match &definition.kind {
        TypeKind::Enum(values) => values.values.iter().map(|value| value.node.value.node.to_string()).collect(),
        TypeKind::InputObject(input) => input.fields.iter().map(|field| field.node.name.node.to_string()).collect(),
        _ => fields(definition).iter().map(|field| field.node.name.node.to_string()).collect(),
    }
}

#[test]
fn the_file_is_what_the_server_has() {
    let file = fs::read_to_string(FILE).unwrap();
    assert!(file == graphql::sdl(), "schema.graphql is out of date: cargo run -- schema > schema.graphql");
}

fn undescribed_inputs(place: &str, inputs: &[Positioned<InputValueDefinition>]) -> Vec<String> {
    let undescribed = inputs.iter().filter(|input| input.node.description.is_none());
    undescribed.map(|input| format!("{place}.{}", input.node.name.node)).collect()
}

fn undescribed(name: &str, definition: &TypeDefinition) -> Vec<String> {
    let mut missing = Vec::new();
    if definition.description.is_none() {
        missing.push(name.to_owned());
    }
    for field in fields(definition).iter().map(|field| &field.node) {
        let place = format!("{name}.{}", field.name.node);
        missing.extend(undescribed_inputs(&place, &field.arguments));
        if field.description.is_none() {
            missing.push(place);
        }
    }
    match &definition.kind {
        TypeKind::InputObject(input) => missing.extend(undescribed_inputs(name, &input.fields)),
        TypeKind::Enum(values) => {
            let undescribed = values.values.iter().filter(|value| value.node.description.is_none());
            missing.extend(undescribed.map(|value| format!("{name}.{}", value.node.value.node)));
        }
        _ => {}
    }
    missing
}

#[test]
fn everything_in_it_is_described() {
    let missing: Vec<String> = types().iter().flat_map(|(name, definition)| undescribed(name, definition)).collect();
    assert!(missing.is_empty(), "without a description: {}", missing.join(", "));
}

#[rstest]
#[case("Mutation", &["signIn", "signOut", "requestPhotoUpload", "checkIn", "checkIns"])]
#[case("Subscription", &["visitRecorded", "weeklyTallyChanged"])]
#[case("Query", &["viewer", "node", "project", "projects", "team", "visits", "checkIn", "checkIns"])]
#[case("Project", &["id", "name", "tier", "stage", "sites", "team", "visits", "weeklyVisits"])]
#[case("Site", &["id", "boundary", "versions"])]
#[case("Team", &["leader", "coordinator", "secretary", "members"])]
#[case("TeamRole", &["kind", "person", "from", "to"])]
#[case("Visit", &["id", "project", "person", "date", "week", "verdict", "checkIns"])]
#[case("CheckIn", &["id", "uuid", "capturedAt", "sentAt", "receivedAt", "fix", "photos", "verdict", "assessment"])]
#[case("Finding", &["code", "outcome", "measured", "threshold", "policyVersion", "sentence"])]
#[case("Photo", &["id", "contentType", "byteSize", "sha256", "state", "downloadUrl"])]
#[case("WeeklyVisits", &["week", "verified", "provisional", "required", "averageVerified", "status"])]
#[case("CheckInInput", &["id", "projectId", "capturedAt", "sentAt", "fix", "photoIds", "note"])]
#[case("GpsFixInput", &["latitude", "longitude", "datum", "accuracyMeters", "fixedAt", "mocked"])]
#[case("UserError", &["code", "message", "field"])]
#[case("Verdict", &["PENDING_EVIDENCE", "VERIFIED", "NEEDS_REVIEW", "REJECTED"])]
#[case("FindingOutcome", &["PASS", "FAIL", "UNKNOWN", "REVIEW"])]
#[case("Datum", &["WGS84", "GCJ02", "BD09"])]
#[case("ObligationStatus", &["MET", "PROVISIONAL", "MISSED", "EXCUSED", "PENDING"])]
fn what_clients_rely_on_is_there(#[case] name: &str, #[case] members: &[&str]) {
    let types = types();
    let there = names(types.get(name).unwrap_or_else(|| panic!("there is no {name}")));
    let missing: Vec<_> = members.iter().filter(|member| !there.iter().any(|name| name == *member)).collect();
    assert!(missing.is_empty(), "{name} has no {missing:?}");
}

#[test]
fn every_mutation_has_one_input_and_a_payload_with_user_errors() {
    let types = types();
    for field in fields(&types["Mutation"]).iter().map(|field| &field.node) {
        let arguments: Vec<_> = field.arguments.iter().map(|argument| argument.node.name.node.as_str()).collect();
        assert!(arguments.is_empty() || arguments == ["input"], "{}: {arguments:?}", field.name.node);
        let payload = field.ty.node.to_string();
        let payload = payload.trim_end_matches('!');
        assert!(payload.ends_with("Payload"), "{payload}");
        assert!(names(&types[payload]).iter().any(|name| name == "userErrors"), "{payload}");
    }
}
