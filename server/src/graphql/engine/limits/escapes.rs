//! Escapes that the library's parser does not read: `\u{1F600}`, and surrogate pairs such as `\uD83D\uDE00` (GraphQL
//! specification, section “String Value”).

use std::borrow::Cow;

/// The same document with the characters that these escapes stand for in their place. After each string, as many blanks
/// follow as it lost, so that what comes after it keeps its place. What is no escape of these is left to the parser, which
/// refuses it.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '#']) {
        written.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.as_bytes() {
            [b'#', ..] => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            [b'"', b'"', b'"', ..] => block(rest),
            _ => string(rest),
        };
        let (token, after) = rest.split_at(length);
        if token.starts_with('"') && !token.starts_with("\"\"\"") {
            let told = unescaped(token);
            written.push_str(&told);
            let lost = token.chars().count().saturating_sub(told.chars().count());
            written.extend(std::iter::repeat_n(' ', lost));
        } else {
            written.push_str(token);
        }
        rest = after;
    }
    written.push_str(rest);
    Cow::Owned(written)
}

/// The length of the block string at the beginning of a text.
fn block(text: &str) -> usize {
    let mut place = 3;
    while let Some(found) = text[place..].find("\"\"\"") {
        let end = place + found;
        if text[..end].ends_with('\\') {
            place = end + 3;
        } else {
            return end + 3;
        }
    }
    text.len()
}

/// The length of the string at the beginning of a text; up to the end of the line if it has no end.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (place, letter) in text.char_indices().skip(1) {
        match letter {
            '\n' | '\r' => return place,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

fn unescaped(string: &str) -> String {
    let mut written = String::with_capacity(string.len());
    let mut rest = string;
    while let Some(at) = rest.find('\\') {
        written.push_str(&rest[..at]);
        rest = &rest[at..];
        match character(rest) {
            Some((letter, length)) => {
                push(&mut written, letter);
                rest = &rest[length..];
            }
            None => {
                // This backslash, and what it escapes, which may be another.
                let length = rest.chars().take(2).map(char::len_utf8).sum();
                written.push_str(&rest[..length]);
                rest = &rest[length..];
            }
        }
    }
    written.push_str(rest);
    written
}

/// What would end a string, or not be allowed in it, stays escaped.
fn push(written: &mut String, letter: char) {
    match letter {
        '"' | '\\' => written.extend(['\\', letter]),
        letter if letter < ' ' => written.push_str(&format!("\\u{:04X}", u32::from(letter))),
        letter => written.push(letter),
    }
}

/// The character that an escape stands for which the parser does not read, and the length of the escape.
fn character(text: &str) -> Option<(char, usize)> {
    if let Some(digits) = text.strip_prefix("\\u{") {
        let (digits, _) = digits.split_once('}')?;
        let hexadecimal = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let significant = digits.trim_start_matches('0');
        let code = if significant.is_empty() { Some(0) } else { u32::from_str_radix(significant, 16).ok() };
        let letter = char::from_u32(code.filter(|_| hexadecimal)?)?;
        return Some((letter, 3 + digits.len() + 1));
    }
    let (leading, trailing) = (unit(text)?, unit(text.get(6..)?)?);
    let pair = (0xD800..0xDC00).contains(&leading) && (0xDC00..0xE000).contains(&trailing);
    let code = pair.then(|| 0x10000 + ((leading - 0xD800) << 10) + (trailing - 0xDC00))?;
    Some((char::from_u32(code)?, 12))
}

/// The code unit of `\uXXXX`.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// The value of the string in a document, as the parser reads it; none if it refuses it.
    fn read(string: &str) -> Option<String> {
        let document = format!("{{ a(b: {string}) }}");
        let parsed = parse_query(plain(&document)).ok()?;
        let (_, operation) = parsed.operations.iter().next()?;
        let item = operation.node.selection_set.node.items.first()?;
        let async_graphql::parser::types::Selection::Field(field) = &item.node else { return None };
        match field.node.get_argument("b")?.node.clone().into_const()? {
            async_graphql::Value::String(text) => Some(text),
            _ => None,
        }
    }

    #[rstest]
    #[case::braces(r#""\u{1F600}""#, Some("😀"))]
    #[case::leading_noughts(r#""\u{0000000041}""#, Some("A"))]
    #[case::nought(r#""\u{0}""#, Some("\0"))]
    #[case::a_quote(r#""\u{22}\u{5C}\u{A}""#, Some("\"\\\n"))]
    #[case::the_last(r#""\u{10FFFF}""#, Some("\u{10FFFF}"))]
    #[case::a_pair(r#""\uD83D\uDE00""#, Some("😀"))]
    #[case::a_pair_in_small_letters(r#""x\ud83d\ude00y""#, Some("x😀y"))]
    #[case::four_digits(r#""\u00e9""#, Some("é"))]
    #[case::an_escaped_backslash(r#""\\u{41}""#, Some(r"\u{41}"))]
    #[case::others(r#""\"\\\/\b\f\n\r\t\u{41}""#, Some("\"\\/\u{8}\u{c}\n\r\tA"))]
    #[case::in_a_block(r#""""\u{41} \uD83D\uDE00""""#, Some(r"\u{41} \uD83D\uDE00"))]
    #[case::leading_alone(r#""\uD83D""#, None)]
    #[case::trailing_alone(r#""\uDE00""#, None)]
    #[case::the_wrong_way_round(r#""\uDE00\uD83D""#, None)]
    #[case::two_leading(r#""\uD83D\uD83D\uDE00""#, None)]
    #[case::leading_and_letter(r#""\uD83Dx""#, None)]
    #[case::a_surrogate_in_braces(r#""\u{D83D}""#, None)]
    #[case::a_pair_in_braces(r#""\u{D83D}\u{DE00}""#, None)]
    #[case::beyond_the_last(r#""\u{110000}""#, None)]
    #[case::very_far_beyond(r#""\u{FFFFFFFFFFFFFFFFFF}""#, None)]
    #[case::no_digits(r#""\u{}""#, None)]
    #[case::no_hexadecimal(r#""\u{+41}""#, None)]
    #[case::open_braces(r#""\u{41""#, None)]
    #[case::three_digits(r#""\u041""#, None)]
    fn strings_are_read_as_the_specification_says(#[case] string: &str, #[case] expected: Option<&str>) {
        assert_eq!(read(string).as_deref(), expected);
    }

    #[rstest]
    #[case::comments("# \"\\u{41}\n{ a }")]
    #[case::nothing_to_do(r#"{ a(b: "\u0041") }"#)]
    #[case::blocks(r#"{ a(b: """ \""" \u{41} """) }"#)]
    fn what_else_there_is_stays_as_it_is(#[case] text: &str) {
        assert_eq!(plain(text), text);
    }

    #[test]
    fn what_comes_after_keeps_its_place() {
        let text = r#"{ a(b: "\u{1F600}", c: "\uD83D\uDE00") d }"#;
        let told = plain(text);
        assert_eq!(told.chars().position(|letter| letter == 'd'), text.find(" d ").map(|at| at + 1));
    }

    proptest! {
        #[test]
        fn every_character_can_be_escaped(letter: char) {
            let code = u32::from(letter);
            prop_assert_eq!(read(&format!("\"\\u{{{code:x}}}\"")), Some(letter.to_string()));
            let units: String = letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect();
            prop_assert_eq!(read(&format!("\"{units}\"")), Some(letter.to_string()));
        }

        #[test]
        fn no_text_makes_it_panic(text in r#"["\\u{}0-9a-fD#\n é😀]{0,60}"#) {
            let told = plain(&text);
            let most = text.len() + 4 * text.matches("\\u").count();
            prop_assert!(told.len() <= most);
        }
    }
}
