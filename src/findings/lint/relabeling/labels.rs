//! Rules about labels of series: those of identity, names, and those of pods.

use serde_json::json;

use super::super::Linted;
use super::super::walk::items;
use super::JobRules;
use crate::collector::config::Role;
use crate::collector::config::Shape;
use crate::collector::relabel::Action;
use crate::collector::relabel::Labels;
use crate::collector::relabel::Rules;
use crate::collector::relabel::Scheme;
use crate::collector::text::Text;
use crate::collector::yaml::Node;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::Subject;

/// The labels that say which target a series is of.
const IDENTITY: [&str; 2] = ["instance", "job"];

/// A label that nobody names, and its value.
const PROBE: (&str, &str) = ("__meta_kubernetes_pod_label_zz_probe_9", "zz-probe-value");

pub(super) fn inspect(linted: &Linted<'_>, rules: &JobRules<'_>, findings: &mut Vec<Finding>) {
    for rule in &rules.metric {
        let Some(compiled) = &rule.rule else {
            continue;
        };
        if compiled.action == Action::LabelDrop && *linted.shape != Shape::Prometheus {
            let hit: Vec<&str> = IDENTITY
                .into_iter()
                .filter(|label| compiled.regex.is_match(label))
                .collect();
            if !hit.is_empty() {
                let mut finding = identity(rules.subject(), &hit);
                linted.mark_pattern(rule, "", &mut finding);
                findings.push(finding);
            }
        }
        if compiled.action == Action::Replace && compiled.target_label == "__name__" {
            let mut finding = rules
                .finding(
                    "relabeling/rename",
                    Severity::Medium,
                    "what gets another name here is sent as a gauge: its TYPE line has the old one, so that \
                     counters are none and histograms fall apart"
                        .to_owned(),
                )
                .with_evidence([("replacement", json!(compiled.replacement))])
                .with_remedy(
                    "rename behind the receiver: `set(metric.name, …)` in a transform processor, or `update` \
                     with `new_name` in metricstransform",
                );
            let target = rule.node.get("target_label");
            finding
                .marks
                .places
                .extend(target.and_then(|target| linted.value(target, "")));
            findings.push(finding);
        }
    }
    findings.extend(all_labels(linted, rules));
}

fn identity(subject: Subject, hit: &[&str]) -> Finding {
    Finding::new(
        "relabeling/identity-label",
        Severity::Medium,
        format!(
            "`{}` {} back: the Collector takes the identity of a series from its target",
            hit.join("` and `"),
            if hit.len() == 1 { "comes" } else { "come" },
        ),
    )
    .about(subject)
    .with_evidence([("labels", json!(hit))])
    .with_remedy(
        "change the resource instead: `service.name` is the job, and `service.instance.id` the instance",
    )
}

/// Attributes called `job` or `instance`, which the exporter overwrites.
pub(super) fn of_processors(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    for processor in linted.of_kind(Role::Processor, "attributes") {
        for action in items(processor.entry.value.get("actions")) {
            let key = action.get("key").filter(|key| {
                let text = key.scalar().unwrap_or_default();
                IDENTITY.contains(&text)
            });
            let writes = action
                .get("action")
                .and_then(Node::scalar)
                .is_some_and(|word| ["insert", "update", "upsert"].contains(&word));
            let Some(key) = key.filter(|_| writes) else {
                continue;
            };
            let subject = Subject {
                part: Some(processor.part()),
                ..Subject::default()
            };
            let mut finding = identity(subject, &[key.scalar().unwrap_or_default()]);
            finding.message = format!(
                "the attribute `{}` never arrives: the exporter writes the identity of the target in its place",
                key.scalar().unwrap_or_default()
            );
            finding.marks.places.extend(linted.value(key, ""));
            findings.push(finding);
        }
    }
}

/// Whether a label of a pod that no rule names becomes a label of series.
fn all_labels(linted: &Linted<'_>, rules: &JobRules<'_>) -> Option<Finding> {
    let compiled = rules.target.iter().map(|rule| rule.rule.as_ref());
    let mut changing: Vec<Node> = Vec::new();
    for (rule, node) in compiled.zip(&rules.target) {
        if rule.is_some_and(|rule| !rule.action.only_filters()) {
            changing.push(node.node.clone());
        }
    }
    let all = Rules::compile(&changing, linted.release(), Scheme::default()).ok()?;
    let pair = |name: &str, value: &str| (Text::from(name), Text::from(value));
    let mut labels: Labels = [pair("__address__", "10.0.0.1:4191"), pair(PROBE.0, PROBE.1)]
        .into_iter()
        .collect();
    let _ = all.process(&mut labels);
    let shown = labels
        .iter()
        .find(|(name, value)| !name.starts_with("__") && value.as_str() == PROBE.1)
        .map(|(name, _)| name.to_string())?;
    // The last rule that copies by pattern is the one that makes it visible.
    let mut maps = rules.target.iter().rev();
    let rule = maps.find(|rule| {
        let compiled = rule.rule.as_ref();
        compiled.is_some_and(|rule| rule.action == Action::LabelMap)
    })?;
    let prefix = shown.split("zz_probe_9").next().unwrap_or_default();
    let called = if prefix.is_empty() {
        "under its own name".to_owned()
    } else {
        format!("as `{prefix}…`")
    };
    let mut finding = rules
        .finding(
            "relabeling/all-pod-labels",
            Severity::Medium,
            format!(
                "every label of a pod becomes a label of all its series, {called}: also those that differ with \
                 each rollout, and those that collide once `.`, `/` and `-` are `_`"
            ),
        )
        .with_evidence([("prefix", json!(prefix))])
        .with_remedy("name the labels that are needed: `__meta_kubernetes_pod_label_(app|team)`");
    linted.mark_pattern(rule, "", &mut finding);
    Some(finding)
}
