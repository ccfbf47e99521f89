//! `security/plain-text` and `security/skip-verify`: what others on the way can read or change.

use serde_json::json;

use super::super::Linted;
use super::super::host::Distance;
use super::super::host::Host;
use super::super::seek;
use crate::collector::config::Shape;
use crate::collector::yaml::Entry;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;
use crate::findings::Finding;
use crate::findings::Severity;

/// Keys that name where an exporter sends to.
const ENDPOINTS: [&str; 5] = [
    "endpoint",
    "metrics_endpoint",
    "traces_endpoint",
    "logs_endpoint",
    "url",
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    let exporters = linted.written.get("exporters").map(Node::entries);
    for exporter in exporters.unwrap_or_default() {
        // What is scraped from listens.
        if exporter.key != "prometheus" && !exporter.key.starts_with("prometheus/") {
            findings.extend(plain(
                linted,
                &format!("exporter {}", exporter.key),
                &exporter.value,
            ));
        }
    }
    if *linted.shape == Shape::Prometheus
        && let Some(Kind::List(writes)) = linted.written.get("remote_write").map(|node| &node.kind)
    {
        for write in writes {
            findings.extend(plain(linted, "remote_write", write));
        }
    }
    seek::each_entry(linted.written, &mut Vec::new(), &mut |above, entry| {
        let is_true = matches!(entry.value.kind, Kind::Bool(true, _));
        if entry.key == "insecure_skip_verify" && is_true {
            findings.push(unchecked(linted, above, entry));
        }
    });
}

/// Whether credentials go with what is sent.
fn has_credentials(node: &Node) -> bool {
    let headers = node.get("headers").map(Node::entries).unwrap_or_default();
    let secret = |entry: &Entry| super::super::secrets::is_secret_key(&entry.key);
    ["auth", "basic_auth", "authorization", "bearer_token"]
        .iter()
        .any(|key| node.get(key).is_some_and(|node| !node.is_null()))
        || headers.iter().any(secret)
}

fn plain(linted: &Linted<'_>, who: &str, node: &Node) -> Option<Finding> {
    let (entry, endpoint) = ENDPOINTS.iter().find_map(|key| {
        let entry = seek::entry(node, key)?;
        Some((entry, seek::known(&entry.value)?))
    })?;
    let host = Host::of(endpoint)?;
    let insecure = node.get("tls").and_then(|tls| seek::entry(tls, "insecure"));
    let insecure = insecure.filter(|entry| matches!(entry.value.kind, Kind::Bool(true, _)));
    // A scheme decides; `insecure` is for where there is none.
    let is_plain = match host.scheme {
        Some("http") => true,
        Some("https" | "unix") => false,
        _ => insecure.is_some(),
    };
    if !is_plain {
        return None;
    }
    let with = has_credentials(node);
    let severity = match (host.distance(), with) {
        (Distance::Loopback, _) => return None,
        (Distance::Cluster, false) => Severity::Info,
        (Distance::Cluster, true) | (Distance::Private, false) => Severity::Low,
        (Distance::Private, true) | (Distance::Away, false) => Severity::Medium,
        (Distance::Away, true) => Severity::High,
    };
    let far = match host.distance() {
        Distance::Loopback | Distance::Cluster => "inside the cluster",
        Distance::Private => "over a private network",
        Distance::Away => "outside the cluster",
    };
    let credentials = if with { ", credentials with them" } else { "" };
    let place = match insecure {
        Some(insecure) if host.scheme.is_none() => linted.setting(insecure, "turns encryption off"),
        _ => linted.key(entry, format!("leads {far} without encryption")),
    };
    Some(
        Finding::new(
            "security/plain-text",
            severity,
            format!(
                "{who} sends data{credentials} in plain text to {}, {far}: everybody on the way can read and change them",
                host.name
            ),
        )
        .about(seek::part("", who))
        .with_evidence([
            ("host", json!(host.name)),
            ("credentials", json!(with)),
            ("where", json!(far)),
        ])
        .seen(place)
        .with_remedy(if host.distance() == Distance::Cluster {
            "nothing, where a mesh encrypts between the two; else give the host a certificate and name its authority in \
             tls.ca_file"
        } else {
            "use TLS: an https endpoint, or tls without insecure: true, with tls.ca_file for a private authority"
        }),
    )
}

/// Whose certificate is not looked at.
fn unchecked(linted: &Linted<'_>, above: &[&str], entry: &Entry) -> Finding {
    // A kubelet, and much of what is scraped, has a certificate that nobody signed.
    let is_scrape = above.contains(&"scrape_configs") || *linted.shape == Shape::Prometheus;
    let of_exporter = above.first() == Some(&"exporters");
    let owner = above.iter().take(2).copied().collect::<Vec<_>>();
    let node = seek::at(linted.written, &owner);
    let host = ENDPOINTS.iter().find_map(|key| {
        let value = node?.get(key)?;
        Host::of(seek::known(value)?)
    });
    let near = host
        .as_ref()
        .is_some_and(|host| host.distance() <= Distance::Cluster);
    let severity = if of_exporter && !near && !is_scrape {
        Severity::Medium
    } else {
        Severity::Low
    };
    let path = above.join(".");
    let whom = host.map_or_else(String::new, |host| format!(" of {}", host.name));
    Finding::new(
        "security/skip-verify",
        severity,
        format!(
            "{path} does not check the certificate{whom}: anybody on the way can answer in its place, and read what is sent"
        ),
    )
    .about(seek::part("setting", &path))
    .with_evidence([("setting", json!(format!("{path}.insecure_skip_verify")))])
    .seen(linted.setting(entry, "any certificate will do"))
    .with_remedy("take it out, and name the authority that signed the certificate in ca_file")
}
