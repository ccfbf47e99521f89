//! One worker's count: takes the samples of one target after the other and folds each target in.

use super::asked::Asked;
use super::family::FamilyTally;
use super::fold;
use crate::exposition::LineCounts;
use crate::exposition::Metadata;
use crate::exposition::Sample;
use crate::source::Target;
use crate::table::Keep;
use crate::table::Table;
use crate::table::TextId;
use crate::table::Texts;
use crate::table::Wanted;

/// Counts the samples of any number of targets.
///
/// Per series it keeps eight bytes of the target being read, plus four for each label of a label set not
/// seen before in this target. A target is forgotten once it is folded in; what stays is the distinct
/// label values of each family.
#[derive(Debug, Default)]
pub struct Tally {
    pub(super) table: Table,
    pub(super) families: Families,
    pub(super) targets: Vec<TargetTally>,
    pub(super) asked: Asked,
    /// By number of the name, where that is asked for.
    pub(super) series_of_name: Vec<u64>,
    scratch: fold::Scratch,
}

/// What is counted of one target as a whole.
#[derive(Debug, Clone)]
pub(super) struct TargetTally {
    pub(super) name: String,
    pub(super) origin: String,
    pub(super) namespace: Option<String>,
    pub(super) pod: Option<String>,
    pub(super) workload: Option<String>,
    pub(super) series: u64,
    pub(super) lines: LineCounts,
}

/// Families by name.
#[derive(Debug, Default)]
pub(super) struct Families {
    pub(super) names: Texts,
    pub(super) tallies: Vec<FamilyTally>,
}

impl Families {
    pub(super) fn intern(&mut self, name: &[u8]) -> TextId {
        let (id, new) = self.names.intern(name);
        if new {
            self.tallies.push(FamilyTally::default());
        }
        id
    }
}

impl Tally {
    /// An empty count that may use `threads` threads to fold a very large target.
    pub fn with_threads(threads: usize) -> Self {
        Self {
            scratch: fold::Scratch::with_threads(threads),
            ..Self::default()
        }
    }

    /// Counts one sample of the target being read.
    pub fn sample(&mut self, sample: &Sample<'_>) {
        self.table.sample(sample);
    }

    /// Takes one metadata line of the target being read.
    pub fn metadata(&mut self, metadata: &Metadata<'_>) {
        self.table.metadata(metadata);
    }

    /// The target being read.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Says how much to keep of each line for whoever reads [`Tally::table`].
    pub fn keep(&mut self, keep: Keep) {
        self.table.keep(keep);
    }

    /// Says of which names to keep the values, for whoever reads [`Tally::table`].
    pub fn measure(&mut self, wanted: Wanted) {
        self.table.measure(wanted);
    }

    /// Adds the target being read to the count, known by nothing but its name and origin, and forgets it.
    pub fn end_target(&mut self, name: String, origin: String, lines: LineCounts) {
        let target = Target {
            name,
            origin,
            ..Target::default()
        };
        self.fold_target(&target, lines);
        self.drop_target();
    }

    /// Adds the target being read to the count; comes back with its number of series. Its table stays until
    /// [`Tally::drop_target`].
    pub fn fold_target(&mut self, target: &Target, lines: LineCounts) -> u64 {
        let series = fold::fold(self);
        if self.asked.names {
            self.count_names(series);
        }
        self.targets.push(TargetTally {
            name: target.name.clone(),
            origin: target.origin.clone(),
            namespace: target.namespace.clone(),
            pod: target.pod.clone(),
            workload: target.workload.clone(),
            series,
            lines,
        });
        series
    }

    /// Forgets the target being read: its body could not be read to the end.
    pub fn drop_target(&mut self) {
        self.table.clear();
    }

    /// Splits the borrow: everything that folding reads, and what it writes.
    pub(super) fn fold_parts(&mut self) -> (fold::Input<'_>, &mut Families, &mut fold::Scratch) {
        let input = fold::Input {
            table: &self.table,
            pairs: &self.table.pairs,
            combos: &self.table.combos.all,
            body: &self.table.body,
            target_index: self.targets.len() as u32,
            counts_labels: self.asked.labels_per_series,
        };
        (input, &mut self.families, &mut self.scratch)
    }
}
