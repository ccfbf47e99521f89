//! Exact counts of samples: per family, per label, per target.
//!
//! In come samples, one scrape at a time; out goes a [`Census`], plain data in a total order. Counting is
//! independent of the order of lines, targets and workers, and merging two counts equals counting
//! together. What a label means is not known here.

mod asked;
pub mod churn;
pub mod class;
mod columns;
mod determinants;
mod family;
mod finish;
mod fold;
mod redundancy;
mod relations;
mod shapes;
mod tally;

pub use asked::Asked;
pub use asked::LabelSpread;
pub use asked::LabelValues;
pub use asked::LabelsPerSeries;
pub use family::family_of;
pub use tally::Tally;

use crate::exposition::FamilyType;
use class::ValueClass;

/// Everything counted over a set of scrapes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Census {
    /// Sums over all targets.
    pub totals: Totals,
    /// One entry for each target that was read to its end, by name, then origin.
    pub targets: Vec<TargetCount>,
    /// All families, by name.
    pub families: Vec<FamilyCount>,
    /// All labels over all families, by name.
    pub labels: Vec<LabelCount>,
    /// How many labels the series have; `None` where nobody asked, or where there are none.
    pub labels_per_series: Option<LabelsPerSeries>,
    /// The values of the labels that were asked for, by family, then label.
    pub values: Vec<LabelValues>,
    /// Each sample name with its series, by name; empty where nobody asked.
    pub names: Vec<(String, u64)>,
}

/// Sums over all targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Targets read to their end.
    pub targets: u64,
    /// Distinct families, those declared without a sample included.
    pub families: u64,
    /// Distinct sample names.
    pub names: u64,
    /// Distinct (target, name, label set).
    pub series: u64,
    /// Lines read as samples.
    pub samples: u64,
    /// Lines refused.
    pub rejects: u64,
    /// Samples whose series had been seen before in the same target: `samples - series`.
    pub duplicates: u64,
    /// Bytes of all bodies, decompressed.
    pub body_bytes: u64,
    /// Data points a Collector makes of these samples.
    pub otlp_data_points: u64,
}

/// What one target exposes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct TargetCount {
    /// `Target::name` of the source.
    pub name: String,
    /// `Target::origin` of the source.
    pub origin: String,
    /// Its namespace, where the source tells.
    pub namespace: Option<String>,
    /// Its pod, where the source tells.
    pub pod: Option<String>,
    /// What runs the pod, as `deployment/web`, where the source tells.
    pub workload: Option<String>,
    /// Distinct (name, label set).
    pub series: u64,
    /// Lines read as samples.
    pub samples: u64,
    /// Lines refused.
    pub rejects: u64,
    /// Samples beyond the first of their series.
    pub duplicates: u64,
    /// Bytes of the decompressed body.
    pub body_bytes: u64,
}

/// One family over all targets.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyCount {
    /// Name on the `# TYPE` line, or the sample name where there is none.
    pub name: String,
    /// Declared type; where targets disagree, the one most targets declare, then the first by name.
    pub family_type: FamilyType,
    /// Unit on the `# UNIT` line.
    pub unit: Option<String>,
    /// Distinct sample names, sorted.
    pub sample_names: Vec<String>,
    /// Distinct (target, name, label set).
    pub series: u64,
    /// Lines read as samples.
    pub samples: u64,
    /// Bytes of its sample lines and of its `# HELP`, `# TYPE` and `# UNIT` lines, newlines included.
    pub body_bytes: u64,
    /// Data points a Collector makes of it: for a histogram or summary one for each label set that has
    /// a `_count`, else one for each series.
    pub otlp_data_points: u64,
    /// How its series spread over the targets that have any.
    pub series_per_target: Option<Spread>,
    /// Its labels, by name.
    pub labels: Vec<FamilyLabel>,
}

/// How a count spreads over targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Targets that have at least one.
    pub targets: u64,
    /// Smallest count of those targets.
    pub min: u64,
    /// Median; the mean of the middle two where their number is even.
    pub median: f64,
    /// Largest count.
    pub max: u64,
    /// Index into [`Census::targets`] of the first target with the largest count.
    pub max_target: usize,
}

/// One label within one family.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyLabel {
    /// Label name.
    pub name: String,
    /// Series that carry it with a value.
    pub series: u64,
    /// Distinct values over all targets; an empty value is no value.
    pub values: u64,
    /// The values most series carry, most first, then by value; at most [`TOP_VALUES`].
    pub top_values: Vec<ValueCount>,
    /// Series that would vanish if this label alone were removed, target by target.
    pub marginal_saving: u64,
    /// What determines it, where removing it saves nothing.
    pub redundancy: Redundancy,
    /// `le` of a histogram, `quantile` of a summary: dropping it destroys the family.
    pub structural: bool,
    /// Bytes of its `name="value"` texts and one separator each, empty values included.
    pub body_bytes: u64,
    /// What its values look like, where that is plain.
    pub class: Option<ValueClass>,
}

/// How many of a label's values are kept by name.
pub const TOP_VALUES: usize = 10;

/// A value and how many series carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueCount {
    /// The unescaped value.
    pub value: String,
    /// Series with this value.
    pub series: u64,
}

/// Why a label costs bytes and no series, or that it does cost series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redundancy {
    /// Removing it makes series collapse (or it is structural).
    None,
    /// In every target all series agree on it (or it is always empty).
    Constant,
    /// These labels determine it in every target: one, a pair, or else all others of the family that
    /// vary, if no smaller set was found; over several families what these need together. Empty where no labels do: the series that differ in it alone
    /// have different sample names; or where the family has more than 64 labels.
    DeterminedBy(Vec<String>),
}

/// One label over all families.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelCount {
    /// Label name.
    pub name: String,
    /// Families that have it on some line.
    pub families: u64,
    /// Series that carry it with a value.
    pub series: u64,
    /// Distinct values over all families and targets.
    pub values: u64,
    /// The values most series carry, most first, then by value; at most [`TOP_VALUES`].
    pub top_values: Vec<ValueCount>,
    /// Series that would vanish if it were removed everywhere: the sum over families.
    pub marginal_saving: u64,
    /// What determines it in every family, where it saves nothing in any.
    pub redundancy: Redundancy,
    /// It is structural in at least one family.
    pub structural: bool,
    /// Sum over families.
    pub body_bytes: u64,
    /// What its values look like, where that is plain.
    pub class: Option<ValueClass>,
}
