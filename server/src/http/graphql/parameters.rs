//! The parameters of a request, from JSON or from a query string (GraphQL over HTTP, section “Request Parameters”).

use std::fmt;

use async_graphql::{Name, Value, Variables, indexmap::IndexMap};
use axum::{extract::Query, http::Uri};
use messages::{Message, message};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};

/// A request's parameters. Members that are not known are ignored, as the specification asks.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a JSON object with a text \"query\"")]
pub(in crate::http) struct Parameters {
    /// The document; may be left out where it is named.
    pub(in crate::http) query: Option<String>,
    /// Which of its operations is meant.
    pub(in crate::http) operation_name: Option<String>,
    /// Values of its variables.
    variables: Option<UniqueObject>,
    /// Extensions of the protocol.
    extensions: Option<Extensions>,
    /// Which document is meant, as `sha256:…`, where it is on record here.
    pub(in crate::http) document_id: Option<String>,
}

/// The extensions that are known; others are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Extensions {
    persisted_query: Option<PersistedQuery>,
}

/// Apollo's automatic persisted queries.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with \"version\" and \"sha256Hash\"")]
pub(in crate::http) struct PersistedQuery {
    /// 1.
    pub(in crate::http) version: u32,
    /// SHA-256 of the document, hexadecimal.
    pub(in crate::http) sha256_hash: String,
}

/// Why there are no parameters.
#[derive(Debug)]
pub(in crate::http) enum ParameterError {
    /// It is not JSON.
    NotJson(Message),
    /// It is, but not a well-formed request.
    Malformed(Message),
}

impl Parameters {
    /// Reads a body. What is said of an error is its place and its kind: the text itself is the client's own.
    pub(in crate::http) fn from_json(body: &[u8]) -> Result<Self, ParameterError> {
        if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return Err(ParameterError::Malformed(message!(RequestsInBatch)));
        }
        let parameters: Self = serde_json::from_slice(body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            match error.classify() {
                serde_json::error::Category::Data => {
                    ParameterError::Malformed(message!(RequestMalformedAt { line, column, mistake: kind(&error) }))
                }
                _ => ParameterError::NotJson(message!(BodyNotJson { line, column })),
            }
        })?;
        parameters.checked()
    }

    /// Reads a query string, where variables and extensions are JSON text, and an empty text is none at all.
    pub(in crate::http) fn from_query(uri: &Uri) -> Result<Self, ParameterError> {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Err(ParameterError::Malformed(message!(QueryStringMalformed)));
        };
        let mut found = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in pairs {
            if seen.contains(&name) {
                return Err(ParameterError::Malformed(message!(ParameterTwice { name: short(&name) })));
            }
            let value = Some(value).filter(|value| !value.is_empty());
            match name.as_str() {
                "query" => found.query = value,
                "operationName" => found.operation_name = value,
                "documentId" => found.document_id = value,
                "variables" => found.variables = json_in(&name, value)?,
                "extensions" => found.extensions = json_in(&name, value)?,
                _ => continue,
            }
            seen.push(name);
        }
        found.checked()
    }

    fn checked(self) -> Result<Self, ParameterError> {
        if self.query.is_none() && self.document_id.is_none() && self.persisted().is_none() {
            return Err(ParameterError::Malformed(message!(QueryMissing)));
        }
        Ok(self)
    }

    /// What the client calls its document, if it uses automatic persisted queries.
    pub(in crate::http) fn persisted(&self) -> Option<&PersistedQuery> {
        self.extensions.as_ref().and_then(|extensions| extensions.persisted_query.as_ref())
    }

    /// Gives a variable a value, whatever it was given before.
    pub(in crate::http) fn set_variable(&mut self, name: &str, value: &str) {
        self.variables.get_or_insert_default().0.insert(Name::new(name), Value::from(value));
    }

    /// The values of its variables.
    pub(in crate::http) fn take_variables(&mut self) -> Variables {
        let mut variables = Variables::default();
        let given = self.variables.take().map(|given| given.0).unwrap_or_default();
        variables.extend(given);
        variables
    }
}

fn json_in<T: de::DeserializeOwned>(name: &str, text: Option<String>) -> Result<Option<T>, ParameterError> {
    let Some(text) = text else { return Ok(None) };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| ParameterError::Malformed(message!(ParameterNotAnObject { name, mistake: kind(&error) })))
}

/// What kind of mistake it was, without what it quotes of the request.
fn kind(error: &serde_json::Error) -> Message {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    match text.split_once("expected ") {
        Some((_, expected)) => message!(JsonOfAnotherType { expected: short(expected) }),
        None if text.starts_with("duplicate field") || text.starts_with("a member") => {
            message!(JsonGivenTwice { what: short(text) })
        }
        None => message!(JsonNotARequest),
    }
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

/// A JSON object no member of which is given twice, at any level: of two, which one counts is anybody's guess.
#[derive(Debug, Default)]
struct UniqueObject(IndexMap<Name, Value>);

impl<'de> Deserialize<'de> for UniqueObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Unique::deserialize(deserializer)?.0 {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(de::Error::custom("not an object, expected an object")),
        }
    }
}

struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = IndexMap::new();
        while let Some((name, Unique(value))) = members.next_entry::<String, Unique>()? {
            if object.insert(Name::new(&name), value).is_some() {
                return Err(de::Error::custom(format_args!("a member of variables is given twice: {}", short(&name))));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use messages::Language;
    use rstest::rstest;

    fn said(body: &str) -> ParameterError {
        Parameters::from_json(body.as_bytes()).unwrap_err()
    }

    #[rstest]
    #[case::empty("")]
    #[case::broken(r#"{"query": "#)]
    #[case::nonsense("NONSENSE")]
    #[case::deep(&format!(r#"{{"query": "a", "variables": {}"#, r#"{"a":"#.repeat(1000)))]
    #[case::huge_number(r#"{"query": "a", "variables": {"n": 1e999}}"#)]
    fn what_is_not_json(#[case] body: &str) {
        assert!(matches!(said(body), ParameterError::NotJson(_)), "{:?}", said(body));
    }

    #[rstest]
    #[case::a_batch(r#"[{"query": "{a}"}]"#, "Batches")]
    #[case::text(r#""{a}""#, "expected a JSON object")]
    #[case::no_query(r#"{"qeury": "{a}"}"#, "no text \"query\"")]
    #[case::null_query(r#"{"query": null}"#, "no text \"query\"")]
    #[case::numeric_query(r#"{"query": 7}"#, "expected a string")]
    #[case::two_queries(r#"{"query": "{a}", "query": "{b}"}"#, "duplicate field `query`")]
    #[case::numeric_name(r#"{"query": "{a}", "operationName": 1}"#, "expected a string")]
    #[case::variables_list(r#"{"query": "{a}", "variables": [7]}"#, "expected an object")]
    #[case::variables_text(r#"{"query": "{a}", "variables": "{}"}"#, "expected an object")]
    #[case::extensions_text(r#"{"query": "{a}", "extensions": "x"}"#, "expected an object")]
    #[case::twice(r#"{"query": "{a}", "variables": {"a": {"b": 1, "b": 2}}}"#, "given twice: b")]
    fn what_is_no_request(#[case] body: &str, #[case] expected: &str) {
        match said(body) {
            ParameterError::Malformed(why) => assert!(why.said(Language::En).contains(expected), "{why:?}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn unknown_members_are_ignored_and_null_is_none() {
        let body = br#"{"query": "{a}", "operationName": null, "variables": null, "extensions": null, "more": [1]}"#;
        let parameters = Parameters::from_json(body).unwrap();
        assert_eq!((parameters.query.as_deref(), parameters.operation_name), (Some("{a}"), None));
    }

    #[test]
    fn invalid_utf_8_is_no_json() {
        assert!(matches!(Parameters::from_json(b"{\"query\": \"\xff\"}"), Err(ParameterError::NotJson(_))));
    }

    #[rstest]
    #[case("/?query=%7Ba%7D&operationName=&variables=&other=1&other=2", Ok(()))]
    #[case("/?query=%7Ba%7D&variables=%7B%22n%22:1%7D", Ok(()))]
    #[case("/?query=a&query=b", Err("given twice"))]
    #[case("/?query=a&variables=nonsense", Err("variables is no JSON object"))]
    #[case("/?query=a&variables=[1]", Err("expected an object"))]
    #[case("/?query=", Err("no text"))]
    #[case("/", Err("no text"))]
    fn query_strings(#[case] uri: &str, #[case] expected: Result<(), &str>) {
        match (Parameters::from_query(&uri.parse().unwrap()), expected) {
            (Ok(_), Ok(())) => {}
            (Err(ParameterError::Malformed(why)), Err(expected)) => {
                assert!(why.said(Language::En).contains(expected), "{why:?}");
            }
            (other, _) => panic!("{other:?}"),
        }
    }
}
