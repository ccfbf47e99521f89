//! OTTL against the real library: recorded answers of two releases for the same conditions and statements.

#![cfg(test)]

mod recorded;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use meshctl::collector::attributes::Attributes;
use meshctl::collector::ottl::Condition;
use meshctl::collector::ottl::Context;
use meshctl::collector::ottl::Scene;
use meshctl::collector::ottl::Statement;
use meshctl::collector::ottl::compile::Setting;
use meshctl::collector::ottl::function::Host;
use meshctl::collector::pdata::At;
use meshctl::collector::pdata::Data;
use meshctl::collector::pdata::Metrics;
use meshctl::collector::pdata::Number;
use meshctl::collector::position::Position;
use meshctl::collector::value::Value;
use recorded::answers;
use recorded::fixture;
use recorded::items;
use recorded::metrics;
use recorded::read;
use recorded::releases;
use recorded::report;
use recorded::text;
use serde_json::Value as Json;

fn fixtures(prefix: &str) -> Vec<Json> {
    let entries = fs::read_dir(fixture("")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let rest = name.strip_prefix(prefix);
        rest.is_some_and(|rest| rest == ".json" || rest == "_generated.json")
    });
    paths.sort();
    assert!(!paths.is_empty(), "no recording {prefix}");
    paths.iter().map(|path| read(path)).collect()
}

fn context(case: &Json) -> Context {
    match text(case, "context") {
        "metric" => Context::Metric,
        "datapoint" => Context::Datapoint,
        other => panic!("unknown context {other}"),
    }
}

/// What one condition comes to for an item: `true`, `false` or `error`.
fn outcome(result: &Result<bool, String>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(_) => "error".to_owned(),
    }
}

fn expected(answer: &Json) -> String {
    match answer {
        Json::Bool(value) => value.to_string(),
        _ => "error".to_owned(),
    }
}

/// Some time after the times in the questions, which ask whether they are before `Now()`: 2026-11-21.
const RECORDED_NS: i64 = 1_795_219_200_000_000_000;

#[test]
fn conditions_hold_where_the_real_library_says_so() {
    let (mut faults, mut asked) = (Vec::new(), 0);
    for recorded in fixtures("ottl") {
        let mut payload = metrics(&recorded["data"]);
        let releases = releases(&recorded);
        for case in recorded["cases"].as_array().unwrap() {
            let (id, condition) = (text(case, "id"), text(case, "condition"));
            for (version, answer) in answers(case, &releases) {
                asked += 1;
                let context = context(case);
                let compiled = Condition::compile(condition, Position::default(), context, version);
                let what = format!("{id} {version} {condition}");
                let refused = answer.get("compile_error");
                match (compiled, refused) {
                    (Err(_), Some(_)) => {}
                    (Err(error), None) => faults.push(format!("{what}\n  we refuse: {error}")),
                    (Ok(_), Some(error)) => faults.push(format!("{what}\n  it refuses: {error}")),
                    (Ok(compiled), None) if answer.get("panic").is_some() => {
                        // The library stops at the first such item, whichever that is.
                        let stops = items(&recorded["data"], context)
                            .into_iter()
                            .any(|(_, at)| {
                                compiled
                                    .eval(&Scene::new(&mut payload, at, RECORDED_NS))
                                    .is_err()
                            });
                        if !stops {
                            faults.push(format!("{what}\n  it panics, we do not"));
                        }
                    }
                    (Ok(compiled), None) => {
                        for (item, at) in items(&recorded["data"], context) {
                            let scene = Scene::new(&mut payload, at, RECORDED_NS);
                            let ours = compiled.eval(&scene);
                            let theirs = expected(&answer["results"][&item]);
                            if outcome(&ours) != theirs {
                                let answer = &answer["results"][&item];
                                let line = format!("  {item}: ours {ours:?}, theirs {answer}");
                                faults.push(format!("{what}\n{line}"));
                                break;
                            }
                        }
                    }
                }
            }
        }
    }
    report(&faults, asked);
}

/// The value of an attribute as the recording writes it.
fn json(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::Str(text) => Json::from(text.as_str()),
        Value::Bool(value) => Json::from(*value),
        Value::Int(value) => Json::from(*value),
        Value::Double(value) => Json::from(*value),
        Value::Bytes(bytes) => Json::from(bytes.to_vec()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(map) => map_json(map),
    }
}

fn map_json(map: &Attributes) -> Json {
    let pairs: BTreeMap<String, Json> = map
        .iter()
        .map(|(key, value)| (key.to_string(), json(value)))
        .collect();
    Json::from_iter(pairs)
}

/// All parts of an item that a recording shows.
fn parts(payload: &Metrics, at: At, context: Context) -> BTreeMap<&'static str, Json> {
    let resource = &payload.resources[at.resource];
    let metric = &resource.scopes[at.scope].metrics[at.metric];
    let mut parts = BTreeMap::from([
        ("resource", map_json(&resource.attributes)),
        ("name", Json::from(metric.name.as_str())),
        ("unit", Json::from(metric.unit.as_str())),
        ("description", Json::from(metric.description.as_str())),
    ]);
    if context == Context::Datapoint {
        let common = metric.data.common(at.point).unwrap();
        parts.insert("attributes", map_json(&common.attributes));
        if let Data::Gauge(points) | Data::Sum { points, .. } = &metric.data {
            match points[at.point].value {
                Number::Double(value) => parts.insert("value_double", Json::from(value)),
                Number::Int(value) => parts.insert("value_int", Json::from(value)),
                Number::None => None,
            };
        }
    }
    parts
}

/// The parts that changed; `null` for one that is gone.
fn changes(
    before: &BTreeMap<&'static str, Json>,
    after: &BTreeMap<&'static str, Json>,
) -> BTreeMap<String, Json> {
    let mut changed = BTreeMap::new();
    for (part, value) in after {
        if before.get(part) != Some(value) {
            changed.insert((*part).to_owned(), value.clone());
        }
    }
    for part in before.keys() {
        if !after.contains_key(part) {
            changed.insert((*part).to_owned(), Json::Null);
        }
    }
    changed
}

/// Whether two recorded values are equal; numbers are, however they are written.
fn alike(ours: &Json, theirs: &Json) -> bool {
    match (ours, theirs) {
        (Json::Number(ours), Json::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Json::Array(ours), Json::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|(ours, theirs)| alike(ours, theirs))
        }
        (Json::Object(ours), Json::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .all(|(key, ours)| theirs.get(key).is_some_and(|theirs| alike(ours, theirs)))
        }
        _ => ours == theirs,
    }
}

#[test]
fn statements_change_what_the_real_library_changes() {
    let (mut faults, mut asked) = (Vec::new(), 0);
    for recorded in fixtures("ottl_statements") {
        let releases = releases(&recorded);
        for case in recorded["cases"].as_array().unwrap() {
            let (id, statement) = (text(case, "id"), text(case, "statement"));
            for (version, answer) in answers(case, &releases) {
                asked += 1;
                let context = context(case);
                let setting = Setting {
                    host: Host::Transform,
                    context,
                    version,
                    prefixed: false,
                };
                let compiled = Statement::compile(statement, Position::default(), setting);
                let what = format!("{id} {version} {statement}");
                match (compiled, answer.get("compile_error")) {
                    (Err(_), Some(_)) => {}
                    (Err(error), None) => faults.push(format!("{what}\n  we refuse: {error}")),
                    (Ok(_), Some(error)) => faults.push(format!("{what}\n  it refuses: {error}")),
                    (Ok(compiled), None) => {
                        let mut payload = metrics(&recorded["data"]);
                        for (item, at) in items(&recorded["data"], context) {
                            let before = parts(&payload, at, context);
                            let ours = compiled.execute(&mut Scene::new(&mut payload, at, 0));
                            let changed = changes(&before, &parts(&payload, at, context));
                            let theirs = &answer["results"][&item];
                            let equal = match (&ours, theirs) {
                                (Ok(false), Json::Bool(false)) | (Err(_), Json::String(_)) => true,
                                (Ok(true), Json::Object(_)) => {
                                    alike(&Json::from_iter(changed.clone()), theirs)
                                }
                                _ => false,
                            };
                            if !equal {
                                let line =
                                    format!("  {item}: ours {ours:?} {changed:?}, theirs {theirs}");
                                faults.push(format!("{what}\n{line}"));
                                break;
                            }
                        }
                    }
                }
            }
        }
    }
    report(&faults, asked);
}
