//! A file made by someone who knows the format: archive, manifest and even the chain fit, but something doesn't hold.

use rstest::rstest;

use super::*;

type Members = Vec<(String, Vec<u8>)>;

fn place(members: &Members, start: &str) -> usize {
    members.iter().position(|(name, _)| name.starts_with(start)).unwrap()
}

/// Makes the manifest fit the members again, in what can be made to fit.
fn resealed(mut members: Members) -> Vec<u8> {
    let (name, bytes) = members.pop().unwrap();
    let mut manifest: Value = serde_json::from_slice(&bytes).unwrap();
    let files = members
        .iter()
        .map(|(name, bytes)| json!({ "name": name, "length": bytes.len(), "sha256": digest(bytes).to_string() }));
    manifest["files"] = files.collect();
    let chain = &members[place(&members, "chain.jsonl")].1;
    let lines: Vec<Value> =
        chain.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
        let before = first["sequence"].as_i64().unwrap_or(1).saturating_sub(1);
        manifest["chain"] = json!({
            "from": { "sequence": before, "hash": first["previous"] },
            "to": { "sequence": last["sequence"], "hash": last["hash"] },
        });
    }
    members.push((name, canonical(&manifest).unwrap()));
    archive_of(&members)
}

/// The records with their payloads changed, in a chain that fits them.
fn rechained(change: impl FnOnce(&mut Vec<Value>)) -> String {
    let mut records = records();
    let good = members(&records.bundle());
    change(&mut records.payloads);
    let mut head = Head::genesis(INSTALLATION);
    let mut lines = Vec::new();
    for payload in &records.payloads {
        let bytes = canonical(payload).unwrap();
        let kind = payload["kind"].as_str().unwrap_or("check-in");
        let Entry { sequence, previous, hash, .. } = head.append(kind, &bytes);
        head = Head { sequence, hash };
        let line = json!({
            "sequence": sequence, "kind": kind, "payload": payload,
            "previous": previous.to_string(), "hash": hash.to_string(),
        });
        lines.extend(canonical(&line).unwrap());
        lines.push(b'\n');
    }
    let mut members = good;
    let chain = place(&members, "chain.jsonl");
    members[chain].1 = lines;
    failure(&resealed(members))
}

/// The members changed, with a manifest that fits them.
fn remade(change: impl FnOnce(&mut Members)) -> String {
    let mut members = members(&records().bundle());
    change(&mut members);
    failure(&resealed(members))
}

/// The manifest changed.
fn restated(change: impl FnOnce(&mut Value)) -> String {
    let mut members = members(&records().bundle());
    let (_, bytes) = members.last_mut().unwrap();
    let mut manifest = serde_json::from_slice(bytes).unwrap();
    change(&mut manifest);
    *bytes = canonical(&manifest).unwrap();
    failure(&archive_of(&members))
}

/// One line of the chain changed as text.
fn reworded(line: usize, from: &str, to: &str) -> String {
    remade(|members| {
        let chain = place(members, "chain.jsonl");
        let text = String::from_utf8(members[chain].1.clone()).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        assert!(lines[line].contains(from));
        lines[line] = lines[line].replacen(from, to, 1);
        members[chain].1 = lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect();
    })
}

#[test]
fn the_tools_of_these_tests_forge_nothing_themselves() {
    assert_eq!(rechained(|_| ()), "it holds");
    assert_eq!(remade(|_| ()), "it holds");
    assert_eq!(restated(|_| ()), "it holds");
    assert_eq!(reworded(0, "check-in", "check-in"), "it holds");
}

#[rstest]
#[case::another_file("notes.txt")]
#[case::an_absolute_path("/etc/passwd")]
#[case::a_path_upwards("../chain.jsonl")]
#[case::a_path_upwards_from_photos("photos/../../x")]
#[case::a_drive("C:\\x")]
#[case::nothing("")]
#[case::upper_case("CHAIN.JSONL")]
#[case::a_directory("photos/")]
#[case::no_digest("photos/1234")]
#[case::a_digest_in_upper_case("photos/BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
#[case::an_extension("photos/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.jpg")]
#[case::a_key_without_extension("keys/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
#[case::another_script("链.jsonl")]
fn names(#[case] name: &str) {
    assert_eq!(
        remade(|members| members.insert(2, (name.to_owned(), Vec::new()))),
        format!("a member is named {name:?}")
    );
}

#[test]
fn members_missing_twice_or_too_many() {
    let photo = |members: &Members| place(members, "photos/");
    assert!(remade(|members| drop(members.remove(photo(members)))).ends_with(" is missing"));
    assert!(remade(|members| drop(members.remove(0))).ends_with(".spki is missing"));
    assert!(remade(|members| members.insert(photo(members), members[photo(members)].clone())).ends_with("twice"));
    assert!(remade(|members| members.swap(0, 1)).ends_with("is out of order"));
    let extra = |bytes: &[u8]| (format!("photos/{}", digest(bytes)), bytes.to_vec());
    let least = (0_u32..).map(u32::to_be_bytes).find(|bytes| digest(bytes).as_bytes()[0] == 0).unwrap();
    assert!(
        remade(|members| members.insert(photo(members), extra(&least))).starts_with("no entry refers to photos/00")
    );
    let whole = members(&records().bundle());
    let without = |name| archive_of(&whole.iter().filter(|(found, _)| found != name).cloned().collect::<Members>());
    assert_eq!(failure(&without("chain.jsonl")), "chain.jsonl is missing");
    assert_eq!(failure(&without("manifest.json")), "manifest.json is missing");
    assert!(failure(&archive_of(&[])).contains("structure"));
    let keyless = || remade(|members| members.retain(|(name, _)| !name.starts_with("keys/")));
    assert!(keyless().contains(".spki is missing"));
}

#[test]
fn keys_and_photos_that_are_others() {
    assert!(remade(|members| members[0].1[90] ^= 1).ends_with("other bytes than its name says"));
    assert!(
        remade(|members| {
            let photo = place(members, "photos/");
            members[photo].1.push(0);
        })
        .ends_with("its name says")
    );
    let renamed = |spki: Vec<u8>| remade(|members| members[0] = (format!("keys/{}.spki", digest(&spki)), spki));
    let mut off_curve = Phone::new().key().to_spki();
    off_curve[90] ^= 1;
    // Whichever of the two keys comes first: the new one may now be out of order, which is found as well.
    let found = renamed(off_curve);
    assert!(found.ends_with("not on P-256") || found.ends_with("order"), "{found}");
    let found = renamed(Phone::new().key().to_spki());
    assert!(found.ends_with("is missing") || found.ends_with("order"), "{found}");
    let point = Phone::new().key().as_point().to_vec();
    let found = renamed(point);
    assert!(found.ends_with("its name says") || found.ends_with("order"), "{found}");
}

#[test]
fn the_chain() {
    assert_eq!(reworded(1, "0.975", "0.976"), "entry 2 does not hold: its hash is not that of its contents");
    assert_eq!(reworded(1, "\"sequence\":2", "\"sequence\":3"), "entry 2 does not hold: entry 3 stands in its place");
    assert_eq!(reworded(0, "\"sequence\":1", "\"sequence\":0"), "entry 1 does not hold: entry 0 stands in its place");
    assert_eq!(reworded(0, "\"sequence\":1", "\"sequence\":-1"), "entry 1 does not hold: entry -1 stands in its place");
    assert_eq!(reworded(2, "\"kind\":", "\"kind\": "), "line 3 of the chain is not in canonical form (RFC 8785)");
    let unknown = reworded(2, "{\"hash\"", "{\"extra\":1,\"hash\"");
    assert!(unknown.starts_with("line 3 of the chain is not JSON of the shape expected"));
    let lines = |change: fn(&mut Vec<&str>)| {
        remade(|members| {
            let chain = place(members, "chain.jsonl");
            let text = String::from_utf8(members[chain].1.clone()).unwrap();
            let mut lines: Vec<_> = text.lines().collect();
            change(&mut lines);
            members[chain].1 = lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect();
        })
    };
    assert_eq!(lines(|lines| _ = lines.remove(1)), "entry 2 does not hold: entry 3 stands in its place");
    assert_eq!(lines(|lines| lines.swap(2, 3)), "entry 3 does not hold: entry 4 stands in its place");
    assert_eq!(lines(|lines| lines.insert(3, lines[2])), "entry 4 does not hold: entry 3 stands in its place");
    assert!(lines(|lines| lines.insert(2, "")).starts_with("line 3 of the chain is not JSON"));
    let unended = |members: &mut Members| {
        let chain = place(members, "chain.jsonl");
        members[chain].1.pop();
    };
    assert_eq!(remade(unended), "the chain's last line has no end");
}

#[test]
fn another_installations_beginning() {
    let other = restated(|manifest| manifest["installationId"] = json!(Uuid::nil()));
    assert_eq!(other, "entry 1 does not hold: it does not begin at this installation's genesis");
}

#[test]
fn check_ins() {
    let refused = |change: fn(&mut Value)| rechained(|payloads| change(&mut payloads[0]));
    // The chain was computed anew, but not the phone's signature.
    let mismatch = "entry 1: the signature does not belong to this message and key";
    assert_eq!(refused(|check_in| check_in["submission"]["latitude"] = json!(39.63)), mismatch);
    assert_eq!(refused(|check_in| check_in["device"]["signature"] = json!(STANDARD.encode([1; 64]))), mismatch);
    assert_eq!(
        refused(|check_in| check_in["device"]["signature"] = json!("*")),
        "entry 1: the signature is not base64"
    );
    assert_eq!(refused(|check_in| check_in["id"] = json!("c9")), "entry 1: what was signed has another id");
    assert_eq!(
        refused(|check_in| check_in["submission"]["id"] = json!("c9")),
        "entry 1: what was signed has another id"
    );
    assert_eq!(refused(|check_in| check_in["kind"] = json!(null)), "entry 1: its payload is of another kind");
    assert!(refused(|check_in| check_in["photos"] = json!(null)).starts_with("entry 1: its check-in can't be read"));
    assert!(
        refused(|check_in| check_in["device"]["keyFingerprint"] = json!("0".repeat(64))).ends_with(".spki is missing")
    );
    assert!(refused(|check_in| check_in["device"] = json!(null)).starts_with("no entry refers to keys/"));
    assert!(refused(|check_in| check_in["photos"] = json!([])).starts_with("no entry refers to photos/"));
    assert!(refused(|check_in| check_in["photos"] = json!(["0".repeat(64)])).starts_with("no entry refers to photos/"));
    // Another key of the bundle; and the same check-in twice.
    let swapped =
        rechained(|payloads| payloads[0]["device"]["keyFingerprint"] = payloads[2]["device"]["keyFingerprint"].clone());
    assert_eq!(swapped, mismatch);
    assert_eq!(rechained(|payloads| payloads.push(payloads[0].clone())), "entry 6: its check-in was recorded before");
    let shown_and_withheld =
        reworded(3, "\"previous\"", &format!("\"payloadSha256\":\"{}\",\"previous\"", digest(b"")));
    assert_eq!(shown_and_withheld, "entry 4: it has neither a payload nor the digest of one, or both");
}

#[test]
fn manifests() {
    assert_eq!(
        restated(|manifest| manifest["format"] = json!("onsite-evidence/2")),
        "the bundle's format is \"onsite-evidence/2\", not \"onsite-evidence/1\""
    );
    assert_eq!(
        restated(|manifest| manifest["chain"]["to"]["sequence"] = json!(6)),
        "the manifest states another beginning or end of the chain"
    );
    assert_eq!(
        restated(|manifest| manifest["chain"]["from"]["hash"] = json!("0".repeat(64))),
        "the manifest states another beginning or end of the chain"
    );
    assert!(restated(|manifest| manifest["absentPhotos"] = json!([])).ends_with(" is missing"));
    assert_eq!(
        restated(|manifest| manifest["absentPhotos"].as_array_mut().unwrap().push(json!("0".repeat(64)))),
        "the manifest states other photos as absent than are"
    );
    assert!(
        restated(|manifest| manifest["files"][2]["length"] = json!(1))
            .starts_with("the manifest states another length or SHA-256 of chain.jsonl")
    );
    assert!(
        restated(|manifest| drop(manifest["files"].as_array_mut().unwrap().remove(2)))
            .ends_with("does not list chain.jsonl")
    );
    assert!(
        restated(|manifest| drop(manifest["files"].as_array_mut().unwrap().pop()))
            .starts_with("the manifest does not list photos/")
    );
    let file = json!({ "name": format!("photos/{}", "f".repeat(64)), "length": 1, "sha256": "f".repeat(64) });
    assert!(restated(|manifest| manifest["files"].as_array_mut().unwrap().push(file)).ends_with(" is missing"));
    assert!(restated(|manifest| manifest["files"][0]["name"] = json!("../x")).starts_with("a member is named"));
    assert!(
        restated(|manifest| manifest["more"] = json!(1)).starts_with("the manifest is not JSON of the shape expected")
    );
    // The same instant written otherwise, and white space.
    assert_eq!(
        restated(|manifest| manifest["createdAt"] = json!("2027-01-04T09:00:00+08:00")),
        "the manifest is not in canonical form (RFC 8785)"
    );
    let mut spaced = members(&records().bundle());
    spaced.last_mut().unwrap().1.push(b'\n');
    assert_eq!(failure(&archive_of(&spaced)), "the manifest is not in canonical form (RFC 8785)");
}

/// What the zip crate writes is a ZIP archive, but not the one that a bundle is.
#[test]
fn other_archives_of_the_same_members() {
    let whole = members(&records().bundle());
    let methods = [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated];
    for method in methods {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in &whole {
            writer.start_file(name, zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(bytes).unwrap();
        }
        assert!(failure(&writer.finish().unwrap().into_inner()).contains("structure"));
    }
}
