//! The label sets of one target that fit a selector, and which lines of each were read.

use std::borrow::Cow;

use foldhash::HashMap;

use crate::exposition::Delta;
use crate::exposition::Sample;

/// Bounds by the text of their `le`, numbered once. Bounds come in the same order for each series, so the one that came
/// next last time is tried first.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    all: Vec<Bound>,
    index: HashMap<Vec<u8>, u32>,
    last: u32,
}

#[derive(Debug)]
struct Bound {
    text: Vec<u8>,
    /// `None` where it is no number.
    upper: Option<f64>,
    next: u32,
}

impl Bounds {
    /// The number of a bound, and the bound.
    pub(super) fn find(&mut self, text: &[u8]) -> (u32, Option<f64>) {
        let guess = self.all.get(self.last as usize).map_or(0, |last| last.next);
        let id = match self.all.get(guess as usize) {
            Some(bound) if bound.text == text => guess,
            _ => self.number(text),
        };
        if let Some(last) = self.all.get_mut(self.last as usize) {
            last.next = id;
        }
        self.last = id;
        (id, self.all[id as usize].upper)
    }

    fn number(&mut self, text: &[u8]) -> u32 {
        if let Some(&id) = self.index.get(text) {
            return id;
        }
        let id = self.all.len() as u32;
        let number = std::str::from_utf8(text).ok();
        let number = number.and_then(|text| text.parse::<f64>().ok());
        self.all.push(Bound {
            text: text.to_owned(),
            upper: number.filter(|number| !number.is_nan()),
            next: 0,
        });
        self.index.insert(text.to_owned(), id);
        id
    }

    /// The bounds that a set of numbers stands for, as comparable bits.
    pub(super) fn uppers(&self, set: &Seen) -> Vec<u64> {
        let all = self.all.iter().enumerate();
        let uppers = all.filter(|(id, _)| set.has(*id as u32));
        let mut uppers: Vec<u64> = uppers
            .filter_map(|(_, bound)| bound.upper)
            .map(|upper| (upper + 0.0).to_bits())
            .collect();
        uppers.sort_unstable();
        uppers.dedup();
        uppers
    }
}

/// A set of small numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen(Vec<u64>);

impl Seen {
    /// Whether the number is new.
    pub(super) fn insert(&mut self, number: u32) -> bool {
        let (word, bit) = (number as usize / 64, 1 << (number % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    fn has(&self, number: u32) -> bool {
        let word = self.0.get(number as usize / 64);
        word.is_some_and(|word| word & (1 << (number % 64)) != 0)
    }
}

/// One label set without `le`, of one family.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) family: u32,
    /// Numbers of the bounds whose line was read.
    pub(super) bounds: Seen,
    pub(super) has_sum: bool,
    pub(super) has_count: bool,
}

/// A label and its value.
type Pair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// The label sets of one target.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) all: Vec<Row>,
    index: HashMap<Box<[u8]>, u32>,
    key: Vec<u8>,
}

impl Rows {
    /// The number of the label set of a sample, and whether it is new.
    pub(super) fn find(&mut self, family: u32, sample: &Sample<'_>) -> (u32, bool) {
        let labels = sample.labels().map(|label| (label.name(), label.value()));
        let mut labels: Vec<Pair<'_>> = labels
            .filter(|(name, value)| **name != *b"le" && !value.is_empty())
            .collect();
        labels.sort_unstable();
        let Self { all, index, key } = self;
        key.clear();
        key.extend(family.to_le_bytes());
        for text in labels.iter().flat_map(|(name, value)| [name, value]) {
            key.extend((text.len() as u32).to_le_bytes());
            key.extend(&text[..]);
        }
        if let Some(&row) = index.get(&key[..]) {
            return (row, false);
        }
        let row = all.len() as u32;
        all.push(Row {
            family,
            bounds: Seen::default(),
            has_sum: false,
            has_count: false,
        });
        index.insert(key.clone().into(), row);
        (row, true)
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.index.clear();
    }
}

/// What was found of the sample before, so that a line which differs in its `le` alone needs no look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Last {
    pub(super) family: u32,
    /// `None` where its labels do not fit.
    pub(super) row: Option<u32>,
    /// Where its `le` stands.
    pub(super) le: Option<usize>,
}

impl Last {
    /// Whether a sample of the same family that follows has the same labels, `le` aside.
    pub(super) fn holds_for(&self, family: u32, sample: &Sample<'_>, le: Option<usize>) -> bool {
        self.family == family
            && match sample.delta() {
                Delta::Same => true,
                Delta::One(at) => le == Some(at) && self.le == Some(at),
                Delta::Many => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_has_one_number_in_whatever_order_it_comes() {
        let mut bounds = Bounds::default();
        let texts = ["1", "2", "+Inf", "1", "2", "+Inf", "2", "1.0", "x", "nan"];
        let found: Vec<_> = texts
            .iter()
            .map(|text| bounds.find(text.as_bytes()))
            .collect();
        let ids: Vec<u32> = found.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, [0, 1, 2, 0, 1, 2, 1, 3, 4, 5]);
        assert_eq!(found[2].1, Some(f64::INFINITY));
        assert_eq!((found[8].1, found[9].1), (None, None));
    }

    #[test]
    fn one_bound_written_twice_is_one_in_a_shape() {
        let mut bounds = Bounds::default();
        let mut sets = [Seen::default(), Seen::default()];
        for (set, text) in [(0, "1"), (1, "1.0"), (1, "1"), (0, "x")] {
            let (id, _) = bounds.find(text.as_bytes());
            sets[set].insert(id);
        }
        assert_ne!(sets[0], sets[1]);
        assert_eq!(bounds.uppers(&sets[0]), bounds.uppers(&sets[1]));
    }

    #[test]
    fn large_numbers_are_remembered_too() {
        let mut seen = Seen::default();
        assert!(seen.insert(700));
        assert!(!seen.insert(700));
        assert!(seen.insert(636));
    }
}
