//! Data flows one way: `http` → `graphql` → `app` → `domain`, `store`, `photos`, `events`. Told by the sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rstest::rstest;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Every Rust file below a directory, and the file of that name; but for tests, which may measure and read files.
fn sources(place: &str) -> Vec<PathBuf> {
    let place = Path::new(ROOT).join(place);
    let mut found: Vec<PathBuf> = Some(place.with_extension("rs")).into_iter().filter(|file| file.is_file()).collect();
    let mut directories = vec![place];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.file_stem().is_some_and(|name| name == "tests" || name == "situations") {
                continue;
            }
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// The code of a line: without its comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Whether a path such as `crate::app` is named, and not only the beginning of another.
fn names(code: &str, path: &str) -> bool {
    let part_of_a_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(path).any(|(at, _)| {
        !code[..at].chars().next_back().is_some_and(part_of_a_name)
            && !code[at + path.len()..].chars().next().is_some_and(part_of_a_name)
    })
}

/// The text with `use a::{b, c::d};` spread out, each on the line where it begins.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut statement: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = code(line).trim();
        if statement.is_none() && (line.starts_with("use ") || line.starts_with("pub use ")) {
            statement = Some((number, String::new()));
        }
        match &mut statement {
            Some((_, so_far)) => so_far.push_str(line),
            None => found.push((number, line.to_owned())),
        }
        if line.ends_with(';')
            && let Some((begin, whole)) = statement.take()
        {
            let tree = whole.trim_start_matches("pub ").trim_start_matches("use ").trim_end_matches(';');
            found.extend(spread(tree).into_iter().map(|path| (begin, path)));
        }
    }
    found
}

fn spread(tree: &str) -> Vec<String> {
    let Some((prefix, rest)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let inner = &rest[..rest.rfind('}').unwrap_or(rest.len())];
    let (mut depth, mut begin, mut branches) = (0, 0, Vec::new());
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                branches.push(&inner[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    branches.push(&inner[begin..]);
    let branches = branches.into_iter().map(str::trim).filter(|branch| !branch.is_empty());
    branches.flat_map(|branch| spread(&format!("{}{branch}", prefix.trim()))).collect()
}

/// Places where one of these paths is named.
fn offences(place: &str, forbidden: &[&str]) -> Vec<String> {
    let files = sources(place);
    assert!(!files.is_empty(), "nothing to read in {place}");
    let mut offences = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for (line, code) in imports(&text) {
            for path in forbidden.iter().filter(|path| names(&code, path)) {
                offences.push(format!("{}:{line}: {path}", file.display()));
            }
        }
    }
    offences
}

#[rstest]
#[case::domain("server/domain/src", &[
    "async fn", ".await", "std::fs", "std::net", "std::env", "std::thread", "Utc::now", "Local::now", "SystemTime", "Instant",
])]
#[case::store("server/src/store", &["crate::app", "crate::graphql", "crate::http", "crate::domain", "crate::command"])]
#[case::events("server/src/events", &["crate::app", "crate::graphql", "crate::http", "crate::command"])]
#[case::identity_provider("server/src/identity_provider", &[
    "crate::app", "crate::graphql", "crate::http", "crate::store", "crate::command", "sea_orm",
])]
#[case::roster("server/src/roster", &["crate::app", "crate::graphql", "crate::http", "crate::store", "sea_orm", "tokio"])]
#[case::app("server/src/app", &["crate::graphql", "crate::http", "crate::jobs", "crate::command", "axum"])]
#[case::jobs("server/src/jobs", &["crate::graphql", "crate::http", "crate::command", "axum"])]
#[case::graphql("server/src/graphql", &["crate::http", "crate::command", "axum"])]
#[case::http("server/src/http", &["crate::command"])]
#[case::migration("migration/src", &["entity", "server"])]
#[case::entity("entity/src", &["migration", "server", "tokio"])]
fn what_a_part_must_not_know_it_does_not_name(#[case] part: &str, #[case] forbidden: &[&str]) {
    let offences = offences(part, forbidden);
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// Of the entities only ids and values: never a row.
#[test]
fn the_domain_knows_no_rows() {
    for file in sources("server/domain/src") {
        for (line, code) in imports(&fs::read_to_string(&file).unwrap()) {
            for (at, _) in code.match_indices("entity::") {
                let what = &code[at + "entity::".len()..];
                let allowed = what.starts_with("ids::") || what.starts_with("values::");
                assert!(allowed, "{}:{line}: entity::{what}", file.display());
            }
        }
    }
}

/// What only fuzzers call is no part of a program that is given to anybody.
#[test]
fn entry_points_of_fuzzers_stand_behind_their_feature() {
    let mut found = 0;
    for file in sources("server") {
        let text = fs::read_to_string(&file).unwrap();
        for (at, _) in text.match_indices("fn fuzz_") {
            found += 1;
            assert!(text[..at].contains("feature = \"fuzzing\""), "{}: {}", file.display(), &text[at..at + 20]);
        }
    }
    assert!(found > 0, "they have another name");
}

#[test]
fn the_reader_of_sources_sees_what_it_must() {
    let text =
        "use crate::{\n    app::App, // a comment\n    store::{self, page::Page},\n};\nlet x = crate::http::routes();";
    let seen = imports(text);
    let expected = [(1, "crate::app::App"), (1, "crate::store::self"), (1, "crate::store::page::Page")];
    assert_eq!(seen[..3], expected.map(|(line, path)| (line, path.to_owned())));
    assert!(names(&seen[3].1, "crate::http") && seen[3].0 == 5);
    assert!(!names("crate::application", "crate::app"));
    assert_eq!(code("a // crate::app"), "a ");
}

/// Which languages there are is said by the catalogue's files: a third one is a file, and changes no code. Sentences that are
/// kept with what was decided, which tables have columns for, are told from one place.
#[test]
fn no_code_knows_which_languages_there_are() {
    let mut found = Vec::new();
    for place in ["server/src", "server/domain/src", "server/inspection/src", "server/objects/src"] {
        for file in sources(place).iter().filter(|file| !file.ends_with("domain/src/check_ins/sentence.rs")) {
            let text = fs::read_to_string(file).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines = (1..).zip(text.lines()).filter(|(_, line)| names(code(line), "Language::Zh"));
            found.extend(lines.map(|(number, line)| format!("{}:{number}: {line}", file.display())));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What is said to people stands in the catalogue of messages. Rosters' headings, and names that pictures' editors leave,
/// are words to be found in files, but no sentences.
#[rstest]
#[case::domain("server/domain/src", |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c))]
#[case::objects("server/objects/src", |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c))]
#[case::evidence_bundle("server/evidence_bundle/src", |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c))]
#[case::inspection("server/inspection/src", |c: char| "，。；：？".contains(c))]
#[case::roster("server/src/roster", |c: char| "，。；：？".contains(c))]
#[case::app("server/src/app", |c: char| "，。；：？".contains(c))]
#[case::graphql("server/src/graphql", |c: char| "，。；：？".contains(c))]
#[case::http("server/src/http", |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c))]
fn sentences_stand_in_the_catalogue(#[case] place: &str, #[case] of_a_sentence: fn(char) -> bool) {
    let mut found = Vec::new();
    for file in sources(place) {
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = (1..).zip(text.lines()).filter(|(_, line)| code(line).contains(of_a_sentence));
        found.extend(lines.map(|(number, line)| format!("{}:{number}: {line}", file.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
