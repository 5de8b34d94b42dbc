//! That every mutation asks the permission table before it does anything. Told by the sources.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::schema::Schema;

const GRAPHQL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/graphql");

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] }).collect()
}

/// The first line of each resolver in the `impl …Mutation` of a source, by the resolver's name.
fn first_lines(source: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for resolvers in source.split("#[Object]\nimpl ").skip(1) {
        let (name, rest) = resolvers.split_once(' ').unwrap_or_default();
        let resolvers = rest.split("\n}\n").next().unwrap_or_default();
        for resolver in resolvers.split("\n    async fn ").skip(1).filter(|_| name.ends_with("Mutation")) {
            let (name, rest) = resolver.split_once('(').unwrap_or_default();
            let body = rest.split_once(" {\n").map(|(_, body)| body).unwrap_or_default();
            found.insert(name.to_owned(), body.lines().next().unwrap_or_default().trim().to_owned());
        }
    }
    found
}

fn snake(field: &str) -> String {
    field.chars().fold(String::new(), |name, c| {
        if c.is_uppercase() { format!("{name}_{}", c.to_lowercase()) } else { format!("{name}{c}") }
    })
}

/// The check that a resolver begins with, if it asks for its own field's rule.
fn asks(line: &str, field: &str) -> bool {
    let rule = format!("may_change(ctx, const {{ change(\"{field}\") }})?;");
    [format!("let viewer = {rule}"), format!("anybody_{rule}")].contains(&line.to_owned())
}

#[test]
fn every_mutation_asks_the_table_first() {
    let resolvers: BTreeMap<String, String> = rust_files(Path::new(GRAPHQL))
        .into_iter()
        .flat_map(|file| first_lines(&fs::read_to_string(file).unwrap()))
        .collect();
    let schema = Schema::printed();
    let fields = schema.fields("Mutation");
    for field in &fields {
        let line = resolvers.get(&snake(field)).unwrap_or_else(|| panic!("Mutation.{field} has no resolver here"));
        assert!(asks(line, field), "Mutation.{field} does not ask the permission table first, but: {line}");
    }
    assert_eq!(resolvers.len(), fields.len(), "{:?}", resolvers.keys());
}

#[test]
fn a_resolver_that_asks_otherwise_is_found() {
    let source = "#[Object]\nimpl SiteMutation {\n    /// It.\n    async fn close_site(&self) -> Result<Payload> {\n        \
        let viewer = viewer(ctx)?;\n        Ok(())\n    }\n}\n";
    let line = &first_lines(source)["close_site"];
    assert_eq!(line, "let viewer = viewer(ctx)?;");
    assert!(!asks(line, "closeSite"));
    assert!(!asks("let viewer = may_change(ctx, const { change(\"checkIn\") })?;", "closeSite"));
    assert!(asks("let viewer = may_change(ctx, const { change(\"closeSite\") })?;", "closeSite"));
    assert!(asks("anybody_may_change(ctx, const { change(\"signIn\") })?;", "signIn"));
}
