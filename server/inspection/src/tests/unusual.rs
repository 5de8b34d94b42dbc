//! JPEGs of kinds that no phone makes and some programs do, against what libjpeg makes of them; see `unusual/README.md`.

use std::{fs, path::PathBuf};

use domain::check_ins::likeness::{REUSE_DISTANCE, near};
use image::RgbImage;

use super::{super::decode, InspectionLimits, look};

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "src/tests/unusual"].iter().collect()
}

/// Reads what `djpeg` writes: P6, or P5 for grey.
fn portable(path: &std::path::Path) -> RgbImage {
    let file = fs::read(path).unwrap();
    let mut words = file.splitn(4, |byte| byte.is_ascii_whitespace());
    let mut next = || std::str::from_utf8(words.next().unwrap()).unwrap().to_owned();
    let (kind, width, height) = (next(), next().parse().unwrap(), next().parse().unwrap());
    let pixels = words.next().unwrap().strip_prefix(b"255\n").unwrap();
    let rgb = if kind == "P6" { pixels.to_vec() } else { pixels.iter().flat_map(|value| [*value; 3]).collect() };
    RgbImage::from_raw(width, height, rgb).unwrap()
}

/// The inverse transforms and the smoothing of chroma may differ by some levels, and no decoder's by more.
#[test]
fn every_kind_of_jpeg_is_drawn_as_libjpeg_draws_it() {
    const LEVELS: u8 = 4;
    let mut looked_at = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (Some((sampling, _)), Some("jpg")) = (name.split_once('_'), path.extension().and_then(|end| end.to_str()))
        else {
            continue;
        };
        if sampling == "photo" {
            continue;
        }
        let expected = portable(&folder().join(format!("{sampling}.ppm")));
        let drawn = decode(&fs::read(&path).unwrap(), &InspectionLimits::default()).unwrap().picture;
        assert_eq!(drawn.dimensions(), expected.dimensions(), "{name}");
        let apart = drawn.as_raw().iter().zip(expected.as_raw()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(apart <= Some(LEVELS), "{name} is {apart:?} levels off");
        looked_at += 1;
    }
    assert_eq!(looked_at, 46);
}

#[test]
fn a_second_copy_is_found_whatever_its_kind() {
    let files = ["unusual/photo_separate.jpg", "unusual/photo_one-scan.jpg", "x265.heic"];
    let hashes = files.map(|name| {
        let file = fs::read(folder().parent().unwrap().join(name)).unwrap();
        look(&file).unwrap().perceptual_hash.unwrap()
    });
    for (name, hash) in files.iter().zip(&hashes) {
        assert!(near(*hash, hashes[0]) <= REUSE_DISTANCE, "{name}: {}", near(*hash, hashes[0]));
    }
}
