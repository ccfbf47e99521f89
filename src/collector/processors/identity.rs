//! What makes two resources, metrics or streams the same, as a text that can be a key.

use std::fmt::Write as _;

use super::super::attributes::Attributes;
use super::super::pdata::Data;
use super::super::pdata::Metric;
use super::super::pdata::ResourceMetrics;
use super::super::pdata::ScopeMetrics;
use super::super::pdata::Temporality;
use super::super::value::Value;

/// Writes attributes by key, each value with its type: two sets are equal if and only if their texts are.
pub fn write_attributes(out: &mut String, attributes: &Attributes) {
    let mut pairs: Vec<_> = attributes.iter().collect();
    pairs.sort_by(|(left, _), (right, _)| left.as_str().cmp(right.as_str()));
    let _ = write!(out, "{{{}:", pairs.len());
    for (key, value) in pairs {
        write_text(out, key);
        write_value(out, value);
    }
    out.push('}');
}

/// Writes a text so that it cannot run into what follows.
pub fn write_text(out: &mut String, text: &str) {
    let _ = write!(out, "{}:{text}", text.len());
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Empty => out.push('e'),
        Value::Str(text) => {
            out.push('s');
            write_text(out, text);
        }
        Value::Bool(value) => out.push(if *value { 't' } else { 'f' }),
        Value::Int(value) => {
            let _ = write!(out, "i{value};");
        }
        Value::Double(value) => {
            let _ = write!(out, "d{};", value.to_bits());
        }
        Value::Bytes(bytes) => {
            let _ = write!(out, "b{}:{bytes:?}", bytes.len());
        }
        Value::List(items) => {
            let _ = write!(out, "l{}:", items.len());
            for item in items {
                write_value(out, item);
            }
        }
        Value::Map(map) => write_attributes(out, map),
    }
}

/// The type of a metric as a number.
pub fn kind(data: &Data) -> u8 {
    match data {
        Data::None => 0,
        Data::Gauge(_) => 1,
        Data::Sum { .. } => 2,
        Data::Histogram { .. } => 3,
        Data::ExponentialHistogram { .. } => 4,
        Data::Summary(_) => 5,
    }
}

/// Writes what a stream has from its metric and above (`exp/metrics/identity`): resource, scope, name,
/// unit, type, whether it only grows, and what its values count from.
pub fn write_metric(
    out: &mut String,
    resource: &ResourceMetrics,
    scope: &ScopeMetrics,
    metric: &Metric,
) {
    write_attributes(out, &resource.attributes);
    write_text(out, &scope.name);
    write_text(out, &scope.version);
    write_attributes(out, &scope.attributes);
    write_text(out, &metric.name);
    write_text(out, &metric.unit);
    let (temporality, monotonic) = match &metric.data {
        Data::None | Data::Gauge(_) | Data::Summary(_) => (Temporality::Unspecified, false),
        Data::Sum {
            temporality,
            monotonic,
            ..
        } => (*temporality, *monotonic),
        Data::Histogram { temporality, .. } | Data::ExponentialHistogram { temporality, .. } => {
            (*temporality, true)
        }
    };
    let kind = kind(&metric.data);
    let _ = write!(out, "{kind}{}{monotonic};", temporality as u8);
}
