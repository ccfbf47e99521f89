//! The samples of the target being read: eight bytes each.

use super::combos::ComboId;
use super::rows::RowId;

/// Samples from which on repeated ones are looked for everywhere, not only right behind one another.
const COMPACT_FROM: usize = 1 << 20;

/// A sample: its label set in the upper half, its combo in the lower one, so that sorting groups by label
/// set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry(u64);

impl Entry {
    /// The sample of this label set, name and bounds.
    pub fn new(row: RowId, combo: ComboId) -> Self {
        Self(u64::from(row) << 32 | u64::from(combo))
    }

    /// Its label set.
    pub fn row(self) -> RowId {
        (self.0 >> 32) as RowId
    }

    /// Its name and bounds.
    pub fn combo(self) -> ComboId {
        self.0 as ComboId
    }
}

/// The samples in body order, as long as there are not very many: then sorted. Memory is bounded by the
/// series, however often a body repeats them.
#[derive(Debug)]
pub struct Entries {
    all: Vec<Entry>,
    /// Lines beyond those in `all`.
    repeats: Vec<(Entry, u64)>,
    compact_at: usize,
}

impl Default for Entries {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            repeats: Vec::new(),
            compact_at: COMPACT_FROM,
        }
    }
}

impl Entries {
    /// Adds a line that is kept as such, whether its series was there before or not.
    pub(super) fn push_line(&mut self, entry: Entry) {
        self.all.push(entry);
    }

    pub(super) fn push(&mut self, entry: Entry) {
        if self.all.last() == Some(&entry) {
            match self.repeats.last_mut() {
                Some((last, lines)) if *last == entry => *lines += 1,
                _ => self.repeats.push((entry, 1)),
            }
        } else {
            self.all.push(entry);
        }
        if self.all.len().max(self.repeats.len()) >= self.compact_at {
            self.compact();
        }
    }

    /// Moves every line but the first of each series to the repeats.
    fn compact(&mut self) {
        let Self {
            all,
            repeats,
            compact_at,
        } = self;
        all.sort_unstable();
        all.dedup_by(|entry, kept| {
            let again = entry == kept;
            if again {
                repeats.push((*entry, 1));
            }
            again
        });
        repeats.sort_unstable();
        repeats.dedup_by(|(entry, lines), (kept, all_lines)| {
            let again = entry == kept;
            if again {
                *all_lines += *lines;
            }
            again
        });
        // Sorting again only pays once there is as much again.
        *compact_at = COMPACT_FROM.max(2 * all.len()).max(2 * repeats.len());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Each series at least once. In body order, unless there were very many and lines are not kept.
    pub fn all(&self) -> &[Entry] {
        &self.all
    }

    /// Series, and how many lines they have beyond those in [`Entries::all`]; some more than once.
    pub fn repeats(&self) -> &[(Entry, u64)] {
        &self.repeats
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.repeats.clear();
        self.compact_at = COMPACT_FROM;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(entries: &Entries) -> u64 {
        let repeats = entries.repeats().iter().map(|(_, lines)| lines);
        entries.all().len() as u64 + repeats.sum::<u64>()
    }

    #[test]
    fn every_line_is_there_and_memory_follows_the_series() {
        let mut entries = Entries::default();
        let pushed = 3 * COMPACT_FROM as u64;
        for line in 0..pushed {
            entries.push(Entry::new((line % 3) as RowId, (line / 2 % 2) as ComboId));
        }
        assert_eq!(lines(&entries), pushed);
        assert!(entries.all().len() < COMPACT_FROM);
        assert!(entries.repeats().len() < COMPACT_FROM);
    }

    #[test]
    fn a_line_right_behind_its_like_costs_nothing() {
        let mut entries = Entries::default();
        for _ in 0..1000 {
            entries.push(Entry::new(1, 2));
        }
        assert_eq!(entries.all(), [Entry::new(1, 2)]);
        assert_eq!(entries.repeats(), [(Entry::new(1, 2), 999)]);
    }
}
