//! The `interval` processor: of each stream, only the last point of an interval goes on.
//!
//! In comes one payload, which is taken for one interval; out goes first what passes at once, then what
//! was held back: gauges and summaries (unless passed through), growing cumulative sums and cumulative
//! histograms. Within a payload, points of equal identity become the last of them.

use std::collections::HashMap;

use super::super::attributes::Attributes;
use super::super::decode::Fields;
use super::super::pdata::At;
use super::super::pdata::Common;
use super::super::pdata::Data;
use super::super::pdata::Metric;
use super::super::pdata::Metrics;
use super::super::pdata::Temporality;
use super::super::position::ConfigError;
use super::super::trace::Processor;
use super::super::trace::Refused;
use super::super::trace::Rule;
use super::super::trace::Trace;
use super::super::yaml::Node;
use super::identity;
use super::settings;

/// The processor.
#[derive(Debug)]
pub struct Interval {
    passes_gauges: bool,
    passes_summaries: bool,
    rules: Vec<Rule>,
}

impl Interval {
    /// From its settings.
    ///
    /// # Errors
    /// They are not valid.
    pub fn new(node: &Node) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(node, "processor interval")?;
        let interval = settings::duration(&mut fields, "interval")?;
        let pass_through = fields.take("pass_through");
        fields.finish()?;
        if interval.is_some_and(|interval| interval <= 0) {
            return Err(ConfigError::new(
                node.at,
                "`interval` must be greater than 0",
            ));
        }
        let (mut passes_gauges, mut passes_summaries) = (false, false);
        if let Some(node) = pass_through {
            let mut fields = Fields::of(node, "pass_through")?;
            passes_gauges = fields.bool("gauge")?.unwrap_or(false);
            passes_summaries = fields.bool("summary")?.unwrap_or(false);
            fields.finish()?;
        }
        let text = "interval: the last point of each series".to_owned();
        Ok(Self {
            passes_gauges,
            passes_summaries,
            rules: vec![Rule { text, at: node.at }],
        })
    }

    fn holds(&self, data: &Data) -> bool {
        let cumulative = Temporality::Cumulative;
        match data {
            Data::None => false,
            Data::Gauge(_) => !self.passes_gauges,
            Data::Summary(_) => !self.passes_summaries,
            Data::Sum {
                temporality,
                monotonic,
                ..
            } => *monotonic && *temporality == cumulative,
            Data::Histogram { temporality, .. }
            | Data::ExponentialHistogram { temporality, .. } => *temporality == cumulative,
        }
    }
}

impl Processor for Interval {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn process(&mut self, metrics: &mut Metrics, trace: &mut dyn Trace) -> Result<(), Refused> {
        let last = self.last_points(metrics);
        let mut held = Metrics::default();
        for (resource_at, resource) in metrics.resources.iter().enumerate() {
            let mut own = Vec::new();
            for (scope_at, scope) in resource.scopes.iter().enumerate() {
                let mut kept = Vec::new();
                for (metric_at, metric) in scope.metrics.iter().enumerate() {
                    if !self.holds(&metric.data) {
                        continue;
                    }
                    let at = At {
                        resource: resource_at,
                        scope: scope_at,
                        metric: metric_at,
                        point: 0,
                    };
                    kept.push(held_part(metrics, metric, at, &last, trace));
                }
                if !kept.is_empty() {
                    let mut scope = scope.clone();
                    scope.metrics = kept;
                    own.push(scope);
                }
            }
            if !own.is_empty() {
                let mut resource = resource.clone();
                resource.scopes = own;
                held.resources.push(resource);
            }
        }
        for resource in &mut metrics.resources {
            for scope in &mut resource.scopes {
                scope.metrics.retain(|metric| !self.holds(&metric.data));
            }
            resource.scopes.retain(|scope| !scope.metrics.is_empty());
        }
        metrics
            .resources
            .retain(|resource| !resource.scopes.is_empty());
        metrics.resources.append(&mut held.resources);
        Ok(())
    }
}

/// Indices of resource, scope, metric and point.
type Place = (usize, usize, usize, usize);

type Places = HashMap<Place, bool>;

impl Interval {
    /// For each point that is not alone in its stream, whether it is the one that stays: the latest, and
    /// the first of those.
    fn last_points(&self, metrics: &Metrics) -> Places {
        let mut newest: HashMap<String, (Place, u64)> = HashMap::new();
        let mut places = Places::new();
        for (resource_at, resource) in metrics.resources.iter().enumerate() {
            for (scope_at, scope) in resource.scopes.iter().enumerate() {
                for (metric_at, metric) in scope.metrics.iter().enumerate() {
                    if !self.holds(&metric.data) {
                        continue;
                    }
                    let mut head = String::new();
                    identity::write_metric(&mut head, resource, scope, metric);
                    for point in 0..metric.data.len() {
                        let Some(Common {
                            attributes,
                            time_ns,
                            ..
                        }) = metric.data.common(point)
                        else {
                            continue;
                        };
                        let mut key = head.clone();
                        identity::write_attributes(&mut key, attributes);
                        let place = (resource_at, scope_at, metric_at, point);
                        let Some((known, time)) = newest.get_mut(&key) else {
                            newest.insert(key, (place, *time_ns));
                            continue;
                        };
                        let is_newer = time_ns > time;
                        places.insert(place, is_newer);
                        places.insert(*known, !is_newer);
                        if is_newer {
                            (*known, *time) = (place, *time_ns);
                        }
                    }
                }
            }
        }
        places
    }
}

fn held_part(
    metrics: &Metrics,
    metric: &Metric,
    at: At,
    last: &Places,
    trace: &mut dyn Trace,
) -> Metric {
    let mut part = Metric {
        metadata: Attributes::default(),
        ..metric.clone()
    };
    part.data.retain(|point| {
        let stays = last.get(&(at.resource, at.scope, at.metric, point)) != Some(&false);
        if !stays {
            trace.point_dropped(metrics, At { point, ..at }, 0);
        }
        stays
    });
    part
}
