//! A forger who knows the format: changes something, then makes names, chain, signatures, manifest and archive fit it.

use super::{
    archive::{self, MemberBytes},
    digest,
};
use crate::{Random, phone};
use domain::{canonical_json::canonical, check_ins::hash_chain::Head};
use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Value, json};
use uuid::Uuid;

use base64::{Engine, engine::general_purpose::STANDARD};

/// Bytes that one part may grow by.
const GROWTH: usize = 64;

/// A mutation of a bundle's members in one of two cases, and of the plain bytes otherwise.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random::new(seed);
    if random.once_in(2) {
        return fuzzer_mutate(data, size, max_size);
    }
    match forged(&data[..size], &mut random) {
        Some(bundle) if bundle.len() <= max_size.min(data.len()) => {
            data[..bundle.len()].copy_from_slice(&bundle);
            bundle.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
}

fn forged(bundle: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let mut members = archive::members(bundle).filter(|members| !members.is_empty())?;
    let place = if random.once_in(2) {
        members.iter().position(|(name, _)| name == "chain.jsonl")?
    } else {
        random.below(members.len())
    };
    match random.below(8) {
        0 => drop(members.remove(place)),
        1 => members.insert(place, members[random.below(members.len())].clone()),
        2 => members[place].0 = String::from_utf8_lossy(&changed(members[place].0.as_bytes())).into_owned(),
        _ if members[place].0 == "chain.jsonl" => change_line(&mut members[place].1, random),
        _ => members[place].1 = changed(&members[place].1),
    }
    if !random.once_in(4) {
        reseal(&mut members, random)?;
    }
    Some(archive::of(&members))
}

fn changed(bytes: &[u8]) -> Vec<u8> {
    let room = bytes.len() + GROWTH;
    let mut buffer = bytes.to_vec();
    buffer.resize(room, 0);
    let size = fuzzer_mutate(&mut buffer, bytes.len(), room);
    buffer.truncate(size);
    buffer
}

/// Changes, doubles, moves or drops a line.
fn change_line(chain: &mut Vec<u8>, random: &mut Random) {
    let mut lines: Vec<Vec<u8>> = chain.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return;
    }
    let (place, other) = (random.below(lines.len()), random.below(lines.len()));
    match random.below(8) {
        0 => drop(lines.remove(place)),
        1 => lines.insert(place, lines[other].clone()),
        2 => lines.swap(place, other),
        _ => lines[place] = changed(&lines[place]),
    }
    *chain = lines.concat();
}

/// Makes everything fit that can be made to fit, now and then leaving something out.
fn reseal(members: &mut [MemberBytes], random: &mut Random) -> Option<()> {
    let mut renamed = Vec::new();
    for (name, bytes) in members.iter_mut() {
        let named = if name.starts_with("photos/") {
            format!("photos/{}", digest(bytes))
        } else if name.starts_with("keys/") {
            format!("keys/{}.spki", digest(bytes))
        } else {
            continue;
        };
        if *name != named {
            renamed.push((std::mem::replace(name, named.clone()), named));
        }
    }
    let (_, manifest) = members.iter().find(|(name, _)| name == "manifest.json")?;
    let mut manifest: Value = serde_json::from_slice(manifest).ok().filter(Value::is_object)?;
    if let Some((_, chain)) = members.iter_mut().find(|(name, _)| name == "chain.jsonl")
        && let Some((text, from, to)) = relinked(chain, &renamed, &manifest, random)
    {
        *chain = text;
        let head = |head: Head| json!({ "sequence": head.sequence, "hash": head.hash.to_string() });
        manifest["chain"] = json!({ "from": head(from), "to": head(to) });
    }
    members.sort_by_key(|(name, _)| {
        let rank =
            ["keys/", "chain.jsonl", "photos/", "manifest.json"].iter().position(|start| name.starts_with(start));
        (rank, name.clone())
    });
    let files = members.iter().filter(|(name, _)| name != "manifest.json");
    manifest["files"] = files
        .map(|(name, bytes)| json!({ "name": name, "length": bytes.len(), "sha256": digest(bytes).to_string() }))
        .collect();
    let (_, place) = members.iter_mut().find(|(name, _)| name == "manifest.json")?;
    *place = canonical(&manifest).ok()?;
    Some(())
}

/// The chain computed anew over its lines, with the heads before and after it.
fn relinked(
    chain: &[u8],
    renamed: &[(String, String)],
    manifest: &Value,
    random: &mut Random,
) -> Option<(Vec<u8>, Head, Head)> {
    let bare = |name: &str| name.trim_start_matches("photos/").trim_start_matches("keys/").replace(".spki", "");
    let mut text = String::from_utf8(chain.to_vec()).ok()?;
    for (old, new) in renamed {
        text = text.replace(&bare(old), &bare(new));
    }
    let installation: Uuid = manifest["installationId"].as_str()?.parse().ok()?;
    let from = Head::genesis(installation);
    let (mut head, mut lines) = (from, Vec::new());
    for line in text.lines() {
        let mut line: Value = serde_json::from_str(line).ok()?;
        if let Some(payload) = line.get_mut("payload") {
            sign(payload);
            let bytes = canonical(payload).ok()?;
            let kind = if random.once_in(16) { &line["kind"] } else { &line["payload"]["kind"] };
            let kind = kind.as_str()?.to_owned();
            let entry = head.append(&kind, &bytes);
            (line["sequence"], line["kind"]) = (json!(entry.sequence), json!(kind));
            line["previous"] = json!(entry.previous.to_string());
            line["hash"] = json!(entry.hash.to_string());
            head = Head { sequence: entry.sequence, hash: entry.hash };
        }
        lines.extend(canonical(&line).ok()?);
        lines.push(b'\n');
    }
    Some((lines, from, head))
}

/// Signs a check-in's submission with the phone's key, if it is that key's.
pub(super) fn sign(payload: &mut Value) {
    if payload["device"]["keyFingerprint"] == json!(phone::KEY.fingerprint().to_string())
        && let Ok(message) = canonical(&payload["submission"])
    {
        payload["device"]["signature"] = json!(STANDARD.encode(phone::sign(&message, false)));
    }
}
