//! The keys of what `check` and `lint` write.

use schemars::JsonSchema;
use serde::Serialize;

use super::CoverageEntry;
use super::FindingEntry;
use super::PositionEntry;

/// What `check` and `lint` write with `-o json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "meshctl check")]
pub struct CheckDocument<'a> {
    /// Everything but the lists.
    #[serde(flatten)]
    pub header: CheckHeader<'a>,
    /// Every budget with what was measured for it, in the order of its file; none in `lint`.
    pub budgets: Vec<BudgetEntry<'a>>,
    /// What is wrong, the worst first; budgets that are exceeded are findings too.
    pub findings: Vec<FindingEntry<'a>>,
    /// Findings that an ignore took out.
    pub ignored: Vec<IgnoredEntry<'a>>,
}

/// What was judged, against what, and how it ended.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckHeader<'a> {
    /// 1.
    pub schema_version: u32,
    /// Version of the program that wrote the document.
    pub meshctl_version: &'static str,
    /// Which command wrote it.
    #[schemars(extend("enum" = ["check", "lint"]))]
    pub command: &'static str,
    /// What was read, as typed, without credentials.
    pub inputs: &'a [String],
    /// Which targets the numbers stand for; null where no target was asked for.
    pub coverage: Option<CoverageEntry<'a>>,
    /// The file with the budgets, as named; null without one.
    pub budget_file: Option<&'a str>,
    /// The file with the values of an earlier run, as named; null without one.
    pub baseline: Option<&'a str>,
    /// Findings of this severity or worse fail; null where none does.
    #[schemars(extend("enum" = ["info", "low", "medium", "high", null]))]
    pub fail_on: Option<&'static str>,
    /// How it ended.
    pub outcome: OutcomeEntry<'a>,
}

/// How a run ended.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OutcomeEntry<'a> {
    /// What the process exits with, whatever the format.
    pub exit_code: u8,
    /// Why, where the findings do not say so themselves.
    pub reasons: &'a [String],
}

/// A budget and what was measured for it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BudgetEntry<'a> {
    /// What is limited.
    #[schemars(extend("enum" = [
        "total", "family", "label", "target", "namespace", "workload", "names", "edge"
    ]))]
    pub scope: &'static str,
    /// Which of them, as written; null where it is about everything.
    pub matching: Option<&'a str>,
    /// Where it is measured: `scrape`, the id of a stage of the pipeline, or `arrives`.
    pub stage: &'a str,
    /// What `value`, `warn`, `fail` and `before` count; a ratio is between 0 and 1.
    #[schemars(extend("enum" = [
        "series", "body_bytes", "samples_per_second", "values", "labels_per_series", "names",
        "hidden_failure_ratio"
    ]))]
    pub unit: &'static str,
    /// The worst of what matches, or all of it together; null where it could not be measured.
    pub value: Option<f64>,
    /// What is more is a warning; null where nothing is.
    pub warn: Option<f64>,
    /// What is more fails; null where nothing does.
    pub fail: Option<f64>,
    /// How it stands.
    #[schemars(extend("enum" = ["within", "near", "over", "unknown"]))]
    pub outcome: &'static str,
    /// Which one is the worst, where several may match.
    pub worst: Option<&'a str>,
    /// How many match.
    pub matched: u64,
    /// How many of them are over the limit.
    pub over: u64,
    /// The same value in the baseline; null where that has none.
    pub before: Option<f64>,
    /// What makes it so much, the most first; only where it is over a limit.
    pub drivers: Vec<DriverEntry<'a>>,
    /// Where it stands; null where it stands in no file.
    pub position: Option<PositionEntry<'a>>,
}

/// Who makes a value what it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DriverEntry<'a> {
    /// What it is: `family`, `label`, `target`, `workload`, `name`, `code`.
    pub what: &'static str,
    /// Its name.
    pub name: &'a str,
    /// Its part of the value; of a label the series that it makes, of a code its calls.
    pub value: f64,
    /// The same in the baseline; null where that has none.
    pub before: Option<f64>,
}

/// A finding that an ignore took out.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IgnoredEntry<'a> {
    /// Why it is ignored, as written.
    pub reason: &'a str,
    /// Last day of it, as `2026-12-31`; null where it has no end.
    pub until: Option<&'a str>,
    /// The finding.
    pub finding: FindingEntry<'a>,
}
