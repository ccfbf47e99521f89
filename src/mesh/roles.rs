//! Finds the labels that matter in a label set: one look at each pair, by its number.

use crate::table::PairId;
use crate::table::RowId;
use crate::table::Table;

use super::Text;

/// Most labels that a dialect looks at.
pub(super) const MOST: usize = 40;

/// Pairs by role; [`MISSING`] or [`EMPTY`] where there is no value.
pub(super) type Filled = [PairId; MOST];

/// No such label.
pub(super) const MISSING: PairId = PairId::MAX;

/// A label without a value: to Prometheus the same as none, but its proxy wrote it.
const EMPTY: PairId = PairId::MAX - 1;

/// Which labels matter, and in which place each belongs.
#[derive(Debug)]
pub(super) struct Roles {
    names: &'static [&'static str],
    /// Place of each label name by its number, `u8::MAX` for those that do not matter.
    by_key: Vec<u8>,
}

impl Roles {
    pub(super) fn new(names: &'static [&'static str]) -> Self {
        debug_assert!(names.len() <= MOST);
        Self {
            names,
            by_key: Vec::new(),
        }
    }

    /// Learns the label names that are new.
    fn learn(&mut self, table: &Table) {
        while self.by_key.len() < table.pairs.key_count() {
            let name = table.pairs.key_name(self.by_key.len() as u32);
            let place = self.names.iter().position(|known| known.as_bytes() == name);
            self.by_key.push(place.map_or(u8::MAX, |place| place as u8));
        }
    }

    /// The pairs of a label set, each in its place.
    pub(super) fn fill(&mut self, row: RowId, table: &Table) -> Filled {
        self.learn(table);
        let mut filled = [MISSING; MOST];
        for &pair in table.body.rows.pairs(row) {
            let entry = table.pairs.entry(pair);
            let place = self.by_key[entry.key as usize];
            if place != u8::MAX {
                filled[place as usize] = if entry.empty { EMPTY } else { entry.canonical };
            }
        }
        filled
    }
}

/// Label values as text, each once.
#[derive(Debug, Default)]
pub(super) struct Values {
    texts: Vec<Option<Text>>,
}

impl Values {
    /// The value of a pair; `None` where there is no pair.
    pub(super) fn get(&mut self, pair: PairId, table: &Table) -> Option<Text> {
        if pair >= EMPTY {
            return None;
        }
        let at = pair as usize;
        if self.texts.len() <= at {
            self.texts.resize(at + 1, None);
        }
        let text = self.texts[at].get_or_insert_with(|| {
            let value = table.pairs.value(pair);
            Text::from(String::from_utf8_lossy(&value))
        });
        Some(Text::clone(text))
    }
}

/// A label set as its dialect reads it: values by place.
pub(super) struct Labels<'a> {
    pub(super) filled: Filled,
    pub(super) values: &'a mut Values,
    pub(super) table: &'a Table,
}

impl Labels<'_> {
    /// The value in a place.
    pub(super) fn get(&mut self, place: usize) -> Option<Text> {
        self.values.get(self.filled[place], self.table)
    }

    /// Whether there is a label in a place, be it an empty one.
    pub(super) fn has(&self, place: usize) -> bool {
        self.filled[place] != MISSING
    }

    /// The first value in some places.
    pub(super) fn first(&mut self, places: std::ops::Range<usize>) -> Option<Text> {
        let found = places.into_iter().find(|&place| self.filled[place] < EMPTY);
        found.and_then(|place| self.get(place))
    }
}
