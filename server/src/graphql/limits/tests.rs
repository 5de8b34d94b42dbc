use std::{fmt::Write as _, time::Instant};

use proptest::prelude::*;
use rstest::rstest;

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
#[case::deep_brackets("[".repeat(20_000), "depth")]
#[case::deep_lists(format!("{{a(b:{}{})}}", "[".repeat(10_000), "]".repeat(10_000)), "depth")]
#[case::bytes(" ".repeat(40_000), "documentBytes")]
#[case::fields(format!("{{{}}}", "a ".repeat(1001)), "fields")]
#[case::aliases(format!("{{{}}}", (0..51).map(|n| format!("a{n}: a ")).collect::<String>()), "aliases")]
#[case::directives(format!("{{a {}}}", "@skip(if: true) ".repeat(51)), "directives")]
fn each_limit_is_named(#[case] text: String, #[case] limit: &str) {
    assert_eq!(refused_by(&text), limit);
}

#[rstest]
#[case("query { ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "spreads itself")]
#[case("query {", "Syntax error at line 1, column 8")]
fn other_refusals(#[case] text: &str, #[case] said: &str) {
    assert!(refused_by(text).contains(said), "{}", refused_by(text));
}

#[test]
fn brackets_in_strings_and_comments_are_no_nesting() {
    assert_eq!(nesting(r#"{ a(b: "{{{ \" {{{", c: """ {{ \""" {{ """) # {{{{"#), 2);
}

#[test]
fn the_work_grows_with_the_text_and_not_with_the_fields_it_stands_for() {
    let start = Instant::now();
    let _ = parse(&doubling(400), &Limits { document_bytes: usize::MAX, ..Limits::default() });
    // Two to the power of 400 fields; anything but linear work would never end. No timing is asserted.
    println!("400 levels: {:?}", start.elapsed());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[{}()\\[\\]\"#\\\\a-c.: \n]{0,200}") {
        let _ = parse(&text, &Limits::default());
    }
}
