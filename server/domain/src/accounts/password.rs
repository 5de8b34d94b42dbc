//! What makes a password too weak to be taken.
//!
//! After NIST SP 800-63B (revision 4, 3.1.1.2): a least length, no rules about kinds of characters, and nothing that is
//! guessed first. How soon a password is guessed is estimated by zxcvbn (Wheeler, USENIX Security 2016), which looks for
//! words, names, dates, keys in a row and other patterns; beside its own lists it is given what is commonest in China, and
//! what is known about whoever chooses.

use zxcvbn::{
    Score,
    feedback::Warning,
    matching::{Match, patterns::MatchPattern},
};

/// Characters at least.
pub const SHORTEST: usize = 10;
/// Characters at most: hashing longer ones would only cost time.
pub const LONGEST: usize = 256;
/// Guesses at least, as zxcvbn scores them: 10⁸, too many for whoever stole the hashes to try them all at once.
const LEAST_SCORE: Score = Score::Three;
/// Characters that are estimated at once, and how often: the time it takes grows with the square of their number, to half a
/// second for a hundred of the worst. One part that takes long to guess is enough.
const ESTIMATED: (usize, usize) = (40, 3);
/// Different characters at least, which holds beyond those that are estimated, too.
const LEAST_VARIETY: usize = 4;
/// Letters of a part of a name at least: shorter ones are in many a word.
const LEAST_PART: usize = 3;
/// Characters of a name at most that are looked for.
const LONGEST_PART: usize = 64;

/// What public lists of the commonest passwords in China have, and the estimator's own, English ones lack.
#[rustfmt::skip]
const COMMONEST: [&str; 33] = [
    "woaini", "woaiwo", "woaiwojia", "wodemima", "mima", "admin", "aini", "nihao", "zhongguo", "beijing", "shanghai",
    "woaizhongguo", "caonima", "5201314", "520520", "1314520", "1314521", "7758521", "147258369", "123qwe", "qwe123",
    "1q2w3e4r", "1qaz2wsx", "q1w2e3r4", "a123456", "aa123456", "qq123456", "abc123", "asd123", "zxc123", "3rjs1la7qe",
    "onsite", "111222tianya",
];

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer than [`SHORTEST`] characters.
    TooShort,
    /// More than [`LONGEST`] characters.
    TooLong,
    /// The sign-in name itself.
    IsLogin,
    /// Soon guessed.
    Guessed(Pattern),
}

/// By what a password is guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// It is among the commonest passwords, or hardly anything else.
    Common,
    /// It is made of what is known about whoever chose it.
    Personal,
    /// Keys in a row.
    Keyboard,
    /// The same again and again.
    Repeat,
    /// A sequence such as 6543.
    Sequence,
    /// A date, or a year.
    Date,
    /// A name.
    Name,
    /// A word.
    Word,
    /// Something of everything, and little of it.
    Short,
}

/// What makes a password too weak for an account, if anything does. `about` is what is known of whoever it belongs to: their
/// name, their unit. Takes as long as hashing one, or longer.
pub fn weakness(password: &str, login: &str, about: &[String]) -> Option<Weakness> {
    weakness_at_sight(password, login).or_else(|| guessed_by(password, &personal(login, about)).map(Weakness::Guessed))
}

/// What makes a password too weak for anybody of this sign-in name, as far as that is seen at once.
pub fn weakness_at_sight(password: &str, login: &str) -> Option<Weakness> {
    let length = password.chars().count();
    let plain = password.to_lowercase();
    let variety = plain.chars().collect::<std::collections::BTreeSet<_>>().len();
    if length < SHORTEST {
        Some(Weakness::TooShort)
    } else if length > LONGEST {
        Some(Weakness::TooLong)
    } else if plain == login.to_lowercase() {
        Some(Weakness::IsLogin)
    } else if variety < LEAST_VARIETY {
        Some(Weakness::Guessed(Pattern::Repeat))
    } else {
        None
    }
}

/// The words that are known about somebody, small: names as a whole, and their parts.
fn personal(login: &str, about: &[String]) -> Vec<String> {
    let names = std::iter::once(login).chain(about.iter().map(String::as_str));
    let mut words = Vec::new();
    for name in names {
        let name: String = name.chars().take(LONGEST_PART).collect::<String>().to_lowercase();
        // A Chinese name is long with two characters, which are the given name of one with three.
        let least = if name.is_ascii() { LEAST_PART } else { 2 };
        let parts: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
        let backwards: Vec<&str> = parts.iter().rev().copied().collect();
        let given: String = name.chars().skip(1).collect();
        let known = parts.iter().map(|part| (*part).to_owned());
        let known = known.chain([name.clone(), parts.concat(), backwards.concat()]);
        let known = known.chain((!name.is_ascii() && name.chars().count() <= 4).then_some(given));
        words.extend(known.filter(|word| word.chars().count() >= least));
    }
    words
}

fn guessed_by(password: &str, personal: &[String]) -> Option<Pattern> {
    let characters: Vec<char> = password.chars().collect();
    let parts = characters.chunks(ESTIMATED.0).take(ESTIMATED.1).map(|part| part.iter().collect::<String>());
    let mut found = None;
    for part in parts {
        let pattern = part_guessed_by(&part, personal)?;
        found = found.or(Some(pattern));
    }
    found
}

fn part_guessed_by(password: &str, personal: &[String]) -> Option<Pattern> {
    let words: Vec<&str> = personal.iter().map(String::as_str).chain(COMMONEST).collect();
    let estimate = zxcvbn::zxcvbn(password, &words);
    if estimate.score() >= LEAST_SCORE {
        return None;
    }
    let mut words = estimate.sequence().iter().filter_map(|found| match &found.pattern {
        MatchPattern::Dictionary(word) => Some(&word.matched_word),
        _ => None,
    });
    if words.clone().any(|word| personal.contains(word)) {
        return Some(Pattern::Personal);
    }
    if words.any(|word| COMMONEST.contains(&word.as_str())) {
        return Some(Pattern::Common);
    }
    let warning = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning);
    Some(warning.map_or_else(|| largest_of(estimate.sequence()), pattern_of))
}

fn pattern_of(warning: Warning) -> Pattern {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => Pattern::Keyboard,
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            Pattern::Repeat
        }
        Warning::SequencesLikeAbcAreEasyToGuess => Pattern::Sequence,
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => Pattern::Date,
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess => {
            Pattern::Name
        }
        Warning::AWordByItselfIsEasyToGuess => Pattern::Word,
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => Pattern::Common,
    }
}

/// What most of a password is, where the estimator has no word for it.
fn largest_of(sequence: &[Match]) -> Pattern {
    let largest = sequence.iter().max_by_key(|found| found.j - found.i);
    match largest.map(|found| &found.pattern) {
        Some(MatchPattern::Dictionary(_)) => Pattern::Word,
        Some(MatchPattern::Spatial(_)) => Pattern::Keyboard,
        Some(MatchPattern::Repeat(_)) => Pattern::Repeat,
        Some(MatchPattern::Sequence(_)) => Pattern::Sequence,
        Some(MatchPattern::Date(_) | MatchPattern::Regex(_)) => Pattern::Date,
        _ => Pattern::Short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const GUESSED: fn(Pattern) -> Option<Weakness> = |pattern| Some(Weakness::Guessed(pattern));

    fn weak(password: &str) -> Option<Weakness> {
        weakness(password, "jiang.yingchuan", &["江映川".to_owned(), "滨海新区招商局".to_owned()])
    }

    #[rstest]
    #[case("correct horse battery")]
    #[case("another good password")]
    #[case("a lighthouse keeper 1871")]
    #[case("一二三四五六七八九十")]
    #[case("k7$Vq2!mZx9p")]
    #[case("abcdef-ghijkm-nopqrs-tuv234")]
    fn what_takes_long_to_guess_is_taken(#[case] password: &str) {
        assert_eq!(weak(password), None);
    }

    #[rstest]
    #[case("ninechars", Some(Weakness::TooShort))]
    #[case("", Some(Weakness::TooShort))]
    #[case("Jiang.Yingchuan", Some(Weakness::IsLogin))]
    #[case("1234567890", GUESSED(Pattern::Common))]
    #[case("QWERTYuiop", GUESSED(Pattern::Common))]
    #[case("password123", GUESSED(Pattern::Common))]
    #[case("password12345", GUESSED(Pattern::Common))]
    #[case("Password2026!", GUESSED(Pattern::Common))]
    #[case("P@ssw0rd12345", GUESSED(Pattern::Common))]
    #[case("woaini1314520", GUESSED(Pattern::Common))]
    #[case("woaini520520", GUESSED(Pattern::Common))]
    #[case("1q2w3e4r5t6y", GUESSED(Pattern::Common))]
    #[case("administrator", GUESSED(Pattern::Word))]
    #[case("aaaaaaaaaaaa", GUESSED(Pattern::Repeat))]
    #[case("1313131313131", GUESSED(Pattern::Repeat))]
    #[case(&"abcd".repeat(64), GUESSED(Pattern::Repeat))]
    #[case("jiangyingchuan1", GUESSED(Pattern::Personal))]
    #[case("yingchuan2026", GUESSED(Pattern::Personal))]
    #[case("yingchuanjiang!", GUESSED(Pattern::Personal))]
    #[case("映川20260101", GUESSED(Pattern::Personal))]
    #[case("江映川19800101", GUESSED(Pattern::Personal))]
    #[case("滨海新区招商局2026", GUESSED(Pattern::Personal))]
    #[case("19800101123", GUESSED(Pattern::Date))]
    fn what_is_guessed_first_is_not(#[case] password: &str, #[case] found: Option<Weakness>) {
        assert_eq!(weak(password), found);
    }

    #[test]
    fn the_longest_is_taken_and_one_more_is_not() {
        let longest: String = (0..).filter_map(|at| char::from_u32(0x4e00 + at * at % 20_000)).take(LONGEST).collect();
        assert_eq!(weak(&longest), None);
        assert_eq!(weak(&format!("{longest}e")), Some(Weakness::TooLong));
    }

    #[rstest]
    #[case("zebra", Pattern::Word)]
    #[case("zxcvfr", Pattern::Keyboard)]
    #[case("x7x7x7x7", Pattern::Repeat)]
    #[case("hijklmnop", Pattern::Sequence)]
    #[case("2019-07-23", Pattern::Date)]
    #[case("q7", Pattern::Short)]
    fn what_most_of_a_password_is(#[case] password: &str, #[case] largest: Pattern) {
        assert_eq!(largest_of(zxcvbn::zxcvbn(password, &[]).sequence()), largest);
    }

    #[test]
    fn the_list_is_small_letters() {
        assert!(COMMONEST.iter().all(|known| *known == known.to_lowercase()));
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at(password: String, login: String, about: Vec<String>) {
            let found = weakness(&password, &login, &about);
            prop_assert_eq!(found == Some(Weakness::TooShort), password.chars().count() < SHORTEST);
        }
    }
}
