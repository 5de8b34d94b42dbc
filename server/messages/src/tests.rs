use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;

use super::*;

/// What a text is made of.
#[derive(Debug, Default)]
struct Parts {
    arguments: BTreeSet<String>,
    /// The words it selects by; numbers, and categories of them, are each language's own.
    variants: BTreeSet<String>,
}

/// Messages of a language.
fn catalogue(language: Language) -> BTreeMap<String, Parts> {
    let resource = FluentResource::try_new(language.text().to_owned());
    let resource = resource.unwrap_or_else(|(_, errors)| panic!("{}.ftl: {errors:?}", language.tag()));
    let mut found = BTreeMap::new();
    for (id, text) in entries(resource.source()) {
        let mut parts = Parts::default();
        for (at, _) in text.match_indices('$') {
            let name = text[at + 1..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
            parts.arguments.insert(name.collect());
        }
        let keys = text.match_indices('[').filter_map(|(at, _)| text[at + 1..].split_once(']')).map(|(key, _)| key);
        let words = keys.filter(|key| key.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        let words = words.filter(|key| !["zero", "one", "two", "few", "many", "other"].contains(key));
        parts.variants.extend(words.map(str::to_owned));
        assert!(found.insert(id.clone(), parts).is_none(), "{}.ftl says {id} twice", language.tag());
    }
    found
}

/// Each message's name and text.
fn entries(source: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        match line.split_once(" =") {
            Some((id, text)) if line.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                found.push((id.to_owned(), text.to_owned()));
            }
            _ => {
                if let Some((_, text)) = found.last_mut() {
                    text.push_str(line);
                }
            }
        }
    }
    found
}

#[test]
fn every_language_says_everything() {
    let english = catalogue(Language::En);
    assert!(!english.is_empty());
    for language in Language::ALL {
        let theirs = catalogue(*language);
        let lacking: Vec<_> = english.keys().filter(|id| !theirs.contains_key(*id)).collect();
        let unknown: Vec<_> = theirs.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(
            lacking.is_empty() && unknown.is_empty(),
            "{}: lacks {lacking:?}, {unknown:?} is unknown",
            language.tag()
        );
        for (id, Parts { arguments, variants }) in &theirs {
            // A language may do without a figure that only another's grammar needs; never the other way round.
            assert!(arguments.is_subset(&english[id].arguments), "{}: {id} names {arguments:?}", language.tag());
            assert_eq!(variants, &english[id].variants, "{}: {id} selects by other words", language.tag());
        }
    }
}

#[test]
fn every_language_but_the_source_stands_beside_it_under_its_name() {
    let beside: BTreeMap<_, _> = message!(Metres { metres: 3 }).translations().collect();
    assert_eq!(beside.len(), Language::ALL.len() - 1);
    assert_eq!(beside.get("messageZh").map(String::as_str), Some("3 米"));
    assert!(!beside.contains_key("messageEn"));
}

#[test]
fn figures_are_said_without_marks_or_needless_digits() {
    for (number, said) in [(5.0, "5"), (-0.2, "0"), (1_234_567.4, "1234567")] {
        assert_eq!(message!(Number { number: whole(number) }).said(Language::En), said);
    }
    for (number, digits, said) in [(2.345, 2, "2.35"), (2.5, 0, "2"), (0.35, 1, "0.3"), (f64::NAN, 1, "NaN")] {
        assert_eq!(message!(Number { number: rounded(number, digits) }).said(Language::Zh), said, "{number}");
    }
}

#[test]
fn a_text_may_ask_for_digits_after_the_point() {
    let far = |way| message!(Kilometres { kilometres: rounded(way, 1) });
    for (way, said) in [(12.04, "12.0 km"), (12.06, "12.1 km"), (1200.0, "1200.0 km")] {
        assert_eq!(far(way).said(Language::En), said);
    }
}

#[test]
fn a_list_is_separated_as_its_language_does() {
    let listed =
        message!(Number { number: vec![Value::from("a"), Value::from(2), message!(Metres { metres: 3 }).into()] });
    assert_eq!(listed.said(Language::En), "a, 2, 3 m");
    assert_eq!(listed.said(Language::Zh), "a、2、3 米");
}

#[test]
fn a_message_is_kept_and_read_back() {
    let inner = message!(Number { number: 3_u32 });
    let list = vec![Value::from(1), Value::from("二"), Value::from(inner.clone())];
    for message in
        [message!(Number { number: "三" }), message!(Number { number: inner }), message!(Number { number: list })]
    {
        let kept = serde_json::to_string(&message).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&kept).unwrap(), message, "{kept}");
    }
    let forgotten: Message = serde_json::from_str(r#"{"id":"said-once"}"#).unwrap();
    assert_eq!(forgotten.said(Language::En), "said-once");
}

#[test]
fn tags_are_read_as_systems_write_them() {
    for (tag, language) in
        [("zh", Language::Zh), ("zh_CN.UTF-8", Language::Zh), ("en-GB", Language::En), ("EN", Language::En)]
    {
        assert_eq!(tag.parse(), Ok(language));
    }
    let unknown = "tlh".parse::<Language>().unwrap_err();
    let tags: Vec<_> = Language::ALL.iter().map(|language| language.tag()).collect();
    assert!(tags.is_sorted() && ["en", "zh"].iter().all(|tag| tags.contains(tag)), "{tags:?}");
    assert_eq!(unknown.to_string(), format!(r#""tlh" is none of {}"#, tags.join(", ")));
}

#[test]
fn a_message_without_arguments_is_found_by_its_name() {
    assert_eq!(Message::named("list-separator"), Some(message!(ListSeparator)));
    for name in ["number", "no-such-message", ""] {
        assert_eq!(Message::named(name), None, "{name}");
    }
}
