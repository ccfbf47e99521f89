//! `service/wrong-signal`: processors that say nothing of the signal of the pipeline that runs them.

use serde_json::json;

use super::super::Linted;
use super::super::seek;
use crate::collector::config::Component;
use crate::collector::config::Config;
use crate::collector::config::Pipeline;
use crate::collector::config::Role;
use crate::findings::Finding;
use crate::findings::Severity;

/// Keys of `filter` and `transform` that speak of a signal.
const KEYS: [(&str, &[&str]); 4] = [
    (
        "metrics",
        &["metrics", "metric_conditions", "metric_statements"],
    ),
    (
        "traces",
        &["traces", "spans", "trace_conditions", "trace_statements"],
    ),
    ("logs", &["logs", "log_conditions", "log_statements"]),
    (
        "profiles",
        &["profiles", "profile_conditions", "profile_statements"],
    ),
];

pub(super) fn inspect(linted: &Linted<'_>, config: &Config, findings: &mut Vec<Finding>) {
    for pipeline in &config.pipelines {
        for reference in &pipeline.processors {
            let Some(component) = config.component(Role::Processor, &reference.id) else {
                continue;
            };
            let speaks = ["filter", "transform"].contains(&component.kind.as_str());
            if !speaks || says(component, &pipeline.signal) {
                continue;
            }
            findings.push(idle(linted, pipeline, component).seen(linted.word(
                reference.at,
                &reference.id,
                "lets everything pass here",
            )));
        }
    }
}

fn says(component: &Component, signal: &str) -> bool {
    let keys = KEYS.iter().find(|(known, _)| *known == signal);
    let Some((_, keys)) = keys else {
        return true;
    };
    keys.iter()
        .any(|key| component.node.get(key).is_some_and(|node| !node.is_null()))
}

fn idle(linted: &Linted<'_>, pipeline: &Pipeline, component: &Component) -> Finding {
    let Pipeline { id, signal, .. } = pipeline;
    let others: Vec<&str> = KEYS
        .iter()
        .map(|(known, _)| *known)
        .filter(|known| *known != signal && says(component, known))
        .collect();
    let only = if others.is_empty() {
        "it has no condition or statement at all".to_owned()
    } else {
        format!("it speaks of {} alone", others.join(" and "))
    };
    Finding::new(
        "service/wrong-signal",
        Severity::Medium,
        format!(
            "processor {} does nothing in pipeline {id}: {only}, and {signal} pass it as they are",
            component.id
        ),
    )
    .about(seek::component(component))
    .with_evidence([("pipeline", json!(id)), ("speaks_of", json!(others))])
    .seen(linted.id(component, &format!("says nothing of {signal}")))
    .with_remedy(format!(
        "give it conditions or statements for {signal}, or take it out of this pipeline"
    ))
}
