//! Whether two photos show the same picture, and how to find such pairs without comparing all with all.

use std::fmt;

/// What a picture looks like, in 64 bits. Pictures that look alike differ in few of them; see [`near`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PerceptualHash(u64);

impl PerceptualHash {
    /// The hash made of these bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Its 64 bits.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for PerceptualHash {
    /// 16 lower-case hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for PerceptualHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// In how many of the 64 bits two hashes differ (Hamming distance), 0..=64.
///
/// Measured on generated scenes (`photos/inspection/tests/likeness.rs` prints the figures): the same picture saved
/// again, resized, brightened or cropped by 1 % stays within [`REUSE_DISTANCE`], cropped by 3 % mostly; different scenes
/// stay well beyond.
pub const fn near(a: PerceptualHash, b: PerceptualHash) -> u32 {
    (a.0 ^ b.0).count_ones()
}

/// Up to this distance two photos are held to be the same picture, which is a hint for a person, never proof.
pub const REUSE_DISTANCE: u32 = 7;

/// Into how many bands a hash is cut for look-ups.
pub const BANDS: usize = 4;

/// The hash cut into four bands of 16 bits, the highest first, each 0..=65535: one indexed column each.
///
/// Multi-index hashing (Norouzi, Punjani, Fleet: Fast Search in Hamming Space with Multi-Index Hashing, CVPR 2012,
/// proposition 1): by the pigeonhole principle, hashes at most 4 (r + 1) − 1 apart have at least one band in which they
/// differ by at most r bits. So equal bands (r = 0) find everything up to distance 3, and [`alike_bands`] with r = 1
/// everything up to 7, at 68 look-ups. Of a million hashes that are spread evenly, that brings back about a thousand to
/// compare in full with [`near`]; eight bands of eight bits would bring back thirty times as many.
pub fn bands(hash: PerceptualHash) -> [i32; BANDS] {
    let [a, b, c, d, e, f, g, h] = hash.0.to_be_bytes();
    [[a, b], [c, d], [e, f], [g, h]].map(|band| i32::from(u16::from_be_bytes(band)))
}

/// The band itself and the 16 others that differ from it in one bit: what an indexed column is asked for to find every
/// hash within [`REUSE_DISTANCE`]. A band out of 0..=65535 is cut to its lowest 16 bits.
pub fn alike_bands(band: i32) -> [i32; 17] {
    let band = band & 0xffff;
    std::array::from_fn(|place| if place == 16 { band } else { band ^ (1 << place) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn distance_counts_the_bits_that_differ() {
        let hash = PerceptualHash::from_bits;
        assert_eq!(near(hash(0), hash(0)), 0);
        assert_eq!(near(hash(0), hash(u64::MAX)), 64);
        assert_eq!(near(hash(0b1011), hash(0b0010)), 2);
    }

    #[test]
    fn bands_are_the_hash_in_order() {
        let hash = PerceptualHash::from_bits(0x0123_4567_89ab_cdef);
        assert_eq!(bands(hash), [0x0123, 0x4567, 0x89ab, 0xcdef]);
        assert_eq!(hash.to_string(), "0123456789abcdef");
    }

    /// What SQL does: `band_0 IN (…) OR band_1 IN (…) …`.
    fn looked_up(stored: PerceptualHash, asked: PerceptualHash) -> bool {
        bands(stored).into_iter().zip(bands(asked)).any(|(stored, asked)| alike_bands(asked).contains(&stored))
    }

    proptest! {
        #[test]
        fn whatever_is_near_is_looked_up(bits: u64, flips in prop::collection::vec(0u32..64, 0..=7)) {
            let stored = PerceptualHash::from_bits(bits);
            let asked = PerceptualHash::from_bits(flips.iter().fold(bits, |bits, flip| bits ^ (1 << flip)));
            prop_assert!(near(stored, asked) <= REUSE_DISTANCE);
            prop_assert!(looked_up(stored, asked));
        }

        #[test]
        fn distance_is_a_metric(a: u64, b: u64, c: u64) {
            let [a, b, c] = [a, b, c].map(PerceptualHash::from_bits);
            prop_assert_eq!(near(a, b), near(b, a));
            prop_assert!(near(a, c) <= near(a, b) + near(b, c));
        }
    }
}
