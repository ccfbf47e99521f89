//! From one scrape to metrics, as the Prometheus receiver does it.
//!
//! In come the table of a scrape and what its job asks; out come the metrics that enter the pipeline, with
//! what metric relabeling dropped and what the receiver could not place. A scrape is all or nothing: what
//! Prometheus refuses of it leaves the synthetic series only.

mod families;
mod intake;
mod job;
mod memory;
mod merge;
mod metric;
mod page;
mod resource;
mod runs;
mod scrape;
mod starts;
mod synthetic;

pub use job::Endpoint;
pub use job::Job;
pub use job::Limits;
pub(super) use merge::merge;
pub use scrape::Body;
pub use scrape::Lost;
pub use scrape::Received;
pub use scrape::Receiver;
pub use scrape::Relabeled;
pub use scrape::Shortfall;
pub use scrape::Stored;

/// Release from which the Prometheus 3 library is used: UTF-8 names, normalised `le` and `quantile`.
pub const PROMETHEUS_3_FROM: u16 = 120;

/// Release from which counters are told from their `_created` lines and points without a value left out
/// (`isCounterCreatedLine`, `metricGroup.hasValue`).
const CREATED_FROM: u16 = 144;

/// Release from which a series that stands twice in a body is refused the second time: the receiver
/// hands out references from then on, and the scrape loop remembers them (`transaction.append`).
const REFERENCES_FROM: u16 = 151;

/// Release from which every label that begins with `otel_scope_` belongs to the scope (`getScopeID`).
const SCOPE_LABELS_FROM: u16 = 149;

/// Release from which `otel_scope_info` is a metric like any other (gate `IgnoreScopeInfoMetric`, beta).
const SCOPE_INFO_FROM: u16 = 156;

/// Release from which `server.address`, `server.port` and `url.scheme` are there. Older ones have
/// `net.host.name`, `net.host.port` and `http.scheme`; the first release with both lies between 0.103
/// and 0.105.
const BOTH_NAMES_FROM: u16 = 105;

/// Release from which the old names of these attributes are gone (gate `RemoveLegacyResourceAttributes`:
/// alpha in 0.122, beta in 0.127; the releases between were not to be had).
const NEW_NAMES_FROM: u16 = 127;

/// Release from which a point has no start unless its scrape tells (gate `RemoveStartTimeAdjustment`: alpha
/// in 0.139, beta in 0.141; 0.140 was not looked at).
const NO_STARTS_FROM: u16 = 141;

/// Release whose scope is named after the module path; `otelcol/prometheusreceiver` before.
const MODULE_SCOPE_FROM: u16 = 103;
