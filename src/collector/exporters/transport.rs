//! Keys that matter to how data travels, not to what is stored: known, so that others are found wrong.

use super::super::decode::Fields;
use super::super::position::ConfigError;
use super::super::version::Version;
use super::super::yaml::Kind;
use super::super::yaml::Node;

/// Keys of a section, each with the first release (0 for all) that knows it.
type Keys = &'static [(&'static str, u16)];

/// Takes the keys that the release knows, whatever their values are.
fn take(fields: &mut Fields<'_>, keys: Keys, version: Version) {
    for (key, since) in keys {
        if version.is_from(*since) {
            fields.take(key);
        }
    }
}

/// Checks the keys of a section, if it is there and a map.
fn section(
    fields: &mut Fields<'_>,
    key: &'static str,
    keys: Keys,
    version: Version,
) -> Result<(), ConfigError> {
    let Some(node) = fields.take(key) else {
        return Ok(());
    };
    let mut fields = Fields::of(node, key)?;
    take(&mut fields, keys, version);
    fields.finish()
}

/// `confighttp.ClientConfig`; `timeout` is the exporter's, too.
pub(super) fn http_client(fields: &mut Fields<'_>, version: Version) -> Result<(), ConfigError> {
    const KEYS: Keys = &[
        ("endpoint", 0),
        ("proxy_url", 0),
        ("read_buffer_size", 0),
        ("write_buffer_size", 0),
        ("timeout", 0),
        ("headers", 0),
        ("auth", 0),
        ("compression", 0),
        ("compression_params", 118),
        ("max_idle_conns", 0),
        ("max_idle_conns_per_host", 0),
        ("max_conns_per_host", 0),
        ("idle_conn_timeout", 0),
        ("disable_keep_alives", 0),
        ("http2_read_idle_timeout", 0),
        ("http2_ping_timeout", 0),
        ("cookies", 104),
        ("force_attempt_http2", 132),
    ];
    take(fields, KEYS, version);
    middlewares(fields, version);
    tls(fields, false, version)
}

/// `confighttp.ServerConfig`.
pub(super) fn http_server(fields: &mut Fields<'_>, version: Version) -> Result<(), ConfigError> {
    const KEYS: Keys = &[
        ("endpoint", 0),
        ("transport", 144),
        ("dialer", 144),
        ("cors", 0),
        ("auth", 0),
        ("max_request_body_size", 0),
        ("include_metadata", 0),
        ("response_headers", 0),
        ("compression_algorithms", 103),
        ("read_timeout", 106),
        ("read_header_timeout", 106),
        ("write_timeout", 106),
        ("idle_timeout", 106),
        ("keep_alives_enabled", 138),
    ];
    take(fields, KEYS, version);
    middlewares(fields, version);
    tls(fields, true, version)
}

/// The key was `middleware` from 0.125.0 on, and is `middlewares` since 0.132.0.
fn middlewares(fields: &mut Fields<'_>, version: Version) {
    if version.is_from(132) {
        fields.take("middlewares");
    } else if version.is_from(125) {
        fields.take("middleware");
    }
}

/// `configtls.ClientConfig` or `configtls.ServerConfig`.
fn tls(fields: &mut Fields<'_>, of_server: bool, version: Version) -> Result<(), ConfigError> {
    const SHARED: Keys = &[
        ("ca_file", 0),
        ("ca_pem", 0),
        ("cert_file", 0),
        ("cert_pem", 0),
        ("key_file", 0),
        ("key_pem", 0),
        ("min_version", 0),
        ("max_version", 0),
        ("cipher_suites", 0),
        ("reload_interval", 0),
        ("include_system_ca_certs_pool", 0),
        ("include_insecure_cipher_suites", 119),
        ("curve_preferences", 119),
        ("tpm", 119),
    ];
    const CLIENT: Keys = &[
        ("insecure", 0),
        ("insecure_skip_verify", 0),
        ("server_name_override", 0),
    ];
    const SERVER: Keys = &[("client_ca_file", 0), ("client_ca_file_reload", 0)];
    let Some(node) = fields.take("tls") else {
        return Ok(());
    };
    let mut fields = Fields::of(node, "tls")?;
    take(&mut fields, SHARED, version);
    take(
        &mut fields,
        if of_server { SERVER } else { CLIENT },
        version,
    );
    fields.finish()
}

/// `configretry.BackOffConfig`.
pub(super) fn retry(fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    const KEYS: Keys = &[
        ("enabled", 0),
        ("initial_interval", 0),
        ("randomization_factor", 0),
        ("multiplier", 0),
        ("max_interval", 0),
        ("max_elapsed_time", 0),
    ];
    section(fields, "retry_on_failure", KEYS, Version::default())
}

/// `exporterhelper.QueueConfig`, later `QueueBatchConfig`. The keys of all releases are taken.
pub(super) fn sending_queue(fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    const KEYS: Keys = &[
        ("enabled", 0),
        ("num_consumers", 0),
        ("queue_size", 0),
        ("storage", 0),
        ("blocking", 0),
        ("block_on_overflow", 0),
        ("wait_for_result", 0),
        ("sizer", 0),
        ("batch", 0),
    ];
    section(fields, "sending_queue", KEYS, Version::default())
}

/// `otlp`: `exporter/otlpexporter` with `configgrpc.ClientConfig`.
pub(super) fn otlp_grpc(node: &Node, version: Version) -> Result<(), ConfigError> {
    const KEYS: Keys = &[
        ("endpoint", 0),
        ("timeout", 0),
        ("compression", 0),
        ("keepalive", 0),
        ("read_buffer_size", 0),
        ("write_buffer_size", 0),
        ("wait_for_ready", 0),
        ("headers", 0),
        ("balancer_name", 0),
        ("authority", 0),
        ("auth", 0),
        ("user_agent", 151),
    ];
    let mut fields = Fields::of(node, "exporter otlp")?;
    take(&mut fields, KEYS, version);
    // There for a while, then part of the queue; first seen in 0.108.0, gone in 0.132.0.
    if version.is_from(106) && !version.is_from(132) {
        fields.take("batcher");
    }
    middlewares(&mut fields, version);
    tls(&mut fields, false, version)?;
    retry(&mut fields)?;
    sending_queue(&mut fields)?;
    fields.finish()
}

/// `otlphttp`: `exporter/otlphttpexporter` with `confighttp.ClientConfig`.
pub(super) fn otlp_http(node: &Node, version: Version) -> Result<(), ConfigError> {
    const KEYS: Keys = &[
        ("metrics_endpoint", 0),
        ("traces_endpoint", 0),
        ("logs_endpoint", 0),
        ("profiles_endpoint", 131),
        ("encoding", 0),
    ];
    let mut fields = Fields::of(node, "exporter otlphttp")?;
    http_client(&mut fields, version)?;
    take(&mut fields, KEYS, version);
    retry(&mut fields)?;
    sending_queue(&mut fields)?;
    fields.finish()
}

/// `debug`: `exporter/debugexporter`.
pub(super) fn debug(node: &Node, version: Version) -> Result<(), ConfigError> {
    const KEYS: Keys = &[
        ("verbosity", 0),
        ("sampling_initial", 0),
        ("sampling_thereafter", 0),
        ("use_internal_logger", 105),
        ("output_paths", 144),
    ];
    let mut fields = Fields::of(node, "exporter debug")?;
    take(&mut fields, KEYS, version);
    if version.is_from(133) {
        sending_queue(&mut fields)?;
    }
    fields.finish()
}

/// `logging`: `exporter/loggingexporter`, the forerunner of `debug`.
pub(super) fn logging(node: &Node, version: Version) -> Result<(), ConfigError> {
    const KEYS: Keys = &[
        ("loglevel", 0),
        ("verbosity", 0),
        ("sampling_initial", 0),
        ("sampling_thereafter", 0),
    ];
    let mut fields = Fields::of(node, "exporter logging")?;
    take(&mut fields, KEYS, version);
    fields.finish()
}

/// `file`: `exporter/fileexporter`.
pub(super) fn file(node: &Node, version: Version) -> Result<(), ConfigError> {
    const KEYS: Keys = &[
        ("path", 0),
        ("append", 0),
        ("format", 0),
        ("encoding", 0),
        ("compression", 0),
        ("compression_params", 131),
        ("flush_interval", 0),
        ("create_directory", 131),
        ("directory_permissions", 131),
    ];
    const ROTATION: Keys = &[
        ("max_megabytes", 0),
        ("max_days", 0),
        ("max_backups", 0),
        ("localtime", 0),
    ];
    const GROUPS: Keys = &[
        ("enabled", 0),
        ("resource_attribute", 0),
        ("max_open_files", 0),
    ];
    let mut fields = Fields::of(node, "exporter file")?;
    take(&mut fields, KEYS, version);
    section(&mut fields, "rotation", ROTATION, version)?;
    section(&mut fields, "group_by", GROUPS, version)?;
    fields.finish()
}

/// `nop`, which has no settings and refuses none.
pub(super) fn nop(node: &Node) -> Result<(), ConfigError> {
    match &node.kind {
        Kind::Null | Kind::Map(_) => Ok(()),
        _ => Fields::of(node, "exporter nop").map(drop),
    }
}
