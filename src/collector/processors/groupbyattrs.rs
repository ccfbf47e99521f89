//! The `groupbyattrs` processor: attributes of points become attributes of their resource.
//!
//! In come metrics; out go the same points under regrouped resources, equal resources joined. Points and
//! metrics that have nothing in them disappear. Without `keys` it only joins.

use std::collections::HashMap;

use super::super::attributes::Attributes;
use super::super::decode::Fields;
use super::super::pdata::At;
use super::super::pdata::Common;
use super::super::pdata::Data;
use super::super::pdata::Metric;
use super::super::pdata::Metrics;
use super::super::pdata::ResourceMetrics;
use super::super::pdata::ScopeMetrics;
use super::super::position::ConfigError;
use super::super::text::Text;
use super::super::trace::Processor;
use super::super::trace::Refused;
use super::super::trace::Rule;
use super::super::trace::Trace;
use super::super::yaml::Node;
use super::identity;

/// The processor.
#[derive(Debug)]
pub struct GroupByAttrs {
    keys: Vec<Text>,
    rules: Vec<Rule>,
}

impl GroupByAttrs {
    /// From its settings.
    ///
    /// # Errors
    /// They are not valid.
    pub fn new(node: &Node) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(node, "processor groupbyattrs")?;
        let list = fields.texts("keys")?;
        fields.finish()?;
        let mut keys: Vec<Text> = Vec::new();
        let mut rules = Vec::new();
        for (key, at) in list {
            if !key.is_empty() && keys.iter().all(|known| *known != key.as_str()) {
                keys.push(key.as_str().into());
                rules.push(Rule { text: key, at });
            }
        }
        Ok(Self { keys, rules })
    }

    /// Takes the grouping attributes off a point; `None` if it has none of them.
    fn take_keys(
        &self,
        attributes: &mut Attributes,
    ) -> Option<Vec<(Text, super::super::value::Value)>> {
        let mut taken = Vec::new();
        for key in &self.keys {
            if let Some(value) = attributes.remove(key) {
                taken.push((key.clone(), value));
            }
        }
        (!taken.is_empty()).then_some(taken)
    }
}

impl Processor for GroupByAttrs {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn process(&mut self, metrics: &mut Metrics, _: &mut dyn Trace) -> Result<(), Refused> {
        let mut out = Regrouped::default();
        for resource in std::mem::take(&mut metrics.resources) {
            for scope in resource.scopes {
                let ScopeMetrics {
                    name,
                    version,
                    attributes,
                    schema_url: _,
                    metrics,
                } = scope;
                let scope = ScopeMetrics {
                    name,
                    version,
                    attributes,
                    ..ScopeMetrics::default()
                };
                for metric in metrics {
                    self.regroup(&resource.attributes, &scope, metric, &mut out);
                }
            }
        }
        metrics.resources = out.resources;
        Ok(())
    }
}

impl GroupByAttrs {
    fn regroup(
        &self,
        resource: &Attributes,
        scope: &ScopeMetrics,
        metric: Metric,
        out: &mut Regrouped,
    ) {
        let Metric {
            name,
            description,
            unit,
            metadata,
            mut data,
        } = metric;
        // Where the points without any of the keys go; found once for each metric.
        let mut plain = None;
        let mut places = Vec::with_capacity(data.len());
        let head = Metric {
            name,
            description,
            unit,
            metadata,
            data: empty_like(&data),
        };
        for index in 0..data.len() {
            let Some(Common { attributes, .. }) = data.common_mut(index) else {
                continue;
            };
            let taken = if self.keys.is_empty() {
                None
            } else {
                self.take_keys(attributes)
            };
            let place = match taken {
                None => *plain.get_or_insert_with(|| out.place(resource, scope, &head)),
                Some(taken) => {
                    let mut merged = resource.clone();
                    for (key, value) in taken {
                        merged.insert(key, value);
                    }
                    out.place(&merged, scope, &head)
                }
            };
            places.push(place);
        }
        out.fill(data, &places);
    }
}

/// The same type with no points.
pub(super) fn empty_like(data: &Data) -> Data {
    match data {
        Data::None => Data::None,
        Data::Gauge(_) => Data::Gauge(Vec::new()),
        Data::Sum {
            temporality,
            monotonic,
            ..
        } => Data::Sum {
            temporality: *temporality,
            monotonic: *monotonic,
            points: Vec::new(),
        },
        Data::Histogram { temporality, .. } => Data::Histogram {
            temporality: *temporality,
            points: Vec::new(),
        },
        Data::ExponentialHistogram { temporality, .. } => Data::ExponentialHistogram {
            temporality: *temporality,
            points: Vec::new(),
        },
        Data::Summary(_) => Data::Summary(Vec::new()),
    }
}

/// Resources as they come together, with the ways to find what is there already
/// (`attribute_groups.go`: resources by attributes, scopes by name and version, metrics by name and type).
#[derive(Default)]
struct Regrouped {
    resources: Vec<ResourceMetrics>,
    by_attributes: HashMap<String, usize>,
    by_metric: HashMap<(usize, usize, Text, u8), usize>,
}

impl Regrouped {
    fn place(&mut self, resource: &Attributes, scope: &ScopeMetrics, head: &Metric) -> At {
        let mut key = String::new();
        identity::write_attributes(&mut key, resource);
        let next = self.resources.len();
        let at = *self.by_attributes.entry(key).or_insert(next);
        if at == next {
            self.resources.push(ResourceMetrics {
                attributes: resource.clone(),
                scopes: Vec::new(),
            });
        }
        let scopes = &mut self.resources[at].scopes;
        let same = |own: &ScopeMetrics| own.name == scope.name && own.version == scope.version;
        let scope_at = scopes.iter().position(same).unwrap_or_else(|| {
            scopes.push(scope.clone());
            scopes.len() - 1
        });
        let metrics = &mut scopes[scope_at].metrics;
        let key = (at, scope_at, head.name.clone(), identity::kind(&head.data));
        let metric_at = *self.by_metric.entry(key).or_insert_with(|| {
            metrics.push(head.clone());
            metrics.len() - 1
        });
        At {
            resource: at,
            scope: scope_at,
            metric: metric_at,
            point: 0,
        }
    }

    fn data(&mut self, at: At) -> &mut Data {
        &mut self.resources[at.resource].scopes[at.scope].metrics[at.metric].data
    }

    /// Puts each point into its place; the types agree, because metrics are found by their type too.
    fn fill(&mut self, data: Data, places: &[At]) {
        match data {
            Data::None => {}
            Data::Gauge(points) | Data::Sum { points, .. } => {
                for (point, at) in points.into_iter().zip(places) {
                    if let Data::Gauge(list) | Data::Sum { points: list, .. } = self.data(*at) {
                        list.push(point);
                    }
                }
            }
            Data::Histogram { points, .. } => {
                for (point, at) in points.into_iter().zip(places) {
                    if let Data::Histogram { points: list, .. } = self.data(*at) {
                        list.push(point);
                    }
                }
            }
            Data::ExponentialHistogram { points, .. } => {
                for (point, at) in points.into_iter().zip(places) {
                    if let Data::ExponentialHistogram { points: list, .. } = self.data(*at) {
                        list.push(point);
                    }
                }
            }
            Data::Summary(points) => {
                for (point, at) in points.into_iter().zip(places) {
                    if let Data::Summary(list) = self.data(*at) {
                        list.push(point);
                    }
                }
            }
        }
    }
}
