//! Sums made gauges and gauges sums; what a summary holds made metrics of its own.

use crate::collector::ottl::function::Args;
use crate::collector::ottl::scene::Scene;
use crate::collector::pdata::Common;
use crate::collector::pdata::Data;
use crate::collector::pdata::Metric;
use crate::collector::pdata::Number;
use crate::collector::pdata::NumberPoint;
use crate::collector::pdata::SummaryPoint;
use crate::collector::pdata::Temporality;
use crate::collector::value::Value;

use super::super::work::Built;
use super::super::work::work;

/// `convert_sum_to_gauge`.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn sum_to_gauge(_: Args) -> Built {
    work(|scene| {
        if let Some(metric) = scene.metric_mut()
            && let Data::Sum { points, .. } = &mut metric.data
        {
            metric.data = Data::Gauge(std::mem::take(points));
        }
        Ok(())
    })
}

/// `convert_gauge_to_sum`.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn gauge_to_sum(mut args: Args) -> Built {
    let temporality = temporality(&mut args)?;
    let monotonic = args.bool("Monotonic").unwrap_or(false);
    work(move |scene| {
        if let Some(metric) = scene.metric_mut()
            && let Data::Gauge(points) = &mut metric.data
        {
            metric.data = Data::Sum {
                temporality,
                monotonic,
                points: std::mem::take(points),
            };
        }
        Ok(())
    })
}

/// `convert_summary_sum_val_to_sum`.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn summary_sum(args: Args) -> Built {
    summary(args, "_sum", |point| Number::Double(point.sum))
}

/// `convert_summary_count_val_to_sum`.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn summary_count(args: Args) -> Built {
    summary(args, "_count", |point| {
        Number::Int(point.count.cast_signed())
    })
}

fn summary(mut args: Args, suffix: &'static str, value: fn(&SummaryPoint) -> Number) -> Built {
    let temporality = temporality(&mut args)?;
    let monotonic = args.bool("Monotonic").unwrap_or(false);
    let suffix = args.text("Suffix").unwrap_or_else(|| suffix.into());
    work(move |scene| {
        append(scene, |metric| {
            let Data::Summary(points) = &metric.data else {
                return None;
            };
            let data = Data::Sum {
                temporality,
                monotonic,
                points: points
                    .iter()
                    .map(|point| derived(&point.common, value(point)))
                    .collect(),
            };
            Some(named(metric, &suffix, data))
        });
        Ok(())
    })
}

/// `convert_summary_quantile_val_to_gauge`.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn summary_quantiles(mut args: Args) -> Built {
    let key = args
        .text("AttributeKey")
        .unwrap_or_else(|| "quantile".into());
    let suffix = args.text("Suffix").unwrap_or_else(|| ".quantiles".into());
    work(move |scene| {
        append(scene, |metric| {
            let Data::Summary(points) = &metric.data else {
                return None;
            };
            let mut gauges = Vec::new();
            for point in points {
                for (quantile, value) in &point.quantiles {
                    let mut gauge = derived(&point.common, Number::Double(*value));
                    let attributes = &mut gauge.common.attributes;
                    attributes.insert(key.clone(), Value::Double(*quantile));
                    gauges.push(gauge);
                }
            }
            Some(named(metric, &suffix, Data::Gauge(gauges)))
        });
        Ok(())
    })
}

fn temporality(args: &mut Args) -> Result<Temporality, String> {
    match args.text("StringAggTemp").unwrap_or_default().as_str() {
        "delta" => Ok(Temporality::Delta),
        "cumulative" => Ok(Temporality::Cumulative),
        other => Err(format!("unknown aggregation temporality: {other}")),
    }
}

/// Puts what is made of the metric at the end of its scope's metrics.
pub fn append(scene: &mut Scene<'_>, make: impl FnOnce(&Metric) -> Option<Metric>) {
    let result = scene.metric().and_then(make);
    if let (Some(metric), Some(scope)) = (result, scene.scope_mut()) {
        scope.metrics.push(metric);
    }
}

/// A metric with the name, a suffix, and the header of another.
pub fn named(metric: &Metric, suffix: &str, data: Data) -> Metric {
    Metric {
        name: format!("{}{suffix}", metric.name).into(),
        description: metric.description.clone(),
        unit: metric.unit.clone(),
        data,
        ..Metric::default()
    }
}

/// A number with the attributes and times of another point; its flags and exemplars stay behind.
pub fn derived(common: &Common, value: Number) -> NumberPoint {
    NumberPoint {
        common: Common {
            attributes: common.attributes.clone(),
            start_ns: common.start_ns,
            time_ns: common.time_ns,
            ..Common::default()
        },
        value,
    }
}
