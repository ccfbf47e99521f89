//! `resource/joined-label` and `resource/service-namespace`: attributes of resources that change labels which are
//! there already.

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::flow::Flow;
use super::super::seek;
use super::attributes;
use crate::collector::config::Component;
use crate::collector::config::Discovery;
use crate::collector::exporters::Era;
use crate::collector::exporters::LabelNamer;
use crate::collector::position::Position;
use crate::collector::yaml::Node;
use crate::findings::Finding;
use crate::findings::Severity;

/// The last release that joins equal values too, seen in 0.117.0.
const JOINS_EQUAL_UNTIL: u16 = 118;

pub(super) fn inspect(linted: &Linted<'_>, flows: &[Flow<'_>], findings: &mut Vec<Finding>) {
    for flow in flows.iter().filter(|flow| flow.ends_in_prometheus()) {
        if flow::converts_resource(flow.exporter) {
            joined(linted, flow, findings);
        }
    }
    for flow in flows {
        findings.extend(namespaced(linted, flow));
    }
}

/// Labels of targets under a name that an attribute of their resource gets as well.
fn joined(linted: &Linted<'_>, flow: &Flow<'_>, findings: &mut Vec<Finding>) {
    let release = linted.release();
    let scraped = attributes::of_receiver(flow, release);
    let resource = attributes::behind(flow, flow.processors.len(), scraped);
    let namer = if flow.exporter.kind == flow::REMOTE_WRITE {
        LabelNamer::of_points(Era::of_remote_write(release))
    } else {
        LabelNamer::of_targets(Era::of_pull(release))
    };
    let without_service = seek::is_true(
        &flow.exporter.node,
        &[
            "resource_to_telemetry_conversion",
            "exclude_service_attributes",
        ],
    );
    for job in flow.jobs() {
        for (label, at) in labels_of(job) {
            let Ok(name) = namer.build(label) else {
                continue;
            };
            let clash = resource.iter().find(|attribute| {
                let is_left_out =
                    without_service && attributes::IDENTIFYING.contains(&attribute.name.as_str());
                attribute.name != label
                    && !is_left_out
                    && namer
                        .build(&attribute.name)
                        .is_ok_and(|other| other == name)
            });
            let Some(attribute) = clash else {
                continue;
            };
            let when = if release.is_from(JOINS_EQUAL_UNTIL) {
                "where the two differ"
            } else {
                "even where the two are equal"
            };
            let conversion = seek::entry(&flow.exporter.node, "resource_to_telemetry_conversion");
            findings.push(
                Finding::new(
                    "resource/joined-label",
                    Severity::Medium,
                    format!(
                        "job {} sets the label {label}, and exporter {} makes the same label of the attribute {}: {when}, \
                         the value is both of them with a semicolon between",
                        job.name, flow.exporter.id, attribute.name
                    ),
                )
                .about(seek::part("label", label))
                .with_evidence([
                    ("job", json!(job.name)),
                    ("label", json!(label)),
                    ("attribute", json!(attribute.name)),
                ])
                .seen(linted.word(at, label, "is one of the two"))
                .seen(conversion.and_then(|entry| linted.key(entry, "makes the other")))
                .with_remedy(format!(
                    "leave the rule for {label} out: the attribute {} says it already",
                    attribute.name
                )),
            );
        }
    }
}

/// Labels that a job gives its targets by name, with their places.
fn labels_of(job: &crate::collector::config::ScrapeJob) -> Vec<(&str, Position)> {
    let rules = job
        .relabel
        .iter()
        .filter_map(|rule| rule.get("target_label"));
    let set = rules.filter_map(|node| Some((node.scalar()?, node.at)));
    let set = set.filter(|(label, _)| !label.starts_with("__") && !label.contains('$'));
    let groups = job
        .discovery
        .iter()
        .filter_map(|discovery| match discovery {
            Discovery::Static(group) => Some(group),
            _ => None,
        });
    let fixed = groups.flat_map(|group| {
        let labels = group.labels.iter();
        labels.map(|(label, _)| (label.as_str(), group.at))
    });
    let mut labels: Vec<(&str, Position)> = set.chain(fixed).collect();
    labels.sort_unstable();
    labels.dedup_by_key(|(label, _)| *label);
    labels
}

/// `service.namespace` goes in front of `job`.
fn namespaced(linted: &Linted<'_>, flow: &Flow<'_>) -> Option<Finding> {
    const NAME: &str = "service.namespace";
    let setting = flow
        .processors
        .iter()
        .find_map(|(processor, _)| Some((*processor, set_in(processor, NAME)?)));
    let (processor, at) = setting?;
    let job = flow.jobs().next()?;
    let direct = flow.ends_in_prometheus();
    let pushed = ["otlp", "otlphttp"].contains(&flow.exporter.kind.as_str());
    if !direct && !pushed {
        return None;
    }
    let whose = if direct {
        format!("exporter {} writes", flow.exporter.id)
    } else {
        format!(
            "a Prometheus behind exporter {} would write",
            flow.exporter.id
        )
    };
    Some(
        Finding::new(
            "resource/service-namespace",
            if direct { Severity::Medium } else { Severity::Low },
            format!(
                "processor {} sets {NAME}, so {whose} job=\"NAMESPACE/{}\" instead of job=\"{}\": queries and alerts by \
                 job find nothing",
                processor.id, job.name, job.name
            ),
        )
        .about(seek::component(processor))
        .with_evidence([("processor", json!(processor.id)), ("exporter", json!(flow.exporter.id))])
        .seen(linted.place(
            at,
            if linted.stands_at(at, NAME) { NAME.len() as u32 } else { 0 },
            "goes in front of job",
        ))
        .with_remedy(format!(
            "leave {NAME} alone for what is scraped, or change every query to job=\"NAMESPACE/{}\"",
            job.name
        )),
    )
}

/// Where a processor sets an attribute of the resource.
fn set_in(processor: &Component, name: &str) -> Option<Position> {
    let added = attributes::added(processor);
    if let Some(attribute) = added.iter().find(|attribute| attribute.name == name) {
        return Some(attribute.at);
    }
    let mut found = None;
    if processor.kind == "transform" {
        let path = format!("attributes[\"{name}\"]");
        seek::each_text(&processor.node, &mut |text: &str, at| {
            let sets = text.trim_start().starts_with("set(") && text.contains(&path);
            let target = text.split(',').next().unwrap_or_default();
            if sets && target.contains(&path) {
                found.get_or_insert(at);
            }
        });
    }
    found.or_else(|| {
        let actions = flow::resource_actions(processor).iter();
        let mut keys = actions.filter(|action| seek::text(action, &["action"]) == Some("update"));
        let key =
            keys.find_map(|action| action.get("key").filter(|key| key.scalar() == Some(name)));
        key.map(|key: &Node| key.at)
    })
}
