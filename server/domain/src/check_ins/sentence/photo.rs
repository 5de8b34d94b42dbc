//! Sentences about photos.

use entity::values::FindingOutcome;

use super::{PhotoOrigin, Sentence, both};

pub(super) fn present(attached: usize, required: bool) -> Sentence {
    match (attached, required) {
        (0, true) => both("现行规则要求照片，本次没有。", "The policy asks for a photo and there is none."),
        (0, false) => both("没有照片，现行规则也不要求。", "There is no photo, and the policy asks for none."),
        _ => both(format!("附有 {attached} 张照片。"), format!("Photos attached: {attached}.")),
    }
}

pub(super) fn intact(outcome: FindingOutcome, intact: usize, attached: usize) -> Sentence {
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

pub(super) fn readable(unreadable: usize, blank: usize, looked_at: usize) -> Sentence {
    match (unreadable, blank) {
        (0, 0) => both("照片均可查看。", "The photos are pictures that can be looked at."),
        (0, _) => both(
            format!("{looked_at} 张照片中有 {blank} 张看不出任何内容（整张一色或尺寸过小），需人工核实。"),
            format!(
                "{blank} of {looked_at} photos show nothing (all of one colour, or smaller than an icon), so a person has to look."
            ),
        ),
        (_, 0) => both(
            format!("{looked_at} 张照片中有 {unreadable} 张无法作为图片查看，需人工核实。"),
            format!("{unreadable} of {looked_at} photos can't be looked at as pictures, so a person has to look."),
        ),
        _ => both(
            format!("{looked_at} 张照片中有 {unreadable} 张无法作为图片查看，{blank} 张看不出任何内容，需人工核实。"),
            format!(
                "{unreadable} of {looked_at} photos can't be looked at as pictures and {blank} show nothing, so a person has to look."
            ),
        ),
    }
}

pub(super) fn place(away_m: f64, limit_m: f64, near: bool) -> Sentence {
    if near {
        both(
            format!("照片所记位置与定位相距 {away_m:.0} 米以内。"),
            format!("The photos say they were taken within {away_m:.0} m of the fix."),
        )
    } else {
        both(
            format!("照片所记位置与定位相距 {away_m:.0} 米，超过 {limit_m:.0} 米，需人工核实。"),
            format!(
                "A photo says it was taken {away_m:.0} m from the fix, beyond {limit_m:.0} m, so a person has to look."
            ),
        )
    }
}

pub(super) fn time(apart_s: f64, limit_s: f64, near: bool) -> Sentence {
    let (apart, limit) = (apart_s.abs() / 60.0, limit_s / 60.0);
    if near {
        both(
            format!("照片所记时间与签到相差 {apart:.0} 分钟以内。"),
            format!("The photos say they were taken within {apart:.0} min of the check-in."),
        )
    } else {
        both(
            format!("照片所记时间与签到相差 {apart:.0} 分钟，超过 {limit:.0} 分钟，需人工核实。"),
            format!(
                "A photo says it was taken {apart:.0} min from the check-in, beyond {limit:.0} min, so a person has to look."
            ),
        )
    }
}

pub(super) fn reused(others: u32) -> Sentence {
    if others == 0 {
        both("照片未在其他签到中用过。", "The photos are no other check-in's.")
    } else {
        both(
            format!("同一照片文件已用于另外 {others} 次签到，需人工核实。"),
            format!("The very same photo is evidence of {others} other check-ins, so a person has to look."),
        )
    }
}

pub(super) fn similar(bits: u32, almost_same: bool) -> Sentence {
    if almost_same {
        both(
            "有一张照片与其他签到的照片几乎相同，需人工核实。",
            format!(
                "A photo looks almost the same as one of another check-in ({bits} bits of 64 differ), so a person has to look."
            ),
        )
    } else {
        both("照片与其他签到的照片不相近。", "The photos look like no other check-in's.")
    }
}

pub(super) fn origin(origin: PhotoOrigin) -> Sentence {
    let PhotoOrigin { screenshot, edited, unread_position, unread_time } = origin;
    let looks = match (screenshot, edited) {
        (true, _) => Some(("照片像是屏幕截图", "A photo looks like a screenshot")),
        (false, true) => Some(("照片经图像软件保存过", "A photo was saved by a program that edits pictures")),
        (false, false) => None,
    };
    let unread = match (unread_position, unread_time) {
        (true, true) => {
            Some(("照片带有 EXIF 位置和时间，但无法读取", "A photo has an EXIF position and time that can't be read"))
        }
        (true, false) => Some(("照片带有 EXIF 位置，但无法读取", "A photo has an EXIF position that can't be read")),
        (false, true) => Some(("照片带有 EXIF 时间，但无法读取", "A photo has an EXIF time that can't be read")),
        (false, false) => None,
    };
    let hints: Vec<_> = [looks, unread].into_iter().flatten().collect();
    if hints.is_empty() {
        return both("照片像是相机直出。", "The photos look as a camera saves them.");
    }
    let told = |which: fn(&(&'static str, &'static str)) -> &'static str| hints.iter().map(which).collect::<Vec<_>>();
    both(
        format!("{}，仅供参考。", told(|(zh, _)| zh).join("；")),
        format!("{}. This is a hint only.", told(|(_, en)| en).join(". ")),
    )
}
