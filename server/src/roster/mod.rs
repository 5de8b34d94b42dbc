//! Reads the plan's published roster (Annex 2 of 瓦政发〔2018〕114号) and site files: bytes in, checked values out.
//!
//! A file is taken whole or refused whole, with every problem named at once, so that nothing is ever imported by half.
//! A problem's message never repeats what stands in a person's cell: it may end up in a log.

mod annex2;
mod named;
mod site_feature;
mod site_members;
mod site_problem;
mod sites;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;

use entity::values::Tier;
use messages::{Language, Message};

pub use named::Named;
pub use site_problem::{SiteProblem, SiteProblemCode, SiteProblems};
pub use sites::{
    MAX_SITE_FEATURES, MAX_SITE_FILE_BYTES, ProjectRef, SiteDraft, SiteFile, SiteShape, parse_sites, read_sites,
};
pub use table::{MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROSTER_BYTES, MAX_ROWS, MAX_UNPACKED_BYTES};
pub use text::folded;

/// A roster that can be imported as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    /// Which tier the leaders belong to, told by the leader column's heading.
    pub tier: Tier,
    /// One entry a project, in the sheet's order; never empty.
    pub entries: Vec<RosterEntry>,
}

/// One line of the roster: a project and the three who serve it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterEntry {
    /// The sheet's line, from 1, as a spreadsheet program shows it.
    pub row: u32,
    /// 序号, positive, unique in the file.
    pub number: i32,
    /// 项目名称, unique in the file.
    pub project_name: String,
    /// 项目情况; empty if the list says nothing.
    pub situation: String,
    /// The “妈妈”; the list gives no title for municipal leaders, so it may be absent.
    pub leader: Named,
    /// The “保姆”, always with a title.
    pub coordinator: Named,
    /// The “秘书”, always with a phone.
    pub secretary: Named,
    /// 责任单位.
    pub responsible_unit: String,
}

/// Reads a roster from the bytes of an XLSX workbook (its first visible sheet) or of a CSV file in UTF-8.
///
/// Which of the two it is shows in the content, not in a file name. Title lines above the headings are skipped, as are
/// blank lines and repeated headings; a vertically merged cell counts for each of its lines; columns with other headings
/// are ignored.
///
/// # Errors
/// Every problem found; see [`RosterProblemCode`].
pub fn parse(bytes: &[u8]) -> Result<Roster, RosterProblems> {
    annex2::parse(table::read(bytes)?)
}

/// What is wrong with a roster file, and how to mend it.
#[derive(Clone, Debug, PartialEq)]
pub struct RosterProblem {
    /// The sheet's line, from 1; `None` if the problem is the file's.
    pub row: Option<u32>,
    /// The column's heading as Annex 2 has it; `None` if the problem is the line's or the file's.
    pub column: Option<&'static str>,
    /// The kind of problem.
    pub code: RosterProblemCode,
    /// What is wrong and how to mend it.
    pub message: Message,
}

impl RosterProblem {
    fn file(code: RosterProblemCode, message: Message) -> RosterProblem {
        RosterProblem { row: None, column: None, code, message }
    }

    fn at(self, row: u32) -> RosterProblem {
        RosterProblem { row: Some(row), ..self }
    }

    fn under(self, column: &'static str) -> RosterProblem {
        RosterProblem { column: Some(column), ..self }
    }
}

/// The kinds of problem a roster file can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RosterProblemCode {
    /// Neither an XLSX workbook nor a CSV file in UTF-8, or a damaged one.
    NotReadable,
    /// No project is listed.
    Empty,
    /// The file exceeds [`MAX_ROSTER_BYTES`], or [`MAX_UNPACKED_BYTES`] once unpacked.
    TooLarge,
    /// The sheet goes on beyond line [`MAX_ROWS`].
    TooManyRows,
    /// A cell is longer than [`MAX_CELL_CHARS`].
    CellTooLong,
    /// A cell holds a spreadsheet error such as `#REF!`.
    CellError,
    /// A column of Annex 2 isn't there.
    MissingColumn,
    /// A column of Annex 2 is there twice.
    DuplicateColumn,
    /// A cell that must be filled is empty.
    EmptyCell,
    /// 序号 is no positive whole number.
    NumberInvalid,
    /// 序号 was already used further up.
    NumberDuplicate,
    /// 项目名称 was already used further up.
    ProjectDuplicate,
    /// It can't be told where the name ends.
    NameUnclear,
    /// The name is longer than any person's.
    NameTooLong,
    /// The coordinator has no title.
    TitleMissing,
    /// The secretary has no phone number.
    PhoneMissing,
    /// The phone number hasn't 7 to 15 digits, or a `+` stands inside it.
    PhoneInvalid,
}

/// Every problem of a roster file; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct RosterProblems(pub Vec<RosterProblem>);

impl From<RosterProblem> for RosterProblems {
    fn from(problem: RosterProblem) -> Self {
        RosterProblems(vec![problem])
    }
}

impl fmt::Display for RosterProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            if let Some(row) = problem.row {
                write!(f, "row {row}: ")?;
            }
            if let Some(column) = problem.column {
                write!(f, "{column}: ")?;
            }
            f.write_str(&problem.message.said(Language::SOURCE))?;
        }
        Ok(())
    }
}

impl std::error::Error for RosterProblems {}
