//! Points with equal attributes become one: the merge behind `aggregate_labels` and its kin.
//!
//! In come the points of one metric, which are grouped by what they have in common; out goes one point
//! for each group, in the order of their first members. A summary cannot be merged: all of its points go.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::attributes::Attributes;
use super::super::pdata::Common;
use super::super::pdata::Data;
use super::super::pdata::ExponentialPoint;
use super::super::pdata::HistogramPoint;
use super::super::pdata::Metric;
use super::super::pdata::Number;
use super::super::pdata::NumberPoint;
use super::super::pdata::Temporality;
use super::super::value::Value;
use super::super::value::float_text;
use super::super::version::Version;
use super::numbers::go_i64;

/// How the values of a group become one. Histograms are always added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aggregation {
    /// None is named: the first value stands.
    #[default]
    First,
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The one in the middle.
    Median,
    /// How many they are; a group of one keeps its value.
    Count,
}

impl Aggregation {
    /// All that can be named, as upstream lists them.
    pub const NAMES: [&'static str; 6] = ["sum", "mean", "min", "max", "median", "count"];

    /// The aggregation of that name (`aggregateutil/type.go`).
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "sum" => Self::Sum,
            "mean" => Self::Mean,
            "min" => Self::Min,
            "max" => Self::Max,
            "median" => Self::Median,
            "count" => Self::Count,
            _ => return None,
        })
    }
}

/// From which release on exponential histograms with different offsets fall into one group, and their
/// buckets are aligned: after 0.130 and by 0.137 (`aggregateutil/aggregate.go`).
fn aligns_offsets(version: Version) -> bool {
    version.is_from(137)
}

/// From which release on the zero bucket is added up as well: after 0.118 and by 0.130.
fn adds_zero_counts(version: Version) -> bool {
    version.is_from(130)
}

/// The groups of a metric's points: indices of the members, groups and members in order.
///
/// Points of one group have equal attributes, times and bucket bounds. A metric that has no such groups,
/// a summary, has none.
pub fn groups(metric: &Metric, version: Version) -> Vec<Vec<usize>> {
    let mut grouping = Grouping::default();
    match &metric.data {
        Data::None | Data::Summary(_) => {}
        Data::Gauge(points) => grouping.numbers(points, false),
        Data::Sum {
            temporality,
            points,
            ..
        } => grouping.numbers(points, *temporality == Temporality::Delta),
        Data::Histogram {
            temporality,
            points,
        } => grouping.histograms(points, *temporality == Temporality::Delta),
        Data::ExponentialHistogram {
            temporality,
            points,
        } => grouping.exponentials(points, *temporality == Temporality::Delta, version),
    }
    grouping.groups
}

/// Leaves one point for each of the groups that [`groups`] made of this metric.
pub fn merge(metric: &mut Metric, groups: &[Vec<usize>], by: Aggregation, version: Version) {
    match &mut metric.data {
        Data::None => {}
        Data::Summary(points) => points.clear(),
        Data::Gauge(points) | Data::Sum { points, .. } => {
            *points = merged(points, groups, |first, others| {
                merge_numbers(first, others, by);
            });
        }
        Data::Histogram { points, .. } => *points = merged(points, groups, merge_histograms),
        Data::ExponentialHistogram { points, .. } => {
            *points = merged(points, groups, |first, others| {
                merge_exponentials(first, others, version);
            });
        }
    }
}

fn merged<P: Clone>(
    points: &[P],
    groups: &[Vec<usize>],
    mut merge: impl FnMut(&mut P, &[&P]),
) -> Vec<P> {
    let mut others = Vec::new();
    let mut out = Vec::with_capacity(groups.len());
    for group in groups {
        let Some((first, rest)) = group.split_first() else {
            continue;
        };
        let mut first = points[*first].clone();
        others.clear();
        others.extend(rest.iter().map(|index| &points[*index]));
        merge(&mut first, &others);
        out.push(first);
    }
    out
}

/// Members by key. The key is the text that upstream's is (`dataPointHashKey`): JSON, so that a whole
/// number and an equal floating-point number are the same, and empty where JSON has no word for a number.
#[derive(Default)]
struct Grouping {
    groups: Vec<Vec<usize>>,
    by_key: HashMap<String, usize>,
    key: String,
    finite: bool,
}

impl Grouping {
    fn numbers(&mut self, points: &[NumberPoint], by_start: bool) {
        for (index, point) in points.iter().enumerate() {
            self.start(&point.common);
            self.finish(index, &point.common, by_start);
        }
    }

    fn histograms(&mut self, points: &[HistogramPoint], by_start: bool) {
        for (index, point) in points.iter().enumerate() {
            self.start(&point.common);
            for bound in &*point.bounds {
                self.float(*bound);
                self.key.push(',');
            }
            let (min, max) = (point.min.is_some(), point.max.is_some());
            let _ = write!(self.key, "{min},{max},{}", point.common.flags);
            self.finish(index, &point.common, by_start);
        }
    }

    fn exponentials(&mut self, points: &[ExponentialPoint], by_start: bool, version: Version) {
        for (index, point) in points.iter().enumerate() {
            self.start(&point.common);
            let _ = write!(self.key, "{},{}", point.scale, point.common.flags);
            if !aligns_offsets(version) {
                let (negative, positive) = (point.negative_offset, point.positive_offset);
                let _ = write!(self.key, ",{negative},{positive}");
            }
            self.finish(index, &point.common, by_start);
        }
    }

    fn start(&mut self, common: &Common) {
        self.key.clear();
        self.finite = true;
        let mut key = std::mem::take(&mut self.key);
        self.finite &= write_map(&mut key, &common.attributes);
        let _ = write!(key, ",{},", common.time_ns);
        self.key = key;
    }

    fn float(&mut self, value: f64) {
        self.finite &= value.is_finite();
        self.key.push_str(&float_text(value));
    }

    fn finish(&mut self, index: usize, common: &Common, by_start: bool) {
        if by_start {
            let _ = write!(self.key, ";{}", common.start_ns);
        }
        if !self.finite {
            self.key.clear();
        }
        if let Some(group) = self.by_key.get(&self.key) {
            self.groups[*group].push(index);
        } else {
            self.by_key.insert(self.key.clone(), self.groups.len());
            self.groups.push(vec![index]);
        }
    }
}

/// Writes pairs as JSON does, by key; false if there is a number that JSON has no word for.
fn write_map(out: &mut String, map: &Attributes) -> bool {
    let mut pairs: Vec<_> = map.iter().collect();
    pairs.sort_by(|(left, _), (right, _)| left.as_str().cmp(right.as_str()));
    out.push('{');
    let mut finite = true;
    for (key, value) in pairs {
        write_quoted(out, key);
        out.push(':');
        finite &= write_value(out, value);
        out.push(',');
    }
    out.push('}');
    finite
}

fn write_value(out: &mut String, value: &Value) -> bool {
    match value {
        Value::Empty => out.push_str("null"),
        Value::Str(text) => write_quoted(out, text),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Value::Double(value) => {
            out.push_str(&float_text(*value));
            return value.is_finite();
        }
        Value::Bytes(bytes) => write_quoted(out, &STANDARD.encode(bytes)),
        Value::List(items) => {
            out.push('[');
            let mut finite = true;
            for item in items {
                finite &= write_value(out, item);
                out.push(',');
            }
            out.push(']');
            return finite;
        }
        Value::Map(map) => return write_map(out, map),
    }
    true
}

fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    for part in text.split_inclusive(['"', '\\']) {
        match part.strip_suffix(['"', '\\']) {
            Some(plain) => {
                out.push_str(plain);
                out.push('\\');
                out.push_str(&part[plain.len()..]);
            }
            None => out.push_str(part),
        }
    }
    out.push('"');
}

fn merge_numbers(first: &mut NumberPoint, others: &[&NumberPoint], by: Aggregation) {
    match first.value {
        Number::None => return,
        Number::Double(value) => {
            first.value = Number::Double(merged_double(value, others, by));
        }
        Number::Int(value) => first.value = Number::Int(merged_int(value, others, by)),
    }
    for other in others {
        first.common.start_ns = first.common.start_ns.min(other.common.start_ns);
    }
}

fn merged_double(first: f64, others: &[&NumberPoint], by: Aggregation) -> f64 {
    let values = others.iter().map(|other| as_double(other.value));
    let count = others.len() as f64 + 1.0;
    match by {
        Aggregation::First => first,
        Aggregation::Sum => values.fold(first, |sum, value| sum + value),
        Aggregation::Mean => values.fold(first, |sum, value| sum + value) / count,
        Aggregation::Min => values.fold(first, go_min),
        Aggregation::Max => values.fold(first, go_max),
        Aggregation::Count if others.is_empty() => first,
        Aggregation::Count => count,
        Aggregation::Median => {
            let mut all: Vec<f64> = std::iter::once(first).chain(values).collect();
            all.sort_by(not_a_number_first);
            let middle = all.len() / 2;
            match all.len() % 2 {
                0 => midpoint(all[middle - 1], all[middle]),
                _ => all[middle],
            }
        }
    }
}

fn merged_int(first: i64, others: &[&NumberPoint], by: Aggregation) -> i64 {
    let count = i64::try_from(others.len()).unwrap_or(i64::MAX - 1) + 1;
    let values = || others.iter().map(|other| as_int(other.value));
    let sum = || {
        // A floating-point value among whole ones counts as nothing here, though not below.
        let wholes = others.iter().map(|other| match other.value {
            Number::Int(value) => value,
            Number::None | Number::Double(_) => 0,
        });
        wholes.fold(first, i64::wrapping_add)
    };
    match by {
        Aggregation::First => first,
        Aggregation::Sum => sum(),
        Aggregation::Mean => sum() / count,
        Aggregation::Min => values().fold(first, i64::min),
        Aggregation::Max => values().fold(first, i64::max),
        Aggregation::Count if others.is_empty() => first,
        Aggregation::Count => count,
        Aggregation::Median => {
            let mut all: Vec<i64> = std::iter::once(first).chain(values()).collect();
            all.sort_unstable();
            let middle = all.len() / 2;
            match all.len() % 2 {
                0 => all[middle - 1].wrapping_add(all[middle]) / 2,
                _ => all[middle],
            }
        }
    }
}

/// The mean of the two in the middle as upstream writes it.
#[expect(
    clippy::manual_midpoint,
    reason = "upstream's sum overflows, and so must ours"
)]
fn midpoint(left: f64, right: f64) -> f64 {
    (left + right) / 2.0
}

fn as_double(number: Number) -> f64 {
    match number {
        Number::None => 0.0,
        Number::Int(value) => value as f64,
        Number::Double(value) => value,
    }
}

fn as_int(number: Number) -> i64 {
    match number {
        Number::None => 0,
        Number::Int(value) => value,
        Number::Double(value) => go_i64(value),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the form that sorting asks for"
)]
fn not_a_number_first(left: &f64, right: &f64) -> Ordering {
    match (left.is_nan(), right.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => left.partial_cmp(right).unwrap_or(Ordering::Equal),
    }
}

/// Go's `math.Max`: not-a-number wins over all but infinity.
fn go_max(left: f64, right: f64) -> f64 {
    if left == f64::INFINITY || right == f64::INFINITY {
        f64::INFINITY
    } else if left.is_nan() || right.is_nan() {
        f64::NAN
    } else {
        left.max(right)
    }
}

/// Go's `math.Min`.
fn go_min(left: f64, right: f64) -> f64 {
    if left == f64::NEG_INFINITY || right == f64::NEG_INFINITY {
        f64::NEG_INFINITY
    } else if left.is_nan() || right.is_nan() {
        f64::NAN
    } else {
        left.min(right)
    }
}

fn merge_histograms(first: &mut HistogramPoint, others: &[&HistogramPoint]) {
    for other in others.iter().filter(|other| other.count != 0) {
        first.count = first.count.wrapping_add(other.count);
        first.sum = Some(first.sum.unwrap_or(0.0) + other.sum.unwrap_or(0.0));
        let smaller = |own: &f64| *own > other.min.unwrap_or(0.0);
        if first.min.as_ref().is_some_and(smaller) {
            first.min = Some(other.min.unwrap_or(0.0));
        }
        let larger = |own: &f64| *own < other.max.unwrap_or(0.0);
        if first.max.as_ref().is_some_and(larger) {
            first.max = Some(other.max.unwrap_or(0.0));
        }
        for (own, other) in first.bucket_counts.iter_mut().zip(&other.bucket_counts) {
            *own = own.wrapping_add(*other);
        }
        first.common.exemplars = first
            .common
            .exemplars
            .saturating_add(other.common.exemplars);
        first.common.start_ns = first.common.start_ns.min(other.common.start_ns);
    }
}

fn merge_exponentials(
    first: &mut ExponentialPoint,
    others: &[&ExponentialPoint],
    version: Version,
) {
    for other in others.iter().filter(|other| other.count != 0) {
        first.count = first.count.wrapping_add(other.count);
        first.sum = Some(first.sum.unwrap_or(0.0) + other.sum.unwrap_or(0.0));
        if adds_zero_counts(version) {
            first.zero_count = first.zero_count.wrapping_add(other.zero_count);
        }
        let (own, offset) = (&mut first.negative, &mut first.negative_offset);
        merge_buckets(own, offset, &other.negative, other.negative_offset);
        let (own, offset) = (&mut first.positive, &mut first.positive_offset);
        merge_buckets(own, offset, &other.positive, other.positive_offset);
        first.common.exemplars = first
            .common
            .exemplars
            .saturating_add(other.common.exemplars);
        first.common.start_ns = first.common.start_ns.min(other.common.start_ns);
    }
}

/// More buckets than any real histogram has: offsets that are further apart are not aligned.
const MOST_BUCKETS: i64 = 1 << 16;

/// Adds up buckets as `mergeExponentialHistogramBuckets` does, its way with lower offsets included: each
/// bucket that is not empty is put in front, wherever it belongs.
#[expect(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "indices of buckets, which stay far below 2^31"
)]
fn merge_buckets(own: &mut Vec<u64>, offset: &mut i32, other: &[u64], other_offset: i32) {
    let apart = i64::from(other_offset) - i64::from(*offset);
    if apart < 0 {
        let mut front: Vec<u64> = other.iter().copied().filter(|count| *count > 0).collect();
        front.append(own);
        *own = front;
    } else {
        for (index, count) in other.iter().enumerate() {
            let at = apart + index as i64;
            if (*count == 0 && apart != 0) || at > MOST_BUCKETS {
                continue;
            }
            let at = at as usize;
            if at >= own.len() {
                own.resize(at + 1, 0);
            }
            own[at] = own[at].wrapping_add(*count);
        }
    }
    if apart != 0 && !other.is_empty() {
        *offset = (*offset).min(other_offset);
        let empty = own.iter().take_while(|count| **count == 0).count();
        own.drain(..empty);
    }
}
