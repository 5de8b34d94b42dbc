//! RFC 8785's own vectors, and what has no canonical form.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rstest::rstest;
use serde::ser::SerializeMap;
use serde_json::{Value, json};

use super::*;

fn text(value: &impl Serialize) -> String {
    String::from_utf8(canonical(value).unwrap()).unwrap()
}

fn from_json(json: &str) -> String {
    text(&serde_json::from_str::<Value>(json).unwrap())
}

#[test]
fn rfc_8785_section_3_2_2() {
    let input = r#"{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
    }"#;
    // Section 3.2.4 gives the result as bytes.
    let expected = "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333\
        333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22\
        e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d";
    let hex: String = from_json(input).bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, expected);
}

#[test]
fn rfc_8785_section_3_2_3_sorts_by_utf_16() {
    let input = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
        "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
    let expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
        \"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",\
        \"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}";
    assert_eq!(from_json(input), expected);
}

#[rstest]
#[case(0x0000000000000000, "0")]
#[case(0x8000000000000000, "0")]
#[case(0x0000000000000001, "5e-324")]
#[case(0x8000000000000001, "-5e-324")]
#[case(0x7fefffffffffffff, "1.7976931348623157e+308")]
#[case(0xffefffffffffffff, "-1.7976931348623157e+308")]
#[case(0x4340000000000000, "9007199254740992")]
#[case(0xc340000000000000, "-9007199254740992")]
#[case(0x4430000000000000, "295147905179352830000")]
#[case(0x44b52d02c7e14af5, "9.999999999999997e+22")]
#[case(0x44b52d02c7e14af6, "1e+23")]
#[case(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
#[case(0x444b1ae4d6e2ef4e, "999999999999999700000")]
#[case(0x444b1ae4d6e2ef4f, "999999999999999900000")]
#[case(0x444b1ae4d6e2ef50, "1e+21")]
#[case(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
#[case(0x3eb0c6f7a0b5ed8d, "0.000001")]
#[case(0x41b3de4355555553, "333333333.3333332")]
#[case(0x41b3de4355555554, "333333333.33333325")]
#[case(0x41b3de4355555555, "333333333.3333333")]
#[case(0x41b3de4355555556, "333333333.3333334")]
#[case(0x41b3de4355555557, "333333333.33333343")]
#[case(0xbecbf647612f3696, "-0.0000033333333333333333")]
#[case(0x43143ff3c1cb0959, "1424953923781206.2")]
fn rfc_8785_appendix_b(#[case] bits: u64, #[case] expected: &str) {
    let number = f64::from_bits(bits);
    assert_eq!(text(&number), expected);
    // Nested, as a `Value`, and read back from text: needs serde_json's `float_roundtrip`.
    assert_eq!(text(&json!([number])), format!("[{expected}]"));
    let read: f64 = serde_json::from_str(expected).unwrap();
    assert!(read.to_bits() == bits || number == 0.0);
}

#[rstest]
#[case(f64::NAN)]
#[case(f64::INFINITY)]
#[case(f64::NEG_INFINITY)]
fn what_is_not_finite_is_refused_however_deep(#[case] number: f64) {
    assert!(matches!(canonical(&number), Err(CanonicalError::NotFinite)));
    assert!(matches!(canonical(&vec![Some(number)]), Err(CanonicalError::NotFinite)));
    assert!(matches!(canonical(&BTreeMap::from([("a", (1, [number]))])), Err(CanonicalError::NotFinite)));
}

#[rstest]
#[case("9007199254740991", true)]
#[case("9007199254740992", true)]
#[case("9007199254740993", false)]
#[case("-9007199254740993", false)]
#[case("9007199254740994", true)]
#[case("12345678901234567000", true)]
// A double, but written as …550000, as its neighbours are.
#[case("18446744073709549568", false)]
#[case("18446744073709550000", true)]
#[case("18446744073709551615", false)]
#[case("-9223372036854775808", false)]
#[case("-9223372036854776000", true)]
fn integers_a_double_would_change_are_refused(#[case] integer: &str, #[case] exact: bool) {
    let value: Value = serde_json::from_str(&format!(r#"{{"n":[{integer}]}}"#)).unwrap();
    assert_eq!(canonical(&value).is_ok(), exact);
    let keyed = BTreeMap::from([(integer.parse::<i128>().unwrap(), ())]);
    assert_eq!(canonical(&keyed).is_ok(), exact);
}

struct Twice;

impl Serialize for Twice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("id", &1)?;
        map.serialize_entry("id", &2)?;
        map.end()
    }
}

#[test]
fn a_key_given_twice_is_refused() {
    assert!(matches!(canonical(&Twice), Err(CanonicalError::Json(_))));
    assert!(matches!(parse_canonical::<Value>(br#"{"id":1,"id":1}"#), Err(NotCanonical::Form)));
}

#[rstest]
#[case::white_space(r#"{"a": 1}"#)]
#[case::order(r#"{"b":1,"a":1}"#)]
#[case::minus_zero("[-0]")]
#[case::minus_zero_float("[-0.0]")]
#[case::float("[1.0]")]
#[case::exponent("[1e2]")]
#[case::too_many_digits("[0.1000000000000000055511151231257827]")]
#[case::escape(r#"["\u0041"]"#)]
#[case::solidus(r#"["\/"]"#)]
#[case::upper_case_escape(r#"["\u000F"]"#)]
#[case::integer_too_large("[9007199254740993]")]
#[case::trailing("[] ")]
fn other_forms_are_refused(#[case] json: &str) {
    assert!(matches!(parse_canonical::<Value>(json.as_bytes()), Err(NotCanonical::Form)), "{json}");
}

#[rstest]
#[case(b"")]
#[case(b"[1e999]")]
#[case(b"[NaN]")]
#[case(b"[\"\\ud800\"]")]
#[case(b"[\"\xff\"]")]
#[case(b"[1]]")]
fn what_is_not_json_is_refused(#[case] bytes: &[u8]) {
    assert!(matches!(parse_canonical::<Value>(bytes), Err(NotCanonical::Shape(_))));
}

#[test]
fn nesting_is_bounded() {
    let deep = "[".repeat(200_000);
    assert!(matches!(parse_canonical::<Value>(deep.as_bytes()), Err(NotCanonical::Shape(_))));
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn the_canonical_form_reads_back_as_itself(value in value()) {
        let form = canonical(&value).unwrap();
        let read: Value = parse_canonical(&form).unwrap();
        prop_assert_eq!(canonical(&read).unwrap(), form);
    }

    #[test]
    fn every_double_survives(bits: u64) {
        let number = f64::from_bits(bits);
        if let Ok(form) = canonical(&number) {
            let read: f64 = serde_json::from_slice(&form).unwrap();
            prop_assert!(read == number);
            prop_assert_eq!(canonical(&parse_canonical::<Value>(&form).unwrap()).unwrap(), form);
        } else {
            prop_assert!(!number.is_finite());
        }
    }
}
