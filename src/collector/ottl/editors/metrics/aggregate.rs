//! `aggregate_on_attributes` and `aggregate_on_attribute_value`.

use crate::collector::ottl::function::Args;
use crate::collector::pdata::Common;
use crate::collector::pdata::Data;
use crate::collector::pdata::Metric;
use crate::collector::processors::aggregate::Aggregation;
use crate::collector::processors::aggregate::groups;
use crate::collector::processors::aggregate::merge;
use crate::collector::value::Value;
use crate::collector::version::Version;

use super::super::work::Built;
use super::super::work::work;

fn aggregation(args: &mut Args) -> Result<Aggregation, String> {
    let name = args.text("AggregationFunction").unwrap_or_default();
    Aggregation::named(&name).ok_or_else(|| {
        format!(
            "invalid aggregation function: '{name}', valid options: sum, mean, min, max, median, \
             count"
        )
    })
}

/// Changes what each data point has in common with others.
fn each_point(metric: &mut Metric, mut change: impl FnMut(&mut Common)) {
    for at in 0..metric.data.len() {
        if let Some(common) = metric.data.common_mut(at) {
            change(common);
        }
    }
}

/// `aggregate_on_attributes`: keeps the attributes named, or all, and merges points that became equal.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn on_attributes(mut args: Args) -> Built {
    let how = aggregation(&mut args)?;
    // An empty list is nil in Go only if the argument is missing.
    let kept = args.texts("Attributes");
    let version = args.version;
    work(move |scene| {
        let Some(metric) = scene.metric_mut() else {
            return Ok(());
        };
        if matches!(metric.data, Data::Summary(_)) {
            return Err(
                "aggregate_on_attributes does not support aggregating Summary metrics".to_owned(),
            );
        }
        if let Some(kept) = &kept {
            each_point(metric, |common| {
                common.attributes.retain(|key, _| kept.contains(key));
            });
        }
        aggregate(metric, how, version);
        Ok(())
    })
}

/// `aggregate_on_attribute_value`: rewrites values of an attribute and merges points that became equal.
///
/// A summary loses all its points.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn on_attribute_value(mut args: Args) -> Built {
    let how = aggregation(&mut args)?;
    let attribute = args.text("Attribute").unwrap_or_default();
    let values = args.texts("Values").unwrap_or_default();
    let new = args.text("NewValue").unwrap_or_default();
    let version = args.version;
    work(move |scene| {
        let Some(metric) = scene.metric_mut() else {
            return Ok(());
        };
        each_point(metric, |common| {
            // A value that is no text reads as an empty one.
            let mut text = match common.attributes.get(&attribute) {
                Some(Value::Str(text)) => text.clone(),
                Some(_) => "".into(),
                None => return,
            };
            let mut changed = false;
            for value in &values {
                if text == *value {
                    text = new.clone();
                    changed = true;
                }
            }
            if changed {
                common.attributes.insert(attribute.clone(), text);
            }
        });
        aggregate(metric, how, version);
        Ok(())
    })
}

/// One point for each group of points that are equal now.
fn aggregate(metric: &mut Metric, how: Aggregation, version: Version) {
    let groups = groups(metric, version);
    merge(metric, &groups, how, version);
    // What comes out is a new metric with the header of the old.
    metric.metadata.clear();
}
