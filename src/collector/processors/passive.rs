//! Processors that change no name, no label and no series, and those of which it is not known.
//!
//! In come a kind and its settings; out comes why nothing changes, or what could. Settings of `batch` and
//! `memory_limiter` are checked as upstream checks them; those of the others are not read.

use super::super::decode::Fields;
use super::super::position::ConfigError;
use super::super::version::Version;
use super::super::yaml::Node;
use super::settings;

/// What is said of a processor that is not simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It changes nothing, and why.
    Passive(&'static str),
    /// It is not simulated, and what it could change.
    NotSimulated(&'static str),
    /// It takes no metrics: the Collector refuses to start with it in a pipeline of metrics.
    NotForMetrics,
}

/// What is known of a kind of processor by its name; `None` for a name that is not known at all.
pub fn known(kind: &str) -> Option<Known> {
    Some(match kind {
        "batch" => Known::Passive("it regroups payloads, and all of their points go on"),
        "memory_limiter" => Known::Passive("it refuses payloads only when memory runs out"),
        "remotetap" => Known::Passive("it shows payloads to a listener and hands them on"),
        "deltatorate" | "delta_to_rate" => Known::NotSimulated(
            "the sums it names, if they are deltas, become gauges and lose `_total`",
        ),
        "metricstarttime" | "metric_start_time" => Known::NotSimulated(
            "start times; with `strategy: subtract_initial_point` also the first points",
        ),
        "redaction" => Known::NotSimulated("labels that are not allowed go, values are masked"),
        "schema" => Known::NotSimulated("metrics and labels are renamed from schema to schema"),
        "geoip" | "geo_ip" => Known::NotSimulated("attributes of a place are added"),
        "lookup" => Known::NotSimulated("attributes are added from a table"),
        "sumologic" => Known::NotSimulated("attributes are renamed, nested or added"),
        "cardinalityguardian" => Known::NotSimulated("labels with too many values are dropped"),
        "coralogix"
        | "dns_lookup"
        | "groupbytrace"
        | "isolationforest"
        | "logdedup"
        | "log_dedup"
        | "logstransform"
        | "logs_transform"
        | "probabilistic_sampler"
        | "span"
        | "tail_sampling"
        | "unroll" => Known::NotForMetrics,
        _ => return None,
    })
}

/// Checks the settings of a passive processor, where they are known.
///
/// # Errors
/// They are not valid.
pub fn check(kind: &str, node: &Node, version: Version) -> Result<(), ConfigError> {
    match kind {
        "batch" => check_batch(node),
        "memory_limiter" => check_memory_limiter(node, version),
        _ => Ok(()),
    }
}

fn check_batch(node: &Node) -> Result<(), ConfigError> {
    let mut fields = Fields::of(node, "processor batch")?;
    let timeout = settings::duration(&mut fields, "timeout")?;
    let size = fields.int("send_batch_size")?.unwrap_or(8192);
    let max = fields.int("send_batch_max_size")?.unwrap_or(0);
    fields.texts("metadata_keys")?;
    fields.int("metadata_cardinality_limit")?;
    fields.finish()?;
    if max > 0 && max < size {
        let message = "`send_batch_max_size` must not be less than `send_batch_size`";
        return Err(ConfigError::new(node.at, message));
    }
    if timeout.is_some_and(|timeout| timeout < 0) {
        return Err(ConfigError::new(node.at, "`timeout` must not be negative"));
    }
    Ok(())
}

/// From which release on the pauses between collections of garbage can be set (core 0.115.0).
fn has_collection_intervals(version: Version) -> bool {
    version.is_from(115)
}

fn check_memory_limiter(node: &Node, version: Version) -> Result<(), ConfigError> {
    let mut fields = Fields::of(node, "processor memory_limiter")?;
    let interval = settings::duration(&mut fields, "check_interval")?.unwrap_or(0);
    let limit = fields.int("limit_mib")?.unwrap_or(0);
    let spike = fields.int("spike_limit_mib")?.unwrap_or(0);
    let share = fields.int("limit_percentage")?.unwrap_or(0);
    let spike_share = fields.int("spike_limit_percentage")?.unwrap_or(0);
    if has_collection_intervals(version) {
        settings::duration(&mut fields, "min_gc_interval_when_soft_limited")?;
        settings::duration(&mut fields, "min_gc_interval_when_hard_limited")?;
    }
    fields.finish()?;
    let error = |message: &str| Err(ConfigError::new(node.at, message));
    if interval <= 0 {
        return error("`check_interval` of memory_limiter must be greater than 0");
    }
    if limit == 0 && share == 0 {
        return error("memory_limiter needs `limit_mib` or `limit_percentage`");
    }
    if share > 100 || spike_share > 100 {
        return error("a percentage of memory_limiter must not be more than 100");
    }
    if limit > 0 && limit <= spike {
        return error("`spike_limit_mib` must be smaller than `limit_mib`");
    }
    Ok(())
}
