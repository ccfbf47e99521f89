//! What one worker knows of one family, and which family a sample name belongs to.

use foldhash::HashMap;
use hashbrown::HashTable;

use super::determinants::Determinants;
use crate::exposition::FamilyType;
use crate::table::KeyId;
use crate::table::PairId;
use crate::table::Table;
use crate::table::TextId;

/// Counts of one family over the targets folded in so far.
#[derive(Debug, Default)]
pub(super) struct FamilyTally {
    /// Some target declares it or has a sample of it.
    pub(super) seen: bool,
    /// How many targets declare which type.
    pub(super) types: Vec<(FamilyType, u64)>,
    pub(super) units: Vec<Box<[u8]>>,
    pub(super) sample_names: Vec<TextId>,
    pub(super) samples: u64,
    pub(super) series: u64,
    pub(super) body_bytes: u64,
    pub(super) otlp_data_points: u64,
    /// Target index and series, for targets that have any.
    pub(super) series_per_target: Vec<(u32, u64)>,
    pub(super) labels: Vec<LabelTally>,
    pub(super) label_of_key: HashMap<KeyId, usize>,
    /// Series by their number of labels, where that is asked for.
    pub(super) label_counts: Vec<u64>,
    pub(super) values: ValueCounts,
    pub(super) determinants: Determinants,
}

/// Counts of one label of one family.
#[derive(Debug, Clone)]
pub(super) struct LabelTally {
    pub(super) key: KeyId,
    pub(super) marginal_saving: u64,
    pub(super) body_bytes: u64,
    pub(super) structural: bool,
    /// In some target, label sets that differ in this label alone go with different sample names or
    /// bounds: removing it costs no series, and yet no labels determine it.
    pub(super) apart: bool,
}

impl FamilyTally {
    /// Index of the label `key`, which is added where it is new. `near` is a first guess.
    pub(super) fn label(&mut self, key: KeyId, near: usize) -> usize {
        if self.labels.get(near).is_some_and(|label| label.key == key) {
            return near;
        }
        if let Some(at) = self.find_label(key) {
            return at;
        }
        self.label_of_key.insert(key, self.labels.len());
        self.labels.push(LabelTally {
            key,
            marginal_saving: 0,
            body_bytes: 0,
            structural: false,
            apart: false,
        });
        self.determinants.add_label();
        self.labels.len() - 1
    }

    /// Index of the label `key`, if the family has it.
    pub(super) fn find_label(&self, key: KeyId) -> Option<usize> {
        self.label_of_key.get(&key).copied()
    }

    pub(super) fn count_type(&mut self, family_type: FamilyType, targets: u64) {
        match self
            .types
            .iter_mut()
            .find(|(known, _)| *known == family_type)
        {
            Some((_, count)) => *count += targets,
            None => self.types.push((family_type, targets)),
        }
    }

    pub(super) fn add_sample_name(&mut self, name: TextId) {
        if !self.sample_names.contains(&name) {
            self.sample_names.push(name);
        }
    }

    pub(super) fn add_unit(&mut self, unit: &[u8]) {
        if !self.units.iter().any(|known| **known == *unit) {
            self.units.push(unit.into());
        }
    }
}

/// Series by canonical label pair.
#[derive(Debug, Default)]
pub(super) struct ValueCounts {
    table: HashTable<(PairId, u64)>,
}

impl ValueCounts {
    pub(super) fn add(&mut self, pair: PairId, series: u64) {
        self.table
            .entry(
                spread(pair),
                |&(known, _)| known == pair,
                |&(known, _)| spread(known),
            )
            .or_insert((pair, 0))
            .get_mut()
            .1 += series;
    }

    /// In no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (PairId, u64)> + '_ {
        self.table.iter().copied()
    }
}

/// Spreads small numbers over all bits of a hash (Fibonacci hashing).
fn spread(pair: PairId) -> u64 {
    let product = u64::from(pair).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

/// Which family of the target being read a sample name belongs to, as a name; and the type that it has there.
///
/// A name belongs to the family declared under it, else to the one declared under what is left without the
/// suffix that the family's type gives its samples (OpenMetrics 1.0, "Metric types"; Prometheus text 0.0.4
/// for `_bucket`, `_sum` and `_count`), else to a family of its own.
pub fn family_of<'a>(name: &'a [u8], table: &Table) -> (&'a [u8], FamilyType) {
    let declared = |name: &[u8]| table.body.declared_type(table.family_names.find(name)?);
    if let Some(family_type) = declared(name) {
        return (name, family_type);
    }
    let suffix_at = name.iter().rposition(|&byte| byte == b'_').unwrap_or(0);
    let (stem, suffix) = name.split_at(suffix_at);
    if let Some(family_type) = declared(stem)
        && has_suffix(family_type, suffix)
    {
        return (stem, family_type);
    }
    (name, FamilyType::Unknown)
}

fn has_suffix(family_type: FamilyType, suffix: &[u8]) -> bool {
    match family_type {
        FamilyType::Counter => matches!(suffix, b"_total" | b"_created"),
        FamilyType::Histogram => matches!(suffix, b"_bucket" | b"_sum" | b"_count" | b"_created"),
        FamilyType::GaugeHistogram => matches!(suffix, b"_bucket" | b"_gsum" | b"_gcount"),
        FamilyType::Summary => matches!(suffix, b"_sum" | b"_count" | b"_created"),
        FamilyType::Info => suffix == b"_info",
        FamilyType::Gauge | FamilyType::StateSet | FamilyType::Unknown => false,
    }
}
