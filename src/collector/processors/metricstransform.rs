//! The `metricstransform` processor: renames, copies, merges and regroups metrics.
//!
//! In come metrics; out go those the transforms made of them. Transforms run in order within one scope of
//! one resource, so nothing of two targets is ever merged. Refused is what upstream refuses at start.

mod combine;
mod config;
mod matching;
mod operations;

use super::super::attributes::Attributes;
use super::super::pdata::At;
use super::super::pdata::Metric;
use super::super::pdata::Metrics;
use super::super::pdata::ResourceMetrics;
use super::super::pdata::ScopeMetrics;
use super::super::position::ConfigError;
use super::super::text::Text;
use super::super::trace::Processor;
use super::super::trace::Refused;
use super::super::trace::Rule;
use super::super::trace::RuleId;
use super::super::trace::Trace;
use super::super::version::Version;
use super::super::yaml::Node;
use config::Action;
use config::Transform;
use operations::Place;

/// The processor.
#[derive(Debug)]
pub struct MetricsTransform {
    transforms: Vec<Transform>,
    rules: Vec<Rule>,
    version: Version,
}

impl MetricsTransform {
    /// From its settings.
    ///
    /// # Errors
    /// They are not valid.
    pub fn new(node: &Node, version: Version) -> Result<Self, ConfigError> {
        let (transforms, rules) = config::read(node, version)?;
        Ok(Self {
            transforms,
            rules,
            version,
        })
    }

    fn run(
        &self,
        metrics: &mut Metrics,
        at: At,
        grouped: &mut Vec<ResourceMetrics>,
        trace: &mut dyn Trace,
    ) {
        for (rule, transform) in self.transforms.iter().enumerate() {
            let mut scope = Scope {
                metrics,
                at,
                rule: rule as RuleId,
                transform,
                version: self.version,
                trace,
            };
            match transform.action {
                Action::Update => scope.update(),
                Action::Insert => scope.insert(),
                Action::Combine => scope.combine(),
                Action::Group => grouped.push(scope.group()),
            }
        }
    }
}

impl Processor for MetricsTransform {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn process(&mut self, metrics: &mut Metrics, trace: &mut dyn Trace) -> Result<(), Refused> {
        let mut grouped = Vec::new();
        for resource in 0..metrics.resources.len() {
            for scope in 0..metrics.resources[resource].scopes.len() {
                let at = At {
                    resource,
                    scope,
                    ..At::default()
                };
                self.run(metrics, at, &mut grouped, trace);
            }
        }
        for resource in &mut metrics.resources {
            resource.scopes.retain(|scope| !scope.metrics.is_empty());
        }
        metrics
            .resources
            .retain(|resource| !resource.scopes.is_empty());
        // A group that took nothing in goes on as well, as a resource without metrics.
        metrics.resources.append(&mut grouped);
        Ok(())
    }
}

/// One transform at work on one scope.
struct Scope<'a> {
    metrics: &'a mut Metrics,
    at: At,
    rule: RuleId,
    transform: &'a Transform,
    version: Version,
    trace: &'a mut dyn Trace,
}

impl Scope<'_> {
    fn list(&mut self) -> &mut Vec<Metric> {
        &mut self.metrics.resources[self.at.resource].scopes[self.at.scope].metrics
    }

    fn len(&self) -> usize {
        self.metrics.resources[self.at.resource].scopes[self.at.scope]
            .metrics
            .len()
    }

    fn metric(&self, index: usize) -> &Metric {
        &self.metrics.resources[self.at.resource].scopes[self.at.scope].metrics[index]
    }

    fn transform_in_place(&mut self, index: usize) -> bool {
        let mut place = Place {
            metrics: self.metrics,
            at: At {
                metric: index,
                ..self.at
            },
            rule: self.rule,
            version: self.version,
            trace: self.trace,
        };
        operations::run(&mut place, self.transform)
    }

    fn update(&mut self) {
        let mut kept = vec![true; self.len()];
        let mut all_kept = true;
        for (index, kept) in kept.iter_mut().enumerate() {
            if self.transform.filter.matches(self.metric(index)) {
                *kept = self.transform_in_place(index);
                all_kept &= *kept;
            }
        }
        if !all_kept {
            let mut kept = kept.into_iter();
            self.list().retain(|_| kept.next().unwrap_or(true));
        }
    }

    fn insert(&mut self) {
        for index in 0..self.len() {
            let Some(copy) = self.transform.filter.extract(self.metric(index)) else {
                continue;
            };
            // The copy is new: what its operations do is nobody's loss, so it is worked on apart.
            let mut apart = Metrics {
                resources: vec![ResourceMetrics {
                    attributes: Attributes::default(),
                    scopes: vec![ScopeMetrics {
                        metrics: vec![copy],
                        ..ScopeMetrics::default()
                    }],
                }],
            };
            let mut place = Place {
                metrics: &mut apart,
                at: At::default(),
                rule: self.rule,
                version: self.version,
                trace: &mut super::super::trace::Untraced,
            };
            if operations::run(&mut place, self.transform) {
                let made = apart
                    .resources
                    .pop()
                    .and_then(|mut resource| resource.scopes.pop());
                self.list()
                    .extend(made.into_iter().flat_map(|scope| scope.metrics));
            }
        }
    }

    fn combine(&mut self) {
        let filter = &self.transform.filter;
        let matched: Vec<usize> = (0..self.len())
            .filter(|index| filter.matches(self.metric(*index)))
            .collect();
        if matched.is_empty() {
            return;
        }
        let candidates: Vec<&Metric> = matched.iter().map(|index| self.metric(*index)).collect();
        if let Err(message) = combine::can_be_combined(&candidates) {
            self.trace.failed(self.rule, &message);
            return;
        }
        let new_name = self.transform.new_name.as_str();
        for index in &matched {
            let metric =
                &self.metrics.resources[self.at.resource].scopes[self.at.scope].metrics[*index];
            self.trace.renamed(&metric.name, new_name, self.rule);
        }
        let extracted = self.take_matching();
        let combined = combine::joined(self.transform, extracted);
        let index = self.len();
        self.list().push(combined);
        let mut place = Place {
            metrics: self.metrics,
            at: At {
                metric: index,
                ..self.at
            },
            rule: self.rule,
            version: self.version,
            trace: self.trace,
        };
        place.aggregate(self.transform.aggregation);
        if !operations::run(&mut place, self.transform) {
            self.list().pop();
        }
    }

    fn group(&mut self) -> ResourceMetrics {
        let metrics = self.take_matching();
        let resource = &self.metrics.resources[self.at.resource];
        let mut attributes = resource.attributes.clone();
        for (key, value) in &self.transform.group_labels {
            attributes.insert(Text::from(key.as_str()), value.as_str());
        }
        let scope = &resource.scopes[self.at.scope];
        let scope = ScopeMetrics {
            name: scope.name.clone(),
            version: scope.version.clone(),
            attributes: scope.attributes.clone(),
            schema_url: Text::default(),
            metrics,
        };
        ResourceMetrics {
            attributes,
            scopes: vec![scope],
        }
    }

    /// Takes the metrics out that have a matching point. Their other points are lost, as upstream loses
    /// them (`extractAndRemoveMatchedMetrics`).
    fn take_matching(&mut self) -> Vec<Metric> {
        let mut taken = Vec::new();
        let mut kept = vec![true; self.len()];
        for (index, kept) in kept.iter_mut().enumerate() {
            let metric = self.metric(index);
            let Some(extracted) = self.transform.filter.extract(metric) else {
                continue;
            };
            if extracted.data.len() < metric.data.len() {
                for point in 0..metric.data.len() {
                    let at = At {
                        metric: index,
                        point,
                        ..self.at
                    };
                    let common = self.metric(index).data.common(point);
                    if common.is_some_and(|common| !self.transform.filter.matches_point(common)) {
                        self.trace.point_dropped(self.metrics, at, self.rule);
                    }
                }
            }
            taken.push(extracted);
            *kept = false;
        }
        let mut kept = kept.into_iter();
        self.list().retain(|_| kept.next().unwrap_or(true));
        taken
    }
}
