//! `service/memory-limiter` and `service/batch-early`: the order in which processors run.

use serde_json::json;

use super::super::Linted;
use super::super::seek;
use crate::collector::config::Component;
use crate::collector::config::Config;
use crate::collector::config::Pipeline;
use crate::collector::config::Role;
use crate::findings::Edit;
use crate::findings::Finding;
use crate::findings::Severity;

/// What takes data out, and what needs to know who sent it.
const BELONGS_BEFORE_BATCH: [&str; 5] = [
    "filter",
    "k8sattributes",
    "probabilistic_sampler",
    "resourcedetection",
    "tail_sampling",
];

/// What makes no difference to data by coming before `batch` rather than behind it.
const MAY_PASS_BATCH: [&str; 8] = [
    "attributes",
    "filter",
    "k8sattributes",
    "memory_limiter",
    "probabilistic_sampler",
    "resource",
    "resourcedetection",
    "transform",
];

pub(super) fn inspect(linted: &Linted<'_>, config: &Config, findings: &mut Vec<Finding>) {
    for pipeline in &config.pipelines {
        // What a chart adds on its own account is its affair.
        if pipeline.at.line == 0 || pipeline.processors.iter().any(|one| one.at.line == 0) {
            continue;
        }
        let processors: Vec<&Component> = pipeline
            .processors
            .iter()
            .filter_map(|one| config.component(Role::Processor, &one.id))
            .collect();
        findings.extend(limiter(linted, config, pipeline, &processors));
        findings.extend(batch(linted, pipeline, &processors));
    }
}

fn limiter(
    linted: &Linted<'_>,
    config: &Config,
    pipeline: &Pipeline,
    processors: &[&Component],
) -> Option<Finding> {
    let id = &pipeline.id;
    let about = |message: String| {
        Finding::new("service/memory-limiter", Severity::Low, message)
            .about(seek::part("pipeline", id))
            .with_evidence([("pipeline", json!(id))])
    };
    let is_limiter = |component: &&Component| component.kind == "memory_limiter";
    match processors.iter().position(is_limiter) {
        Some(0) => None,
        Some(index) => {
            let limiter = &pipeline.processors[index];
            let first = &pipeline.processors[0].id;
            Some(
                about(format!(
                    "pipeline {id} runs {} before memory_limiter: where memory is short, the work is done first and \
                     the data is refused afterwards",
                    listed(&pipeline.processors[..index]),
                ))
                .seen(linted.word(limiter.at, &limiter.id, "refuses data too late here"))
                .mended(moved(linted, pipeline, index, 0))
                .with_remedy(format!("put {} in front of {first}", limiter.id)),
            )
        }
        None => {
            let is_fed_by_connectors = pipeline
                .receivers
                .iter()
                .all(|from| config.component(Role::Connector, &from.id).is_some());
            let mut extensions = config.extensions.iter();
            let has_extension =
                extensions.any(|extension| extension.id.starts_with("memory_limiter"));
            if is_fed_by_connectors || has_extension {
                return None;
            }
            Some(
                about(format!(
                    "pipeline {id} has no memory_limiter: a Collector that is given more than it can send grows until \
                     it is killed, and loses what it holds"
                ))
                .seen(linted.word(pipeline.at, id, "takes whatever comes"))
                .with_remedy(
                    "define memory_limiter with check_interval: 1s, limit_percentage: 80 and spike_limit_percentage: 25, \
                     and name it first in the pipeline",
                ),
            )
        }
    }
}

fn batch(linted: &Linted<'_>, pipeline: &Pipeline, processors: &[&Component]) -> Option<Finding> {
    let index = processors
        .iter()
        .position(|component| component.kind == "batch")?;
    let behind = &processors[index + 1..];
    let early: Vec<&str> = behind
        .iter()
        .filter(|component| BELONGS_BEFORE_BATCH.contains(&component.kind.as_str()))
        .map(|component| component.id.as_str())
        .collect();
    let first = early.first()?;
    let (id, batch) = (&pipeline.id, &pipeline.processors[index]);
    let may_move = behind
        .iter()
        .all(|component| MAY_PASS_BATCH.contains(&component.kind.as_str()));
    let last = processors.len() - 1;
    Some(
        Finding::new(
            "service/batch-early",
            Severity::Low,
            format!(
                "pipeline {id} runs {} before {}: batches are made of what is dropped afterwards, and who sent the data \
                 is forgotten",
                batch.id,
                early.join(", "),
            ),
        )
        .about(seek::part("pipeline", id))
        .with_evidence([("pipeline", json!(id)), ("behind", json!(early))])
        .seen(linted.word(batch.at, &batch.id, &format!("runs before {first}")))
        .mended(may_move.then(|| moved(linted, pipeline, index, last)).flatten())
        .with_remedy(format!("put {} at the end of the list", batch.id)),
    )
}

fn listed(references: &[crate::collector::config::Reference]) -> String {
    let ids: Vec<&str> = references.iter().map(|one| one.id.as_str()).collect();
    ids.join(", ")
}

/// Moves one id of a list by writing each id that changes its place over the one that was there: so the list may
/// stand on one line or on many. Only where they all stand in the file, each once.
fn moved(linted: &Linted<'_>, pipeline: &Pipeline, from: usize, to: usize) -> Option<Vec<Edit>> {
    let written = &pipeline.processors;
    let mut order: Vec<&str> = written.iter().map(|one| one.id.as_str()).collect();
    let id = order.remove(from);
    order.insert(to, id);
    let changed = written.iter().zip(order).filter(|(one, id)| one.id != *id);
    changed
        .map(|(one, id)| linted.renamed(one.at, &one.id, id))
        .collect()
}
