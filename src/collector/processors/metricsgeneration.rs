//! The `metricsgeneration` processor: new metrics calculated from those that are there.
//!
//! In come metrics; out go the same, and after them what the rules make of gauges and sums. A rule whose
//! metrics are missing makes nothing. The gate `metricsgeneration.MatchAttributes` is taken to be off, as
//! it is by default: the second operand of `calculate` is the first point of the second metric.

use std::collections::HashMap;

use super::super::decode::Fields;
use super::super::pdata::Data;
use super::super::pdata::Metric;
use super::super::pdata::Metrics;
use super::super::pdata::Number;
use super::super::pdata::NumberPoint;
use super::super::pdata::ResourceMetrics;
use super::super::pdata::Temporality;
use super::super::position::ConfigError;
use super::super::text::Text;
use super::super::trace::Processor;
use super::super::trace::Refused;
use super::super::trace::Rule;
use super::super::trace::Trace;
use super::super::version::Version;
use super::super::yaml::Node;
use super::settings;

/// From which release on a new metric must not be named like its operand: after 0.117 and by 0.156
/// (`config.go`).
fn refuses_own_name(version: Version) -> bool {
    version.is_from(156)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Percent,
}

const OPERATIONS: [(&str, Operation); 5] = [
    ("add", Operation::Add),
    ("subtract", Operation::Subtract),
    ("multiply", Operation::Multiply),
    ("divide", Operation::Divide),
    ("percent", Operation::Percent),
];

impl Operation {
    /// The outcome; `None` where it would divide by zero.
    fn of(self, left: f64, right: f64) -> Option<f64> {
        match self {
            Self::Add => Some(left + right),
            Self::Subtract => Some(left - right),
            Self::Multiply => Some(left * right),
            Self::Divide | Self::Percent if right == 0.0 => None,
            Self::Divide => Some(left / right),
            Self::Percent => Some(left / right * 100.0),
        }
    }
}

#[derive(Debug, Clone)]
struct Generation {
    name: Text,
    unit: Text,
    metric1: Text,
    operand: Operand,
    operation: Option<Operation>,
}

#[derive(Debug, Clone)]
enum Operand {
    FirstPointOf(Text),
    Scale(f64),
}

/// The processor.
#[derive(Debug)]
pub struct MetricsGeneration {
    generations: Vec<Generation>,
    rules: Vec<Rule>,
}

impl MetricsGeneration {
    /// From its settings.
    ///
    /// # Errors
    /// They are not valid.
    pub fn new(node: &Node, version: Version) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(node, "processor metricsgeneration")?;
        let list = fields.list("rules")?;
        fields.finish()?;
        let mut generations = Vec::with_capacity(list.len());
        let mut rules = Vec::with_capacity(list.len());
        for node in list {
            let generation = read_rule(node, version)?;
            let text = format!("{} from {}", generation.name, generation.metric1);
            rules.push(Rule { text, at: node.at });
            generations.push(generation);
        }
        Ok(Self { generations, rules })
    }
}

fn read_rule(node: &Node, version: Version) -> Result<Generation, ConfigError> {
    let mut fields = Fields::of(node, "a rule of metricsgeneration")?;
    let name = fields.text("name")?.unwrap_or_default();
    let unit = fields.text("unit")?.unwrap_or_default();
    let kinds = [("calculate", true), ("scale", false)];
    let calculates = settings::word(&mut fields, "type", &kinds)?;
    let metric1 = fields.text("metric1")?.unwrap_or_default();
    let metric2 = fields.text("metric2")?.unwrap_or_default();
    let operation = settings::word(&mut fields, "operation", &OPERATIONS)?;
    let scale_by = settings::float(&mut fields, "scale_by")?.unwrap_or(0.0);
    fields.finish()?;
    let error = |message: &str| ConfigError::new(node.at, message);
    let needs = |key: &str| error(&format!("a rule of metricsgeneration needs `{key}`"));
    if name.is_empty() {
        return Err(needs("name"));
    }
    let calculates = calculates.ok_or_else(|| needs("type"))?;
    if metric1.is_empty() {
        return Err(needs("metric1"));
    }
    if calculates && metric2.is_empty() {
        return Err(error("`type: calculate` needs `metric2`"));
    }
    if !calculates && (scale_by <= 0.0 || scale_by.is_nan()) {
        return Err(error("`type: scale` needs a `scale_by` greater than 0"));
    }
    if refuses_own_name(version) && (name == metric1 || name == metric2) {
        return Err(error("`name` must differ from `metric1` and `metric2`"));
    }
    Ok(Generation {
        name: name.into(),
        unit: unit.into(),
        metric1: metric1.into(),
        operand: if calculates {
            Operand::FirstPointOf(metric2.into())
        } else {
            Operand::Scale(scale_by)
        },
        operation,
    })
}

impl Processor for MetricsGeneration {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn process(&mut self, metrics: &mut Metrics, _: &mut dyn Trace) -> Result<(), Refused> {
        for resource in &mut metrics.resources {
            // Names are looked up once, before the first rule: no rule builds on what another made.
            let places = places(resource);
            for generation in &self.generations {
                generate(resource, &places, generation);
            }
        }
        Ok(())
    }
}

/// The last metric of each name.
fn places(resource: &ResourceMetrics) -> HashMap<Text, (usize, usize)> {
    let scopes = resource.scopes.iter().enumerate();
    scopes
        .flat_map(|(scope, list)| {
            let metrics = list.metrics.iter().enumerate();
            metrics.map(move |(metric, item)| (item.name.clone(), (scope, metric)))
        })
        .collect()
}

fn generate(
    resource: &mut ResourceMetrics,
    places: &HashMap<Text, (usize, usize)>,
    generation: &Generation,
) {
    if !places.contains_key(&generation.metric1) {
        return;
    }
    let Some(operation) = generation.operation else {
        return;
    };
    let operand = match &generation.operand {
        Operand::Scale(factor) => *factor,
        Operand::FirstPointOf(name) => match places.get(name) {
            Some((scope, metric)) => first_value(&resource.scopes[*scope].metrics[*metric]),
            None => return,
        },
    };
    for scope in &mut resource.scopes {
        // Upstream's loop asks for the length each time, so that a rule named like its operand would
        // find its own metric; releases that allow the name never come to an end. One round it is here.
        for index in 0..scope.metrics.len() {
            let metric = &scope.metrics[index];
            if metric.name != generation.metric1 {
                continue;
            }
            if let Some(data) = calculated(&metric.data, operand, operation) {
                scope.metrics.push(Metric {
                    name: generation.name.clone(),
                    unit: generation.unit.clone(),
                    data,
                    ..Metric::default()
                });
            }
        }
    }
}

fn number(value: Number) -> f64 {
    match value {
        Number::None => 0.0,
        Number::Int(value) => value as f64,
        Number::Double(value) => value,
    }
}

/// The value of the first point of a gauge or sum; 0 where there is none (`getMetricValue`).
fn first_value(metric: &Metric) -> f64 {
    match &metric.data {
        Data::Gauge(points) | Data::Sum { points, .. } => {
            points.first().map_or(0.0, |point| number(point.value))
        }
        _ => 0.0,
    }
}

/// The new points; `None` if there is none. A new sum has no temporality and is not monotonic.
fn calculated(data: &Data, operand: f64, operation: Operation) -> Option<Data> {
    let new_points = |points: &[NumberPoint]| -> Option<Vec<NumberPoint>> {
        let new_point = |point: &NumberPoint| {
            let value = operation.of(number(point.value), operand)?;
            Some(NumberPoint {
                common: point.common.clone(),
                value: Number::Double(value),
            })
        };
        let points: Vec<_> = points.iter().filter_map(new_point).collect();
        (!points.is_empty()).then_some(points)
    };
    match data {
        Data::Gauge(points) => new_points(points).map(Data::Gauge),
        Data::Sum { points, .. } => new_points(points).map(|points| Data::Sum {
            temporality: Temporality::Unspecified,
            monotonic: false,
            points,
        }),
        _ => None,
    }
}
