//! The target being read: its samples, and what it declares of its families.

use foldhash::HashMap;

use super::dictionary::KeyId;
use super::dictionary::TextId;
use super::entries::Entries;
use super::rows::Rows;
use crate::exposition::FamilyType;

/// The target being read.
#[derive(Debug, Default)]
pub(super) struct Target {
    pub(super) rows: Rows,
    pub(super) entries: Entries,
    /// Declared families, in order of their first metadata line.
    pub(super) declared: Vec<Declared>,
    declared_index: HashMap<TextId, usize>,
    /// Bounds that are not written in their plainest spelling.
    pub(super) odd_bounds: Vec<OddBound>,
    /// Sample names, with their lines and bytes.
    pub(super) names: Vec<NameLines>,
    name_index: Vec<u32>,
}

/// What a target declares of one family.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) family: TextId,
    pub(super) family_type: Option<FamilyType>,
    pub(super) unit: Option<Box<[u8]>>,
    pub(super) body_bytes: u64,
}

/// Lines of one sample name in the target being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct NameLines {
    pub(super) name: TextId,
    pub(super) samples: u64,
    pub(super) body_bytes: u64,
}

/// A bound that is longer or shorter than its plainest spelling, under which it is counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct OddBound {
    pub(super) name: TextId,
    pub(super) key: KeyId,
    pub(super) longer_by: i64,
}

impl Target {
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

    /// The type that this target declares for a family.
    pub(super) fn declared_type(&self, family: TextId) -> Option<FamilyType> {
        let index = *self.declared_index.get(&family)?;
        self.declared[index].family_type
    }

    pub(super) fn clear(&mut self) {
        let Self {
            rows,
            entries,
            declared,
            declared_index,
            odd_bounds,
            names,
            name_index,
        } = self;
        rows.clear();
        entries.clear();
        declared.clear();
        declared_index.clear();
        odd_bounds.clear();
        for lines in names.drain(..) {
            name_index[lines.name as usize] = 0;
        }
    }
}
