//! Someone tries the demonstration, on a terminal and not.

use std::process::Command;

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
    command.args(arguments).env_remove("NO_COLOR").env_remove("COLUMNS").env("TERM", "xterm");
    command
}

#[test]
fn it_tells_a_review_and_an_appeal_in_eighty_columns() {
    let told = printed(&mut demo(ONSITE, &["demo", "--exit", "--listen", "127.0.0.1:0"]));
    let wide: Vec<&str> = told.lines().filter(|line| line.width() > 80).collect();
    assert_eq!(wide, Vec::<&str>::new());
    assert!(!told.contains(COLOUR));
    let order =
        ["NEEDS_REVIEW", "A PERSON", "stands as VERIFIED", "AN APPEAL", "stands as NEEDS_REVIEW", "stands as REJECTED"];
    let mut rest = told.replace("9  What the machine can't decide, a person does", "A PERSON");
    rest = rest.replace("10  An appeal", "AN APPEAL");
    for what in order {
        let at = rest.find(what).unwrap_or_else(|| panic!("no {what} in its place:\n{told}"));
        rest = rest.split_off(at + what.len());
    }
    assert!(told.contains("✗") && told.contains("steps went as they should."), "{told}");
    assert!(told.lines().all(|line| !line.starts_with("✗ ")), "{told}");
}

#[test]
fn a_terminal_is_shown_colours_unless_somebody_wants_none() {
    let on_a_terminal = ["-qec", &format!("{ONSITE} demo --exit --listen 127.0.0.1:0"), "/dev/null"];
    let told = printed(&mut demo("script", &on_a_terminal));
    for word in ["\u{1b}[1;32mVERIFIED\u{1b}[0m", "\u{1b}[1;33mNEEDS_REVIEW\u{1b}[0m", "\u{1b}[1;31mREJECTED\u{1b}[0m"]
    {
        assert!(told.contains(word), "{told}");
    }
    let told = printed(demo("script", &on_a_terminal).env("NO_COLOR", "1"));
    assert!(!told.contains(COLOUR), "{told}");
}
