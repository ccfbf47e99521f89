//! The distinct label sets of one target.

use hashbrown::HashTable;

use super::dictionary::PairId;
use super::dictionary::Pairs;

/// Number of a label set within one target.
pub type RowId = u32;

/// Label sets as written, without the structural label, each numbered once; and for each the first one
/// that is the same series: the same pairs in any order, empty values aside.
#[derive(Debug, Default)]
pub struct Rows {
    /// The first spelling of each label set, by its sum.
    by_set: HashTable<RowId>,
    /// The others, by a sum that minds their order.
    by_spelling: HashTable<RowId>,
    pairs: Vec<PairId>,
    /// Where each row ends in `pairs`.
    ends: Vec<usize>,
    /// What each row is found by.
    sums: Vec<u64>,
    canonical: Vec<RowId>,
    /// Some row is written in two ways, or some pair not in its plainest spelling.
    odd_spellings: bool,
}

impl Rows {
    pub(super) fn clear(&mut self) {
        let Self {
            by_set,
            by_spelling,
            pairs,
            ends,
            sums,
            canonical,
            odd_spellings,
        } = self;
        by_set.clear();
        by_spelling.clear();
        pairs.clear();
        ends.clear();
        sums.clear();
        canonical.clear();
        *odd_spellings = false;
    }

    /// The pairs of a row in the order they were written, those with an empty value among them.
    pub fn pairs(&self, row: RowId) -> &[PairId] {
        slice(&self.pairs, &self.ends, row)
    }

    /// How many labels a row has: its pairs but those with an empty value.
    pub fn label_count(&self, row: RowId, pairs: &Pairs) -> usize {
        let of_row = self.pairs(row).iter();
        of_row.filter(|&&pair| !pairs.entry(pair).empty).count()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The first row that is the same label set.
    pub fn canonical(&self, row: RowId) -> RowId {
        self.canonical[row as usize]
    }

    /// Whether some row has another canonical row than itself, or a pair that is not canonical.
    pub fn has_odd_spellings(&self) -> bool {
        self.odd_spellings
    }

    /// The number of the label set `written`.
    ///
    /// Label sets are found by the sum of their pairs' mixes, which is the same for all their spellings, and
    /// told apart by comparing their pairs. Other spellings are found by a sum that minds their order, so
    /// that a target which writes its labels in a thousand orders costs no more than another.
    pub(super) fn intern(&mut self, written: &[PairId], pairs: &Pairs) -> RowId {
        let mixes = written.iter().map(|&pair| pairs.mix(pair));
        let sum = mixes.fold(0_u64, u64::wrapping_add);
        let first = self.by_set.find(sum, |&row| {
            self.sums[row as usize] == sum && self.pairs(row) == written
        });
        if let Some(&row) = first {
            return row;
        }
        let order = ordered(written, pairs);
        let again = self
            .by_spelling
            .find(order, |&row| self.pairs(row) == written);
        if let Some(&row) = again {
            return row;
        }
        let canonical = self.same_label_set(written, sum, pairs);
        let row = self.ends.len() as RowId;
        let is_odd = |&pair: &PairId| pairs.entry(pair).canonical != pair;
        self.odd_spellings |= canonical.is_some() || written.iter().any(is_odd);
        self.canonical.push(canonical.unwrap_or(row));
        self.pairs.extend_from_slice(written);
        self.ends.push(self.pairs.len());
        self.sums
            .push(if canonical.is_none() { sum } else { order });
        let hash = |row: &RowId| self.sums[*row as usize];
        if canonical.is_none() {
            self.by_set.insert_unique(sum, row, hash);
        } else {
            self.by_spelling.insert_unique(order, row, hash);
        }
        row
    }

    fn same_label_set(&self, written: &[PairId], sum: u64, pairs: &Pairs) -> Option<RowId> {
        let same = |&row: &RowId| {
            self.sums[row as usize] == sum
                && label_set(self.pairs(row), pairs) == label_set(written, pairs)
        };
        self.by_set.find(sum, same).copied()
    }
}

/// A sum of the pairs' mixes that is another one for another order.
fn ordered(written: &[PairId], pairs: &Pairs) -> u64 {
    written.iter().fold(1, |sum: u64, &pair| {
        // Empty values have no mix, and yet are part of a spelling.
        sum.rotate_left(5)
            .wrapping_add(pairs.mix(pair) ^ u64::from(pair))
    })
}

fn slice<'a>(pairs: &'a [PairId], ends: &[usize], row: RowId) -> &'a [PairId] {
    let row = row as usize;
    let start = row.checked_sub(1).map_or(0, |before| ends[before]);
    &pairs[start..ends[row]]
}

fn label_set(written: &[PairId], pairs: &Pairs) -> Vec<PairId> {
    let entries = written.iter().map(|&pair| pairs.entry(pair));
    let mut set: Vec<_> = entries
        .filter(|pair| !pair.empty)
        .map(|pair| pair.canonical)
        .collect();
    set.sort_unstable();
    set
}
