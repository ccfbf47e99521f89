//! The keys of what `diff` writes.

use schemars::JsonSchema;
use serde::Serialize;

/// What `diff` writes with `-o json`: two filters over the same scrapes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "meshctl diff")]
pub struct DifferenceDocument<'a> {
    /// Everything but the lists.
    #[serde(flatten)]
    pub header: DifferenceHeader<'a>,
    /// Names that arrive on both sides, sorted.
    pub both: Vec<SharedEntry<'a>>,
    /// Names that arrive on the left only, sorted.
    pub only_left: Vec<LoneEntry<'a>>,
    /// Names that arrive on the right only, sorted.
    pub only_right: Vec<LoneEntry<'a>>,
    /// Edits that were run and make both sides equal, the first of each side.
    pub edits: Vec<EditEntry<'a>>,
}

/// What is compared, and whether it is equal.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DifferenceHeader<'a> {
    /// 1.
    pub schema_version: u32,
    /// Version of the program that wrote the document.
    pub meshctl_version: &'static str,
    /// The left filter, as typed.
    pub left: &'a str,
    /// The right filter, as typed.
    pub right: &'a str,
    /// Targets that were read.
    pub targets: u64,
    /// Time between two scrapes, from which rates follow.
    pub scrape_interval_seconds: f64,
    /// The very same series arrive on both sides.
    pub equal: bool,
    /// What arrives on the left.
    pub left_totals: SideTotalsEntry,
    /// What arrives on the right.
    pub right_totals: SideTotalsEntry,
    /// Why no edit was tried; null where some were, or none was needed.
    pub no_edit: Option<&'a str>,
}

/// Sums over what arrives on one side.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct SideTotalsEntry {
    /// Distinct names.
    pub names: u64,
    /// Distinct (name, label set).
    pub series: u64,
    /// Series divided by the scrape interval.
    pub samples_per_second: f64,
}

/// A name that arrives on both sides.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SharedEntry<'a> {
    /// The name as a store has it.
    pub name: &'a str,
    /// What arrives of it on the left.
    pub left: SideEntry,
    /// What arrives of it on the right.
    pub right: SideEntry,
    /// The very same series arrive.
    pub same_series: bool,
}

/// What arrives of a name on one side.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SideEntry {
    /// Distinct label sets.
    pub series: u64,
    /// Data points it is made of.
    pub data_points: u64,
    /// Series divided by the scrape interval.
    pub samples_per_second: f64,
}

/// A name that arrives on one side only.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LoneEntry<'a> {
    /// The name as a store has it.
    pub name: &'a str,
    /// Distinct label sets.
    pub series: u64,
    /// Data points it is made of.
    pub data_points: u64,
    /// Series divided by the scrape interval.
    pub samples_per_second: f64,
    /// Why on this side and not on the other, in one line.
    pub reason: &'a str,
}

/// A change to one rule that was run, and made both sides equal.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EditEntry<'a> {
    /// The side whose filter is changed.
    #[schemars(extend("enum" = ["left", "right"]))]
    pub side: &'static str,
    /// Id of the stage whose rule is changed.
    pub stage: &'a str,
    /// Where the rule stands: `otel.yaml:12:11`; null where it was typed.
    pub place: Option<&'a str>,
    /// The rule as it is.
    pub before: &'a str,
    /// The rule as it would be.
    pub after: &'a str,
}
