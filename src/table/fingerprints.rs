//! Fingerprints of series: numbers of 128 bits that are the same in every table for the same name and labels.
//!
//! Names and label pairs are hashed once for each worker, label sets once for each target; a series is the sum of its
//! parts, so that the order of its labels makes no difference, and an empty value is no label. They are seeded anew in
//! each run; among a billion series two would be taken for one once in 10^20 runs.

use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::Table;
use super::dictionary::PairId;
use super::entries::Entry;

/// Makes fingerprints of the series of one worker's tables.
#[derive(Debug)]
pub struct Fingerprints {
    seed: u64,
    pairs: Vec<u128>,
    names: Vec<u128>,
    rows: Vec<Option<u128>>,
}

impl Fingerprints {
    /// Those of one seed; only such can be compared. `seed` is any number that nobody knows beforehand.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            pairs: Vec::new(),
            names: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Forgets the label sets of the target before.
    pub fn begin(&mut self) {
        self.rows.clear();
    }

    /// The fingerprint of a sample of the target being read.
    pub fn of(&mut self, entry: Entry, table: &Table) -> u128 {
        let combo = table.combos.all[entry.combo() as usize];
        let mut sum = self.row(entry, table);
        for bound in combo.bounds.iter() {
            sum = sum.wrapping_add(self.pair(bound, table));
        }
        let at = combo.name as usize;
        while self.names.len() <= at {
            let name = table.names.text(self.names.len() as u32);
            // Another seed, so that a name is no pair.
            self.names.push(xxh3_128_with_seed(name, !self.seed));
        }
        sum.wrapping_add(self.names[at])
    }

    fn row(&mut self, entry: Entry, table: &Table) -> u128 {
        let at = entry.row() as usize;
        if self.rows.len() <= at {
            self.rows.resize(table.body.rows.len().max(at + 1), None);
        }
        if let Some(sum) = self.rows[at] {
            return sum;
        }
        let mut sum = 0_u128;
        for &pair in table.body.rows.pairs(entry.row()) {
            let known = table.pairs.entry(pair);
            if !known.empty {
                sum = sum.wrapping_add(self.pair(known.canonical, table));
            }
        }
        self.rows[at] = Some(sum);
        sum
    }

    fn pair(&mut self, pair: PairId, table: &Table) -> u128 {
        while self.pairs.len() <= pair as usize {
            let text = table.pairs.text(self.pairs.len() as PairId);
            self.pairs.push(xxh3_128_with_seed(text, self.seed));
        }
        self.pairs[pair as usize]
    }
}
