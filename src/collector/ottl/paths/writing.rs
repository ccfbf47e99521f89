//! Writing a field that is no map.

#![expect(
    clippy::cast_sign_loss,
    reason = "Go converts between signed and unsigned numbers without looking"
)]

use crate::collector::pdata::Data;
use crate::collector::pdata::Metric;
use crate::collector::pdata::Number;
use crate::collector::pdata::Temporality;
use crate::collector::version::Version;

use super::Field;
use crate::collector::ottl::scene::Scene;
use crate::collector::ottl::val::Val;

/// The first release in which writing a value of the wrong type is an error (`ctxutil.ExpectType`).
const STRICT: u16 = 141;

/// The first release in which writing to a point of the wrong type is an error for every field.
const STRICT_POINTS: u16 = 153;

/// Writes a field that is no map.
pub(super) fn set_plain(
    field: Field,
    scene: &mut Scene<'_>,
    value: &Val,
    version: Version,
) -> Result<(), String> {
    let strict = version.is_from(STRICT);
    if let Some(own_type) = field.own_type() {
        return match value {
            Val::Opaque(_) => Err(format!("writing a {own_type} is not simulated")),
            other => mismatch(own_type, other, strict),
        };
    }
    match field {
        Field::Type => Ok(()),
        Field::Name | Field::Description | Field::Unit => match (value, scene.metric_mut()) {
            (Val::Str(text), Some(metric)) => {
                match field {
                    Field::Name => metric.name = text.clone(),
                    Field::Description => metric.description = text.clone(),
                    _ => metric.unit = text.clone(),
                }
                Ok(())
            }
            _ => mismatch("string", value, strict),
        },
        Field::ScopeName | Field::ScopeVersion => match (value, scene.scope_mut()) {
            (Val::Str(text), Some(scope)) => {
                match field {
                    Field::ScopeName => scope.name = text.clone(),
                    _ => scope.version = text.clone(),
                }
                Ok(())
            }
            _ => mismatch("string", value, strict),
        },
        Field::Temporality => match (value, scene.metric_mut()) {
            (Val::Int(number), Some(metric)) => set_temporality(metric, *number),
            _ => mismatch("int64", value, strict),
        },
        Field::Monotonic => match (value, scene.metric_mut()) {
            (Val::Bool(value), Some(metric)) => {
                if let Data::Sum { monotonic, .. } = &mut metric.data {
                    *monotonic = *value;
                }
                Ok(())
            }
            _ => mismatch("bool", value, strict),
        },
        _ => set_point(field, scene, value, version),
    }
}

fn set_temporality(metric: &mut Metric, number: i64) -> Result<(), String> {
    let wanted = match number {
        0 => Temporality::Unspecified,
        1 => Temporality::Delta,
        2 => Temporality::Cumulative,
        _ => {
            return Err(format!(
                "aggregation temporality {number} exists in no release and is not simulated"
            ));
        }
    };
    match &mut metric.data {
        Data::Sum { temporality, .. }
        | Data::Histogram { temporality, .. }
        | Data::ExponentialHistogram { temporality, .. } => *temporality = wanted,
        _ => {}
    }
    Ok(())
}

/// A value of the wrong type: an error, or nothing at all in older releases.
fn mismatch(wanted: &str, value: &Val, strict: bool) -> Result<(), String> {
    if !strict {
        return Ok(());
    }
    let found = match value {
        Val::Nil => "<nil>",
        _ => value.go_type(),
    };
    Err(format!("expects {wanted} but got {found}"))
}

/// Writes a field of a data point.
fn set_point(
    field: Field,
    scene: &mut Scene<'_>,
    value: &Val,
    version: Version,
) -> Result<(), String> {
    let strict = version.is_from(STRICT);
    let at = scene.at.point;
    let Some(metric) = scene.metric_mut() else {
        return Ok(());
    };
    match field {
        Field::StartUnix | Field::TimeUnix | Field::Start | Field::Time | Field::Flags => {
            let Some(common) = metric.data.common_mut(at) else {
                return Ok(());
            };
            match (field, value) {
                (Field::StartUnix, Val::Int(ns)) => common.start_ns = *ns as u64,
                (Field::TimeUnix, Val::Int(ns)) => common.time_ns = *ns as u64,
                (Field::Start, Val::Time(moment)) => common.start_ns = moment.ns as u64,
                (Field::Time, Val::Time(moment)) => common.time_ns = moment.ns as u64,
                (Field::Flags, Val::Int(flags)) => common.flags = *flags as u32,
                (Field::Start | Field::Time, _) => return mismatch("time.Time", value, strict),
                _ => return mismatch("int64", value, strict),
            }
            Ok(())
        }
        Field::ValueDouble | Field::ValueInt => {
            let number = match (field, value) {
                (Field::ValueDouble, Val::Float(value)) => Number::Double(*value),
                (Field::ValueInt, Val::Int(value)) => Number::Int(*value),
                (Field::ValueDouble, _) => return mismatch("float64", value, strict),
                _ => return mismatch("int64", value, strict),
            };
            match &mut metric.data {
                Data::Gauge(points) | Data::Sum { points, .. } => {
                    if let Some(point) = points.get_mut(at) {
                        point.value = number;
                    }
                    Ok(())
                }
                other => wrong_point("pmetric.NumberDataPoint", other, strict),
            }
        }
        Field::Count | Field::Sum => set_total(field, metric, at, value, version),
        Field::BucketCounts | Field::Bounds => {
            let Data::Histogram { points, .. } = &mut metric.data else {
                return wrong_point("pmetric.HistogramDataPoint", &metric.data, strict);
            };
            let Some(point) = points.get_mut(at) else {
                return Ok(());
            };
            if field == Field::Bounds {
                if let Some(bounds) = float_items(value, strict)? {
                    point.bounds = bounds.into();
                }
            } else if let Some(counts) = int_items(value, strict)? {
                point.bucket_counts = counts;
            }
            Ok(())
        }
        _ => set_exponential(field, metric, at, value, strict),
    }
}

fn set_total(
    field: Field,
    metric: &mut Metric,
    at: usize,
    value: &Val,
    version: Version,
) -> Result<(), String> {
    let strict = version.is_from(STRICT);
    let (count, sum) = match (field, value) {
        (Field::Count, Val::Int(count)) => (Some(*count as u64), None),
        (Field::Sum, Val::Float(sum)) => (None, Some(*sum)),
        (Field::Count, _) => return mismatch("int64", value, strict),
        _ => return mismatch("float64", value, strict),
    };
    match &mut metric.data {
        Data::Histogram { points, .. } => {
            if let Some(point) = points.get_mut(at) {
                point.count = count.unwrap_or(point.count);
                point.sum = sum.or(point.sum);
            }
        }
        Data::ExponentialHistogram { points, .. } => {
            if let Some(point) = points.get_mut(at) {
                point.count = count.unwrap_or(point.count);
                point.sum = sum.or(point.sum);
            }
        }
        Data::Summary(points) => {
            if let Some(point) = points.get_mut(at) {
                point.count = count.unwrap_or(point.count);
                point.sum = sum.unwrap_or(point.sum);
            }
        }
        _ if version.is_from(STRICT_POINTS) => {
            return Err("unsupported data point type: pmetric.NumberDataPoint".to_owned());
        }
        _ => {}
    }
    Ok(())
}

fn set_exponential(
    field: Field,
    metric: &mut Metric,
    at: usize,
    value: &Val,
    strict: bool,
) -> Result<(), String> {
    let Data::ExponentialHistogram { points, .. } = &mut metric.data else {
        return wrong_point(
            "pmetric.ExponentialHistogramDataPoint",
            &metric.data,
            strict,
        );
    };
    let Some(point) = points.get_mut(at) else {
        return Ok(());
    };
    match (field, value) {
        (Field::Scale, Val::Int(scale)) => point.scale = *scale as i32,
        (Field::ZeroCount, Val::Int(count)) => point.zero_count = *count as u64,
        (Field::PositiveOffset, Val::Int(offset)) => point.positive_offset = *offset as i32,
        (Field::NegativeOffset, Val::Int(offset)) => point.negative_offset = *offset as i32,
        (Field::PositiveCounts, _) => {
            if let Some(counts) = int_items(value, strict)? {
                point.positive = counts;
            }
        }
        (Field::NegativeCounts, _) => {
            if let Some(counts) = int_items(value, strict)? {
                point.negative = counts;
            }
        }
        _ => return mismatch("int64", value, strict),
    }
    Ok(())
}

fn wrong_point(wanted: &str, data: &Data, strict: bool) -> Result<(), String> {
    let found = match data {
        Data::None => "<nil>",
        Data::Gauge(_) | Data::Sum { .. } => "pmetric.NumberDataPoint",
        Data::Histogram { .. } => "pmetric.HistogramDataPoint",
        Data::ExponentialHistogram { .. } => "pmetric.ExponentialHistogramDataPoint",
        Data::Summary(_) => "pmetric.SummaryDataPoint",
    };
    if strict {
        return Err(format!("expects {wanted} but got {found}"));
    }
    Ok(())
}

/// The items of a list of whole numbers; `None` where an older release leaves the field as it is.
fn int_items(value: &Val, strict: bool) -> Result<Option<Vec<u64>>, String> {
    items(value, strict, "uint64", |item| match item {
        Val::Int(number) => Some(*number as u64),
        _ => None,
    })
}

/// The same of floating-point numbers.
fn float_items(value: &Val, strict: bool) -> Result<Option<Vec<f64>>, String> {
    items(value, strict, "float64", |item| match item {
        Val::Float(number) => Some(*number),
        _ => None,
    })
}

fn items<T>(
    value: &Val,
    strict: bool,
    element: &str,
    take: impl Fn(&Val) -> Option<T>,
) -> Result<Option<Vec<T>>, String> {
    let Val::List(list) = value else {
        if strict {
            let found = value.go_type();
            return Err(format!(
                "cannot set a slice of {element} from a value type: {found}"
            ));
        }
        return Ok(None);
    };
    let mut taken = Vec::with_capacity(list.items.len());
    for item in list.items.iter() {
        match take(item) {
            Some(item) => taken.push(item),
            None if strict => {
                let found = item.go_type();
                return Err(format!(
                    "invalid value type provided for a slice of {element}: {found}"
                ));
            }
            None => return Ok(None),
        }
    }
    Ok(Some(taken))
}
