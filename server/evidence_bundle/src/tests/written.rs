//! What is written holds, and other programs read it.

use super::*;

#[test]
fn what_was_written_holds() {
    let records = records();
    let bundle = records.bundle();
    let report = check(&bundle).unwrap();
    assert_eq!((report.entries, report.withheld, report.check_ins, report.signed, report.photos), (5, 0, 3, 2, 2));
    assert_eq!(report.manifest.absent_photos, [digest(PHOTOS[2])]);
    assert_eq!((report.head.sequence, report.manifest.created_at), (5, made_at()));
    let (name, manifest) = members(&bundle).pop().unwrap();
    assert_eq!((name.as_str(), digest(&manifest)), ("manifest.json", report.manifest_sha256));
    assert_eq!(archive_of(&members(&bundle)), bundle);
}

#[test]
fn the_same_records_are_the_same_bytes() {
    let records = records();
    assert_eq!(records.bundle(), records.bundle());
}

#[test]
fn the_format_does_not_drift() {
    let payload = json!({ "kind": "check-in", "id": "c1", "photos": [digest(b"a").to_string()] });
    let records = Records { payloads: vec![payload], photos: vec![b"a".to_vec()], keys: Vec::new() };
    let report = check(&records.bundle()).unwrap();
    assert_eq!(
        digest(&records.bundle()).to_string(),
        "d56c16016551c1d17e068f1e0d18531501e073003d4ef0e7512b6454c20c6121"
    );
    assert_eq!(report.manifest.format, FORMAT);
}

#[test]
fn a_later_part_holds_from_the_head_before_it() {
    let records = Records { keys: Vec::new(), ..records() };
    let report = check(&records.bundle_after(3)).unwrap();
    assert_eq!((report.entries, report.manifest.chain.from.sequence, report.head.sequence), (2, 3, 5));
}

#[test]
fn a_bundle_of_nothing_holds() {
    let records = Records { payloads: Vec::new(), photos: Vec::new(), keys: Vec::new() };
    let report = check(&records.bundle()).unwrap();
    assert_eq!((report.entries, report.head), (0, Head::genesis(INSTALLATION)));
}

#[test]
fn withheld_payloads_are_counted() {
    let genesis = Head::genesis(INSTALLATION);
    let mut writer = ChainWriter::new(Cursor::new(Vec::new()), &[], genesis).unwrap();
    let entry = genesis.append("decision", b"{}");
    writer.entry(&Entry { payload: Payload::Withheld(entry.payload.digest()), ..entry }).unwrap();
    let (_, out) = writer.photos().unwrap().finish(INSTALLATION, made_at(), Value::Null).unwrap();
    let report = check(&out.into_inner()).unwrap();
    assert_eq!((report.entries, report.withheld, report.head.hash), (1, 1, entry.hash));
}

#[test]
fn published_heads_are_compared() {
    let records = records();
    let bundle = records.bundle();
    let payloads = records.canonical();
    let mut heads = vec![Head::genesis(INSTALLATION)];
    for (kind, payload) in &payloads {
        let last = *heads.last().unwrap();
        heads.push(last.follow(&last.append(kind, payload)).unwrap());
    }
    let later = Head { sequence: 99, hash: digest(b"later") };
    let given: Vec<_> = heads.iter().copied().chain([later]).collect();
    assert_eq!(verify(&bundle[..], &Limits::default(), &given).unwrap().known_heads, heads);
    for sequence in 0..6 {
        let other = Head { sequence, hash: digest(b"other") };
        let failure = verify(&bundle[..], &Limits::default(), &[other]).unwrap_err();
        assert!(matches!(failure, Failure::KnownHead(head) if head == other));
    }
}

#[test]
fn what_could_not_be_checked_is_not_written() {
    let genesis = Head::genesis(INSTALLATION);
    let phone = Phone::new();
    let signed = canonical(&phone.check_in("c1", &PHOTOS[..1])).unwrap();
    let new = |keys: &[DevicePublicKey]| ChainWriter::new(Cursor::new(Vec::new()), keys, genesis).unwrap();

    assert!(matches!(new(&[]).entry(&genesis.append("check-in", &signed)), Err(WriteError::KeyMissing(_))));
    assert!(matches!(new(&[phone.key()]).photos(), Err(WriteError::Unreferenced(Member::Key(_)))));
    assert!(matches!(new(&[]).entry(&genesis.append("check-in", b"{}")), Err(WriteError::Payload { .. })));
    assert!(matches!(new(&[]).entry(&genesis.append("decision", b"{")), Err(WriteError::Payload { .. })));
    let broken = Entry { sequence: 2, ..genesis.append("decision", b"{}") };
    assert!(matches!(new(&[]).entry(&broken), Err(WriteError::Chain(_))));

    let two = json!({ "kind": "check-in", "id": "c1", "photos": [digest(b"a").to_string(), digest(b"b").to_string()] });
    let two = canonical(&two).unwrap();
    let photos = || {
        let mut writer = new(&[]);
        writer.entry(&genesis.append("check-in", &two)).unwrap();
        writer.photos().unwrap()
    };
    let (first, second) = if digest(b"a") < digest(b"b") { (b"a", b"b") } else { (b"b", b"a") };
    let mut writer = photos();
    writer.photo(digest(second), &second[..]).unwrap();
    assert!(matches!(writer.photo(digest(first), &first[..]), Err(WriteError::Order(_))));
    assert!(matches!(writer.photo(digest(second), &second[..]), Err(WriteError::Order(_))));
    assert!(matches!(photos().photo(digest(first), &second[..]), Err(WriteError::PhotoAltered(_))));
    assert!(matches!(photos().photo(digest(b"c"), &b"c"[..]), Err(WriteError::Unreferenced(_))));
    assert!(photos().finish(INSTALLATION, made_at(), Value::Null).is_ok());
}
