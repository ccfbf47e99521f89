//! The settings of a `prometheus` receiver, and the Prometheus configuration in it.

use super::super::decode::Fields;
use super::super::decode::Notice;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::version::Version;
use super::super::yaml::Entry;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::components::Component;
use super::components::error_at;
use super::discovery::pairs;
use super::job;
use super::job::NameValidation;
use super::job::ScrapeJob;
use super::job::Shared;
use super::number;
use super::scrape_keys::V0_53;
use super::scrape_keys::V3_0;

/// `use_start_time_metric` and `start_time_metric_regex` are gone from then on (`receiver/prometheusreceiver`).
const NO_START_TIME_METRIC_FROM: u16 = 143;
/// `report_extra_scrape_metrics` is gone from then on.
const NO_EXTRA_METRICS_FROM: u16 = 149;
/// `api_server` is known from then on.
const API_SERVER_FROM: u16 = 122;
/// `scrape_on_shutdown` and two others are known from then on.
const SHUTDOWN_SCRAPE_FROM: u16 = 155;

/// Values of external labels are expanded from then on, because settings are read by Prometheus' own `Load`:
/// not yet in 0.123.0, and in 0.127.0.
const EXPANDED_LABELS_FROM: u16 = 124;

/// A receiver that scrapes, or a Prometheus of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct PrometheusReceiver {
    /// `prometheus/mesh`.
    pub id: String,
    /// Where the id stands; line 0 if it is in no file.
    pub at: Position,
    /// `_total` and units are taken off names.
    pub trim_metric_suffixes: bool,
    /// `process_start_time_seconds` is where counting began.
    pub use_start_time_metric: bool,
    /// Another name for that metric.
    pub start_time_metric_regex: Option<String>,
    /// `scrape_body_size_bytes` and the like are reported.
    pub report_extra_scrape_metrics: bool,
    /// Somebody else hands out the targets.
    pub target_allocator: Option<Node>,
    /// Labels for what leaves, where they are not there already.
    pub external_labels: Vec<(String, String)>,
    /// In the order written.
    pub jobs: Vec<ScrapeJob>,
}

/// Decodes a receiver.
pub(super) fn receiver(
    component: &Component,
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<PrometheusReceiver, ConfigError> {
    let id = &component.id;
    let mut fields = Fields::of(&component.node, format!("receiver `{id}`"))?;
    let mut receiver = PrometheusReceiver {
        id: id.clone(),
        at: component.at,
        trim_metric_suffixes: fields.bool("trim_metric_suffixes")?.unwrap_or(false),
        use_start_time_metric: false,
        start_time_metric_regex: None,
        report_extra_scrape_metrics: false,
        target_allocator: fields
            .take("target_allocator")
            .filter(|node| !node.is_null())
            .cloned(),
        external_labels: Vec::new(),
        jobs: Vec::new(),
    };
    if !version.is_from(NO_START_TIME_METRIC_FROM) {
        receiver.use_start_time_metric = fields.bool("use_start_time_metric")?.unwrap_or(false);
        receiver.start_time_metric_regex = fields.text("start_time_metric_regex")?;
    }
    if !version.is_from(NO_EXTRA_METRICS_FROM) {
        let extra = fields.bool("report_extra_scrape_metrics")?;
        receiver.report_extra_scrape_metrics = extra.unwrap_or(false);
    }
    if version.is_from(API_SERVER_FROM) {
        fields.take("api_server");
    }
    if version.is_from(SHUTDOWN_SCRAPE_FROM) {
        fields.bool("scrape_on_shutdown")?;
        fields.bool("discovery_reload_on_startup")?;
        fields.take("initial_scrape_offset");
    }
    let config = fields.take("config").map(number::rewritten);
    fields.finish()?;
    let mut has_files = false;
    if let Some(config) = config.filter(|config| !config.is_null()) {
        ensure_supported(&config)?;
        has_files = read(&mut receiver, &config, version, notices)?;
    }
    if let Some(allocator) = &receiver.target_allocator {
        notices.push(Notice {
            at: allocator.at,
            subject: id.clone(),
            message: "a target allocator hands out targets and jobs, which are not known here"
                .to_owned(),
        });
    } else if receiver.jobs.is_empty() && !has_files {
        let message =
            format!("receivers::{id}: no Prometheus scrape_configs or target_allocator set");
        return Err(error_at(component.at, id, message));
    }
    Ok(receiver)
}

/// Decodes the configuration of a Prometheus of its own.
pub(super) fn bare(
    id: &str,
    root: &Node,
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<PrometheusReceiver, ConfigError> {
    let mut receiver = PrometheusReceiver {
        id: id.to_owned(),
        at: root.at,
        trim_metric_suffixes: false,
        use_start_time_metric: false,
        start_time_metric_regex: None,
        report_extra_scrape_metrics: false,
        target_allocator: None,
        external_labels: Vec::new(),
        jobs: Vec::new(),
    };
    read(&mut receiver, root, version, notices)?;
    Ok(receiver)
}

/// Refuses what Prometheus can do and the receiver cannot (`PromConfig.Validate`).
fn ensure_supported(config: &Node) -> Result<(), ConfigError> {
    let is_filled = |node: &Node| match &node.kind {
        Kind::List(items) => !items.is_empty(),
        _ => false,
    };
    let alerting = |key: &str| {
        config
            .get("alerting")
            .and_then(|alerting| alerting.get(key))
    };
    for (node, name) in [
        (alerting("alertmanagers"), "alert_config.alertmanagers"),
        (
            alerting("alert_relabel_configs"),
            "alert_config.relabel_configs",
        ),
        (config.get("remote_read"), "remote_read"),
        (config.get("remote_write"), "remote_write"),
        (config.get("rule_files"), "rule_files"),
    ] {
        if let Some(node) = node.filter(|node| is_filled(node)) {
            return Err(ConfigError::new(
                node.at,
                format!("unsupported features: {name}"),
            ));
        }
    }
    Ok(())
}

/// Reads global settings and jobs; true if there are more jobs in files that are not read.
fn read(
    receiver: &mut PrometheusReceiver,
    config: &Node,
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<bool, ConfigError> {
    let mut fields = Fields::of(config, "a Prometheus configuration")?;
    for key in [
        "alerting",
        "rule_files",
        "storage",
        "tracing",
        "remote_write",
        "remote_read",
    ] {
        fields.take(key);
    }
    if version.is_from(V0_53) {
        fields.take("runtime");
    }
    if version.is_from(V3_0) {
        fields.take("otlp");
    }
    let global = match fields.take("global").filter(|node| !node.is_null()) {
        Some(node) => global(node, receiver, version, notices)?,
        None => Shared::default(),
    };
    let files = fields.list("scrape_config_files")?;
    if let Some(file) = files.first() {
        notices.push(Notice {
            at: file.at,
            subject: format!("{}: scrape_config_files", receiver.id),
            message: "jobs in these files are not read".to_owned(),
        });
    }
    let jobs = fields.list("scrape_configs")?;
    fields.finish()?;
    let mut names = std::collections::HashSet::new();
    for node in jobs {
        let job = job::read(node, &global, version, notices)?;
        if !names.insert(job.name.clone()) {
            let at = node.get("job_name").map_or(node.at, |node| node.at);
            let name = &job.name;
            let message = format!("found multiple scrape configs with job name \"{name}\"");
            return Err(error_at(at, name, message));
        }
        receiver.jobs.push(job);
    }
    Ok(!files.is_empty())
}

fn global(
    node: &Node,
    receiver: &mut PrometheusReceiver,
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<Shared, ConfigError> {
    let mut fields = Fields::of(node, "`global`")?;
    let shared = Shared::take(&mut fields, version)?;
    number::duration(&mut fields, "evaluation_interval")?;
    fields.text("query_log_file")?;
    if version.is_from(V0_53) {
        number::duration(&mut fields, "rule_query_offset")?;
    }
    if let Some(labels) = fields.take("external_labels") {
        receiver.external_labels = pairs(labels, "`external_labels`")?;
        let dollar = |entry: &&Entry| entry.value.scalar().is_some_and(|text| text.contains('$'));
        if version.is_from(EXPANDED_LABELS_FROM) {
            notices.extend(labels.entries().iter().filter(dollar).map(|entry| {
                Notice {
                    at: entry.value.at,
                    subject: format!("{}: external_labels", receiver.id),
                    message:
                        "Prometheus replaces variables in this value; it is taken as written here"
                            .to_owned(),
                }
            }));
        }
        let validation = shared.validation(version);
        let valid = |name: &str| match validation {
            NameValidation::Utf8 => !name.is_empty(),
            NameValidation::Legacy => is_legacy_name(name),
        };
        if let Some(entry) = labels.entries().iter().find(|entry| !valid(&entry.key)) {
            let name = &entry.key;
            return Err(error_at(
                entry.key_at,
                name,
                format!("\"{name}\" is not a valid label name"),
            ));
        }
    }
    fields.finish()?;
    shared.ensure_timeout(node)?;
    Ok(shared)
}

/// Letters, digits and `_`, no digit first.
fn is_legacy_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
