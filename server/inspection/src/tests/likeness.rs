//! Which distance separates the same picture from another.

use domain::check_ins::likeness::{PerceptualHash, REUSE_DISTANCE, near};
use image::{DynamicImage, Rgb, RgbImage, imageops::FilterType};
use jpeg_encoder::{ColorType, Encoder};

use super::{
    files::encode_jpeg,
    look,
    scene::{self, Random},
};

/// Scenes that are compared with each other, and how many of them are used again.
const SCENES: u64 = 40;
const REUSED: usize = 16;

const WIDTH: u32 = 400;
const HEIGHT: u32 = 300;

fn hash(picture: &RgbImage, quality: u8) -> PerceptualHash {
    let [width, height] = [picture.width(), picture.height()].map(|side| u16::try_from(side).unwrap());
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, quality).encode(picture.as_raw(), width, height, ColorType::Rgb).unwrap();
    look(&jpeg).unwrap().perceptual_hash.unwrap()
}

fn change(picture: &RgbImage, each: impl Fn(f32) -> f32) -> RgbImage {
    let changed: Vec<u8> = (0..=255_u8).map(|value| each(value.into()).clamp(0.0, 255.0) as u8).collect();
    let mut picture = picture.clone();
    for value in picture.iter_mut() {
        *value = changed[usize::from(*value)];
    }
    picture
}

fn grainy(picture: &RgbImage) -> RgbImage {
    let mut random = Random(99);
    let mut picture = picture.clone();
    for Rgb(channels) in picture.pixels_mut() {
        *channels = channels.map(|value| (f32::from(value) + random.between(-25.0, 25.0)).clamp(0.0, 255.0) as u8);
    }
    picture
}

fn resize(picture: &RgbImage, times: f32, filter: FilterType) -> RgbImage {
    let [width, height] = [WIDTH, HEIGHT].map(|side| (side as f32 * times) as u32);
    DynamicImage::from(picture.clone()).resize_exact(width, height, filter).into_rgb8()
}

fn crop(picture: &RgbImage, part: f32) -> RgbImage {
    let [left, top] = [WIDTH as f32 * part, HEIGHT as f32 * part / 2.0].map(|side| side as u32);
    DynamicImage::from(picture.clone()).crop_imm(left, top, WIDTH - 2 * left, HEIGHT - 3 * top).into_rgb8()
}

type Reuse = (&'static str, fn(&RgbImage) -> PerceptualHash);

const REUSES: [Reuse; 8] = [
    ("saved again at quality 30", |picture| hash(picture, 30)),
    ("half the size", |picture| hash(&resize(picture, 0.5, FilterType::Triangle), 80)),
    ("1.4 times the size", |picture| hash(&resize(picture, 1.4, FilterType::CatmullRom), 80)),
    ("a quarter brighter", |picture| hash(&change(picture, |value| value * 1.25), 80)),
    ("darker, less contrast", |picture| hash(&change(picture, |value| value * 0.7 + 20.0), 80)),
    ("grainy", |picture| hash(&grainy(picture), 80)),
    ("cropped by 1 %", |picture| hash(&crop(picture, 0.01), 80)),
    ("cropped by 3 %", |picture| hash(&crop(picture, 0.03), 80)),
];

#[test]
fn the_threshold_separates_reuse_from_other_scenes() {
    let scenes: Vec<RgbImage> = (100..100 + SCENES).map(|seed| scene::paint(seed, WIDTH, HEIGHT)).collect();
    let hashes: Vec<PerceptualHash> = scenes.iter().map(|scene| hash(scene, 85)).collect();
    for (name, reuse) in REUSES {
        let reused = scenes.iter().zip(&hashes).take(REUSED);
        let mut distances: Vec<u32> = reused.map(|(scene, original)| near(*original, reuse(scene))).collect();
        distances.sort_unstable();
        let within = distances.iter().filter(|distance| **distance <= REUSE_DISTANCE).count();
        let (median, most) = (distances[distances.len() / 2], distances[distances.len() - 1]);
        println!("{name}: median {median}, at most {most}; {within} of {REUSED} within {REUSE_DISTANCE}");
        // A crop of 3 % moves every edge; most are still found, and the figures above say how many.
        let share = if name == "cropped by 3 %" { 0.6 } else { 0.9 };
        assert!(within as f64 >= share * REUSED as f64, "{name}: {distances:?}");
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
    let turned = image::imageops::rotate270(&upright);
    let shot = super::Shot { orientation: 6, ..super::Shot::honest() };
    let [a, b] =
        [encode_jpeg(&upright, None), shot.jpeg(&turned)].map(|file| look(&file).unwrap().perceptual_hash.unwrap());
    assert!(near(a, b) <= 2, "{}", near(a, b));
}
