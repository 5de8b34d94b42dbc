//! Codes that people copy by hand, from paper or from what somebody reads out: taken however they are written.
//!
//! All of them are base32 (RFC 4648): no code has the digits 0, 1, 8 and 9, so that whoever writes one of these read a
//! letter that looks like it.

/// Characters of a code that are looked at: each with a sign and a space after it, and some to spare.
pub const LONGEST: usize = 128;
/// Letters and digits of a recovery code, in groups of four.
const RECOVERY: (usize, usize) = (16, 4);
/// Letters and digits of a password that an administrator gives out, in groups of six.
const ONE_TIME: (usize, usize) = (24, 6);
/// So many of a code's letters at most are tried as either of two that look alike: 2⁶ readings.
const DOUBTFUL: usize = 6;

/// The letters and digits of what was written, small and of ASCII, without what groups them: spaces, hyphens and other
/// signs of any kind. None where there is a letter that no code has, or too much of it.
pub fn signs(text: &str) -> Option<String> {
    let mut signs = String::new();
    for (at, c) in text.chars().enumerate() {
        let c = half_width(c).to_ascii_lowercase();
        if at >= LONGEST || (c.is_alphanumeric() && !c.is_ascii()) {
            return None;
        }
        if c.is_ascii_alphanumeric() {
            signs.push(c);
        }
    }
    Some(signs)
}

/// The recovery codes, as they are given out, that somebody may mean: none where it is no such code. Several, where
/// letters that look alike leave a doubt.
pub fn recovery_codes(text: &str) -> Vec<String> {
    let Some(signs) = signs(text).filter(|signs| signs.len() == RECOVERY.0) else { return Vec::new() };
    let mut readings = vec![String::new()];
    let mut doubts = 0;
    for sign in signs.chars() {
        let letters: &[char] = match sign {
            // A capital i, a small L and the digit are one stroke in many a script.
            '1' | 'i' | 'l' if doubts < DOUBTFUL => {
                doubts += 1;
                &['l', 'i']
            }
            _ => &[letter(sign)],
        };
        let longer = |reading: &String| letters.iter().map(|letter| format!("{reading}{letter}")).collect::<Vec<_>>();
        readings = readings.iter().flat_map(longer).collect();
    }
    readings.iter().map(|reading| grouped(reading, RECOVERY.1)).collect()
}

/// The password that an administrator gave out, as it was given out, if this can be one.
pub fn one_time_password(text: &str) -> Option<String> {
    let signs = signs(text).filter(|signs| signs.len() == ONE_TIME.0)?;
    Some(grouped(&signs.chars().map(letter).collect::<String>(), ONE_TIME.1))
}

/// The letter that a digit which no code has was taken for.
fn letter(sign: char) -> char {
    match sign {
        '0' => 'o',
        '1' => 'l',
        '8' => 'b',
        '9' => 'g',
        other => other,
    }
}

/// The same character at its usual width: Chinese input methods write letters, digits and signs as wide as characters.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        // A mark for long vowels, which passes for a dash.
        '\u{30fc}' | '\u{ff70}' => '-',
        _ => c,
    }
}

/// A code as it is given out: its letters and digits in groups.
pub fn grouped(signs: &str, of: usize) -> String {
    let mut text = String::new();
    for (at, sign) in signs.chars().enumerate() {
        if at > 0 && at % of == 0 {
            text.push('-');
        }
        text.push(sign);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const CODE: &str = "ab2o-xyz7-bgol-q3ti";

    #[rstest]
    #[case::as_given("ab2o-xyz7-bgol-q3ti")]
    #[case::without_hyphens("ab2oxyz7bgolq3ti")]
    #[case::capitals("AB2O-XYZ7-BGOL-Q3TI")]
    #[case::spaces(" ab2o xyz7\tbgol  q3ti\n")]
    #[case::other_groups("ab-2oxyz-7bg-olq3-ti")]
    #[case::each_apart("a b 2 o - x y z 7 - b g o l - q 3 t i")]
    #[case::full_width("ａｂ２ｏ－ｘｙｚ７－ｂｇｏｌ－ｑ３ｔｉ")]
    #[case::full_width_capitals("ＡＢ２Ｏ　ＸＹＺ７　ＢＧＯＬ　Ｑ３ＴＩ")]
    #[case::dashes("ab2o–xyz7—bgol−q3ti")]
    #[case::long_vowel_mark("ab2oーxyz7ーbgolーq3ti")]
    #[case::other_signs("“ab2o.xyz7_bgol/q3ti”。")]
    #[case::no_break_and_no_width("ab2o\u{a0}xyz7\u{200b}bgol\u{feff}q3ti")]
    #[case::digits_for_letters("a820-xyz7-8901-q3t1")]
    #[case::strokes("AB2O-XYZ7-BGOI-Q3Tl")]
    fn a_recovery_code_is_taken_however_it_is_written(#[case] written: &str) {
        let meant = recovery_codes(written);
        assert!(meant.contains(&CODE.to_owned()), "{meant:?}");
    }

    #[rstest]
    #[case("")]
    #[case("ab2o-xyz7-bgol-q3t")]
    #[case("ab2o-xyz7-bgol-q3tii")]
    #[case("ab2o-xyz7-bgol-q3tя")]
    #[case("恢复码恢复码恢复码恢复码恢复码恢")]
    fn what_is_no_recovery_code_means_none(#[case] written: &str) {
        assert_eq!(recovery_codes(written), Vec::<String>::new());
    }

    #[rstest]
    #[case::none("", Some(""))]
    #[case::all_kinds("Ａb-2 ．７", Some("ab27"))]
    #[case::a_letter_of_another_script("ab2o-xyz7-bgol-q3ti я", None)]
    #[case::a_chinese_character("恢ab2o-xyz7-bgol-q3ti", None)]
    #[case::as_long_as_is_looked_at(&"-".repeat(LONGEST), Some(""))]
    #[case::longer(&"-".repeat(LONGEST + 1), None)]
    #[case::a_code_after_too_much(&format!("{}ab2o-xyz7-bgol-q3ti", "-".repeat(LONGEST)), None)]
    fn signs_of_codes_are_ascii_and_not_too_many(#[case] written: &str, #[case] read: Option<&str>) {
        assert_eq!(signs(written).as_deref(), read);
    }

    #[test]
    fn readings_are_few_whatever_is_written() {
        assert_eq!(recovery_codes("abcd-efgh-jkmn-opqr"), ["abcd-efgh-jkmn-opqr"]);
        assert_eq!(recovery_codes(&"1".repeat(16)).len(), 64);
        assert_eq!(recovery_codes(&"1 ".repeat(1 << 20)), Vec::<String>::new());
    }

    #[test]
    fn a_password_that_was_given_out_is_taken_however_it_is_written() {
        let given = "abcdef-ghijkm-nopqrs-tuv234";
        for written in [given, "ABCDEFGHIJKMNOPQRSTUV234", "ａｂｃｄｅｆ ghijkm　n0pqrs tuv234"] {
            assert_eq!(one_time_password(written).as_deref(), Some(given));
        }
        assert_eq!(one_time_password("correct horse battery"), None);
        assert_eq!(one_time_password("一二三四五六七八九十"), None);
    }

    proptest! {
        #[test]
        fn what_groups_a_code_does_not_matter(code in "[a-z2-7]{16}", signs in proptest::collection::vec("[ \\-–—　.]{0,3}", 16)) {
            let written: String = code.chars().zip(&signs).flat_map(|(c, sign)| [c.to_string(), sign.clone()]).collect();
            prop_assert!(recovery_codes(&written).contains(&grouped(&code, 4)));
        }
    }
}
