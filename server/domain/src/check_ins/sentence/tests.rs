use entity::values::{Datum, FindingOutcome};
use rstest::rstest;

use super::{photo::PhotoOrigin, position::PositionFigures, *};
use crate::check_ins::{
    evidence::{Mislabel, Signature},
    signed_check_in::{Member, Members},
};

#[track_caller]
fn says(message: &Message, en: &str, zh: &str) {
    assert_eq!(Sentence::from(message), Sentence { zh: zh.to_owned(), en: en.to_owned() });
}

#[rstest]
#[case(
    0,
    "The project has no site yet, so there is nothing to compare the position with.",
    "项目尚未划定施工现场，无法比对位置。"
)]
#[case(1, "The project has one site.", "项目有 1 处施工现场。")]
#[case(12, "The project has 12 sites; the nearest one is used.", "项目有 12 处施工现场，按最近一处比对。")]
fn sites_are_counted(#[case] sites: usize, #[case] en: &str, #[case] zh: &str) {
    says(&position::site_known(sites), en, zh);
}

#[rstest]
#[case(0, "The phone gave no position.", "手机没有提供位置。")]
#[case(1, "The phone gave a position.", "手机提供了位置。")]
#[case(2, "The phone gave 2 fixes; the best one is used.", "手机提供了 2 次定位，取最好的一次。")]
fn fixes_are_counted(#[case] fixes: usize, #[case] en: &str, #[case] zh: &str) {
    says(&position::fix_present(fixes), en, zh);
}

const AT: PositionFigures = PositionFigures {
    outcome: FindingOutcome::Review,
    distance_m: 12_040.0,
    accuracy_m: 5.4,
    tolerance_m: 50.0,
    probability: Some(0.5),
    mislabel: None,
};

#[rstest]
#[case::on_it(
    PositionFigures { outcome: FindingOutcome::Pass, distance_m: -3.2, ..AT },
    "3 m inside the boundary; accuracy 5 m, tolerance 50 m: on the site.",
    "在现场边界内 3 米，定位精度 5 米，允许偏差 50 米，位于现场。"
)]
#[case::off_it(
    PositionFigures { outcome: FindingOutcome::Fail, ..AT },
    "12.0 km outside the boundary; accuracy 5 m, tolerance 50 m: not on the site.",
    "在现场边界外 12.0 公里，定位精度 5 米，允许偏差 50 米，不在现场。"
)]
#[case::hardly(
    PositionFigures { probability: Some(0.004), ..AT },
    "12.0 km outside the boundary; accuracy 5 m, tolerance 50 m: within the tolerance with a probability of less than 1 %, so a person has to look.",
    "在现场边界外 12.0 公里，定位精度 5 米，允许偏差 50 米，位于允许范围内的概率低于 1%，需人工核实。"
)]
#[case::perhaps(
    PositionFigures { probability: Some(0.424), ..AT },
    "12.0 km outside the boundary; accuracy 5 m, tolerance 50 m: within the tolerance with a probability of about 42 %, so a person has to look.",
    "在现场边界外 12.0 公里，定位精度 5 米，允许偏差 50 米，位于允许范围内的概率约 42%，需人工核实。"
)]
#[case::nearly_surely(
    PositionFigures { probability: Some(0.999), ..AT },
    "12.0 km outside the boundary; accuracy 5 m, tolerance 50 m: within the tolerance with a probability of more than 99 %, so a person has to look.",
    "在现场边界外 12.0 公里，定位精度 5 米，允许偏差 50 米，位于允许范围内的概率高于 99%，需人工核实。"
)]
fn a_position_is_told_with_its_figures(#[case] at: PositionFigures, #[case] en: &str, #[case] zh: &str) {
    says(&position::position(at), en, zh);
}

#[rstest]
#[case(Some(Datum::Gcj02), None, true, "Read as GCJ02 it would be on the site", "若坐标实为 GCJ02，则在现场内")]
#[case(Some(Datum::Gcj02), None, false, "Read as GCJ02 it might be on the site", "若坐标实为 GCJ02，则可能在现场内")]
#[case(
    None,
    Some(Datum::Bd09),
    true,
    "Were the site drawn in BD09, it would be on it",
    "若现场边界实为 BD09 坐标，则在现场内"
)]
#[case(
    None,
    Some(Datum::Bd09),
    false,
    "Were the site drawn in BD09, it might be on it",
    "若现场边界实为 BD09 坐标，则可能在现场内"
)]
#[case(
    Some(Datum::Gcj02),
    Some(Datum::Bd09),
    true,
    "Read as GCJ02, and were the site drawn in BD09, it would be on it",
    "若坐标实为 GCJ02，且现场边界实为 BD09 坐标，则在现场内"
)]
#[case(
    Some(Datum::Gcj02),
    Some(Datum::Bd09),
    false,
    "Read as GCJ02, and were the site drawn in BD09, it might be on it",
    "若坐标实为 GCJ02，且现场边界实为 BD09 坐标，则可能在现场内"
)]
fn a_wrong_label_is_named(
    #[case] fix: Option<Datum>,
    #[case] site: Option<Datum>,
    #[case] passes: bool,
    #[case] en: &str,
    #[case] zh: &str,
) {
    says(
        &position::position(PositionFigures { distance_m: 60.0, mislabel: Some(Mislabel { fix, site, passes }), ..AT }),
        &format!("60 m outside the boundary; accuracy 5 m, tolerance 50 m. {en}, so a person has to look."),
        &format!("在现场边界外 60 米，定位精度 5 米，允许偏差 50 米；{zh}，需人工核实。"),
    );
}

#[rstest]
#[case(0, "The photos are no other check-in's.", "照片未在其他签到中用过。")]
#[case(
    1,
    "The very same photo is evidence of 1 other check-ins, so a person has to look.",
    "同一照片文件已用于另外 1 次签到，需人工核实。"
)]
fn uses_of_a_photo_are_counted(#[case] others: u32, #[case] en: &str, #[case] zh: &str) {
    says(&photo::reused(others), en, zh);
}

#[rstest]
#[case::nothing([false, false, false, false], None)]
#[case::a_screenshot([true, true, false, false], Some(("A photo looks like a screenshot.", "照片像是屏幕截图")))]
#[case::edited([false, true, false, false], Some(("A photo was saved by a program that edits pictures.", "照片经图像软件保存过")))]
#[case::no_position([false, false, true, false], Some(("A photo has an EXIF position that can't be read.", "照片带有 EXIF 位置，但无法读取")))]
#[case::no_time([false, false, false, true], Some(("A photo has an EXIF time that can't be read.", "照片带有 EXIF 时间，但无法读取")))]
#[case::both(
    [true, false, true, true],
    Some((
        "A photo looks like a screenshot. A photo has an EXIF position and time that can't be read.",
        "照片像是屏幕截图；照片带有 EXIF 位置和时间，但无法读取"
    ))
)]
fn a_photo_s_hints_are_told_together(#[case] hints: [bool; 4], #[case] said: Option<(&str, &str)>) {
    let [screenshot, edited, unread_position, unread_time] = hints;
    let origin = photo::origin(PhotoOrigin { screenshot, edited, unread_position, unread_time });
    assert_eq!(origin.is_some(), said.is_some());
    if let (Some(origin), Some((en, zh))) = (origin, said) {
        says(&origin, &format!("{en} This is a hint only."), &format!("{zh}，仅供参考。"));
    }
}

#[test]
fn what_a_signature_leaves_open_is_listed() {
    let members = Members::of([Member::Latitude, Member::Note]);
    says(
        &device::signature(Signature::Unclear(members)),
        "What was signed does not say, or not so that it can be compared: latitude, note; so a person has to look.",
        "所签文本没有写明、或无法比对：latitude、note，需人工核实。",
    );
}

#[rstest]
#[case(0, "Nobody else checked in from this device lately.", "近期没有他人用此设备签到。")]
#[case(3, "Other people who checked in from this device lately: 3.", "近期另有 3 人用此设备签到。")]
fn people_on_a_device_are_counted(#[case] people: u32, #[case] en: &str, #[case] zh: &str) {
    says(&device::shared(people), en, zh);
}

#[rstest]
#[case(22.4, "north", "北")]
#[case(22.6, "north-east", "东北")]
#[case(90.0, "east", "东")]
#[case(135.0, "south-east", "东南")]
#[case(180.0, "south", "南")]
#[case(225.0, "south-west", "西南")]
#[case(270.0, "west", "西")]
#[case(315.0, "north-west", "西北")]
#[case(338.0, "north", "北")]
fn a_boundary_in_doubt_is_told_with_the_wind(#[case] bearing: f64, #[case] en: &str, #[case] zh: &str) {
    says(
        &boundary::hint(9, 2, 3, 80.4, bearing, None),
        &format!(
            "9 check-ins (2 people, 3 days) against which nothing else speaks lie about 80 m outside the boundary, to the {en}. The boundary may have been drawn wrongly: check it."
        ),
        &format!(
            "9 次签到（2 人，3 天）除位置外没有疑点，集中在现场{zh}侧、边界外约 80 米处；边界可能画错了，请核对。"
        ),
    );
}

#[test]
fn a_way_has_a_digit_after_the_point() {
    says(
        &time::travel(100.0, 2_000.0, 50.0, false),
        "A neighbouring check-in is 2.0 km away and asks for 360 km/h, beyond 180 km/h, so a person has to look.",
        "与相邻签到相距 2.0 公里，需时速 360 公里，超过 180 公里，需人工核实。",
    );
}
