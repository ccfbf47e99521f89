//! Rules about targets: what they match, which labels they see, and what they leave behind.

use serde_json::json;

use super::super::Linted;
use super::super::patterns::named;
use super::super::walk::items;
use super::JobRules;
use super::RuleNode;
use super::Stage;
use crate::collector::regex::GoRegex;
use crate::collector::relabel::Action;
use crate::findings::Finding;
use crate::findings::Severity;

/// Labels of pods whose values a mesh fixes, with these.
const KNOWN: [(&str, &[&str]); 2] = [
    (
        "__meta_kubernetes_pod_container_name",
        &[
            "istio-init",
            "istio-proxy",
            "istio-validation",
            "linkerd-init",
            "linkerd-network-validator",
            "linkerd-proxy",
        ],
    ),
    (
        "__meta_kubernetes_pod_container_port_name",
        &["http-envoy-prom", "linkerd-admin", "linkerd-proxy"],
    ),
];

/// Labels with `__` in front that say how a target is asked.
const ASKED: [&str; 5] = [
    "__address__",
    "__metrics_path__",
    "__scheme__",
    "__scrape_interval__",
    "__scrape_timeout__",
];

/// Labels that only samples have.
const OF_SAMPLES: [&str; 3] = ["__name__", "le", "quantile"];

/// What differs between the targets of one pod.
const OF_CONTAINERS: &str = "__meta_kubernetes_pod_container_";

pub(super) fn inspect(linted: &Linted<'_>, rules: &JobRules<'_>, findings: &mut Vec<Finding>) {
    for rule in &rules.target {
        findings.extend(nothing(linted, rules, rule));
    }
    stage(linted, rules, &rules.target, findings);
    stage(linted, rules, &rules.metric, findings);
    findings.extend(hidden(linted, rules));
    findings.extend(port(linted, rules));
}

/// A pattern that matches none of the values that a mesh's containers and ports have, unless it were a part.
fn nothing(linted: &Linted<'_>, rules: &JobRules<'_>, rule: &RuleNode<'_>) -> Option<Finding> {
    let compiled = rule.rule.as_ref()?;
    let keeps = compiled.action == Action::Keep;
    if !keeps && compiled.action != Action::Drop {
        return None;
    }
    let (label, values) = KNOWN
        .into_iter()
        .find(|(label, _)| rule.reads_only(label))?;
    // Names of others may be called like the end of these.
    let loose = GoRegex::new(&format!("^(?:{})", rule.pattern())).ok()?;
    let within: Vec<&str> = values
        .iter()
        .copied()
        .filter(|value| loose.is_match(value))
        .collect();
    if values.iter().any(|value| compiled.regex.is_match(value)) || within.is_empty() {
        return None;
    }
    let effect = if keeps {
        "every target is dropped"
    } else {
        "none of them is dropped"
    };
    let mut finding = rules
        .finding(
            "relabeling/matches-nothing",
            if keeps {
                Severity::High
            } else {
                Severity::Medium
            },
            format!(
                "`{}` has to match from end to end, and is only the beginning of {}: {effect}",
                rule.pattern(),
                named(&within, 3)
            ),
        )
        .with_evidence([
            ("label", json!(label)),
            ("pattern", json!(rule.pattern())),
            ("values_that_contain_it", json!(within)),
        ])
        .with_remedy(format!(
            "write the one that is meant, such as `{}`",
            proxy(&within)
        ));
    linted.mark_pattern(rule, "", &mut finding);
    Some(finding)
}

/// The proxy among these containers and ports, or the first of them.
fn proxy<'a>(within: &[&'a str]) -> &'a str {
    let is_proxy = |value: &&&str| value.ends_with("-proxy") || value.ends_with("-admin");
    let found = within.iter().find(is_proxy).or(within.first());
    found.copied().unwrap_or_default()
}

/// Labels that are not there, or not any more, where a rule reads them.
fn stage(
    linted: &Linted<'_>,
    rules: &JobRules<'_>,
    list: &[RuleNode<'_>],
    findings: &mut Vec<Finding>,
) {
    let mut set: Vec<&str> = Vec::new();
    for rule in list {
        let Some(compiled) = &rule.rule else {
            // What it sets is not known: neither is what those after it read.
            return;
        };
        if compiled.action == Action::LabelMap {
            return;
        }
        for label in &compiled.source_labels {
            let is_absent = match rule.stage {
                Stage::Target => OF_SAMPLES.contains(&label.as_str()),
                Stage::Metric => {
                    label.starts_with("__meta_")
                        || label.starts_with("__param_")
                        || (ASKED.contains(&label.as_str()) && label != "__scheme__")
                }
            };
            if !is_absent || set.contains(&label.as_str()) {
                continue;
            }
            let (why, remedy) = match rule.stage {
                Stage::Target => (
                    format!(
                        "`{label}` is a label of samples: a target has none, and this rule sees nothing"
                    ),
                    "move the rule to metric_relabel_configs",
                ),
                Stage::Metric => (
                    format!("`{label}` is gone once a target is scraped: this rule sees nothing"),
                    "move the rule to relabel_configs, or copy the label there to one without `__` in front",
                ),
            };
            let mut finding = rules
                .finding("relabeling/wrong-stage", Severity::High, why)
                .with_evidence([
                    ("label", json!(label)),
                    ("action", json!(compiled.action.word())),
                ])
                .with_remedy(remedy);
            let place = rule.source(label).and_then(|node| linted.value(node, ""));
            finding.marks.places.extend(place);
            findings.push(finding);
        }
        if !compiled.target_label.contains('$') {
            set.push(&compiled.target_label);
        }
    }
}

/// A hidden label that differs between the targets of a pod which have been given one address.
fn hidden(linted: &Linted<'_>, rules: &JobRules<'_>) -> Option<Finding> {
    let of = |rule: &'_ RuleNode<'_>| rule.rule.clone();
    let compiled: Vec<_> = rules.target.iter().map(of).collect::<Option<_>>()?;
    let address = compiled.iter().position(|rule| {
        let fixed = !rule
            .source_labels
            .iter()
            .any(|label| label.starts_with(OF_CONTAINERS));
        rule.action == Action::Replace
            && rule.target_label == "__address__"
            && fixed
            && !rule
                .source_labels
                .iter()
                .any(|label| label == "__address__")
    })?;
    // Kept down to one port or container, nothing is left to differ.
    let is_narrowed = compiled.iter().any(|rule| {
        rule.action == Action::Keep
            && rule
                .source_labels
                .iter()
                .any(|label| label.starts_with("__meta_kubernetes_pod_container_port_"))
    });
    if is_narrowed {
        return None;
    }
    let at = compiled.iter().enumerate().position(|(index, rule)| {
        let target = rule.target_label.as_str();
        let stays = target.starts_with("__")
            && !target.starts_with("__meta_")
            && !target.starts_with("__param_")
            && !ASKED.contains(&target)
            && !target.contains('$');
        let dropped = compiled[index + 1..].iter().any(|later| {
            later.action == Action::LabelDrop && later.regex.is_match(target)
                || later.target_label == target && later.replacement.is_empty()
        });
        rule.action == Action::Replace
            && rule
                .source_labels
                .iter()
                .any(|label| label.starts_with(OF_CONTAINERS))
            && stays
            && !dropped
    })?;
    let (rule, shown) = (&compiled[at], &rules.target[at]);
    let label = &rule.target_label;
    let mut finding = rules
        .finding(
            "relabeling/hidden-label",
            Severity::Medium,
            format!(
                "`{label}` differs between the ports of a pod, which all have one address here: each stays a \
                 target of its own, and the same series are scraped for each"
            ),
        )
        .with_evidence([("label", json!(label)), ("source_labels", json!(rule.source_labels))])
        .with_remedy(format!(
            "drop it behind its last use: `- {{action: labeldrop, regex: {label}}}`"
        ));
    let target = shown.node.get("target_label");
    finding
        .marks
        .places
        .extend(target.and_then(|node| linted.value(node, "differs, and stays")));
    let address = rules
        .target
        .get(address)
        .and_then(|rule| rule.node.get("target_label"));
    finding
        .marks
        .places
        .extend(address.and_then(|node| linted.value(node, "one for all of them")));
    Some(finding)
}

/// A rule that reads a port off an address which has none where a container declares none.
fn port(linted: &Linted<'_>, rules: &JobRules<'_>) -> Option<Finding> {
    let discoveries = items(rules.job.node.get("kubernetes_sd_configs")).iter();
    let mut kinds = discoveries.filter_map(|node| node.get("role")?.scalar());
    if !kinds.any(|kind| kind == "pod") {
        return None;
    }
    for rule in &rules.target {
        let compiled = rule.rule.as_ref()?;
        let narrows = compiled.action == Action::Keep
            && compiled
                .source_labels
                .iter()
                .any(|label| label.starts_with("__meta_kubernetes_pod_container_port_"));
        if narrows {
            return None;
        }
        let at = compiled
            .source_labels
            .iter()
            .position(|label| label == "__address__");
        let acts = matches!(compiled.action, Action::Keep | Action::Replace);
        let Some(at) = at.filter(|_| acts && rule.regex().is_some()) else {
            continue;
        };
        let joined = |address: &str| {
            let values = (0..compiled.source_labels.len())
                .map(|own| if own == at { address } else { "4191" });
            let values: Vec<&str> = values.collect();
            values.join(&compiled.separator)
        };
        let with = compiled.regex.is_match(&joined("10.0.0.1:8080"));
        let without = compiled.regex.is_match(&joined("10.0.0.1"));
        if !with || without {
            continue;
        }
        let effect = if compiled.action == Action::Keep {
            "such a pod is dropped"
        } else {
            "such a pod is asked on port 80"
        };
        let mut finding = rules
            .finding(
                "relabeling/address-without-port",
                Severity::Medium,
                format!(
                    "the address has no port where a container declares none, and `{}` does not match that: {effect}",
                    rule.pattern()
                ),
            )
            .with_evidence([("pattern", json!(rule.pattern()))])
            .with_remedy(
                "take the address from `__meta_kubernetes_pod_ip`, or let the port be missing: `([^:]+)(?::\\d+)?`",
            );
        linted.mark_pattern(rule, "", &mut finding);
        return Some(finding);
    }
    None
}
