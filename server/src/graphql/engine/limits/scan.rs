//! A look at a document's text before it is parsed: how deep its brackets nest, and how many tokens it has.

/// What a text contains; strings count as one token, comments, commas and white space as none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Deepest nesting of brackets.
    pub(super) nesting: usize,
    /// Tokens as the GraphQL specification counts them (section 2.1.6).
    pub(super) tokens: usize,
}

/// Goes over the text once. It never fails: what is no GraphQL is counted as well as can be, and the parser refuses it.
pub(super) fn scan(text: &str) -> Scan {
    let (mut found, mut depth) = (Scan::default(), 0_usize);
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = match first {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                rest = tail;
                continue;
            }
            b'#' => {
                rest = &tail[tail.iter().position(|byte| *byte == b'\n').unwrap_or(tail.len())..];
                continue;
            }
            b'"' if tail.starts_with(b"\"\"") => after_block(&tail[2..]),
            b'"' => after_string(tail),
            b'.' if tail.starts_with(b"..") => &tail[2..],
            byte if is_word(*byte) => &tail[tail.iter().position(|byte| !is_word(*byte)).unwrap_or(tail.len())..],
            _ => tail,
        };
        found.tokens += 1;
        match first {
            b'{' | b'(' | b'[' => {
                depth += 1;
                found.nesting = found.nesting.max(depth);
            }
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}

/// Part of a name or of a number.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn after_string(text: &[u8]) -> &[u8] {
    let mut escaped = false;
    for (place, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' | b'\n' => return &text[place + 1..],
            _ => {}
        }
    }
    &[]
}

fn after_block(text: &[u8]) -> &[u8] {
    let mut place = 0;
    while place < text.len() {
        let rest = &text[place..];
        if rest.starts_with(b"\\\"\"\"") {
            place += 4;
        } else if rest.starts_with(b"\"\"\"") {
            return &rest[3..];
        } else {
            place += 1;
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::nothing("", 0, 0)]
    #[case::only_ignored(" ,\t\n# {{{ a comment", 0, 0)]
    #[case::a_query("query Q($n: Int = 5) { a(n: $n) }", 2, 19)]
    #[case::spread("{ ...F ... on T { a } }", 2, 10)]
    #[case::strings_are_one_token_and_no_nesting(r#"{ a(b: "{{{ \" {{{", c: """ {{ \""" {{ """) # {{{{"#, 2, 10)]
    #[case::numbers("[1 2.5 -3e7]", 1, 8)]
    #[case::an_open_string("{ a(b: \"never closed", 2, 6)]
    fn what_a_text_contains(#[case] text: &str, #[case] nesting: usize, #[case] tokens: usize) {
        assert_eq!(scan(text), Scan { nesting, tokens });
    }
}
