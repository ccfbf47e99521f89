//! What a budget file says.

use std::time::Duration;

use globset::GlobMatcher;
use jiff::civil::Date;

use super::Scope;
use super::Unit;
use crate::collector::position::Position;

/// Everything that a budget file says.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// What to read where the command line names nothing.
    pub sources: Vec<String>,
    /// The Collector whose pipelines the metrics go through.
    pub collector: Option<Pipeline>,
    /// Time between two scrapes.
    pub scrape_interval: Option<Duration>,
    /// The baseline, to be found from the directory of the budget file.
    pub baseline: Option<String>,
    /// Fewer targets than this are incomplete data.
    pub min_targets: Option<u64>,
    /// Findings from here on fail.
    pub fail_on: Option<Level>,
    /// The limits, in the order written.
    pub budgets: Vec<Budget>,
    /// How much more there may be than in a baseline.
    pub growth: Growth,
    /// Severities that replace those of findings; the last that fits counts.
    pub severities: Vec<Severity>,
    /// Findings that are to be left out.
    pub ignores: Vec<Ignore>,
}

/// A Collector configuration and what is chosen of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pipeline {
    /// Files as written, to be found from the directory of the budget file.
    pub files: Vec<String>,
    /// Release, as written.
    pub version: Option<(String, Position)>,
    /// Ids of pipelines.
    pub pipelines: Vec<String>,
    /// Name of the scrape job.
    pub job: Option<String>,
    /// Which configuration of several in one file.
    pub key: Option<String>,
    /// A list of pods, to be found as the files are.
    pub pods: Option<String>,
    /// Variables of the Collector's environment.
    pub environment: Vec<(String, String)>,
}

/// One limit.
#[derive(Debug, Clone)]
pub struct Budget {
    /// What is limited.
    pub scope: Scope,
    /// Which of them.
    pub matching: Matching,
    /// Where it is measured.
    pub stage: Stage,
    /// How it is limited.
    pub rule: Rule,
    /// Where it stands.
    pub at: Position,
}

/// Which families, labels, targets or edges a budget is about.
#[derive(Debug, Clone)]
pub enum Matching {
    /// All together.
    Everything,
    /// Each whose name matches.
    Each(GlobMatcher),
    /// Each label whose name matches, family by family, in the families that match.
    LabelOf(GlobMatcher, GlobMatcher),
    /// Each edge whose caller and callee match and that has so many calls.
    Edge {
        /// Of the caller, as `namespace/workload`.
        from: GlobMatcher,
        /// Of the callee.
        to: GlobMatcher,
        /// Edges of fewer calls are passed over.
        min_calls: u64,
    },
}

/// Where something is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// As the targets expose it.
    Scrape,
    /// As exporters send it, or a Prometheus stores it.
    Arrives,
    /// Behind the stage of this id, as `meshctl filter` names it.
    Behind(String, Position),
}

/// How something is limited.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// By a number.
    Limit {
        /// What is counted.
        unit: Unit,
        /// Over this it is a warning.
        warn: Option<f64>,
        /// Over this it is a failure.
        fail: Option<f64>,
    },
    /// There must be none.
    Forbidden,
    /// There must be exactly these, each with its place.
    Exactly(Vec<(String, Position)>),
}

/// How much more there may be than in a baseline.
#[derive(Debug, Clone, Default)]
pub struct Growth {
    /// All series.
    pub total: Option<Allowed>,
    /// Each family's series.
    pub families: Option<Allowed>,
    /// Each label's distinct values.
    pub labels: Option<Allowed>,
    /// Each workload's series.
    pub workloads: Option<Allowed>,
    /// What a family is that was not there.
    pub new_families: Verdict,
    /// What a label is that a family did not have.
    pub new_labels: Verdict,
    /// What is over its limit, but no more than in the baseline, is only a warning.
    pub ratchet: bool,
}

/// How much growth is allowed. What is over either limit is too much.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Allowed {
    /// As a share of what there was: 0.1 for a tenth.
    pub share: Option<f64>,
    /// In series or values.
    pub absolute: Option<u64>,
    /// Growth by no more than this is never too much.
    pub at_least: u64,
    /// Where it stands; line 0 where it was typed as a flag.
    pub at: Position,
}

/// What becomes of something that is not forbidden in itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// Nothing.
    #[default]
    Allow,
    /// A warning.
    Warn,
    /// A failure.
    Fail,
}

/// A severity as a budget file has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Left out.
    Off,
    /// Worth knowing.
    Info,
    /// Costs money or clarity.
    Low,
    /// Costs a lot, or will grow.
    Medium,
    /// Data is lost or numbers mislead.
    High,
}

impl Level {
    /// All, by name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("off", Self::Off),
        ("info", Self::Info),
        ("low", Self::Low),
        ("medium", Self::Medium),
        ("high", Self::High),
    ];
}

/// A severity for findings.
#[derive(Debug, Clone)]
pub struct Severity {
    /// Which findings, by id.
    pub finding: GlobMatcher,
    /// What they are.
    pub level: Level,
    /// Where it stands.
    pub at: Position,
}

/// Findings that are to be left out.
#[derive(Debug, Clone)]
pub struct Ignore {
    /// By id.
    pub finding: GlobMatcher,
    /// By family, label, target, edge and part; a finding that has no such thing does not match.
    pub subject: SubjectGlobs,
    /// Why.
    pub reason: String,
    /// Last day.
    pub until: Option<Date>,
    /// Where it stands.
    pub at: Position,
}

/// Globs on what a finding is about.
#[derive(Debug, Clone, Default)]
pub struct SubjectGlobs {
    /// On the family.
    pub family: Option<GlobMatcher>,
    /// On the label.
    pub label: Option<GlobMatcher>,
    /// On the target.
    pub target: Option<GlobMatcher>,
    /// On the edge.
    pub edge: Option<GlobMatcher>,
    /// On the part of a configuration.
    pub part: Option<GlobMatcher>,
}
