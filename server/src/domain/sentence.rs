//! What a finding says to the person it is about, in Chinese and English.

use chrono::TimeDelta;
use entity::values::{Datum, FindingOutcome};

/// The same sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

fn both(zh: impl Into<String>, en: impl Into<String>) -> Sentence {
    Sentence { zh: zh.into(), en: en.into() }
}

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

pub(super) fn fix_present(present: bool) -> Sentence {
    if present {
        both("手机提供了位置。", "The phone gave a position.")
    } else {
        both("手机没有提供位置。", "The phone gave no position.")
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

pub(super) fn fix_age(age: TimeDelta, limit: TimeDelta, fresh: bool) -> Sentence {
    let (age, limit) = (age.num_seconds(), limit.num_seconds());
    if fresh {
        both(
            format!("定位时间与签到时间相差 {} 秒。", age.abs()),
            format!("The fix was taken {} s from the check-in.", age.abs()),
        )
    } else {
        both(
            format!("定位时间与签到时间相差 {} 秒，超过 {limit} 秒，无法判断位置。", age.abs()),
            format!(
                "The fix was taken {} s from the check-in, beyond the limit of {limit} s: the position can't be judged.",
                age.abs()
            ),
        )
    }
}

pub(super) fn position(
    outcome: FindingOutcome,
    distance_m: f64,
    accuracy_m: f64,
    tolerance_m: f64,
    probability: Option<f64>,
    mislabelled: Option<Datum>,
) -> Sentence {
    let place = place(distance_m);
    let measured = both(
        format!("{}，定位精度 {accuracy_m:.0} 米，允许偏差 {tolerance_m:.0} 米", place.zh),
        format!("{}; accuracy {accuracy_m:.0} m, tolerance {tolerance_m:.0} m", place.en),
    );
    let percent = 100.0 * probability.unwrap_or_default();
    match (outcome, mislabelled) {
        (_, Some(datum)) => {
            let datum = datum.as_str();
            both(
                format!("{}；若坐标实为 {datum}，则在现场内，需人工核实。", measured.zh),
                format!("{}. Read as {datum} it would be on the site, so a person has to look.", measured.en),
            )
        }
        (FindingOutcome::Pass, None) => {
            both(format!("{}，位于现场。", measured.zh), format!("{}: on the site.", measured.en))
        }
        (FindingOutcome::Fail, None) => {
            both(format!("{}，不在现场。", measured.zh), format!("{}: not on the site.", measured.en))
        }
        _ => both(
            format!("{}，位于现场内的概率约 {percent:.0}%，需人工核实。", measured.zh),
            format!(
                "{}: on the site with a probability of about {percent:.0} %, so a person has to look.",
                measured.en
            ),
        ),
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

pub(super) fn clock(skew: TimeDelta, limit: TimeDelta, close: bool) -> Sentence {
    let (off, limit) = (skew.num_seconds().abs(), limit.num_seconds());
    if close {
        both(
            format!("手机时钟与服务器相差 {off} 秒，已据此修正。"),
            format!("The phone's clock was {off} s from the server's; times were corrected by it."),
        )
    } else {
        both(
            format!("手机时钟与服务器相差 {off} 秒，超过 {limit} 秒，已修正，需人工核实。"),
            format!(
                "The phone's clock was {off} s from the server's, beyond the limit of {limit} s; times were corrected, and a person has to look."
            ),
        )
    }
}

pub(super) fn photo_present(attached: usize, required: bool) -> Sentence {
    match (attached, required) {
        (0, true) => both("现行规则要求照片，本次没有。", "The policy asks for a photo and there is none."),
        (0, false) => both("没有照片，现行规则也不要求。", "There is no photo, and the policy asks for none."),
        _ => both(format!("附有 {attached} 张照片。"), format!("Photos attached: {attached}.")),
    }
}

pub(super) fn photo_intact(outcome: FindingOutcome, intact: usize, attached: usize) -> Sentence {
    match outcome {
        FindingOutcome::Pass => both(
            format!("{attached} 张照片均与签到时申报的内容一致。"),
            format!("Photos found to be byte for byte those announced: {attached}."),
        ),
        FindingOutcome::Unknown => both("照片正在核验。", "The photos are being inspected."),
        _ => both(
            format!("{attached} 张照片中只有 {intact} 张与申报一致，需人工核实。"),
            format!("Only {intact} of {attached} photos are those announced, so a person has to look."),
        ),
    }
}
