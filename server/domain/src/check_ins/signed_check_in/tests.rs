use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::check_ins::device_signature::DevicePublicKey;

fn check_in() -> SignedCheckIn {
    SignedCheckIn {
        id: "0198c1b0-7f3a-7c11-9d5e-3a1b2c3d4e5f".to_owned(),
        project_id: "0198c1b0-0000-7000-8000-000000000001".to_owned(),
        captured_at: instant("2026-11-18T10:00:00.250+08:00".parse().unwrap()),
        fixes: vec![SignedFix {
            latitude: 39.62,
            longitude: 122.0,
            datum: Datum::Gcj02,
            accuracy_meters: 8.0,
            fixed_at: instant("2026-11-18T02:00:00Z".parse().unwrap()),
            mocked: None,
        }],
        photos: vec!["ab".repeat(32)],
        note: String::new(),
        challenge: None,
        boot_id: Some("b-1".to_owned()),
        captured_uptime_ms: Some(3_000_000_000),
        developer_mode: Some(false),
    }
}

/// What a signature says that holds over these texts only.
fn read(check_in: &SignedCheckIn, text: Option<&str>, signed: &str) -> SignatureReading {
    check_in.read_signature(text, |message| message == signed.as_bytes()).unwrap()
}

#[test]
fn members_are_sorted_and_those_without_a_value_left_out() {
    assert_eq!(
        String::from_utf8(check_in().message().unwrap()).unwrap(),
        r#"{"bootId":"b-1","capturedAt":"2026-11-18T02:00:00.250Z","capturedUptimeMs":3000000000,"developerMode":false,"fixes":[{"accuracyMeters":8,"datum":"GCJ02","fixedAt":"2026-11-18T02:00:00.000Z","latitude":39.62,"longitude":122}],"id":"0198c1b0-7f3a-7c11-9d5e-3a1b2c3d4e5f","note":"","photos":["abababababababababababababababababababababababababababababababab"],"projectId":"0198c1b0-0000-7000-8000-000000000001"}"#
    );
}

/// As the serialisers of several languages write it.
#[rstest]
#[case::fractions(&[("\"accuracyMeters\":8,", "\"accuracyMeters\":8.0,"), ("\"longitude\":122}", "\"longitude\":122.0}")])]
#[case::whole_seconds(&[("00.250Z", "00Z"), ("00.000Z", "00Z")])]
#[case::digits_as_needed(&[("00.000Z", "00Z")])]
#[case::zero_offset(&[("00.250Z", "00.250+00:00"), ("00.000Z", "00.000+00:00")])]
#[case::local_time(&[("T02:00:00.250Z", "T10:00:00.250+08:00"), ("T02:00:00.000Z", "T10:00:00.000+08:00")])]
#[case::python(&[(":", ": "), (",", ", "), ("T02: 00: 00.250Z", "T02:00:00.250000+00:00"), ("T02: 00: 00.000Z", "T02:00:00+00:00")])]
#[case::nulls(&[("\"developerMode\"", "\"challenge\":null,\"developerMode\""), ("122}", "122,\"mocked\":null}")])]
#[case::empty_note_left_out(&[("\"note\":\"\",", "")])]
fn a_spelling_is_not_a_forgery(#[case] changes: &[(&str, &str)]) {
    let canonical = String::from_utf8(check_in().message().unwrap()).unwrap();
    let spelled = changes.iter().fold(canonical, |text, (from, to)| {
        assert!(text.contains(from), "{from} in {text}");
        text.replace(from, to)
    });
    assert_eq!(read(&check_in(), None, &spelled), SignatureReading::Spelled(spelled.clone()));
}

#[test]
fn escapes_are_spellings_too() {
    let noted = SignedCheckIn { note: "进度 3/4 😀".to_owned(), ..check_in() };
    let canonical = String::from_utf8(noted.message().unwrap()).unwrap();
    for escaped in
        [canonical.replace("3/4", "3\\/4"), canonical.replace("进度 3/4 😀", "\\u8fdb\\u5ea6 3/4 \\ud83d\\ude00")]
    {
        assert_ne!(escaped, canonical);
        assert_eq!(read(&noted, None, &escaped), SignatureReading::Spelled(escaped.clone()));
    }
}

#[test]
fn every_spelling_says_the_same_and_none_is_tried_twice() {
    let spellings = spelling::spellings(&check_in());
    assert!(spellings.len() <= 160 && spellings.len() > 50, "{}", spellings.len());
    let canonical = String::from_utf8(check_in().message().unwrap()).unwrap();
    assert_eq!(spellings[0], canonical);
    for text in spellings {
        assert_eq!(check_in().read_text(&text), SignatureReading::Spelled(text.clone()));
    }
}

/// A text in any order, in any form, with more than is asked for.
fn said(change: impl FnOnce(&mut Value)) -> String {
    let mut said = json!({
        "app": "field 3.1",
        "projectId": "AQGYwbAAAHAAgAAAAAAAAAE",
        "id": "0198C1B0-7F3A-7C11-9D5E-3A1B2C3D4E5F",
        "capturedAt": "2026-11-18 10:00:00.25+0800",
        "capturedUptimeMs": 3_000_000_000_i64,
        "bootId": "b-1",
        "developerMode": false,
        "challenge": null,
        "fixes": [{ "longitude": "122.000", "latitude": 39.620_000_4, "datum": "gcj-02", "accuracyMeters": 8.1, "fixedAt": "2026-11-18T02:00:00Z" }],
        "photos": ["AB".repeat(32)],
    });
    change(&mut said);
    said.to_string()
}

#[test]
fn what_a_device_says_that_it_signed_is_compared_member_by_member() {
    let text = said(|_| {});
    assert_eq!(read(&check_in(), Some(&text), &text), SignatureReading::Spelled(text.clone()));
}

#[rstest]
#[case("/id", json!("0198c1b0-7f3a-7c11-9d5e-3a1b2c3d4e60"), Member::Id)]
#[case("/projectId", json!("0198c1b0-0000-7000-8000-000000000002"), Member::ProjectId)]
#[case("/capturedAt", json!("2026-11-17T02:00:00.250Z"), Member::CapturedAt)]
#[case("/fixes/0/latitude", json!(39.63), Member::Latitude)]
#[case("/fixes/0/longitude", json!(121.99), Member::Longitude)]
#[case("/fixes/0/datum", json!("WGS84"), Member::Datum)]
#[case("/fixes/0/accuracyMeters", json!(80), Member::AccuracyMeters)]
#[case("/fixes/0/fixedAt", json!("2026-11-18T01:00:00Z"), Member::FixedAt)]
#[case("/photos/0", json!("cd".repeat(32)), Member::Photos)]
#[case("/bootId", json!("b-2"), Member::BootId)]
#[case("/capturedUptimeMs", json!(5), Member::CapturedUptimeMs)]
#[case("/developerMode", json!(true), Member::DeveloperMode)]
fn altered_content_is_named(#[case] pointer: &str, #[case] value: Value, #[case] member: Member) {
    let text = said(|said| *said.pointer_mut(pointer).unwrap() = value);
    assert_eq!(read(&check_in(), Some(&text), &text), SignatureReading::Altered(Members::of([member])));
    // Withheld, or signed by nobody, it is for a person.
    assert_eq!(read(&check_in(), None, &text), SignatureReading::Unfit);
    assert_eq!(read(&check_in(), Some(&text), "something else"), SignatureReading::Unfit);
}

#[rstest]
#[case::not_said("/developerMode", json!(null), Member::DeveloperMode)]
#[case::said_but_not_sent("/challenge", json!("c"), Member::Challenge)]
#[case::no_fix("/fixes", json!([]), Member::Fixes)]
#[case::another_photo_less("/photos", json!([]), Member::Photos)]
#[case::a_time_without_a_zone("/capturedAt", json!("2026-11-18 02:00:00"), Member::CapturedAt)]
#[case::a_number_of_an_unknown_kind("/capturedAt", json!(1_795_000_000), Member::CapturedAt)]
#[case::not_a_position("/fixes/0", json!([39.62, 122]), Member::Fixes)]
fn what_cannot_be_compared_is_no_contradiction(#[case] pointer: &str, #[case] value: Value, #[case] member: Member) {
    let text = said(|said| *said.pointer_mut(pointer).unwrap() = value);
    assert_eq!(read(&check_in(), Some(&text), &text), SignatureReading::Unclear(Members::of([member])));
}

#[rstest]
#[case::a_word("hello")]
#[case::a_list("[]")]
#[case::nothing("null")]
#[case::half_an_object("{")]
fn a_signed_text_that_is_no_check_in_says_nothing_of_this_one(#[case] text: &str) {
    assert_eq!(read(&check_in(), Some(text), text), SignatureReading::Unclear(Members::of([Member::Id])));
}

#[test]
fn members_are_kept_by_name() {
    let members = Members::of([Member::Note, Member::Latitude]);
    assert_eq!(serde_json::to_value(members).unwrap(), json!(["latitude", "note"]));
    assert_eq!(serde_json::from_value::<Members>(json!(["note", "latitude"])).unwrap(), members);
    assert_eq!(members.names(), ["latitude", "note"]);
}

/// The test vectors of `docs/examples/signing.json`.
#[test]
fn the_published_vectors_hold() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/signing.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let key = DevicePublicKey::parse_base64(vectors["publicKey"].as_str().unwrap()).unwrap();
    assert_eq!(key.fingerprint().to_string(), vectors["fingerprint"].as_str().unwrap());
    let cases = vectors["vectors"].as_array().unwrap();
    assert!(cases.len() >= 4);
    for case in cases {
        let read: SignedCheckIn = serde_json::from_value(case["content"].clone()).unwrap();
        let canonical = case["canonical"].as_str().unwrap();
        assert_eq!(String::from_utf8(read.message().unwrap()).unwrap(), canonical, "{case:#}");
        for signature in ["signature", "signatureDer"] {
            key.verify_base64(canonical.as_bytes(), case[signature].as_str().unwrap()).unwrap();
        }
        assert!(key.verify_base64(format!("{canonical} ").as_bytes(), case["signature"].as_str().unwrap()).is_err());
        assert!(STANDARD.decode(case["signature"].as_str().unwrap()).unwrap().len() == 64);
    }
}

proptest! {
    #[test]
    fn any_text_at_all_is_compared_without_panic(text: String, note: String) {
        let noted = SignedCheckIn { note, ..check_in() };
        let _ = noted.read_text(&text);
        prop_assert!(spelling::spellings(&noted).len() <= 160);
    }
}
