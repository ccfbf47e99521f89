//! The JSON document: what its keys are and what they mean. Stable: keys are added, never changed.
//!
//! Quantities carry their unit in their key. Lists are in the order of the view, families by series and
//! labels by saving unless told otherwise, and complete unless a limit was typed.

mod compare;
mod difference;
mod edges;
mod explanation;
mod grpc;
mod judged;
mod latency;
mod pipeline;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

pub use compare::ChurnEntry;
pub use compare::ComparedSideEntry;
pub use compare::ComparisonDocument;
pub use compare::ComparisonHeader;
pub use compare::CountChangeEntry;
pub use compare::FamilyChangeEntry;
pub use compare::LabelChangeEntry;
pub use compare::MovedEntry;
pub use compare::PodEntry;
pub use compare::PodsNamedEntry;
pub use compare::TargetChangeEntry;
pub use compare::TotalsChangeEntry;
pub use compare::TurnoverEntry;
pub use compare::VersionChangeEntry;
pub use compare::WorkloadChangeEntry;
pub use compare::WorkloadSeriesEntry;
pub use difference::DifferenceDocument;
pub use difference::DifferenceHeader;
pub use difference::EditEntry;
pub use difference::LoneEntry;
pub use difference::SharedEntry;
pub use difference::SideEntry;
pub use difference::SideTotalsEntry;
pub use edges::DoubledEntry;
pub use edges::EdgeEntry;
pub use edges::EdgeViewEntry;
pub use edges::EdgesDocument;
pub use edges::EdgesHeader;
pub use edges::LatencyEntry;
pub use edges::QuantileEntry;
pub use edges::SaturationEntry;
pub use edges::SinceEntry;
pub use edges::TcpEntry;
pub use edges::WindowEntry;
pub use explanation::ChangeEntry;
pub use explanation::ClauseEntry;
pub use explanation::ExplainedDropEntry;
pub use explanation::ExplainedFailureEntry;
pub use explanation::ExplainedPipelineEntry;
pub use explanation::ExplainedRenameEntry;
pub use explanation::ExplainedStageEntry;
pub use explanation::ExplanationDocument;
pub use explanation::FollowedSeriesEntry;
pub use explanation::HereEntry;
pub use explanation::NotScrapedEntry;
pub use explanation::RelabelingEntry;
pub use grpc::AbsentFamilyEntry;
pub use grpc::BlindFamilyEntry;
pub use grpc::CodeEntry;
pub use grpc::EndEntry;
pub use grpc::ErrorEntry;
pub use grpc::GrpcDocument;
pub use grpc::GrpcEdgeEntry;
pub use grpc::GrpcHeader;
pub use grpc::GrpcTotalsEntry;
pub use grpc::HiddenFailuresEntry;
pub use grpc::RefusedEntry;
pub use grpc::StrippedEntry;
pub use grpc::SuccessRateEntry;
pub use grpc::UnansweredEntry;
pub use judged::BudgetEntry;
pub use judged::CheckDocument;
pub use judged::CheckHeader;
pub use judged::DriverEntry;
pub use judged::IgnoredEntry;
pub use judged::OutcomeEntry;
pub use latency::BucketEntry;
pub use latency::ExemplarEntry;
pub use latency::GapEntry;
pub use latency::LatencyDocument;
pub use latency::LatencyHeader;
pub use latency::LatencyMeanEntry;
pub use latency::LatencyQuantileEntry;
pub use latency::LayerEntry;
pub use latency::MeaningEntry;
pub use latency::MeasuredEntry;
pub use latency::SlowestEntry;
pub use pipeline::ArrivingEntry;
pub use pipeline::ArrivingLabelEntry;
pub use pipeline::DroppedEntry;
pub use pipeline::DroppedTargetsEntry;
pub use pipeline::FailedEntry;
pub use pipeline::LabelSpreadEntry;
pub use pipeline::LostEntry;
pub use pipeline::NoticeEntry;
pub use pipeline::PipelineEntry;
pub use pipeline::PipelineTotalsEntry;
pub use pipeline::PositionEntry;
pub use pipeline::RenamedEntry;
pub use pipeline::StageEntry;
pub use pipeline::UnjudgedEntry;

/// Version of the document; grows when a key changes its meaning or goes, not when one is added.
pub const SCHEMA_VERSION: u32 = 1;

/// What `audit`, `families`, `labels` and `filter` write with `-o json`; the same for all of them.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "meshctl audit")]
pub struct Document<'a> {
    /// Everything but the lists.
    #[serde(flatten)]
    pub header: Header<'a>,
    /// Targets that were read to their end, by name.
    pub targets: Vec<TargetEntry<'a>>,
    /// Families that the family filter lets through.
    pub families: Vec<FamilyEntry<'a>>,
    /// Labels of the whole survey, whatever the family filter.
    pub labels: Vec<LabelEntry<'a>>,
    /// Where lines were refused, by target.
    pub rejects: Vec<RejectEntry<'a>>,
    /// Calls that fail where an HTTP status does not tell; null where traffic was not looked at (only `audit` does).
    pub hidden_failures: Option<HiddenFailuresEntry<'a>>,
    /// Who calls whom, by workload: those that `edges` writes; empty where traffic was not looked at.
    pub edges: Vec<EdgeEntry<'a>>,
    /// What is wrong with the telemetry.
    pub findings: Vec<FindingEntry<'a>>,
    /// What the first simulated pipeline makes of it, up to its first exporter; null where none was simulated.
    pub pipeline: Option<PipelineEntry<'a>>,
    /// The same for further exporters and pipelines.
    pub more_pipelines: Vec<PipelineEntry<'a>>,
    /// What is not simulated and could change the numbers, and what the Collector would warn of.
    pub notices: Vec<NoticeEntry<'a>>,
}

/// What the numbers stand for, and their sums.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Header<'a> {
    /// 1.
    pub schema_version: u32,
    /// Version of the program that wrote the document.
    pub meshctl_version: &'static str,
    /// Sources as typed, without credentials.
    pub inputs: &'a [String],
    /// Which targets the numbers stand for.
    pub coverage: CoverageEntry<'a>,
    /// The user stopped it before all was read.
    pub interrupted: bool,
    /// Glob that `families` is limited to; nothing else is.
    pub family_filter: Option<&'a str>,
    /// Time between two scrapes of a target, from which rates follow.
    pub scrape_interval_seconds: f64,
    /// Sums over all targets that were read.
    pub totals: TotalsEntry,
}

/// Targets expected, read, lost and passed over.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CoverageEntry<'a> {
    /// Targets that should have been read: those scraped and those failed.
    pub expected: u64,
    /// Targets read to their end.
    pub scraped: u64,
    /// Targets lost.
    pub failed: Vec<FailureEntry<'a>>,
    /// What was found and deliberately not read.
    pub skipped: Vec<SkipEntry<'a>>,
}

/// A target that was lost.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FailureEntry<'a> {
    /// Namespace, pod and container as far as known, else the source.
    pub target: &'a str,
    /// File, archive member or URL.
    pub origin: &'a str,
    /// What went wrong.
    pub reason: &'a str,
}

/// Something that was passed over.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SkipEntry<'a> {
    /// File, archive member or URL.
    pub origin: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Sums over all targets that were read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TotalsEntry {
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
    /// Samples beyond the first of their series.
    pub duplicates: u64,
    /// Bytes of all bodies, decompressed.
    pub body_bytes: u64,
    /// Series divided by the scrape interval.
    pub samples_per_second: f64,
    /// Data points that an OpenTelemetry Collector makes of one scrape of all targets.
    pub otlp_data_points: u64,
}

/// What one target exposes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TargetEntry<'a> {
    /// Namespace, pod and container as far as known, else the source.
    pub name: &'a str,
    /// File, archive member or URL.
    pub origin: &'a str,
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
#[derive(Debug, Serialize, JsonSchema)]
pub struct FamilyEntry<'a> {
    /// Name on the `# TYPE` line, or the sample name where there is none.
    pub name: &'a str,
    /// Declared type; `unknown` where there is none.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = [
        "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset", "unknown"
    ]))]
    pub family_type: &'static str,
    /// Unit on the `# UNIT` line.
    pub unit: Option<&'a str>,
    /// Distinct sample names, as a count.
    pub names: u64,
    /// The same names, sorted.
    pub sample_names: &'a [String],
    /// Distinct (target, name, label set).
    pub series: u64,
    /// Lines read as samples.
    pub samples: u64,
    /// Series divided by the scrape interval.
    pub samples_per_second: f64,
    /// Bytes of its sample and metadata lines.
    pub body_bytes: u64,
    /// Data points that an OpenTelemetry Collector makes of it: a histogram's lines are one.
    pub otlp_data_points: u64,
    /// How its series spread over the targets that have any; null where none has.
    pub series_per_target: Option<SpreadEntry<'a>>,
    /// Its labels.
    pub labels: Vec<FamilyLabelEntry<'a>>,
}

/// How a count spreads over the targets that have at least one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SpreadEntry<'a> {
    /// Targets that have at least one.
    pub targets: u64,
    /// Smallest count.
    pub min: u64,
    /// Median; the mean of the middle two where the number of targets is even.
    pub median: f64,
    /// Largest count.
    pub max: u64,
    /// First target with the largest count; null where all have the same.
    pub outlier: Option<&'a str>,
}

/// One label within one family.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FamilyLabelEntry<'a> {
    /// Label name.
    pub name: &'a str,
    /// Series that carry it with a value.
    pub series: u64,
    /// Costs, and what is known of its values.
    #[serde(flatten)]
    pub cost: LabelCost<'a>,
}

/// One label over all families of the survey.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LabelEntry<'a> {
    /// Label name.
    pub name: &'a str,
    /// How many families have it on some line.
    pub families: u64,
    /// Series that carry it with a value.
    pub series: u64,
    /// Costs, and what is known of its values.
    #[serde(flatten)]
    pub cost: LabelCost<'a>,
}

/// What a label costs and why.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LabelCost<'a> {
    /// Distinct values; an empty value is none.
    pub values: u64,
    /// Series that would vanish without this label alone; of a structural label never a saving to take.
    pub marginal_saving_series: u64,
    /// It costs bytes and no series: other labels determine it, or it is constant.
    pub redundant: bool,
    /// The labels that determine it; empty for a constant, for one that is not redundant, and for one that
    /// varies only along with something else, such as the sample name.
    pub determined_by: &'a [String],
    /// `le` of a histogram or `quantile` of a summary: dropping it destroys the family.
    pub structural: bool,
    /// Bytes of its `name="value"` texts and one separator each.
    pub body_bytes: u64,
    /// What its values look like; null where that is not plain.
    #[schemars(extend("enum" = [
        "ip", "ip_port", "uuid", "hash", "pod_name", "hostname", "url_path", "number", null
    ]))]
    pub class: Option<&'static str>,
    /// The values that most series carry, most first.
    pub top_values: Vec<ValueEntry<'a>>,
}

/// A value and how many series carry it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ValueEntry<'a> {
    /// The value, unescaped.
    pub value: &'a str,
    /// Series with this value.
    pub series: u64,
}

/// The lines of one target that were refused.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RejectEntry<'a> {
    /// Name of the target.
    pub target: &'a str,
    /// File, archive member or URL.
    pub origin: &'a str,
    /// How many in all.
    pub count: u64,
    /// How many of them hold an unescaped quote in a label value.
    pub unescaped: u64,
    /// The first few, in body order.
    pub first: Vec<RejectedLineEntry<'a>>,
}

/// One refused line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RejectedLineEntry<'a> {
    /// Counts from 1.
    pub line: u64,
    /// In bytes, counts from 1.
    pub column: u64,
    /// Stable name of the reason.
    pub kind: &'a str,
    /// What is wrong, in words.
    pub message: &'a str,
    /// The part of the line around the column.
    pub excerpt: &'a str,
}

/// One thing that is wrong with the telemetry.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FindingEntry<'a> {
    /// `group/name`, stable; `meshctl explain ID` tells more.
    pub id: &'static str,
    /// How bad it is.
    #[schemars(extend("enum" = ["info", "low", "medium", "high"]))]
    pub severity: &'static str,
    /// What it is about.
    pub subject: SubjectEntry<'a>,
    /// One sentence with the numbers in it.
    pub message: &'a str,
    /// The same numbers typed, with units in their keys.
    pub evidence: &'a Map<String, Value>,
    /// What to do about it.
    pub remedy: &'a str,
    /// Where in which files it can be seen, the one to look at first in front; none where it is about numbers.
    pub places: Vec<PlaceEntry<'a>>,
    /// What to write instead, where that is certain; no two overlap.
    pub fix: Vec<FixEntry<'a>>,
}

/// A part of one line of a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlaceEntry<'a> {
    /// The file as named.
    pub file: &'a str,
    /// Counts from 1.
    pub line: u32,
    /// In characters, counts from 1.
    pub column: u32,
    /// In characters, from the column on; 0 where only the place is known.
    pub length: u32,
    /// What there is to see; null where the message says it.
    pub note: Option<&'a str>,
}

/// One change to a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FixEntry<'a> {
    /// The file as named.
    pub file: &'a str,
    /// First byte that goes, counts from 0.
    pub start_byte: u64,
    /// The byte behind the last one that goes; the same where nothing does.
    pub end_byte: u64,
    /// What comes there.
    pub text: &'a str,
}

/// What a finding is about; null where a part does not apply.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SubjectEntry<'a> {
    /// Name of a target.
    pub target: Option<&'a str>,
    /// Name of a family.
    pub family: Option<&'a str>,
    /// Name of a label.
    pub label: Option<&'a str>,
    /// Caller and callee, as `emojivoto/web → emojivoto/emoji`.
    pub edge: Option<&'a str>,
    /// Part of a configuration, as `processor filter/mesh`, or a budget.
    pub part: Option<&'a str>,
}
