//! XLSX rosters.

use std::io::{Cursor, Read, Write};

use proptest::prelude::*;
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{super::RosterProblemCode::*, *};

const TITLES: [&str; 7] =
    ["序号", "项目名称", "项目情况", "乡镇街区级\"妈妈\"", "“保姆”姓名及职务", "“秘书”姓名及\n联系方式", "责任单位"];

/// A workbook with a title, headings in line 3 and two projects in lines 4 and 5, changed by `change`.
fn workbook(change: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let hidden = book.add_worksheet();
    hidden.set_hidden(true);
    hidden.write(0, 0, "不读").unwrap();
    let sheet = book.add_worksheet();
    sheet.set_active(true);
    sheet.merge_range(0, 0, 0, 6, "某街道名单", &Format::new()).unwrap();
    for (column, title) in (0..).zip(TITLES) {
        sheet.write(2, column, title).unwrap();
    }
    for (row, name) in [(3, "项目一"), (4, "项目二")] {
        sheet.write(row, 0, row - 2).unwrap();
        let cells = [name, "签约", "领导甲", "干部甲 副主任", "联络员甲13800000001", "甲街道办事处"];
        for (column, text) in (1..).zip(cells) {
            sheet.write(row, column, text).unwrap();
        }
    }
    change(sheet);
    book.save_to_buffer().unwrap()
}

/// The same workbook with one part's text replaced, as a program with other habits, or ill will, might write it.
fn with_part(bytes: &[u8], part: &str, change: impl Fn(String) -> Vec<u8>) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        if name == part {
            content = change(String::from_utf8(content).unwrap());
        }
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn the_first_visible_sheet_is_read() {
    let roster = parse(&workbook(|_| ())).unwrap();
    assert_eq!(roster.tier, Tier::Township);
    let rows: Vec<(u32, i32)> = roster.entries.iter().map(|entry| (entry.row, entry.number)).collect();
    assert_eq!(rows, [(4, 1), (5, 2)]);
    assert_eq!(roster.entries[0].secretary.phone.as_deref(), Some("13800000001"));
}

#[test]
fn a_merged_cell_counts_for_each_of_its_lines() {
    let plain = Format::new();
    let bytes = workbook(|sheet| {
        sheet.merge_range(3, 3, 4, 3, "领导丙", &plain).unwrap();
        sheet.merge_range(3, 6, 4, 6, "乙街道办事处", &plain).unwrap();
    });
    let entries = parse(&bytes).unwrap().entries;
    assert_eq!(entries[1].leader.name, "领导丙");
    assert_eq!(entries[1].responsible_unit, "乙街道办事处");
    let sideways = workbook(|sheet| {
        sheet.merge_range(4, 3, 4, 4, "领导丙", &plain).unwrap();
    });
    assert_eq!(faults(&sideways), [(Some(5), Some("“保姆”姓名及职务"), EmptyCell)]);
}

#[test]
fn errors_and_far_cells_are_told() {
    let broken = workbook(|sheet| {
        sheet.write_formula(3, 2, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    });
    let broken = with_part(&broken, "xl/worksheets/sheet2.xml", |xml| xml.replace("t=\"str\"", "t=\"e\"").into_bytes());
    assert_eq!(faults(&broken), [(Some(4), None, CellError)]);
    let message = parse(&broken).unwrap_err().0.remove(0).message.said(Language::En);
    assert!(message.contains("Cell C4 "), "{message}");
    let far = workbook(|sheet| {
        sheet.write(1_048_575, 0, "远").unwrap();
    });
    assert_eq!(faults(&far), [(None, None, TooManyRows)]);
    let right = workbook(|sheet| {
        sheet.write(3, 16_383, "右").unwrap();
    });
    assert!(parse(&right).is_ok(), "columns far to the right are ignored");
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused_whatever_size_it_declares() {
    let styles = with_part(&workbook(|_| ()), "xl/styles.xml", |xml| {
        xml.replace("</cellXfs>", &format!("{}</cellXfs>", "<xf/>".repeat(500_000))).into_bytes()
    });
    assert_eq!(faults(&styles), [(None, None, TooLarge)]);
    let mut bomb = with_part(&workbook(|_| ()), "xl/styles.xml", |xml| {
        xml.replace("</cellXfs>", &format!("{}</cellXfs>", " ".repeat(MAX_UNPACKED_BYTES))).into_bytes()
    });
    assert!(bomb.len() < 100_000);
    assert_eq!(faults(&bomb), [(None, None, TooLarge)]);
    let size = {
        let mut archive = ZipArchive::new(Cursor::new(&bomb)).unwrap();
        let styles = archive.by_name("xl/styles.xml").unwrap();
        u32::try_from(styles.size()).unwrap().to_le_bytes()
    };
    while let Some(at) = bomb.windows(4).position(|window| window == size) {
        bomb[at..at + 4].copy_from_slice(&9_000_u32.to_le_bytes());
    }
    assert_eq!(faults(&bomb), [(None, None, NotReadable)], "zip stops at the declared size");
}

#[test]
fn one_long_text_in_many_cells_does_not_fill_the_memory() {
    let bytes = workbook(|sheet| {
        for row in 5..1_800 {
            for column in 7..20 {
                sheet.write(row, column, "长".repeat(MAX_CELL_CHARS)).unwrap();
            }
        }
    });
    assert_eq!(faults(&bytes), [(None, None, TooLarge)]);
}

#[test]
fn a_damaged_workbook_is_refused() {
    let good = workbook(|_| ());
    assert_eq!(faults(&good[..good.len() / 2]), [(None, None, NotReadable)]);
    let bad = with_part(&good, "xl/worksheets/sheet2.xml", |xml| xml.replace("</sheetData>", "").into_bytes());
    assert_eq!(faults(&bad), [(None, None, NotReadable)]);
}

proptest! {
    // Each case writes a workbook.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_change_of_a_workbook_makes_it_panic(
        part in prop::sample::select(vec![
            "xl/worksheets/sheet2.xml",
            "xl/sharedStrings.xml",
            "xl/workbook.xml",
            "xl/styles.xml",
        ]),
        at in any::<prop::sample::Index>(),
        length in 0_usize..8,
        insert in prop::sample::select(vec!["", "0", "-1", "99999999999", "\"", "<", ">", "/", "A1:B9", "&#x110000;", "é"]),
    ) {
        let bytes = workbook(|sheet| {
            sheet.merge_range(3, 6, 4, 6, "乙街道办事处", &Format::new()).unwrap();
        });
        let changed = with_part(&bytes, part, |xml| {
            let mut xml = xml.into_bytes();
            let start = at.index(xml.len());
            let end = (start + length).min(xml.len());
            xml.splice(start..end, insert.bytes());
            xml
        });
        let _ = parse(&changed);
    }
}
