//! The keys of what `latency` writes.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use super::CoverageEntry;

/// What `latency` writes with `-o json`: what the mesh and the application measured of the same calls.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "meshctl latency")]
pub struct LatencyDocument<'a> {
    /// Everything but what was measured.
    #[serde(flatten)]
    pub header: LatencyHeader<'a>,
    /// What the mesh measured.
    pub mesh: LayerEntry<'a>,
    /// What the application measured.
    pub app: LayerEntry<'a>,
    /// Quantiles of both, and the gaps between them.
    pub quantiles: Vec<LatencyQuantileEntry>,
    /// Means of both; these are exact.
    pub mean: LatencyMeanEntry,
    /// What a gap usually means, and what limits what can be said of it.
    pub meanings: Vec<MeaningEntry>,
}

/// Which scrapes were read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LatencyHeader<'a> {
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
}

/// One side.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LayerEntry<'a> {
    /// The selector, as typed.
    pub selector: &'a str,
    /// Histograms that fit it, by name.
    pub families: Vec<&'a str>,
    /// Targets that have any, summed over the families.
    pub targets: u64,
    /// Distinct label sets, `le` aside.
    pub series: u64,
    /// Observations.
    pub count: f64,
    /// Their sum, in the unit as exposed.
    pub sum: f64,
    /// Unit of `sum`, of the buckets, and of what is not said to be in seconds; null where it is unknown. Seconds where
    /// families differ.
    #[schemars(extend("enum" = ["nanoseconds", "microseconds", "milliseconds", "seconds", null]))]
    pub unit: Option<&'static str>,
    /// How the unit is known: typed, by `# UNIT`, by the end of the name, or not.
    #[schemars(extend("enum" = ["flag", "declared", "name", "unknown"]))]
    pub unit_from: &'static str,
    /// Where the proxy stood that measured: on the caller's side, the called one's, or both; empty where labels do not tell.
    pub measured_at: Vec<&'static str>,
    /// All series added up, by bound.
    pub buckets: Vec<BucketEntry>,
    /// Exemplars of the slowest bucket that has any; null where none has.
    pub slowest: Option<SlowestEntry<'a>>,
}

/// One bucket.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BucketEntry {
    /// Upper bound, as exposed; null in the last bucket, which has none.
    pub upper: Option<f64>,
    /// Observations that are at most this.
    pub cumulative_count: f64,
}

/// One quantile of both sides.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LatencyQuantileEntry {
    /// From 0 to 1.
    pub quantile: f64,
    /// Of the mesh; null where there is no observation or no bucket without a limit.
    pub mesh: Option<MeasuredEntry>,
    /// Of the application; null likewise.
    pub app: Option<MeasuredEntry>,
    /// What the mesh takes longer; null where a side or its unit is unknown.
    pub gap: Option<GapEntry>,
}

/// A quantile and the bucket it lies in.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct MeasuredEntry {
    /// As `histogram_quantile` gives it, in the unit as exposed.
    pub value: f64,
    /// Lower bound of its bucket; null where there is none.
    pub lower: Option<f64>,
    /// Upper bound of its bucket; null in the last bucket, which has none.
    pub upper: Option<f64>,
    /// The value in seconds; null where the unit is unknown, as in the next two.
    pub value_seconds: Option<f64>,
    /// The lower bound in seconds.
    pub lower_seconds: Option<f64>,
    /// The upper bound in seconds.
    pub upper_seconds: Option<f64>,
}

/// What the mesh takes longer.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct GapEntry {
    /// Mesh minus application.
    pub seconds: f64,
    /// Its part of the mesh's time, from 0 to 1 where the mesh is slower; null where that time is 0.
    pub share: Option<f64>,
    /// The gap is no less than this, wherever in their buckets the quantiles lie; null where that has no limit.
    pub lower_seconds: Option<f64>,
    /// The gap is no more than this; null where that has no limit.
    pub upper_seconds: Option<f64>,
    /// Whether the sides differ wherever in their buckets the quantiles lie.
    pub told_apart: bool,
}

/// Means of both sides.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LatencyMeanEntry {
    /// Of the mesh, in seconds; null without an observation, and where the unit is unknown.
    pub mesh_seconds: Option<f64>,
    /// Of the application; null likewise.
    pub app_seconds: Option<f64>,
    /// Mesh minus application.
    pub gap_seconds: Option<f64>,
    /// Its part of the mesh's time.
    pub share: Option<f64>,
}

/// Exemplars of one bucket.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SlowestEntry<'a> {
    /// Lower bound of the bucket, as exposed; null where there is none.
    pub lower: Option<f64>,
    /// Upper bound of the bucket, as exposed; null in the last bucket, which has none.
    pub upper: Option<f64>,
    /// No slower bucket has observations.
    pub is_slowest_bucket: bool,
    /// The slowest few, that first.
    pub exemplars: Vec<ExemplarEntry<'a>>,
}

/// One observation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExemplarEntry<'a> {
    /// Id of its trace; null where no label holds one.
    pub trace_id: Option<&'a str>,
    /// The observation, in the unit as exposed.
    pub value: f64,
    /// The observation in seconds; null where the unit is unknown.
    pub value_seconds: Option<f64>,
    /// When, as written: seconds since 1970.
    pub timestamp: Option<&'a str>,
    /// All its labels.
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    pub labels: Map<String, Value>,
    /// Name of the target that it was scraped from.
    pub target: &'a str,
}

/// Something to know about the comparison.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MeaningEntry {
    /// What it is; more kinds may come.
    pub kind: &'static str,
    /// In words.
    pub message: String,
}
