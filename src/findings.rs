//! Judges a survey: what is wrong, how much it costs, and what to do about it.
//!
//! In comes a [`Survey`](crate::survey::Survey); out go [`Finding`]s in a total order. One file for each
//! group of rules, each rule with a page of its own in [`catalogue`]. Nothing is printed here.

pub mod catalogue;
mod coverage;
mod exposition;
mod families;
mod labels;
mod numbers;
mod targets;
mod thresholds;

use serde_json::Map;
use serde_json::Value;

use crate::survey::Survey;

pub use thresholds::Thresholds;

/// Applies every rule of the [`catalogue`] to a survey.
///
/// Findings come worst first, then by id, then by subject: the same survey always gives the same list.
/// Costs a pass over the targets, families and labels, none over series.
pub fn inspect(survey: &Survey, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    coverage::inspect(survey, thresholds, &mut findings);
    exposition::inspect(survey, &mut findings);
    families::inspect(survey, thresholds, &mut findings);
    labels::inspect(survey, thresholds, &mut findings);
    targets::inspect(survey, thresholds, &mut findings);
    findings.sort_by(|a, b| {
        (b.severity.cmp(&a.severity))
            .then_with(|| a.id.cmp(b.id))
            .then_with(|| a.subject.cmp(&b.subject))
            .then_with(|| a.message.cmp(&b.message))
    });
    findings
}

/// Evidence from its pairs; the keys carry their units.
fn evidence<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .collect()
}

/// How bad a finding is; ordered, so that `--fail-on` is a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Costs money or clarity.
    Low,
    /// Costs a lot, or will grow.
    Medium,
    /// Data is lost or numbers mislead.
    High,
}

impl Severity {
    /// Stable name, as in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One thing that is wrong with the telemetry.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// `group/name`, stable.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// One sentence with the numbers in it. Holds hostile text: escape it for a terminal.
    pub message: String,
    /// The same numbers typed, with units in their keys.
    pub evidence: Map<String, Value>,
    /// What to do about it, in one sentence.
    pub remedy: String,
}

/// What a finding is about; each part where it applies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Subject {
    /// `Target::name`.
    pub target: Option<String>,
    /// Family name.
    pub family: Option<String>,
    /// Label name.
    pub label: Option<String>,
}
