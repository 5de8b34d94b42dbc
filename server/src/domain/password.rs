//! What makes a password too weak to be taken.
//!
//! After NIST SP 800-63B (revision 4, 3.1.1.2): a least length, no rules about kinds of characters, and nothing that is
//! guessed first.

/// Characters at least.
pub const SHORTEST: usize = 10;
/// Characters at most: hashing longer ones would only cost time.
pub const LONGEST: usize = 256;
/// Different characters at least.
const LEAST_VARIETY: usize = 4;

/// Passwords of ten characters and more that are tried first: from public lists of the commonest, Chinese ones too.
#[rustfmt::skip]
const COMMONEST: [&str; 40] = [
    "0123456789", "0987654321", "1029384756", "1122334455", "123456789a", "123456789q", "1234567890", "12345678900",
    "1234567891", "12345678910", "123456789abc", "1234qwerasdf", "147258369a", "1q2w3e4r5t", "1q2w3e4r5t6y",
    "1qaz2wsx3edc", "1qazxsw23edc", "3rjs1la7qe", "5201314520", "a123456789", "aa123456789", "abc1234567",
    "abcd123456", "administrator", "asdfghjkl123", "iloveyou123", "letmein123", "password01", "password12",
    "password123", "password1234", "passw0rd123", "q1w2e3r4t5", "qq123456789", "qwerty12345", "qwerty123456",
    "qwertyuiop", "woaini1314", "woaini520520", "zxcvbnm123",
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
    /// Among the first that are guessed.
    Common,
}

/// What makes a password too weak for an account, if anything does.
pub fn weakness(password: &str, login: &str) -> Option<Weakness> {
    let length = password.chars().count();
    let plain = password.to_lowercase();
    let variety = plain.chars().collect::<std::collections::BTreeSet<_>>().len();
    if length < SHORTEST {
        Some(Weakness::TooShort)
    } else if length > LONGEST {
        Some(Weakness::TooLong)
    } else if plain == login.to_lowercase() {
        Some(Weakness::IsLogin)
    } else if variety < LEAST_VARIETY || COMMONEST.contains(&plain.as_str()) {
        Some(Weakness::Common)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("correct horse battery", None)]
    #[case("一二三四五六七八九十", None)]
    #[case("ninechars", Some(Weakness::TooShort))]
    #[case("", Some(Weakness::TooShort))]
    #[case("Jiang.Yingchuan", Some(Weakness::IsLogin))]
    #[case("1234567890", Some(Weakness::Common))]
    #[case("QWERTYuiop", Some(Weakness::Common))]
    #[case("aaaaaaaaaaaa", Some(Weakness::Common))]
    #[case("1313131313131", Some(Weakness::Common))]
    fn what_is_guessed_first_is_not_taken(#[case] password: &str, #[case] weak: Option<Weakness>) {
        assert_eq!(weakness(password, "jiang.yingchuan"), weak);
    }

    #[test]
    fn the_longest_is_taken_and_one_more_is_not() {
        assert_eq!(weakness(&"abcd".repeat(64), "jiang"), None);
        assert_eq!(weakness(&format!("{}e", "abcd".repeat(64)), "jiang"), Some(Weakness::TooLong));
    }

    #[test]
    fn the_list_holds_nothing_that_is_refused_anyway() {
        assert!(COMMONEST.iter().all(|known| known.len() >= SHORTEST && *known == known.to_lowercase()));
    }
}
