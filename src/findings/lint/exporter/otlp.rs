//! `exporter/otlp-names` and `exporter/tls-expected`: what comes of sending OTLP.

use serde_json::json;

use super::super::Linted;
use super::super::flow::Flow;
use super::super::host::Distance;
use super::super::host::Host;
use super::super::seek;
use crate::collector::config::Component;
use crate::collector::config::Config;
use crate::collector::config::Role;
use crate::collector::yaml::Entry;
use crate::findings::Finding;
use crate::findings::Severity;

/// Stores that keep OTLP in a way of their own: words of their names and paths, and what they do.
const STORES: [(&str, &[&str], &str); 2] = [
    (
        "VictoriaMetrics",
        &[
            "victoria",
            "vminsert",
            "vmsingle",
            "vmagent",
            "/opentelemetry/",
        ],
        "names stay as they come unless it is started with -opentelemetry.usePrometheusNaming, there is no job and no \
         instance (service.name and service.instance.id instead), all attributes of resources are labels, and there is \
         no target_info",
    ),
    (
        "OpenObserve",
        &["openobserve", "zo-"],
        "names are only made legal, so that counters of OTLP get no _total, attributes of resources are labels, and \
         there is no target_info",
    ),
];

pub(super) fn inspect(
    linted: &Linted<'_>,
    config: &Config,
    flows: &[Flow<'_>],
    findings: &mut Vec<Finding>,
) {
    let mut seen: Vec<&str> = Vec::new();
    for flow in flows {
        let is_otlp = ["otlp", "otlphttp"].contains(&flow.exporter.kind.as_str());
        if is_otlp && !seen.contains(&flow.exporter.id.as_str()) {
            seen.push(&flow.exporter.id);
            findings.extend(stored_otherwise(linted, flow.exporter));
        }
    }
    for exporter in config.of_role(Role::Exporter) {
        let mut pipelines = config
            .pipelines
            .iter()
            .flat_map(|pipeline| &pipeline.exporters);
        let is_used = pipelines.any(|reference| reference.id == exporter.id);
        if exporter.kind == "otlp" && is_used {
            findings.extend(expects_tls(linted, exporter));
        }
    }
}

/// Its endpoint, where that is not a variable's.
fn endpoint<'a>(linted: &Linted<'_>, exporter: &'a Component) -> Option<(&'a Entry, &'a str)> {
    let keys = ["metrics_endpoint", "endpoint"];
    let entry = keys
        .iter()
        .find_map(|key| seek::entry(&exporter.node, key))?;
    let text = entry.value.scalar()?;
    linted.is_written(&entry.value).then_some((entry, text))
}

fn stored_otherwise(linted: &Linted<'_>, exporter: &Component) -> Option<Finding> {
    let (entry, endpoint) = endpoint(linted, exporter)?;
    let lower = endpoint.to_ascii_lowercase();
    let of_host = Host::of(&lower)
        .map(|host| host.name.to_owned())
        .unwrap_or_default();
    let path = lower
        .split_once("://")
        .map_or(lower.as_str(), |(_, rest)| rest);
    let path = path
        .split_once('/')
        .map(|(_, path)| format!("/{path}"))
        .unwrap_or_default();
    let mut stores = STORES.iter();
    let (store, _, does) = stores.find(|(_, words, _)| {
        words.iter().any(|word| {
            if word.starts_with('/') {
                path.contains(word)
            } else {
                of_host.contains(word)
            }
        })
    })?;
    Some(
        Finding::new(
            "exporter/otlp-names",
            Severity::Low,
            format!(
                "exporter {} sends OTLP to {store}, which does not store it as a Prometheus would: {does}",
                exporter.id
            ),
        )
        .about(seek::component(exporter))
        .with_evidence([("exporter", json!(exporter.id)), ("store", json!(store))])
        .seen(linted.key(entry, format!("is {store} by its name")))
        .with_remedy(
            "write queries for what is stored; for dashboards made for Prometheus, send remote write \
             (prometheusremotewrite) instead",
        ),
    )
}

/// gRPC over TLS, as nothing says otherwise, to a host of the cluster, where certificates are rare.
fn expects_tls(linted: &Linted<'_>, exporter: &Component) -> Option<Finding> {
    let (entry, endpoint) = endpoint(linted, exporter)?;
    let host = Host::of(endpoint)?;
    let tls = exporter.node.get("tls");
    let is_configured = tls.is_some_and(|tls| {
        let known = [
            "ca_file",
            "ca_pem",
            "cert_file",
            "cert_pem",
            "insecure",
            "insecure_skip_verify",
        ];
        tls.entries().iter().any(|entry| {
            known.contains(&entry.key.as_str())
                && !(entry.key == "insecure" && seek::is_false(tls, &["insecure"]))
        })
    });
    // A scheme says it, and so does the port of https.
    let is_told = host
        .scheme
        .is_some_and(|scheme| ["http", "https", "unix"].contains(&scheme));
    let near = host.distance() <= Distance::Cluster && host.port != Some("443");
    if is_configured || is_told || !near {
        return None;
    }
    let place = tls
        .and_then(|tls| seek::entry(tls, "insecure"))
        .and_then(|entry| linted.setting(entry, "expects TLS"));
    Some(
        Finding::new(
            "exporter/tls-expected",
            Severity::Medium,
            format!(
                "exporter {} speaks TLS to {}, a host of this cluster, as nothing says otherwise: most listen for plain \
                 gRPC there, and then nothing arrives and the log says connection error",
                exporter.id, host.name
            ),
        )
        .about(seek::component(exporter))
        .with_evidence([("exporter", json!(exporter.id)), ("host", json!(host.name))])
        .seen(linted.setting(entry, "expects TLS of this host"))
        .seen(place)
        .with_remedy(
            "where the host listens for plain gRPC, set tls: {insecure: true}; where it has a certificate, name its \
             authority in tls.ca_file",
        ),
    )
}
