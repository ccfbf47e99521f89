//! Payloads as the lines of the file exporter, in a form in which two can be compared.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use meshctl::collector::attributes::Attributes;
use meshctl::collector::pdata::Common;
use meshctl::collector::pdata::Data;
use meshctl::collector::pdata::Metric;
use meshctl::collector::pdata::Metrics;
use meshctl::collector::pdata::Number;
use meshctl::collector::pdata::NumberPoint;
use meshctl::collector::pdata::Temporality;
use meshctl::collector::value::Value as Attribute;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// One payload as a line of the file exporter.
pub(crate) fn lines(metrics: &Metrics) -> Value {
    let resources = metrics.resources.iter().map(|resource| {
        let scopes = resource.scopes.iter().map(|scope| {
            let metrics: Vec<Value> = scope.metrics.iter().map(metric).collect();
            json!({
                "scope": {
                    "name": scope.name.as_str(),
                    "version": scope.version.as_str(),
                    "attributes": attributes(&scope.attributes),
                },
                "schemaUrl": scope.schema_url.as_str(),
                "metrics": metrics,
            })
        });
        json!({
            "resource": {"attributes": attributes(&resource.attributes)},
            "scopeMetrics": scopes.collect::<Vec<_>>(),
        })
    });
    json!({"resourceMetrics": resources.collect::<Vec<_>>()})
}

fn attributes(attributes: &Attributes) -> Value {
    let pairs = attributes.iter().map(|(key, value)| {
        let value = match value {
            Attribute::Str(text) => json!({"stringValue": text.as_str()}),
            other => json!({"other": format!("{other:?}")}),
        };
        json!({"key": key.as_str(), "value": value})
    });
    pairs.collect()
}

fn metric(metric: &Metric) -> Value {
    let is_duration = metric.name.as_str() == "scrape_duration_seconds";
    let numbers = |points: &[NumberPoint]| -> Value {
        let points = points.iter().map(|point| {
            let mut fields = common(&point.common);
            match point.value {
                Number::Double(_) if is_duration => fields.insert("asDouble".into(), json!(0.0)),
                Number::Double(value) => fields.insert("asDouble".into(), float(value)),
                Number::Int(value) => fields.insert("asInt".into(), json!(value.to_string())),
                Number::None => None,
            };
            Value::Object(fields)
        });
        points.collect()
    };
    let temporality = |temporality: Temporality| temporality as u32;
    let (kind, data) = match &metric.data {
        Data::None => ("none", Value::Null),
        Data::Gauge(points) => ("gauge", json!({"dataPoints": numbers(points)})),
        Data::Sum {
            temporality: counts,
            monotonic,
            points,
        } => {
            let data = json!({
                "dataPoints": numbers(points),
                "aggregationTemporality": temporality(*counts),
                "isMonotonic": monotonic,
            });
            ("sum", data)
        }
        Data::Histogram {
            temporality: counts,
            points,
        } => {
            let points = points.iter().map(|point| {
                let mut fields = common(&point.common);
                let counts = point.bucket_counts.iter().map(u64::to_string);
                let bounds = point.bounds.iter().map(|bound| float(*bound));
                fields.insert("count".into(), json!(point.count.to_string()));
                fields.insert("bucketCounts".into(), counts.collect::<Vec<_>>().into());
                fields.insert("explicitBounds".into(), bounds.collect());
                if let Some(sum) = point.sum {
                    fields.insert("sum".into(), float(sum));
                }
                Value::Object(fields)
            });
            let points: Vec<Value> = points.collect();
            let data =
                json!({"dataPoints": points, "aggregationTemporality": temporality(*counts)});
            ("histogram", data)
        }
        Data::Summary(points) => {
            let points = points.iter().map(|point| {
                let mut fields = common(&point.common);
                let quantiles = point.quantiles.iter();
                let quantiles = quantiles.map(|(quantile, value)| {
                    json!({"quantile": float(*quantile), "value": float(*value)})
                });
                fields.insert("count".into(), json!(point.count.to_string()));
                fields.insert("sum".into(), float(point.sum));
                fields.insert("quantileValues".into(), quantiles.collect());
                Value::Object(fields)
            });
            ("summary", json!({"dataPoints": points.collect::<Vec<_>>()}))
        }
        Data::ExponentialHistogram { .. } => ("exponentialHistogram", Value::Null),
    };
    json!({
        "name": metric.name.as_str(),
        "description": metric.description.as_str(),
        "unit": metric.unit.as_str(),
        "metadata": attributes(&metric.metadata),
        kind: data,
    })
}

fn common(common: &Common) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("attributes".into(), attributes(&common.attributes));
    fields.insert(
        "startTimeUnixNano".into(),
        json!(common.start_ns.to_string()),
    );
    fields.insert("timeUnixNano".into(), json!(common.time_ns.to_string()));
    fields.insert("flags".into(), json!(common.flags));
    fields
}

fn float(value: f64) -> Value {
    if value.is_nan() {
        json!("NaN")
    } else if value.is_infinite() {
        json!(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        json!(value)
    }
}

/// Times by their order, what is zero left out, numbers as floats, lists of attributes by key.
pub(crate) fn canonical(lines: &Value) -> Value {
    let mut times = BTreeSet::new();
    find_times(lines, &mut times);
    let numbers = times.iter().enumerate();
    let names: BTreeMap<(usize, String), String> = numbers
        .map(|(at, time)| (time.clone(), format!("T{at}")))
        .collect();
    rewrite(lines, &names).unwrap_or(Value::Null)
}

fn is_time(key: &str) -> bool {
    key == "timeUnixNano" || key == "startTimeUnixNano"
}

/// Times of as many digits come in the order of their text.
fn time(value: &Value) -> (usize, String) {
    let text = value.as_str().unwrap_or_default();
    (text.len(), text.to_owned())
}

fn find_times(value: &Value, times: &mut BTreeSet<(usize, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| find_times(item, times)),
        Value::Object(fields) => {
            for (key, value) in fields {
                if is_time(key) && value != "0" {
                    times.insert(time(value));
                } else {
                    find_times(value, times);
                }
            }
        }
        _ => {}
    }
}

fn rewrite(value: &Value, times: &BTreeMap<(usize, String), String>) -> Option<Value> {
    match value {
        Value::Array(items) => {
            // A zero in a list stands for itself.
            let mut items: Vec<Value> = items
                .iter()
                .map(|item| match item.as_f64() {
                    Some(number) => json!(number),
                    None => rewrite(item, times).unwrap_or_else(|| item.clone()),
                })
                .collect();
            if items.iter().all(|item| item.get("key").is_some()) {
                items.sort_by_key(|item| item["key"].as_str().map(str::to_owned));
            }
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(fields) => {
            let mut rewritten = Map::new();
            for (key, value) in fields {
                let value = if is_time(key) {
                    times.get(&time(value)).map(|name| json!(name))
                } else if key == "asDouble" || key == "asInt" || key == "stringValue" {
                    Some(
                        value
                            .as_f64()
                            .map_or_else(|| value.clone(), |value| json!(value)),
                    )
                } else {
                    rewrite(value, times)
                };
                if let Some(value) = value {
                    rewritten.insert(key.clone(), value);
                }
            }
            Some(Value::Object(rewritten))
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap();
            (number != 0.0).then(|| json!(number))
        }
        Value::String(text) if text.is_empty() || text == "0" => None,
        Value::Bool(false) | Value::Null => None,
        other => Some(other.clone()),
    }
}

/// Every data point with all that stands around it, as one text each.
pub(crate) fn items(lines: &Value) -> BTreeSet<String> {
    let mut items = BTreeSet::new();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for (at, line) in list(lines).iter().enumerate() {
        for resource in list(&line["resourceMetrics"]) {
            for scope in list(&resource["scopeMetrics"]) {
                for mut metric in list(&scope["metrics"]) {
                    let mut points = Vec::new();
                    for (_, data) in metric.as_object_mut().unwrap() {
                        if let Some(own) = data.get_mut("dataPoints") {
                            points = list(own);
                            *own = Value::Null;
                        }
                    }
                    let (resource, scope) = (&resource["resource"], &scope["scope"]);
                    for (same, point) in points.iter().enumerate() {
                        let same = points[..same]
                            .iter()
                            .filter(|other| *other == point)
                            .count();
                        items.insert(format!("{at} {metric} {point} #{same} {resource} {scope}"));
                    }
                }
            }
        }
    }
    items
}
