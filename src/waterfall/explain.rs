//! Why one name passes a filter or does not: its clauses, judged for a metric that really came by.

use super::difference::family;
use crate::collector::ottl::Condition;
use crate::collector::ottl::Context;
use crate::collector::ottl::Scene;
use crate::collector::ottl::compile::Setting;
use crate::collector::ottl::explain::Explanation;
use crate::collector::ottl::explain::Outcome;
use crate::collector::ottl::function::Host;
use crate::collector::pdata::At;
use crate::collector::pdata::Data;
use crate::collector::pdata::Metric;
use crate::collector::pdata::Metrics;
use crate::collector::pdata::ResourceMetrics;
use crate::collector::pdata::ScopeMetrics;
use crate::collector::plan::Stage;
use crate::collector::trace::Rule;
use crate::collector::version::Version;

/// The conditions of one stage, judged for one metric of one target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Explained {
    /// The target the metric came from.
    pub target: String,
    /// Index of the stage.
    pub stage: usize,
    /// What the metric is called there.
    pub metric: String,
    /// The clauses of its conditions, outer ones first.
    pub clauses: Vec<Clause>,
}

/// One clause of a condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clause {
    /// Number of the condition among the rules of its stage.
    pub rule: u32,
    /// How deep it stands in its condition.
    pub depth: usize,
    /// As written.
    pub text: String,
    /// `true`, `false`, or the error.
    pub outcome: String,
    /// Whether the Collector gets as far.
    pub reached: bool,
    /// Why, where that may surprise.
    pub why: Option<String>,
}

/// Looks out for one name while payloads pass.
#[derive(Debug)]
pub(super) struct Watch {
    name: String,
    version: Version,
    stages: Vec<Stage>,
    /// For each stage, the metric as it was behind it, with its target: of the first target by name.
    seen: Vec<Option<(String, Metrics)>>,
}

impl Watch {
    pub(super) fn new(name: &str, version: Version, stages: &[Stage]) -> Self {
        Self {
            name: name.to_owned(),
            version,
            stages: stages.to_vec(),
            seen: stages.iter().map(|_| None).collect(),
        }
    }

    /// Takes a look at what is there behind a stage.
    pub(super) fn look(&mut self, stage: usize, metrics: &Metrics, target: &str) {
        let known = self.seen[stage].as_ref();
        if known.is_some_and(|(known, _)| known.as_str() <= target) {
            return;
        }
        for resource in &metrics.resources {
            for scope in &resource.scopes {
                let metric = scope.metrics.iter().find(|metric| self.is_it(metric));
                if let Some(metric) = metric {
                    let alone = alone(resource, scope, metric);
                    self.seen[stage] = Some((target.to_owned(), alone));
                    return;
                }
            }
        }
    }

    fn is_it(&self, metric: &Metric) -> bool {
        let is_composite = matches!(metric.data, Data::Histogram { .. } | Data::Summary(_));
        metric.name.as_str() == self.name
            || is_composite && metric.name.as_str() == family(&self.name)
    }

    /// Judges the conditions of every filter for the metric as it came there.
    pub(super) fn explain(self) -> Vec<Explained> {
        let mut explained = Vec::new();
        for (at, stage) in self.stages.iter().enumerate() {
            if stage.component != "filter" {
                continue;
            }
            let before = self.seen[..at].iter().rev().flatten().next();
            let Some((target, metrics)) = before else {
                continue;
            };
            let mut metrics = metrics.clone();
            let clauses = judge(stage, &mut metrics, self.version);
            explained.push(Explained {
                target: target.clone(),
                stage: at,
                metric: metrics.resources[0].scopes[0].metrics[0].name.to_string(),
                clauses,
            });
        }
        explained
    }
}

/// The clauses of all conditions of a stage, judged for the first data point of a payload.
pub(super) fn judge(stage: &Stage, metrics: &mut Metrics, version: Version) -> Vec<Clause> {
    let mut clauses = Vec::new();
    for (number, rule) in (0..).zip(&stage.rules) {
        if let Some(condition) = compile(rule, version) {
            let scene = Scene::new(metrics, At::default(), 0);
            flatten(&condition.explain(&scene), number, 0, &mut clauses);
        }
    }
    clauses
}

/// A payload with nothing in it but one metric and its first data point.
pub(super) fn alone(resource: &ResourceMetrics, scope: &ScopeMetrics, metric: &Metric) -> Metrics {
    let mut metric = metric.clone();
    metric.data.retain(|point| point == 0);
    Metrics {
        resources: vec![ResourceMetrics {
            attributes: resource.attributes.clone(),
            scopes: vec![ScopeMetrics {
                metrics: vec![metric],
                ..scope.clone()
            }],
        }],
    }
}

/// The condition in the context that it compiles in: the rule does not say which list it stands in.
fn compile(rule: &Rule, version: Version) -> Option<Condition> {
    let contexts = [Context::Metric, Context::Datapoint, Context::Resource];
    let mut plain = contexts.into_iter();
    let plain =
        plain.find_map(|context| Condition::compile(&rule.text, rule.at, context, version).ok());
    plain.or_else(|| {
        contexts.into_iter().find_map(|context| {
            let setting = Setting {
                host: Host::Filter,
                context,
                version,
                prefixed: true,
            };
            Condition::compile_in(&rule.text, rule.at, setting).ok()
        })
    })
}

fn flatten(explanation: &Explanation, rule: u32, depth: usize, clauses: &mut Vec<Clause>) {
    clauses.push(Clause {
        rule,
        depth,
        text: explanation.text.clone(),
        outcome: match &explanation.outcome {
            Outcome::True => "true".to_owned(),
            Outcome::False => "false".to_owned(),
            Outcome::Error(error) => format!("error: {error}"),
        },
        reached: explanation.reached,
        why: explanation.why.clone(),
    });
    for part in &explanation.parts {
        flatten(part, rule, depth + 1, clauses);
    }
}
