//! A file that was touched without knowing how.

use proptest::{prelude::*, sample::Index};

use super::*;

/// A bundle with one of everything, short enough to be changed everywhere.
fn short() -> Vec<u8> {
    let phone = Phone::new();
    let payloads = vec![phone.check_in("c1", &PHOTOS[..1]), json!({ "kind": "assessment", "checkInId": "c1" })];
    Records { payloads, photos: vec![PHOTOS[0].to_vec()], keys: vec![phone.key()] }.bundle()
}

#[test]
fn every_changed_byte_is_found() {
    let bundle = short();
    assert!(check(&bundle).is_ok());
    for place in 0..bundle.len() {
        // Each bit in its turn, and upper case for lower case among them.
        let mut changed = bundle.clone();
        changed[place] ^= 1 << (place % 8);
        assert!(check(&changed).is_err(), "byte {place} of {}", bundle.len());
    }
}

#[test]
fn every_truncation_is_found() {
    let bundle = short();
    for length in 0..bundle.len() {
        assert!(check(&bundle[..length]).is_err(), "{length} of {} bytes", bundle.len());
    }
}

#[test]
fn whatever_follows_or_precedes_is_found() {
    let bundle = records().bundle();
    for more in [&b"\0"[..], b"PK", &bundle, &bundle[bundle.len() - 22..]] {
        assert!(failure(&[&bundle[..], more].concat()).contains("structure"));
        assert!(check(&[more, &bundle].concat()).is_err());
    }
}

#[test]
fn limits_are_kept() {
    let bundle = records().bundle();
    let whole = Limits::default();
    for (limits, what) in [
        (Limits { archive_bytes: 2000, ..whole }, "the file is larger"),
        (Limits { members: 2, ..whole }, "the number of members is larger"),
        (Limits { line_bytes: 600, ..whole }, "line 1 of the chain is larger"),
        (Limits { manifest_bytes: 100, ..whole }, "manifest.json is larger"),
    ] {
        assert!(verify(&bundle[..], &limits, &[]).unwrap_err().to_string().starts_with(what), "{what}");
    }
}

/// A length that promises 4 GiB costs nothing: bytes are taken as they come.
#[test]
fn promises_are_not_believed() {
    for name in ["chain.jsonl", "manifest.json", &format!("keys/{}.spki", digest(b""))] {
        let header = Header { name: name.to_owned(), crc: 0, length: u32::MAX - 1, offset: 0 };
        assert!(check(&header.local()).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_change_is_found(from: Index, to: Index, bytes in prop::collection::vec(any::<u8>(), 0..8)) {
        static BUNDLE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(short);
        let (from, to) = (from.index(BUNDLE.len()), to.index(BUNDLE.len()));
        let changed = [&BUNDLE[..from], &bytes[..], &BUNDLE[to..]].concat();
        prop_assert_eq!(check(&changed).is_ok(), changed == *BUNDLE);
        fuzz_bundle(&changed);
    }

    #[test]
    fn anything_at_all_is_read_without_panic(bytes: Vec<u8>, line: Vec<u8>) {
        fuzz_bundle(&bytes);
        fuzz_bundle(&archive_of(&[("chain.jsonl".to_owned(), line), ("manifest.json".to_owned(), bytes)]));
    }
}
