//! What a finding says to the person it is about, in Chinese and English.

use entity::values::FindingOutcome;

use super::evidence::{Mislabel, Signature};

pub(crate) mod boundary;
mod device;
mod photo;
mod position;
mod time;

/// The same sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// What there is to say, with its figures. It is put in words when somebody asks: those of one check-in take longer
/// than judging it, and to try another policy nobody reads them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Saying {
    SiteKnown(usize),
    FixPresent(usize),
    FixNowhere,
    FixAccuracy { accuracy_m: f64, limit_m: f64, usable: bool },
    FixAge { age_s: f64, limit_s: f64, fresh: bool },
    Position(Whereabouts),
    MockLocation(bool),
    FixesAgree { apart_m: f64, limit_m: f64, agree: bool },
    Repeated { days: u32, limit: u32 },
    Clock { skew_s: f64, late_s: f64, limit_s: f64, close: bool },
    ClockJump { jump_s: f64, limit_s: f64, steady: bool, reckoned: bool },
    Challenge { before_s: f64, outcome: FindingOutcome },
    ChallengeForged,
    Travel { speed_mps: f64, way_m: f64, limit_mps: f64, possible: bool },
    PhotoPresent { attached: usize, required: bool },
    PhotoIntact { outcome: FindingOutcome, intact: usize, attached: usize },
    PhotoReadable { unreadable: usize, blank: usize, looked_at: usize },
    PhotoPlace { away_m: f64, limit_m: f64, near: bool },
    PhotoTime { apart_s: f64, limit_s: f64, near: bool },
    PhotoReused(u32),
    PhotoSimilar { bits: u32, almost_same: bool },
    PhotoOrigin(PhotoOrigin),
    Signature(Signature),
    DeviceShared(u32),
    DeviceNew,
    DeveloperMode,
}

/// What a photo's file hints at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PhotoOrigin {
    pub(crate) screenshot: bool,
    pub(crate) edited: bool,
    pub(crate) unread_position: bool,
    pub(crate) unread_time: bool,
}

/// How a fix stands against a boundary; see [`super::evidence`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Whereabouts {
    pub(crate) outcome: FindingOutcome,
    pub(crate) distance_m: f64,
    pub(crate) accuracy_m: f64,
    pub(crate) tolerance_m: f64,
    pub(crate) probability: Option<f64>,
    pub(crate) mislabel: Option<Mislabel>,
}

impl Saying {
    pub(crate) fn sentence(self) -> Sentence {
        match self {
            Self::SiteKnown(sites) => position::site_known(sites),
            Self::FixPresent(fixes) => position::fix_present(fixes),
            Self::FixNowhere => position::fix_nowhere(),
            Self::FixAccuracy { accuracy_m, limit_m, usable } => position::fix_accuracy(accuracy_m, limit_m, usable),
            Self::FixAge { age_s, limit_s, fresh } => position::fix_age(age_s, limit_s, fresh),
            Self::Position(whereabouts) => position::position(whereabouts),
            Self::MockLocation(mocked) => position::mock_location(mocked),
            Self::FixesAgree { apart_m, limit_m, agree } => position::fixes_agree(apart_m, limit_m, agree),
            Self::Repeated { days, limit } => position::repeated(days, limit),
            Self::Clock { skew_s, late_s, limit_s, close } => time::clock(skew_s, late_s, limit_s, close),
            Self::ClockJump { jump_s, limit_s, steady, reckoned } => {
                time::clock_jump(jump_s, limit_s, steady, reckoned)
            }
            Self::Challenge { before_s, outcome } => time::challenge(before_s, outcome),
            Self::ChallengeForged => time::challenge_forged(),
            Self::Travel { speed_mps, way_m, limit_mps, possible } => {
                time::travel(speed_mps, way_m, limit_mps, possible)
            }
            Self::PhotoPresent { attached, required } => photo::present(attached, required),
            Self::PhotoIntact { outcome, intact, attached } => photo::intact(outcome, intact, attached),
            Self::PhotoReadable { unreadable, blank, looked_at } => photo::readable(unreadable, blank, looked_at),
            Self::PhotoPlace { away_m, limit_m, near } => photo::place(away_m, limit_m, near),
            Self::PhotoTime { apart_s, limit_s, near } => photo::time(apart_s, limit_s, near),
            Self::PhotoReused(others) => photo::reused(others),
            Self::PhotoSimilar { bits, almost_same } => photo::similar(bits, almost_same),
            Self::PhotoOrigin(origin) => photo::origin(origin),
            Self::Signature(signature) => device::signature(signature),
            Self::DeviceShared(other_people) => device::shared(other_people),
            Self::DeviceNew => device::new(),
            Self::DeveloperMode => device::developer_mode(),
        }
    }
}

fn both(zh: impl Into<String>, en: impl Into<String>) -> Sentence {
    Sentence { zh: zh.into(), en: en.into() }
}
