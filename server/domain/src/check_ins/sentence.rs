//! What a finding says to the person it is about. The words stand in the catalogue of messages.

use messages::{Language, Message};

pub(crate) mod boundary;
pub(crate) mod device;
pub(crate) mod photo;
pub(crate) mod position;
#[cfg(test)]
mod tests;
pub(crate) mod time;

/// A message in the languages in which sentences are kept with what was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<&Message> for Sentence {
    fn from(message: &Message) -> Self {
        Self { zh: message.said(Language::Zh), en: message.said(Language::En) }
    }
}
