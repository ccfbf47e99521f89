//! Several metrics become one: may they, and the one (`canBeCombined`, `combine`).

use std::collections::BTreeSet;

use super::super::super::attributes::Attributes;
use super::super::super::pdata::Data;
use super::super::super::pdata::Metric;
use super::super::super::pdata::Temporality;
use super::super::super::text::Text;
use super::config::Transform;
use super::matching::Matcher;

/// What of a type must be equal for two metrics to be combined.
#[derive(PartialEq)]
struct Shape(u8, Option<Temporality>, Option<bool>);

fn shape(data: &Data) -> Shape {
    match data {
        Data::None => Shape(0, None, None),
        Data::Gauge(_) => Shape(1, None, None),
        Data::Sum {
            temporality,
            monotonic,
            ..
        } => Shape(2, Some(*temporality), Some(*monotonic)),
        Data::Histogram { temporality, .. } => Shape(3, Some(*temporality), None),
        Data::ExponentialHistogram { temporality, .. } => Shape(4, Some(*temporality), None),
        Data::Summary(_) => Shape(5, None, None),
    }
}

fn keys(metric: &Metric) -> BTreeSet<&str> {
    (0..metric.data.len())
        .filter_map(|index| metric.data.common(index))
        .flat_map(|common| common.attributes.iter().map(|(key, _)| key.as_str()))
        .collect()
}

/// Whether these can be combined; one alone always can.
pub(super) fn can_be_combined(metrics: &[&Metric]) -> Result<(), String> {
    let [first, others @ ..] = metrics else {
        return Ok(());
    };
    if others.is_empty() {
        return Ok(());
    }
    if let Some(summary) = metrics
        .iter()
        .find(|metric| matches!(metric.data, Data::Summary(_)))
    {
        return Err(format!("summaries cannot be combined: {}", summary.name));
    }
    let (first_shape, first_keys) = (shape(&first.data), keys(first));
    for other in others {
        let different = if shape(&other.data) != first_shape {
            "types"
        } else if other.unit != first.unit {
            "units"
        } else if keys(other) != first_keys {
            "label names"
        } else {
            continue;
        };
        let (left, right) = (&first.name, &other.name);
        return Err(format!(
            "{left} and {right} have different {different} and cannot be combined"
        ));
    }
    Ok(())
}

/// All points in one metric, not yet merged, with the groups of the pattern as attributes.
///
/// `submatch_case` has no effect: upstream reads it and forgets it (`buildHelperConfig`).
pub(super) fn joined(transform: &Transform, metrics: Vec<Metric>) -> Metric {
    let mut combined = Metric::default();
    for (index, mut metric) in metrics.into_iter().enumerate() {
        add_groups(transform, &mut metric);
        if index == 0 {
            combined = metric;
            combined.name = transform.new_name.clone();
            combined.metadata = Attributes::default();
        } else {
            append(&mut combined.data, metric.data);
        }
    }
    combined
}

fn add_groups(transform: &Transform, metric: &mut Metric) {
    let Matcher::Regexp(pattern) = &transform.filter.include else {
        return;
    };
    let name = metric.name.clone();
    let Some(groups) = pattern.captures(&name) else {
        return;
    };
    for (key, group) in transform.group_keys.iter().zip(groups.iter().skip(1)) {
        let value = Text::from(group.unwrap_or_default());
        if value.is_empty() {
            continue;
        }
        for index in 0..metric.data.len() {
            if let Some(common) = metric.data.common_mut(index) {
                common.attributes.insert(key.clone(), value.clone());
            }
        }
    }
}

fn append(to: &mut Data, from: Data) {
    match (to, from) {
        (Data::Gauge(to), Data::Gauge(mut from))
        | (
            Data::Sum { points: to, .. },
            Data::Sum {
                points: mut from, ..
            },
        ) => {
            to.append(&mut from);
        }
        (
            Data::Histogram { points: to, .. },
            Data::Histogram {
                points: mut from, ..
            },
        ) => {
            to.append(&mut from);
        }
        (
            Data::ExponentialHistogram { points: to, .. },
            Data::ExponentialHistogram {
                points: mut from, ..
            },
        ) => to.append(&mut from),
        _ => {}
    }
}
