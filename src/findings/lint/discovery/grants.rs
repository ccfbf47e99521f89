//! `discovery/rbac`: what the roles in the file allow, against what discovery and processors ask for.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::seek;
use super::super::workload;
use crate::collector::config::Component;
use crate::collector::config::Config;
use crate::collector::config::Discovery;
use crate::collector::config::KubernetesDiscovery;
use crate::collector::config::Role;
use crate::collector::position::Position;
use crate::collector::yaml::Node;
use crate::findings::Finding;
use crate::findings::Severity;

/// What watching takes.
const VERBS: [&str; 2] = ["list", "watch"];

/// A kind of object: its group and its plural.
type Resource = (&'static str, &'static str);

const PODS: Resource = ("", "pods");
const NAMESPACES: Resource = ("", "namespaces");
const NODES: Resource = ("", "nodes");
const REPLICA_SETS: Resource = ("apps", "replicasets");

/// Who asks for it, where that stands, whether in all namespaces, and how bad it is to go without.
struct Ask {
    who: String,
    at: Position,
    everywhere: bool,
    severity: Severity,
    lost: &'static str,
}

pub(super) fn inspect(linted: &Linted<'_>, config: &Config, findings: &mut Vec<Finding>) {
    let roles: Vec<&Node> = workload::manifests(linted)
        .into_iter()
        .filter(|node| {
            let kind = seek::text(node, &["kind"]).unwrap_or_default();
            ["ClusterRole", "Role"].contains(&kind) && node.get("rules").is_some()
        })
        .collect();
    // Whose rules stand elsewhere, or are put together by label, nobody can judge here.
    if roles.is_empty()
        || roles
            .iter()
            .any(|role| role.get("aggregationRule").is_some())
    {
        return;
    }
    for (resource, ask) in asked(config) {
        if roles
            .iter()
            .any(|role| grants(role, resource, ask.everywhere))
        {
            continue;
        }
        findings.push(missing(linted, &roles, resource, &ask));
    }
}

fn missing(linted: &Linted<'_>, roles: &[&Node], (group, plural): Resource, ask: &Ask) -> Finding {
    let kind = |role: &Node| seek::text(role, &["kind"]).unwrap_or_default().to_owned();
    let names: Vec<String> = roles
        .iter()
        .map(|role| {
            let name = seek::text(role, &["metadata", "name"]).unwrap_or("?");
            format!("{}/{name}", kind(role))
        })
        .collect();
    let where_from = if ask.everywhere {
        "in all namespaces"
    } else {
        "there"
    };
    let mut finding = Finding::new(
        "discovery/rbac",
        ask.severity,
        format!(
            "{} lists and watches {plural}, and {} does not allow it {where_from}: {}, and the Collector looks healthy",
            ask.who,
            names.join(", "),
            ask.lost,
        ),
    )
    .about(seek::part("access to", plural))
    .with_evidence([
        ("resource", json!(plural)),
        ("api_group", json!(group)),
        ("verbs", json!(VERBS)),
        ("roles", json!(names)),
    ])
    .with_remedy(format!(
        "add to the rules of a ClusterRole that is bound to the Collector's service account: apiGroups: [\"{group}\"], \
         resources: [{plural}], verbs: [get, list, watch]"
    ));
    for role in roles {
        let entry = seek::entry(role, "rules");
        finding = finding
            .seen(entry.and_then(|entry| linted.key(entry, format!("nothing here for {plural}"))));
    }
    finding.seen(linted.place(ask.at, 0, format!("asks for {plural}")))
}

/// Whether a role lets its bearer list and watch objects of a kind.
fn grants(role: &Node, (group, plural): Resource, everywhere: bool) -> bool {
    if everywhere && seek::text(role, &["kind"]) == Some("Role") {
        return false;
    }
    let has = |rule: &Node, key: &str, wanted: &str| {
        let items = seek::items(rule.get(key)).iter();
        let mut texts = items.filter_map(Node::scalar);
        texts.any(|text| text == wanted || text == "*")
    };
    VERBS.iter().all(|verb| {
        seek::items(role.get("rules")).iter().any(|rule| {
            has(rule, "apiGroups", group)
                && has(rule, "resources", plural)
                && has(rule, "verbs", verb)
                && rule.get("resourceNames").is_none()
        })
    })
}

/// What is asked for; of several who ask for one kind, the first that asks most.
fn asked(config: &Config) -> BTreeMap<Resource, Ask> {
    let mut asked: BTreeMap<Resource, Ask> = BTreeMap::new();
    let mut ask = |resource: Resource, ask: Ask| match asked.get(&resource) {
        Some(other) if (other.severity, other.everywhere) >= (ask.severity, ask.everywhere) => {}
        _ => {
            asked.insert(resource, ask);
        }
    };
    for receiver in flow::scrapes(config) {
        for job in &receiver.jobs {
            for discovery in &job.discovery {
                let Discovery::Kubernetes(discovery) = discovery else {
                    continue;
                };
                for resource in of_discovery(discovery) {
                    ask(
                        *resource,
                        Ask {
                            who: format!("job {}", job.name),
                            at: discovery.at,
                            everywhere: discovery.namespaces.is_empty() && !discovery.own_namespace,
                            severity: Severity::High,
                            lost: "it finds no targets",
                        },
                    );
                }
                if discovery.attach_node {
                    ask(NODES, attached(&job.name, discovery));
                }
                if discovery.attach_namespace {
                    ask(NAMESPACES, attached(&job.name, discovery));
                }
            }
        }
    }
    let used = config
        .pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.processors);
    let used = used.filter_map(|one| config.component(Role::Processor, &one.id));
    for processor in used.filter(|processor| processor.kind == "k8sattributes") {
        if seek::is_true(&processor.node, &["passthrough"]) {
            continue;
        }
        for (resource, severity) in of_processor(processor) {
            ask(
                resource,
                Ask {
                    who: format!("processor {}", processor.id),
                    at: processor.at,
                    everywhere: seek::at(&processor.node, &["filter", "namespace"]).is_none(),
                    severity,
                    lost: "attributes are missing",
                },
            );
        }
    }
    asked
}

fn attached(job: &str, discovery: &KubernetesDiscovery) -> Ask {
    Ask {
        who: format!("job {job}"),
        at: discovery.at,
        everywhere: true,
        severity: Severity::High,
        lost: "it finds no targets",
    }
}

fn of_discovery(discovery: &KubernetesDiscovery) -> &'static [Resource] {
    match discovery.role.as_str() {
        "pod" => &[PODS],
        "service" => &[("", "services")],
        "endpoints" => &[("", "endpoints"), ("", "services"), PODS],
        "endpointslice" => &[
            ("discovery.k8s.io", "endpointslices"),
            ("", "services"),
            PODS,
        ],
        "node" => &[NODES],
        "ingress" => &[("networking.k8s.io", "ingresses")],
        _ => &[],
    }
}

/// What `k8sattributes` watches for what it is asked to extract.
fn of_processor(processor: &Component) -> Vec<(Resource, Severity)> {
    let extract = processor.node.get("extract");
    let metadata = extract.and_then(|extract| extract.get("metadata"));
    let names: Vec<&str> = seek::items(metadata)
        .iter()
        .filter_map(Node::scalar)
        .collect();
    let from = |object: &str| {
        ["labels", "annotations"].iter().any(|key| {
            let rules = extract.and_then(|extract| extract.get(key));
            let mut rules = seek::items(rules).iter();
            rules.any(|rule| seek::text(rule, &["from"]) == Some(object))
        })
    };
    let mut needs = vec![(PODS, Severity::High)];
    if from("namespace") || names.contains(&"k8s.cluster.uid") {
        needs.push((NAMESPACES, Severity::Medium));
    }
    if from("node") || names.contains(&"k8s.node.uid") {
        needs.push((NODES, Severity::Medium));
    }
    // The name alone can be told from that of the replica set in newer releases.
    if names.contains(&"k8s.deployment.uid") {
        needs.push((REPLICA_SETS, Severity::Medium));
    } else if names.is_empty() || names.contains(&"k8s.deployment.name") {
        needs.push((REPLICA_SETS, Severity::Low));
    }
    needs
}
