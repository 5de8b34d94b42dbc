//! A command line that was not understood.

use std::num::{ParseFloatError, ParseIntError};

use clap::{
    builder::StyledStr,
    error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind},
};
use messages::{Language, Message, UnknownLanguage, message};

use super::{
    help::translated_usage,
    speech::{language, words},
};

/// Says what was not understood, or what was asked to be told, and ends.
pub(super) fn tell(error: clap::Error) -> ! {
    match language() {
        // Clap's own words.
        Language::En => error.exit(),
        _ => error.apply::<Translated>().exit(),
    }
}

/// Clap's errors in words of the catalogue.
struct Translated;

impl ErrorFormatter for Translated {
    fn format_error(error: &Error<Self>) -> StyledStr {
        let Some(misuse) = misuse(error) else {
            let told = error.kind().as_str().unwrap_or_default();
            return format!("{}\n", words!(MisuseOther { told })).into();
        };
        let mut told = misuse.said(language());
        for (kind, tip) in [
            (ContextKind::ValidValue, listed as fn(String) -> Message),
            (ContextKind::ValidSubcommand, listed),
            (ContextKind::SuggestedSubcommand, alike),
            (ContextKind::SuggestedArg, alike),
            (ContextKind::SuggestedValue, alike),
        ] {
            if let Some(values) = text(error, kind).filter(|values| !values.is_empty()) {
                told = format!("{told}\n  {}", tip(values).said(language()));
            }
        }
        if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
            told = format!("{told}\n\n{}", translated_usage(usage));
        }
        format!("{told}\n\n{}\n", words!(MisuseSeeHelp)).into()
    }
}

fn listed(values: String) -> Message {
    message!(HelpValues { values })
}

fn alike(values: String) -> Message {
    message!(MisuseAlike { values })
}

/// What was not understood.
fn misuse(error: &Error<Translated>) -> Option<Message> {
    let argument = text(error, ContextKind::InvalidArg);
    let value = text(error, ContextKind::InvalidValue);
    let number = |kind| text(error, kind);
    Some(match error.kind() {
        ErrorKind::InvalidSubcommand => {
            message!(MisuseUnknownCommand { command: text(error, ContextKind::InvalidSubcommand)? })
        }
        ErrorKind::MissingSubcommand => {
            message!(MisuseMissingCommand { command: text(error, ContextKind::InvalidSubcommand)? })
        }
        ErrorKind::UnknownArgument => message!(MisuseUnknownArgument { argument: argument? }),
        ErrorKind::MissingRequiredArgument => message!(MisuseMissingArguments { arguments: argument? }),
        ErrorKind::InvalidValue => match (argument?, value?) {
            (argument, value) if value.is_empty() => message!(MisuseMissingValue { argument }),
            (argument, value) => message!(MisuseInvalidValue { argument, value }),
        },
        ErrorKind::ValueValidation => {
            let (argument, value) = (argument?, value?);
            match std::error::Error::source(error) {
                Some(source) => message!(MisuseInvalidValueBecause { argument, value, why: why(source) }),
                None => message!(MisuseInvalidValue { argument, value }),
            }
        }
        ErrorKind::NoEquals => message!(MisuseNoEquals { argument: argument? }),
        ErrorKind::TooManyValues => message!(MisuseTooManyValues { argument: argument?, value: value? }),
        ErrorKind::TooFewValues => {
            message!(MisuseTooFewValues {
                argument: argument?,
                least: number(ContextKind::MinValues)?,
                given: number(ContextKind::ActualNumValues)?
            })
        }
        ErrorKind::ArgumentConflict => match (argument?, text(error, ContextKind::PriorArg)) {
            (argument, Some(other)) if other != argument => message!(MisuseConflict { argument, other }),
            (argument, _) => message!(MisuseTwice { argument }),
        },
        _ => return None,
    })
}

/// Why a value is none. What a library says of it is English.
fn why(source: &(dyn std::error::Error + 'static)) -> String {
    if source.is::<chrono::ParseError>() {
        words!(MisuseNoDate)
    } else if source.is::<ParseIntError>() {
        words!(MisuseNoWholeNumber)
    } else if source.is::<ParseFloatError>() {
        words!(MisuseNoNumber)
    } else if source.is::<UnknownLanguage>() {
        let tags: Vec<&str> = Language::ALL.iter().map(|language| language.tag()).collect();
        words!(MisuseNoneOf { values: tags.join(", ") })
    } else {
        source.to_string()
    }
}

/// What clap says of an error under a heading.
fn text(error: &Error<Translated>, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
