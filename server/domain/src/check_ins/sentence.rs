//! What a finding says to the person it is about. The words stand in the catalogue of messages.

use messages::{Language, Message};

pub(crate) mod boundary;
pub(crate) mod device;
pub(crate) mod photo;
pub(crate) mod position;
#[cfg(test)]
mod tests;
pub(crate) mod time;

/// A message as it was said when something was decided, in the languages in which that is kept.
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

impl Sentence {
    /// As it was said in a language. In one in which it was not kept, nobody has said it: then in the source.
    pub fn said(&self, language: Language) -> &str {
        let kept = [(Language::Zh, &self.zh), (Language::En, &self.en)];
        kept.into_iter().find(|(kept, _)| *kept == language).map_or(&self.en, |(_, text)| text)
    }
}
