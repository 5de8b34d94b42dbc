//! What is fuzzed: everything strangers send that is read before anyone has looked at it.
//!
//! A target takes any bytes and panics when something doesn't hold that should hold for every input: not merely that
//! nothing panics, but that what is accepted reads back the same, keeps its bounds, and can't be forged.
//! `tests/run --fuzz` runs them; README tells how.

use std::{fs, path::Path};

pub mod bundle;
pub mod check_in;
pub mod images;
mod phone;
pub mod sites;

/// The directory in which a target writes seeds that code makes, if one is named.
const SEEDS: &str = "FUZZ_SEEDS";

/// Writes seeds where libFuzzer is about to read its corpus.
///
/// # Panics
/// When the directory can't be written.
pub fn plant(seeds: impl FnOnce() -> Vec<(&'static str, Vec<u8>)>) {
    let Some(directory) = std::env::var_os(SEEDS) else { return };
    for (name, bytes) in seeds() {
        if let Err(error) = fs::write(Path::new(&directory).join(name), bytes) {
            panic!("{name}: {error}");
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): what a mutator decides by, from the seed libFuzzer gives it.
struct Random(u64);

impl Random {
    fn new(seed: u32) -> Self {
        Self(seed.into())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or(0)
    }

    /// True once in `times`.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}
