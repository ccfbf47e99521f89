//! What becomes of `$` is what became of it in thirteen releases of the real Collector, and what a scalar means
//! is what it means to the YAML library it has.

#![cfg(test)]

use std::collections::BTreeMap;

use meshctl::collector::confmap;
use meshctl::collector::confmap::Sources;
use meshctl::collector::position::Position;
use meshctl::collector::version::Version;
use meshctl::collector::yaml;
use meshctl::collector::yaml::Entry;
use meshctl::collector::yaml::Kind;
use meshctl::collector::yaml::Node;
use meshctl::collector::yaml::Origin;
use serde_json::Value;

const RECORDED: &str = include_str!("../fixtures/conformance/confmap.json");

/// What is known to have been recorded: an empty file would compare well.
const QUESTIONS: usize = 112;
const RELEASES: usize = 13;

const SCALARS: &str = include_str!("../fixtures/conformance/yaml_scalars.json");
const SCALARS_RECORDED: usize = 236;

#[test]
fn every_recorded_string_is_resolved_as_recorded() {
    let recorded: Value = serde_json::from_str(RECORDED).unwrap();
    let environment: BTreeMap<String, String> =
        serde_json::from_value(recorded["environment"].clone()).unwrap();
    let mut compared = 0;
    let mut faults = Vec::new();
    for case in recorded["cases"].as_array().unwrap() {
        for answer in case["answers"].as_array().unwrap() {
            for version in answer["versions"].as_array().unwrap() {
                let version: Version = version.as_str().unwrap().parse().unwrap();
                let ours = resolve(case, &environment, version);
                let theirs = match answer.get("error") {
                    Some(error) => Err(error.as_str().unwrap().to_owned()),
                    None => Ok(answer["value"].clone()),
                };
                compared += 1;
                if ours != theirs {
                    let (id, value) = (&case["id"], &case["value"]);
                    faults.push(format!(
                        "{id} {value} {version}\n  ours   {ours:?}\n  theirs {theirs:?}"
                    ));
                }
            }
        }
    }
    assert_eq!(compared, QUESTIONS * RELEASES);
    assert!(
        faults.is_empty(),
        "{} of {compared}:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn every_scalar_means_what_it_means_to_the_library_of_the_collector() {
    let recorded: Value = serde_json::from_str(SCALARS).unwrap();
    let scalars = recorded["scalars"].as_array().unwrap();
    assert_eq!(scalars.len(), SCALARS_RECORDED);
    let mut faults = Vec::new();
    for scalar in scalars {
        let (text, kind) = (
            scalar["text"].as_str().unwrap(),
            scalar["kind"].as_str().unwrap(),
        );
        let document = format!("a: {text}\n");
        let ours =
            yaml::parse(&document, Origin::File(0)).map(|root| root.get("a").unwrap().kind.clone());
        let value = scalar["value"].as_str();
        let same = match (&ours, kind) {
            // A point in time stays the text it was.
            (Ok(Kind::Null), "null") | (Err(_), "error") | (Ok(Kind::String(_)), "time") => true,
            (Ok(Kind::Bool(ours, _)), "bool") => scalar["value"] == *ours,
            (Ok(Kind::Int(ours, _)), "int") => value == Some(&ours.to_string()),
            // Beyond 63 bits ours are no whole numbers any more.
            (Ok(Kind::Float(ours, _)), "int") => {
                let theirs: u64 = value.unwrap().parse().unwrap();
                theirs > i64::MAX as u64 && ours.to_bits() == (theirs as f64).to_bits()
            }
            (Ok(Kind::Float(ours, _)), "float") => {
                let theirs: f64 = value.unwrap().parse().unwrap();
                ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan())
            }
            (Ok(Kind::String(ours)), "string") => value == Some(ours),
            _ => false,
        };
        if !same {
            faults.push(format!("{scalar}\n  ours {ours:?}"));
        }
    }
    assert!(
        faults.is_empty(),
        "{}:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// The value, or the first line of the error.
fn resolve(
    case: &Value,
    environment: &BTreeMap<String, String>,
    version: Version,
) -> Result<Value, String> {
    let node = |kind| Node {
        kind,
        at: Position::default(),
    };
    let written = node(Kind::String(case["value"].as_str().unwrap().to_owned()));
    let value = match case["place"].as_str().unwrap() {
        "list" => node(Kind::List(vec![written])),
        "map" => written,
        other => panic!("no such place: {other}"),
    };
    let root = node(Kind::Map(vec![Entry {
        key: "key".to_owned(),
        key_at: Position::default(),
        value,
    }]));
    let env = |name: &str| environment.get(name).cloned();
    let sources = Sources {
        env: &env,
        read_file: None,
    };
    let mut notices = Vec::new();
    let resolved = confmap::resolve(&root, sources, version, &mut notices)
        .map_err(|error| error.message.lines().next().unwrap().to_owned())?;
    let json = json(resolved.get("key").unwrap());
    Ok(match json {
        Value::Array(mut items) => items.swap_remove(0),
        other => other,
    })
}

fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(value, _) => (*value).into(),
        Kind::Int(value, _) => (*value).into(),
        Kind::Float(value, _) => (*value).into(),
        Kind::String(text) => text.clone().into(),
        Kind::List(items) => items.iter().map(json).collect(),
        Kind::Map(entries) => {
            let entries = entries
                .iter()
                .map(|entry| (entry.key.clone(), json(&entry.value)));
            Value::Object(entries.collect())
        }
    }
}
