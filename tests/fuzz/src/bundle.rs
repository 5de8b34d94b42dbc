//! Evidence bundles.

use std::io::Cursor;

use crate::phone;
use chrono::{DateTime, Utc};
use domain::{
    canonical_json::canonical,
    check_ins::{
        device_signature::DevicePublicKey,
        hash_chain::{Entry, Head, Payload},
    },
    digest::Sha256Digest,
};
use evidence_bundle::{ChainWriter, Limits, Manifest, Member, StatedHead, fuzz_bundle, verify};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

mod archive;
mod forger;

pub use forger::mutate;

const LIMITS: Limits = Limits { archive_bytes: 1 << 20, members: 64, line_bytes: 1 << 16, manifest_bytes: 1 << 16 };
/// Bytes that are changed in turn in a bundle that holds.
const CHANGED: usize = 16;

/// Verifies the bytes. A bundle that holds is the one way to write what is in it, and holds no more with a byte changed.
///
/// # Panics
/// When something doesn't hold that should.
pub fn check(bytes: &[u8]) {
    fuzz_bundle(bytes);
    let Ok(report) = verify(bytes, &LIMITS, &[]) else { return };
    assert!(report.withheld + report.check_ins <= report.entries && report.signed <= report.check_ins);
    assert!(rewritten(bytes).as_deref() == Some(bytes), "what was read is written otherwise");
    let mut changed = bytes.to_vec();
    let start = usize::try_from(crc32fast::hash(bytes)).unwrap_or(0);
    for step in 0..CHANGED {
        let place = start.wrapping_add(step * (bytes.len() / CHANGED + 1)) % bytes.len();
        changed[place] ^= 1 << (start.wrapping_add(place) % 8);
        assert!(verify(&changed[..], &LIMITS, &[]).is_err(), "byte {place} of {} makes no difference", bytes.len());
        changed[place] = bytes[place];
    }
}

fn digest(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest::from_bytes(Sha256::digest(bytes).into())
}

/// The members, read without the verifier's help and written again.
fn rewritten(bundle: &[u8]) -> Option<Vec<u8>> {
    let members = archive::members(bundle)?;
    let manifest: Manifest = serde_json::from_slice(&members.last()?.1).ok()?;
    let keys = members.iter().filter(|(name, _)| name.starts_with("keys/"));
    let keys: Vec<_> = keys.map(|(_, key)| DevicePublicKey::parse(key)).collect::<Result<_, _>>().ok()?;
    let StatedHead { sequence, hash } = manifest.chain.from;
    let mut writer = ChainWriter::new(Cursor::new(Vec::new()), &keys, Head { sequence, hash }).ok()?;
    let (_, chain) = members.iter().find(|(name, _)| name == "chain.jsonl")?;
    for line in chain.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_slice(line).ok()?;
        let hash = |name: &str| line[name].as_str()?.parse().ok();
        let bytes = line.get("payload").map(canonical).transpose().ok()?;
        let payload = match &bytes {
            Some(bytes) => Payload::Shown(bytes),
            None => Payload::Withheld(hash("payloadSha256")?),
        };
        let (sequence, kind) = (line["sequence"].as_i64()?, line["kind"].as_str()?);
        writer.entry(&Entry { sequence, kind, payload, previous: hash("previous")?, hash: hash("hash")? }).ok()?;
    }
    let mut writer = writer.photos().ok()?;
    for (name, photo) in &members {
        if let Ok(Member::Photo(named)) = name.parse() {
            writer.photo(named, &photo[..]).ok()?;
        }
    }
    let written = writer.finish(manifest.installation_id, manifest.created_at, manifest.selection).ok()?;
    Some(written.1.into_inner())
}

const PHOTOS: [&[u8]; 3] = [b"\xff\xd8 a photo \xff\xd9", b"\xff\xd8 another \xff\xd9", b"never received"];

/// A check-in's payload.
fn check_in(id: &str, photos: &[&[u8]], signed: bool) -> Value {
    let photos: Vec<_> = photos.iter().map(|photo| digest(photo).to_string()).collect();
    let submission = json!({ "id": id, "photos": photos, "latitude": 39.62, "note": "到现场" });
    let mut payload = json!({ "kind": "check-in", "id": id, "photos": photos, "submission": submission });
    if signed {
        payload["device"] = json!({ "keyFingerprint": phone::KEY.fingerprint().to_string(), "signature": "" });
        forger::sign(&mut payload);
    }
    payload
}

/// A bundle of these payloads that holds.
fn bundle(payloads: &[Value], keys: &[DevicePublicKey], withheld: bool) -> Option<Vec<u8>> {
    let installation = Uuid::from_u128(0xff);
    let made_at: DateTime<Utc> = DateTime::from_timestamp(1_798_938_000, 0)?;
    let mut head = Head::genesis(installation);
    let mut writer = ChainWriter::new(Cursor::new(Vec::new()), keys, head).ok()?;
    for payload in payloads {
        let bytes = canonical(payload).ok()?;
        let entry = head.append(payload["kind"].as_str()?, &bytes);
        let shown = if withheld { Payload::Withheld(entry.payload.digest()) } else { entry.payload };
        writer.entry(&Entry { payload: shown, ..entry }).ok()?;
        head = head.follow(&entry).ok()?;
    }
    let mut writer = writer.photos().ok()?;
    for named in writer.named().clone() {
        if let Some(bytes) = PHOTOS[..2].iter().find(|bytes| digest(bytes) == named) {
            writer.photo(named, *bytes).ok()?;
        }
    }
    Some(writer.finish(installation, made_at, json!({ "from": "2026-11-16" })).ok()?.1.into_inner())
}

/// Bundles that hold: with one of everything, with nothing signed, with nothing shown, with nothing.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let assessment = json!({ "kind": "assessment", "checkInId": "c1", "verdict": "VERIFIED", "probability": 0.975 });
    let signed = [check_in("c1", &PHOTOS[..2], true), assessment.clone(), check_in("c2", &PHOTOS[1..], true)];
    let unsigned = [check_in("c3", &[], false), assessment];
    let made = [
        ("signed", bundle(&signed, std::slice::from_ref(&phone::KEY), false)),
        ("unsigned", bundle(&unsigned, &[], false)),
        ("withheld", bundle(&unsigned, &[], true)),
        ("empty", bundle(&[], &[], false)),
    ];
    made.into_iter().filter_map(|(name, bundle)| Some((name, bundle?))).collect()
}
