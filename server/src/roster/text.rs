//! How the text of a cell is tidied and compared.

use unicode_normalization::UnicodeNormalization;

/// Trims, makes every run of spaces, line breaks and control characters one space, and drops invisible characters.
pub(super) fn tidy(raw: &str) -> String {
    let visible: String = raw
        .chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Drops the spaces between Chinese characters: there they only come from a line broken inside a cell.
pub(super) fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let between_han = joined.ends_with(is_han) && word.starts_with(is_han);
        if !joined.is_empty() && !between_han {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    joined
}

/// The text without any space, for comparing.
pub(super) fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What names are compared by: spaces, invisible characters, letters' case and width, and the kinds of dots, dashes,
/// quotes and brackets make no difference. Never shown.
pub fn folded(text: &str) -> String {
    let visible = tidy(text);
    let letters = visible.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace());
    letters
        .map(|c| match c {
            '.' | '•' | '‧' | '・' | '∙' | '⋅' => '·',
            '‐'..='―' | '−' | '－' | '~' | '～' => '-',
            '“' | '”' | '‘' | '’' | '„' | '‟' | '\'' | '「' | '」' | '『' | '』' | '《' | '》' | '〈' | '〉' => {
                '"'
            }
            '[' | '【' | '〔' | '〖' => '(',
            ']' | '】' | '〕' | '〗' => ')',
            c => c,
        })
        .collect()
}

/// Whether a character is a Chinese one (the CJK ideograph blocks of Unicode, and 〇).
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '〇' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The ASCII digit that a digit or full-width digit stands for.
pub(super) fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

/// The number that a whole text of digits or full-width digits stands for, if positive.
pub(super) fn positive(text: &str) -> Option<i32> {
    let digits: String = text.chars().map(digit).collect::<Option<_>>()?;
    digits.parse().ok().filter(|&number| number > 0)
}
