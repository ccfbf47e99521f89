//! Settings and metrics for the tests of processors.

use super::super::attributes::Attributes;
use super::super::pdata::At;
use super::super::pdata::Common;
use super::super::pdata::Data;
use super::super::pdata::Metric;
use super::super::pdata::Metrics;
use super::super::pdata::Number;
use super::super::pdata::NumberPoint;
use super::super::pdata::ResourceMetrics;
use super::super::pdata::ScopeMetrics;
use super::super::position::Position;
use super::super::trace::RuleId;
use super::super::trace::Trace;
use super::super::version::Version;
use super::super::yaml::Entry;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::BuildContext;
use super::Stage;
use super::build;

/// Settings from JSON, which is YAML.
pub(super) fn node(json: &str) -> Node {
    fn from(value: &serde_json::Value) -> Node {
        let kind = match value {
            serde_json::Value::Null => Kind::Null,
            serde_json::Value::Bool(truth) => Kind::Bool(*truth, truth.to_string()),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(whole) => Kind::Int(whole, number.to_string()),
                None => Kind::Float(number.as_f64().unwrap(), number.to_string()),
            },
            serde_json::Value::String(text) => Kind::String(text.clone()),
            serde_json::Value::Array(items) => Kind::List(items.iter().map(from).collect()),
            serde_json::Value::Object(map) => Kind::Map(
                map.iter()
                    .map(|(key, value)| Entry {
                        key: key.clone(),
                        key_at: Position::default(),
                        value: from(value),
                    })
                    .collect(),
            ),
        };
        Node {
            kind,
            at: Position::default(),
        }
    }
    from(&serde_json::from_str(json).unwrap())
}

/// A gauge: labels as `a=1,b=2`, and values.
pub(super) fn gauge(name: &str, points: &[(&str, f64)]) -> Metric {
    let point = |(labels, value): &(&str, f64)| NumberPoint {
        common: Common {
            attributes: attributes(labels),
            time_ns: 1,
            ..Common::default()
        },
        value: Number::Double(*value),
    };
    Metric {
        name: name.into(),
        data: Data::Gauge(points.iter().map(point).collect()),
        ..Metric::default()
    }
}

/// Attributes written as `a=1,b=2`.
pub(super) fn attributes(text: &str) -> Attributes {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs.collect()
}

/// One resource with these metrics.
pub(super) fn payload(resource: &str, metrics: Vec<Metric>) -> Metrics {
    Metrics {
        resources: vec![ResourceMetrics {
            attributes: attributes(resource),
            scopes: vec![ScopeMetrics {
                metrics,
                ..ScopeMetrics::default()
            }],
        }],
    }
}

/// What a trace was told.
#[derive(Default)]
pub(super) struct Told(pub(super) Vec<String>);

impl Trace for Told {
    fn metric_dropped(&mut self, _: &Metrics, _: At, _: RuleId) {
        self.0.push("metric".to_owned());
    }

    fn point_dropped(&mut self, metrics: &Metrics, at: At, _: RuleId) {
        let metric = &metrics.resources[at.resource].scopes[at.scope].metrics[at.metric];
        let labels = labels(&metric.data.common(at.point).unwrap().attributes);
        self.0.push(format!("point {}{labels}", metric.name));
    }

    fn renamed(&mut self, from: &str, to: &str, _: RuleId) {
        self.0.push(format!("{from} to {to}"));
    }

    fn failed(&mut self, _: RuleId, message: &str) {
        self.0.push(message.to_owned());
    }
}

fn labels(attributes: &Attributes) -> String {
    let mut pairs: Vec<_> = attributes
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    pairs.sort();
    format!("{{{}}}", pairs.join(","))
}

/// Every point on a line: resource, name, labels, value.
pub(super) fn shown(metrics: &Metrics) -> Vec<String> {
    let mut lines = Vec::new();
    for resource in &metrics.resources {
        for metric in resource.scopes.iter().flat_map(|scope| &scope.metrics) {
            for index in 0..metric.data.len() {
                let own = labels(&metric.data.common(index).unwrap().attributes);
                let value = match &metric.data {
                    Data::Gauge(points) | Data::Sum { points, .. } => match points[index].value {
                        Number::None => String::new(),
                        Number::Int(value) => format!(" {value}i"),
                        Number::Double(value) => format!(" {value}"),
                    },
                    _ => String::new(),
                };
                let resource = labels(&resource.attributes);
                lines.push(format!("{resource} {}{own}{value}", metric.name));
            }
        }
    }
    lines
}

/// Runs a processor of the newest release once; the points that come out, and what was told.
pub(super) fn run(kind: &str, json: &str, mut metrics: Metrics) -> (Vec<String>, Vec<String>) {
    let context = BuildContext {
        version: Version::new(0, 156, 0),
        ..BuildContext::default()
    };
    let mut told = Told::default();
    let Stage::Simulated(mut processor) = build(kind, &node(json), &context).unwrap().stage else {
        panic!("{kind} is not simulated");
    };
    processor.process(&mut metrics, &mut told).unwrap();
    (shown(&metrics), told.0)
}
