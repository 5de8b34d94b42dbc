//! Challenges that hold, and all that don't.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

const SECRET: &[u8] = &[7; 32];
const PERSON: PersonId = PersonId(Uuid::from_u128(0x0192_f5c0_0000_7000_8000_0000_0000_0001));

fn noon() -> DateTime<Utc> {
    "2026-11-22T04:00:00.123Z".parse().unwrap()
}

fn token() -> String {
    issue(SECRET, PERSON, noon(), [9; 16], TimeDelta::days(3))
}

#[test]
fn a_challenge_states_when_it_was_issued() {
    assert_eq!(token().len(), TOKEN_CHARS);
    let facts = verify(SECRET, PERSON, &token(), noon() + TimeDelta::days(9)).unwrap();
    assert_eq!(facts, ChallengeFacts { issued_at: noon(), expires_at: noon() + TimeDelta::days(3) });
}

#[test]
fn it_is_the_persons_own_and_this_servers() {
    let other = PersonId(Uuid::from_u128(2));
    assert_eq!(verify(SECRET, other, &token(), noon()), Err(ChallengeError::OtherPerson));
    assert_eq!(verify(&[8; 32], PERSON, &token(), noon()), Err(ChallengeError::Forged));
    // A forgery for another person is a forgery first.
    assert_eq!(verify(&[8; 32], other, &token(), noon()), Err(ChallengeError::Forged));
}

#[test]
fn it_is_not_from_the_future() {
    let early = |minutes| verify(SECRET, PERSON, &token(), noon() - TimeDelta::minutes(minutes));
    assert!(early(5).is_ok());
    assert_eq!(early(6), Err(ChallengeError::FromTheFuture));
}

#[test]
fn two_nonces_are_two_challenges() {
    assert_ne!(token(), issue(SECRET, PERSON, noon(), [10; 16], TimeDelta::days(3)));
}

#[rstest]
#[case::empty("", ChallengeError::Malformed)]
#[case::short(&token()[1..], ChallengeError::Malformed)]
#[case::other_alphabet(&"+".repeat(TOKEN_CHARS), ChallengeError::Malformed)]
#[case::other_version(&format!("Ag{}", &token()[2..]), ChallengeError::Malformed)]
#[case::not_ascii(&"é".repeat(TOKEN_CHARS / 2), ChallengeError::Malformed)]
#[case::padded(&format!("{}=", token()), ChallengeError::TooLong)]
#[case::long(&"A".repeat(1_000_000), ChallengeError::TooLong)]
fn malformed(#[case] token: &str, #[case] error: ChallengeError) {
    assert_eq!(verify(SECRET, PERSON, token, noon()), Err(error));
}

#[test]
fn every_changed_character_is_found() {
    let token = token();
    for place in 0..token.len() {
        for other in "AQgw_-z9".chars().filter(|other| !token[place..].starts_with(*other)) {
            let changed = format!("{}{other}{}", &token[..place], &token[place + 1..]);
            assert!(verify(SECRET, PERSON, &changed, noon()).is_err(), "{changed}");
        }
    }
}

#[test]
fn the_ends_of_time_are_no_trouble() {
    for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        for lifetime in [TimeDelta::MIN, TimeDelta::MAX] {
            let token = issue(SECRET, PERSON, now, [0; 16], lifetime);
            if let Ok(facts) = verify(SECRET, PERSON, &token, DateTime::<Utc>::MAX_UTC) {
                assert!(facts.issued_at.timestamp_millis() == now.timestamp_millis());
            }
        }
    }
}

proptest! {
    #[test]
    fn anything_at_all_is_read_without_panic(text: String, bytes in prop::collection::vec(any::<u8>(), FACTS_BYTES + MAC_BYTES)) {
        prop_assert!(verify(SECRET, PERSON, &text, noon()).is_err());
        prop_assert!(verify(SECRET, PERSON, &URL_SAFE_NO_PAD.encode(bytes), noon()).is_err());
    }

    #[test]
    fn any_instant_survives(millis in -8_000_000_000_000_i64..200_000_000_000_000, lifetime in 0..10_000_000_000_i64) {
        let now = DateTime::from_timestamp_millis(millis).unwrap();
        let token = issue(SECRET, PERSON, now, [1; 16], TimeDelta::milliseconds(lifetime));
        let facts = verify(SECRET, PERSON, &token, now).unwrap();
        prop_assert_eq!((facts.issued_at, facts.expires_at), (now, now + TimeDelta::milliseconds(lifetime)));
    }
}
