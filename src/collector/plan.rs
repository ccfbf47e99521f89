//! What is to be simulated: a configuration and what was chosen of it, shared by all workers.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use super::config::Config;
use super::config::Discovery;
use super::config::NameValidation;
use super::config::Role;
use super::config::ScrapeJob;
use super::config::Shape;
use super::decode::Notice;
use super::discover::Discover;
use super::discover::Found;
use super::exporters;
use super::position::ConfigError;
use super::position::Position;
use super::processors;
use super::processors::BuildContext;
use super::processors::kubernetes::Cluster;
use super::receiver::Job;
use super::receiver::Limits;
use super::receiver::PROMETHEUS_3_FROM;
use super::receiver::Receiver;
use super::relabel::Rules;
use super::relabel::Scheme;
use super::simulator::Pipeline;
use super::simulator::RunningJob;
use super::simulator::RunningProcessor;
use super::text::Text;
use super::trace::Rule;
use super::trace::RuleId;
use super::version::Version;
use super::yaml::Kind;
use super::yaml::Node;

/// A configuration and what was chosen of it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What it is called in reports: the file as named, or the filter as typed.
    pub name: String,
    /// The files, for messages; positions index them.
    pub files: Vec<String>,
    /// The configuration.
    pub config: Config,
    /// Ids of the pipelines to run, in order.
    pub pipelines: Vec<String>,
    /// Only scrape jobs of this name.
    pub job: Option<String>,
    /// Pods, namespaces and nodes of the cluster, where they are known.
    pub cluster: Option<Arc<Cluster>>,
    /// `OTEL_RESOURCE_ATTRIBUTES` and the like, as the Collector would see them.
    pub environment: BTreeMap<String, String>,
}

/// What a pipeline consists of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// `metrics/mesh`.
    pub name: String,
    /// The stages in order.
    pub stages: Vec<Stage>,
    /// Rules of target relabeling, those of all jobs one behind the other, with their job.
    pub target_rules: Vec<(String, Rule)>,
    /// What is not simulated and could make a difference.
    pub notices: Vec<Notice>,
    /// The longest and shortest scrape interval of its jobs, in seconds.
    pub interval_seconds: f64,
}

/// One stage of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// `filter/mesh`, `metric_relabel_configs`, …
    pub id: String,
    /// What kind.
    pub kind: StageKind,
    /// Its type in the configuration: `filter`.
    pub component: String,
    /// Where it is defined.
    pub at: Position,
    /// Its rules, in the order of their numbers.
    pub rules: Vec<Rule>,
}

/// What kind of stage it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum StageKind {
    /// What the targets expose.
    #[default]
    Scrape,
    /// `metric_relabel_configs`.
    Relabeling,
    /// What the receiver makes of it.
    Receiver,
    /// A processor.
    Processor,
    /// An exporter.
    Exporter,
    /// What a Prometheus stores.
    Storage,
}

impl StageKind {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scrape => "scrape",
            Self::Relabeling => "relabeling",
            Self::Receiver => "receiver",
            Self::Processor => "processor",
            Self::Exporter => "exporter",
            Self::Storage => "storage",
        }
    }
}

/// The release from which the receiver loads its configuration a second time, from what it wrote of the
/// first (`PromConfig.Reload`); seen in 0.127, not in 0.122, and the releases between were not to be had.
const REMARSHALLED_FROM: u16 = 127;

/// Processors that leave data points as they are, or take whole ones out.
const KEEPS_SHAPE: [&str; 7] = [
    "filter",
    "resource",
    "resourcedetection",
    "k8sattributes",
    "batch",
    "memory_limiter",
    "cumulativetodelta",
];

impl Plan {
    /// Builds the pipelines, ready to run, with what they consist of.
    ///
    /// # Errors
    /// A component would not start.
    pub fn build(&self) -> Result<Vec<(Layout, Pipeline)>, ConfigError> {
        self.pipelines.iter().map(|id| self.pipeline(id)).collect()
    }

    fn pipeline(&self, id: &str) -> Result<(Layout, Pipeline), ConfigError> {
        let version = self.config.version;
        let mut pipelines = self.config.pipelines.iter();
        let Some(pipeline) = pipelines.find(|pipeline| pipeline.id == id) else {
            let message = format!("there is no pipeline `{id}`");
            return Err(ConfigError::new(self.config.root.at, message));
        };
        let mut layout = Layout {
            name: id.to_owned(),
            ..Layout::default()
        };
        layout.notices.clone_from(&self.config.notices);
        layout.stages.push(Stage {
            id: "scrape".to_owned(),
            kind: StageKind::Scrape,
            component: String::new(),
            at: pipeline.at,
            rules: Vec::new(),
        });
        let (jobs, metric_rules) = self.jobs(pipeline, &mut layout)?;
        let relabeling = (!metric_rules.is_empty()).then_some(layout.stages.len());
        if relabeling.is_some() {
            layout.stages.push(Stage {
                id: "metric_relabel_configs".to_owned(),
                kind: StageKind::Relabeling,
                component: String::new(),
                at: metric_rules.first().map_or(pipeline.at, |rule| rule.at),
                rules: metric_rules,
            });
        }
        let is_storage = self.config.shape == Shape::Prometheus;
        let receiver = layout.stages.len();
        let receivers: Vec<&str> = pipeline
            .receivers
            .iter()
            .map(|receiver| receiver.id.as_str())
            .collect();
        layout.stages.push(Stage {
            id: receivers.join(", "),
            kind: if is_storage {
                StageKind::Storage
            } else {
                StageKind::Receiver
            },
            component: "prometheus".to_owned(),
            at: pipeline
                .receivers
                .first()
                .map_or(pipeline.at, |receiver| receiver.at),
            rules: Vec::new(),
        });
        let mut running = Pipeline {
            jobs,
            relabeling,
            receiver,
            processors: Vec::new(),
            exporters: Vec::new(),
            storage: is_storage.then_some(receiver),
        };
        self.processors(pipeline, &mut layout, &mut running)?;
        for reference in &pipeline.exporters {
            let Some(component) = self.config.component(Role::Exporter, &reference.id) else {
                layout.notices.push(Notice {
                    at: reference.at,
                    subject: format!("connector {}", reference.id),
                    message: "is not simulated: what it sends into other pipelines is not counted"
                        .to_owned(),
                });
                continue;
            };
            let built = exporters::build(&component.kind, &component.node, version)?;
            layout.notices.extend(built.notice.map(|notice| Notice {
                at: component.at,
                subject: format!("exporter {}", component.id),
                message: format!("is not simulated: {}", notice.could_change),
            }));
            let stage = layout.stages.len();
            layout.stages.push(Stage {
                id: component.id.clone(),
                kind: StageKind::Exporter,
                component: component.kind.clone(),
                at: component.at,
                rules: Vec::new(),
            });
            running.exporters.push((stage, built.config.start()));
        }
        Ok((layout, running))
    }

    fn jobs(
        &self,
        pipeline: &super::config::Pipeline,
        layout: &mut Layout,
    ) -> Result<(Vec<RunningJob>, Vec<Rule>), ConfigError> {
        let version = self.config.version;
        let mut jobs = Vec::new();
        let mut metric_rules: Vec<Rule> = Vec::new();
        for reference in &pipeline.receivers {
            let mut scrapes = self.config.scrapes.iter();
            let Some(scrape) = scrapes.find(|scrape| scrape.id == reference.id) else {
                layout.notices.push(Notice {
                    at: reference.at,
                    subject: format!("receiver {}", reference.id),
                    message: "is not simulated: what it brings in is not counted".to_owned(),
                });
                continue;
            };
            for job in &scrape.jobs {
                if self.job.as_ref().is_some_and(|chosen| *chosen != job.name) {
                    continue;
                }
                let metric_relabel = compile(&self.config, job, &job.metric_relabel)?;
                let relabel = compile(&self.config, job, &job.relabel)?;
                let first_rule = metric_rules.len() as RuleId;
                let first_target_rule = layout.target_rules.len() as RuleId;
                metric_rules.extend(metric_relabel.shown().cloned());
                let named = |rule: &Rule| (job.name.clone(), rule.clone());
                layout.target_rules.extend(relabel.shown().map(named));
                layout.interval_seconds = layout.interval_seconds.max(job.interval.as_secs_f64());
                jobs.push(RunningJob {
                    discover: discover(job, relabel, version, shared_labels(job)),
                    job: Job {
                        name: Text::from(&*job.name),
                        version,
                        honor_labels: job.honor_labels,
                        honor_timestamps: job.honor_timestamps,
                        metric_relabel,
                        external_labels: texts(&scrape.external_labels),
                        trim_suffixes: scrape.trim_metric_suffixes,
                        utf8_names: job.validation == NameValidation::Utf8,
                        limits: limits(job),
                        extra_metrics: job.extra_scrape_metrics
                            || scrape.report_extra_scrape_metrics,
                        timeout_seconds: job.timeout.as_secs_f64(),
                    },
                    receiver: Receiver::default(),
                    first_rule,
                    first_target_rule,
                });
            }
        }
        Ok((jobs, metric_rules))
    }

    fn processors(
        &self,
        pipeline: &super::config::Pipeline,
        layout: &mut Layout,
        running: &mut Pipeline,
    ) -> Result<(), ConfigError> {
        let context = BuildContext {
            version: self.config.version,
            cluster: self.cluster.clone(),
            environment: self.environment.clone(),
        };
        for reference in &pipeline.processors {
            let Some(component) = self.config.component(Role::Processor, &reference.id) else {
                continue;
            };
            let built = processors::build(&component.kind, &component.node, &context)?;
            let notice = |at: Position, message: String| Notice {
                at,
                subject: format!("processor {}", component.id),
                message,
            };
            for told in built.notices {
                layout.notices.push(notice(told.at, told.message));
            }
            let stage = layout.stages.len();
            let mut rules = Vec::new();
            match built.stage {
                processors::Stage::Simulated(processor) => {
                    rules.extend_from_slice(processor.rules());
                    running.processors.push(RunningProcessor {
                        stage,
                        reshapes: !KEEPS_SHAPE.contains(&component.kind.as_str()),
                        processor: Some(processor),
                    });
                }
                processors::Stage::Passive(_) => running.processors.push(RunningProcessor {
                    stage,
                    reshapes: false,
                    processor: None,
                }),
                processors::Stage::NotSimulated(could_change) => {
                    let message = format!("is not simulated: {could_change}");
                    layout.notices.push(notice(component.at, message));
                    running.processors.push(RunningProcessor {
                        stage,
                        reshapes: false,
                        processor: None,
                    });
                }
            }
            layout.stages.push(Stage {
                id: component.id.clone(),
                kind: StageKind::Processor,
                component: component.kind.clone(),
                at: component.at,
                rules,
            });
        }
        Ok(())
    }
}

/// Rules of a job as its release applies them.
pub(super) fn compile(
    config: &Config,
    job: &ScrapeJob,
    rules: &[Node],
) -> Result<Rules, ConfigError> {
    let version = config.version;
    let scheme = match job.validation {
        NameValidation::Utf8 => Scheme::Utf8,
        NameValidation::Legacy => Scheme::Legacy,
    };
    let written = Rules::compile(rules, version, scheme)?;
    if config.shape == Shape::Prometheus || !version.is_from(REMARSHALLED_FROM) {
        return Ok(written);
    }
    Rules::compile(&remarshalled(rules), version, scheme)
}

/// Rules as the receiver hands them to Prometheus: it writes the configuration anew, and what is empty is left
/// out, so that the default takes its place (`omitempty` in `model/relabel/relabel.go`).
fn remarshalled(rules: &[Node]) -> Vec<Node> {
    let mut rules = rules.to_vec();
    for rule in &mut rules {
        if let Kind::Map(entries) = &mut rule.kind {
            entries.retain(|entry| {
                let may_vanish = matches!(entry.key.as_str(), "replacement" | "separator");
                !may_vanish || entry.value.scalar() != Some("")
            });
        }
    }
    rules
}

pub(super) fn texts(pairs: &[(String, String)]) -> Vec<(Text, Text)> {
    let text = |(name, value): &(String, String)| (Text::from(&**name), Text::from(&**value));
    pairs.iter().map(text).collect()
}

fn limits(job: &ScrapeJob) -> Limits {
    let limit = |limit: u64| (limit > 0).then_some(limit);
    Limits {
        samples: limit(job.limits.samples),
        labels: limit(job.limits.labels),
        label_name_bytes: limit(job.limits.label_name_bytes),
        label_value_bytes: limit(job.limits.label_value_bytes),
        body_bytes: limit(job.limits.body_bytes),
    }
}

/// How a job makes targets of what is found; labels that all of its fixed targets have are `shared` by whatever
/// is scraped, where nobody knows which of them it is.
pub(super) fn discover(
    job: &ScrapeJob,
    rules: Rules,
    version: Version,
    shared: Vec<(Text, Text)>,
) -> Discover {
    let mut defaults = vec![
        ("job".to_owned(), job.name.clone()),
        ("__scheme__".to_owned(), job.scheme.clone()),
        ("__metrics_path__".to_owned(), job.metrics_path.clone()),
        ("__scrape_interval__".to_owned(), duration(job.interval)),
        ("__scrape_timeout__".to_owned(), duration(job.timeout)),
    ];
    for (name, values) in &job.params {
        if let Some(value) = values.first() {
            defaults.push((format!("__param_{name}"), value.clone()));
        }
    }
    Discover {
        defaults: texts(&defaults),
        shared,
        rules,
        adds_ports: !version.is_from(PROMETHEUS_3_FROM),
        has_hidden_labels: job
            .discovery
            .iter()
            .any(|discovery| !matches!(discovery, Discovery::Static(_))),
    }
}

/// Labels that every fixed target of a job has, whichever it is.
fn shared_labels(job: &ScrapeJob) -> Vec<(Text, Text)> {
    let mut groups = job.discovery.iter().map(|discovery| match discovery {
        Discovery::Static(group) => group.labels.as_slice(),
        _ => &[],
    });
    match groups.next() {
        Some(first) if groups.all(|labels| labels == first) => texts(first),
        _ => Vec::new(),
    }
}

/// A duration as Prometheus writes it: `1m30s`.
fn duration(duration: std::time::Duration) -> String {
    let mut left = duration.as_millis();
    if left == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (unit, millis) in [
        ("y", 365 * 86_400_000),
        ("w", 7 * 86_400_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1000),
        ("ms", 1),
    ] {
        let count = left / millis;
        // Years and weeks are written only where nothing is left (`model.Duration.String`).
        if count == 0 || (matches!(unit, "y" | "w") && !left.is_multiple_of(millis)) {
            continue;
        }
        let _ = write!(text, "{count}{unit}");
        left %= millis;
    }
    text
}

/// The label by which a target is known to carry all that discovery gave it.
const DISCOVERED_POD: &str = "__meta_kubernetes_pod_name";

/// A target as far as its source tells.
pub fn found(target: &crate::source::Target) -> Found {
    let mut labels = target.labels.clone();
    // Whoever kept a pod's name from discovery kept all that it said.
    let is_complete = labels.iter().any(|(name, _)| name == DISCOVERED_POD);
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) = value
            && !labels.iter().any(|(known, _)| known == name)
        {
            labels.push((name.to_owned(), value.to_owned()));
        }
    };
    if !is_complete {
        add("__meta_kubernetes_namespace", target.namespace.as_deref());
        add("__meta_kubernetes_pod_name", target.pod.as_deref());
        add(
            "__meta_kubernetes_pod_container_name",
            target.container.as_deref(),
        );
        if target.container.as_deref() == Some("linkerd-proxy") {
            // The proxy exposes its metrics on one port alone, under one name.
            add(
                "__meta_kubernetes_pod_container_port_name",
                Some("linkerd-admin"),
            );
            add("__meta_kubernetes_pod_container_port_number", Some("4191"));
        }
    }
    Found {
        address: target.address.clone(),
        name: target.name.clone(),
        labels,
        is_complete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Target;

    #[test]
    fn a_target_with_labels_of_discovery_has_all_of_them() {
        let mut target = Target {
            name: "shop/web/linkerd-proxy".to_owned(),
            pod: Some("web".to_owned()),
            container: Some("linkerd-proxy".to_owned()),
            ..Target::default()
        };
        let saved = found(&target);
        assert!(!saved.is_complete && saved.address.is_none());
        assert_eq!(saved.labels.len(), 4);
        target.address = Some("10.0.0.1:4191".to_owned());
        target.labels = vec![("__meta_kubernetes_pod_name".to_owned(), "web".to_owned())];
        let live = found(&target);
        assert!(live.is_complete);
        assert_eq!(live.labels, target.labels);
        assert_eq!(live.address, target.address);
    }
}
