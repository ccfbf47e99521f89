//! The keys of what `filter --explain` writes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::PositionEntry;

/// What `filter --explain` writes with `-o json`: one name or one series on its way through every pipeline.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "meshctl filter --explain")]
pub struct ExplanationDocument<'a> {
    /// 1.
    pub schema_version: u32,
    /// Version of the program that wrote the document.
    pub meshctl_version: &'static str,
    /// The name or series, as typed.
    pub asked: &'a str,
    /// The sample name.
    pub name: &'a str,
    /// Series that fit what was typed, over all targets; null where a name was typed.
    pub matching_series: Option<u64>,
    /// The one that is followed: the first by target, then labels; null where a name was typed or none fits.
    pub series: Option<FollowedSeriesEntry<'a>>,
    /// Where there is no such name or series: what there is instead, in words.
    pub instead: Vec<String>,
    /// The pipelines.
    pub pipelines: Vec<ExplainedPipelineEntry<'a>>,
}

/// The series that is followed, alone: other series of its scrape are left out.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FollowedSeriesEntry<'a> {
    /// Name of the target.
    pub target: &'a str,
    /// File, archive member or URL.
    pub origin: &'a str,
    /// Its labels as exposed.
    pub labels: BTreeMap<&'a str, &'a str>,
}

/// One pipeline.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExplainedPipelineEntry<'a> {
    /// Its id: `metrics/mesh`.
    pub name: &'a str,
    /// The configuration: the file as named, or the filter as typed.
    pub config: &'a str,
    /// Scrape jobs that do not scrape the target of the series, with the rule; empty for a name.
    pub not_scraped: Vec<NotScrapedEntry<'a>>,
    /// Its stages in order.
    pub stages: Vec<ExplainedStageEntry<'a>>,
}

/// A scrape job that does not scrape the target of the series.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NotScrapedEntry<'a> {
    /// The job.
    pub job: &'a str,
    /// The rule of its `relabel_configs`, as written.
    pub rule: Option<&'a str>,
    /// Where the rule stands.
    pub position: Option<PositionEntry<'a>>,
}

/// What one stage makes of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExplainedStageEntry<'a> {
    /// Its id: `filter/mesh`, `metric_relabel_configs`.
    pub name: &'a str,
    /// What kind of stage.
    #[schemars(extend("enum" = [
        "scrape", "relabeling", "receiver", "processor", "exporter", "storage"
    ]))]
    pub kind: &'static str,
    /// Where it is defined; null for what every pipeline has.
    pub position: Option<PositionEntry<'a>>,
    /// What became of it: `kept` all of it, `reduced` part of it, `dropped` all of it; `gone` before, or
    /// `absent` from the start; `unknown` where an exporter sends none of it under a name that is followed.
    #[schemars(extend("enum" = ["kept", "reduced", "dropped", "gone", "absent", "unknown"]))]
    pub outcome: &'static str,
    /// Series of the name behind the stage, over all targets, under whatever name they have there.
    pub series: u64,
    /// What it is called behind the stage, where that is known; several where it was multiplied.
    pub names: Vec<String>,
    /// The series as it is behind the stage; empty where a name was typed, or the series is gone.
    pub here: Vec<HereEntry<'a>>,
    /// How the series differs from what came; empty where a name was typed, or it was multiplied.
    pub changes: Vec<ChangeEntry<'a>>,
    /// What took it away, or some of its series.
    pub dropped: Vec<ExplainedDropEntry<'a>>,
    /// Names that the stage changed; for a series see `changes`.
    pub renamed: Vec<ExplainedRenameEntry<'a>>,
    /// Rules that could not be judged for the series.
    pub failed: Vec<ExplainedFailureEntry<'a>>,
    /// What each rule of metric relabeling saw and did; empty where a name was typed.
    pub relabeling: Vec<RelabelingEntry<'a>>,
    /// Name of the metric that the clauses were judged for; null where there are none.
    pub judged_metric: Option<&'a str>,
    /// Target that it came from.
    pub judged_target: Option<&'a str>,
    /// The clauses of the stage's conditions, outer ones first. A condition that is true drops.
    pub clauses: Vec<ClauseEntry<'a>>,
}

/// A series, or within a Collector a data point.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HereEntry<'a> {
    /// Its name: of a metric within a Collector.
    pub name: &'a str,
    /// `gauge`, `sum`, `histogram` and so on within a Collector; null for a series.
    #[serde(rename = "type")]
    pub data_type: Option<&'static str>,
    /// Its own labels.
    pub labels: BTreeMap<&'a str, &'a str>,
    /// Attributes of the resource around it.
    pub resource: BTreeMap<&'a str, &'a str>,
}

/// One difference between a series before and behind a stage.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChangeEntry<'a> {
    /// What changed: its `name`, a `label`, or a `resource` attribute.
    #[schemars(extend("enum" = ["name", "label", "resource"]))]
    pub what: &'static str,
    /// The label or attribute; null for the name.
    pub name: Option<&'a str>,
    /// Its value before; null where there was none.
    pub before: Option<&'a str>,
    /// Its value behind; null where there is none any more.
    pub after: Option<&'a str>,
}

/// What took series away.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExplainedDropEntry<'a> {
    /// How many series; null where one series is followed.
    pub series: Option<u64>,
    /// Why, in words; empty where the rule says it all.
    pub reason: &'a str,
    /// The rule that decided, as written; null where none did.
    pub rule: Option<&'a str>,
    /// Where the rule stands.
    pub position: Option<PositionEntry<'a>>,
}

/// A name that a stage changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExplainedRenameEntry<'a> {
    /// The name before.
    pub from: &'a str,
    /// The name behind.
    pub to: &'a str,
    /// The rule, as written; null where several together made the name.
    pub rule: Option<&'a str>,
    /// Where the rule stands.
    pub position: Option<PositionEntry<'a>>,
}

/// A rule that could not be judged.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExplainedFailureEntry<'a> {
    /// Why.
    pub message: &'a str,
    /// The rule, as written.
    pub rule: Option<&'a str>,
    /// Where the rule stands.
    pub position: Option<PositionEntry<'a>>,
}

/// What one rule of metric relabeling saw and did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RelabelingEntry<'a> {
    /// The rule, as written.
    pub rule: Option<&'a str>,
    /// Where it stands.
    pub position: Option<PositionEntry<'a>>,
    /// The values of its source labels, joined.
    pub value: &'a str,
    /// Whether its pattern matched; null where nothing is compared.
    pub matched: Option<bool>,
    /// Labels that it changed.
    pub changes: Vec<ChangeEntry<'a>>,
    /// Whether it dropped the series.
    pub dropped: bool,
}

/// One clause of a condition.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClauseEntry<'a> {
    /// Where the condition stands.
    pub position: Option<PositionEntry<'a>>,
    /// How deep it stands in its condition; 0 is the condition itself.
    pub depth: usize,
    /// As written.
    pub text: &'a str,
    /// `true`, `false`, or the error.
    pub outcome: &'a str,
    /// Whether the Collector gets as far.
    pub reached: bool,
    /// Why, where that may surprise, with the value that it saw.
    pub why: Option<&'a str>,
}
