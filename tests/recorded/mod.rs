//! The payload that the recordings of OTTL ask about, and their answers by release.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use meshctl::collector::attributes::Attributes;
use meshctl::collector::ottl::Context;
use meshctl::collector::pdata::At;
use meshctl::collector::pdata::Common;
use meshctl::collector::pdata::Data;
use meshctl::collector::pdata::HistogramPoint;
use meshctl::collector::pdata::Metric;
use meshctl::collector::pdata::Metrics;
use meshctl::collector::pdata::Number;
use meshctl::collector::pdata::NumberPoint;
use meshctl::collector::pdata::ResourceMetrics;
use meshctl::collector::pdata::ScopeMetrics;
use meshctl::collector::pdata::SummaryPoint;
use meshctl::collector::pdata::Temporality;
use meshctl::collector::value::Value;
use meshctl::collector::version::Version;
use serde_json::Value as Json;

/// An item and its name in the recording.
pub(crate) type Item = (String, At);

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/conformance")
        .join(name)
}

pub(crate) fn read(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn value(key: &str, json: &Json) -> Value {
    match json {
        Json::Null => Value::Empty,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => {
            let float = number.as_f64().unwrap();
            if key.starts_with("dbl") || float.fract() != 0.0 {
                Value::Double(float)
            } else {
                Value::Int(float as i64)
            }
        }
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::List(items.iter().map(|item| value(key, item)).collect()),
        Json::Object(_) => Value::Map(attributes(json)),
    }
}

fn attributes(json: &Json) -> Attributes {
    let pairs = json.as_object().unwrap().iter();
    pairs
        .map(|(key, json)| (key.as_str(), value(key, json)))
        .collect()
}

pub(crate) fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json[key].as_str().unwrap_or_default()
}

fn floats(json: &Json) -> Vec<f64> {
    let items = json.as_array().unwrap().iter();
    items.map(|item| item.as_f64().unwrap()).collect()
}

fn common(point: &Json) -> Common {
    Common {
        attributes: attributes(&point["attributes"]),
        flags: point["flags"].as_u64().unwrap_or_default() as u32,
        ..Common::default()
    }
}

fn number(point: &Json) -> NumberPoint {
    let value = match (point["value_double"].as_f64(), point["value_int"].as_i64()) {
        (Some(value), _) => Number::Double(value),
        (None, Some(value)) => Number::Int(value),
        (None, None) => Number::None,
    };
    NumberPoint {
        common: common(point),
        value,
    }
}

fn data(metric: &Json) -> Data {
    let points = metric["points"].as_array().unwrap().iter();
    let temporality = Temporality::Cumulative;
    match text(metric, "type") {
        "gauge" => Data::Gauge(points.map(number).collect()),
        "sum" => Data::Sum {
            temporality,
            monotonic: metric["monotonic"].as_bool().unwrap(),
            points: points.map(number).collect(),
        },
        "histogram" => Data::Histogram {
            temporality,
            points: points
                .map(|point| HistogramPoint {
                    common: common(point),
                    count: point["count"].as_u64().unwrap(),
                    sum: point["sum"].as_f64(),
                    bounds: floats(&point["explicit_bounds"]).into(),
                    bucket_counts: floats(&point["bucket_counts"])
                        .iter()
                        .map(|count| *count as u64)
                        .collect(),
                    ..HistogramPoint::default()
                })
                .collect(),
        },
        "summary" => Data::Summary(
            points
                .map(|point| SummaryPoint {
                    common: common(point),
                    count: point["count"].as_u64().unwrap(),
                    sum: point["sum"].as_f64().unwrap(),
                    quantiles: point["quantiles"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|pair| (floats(pair)[0], floats(pair)[1]))
                        .collect(),
                })
                .collect(),
        ),
        other => panic!("unknown type {other}"),
    }
}

pub(crate) fn metrics(json: &Json) -> Metrics {
    let metric = |metric: &Json| Metric {
        name: text(metric, "name").into(),
        description: text(metric, "description").into(),
        unit: text(metric, "unit").into(),
        data: data(metric),
        ..Metric::default()
    };
    Metrics {
        resources: vec![ResourceMetrics {
            attributes: attributes(&json["resource"]),
            scopes: vec![ScopeMetrics {
                name: text(json, "scope_name").into(),
                version: text(json, "scope_version").into(),
                metrics: json["metrics"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(metric)
                    .collect(),
                ..ScopeMetrics::default()
            }],
        }],
    }
}

pub(crate) fn items(json: &Json, context: Context) -> Vec<Item> {
    let mut items = Vec::new();
    for (metric, recorded) in json["metrics"].as_array().unwrap().iter().enumerate() {
        let at = At {
            metric,
            ..At::default()
        };
        if context == Context::Metric {
            items.push((text(recorded, "id").to_owned(), at));
            continue;
        }
        for (point, recorded) in recorded["points"].as_array().unwrap().iter().enumerate() {
            items.push((text(recorded, "id").to_owned(), At { point, ..at }));
        }
    }
    items
}

/// The releases asked, each with its answer; `releases` are those that `both` stands for.
pub(crate) fn answers<'a>(case: &'a Json, releases: &[String]) -> Vec<(Version, &'a Json)> {
    let mut answers = Vec::new();
    for release in releases {
        let answer = case.get(release).or_else(|| case.get("both"));
        answers.push((
            release.parse().unwrap(),
            answer.expect("every release answers"),
        ));
    }
    answers
}

/// The releases of a recording: the keys of its cases that are numbers.
pub(crate) fn releases(recorded: &Json) -> Vec<String> {
    let mut releases: Vec<String> = Vec::new();
    for case in recorded["cases"].as_array().unwrap() {
        for key in case.as_object().unwrap().keys() {
            if key.parse::<Version>().is_ok() && !releases.contains(key) {
                releases.push(key.clone());
            }
        }
    }
    assert!(releases.len() > 1, "a recording holds two releases");
    releases
}

pub(crate) fn report(faults: &[String], asked: usize) {
    assert!(asked > 0, "nothing was asked");
    assert!(
        faults.is_empty(),
        "{} of {asked} differ:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
