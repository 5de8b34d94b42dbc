//! Documents that are meant to cost a server more than they cost their sender, and what each is refused for.
//! Read by the stories and by the benchmark that times the refusals.

use std::fmt::Write;

use serde_json::{Value, json};

/// A hostile request.
pub(crate) struct Hostile {
    /// What it tries.
    pub(crate) name: &'static str,
    /// The document.
    pub(crate) document: String,
    /// Values of its variables.
    pub(crate) variables: Value,
    /// The limit it is refused by, or else the code of the refusal.
    pub(crate) refused_by: &'static str,
}

fn hostile(name: &'static str, refused_by: &'static str, document: String) -> Hostile {
    Hostile { name, document, variables: json!({}), refused_by }
}

fn repeated(count: usize, each: impl Fn(usize) -> String) -> String {
    (0..count).map(each).collect()
}

/// `levels` fragments, each of which spreads the next one `times` times.
fn tower(levels: usize, times: usize, inside: &str) -> String {
    let mut text = "{ ...F0 }".to_owned();
    for level in 0..levels {
        let spreads = format!("...F{} ", level + 1).repeat(times);
        write!(text, " fragment F{level} on Query {{ {spreads}}}").unwrap();
    }
    write!(text, " fragment F{levels} on Query {{ {inside} }}").unwrap();
    text
}

/// The same field in itself, so many times.
fn nested(field: &str, levels: usize) -> String {
    format!("{{ {} id {} }}", format!("{field} {{ ").repeat(levels), "} ".repeat(levels))
}

/// Fifty of them.
pub(crate) fn documents() -> Vec<Hostile> {
    let mut all = text_level();
    all.extend(fragments());
    all.extend(breadth());
    all.extend(cost());
    all.extend(values());
    all
}

fn text_level() -> Vec<Hostile> {
    vec![
        hostile("32 KB of white space", "documentBytes", " ".repeat(33_000)),
        hostile("a megabyte of comments", "bodyBytes", format!("{{ __typename }} {}", "# x\n".repeat(250_000))),
        hostile("a long comment", "documentBytes", format!("{{ __typename }} # {}", "x".repeat(40_000))),
        hostile("a long name", "documentBytes", format!("{{ {} }}", "a".repeat(40_000))),
        hostile("a long string", "documentBytes", format!("{{ node(id: \"{}\") {{ id }} }}", "x".repeat(40_000))),
        hostile("16,000 braces", "tokens", "{".repeat(16_000)),
        hostile("3,000 braces", "depth", "{".repeat(3_000)),
        hostile("3,000 brackets", "depth", format!("{{ a(b: {}{}) }}", "[".repeat(1_500), "]".repeat(1_500))),
        hostile(
            "1,900 input objects in each other",
            "tokens",
            format!("{{ a(b: {}1{}) }}", "{c: ".repeat(1_900), "}".repeat(1_900)),
        ),
        hostile("an open block string", "GRAPHQL_PARSE_FAILED", format!("{{ a(b: \"\"\"{}", "\\\"\"\"".repeat(6_000))),
        hostile("an open string", "GRAPHQL_PARSE_FAILED", format!("{{ a(b: \"{}", "\\\\".repeat(12_000))),
        hostile("5,000 numbers", "tokens", format!("{{ a(b: [{}]) }}", "1 ".repeat(5_000))),
        hostile("8,000 punctuators", "tokens", "!".repeat(8_000)),
        hostile("unfinished after 3,900 tokens", "GRAPHQL_PARSE_FAILED", format!("{{ {} (", "a ".repeat(3_900))),
    ]
}

fn fragments() -> Vec<Hostile> {
    vec![
        hostile("2^20 fields by fragments", "fields", tower(20, 2, "__typename")),
        hostile("2^150 fields by fragments", "fields", tower(150, 2, "__typename")),
        hostile("10^100 fields by fragments", "fields", tower(100, 10, "__typename")),
        hostile("3^12 spreads of nothing much", "fields", tower(12, 3, "viewer { role }")),
        hostile(
            "a fragment of itself",
            "GRAPHQL_VALIDATION_FAILED",
            "{ ...F } fragment F on Query { ...F }".to_owned(),
        ),
        hostile("a cycle of 300 fragments", "GRAPHQL_VALIDATION_FAILED", {
            let fragments = repeated(300, |n| format!("fragment F{n} on Query {{ ...F{} }} ", (n + 1) % 300));
            format!("{{ ...F0 }} {fragments}")
        }),
        hostile(
            "two fragments of each other, twice each",
            "GRAPHQL_VALIDATION_FAILED",
            "{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }".to_owned(),
        ),
        hostile(
            "a tower that nobody spreads",
            "fields",
            tower(30, 2, "__typename").replacen("{ ...F0 }", "{ __typename }", 1),
        ),
        hostile("200 operations on one tower", "fields", {
            let operations = repeated(200, |n| format!("query Q{n} {{ ...F0 }} "));
            format!("{operations}{}", &tower(8, 2, "__typename")["{ ...F0 }".len()..])
        }),
        hostile(
            "inline fragments in each other",
            "depth",
            format!("{{ {} __typename {} }}", "... on Query { ".repeat(100), "} ".repeat(100)),
        ),
        hostile(
            "500 unknown fragments",
            "GRAPHQL_VALIDATION_FAILED",
            format!("{{ {} }}", repeated(500, |n| format!("...F{n} "))),
        ),
        hostile(
            "300 unused fragments",
            "GRAPHQL_VALIDATION_FAILED",
            format!("{{ __typename }} {}", repeated(300, |n| format!("fragment F{n} on Query {{ __typename }} "))),
        ),
    ]
}

fn breadth() -> Vec<Hostile> {
    let sign_in = "signIn(input: {login: \"a\", password: \"b\"}) { token } ";
    vec![
        hostile("1,001 times the same field", "fields", format!("{{ {} }}", "__typename ".repeat(1_001))),
        hostile(
            "51 aliases of one field",
            "aliases",
            format!("{{ {} }}", repeated(51, |n| format!("a{n}: __typename "))),
        ),
        hostile(
            "100 attempts to sign in at once",
            "aliases",
            format!("mutation {{ {} }}", repeated(100, |n| format!("a{n}: {sign_in}"))),
        ),
        hostile("aliases by fragments", "aliases", tower(5, 2, "a: __typename b: __typename")),
        hostile(
            "51 directives on a field",
            "directives",
            format!("{{ __typename {} }}", "@skip(if: false) ".repeat(51)),
        ),
        hostile(
            "directives by fragments",
            "directives",
            tower(5, 2, "__typename @skip(if: false) viewer @skip(if: true) { role }"),
        ),
        hostile("51 directives on an operation", "directives", format!("query {} {{ __typename }}", "@a ".repeat(51))),
        hostile(
            "unknown directives",
            "GRAPHQL_VALIDATION_FAILED",
            format!("{{ viewer {} {{ role }} }}", "@unknown ".repeat(10)),
        ),
        hostile("fields of 20 levels", "depth", nested("team", 20)),
        hostile("fields of 17 levels by fragments", "depth", {
            let fragments = repeated(17, |n| format!("fragment F{n} on T {{ a {{ ...F{} }} }} ", n + 1));
            format!("{{ ...F0 }} {fragments} fragment F17 on T {{ id }}")
        }),
        hostile(
            "the schema's types of types",
            "depth",
            format!("{{ __schema {{ types {{ {} name {} }} }} }}", "ofType { ".repeat(20), "} ".repeat(20)),
        ),
        hostile(
            "500 unknown fields",
            "GRAPHQL_VALIDATION_FAILED",
            format!("{{ {} }}", repeated(500, |n| format!("unknown{n} "))),
        ),
        hostile(
            "500 long unknown fields",
            "GRAPHQL_VALIDATION_FAILED",
            format!("{{ {} }}", repeated(500, |n| format!("{}{n} ", "unknown".repeat(8)))),
        ),
        hostile(
            "500 unknown arguments",
            "GRAPHQL_VALIDATION_FAILED",
            format!("{{ viewer({}) {{ role }} }}", repeated(500, |n| format!("a{n}: 1 "))),
        ),
        hostile(
            "fields that conflict",
            "GRAPHQL_VALIDATION_FAILED",
            format!("{{ {} }}", repeated(40, |n| format!("a: node(id: \"{n}\") {{ id }} "))),
        ),
        hostile(
            "101 variables",
            "variables",
            format!("query({}) {{ __typename }}", repeated(101, |n| format!("$v{n}: Int "))),
        ),
    ]
}

fn cost() -> Vec<Hostile> {
    let pages = "{ projects(first: 500) { nodes { visits(first: 500) { nodes { id } } } } }";
    vec![
        hostile("500 pages of 500", "cost", pages.to_owned()),
        hostile(
            "50 pages of 500 by aliases",
            "cost",
            format!(
                "{{ {} }}",
                repeated(50, |n| format!(
                    "a{n}: projects(first: 500) {{ nodes {{ id visits(first: 10) {{ nodes {{ id }} }} }} }} "
                ))
            ),
        ),
        hostile(
            "pages by fragments",
            "cost",
            "{ ...P } fragment P on Query { projects(first: 500) { nodes { ...V } } } \
                 fragment V on Project { visits(first: 500) { nodes { id } } }"
                .to_owned(),
        ),
    ]
}

fn values() -> Vec<Hostile> {
    let with = |name, refused_by, variables: Value| Hostile {
        name,
        document: "query($filter: ProjectFilterInput) { projects(filter: $filter) { nodes { id } } }".to_owned(),
        variables,
        refused_by,
    };
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    vec![
        with("a list of 1,001 values", "listItems", json!({ "filter": { "nameContains": vec![1; 1_001] } })),
        with("30,000 values", "variableValues", json!({ "filter": vec![vec![0; 999]; 31] })),
        with("100 lists in each other", "variableDepth", json!({ "filter": deep })),
        with(
            "1,000 unknown members",
            "GRAPHQL_VALIDATION_FAILED",
            json!({ "filter": (0..1_000).map(|n| (format!("unknown{n}"), json!(n))).collect::<serde_json::Map<_, _>>() }),
        ),
        with("a number for an object", "GRAPHQL_VALIDATION_FAILED", json!({ "filter": 1e308 })),
    ]
}
