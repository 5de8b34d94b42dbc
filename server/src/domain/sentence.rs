//! What a finding says to the person it is about, in Chinese and English.

pub(super) mod boundary;
pub(super) mod device;
pub(super) mod photo;
pub(super) mod position;
pub(super) mod time;

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
