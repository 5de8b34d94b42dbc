//! Rosters and site files as offices write them, and as they get them wrong.

mod rosters;
mod site_files;
mod workbooks;

use super::*;

const ROSTER_EXAMPLE: &[u8] = include_bytes!("../../../docs/examples/roster.csv");
const SITES_EXAMPLE: &[u8] = include_bytes!("../../../docs/examples/sites.geojson");

/// The headings of Annex 2 as they stand, as one CSV line.
const HEADINGS: &str = "序号,项目名称,项目情况,市级“妈妈”,“保姆”姓名及职务,\"“秘书”姓名及\n\n联系方式\",责任单位";

/// A roster of the given lines below the headings, which take lines 1 to 3 of the text but one of the sheet.
fn sheet(lines: &[&str]) -> String {
    format!("{HEADINGS}\n{}\n", lines.join("\n"))
}

/// A line that is right but for what a test puts in.
fn line(number: &str, coordinator: &str, secretary: &str) -> String {
    format!("{number},项目{number},前期推进,领导甲,{coordinator},{secretary},轴承园区管委会")
}

/// Each problem's line, column and code.
fn faults(bytes: &[u8]) -> Vec<(Option<u32>, Option<&'static str>, RosterProblemCode)> {
    let problems = parse(bytes).unwrap_err().0;
    problems.iter().map(|problem| (problem.row, problem.column, problem.code)).collect()
}
