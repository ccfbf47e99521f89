//! What is kept of each sample line beyond its name and labels, where someone asks for it.

use std::ops::Range;

use super::dictionary::TextId;
use crate::exposition::FamilyType;
use crate::exposition::Sample;

/// How much is kept of each line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Keep {
    /// Nothing: repeated lines are counted and forgotten.
    #[default]
    Nothing,
    /// That it was there, in body order, and how long its value is written.
    Lengths,
    /// Its value as well.
    Values,
}

/// A metadata line and its place among the samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// How many samples stood before it.
    pub after: usize,
    /// The name it speaks of, in `Table::family_names`.
    pub family: TextId,
    /// What it says.
    pub what: Declares,
}

/// What a metadata line says. Prometheus text has no units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declares {
    /// `# TYPE`.
    Type(FamilyType),
    /// `# HELP`, escapes left in.
    Help(Box<[u8]>),
}

/// Columns beside the entries of a body, one item for each line; empty where they are not kept.
#[derive(Debug, Default)]
pub struct Lines {
    keep: Keep,
    value_bytes: Vec<u8>,
    values: Vec<f64>,
    /// Empty as long as no line has one.
    timestamps: Vec<Option<i64>>,
    declarations: Vec<Declaration>,
}

impl Lines {
    /// Says how much to keep from the next body on.
    pub(super) fn keep(&mut self, keep: Keep) {
        self.keep = keep;
    }

    /// How much is kept.
    pub fn kept(&self) -> Keep {
        self.keep
    }

    pub(super) fn push(&mut self, sample: &Sample<'_>) {
        let length = sample.value_bytes().min(usize::from(u8::MAX));
        if self.keep == Keep::Values {
            self.values.push(sample.value());
        }
        if sample.timestamp().is_some() || !self.timestamps.is_empty() {
            self.timestamps.resize(self.value_bytes.len(), None);
            let number = |text| std::str::from_utf8(text).ok()?.parse().ok();
            self.timestamps.push(sample.timestamp().and_then(number));
        }
        self.value_bytes.push(length as u8);
    }

    /// How long the value is written on a line; at most 255.
    pub fn value_bytes(&self, line: usize) -> u64 {
        self.value_bytes
            .get(line)
            .map_or(0, |&length| length.into())
    }

    /// The value on a line; `NaN` where values are not kept.
    pub fn value(&self, line: usize) -> f64 {
        self.values.get(line).copied().unwrap_or(f64::NAN)
    }

    /// Bytes of the values on some lines, each at most 255.
    pub fn value_bytes_of(&self, lines: Range<usize>) -> u64 {
        let lengths = self.value_bytes.get(lines).unwrap_or_default();
        lengths.iter().map(|&length| u64::from(length)).sum()
    }

    /// Whether some line has a timestamp.
    pub fn has_timestamps(&self) -> bool {
        !self.timestamps.is_empty()
    }

    /// The timestamp on a line, in milliseconds, if it is a whole number of them.
    pub fn timestamp(&self, line: usize) -> Option<i64> {
        self.timestamps.get(line).copied().flatten()
    }

    pub(super) fn declare(&mut self, family: TextId, what: Declares) {
        if self.keep != Keep::Nothing {
            let after = self.value_bytes.len();
            self.declarations.push(Declaration {
                after,
                family,
                what,
            });
        }
    }

    /// The metadata lines in body order.
    pub fn declarations(&self) -> &[Declaration] {
        &self.declarations
    }

    pub(super) fn clear(&mut self) {
        let Self {
            keep: _,
            value_bytes,
            values,
            timestamps,
            declarations,
        } = self;
        declarations.clear();
        value_bytes.clear();
        values.clear();
        timestamps.clear();
    }
}
