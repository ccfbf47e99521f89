//! `resource/one-target-only`: sums that are made within one target, and not over all of them.

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::flow::Flow;
use super::super::seek;
use crate::collector::config::Component;
use crate::collector::position::Position;
use crate::findings::Finding;
use crate::findings::Severity;

pub(super) fn inspect(linted: &Linted<'_>, flows: &[Flow<'_>], findings: &mut Vec<Finding>) {
    let mut seen: Vec<&str> = Vec::new();
    for flow in flows {
        for (processor, _) in &flow.processors {
            if seen.contains(&processor.id.as_str()) {
                continue;
            }
            if let Some((what, at)) = summing(processor) {
                seen.push(&processor.id);
                findings.push(apart(linted, processor, what, at));
            }
        }
    }
}

/// What of a processor adds data points up, and where.
fn summing(processor: &Component) -> Option<(&'static str, Position)> {
    match processor.kind.as_str() {
        "metricstransform" => {
            let transforms = seek::items(processor.node.get("transforms")).iter();
            let mut found = transforms.filter_map(|transform| {
                let operations = seek::items(transform.get("operations")).iter();
                let mut actions = operations.filter_map(|operation| operation.get("action"));
                let summed = actions.find(|action| {
                    let action = action.scalar().unwrap_or_default();
                    ["aggregate_labels", "aggregate_label_values"].contains(&action)
                });
                let combined = transform
                    .get("action")
                    .filter(|action| action.scalar() == Some("combine"));
                match (summed, combined) {
                    (Some(action), _) => Some(("aggregate_labels", action.at)),
                    (None, Some(action)) => Some(("combine", action.at)),
                    (None, None) => None,
                }
            });
            found.next()
        }
        "transform" => {
            let mut found = None;
            seek::each_text(&processor.node, &mut |text: &str, at| {
                if text.contains("aggregate_on_attribute") {
                    found.get_or_insert(("aggregate_on_attributes", at));
                }
            });
            found
        }
        _ => None,
    }
}

fn apart(linted: &Linted<'_>, processor: &Component, what: &'static str, at: Position) -> Finding {
    let targets = if flow::statements(processor).is_empty() {
        "each target is a resource of its own"
    } else {
        "each target has metrics of its own"
    };
    let length = if linted.stands_at(at, what) {
        what.chars().count() as u32
    } else {
        0
    };
    Finding::new(
        "resource/one-target-only",
        Severity::Info,
        format!(
            "processor {} adds up within one target at a time ({what}): {targets}, so there is still a series for each of \
             them, and no total",
            processor.id
        ),
    )
    .about(seek::component(processor))
    .with_evidence([("processor", json!(processor.id)), ("operation", json!(what))])
    .seen(linted.place(at, length, "sees one target at a time"))
    .with_remedy(
        "for a total over all targets, sum in the store: a recording rule, or stream aggregation where it has that",
    )
}
