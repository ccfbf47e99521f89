//! The sum or the count of histograms and summaries as a metric of its own.

use crate::collector::ottl::function::Args;
use crate::collector::pdata::Data;
use crate::collector::pdata::Metric;
use crate::collector::pdata::Number;
use crate::collector::pdata::NumberPoint;
use crate::collector::pdata::Temporality;

use super::super::work::Built;
use super::super::work::work;
use super::convert::derived;
use super::convert::named;

/// `extract_sum_metric`. Points of histograms that have no sum are left out.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn sum(args: Args) -> Built {
    extract(args, "extract_sum_metric", "_sum", sums)
}

/// `extract_count_metric`. Its unit is `1`, whatever that of the metric is.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn count(args: Args) -> Built {
    extract(args, "extract_count_metric", "_count", counts)
}

fn sums(data: &Data) -> Vec<NumberPoint> {
    match data {
        Data::Histogram { points, .. } => points
            .iter()
            .filter_map(|point| Some(derived(&point.common, Number::Double(point.sum?))))
            .collect(),
        Data::ExponentialHistogram { points, .. } => points
            .iter()
            .filter_map(|point| Some(derived(&point.common, Number::Double(point.sum?))))
            .collect(),
        Data::Summary(points) => points
            .iter()
            .map(|point| derived(&point.common, Number::Double(point.sum)))
            .collect(),
        Data::None | Data::Gauge(_) | Data::Sum { .. } => Vec::new(),
    }
}

fn counts(data: &Data) -> Vec<NumberPoint> {
    let number = |count: u64| Number::Int(count.cast_signed());
    match data {
        Data::Histogram { points, .. } => points
            .iter()
            .map(|point| derived(&point.common, number(point.count)))
            .collect(),
        Data::ExponentialHistogram { points, .. } => points
            .iter()
            .map(|point| derived(&point.common, number(point.count)))
            .collect(),
        Data::Summary(points) => points
            .iter()
            .map(|point| derived(&point.common, number(point.count)))
            .collect(),
        Data::None | Data::Gauge(_) | Data::Sum { .. } => Vec::new(),
    }
}

fn extract(
    mut args: Args,
    function: &'static str,
    suffix: &'static str,
    points: fn(&Data) -> Vec<NumberPoint>,
) -> Built {
    let monotonic = args.bool("Monotonic").unwrap_or(false);
    let suffix_given = args.text("Suffix");
    let of_count = suffix == "_count";
    work(move |scene| {
        let Some(metric) = scene.metric() else {
            return Ok(());
        };
        let temporality = match &metric.data {
            Data::Histogram { temporality, .. }
            | Data::ExponentialHistogram { temporality, .. } => *temporality,
            Data::Summary(_) => Temporality::Cumulative,
            Data::None | Data::Gauge(_) | Data::Sum { .. } => Temporality::Unspecified,
        };
        if temporality == Temporality::Unspecified {
            return Err(format!(
                "{function} requires an input metric of type Histogram, ExponentialHistogram or \
                 Summary"
            ));
        }
        let points = points(&metric.data);
        if points.is_empty() {
            return Ok(());
        }
        let data = Data::Sum {
            temporality,
            monotonic,
            points,
        };
        let suffix = suffix_given.as_deref().unwrap_or(suffix);
        let mut extracted: Metric = named(metric, suffix, data);
        if of_count {
            extracted.unit = "1".into();
        }
        if let Some(scope) = scene.scope_mut() {
            scope.metrics.push(extracted);
        }
        Ok(())
    })
}
