//! Whole metrics copied and scaled.

use std::rc::Rc;

use crate::collector::ottl::coerce::truncated;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::functions::arguments::Term;
use crate::collector::ottl::functions::arguments::text;
use crate::collector::pdata::Data;
use crate::collector::pdata::Metric;
use crate::collector::pdata::Number;
use crate::collector::pdata::NumberPoint;
use crate::collector::text::Text;

use super::super::work::Built;
use super::super::work::work;

/// A text of a metric, to be set.
type Field = fn(&mut Metric) -> &mut Text;

/// `copy_metric`: appended to its scope, where later statements and groups meet it.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn copy(mut args: Args) -> Built {
    let name = args.optional("Name");
    let description = args.optional("Description");
    let unit = args.optional("Unit");
    work(move |scene| {
        let Some(metric) = scene.metric().cloned() else {
            return Ok(());
        };
        // Upstream appends first: where an argument fails, the copy stays as far as it came.
        let Some(scope) = scene.scope_mut() else {
            return Ok(());
        };
        let at = scope.metrics.len();
        scope.metrics.push(metric);
        let fields: [(&Option<Term>, Field); 3] = [
            (&name, |metric| &mut metric.name),
            (&description, |metric| &mut metric.description),
            (&unit, |metric| &mut metric.unit),
        ];
        for (term, field) in fields {
            let Some(term) = term else { continue };
            let value = text(term.as_ref(), scene)?;
            let copy = scene
                .scope_mut()
                .and_then(|scope| scope.metrics.get_mut(at));
            if let Some(copy) = copy {
                *field(copy) = value;
            }
        }
        Ok(())
    })
}

/// `scale_metric`.
///
/// # Errors
/// The arguments are not ones that the release takes.
pub fn scale(mut args: Args) -> Built {
    let factor = args.float("Multiplier").unwrap_or_default();
    let unit = args.optional("Unit");
    work(move |scene| {
        let unit = match &unit {
            Some(unit) => Some(text(unit.as_ref(), scene)?),
            None => None,
        };
        let Some(metric) = scene.metric_mut() else {
            return Ok(());
        };
        match &mut metric.data {
            Data::Gauge(points) | Data::Sum { points, .. } => scale_numbers(points, factor),
            Data::Histogram { points, .. } => {
                for point in points {
                    for part in [&mut point.sum, &mut point.min, &mut point.max] {
                        *part = part.map(|value| value * factor);
                    }
                    let bounds: Rc<[f64]> = point.bounds.iter().map(|at| at * factor).collect();
                    point.bounds = bounds;
                }
            }
            Data::Summary(points) => {
                for point in points {
                    point.sum *= factor;
                    for (_, value) in &mut point.quantiles {
                        *value *= factor;
                    }
                }
            }
            Data::ExponentialHistogram { .. } => {
                return Err(
                    "exponential histograms are not supported by the 'scale_metric' function"
                        .to_owned(),
                );
            }
            Data::None => return Err("unsupported metric type: 'Empty'".to_owned()),
        }
        if let Some(unit) = unit {
            metric.unit = unit;
        }
        Ok(())
    })
}

fn scale_numbers(points: &mut [NumberPoint], factor: f64) {
    for point in points {
        point.value = match point.value {
            Number::None => Number::None,
            Number::Int(value) => Number::Int(truncated(value as f64 * factor)),
            Number::Double(value) => Number::Double(value * factor),
        };
    }
}
