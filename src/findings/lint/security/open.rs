//! `security/open-endpoint`: doors that stand open on every address of the pod.

use serde_json::json;

use super::super::Linted;
use super::super::seek;
use crate::collector::yaml::Entry;
use crate::collector::yaml::Node;
use crate::findings::Finding;
use crate::findings::Severity;

/// Extensions that tell of the inside of a Collector, and what.
const DEBUGGING: [(&str, &str); 2] = [
    ("pprof", "profiles and the command line"),
    ("zpages", "pipelines and traces of the Collector itself"),
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    let section = |name: &str| {
        linted
            .written
            .get(name)
            .map(Node::entries)
            .unwrap_or_default()
    };
    for extension in section("extensions") {
        let kind = extension.key.split('/').next().unwrap_or_default();
        let Some((_, shows)) = DEBUGGING.iter().find(|(known, _)| *known == kind) else {
            continue;
        };
        let endpoint = seek::entry(&extension.value, "endpoint").filter(|entry| is_open(entry));
        findings.extend(endpoint.map(|endpoint| {
            about(
                Severity::Low,
                &format!("extension {}", extension.key),
                format!(
                    "extension {} listens on every address: whoever reaches the pod gets {shows}",
                    extension.key
                ),
            )
            .seen(linted.setting(endpoint, "reachable for the whole cluster"))
            .with_remedy("listen on localhost, and reach it with kubectl port-forward")
        }));
    }
    for receiver in section("receivers") {
        let mut open: Option<&Entry> = None;
        seek::each_entry(&receiver.value, &mut Vec::new(), &mut |above, entry| {
            let is_own = above.is_empty() || above[0] == "protocols";
            if entry.key == "endpoint" && is_own && is_open(entry) {
                open.get_or_insert(entry);
            }
        });
        findings.extend(open.map(|endpoint| {
            about(
                Severity::Info,
                &format!("receiver {}", receiver.key),
                format!(
                    "receiver {} listens on every address: whoever reaches the pod can send to it",
                    receiver.key
                ),
            )
            .seen(linted.setting(endpoint, "reachable for the whole cluster"))
            .with_remedy(
                "listen on the pod's own address (${env:MY_POD_IP} from the downward API), or on localhost where only \
                 neighbours in the pod send; and let a NetworkPolicy or the mesh decide who may",
            )
        }));
    }
}

fn is_open(entry: &Entry) -> bool {
    let text = seek::known(&entry.value).unwrap_or_default();
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    host.starts_with("0.0.0.0:") || host.starts_with("[::]:") || host.starts_with(':')
}

fn about(severity: Severity, who: &str, message: String) -> Finding {
    Finding::new("security/open-endpoint", severity, message)
        .about(seek::part("", who))
        .with_evidence([("who", json!(who))])
}
