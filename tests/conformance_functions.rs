//! Converters against the real library: recorded values of two releases for the same calls.

#![cfg(test)]

mod recorded;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;

use meshctl::collector::attributes::Attributes;
use meshctl::collector::ottl::Context;
use meshctl::collector::ottl::Scene;
use meshctl::collector::ottl::ast::ArgumentValue;
use meshctl::collector::ottl::compile::Compiler;
use meshctl::collector::ottl::compile::Setting;
use meshctl::collector::ottl::function::Getter;
use meshctl::collector::ottl::function::Host;
use meshctl::collector::ottl::parser;
use meshctl::collector::ottl::val::ListKind;
use meshctl::collector::ottl::val::Moment;
use meshctl::collector::ottl::val::Val;
use meshctl::collector::value::Value;
use meshctl::collector::version::Version;
use proptest::prelude::Strategy;
use proptest::prop_assert;
use proptest::proptest;
use proptest::sample::select;
use recorded::answers;
use recorded::fixture;
use recorded::items;
use recorded::metrics;
use recorded::read;
use recorded::releases;
use recorded::report;
use recorded::text;
use serde_json::Value as Json;
use serde_json::json;

/// Converters of which calls are refused by name, how many recorded answers that are, and why.
const KNOWN: &[(&str, usize, &str)] = &[
    ("ConvertAttributesToElementsXML", 2, NAMESPACES),
    ("ConvertTextToElementsXML", 2, NAMESPACES),
    (
        "Decode",
        22,
        "hz-gb-2312 is no encoding of encoding_rs, which also differs on bytes that are no Shift JIS",
    ),
    (
        "Format",
        20,
        "a time as Go's source or by its fields, which tell `time.Local` from `time.UTC`",
    ),
    ("GetXML", 16, XPATH),
    ("InsertXML", 12, XPATH),
    ("ParseSimplifiedXML", 2, NAMESPACES),
    ("ParseXML", 2, NAMESPACES),
    ("RemoveXML", 8, XPATH),
];
const NAMESPACES: &str = "needs namespaces of XML";
const XPATH: &str = "needs positions and functions of XPath";

/// When the answers were recorded, 2026-11-21: a text that says no year is of that one.
const RECORDED_NS: i64 = 1_795_219_200_000_000_000;

/// Times in zones that are links since the database of 2024b, and fixed still in Debian's, where they were recorded.
const OLD_ZONES: &[&str] = &["fg0095", "fg0203", "fg0230", "fg0357", "fg0585"];

/// What follows the name of a converter that we refuse.
const REFUSED: &str = " is not simulated";

/// The value of `expression`, which stands where an editor's argument does, as it did when it was recorded.
fn compile(
    expression: &str,
    context: Context,
    version: Version,
) -> Result<Box<dyn Getter>, String> {
    let statement = parser::statement(&format!("capture({expression})"), version)
        .map_err(|fault| fault.message)?;
    let [argument] = statement.editor.arguments.as_slice() else {
        return Err("one argument is wanted".to_owned());
    };
    let ArgumentValue::Expr(expression) = &argument.value else {
        return Err("a value is wanted".to_owned());
    };
    let setting = Setting {
        host: Host::Transform,
        context,
        version,
        prefixed: false,
    };
    Compiler::new(setting)
        .getter(expression)
        .map_err(|fault| fault.message)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").unwrap();
        out
    })
}

/// A double as the recording writes it: those that JSON has no number for are texts.
fn double(value: f64) -> Json {
    match value {
        value if value.is_nan() => json!("NaN"),
        f64::INFINITY => json!("+Inf"),
        f64::NEG_INFINITY => json!("-Inf"),
        value => json!(value),
    }
}

/// What an attribute holds, without the names of types.
fn raw(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::Str(text) => json!(text.as_str()),
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Double(value) => double(*value),
        Value::Bytes(bytes) => json!({"bytes": hex(bytes)}),
        Value::List(items) => items.iter().map(raw).collect(),
        Value::Map(map) => raw_map(map),
    }
}

fn raw_map(map: &Attributes) -> Json {
    let pairs: BTreeMap<String, Json> = map
        .iter()
        .map(|(key, value)| (key.to_string(), raw(value)))
        .collect();
    Json::from_iter(pairs)
}

/// As Go's `RFC3339Nano`, whatever the year.
fn rfc3339(moment: &Moment) -> String {
    const DAY: i128 = 86_400;
    let ns = moment.ns + i128::from(moment.offset) * 1_000_000_000;
    let (seconds, fraction) = (ns.div_euclid(1_000_000_000), ns.rem_euclid(1_000_000_000));
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // Years begin in March here, so that the leap day is the last: Howard Hinnant's `civil_from_days`.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i128::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let sign = if year < 0 { "-" } else { "" };
    let mut out = format!(
        "{sign}{:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}",
        year.abs()
    );
    if fraction > 0 {
        let digits = format!("{fraction:09}");
        write!(out, ".{}", digits.trim_end_matches('0')).unwrap();
    }
    if moment.offset == 0 {
        return out + "Z";
    }
    let sign = if moment.offset < 0 { '-' } else { '+' };
    let minutes = moment.offset.abs() / 60;
    out + &format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// As Go's `Duration.String`.
fn go_duration(ns: i64) -> String {
    let (sign, ns) = (if ns < 0 { "-" } else { "" }, ns.unsigned_abs());
    let scaled = |unit: u64, name: &str| {
        let (mut whole, rest) = ((ns / unit).to_string(), ns % unit);
        if rest > 0 {
            let width = unit.ilog10() as usize;
            let digits = format!("{rest:0width$}");
            write!(whole, ".{}", digits.trim_end_matches('0')).unwrap();
        }
        format!("{sign}{whole}{name}")
    };
    match ns {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{ns}ns"),
        1_000..1_000_000 => scaled(1_000, "µs"),
        1_000_000..1_000_000_000 => scaled(1_000_000, "ms"),
        _ => {
            let minutes = ns / 60_000_000_000;
            let (hours, minutes) = (minutes / 60, minutes % 60);
            let rest = ns % 60_000_000_000;
            let mut seconds = (rest / 1_000_000_000).to_string();
            if rest % 1_000_000_000 > 0 {
                let digits = format!("{:09}", rest % 1_000_000_000);
                write!(seconds, ".{}", digits.trim_end_matches('0')).unwrap();
            }
            match (hours, minutes) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, _) => format!("{sign}{minutes}m{seconds}s"),
                _ => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// A value under the name that the recording has for its type in Go.
fn tagged(value: &Val) -> Json {
    match value {
        Val::Nil => json!({"nil": null}),
        Val::Bool(value) => json!({"bool": value}),
        Val::Int(value) => json!({"int": value}),
        Val::Float(value) => json!({"double": double(*value)}),
        Val::Str(text) => json!({"string": text.as_str()}),
        Val::Bytes(bytes) => json!({"bytes": hex(bytes)}),
        Val::Map(map) => json!({"map": raw_map(map)}),
        Val::Time(moment) => json!({"time": rfc3339(moment)}),
        Val::Duration(ns) => json!({"duration": go_duration(*ns)}),
        Val::Opaque(name) => json!({"other": name}),
        Val::List(list) => match list.kind {
            ListKind::Any => json!({"list": list.items.iter().map(tagged).collect::<Json>()}),
            ListKind::Slice => match value.to_value() {
                Ok(value) => json!({"slice": raw(&value)}),
                Err(error) => json!({"unwritable": error}),
            },
            ListKind::Texts => match value.to_value() {
                Ok(value) => json!({"strings": raw(&value)}),
                Err(error) => json!({"unwritable": error}),
            },
            _ => json!({"other": value.go_type()}),
        },
    }
}

/// Whether our value is the recorded one. Identifiers are arrays of bytes in Go; here they are bytes.
fn alike(ours: &Result<Val, String>, theirs: &Json) -> bool {
    match ours {
        Err(_) => theirs.get("error").is_some(),
        Ok(Val::Bytes(bytes)) if theirs.get("bytes").is_none() => match theirs {
            Json::Object(_) => {
                let id = theirs.get("trace_id").or_else(|| theirs.get("span_id"));
                id.map_or_else(
                    || theirs["other"] == "pprofile.ProfileID",
                    |id| *id == json!(hex(bytes)),
                )
            }
            _ => false,
        },
        Ok(value) => tagged(value) == *theirs,
    }
}

/// The converter that an expression calls.
fn head(expression: &str) -> &str {
    expression.split('(').next().unwrap_or_default()
}

#[test]
fn converters_return_what_the_real_library_returns() {
    let (mut faults, mut asked) = (Vec::new(), 0);
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for name in ["functions.json", "functions_generated.json"] {
        compare(&read(&fixture(name)), &mut faults, &mut asked, &mut refused);
    }
    report(&faults, asked);
    let known: BTreeMap<String, usize> = KNOWN
        .iter()
        .map(|(name, answers, _)| ((*name).to_owned(), *answers))
        .collect();
    assert_eq!(
        refused, known,
        "what is refused though the library knows it"
    );
}

/// Compares one recording; `refused` counts by converter.
fn compare(
    recorded: &Json,
    faults: &mut Vec<String>,
    asked: &mut usize,
    refused: &mut BTreeMap<String, usize>,
) {
    let releases = releases(recorded);
    let points = items(&recorded["data"], Context::Datapoint);
    let now = recorded["now"].as_i64();
    let now = now.map_or(RECORDED_NS, |seconds| seconds * 1_000_000_000);
    for case in recorded["cases"].as_array().unwrap() {
        let (id, expression) = (text(case, "id"), text(case, "expression"));
        assert_eq!(text(case, "context"), "datapoint");
        if OLD_ZONES.contains(&id) {
            continue;
        }
        for (version, answer) in answers(case, &releases) {
            *asked += 1;
            let what = format!("{id} {version} {expression}");
            let compiled = compile(expression, Context::Datapoint, version);
            let compiled = match (compiled, answer.get("compile_error")) {
                (Err(_), Some(_)) => continue,
                (Err(error), None) => {
                    match error.split_once(REFUSED) {
                        Some((before, "")) => {
                            let last = before.rsplit(' ').next().unwrap_or_default();
                            let named = last.starts_with(|one: char| one.is_ascii_uppercase());
                            let name = if named { last } else { head(expression) };
                            *refused.entry(name.to_owned()).or_default() += 1;
                        }
                        _ => faults.push(format!("{what}\n  we refuse: {error}")),
                    }
                    continue;
                }
                (Ok(_), Some(error)) => {
                    faults.push(format!("{what}\n  it refuses: {error}"));
                    continue;
                }
                (Ok(compiled), None) => compiled,
            };
            if answer.get("panic").is_some() {
                // The library stops at the first datapoint.
                let mut payload = metrics(&recorded["data"]);
                let (_, at) = points[0];
                if compiled.get(&Scene::new(&mut payload, at, now)).is_ok() {
                    faults.push(format!("{what}\n  it panics, we do not"));
                }
                continue;
            }
            let results = answer["results"].as_object();
            let Some(results) = results.filter(|results| !results.is_empty()) else {
                faults.push(format!("{what}\n  not a result: {answer}"));
                continue;
            };
            for (item, theirs) in results {
                let (_, at) = points.iter().find(|(id, _)| id == item).unwrap();
                let mut payload = metrics(&recorded["data"]);
                let ours = compiled.get(&Scene::new(&mut payload, *at, now));
                if alike(&ours, theirs) {
                    continue;
                }
                if matches!(&ours, Err(error) if error.ends_with(REFUSED)) {
                    *refused.entry(head(expression).to_owned()).or_default() += 1;
                } else {
                    let shown = ours.as_ref().map(tagged);
                    faults.push(format!("{what}\n  {item}: ours {shown:?}, theirs {theirs}"));
                }
                break;
            }
        }
    }
}

/// Values of every sort, and edges of them.
const VALUES: &[&str] = &[
    "nil",
    "true",
    "0",
    "-1",
    "9223372036854775807",
    "1.5",
    "\"\"",
    "\"a, b=c\"",
    "\"\u{e9}\u{1d11e}\u{0}%\"",
    "\"(?P<a>.*)\"",
    "\"%[3]*.[2]*[1]f %!\"",
    "0x00ff",
    "[]",
    "[nil, 1, 2.5, \"x\", [true]]",
    "{}",
    "{\"k\": {\"n\": [1]}}",
    "value_int",
    "attributes",
    "attributes[\"map\"]",
    "attributes[\"list\"]",
    "attributes[\"uni\"]",
    "Unix(-9223372036854775807, -1)",
    "Duration(\"-2562047h\")",
    "ParseJSON(\"{\\\"a\\\": [1e400, {}]}\")",
    "Values(attributes)",
    "Len",
];

/// The names of all converters that the recording asks about.
fn names() -> Vec<String> {
    let recorded = read(&fixture("functions.json"));
    let cases = recorded["cases"].as_array().unwrap().iter();
    let names: BTreeSet<String> = cases
        .filter_map(|case| text(case, "expression").split_once('('))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert!(names.len() > 50, "few converters");
    names.into_iter().collect()
}

proptest! {
    #[test]
    fn no_call_panics(
        name in select(names()),
        arguments in proptest::collection::vec(select(VALUES).prop_map(str::to_owned), 0..5),
        release in select(&["0.118.0", "0.156.0"][..]),
    ) {
        let recorded = read(&fixture("functions.json"));
        let expression = format!("{name}({})", arguments.join(", "));
        let version = release.parse().unwrap();
        let compiled = compile(&expression, Context::Datapoint, version);
        match compiled {
            Err(error) => prop_assert!(!error.is_empty(), "{expression} is refused without a word"),
            Ok(compiled) => {
                for (_, at) in items(&recorded["data"], Context::Datapoint) {
                    let mut payload = metrics(&recorded["data"]);
                    if let Err(error) = compiled.get(&Scene::new(&mut payload, at, 0)) {
                        prop_assert!(!error.is_empty(), "{expression} fails without a word");
                    }
                }
            }
        }
    }
}
