//! `resource/collector-host`: what is detected of the Collector's own machine, on targets that are elsewhere.

use serde_json::json;

use super::super::Linted;
use super::super::flow::Flow;
use super::super::model;
use super::super::seek;
use super::attributes;
use crate::collector::position::Position;
use crate::findings::Finding;
use crate::findings::Severity;

pub(super) fn inspect(linted: &Linted<'_>, flows: &[Flow<'_>], findings: &mut Vec<Finding>) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for flow in flows {
        for (index, (processor, _)) in flow.processors.iter().enumerate() {
            let key = (flow.pipeline.id.as_str(), processor.id.as_str());
            if processor.kind != "resourcedetection" || seen.contains(&key) {
                continue;
            }
            seen.push(key);
            findings.extend(stamped(linted, flow, index));
        }
    }
}

fn stamped(linted: &Linted<'_>, flow: &Flow<'_>, index: usize) -> Option<Finding> {
    let (processor, _) = flow.processors.get(index)?;
    let overrides = !seek::is_false(&processor.node, &["override"]);
    let scraped = attributes::of_receiver(flow, linted.release());
    let before = attributes::behind(flow, index, scraped);
    let is_there = |name: &str| before.iter().any(|attribute| attribute.name == name);
    // A Collector that scrapes its own node alone knows the node of its targets.
    let on_own_node = flow.jobs().all(|job| {
        let discoveries = model::pod_discoveries(job);
        let mut selectors = discoveries
            .iter()
            .flat_map(|discovery| &discovery.selectors);
        selectors.any(|selector| selector.field.contains("spec.nodeName"))
    });
    let mut detected = attributes::detected(processor);
    detected.retain(|(name, _)| !on_own_node || !name.starts_with("k8s.node."));
    let (replaced, added): (Vec<_>, Vec<_>) =
        detected.into_iter().partition(|(name, _)| is_there(name));
    let names = |of: &[(&'static str, Position)]| -> Vec<&'static str> {
        let mut names: Vec<&str> = of.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let (replaced, added) = (
        if overrides {
            names(&replaced)
        } else {
            Vec::new()
        },
        names(&added),
    );
    let first = replaced.first().or(added.first())?;
    let mut done = Vec::new();
    if !replaced.is_empty() {
        done.push(format!(
            "{} of every target is replaced by",
            replaced.join(", ")
        ));
    }
    if !added.is_empty() {
        done.push(format!("{} of every target is", added.join(", ")));
    }
    let entry = seek::entry(&processor.node, "override");
    let detectors = seek::entry(&processor.node, "detectors");
    let why = if overrides {
        "override is true unless it is set to false"
    } else {
        "override: false spares only what a target has already"
    };
    Some(
        Finding::new(
            "resource/collector-host",
            if overrides { Severity::Medium } else { Severity::Low },
            format!(
                "processor {} tells of the Collector and not of what it scrapes: {} that of the Collector's own pod or \
                 node, as {why}",
                processor.id,
                done.join(", and "),
            ),
        )
        .about(seek::component(processor))
        .with_evidence([
            ("pipeline", json!(flow.pipeline.id)),
            ("replaced", json!(replaced)),
            ("added", json!(added)),
            ("first", json!(first)),
        ])
        .seen(detectors.and_then(|entry| linted.key(entry, "detects where the Collector runs")))
        .seen(entry.and_then(|entry| linted.setting(entry, why)))
        .with_remedy(
            "take it out of pipelines that scrape, and leave it to those for data of the Collector's own machine; \
             k8sattributes knows the nodes of targets",
        ),
    )
}
