//! Budgets: what metrics may cost, and what they do cost.
//!
//! In come a budget file with its positions, a baseline, and a [`Survey`](crate::survey::Survey); out comes each
//! budget with its value, whether it holds, and who drives it. What is a finding is judged elsewhere.

mod baseline;
mod drivers;
mod growth;
mod init;
mod measure;
pub mod policy;
mod read;
mod stages;
mod view;

pub use baseline::Baseline;
pub use baseline::BaselineError;
pub use growth::Grown;
pub use growth::grown;
pub use init::Known;
pub use init::Start;
pub use init::init;
pub use measure::Assessment;
pub use measure::Missing;
pub use measure::assess;
pub use policy::Policy;
pub use read::read;
pub use stages::check_stages;
pub use stages::detail;
pub use view::Context;

/// One budget and what was measured for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What is limited.
    pub scope: Scope,
    /// Which of them, as written: a glob, an edge; empty for a total.
    pub matching: String,
    /// Where it is measured: `scrape`, the id of a stage, or `arrives`.
    pub stage: String,
    /// What is counted.
    pub unit: Unit,
    /// The worst of what matches, or all of it together; 0 where nothing matches.
    pub value: f64,
    /// Which one is the worst, where several may match.
    pub worst: Option<String>,
    /// How many match.
    pub matched: u64,
    /// How many of them are over the limit.
    pub over: u64,
    /// Over this it is a warning.
    pub warn: Option<f64>,
    /// Over this it is a failure.
    pub fail: Option<f64>,
    /// How it stands.
    pub outcome: Outcome,
    /// The same value in the baseline, where that has it.
    pub before: Option<f64>,
    /// What makes it so much, most first; only where it is over a limit.
    pub drivers: Vec<Driver>,
    /// Line and column of the budget in its file, from 1; 0 where it stands in none.
    pub at: (u32, u32),
}

/// What a budget limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everything together.
    Total,
    /// Families.
    Family,
    /// Labels.
    Label,
    /// Targets.
    Target,
    /// Namespaces.
    Namespace,
    /// Workloads.
    Workload,
    /// The names that there are.
    Names,
    /// Calls between workloads.
    Edge,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Distinct series.
    Series,
    /// Bytes of one scrape.
    BodyBytes,
    /// Series divided by the scrape interval.
    SamplesPerSecond,
    /// Distinct values of a label.
    Values,
    /// Labels of the series that has the most.
    LabelsPerSeries,
    /// Names that are not on the list.
    Names,
    /// Failed calls that HTTP calls a success, as a share of all, from 0 to 1.
    HiddenFailureRatio,
}

/// How a budget stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Within its limits.
    Within,
    /// Over the limit that warns; or over the one that fails, but no more than in the baseline of a ratchet.
    Near,
    /// Over the limit that fails.
    Over,
    /// It could not be measured.
    Unknown,
}

/// Who makes a value what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Driver {
    /// `family`, `label`, `target`, `workload`.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// Its part of the value.
    pub value: f64,
    /// The same in the baseline.
    pub before: Option<f64>,
}

impl Scope {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Family => "family",
            Self::Label => "label",
            Self::Target => "target",
            Self::Namespace => "namespace",
            Self::Workload => "workload",
            Self::Names => "names",
            Self::Edge => "edge",
        }
    }
}

impl Unit {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Series => "series",
            Self::BodyBytes => "body_bytes",
            Self::SamplesPerSecond => "samples_per_second",
            Self::Values => "values",
            Self::LabelsPerSeries => "labels_per_series",
            Self::Names => "names",
            Self::HiddenFailureRatio => "hidden_failure_ratio",
        }
    }
}

impl Outcome {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Near => "near",
            Self::Over => "over",
            Self::Unknown => "unknown",
        }
    }
}
