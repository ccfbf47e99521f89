//! `merge_histogram_buckets`: the bounds of one data point thinned out.

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Getter;
use crate::collector::ottl::functions::arguments::unexpected;
use crate::collector::ottl::scene::Scene;
use crate::collector::ottl::val::Val;
use crate::collector::pdata::Data;
use crate::collector::pdata::HistogramPoint;

use super::super::work::Built;
use super::super::work::work;

/// Bounds closer than this are the same.
const SAME: f64 = 1e-12;

/// `merge_histogram_buckets`; before methods came, its argument was called `Bound`.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn merge(mut args: Args) -> Built {
    let target = match args.optional("TargetValue") {
        Some(target) => target,
        None => args.getter("Bound")?,
    };
    let limits = match args.text("Method").as_deref() {
        None | Some("remove_explicit_bound") => false,
        Some("limit_buckets") => true,
        Some(other) => return Err(format!("unsupported method {other:?}")),
    };
    if let Some(literal) = target.literal() {
        let value = number(literal)?;
        if limits {
            bucket_limit(value)?;
        }
    }
    work(move |scene| {
        if !is_histogram(scene) {
            return Ok(());
        }
        let value = target_value(target.as_ref(), scene)?;
        let limit = if limits {
            Some(bucket_limit(value)?)
        } else {
            None
        };
        let at = scene.at.point;
        let point = scene
            .metric_mut()
            .and_then(|metric| match &mut metric.data {
                Data::Histogram { points, .. } => points.get_mut(at),
                _ => None,
            });
        let Some(point) = point else { return Ok(()) };
        if point.bounds.len() + 1 != point.bucket_counts.len() || point.bucket_counts.len() == 1 {
            return Ok(());
        }
        match limit {
            Some(limit) => limit_buckets(point, limit),
            None => remove_bound(point, value),
        }
        Ok(())
    })
}

fn is_histogram(scene: &Scene<'_>) -> bool {
    scene
        .metric()
        .is_some_and(|metric| matches!(metric.data, Data::Histogram { .. }))
}

fn number(value: &Val) -> Result<f64, String> {
    match value {
        Val::Float(value) => Ok(*value),
        Val::Int(value) => Ok(*value as f64),
        Val::Nil => Err("target_value must not be nil".to_owned()),
        other => Err(unexpected("float64", other)),
    }
}

fn target_value(target: &dyn Getter, scene: &Scene<'_>) -> Result<f64, String> {
    number(&target.get(scene)?)
}

fn bucket_limit(value: f64) -> Result<u64, String> {
    // NaN fails no comparison upstream but equals nothing, itself included.
    if value < 1.0 || value.is_nan() || value.fract() != 0.0 || value > i64::MAX as f64 {
        return Err(format!(
            "target_value must be a positive integer when method is \"limit_buckets\", got {value}"
        ));
    }
    #[expect(clippy::cast_sign_loss, reason = "it is at least one")]
    let limit = value as u64;
    Ok(limit)
}

fn remove_bound(point: &mut HistogramPoint, bound: f64) {
    let Some(at) = point
        .bounds
        .iter()
        .position(|own| (own - bound).abs() < SAME)
    else {
        return;
    };
    point.bounds = point
        .bounds
        .iter()
        .enumerate()
        .filter(|(own, _)| *own != at)
        .map(|(_, bound)| *bound)
        .collect();
    let merged = point.bucket_counts.remove(at);
    if let Some(next) = point.bucket_counts.get_mut(at) {
        *next = next.wrapping_add(merged);
    }
}

fn limit_buckets(point: &mut HistogramPoint, limit: u64) {
    let len = point.bucket_counts.len();
    let ascending = point.bounds.windows(2).all(|pair| pair[1] > pair[0]);
    if len as u64 <= limit || !ascending {
        return;
    }
    let divisor = len.div_ceil(limit as usize);
    point.bucket_counts = point
        .bucket_counts
        .chunks(divisor)
        .map(|counts| counts.iter().copied().fold(0, u64::wrapping_add))
        .collect();
    point.bounds = point
        .bounds
        .iter()
        .skip(divisor - 1)
        .step_by(divisor)
        .copied()
        .collect();
}
