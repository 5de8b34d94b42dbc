//! What fuzzers reach here: the input of a check-in.
#![cfg(feature = "fuzzing")]

use async_graphql::InputType;

use super::CheckInInput;
use crate::app;

/// Reads JSON as the input of a check-in, as far as a server does before it looks anything up, and checks what must hold
/// of every check-in that is accepted. Gives back what its device would have signed.
pub fn fuzz_check_in(json: serde_json::Value) -> Option<Vec<u8>> {
    let value = async_graphql::Value::from_json(json).ok()?;
    let input = <CheckInInput as InputType>::parse(Some(value)).ok()?;
    app::fuzz_check_in(input.parse().ok()?)
}
