//! Time-based one-time passwords (RFC 6238): six digits, 30 seconds, HMAC-SHA-1, as every authenticator app does.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::written_code;

/// Seconds a code is shown.
const STEP_SECONDS: i64 = 30;
const DIGITS: u32 = 1_000_000;
/// Steps a phone's clock may be behind or ahead (RFC 6238, 5.2 recommends one).
const TOLERANCE: i64 = 1;
/// Bytes of a secret: as long as the hash, which RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;

/// What an account's owner and the server share.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; SECRET_BYTES]);

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret")
    }
}

impl TotpSecret {
    /// A secret of these bytes.
    pub fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// The secret as text: base32 (RFC 4648), as authenticator apps take it.
    pub fn to_base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The secret that was written as text.
    pub fn from_base32(text: &str) -> Option<Self> {
        BASE32_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }

    /// What a QR code for authenticator apps holds, for an account of this name.
    pub fn otpauth_uri(&self, login: &str) -> String {
        let label: String = login.bytes().map(escaped).collect();
        format!("otpauth://totp/Onsite:{label}?secret={}&issuer=Onsite", self.to_base32())
    }

    /// The code of a time step (RFC 4226, 5.3).
    pub fn code(&self, step: i64) -> u32 {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.0) else { return DIGITS };
        mac.update(&step.to_be_bytes());
        let hash: [u8; 20] = mac.finalize().into_bytes().into();
        let offset = usize::from(hash[19] & 0xf);
        let word = [hash[offset] & 0x7f, hash[offset + 1], hash[offset + 2], hash[offset + 3]];
        u32::from_be_bytes(word) % DIGITS
    }

    /// The time step this code is of, if it is of about now and later than the last one that was used. One that is yet
    /// to come was used by a clock that was ahead: it counts for nothing, or nobody could sign in until it has come.
    pub fn step_of(&self, code: &str, now: DateTime<Utc>, last_used: Option<i64>) -> Option<i64> {
        let code = digits(code)?;
        let present = step_at(now);
        let last_used = last_used.filter(|last| *last <= present + TOLERANCE);
        (present - TOLERANCE..=present + TOLERANCE)
            .filter(|step| last_used.is_none_or(|last| *step > last))
            .find(|step| self.code(*step) == code)
    }
}

/// The time step of a moment.
pub fn step_at(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(STEP_SECONDS)
}

/// The number six digits stand for, however they are grouped.
fn digits(code: &str) -> Option<u32> {
    let code = written_code::signs(code)?;
    (code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())).then(|| code.parse().ok()).flatten()
}

fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn secret() -> TotpSecret {
        TotpSecret::new(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B; its codes have eight digits, of which the last six are ours.
    #[rstest]
    #[case(59, 94_287_082)]
    #[case(1_111_111_109, 7_081_804)]
    #[case(1_111_111_111, 14_050_471)]
    #[case(1_234_567_890, 89_005_924)]
    #[case(2_000_000_000, 69_279_037)]
    #[case(20_000_000_000, 65_353_130)]
    fn codes_are_those_of_the_rfc(#[case] seconds: i64, #[case] code: u32) {
        assert_eq!(secret().code(step_at(at(seconds))), code % DIGITS);
    }

    #[rstest]
    #[case::now(0, None, true)]
    #[case::one_step_behind(30, None, true)]
    #[case::one_step_ahead(-30, None, true)]
    #[case::two_steps_behind(60, None, false)]
    #[case::two_steps_ahead(-60, None, false)]
    #[case::after_an_earlier_one(0, Some(-1), true)]
    #[case::used(0, Some(0), false)]
    #[case::older_than_the_last_used(0, Some(1), false)]
    #[case::after_a_clock_was_ahead(0, Some(2), true)]
    #[case::after_a_clock_was_days_ahead(0, Some(8_640), true)]
    fn a_code_counts_about_its_time_and_once(#[case] late: i64, #[case] last: Option<i64>, #[case] counts: bool) {
        let shown = at(1_234_567_890);
        let step = step_at(shown);
        let code = format!("{:06}", secret().code(step));
        let found = secret().step_of(&code, shown + chrono::TimeDelta::seconds(late), last.map(|by| step + by));
        assert_eq!(found, counts.then_some(step));
    }

    #[rstest]
    #[case("005924")]
    #[case(" 005 924 ")]
    #[case("005-924")]
    #[case("００５　９２４")]
    fn six_digits_are_taken_however_they_are_written(#[case] code: &str) {
        assert!(secret().step_of(code, at(1_234_567_890), None).is_some());
    }

    #[test]
    fn apps_are_told_all_they_need() {
        let expected = "otpauth://totp/Onsite:ji%C3%A4ng.1?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Onsite";
        assert_eq!(secret().otpauth_uri("jiäng.1"), expected);
        assert_eq!(TotpSecret::from_base32(&secret().to_base32()), Some(secret()));
        assert_eq!(TotpSecret::from_base32("GEZDGNBV"), None);
        assert!(!format!("{:?}", secret()).contains("123"));
    }

    proptest! {
        #[test]
        fn what_is_no_code_is_of_no_step(text: String) {
            prop_assume!(written_code::signs(&text).is_none_or(|signs| signs.len() != 6));
            prop_assert_eq!(secret().step_of(&text, at(0), None), None);
        }
    }
}
