//! What a field that is no map reads as.

#![expect(
    clippy::cast_possible_wrap,
    reason = "Go converts between signed and unsigned numbers without looking"
)]

use std::rc::Rc;

use crate::collector::pdata::Data;
use crate::collector::pdata::ExponentialPoint;
use crate::collector::pdata::Number;
use crate::collector::pdata::NumberPoint;
use crate::collector::pdata::Temporality;

use super::Field;
use super::text_of;
use crate::collector::ottl::scene::Scene;
use crate::collector::ottl::val::List;
use crate::collector::ottl::val::ListKind;
use crate::collector::ottl::val::Moment;
use crate::collector::ottl::val::Val;

/// The value of a field that is no map; `None` where this type of item lacks it.
pub(super) fn plain(field: Field, scene: &Scene<'_>) -> Option<Val> {
    if let Some(text) = text_of(field, scene) {
        return Some(Val::Str(text.clone()));
    }
    match field {
        Field::Dropped => return Some(Val::Int(0)),
        Field::SchemaUrl => return Some(Val::from("")),
        _ => {}
    }
    let metric = scene.metric()?;
    match field {
        Field::Type => return Some(Val::Int(type_number(&metric.data))),
        Field::Temporality => return temporality(&metric.data).map(Val::Int),
        Field::Monotonic => {
            return match metric.data {
                Data::Sum { monotonic, .. } => Some(Val::Bool(monotonic)),
                _ => None,
            };
        }
        Field::DataPoints => {
            return (metric.data != Data::None).then_some(Val::Opaque("pmetric.DataPointSlice"));
        }
        _ => {}
    }
    let at = scene.at.point;
    let common = metric.data.common(at)?;
    match field {
        Field::StartUnix => return Some(Val::Int(common.start_ns as i64)),
        Field::TimeUnix => return Some(Val::Int(common.time_ns as i64)),
        Field::Start => return Some(moment(common.start_ns)),
        Field::Time => return Some(moment(common.time_ns)),
        Field::Flags => return Some(Val::Int(i64::from(common.flags))),
        _ => {}
    }
    match &metric.data {
        Data::None => None,
        Data::Gauge(points) | Data::Sum { points, .. } => number_field(field, points.get(at)?),
        Data::Histogram { points, .. } => {
            let point = points.get(at)?;
            Some(match field {
                Field::Count => Val::Int(point.count as i64),
                Field::Sum => Val::Float(point.sum.unwrap_or_default()),
                Field::BucketCounts => counts(&point.bucket_counts),
                Field::Bounds => {
                    let items: Vec<Val> = point.bounds.iter().copied().map(Val::Float).collect();
                    Val::List(List::new(items, ListKind::Floats))
                }
                Field::Exemplars => Val::Opaque("pmetric.ExemplarSlice"),
                _ => return None,
            })
        }
        Data::ExponentialHistogram { points, .. } => exponential_field(field, points.get(at)?),
        Data::Summary(points) => {
            let point = points.get(at)?;
            match field {
                Field::Count => Some(Val::Int(point.count as i64)),
                Field::Sum => Some(Val::Float(point.sum)),
                Field::Quantiles => {
                    Some(Val::Opaque("pmetric.SummaryDataPointValueAtQuantileSlice"))
                }
                _ => None,
            }
        }
    }
}

/// A value of the other kind reads as zero: Go's oneof has its zero value then.
fn number_field(field: Field, point: &NumberPoint) -> Option<Val> {
    Some(match (field, point.value) {
        (Field::ValueDouble, Number::Double(value)) => Val::Float(value),
        (Field::ValueDouble, _) => Val::Float(0.0),
        (Field::ValueInt, Number::Int(value)) => Val::Int(value),
        (Field::ValueInt, _) => Val::Int(0),
        (Field::Exemplars, _) => Val::Opaque("pmetric.ExemplarSlice"),
        _ => return None,
    })
}

fn exponential_field(field: Field, point: &ExponentialPoint) -> Option<Val> {
    Some(match field {
        Field::Count => Val::Int(point.count as i64),
        Field::Sum => Val::Float(point.sum.unwrap_or_default()),
        Field::Scale => Val::Int(i64::from(point.scale)),
        Field::ZeroCount => Val::Int(point.zero_count as i64),
        Field::PositiveOffset => Val::Int(i64::from(point.positive_offset)),
        Field::NegativeOffset => Val::Int(i64::from(point.negative_offset)),
        Field::PositiveCounts => counts(&point.positive),
        Field::NegativeCounts => counts(&point.negative),
        Field::Buckets => Val::Opaque("pmetric.ExponentialHistogramDataPointBuckets"),
        Field::Exemplars => Val::Opaque("pmetric.ExemplarSlice"),
        _ => return None,
    })
}

fn counts(counts: &[u64]) -> Val {
    let items: Vec<Val> = counts.iter().map(|count| Val::Int(*count as i64)).collect();
    Val::List(List::new(items, ListKind::Other))
}

fn moment(ns: u64) -> Val {
    // Go keeps it as a signed number of nanoseconds.
    Val::Time(Rc::new(Moment::utc(i128::from(ns as i64))))
}

fn type_number(data: &Data) -> i64 {
    match data {
        Data::None => 0,
        Data::Gauge(_) => 1,
        Data::Sum { .. } => 2,
        Data::Histogram { .. } => 3,
        Data::ExponentialHistogram { .. } => 4,
        Data::Summary(_) => 5,
    }
}

fn temporality(data: &Data) -> Option<i64> {
    match data {
        Data::Sum { temporality, .. }
        | Data::Histogram { temporality, .. }
        | Data::ExponentialHistogram { temporality, .. } => Some(match temporality {
            Temporality::Unspecified => 0,
            Temporality::Delta => 1,
            Temporality::Cumulative => 2,
        }),
        _ => None,
    }
}
