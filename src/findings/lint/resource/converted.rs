//! `resource/not-a-label` and `resource/churning-label`: what an exporter makes of the attributes of resources.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::flow::Flow;
use super::super::seek;
use super::attributes;
use super::attributes::Attribute;
use crate::findings::Finding;
use crate::findings::Severity;

/// Attributes with a value of their own for each start of something.
const CHURNING: [&str; 5] = [
    "k8s.pod.uid",
    "k8s.pod.start_time",
    "container.id",
    "host.name",
    "process.pid",
];

pub(super) fn inspect(linted: &Linted<'_>, flows: &[Flow<'_>], findings: &mut Vec<Finding>) {
    for flow in flows.iter().filter(|flow| flow.ends_in_prometheus()) {
        let found = if flow::converts_resource(flow.exporter) {
            churning(linted, flow)
        } else {
            lost(linted, flow)
        };
        findings.extend(found);
    }
}

/// Attributes that processors set, and that no series will have.
fn lost(linted: &Linted<'_>, flow: &Flow<'_>) -> Option<Finding> {
    let set = attributes::behind(flow, flow.processors.len(), Vec::new());
    let lost: Vec<&Attribute> = set
        .iter()
        .filter(|attribute| !attributes::IDENTIFYING.contains(&attribute.name.as_str()))
        .filter(|attribute| !is_copied(flow, &attribute.name))
        .collect();
    // Grouping is for those who want a target_info of their own.
    let lost: Vec<&Attribute> = lost
        .into_iter()
        .filter(|attribute| attribute.kind != "groupbyattrs")
        .collect();
    let first = lost.first()?;
    let mut by_processor: Vec<(&str, Vec<&str>)> = Vec::new();
    for attribute in &lost {
        match by_processor.iter_mut().find(|(by, _)| *by == attribute.by) {
            Some((_, names)) => names.push(&attribute.name),
            None => by_processor.push((&attribute.by, vec![&attribute.name])),
        }
    }
    let told: Vec<String> = by_processor
        .iter()
        .map(|(by, names)| format!("{} ({by})", names.join(", ")))
        .collect();
    // Whoever wrote a constant into a resource meant to find it on series.
    let is_meant = lost.iter().any(|attribute| attribute.kind == "resource");
    let exporter = flow.exporter;
    let mut finding = Finding::new(
        "resource/not-a-label",
        if is_meant {
            Severity::Medium
        } else {
            Severity::Low
        },
        format!(
            "behind exporter {} no series has {} as a label: attributes of resources end up on target_info alone, and a \
             query by {} finds nothing",
            exporter.id,
            told.join(", "),
            label(&first.name),
        ),
    )
    .about(seek::component(exporter))
    .with_evidence([
        ("pipeline", json!(flow.pipeline.id)),
        ("exporter", json!(exporter.id)),
        (
            "attributes",
            json!(lost.iter().map(|one| &one.name).collect::<Vec<_>>()),
        ),
    ])
    .seen(linted.id(exporter, "has no resource_to_telemetry_conversion"))
    .with_remedy(format!(
        "set a label where it is scraped (relabel_configs: target_label: {}), or \
         resource_to_telemetry_conversion: {{enabled: true}} in the exporter, which makes labels of all attributes",
        label(&first.name),
    ));
    for (by, names) in by_processor {
        let at = lost.iter().find(|one| one.by == by).map(|one| one.at);
        let note = format!(
            "{} no label",
            if names.len() == 1 {
                "becomes"
            } else {
                "become"
            }
        );
        finding = finding.seen(at.and_then(|at| {
            let length = if linted.stands_at(at, names[0]) {
                names[0].chars().count() as u32
            } else {
                0
            };
            linted.place(at, length, note)
        }));
    }
    Some(finding)
}

/// Whether a processor makes an attribute of data points of it.
fn is_copied(flow: &Flow<'_>, name: &str) -> bool {
    flow.processors.iter().any(|(processor, _)| {
        let texts = flow::statements(processor);
        let mut texts = texts.iter();
        texts.any(|text| text.contains("resource.attributes") && text.contains(name))
    })
}

/// `k8s.pod.name` as a label.
fn label(attribute: &str) -> String {
    attribute.replace(['.', '-', '/'], "_")
}

/// Attributes that become labels, and have other values after each start.
fn churning(linted: &Linted<'_>, flow: &Flow<'_>) -> Option<Finding> {
    let scraped = attributes::of_receiver(flow, linted.release());
    let there = attributes::behind(flow, flow.processors.len(), scraped);
    let found: Vec<&Attribute> = there
        .iter()
        .filter(|attribute| CHURNING.contains(&attribute.name.as_str()))
        .collect();
    let first = found.first()?;
    let of_collector = found.iter().any(|attribute| attribute.name == "host.name");
    let mut by: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for attribute in &found {
        by.entry(&attribute.by)
            .or_default()
            .push(label(&attribute.name));
    }
    let told: Vec<String> = by
        .iter()
        .map(|(by, names)| format!("{} (from {by})", names.join(", ")))
        .collect();
    let because = if of_collector {
        "host_name is that of the Collector's own pod, so that its restart renames every series"
    } else {
        "each restart of a pod begins all of its series anew, and the old ones stay in the store"
    };
    let exporter = flow.exporter;
    let conversion = seek::entry(&exporter.node, "resource_to_telemetry_conversion");
    let mut finding = Finding::new(
        "resource/churning-label",
        if of_collector {
            Severity::Medium
        } else {
            Severity::Low
        },
        format!(
            "exporter {} makes labels of all attributes of a resource, {} among them: {because}",
            exporter.id,
            told.join(", "),
        ),
    )
    .about(seek::component(exporter))
    .with_evidence([
        ("exporter", json!(exporter.id)),
        (
            "attributes",
            json!(found.iter().map(|one| &one.name).collect::<Vec<_>>()),
        ),
    ])
    .seen(conversion.and_then(|entry| linted.key(entry, "makes labels of them")))
    .with_remedy(format!(
        "delete them in a resource processor behind the others (- {{key: {}, action: delete}}), or take them out of \
         what is extracted",
        first.name,
    ));
    for attribute in found.iter().filter(|attribute| attribute.at.line > 0) {
        let name = attribute.name.as_str();
        let length = if linted.stands_at(attribute.at, name) {
            name.len() as u32
        } else {
            0
        };
        finding = finding.seen(linted.place(attribute.at, length, format!("sets {name}")));
    }
    Some(finding)
}
