//! What is on screen: lines as wide as the terminal, coloured where it is one.

use std::{
    env,
    io::{IsTerminal, stdout},
    sync::LazyLock,
};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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
    println!("{}", if PAGE.coloured { painted(text) } else { text.to_owned() });
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

/// A text with verdicts and marks in their colours.
fn painted(text: &str) -> String {
    const GREEN: &str = "\x1b[1;32m";
    const YELLOW: &str = "\x1b[1;33m";
    const RED: &str = "\x1b[1;31m";
    let colour = |word: &str| match word {
        "VERIFIED" | "MET" | "✓" => Some(GREEN),
        "NEEDS_REVIEW" | "PROVISIONAL" => Some(YELLOW),
        "REJECTED" | "MISSED" | "✗" => Some(RED),
        _ => None,
    };
    let mut painted = String::new();
    let is_word = |c: char| c.is_ascii_alphabetic() || c == '_';
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, others) = rest.split_at(end);
        match colour(word) {
            Some(colour) => painted.extend([colour, word, "\x1b[0m"]),
            None => painted.push_str(word),
        }
        rest = others;
    }
    painted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_end_after_spaces_and_between_chinese_characters_but_before_no_comma() {
        let text = "NEEDS_REVIEW  在现场边界外 15 米，定位精度 35 米，需人工核实。";
        assert_eq!(broken(text, 30), ["NEEDS_REVIEW  在现场边界外 15", "米，定位精度 35 米，需人工核", "实。"]);
        assert_eq!(broken("one two three", 7), ["one two", "three"]);
        assert_eq!(broken("unbreakable", 4), ["unbreakable"]);
        assert_eq!(broken("", 4), [""]);
    }

    #[test]
    fn verdicts_are_painted_and_words_that_hold_one_are_not() {
        assert_eq!(painted("0 of 1: MET"), "0 of 1: \x1b[1;32mMET\x1b[0m");
        assert_eq!(painted("✗ METRES VERIFIED_ON"), "\x1b[1;31m✗\x1b[0m METRES VERIFIED_ON");
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
