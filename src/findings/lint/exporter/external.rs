//! `exporter/external-labels`: labels that an exporter adds where there are none, and not in their place.

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::flow::Flow;
use super::super::seek;
use crate::collector::config::Discovery;
use crate::collector::yaml::Entry;
use crate::collector::yaml::Node;
use crate::findings::Finding;
use crate::findings::Severity;

pub(super) fn inspect(linted: &Linted<'_>, flows: &[Flow<'_>], findings: &mut Vec<Finding>) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for flow in flows
        .iter()
        .filter(|flow| flow.exporter.kind == flow::REMOTE_WRITE)
    {
        let labels = flow.exporter.node.get("external_labels");
        for entry in labels.map(Node::entries).unwrap_or_default() {
            let key = (flow.exporter.id.as_str(), entry.key.as_str());
            let Some(by) = set_before(flow, &entry.key).filter(|_| !seen.contains(&key)) else {
                continue;
            };
            seen.push(key);
            findings.push(kept(linted, flow, entry, &by));
        }
    }
}

/// Who sets a label before the exporter does.
fn set_before(flow: &Flow<'_>, label: &str) -> Option<String> {
    if ["job", "instance"].contains(&label) {
        return Some("every series has it from its target".to_owned());
    }
    for receiver in &flow.receivers {
        if receiver
            .external_labels
            .iter()
            .any(|(name, _)| name == label)
        {
            return Some(format!(
                "external_labels of receiver {} set it",
                receiver.id
            ));
        }
    }
    flow.jobs().find_map(|job| {
        let mut rules = job.relabel.iter();
        let by_rule = rules.any(|rule| seek::text(rule, &["target_label"]) == Some(label));
        let fixed = job.discovery.iter().any(|discovery| match discovery {
            Discovery::Static(group) => group.labels.iter().any(|(name, _)| name == label),
            _ => false,
        });
        (by_rule || fixed).then(|| format!("job {} sets it on its targets", job.name))
    })
}

fn kept(linted: &Linted<'_>, flow: &Flow<'_>, entry: &Entry, by: &str) -> Finding {
    let (exporter, label) = (flow.exporter, &entry.key);
    Finding::new(
        "exporter/external-labels",
        Severity::Low,
        format!(
            "exporter {} has the external label {label}, and {by}: an external label is added where there is none, and \
             never in the place of one",
            exporter.id
        ),
    )
    .about(seek::part("label", label))
    .with_evidence([("exporter", json!(exporter.id)), ("label", json!(label))])
    .seen(linted.key(entry, "is not set where there is one already"))
    .with_remedy(format!(
        "set {label} in relabel_configs, where the last rule wins, or give the external label another name"
    ))
}
