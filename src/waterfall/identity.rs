//! Numbers that stand for series, to tell whether two are the same one.
//!
//! 64 bits of a label set: two different series of one target have the same number with a chance of less
//! than one in a billion at a hundred thousand series.

use std::hash::BuildHasher;
use std::hash::Hash;
use std::hash::Hasher;

use foldhash::quality::FixedState;

/// Makes numbers of series. The same in every worker.
#[derive(Debug, Clone, Default)]
pub(super) struct Identity(FixedState);

impl Identity {
    /// The number of a set of labels that come in the order of their names.
    pub(super) fn labels<'a>(&self, labels: impl Iterator<Item = (&'a str, &'a str)>) -> u64 {
        let mut hasher = self.0.build_hasher();
        for (name, value) in labels {
            name.hash(&mut hasher);
            value.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// The number of one series: of its labels, its name and its bound, each a number already.
    pub(super) fn series(labels: u64, name: u64, bound: u64) -> u64 {
        let bound = bound.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut mixed = labels ^ name.rotate_left(23) ^ bound.rotate_left(41);
        // The finisher of SplitMix64.
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The number of a text.
    pub(super) fn text(&self, text: &str) -> u64 {
        self.0.hash_one(text)
    }
}

/// Hashes numbers that are spread over all bits already.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AsItIs;

impl BuildHasher for AsItIs {
    type Hasher = Spread;

    fn build_hasher(&self) -> Spread {
        Spread(0)
    }
}

/// The number that came in.
#[derive(Debug)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}
