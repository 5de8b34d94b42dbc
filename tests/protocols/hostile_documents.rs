//! Documents that are meant to cost a server more than they cost their sender, and what each is refused for.
//! Read by the stories and by the benchmark that tells what each takes.

use std::fmt::Write;

use serde_json::{Value, json};

use super::hostile_loops::loops;

/// A hostile request.
pub(crate) struct Hostile {
    /// What it tries.
    pub(crate) name: String,
    /// The document.
    pub(crate) document: String,
    /// Values of its variables.
    pub(crate) variables: Value,
    /// What becomes of it.
    pub(crate) outcome: Outcome,
}

/// What becomes of a hostile request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is refused by this limit, or else with this code.
    Refused(&'static str),
    /// It is within the limits, and so is what it gives.
    Bounded,
}

fn hostile(name: &str, refused_by: &'static str, document: String) -> Hostile {
    let (name, outcome) = (name.to_owned(), Outcome::Refused(refused_by));
    Hostile { name, document, variables: json!({}), outcome }
}

/// An id of the right form, of nothing that there is.
const NONE: &str = "AQAAAAAAAAAAAAAAAAAAAAA";

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

/// A hundred of them, and more.
pub(crate) fn documents() -> Vec<Hostile> {
    let mut all = text_level();
    all.extend(fragments());
    all.extend(breadth());
    all.extend(introspection());
    all.extend(cost());
    all.extend(values());
    all.extend(loops());
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

/// Types within types: few letters that stand for many values, to be had without signing in.
fn introspection() -> Vec<Hostile> {
    let around = |levels: usize| {
        let (open, close) = ("possibleTypes{interfaces{".repeat(levels), "}}".repeat(levels));
        format!("{{__type(name:\"Node\"){{{open}name{close}}}}}")
    };
    let types = |inside: &str| format!("{{__schema{{types{{{inside}}}}}}}");
    let fields = |levels: usize| {
        let (open, close) = ("fields{type{ofType{".repeat(levels), "}}}".repeat(levels));
        format!("{open}name{close}")
    };
    let whole = "__schema{types{name description fields{name description args{name type{name}}type{name}}}}";
    let of = |name, document| hostile(name, "introspection", document);
    let small = |name, document| Hostile { outcome: Outcome::Bounded, ..of(name, document) };
    vec![
        of("seven levels of possible types and interfaces", around(7)),
        of("six levels of possible types and interfaces", around(6)),
        of("five levels of possible types and interfaces", around(5)),
        small("fields of the types of fields", types(&fields(2))),
        small("fields of the types of fields of fields", types(&fields(4))),
        small("arguments of fields of the types of fields", types("fields{type{ofType{fields{args{type{name}}}}}}")),
        small(
            "members of inputs of arguments",
            types("fields{args{type{ofType{inputFields{type{name kind ofType{name}}}}}}}"),
        ),
        of(
            "every type for every type",
            format!(
                "{{{}}}",
                repeated(49, |n| format!("a{n}:__schema{{types{{name kind description fields{{name}}}}}} "))
            ),
        ),
        of("the schema 49 times", format!("{{{}}}", repeated(49, |n| format!("a{n}:{whole} ")))),
        of(
            "the schema by fragments",
            format!(
                "{{...A}} fragment A on Query{{{}}} fragment F on __Schema{{types{{fields{{name type{{name}}}}}}}}",
                repeated(20, |n| format!("a{n}:__schema{{...F}} "))
            ),
        ),
        small(
            "one type 49 times, with fields of fields",
            format!(
                "{{{}}}",
                repeated(49, |n| format!(
                    "a{n}:__type(name:\"CheckIn\"){{fields{{type{{ofType{{fields{{type{{ofType{{fields{{name}}}}}}}}}}}}}}}} "
                ))
            ),
        ),
        small(
            "interfaces of all types and theirs",
            types("interfaces{possibleTypes{interfaces{possibleTypes{fields{name args{name}}}}}}"),
        ),
        small("roots of roots", format!("{{__schema{{queryType{{{0}}}mutationType{{{0}}}}}}}", fields(3))),
    ]
}

fn cost() -> Vec<Hostile> {
    let pages = "{ projects(first: 500) { nodes { visits(first: 500) { nodes { id } } } } }";
    vec![
        hostile("500 pages of 500", "cost", pages.to_owned()),
        hostile(
            "the day of a visit, of its check-ins, of their visits",
            "cost",
            format!("{{visit(id:\"{NONE}\"){{checkIns(first:500){{visit{{checkIns(first:500){{visit{{id}}}}}}}}}}}}"),
        ),
        hostile(
            "weeks of projects of weeks",
            "cost",
            format!("{{project(id:\"{NONE}\"){{{}id{}}}}}", "weeklyVisits{project{".repeat(5), "}}".repeat(5)),
        ),
        hostile(
            "all versions of all boundaries of all sites",
            "cost",
            "{projects(first:500){nodes{sites(first:100){versions(first:100){geojson drawn}}}}}".to_owned(),
        ),
        hostile(
            "every finding of every assessment of every check-in",
            "cost",
            "{checkIns(first:500){nodes{assessments(last:100){findings{sentence}}}}}".to_owned(),
        ),
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
    let document = "query($filter: ProjectFilterInput) { projects(filter: $filter) { nodes { id } } }";
    let with =
        |name, refused_by, variables: Value| Hostile { variables, ..hostile(name, refused_by, document.to_owned()) };
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
