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
        mix(labels ^ name.rotate_left(23) ^ bound.rotate_left(41))
    }

    /// The number of a text.
    pub(super) fn text(&self, text: &str) -> u64 {
        self.0.hash_one(text)
    }
}

/// What a series of these labels and this bound adds to the fingerprint of its name. Sums of these do not depend
/// on any order; and those of all bounds of a label set are one product, as it is one for each of them.
pub(super) fn mark(labels: u64, bound: u64) -> u128 {
    mark_of_labels(labels).wrapping_mul(mark_of_bound(bound))
}

/// The factor of the labels.
pub(super) fn mark_of_labels(labels: u64) -> u128 {
    wide(labels ^ 0x6a09_e667_f3bc_c908)
}

/// The factor of a bound.
pub(super) fn mark_of_bound(bound: u64) -> u128 {
    wide(bound ^ 0xbb67_ae85_84ca_a73b)
}

/// Twice as many bits that look random, the last one set: no factor of another is lost in a product.
fn wide(number: u64) -> u128 {
    let high = mix(number);
    let low = mix(high ^ number.rotate_left(32)) | 1;
    u128::from(high) << 64 | u128::from(low)
}

/// The finisher of `SplitMix64`.
fn mix(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
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
