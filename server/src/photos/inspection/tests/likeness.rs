//! Which distance separates the same picture from another.

use image::{Rgb, RgbImage, imageops};

use super::{
    files::encode_jpeg,
    look,
    scene::{self, Random},
};
use crate::domain::likeness::{PerceptualHash, REUSE_DISTANCE, near};

const SCENES: u64 = 40;

fn hash(picture: &RgbImage, quality: u8) -> PerceptualHash {
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(picture).unwrap();
    look(&jpeg).unwrap().perceptual_hash.unwrap()
}

fn change(picture: &RgbImage, each: impl Fn(f32) -> f32) -> RgbImage {
    let mut changed = picture.clone();
    for Rgb(channels) in changed.pixels_mut() {
        *channels = channels.map(|value| each(value.into()).clamp(0.0, 255.0) as u8);
    }
    changed
}

fn crop(picture: &RgbImage, part: f32) -> RgbImage {
    let cut = |side: u32| (side as f32 * part) as u32;
    let (left, top) = (cut(picture.width()), cut(picture.height()) / 2);
    imageops::crop_imm(picture, left, top, picture.width() - 2 * left, picture.height() - 3 * top).to_image()
}

type Reuse = (&'static str, fn(&RgbImage) -> PerceptualHash);

const REUSES: [Reuse; 8] = [
    ("saved again at quality 30", |picture| hash(picture, 30)),
    ("half the size", |picture| hash(&imageops::resize(picture, 400, 300, imageops::FilterType::Triangle), 80)),
    ("1.4 times the size", |picture| hash(&imageops::resize(picture, 1120, 840, imageops::FilterType::CatmullRom), 80)),
    ("a quarter brighter", |picture| hash(&change(picture, |value| value * 1.25), 80)),
    ("darker, less contrast", |picture| hash(&change(picture, |value| value * 0.7 + 20.0), 80)),
    ("grainy", |picture| {
        let mut random = Random(99);
        let mut grainy = picture.clone();
        for Rgb(channels) in grainy.pixels_mut() {
            *channels = channels.map(|value| (f32::from(value) + random.between(-25.0, 25.0)).clamp(0.0, 255.0) as u8);
        }
        hash(&grainy, 80)
    }),
    ("cropped by 1 %", |picture| hash(&crop(picture, 0.01), 80)),
    ("cropped by 3 %", |picture| hash(&crop(picture, 0.03), 80)),
];

#[test]
fn the_threshold_separates_reuse_from_other_scenes() {
    let scenes: Vec<RgbImage> = (100..100 + SCENES).map(|seed| scene::paint(seed, 800, 600)).collect();
    let hashes: Vec<PerceptualHash> = scenes.iter().map(|scene| hash(scene, 85)).collect();
    for (name, reuse) in REUSES {
        let mut distances: Vec<u32> =
            scenes.iter().zip(&hashes).map(|(scene, original)| near(*original, reuse(scene))).collect();
        distances.sort_unstable();
        let within = distances.iter().filter(|distance| **distance <= REUSE_DISTANCE).count();
        let (median, most) = (distances[distances.len() / 2], distances[distances.len() - 1]);
        println!("{name}: median {median}, at most {most}; {within} of {SCENES} within {REUSE_DISTANCE}");
        // A crop of 3 % moves every edge; most are still found, and the figures above say how many.
        let share = if name == "cropped by 3 %" { 0.6 } else { 0.9 };
        assert!(within as f64 >= share * SCENES as f64, "{name}: {distances:?}");
    }
    let mut others: Vec<u32> = Vec::new();
    for (place, one) in hashes.iter().enumerate() {
        others.extend(hashes[place + 1..].iter().map(|other| near(*one, *other)));
    }
    others.sort_unstable();
    println!(
        "different scenes ({} pairs): least {}, 1 % {}, median {}",
        others.len(),
        others[0],
        others[others.len() / 100],
        others[others.len() / 2]
    );
    assert!(others[0] > REUSE_DISTANCE);
}

#[test]
fn likeness_is_of_the_picture_as_shown() {
    let upright = scene::paint(200, 400, 300);
    let turned = imageops::rotate270(&upright);
    let shot = super::Shot { orientation: 6, ..super::Shot::honest() };
    let [a, b] =
        [encode_jpeg(&upright, None), shot.jpeg(&turned)].map(|file| look(&file).unwrap().perceptual_hash.unwrap());
    assert!(near(a, b) <= 2, "{}", near(a, b));
}
