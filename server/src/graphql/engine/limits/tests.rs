use std::{fmt::Write as _, time::Instant};

use async_graphql::Variables;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;

fn refused_by(text: &str) -> String {
    let error = parse(text, &Limits::default()).unwrap_err();
    let extensions = error.extensions.unwrap();
    extensions.get("limit").map_or_else(|| error.message, |limit| limit.to_string().trim_matches('"').to_owned())
}

/// `levels` fragments, each spreading the next one twice: two to the power of `levels` fields.
fn doubling(levels: usize) -> String {
    let mut text = "query { ...f0 }".to_owned();
    for level in 0..levels {
        write!(text, " fragment f{level} on Query {{ ...f{} ...f{} }}", level + 1, level + 1).unwrap();
    }
    write!(text, " fragment f{levels} on Query {{ viewer {{ role }} }}").unwrap();
    text
}

#[test]
fn an_ordinary_document_passes() {
    parse("query Q($n: Int) { projects(first: $n) { nodes { id visits { nodes { ...v } } } } } fragment v on Visit { id }", &Limits::default()).unwrap();
}

#[rstest]
#[case::nested_fragments(doubling(24), "fields")]
#[case::depth(format!("{{{}}}", "a{".repeat(17) + "b" + &"}".repeat(17)), "depth")]
#[case::deep_brackets("[".repeat(3000), "depth")]
#[case::deep_lists(format!("{{a(b:{}{})}}", "[".repeat(1500), "]".repeat(1500)), "depth")]
#[case::bytes(" ".repeat(40_000), "documentBytes")]
#[case::fields(format!("{{{}}}", "a ".repeat(1001)), "fields")]
#[case::aliases(format!("{{{}}}", (0..51).map(|n| format!("a{n}: a ")).collect::<String>()), "aliases")]
#[case::directives(format!("{{a {}}}", "@skip(if: true) ".repeat(51)), "directives")]
#[case::tokens("{a}".repeat(1500), "tokens")]
#[case::variables(format!("query({}) {{a}}", (0..101).map(|n| format!("$v{n}:I ")).collect::<String>()), "variables")]
fn each_limit_is_named(#[case] text: String, #[case] limit: &str) {
    assert_eq!(refused_by(&text), limit);
}

#[rstest]
#[case("query { ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "spreads itself")]
#[case("query {", "Syntax error at line 1, column 8")]
#[case("query A { a }\nquery A { b }", "Operation names are unique: A is defined at line 1 and at line 2.")]
#[case("{ ...F } fragment F on Query { a } fragment F on Query { b }", "Fragment names are unique: F")]
#[case("{ a } query A { b }", "An anonymous operation stands alone")]
#[case("query A { b } { a }", "An anonymous operation stands alone")]
#[case("{ a } { b }", "An anonymous operation stands alone")]
#[case("fragment F on Query { a }", "The document has no operation.")]
fn other_refusals(#[case] text: &str, #[case] said: &str) {
    assert!(refused_by(text).contains(said), "{}", refused_by(text));
}

#[test]
fn the_work_grows_with_the_text_and_not_with_the_fields_it_stands_for() {
    let start = Instant::now();
    let _ = parse(&doubling(400), &Limits { document_bytes: usize::MAX, tokens: usize::MAX, ..Limits::default() });
    // Two to the power of 400 fields; anything but linear work would never end. No timing is asserted.
    println!("400 levels: {:?}", start.elapsed());
}

#[rstest]
#[case::values(json!({ "a": vec![vec![0; 900]; 30] }), "variableValues")]
#[case::depth(json!({ "a": [[[[[[[[[[[[0]]]]]]]]]]]] }), "variableDepth")]
#[case::items(json!({ "a": vec![0; 1001] }), "listItems")]
fn each_limit_of_variables_is_named(#[case] variables: serde_json::Value, #[case] limit: &str) {
    let variables = Variables::from_json(variables);
    let error = check_variables(variables.values(), &Limits::default()).unwrap_err();
    assert_eq!(error.extensions.unwrap().get("limit"), Some(&Value::from(limit)));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[{}()\\[\\]\"#\\\\a-c.: \n]{0,200}") {
        let _ = parse(&text, &Limits::default());
    }
}
