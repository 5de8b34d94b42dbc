//! Sentences about position.

use entity::values::{Datum, FindingOutcome};

use super::{Sentence, Whereabouts, both};
use crate::check_ins::evidence::Mislabel;

pub(super) fn site_known(sites: usize) -> Sentence {
    match sites {
        0 => both(
            "项目尚未划定施工现场，无法比对位置。",
            "The project has no site yet, so there is nothing to compare the position with.",
        ),
        1 => both("项目有 1 处施工现场。", "The project has one site."),
        _ => both(
            format!("项目有 {sites} 处施工现场，按最近一处比对。"),
            format!("The project has {sites} sites; the nearest one is used."),
        ),
    }
}

pub(super) fn fix_present(fixes: usize) -> Sentence {
    match fixes {
        0 => both("手机没有提供位置。", "The phone gave no position."),
        1 => both("手机提供了位置。", "The phone gave a position."),
        _ => both(
            format!("手机提供了 {fixes} 次定位，取最好的一次。"),
            format!("The phone gave {fixes} fixes; the best one is used."),
        ),
    }
}

pub(super) fn fix_nowhere() -> Sentence {
    both(
        "手机给出的是北纬 0°、东经 0°，定位失败的设备常以此代替位置，等于没有位置。",
        "The phone gave 0° N 0° E, which failing receivers give in place of a position: it is evidence of nothing.",
    )
}

pub(super) fn fixes_agree(apart_m: f64, limit_m: f64, agree: bool) -> Sentence {
    if agree {
        both("各次定位彼此相符。", "The fixes agree with each other.")
    } else {
        both(
            format!(
                "同一次签到的两次定位相距过远，扣除精度与可能的移动后仍差 {apart_m:.0} 米，超过 {limit_m:.0} 米，需人工核实。"
            ),
            format!(
                "Two fixes of this check-in lie {apart_m:.0} m farther apart than their accuracies and any travel allow, beyond {limit_m:.0} m, so a person has to look."
            ),
        )
    }
}

pub(super) fn fix_accuracy(accuracy_m: f64, limit_m: f64, usable: bool) -> Sentence {
    if usable {
        both(
            format!("定位精度 {accuracy_m:.0} 米，在 {limit_m:.0} 米以内。"),
            format!("The fix is accurate to {accuracy_m:.0} m, within the limit of {limit_m:.0} m."),
        )
    } else if accuracy_m > limit_m {
        both(
            format!("定位精度 {accuracy_m:.0} 米，超过 {limit_m:.0} 米，无法判断位置。"),
            format!(
                "The fix is accurate to only {accuracy_m:.0} m, beyond the limit of {limit_m:.0} m: the position can't be judged."
            ),
        )
    } else {
        both(
            "手机未给出有效的定位精度，无法判断位置。",
            "The phone gave no usable accuracy: the position can't be judged.",
        )
    }
}

pub(super) fn fix_age(age_s: f64, limit_s: f64, fresh: bool) -> Sentence {
    let age = age_s.abs();
    if fresh {
        both(
            format!("定位时间与签到时间相差 {age:.0} 秒。"),
            format!("The fix was taken {age:.0} s from the check-in."),
        )
    } else {
        both(
            format!("定位时间与签到时间相差 {age:.0} 秒，超过 {limit_s:.0} 秒，无法判断位置。"),
            format!(
                "The fix was taken {age:.0} s from the check-in, beyond the limit of {limit_s:.0} s: the position can't be judged."
            ),
        )
    }
}

pub(super) fn position(whereabouts: Whereabouts) -> Sentence {
    let Whereabouts { outcome, distance_m, accuracy_m, tolerance_m, probability, mislabel } = whereabouts;
    let place = place(distance_m);
    let measured = both(
        format!("{}，定位精度 {accuracy_m:.0} 米，允许偏差 {tolerance_m:.0} 米", place.zh),
        format!("{}; accuracy {accuracy_m:.0} m, tolerance {tolerance_m:.0} m", place.en),
    );
    let about = about(probability.unwrap_or_default());
    match (outcome, mislabel) {
        (_, Some(mislabel)) => {
            let told = mislabelled(mislabel);
            both(
                format!("{}；{}，需人工核实。", measured.zh, told.zh),
                format!("{}. {}, so a person has to look.", measured.en, told.en),
            )
        }
        (FindingOutcome::Pass, None) => {
            both(format!("{}，位于现场。", measured.zh), format!("{}: on the site.", measured.en))
        }
        (FindingOutcome::Fail, None) => {
            both(format!("{}，不在现场。", measured.zh), format!("{}: not on the site.", measured.en))
        }
        _ => both(
            format!("{}，位于允许范围内的概率{}，需人工核实。", measured.zh, about.zh),
            format!(
                "{}: within the tolerance with a probability of {}, so a person has to look.",
                measured.en, about.en
            ),
        ),
    }
}

/// A probability in whole per cent. The radius it goes by may be too small, so nothing is told as impossible or certain.
fn about(probability: f64) -> Sentence {
    let percent = 100.0 * probability;
    if percent < 1.0 {
        both("低于 1%", "less than 1 %")
    } else if percent > 99.0 {
        both("高于 99%", "more than 99 %")
    } else {
        both(format!("约 {percent:.0}%"), format!("about {percent:.0} %"))
    }
}

fn mislabelled(Mislabel { fix, site, passes }: Mislabel) -> Sentence {
    let (zh, en) = if passes { ("则在现场内", "would") } else { ("则可能在现场内", "might") };
    match (fix.map(Datum::as_str), site.map(Datum::as_str)) {
        (Some(fix), Some(site)) => both(
            format!("若坐标实为 {fix}，且现场边界实为 {site} 坐标，{zh}"),
            format!("Read as {fix}, and were the site drawn in {site}, it {en} be on it"),
        ),
        (None, Some(site)) => both(
            format!("若现场边界实为 {site} 坐标，{zh}"),
            format!("Were the site drawn in {site}, it {en} be on it"),
        ),
        (Some(fix), None) => both(format!("若坐标实为 {fix}，{zh}"), format!("Read as {fix} it {en} be on the site")),
        (None, None) => both(zh, format!("It {en} be on the site")),
    }
}

fn place(distance_m: f64) -> Sentence {
    let distance = distance_m.abs();
    let (zh, en) = if distance >= 10_000.0 {
        (format!("{:.1} 公里", distance / 1000.0), format!("{:.1} km", distance / 1000.0))
    } else {
        (format!("{distance:.0} 米"), format!("{distance:.0} m"))
    };
    if distance_m <= 0.0 {
        both(format!("在现场边界内 {zh}"), format!("{en} inside the boundary"))
    } else {
        both(format!("在现场边界外 {zh}"), format!("{en} outside the boundary"))
    }
}

pub(super) fn mock_location(mocked: bool) -> Sentence {
    if mocked {
        both(
            "手机报告位置由模拟定位提供，需人工核实。",
            "The phone says that its location came from a mock provider, so a person has to look.",
        )
    } else {
        both("手机未使用模拟定位。", "The phone used no mock location.")
    }
}

pub(super) fn repeated(days: u32, limit: u32) -> Sentence {
    if days < limit {
        both("坐标没有反复完全相同。", "The coordinates are not the same over and over.")
    } else {
        both(
            format!("另有 {days} 天发送过完全相同的坐标，真实定位不会如此，需人工核实。"),
            format!(
                "Exactly these coordinates were sent on {days} other days, which real fixes never are, so a person has to look."
            ),
        )
    }
}
