//! One entry of `scrape_configs`, with what it takes over from `global` (`config/config.go` of Prometheus).

use std::time::Duration;

use super::super::decode::Fields;
use super::super::decode::Notice;
use super::super::decode::text;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::version::Version;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::components::error_at;
use super::discovery;
use super::discovery::Discovery;
use super::number;
use super::scrape_keys;
use super::scrape_keys::COMMON_0_62;
use super::scrape_keys::V3_0;
use super::scrape_keys::V3_4;
use super::scrape_keys::V3_5;
use super::scrape_keys::V3_8;
use super::scrape_keys::V3_10;

/// Which names of metrics and labels are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameValidation {
    /// Letters, digits, `_` and, for metrics, `:`.
    Legacy,
    /// Any UTF-8.
    Utf8,
}

/// What makes a scrape fail as a whole, or a job scrape nothing; 0: no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Bytes of the body, uncompressed.
    pub body_bytes: u64,
    /// Samples after metric relabeling.
    pub samples: u64,
    /// Targets after relabeling.
    pub targets: u64,
    /// Labels of a series after metric relabeling.
    pub labels: u64,
    /// Bytes of a label's name.
    pub label_name_bytes: u64,
    /// Bytes of a label's value.
    pub label_value_bytes: u64,
    /// Buckets of a native histogram.
    pub native_histogram_buckets: u64,
}

/// One job, complete with its defaults.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own in the file"
)]
pub struct ScrapeJob {
    /// `job_name`.
    pub name: String,
    /// Where it begins.
    pub at: Position,
    /// Between two scrapes of a target.
    pub interval: Duration,
    /// Where the interval is written; line 0 if it is Prometheus' own.
    pub interval_at: Position,
    /// How long a scrape may take.
    pub timeout: Duration,
    /// Labels of the target do not replace those that were scraped.
    pub honor_labels: bool,
    /// Scraped times are kept.
    pub honor_timestamps: bool,
    /// Series with times of their own get staleness markers too.
    pub track_timestamps_staleness: bool,
    /// Path of the URL.
    pub metrics_path: String,
    /// `http` or `https`.
    pub scheme: String,
    /// Parameters of the URL.
    pub params: Vec<(String, Vec<String>)>,
    /// What makes it fail.
    pub limits: Limits,
    /// Which names are taken.
    pub validation: NameValidation,
    /// `allow-utf-8`, `underscores`, `dots` or `values`.
    pub escaping: String,
    /// What is asked for, in order of preference; empty for the default of the release.
    pub protocols: Vec<String>,
    /// What a body is taken for whose content type says nothing. The receiver itself falls back to the classic
    /// text format where this is not set.
    pub fallback_protocol: Option<String>,
    /// Native histograms are scraped.
    pub native_histograms: bool,
    /// Classic histograms are kept beside native ones.
    pub always_classic_histograms: bool,
    /// Classic histograms become native ones with custom buckets.
    pub convert_classic_histograms: bool,
    /// `scrape_timeout_seconds` and the like are stored.
    pub extra_scrape_metrics: bool,
    /// Rules for targets, not yet compiled.
    pub relabel: Vec<Node>,
    /// Rules for samples, not yet compiled.
    pub metric_relabel: Vec<Node>,
    /// Where targets come from.
    pub discovery: Vec<Discovery>,
}

/// What may be said for all jobs at once, and for each job again.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    interval: Option<Duration>,
    interval_at: Position,
    timeout: Option<Duration>,
    limits: Limits,
    protocols: Option<Vec<String>>,
    validation: Option<NameValidation>,
    escaping: Option<String>,
    native: Option<bool>,
    always_classic: Option<bool>,
    convert_classic: Option<bool>,
    extra: Option<bool>,
}

impl Shared {
    /// Takes the keys that `global` and a job have in common.
    pub(super) fn take(fields: &mut Fields<'_>, version: Version) -> Result<Self, ConfigError> {
        let interval_at = fields.take("scrape_interval").map(|node| node.at);
        let mut shared = Self {
            // Zero is as good as nothing.
            interval: number::duration(fields, "scrape_interval")?
                .filter(|interval| !interval.is_zero()),
            interval_at: interval_at.unwrap_or_default(),
            timeout: number::duration(fields, "scrape_timeout")?
                .filter(|timeout| !timeout.is_zero()),
            limits: Limits {
                body_bytes: number::bytes(fields, "body_size_limit")?,
                samples: number::limit(fields, "sample_limit")?,
                targets: number::limit(fields, "target_limit")?,
                labels: number::limit(fields, "label_limit")?,
                label_name_bytes: number::limit(fields, "label_name_length_limit")?,
                label_value_bytes: number::limit(fields, "label_value_length_limit")?,
                native_histogram_buckets: 0,
            },
            protocols: protocols(fields, version)?,
            ..Self::default()
        };
        number::limit(fields, "keep_dropped_targets")?;
        if version.is_from(V3_0) {
            fields.text("scrape_failure_log_file")?;
            shared.validation = validation(fields)?;
        }
        if version.is_from(V3_4) {
            shared.escaping = escaping(fields)?;
            shared.convert_classic = fields.bool("convert_classic_histograms_to_nhcb")?;
        }
        if version.is_from(V3_5) {
            shared.always_classic = fields.bool("always_scrape_classic_histograms")?;
        }
        if version.is_from(V3_8) {
            shared.native = fields.bool("scrape_native_histograms")?;
        }
        if version.is_from(V3_10) {
            shared.extra = fields.bool("extra_scrape_metrics")?;
        }
        Ok(shared)
    }

    /// Refuses a timeout that is longer than its interval.
    pub(super) fn ensure_timeout(&self, node: &Node) -> Result<(), ConfigError> {
        let interval = self.interval.unwrap_or(DEFAULT_INTERVAL);
        match self.timeout {
            Some(timeout) if timeout > interval => {
                let at = node.get("scrape_timeout").map_or(node.at, |node| node.at);
                Err(ConfigError::new(
                    at,
                    "global scrape timeout greater than scrape interval",
                ))
            }
            _ => Ok(()),
        }
    }

    fn timeout(&self) -> Duration {
        self.timeout
            .unwrap_or(DEFAULT_TIMEOUT.min(self.interval.unwrap_or(DEFAULT_INTERVAL)))
    }

    /// Which names are taken unless a job says otherwise.
    pub(super) fn validation(&self, version: Version) -> NameValidation {
        let usual = if version.is_from(COMMON_0_62) {
            NameValidation::Utf8
        } else {
            NameValidation::Legacy
        };
        self.validation.unwrap_or(usual)
    }
}

/// `DefaultGlobalConfig`.
const DEFAULT_INTERVAL: Duration = Duration::from_mins(1);
/// `DefaultGlobalConfig`.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads one entry of `scrape_configs`.
pub(super) fn read(
    node: &Node,
    global: &Shared,
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<ScrapeJob, ConfigError> {
    if node.is_null() {
        return Err(ConfigError::new(
            node.at,
            "empty or null scrape config section",
        ));
    }
    let mut fields = Fields::of(node, "scrape_configs")?;
    let name_at = fields.take("job_name").map(|node| node.at);
    let name = fields.text("job_name")?.unwrap_or_default();
    if name.is_empty() {
        return Err(ConfigError::new(
            name_at.unwrap_or(node.at),
            "job_name is empty",
        ));
    }
    let mut own = Shared::take(&mut fields, version)?;
    own.limits.native_histogram_buckets =
        number::limit(&mut fields, "native_histogram_bucket_limit")?;
    fields.take("native_histogram_min_bucket_factor");
    if !version.is_from(V3_0) {
        own.always_classic = fields.bool("scrape_classic_histograms")?;
    } else if !version.is_from(V3_5) {
        own.always_classic = fields.bool("always_scrape_classic_histograms")?;
    }
    let mut fallback_protocol = None;
    if version.is_from(V3_0) {
        let at = fields.take("fallback_scrape_protocol").map(|node| node.at);
        fallback_protocol = fields
            .text("fallback_scrape_protocol")?
            .filter(|name| !name.is_empty());
        if let (Some(name), Some(at)) = (&fallback_protocol, at) {
            ensure_protocol(name, at, version)?;
        }
        if !version.is_from(V3_4) {
            own.convert_classic = fields.bool("convert_classic_histograms_to_nhcb")?;
        }
    }
    let interval = own.interval.or(global.interval).unwrap_or(DEFAULT_INTERVAL);
    let timeout = timeout(&own, global, interval, &name, node)?;
    let (validation, escaping) = names(&own, global, version, node)?;
    let relabel = rules(&mut fields, "relabel_configs", "target")?;
    let metric_relabel = rules(&mut fields, "metric_relabel_configs", "metric")?;
    let discovery = discovery::all(&mut fields, &name, version, notices)?;
    if relabel.is_empty() {
        ensure_no_urls(&discovery)?;
    }
    let job = ScrapeJob {
        at: node.at,
        interval,
        interval_at: if own.interval.is_some() {
            own.interval_at
        } else {
            global.interval_at
        },
        timeout,
        honor_labels: fields.bool("honor_labels")?.unwrap_or(false),
        honor_timestamps: fields.bool("honor_timestamps")?.unwrap_or(true),
        track_timestamps_staleness: fields.bool("track_timestamps_staleness")?.unwrap_or(false),
        metrics_path: fields
            .text("metrics_path")?
            .unwrap_or_else(|| "/metrics".to_owned()),
        scheme: fields.text("scheme")?.unwrap_or_else(|| "http".to_owned()),
        params: params(&mut fields)?,
        limits: limits(own.limits, global.limits),
        validation,
        escaping,
        protocols: own
            .protocols
            .or_else(|| global.protocols.clone())
            .unwrap_or_default(),
        fallback_protocol,
        native_histograms: own.native.or(global.native).unwrap_or(false),
        always_classic_histograms: own
            .always_classic
            .or(global.always_classic)
            .unwrap_or(false),
        convert_classic_histograms: own
            .convert_classic
            .or(global.convert_classic)
            .unwrap_or(false),
        extra_scrape_metrics: own.extra.or(global.extra).unwrap_or(false),
        relabel,
        metric_relabel,
        discovery,
        name,
    };
    fields.bool("enable_compression")?;
    scrape_keys::http_client(&mut fields)?;
    fields.finish()?;
    Ok(job)
}

fn timeout(
    own: &Shared,
    global: &Shared,
    interval: Duration,
    name: &str,
    node: &Node,
) -> Result<Duration, ConfigError> {
    match own.timeout {
        None => Ok(global.timeout().min(interval)),
        Some(timeout) if timeout <= interval => Ok(timeout),
        Some(_) => {
            let at = node.get("scrape_timeout").map_or(node.at, |node| node.at);
            let message = format!(
                "scrape timeout greater than scrape interval for scrape config with job name \"{name}\""
            );
            Err(ConfigError::new(at, message))
        }
    }
}

/// Which names are taken and how others are asked for (`ScrapeConfig.Validate`).
fn names(
    own: &Shared,
    global: &Shared,
    version: Version,
    node: &Node,
) -> Result<(NameValidation, String), ConfigError> {
    let usual = |validation| match validation {
        NameValidation::Legacy => "underscores".to_owned(),
        NameValidation::Utf8 => "allow-utf-8".to_owned(),
    };
    let of_all = global.validation(version);
    let validation = own.validation.unwrap_or(of_all);
    let escaping = own
        .escaping
        .clone()
        .unwrap_or_else(|| match own.validation {
            Some(validation) => usual(validation),
            None => global.escaping.clone().unwrap_or_else(|| usual(of_all)),
        });
    if escaping == "allow-utf-8" && validation == NameValidation::Legacy {
        let at = node
            .get("metric_name_escaping_scheme")
            .map_or(node.at, |node| node.at);
        let message = "utf8 metric names requested but validation scheme is not set to UTF8";
        return Err(ConfigError::new(at, message));
    }
    Ok((validation, escaping))
}

fn limits(own: Limits, global: Limits) -> Limits {
    let or = |own: u64, global: u64| if own == 0 { global } else { own };
    let Limits {
        body_bytes,
        samples,
        targets,
        labels,
        label_name_bytes,
        label_value_bytes,
        native_histogram_buckets,
    } = own;
    Limits {
        body_bytes: or(body_bytes, global.body_bytes),
        samples: or(samples, global.samples),
        targets: or(targets, global.targets),
        labels: or(labels, global.labels),
        label_name_bytes: or(label_name_bytes, global.label_name_bytes),
        label_value_bytes: or(label_value_bytes, global.label_value_bytes),
        native_histogram_buckets,
    }
}

/// The rules of a list; what is in them is not looked at here.
fn rules(fields: &mut Fields<'_>, key: &'static str, what: &str) -> Result<Vec<Node>, ConfigError> {
    let rules = fields.list(key)?;
    match rules.iter().find(|rule| rule.is_null()) {
        Some(rule) => {
            let message = format!("empty or null {what} relabeling rule in scrape config");
            Err(ConfigError::new(rule.at, message))
        }
        None => Ok(rules.to_vec()),
    }
}

fn ensure_no_urls(discovery: &[Discovery]) -> Result<(), ConfigError> {
    let groups = discovery.iter().filter_map(|discovery| match discovery {
        Discovery::Static(group) => Some(group),
        _ => None,
    });
    for (target, at) in groups.flat_map(|group| &group.targets) {
        if target.contains('/') {
            let error = error_at(*at, target, format!("\"{target}\" is not a valid hostname"));
            return Err(error.with_help("write host:port; the path goes into `metrics_path`"));
        }
    }
    Ok(())
}

fn params(fields: &mut Fields<'_>) -> Result<Vec<(String, Vec<String>)>, ConfigError> {
    let Some(node) = fields.take("params") else {
        return Ok(Vec::new());
    };
    let mut params = Vec::new();
    for entry in node.entries() {
        let values = match &entry.value.kind {
            Kind::List(items) => items.iter(),
            Kind::Null => [].iter(),
            _ => return Err(fields.wrong(&entry.value, "params", "lists of texts")),
        };
        let values: Result<Vec<String>, ConfigError> = values
            .map(|item| Ok(text(item)?.unwrap_or_default()))
            .collect();
        params.push((entry.key.clone(), values?));
    }
    Ok(params)
}

fn protocols(
    fields: &mut Fields<'_>,
    version: Version,
) -> Result<Option<Vec<String>>, ConfigError> {
    let Some(node) = fields
        .take("scrape_protocols")
        .filter(|node| !node.is_null())
    else {
        return Ok(None);
    };
    let names = fields.texts("scrape_protocols")?;
    if names.is_empty() {
        return Err(ConfigError::new(
            node.at,
            "scrape_protocols cannot be empty",
        ));
    }
    for (index, (name, at)) in names.iter().enumerate() {
        ensure_protocol(name, *at, version)?;
        // There are five.
        if names[..index].iter().any(|(before, _)| before == name) {
            let message = format!("duplicated protocol in scrape_protocols: {name}");
            return Err(error_at(*at, name, message));
        }
    }
    Ok(Some(names.into_iter().map(|(name, _)| name).collect()))
}

fn ensure_protocol(name: &str, at: Position, version: Version) -> Result<(), ConfigError> {
    let known = match name {
        "PrometheusProto"
        | "PrometheusText0.0.4"
        | "OpenMetricsText0.0.1"
        | "OpenMetricsText1.0.0" => true,
        "PrometheusText1.0.0" => version.is_from(V3_0),
        _ => false,
    };
    if known {
        return Ok(());
    }
    let supported = if version.is_from(V3_0) {
        "OpenMetricsText0.0.1 OpenMetricsText1.0.0 PrometheusProto PrometheusText0.0.4 PrometheusText1.0.0"
    } else {
        "OpenMetricsText0.0.1 OpenMetricsText1.0.0 PrometheusProto PrometheusText0.0.4"
    };
    let message = format!("unknown scrape protocol {name}, supported: [{supported}]");
    Err(error_at(at, name, message))
}

fn validation(fields: &mut Fields<'_>) -> Result<Option<NameValidation>, ConfigError> {
    const KEY: &str = "metric_name_validation_scheme";
    let Some(node) = fields.take(KEY) else {
        return Ok(None);
    };
    match text(node)?.as_deref() {
        None | Some("") => Ok(None),
        Some("legacy") => Ok(Some(NameValidation::Legacy)),
        Some("utf8") => Ok(Some(NameValidation::Utf8)),
        Some(_) => Err(fields.wrong(node, KEY, "`legacy` or `utf8`")),
    }
}

fn escaping(fields: &mut Fields<'_>) -> Result<Option<String>, ConfigError> {
    const KEY: &str = "metric_name_escaping_scheme";
    let Some(node) = fields.take(KEY) else {
        return Ok(None);
    };
    match text(node)? {
        None => Ok(None),
        Some(empty) if empty.is_empty() => Ok(None),
        Some(name) if ["allow-utf-8", "underscores", "dots", "values"].contains(&name.as_str()) => {
            Ok(Some(name))
        }
        Some(_) => Err(fields.wrong(
            node,
            KEY,
            "`allow-utf-8`, `underscores`, `dots` or `values`",
        )),
    }
}
