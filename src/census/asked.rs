//! What is counted only where somebody asks for it: how many labels series have, and which values are whose.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use foldhash::HashSet;
use globset::GlobMatcher;

use super::family::FamilyTally;
use super::tally::Tally;
use crate::exposition::unescape;
use crate::table::Entry;
use crate::table::KeyId;
use crate::table::PairId;

/// What to count beyond the usual.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// How many labels series have.
    pub labels_per_series: bool,
    /// How many series each sample name has.
    pub names: bool,
    /// The labels whose values are told apart family by family: those whose name one of these matches; `None` is any
    /// name.
    pub values_of: Vec<Option<GlobMatcher>>,
}

/// How many labels series have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelSpread {
    /// Fewest.
    pub min: u64,
    /// Median; the mean of the middle two where their number is even.
    pub median: f64,
    /// Most.
    pub max: u64,
}

/// How many labels the series of all targets have.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelsPerSeries {
    /// The count, `le` and `quantile` among the labels and empty values not.
    pub spread: LabelSpread,
    /// The family that holds the series with the most labels; the first by name where several do.
    pub widest: String,
}

/// One label of the series of one family, with its values as numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelValues {
    /// Name of the family.
    pub family: String,
    /// Name of the label.
    pub label: String,
    /// Series that carry it with a value.
    pub series: u64,
    /// Its distinct values, each a number, ascending. Within one list, the same number stands for the same value of
    /// the same label, whatever the family.
    pub values: Vec<u32>,
}

impl LabelSpread {
    /// Of the number of series for each number of labels; `None` where there are none.
    pub fn of(counts: &[u64]) -> Option<Self> {
        let total: u64 = counts.iter().sum();
        let at = |place: u64| {
            let mut before = 0;
            counts
                .iter()
                .position(|&series| {
                    before += series;
                    before > place
                })
                .unwrap_or(0) as u64
        };
        (total > 0).then(|| Self {
            min: at(0),
            median: (at((total - 1) / 2) + at(total / 2)) as f64 / 2.0,
            max: at(total - 1),
        })
    }
}

impl LabelValues {
    /// Each label over the families that are wanted: how many series carry it, and how many distinct values it has.
    pub fn together(
        all: &[Self],
        mut wanted: impl FnMut(&str) -> bool,
    ) -> BTreeMap<&str, (u64, u64)> {
        let mut labels: BTreeMap<&str, (u64, BTreeSet<u32>)> = BTreeMap::new();
        for of_family in all.iter().filter(|label| wanted(&label.family)) {
            let (series, values) = labels.entry(&of_family.label).or_default();
            *series += of_family.series;
            values.extend(&of_family.values);
        }
        let labels = labels.into_iter();
        labels
            .map(|(label, (series, values))| (label, (series, values.len() as u64)))
            .collect()
    }
}

impl Tally {
    /// Says what to count beyond the usual, before the first target.
    pub fn ask(&mut self, asked: Asked) {
        self.asked = asked;
    }

    /// Counts the series of each name of the target being read, of which there are so many in all.
    pub(super) fn count_names(&mut self, series: u64) {
        let table = &self.table;
        let counts = &mut self.series_of_name;
        counts.resize(counts.len().max(table.names.len()), 0);
        let lines: u64 = table.body.names.iter().map(|lines| lines.samples).sum();
        if lines == series {
            for lines in &table.body.names {
                counts[lines.name as usize] += lines.samples;
            }
            return;
        }
        let mut seen = HashSet::default();
        for entry in table.body.entries.all() {
            let row = table.body.rows.canonical(entry.row());
            if seen.insert(Entry::new(row, entry.combo())) {
                counts[table.combos.all[entry.combo() as usize].name as usize] += 1;
            }
        }
    }

    /// The series of each name, by name. One name may be written in two ways.
    pub(super) fn names(&self) -> Vec<(String, u64)> {
        let mut names: BTreeMap<String, u64> = BTreeMap::new();
        for (name, &series) in self.series_of_name.iter().enumerate() {
            if series > 0 {
                let name = unescape(self.table.names.text(name as u32));
                let name = String::from_utf8_lossy(&name).into_owned();
                *names.entry(name).or_default() += series;
            }
        }
        names.into_iter().collect()
    }

    /// How many labels the series of these families have, which are in the order of their names.
    pub(super) fn labels_per_series(
        families: &[(Vec<u8>, FamilyTally)],
    ) -> Option<LabelsPerSeries> {
        let mut counts: Vec<u64> = Vec::new();
        let mut widest: Option<(usize, &[u8])> = None;
        for (name, family) in families {
            let own = &family.label_counts;
            counts.resize(counts.len().max(own.len()), 0);
            for (all, series) in counts.iter_mut().zip(own) {
                *all += series;
            }
            let most = own.iter().rposition(|&series| series > 0);
            if let Some(most) = most.filter(|&most| widest.is_none_or(|(known, _)| most > known)) {
                widest = Some((most, name));
            }
        }
        let (_, widest) = widest?;
        Some(LabelsPerSeries {
            spread: LabelSpread::of(&counts)?,
            widest: String::from_utf8_lossy(widest).into_owned(),
        })
    }

    /// The labels that were asked for, of families that are in the order of their names.
    pub(super) fn label_values(&self, families: &[(Vec<u8>, FamilyTally)]) -> Vec<LabelValues> {
        let pairs = &self.table.pairs;
        let names: Vec<Option<String>> = (0..pairs.key_count() as KeyId)
            .map(|key| {
                let name = String::from_utf8_lossy(pairs.key_name(key)).into_owned();
                let mut asked = self.asked.values_of.iter();
                let is_asked =
                    asked.any(|glob| glob.as_ref().is_none_or(|glob| glob.is_match(&name)));
                is_asked.then_some(name)
            })
            .collect();
        let name_of = |pair: PairId| names[pairs.entry(pair).key as usize].as_deref();
        let asked_of = |family: &FamilyTally| -> Vec<(PairId, u64)> {
            let values = family.values.iter();
            values
                .filter(|&(pair, _)| name_of(pair).is_some())
                .collect()
        };
        // Numbered by their texts, which do not depend on who read what first.
        let mut all: Vec<PairId> = families
            .iter()
            .flat_map(|(_, family)| asked_of(family))
            .map(|(pair, _)| pair)
            .collect();
        all.sort_unstable();
        all.dedup();
        all.sort_by(|&a, &b| {
            let key = |pair: PairId| (name_of(pair), pairs.value(pair));
            key(a).cmp(&key(b))
        });
        let mut number_of = vec![0; pairs.len()];
        for of_label in all.chunk_by(|&a, &b| name_of(a) == name_of(b)) {
            for (&pair, number) in of_label.iter().zip(0..) {
                number_of[pair as usize] = number;
            }
        }
        let mut listed = Vec::new();
        for (name, family) in families {
            let mut labels: BTreeMap<&str, (u64, Vec<u32>)> = BTreeMap::new();
            for (pair, series) in asked_of(family) {
                let Some(label) = name_of(pair) else {
                    continue;
                };
                let (all, values) = labels.entry(label).or_default();
                *all += series;
                values.push(number_of[pair as usize]);
            }
            for (label, (series, mut values)) in labels {
                values.sort_unstable();
                listed.push(LabelValues {
                    family: String::from_utf8_lossy(name).into_owned(),
                    label: label.to_owned(),
                    series,
                    values,
                });
            }
        }
        listed
    }
}
