//! What `edges` writes with `-o json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::CoverageEntry;
use super::EndEntry;
use super::ErrorEntry;
use super::SuccessRateEntry;

/// What `edges` writes with `-o json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "meshctl edges")]
pub struct EdgesDocument<'a> {
    /// Everything but the list.
    #[serde(flatten)]
    pub header: EdgesHeader<'a>,
    /// Who calls whom, in the order that was asked for.
    pub edges: Vec<EdgeEntry<'a>>,
    /// How full the ways to services are, as Envoys tell: those with the most connections refused first.
    pub saturation: Vec<SaturationEntry<'a>>,
    /// Targets that say what another one says, such as two ports of one pod: nothing of them is counted.
    pub doubled: Vec<DoubledEntry<'a>>,
}

/// Connections of one Envoy to one of its clusters.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SaturationEntry<'a> {
    /// The target that tells.
    pub target: &'a str,
    /// Envoy's name of the cluster, such as `outbound|8080||web.shop.svc.cluster.local`.
    pub cluster: &'a str,
    /// Connections that are open (`envoy_cluster_upstream_cx_active`).
    pub active_connections: u64,
    /// Times that the limit of connections was reached (`envoy_cluster_upstream_cx_overflow`).
    pub overflows: u64,
}

/// A target that says what another one says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DoubledEntry<'a> {
    /// The one that is left out.
    pub target: &'a str,
    /// The one that is counted.
    pub counted_target: &'a str,
}

/// What the numbers stand for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EdgesHeader<'a> {
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
    /// Targets that say something of traffic.
    pub mesh_targets: u64,
    /// What the ends of an edge are.
    #[schemars(extend("enum" = ["pod", "workload", "service", "namespace", "identity"]))]
    pub by: &'static str,
    /// For how long was counted.
    pub window: WindowEntry,
    /// The older reading that this one is held against; null where proxies are counted since they were started.
    pub since: Option<SinceEntry<'a>>,
}

/// For how long targets have counted.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct WindowEntry {
    /// The shortest; null where no target tells.
    pub shortest_seconds: Option<f64>,
    /// The longest; null where no target tells.
    pub longest_seconds: Option<f64>,
    /// Targets that do not tell: their edges have no rates.
    pub unknown_targets: u64,
}

/// How two readings of the same targets fit together.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SinceEntry<'a> {
    /// Sources of the older reading, without credentials.
    pub inputs: &'a [String],
    /// Which targets were read then.
    pub coverage: CoverageEntry<'a>,
    /// Targets in both: only their traffic is counted, and that of processes that were started in between.
    pub matched_targets: u64,
    /// Targets that the older reading does not have, and that were running then: none of their calls count.
    pub only_newer_targets: u64,
    /// Targets that the newer reading does not have.
    pub only_older_targets: u64,
    /// Counters that were lower than before, or of a process that was started anew: all they hold is new.
    pub reset_series: u64,
    /// Series that the older reading does not have: all they hold is new.
    pub appeared_series: u64,
    /// Series that the newer reading does not have: what they gained is lost.
    pub vanished_series: u64,
}

/// The calls and connections between two ends. What both ends say is never added up.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EdgeEntry<'a> {
    /// Who calls.
    pub source: EndEntry<'a>,
    /// Who is called.
    pub destination: EndEntry<'a>,
    /// Services by which it is called.
    pub services: Vec<&'a str>,
    /// Whether it goes over mutual TLS of the mesh, as far as either end tells.
    #[schemars(extend("enum" = ["yes", "partly", "no", "unknown"]))]
    pub mutual_tls: &'static str,
    /// What the callers' proxies say; null where none was read.
    pub outbound: Option<EdgeViewEntry<'a>>,
    /// What the callees' proxies say; null where none was read.
    pub inbound: Option<EdgeViewEntry<'a>>,
}

/// What the proxies at one end say.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EdgeViewEntry<'a> {
    /// How many targets say so.
    pub targets: u64,
    /// Responses.
    pub calls: u64,
    /// Responses a second; null where there is none, or some target does not tell for how long it has counted.
    pub calls_per_second: Option<f64>,
    /// Calls that HTTP, the mesh and gRPC all call a success, as a part of all; null without calls.
    pub success_rate: Option<f64>,
    /// The three answers.
    pub success_rates: SuccessRateEntry,
    /// What broke calls off, where the proxy tells.
    pub errors: Vec<ErrorEntry<'a>>,
    /// How long calls took; null where nothing tells.
    pub latency_ms: Option<LatencyEntry>,
    /// Connections; null where nothing tells.
    pub tcp: Option<TcpEntry>,
    /// Whether it goes over mutual TLS of the mesh.
    #[schemars(extend("enum" = ["yes", "partly", "no", "unknown"]))]
    pub mutual_tls: &'static str,
    /// Why some of it does not.
    pub plain_reasons: Vec<&'a str>,
    /// Identities that the callers show.
    pub client_identities: Vec<&'a str>,
    /// Identities that the callees show.
    pub server_identities: Vec<&'a str>,
    /// Some name was concluded from other series or from a pod's name, and not read.
    pub names_concluded: bool,
}

/// How long calls took, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct LatencyEntry {
    /// Calls whose duration was taken.
    pub observations: f64,
    /// Their mean.
    pub mean: Option<f64>,
    /// The median.
    pub p50: Option<QuantileEntry>,
    /// 95 of 100 are no slower.
    pub p95: Option<QuantileEntry>,
    /// 99 of 100 are no slower.
    pub p99: Option<QuantileEntry>,
}

/// A quantile as `histogram_quantile` gives it, and the bucket that it lies in.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct QuantileEntry {
    /// The value; in the last bucket, which has no upper bound, the lower one.
    pub value: f64,
    /// Lower bound of the bucket; null where it has none.
    pub lower: Option<f64>,
    /// Upper bound of the bucket; null where it has none.
    pub upper: Option<f64>,
}

/// Connections, and what went over them.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct TcpEntry {
    /// Open when the scrape was taken.
    pub open_connections: u64,
    /// Opened.
    pub opened: u64,
    /// Closed.
    pub closed: u64,
    /// Bytes that the proxy read on the connection to the other end.
    pub received_bytes: u64,
    /// Bytes that it wrote there.
    pub sent_bytes: u64,
    /// Both together; null where some target does not tell for how long it has counted.
    pub bytes_per_second: Option<f64>,
}
