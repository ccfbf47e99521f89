//! The ways that scrapes take through a configuration, from a receiver to an exporter.

use crate::collector::config::Component;
use crate::collector::config::Config;
use crate::collector::config::Pipeline;
use crate::collector::config::PrometheusReceiver;
use crate::collector::config::Role;
use crate::collector::config::ScrapeJob;
use crate::collector::position::Position;
use crate::collector::yaml::Node;

/// The exporter that pushes to a Prometheus-compatible store.
pub(super) const REMOTE_WRITE: &str = "prometheusremotewrite";
/// The exporter that is scraped.
pub(super) const PULL: &str = "prometheus";

/// How many connectors deep a way is followed: none is longer in practice, and a ring has an end.
const MAX_HOPS: usize = 8;

/// One way, with all that stands on it.
#[derive(Debug, Clone)]
pub(super) struct Flow<'a> {
    /// Where the scrape enters.
    pub(super) pipeline: &'a Pipeline,
    /// The receivers that scrape into it.
    pub(super) receivers: Vec<&'a PrometheusReceiver>,
    /// Processors in the order in which they run, connectors' further pipelines included, and where each is named.
    pub(super) processors: Vec<(&'a Component, Position)>,
    /// Where the way ends.
    pub(super) exporter: &'a Component,
}

impl<'a> Flow<'a> {
    /// All jobs that go this way.
    pub(super) fn jobs(&self) -> impl Iterator<Item = &'a ScrapeJob> {
        self.receivers.iter().flat_map(|receiver| &receiver.jobs)
    }

    /// Whether the exporter names and labels series as Prometheus does.
    pub(super) fn ends_in_prometheus(&self) -> bool {
        [REMOTE_WRITE, PULL].contains(&self.exporter.kind.as_str())
    }

    /// Whether other than what is scraped enters this pipeline.
    pub(super) fn has_other_receivers(&self) -> bool {
        let mut references = self.pipeline.receivers.iter();
        references.any(|reference| {
            let mut own = self.receivers.iter();
            !own.any(|receiver| receiver.id == reference.id)
        })
    }
}

/// All ways of what is scraped.
pub(super) fn flows(config: &Config) -> Vec<Flow<'_>> {
    let mut found = Vec::new();
    for pipeline in config.metrics_pipelines() {
        let receivers = config.scrapes.iter().filter(|receiver| {
            let mut references = pipeline.receivers.iter();
            receiver.at.line > 0 && references.any(|reference| reference.id == receiver.id)
        });
        let receivers: Vec<&PrometheusReceiver> = receivers.collect();
        follow(
            config,
            pipeline,
            Vec::new(),
            0,
            &mut |processors, exporter| {
                found.push(Flow {
                    pipeline,
                    receivers: receivers.clone(),
                    processors,
                    exporter,
                });
            },
        );
    }
    found
}

fn follow<'a>(
    config: &'a Config,
    pipeline: &'a Pipeline,
    mut processors: Vec<(&'a Component, Position)>,
    hops: usize,
    end: &mut dyn FnMut(Vec<(&'a Component, Position)>, &'a Component),
) {
    for reference in &pipeline.processors {
        let processor = config.component(Role::Processor, &reference.id);
        processors.extend(processor.map(|processor| (processor, reference.at)));
    }
    for reference in &pipeline.exporters {
        if let Some(exporter) = config.component(Role::Exporter, &reference.id) {
            end(processors.clone(), exporter);
        }
    }
    if hops < MAX_HOPS {
        for (_, next) in config.after(pipeline) {
            follow(config, next, processors.clone(), hops + 1, end);
        }
    }
}

/// The receivers that scrape into a pipeline, each once.
pub(super) fn scrapes(config: &Config) -> Vec<&PrometheusReceiver> {
    let pipelines = config.metrics_pipelines();
    let is_used = |receiver: &&PrometheusReceiver| {
        let mut references = pipelines.iter().flat_map(|pipeline| &pipeline.receivers);
        receiver.at.line > 0 && references.any(|reference| reference.id == receiver.id)
    };
    config.scrapes.iter().filter(is_used).collect()
}

/// Whether the exporter makes labels of resource attributes.
pub(super) fn converts_resource(exporter: &Component) -> bool {
    super::seek::is_true(
        &exporter.node,
        &["resource_to_telemetry_conversion", "enabled"],
    )
}

/// The texts of a processor that speaks OTTL.
pub(super) fn statements(processor: &Component) -> Vec<&str> {
    let mut texts = Vec::new();
    if ["transform", "filter"].contains(&processor.kind.as_str()) {
        super::seek::each_text(&processor.node, &mut |text, _| texts.push(text));
    }
    texts
}

/// The actions of a `resource` processor.
pub(super) fn resource_actions(processor: &Component) -> &[Node] {
    if processor.kind == "resource" {
        super::seek::items(processor.node.get("attributes"))
    } else {
        &[]
    }
}
