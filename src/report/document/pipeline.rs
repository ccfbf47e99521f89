//! The keys of what was simulated.

use schemars::JsonSchema;
use serde::Serialize;

/// What one pipeline makes of all targets, up to one of its exporters.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PipelineEntry<'a> {
    /// Its id: `metrics/mesh`.
    pub name: &'a str,
    /// The configuration: the file as named, or the filter as typed.
    pub config: &'a str,
    /// Id of the exporter whose arrivals are counted; null where nothing simulated sends.
    pub exporter: Option<&'a str>,
    /// Time between two scrapes, from which its rates follow.
    pub scrape_interval_seconds: f64,
    /// Targets that entered, counted once for each scrape job that takes them.
    pub targets: u64,
    /// Its stages in order: the scrape, relabeling, receiver, processors, the exporter.
    pub stages: Vec<StageEntry<'a>>,
    /// What arrives, by name; most series first.
    pub arriving: Vec<ArrivingEntry<'a>>,
    /// Labels of what arrives; most values first.
    pub arriving_labels: Vec<ArrivingLabelEntry<'a>>,
    /// Sums over what arrives, and what of it was scraped.
    pub totals: PipelineTotalsEntry,
    /// Scrapes and payloads that were lost as a whole.
    pub lost: Vec<LostEntry<'a>>,
    /// Targets that target relabeling dropped.
    pub dropped_targets: Vec<DroppedTargetsEntry<'a>>,
    /// Rules of target relabeling that ask for labels that the sources do not tell; taken as not there.
    pub unjudged: Vec<UnjudgedEntry<'a>>,
}

/// One stage: what there is behind it, and what it did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StageEntry<'a> {
    /// Its id: `filter/mesh`, `metric_relabel_configs`.
    pub name: &'a str,
    /// What kind of stage.
    #[schemars(extend("enum" = [
        "scrape", "relabeling", "receiver", "processor", "exporter", "storage"
    ]))]
    pub kind: &'static str,
    /// Where it is defined; null for what every pipeline has.
    pub position: Option<PositionEntry<'a>>,
    /// Distinct names.
    pub names: u64,
    /// Distinct (target, name, label set); behind an exporter distinct (name, label set), as a store has it.
    pub series: u64,
    /// Data points in a Collector; null where there are none yet.
    pub data_points: Option<u64>,
    /// Series divided by the scrape interval.
    pub samples_per_second: f64,
    /// Bytes of the series as exposition text; null where it is not known.
    pub body_bytes: Option<u64>,
    /// How many labels the series have; null where there are none, or it is not known.
    pub labels_per_series: Option<LabelSpreadEntry>,
    /// What went here, most series first.
    pub dropped: Vec<DroppedEntry<'a>>,
    /// What got another name here.
    pub renamed: Vec<RenamedEntry<'a>>,
    /// Rules that could not be judged for some items.
    pub failed: Vec<FailedEntry<'a>>,
}

/// How many labels series have.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LabelSpreadEntry {
    /// Fewest.
    pub min: u64,
    /// Median; the mean of the middle two where their number is even.
    pub median: f64,
    /// Most.
    pub max: u64,
}

/// Series of one name that a stage dropped for one reason.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DroppedEntry<'a> {
    /// The name before the stage.
    pub name: &'a str,
    /// Series dropped.
    pub series: u64,
    /// Data points dropped.
    pub data_points: u64,
    /// Why, in words; empty where the rule says it all.
    pub reason: &'a str,
    /// The rule that decided, as written; null where none did.
    pub rule: Option<&'a str>,
    /// Where the rule stands.
    pub position: Option<PositionEntry<'a>>,
}

/// A name that a stage changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RenamedEntry<'a> {
    /// The name before.
    pub from: &'a str,
    /// The name behind.
    pub to: &'a str,
    /// How often: metrics of single scrapes, or series in relabeling.
    pub times: u64,
    /// The rule, as written; null where several together made the name.
    pub rule: Option<&'a str>,
    /// Where the rule stands.
    pub position: Option<PositionEntry<'a>>,
}

/// A rule that could not be judged.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FailedEntry<'a> {
    /// For how many items.
    pub times: u64,
    /// The first message.
    pub message: &'a str,
    /// The rule, as written.
    pub rule: Option<&'a str>,
    /// Where it stands.
    pub position: Option<PositionEntry<'a>>,
}

/// A place in a configuration.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PositionEntry<'a> {
    /// The file as named; `--ottl` or `--keep-regex` for what was typed.
    pub file: &'a str,
    /// Counts from 1.
    pub line: u32,
    /// In characters, counts from 1.
    pub column: u32,
}

/// One name that arrives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ArrivingEntry<'a> {
    /// The name as a store has it.
    pub name: &'a str,
    /// Distinct label sets.
    pub series: u64,
    /// Data points it is made of.
    pub data_points: u64,
    /// Series divided by the scrape interval.
    pub samples_per_second: f64,
}

/// One label of what arrives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ArrivingLabelEntry<'a> {
    /// Label name.
    pub name: &'a str,
    /// Series that carry it.
    pub series: u64,
    /// Distinct values.
    pub values: u64,
}

/// Sums over what arrives, beside what was scraped.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PipelineTotalsEntry {
    /// Distinct names scraped.
    pub scraped_names: u64,
    /// Distinct (target, name, label set) scraped.
    pub scraped_series: u64,
    /// Distinct names that arrive.
    pub names: u64,
    /// Distinct (name, label set) that arrive.
    pub series: u64,
    /// Samples sent for one scrape of all targets: more than series where points ended as the same series.
    pub samples: u64,
    /// Series that arrive divided by the scrape interval.
    pub samples_per_second: f64,
}

/// A scrape or payload that was lost as a whole.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LostEntry<'a> {
    /// Name of the target.
    pub target: &'a str,
    /// File, archive member or URL.
    pub origin: &'a str,
    /// Id of the stage that refused it.
    pub stage: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Series that went with it.
    pub series: u64,
}

/// Targets that a rule of target relabeling dropped.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DroppedTargetsEntry<'a> {
    /// The scrape job.
    pub job: &'a str,
    /// How many.
    pub targets: u64,
    /// The rule, as written.
    pub rule: Option<&'a str>,
    /// Where it stands.
    pub position: Option<PositionEntry<'a>>,
}

/// A rule of target relabeling that could not be judged.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnjudgedEntry<'a> {
    /// The scrape job.
    pub job: Option<&'a str>,
    /// The label that it asks for and the sources do not tell.
    pub label: &'a str,
    /// For how many targets.
    pub targets: u64,
    /// The rule, as written.
    pub rule: Option<&'a str>,
    /// Where it stands.
    pub position: Option<PositionEntry<'a>>,
}

/// Something about the configuration that could change the numbers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NoticeEntry<'a> {
    /// The component, option or variable it is about.
    pub subject: &'a str,
    /// What it could change, or what becomes of it.
    pub message: &'a str,
    /// Where it stands.
    pub position: Option<PositionEntry<'a>>,
}
