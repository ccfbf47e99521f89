//! What `grpc` writes with `-o json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::CoverageEntry;

/// What `grpc` writes with `-o json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "meshctl grpc")]
pub struct GrpcDocument<'a> {
    /// Everything but the lists.
    #[serde(flatten)]
    pub header: GrpcHeader<'a>,
    /// The calls of each caller to each callee, as each end counts them: those with the most hidden failures first.
    pub edges: Vec<GrpcEdgeEntry<'a>>,
    /// Families that report the same calls as better than they are, those furthest off first; last those where the
    /// difference are calls without a gRPC status.
    pub blind_families: Vec<BlindFamilyEntry<'a>>,
    /// Requests without a response, the most first.
    pub unanswered: Vec<UnansweredEntry<'a>>,
    /// What was turned away or lost before it became a response, the most first.
    pub refused: Vec<RefusedEntry<'a>>,
    /// Services whose gRPC calls no gRPC family counts.
    pub absent_families: Vec<AbsentFamilyEntry<'a>>,
}

/// Calls that fail where an HTTP status does not tell, as `audit` has it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HiddenFailuresEntry<'a> {
    /// Sums over all calls. Each is counted once: from its caller's proxy where that was read, else from its
    /// callee's.
    pub totals: GrpcTotalsEntry,
    /// Labels that somebody took away, so that failures can no longer be seen.
    pub stripped: StrippedEntry,
    /// The calls of each caller to each callee of which some fail so, as each end counts them; `grpc` has all.
    pub edges: Vec<GrpcEdgeEntry<'a>>,
    /// Families that report the same calls as better than they are, those furthest off first.
    pub blind_families: Vec<BlindFamilyEntry<'a>>,
    /// Requests without a response, the most first.
    pub unanswered: Vec<UnansweredEntry<'a>>,
    /// What was turned away or lost before it became a response, the most first.
    pub refused: Vec<RefusedEntry<'a>>,
    /// Services whose gRPC calls no gRPC family counts.
    pub absent_families: Vec<AbsentFamilyEntry<'a>>,
}

/// What the numbers stand for, and their sums.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GrpcHeader<'a> {
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
    /// Sums over all calls. Each is counted once: from its caller's proxy where that was read, else from its
    /// callee's.
    pub totals: GrpcTotalsEntry,
    /// Labels that somebody took away, so that failures can no longer be seen.
    pub stripped: StrippedEntry,
}

/// Sums over all calls.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GrpcTotalsEntry {
    /// Responses.
    pub calls: u64,
    /// Of them, those with a gRPC status.
    pub grpc_calls: u64,
    /// Status 2xx, and both the mesh and gRPC call it a failure.
    pub hidden_from_http: u64,
    /// gRPC calls it a failure, the mesh a success.
    pub hidden_from_mesh: u64,
    /// Of the latter, calls that ended without a gRPC status.
    pub without_status: u64,
    /// Success of the calls with a gRPC status.
    pub success_rate: SuccessRateEntry,
}

/// Three answers to one question, each over the calls that it can judge; null where there are none.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct SuccessRateEntry {
    /// By HTTP status: those below 500.
    pub http: Option<f64>,
    /// By the mesh's classification.
    pub mesh: Option<f64>,
    /// By gRPC status: `OK` alone.
    pub grpc: Option<f64>,
}

/// Response series of proxies that classify, without the labels that say how a call ended.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StrippedEntry {
    /// Without one of them or both.
    pub series: u64,
    /// Without `classification`.
    pub without_classification: u64,
    /// Without `grpc_status`.
    pub without_grpc_status: u64,
}

/// One end of a call.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct EndEntry<'a> {
    /// Its namespace; null where it is not known, or is the name itself.
    pub namespace: Option<&'a str>,
    /// What it is called; null for a caller of whom nothing is known.
    pub name: Option<&'a str>,
    /// What that is a name of; `target` is a saved scrape of which nothing says whose it is.
    #[schemars(extend("enum" = [
        "pod", "workload", "service", "namespace", "identity", "address", "target", "unknown"
    ]))]
    pub kind: &'static str,
}

/// The calls of one caller to one callee, as one end counts them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GrpcEdgeEntry<'a> {
    /// Whose proxy counts: `outbound` the caller's, `inbound` the callee's.
    #[schemars(extend("enum" = ["inbound", "outbound"]))]
    pub direction: &'static str,
    /// Who calls.
    pub source: EndEntry<'a>,
    /// Who is called.
    pub destination: EndEntry<'a>,
    /// The service by which it is called.
    pub service: Option<&'a str>,
    /// Route (`GRPCRoute/name`), or else authority.
    pub route: Option<&'a str>,
    /// It is part of the totals: the other end does not count these calls too.
    pub in_totals: bool,
    /// Responses.
    pub calls: u64,
    /// Of them, those with a gRPC status.
    pub grpc_calls: u64,
    /// Status 2xx, and both the mesh and gRPC call it a failure.
    pub hidden_from_http: u64,
    /// gRPC calls it a failure, the mesh a success.
    pub hidden_from_mesh: u64,
    /// Of the latter, calls that ended without a gRPC status.
    pub without_status: u64,
    /// Hidden failures divided by calls with a gRPC status, which is what `--fail-on-hidden` judges; null without any.
    pub hidden_ratio: Option<f64>,
    /// Responses with a code that names the client as at fault.
    pub client_fault: u64,
    /// Responses with a code that names the server as at fault.
    pub server_fault: u64,
    /// Three answers for the same calls.
    pub success_rate: SuccessRateEntry,
    /// Responses by gRPC status and classification.
    pub codes: Vec<CodeEntry>,
    /// What broke calls off, where the proxy tells.
    pub errors: Vec<ErrorEntry<'a>>,
}

/// What broke calls off.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorEntry<'a> {
    /// As the label has it: Linkerd's `error`, or Envoy's `response_flags`.
    pub error: &'a str,
    /// What Envoy's flags mean; null for what is none.
    pub meaning: Option<String>,
    /// Responses.
    pub responses: u64,
}

/// Responses that ended with one code.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CodeEntry {
    /// Its number; null for a text that the specification does not know.
    pub code: Option<u32>,
    /// Its name in the specification, or the text.
    pub name: String,
    /// What the mesh calls it; null where the label is missing.
    #[schemars(extend("enum" = ["failure", "success", null]))]
    pub classification: Option<&'static str>,
    /// Whose fault it names; null for `OK`, unknown codes, and where there was no status (2, counted as a success).
    #[schemars(extend("enum" = ["client", "server", null]))]
    pub fault: Option<&'static str>,
    /// How often.
    pub responses: u64,
}

/// A family that reports calls as better than they are.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BlindFamilyEntry<'a> {
    /// The sample name.
    pub family: &'a str,
    /// Whose proxy counts it.
    #[schemars(extend("enum" = ["inbound", "outbound"]))]
    pub direction: &'static str,
    /// What is called: `namespace/name:port`, with the kind in front unless it is a service.
    pub destination: String,
    /// Calls as the family counts them.
    pub calls: u64,
    /// Failures that it does not see.
    pub hidden: u64,
    /// Of them, calls that ended without a gRPC status.
    pub without_status: u64,
    /// Success as the family has it: no status from 500 on and no error.
    pub reported_success_rate: f64,
    /// Success of the same calls as `response_total` has it: HTTP, mesh and gRPC agree on it.
    pub true_success_rate: f64,
}

/// Requests that have no response (yet): cancelled, or in flight.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnansweredEntry<'a> {
    /// Whose proxy counts.
    #[schemars(extend("enum" = ["inbound", "outbound"]))]
    pub direction: &'static str,
    /// Who calls.
    pub source: EndEntry<'a>,
    /// Who is called.
    pub destination: EndEntry<'a>,
    /// The family that counts requests.
    pub family: &'static str,
    /// Requests.
    pub requests: u64,
    /// Responses.
    pub responses: u64,
    /// The difference.
    pub unanswered: u64,
}

/// Calls or connections that were turned away or lost.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RefusedEntry<'a> {
    /// The workload, pod or target whose proxy says so.
    pub proxy: &'a str,
    /// The sample name that tells.
    pub family: &'a str,
    /// Which end the proxy is at.
    #[schemars(extend("enum" = ["inbound", "outbound"]))]
    pub direction: &'static str,
    /// What was turned away.
    #[schemars(extend("enum" = [
        "denied", "denied-connection", "rate-limited", "no-route", "proxy-error", "connection-error"
    ]))]
    pub what: &'static str,
    /// Why, as the label has it.
    pub reason: Option<&'a str>,
    /// What was called, as far as is known.
    pub destination: Option<&'a str>,
    /// Who called, as far as is known.
    pub client: Option<&'a str>,
    /// How often.
    pub count: u64,
}

/// A service whose gRPC calls no gRPC family counts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AbsentFamilyEntry<'a> {
    /// The sample name that is missing.
    pub family: &'a str,
    /// What is called, as in `blind_families`.
    pub destination: String,
    /// `opaque`: its port is opaque, so that calls are seen by nothing. `no-grpc-route`: no `GRPCRoute` says that it is
    /// called by gRPC, so that its calls are counted as HTTP.
    #[schemars(extend("enum" = ["opaque", "no-grpc-route"]))]
    pub why: &'static str,
    /// Opaque connections; else gRPC calls that `response_total` knows of.
    pub count: u64,
}
