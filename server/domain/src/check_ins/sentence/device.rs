//! Sentences about devices.

use super::{Sentence, both};
use crate::check_ins::evidence::Signature;

pub(super) fn signature(signature: Signature) -> Sentence {
    match signature {
        Signature::Valid => {
            both("签到由本人登记的设备签名。", "The check-in is signed by a device that its person registered.")
        }
        Signature::Missing | Signature::None => both(
            "本人登记过设备，但此次签到没有签名，需人工核实。",
            "The person has registered a device, but this check-in carries no signature, so a person has to look.",
        ),
        Signature::UnknownKey => both(
            "签名所用密钥尚未由本人登记；登记后会重新评判。",
            "It is signed with a key that its person has not registered; it is judged again when they do.",
        ),
        Signature::Revoked => both(
            "签名所用设备已由本人注销，需人工核实。",
            "It is signed by a device that its person revoked before, so a person has to look.",
        ),
        Signature::Invalid => both(
            "签名与签到内容对不上：可能是内容被改动，也可能只是书写格式不同，需人工核实。",
            "The signature does not fit the check-in: it was altered, or only written in another form, so a person has to look.",
        ),
        Signature::Unclear(members) => both(
            format!("所签文本没有写明、或无法比对：{}，需人工核实。", members.names("、")),
            format!(
                "What was signed does not say, or not so that it can be compared: {}; so a person has to look.",
                members.names(", ")
            ),
        ),
        Signature::Altered(members) => both(
            format!("签到内容与设备所签内容不同：{}。", members.names("、")),
            format!("The check-in is not what its device signed; other are: {}.", members.names(", ")),
        ),
    }
}

pub(super) fn shared(other_people: u32) -> Sentence {
    if other_people == 0 {
        both("近期没有他人用此设备签到。", "Nobody else checked in from this device lately.")
    } else {
        both(
            format!("近期另有 {other_people} 人用此设备签到。"),
            format!("Other people who checked in from this device lately: {other_people}."),
        )
    }
}

pub(super) fn new() -> Sentence {
    both("本人此前用另一台设备签到，仅供参考。", "The person used another device before. This is a hint only.")
}

pub(super) fn developer_mode() -> Sentence {
    both("手机开启了开发者选项，仅供参考。", "The phone's developer options were on. This is a hint only.")
}
