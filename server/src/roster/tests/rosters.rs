//! CSV rosters: headings, cells, problems.

use proptest::prelude::*;
use rstest::rstest;

use super::{
    super::{
        RosterProblemCode::{self as Code, *},
        named::{Companion, cut},
        text::{tidy, without_spaces},
    },
    *,
};

const COORDINATOR: &str = "“保姆”姓名及职务";
const SECRETARY: &str = "“秘书”姓名及联系方式";
const GOOD_COORDINATOR: &str = "干部甲 轴承园区管委会副主任";
const GOOD_SECRETARY: &str = "联络员甲13800000001";

fn person(name: &str, title: Option<&str>, unit: Option<&str>, phone: Option<&str>) -> Named {
    Named {
        name: name.to_owned(),
        title: title.map(str::to_owned),
        unit: unit.map(str::to_owned),
        phone: phone.map(str::to_owned),
    }
}

#[test]
fn annex_2_is_read_as_it_stands() {
    let text = sheet(&[
        "1,台湾灭火器项目,前期推进,领导甲,干部甲  轴承园区管委会副主任,联络员甲13800000001,轴承园区管委会",
        "3,碧桂园项目,前期推进,领导丙,干  乙  文兰街道办事处书记,联络员丙 13800000003,文兰街道办事处",
    ]);
    let roster = parse(text.as_bytes()).unwrap();
    assert_eq!(roster.tier, Tier::Municipal);
    assert_eq!(
        roster.entries[1],
        RosterEntry {
            row: 3,
            number: 3,
            project_name: "碧桂园项目".to_owned(),
            situation: "前期推进".to_owned(),
            leader: person("领导丙", None, None, None),
            coordinator: person("干乙", Some("文兰街道办事处书记"), Some("文兰街道办事处"), None),
            secretary: person("联络员丙", None, None, Some("13800000003")),
            responsible_unit: "文兰街道办事处".to_owned(),
        }
    );
    assert_eq!(roster.entries[0].row, 2);
    assert_eq!(roster.entries[0].coordinator.name, "干部甲");
}

#[test]
fn the_example_reads() {
    let roster = parse(ROSTER_EXAMPLE).unwrap();
    assert_eq!(roster.entries.len(), 12);
    let names: Vec<&str> = roster
        .entries
        .iter()
        .flat_map(|entry| [&entry.leader, &entry.coordinator, &entry.secretary])
        .map(|named| named.name.as_str())
        .collect();
    assert_eq!(names[6..12], ["沈知远", "白霁月", "韩松涛", "陆遥", "高原", "方雨桐"]);
    assert!(
        roster.entries.iter().all(|entry| { entry.coordinator.title.is_some() && entry.secretary.phone.is_some() })
    );
    let phone = |at: usize| roster.entries[at].secretary.phone.as_deref().unwrap();
    assert_eq!([phone(2), phone(3), phone(5)], ["13800000103", "13800000104", "041185550006"]);
    assert_eq!([phone(6), phone(8)], ["+8613800000107", "13800000109"]);
    let unit = |at: usize| roster.entries[at].coordinator.unit.as_deref();
    assert_eq!(unit(7), Some("老虎屯镇人民政府"));
}

#[rstest]
#[case("市级\"\"妈妈\"\"", Tier::Municipal)]
#[case("市 级 ‘妈妈’", Tier::Municipal)]
#[case("市级妈妈", Tier::Municipal)]
#[case("市级（妈妈）", Tier::Municipal)]
#[case("市级(妈妈)", Tier::Municipal)]
#[case("市级「妈妈」（副市级以上）", Tier::Municipal)]
#[case("乡镇街区级\"\"妈妈\"\"", Tier::Township)]
#[case("乡镇级“妈妈”", Tier::Township)]
#[case("乡镇\n街区级＂妈妈＂", Tier::Township)]
fn headings_are_known_however_they_are_quoted(#[case] leader: &str, #[case] tier: Tier) {
    let text = format!(
        "名单\n\n序 号,项目名称,项目情况,\"{leader}\",保姆姓名及职务,'秘书'姓名及（联系方式）,责任单位（盖章）,备注\n{}\n",
        line("1", GOOD_COORDINATOR, GOOD_SECRETARY)
    );
    let roster = parse(text.as_bytes()).unwrap();
    assert_eq!(roster.tier, tier);
    assert_eq!(roster.entries[0].row, 4, "blank lines count");
}

#[test]
fn columns_may_stand_in_any_order_and_headings_may_be_repeated() {
    let text = "责任单位,\"保姆\"姓名及职务,市级妈妈,项目情况,秘书姓名及联系方式,项目名称,序号\r\n\
        甲镇,干部甲 副镇长,领导甲,,联络员甲13800000001,项目\r\n\
        责任单位,保姆姓名及职务,市级妈妈,项目情况,秘书姓名及联系方式,项目名称,序号\r\n\
        \r\n\
        甲镇,干部甲 副镇长,领导甲,,联络员甲13800000001,另一个项目,２\r\n";
    let fixed = text.replace(",项目\r\n", ",项目,1\r\n");
    let rows: Vec<(u32, i32)> =
        parse(fixed.as_bytes()).unwrap().entries.iter().map(|entry| (entry.row, entry.number)).collect();
    assert_eq!(rows, [(2, 1), (5, 2)]);
    assert_eq!(faults(text.as_bytes()), [(Some(2), Some("序号"), EmptyCell)]);
}

#[rstest]
#[case::one_space("干部甲 市发改局局长", person("干部甲", Some("市发改局局长"), None, None))]
#[case::spread("干 乙 副主任", person("干乙", Some("副主任"), None, None))]
#[case::spread_of_three("干 丙 丁 副主任", person("干丙丁", Some("副主任"), None, None))]
#[case::ideographic_space(
    "干　乙　轴承园区管委会 副主任",
    person("干乙", Some("轴承园区管委会 副主任"), Some("轴承园区管委会"), None)
)]
#[case::no_space(
    "干部甲轴承园区管委会副主任",
    person("干部甲", Some("轴承园区管委会副主任"), Some("轴承园区管委会"), None)
)]
#[case::spread_and_no_space(
    "干  乙轴承园区管委会副主任",
    person("干乙", Some("轴承园区管委会副主任"), Some("轴承园区管委会"), None)
)]
#[case::middle_dot("阿依古丽·买买提 副主任", person("阿依古丽·买买提", Some("副主任"), None, None))]
#[case::other_dot("阿依古丽•买买提 副主任", person("阿依古丽·买买提", Some("副主任"), None, None))]
#[case::with_phone("干部甲 副主任(兼) 0411-85550000", person("干部甲", Some("副主任(兼)"), None, Some("041185550000")))]
#[case::digit_in_title("干部甲 项目部3", person("干部甲", Some("项目部3"), None, None))]
#[case::zero_width("干\u{200b}乙 副主任", person("干乙", Some("副主任"), None, None))]
fn coordinators_are_cut_into_name_and_title(#[case] cell: &str, #[case] expected: Named) {
    let text = sheet(&[&line("1", cell, GOOD_SECRETARY)]);
    let roster = parse(text.as_bytes()).unwrap();
    assert_eq!(roster.entries[0].coordinator, expected);
}

#[rstest]
#[case("联络员乙 13800000002", "联络员乙", "13800000002")]
#[case("联  络１３８-００００-０００２", "联络", "13800000002")]
#[case("联络员乙 ＋86 138 0000 0002", "联络员乙", "+8613800000002")]
#[case("联络员乙（0411）85550000", "联络员乙", "041185550000")]
#[case("联络员乙(+86)13800000002", "联络员乙", "+8613800000002")]
#[case("联络员乙—8555000", "联络员乙", "8555000")]
fn secretaries_are_cut_into_name_and_phone(#[case] cell: &str, #[case] name: &str, #[case] phone: &str) {
    let text = sheet(&[&line("1", GOOD_COORDINATOR, cell)]);
    let secretary = parse(text.as_bytes()).unwrap().entries.remove(0).secretary;
    assert_eq!(secretary, person(name, None, None, Some(phone)));
}

#[rstest]
#[case::no_unit_to_split_at("干部甲市发改局局长", NameUnclear)]
#[case::no_title("干部甲", TitleMissing)]
#[case::title_only("王主任", NameUnclear)]
#[case::one_character("干 副主任", NameUnclear)]
#[case::two_names("干部甲、干部丙 副主任", NameUnclear)]
#[case::far_too_long("阿依古丽·买买提买买提买买提买买提买买提买买提 副主任", NameTooLong)]
#[case::bracketed("干部甲（副主任）", NameUnclear)]
fn unclear_coordinators_are_refused(#[case] cell: &str, #[case] code: Code) {
    let text = sheet(&[&line("1", cell, GOOD_SECRETARY)]);
    assert_eq!(faults(text.as_bytes()), [(Some(2), Some(COORDINATOR), code)]);
}

#[rstest]
#[case::too_short("联络员甲138000", &[PhoneInvalid])]
#[case::two_numbers("联络员甲13800000001 13800000002", &[PhoneInvalid])]
#[case::plus_inside("联络员甲138+00000001", &[PhoneInvalid])]
#[case::absent("联络员甲", &[PhoneMissing])]
#[case::text_behind("联络员甲13800000001（微信）", &[NameUnclear, PhoneMissing])]
fn unclear_phones_are_refused(#[case] cell: &str, #[case] codes: &[Code]) {
    let text = sheet(&[&line("1", GOOD_COORDINATOR, cell)]);
    let expected: Vec<_> = codes.iter().map(|&code| (Some(2), Some(SECRETARY), code)).collect();
    assert_eq!(faults(text.as_bytes()), expected);
}

#[rstest]
#[case::a_coordinator("王主任", GOOD_SECRETARY, "then the title.", "再写职务。")]
#[case::a_secretary(GOOD_COORDINATOR, "联络员甲（微信）13800000001", "then the phone number.", "再写电话。")]
fn who_has_no_clear_name_is_told_what_stands_beside_one(
    #[case] coordinator: &str,
    #[case] secretary: &str,
    #[case] en: &str,
    #[case] zh: &str,
) {
    let problems = parse(sheet(&[&line("1", coordinator, secretary)]).as_bytes()).unwrap_err().0;
    let message = &problems[0].message;
    assert!(message.said(Language::En).ends_with(en), "{problems:?}");
    assert!(message.said(Language::Zh).ends_with(zh), "{problems:?}");
}

#[test]
fn all_problems_are_told_at_once_and_without_personal_data() {
    let good = line("1", GOOD_COORDINATOR, GOOD_SECRETARY);
    let text = sheet(&[
        &good,
        &good,
        "0,,签约,领导甲,干部甲市发改局局长,联络员甲1380000,轴承园区管委会",
        "第五,项目五,签约,,干部甲 副主任,联络员甲99,",
    ]);
    let problems = parse(text.as_bytes()).unwrap_err();
    let leader = Some("市级“妈妈”");
    assert_eq!(
        faults(text.as_bytes()),
        [
            (Some(3), Some("序号"), NumberDuplicate),
            (Some(3), Some("项目名称"), ProjectDuplicate),
            (Some(4), Some("序号"), NumberInvalid),
            (Some(4), Some("项目名称"), EmptyCell),
            (Some(4), Some(COORDINATOR), NameUnclear),
            (Some(5), Some("序号"), NumberInvalid),
            (Some(5), Some("责任单位"), EmptyCell),
            (Some(5), leader, EmptyCell),
            (Some(5), Some(SECRETARY), PhoneInvalid),
        ]
    );
    let told = format!("{problems} {problems:?}");
    for secret in ["干部甲", "联络员甲", "1380000", "领导甲"] {
        assert!(!told.contains(secret), "{secret} is told");
    }
    assert!(told.contains("row 3: 序号: Number 1 already stands in line 2."));
}

#[test]
fn missing_and_doubled_columns_are_named() {
    let text = "序号,项目名称,项目名称,项目情况,市级妈妈,保姆,责任单位\n1,a,b,c,d,e,f\n";
    assert_eq!(
        faults(text.as_bytes()),
        [
            (Some(1), Some("项目名称"), DuplicateColumn),
            (Some(1), Some(COORDINATOR), MissingColumn),
            (Some(1), Some(SECRETARY), MissingColumn),
        ]
    );
    let problems = parse(text.as_bytes()).unwrap_err().0;
    assert!(
        problems[1].message.said(Language::Zh).contains("保姆、责任单位"),
        "{}",
        problems[1].message.said(Language::Zh)
    );
    let late = format!("{}{}", "名单\n".repeat(20), sheet(&["1"]));
    assert_eq!(faults(late.as_bytes()), [(None, None, MissingColumn)]);
}

#[test]
fn unreadable_and_oversized_files_are_refused() {
    assert_eq!(faults(b""), [(None, None, Empty)]);
    assert_eq!(faults(HEADINGS.as_bytes()), [(None, None, Empty)]);
    assert_eq!(faults(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), [(None, None, NotReadable)]);
    assert_eq!(faults(b"\xff\xfe\x8f\x5e"), [(None, None, NotReadable)], "UTF-16");
    assert_eq!(faults(&vec![b','; MAX_ROSTER_BYTES + 1]), [(None, None, TooLarge)]);
    let long = format!("{HEADINGS}\n{}", "1\n".repeat(MAX_ROWS as usize));
    assert_eq!(faults(long.as_bytes()), [(None, None, TooManyRows)]);
    let wordy = line("1", GOOD_COORDINATOR, GOOD_SECRETARY).replace("前期推进", &"进".repeat(MAX_CELL_CHARS + 1));
    assert_eq!(faults(sheet(&[&wordy]).as_bytes()), [(Some(2), None, CellTooLong)]);
    let full = wordy.replacen('进', "", 1);
    assert!(parse(sheet(&[&full]).as_bytes()).is_ok());
}

/// What the name is, and what the title.
#[rstest]
#[case::first_word("甲乙 轴承园区管委会主任", "轴承园区管委会", ("甲乙", "轴承园区管委会主任"))]
#[case::first_word_though_more_could_be_one("甲乙 丙 轴承园区管委会主任", "轴承园区管委会", ("甲乙", "丙 轴承园区管委会主任"))]
#[case::spread("甲 乙 轴承园区管委会主任", "轴承园区管委会", ("甲乙", "轴承园区管委会主任"))]
#[case::up_to_the_unit("甲乙轴承园区管委会主任", "轴承园区管委会", ("甲乙", "轴承园区管委会主任"))]
#[case::no_name_and_no_unit("王主任", "", ("王主任", ""))]
#[case::no_name_without_its_unit("甲乙轴承园区管委会主任", "", ("甲乙轴承园区管委会主任", ""))]
fn a_name_ends_where_its_word_ends_or_its_unit_begins(
    #[case] cell: &str,
    #[case] own_unit: &str,
    #[case] expected: (&str, &str),
) {
    let parts = cut(cell, Companion::Title, own_unit);
    assert_eq!((parts.name.as_str(), parts.title), expected);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = parse(&bytes);
        let _ = parse(&[b"PK\x03\x04", bytes.as_slice()].concat());
    }

    #[test]
    fn no_cells_make_it_panic(cells in prop::collection::vec("[\\PC\n\" 甲乙0-9+（）-]{0,12}", 14)) {
        let rows: Vec<String> = cells.chunks(7).map(|row| row.join(",")).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let _ = parse(sheet(&rows).as_bytes());
    }

    #[test]
    fn a_cut_keeps_every_character(
        raw in "[干部甲乙轴承园区管委会主任 　\n0-9０-９+()（）、·-]{0,30}|\\PC{0,30}",
        beside in prop::sample::select(vec![Companion::Nothing, Companion::Title, Companion::Phone]),
    ) {
        let cell = tidy(&raw);
        let parts = cut(&cell, beside, "轴承园区管委会");
        let again = [parts.name.as_str(), parts.title, parts.phone].concat();
        prop_assert_eq!(without_spaces(&again), without_spaces(&cell));
    }
}
