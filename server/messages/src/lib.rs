//! What Onsite says to people.
//!
//! A message is data, what there is to say with its figures, until somebody reads it in a language. The texts stand in
//! `text/`, a [Fluent](https://projectfluent.org) file a language; English says which messages there are and what they
//! take. [`message!`] makes one: an unknown message, or one with an argument missing or too many, does not compile. A
//! language is one file, and a test fails where it lacks a message or an argument.

use std::{borrow::Cow, fmt, str::FromStr, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

#[cfg(test)]
mod tests;

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Something to say, in no language yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    id: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    arguments: Vec<(Cow<'static, str>, Value)>,
}

/// An argument of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A number, said as it is: round it before.
    Number(f64),
    /// A text that is the same in every language.
    Text(String),
    /// Several, told one after the other.
    List(Vec<Value>),
    /// What another message says.
    Message(Box<Message>),
}

/// Makes a [`Message`].
///
/// ```
/// use messages::{Language, message};
///
/// let limit = 50;
/// let message = message!(FixAccurate { accuracy: 5, limit });
/// assert_eq!(message.said(Language::En), "The fix is accurate to 5 m, within the limit of 50 m.");
/// ```
///
/// One with an argument missing does not compile, nor does one with an argument too many, or that there is not:
///
/// ```compile_fail,E0063
/// messages::message!(FixAccurate { accuracy: 5 });
/// ```
///
/// ```compile_fail,E0560
/// messages::message!(FixAccurate { accuracy: 5, limit: 50, age: 3 });
/// ```
///
/// ```compile_fail,E0422
/// messages::message!(FixAsGoodAsAny);
/// ```
#[macro_export]
macro_rules! message {
    ($name:ident) => { $crate::Message::from($crate::text::$name {}) };
    ($name:ident { $($field:ident $(: $value:expr)?),* $(,)? }) => {
        $crate::Message::from($crate::text::$name { $($field: $crate::message!(@value $field $($value)?)),* })
    };
    (@value $field:ident) => { $crate::Value::from($field) };
    (@value $field:ident $value:expr) => { $crate::Value::from($value) };
}

impl Language {
    /// The language that all others are translated from: of logs, of answers for programs, and of what a language lacks.
    pub const SOURCE: Self = Self::En;
}

impl Message {
    /// The message of a name, if the catalogue has one that takes no arguments: for texts that are found by the name of
    /// what they are about.
    pub fn named(id: &str) -> Option<Self> {
        let found = PLAIN.binary_search(&id).ok()?;
        Some(Self { id: PLAIN[found].into(), arguments: Vec::new() })
    }

    /// Its name in the catalogue.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The sentence in a language. A message that was kept and that the catalogue knows no more is told by its name.
    pub fn said(&self, language: Language) -> String {
        let bundle = bundle(language);
        let Some(pattern) = bundle.get_message(&self.id).and_then(|message| message.value()) else {
            return self.id.clone().into_owned();
        };
        let mut arguments = FluentArgs::with_capacity(self.arguments.len());
        for (name, value) in &self.arguments {
            arguments.set(name.clone(), value.told(language));
        }
        bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }

    /// What stands beside an answer's `message`, which is of the source: the sentence in every other language, each under a
    /// name of its own, such as `messageZh`.
    pub fn translations(&self) -> impl Iterator<Item = (String, String)> {
        let others = Language::ALL.iter().copied().filter(|language| *language != Language::SOURCE);
        others.map(|language| (format!("message{}", language.name()), self.said(language)))
    }
}

impl Value {
    fn told(&self, language: Language) -> FluentValue<'_> {
        match self {
            Self::Number(number) => FluentValue::from(*number),
            Self::Text(text) => FluentValue::from(text.as_str()),
            Self::List(values) => {
                let told = values.iter().map(|value| match value.told(language) {
                    FluentValue::String(text) => text.into_owned(),
                    FluentValue::Number(number) => number.as_string().into_owned(),
                    _ => String::new(),
                });
                let separator = message!(ListSeparator).said(language);
                FluentValue::from(told.collect::<Vec<_>>().join(&separator))
            }
            Self::Message(message) => FluentValue::from(message.said(language)),
        }
    }
}

/// A number without digits after the point.
pub fn whole(number: f64) -> Value {
    rounded(number, 0)
}

/// A number with so many digits after the point at most. A text that always shows them says so itself:
/// `NUMBER($way, minimumFractionDigits: 1)`.
pub fn rounded(number: f64, digits: usize) -> Value {
    // As it is written, so that a half goes where it goes everywhere else; multiplied, 0.35 would go up.
    let written = format!("{number:.digits$}").parse().unwrap_or(number);
    // Adding nothing takes the sign off a zero.
    Value::Number(written + 0.0)
}

macro_rules! number {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Value {
            fn from(number: $kind) -> Self {
                #[expect(clippy::allow_attributes, reason = "some of these casts lose nothing")]
                #[allow(clippy::cast_lossless, clippy::cast_precision_loss)]
                Self::Number(number as f64)
            }
        }
    )*};
}
number!(f64, u8, u16, u32, i32, i64, u64, usize);

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A variant of the text: `yes` or `no`.
impl From<bool> for Value {
    fn from(holds: bool) -> Self {
        Self::from(if holds { "yes" } else { "no" })
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl From<Message> for Value {
    fn from(message: Message) -> Self {
        Self::Message(Box::new(message))
    }
}

/// A tag of no language there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLanguage(pub String);

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = Language::ALL.iter().map(|language| language.tag()).collect();
        write!(f, "{:?} is none of {}", self.0, known.join(", "))
    }
}

impl std::error::Error for UnknownLanguage {}

impl FromStr for Language {
    type Err = UnknownLanguage;

    /// Reads a tag such as `zh`, `zh-CN`, `zh_CN.UTF-8` or `en`: its language counts.
    fn from_str(tag: &str) -> Result<Self, UnknownLanguage> {
        let primary = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
        let found = Self::ALL.iter().find(|language| language.tag().eq_ignore_ascii_case(primary));
        found.copied().ok_or_else(|| UnknownLanguage(tag.to_owned()))
    }
}

type Bundle = FluentBundle<FluentResource>;

fn bundle(language: Language) -> &'static Bundle {
    static BUNDLES: LazyLock<Vec<(Language, Bundle)>> =
        LazyLock::new(|| Language::ALL.iter().map(|language| (*language, read(*language))).collect());
    let found = BUNDLES.iter().find(|(of, _)| *of == language);
    // There is one for each.
    found.map_or_else(|| &BUNDLES[0].1, |(_, bundle)| bundle)
}

fn read(language: Language) -> Bundle {
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Marks around what is filled in would be seen by programs that read these sentences.
    bundle.set_use_isolating(false);
    // It has no function yet, so that there is none to be overridden.
    let _ = bundle.add_builtins();
    let resource = FluentResource::try_new(language.text().to_owned()).unwrap_or_else(|(good, _)| good);
    bundle.add_resource_overriding(resource);
    bundle
}
