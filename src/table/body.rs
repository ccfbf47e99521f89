//! The body being read: its samples, and what it declares of its families.

use foldhash::HashMap;

use super::dictionary::KeyId;
use super::dictionary::TextId;
use super::entries::Entries;
use super::lines::Lines;
use super::measures::Measures;
use super::rows::Rows;
use crate::exposition::FamilyType;

/// What was read of one target.
#[derive(Debug, Default)]
pub struct Body {
    /// Its label sets.
    pub rows: Rows,
    /// Its samples.
    pub entries: Entries,
    /// Values and the like, where they are asked for.
    pub lines: Lines,
    /// Values of some names, where they are asked for.
    pub measures: Measures,
    /// Declared families, in order of their first metadata line.
    pub declared: Vec<Declared>,
    declared_index: HashMap<TextId, usize>,
    /// Bounds that are not written in their plainest spelling.
    pub odd_bounds: Vec<OddBound>,
    /// Sample names, with their lines and bytes.
    pub names: Vec<NameLines>,
    name_index: Vec<u32>,
}

/// What a target declares of one family.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Its name, in `Table::family_names`.
    pub family: TextId,
    /// The first type it declares.
    pub family_type: Option<FamilyType>,
    /// The first unit it declares.
    pub unit: Option<Box<[u8]>>,
    /// Bytes of all its metadata lines.
    pub body_bytes: u64,
}

/// Lines of one sample name in the target being read.
#[derive(Debug, Clone, Copy)]
pub struct NameLines {
    /// The name, in `Table::names`.
    pub name: TextId,
    /// How many lines.
    pub samples: u64,
    /// Their bytes, newlines included.
    pub body_bytes: u64,
}

/// A bound that is longer or shorter than its plainest spelling, under which it is counted.
#[derive(Debug, Clone, Copy)]
pub struct OddBound {
    /// Name of the sample.
    pub name: TextId,
    /// `le` or `quantile`.
    pub key: KeyId,
    /// Bytes that it is longer by.
    pub longer_by: i64,
}

impl Body {
    pub(super) fn count_line(&mut self, name: TextId, bytes: usize) {
        let index = self.name_index.get(name as usize).copied().unwrap_or(0);
        if index == 0 {
            self.name_index
                .resize(self.name_index.len().max(name as usize + 1), 0);
            self.names.push(NameLines {
                name,
                samples: 0,
                body_bytes: 0,
            });
            self.name_index[name as usize] = self.names.len() as u32;
        }
        let lines = &mut self.names[self.name_index[name as usize] as usize - 1];
        lines.samples += 1;
        lines.body_bytes += bytes as u64;
    }

    pub(super) fn declare(&mut self, family: TextId) -> &mut Declared {
        let declared = &mut self.declared;
        let index = *self.declared_index.entry(family).or_insert_with(|| {
            declared.push(Declared {
                family,
                family_type: None,
                unit: None,
                body_bytes: 0,
            });
            declared.len() - 1
        });
        &mut declared[index]
    }

    /// What this target declares of a family.
    pub fn declared(&self, family: TextId) -> Option<&Declared> {
        let index = *self.declared_index.get(&family)?;
        Some(&self.declared[index])
    }

    /// The type that this target declares for a family.
    pub fn declared_type(&self, family: TextId) -> Option<FamilyType> {
        self.declared(family)?.family_type
    }

    pub(super) fn clear(&mut self) {
        let Self {
            rows,
            entries,
            lines,
            measures,
            declared,
            declared_index,
            odd_bounds,
            names,
            name_index,
        } = self;
        rows.clear();
        entries.clear();
        lines.clear();
        measures.clear();
        declared.clear();
        declared_index.clear();
        odd_bounds.clear();
        for lines in names.drain(..) {
            name_index[lines.name as usize] = 0;
        }
    }
}
