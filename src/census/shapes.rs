//! Which sample names and bounds each label set of a family occurs with.

use std::hash::BuildHasher;
use std::ops::Range;

use crate::table::Combo;
use crate::table::ComboId;
use crate::table::KeyId;
use crate::table::LE;
use crate::table::NO_BOUND;
use crate::table::PairId;
use crate::table::QUANTILE;
use crate::table::TextId;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// The combos of each row, as a shape that rows share: all label sets of a histogram have the same buckets.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    /// Combos of all rows, row by row, sorted within each.
    combos: Vec<ComboId>,
    distinct: Vec<Shape>,
    /// Indexes into `distinct`, by what the shapes hold.
    index: HashTable<u32>,
    /// Shape of each row.
    of_row: Vec<u32>,
}

/// A set of combos.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    range: Range<usize>,
    /// Rows that have it.
    pub(super) rows: u64,
}

/// What a bound costs in one family of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BoundCost {
    pub(super) key: KeyId,
    /// Series that vanish without it.
    pub(super) saving: u64,
}

impl Shapes {
    pub(super) fn clear(&mut self) {
        self.combos.clear();
        self.distinct.clear();
        self.index.clear();
        self.of_row.clear();
    }

    /// Adds the next row with its sorted, distinct combos.
    pub(super) fn add_row(&mut self, combos: impl Iterator<Item = ComboId>) {
        let start = self.combos.len();
        self.combos.extend(combos);
        let shape = self.shape_of(start..self.combos.len());
        self.distinct[shape].rows += 1;
        self.of_row.push(shape as u32);
    }

    fn shape_of(&mut self, range: Range<usize>) -> usize {
        let is_it = |shape: &Shape| self.combos[shape.range.clone()] == self.combos[range.clone()];
        let last = self.of_row.last().map(|&shape| shape as usize);
        if let Some(last) = last.filter(|&last| is_it(&self.distinct[last])) {
            return last;
        }
        let hash = |range: &Range<usize>| hash_of(&self.combos[range.clone()]);
        let found = self.index.entry(
            hash(&range),
            |&known| is_it(&self.distinct[known as usize]),
            |&known| hash(&self.distinct[known as usize].range),
        );
        match found {
            Entry::Occupied(known) => *known.get() as usize,
            Entry::Vacant(vacant) => {
                vacant.insert(self.distinct.len() as u32);
                self.distinct.push(Shape { range, rows: 0 });
                self.distinct.len() - 1
            }
        }
    }

    pub(super) fn row_count(&self) -> usize {
        self.of_row.len()
    }

    pub(super) fn shapes(&self) -> &[Shape] {
        &self.distinct
    }

    pub(super) fn of_row(&self, row: usize) -> u32 {
        self.of_row[row]
    }

    pub(super) fn combos(&self, shape: &Shape) -> &[ComboId] {
        &self.combos[shape.range.clone()]
    }

    /// Series of the row.
    pub(super) fn width(&self, row: usize) -> u64 {
        self.distinct[self.of_row[row] as usize].range.len() as u64
    }

    /// Series that collapse when these rows become one: those whose combo occurs in a row before.
    pub(super) fn collapse(&self, rows: &[u32]) -> u64 {
        let first = self.of_row(rows[0] as usize);
        let others = &rows[1..];
        if others.iter().all(|&row| self.of_row(row as usize) == first) {
            return others.iter().map(|&row| self.width(row as usize)).sum();
        }
        let combos = |row: &u32| self.combos(&self.distinct[self.of_row(*row as usize) as usize]);
        let mut all: Vec<_> = rows.iter().flat_map(combos).collect();
        let before = all.len();
        all.sort_unstable();
        all.dedup();
        (before - all.len()) as u64
    }

    /// The bounds of the family, with what each costs.
    pub(super) fn bound_costs(&self, all: &[Combo]) -> Vec<BoundCost> {
        let cost = |key: KeyId| {
            let savings = self.distinct.iter().filter_map(|shape| {
                let saving = self.bound_saving(shape, key, all)?;
                Some(saving * shape.rows)
            });
            let saving = savings.reduce(|a, b| a + b)?;
            Some(BoundCost { key, saving })
        };
        [LE, QUANTILE].into_iter().filter_map(cost).collect()
    }

    /// For one row of `shape`: how many series fewer it has without the bound `key`. `None` where it has
    /// no such bound.
    fn bound_saving(&self, shape: &Shape, key: KeyId, all: &[Combo]) -> Option<u64> {
        let combos = || self.combos(shape).iter().map(|&combo| all[combo as usize]);
        let split = |combo: Combo| match key {
            LE => (combo.bounds.le, (combo.name, combo.bounds.quantile)),
            _ => (combo.bounds.quantile, (combo.name, combo.bounds.le)),
        };
        if combos().all(|combo| split(combo).0 == NO_BOUND) {
            return None;
        }
        let mut rest: Vec<(TextId, PairId)> = combos().map(|combo| split(combo).1).collect();
        let before = rest.len();
        rest.sort_unstable();
        rest.dedup();
        Some((before - rest.len()) as u64)
    }

    /// Series of each bound, by its pair.
    pub(super) fn bound_values<'a>(
        &'a self,
        all: &'a [Combo],
    ) -> impl Iterator<Item = (PairId, u64)> + 'a {
        self.distinct.iter().flat_map(move |shape| {
            let combos = self.combos(shape).iter();
            let bounds = combos.flat_map(move |&combo| all[combo as usize].bounds.iter());
            bounds.map(|bound| (bound, shape.rows))
        })
    }
}

fn hash_of(combos: &[ComboId]) -> u64 {
    FixedState::default().hash_one(combos)
}
