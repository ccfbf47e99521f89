//! Expressions of `match_type: expr` against the real ones: recorded answers of two releases.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use meshctl::collector::attributes::Attributes;
use meshctl::collector::processors::filter::expr::Environment;
use meshctl::collector::processors::filter::expr::Program;
use meshctl::collector::value::Value;
use proptest::prop_assert;
use proptest::proptest;
use proptest::sample::select;
use serde_json::Value as Json;

/// What follows the name of what we refuse.
const REFUSED: &str = " is not simulated";

/// What our message starts with where the value is no truth value.
const NO_TRUTH: &str = "filter returned non-boolean value ";

/// How many recorded answers are refused by name, of two releases together: what the generator asks of it all
/// the same, and what random expressions make of types that expr-lang cannot know.
const REFUSED_ANSWERS: usize = 109;

fn recorded() -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/conformance/expr.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json[key].as_str().unwrap_or_default()
}

struct Point {
    id: String,
    name: String,
    kind: &'static str,
    attributes: Attributes,
}

fn value(json: &Json) -> Value {
    match json {
        Json::String(text) => Value::from(text.as_str()),
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Int(number.as_i64().unwrap()),
        Json::Array(_) => Value::List(Vec::new()),
        other => panic!("no value: {other}"),
    }
}

fn points(recorded: &Json) -> Vec<Point> {
    let points = recorded["points"].as_array().unwrap().iter();
    points
        .map(|point| Point {
            id: text(point, "id").to_owned(),
            name: text(point, "name").to_owned(),
            kind: match text(point, "type") {
                "gauge" => "Gauge",
                "sum" => "Sum",
                "histogram" => "Histogram",
                "exponential_histogram" => "ExponentialHistogram",
                "summary" => "Summary",
                other => panic!("no type: {other}"),
            },
            attributes: point["attributes"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(key, json)| (key.as_str(), value(json)))
                .collect(),
        })
        .collect()
}

/// Our answer, in the words of the recording; errors by their being there.
fn answer(program: &Program, point: &Point) -> Result<Json, String> {
    let environment = Environment {
        name: &point.name,
        kind: point.kind,
        attributes: &point.attributes,
    };
    match program.matches(&environment) {
        Ok(value) => Ok(Json::Bool(value)),
        Err(error) => match error.strip_prefix(NO_TRUTH) {
            Some(value) => Ok(serde_json::json!({ "value": value })),
            None => Err(error),
        },
    }
}

#[test]
fn expressions_say_what_the_real_ones_say() {
    let recorded = recorded();
    let points = points(&recorded);
    let cases = recorded["cases"].as_array().unwrap();
    let (mut faults, mut asked) = (Vec::new(), 0);
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases {
        for release in ["0.118.0", "0.156.0"] {
            asked += 1;
            let theirs = case.get("both").unwrap_or(&case[release]);
            let expression = text(case, "expression");
            let what = format!("{} {release}: {expression}", text(case, "id"));
            let compiled = Program::compile(expression, release.parse().unwrap());
            let program = match (compiled, theirs.get("compile_error")) {
                (Err(error), _) if error.ends_with(REFUSED) => {
                    *refused.entry(error).or_default() += 1;
                    continue;
                }
                (Err(_), Some(_)) => continue,
                (Err(error), None) => {
                    faults.push(format!("{what}\n  we refuse: {error}"));
                    continue;
                }
                (Ok(_), Some(error)) => {
                    faults.push(format!("{what}\n  it refuses: {error}"));
                    continue;
                }
                (Ok(program), None) => program,
            };
            for point in &points {
                let theirs = &theirs["results"][&point.id];
                match answer(&program, point) {
                    Ok(ours) if ours == *theirs => {}
                    Err(error) if error.ends_with(REFUSED) => {
                        *refused.entry(error).or_default() += 1;
                        break;
                    }
                    Err(_) if theirs.get("error").is_some() => {}
                    ours => {
                        let id = &point.id;
                        faults.push(format!("{what}\n  {id}: ours {ours:?}, theirs {theirs}"));
                        break;
                    }
                }
            }
        }
    }
    assert!(asked > 3000, "few questions: {asked}");
    let count = faults.len();
    assert!(
        faults.is_empty(),
        "{count} of {asked} differ:\n{}",
        faults.join("\n")
    );
    let count: usize = refused.values().sum();
    assert_eq!(count, REFUSED_ANSWERS, "refused by name: {refused:#?}");
}

/// The texts of the recording.
fn texts() -> Vec<String> {
    let recorded = recorded();
    let cases = recorded["cases"].as_array().unwrap().iter();
    let texts: Vec<String> = cases
        .map(|case| text(case, "expression").to_owned())
        .collect();
    assert!(texts.len() > 1000, "few expressions");
    texts
}

proptest! {
    #[test]
    fn no_expression_panics(
        left in select(texts()),
        right in select(texts()),
        between in select(&[" ", " and ", " == ", "] | len() + [", ") ?? (", "; "][..]),
        cut in 0_usize..60,
        release in select(&["0.118.0", "0.156.0"][..]),
    ) {
        let cut: String = right.chars().skip(cut).collect();
        let expression = format!("{left}{between}{cut}");
        match Program::compile(&expression, release.parse().unwrap()) {
            Err(error) => prop_assert!(!error.is_empty(), "{expression} is refused without a word"),
            Ok(program) => {
                for point in points(&recorded()) {
                    if let Err(error) = answer(&program, &point) {
                        prop_assert!(!error.is_empty(), "{expression} fails without a word");
                    }
                }
            }
        }
    }

    #[test]
    fn any_text_is_an_expression_or_not(text in r#"[\PC\n]{0,40}|[-a-c0-3 "'`(){}\[\].,:;?!=<>&|*/%#+]{0,30}"#) {
        for release in ["0.118.0", "0.156.0"] {
            if let Err(error) = Program::compile(&text, release.parse().unwrap()) {
                prop_assert!(!error.is_empty());
            }
        }
    }
}
