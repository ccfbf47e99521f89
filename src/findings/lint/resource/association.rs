//! `resource/no-association`: ways to find a pod that no scraped target has anything for.

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::flow::Flow;
use super::super::seek;
use super::attributes;
use crate::collector::config::Component;
use crate::findings::Finding;
use crate::findings::Severity;

pub(super) fn inspect(linted: &Linted<'_>, flows: &[Flow<'_>], findings: &mut Vec<Finding>) {
    let mut seen: Vec<&str> = Vec::new();
    for flow in flows {
        for (index, (processor, _)) in flow.processors.iter().enumerate() {
            let is_new =
                processor.kind == "k8sattributes" && !seen.contains(&processor.id.as_str());
            if is_new && !seek::is_true(&processor.node, &["passthrough"]) {
                seen.push(&processor.id);
                findings.extend(unmatched(linted, flow, index));
            }
        }
    }
}

/// One way to find a pod: sources that must all be there.
fn associations(processor: &Component) -> Vec<Vec<(&str, &str)>> {
    let written = seek::items(processor.node.get("pod_association"));
    if written.is_empty() {
        return vec![
            vec![("resource_attribute", "k8s.pod.ip")],
            vec![("resource_attribute", "ip")],
            vec![("connection", "")],
        ];
    }
    let sources = |item| {
        let sources = seek::items(seek::at(item, &["sources"])).iter();
        let sources = sources.map(|source| {
            let from = seek::text(source, &["from"]).unwrap_or_default();
            (from, seek::text(source, &["name"]).unwrap_or_default())
        });
        sources.collect::<Vec<_>>()
    };
    written.iter().map(sources).collect()
}

fn unmatched(linted: &Linted<'_>, flow: &Flow<'_>, index: usize) -> Option<Finding> {
    let (processor, _) = flow.processors.get(index)?;
    let scraped = attributes::of_receiver(flow, linted.release());
    let before = attributes::behind(flow, index, scraped);
    let others = || flow.processors[..index].iter().map(|(other, _)| *other);
    let is_there = |name: &str| {
        let known = before.iter().any(|attribute| attribute.name == name);
        let set = others().any(|other| {
            let mut statements = flow::statements(other).into_iter();
            statements.any(|text| text.contains(name))
        });
        known || set
    };
    let all = associations(processor);
    let can_match = |sources: &Vec<(&str, &str)>| {
        !sources.is_empty()
            && sources
                .iter()
                .all(|(from, name)| *from == "resource_attribute" && is_there(name))
    };
    if all.iter().any(can_match) {
        return None;
    }
    let written = seek::entry(&processor.node, "pod_association");
    let tried: Vec<String> = all
        .iter()
        .map(|sources| {
            let names: Vec<&str> = sources
                .iter()
                .map(|(from, name)| if *from == "connection" { *from } else { *name })
                .collect();
            names.join(" with ")
        })
        .collect();
    let has_uid = is_there("k8s.pod.uid");
    let remedy = if has_uid {
        "set pod_association: [{sources: [{from: resource_attribute, name: k8s.pod.uid}]}], which the receiver sets for \
         targets that kubernetes_sd_configs found"
    } else {
        "find the targets by kubernetes_sd_configs, which sets k8s.pod.uid, and associate by that; static targets have \
         nothing that names a pod"
    };
    Some(
        Finding::new(
            "resource/no-association",
            Severity::Medium,
            format!(
                "processor {} looks for the pod of a scrape by {}, and scraped data has none of these: it adds no \
                 attribute of a pod",
                processor.id,
                tried.join(", then "),
            ),
        )
        .about(seek::component(processor))
        .with_evidence([("pipeline", json!(flow.pipeline.id)), ("tried", json!(tried))])
        .seen(match written {
            Some(entry) => linted.key(entry, "nothing here fits a scrape"),
            None => linted.id(processor, "associates by its defaults"),
        })
        .with_remedy(remedy),
    )
}
