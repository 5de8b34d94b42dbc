//! One cell that names a person, with a title, a phone number or both, cut into its parts.

use std::collections::HashMap;

use messages::message;

use super::{
    RosterProblem, RosterProblemCode as Code,
    text::{digit, is_han, without_spaces},
};

/// The longest name with a middle dot, in characters; without one it is 2 to 4.
const MAX_NAME_CHARS: usize = 20;
/// E.164 allows 15 digits; a Chinese landline without its area code has 7.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Endings of a title, never of a name: `王主任` is a person whose name is not told.
const POSITIONS: [&str; 14] =
    ["书记", "主任", "主席", "市长", "区长", "县长", "镇长", "乡长", "局长", "处长", "科长", "部长", "经理", "助理"];

/// A person as the roster names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name, without the spaces that spread a short one out.
    pub name: String,
    /// The full title as it stands, such as `轴承园区管委会副主任`.
    pub title: Option<String>,
    /// The unit the title begins with, if the file has it as a 责任单位.
    pub unit: Option<String>,
    /// The phone number: 7 to 15 digits, perhaps with a leading `+`.
    pub phone: Option<String>,
}

/// Every 责任单位 of a file, by its text without spaces.
pub(super) type Units = HashMap<String, String>;

/// What must stand beside the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Companion {
    Nothing,
    Title,
    Phone,
}

/// The parts of a cell in their order: together they are the cell, but for its spaces.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CellParts<'a> {
    pub(super) name: String,
    pub(super) title: &'a str,
    pub(super) phone: &'a str,
}

/// Reads one tidied cell. `own_unit` is the line's 责任单位, `units` are all of the file.
pub(super) fn parse(cell: &str, beside: Companion, own_unit: &str, units: &Units) -> Result<Named, Vec<RosterProblem>> {
    let CellParts { name, title, phone } = cut(cell, beside, own_unit);
    let mut problems = Vec::new();
    if !is_name(&name) {
        problems.push(bad_name(&name, beside));
    } else if beside == Companion::Title && title.is_empty() {
        problems.push(title_missing());
    }
    let phone = match normal_phone(phone) {
        Ok(None) if beside == Companion::Phone => {
            problems.push(phone_missing());
            None
        }
        Ok(phone) => phone,
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Named {
        // One kind of dot, so that a person is found again however a list writes it.
        name: name.replace(is_dot, "·"),
        unit: unit_of(title, units),
        title: Some(title.to_owned()).filter(|title| !title.is_empty()),
        phone,
    })
}

/// Cuts a tidied cell into name, title and phone, without judging them.
///
/// The phone is what stands at the end in digits and the signs between them. The name is the first word, or all the
/// leading words of one character (`干 乙`). If that is no name, it ends where the text goes on with `own_unit`.
pub(super) fn cut<'a>(cell: &'a str, beside: Companion, own_unit: &str) -> CellParts<'a> {
    let (rest, phone) = cell.split_at(phone_start(cell, beside));
    let rest = rest.trim_end();
    let end = first_word_end(rest);
    let name = without_spaces(&rest[..end]);
    let end = if is_name(&name) || own_unit.is_empty() {
        end
    } else {
        rest.match_indices(own_unit).map(|(at, _)| at).find(|&at| is_name(&without_spaces(&rest[..at]))).unwrap_or(end)
    };
    CellParts { name: without_spaces(&rest[..end]), title: rest[end..].trim(), phone: phone.trim() }
}

fn first_word_end(text: &str) -> usize {
    let mut end = 0;
    for (at, word) in text.split(' ').enumerate() {
        let spread = word.chars().count() == 1 && word.chars().all(is_han);
        if at == 0 {
            end = word.len();
        } else if spread {
            end += 1 + word.len();
        }
        if !spread {
            break;
        }
    }
    end
}

/// Where the phone number begins that the cell ends with; the cell's length if there is none.
fn phone_start(cell: &str, beside: Companion) -> usize {
    let after_text = cell.char_indices().rev().find(|&(_, c)| !is_phone_char(c)).map_or(0, |(at, c)| at + c.len_utf8());
    let start =
        cell[after_text..].find(|c: char| !matches!(c, ' ' | ')' | '）')).map_or(cell.len(), |at| after_text + at);
    let digits = cell[start..].chars().filter_map(digit).count();
    // A title may end in a digit or two; beside a name that needs a phone, digits can be nothing else.
    let fewest = if beside == Companion::Phone { 1 } else { *PHONE_DIGITS.start() };
    if digits >= fewest { start } else { cell.len() }
}

fn is_phone_char(c: char) -> bool {
    digit(c).is_some() || matches!(c, ' ' | '+' | '＋' | '-' | '－' | '(' | ')' | '（' | '）' | '‐'..='―' | '−')
}

fn normal_phone(raw: &str) -> Result<Option<String>, RosterProblem> {
    if raw.is_empty() {
        return Ok(None);
    }
    let digits: String = raw.chars().filter_map(digit).collect();
    let is_plus = |c: char| matches!(c, '+' | '＋');
    let leading = raw.trim_start_matches(|c: char| digit(c).is_none() && !is_plus(c)).starts_with(is_plus);
    let pluses = raw.chars().filter(|&c| is_plus(c)).count();
    if !PHONE_DIGITS.contains(&digits.len()) || pluses != usize::from(leading) {
        return Err(phone_invalid());
    }
    Ok(Some(if leading { format!("+{digits}") } else { digits }))
}

fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '‧' | '・')
}

fn is_name(text: &str) -> bool {
    let length = text.chars().count();
    let longest = if text.contains(is_dot) { MAX_NAME_CHARS } else { 4 };
    (2..=longest).contains(&length)
        && text.chars().all(|c| is_han(c) || is_dot(c))
        && text.starts_with(is_han)
        && text.ends_with(is_han)
        && !POSITIONS.iter().any(|position| text.ends_with(position))
}

/// The longest unit that the title begins with.
fn unit_of(title: &str, units: &Units) -> Option<String> {
    let title = without_spaces(title);
    let ends = title.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.rev().find_map(|end| units.get(&title[..end])).cloned()
}

fn bad_name(name: &str, beside: Companion) -> RosterProblem {
    if name.contains('·') && name.chars().count() > MAX_NAME_CHARS {
        return RosterProblem::file(Code::NameTooLong, message!(RosterNameTooLong { most: MAX_NAME_CHARS }));
    }
    let then = match beside {
        Companion::Phone => "phone",
        Companion::Nothing | Companion::Title => "title",
    };
    RosterProblem::file(Code::NameUnclear, message!(RosterNameUnclear { then }))
}

fn title_missing() -> RosterProblem {
    RosterProblem::file(Code::TitleMissing, message!(RosterTitleMissing))
}

fn phone_missing() -> RosterProblem {
    RosterProblem::file(Code::PhoneMissing, message!(RosterPhoneMissing))
}

fn phone_invalid() -> RosterProblem {
    let (fewest, most) = (*PHONE_DIGITS.start(), *PHONE_DIGITS.end());
    RosterProblem::file(Code::PhoneInvalid, message!(RosterPhoneInvalid { fewest, most }))
}
