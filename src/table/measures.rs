//! The values of those samples that somebody measures by, such as counts of calls.

use super::entries::Entry;

/// Whether the samples of this name are measured by; the name as in `Table::names`.
pub type Wanted = fn(&[u8]) -> bool;

/// Measures from which on repeated ones are dropped.
const COMPACT_FROM: usize = 1 << 20;

/// A sample and its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// Its label set, name and bounds.
    pub entry: Entry,
    /// Its value.
    pub value: f64,
}

/// The values of the names that are wanted, of the target being read: sixteen bytes for each series.
#[derive(Debug)]
pub struct Measures {
    wanted: Option<Wanted>,
    all: Vec<Measure>,
    compact_at: usize,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            wanted: None,
            all: Vec::new(),
            compact_at: COMPACT_FROM,
        }
    }
}

impl Measures {
    pub(super) fn want(&mut self, wanted: Wanted) {
        self.wanted = Some(wanted);
    }

    pub(super) fn wants(&self, name: &[u8]) -> bool {
        self.wanted.is_some_and(|wanted| wanted(name))
    }

    pub(super) fn push(&mut self, measure: Measure) {
        self.all.push(measure);
        if self.all.len() >= self.compact_at {
            // Of a repeated series the first value stands, as in Prometheus: this sort keeps their order.
            self.all.sort_by_key(|measure| measure.entry);
            self.all.dedup_by_key(|measure| measure.entry);
            self.compact_at = COMPACT_FROM.max(2 * self.all.len());
        }
    }

    /// The first value of each series, and perhaps further ones of it behind.
    pub fn all(&self) -> &[Measure] {
        &self.all
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.compact_at = COMPACT_FROM;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_repeated_series_the_first_value_stays_and_memory_is_bounded() {
        let mut measures = Measures::default();
        for line in 0..3 * COMPACT_FROM {
            measures.push(Measure {
                entry: Entry::new((line % 3) as u32, 0),
                value: line as f64,
            });
        }
        assert!(measures.all().len() <= COMPACT_FROM);
        let first = |row| {
            let mut all = measures.all().iter();
            all.find(|measure| measure.entry.row() == row)
                .map(|measure| measure.value)
        };
        assert_eq!(
            [first(0), first(1), first(2)],
            [Some(0.0), Some(1.0), Some(2.0)]
        );
    }
}
