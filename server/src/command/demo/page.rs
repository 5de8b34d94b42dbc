//! What is on screen: lines as wide as the terminal, coloured where it is one.

use std::{
    env,
    io::{IsTerminal, stdout},
    sync::LazyLock,
};

use entity::values::{ObligationStatus, Verdict};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::command::{
    speech::padded,
    values::{obligation_status, verdict_name},
};

/// Columns where there is no terminal to ask.
const USUAL: u16 = 80;
/// Columns that lines are made for at least and at most: shorter ones can't be read, longer ones neither.
const NARROWEST: u16 = 60;
const WIDEST: u16 = 120;

static PAGE: LazyLock<Page> = LazyLock::new(|| Page { columns: columns(), coloured: coloured() });

struct Page {
    columns: u16,
    coloured: bool,
}

const GREEN: &str = "\x1b[1;32m";
const YELLOW: &str = "\x1b[1;33m";
const RED: &str = "\x1b[1;31m";

static PALETTE: LazyLock<Vec<(String, &str)>> = LazyLock::new(|| {
    vec![
        (verdict_name(Verdict::Verified), GREEN),
        (verdict_name(Verdict::NeedsReview), YELLOW),
        (verdict_name(Verdict::Rejected), RED),
        (obligation_status(ObligationStatus::Met), GREEN),
        (obligation_status(ObligationStatus::Provisional), YELLOW),
        (obligation_status(ObligationStatus::Missed), RED),
        ("✓".to_owned(), GREEN),
        ("✗".to_owned(), RED),
    ]
});

fn columns() -> u16 {
    let terminal = console::Term::stdout().size_checked().map(|(_, columns)| columns);
    let told = terminal.filter(|columns| *columns > 0).or_else(|| env::var("COLUMNS").ok()?.parse().ok());
    told.unwrap_or(USUAL).clamp(NARROWEST, WIDEST)
}

/// A terminal that shows colours, unless somebody wants none (https://no-color.org).
fn coloured() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    stdout().is_terminal() && !is_set("NO_COLOR") && env::var_os("TERM").is_none_or(|kind| kind != "dumb")
}

/// Columns of a line.
pub(super) fn width() -> u16 {
    PAGE.columns
}

/// Prints a heading.
pub(super) fn heading(text: &str) {
    if PAGE.coloured { println!("\n\x1b[1m{text}\x1b[0m") } else { println!("\n{text}") }
}

/// Prints the heading of a step.
pub(super) fn chapter(number: &str, title: &str) {
    heading(&format!("{number}  {title}"));
}

/// Columns of what something is called, before it.
const LABEL: usize = 10;

/// Prints something and what it is called.
pub(super) fn note(label: &str, text: &str) {
    say(&format!("    {} ", padded(label, LABEL)), text);
}

/// Prints what somebody did in a step, or what became of that.
pub(super) fn line(step: &str, who: &str, text: &str) {
    say(&format!("{step:>3} {} ", padded(who, LABEL)), text);
}

/// Prints what follows a margin, broken into lines that leave the margin free.
pub(super) fn say(margin: &str, text: &str) {
    let indent = margin.width();
    let room = usize::from(PAGE.columns).saturating_sub(indent);
    for (at, line) in broken(text, room).iter().enumerate() {
        if at == 0 { put(&format!("{margin}{line}")) } else { put(&format!("{:indent$}{line}", "")) }
    }
}

/// Prints lines as they are, coloured.
pub(super) fn put(text: &str) {
    println!("{}", if PAGE.coloured { painted(text, &PALETTE) } else { text.to_owned() });
}

/// A text in lines of so many columns at most, broken after spaces and between Chinese characters; only what can't be
/// broken is longer.
fn broken(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        let line = lines.last().map_or(0, |line| line.width());
        if line > 0 && line + piece.trim_end().width() > columns {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(piece);
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// A text cut wherever a line may end.
fn pieces(text: &str) -> Vec<&str> {
    let ends_none = |c| "“（《".contains(c);
    let begins_none = |c| "，。；：、？！”）》 ".contains(c);
    let mut cuts = vec![0];
    for ((_, before), (at, after)) in text.char_indices().zip(text.char_indices().skip(1)) {
        let between = before == ' ' || (wide(before) && !ends_none(before)) || (wide(after) && !ends_none(before));
        if between && !begins_none(after) {
            cuts.push(at);
        }
    }
    cuts.push(text.len());
    cuts.windows(2).filter_map(|cut| text.get(cut[0]..cut[1])).collect()
}

fn wide(c: char) -> bool {
    c.width() == Some(2)
}

/// A text with what the palette names in its colours; in Latin letters, whole words only.
fn painted(text: &str, palette: &[(String, &str)]) -> String {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let mut painted = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let named = if is_letter(first) {
            let word = &rest[..rest.find(|c| !is_letter(c)).unwrap_or(rest.len())];
            palette.iter().find(|(name, _)| name == word).ok_or(word.len())
        } else {
            palette.iter().find(|(name, _)| rest.starts_with(name)).ok_or(first.len_utf8())
        };
        let end = match named {
            Ok((name, colour)) => {
                painted.extend([colour, name.as_str(), "\x1b[0m"]);
                name.len()
            }
            Err(length) => {
                painted.push_str(&rest[..length]);
                length
            }
        };
        rest = &rest[end..];
    }
    painted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[test]
    fn lines_end_after_spaces_and_between_chinese_characters_but_before_no_comma() {
        let text = "NEEDS_REVIEW  在现场边界外 15 米，定位精度 35 米，需人工核实。";
        assert_eq!(broken(text, 30), ["NEEDS_REVIEW  在现场边界外 15", "米，定位精度 35 米，需人工核", "实。"]);
        assert_eq!(broken("one two three", 7), ["one two", "three"]);
        assert_eq!(broken("unbreakable", 4), ["unbreakable"]);
        assert_eq!(broken("", 4), [""]);
    }

    #[rstest]
    #[case::a_word("0 of 1: MET", "0 of 1: \x1b[1;32mMET\x1b[0m")]
    #[case::no_word_that_holds_one("✗ METRES MET_ON", "\x1b[1;31m✗\x1b[0m METRES MET_ON")]
    #[case::chinese("2026-11-18 已核实，计在 2026-W47", "2026-11-18 \x1b[1;32m已核实\x1b[0m，计在 2026-W47")]
    #[case::no_other_chinese("需人工核实", "需人工核实")]
    fn what_the_palette_names_is_painted(#[case] text: &str, #[case] wanted: &str) {
        let palette = [("MET", GREEN), ("已核实", GREEN), ("✗", RED)].map(|(name, colour)| (name.to_owned(), colour));
        assert_eq!(painted(text, &palette), wanted);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[a-z 在现场，。“” 0-9]{0,60}", columns in 4_usize..40) {
            let lines = broken(&text, columns);
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
            let longest = pieces(&text).iter().map(|piece| piece.trim_end().width()).max().unwrap_or(0);
            prop_assert!(lines.iter().all(|line| line.width() <= columns.max(longest)));
        }
    }
}
