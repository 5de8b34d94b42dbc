//! Lines of text cells → the entries of Annex 2.

use std::collections::{BTreeMap, HashMap};

use entity::values::Tier;
use messages::message;

use super::{
    Named, Roster, RosterEntry, RosterProblem, RosterProblemCode as Code, RosterProblems,
    named::{self, Companion, Units},
    table::Table,
    text::{folded, joined, positive, without_spaces},
};

/// The headings stand within the sheet's first lines, below a title or two.
const LAST_HEADING_LINE: u32 = 20;

/// The columns of Annex 2, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Number,
    Project,
    Situation,
    Leader,
    Coordinator,
    Secretary,
    Unit,
}

const COLUMNS: [Column; 7] = [
    Column::Number,
    Column::Project,
    Column::Situation,
    Column::Leader,
    Column::Coordinator,
    Column::Secretary,
    Column::Unit,
];

impl Column {
    /// The heading as Annex 2 has it; the leader's is that of the given tier.
    fn heading(self, tier: Tier) -> &'static str {
        match self {
            Column::Number => "序号",
            Column::Project => "项目名称",
            Column::Situation => "项目情况",
            Column::Leader => match tier {
                Tier::Municipal => "市级“妈妈”",
                Tier::Township => "乡镇街区级“妈妈”",
            },
            Column::Coordinator => "“保姆”姓名及职务",
            Column::Secretary => "“秘书”姓名及联系方式",
            Column::Unit => "责任单位",
        }
    }

    /// The column a heading stands for, however it is quoted, bracketed, spaced or broken into lines.
    fn recognise(heading: &str) -> Option<(Column, Tier)> {
        let is_sign = |c: char| c.is_whitespace() || "“”‘’„‟\"＂'＇`「」『』〝〞〟《》".contains(c);
        let plain: String = heading.chars().filter(|&c| !is_sign(c)).collect();
        let is_bracket = |c: char| "()（）[]［］【】〔〕".contains(c);
        let unbracketed: String = plain.chars().filter(|&c| !is_bracket(c)).collect();
        let before_bracket = plain.split(is_bracket).next().unwrap_or_default();
        Self::spelled(&unbracketed).or_else(|| Self::spelled(before_bracket))
    }

    fn spelled(plain: &str) -> Option<(Column, Tier)> {
        let column = match plain {
            "序号" => Column::Number,
            "项目名称" => Column::Project,
            "项目情况" => Column::Situation,
            "市级妈妈" => Column::Leader,
            "保姆姓名及职务" => Column::Coordinator,
            "秘书姓名及联系方式" => Column::Secretary,
            "责任单位" => Column::Unit,
            _ if plain.starts_with("乡镇") && plain.ends_with("妈妈") => {
                return Some((Column::Leader, Tier::Township));
            }
            _ => return None,
        };
        Some((column, Tier::Municipal))
    }
}

/// Where each column of Annex 2 stands in the sheet.
struct Headings {
    line: u32,
    tier: Tier,
    /// The sheet's column of each of [`COLUMNS`].
    at: [usize; COLUMNS.len()],
}

impl Headings {
    fn find(rows: &BTreeMap<u32, Vec<String>>) -> Result<Headings, Vec<RosterProblem>> {
        let recognised = |row: &[String]| row.iter().filter_map(|c| Column::recognise(c)).count();
        // The best line, and the first of equals; one heading alone may be a title's word.
        let best = rows
            .range(..=LAST_HEADING_LINE)
            .rev()
            .max_by_key(|(_, row)| recognised(row))
            .filter(|(_, row)| recognised(row) >= 2);
        let Some((&line, row)) = best else {
            return Err(vec![no_headings()]);
        };
        let found: Vec<(usize, Column, Tier)> = row
            .iter()
            .enumerate()
            .filter_map(|(at, text)| Column::recognise(text).map(|(column, tier)| (at, column, tier)))
            .collect();
        let tier =
            found.iter().find(|(_, column, _)| *column == Column::Leader).map_or(Tier::Municipal, |&(_, _, tier)| tier);
        let mut problems = Vec::new();
        let at = COLUMNS.map(|wanted| {
            let places: Vec<usize> =
                found.iter().filter(|(_, column, _)| *column == wanted).map(|&(at, _, _)| at).collect();
            if places.len() != 1 {
                problems.push(column_count(wanted.heading(tier), places.len(), row).at(line));
            }
            places.first().copied().unwrap_or(usize::MAX)
        });
        if problems.is_empty() { Ok(Headings { line, tier, at }) } else { Err(problems) }
    }

    fn cell<'a>(&self, row: &'a [String], column: Column) -> &'a str {
        row.get(self.at[column as usize]).map_or("", String::as_str)
    }

    /// Whether a line repeats the headings, as a printed list does on each page.
    fn repeats(&self, row: &[String]) -> bool {
        let is_own = |(at, text): (usize, &String)| {
            Column::recognise(text).is_some_and(|(column, _)| self.at[column as usize] == at)
        };
        row.iter().enumerate().filter(|(_, text)| !text.is_empty()).all(is_own)
    }
}

/// Reads the entries below the headings, or names every problem of the sheet.
pub(super) fn parse(table: Table) -> Result<Roster, RosterProblems> {
    let Table { rows, mut problems, .. } = table;
    let headings = match Headings::find(&rows) {
        Ok(headings) => headings,
        Err(missing) => {
            problems.extend(missing);
            return Err(RosterProblems(problems));
        }
    };
    let lines: Vec<(u32, &[String])> = rows
        .range(headings.line + 1..)
        .map(|(&line, row)| (line, row.as_slice()))
        .filter(|(_, row)| !headings.repeats(row))
        .collect();
    let units = lines
        .iter()
        .map(|(_, row)| joined(headings.cell(row, Column::Unit)))
        .filter(|unit| !unit.is_empty())
        .map(|unit| (without_spaces(&unit), unit))
        .collect();
    let mut reader =
        EntryReader { headings: &headings, units, numbers: HashMap::new(), projects: HashMap::new(), problems };
    let entries: Vec<RosterEntry> = lines.iter().filter_map(|(line, row)| reader.entry(*line, row)).collect();
    let mut problems = reader.problems;
    if lines.is_empty() {
        problems.push(RosterProblem::file(Code::Empty, message!(RosterWithoutProjects)));
    }
    if !problems.is_empty() {
        problems.sort_by_key(|problem| problem.row);
        return Err(RosterProblems(problems));
    }
    Ok(Roster { tier: headings.tier, entries })
}

struct EntryReader<'a> {
    headings: &'a Headings,
    units: Units,
    /// The line each number and each project first stood in.
    numbers: HashMap<i32, u32>,
    projects: HashMap<String, u32>,
    problems: Vec<RosterProblem>,
}

impl EntryReader<'_> {
    /// Reads one line; `None` once a problem was found in a cell without which there is no entry.
    fn entry(&mut self, line: u32, row: &[String]) -> Option<RosterEntry> {
        let number = self.number(line, row);
        let project_name = self.project(line, row);
        let responsible_unit = self.filled(line, row, Column::Unit).map(joined);
        let own_unit = responsible_unit.as_deref().unwrap_or_default();
        let leader = self.person(line, row, Column::Leader, own_unit);
        let coordinator = self.person(line, row, Column::Coordinator, own_unit);
        let secretary = self.person(line, row, Column::Secretary, own_unit);
        Some(RosterEntry {
            row: line,
            number: number?,
            project_name: project_name?,
            situation: self.headings.cell(row, Column::Situation).to_owned(),
            leader: leader?,
            coordinator: coordinator?,
            secretary: secretary?,
            responsible_unit: responsible_unit?,
        })
    }

    fn report(&mut self, line: u32, column: Column, problem: RosterProblem) {
        let heading = column.heading(self.headings.tier);
        self.problems.push(problem.at(line).under(heading));
    }

    fn filled<'r>(&mut self, line: u32, row: &'r [String], column: Column) -> Option<&'r str> {
        let text = self.headings.cell(row, column);
        if text.is_empty() {
            let problem = RosterProblem::file(Code::EmptyCell, message!(RosterCellEmpty));
            self.report(line, column, problem);
            return None;
        }
        Some(text)
    }

    fn number(&mut self, line: u32, row: &[String]) -> Option<i32> {
        let text = self.filled(line, row, Column::Number)?;
        let Some(number) = positive(text) else {
            let problem = RosterProblem::file(Code::NumberInvalid, message!(RosterNumberInvalid));
            self.report(line, Column::Number, problem);
            return None;
        };
        let first = *self.numbers.entry(number).or_insert(line);
        if first != line {
            let problem = RosterProblem::file(Code::NumberDuplicate, message!(RosterNumberRepeated { number, first }));
            self.report(line, Column::Number, problem);
        }
        Some(number)
    }

    fn project(&mut self, line: u32, row: &[String]) -> Option<String> {
        let name = joined(self.filled(line, row, Column::Project)?);
        let first = *self.projects.entry(folded(&name)).or_insert(line);
        if first != line {
            let problem = RosterProblem::file(Code::ProjectDuplicate, message!(RosterProjectRepeated { first }));
            self.report(line, Column::Project, problem);
        }
        Some(name)
    }

    fn person(&mut self, line: u32, row: &[String], column: Column, own_unit: &str) -> Option<Named> {
        let beside = match column {
            Column::Coordinator => Companion::Title,
            Column::Secretary => Companion::Phone,
            _ => Companion::Nothing,
        };
        let text = self.filled(line, row, column)?;
        match named::parse(text, beside, own_unit, &self.units) {
            Ok(named) => Some(named),
            Err(problems) => {
                for problem in problems {
                    self.report(line, column, problem);
                }
                None
            }
        }
    }
}

fn no_headings() -> RosterProblem {
    let headings = COLUMNS.map(|column| column.heading(Tier::Municipal)).join("、");
    RosterProblem::file(Code::MissingColumn, message!(RosterNoHeadings { lines: LAST_HEADING_LINE, headings }))
}

fn column_count(heading: &'static str, count: usize, row: &[String]) -> RosterProblem {
    let filled: Vec<&str> = row.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let found = filled.join("、");
    let problem = if count == 0 {
        RosterProblem::file(Code::MissingColumn, message!(RosterColumnMissing { heading, found }))
    } else {
        RosterProblem::file(Code::DuplicateColumn, message!(RosterColumnRepeated { heading, times: count, found }))
    };
    problem.under(heading)
}
