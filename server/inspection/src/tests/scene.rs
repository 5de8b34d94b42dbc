//! Generated pictures of building sites, different for each seed: sky, ground, buildings, cranes, texture and noise.

use image::{Rgb, RgbImage};

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 up to 1.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u32 << 24) as f32
    }

    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    fn color(&mut self) -> [f32; 3] {
        std::array::from_fn(|_| self.between(20.0, 235.0))
    }
}

/// A building, crane or heap: a rectangle in parts of the picture's sides.
struct Block {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
    color: [f32; 3],
    windows: f32,
}

/// Paints the scene of a seed. The same seed gives the same scene at any size, but for the noise of the sensor.
pub(crate) fn paint(seed: u64, width: u32, height: u32) -> RgbImage {
    let mut random = Random(seed);
    let (sky, haze, ground) = (random.color(), random.color(), random.color());
    let horizon = random.between(0.3, 0.7);
    let blocks: Vec<Block> = (0..9).map(|_| block(&mut random, horizon)).collect();
    let waves: Vec<[f32; 4]> = (0..6)
        .map(|_| {
            [random.between(2.0, 40.0), random.between(2.0, 40.0), random.between(0.0, 6.3), random.between(2.0, 9.0)]
        })
        .collect();
    RgbImage::from_fn(width, height, |column, row| {
        let (x, y) = (column as f32 / width as f32, row as f32 / height as f32);
        let mut color = if y < horizon { mix(sky, haze, y / horizon) } else { ground };
        for block in &blocks {
            if (block.left..block.right).contains(&x) && (block.top..block.bottom).contains(&y) {
                let window = (x * block.windows).fract() < 0.4 && (y * block.windows * 0.7).fract() < 0.5;
                color = if window { block.color.map(|value| value * 0.5) } else { block.color };
            }
        }
        let texture: f32 = waves.iter().map(|[fx, fy, phase, height]| (fx * x + fy * y + phase).sin() * height).sum();
        let noise = random.between(-6.0, 6.0);
        Rgb(color.map(|value| (value + texture + noise).clamp(0.0, 255.0) as u8))
    })
}

fn block(random: &mut Random, horizon: f32) -> Block {
    let left = random.between(-0.1, 0.95);
    let bottom = random.between(horizon - 0.05, 1.0);
    Block {
        left,
        right: left + random.between(0.03, 0.35),
        top: bottom - random.between(0.08, 0.6),
        bottom,
        color: random.color(),
        windows: random.between(10.0, 60.0),
    }
}

fn mix(from: [f32; 3], to: [f32; 3], part: f32) -> [f32; 3] {
    std::array::from_fn(|channel| from[channel] + (to[channel] - from[channel]) * part)
}
