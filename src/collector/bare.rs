//! Filters that were typed on the command line, without a configuration around them.

use std::collections::BTreeMap;

use super::config::Component;
use super::config::Config;
use super::config::File;
use super::config::Reference;
use super::config::Role;
use super::config::Shape;
use super::confmap::Sources;
use super::plan::Plan;
use super::position::ConfigError;
use super::position::Position;
use super::version::Version;
use super::yaml::Entry;
use super::yaml::Kind;
use super::yaml::Node;

/// A filter without a configuration.
#[derive(Debug, Clone, PartialEq)]
pub enum Bare {
    /// A condition on metrics: what it holds for is dropped, as by the `filter` processor.
    Ottl(String),
    /// A regex that the name of a sample has to match, as `action: keep` of relabeling has it.
    KeepRegex(String),
    /// `metric_relabel_configs`.
    Relabel(Vec<Node>),
}

/// Everything that a pipeline needs beside the filter: one job, and an exporter with its defaults.
const COLLECTOR: &str = "\
receivers: {prometheus: {config: {scrape_configs: [{job_name: mesh, scrape_interval: 30s}]}}}
exporters: {prometheusremotewrite: {endpoint: 'http://localhost/api/v1/write'}}
service: {pipelines: {metrics: {receivers: [prometheus], exporters: [prometheusremotewrite]}}}
";

/// A Prometheus of its own.
const PROMETHEUS: &str = "scrape_configs: [{job_name: mesh, scrape_interval: 30s}]\n";

impl Bare {
    /// A plan in which the filter stands in a Collector with nothing else in it; for a list of relabeling
    /// rules in a Prometheus of its own.
    ///
    /// # Errors
    /// The filter is not one that the release takes.
    pub fn plan(&self, name: &str, version: Version) -> Result<Plan, ConfigError> {
        match self {
            Self::Ottl(_) | Self::KeepRegex(_) => self.in_collector(name, version),
            Self::Relabel(_) => self.within(PROMETHEUS, name, version),
        }
    }

    /// The same, for a list of relabeling rules too: to be compared with what only a Collector has.
    ///
    /// # Errors
    /// The filter is not one that the release takes.
    pub fn in_collector(&self, name: &str, version: Version) -> Result<Plan, ConfigError> {
        self.within(COLLECTOR, name, version)
    }

    fn within(&self, text: &str, name: &str, version: Version) -> Result<Plan, ConfigError> {
        let sources = Sources {
            env: &|_| None,
            read_file: None,
        };
        let file = File { name, text };
        let config = Config::load(&[file], None, sources, version)?;
        let pipelines = config.metrics_pipelines();
        let pipelines = pipelines
            .iter()
            .map(|pipeline| pipeline.id.clone())
            .collect();
        let base = Plan {
            name: name.to_owned(),
            files: Vec::new(),
            config,
            pipelines,
            job: None,
            cluster: None,
            environment: BTreeMap::new(),
        };
        self.instead_of_filters(name, &base)
    }

    /// The plan `base` with this filter in the place of its own: of all `filter` processors and metric
    /// relabeling. Everything else stays, so that two filters are compared under the same conditions.
    ///
    /// # Errors
    /// The filter is not one that the release takes.
    pub fn instead_of_filters(&self, name: &str, base: &Plan) -> Result<Plan, ConfigError> {
        let mut plan = base.clone();
        name.clone_into(&mut plan.name);
        let at = Position {
            file: plan.files.len() as u32,
            line: 1,
            column: 1,
        };
        plan.files.push(name.to_owned());
        for scrape in &mut plan.config.scrapes {
            for job in &mut scrape.jobs {
                job.metric_relabel.clear();
            }
        }
        let mut place = None;
        for pipeline in &mut plan.config.pipelines {
            if !plan.pipelines.contains(&pipeline.id) {
                continue;
            }
            let components = &base.config.components;
            let is_filter = |reference: &Reference| {
                components.iter().any(|component| {
                    component.role == Role::Processor
                        && component.id == reference.id
                        && component.kind == "filter"
                })
            };
            place = pipeline.processors.iter().position(is_filter).or(place);
            pipeline
                .processors
                .retain(|reference| !is_filter(reference));
        }
        match self {
            Self::Ottl(condition) => insert_filter(&mut plan, place, condition, at),
            Self::KeepRegex(regex) => relabel(&mut plan, &[keep_rule(regex, at)]),
            Self::Relabel(rules) => relabel(&mut plan, rules),
        }
        // What the release refuses is told now.
        plan.build()?;
        Ok(plan)
    }

    /// Whether it can stand in the place of filters of `base`.
    pub fn fits(&self, base: &Plan) -> bool {
        base.config.shape != Shape::Prometheus || !matches!(self, Self::Ottl(_))
    }
}

/// The id of a filter that was typed.
const TYPED: &str = "filter/typed";

fn insert_filter(plan: &mut Plan, place: Option<usize>, condition: &str, at: Position) {
    let node = |kind: Kind| Node { kind, at };
    let entry = |key: &str, value: Node| Entry {
        key: key.to_owned(),
        key_at: at,
        value,
    };
    let map = |key: &str, value: Node| node(Kind::Map(vec![entry(key, value)]));
    let condition = node(Kind::String(condition.to_owned()));
    let lists = map("metric", node(Kind::List(vec![condition])));
    let settings = node(Kind::Map(vec![
        entry("error_mode", node(Kind::String("ignore".to_owned()))),
        entry("metrics", lists),
    ]));
    plan.config.components.push(Component {
        role: Role::Processor,
        id: TYPED.to_owned(),
        kind: "filter".to_owned(),
        written_kind: "filter".to_owned(),
        name: "typed".to_owned(),
        node: settings,
        at,
    });
    for pipeline in &mut plan.config.pipelines {
        if plan.pipelines.contains(&pipeline.id) {
            let place = place.unwrap_or(0).min(pipeline.processors.len());
            let id = TYPED.to_owned();
            pipeline.processors.insert(place, Reference { id, at });
        }
    }
}

fn relabel(plan: &mut Plan, rules: &[Node]) {
    for scrape in &mut plan.config.scrapes {
        for job in &mut scrape.jobs {
            job.metric_relabel = rules.to_vec();
        }
    }
}

fn keep_rule(regex: &str, at: Position) -> Node {
    let node = |kind: Kind| Node { kind, at };
    let text = |text: &str| node(Kind::String(text.to_owned()));
    let entry = |key: &str, value: Node| Entry {
        key: key.to_owned(),
        key_at: at,
        value,
    };
    node(Kind::Map(vec![
        entry("source_labels", node(Kind::List(vec![text("__name__")]))),
        entry("regex", text(regex)),
        entry("action", text("keep")),
    ]))
}
