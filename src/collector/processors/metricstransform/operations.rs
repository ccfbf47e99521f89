//! What a transform does to one metric: its new name, then its operations (`operation_*.go`).

use std::rc::Rc;

use super::super::super::attributes::Attributes;
use super::super::super::pdata::At;
use super::super::super::pdata::Data;
use super::super::super::pdata::ExponentialPoint;
use super::super::super::pdata::HistogramPoint;
use super::super::super::pdata::Metric;
use super::super::super::pdata::Metrics;
use super::super::super::pdata::Number;
use super::super::super::pdata::NumberPoint;
use super::super::super::text::Text;
use super::super::super::trace::RuleId;
use super::super::super::trace::Trace;
use super::super::super::value::Value;
use super::super::super::version::Version;
use super::super::aggregate;
use super::super::aggregate::Aggregation;
use super::super::numbers::go_i64;
use super::config::Action;
use super::config::Operation;
use super::config::Transform;
use super::matching::Filter;
use super::matching::text_of;

/// The metric that is worked on, where it stands.
pub(super) struct Place<'a> {
    pub(super) metrics: &'a mut Metrics,
    pub(super) at: At,
    pub(super) rule: RuleId,
    pub(super) version: Version,
    pub(super) trace: &'a mut dyn Trace,
}

impl Place<'_> {
    fn metric(&self) -> &Metric {
        let At {
            resource,
            scope,
            metric,
            ..
        } = self.at;
        &self.metrics.resources[resource].scopes[scope].metrics[metric]
    }

    fn metric_mut(&mut self) -> &mut Metric {
        let At {
            resource,
            scope,
            metric,
            ..
        } = self.at;
        &mut self.metrics.resources[resource].scopes[scope].metrics[metric]
    }

    fn drop_point(&mut self, point: usize) {
        let at = At { point, ..self.at };
        self.trace.point_dropped(self.metrics, at, self.rule);
    }

    fn each(&mut self, mut change: impl FnMut(&mut Attributes)) {
        let metric = self.metric_mut();
        for index in 0..metric.data.len() {
            if let Some(common) = metric.data.common_mut(index) {
                change(&mut common.attributes);
            }
        }
    }

    /// Merges points that have become alike. Metadata is lost on the way (`copyMetricDetails`).
    pub(super) fn aggregate(&mut self, by: Aggregation) {
        let groups = aggregate::groups(self.metric(), self.version);
        let mut stays = vec![false; self.metric().data.len()];
        for first in groups.iter().filter_map(|group| group.first()) {
            stays[*first] = true;
        }
        for (point, _) in stays.iter().enumerate().filter(|(_, stays)| !**stays) {
            self.drop_point(point);
        }
        let version = self.version;
        let metric = self.metric_mut();
        metric.metadata = Attributes::default();
        aggregate::merge(metric, &groups, by, version);
    }
}

/// Runs a transform on a metric. False if all of its points were taken away: then the metric goes.
pub(super) fn run(place: &mut Place<'_>, transform: &Transform) -> bool {
    let was_empty = place.metric().data.is_empty();
    let filter = &transform.filter;
    // In place, a metric of which only some points match keeps its name and most of its shape.
    let whole = transform.action != Action::Update || filter.matches_all_points(place.metric());
    if whole && !transform.new_name.is_empty() {
        rename(place, transform);
    }
    for operation in &transform.operations {
        match operation {
            Operation::AddLabel { label, value } if whole => place.each(|attributes| {
                if attributes.get(label).is_none() {
                    attributes.insert(label.clone(), value.clone());
                }
            }),
            Operation::DeleteLabelValue { label, value } if whole => {
                delete_label_value(place, label, value);
            }
            Operation::AggregateLabels { labels, by } if whole => {
                place.each(|attributes| {
                    attributes.retain(|key, _| labels.iter().any(|kept| kept == key));
                });
                place.aggregate(*by);
            }
            Operation::AggregateLabelValues {
                label,
                values,
                new_value,
                by,
            } if whole => {
                place.each(|attributes| {
                    let old = attributes.get(label).map(text_of);
                    if old.is_some_and(|old| values.iter().any(|value| value == old)) {
                        attributes.insert(label.clone(), new_value.clone());
                    }
                });
                place.aggregate(*by);
            }
            Operation::UpdateLabel {
                label,
                new_label,
                values,
            } => place.each(|attributes| {
                if filter.matches_attributes(attributes) {
                    update_label(attributes, label, new_label.as_ref(), values);
                }
            }),
            Operation::ToggleScalarDataType => toggle(place.metric_mut(), filter),
            Operation::ScaleValue(factor) => scale(place.metric_mut(), *factor, filter),
            Operation::AddLabel { .. }
            | Operation::DeleteLabelValue { .. }
            | Operation::AggregateLabels { .. }
            | Operation::AggregateLabelValues { .. } => {}
        }
    }
    was_empty || !place.metric().data.is_empty()
}

fn rename(place: &mut Place<'_>, transform: &Transform) {
    let name = place.metric().name.clone();
    let new_name = match transform.filter.expand(&transform.new_name, &name) {
        Some(expanded) => Text::from(expanded),
        None => transform.new_name.clone(),
    };
    if new_name != name {
        place.trace.renamed(&name, &new_name, place.rule);
        place.metric_mut().name = new_name;
    }
}

fn delete_label_value(place: &mut Place<'_>, label: &str, value: &str) {
    let goes = |metric: &Metric, point| {
        let common = metric.data.common(point);
        let found = common.and_then(|common| common.attributes.get(label));
        found.is_some_and(|found| text_of(found) == value)
    };
    let stays: Vec<bool> = (0..place.metric().data.len())
        .map(|point| !goes(place.metric(), point))
        .collect();
    for (point, _) in stays.iter().enumerate().filter(|(_, stays)| !**stays) {
        place.drop_point(point);
    }
    place.metric_mut().data.retain(|point| stays[point]);
}

/// Renames a label, then its value. After a rename to a label that was there before, upstream looks the
/// value up in a slot that has been overwritten by the last attribute (`Map.Remove` moves it there).
fn update_label(
    attributes: &mut Attributes,
    label: &Text,
    new_label: Option<&Text>,
    values: &[(String, Text)],
) {
    let Some(value) = attributes.get(label).cloned() else {
        return;
    };
    let mut looked_up = value.clone();
    let mut key = label;
    if let Some(new_label) = new_label {
        if new_label == label {
            // Set to itself, which empties it, and then taken out.
            let was_last = attributes
                .iter()
                .last()
                .is_some_and(|(last, _)| last == label);
            attributes.remove(label);
            let last = attributes.iter().last().filter(|_| !was_last);
            looked_up = last.map_or(Value::Empty, |(_, last)| last.clone());
        } else {
            attributes.insert(new_label.clone(), value);
            if let Some((last, last_value)) = attributes.iter().last()
                && last != label
            {
                looked_up = last_value.clone();
            }
            attributes.remove(label);
        }
        key = new_label;
    }
    let old = text_of(&looked_up);
    // A value that is named twice has the last of its new ones.
    if let Some((_, new)) = values.iter().rfind(|(value, _)| value == old) {
        attributes.insert(key.clone(), new.clone());
    }
}

fn numbers(metric: &mut Metric) -> &mut [NumberPoint] {
    match &mut metric.data {
        Data::Gauge(points) | Data::Sum { points, .. } => points,
        _ => &mut [],
    }
}

fn toggle(metric: &mut Metric, filter: &Filter) {
    for point in numbers(metric)
        .iter_mut()
        .filter(|point| filter.matches_point(&point.common))
    {
        point.value = match point.value {
            Number::None => Number::None,
            Number::Int(value) => Number::Double(value as f64),
            Number::Double(value) => Number::Int(go_i64(value)),
        };
    }
}

fn scale(metric: &mut Metric, factor: f64, filter: &Filter) {
    match &mut metric.data {
        Data::None | Data::Summary(_) => {}
        Data::Gauge(points) | Data::Sum { points, .. } => {
            for point in points
                .iter_mut()
                .filter(|point| filter.matches_point(&point.common))
            {
                point.value = match point.value {
                    Number::None => Number::None,
                    Number::Int(value) => Number::Int(go_i64(value as f64 * factor)),
                    Number::Double(value) => Number::Double(value * factor),
                };
            }
        }
        Data::Histogram { points, .. } => {
            for point in points
                .iter_mut()
                .filter(|point| filter.matches_point(&point.common))
            {
                scale_histogram(point, factor);
            }
        }
        Data::ExponentialHistogram { points, .. } => {
            for point in points
                .iter_mut()
                .filter(|point| filter.matches_point(&point.common))
            {
                scale_exponential(point, factor);
            }
        }
    }
}

fn scale_histogram(point: &mut HistogramPoint, factor: f64) {
    for value in [&mut point.sum, &mut point.min, &mut point.max]
        .into_iter()
        .flatten()
    {
        *value *= factor;
    }
    point.bounds = point
        .bounds
        .iter()
        .map(|bound| bound * factor)
        .collect::<Rc<[f64]>>();
}

fn scale_exponential(point: &mut ExponentialPoint, factor: f64) {
    if let Some(sum) = &mut point.sum {
        *sum *= factor;
    }
    if !point.positive.is_empty() {
        point.positive_offset = scaled_offset(point.scale, point.positive_offset, factor);
    }
    if !point.negative.is_empty() {
        point.negative_offset = scaled_offset(point.scale, point.negative_offset, factor);
    }
}

/// Where the middle of the first bucket ends up.
fn scaled_offset(scale: i32, offset: i32, factor: f64) -> i32 {
    let base = 2f64.powf(2f64.powf(-f64::from(scale)));
    let offset = f64::from(offset);
    #[expect(
        clippy::manual_midpoint,
        reason = "as upstream writes it, overflow included"
    )]
    let middle = (base.powf(offset) + base.powf(offset + 1.0)) / 2.0;
    let per_doubling = std::f64::consts::LOG2_E * 2f64.powi(scale);
    // Go converts by way of 64 bits and keeps the lower half.
    go_i64(((middle * factor).ln() * per_doubling).ceil() - 1.0) as i32
}
