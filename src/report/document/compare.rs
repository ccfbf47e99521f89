//! The keys of what `compare` writes.

use schemars::JsonSchema;
use serde::Serialize;

use super::CoverageEntry;

/// What `compare` writes with `-o json`: two readings of a mesh, held against each other.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "meshctl compare")]
pub struct ComparisonDocument<'a> {
    /// Everything but the lists.
    #[serde(flatten)]
    pub header: ComparisonHeader<'a>,
    /// Families that the family filter lets through, in the order asked for.
    pub families: Vec<FamilyChangeEntry<'a>>,
    /// Labels over all families that came, went or changed, whatever the family filter.
    pub labels: Vec<LabelChangeEntry<'a>>,
    /// What runs the pods; null where a side does not tell.
    pub workloads: Option<Vec<WorkloadChangeEntry<'a>>>,
    /// All targets.
    pub targets: Vec<TargetChangeEntry<'a>>,
    /// How many targets say that they are of which version of which proxy; null where a side does not tell.
    pub versions: Option<Vec<VersionChangeEntry<'a>>>,
    /// Pods that labels of the newer side name, and that are no targets of it; null where a side does not tell.
    pub pods: Option<Vec<PodEntry<'a>>>,
}

/// What is compared, and its sums.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComparisonHeader<'a> {
    /// 1.
    pub schema_version: u32,
    /// Version of the program that wrote the document.
    pub meshctl_version: &'static str,
    /// The older side.
    pub before: ComparedSideEntry<'a>,
    /// The newer side.
    pub after: ComparedSideEntry<'a>,
    /// Glob that `families` is limited to; nothing else is.
    pub family_filter: Option<&'a str>,
    /// Nothing that is known differs: no family, label, series or target came, went or changed.
    pub equal: bool,
    /// What cannot be known, as a saved audit does not hold it: `churn`, `workloads`, `versions`, `pods`, which are null then.
    pub unknown: Vec<&'static str>,
    /// Sums over all targets that were read.
    pub totals: TotalsChangeEntry,
    /// Which series stayed; null where a side does not hold its series.
    pub churn: Option<ChurnEntry>,
    /// Pods that labels of the newer side name, as counts; null where a side does not tell.
    pub pods_named: Option<PodsNamedEntry>,
}

/// One side of the comparison.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComparedSideEntry<'a> {
    /// What it was made from.
    #[schemars(extend("enum" = ["scrapes", "audit"]))]
    pub kind: &'static str,
    /// Version of the program that wrote the audit; null for scrapes.
    pub audit_meshctl_version: Option<&'a str>,
    /// Sources as typed, without credentials; of an audit those it was made from.
    pub inputs: &'a [String],
    /// The file that the audit is in; null for scrapes.
    pub file: Option<&'a str>,
    /// Which targets the numbers stand for. Where some failed, what is missing on this side may just not have been read.
    pub coverage: CoverageEntry<'a>,
    /// The user stopped it before all was read.
    pub interrupted: bool,
}

/// A count on both sides.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct CountChangeEntry {
    /// On the older side.
    pub before: u64,
    /// On the newer side.
    pub after: u64,
    /// What came to it; negative where it became less.
    pub growth: i64,
    /// The same in percent of what there was; null where there was nothing.
    pub growth_percent: Option<f64>,
}

/// Sums over all targets that were read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TotalsChangeEntry {
    /// Targets read to their end.
    pub targets: CountChangeEntry,
    /// Distinct families.
    pub families: CountChangeEntry,
    /// Distinct sample names.
    pub names: CountChangeEntry,
    /// Distinct label names.
    pub labels: CountChangeEntry,
    /// Distinct (target, name, label set).
    pub series: CountChangeEntry,
    /// Bytes of all bodies, decompressed.
    pub body_bytes: CountChangeEntry,
    /// Data points that an OpenTelemetry Collector makes of one scrape of all targets.
    pub otlp_data_points: CountChangeEntry,
}

/// Which series stayed, over all targets.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChurnEntry {
    /// Series of both sides: the same target, name and labels.
    pub stayed_series: u64,
    /// Of these, those that are of another family than before: its `# TYPE` line changed.
    pub moved_series: u64,
    /// Series gone from targets that are on both sides.
    pub disappeared_series: u64,
    /// Series new in targets that are on both sides.
    pub appeared_series: u64,
    /// Series gone with their targets.
    pub disappeared_with_targets_series: u64,
    /// Series new with their targets.
    pub appeared_with_targets_series: u64,
}

/// One family on both sides.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FamilyChangeEntry<'a> {
    /// Its name.
    pub name: &'a str,
    /// On which side it is.
    #[schemars(extend("enum" = ["both", "came", "went"]))]
    pub status: &'static str,
    /// Its type before; null where it came.
    pub type_before: Option<&'a str>,
    /// Its type now; null where it went.
    pub type_after: Option<&'a str>,
    /// Its series.
    pub series: CountChangeEntry,
    /// Bytes of its sample and metadata lines.
    pub body_bytes: CountChangeEntry,
    /// Which of its series stayed; null where a side does not hold its series.
    pub churn: Option<TurnoverEntry>,
    /// Its sample names that are new, sorted.
    pub names_came: &'a [String],
    /// Its sample names that are gone, sorted.
    pub names_went: &'a [String],
    /// Its labels that came, went or changed; those that grew most first.
    pub labels: Vec<LabelChangeEntry<'a>>,
    /// Workloads with more or fewer of its series, those that grew most first; null where a side does not tell.
    pub workloads: Option<Vec<WorkloadSeriesEntry<'a>>>,
    /// Series that it took over from another family or gave to one, as their `# TYPE` line changed.
    pub moved: Vec<MovedEntry<'a>>,
}

/// Which of a number of series stayed.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct TurnoverEntry {
    /// In both readings.
    pub stayed_series: u64,
    /// In the older reading only.
    pub disappeared_series: u64,
    /// In the newer reading only.
    pub appeared_series: u64,
    /// In both, and now of another family.
    pub moved_out_series: u64,
    /// In both, and before of another family.
    pub moved_in_series: u64,
}

/// Series that went from one family to another.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MovedEntry<'a> {
    /// The family on the older side.
    pub from: &'a str,
    /// The family on the newer side.
    pub to: &'a str,
    /// How many.
    pub series: u64,
}

/// One label on both sides, of a family or over all of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LabelChangeEntry<'a> {
    /// Its name.
    pub name: &'a str,
    /// On which side it is.
    #[schemars(extend("enum" = ["both", "came", "went"]))]
    pub status: &'static str,
    /// `le` of a histogram or `quantile` of a summary, on either side.
    pub structural: bool,
    /// Distinct values.
    pub values: CountChangeEntry,
    /// Series that would vanish without this label alone.
    pub marginal_saving_series: CountChangeEntry,
    /// Series that carry it with a value.
    pub series: CountChangeEntry,
    /// Families that have it; 1 or 0 within a family.
    pub families: CountChangeEntry,
}

/// Series of one family in one workload.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WorkloadSeriesEntry<'a> {
    /// Its namespace; null where that is not known.
    pub namespace: Option<&'a str>,
    /// Its name; null for all targets of which it is not known.
    pub workload: Option<&'a str>,
    /// Series of the family.
    pub series: CountChangeEntry,
}

/// One workload on both sides. Pods that were replaced by others of the same workload change nothing here but
/// `targets_came`, `targets_went` and the series that came and went.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WorkloadChangeEntry<'a> {
    /// Its namespace; null where that is not known.
    pub namespace: Option<&'a str>,
    /// Its name; null for all targets of which it is not known.
    pub workload: Option<&'a str>,
    /// Its targets.
    pub targets: CountChangeEntry,
    /// Targets that are new.
    pub targets_came: u64,
    /// Targets that are gone.
    pub targets_went: u64,
    /// Series of its targets.
    pub series: CountChangeEntry,
    /// Series that are gone, with their targets or without.
    pub disappeared_series: u64,
    /// Series that are new, with their targets or without.
    pub appeared_series: u64,
}

/// One target on both sides.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TargetChangeEntry<'a> {
    /// On which side it is.
    #[schemars(extend("enum" = ["both", "came", "went"]))]
    pub status: &'static str,
    /// What it is called on the older side; null where it came.
    pub before: Option<&'a str>,
    /// What it is called on the newer side; null where it went.
    pub after: Option<&'a str>,
    /// By what both were found to be one: their name, the end of their path, or that there is no other; null where it
    /// is on one side only.
    #[schemars(extend("enum" = ["name", "file", "only", null]))]
    pub matched_by: Option<&'static str>,
    /// Its series.
    pub series: CountChangeEntry,
    /// Which of them stayed; null where a side does not hold its series.
    pub churn: Option<TurnoverEntry>,
}

/// Targets of one version of a proxy.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VersionChangeEntry<'a> {
    /// Whose proxy; null for targets that say nothing as a proxy does.
    #[schemars(extend("enum" = ["linkerd", "istio", null]))]
    pub proxy: Option<&'static str>,
    /// Its version, as `proxy_build_info` or `istio_build` has it; null where it does not tell.
    pub version: Option<&'a str>,
    /// Targets.
    pub targets: CountChangeEntry,
}

/// Pods that labels of the newer side name. A series that names two counts for both.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct PodsNamedEntry {
    /// Pods that are targets of the newer side.
    pub there: u64,
    /// Series that name them.
    pub there_series: u64,
    /// Pods that are gone.
    pub gone: u64,
    /// Series that name them.
    pub gone_series: u64,
    /// Pods of which that cannot be told.
    pub untold: u64,
    /// Series that name them.
    pub untold_series: u64,
}

/// A pod that a label of the newer side names, and that is no target of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PodEntry<'a> {
    /// The label.
    pub label: &'a str,
    /// Its namespace; null where no label beside it tells.
    pub namespace: Option<&'a str>,
    /// Its name.
    pub pod: &'a str,
    /// Series of the newer side that name it.
    pub series: u64,
    /// It was a target of the older side, and everything of the newer one was read.
    pub gone: bool,
    /// Why it cannot be told whether it is gone; null where it is.
    #[schemars(extend("enum" = ["never-a-target", "not-all-read", null]))]
    pub why_untold: Option<&'static str>,
}
