//! Whatever is done to a chain, the first entry it was done to is named.

use proptest::{prelude::*, sample::Index};

use super::*;

const INSTALLATION: Uuid = Uuid::from_u128(0x0192_f5c0_0000_7000_8000_0000_0000_00ff);

/// An entry that owns its parts, to be altered.
#[derive(Clone, Debug, PartialEq)]
struct Kept {
    sequence: i64,
    kind: String,
    payload: Vec<u8>,
    previous: Sha256Digest,
    hash: Sha256Digest,
}

impl Kept {
    fn entry(&self) -> Entry<'_> {
        let Self { sequence, kind, payload, previous, hash } = self;
        Entry { sequence: *sequence, kind, payload: Payload::Shown(payload), previous: *previous, hash: *hash }
    }
}

fn chain(payloads: &[(String, Vec<u8>)]) -> Vec<Kept> {
    let mut head = Head::genesis(INSTALLATION);
    payloads
        .iter()
        .map(|(kind, payload)| {
            let Entry { sequence, previous, hash, .. } = head.append(kind, payload);
            head = Head { sequence, hash };
            Kept { sequence, kind: kind.clone(), payload: payload.clone(), previous, hash }
        })
        .collect()
}

fn check(chain: &[Kept]) -> Result<Head, Broken> {
    verify(Head::genesis(INSTALLATION), chain.iter().map(Kept::entry))
}

fn flipped(digest: Sha256Digest, place: usize) -> Sha256Digest {
    let mut bytes = *digest.as_bytes();
    bytes[place % 32] ^= 1;
    Sha256Digest::from_bytes(bytes)
}

fn three() -> Vec<Kept> {
    chain(
        &[("check-in", "{}"), ("assessment", "[1]"), ("decision", "2")]
            .map(|(kind, payload)| (kind.into(), payload.into())),
    )
}

#[test]
fn the_format_does_not_drift() {
    // Computed apart from this code, with Python's hashlib.
    let head = check(&three()).unwrap();
    assert_eq!(genesis(INSTALLATION).to_string(), "ded98699ab9a52b81415df5c61629af369eceec4991f727b97c7dda87393241c");
    assert_eq!(
        (head.sequence, head.hash.to_string().as_str()),
        (3, "fda2c3ca5eca5b40b2321eb5a53f2aabd1cc3e3df1409821a770bb40cc4b7dec")
    );
}

#[test]
fn an_empty_chain_leads_where_it_starts() {
    assert_eq!(check(&[]), Ok(Head::genesis(INSTALLATION)));
}

#[test]
fn another_installations_chain_breaks_at_its_first_entry() {
    let other = verify(Head::genesis(Uuid::nil()), three().iter().map(Kept::entry));
    assert_eq!(other, Err(Broken { sequence: 1, fault: Fault::Genesis }));
}

#[test]
fn a_withheld_payload_is_checked_through() {
    let chain = three();
    let entries =
        chain.iter().map(|kept| Entry { payload: Payload::Withheld(kept.entry().payload.digest()), ..kept.entry() });
    assert_eq!(verify(Head::genesis(INSTALLATION), entries), check(&chain));
}

#[test]
fn a_part_is_checked_from_the_head_before_it() {
    let chain = three();
    let start = Head { sequence: 1, hash: chain[0].hash };
    assert_eq!(verify(start, chain[1..].iter().map(Kept::entry)), check(&chain));
}

#[test]
fn the_border_between_kind_and_payload_counts() {
    let genesis = genesis(INSTALLATION);
    assert_ne!(link(genesis, 1, "ab", b"c"), link(genesis, 1, "a", b"bc"));
    assert_ne!(link(genesis, 1, "", b""), link(genesis, 2, "", b""));
}

#[test]
fn the_end_of_the_numbers_is_no_trouble() {
    let head = Head { sequence: i64::MAX, hash: genesis(INSTALLATION) };
    assert!(head.follow(&head.append("kind", b"{}")).is_ok());
}

/// What may be done to one entry or one place.
#[derive(Clone, Copy, Debug)]
enum Change {
    Kind,
    Payload,
    Previous,
    Hash,
    Sequence,
    /// The payload, with a hash that fits again.
    PayloadAndHash,
    Remove,
    SwapWithNext,
    Repeat,
    InsertFitting,
}

fn changes() -> impl Strategy<Value = Change> {
    use Change::*;
    prop::sample::select(vec![
        Kind,
        Payload,
        Previous,
        Hash,
        Sequence,
        PayloadAndHash,
        Remove,
        SwapWithNext,
        Repeat,
        InsertFitting,
    ])
}

/// Makes the change at `at` and gives the sequence where the chain must break.
fn apply(change: Change, chain: &mut Vec<Kept>, at: usize, place: usize) -> i64 {
    let here = i64::try_from(at).unwrap() + 1;
    let entry = &mut chain[at];
    match change {
        Change::Kind => entry.kind.push('x'),
        Change::Payload => entry.payload.push(b' '),
        Change::Previous => entry.previous = flipped(entry.previous, place),
        Change::Hash => entry.hash = flipped(entry.hash, place),
        Change::Sequence => entry.sequence ^= 1 << (place % 63),
        Change::PayloadAndHash => {
            entry.payload.push(b' ');
            entry.hash = link(entry.previous, entry.sequence, &entry.kind, &entry.payload);
            return here + 1;
        }
        Change::Remove => drop(chain.remove(at)),
        Change::SwapWithNext => chain.swap(at, at + 1),
        Change::Repeat => {
            let again = entry.clone();
            chain.insert(at, again);
            return here + 1;
        }
        Change::InsertFitting => {
            let before = Head { sequence: here - 1, hash: entry.previous };
            let Entry { sequence, previous, hash, .. } = before.append("forged", b"{}");
            let forged = Kept { sequence, kind: "forged".into(), payload: b"{}".into(), previous, hash };
            chain.insert(at, forged);
            return here + 1;
        }
    }
    here
}

proptest! {
    #[test]
    fn whatever_is_done_the_first_bad_entry_is_named(
        payloads in prop::collection::vec((any::<String>(), any::<Vec<u8>>()), 2..12),
        change in changes(),
        at: Index,
        place: usize,
    ) {
        let mut altered = chain(&payloads);
        prop_assert!(check(&altered).is_ok());
        // Not the last: dropping or exchanging the end is what only a head kept elsewhere can tell.
        let expected = apply(change, &mut altered, at.index(payloads.len() - 1), place);
        prop_assert_eq!(check(&altered).map_err(|broken| broken.sequence), Err(expected));
    }

    #[test]
    fn what_is_done_to_the_end_changes_the_head(
        payloads in prop::collection::vec((any::<String>(), any::<Vec<u8>>()), 1..12),
        change in prop::sample::select(vec![Change::Remove, Change::PayloadAndHash]),
    ) {
        let whole = chain(&payloads);
        let mut altered = whole.clone();
        apply(change, &mut altered, payloads.len() - 1, 0);
        prop_assert_ne!(check(&altered).unwrap(), check(&whole).unwrap());
    }
}
