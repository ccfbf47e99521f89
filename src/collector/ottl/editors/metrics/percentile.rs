//! `extract_percentile_metric`: one percentile of each histogram, interpolated, as a gauge.
//!
//! The threshold of an exponential histogram's zero bucket is not known here and taken to be zero.

use std::f64::consts::LN_2;

use crate::collector::ottl::coerce::truncated;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::functions::format::float;
use crate::collector::pdata::Common;
use crate::collector::pdata::Data;
use crate::collector::pdata::ExponentialPoint;
use crate::collector::pdata::HistogramPoint;
use crate::collector::pdata::Number;
use crate::collector::pdata::NumberPoint;

use super::super::work::Built;
use super::super::work::work;
use super::convert::derived;
use super::convert::named;

/// A percentile, or nothing where a point holds too little.
type Found = Result<Option<f64>, String>;

/// `extract_percentile_metric`.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn extract(mut args: Args) -> Built {
    let percentile = args.float("Percentile").unwrap_or_default();
    if percentile.is_nan() || percentile <= 0.0 || percentile >= 100.0 {
        return Err(format!(
            "percentile must be greater than 0 and less than 100, got {percentile:.6}"
        ));
    }
    let label = format!("p{}", float::shortest(percentile, 6));
    let suffix = match args.text("Suffix") {
        Some(suffix) if !suffix.is_empty() => suffix.to_string(),
        _ => format!("_{label}"),
    };
    work(move |scene| {
        let Some(metric) = scene.metric() else {
            return Ok(());
        };
        let mut gauges: Vec<NumberPoint> = Vec::new();
        let mut push = |common: &Common, found: Option<f64>| {
            if let Some(value) = found {
                gauges.push(derived(common, Number::Double(value)));
            }
        };
        match &metric.data {
            Data::Histogram { points, .. } => {
                for point in points {
                    push(&point.common, of_histogram(point, percentile)?);
                }
            }
            Data::ExponentialHistogram { points, .. } => {
                for point in points {
                    push(&point.common, of_exponential(point, percentile)?);
                }
            }
            _ => return Ok(()),
        }
        if gauges.is_empty() {
            return Ok(());
        }
        let mut made = named(metric, &suffix, Data::Gauge(gauges));
        made.description = if metric.description.is_empty() {
            label.as_str().into()
        } else {
            format!("{} ({label})", metric.description).into()
        };
        if let Some(scope) = scene.scope_mut() {
            scope.metrics.push(made);
        }
        Ok(())
    })
}

/// How many observations lie at or below the percentile.
fn rank(count: u64, percentile: f64) -> u64 {
    truncated((count as f64 * (percentile / 100.0)).ceil()).cast_unsigned()
}

fn short(total: u64, rank: u64) -> Found {
    Err(format!(
        "calculating histogram percentile: malformed data: {total} of {rank} observations"
    ))
}

fn of_histogram(point: &HistogramPoint, percentile: f64) -> Found {
    let (bounds, counts) = (&point.bounds, &point.bucket_counts);
    if point.count == 0 || counts.is_empty() {
        return Ok(None);
    }
    if counts.len() != bounds.len() + 1 {
        return Err(format!(
            "calculating histogram percentile: malformed data: bucketCounts length ({}) != \
             explicitBounds length ({}) + 1",
            counts.len(),
            bounds.len()
        ));
    }
    let rank = rank(point.count, percentile);
    if bounds.is_empty() {
        return match (point.min, point.max) {
            (Some(min), Some(max)) => linear(min, max, rank as f64 / counts[0] as f64),
            _ => Ok(None),
        };
    }
    let mut total = 0_u64;
    for (at, &count) in counts.iter().enumerate() {
        let before = total;
        total = total.wrapping_add(count);
        if total < rank {
            continue;
        }
        let (lower, upper) = match at.checked_sub(1) {
            None => {
                let upper = bounds[0];
                match point.min {
                    Some(min) if min < upper => (min, upper),
                    _ if upper < 0.0 => return Ok(Some(upper)),
                    _ => (0.0, upper),
                }
            }
            Some(below) => match (bounds.get(at), point.max) {
                (Some(upper), _) => (bounds[below], *upper),
                (None, Some(max)) if max > bounds[below] => (bounds[below], max),
                _ => return Ok(Some(bounds[below])),
            },
        };
        return linear(
            lower,
            upper,
            rank.wrapping_sub(before) as f64 / count as f64,
        );
    }
    short(total, rank)
}

fn of_exponential(point: &ExponentialPoint, percentile: f64) -> Found {
    let (negative, positive) = (&point.negative, &point.positive);
    if point.count == 0 || (negative.is_empty() && positive.is_empty() && point.zero_count == 0) {
        return Ok(None);
    }
    let rank = rank(point.count, percentile);
    let mut total = 0_u64;
    for (at, &count) in negative.iter().enumerate().rev() {
        let before = total;
        total = total.wrapping_add(count);
        if total >= rank {
            let index = i64::from(point.negative_offset) + at as i64;
            let (lower, upper) = (bound(index, point.scale), bound(index + 1, point.scale));
            if lower >= upper {
                return Err(
                    "calculating exponential histogram percentile: malformed negative \
                            bucket bounds"
                        .to_owned(),
                );
            }
            let ratio = rank.wrapping_sub(before) as f64 / count as f64;
            return Ok(logarithmic(lower, upper, 1.0 - ratio)?.map(|value| -value));
        }
    }
    let after_zero = total.wrapping_add(point.zero_count);
    if after_zero >= rank {
        let ratio = rank.wrapping_sub(total) as f64 / point.zero_count as f64;
        return linear(0.0, 0.0, ratio);
    }
    total = after_zero;
    for (at, &count) in positive.iter().enumerate() {
        let before = total;
        total = total.wrapping_add(count);
        if total >= rank {
            let index = i64::from(point.positive_offset) + at as i64;
            let (lower, upper) = (bound(index, point.scale), bound(index + 1, point.scale));
            let ratio = rank.wrapping_sub(before) as f64 / count as f64;
            return logarithmic(lower, upper, ratio);
        }
    }
    short(total, rank)
}

/// The lower end of an exponential bucket.
fn bound(index: i64, scale: i32) -> f64 {
    if scale <= 0 {
        let shifted = i128::from(index) << scale.unsigned_abs().min(60);
        return 2_f64.powi(shifted.clamp(-5000, 5000) as i32);
    }
    (index as f64 * (LN_2 * 2_f64.powi(-scale))).exp()
}

fn ensure_ratio(ratio: f64) -> Result<(), String> {
    if !(0.0..=1.0).contains(&ratio) {
        return Err(format!(
            "interpolation: invalid ratio {ratio:.6}, must be between 0 and 1"
        ));
    }
    Ok(())
}

fn linear(lower: f64, upper: f64, ratio: f64) -> Found {
    ensure_ratio(ratio)?;
    Ok(Some(lower + ratio * (upper - lower)))
}

fn logarithmic(lower: f64, upper: f64, ratio: f64) -> Found {
    ensure_ratio(ratio)?;
    if lower <= 0.0 || upper <= 0.0 {
        return Err("logarithmic interpolation: bounds must be positive".to_owned());
    }
    let (low, high) = (lower.log2(), upper.log2());
    Ok(Some((low + (high - low) * ratio).exp2()))
}
