//! Vectors of RFC 6979, of WebCrypto and of OpenSSL; and what must not pass.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::engine::general_purpose;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

// RFC 6979 A.2.5: P-256 with SHA-256.
const U: &str = "04\
    60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
    7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
const SAMPLE: &str = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
    f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
const TEST: &str = "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367\
    019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083";

// Made with node 20: WebCrypto's generateKey, exportKey and sign, and node:crypto's sign for DER.
const MESSAGE: &[u8] = br#"{"capturedAt":"2026-11-22T03:00:00Z","id":"0192f5c0-0000-7000-8000-000000000001"}"#;
const WEB_SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEynEf++TGqQTJiHUHeikfG5aiaRZoQLLAJtvO4EWicsyNBUlK/1vZ/BPZWs2TLBdZwr811/Xof+VGW1xsJe/5Eg==";
const WEB_RAW: &str = "BMpxH/vkxqkEyYh1B3opHxuWomkWaECywCbbzuBFonLMjQVJSv9b2fwT2VrNkywXWcK/Ndf16H/lRltcbCXv+RI=";
const WEB_LOW_S: &str = "Cu8LDmmrnGFtpRFxliZbyoUbVTUHnduDc3E0PoojfBhI8BO4Rt+bI6xtCmst4GhrQYN50TQnvNcr3UeQBrjCmQ==";
const WEB_HIGH_S: &str = "7yUHAmEbNthSE5JNeHzctXIYCpk0ExlbZtjoSUs4dKjkoDvQvngA1xVK0csAqRzSAiO0AgiFRS8HI+xt+JlDpQ==";
const OPENSSL_DER: &str =
    "MEYCIQCh4eUmv1P5DgkK/ikyw+ln9Eqf1ZJflKwxO3q8A0DZWQIhAJJ9C2TtRQ8KLwWAMlJ6hmRqhtLAIhuwX8OJZkoM5u1n";

// Keys that are not on P-256 by its name.
const P384: &str = "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEy0yqP7oqhAjnnVzfwL6JFbIK0EwGBKUnELbu8y7ExnVRu0GmvCLlW6rRHwRMVq4wAuRurZhDX+MFAYtr7LYYt2/HGIJ+NPMPUYrXlrfWKLYMku8RhKuqeVa+cKnP0Zoh";
const SECP256K1: &str = "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEdR4wilJ8sOdj4o8GM/G48fEu2fgHcLSyE1wCI1/vECiP4Sm+1IuofgKueYPuRcC/AT4xitOMKMv6OWFmh2sclA==";
const ED25519: &str = "MCowBQYDK2VwAyEAPXkf4gBK6TxbSr3vxdFQGn9b80UKmV/bGRkT8dLojrI=";
/// P-256, but by its parameters instead of its name.
const EXPLICIT: &str = "MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA///////////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABNB09Q6O2ngRzESt8/p2XhRHyriNYgCxDa0DIZpR1o4lnPbUCIwqIzCV5y5RtO7bK40+IChCXIj07IaUfLQUtmM=";

/// The tag of an INTEGER (ITU-T X.690 §8.3).
const INTEGER: u8 = 0x02;

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn decoded(base64: &str) -> Vec<u8> {
    general_purpose::STANDARD.decode(base64).unwrap()
}

fn web_key() -> DevicePublicKey {
    DevicePublicKey::parse_base64(WEB_SPKI).unwrap()
}

/// DER of two non-negative big-endian integers, as they are: superfluous zeros are kept.
fn der_of(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| [&[INTEGER, u8::try_from(number.len()).unwrap()], number].concat();
    let numbers = [integer(r), integer(s)].concat();
    [&[SEQUENCE, u8::try_from(numbers.len()).unwrap()], &numbers[..]].concat()
}

/// As DER writes a natural number.
fn minimal(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let digits = &number[start..];
    if digits.first().is_none_or(|byte| *byte >= 0x80) { [&[0], digits].concat() } else { digits.to_vec() }
}

#[rstest]
#[case("sample", SAMPLE)]
#[case("test", TEST)]
fn rfc_6979(#[case] message: &str, #[case] signature: &str) {
    let key = DevicePublicKey::parse(&bytes(U)).unwrap();
    let signature = bytes(signature);
    assert_eq!(key.verify(message.as_bytes(), &signature), Ok(SignatureEncoding::P1363));
    let der = der_of(&minimal(&signature[..32]), &minimal(&signature[32..]));
    assert_eq!(key.verify(message.as_bytes(), &der), Ok(SignatureEncoding::Der));
    assert_eq!(key.verify(b"other", &signature), Err(SignatureError::Mismatch));
}

#[rstest]
#[case(WEB_LOW_S, SignatureEncoding::P1363)]
#[case(WEB_HIGH_S, SignatureEncoding::P1363)]
#[case(OPENSSL_DER, SignatureEncoding::Der)]
fn signatures_of_other_makers(#[case] signature: &str, #[case] encoding: SignatureEncoding) {
    assert_eq!(web_key().verify_base64(MESSAGE, signature), Ok(encoding));
    assert_eq!(web_key().verify_base64(b"{}", signature), Err(SignatureError::Mismatch));
    let other = DevicePublicKey::parse(&bytes(U)).unwrap();
    assert_eq!(other.verify_base64(MESSAGE, signature), Err(SignatureError::Mismatch));
}

#[test]
fn one_key_has_one_fingerprint_whatever_its_encoding() {
    let spki = decoded(WEB_SPKI);
    let url_safe = WEB_SPKI.replace('+', "-").replace('/', "_");
    for text in [WEB_SPKI, WEB_RAW, &url_safe, url_safe.trim_end_matches('=')] {
        let key = DevicePublicKey::parse_base64(text).unwrap();
        assert_eq!((key.to_spki(), key.fingerprint()), (spki.clone(), web_key().fingerprint()));
    }
    assert_eq!(web_key().fingerprint().as_bytes()[..], Sha256::digest(&spki)[..]);
}

#[rstest]
#[case::another_curve(P384, KeyError::OtherCurve)]
#[case::bitcoins_curve(SECP256K1, KeyError::OtherCurve)]
#[case::a_curve_by_its_parameters(EXPLICIT, KeyError::OtherCurve)]
#[case::another_algorithm(ED25519, KeyError::OtherAlgorithm)]
#[case::no_base64("MFkw*", KeyError::Base64)]
#[case::loose_trailing_bits("BB==", KeyError::Base64)]
#[case::mixed_alphabets("-+AA", KeyError::Base64)]
#[case::nothing("", KeyError::Encoding)]
#[case::infinity("AA==", KeyError::Infinity)]
fn keys_that_are_refused(#[case] text: &str, #[case] error: KeyError) {
    assert_eq!(DevicePublicKey::parse_base64(text), Err(error));
}

#[test]
fn a_key_is_its_encoding_and_nothing_else() {
    let (spki, point) = (decoded(WEB_SPKI), decoded(WEB_RAW));
    let parse = |bytes: &[u8]| DevicePublicKey::parse(bytes);
    for encoding in [&spki, &point] {
        assert_eq!(parse(&encoding[..encoding.len() - 1]), Err(KeyError::Encoding));
        assert_eq!(parse(&[&encoding[..], &[0]].concat()), Err(KeyError::Encoding));
    }
    assert_eq!(parse(&[&[2], &point[1..33]].concat()), Err(KeyError::Compressed));
    assert_eq!(parse(&[&[6], &point[1..]].concat()), Err(KeyError::Encoding));
    // The same contents with a longer length than DER allows.
    assert_eq!(parse(&[&[0x30, 0x81, 0x59], &spki[2..]].concat()), Err(KeyError::Encoding));
    // Unused bits in the bit string; no curve, and one more value beside the curve.
    assert_eq!(parse(&[&spki[..25], &[1], &spki[26..]].concat()), Err(KeyError::Encoding));
    let algorithm = [&[0x30, 9], &spki[4..13]].concat();
    assert_eq!(parse(&[&[0x30, 0x4f], &algorithm[..], &spki[23..]].concat()), Err(KeyError::OtherCurve));
    let beside = [&[0x30, 0x5b, 0x30, 0x15], &spki[4..23], &[5, 0], &spki[23..]].concat();
    assert_eq!(parse(&beside), Err(KeyError::Encoding));
    assert_eq!(parse(&[&[4][..], &[0; 64]].concat()), Err(KeyError::NotOnCurve));
    // x = the field's prime p, which is 0 to a careless reader.
    let p = bytes("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    let y = bytes("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4");
    assert!(parse(&[&[4], &[0; 32][..], &y].concat()).is_ok());
    assert_eq!(parse(&[&[4], &p[..], &y].concat()), Err(KeyError::NotOnCurve));
    assert_eq!(parse(&[0; 100_000]), Err(KeyError::Encoding));
    assert_eq!(DevicePublicKey::parse_base64(&"A".repeat(100_000)), Err(KeyError::Base64));
}

#[test]
fn every_changed_byte_of_a_key_is_refused() {
    let spki = decoded(WEB_SPKI);
    for place in 0..spki.len() {
        for change in 1..=255 {
            let mut changed = spki.clone();
            changed[place] ^= change;
            // Half of all x have a point, but never the same y; -y would take changing all of y.
            assert!(DevicePublicKey::parse(&changed).is_err(), "byte {place} by {change}");
        }
    }
}

#[rstest]
#[case::r_zero([0; 32], [1; 32])]
#[case::s_zero([1; 32], [0; 32])]
#[case::both_zero([0; 32], [0; 32])]
#[case::r_order(ORDER, [1; 32])]
#[case::s_order([1; 32], ORDER)]
#[case::too_large([0xff; 32], [0xff; 32])]
fn numbers_out_of_range(#[case] r: [u8; 32], #[case] s: [u8; 32]) {
    assert_eq!(web_key().verify(MESSAGE, &[r, s].concat()), Err(SignatureError::OutOfRange));
    assert_eq!(web_key().verify(MESSAGE, &der_of(&minimal(&r), &minimal(&s))), Err(SignatureError::OutOfRange));
}

#[test]
fn numbers_in_range_that_prove_nothing() {
    let mut one = [0; 32];
    one[31] = 1;
    let mut below = ORDER;
    below[31] -= 1;
    for (r, s) in [(one, one), (below, below), (one, below)] {
        assert_eq!(web_key().verify(MESSAGE, &[r, s].concat()), Err(SignatureError::Mismatch));
    }
}

#[test]
fn only_strict_der_is_read() {
    let fixed = decoded(WEB_LOW_S);
    let (r, s) = (minimal(&fixed[..32]), minimal(&fixed[32..]));
    let good = der_of(&r, &s);
    let verify = |signature: &[u8]| web_key().verify(MESSAGE, signature);
    assert_eq!(verify(&good), Ok(SignatureEncoding::Der));
    let long_length = [&[0x30, 0x81, good[1]], &good[2..]].concat();
    let indefinite = [&[0x30, 0x80], &good[2..], &[0, 0]].concat();
    let third = [&[0x30, good[1] + 3], &good[2..], &[2, 1, 1]].concat();
    for bad in [
        &[][..],
        &good[..good.len() - 1],
        &[&good[..], &[0]].concat(),
        &long_length,
        &indefinite,
        &third,
        &der_of(&[&[0], &r[..]].concat(), &s),
        &der_of(&r, &[&[0], &s[..]].concat()),
        &der_of(&[], &s),
        &[0x30, 0x00],
        &[0x30; 70],
        &fixed[..63],
        &[&fixed[..], &[0]].concat(),
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2, 1, 1],
    ] {
        assert_eq!(verify(bad), Err(SignatureError::Encoding), "{bad:02x?}");
    }
    // Negative, in one byte or with all others of the number, and a number of more than 32 bytes.
    assert_eq!(verify(&der_of(&[0x80], &s)), Err(SignatureError::OutOfRange));
    assert_eq!(verify(&der_of(&[0xff], &s)), Err(SignatureError::OutOfRange));
    assert_eq!(verify(&der_of(&r, &[0xff; 32].map(|byte| byte ^ 0x10))), Err(SignatureError::OutOfRange));
    assert_eq!(verify(&der_of(&[0xff, 0x80], &s)), Err(SignatureError::Encoding));
    assert_eq!(verify(&der_of(&[1; 33], &s)), Err(SignatureError::OutOfRange));
    assert_eq!(web_key().verify_base64(MESSAGE, "*"), Err(SignatureError::Base64));
    assert_eq!(web_key().verify_base64(MESSAGE, &"A".repeat(9999)), Err(SignatureError::Base64));
}

#[test]
fn every_changed_byte_of_a_signature_is_found() {
    for signature in [decoded(WEB_LOW_S), decoded(OPENSSL_DER)] {
        for place in 0..signature.len() {
            let mut changed = signature.clone();
            changed[place] ^= 1;
            assert!(web_key().verify(MESSAGE, &changed).is_err(), "byte {place}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_key_signs_it_verifies(message: Vec<u8>, other: Vec<u8>) {
        for algorithm in [&ECDSA_P256_SHA256_FIXED_SIGNING, &ECDSA_P256_SHA256_ASN1_SIGNING] {
            let pair = EcdsaKeyPair::generate(algorithm).unwrap();
            let key = DevicePublicKey::parse(pair.public_key().as_ref()).unwrap();
            let signature = pair.sign(&SystemRandom::new(), &message).unwrap();
            prop_assert!(key.verify(&message, signature.as_ref()).is_ok());
            prop_assert!(message == other || key.verify(&other, signature.as_ref()) == Err(SignatureError::Mismatch));
        }
    }

    #[test]
    fn anything_at_all_is_read_without_panic(bytes: Vec<u8>) {
        fuzz_signature(&bytes);
        let behind_a_key = [&[91][..], &decoded(WEB_SPKI), &bytes].concat();
        fuzz_signature(&behind_a_key);
        let in_der = [&[0, SEQUENCE, u8::try_from(bytes.len().min(127)).unwrap()], &bytes[..]].concat();
        fuzz_signature(&in_der);
    }
}
