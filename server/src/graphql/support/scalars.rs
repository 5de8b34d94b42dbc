//! Scalars of the schema's own.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveDate;
use domain::visits::week;
use messages::{Language, Message, message};

/// A calendar day such as `2026-11-22` (ISO 8601), in the policy's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A calendar day such as `2026-11-22` (ISO 8601), in the policy's time zone.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) if text.len() == 10 => Ok(Self(text.parse()?)),
            _ => Err(unreadable(&message!(DateMalformed))),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Milliseconds: a whole number from 0 to 2⁵³ − 1, written as an `Int` is, of which 2³¹ − 1 are no more than 24 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Milliseconds(pub i64);

/// What JSON's numbers are exact up to in every language.
const EXACT: i64 = (1 << 53) - 1;

/// Milliseconds: a whole number from 0 to 2⁵³ − 1, written as an `Int` is, of which 2³¹ − 1 are no more than 24 days.
#[Scalar]
impl ScalarType for Milliseconds {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => match number.as_i64() {
                Some(number) if (0..=EXACT).contains(&number) => Ok(Self(number)),
                _ => Err(unreadable(&message!(MillisecondsMalformed { most: EXACT }))),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        self.0.into()
    }
}

/// An ISO 8601 week such as `2026-W47`: Monday to Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IsoWeek(pub week::IsoWeek);

/// An ISO 8601 week such as `2026-W47`: Monday to Sunday.
#[Scalar]
impl ScalarType for IsoWeek {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Ok(Self(text.parse()?)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Said in every language at once: the library tells it before anybody can choose.
fn unreadable<T: async_graphql::InputType>(message: &Message) -> InputValueError<T> {
    let said: Vec<_> = Language::ALL.iter().map(|language| message.said(*language)).collect();
    InputValueError::custom(said.join(" / "))
}

#[cfg(test)]
mod tests {
    use async_graphql::{Pos, ServerError};
    use rstest::rstest;
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_every_language_at_once() {
        let said = |error: ServerError| error.message;
        let date = Date::parse(Value::from(7)).map_err(|error| said(error.into_server_error(Pos::default())));
        let expected = "a date looks like 2026-11-22 / 日期形如 2026-11-22";
        assert!(date.as_ref().is_err_and(|said| said.contains(expected)), "{date:?}");
        let before = Milliseconds::parse(Value::from(-1));
        let before = before.map_err(|error| said(error.into_server_error(Pos::default())));
        let expected =
            "milliseconds are a whole number from 0 to 9007199254740991 / 毫秒数须为 0 至 9007199254740991 的整数";
        assert!(before.as_ref().is_err_and(|said| said.contains(expected)), "{before:?}");
    }

    #[rstest]
    #[case::none(json!(0), Some(0))]
    #[case::twenty_five_days(json!(2_160_000_000_i64), Some(2_160_000_000))]
    #[case::the_most(json!(9_007_199_254_740_991_i64), Some(9_007_199_254_740_991))]
    #[case::too_many(json!(9_007_199_254_740_992_i64), None)]
    #[case::negative(json!(-1), None)]
    #[case::a_fraction(json!(1.5), None)]
    #[case::text(json!("1000"), None)]
    #[case::huge(json!(1e300), None)]
    fn milliseconds_are_whole_and_exact(#[case] given: Json, #[case] expected: Option<i64>) {
        let parsed = Milliseconds::parse(Value::from_json(given).unwrap());
        assert_eq!(parsed.ok().map(|milliseconds| milliseconds.0), expected);
    }
}
