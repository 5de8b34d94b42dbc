//! A bundle that holds, and all the ways in which it then doesn't.

mod altered;
mod forged;
mod large;
mod written;

use std::io::{Cursor, Write};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use domain::{
    canonical_json::canonical,
    check_ins::{
        device_signature::DevicePublicKey,
        hash_chain::{Entry, Head, Payload},
    },
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    archive::{self, Header},
    *,
};

const INSTALLATION: Uuid = Uuid::from_u128(0x0192_f5c0_0000_7000_8000_0000_0000_00ff);

fn made_at() -> DateTime<Utc> {
    "2027-01-04T01:00:00Z".parse().unwrap()
}

fn digest(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest::from_bytes(Sha256::digest(bytes).into())
}

/// A phone with its key.
struct Phone(EcdsaKeyPair);

impl Phone {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn key(&self) -> DevicePublicKey {
        DevicePublicKey::parse(self.0.public_key().as_ref()).unwrap()
    }

    /// A check-in's payload with this id and these photos, signed.
    fn check_in(&self, id: &str, photos: &[&[u8]]) -> Value {
        let photos: Vec<_> = photos.iter().map(|photo| digest(photo).to_string()).collect();
        let submission = json!({ "id": id, "photos": photos, "latitude": 39.62, "capturedAt": "2026-11-22T04:00:00Z" });
        let signature = self.0.sign(&SystemRandom::new(), &canonical(&submission).unwrap()).unwrap();
        json!({
            "kind": "check-in", "id": id, "personId": "p1", "submission": submission, "photos": photos,
            "device": { "keyFingerprint": self.key().fingerprint().to_string(), "signature": STANDARD.encode(signature) },
        })
    }
}

const PHOTOS: [&[u8]; 3] = [b"\xff\xd8 a photo \xff\xd9", b"\xff\xd8 another \xff\xd9", b"never received"];

/// What is recorded in the tests: kinds and payloads, the photos' bytes, the phones' keys.
struct Records {
    payloads: Vec<Value>,
    photos: Vec<Vec<u8>>,
    keys: Vec<DevicePublicKey>,
}

fn records() -> Records {
    let phones = [Phone::new(), Phone::new()];
    let unsigned =
        json!({ "kind": "check-in", "id": "c3", "personId": "p2", "photos": [], "submission": { "id": "c3" } });
    Records {
        payloads: vec![
            phones[0].check_in("c1", &PHOTOS[..2]),
            json!({ "kind": "assessment", "checkInId": "c1", "verdict": "VERIFIED", "probability": 0.975 }),
            phones[1].check_in("c2", &PHOTOS[1..]),
            unsigned,
            json!({ "kind": "decision", "checkInId": "c2", "reason": "照片未上传" }),
        ],
        photos: PHOTOS[..2].iter().map(|photo| photo.to_vec()).collect(),
        keys: phones.iter().map(Phone::key).collect(),
    }
}

impl Records {
    /// The payloads' canonical forms with their kinds.
    fn canonical(&self) -> Vec<(String, Vec<u8>)> {
        let kind = |payload: &Value| payload["kind"].as_str().unwrap().to_owned();
        self.payloads.iter().map(|payload| (kind(payload), canonical(payload).unwrap())).collect()
    }

    /// The bundle of the entries after the first `skip`.
    fn bundle_after(&self, skip: usize) -> Vec<u8> {
        let payloads = self.canonical();
        let mut head = Head::genesis(INSTALLATION);
        for (kind, payload) in &payloads[..skip] {
            head = head.follow(&head.append(kind, payload)).unwrap();
        }
        let mut writer = ChainWriter::new(Cursor::new(Vec::new()), &self.keys, head).unwrap();
        for (kind, payload) in &payloads[skip..] {
            let entry = head.append(kind, payload);
            writer.entry(&entry).unwrap();
            head = head.follow(&entry).unwrap();
        }
        let mut writer = writer.photos().unwrap();
        let named = writer.named().clone();
        for photo in named {
            if let Some(bytes) = self.photos.iter().find(|bytes| digest(bytes) == photo) {
                writer.photo(photo, &bytes[..]).unwrap();
            }
        }
        writer.finish(INSTALLATION, made_at(), json!({ "from": "2026-11-16" })).unwrap().1.into_inner()
    }

    fn bundle(&self) -> Vec<u8> {
        self.bundle_after(0)
    }
}

fn check(bundle: &[u8]) -> Result<Report, Failure> {
    verify(bundle, &Limits::default(), &[])
}

/// What a failure says, or that there was none.
fn failure(bundle: &[u8]) -> String {
    check(bundle).map_or_else(|failure| failure.to_string(), |_| "it holds".to_owned())
}

/// A bundle's members, as the zip crate reads them.
fn members(bundle: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bundle)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut member = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            std::io::copy(&mut member, &mut bytes).unwrap();
            (member.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

/// The archive of these members, whatever they are, with headers that fit them.
fn archive_of(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut headers = Vec::new();
    for (name, bytes) in members {
        let (crc, length) = (crc32fast::hash(bytes), u32::try_from(bytes.len()).unwrap());
        let header = Header { name: name.clone(), crc, length, offset: out.len() as u64 };
        out.write_all(&header.local()).unwrap();
        out.write_all(bytes).unwrap();
        headers.push(header);
    }
    let start = out.len() as u64;
    headers.iter().for_each(|header| out.extend(header.central()));
    let length = out.len() as u64 - start;
    out.extend(archive::end(headers.len() as u64, start, length));
    out
}
