//! Counts what each stage of a pipeline holds, drops and sends, over all targets.
//!
//! In comes what a simulation tells of one target after the other; out goes a [`Flow`] for each pipeline,
//! plain data in a total order. Each worker counts on its own, and these counts merge.

mod arrivals;
mod asked;
mod bounds;
mod counter;
mod detail;
pub mod difference;
mod explain;
mod finish;
mod forms;
mod identity;
mod labels;
mod selector;
mod way;

pub use counter::Counter;
pub use difference::family;
pub use explain::Clause;
pub use explain::Explained;
pub use finish::Part;
pub use finish::merge;
pub use selector::Selector;
pub use way::Gone;
pub use way::Here;
pub use way::Pairs;
pub use way::Passage;
pub use way::Relabeling;
pub use way::Sought;
pub use way::Way;
pub use way::follow;

pub use crate::census::LabelSpread;

use globset::GlobMatcher;

use crate::census::LabelValues;
use crate::collector::plan::StageKind;

/// Labels that are to be counted behind a stage, family by family.
#[derive(Debug, Clone)]
pub struct LabelsAt {
    /// Id of the stage; where several have it, each counts.
    pub stage: String,
    /// Which labels, by name; `None` is any.
    pub labels: Option<GlobMatcher>,
}

/// What one pipeline makes of all targets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Flow {
    /// `metrics/mesh`; for a bare filter, what it is.
    pub name: String,
    /// The stages in order: the scrape first, then relabeling, receiver, processors, exporters.
    pub stages: Vec<StageFlow>,
    /// What each exporter sends, in the order of the pipeline.
    pub arriving: Vec<Arriving>,
    /// Targets that entered, counted once for each job that takes them.
    pub targets: u64,
    /// Targets that target relabeling dropped, by job, with the rule.
    pub dropped_targets: Vec<DroppedTargets>,
    /// Scrapes and payloads that were lost as a whole, by target.
    pub lost: Vec<Lost>,
    /// Why the watched name passes each filter or does not; empty where none is watched.
    pub explained: Vec<Explained>,
}

/// One stage: what is there behind it, and what it did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StageFlow {
    /// `filter/mesh`, `metric_relabel_configs`, …
    pub id: String,
    /// What kind of stage.
    pub kind: StageKind,
    /// Sums over all names.
    pub totals: Count,
    /// Distinct names.
    pub names: u64,
    /// Each name, sorted.
    pub by_name: Vec<(String, Count)>,
    /// How many labels the series have; `None` where there are none.
    pub labels_per_series: Option<LabelSpread>,
    /// The family that has the series with the most labels, the first by name where several do; `None` for the scrape,
    /// of which the census tells it, and for relabeling, of which nobody does.
    pub widest: Option<String>,
    /// What comes of each target, by name, then origin; those of which nothing is left are absent, and all where nobody
    /// asked. Up to the exporters these add up to the totals. Behind one each counts what it sends itself, payload by
    /// payload: a series that several send as the same one is counted for each of them.
    pub by_target: Vec<TargetFlow>,
    /// The labels that were asked for, by family, then label.
    ///
    /// A family is what the Collector calls a metric; behind relabeling and exporters, which know names of samples
    /// alone, the name without `_bucket`, `_count` or `_sum`. Labels are what the stage has as such: behind relabeling
    /// those of the target, `job` and `instance`, are among them; within the Collector the attributes of the resource
    /// are none, until an exporter makes labels of them. A series that several payloads send counts for each.
    pub labels: Vec<LabelValues>,
    /// What went here, by name, then reason.
    pub dropped: Vec<Dropped>,
    /// What got another name here.
    pub renamed: Vec<Renamed>,
    /// Rules that could not be judged for some items.
    pub failed: Vec<Failed>,
}

/// What comes of one target behind a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFlow {
    /// `Target::name`.
    pub target: String,
    /// `Target::origin`.
    pub origin: String,
    /// How much: of all jobs that scrape it.
    pub count: Count,
}

/// How much there is of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Distinct (target, name, label set); behind an exporter distinct (name, label set), as a store has it.
    pub series: u64,
    /// Data points a Collector holds; those of a histogram stand under each of its names.
    pub data_points: u64,
    /// Bytes of the series as exposition text, values as the scrape wrote them.
    pub body_bytes: u64,
}

impl Count {
    /// Adds another count.
    pub fn add(&mut self, other: Self) {
        self.series += other.series;
        self.data_points += other.data_points;
        self.body_bytes += other.body_bytes;
    }
}

/// Series of one name that a stage dropped for one reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    /// The name before the stage.
    pub name: String,
    /// Why, in words.
    pub reason: String,
    /// Number of the rule in the stage's list, where one decided.
    pub rule: Option<u32>,
    /// Series dropped.
    pub series: u64,
    /// Data points dropped.
    pub data_points: u64,
}

/// A name that a stage changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Renamed {
    /// The name before.
    pub from: String,
    /// The name behind.
    pub to: String,
    /// Number of the rule in the stage's list.
    pub rule: u32,
    /// How often: metrics of single scrapes, or series in relabeling.
    pub times: u64,
}

/// A rule that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failed {
    /// Number of the rule in the stage's list.
    pub rule: u32,
    /// The first message.
    pub message: String,
    /// For how many items.
    pub times: u64,
}

/// What one exporter sends.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arriving {
    /// Index of its stage.
    pub stage: usize,
    /// Samples sent: more than series where points ended as the same series.
    pub samples: u64,
    /// Labels of what arrives, by name.
    pub labels: Vec<ArrivingLabel>,
    /// For each name of the stage's `by_name`, in that order, a number that is the same for the same set of
    /// series: two filters keep the same series of a name if these are equal.
    pub fingerprints: Vec<u128>,
}

/// One label of what arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivingLabel {
    /// Its name.
    pub name: String,
    /// Series that carry it.
    pub series: u64,
    /// Distinct values.
    pub values: u64,
}

/// Targets that a rule of target relabeling dropped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DroppedTargets {
    /// The scrape job.
    pub job: String,
    /// Number of the rule in its `relabel_configs`.
    pub rule: u32,
    /// How many.
    pub targets: u64,
}

/// A scrape or payload that was lost as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lost {
    /// `Target::name`.
    pub target: String,
    /// `Target::origin`.
    pub origin: String,
    /// Index of the stage that refused it.
    pub stage: usize,
    /// Why.
    pub reason: String,
    /// Series that went with it.
    pub series: u64,
}
