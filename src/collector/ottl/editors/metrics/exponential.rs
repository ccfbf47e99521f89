//! `convert_exponential_histogram_to_histogram`: exponential buckets put into bounds that are named.
//!
//! As many counts come out as there are bounds, one fewer than a histogram should have: so upstream.

use std::f64::consts::LN_2;
use std::rc::Rc;

use crate::collector::ottl::coerce::truncated;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::val::Val;
use crate::collector::pdata::Data;
use crate::collector::pdata::ExponentialPoint;
use crate::collector::pdata::HistogramPoint;
use crate::collector::pdata::Metric;

use super::super::work::Built;
use super::super::work::work;

/// How a bucket that fits no two bounds is put in: its count, upper and lower end, the bounds, the counts.
type Distribution = fn(u64, f64, f64, &[f64], &mut [u64]);

/// `convert_exponential_histogram_to_histogram`.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn convert(mut args: Args) -> Built {
    let name = args.text("DistributionFn").unwrap_or_default();
    let distribution: Distribution = match name.as_str() {
        "upper" => upper,
        "midpoint" => midpoint,
        "uniform" => uniform,
        "random" | "" => expected,
        other => {
            return Err(format!(
                "invalid conversion function: {other}, must be one of [upper, midpoint, random, \
                 uniform]"
            ));
        }
    };
    let bounds: Rc<[f64]> = args
        .getters("ExplicitBounds")
        .unwrap_or_default()
        .iter()
        .filter_map(|bound| match bound.literal() {
            Some(Val::Float(bound)) => Some(*bound),
            _ => None,
        })
        .collect();
    if bounds.is_empty() {
        return Err("explicit bounds cannot be empty: []".to_owned());
    }
    work(move |scene| {
        let Some(metric) = scene.metric_mut() else {
            return Ok(());
        };
        let Data::ExponentialHistogram {
            temporality,
            points,
        } = &mut metric.data
        else {
            return Ok(());
        };
        let temporality = *temporality;
        let points = std::mem::take(points)
            .into_iter()
            .map(|point| converted(point, &bounds, distribution))
            .collect();
        *metric = Metric {
            name: metric.name.clone(),
            description: metric.description.clone(),
            unit: metric.unit.clone(),
            data: Data::Histogram {
                temporality,
                points,
            },
            ..Metric::default()
        };
        Ok(())
    })
}

fn converted(point: ExponentialPoint, bounds: &Rc<[f64]>, put: Distribution) -> HistogramPoint {
    let bucket_counts = counts(&point, bounds, put);
    let mut common = point.common;
    common.flags = 0;
    HistogramPoint {
        common,
        count: point.count,
        // What was not there is there now, and zero.
        sum: Some(point.sum.unwrap_or_default()),
        min: Some(0.0),
        max: Some(0.0),
        bounds: Rc::clone(bounds),
        bucket_counts,
    }
}

fn counts(point: &ExponentialPoint, bounds: &[f64], put: Distribution) -> Vec<u64> {
    let factor = LN_2 * 2_f64.powi(point.scale.saturating_neg());
    let mut counts = vec![0; bounds.len()];
    let last = bounds.len() - 1;
    if bounds[0] == 0.0 {
        add(&mut counts, 0, point.zero_count);
    }
    for (at, &count) in point.positive.iter().enumerate() {
        let index = point.positive_offset.wrapping_add(at as i32);
        let upper = (f64::from(index.wrapping_add(1)) * factor).exp();
        let lower = (f64::from(index) * factor).exp();
        if lower > bounds[last] {
            add(&mut counts, last, count);
            continue;
        }
        let between = bounds
            .windows(2)
            .position(|pair| lower > pair[0] && upper <= pair[1]);
        match between {
            Some(between) => add(&mut counts, between, count),
            None => put(count, upper, lower, bounds, &mut counts),
        }
    }
    counts
}

fn add(counts: &mut [u64], at: usize, count: u64) {
    if let Some(own) = counts.get_mut(at) {
        *own = own.wrapping_add(count);
    }
}

fn upper(count: u64, upper: f64, _: f64, bounds: &[f64], counts: &mut [u64]) {
    let at = bounds.iter().position(|bound| upper <= *bound);
    add(counts, at.unwrap_or(bounds.len() - 1), count);
}

fn midpoint(count: u64, upper: f64, lower: f64, bounds: &[f64], counts: &mut [u64]) {
    #[expect(clippy::manual_midpoint, reason = "upstream's sum may overflow")]
    let middle = (upper + lower) / 2.0;
    let at = bounds.iter().position(|bound| middle <= *bound);
    let at = at.map_or(bounds.len() - 1, |at| at.saturating_sub(1));
    add(counts, at, count);
}

/// The first bound that is not below `lower`, and the first from there on that is not below `upper`.
fn reach(upper: f64, lower: f64, bounds: &[f64]) -> (usize, usize) {
    let len = bounds.len();
    let start = bounds
        .iter()
        .position(|bound| lower <= *bound)
        .unwrap_or(len);
    let end = bounds
        .iter()
        .skip(start)
        .position(|bound| upper <= *bound)
        .map_or(len, |more| start + more);
    (start, end.min(len - 1))
}

fn uniform(count: u64, upper: f64, lower: f64, bounds: &[f64], counts: &mut [u64]) {
    let (start, end) = reach(upper, lower, bounds);
    if end <= start {
        return add(counts, start, count);
    }
    let parts = (end - start + 1) as u64;
    for (nth, at) in (start..=end).enumerate() {
        let extra = u64::from((nth as u64) < count % parts);
        add(counts, at, count / parts + extra);
    }
}

/// Upstream throws dice: this is what they show on average.
fn expected(count: u64, upper: f64, lower: f64, bounds: &[f64], counts: &mut [u64]) {
    let (start, end) = reach(upper, lower, bounds);
    if end <= start {
        return add(counts, start, count);
    }
    let mut left = count;
    for at in start..end {
        let below = if at == 0 { lower } else { bounds[at - 1] };
        let width = bounds[at].min(upper) - below.max(lower);
        let share = truncated(count as f64 * (width / (upper - lower)));
        let share = u64::try_from(share).unwrap_or_default().min(left);
        add(counts, at, share);
        left -= share;
    }
    add(counts, end, left);
}
