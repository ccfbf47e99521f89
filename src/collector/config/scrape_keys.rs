//! The keys that a Prometheus knows, by release of the Collector that has it as a library.

use super::super::decode::Fields;
use super::super::position::ConfigError;

/// Prometheus 0.53 of June 2024 (`github.com/prometheus/prometheus`).
pub(super) const V0_53: u16 = 105;
/// Prometheus 3.0 (0.300).
pub(super) const V3_0: u16 = 120;
/// `prometheus/common` 0.62, which takes any UTF-8 name unless told otherwise.
pub(super) const COMMON_0_62: u16 = 118;
/// Prometheus 3.4 (0.304).
pub(super) const V3_4: u16 = 128;
/// Prometheus 3.5 (0.305).
pub(super) const V3_5: u16 = 131;
/// Prometheus 3.7 (0.307).
pub(super) const V3_7: u16 = 139;
/// Prometheus 3.8 (0.308).
pub(super) const V3_8: u16 = 142;
/// Prometheus 3.10 (0.310).
pub(super) const V3_10: u16 = 148;
/// Prometheus 3.11 (0.311).
pub(super) const V3_11: u16 = 150;
/// Owners of pods may be attached to targets from then on.
pub(super) const POD_OWNERS_FROM: u16 = V3_11;

/// How a target may be asked (`HTTPClientConfig` in `prometheus/common`): nothing of it changes what a scrape
/// that succeeds brings, so it is checked for its keys and left alone.
pub(super) fn http_client(fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    for key in [
        "bearer_token",
        "bearer_token_file",
        "proxy_url",
        "no_proxy",
        "http_headers",
        "proxy_connect_header",
    ] {
        fields.take(key);
    }
    for key in ["follow_redirects", "enable_http2", "proxy_from_environment"] {
        fields.bool(key)?;
    }
    parts(
        fields,
        "basic_auth",
        &[
            "username",
            "username_file",
            "username_ref",
            "password",
            "password_file",
            "password_ref",
        ],
    )?;
    parts(
        fields,
        "authorization",
        &["type", "credentials", "credentials_file", "credentials_ref"],
    )?;
    parts(
        fields,
        "oauth2",
        &[
            "client_id",
            "client_secret",
            "client_secret_file",
            "client_secret_ref",
            "client_certificate_key_id",
            "client_certificate_key",
            "client_certificate_key_file",
            "client_certificate_key_ref",
            "grant_type",
            "signature_algorithm",
            "iss",
            "audience",
            "claims",
            "scopes",
            "token_url",
            "endpoint_params",
            "tls_config",
            "proxy_url",
            "no_proxy",
            "proxy_from_environment",
            "proxy_connect_header",
        ],
    )?;
    parts(
        fields,
        "tls_config",
        &[
            "ca",
            "cert",
            "key",
            "ca_file",
            "cert_file",
            "key_file",
            "ca_ref",
            "cert_ref",
            "key_ref",
            "server_name",
            "insecure_skip_verify",
            "min_version",
            "max_version",
        ],
    )
}

/// Checks the keys of a map within a map.
fn parts(
    fields: &mut Fields<'_>,
    key: &'static str,
    known: &[&'static str],
) -> Result<(), ConfigError> {
    let Some(node) = fields.take(key) else {
        return Ok(());
    };
    let mut inner = Fields::of(node, format!("`{key}`"))?;
    for key in known {
        inner.take(key);
    }
    inner.finish()
}

/// The kinds of discovery beside `kubernetes` and `static`, and the release that brought each.
pub(super) const DISCOVERIES: [(&str, u16); 33] = [
    ("aws_sd_configs", V3_8),
    ("azure_sd_configs", 0),
    ("consul_sd_configs", 0),
    ("digitalocean_sd_configs", 0),
    ("dns_sd_configs", 0),
    ("docker_sd_configs", 0),
    ("dockerswarm_sd_configs", 0),
    ("ec2_sd_configs", 0),
    ("ecs_sd_configs", V3_8),
    ("elasticache_sd_configs", V3_11),
    ("eureka_sd_configs", 0),
    ("file_sd_configs", 0),
    ("gce_sd_configs", 0),
    ("hetzner_sd_configs", 0),
    ("http_sd_configs", 0),
    ("ionos_sd_configs", 0),
    ("kuma_sd_configs", 0),
    ("lightsail_sd_configs", 0),
    ("linode_sd_configs", 0),
    ("marathon_sd_configs", 0),
    ("msk_sd_configs", V3_10),
    ("nerve_sd_configs", 0),
    ("nomad_sd_configs", 0),
    ("openstack_sd_configs", 0),
    ("ovhcloud_sd_configs", 0),
    ("puppetdb_sd_configs", 0),
    ("rds_sd_configs", V3_11),
    ("scaleway_sd_configs", 0),
    ("serverset_sd_configs", 0),
    ("stackit_sd_configs", V3_5),
    ("triton_sd_configs", 0),
    ("uyuni_sd_configs", 0),
    ("vultr_sd_configs", 0),
];
