//! Scalars of the schema's own.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveDate;

use crate::domain::week;

/// A calendar day such as `2026-11-22` (ISO 8601), in the policy's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A calendar day such as `2026-11-22` (ISO 8601), in the policy's time zone.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) if text.len() == 10 => Ok(Self(text.parse()?)),
            _ => Err(InputValueError::custom("a date looks like 2026-11-22 / 日期形如 2026-11-22")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
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
