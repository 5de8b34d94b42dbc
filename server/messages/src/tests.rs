use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;

use super::*;

/// Messages of a language, with the arguments that each names.
fn catalogue(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let resource = FluentResource::try_new(language.text().to_owned());
    let resource = resource.unwrap_or_else(|(_, errors)| panic!("{}.ftl: {errors:?}", language.tag()));
    let mut found = BTreeMap::new();
    for (id, text) in entries(resource.source()) {
        let mut named = BTreeSet::new();
        for (at, _) in text.match_indices('$') {
            let name = text[at + 1..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
            named.insert(name.collect());
        }
        assert!(found.insert(id.clone(), named).is_none(), "{}.ftl says {id} twice", language.tag());
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
        for (id, arguments) in &theirs {
            // A language may do without a figure that only another's grammar needs; never the other way round.
            assert!(arguments.is_subset(&english[id]), "{}: {id} names {arguments:?}", language.tag());
        }
    }
}

#[test]
fn figures_are_said_without_marks_or_needless_digits() {
    for (number, said) in [(5.0, "5"), (-0.2, "0"), (1_234_567.4, "1234567")] {
        assert_eq!(message!(Number { number: whole(number) }).said(Language::En), said);
    }
    assert_eq!(message!(Number { number: rounded(2.345, 2) }).said(Language::Zh), "2.35");
}

#[test]
fn a_message_is_kept_and_read_back() {
    let inner = message!(Number { number: 3_u32 });
    for message in [message!(Number { number: "三" }), message!(Number { number: inner })] {
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
    assert_eq!(unknown.to_string(), r#""tlh" is none of en, zh"#);
}
