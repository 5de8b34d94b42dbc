//! Bytes of a workbook or a CSV file → lines of text cells, within limits that no file can talk its way around.

use std::{collections::BTreeMap, io::Cursor, panic};

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use messages::message;

use super::{RosterProblem, RosterProblemCode as Code, RosterProblems, text::tidy};

/// The largest roster file, in bytes.
pub const MAX_ROSTER_BYTES: usize = 10 * 1024 * 1024;
/// The most a workbook may unpack to, and the most text its cells may hold together, in bytes.
///
/// More than three times what 20,000 well-filled lines come to.
pub const MAX_UNPACKED_BYTES: usize = 32 * 1024 * 1024;
/// The most a workbook's styles may unpack to, in bytes: in memory, each takes thirty times its text.
const MAX_STYLES_BYTES: u64 = 2 * 1024 * 1024;
/// The last line of a sheet that is read.
pub const MAX_ROWS: u32 = 20_000;
/// Columns to the right of this one are ignored.
pub const MAX_COLUMNS: usize = 64;
/// The longest cell, in characters.
pub const MAX_CELL_CHARS: usize = 500;

/// A sheet's lines that hold text, and what was wrong with single cells.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Cells by line (from 1), from the first column on; trimmed, runs of spaces and line breaks made one space.
    pub(super) rows: BTreeMap<u32, Vec<String>>,
    /// Problems of single cells, to be told together with all others.
    pub(super) problems: Vec<RosterProblem>,
    text_bytes: usize,
}

/// Reads the first visible sheet of an XLSX workbook, or a CSV file in UTF-8 with or without a byte order mark.
pub(super) fn read(bytes: &[u8]) -> Result<Table, RosterProblems> {
    if bytes.len() > MAX_ROSTER_BYTES {
        return Err(too_large().into());
    }
    let table = if bytes.starts_with(b"PK\x03\x04") {
        // calamine's arithmetic overflows on a cell reference such as `A99999999999`, a panic where that is checked.
        panic::catch_unwind(|| read_xlsx(bytes)).unwrap_or_else(|_| Err(not_readable()))?
    } else {
        read_csv(bytes)?
    };
    if table.rows.is_empty() && table.problems.is_empty() {
        return Err(RosterProblem::file(Code::Empty, message!(RosterBlank)).into());
    }
    Ok(table)
}

fn read_xlsx(bytes: &[u8]) -> Result<Table, RosterProblem> {
    check_unpacked_size(bytes)?;
    let damaged = |_: XlsxError| not_readable();
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheet = workbook
        .sheets_metadata()
        .iter()
        .find(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .ok_or_else(not_readable)?
        .name
        .clone();
    let mut table = Table::default();
    // Cell by cell: a `Range` would allocate the whole rectangle between two cells far apart.
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(damaged)?;
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        let (line, column) = (row.saturating_add(1), column as usize);
        match cell.get_value() {
            DataRef::Empty => {}
            DataRef::SharedString(text) => table.put(line, column, text)?,
            DataRef::String(text) => table.put(line, column, text)?,
            DataRef::Error(_) => table.problems.push(cell_error(line, column)),
            other => table.put(line, column, &Data::from(other.clone()).to_string())?,
        }
    }
    drop(cells);
    let merged = workbook.merge_cells_by_sheet_name(&sheet).map_err(damaged)?;
    let mut steps = 0;
    for region in merged {
        let lines = region.start.0.saturating_add(1)..=region.end.0.saturating_add(1);
        table.fill_down(lines, region.start.1 as usize, &mut steps)?;
    }
    Ok(table)
}

/// Adds up the sizes that the parts declare; calamine reads parts whole, but zip stops at a part's declared size.
fn check_unpacked_size(bytes: &[u8]) -> Result<(), RosterProblem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| not_readable())?;
    let mut left = MAX_UNPACKED_BYTES as u64;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| not_readable())?;
        let is_styles = part.name().map_err(|_| not_readable())?.to_lowercase().ends_with("styles.xml");
        if is_styles && part.size() > MAX_STYLES_BYTES {
            return Err(too_large());
        }
        left = left.checked_sub(part.size()).ok_or_else(too_large)?;
    }
    Ok(())
}

fn read_csv(bytes: &[u8]) -> Result<Table, RosterProblem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = str::from_utf8(bytes).map_err(|_| not_readable())?;
    if text.contains('\0') {
        return Err(not_readable());
    }
    // One kind of line end, so that blank lines, which the reader skips, can be counted.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut table = Table::default();
    let mut record = csv::StringRecord::new();
    let mut line = 0;
    loop {
        let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        if !reader.read_record(&mut record).map_err(|_| not_readable())? {
            return Ok(table);
        }
        let blank = text.as_bytes()[start.min(text.len())..].iter().take_while(|&&byte| byte == b'\n').count();
        line += 1 + u32::try_from(blank).unwrap_or(MAX_ROWS);
        for (column, cell) in record.iter().enumerate() {
            table.put(line, column, cell)?;
        }
    }
}

impl Table {
    /// Keeps a cell's text, tidied; says so if it is too long, and stops the reading where the file exceeds a limit.
    fn put(&mut self, line: u32, column: usize, raw: &str) -> Result<(), RosterProblem> {
        if column >= MAX_COLUMNS {
            return Ok(());
        }
        let end = raw.char_indices().nth(MAX_CELL_CHARS).map(|(end, _)| end);
        let text = tidy(&raw[..end.unwrap_or(raw.len())]);
        if text.is_empty() {
            return Ok(());
        }
        if line > MAX_ROWS {
            return Err(RosterProblem::file(Code::TooManyRows, message!(RosterTooManyRows { most: MAX_ROWS })));
        }
        if end.is_some() {
            self.problems.push(cell_too_long(line, column));
        }
        self.text_bytes += text.len();
        if self.text_bytes > MAX_UNPACKED_BYTES {
            return Err(too_large());
        }
        let row = self.rows.entry(line).or_default();
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        row[column] = text;
        Ok(())
    }

    /// Gives each empty cell below a merged region's first one the same text, within the first one's column.
    fn fill_down(
        &mut self,
        lines: std::ops::RangeInclusive<u32>,
        column: usize,
        steps: &mut usize,
    ) -> Result<(), RosterProblem> {
        let first = self.rows.get(lines.start()).and_then(|row| row.get(column)).filter(|text| !text.is_empty());
        let Some(text) = first.cloned() else {
            return Ok(());
        };
        let below: Vec<u32> = self
            .rows
            .range(lines)
            .skip(1)
            .filter(|(_, row)| row.get(column).is_none_or(String::is_empty))
            .map(|(&line, _)| line)
            .collect();
        // Regions never overlap in an honest workbook, so each cell is come to once at most.
        *steps += below.len() + 1;
        if *steps > MAX_ROWS as usize * MAX_COLUMNS {
            return Err(not_readable());
        }
        below.into_iter().try_for_each(|line| self.put(line, column, &text))
    }
}

/// A cell's name as a spreadsheet program shows it: `F5`.
fn cell_name(line: u32, column: usize) -> String {
    let letter = |at: usize| char::from(b'A' + u8::try_from(at % 26).unwrap_or(0));
    match column {
        0..26 => format!("{}{line}", letter(column)),
        _ => format!("{}{}{line}", letter(column / 26 - 1), letter(column)),
    }
}

fn cell_too_long(line: u32, column: usize) -> RosterProblem {
    let cell = cell_name(line, column);
    RosterProblem::file(Code::CellTooLong, message!(RosterCellTooLong { cell, most: MAX_CELL_CHARS })).at(line)
}

fn cell_error(line: u32, column: usize) -> RosterProblem {
    let cell = cell_name(line, column);
    RosterProblem::file(Code::CellError, message!(RosterCellError { cell })).at(line)
}

fn too_large() -> RosterProblem {
    let limit = MAX_ROSTER_BYTES / 1024 / 1024;
    RosterProblem::file(Code::TooLarge, message!(RosterTooLarge { limit }))
}

fn not_readable() -> RosterProblem {
    RosterProblem::file(Code::NotReadable, message!(RosterNotReadable))
}
