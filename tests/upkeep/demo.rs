//! Someone tries the demonstration, on a terminal and not.

use std::process::Command;

use rstest::rstest;
use unicode_width::UnicodeWidthStr;

const ONSITE: &str = env!("CARGO_BIN_EXE_onsite");
const COLOUR: char = '\u{1b}';

/// What a command printed; it must go well.
fn printed(command: &mut Command) -> String {
    let said = command.output().unwrap();
    let out = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.success(), "{out}\n{}", String::from_utf8_lossy(&said.stderr));
    out
}

fn demo(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    for name in ["NO_COLOR", "COLUMNS", "LC_ALL", "LC_MESSAGES"] {
        command.env_remove(name);
    }
    command.args(arguments).env("TERM", "xterm").env("LANG", "C");
    command
}

/// Whether two words in Latin letters stand side by side, as only a sentence has them.
fn has_english_sentence(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic());
    words.windows(2).any(|two| two.iter().all(|word| is_word(word)))
}

const IN_ENGLISH: [&str; 6] = [
    "NEEDS_REVIEW",
    "\n9  What the machine can't decide, a person does",
    "stands as VERIFIED",
    "\n10  An appeal",
    "stands as NEEDS_REVIEW",
    "stands as REJECTED",
];
const IN_CHINESE: [&str; 6] =
    ["待人工核实", "\n9  机器不能判定的，由人来定", "现为已核实", "\n10  申诉", "现为待人工核实", "现为不予认定"];

#[rstest]
#[case::in_doubt(&[], &IN_ENGLISH, "steps went as they should.", [true, true])]
#[case::english(&["--lang", "en"], &IN_ENGLISH, "steps went as they should.", [true, false])]
#[case::chinese(&["--lang", "zh"], &IN_CHINESE, "步均符合预期。", [false, true])]
fn it_tells_a_review_and_an_appeal_in_eighty_columns(
    #[case] language: &[&str],
    #[case] order: &[&str],
    #[case] well: &str,
    #[case] languages: [bool; 2],
) {
    let told = printed(&mut demo(ONSITE, &[&["demo", "--exit", "--listen", "127.0.0.1:0"], language].concat()));
    let wide: Vec<&str> = told.lines().filter(|line| line.width() > 80).collect();
    assert_eq!(wide, Vec::<&str>::new());
    assert!(!told.contains(COLOUR));
    let mut rest = told.as_str();
    for what in order {
        let at = rest.find(what).unwrap_or_else(|| panic!("no {what} in its place:\n{told}"));
        rest = &rest[at + what.len()..];
    }
    assert!(told.contains("✗") && told.contains(well), "{told}");
    assert!(told.lines().all(|line| !line.starts_with("✗ ")), "{told}");
    // Names on the roster are Chinese in either.
    assert_eq!([told.lines().any(has_english_sentence), told.contains('。')], languages, "{told}");
}

#[rstest]
#[case::english("en", ["VERIFIED", "NEEDS_REVIEW", "REJECTED", "MET"])]
#[case::chinese("zh", ["已核实", "待人工核实", "不予认定", "已达标"])]
fn a_terminal_is_shown_colours_unless_somebody_wants_none(#[case] language: &str, #[case] words: [&str; 4]) {
    let command = format!("{ONSITE} demo --exit --listen 127.0.0.1:0 --lang {language}");
    let on_a_terminal = ["-qec", &command, "/dev/null"];
    let told = printed(&mut demo("script", &on_a_terminal));
    for (word, colour) in words.into_iter().zip([32, 33, 31, 32]) {
        assert!(told.contains(&format!("\u{1b}[1;{colour}m{word}\u{1b}[0m")), "{word}: {told}");
    }
    let told = printed(demo("script", &on_a_terminal).env("NO_COLOR", "1"));
    assert!(!told.contains(COLOUR), "{told}");
}
