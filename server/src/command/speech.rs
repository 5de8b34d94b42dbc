//! The language that the command line speaks: the one that `--lang` gives, or else the system's; English where neither
//! is one there is.

use std::{
    env,
    ffi::{OsStr, OsString},
    sync::OnceLock,
};

use messages::{Language, Message};
use unicode_width::UnicodeWidthStr;

static LANGUAGE: OnceLock<Option<Language>> = OnceLock::new();

/// A sentence of the catalogue, in the command line's language.
macro_rules! words {
    ($($message:tt)*) => { messages::message!($($message)*).said($crate::command::speech::language()) };
}

/// Prints a sentence of the catalogue, on a line of its own.
macro_rules! say {
    ($($message:tt)*) => { println!("{}", $crate::command::speech::words!($($message)*)) };
}

pub(super) use {say, words};

/// Chooses it, before anything is said.
pub(super) fn choose() {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    LANGUAGE.get_or_init(|| given(&arguments).or_else(|| of_the_system(|name| env::var(name).ok())));
}

/// The command line's language.
pub(super) fn language() -> Language {
    known().unwrap_or(Language::SOURCE)
}

/// A message that is told in both languages where none is known.
pub(super) fn in_doubt(message: &Message) -> String {
    match known() {
        Some(language) => message.said(language),
        None => {
            let others = Language::ALL.iter().copied().filter(|language| *language != Language::default());
            let all = std::iter::once(Language::default()).chain(others);
            all.map(|language| message.said(language)).collect::<Vec<_>>().join(" / ")
        }
    }
}

/// A sentence that came in both languages, the default one and English, in the command line's; in both where none is known.
pub(super) fn of_both(zh: &str, en: &str) -> Vec<String> {
    let told = match known() {
        Some(language) if language == Language::default() => &[zh] as &[&str],
        // The sentences of other languages are not asked for.
        Some(_) => &[en],
        None => &[zh, en],
    };
    told.iter().map(|text| (*text).to_owned()).collect()
}

/// A text with spaces after it, so many columns wide.
pub(super) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{:1$}", "", columns.saturating_sub(text.width()))
}

fn known() -> Option<Language> {
    LANGUAGE.get().copied().flatten()
}

/// What `--lang` says, if that is a language: clap refuses anything else, in the system's.
fn given(arguments: &[OsString]) -> Option<Language> {
    let mut options = arguments.iter().map(OsString::as_os_str).take_while(|argument| *argument != "--");
    while let Some(option) = options.next() {
        let tag = match option.to_str() {
            Some("--lang") => options.next().and_then(OsStr::to_str),
            Some(option) => option.strip_prefix("--lang="),
            None => None,
        };
        if let Some(tag) = tag {
            return tag.parse().ok();
        }
    }
    None
}

/// The first of these that says anything counts (POSIX, Base Definitions, 8.2); `C` and `POSIX` are no language.
fn of_the_system(variable: impl Fn(&str) -> Option<String>) -> Option<Language> {
    let mut told = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable);
    told.find(|locale| !locale.is_empty())?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::two_words("migrate --lang zh", Some(Language::Zh))]
    #[case::one_word("--lang=en migrate", Some(Language::En))]
    #[case::a_locale("--lang zh_CN.UTF-8", Some(Language::Zh))]
    #[case::none("migrate", None)]
    #[case::unknown("--lang tlh", None)]
    #[case::nothing_after_it("migrate --lang", None)]
    #[case::an_argument("project close -- --lang zh", None)]
    #[case::another_option("--language zh", None)]
    fn an_option_gives_it(#[case] line: &str, #[case] wanted: Option<Language>) {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        assert_eq!(given(&arguments), wanted);
    }

    #[rstest]
    #[case::lang(&[("LANG", "zh_CN.UTF-8")], Some(Language::Zh))]
    #[case::messages_before_lang(&[("LANG", "zh_CN.UTF-8"), ("LC_MESSAGES", "en_GB.UTF-8")], Some(Language::En))]
    #[case::all_before_messages(&[("LC_MESSAGES", "en_GB.UTF-8"), ("LC_ALL", "zh_TW")], Some(Language::Zh))]
    #[case::empty_is_unset(&[("LC_ALL", ""), ("LANG", "zh")], Some(Language::Zh))]
    #[case::c_is_no_language(&[("LC_ALL", "C.UTF-8"), ("LANG", "zh_CN")], None)]
    #[case::posix(&[("LANG", "POSIX")], None)]
    #[case::unknown(&[("LANG", "fr_FR.UTF-8")], None)]
    #[case::nothing(&[], None)]
    fn the_system_knows_it(#[case] environment: &[(&str, &str)], #[case] wanted: Option<Language>) {
        let variable = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(of_the_system(variable), wanted);
    }
}
