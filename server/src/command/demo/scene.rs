//! A building site to look at: sky, hills, a building that grows, a tower crane, and the hoarding before them.

use image::{Rgb, RgbImage};

const WIDTH: u32 = 1600;
const HEIGHT: u32 = 1200;
const HORIZON: u32 = 800;

type Colour = Rgb<u8>;
type Point = (f64, f64);

const ZENITH: Colour = Rgb([92, 146, 204]);
const HAZE: Colour = Rgb([222, 231, 236]);
const SUN: Colour = Rgb([255, 246, 214]);
const HILLS: Colour = Rgb([146, 168, 160]);
const EARTH: Colour = Rgb([176, 146, 108]);
const NEAR_EARTH: Colour = Rgb([118, 92, 64]);
const CONCRETE: Colour = Rgb([168, 166, 160]);
const SHADE: Colour = Rgb([96, 98, 104]);
const GLASS: Colour = Rgb([112, 150, 178]);
const CRANE: Colour = Rgb([232, 172, 38]);
const STEEL: Colour = Rgb([62, 66, 74]);
const HOARDING: Colour = Rgb([38, 104, 168]);
const WHITE: Colour = Rgb([240, 242, 244]);

/// Paints it, 1600 × 1200 pixels.
pub(super) fn paint() -> RgbImage {
    let mut canvas = Canvas(RgbImage::new(WIDTH, HEIGHT));
    for (y, row) in canvas.0.enumerate_rows_mut() {
        let colour = backdrop(y);
        row.for_each(|(_, _, pixel)| *pixel = colour);
    }
    canvas.disc((1290.0, 190.0), 62.0, SUN);
    for (x, radius) in [(120.0, 620.0), (760.0, 900.0), (1450.0, 700.0)] {
        canvas.disc((x, f64::from(HORIZON) + radius - 120.0), radius, HILLS);
    }
    building(&mut canvas);
    crane(&mut canvas);
    hoarding(&mut canvas);
    canvas.0
}

fn backdrop(y: u32) -> Colour {
    if y < HORIZON { mixed(ZENITH, HAZE, y, HORIZON) } else { mixed(EARTH, NEAR_EARTH, y - HORIZON, HEIGHT - HORIZON) }
}

fn building(canvas: &mut Canvas) {
    const FLOORS: u32 = 6;
    for floor in 0..FLOORS {
        let top = 760 - floor * 92;
        let finished = floor < 3;
        canvas.bar((180, top), (760, top + 92), if finished { CONCRETE } else { SHADE });
        for bay in 0..6 {
            let left = 204 + bay * 92;
            let opening = if finished { GLASS } else { mixed(ZENITH, HAZE, top, HORIZON) };
            canvas.bar((left, top + 22), (left + 68, top + 80), opening);
        }
        canvas.bar((170, top), (770, top + 12), CONCRETE);
    }
    for column in 0..7 {
        let x = 190 + column * 92;
        canvas.bar((x, 220), (x + 10, 300), STEEL);
    }
    canvas.bar((180, 852), (760, 872), SHADE);
}

fn crane(canvas: &mut Canvas) {
    let (mast, top, jib) = (1040.0, 150.0, 236.0);
    for side in [-16.0, 16.0] {
        canvas.beam((mast + side, 880.0), (mast + side, jib - 20.0), 5.0, CRANE);
    }
    for section in 0..20 {
        let (low, high) = (880.0 - 32.0 * f64::from(section), 848.0 - 32.0 * f64::from(section));
        canvas.beam((mast - 16.0, low), (mast + 16.0, high), 2.5, CRANE);
        canvas.beam((mast + 16.0, low), (mast - 16.0, high), 2.5, CRANE);
    }
    canvas.beam((330.0, jib), (1330.0, jib), 6.0, CRANE);
    canvas.beam((350.0, jib - 26.0), (1030.0, jib - 26.0), 3.0, CRANE);
    for section in 0..21 {
        let left = 350.0 + 32.0 * f64::from(section);
        canvas.beam((left, jib), (left + 16.0, jib - 26.0), 2.0, CRANE);
        canvas.beam((left + 16.0, jib - 26.0), (left + 32.0, jib), 2.0, CRANE);
    }
    for foot in [-14.0, 14.0] {
        canvas.beam((mast + foot, jib), (mast, top), 5.0, CRANE);
    }
    for end in [(560.0, jib - 26.0), (1320.0, jib)] {
        canvas.beam((mast, top), end, 2.0, STEEL);
    }
    canvas.bar((1250, 240), (1330, 304), STEEL);
    canvas.bar((1018, 244), (1062, 290), WHITE);
    canvas.beam((470.0, jib), (470.0, 420.0), 1.5, STEEL);
    canvas.bar((424, 420), (516, 432), STEEL);
    canvas.bar((432, 432), (508, 462), Rgb([176, 92, 58]));
    canvas.bar((960, 872), (1120, 900), CONCRETE);
}

fn hoarding(canvas: &mut Canvas) {
    canvas.bar((0, 960), (WIDTH, 1096), HOARDING);
    canvas.bar((0, 960), (WIDTH, 972), WHITE);
    canvas.bar((0, 1084), (WIDTH, 1096), WHITE);
    for post in 0..12 {
        canvas.bar((post * 140 + 20, 952), (post * 140 + 30, 1104), WHITE);
    }
}

/// `from` where `part` is 0, `to` where it is `whole`.
fn mixed(from: Colour, to: Colour, part: u32, whole: u32) -> Colour {
    let channel = |i: usize| {
        let mix = (u32::from(from[i]) * (whole - part) + u32::from(to[i]) * part) / whole;
        u8::try_from(mix).unwrap_or(u8::MAX)
    };
    Rgb([channel(0), channel(1), channel(2)])
}

struct Canvas(RgbImage);

impl Canvas {
    fn bar(&mut self, (left, top): (u32, u32), (right, bottom): (u32, u32), colour: Colour) {
        for y in top..bottom.min(HEIGHT) {
            for x in left..right.min(WIDTH) {
                self.0.put_pixel(x, y, colour);
            }
        }
    }

    /// A disc, as far as it rises above the horizon.
    fn disc(&mut self, centre: Point, radius: f64, colour: Colour) {
        for y in pixel(centre.1 - radius)..pixel(centre.1 + radius).min(HORIZON) {
            for x in pixel(centre.0 - radius)..pixel(centre.0 + radius).min(WIDTH) {
                if distance((x.into(), y.into()), centre) <= radius {
                    self.0.put_pixel(x, y, colour);
                }
            }
        }
    }

    /// A straight beam of so many pixels' half width.
    fn beam(&mut self, from: Point, to: Point, half: f64, colour: Colour) {
        let length = distance(from, to).max(1.0);
        let along = ((to.0 - from.0) / length, (to.1 - from.1) / length);
        let mut way = 0.0;
        while way <= length {
            let (x, y) = (from.0 + along.0 * way, from.1 + along.1 * way);
            let (left, top) = (pixel(x - half), pixel(y - half));
            self.bar((left, top), (pixel(x + half).max(left + 1), pixel(y + half).max(top + 1)), colour);
            way += 1.0;
        }
    }
}

fn distance(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "negative ones become 0, as they should")]
fn pixel(coordinate: f64) -> u32 {
    coordinate.round() as u32
}
