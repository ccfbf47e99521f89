//! Settings of exporters, from YAML to what changes what is stored.
//!
//! Every key that the release knows is known here, too, even if it only matters to the transport; a key
//! it does not know is an error, as it is at the Collector's start. The keys come from the structs that
//! the exporters are decoded into (`config.go`, `confighttp`, `configgrpc`, `configtls`, `exporterhelper`).

use super::super::decode::Fields;
use super::super::decode::text;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::version::Version;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::Config;
use super::conversion::Conversion;
use super::era::Era;
use super::labels::LabelNamer;
use super::prometheus::Pull;
use super::remotewrite::RemoteWrite;
use super::transport;

/// `prometheusremotewrite`: `exporter/prometheusremotewriteexporter/config.go`.
pub(super) fn remote_write(node: &Node, version: Version) -> Result<Config, ConfigError> {
    let mut fields = Fields::of(node, "exporter prometheusremotewrite")?;
    let mut settings = RemoteWrite::new(version);
    transport::http_client(&mut fields, version)?;
    transport::retry(&mut fields)?;
    settings.namespace = fields.text("namespace")?.unwrap_or_default();
    remote_write_queue(&mut fields)?;
    if let Some(node) = fields.take("external_labels") {
        settings.external_labels = external_labels(node, version)?;
    }
    at_least(&mut fields, "max_batch_size_bytes", 0)?;
    if version.is_from(118) {
        at_least(&mut fields, "max_batch_request_parallelism", 1)?;
    }
    settings.conversion = conversion(&mut fields, version)?;
    wal(&mut fields, version)?;
    settings.target_info = switch(&mut fields, "target_info")?.unwrap_or(true);
    if !version.is_from(123) {
        settings.created = switch(&mut fields, "export_created_metric")?.unwrap_or(false);
    }
    settings.with_suffixes = fields.bool("add_metric_suffixes")?.unwrap_or(true);
    fields.bool("send_metadata")?;
    if version.is_from(127) {
        protobuf_message(&mut fields)?;
    }
    if version.is_from(147) {
        settings.scope_labels = !fields.bool("disable_scope_info")?.unwrap_or(false);
    }
    if version.is_from(151)
        && let Some((strategy, at)) = strategy(&mut fields)?
    {
        if strategy.utf8 {
            let message =
                "this translation_strategy needs remote write 2.0, which a feature gate holds back";
            return Err(ConfigError::new(at, message).with_help(
                "use `UnderscoreEscapingWithSuffixes` or `UnderscoreEscapingWithoutSuffixes`",
            ));
        }
        settings.with_suffixes = strategy.with_suffixes;
    }
    fields.finish()?;
    Ok(Config::RemoteWrite(settings))
}

/// `prometheus`: `exporter/prometheusexporter/config.go`.
pub(super) fn pull(node: &Node, version: Version) -> Result<Config, ConfigError> {
    let mut fields = Fields::of(node, "exporter prometheus")?;
    let mut settings = Pull::new(version);
    transport::http_server(&mut fields, version)?;
    settings.namespace = fields.text("namespace")?.unwrap_or_default();
    if let Some(node) = fields.take("const_labels") {
        settings.const_labels = texts(node, "const_labels")?
            .into_iter()
            .map(|(pair, _)| pair)
            .collect();
    }
    fields.bool("send_timestamps")?;
    fields.text("metric_expiration")?;
    settings.conversion = conversion(&mut fields, version)?;
    fields.bool("enable_open_metrics")?;
    let with_suffixes = fields.bool("add_metric_suffixes")?.unwrap_or(true);
    // From 0.155.0 on a gate that is open by default leaves this key without effect (`metadata.yaml`).
    settings.with_suffixes = with_suffixes || version.is_from(155);
    if version.is_from(136)
        && let Some((strategy, _)) = strategy(&mut fields)?
    {
        settings.with_suffixes = strategy.with_suffixes;
        settings.utf8 = strategy.utf8;
    }
    if version.is_from(138) {
        transport::sending_queue(&mut fields)?;
    }
    if version.is_from(142) {
        settings.scope_labels = !fields.bool("without_scope_info")?.unwrap_or(false);
    }
    fields.finish()?;
    Ok(Config::Pull(settings))
}

/// What a translation strategy says.
struct Strategy {
    with_suffixes: bool,
    utf8: bool,
}

fn strategy(fields: &mut Fields<'_>) -> Result<Option<(Strategy, Position)>, ConfigError> {
    let Some(node) = fields.take("translation_strategy") else {
        return Ok(None);
    };
    let (with_suffixes, utf8) = match text(node)?.as_deref() {
        None | Some("") => return Ok(None),
        Some("UnderscoreEscapingWithSuffixes") => (true, false),
        Some("UnderscoreEscapingWithoutSuffixes") => (false, false),
        Some("NoUTF8EscapingWithSuffixes") => (true, true),
        Some("NoTranslation") => (false, true),
        Some(other) => {
            return Err(ConfigError::new(
                node.at,
                format!("invalid translation_strategy: {other}"),
            ));
        }
    };
    Ok(Some((
        Strategy {
            with_suffixes,
            utf8,
        },
        node.at,
    )))
}

/// Keys are sanitised when the exporter is made (`validateAndSanitizeExternalLabels`, `exporter.go`).
fn external_labels(node: &Node, version: Version) -> Result<Vec<(String, String)>, ConfigError> {
    let namer = LabelNamer::of_points(Era::of_remote_write(version));
    let mut labels: Vec<(String, String)> = Vec::new();
    for ((key, value), at) in texts(node, "external_labels")? {
        if key.is_empty() || value.is_empty() {
            let message = "external labels configuration contains an empty key or value";
            return Err(ConfigError::new(at, message));
        }
        let name = namer
            .build(&key)
            .map_err(|error| ConfigError::new(at, error.to_string()))?;
        labels.push((name, value));
    }
    // Of two keys that become one name the Collector takes any; here it is the last one.
    labels.reverse();
    labels.sort_by(|left, right| left.0.cmp(&right.0));
    labels.dedup_by(|left, right| left.0 == right.0);
    Ok(labels)
}

/// A key and its text.
type Pair = (String, String);

/// The texts of a map with the places of their keys.
fn texts(node: &Node, key: &str) -> Result<Vec<(Pair, Position)>, ConfigError> {
    match &node.kind {
        Kind::Null => Ok(Vec::new()),
        Kind::Map(entries) => {
            let pairs = entries.iter();
            let pairs = pairs.map(|entry| {
                let value = text(&entry.value)?.unwrap_or_default();
                Ok(((entry.key.clone(), value), entry.key_at))
            });
            pairs.collect()
        }
        _ => {
            let message = format!("`{key}` must be a map, not {}", node.kind_name());
            Err(ConfigError::new(node.at, message))
        }
    }
}

/// `resource_to_telemetry_conversion`. The second key came after 0.139.0.
fn conversion(fields: &mut Fields<'_>, version: Version) -> Result<Conversion, ConfigError> {
    let Some(node) = fields.take("resource_to_telemetry_conversion") else {
        return Ok(Conversion::default());
    };
    let mut fields = Fields::of(node, "resource_to_telemetry_conversion")?;
    let mut conversion = Conversion {
        enabled: fields.bool("enabled")?.unwrap_or(false),
        without_service: false,
    };
    if version.is_from(EXCLUDES_SERVICE) {
        conversion.without_service = fields.bool("exclude_service_attributes")?.unwrap_or(false);
    }
    fields.finish()?;
    Ok(conversion)
}

/// The first release seen with `exclude_service_attributes` (`pkg/resourcetotelemetry`).
const EXCLUDES_SERVICE: u16 = 142;

/// `enabled` of a section that has no other key.
fn switch(fields: &mut Fields<'_>, key: &'static str) -> Result<Option<bool>, ConfigError> {
    let Some(node) = fields.take(key) else {
        return Ok(None);
    };
    let mut fields = Fields::of(node, key)?;
    let enabled = fields.bool("enabled")?;
    fields.finish()?;
    Ok(enabled)
}

fn at_least(
    fields: &mut Fields<'_>,
    key: &'static str,
    least: i64,
) -> Result<Option<i64>, ConfigError> {
    let at = fields.at();
    match fields.int(key)? {
        Some(number) if number < least => Err(ConfigError::new(
            at,
            format!("{key} can't be set to below {least}"),
        )),
        number => Ok(number),
    }
}

fn remote_write_queue(fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    let Some(node) = fields.take("remote_write_queue") else {
        return Ok(());
    };
    let mut fields = Fields::of(node, "remote_write_queue")?;
    let enabled = fields.bool("enabled")?.unwrap_or(true);
    let size = at_least(&mut fields, "queue_size", 0)?;
    at_least(&mut fields, "num_consumers", 0)?;
    if enabled && size == Some(0) {
        return Err(ConfigError::new(
            node.at,
            "a 0 size queue will drop all the data",
        ));
    }
    fields.finish()
}

fn wal(fields: &mut Fields<'_>, version: Version) -> Result<(), ConfigError> {
    let Some(node) = fields.take("wal") else {
        return Ok(());
    };
    let mut fields = Fields::of(node, "wal")?;
    fields.text("directory")?;
    fields.int("buffer_size")?;
    fields.text("truncate_frequency")?;
    if version.is_from(131) {
        fields.text("lag_record_frequency")?;
    }
    fields.finish()
}

fn protobuf_message(fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    let Some(node) = fields.take("protobuf_message") else {
        return Ok(());
    };
    match text(node)?.as_deref() {
        None | Some("" | "prometheus.WriteRequest") => Ok(()),
        Some("io.prometheus.write.v2.Request") => Err(ConfigError::new(
            node.at,
            "remote write v2 is only supported with the feature gate exporter.prometheusremotewritexporter.enableSendingRW2",
        )),
        Some(other) => Err(ConfigError::new(
            node.at,
            format!("unknown protobuf message {other}"),
        )),
    }
}
