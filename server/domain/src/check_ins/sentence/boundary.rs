//! Sentences about boundaries that may be wrong.

use entity::values::Datum;

use super::{Sentence, both};

/// The eight winds and the bearing of each, degrees.
const WINDS: [(f64, &str, &str); 9] = [
    (0.0, "北", "north"),
    (45.0, "东北", "north-east"),
    (90.0, "东", "east"),
    (135.0, "东南", "south-east"),
    (180.0, "南", "south"),
    (225.0, "西南", "south-west"),
    (270.0, "西", "west"),
    (315.0, "西北", "north-west"),
    (360.0, "北", "north"),
];

pub(crate) fn hint(
    check_ins: usize,
    people: usize,
    days: usize,
    distance_m: f64,
    bearing: f64,
    datum: Option<Datum>,
) -> Sentence {
    let off = |wind: &&(f64, &str, &str)| (wind.0 - bearing).abs();
    let (zh_wind, en_wind) =
        WINDS.iter().min_by(|a, b| off(a).total_cmp(&off(b))).map_or(("", ""), |(_, zh, en)| (*zh, *en));
    let zh = format!(
        "{check_ins} 次签到（{people} 人，{days} 天）除位置外没有疑点，集中在现场{zh_wind}侧、边界外约 {distance_m:.0} 米处"
    );
    let en = format!(
        "{check_ins} check-ins ({people} people, {days} days) against which nothing else speaks lie about {distance_m:.0} m outside the boundary, to the {en_wind}"
    );
    match datum {
        Some(datum) => {
            let label = match datum {
                Datum::Wgs84 => "WGS-84",
                Datum::Gcj02 => "GCJ-02",
                Datum::Bd09 => "BD-09",
            };
            both(
                format!("{zh}；若边界是按 {label} 坐标绘制的，则都在现场内，请核对边界的坐标系。"),
                format!("{en}. Had the site been drawn in {label}, they would be on it: check the drawing's datum."),
            )
        }
        None => both(
            format!("{zh}；边界可能画错了，请核对。"),
            format!("{en}. The boundary may have been drawn wrongly: check it."),
        ),
    }
}
