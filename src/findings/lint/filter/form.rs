//! How conditions are written down: their contexts, and what an error in one does.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::ComponentNode;
use super::super::Linted;
use super::super::statements::Ottl;
use super::super::walk::items;
use crate::collector::config::Role;
use crate::collector::ottl::function::Host;
use crate::collector::ottl::infer::Hints;
use crate::collector::ottl::mode::ErrorMode;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::Subject;

/// The first release that knows `metric_conditions`.
const CONTEXTUAL_FROM: u16 = 146;

/// Functions that fail for no value.
const NEVER_FAIL: [&str; 3] = ["HasAttrKeyOnDatapoint", "HasAttrOnDatapoint", "IsMatch"];

/// `metric_conditions` without contexts, or for a release that does not know them.
pub(super) fn inspect(linted: &Linted<'_>, condition: &Ottl<'_>, findings: &mut Vec<Finding>) {
    if condition.list != "metric_conditions" || condition.context.is_some() {
        return;
    }
    let release = linted.release();
    let mut hints = Hints::default();
    let is_read = hints.condition(condition.text, release).is_ok();
    let Some(Err(why)) = is_read.then(|| hints.context(Host::Filter, release)) else {
        return;
    };
    if why.contains("not simulated") {
        return;
    }
    let mut finding = Finding::new(
        "filter/metric-conditions",
        Severity::High,
        format!("the context of this condition cannot be told: {why}"),
    )
    .about(part(&condition.processor))
    .with_evidence([("condition", json!(condition.text))])
    .with_remedy("write the context in front of each path: `metric.name`, `datapoint.attributes[\"x\"]`, `resource.attributes[\"x\"]`");
    finding
        .marks
        .places
        .extend(linted.value(condition.node, ""));
    findings.push(finding);
}

fn part(processor: &ComponentNode<'_>) -> Subject {
    Subject {
        part: Some(processor.part()),
        ..Subject::default()
    }
}

/// What depends on settings of whole processors.
pub(super) fn modes(linted: &Linted<'_>, texts: &[Ottl<'_>], findings: &mut Vec<Finding>) {
    for processor in linted.of_kind(Role::Processor, "filter") {
        findings.extend(too_new(linted, &processor));
    }
    for kind in ["filter", "transform"] {
        for processor in linted.of_kind(Role::Processor, kind) {
            findings.extend(mode(linted, &processor, texts));
        }
    }
}

fn too_new(linted: &Linted<'_>, processor: &ComponentNode<'_>) -> Option<Finding> {
    let entries = processor.entry.value.entries();
    let entry = entries
        .iter()
        .find(|entry| entry.key == "metric_conditions")?;
    let old = linted.held(|release| !release.is_from(CONTEXTUAL_FROM));
    if old.is_empty() {
        return None;
    }
    let severity = if linted.is_meant || old.contains(&linted.release()) {
        Severity::High
    } else {
        Severity::Medium
    };
    let mut finding = Finding::new(
        "filter/metric-conditions",
        severity,
        format!("`metric_conditions` came with 0.{CONTEXTUAL_FROM}: {}", linted.not_started(&old)),
    )
    .about(part(processor))
    .with_evidence([("refused_by", json!(linted.spelled(&old)))])
    .with_remedy("for these releases write the conditions in lists by context: `metrics: {metric: […], datapoint: […]}`");
    finding.marks.places.extend(linted.key(entry, ""));
    Some(finding)
}

/// A processor that says nothing of errors, and has something that can fail.
fn mode(linted: &Linted<'_>, processor: &ComponentNode<'_>, texts: &[Ottl<'_>]) -> Option<Finding> {
    let own = |text: &&Ottl<'_>| text.processor.entry.key_at == processor.entry.key_at;
    if processor.entry.value.get("error_mode").is_some() || groups_say(processor) {
        return None;
    }
    let loses = linted.held(|release| ErrorMode::default_of(release) == ErrorMode::Propagate);
    if loses.is_empty() {
        return None;
    }
    let mut fails: BTreeSet<String> = BTreeSet::new();
    let mut first = None;
    for text in texts.iter().filter(own) {
        let Some(tree) = text.tree(linted) else {
            continue;
        };
        let before = fails.len();
        tree.calls(&mut |call| {
            if !NEVER_FAIL.contains(&call.name.as_str()) {
                fails.insert(call.name.clone());
            }
        });
        if fails.len() > before {
            first.get_or_insert(text.node);
        }
    }
    let first = first?;
    let names: Vec<String> = fails.iter().map(|name| format!("`{name}`")).collect();
    let mut finding = Finding::new(
        "filter/error-mode",
        Severity::Low,
        format!(
            "{} can fail for a value that it does not expect, and nothing says what then: {} the whole payload",
            names.join(", "),
            linted.said(&loses, "drops", "drop")
        ),
    )
    .about(part(processor))
    .with_evidence([
        ("functions", json!(fails)),
        ("drops_payload_in", json!(linted.spelled(&loses))),
    ])
    .with_remedy("write `error_mode: ignore`: what fails is then logged and passed over, in every release");
    finding
        .marks
        .places
        .extend(linted.key(processor.entry, "no `error_mode`"));
    finding.marks.places.extend(linted.value(first, "can fail"));
    Some(finding)
}

fn groups_say(processor: &ComponentNode<'_>) -> bool {
    ["metric_conditions", "metric_statements"]
        .iter()
        .any(|key| {
            let groups = items(processor.entry.value.get(key));
            groups.iter().any(|group| group.get("error_mode").is_some())
        })
}
