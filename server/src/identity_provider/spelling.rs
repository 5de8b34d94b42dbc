//! What a provider answers, cut down to what is needed here and spelled as the library reads it. What nobody needs may be
//! missing or spelled as it likes; what is needed must be right, and is left as it is.

use openidconnect::{HttpResponse, http::header};
use serde_json::{Map, Value, json};

/// What a key is made of, as far as signatures are verified with it (RFC 7517, 7518 and 8037).
const KEY: [&str; 9] = ["kty", "use", "kid", "alg", "crv", "x", "y", "n", "e"];

/// A discovery document: where to ask, and how.
pub(super) fn discovery(answer: HttpResponse) -> HttpResponse {
    respelled(answer, |said| {
        let mut needed = only(&said, &["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"]);
        let methods = texts(said.get("token_endpoint_auth_methods_supported"));
        if !methods.is_empty() {
            needed.insert("token_endpoint_auth_methods_supported".to_owned(), json!(methods));
        }
        // Asked for by the library; what the provider says of these decides nothing here.
        needed.insert("response_types_supported".to_owned(), json!(["code"]));
        needed.insert("subject_types_supported".to_owned(), json!(["public"]));
        needed.insert("id_token_signing_alg_values_supported".to_owned(), json!(["RS256"]));
        Some(needed)
    })
}

/// A set of keys: each by itself, for the library passes over those it can't read.
pub(super) fn keys(answer: HttpResponse) -> HttpResponse {
    respelled(answer, |mut said| {
        let Some(Value::Array(keys)) = said.remove("keys") else { return None };
        let keys: Vec<Value> = keys.iter().filter_map(Value::as_object).map(key).collect();
        Some(Map::from_iter([("keys".to_owned(), Value::Array(keys))]))
    })
}

fn key(said: &Map<String, Value>) -> Value {
    let texts = only(said, &KEY).into_iter().filter_map(|(name, value)| match value {
        Value::String(_) => Some((name, value)),
        // The name of a key, which some count.
        Value::Number(number) if name == "kid" => Some((name, number.to_string().into())),
        _ => None,
    });
    Value::Object(texts.collect())
}

/// The answer to an authorization code, without the ID token, which is given apart: it is signed as it is spelled. Of a
/// refusal its code only.
pub(super) fn token_answer(answer: HttpResponse) -> (HttpResponse, Option<String>) {
    let mut id_token = None;
    let granted = answer.status().is_success();
    let answer = respelled(answer, |said| {
        if !granted {
            return said.get("error").filter(|code| code.is_string()).map(|code| named("error", code.clone()));
        }
        let text = |name| said.get(name).and_then(Value::as_str);
        id_token = text("id_token").map(str::to_owned);
        if id_token.is_none() && text("access_token").is_none() {
            return None;
        }
        // Nobody is asked for anything with the access token: what kind it is and how long it lasts does not matter.
        let mut needed = named("token_type", json!("Bearer"));
        needed.insert("access_token".to_owned(), json!(text("access_token").unwrap_or_default()));
        Some(needed)
    });
    (answer, id_token)
}

/// The texts of a list; one that stands for itself is a list of one.
pub(super) fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The seconds since 1970 that a claim gives, which some write as text.
pub(super) fn seconds(value: Option<&Value>) -> Option<f64> {
    let seconds = match value? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    seconds.filter(|seconds: &f64| seconds.is_finite())
}

/// The name that a claim gives: a text, a whole number, or a list of one of these.
pub(super) fn name(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_u64() => Some(number.to_string()),
        Value::Array(values) if values.len() == 1 => name(values.first()),
        _ => None,
    }
}

fn named(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}

fn only(said: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    said.iter()
        .filter(|(name, value)| names.contains(&name.as_str()) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The same answer with another body, if it is a JSON object that can be given one; as it is otherwise.
fn respelled(
    mut answer: HttpResponse,
    spell: impl FnOnce(Map<String, Value>) -> Option<Map<String, Value>>,
) -> HttpResponse {
    let spelled = serde_json::from_slice(answer.body()).ok().and_then(spell);
    if let Some(spelled) = spelled {
        *answer.body_mut() = Value::Object(spelled).to_string().into_bytes();
        answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(json!(1_764_000_000), Some(1_764_000_000.0))]
    #[case(json!(1_764_000_000.5), Some(1_764_000_000.5))]
    #[case(json!("1764000000"), Some(1_764_000_000.0))]
    #[case(json!("inf"), None)]
    #[case(json!("soon"), None)]
    #[case(json!([1]), None)]
    #[case(json!(null), None)]
    fn seconds_are_read_from_numbers_and_texts(#[case] claim: Value, #[case] read: Option<f64>) {
        assert_eq!(seconds(Some(&claim)), read);
    }

    #[rstest]
    #[case(json!("leader"), Some("leader"))]
    #[case(json!(10_023), Some("10023"))]
    #[case(json!(["leader"]), Some("leader"))]
    #[case(json!(["leader", "office"]), None)]
    #[case(json!([]), None)]
    #[case(json!(1.5), None)]
    #[case(json!({ "name": "leader" }), None)]
    fn a_name_is_one(#[case] claim: Value, #[case] read: Option<&str>) {
        assert_eq!(name(Some(&claim)).as_deref(), read);
    }

    #[rstest]
    #[case(json!("pwd"), &["pwd"])]
    #[case(json!(["pwd", 1, null, "otp"]), &["pwd", "otp"])]
    #[case(json!(7), &[])]
    fn a_text_is_a_list_of_one(#[case] claim: Value, #[case] read: &[&str]) {
        assert_eq!(texts(Some(&claim)), read);
    }
}
