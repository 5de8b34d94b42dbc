//! Valid files with bytes flipped, put in and taken out: never a panic, never long.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use proptest::prelude::*;

use super::{
    super::fuzz_inspect,
    files::{Shot, encode_png, heic, heic_headers},
    scene,
};

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let picture = scene::paint(11, 96, 64);
    let encoded = |progressive| {
        let mut file = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut file, 85);
        encoder.set_progressive(progressive);
        encoder.set_restart_interval(3);
        encoder.add_exif_metadata(&Shot::honest().exif()).unwrap();
        encoder.encode(picture.as_raw(), 96, 64, jpeg_encoder::ColorType::Rgb).unwrap();
        file
    };
    vec![
        Shot::honest().jpeg(&picture),
        encoded(false),
        encoded(true),
        encode_png(48, 32, png::ColorType::Rgba, png::BitDepth::Eight),
        encode_png(48, 32, png::ColorType::Grayscale, png::BitDepth::Sixteen),
        heic_headers(&Shot::honest().exif(), 640, 480, 1),
        heic(&picture, Some(&Shot::honest().exif())),
        include_bytes!("unusual/2x2_separate.jpg").to_vec(),
    ]
});

#[derive(Clone, Debug)]
enum Change {
    Set(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
}

/// Half of the changes fall on the first 700 bytes, where the structure is.
fn apply(file: &mut Vec<u8>, change: &Change, early: bool) {
    let within = if early { file.len().min(700) } else { file.len() }.max(1);
    match change {
        Change::Set(place, byte) => {
            let place = place.index(within);
            if let Some(old) = file.get_mut(place) {
                *old = *byte;
            }
        }
        Change::Insert(place, bytes) => {
            let place = place.index(within).min(file.len());
            file.splice(place..place, bytes.iter().copied());
        }
        Change::Remove(place, length) => {
            let place = place.index(within).min(file.len());
            let end = (place + length).min(file.len());
            file.drain(place..end);
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<prop::sample::Index>;
    // Markers and extremes are likelier to do harm than other bytes.
    let byte =
        prop_oneof![any::<u8>(), prop::sample::select(vec![0, 1, 0x7f, 0x80, 0xc0, 0xc2, 0xd8, 0xd9, 0xda, 0xff])];
    prop_oneof![
        4 => (place(), byte.clone()).prop_map(|(place, byte)| Change::Set(place, byte)),
        1 => (place(), prop::collection::vec(byte, 1..20)).prop_map(|(place, bytes)| Change::Insert(place, bytes)),
        1 => (place(), 1..40_usize).prop_map(|(place, length)| Change::Remove(place, length)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 6000 }) })]

    #[test]
    fn no_change_of_a_valid_file_is_a_panic_or_a_bomb(
        seed in 0..8_usize,
        changes in prop::collection::vec((change(), any::<bool>()), 1..8),
    ) {
        let mut file = SEEDS[seed].clone();
        for (change, early) in &changes {
            apply(&mut file, change, *early);
        }
        let start = Instant::now();
        fuzz_inspect(&file);
        prop_assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn no_bytes_after_a_signature_are_a_panic(
        signature in prop::sample::select(vec![&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"]),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        fuzz_inspect(&[signature, &bytes].concat());
    }
}
