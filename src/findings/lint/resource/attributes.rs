//! Which attributes the resources of scraped targets have behind each processor, as far as the configuration says.

use super::super::flow;
use super::super::flow::Flow;
use super::super::seek;
use crate::collector::config::Component;
use crate::collector::config::Discovery;
use crate::collector::position::Position;
use crate::collector::version::Version;
use crate::collector::yaml::Node;

/// The release from which resources have `server.address` and its like (`receiver/prometheusreceiver`), and the one
/// from which they no longer have the older names beside them.
const NEW_NAMES_FROM: u16 = 105;
const OLD_NAMES_UNTIL: u16 = 127;

/// Attributes that become `job` and `instance` rather than labels of their own name.
pub(super) const IDENTIFYING: [&str; 3] =
    ["service.name", "service.namespace", "service.instance.id"];

/// What `k8sattributes` adds where nothing is asked for.
const BY_DEFAULT: [&str; 6] = [
    "k8s.namespace.name",
    "k8s.pod.name",
    "k8s.pod.uid",
    "k8s.pod.start_time",
    "k8s.deployment.name",
    "k8s.node.name",
];

/// An attribute and who sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    /// `k8s.pod.uid`.
    pub(super) name: String,
    /// Where it is asked for; of no file where it is a default.
    pub(super) at: Position,
    /// The id of the processor; the receiver's where it comes with the scrape.
    pub(super) by: String,
    /// The type of that component.
    pub(super) kind: String,
}

/// What the receiver sets for targets that pods are behind.
pub(super) fn of_receiver(flow: &Flow<'_>, version: Version) -> Vec<Attribute> {
    let mut names = vec!["service.name", "service.instance.id"];
    if version.is_from(NEW_NAMES_FROM) {
        names.extend(["server.address", "server.port", "url.scheme"]);
    }
    if !version.is_from(OLD_NAMES_UNTIL) {
        names.extend(["net.host.name", "net.host.port", "http.scheme"]);
    }
    let kubernetes = |wanted: &[&str]| {
        flow.jobs().any(|job| {
            job.discovery.iter().any(|discovery| match discovery {
                Discovery::Kubernetes(discovery) => wanted.contains(&discovery.role.as_str()),
                _ => false,
            })
        })
    };
    if kubernetes(&["pod", "endpoints", "endpointslice"]) {
        names.extend([
            "k8s.pod.name",
            "k8s.pod.uid",
            "k8s.container.name",
            "k8s.namespace.name",
            "k8s.node.name",
        ]);
    } else if kubernetes(&["service", "ingress"]) {
        names.push("k8s.namespace.name");
    }
    if kubernetes(&["node"]) && !names.contains(&"k8s.node.name") {
        names.push("k8s.node.name");
    }
    let by = flow
        .receivers
        .first()
        .map_or_else(String::new, |one| one.id.clone());
    names
        .into_iter()
        .map(|name| Attribute {
            name: name.to_owned(),
            at: Position::default(),
            by: by.clone(),
            kind: "prometheus".to_owned(),
        })
        .collect()
}

/// What is there behind the first `count` processors of a way; `scraped` is what was there before.
pub(super) fn behind(flow: &Flow<'_>, count: usize, scraped: Vec<Attribute>) -> Vec<Attribute> {
    let mut there = scraped;
    for (processor, _) in flow.processors.iter().take(count) {
        for attribute in added(processor) {
            if !there.iter().any(|other| other.name == attribute.name) {
                there.push(attribute);
            }
        }
        let taken = |attribute: &Attribute| !takes_out(processor, &attribute.name);
        there.retain(taken);
    }
    there
}

/// What a processor may add.
pub(super) fn added(processor: &Component) -> Vec<Attribute> {
    let attribute = |name: &str, at: Position| Attribute {
        name: name.to_owned(),
        at,
        by: processor.id.clone(),
        kind: processor.kind.clone(),
    };
    match processor.kind.as_str() {
        "resource" => {
            let actions = flow::resource_actions(processor).iter();
            let adding = actions.filter(|action| {
                let action = seek::text(action, &["action"]).unwrap_or_default();
                ["insert", "upsert"].contains(&action.to_ascii_lowercase().as_str())
            });
            let keys = adding.filter_map(|action| action.get("key"));
            keys.filter_map(|key| Some(attribute(key.scalar()?, key.at)))
                .collect()
        }
        "k8sattributes" => of_pods(processor)
            .into_iter()
            .map(|(name, at)| attribute(&name, at))
            .collect(),
        "resourcedetection" => detected(processor)
            .into_iter()
            .map(|(name, at)| attribute(name, at))
            .collect(),
        "groupbyattrs" => seek::items(processor.node.get("keys"))
            .iter()
            .filter_map(|key| Some(attribute(key.scalar()?, key.at)))
            .collect(),
        _ => Vec::new(),
    }
}

fn of_pods(processor: &Component) -> Vec<(String, Position)> {
    if seek::is_true(&processor.node, &["passthrough"]) {
        return vec![("k8s.pod.ip".to_owned(), processor.at)];
    }
    let extract = processor.node.get("extract");
    let metadata = extract.and_then(|extract| extract.get("metadata"));
    let listed = seek::items(metadata).iter();
    let mut names: Vec<(String, Position)> = listed
        .filter_map(|item| Some((item.scalar()?.to_owned(), item.at)))
        .collect();
    if metadata.is_none_or(Node::is_null) {
        names = BY_DEFAULT
            .map(|name| (name.to_owned(), processor.at))
            .into();
    }
    for kind in ["labels", "annotations"] {
        for rule in seek::items(extract.and_then(|extract| extract.get(kind))) {
            let tag = seek::text(rule, &["tag_name"]).filter(|tag| !tag.contains('$'));
            let key = seek::text(rule, &["key"]);
            let from = seek::text(rule, &["from"]).unwrap_or("pod");
            let name = match (tag, key) {
                (Some(tag), _) => tag.to_owned(),
                (None, Some(key)) => format!("k8s.{from}.{kind}.{key}"),
                (None, None) => continue,
            };
            names.push((name, rule.at));
        }
    }
    names
}

/// What the detectors add of the machine that the Collector runs on; clouds are not known.
pub(super) fn detected(processor: &Component) -> Vec<(&'static str, Position)> {
    let detectors = seek::items(processor.node.get("detectors")).iter();
    let chosen = detectors.filter_map(|item| Some((item.scalar()?, item.at)));
    let added = chosen.flat_map(|(detector, at)| {
        let names: &[&str] = match detector {
            "system" | "docker" => &["host.name", "os.type"],
            "k8snode" | "k8s_api" => &["k8s.node.name", "k8s.node.uid"],
            _ => &[],
        };
        names.iter().map(move |name| (*name, detector, at))
    });
    let enabled = added.filter(|(name, detector, _)| {
        let path = [*detector, "resource_attributes", *name, "enabled"];
        !seek::is_false(&processor.node, &path)
    });
    enabled.map(|(name, _, at)| (name, at)).collect()
}

/// Whether a processor may take an attribute out, as far as its words tell.
fn takes_out(processor: &Component, name: &str) -> bool {
    match processor.kind.as_str() {
        "resource" => flow::resource_actions(processor).iter().any(|action| {
            let deletes = seek::text(action, &["action"]) == Some("delete");
            let by_pattern = seek::text(action, &["pattern"]).is_some_and(|pattern| {
                // Unanchored; a pattern that is plain text is the only one that is judged here.
                name.contains(&pattern.replace(['^', '$', '\\'], ""))
            });
            deletes && (seek::text(action, &["key"]) == Some(name) || by_pattern)
        }),
        "transform" => flow::statements(processor).iter().any(|text| {
            let deletes = text.contains("delete_key(") || text.contains("delete_matching_keys(");
            let keeps = text.contains("keep_keys(") || text.contains("keep_matching_keys(");
            (deletes && text.contains(name)) || (keeps && !text.contains(name))
        }),
        _ => false,
    }
}
