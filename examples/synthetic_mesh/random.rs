//! Reproducible numbers: `SplitMix64`, as published by Steele, Lea and Flood (OOPSLA 2014).
//!
//! Written out rather than taken from a crate: fixtures are compared byte for byte, so the stream of numbers
//! must not change with a dependency.

/// A stream of numbers fixed by its seed.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The stream for one thing (a pod, an edge) out of many that share a seed.
    pub(crate) fn of(seed: u64, thing: &str) -> Self {
        let mut state = seed;
        for byte in thing.bytes() {
            state = mix(state ^ u64::from(byte));
        }
        Self(state)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number in `low..=high`; the bias of the remainder does not matter here.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// A name of `length` characters from the alphabet Kubernetes uses for generated names.
    pub(crate) fn name(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        (0..length)
            .map(|_| char::from(ALPHABET[self.next() as usize % ALPHABET.len()]))
            .collect()
    }
}

fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
