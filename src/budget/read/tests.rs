use super::*;
use crate::budget::Scope;
use crate::budget::policy::Allowed;
use crate::budget::policy::Rule;

const FINDINGS: [&str; 3] = [
    "grpc/hidden-from-http",
    "grpc/hidden-from-mesh",
    "labels/unbounded",
];

/// Every key that there is.
pub(super) const EVERYTHING: &str = include_str!("everything.yaml");

fn read(text: &str) -> Result<Policy, ConfigError> {
    super::read(text, &FINDINGS)
}

fn wrong(text: &str) -> String {
    let error = read(text).unwrap_err();
    let help = error.help.unwrap_or_default();
    format!(
        "{}:{}: {} ({help})",
        error.at.line, error.at.column, error.message
    )
}

fn limits(policy: &Policy) -> Vec<(Scope, Option<f64>, Option<f64>)> {
    let budgets = policy.budgets.iter();
    let limits = budgets.filter_map(|budget| match budget.rule {
        Rule::Limit { warn, fail, .. } => Some((budget.scope, warn, fail)),
        _ => None,
    });
    limits.collect()
}

#[test]
fn every_key_is_read() {
    let policy = read(EVERYTHING).unwrap();
    assert_eq!(policy.sources, ["dumps/", "web.prom"]);
    assert_eq!(policy.min_targets, Some(30));
    assert_eq!(policy.fail_on, Some(Level::Medium));
    assert_eq!(policy.baseline.as_deref(), Some("meshctl-baseline.json"));
    assert_eq!(policy.budgets.len(), 21);
    let collector = policy.collector.unwrap();
    assert_eq!(collector.files, ["otel.yaml"]);
    assert_eq!(
        collector.environment,
        [("CLUSTER".to_owned(), "blue".to_owned())]
    );
    assert_eq!(policy.growth.new_families, Verdict::Fail);
    assert!(policy.growth.ratchet);
    assert_eq!(policy.severities.len(), 2);
    assert_eq!(policy.ignores.len(), 1);
}

#[test]
fn a_number_fails_and_a_map_says_both() {
    let policy = read("version: 1\nbudgets:\n  total:\n    series: 250_000\n").unwrap();
    assert_eq!(limits(&policy), [(Scope::Total, None, Some(250_000.0))]);
    let policy =
        read("version: 1\nbudgets:\n  total:\n  - bytes: {warn: 1KiB, fail: 1MiB}\n").unwrap();
    assert_eq!(
        limits(&policy),
        [(Scope::Total, Some(1024.0), Some(1_048_576.0))]
    );
    let text = "version: 1\nbudgets:\n  edges:\n  - to: shop/*\n    hidden_failures: {warn: 0.5%, fail: 0.02}\n";
    assert_eq!(
        limits(&read(text).unwrap()),
        [(Scope::Edge, Some(0.005), Some(0.02))]
    );
}

#[test]
fn growth_is_a_percentage_or_a_map() {
    let policy =
        read("version: 1\ngrowth:\n  total: 5%\n  labels: {values: 10, at_least: 2}\n").unwrap();
    let total = policy.growth.total.unwrap();
    assert_eq!((total.share, total.absolute), (Some(0.05), None));
    let labels = policy.growth.labels.unwrap();
    let Allowed {
        share,
        absolute,
        at_least,
        ..
    } = labels;
    assert_eq!((share, absolute, at_least), (None, Some(10), 2));
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (text, said) in [
        (
            "budgets: {}\n",
            "1:1: a budget file says which version of its format it is written in (write `version: 1` in its first line)",
        ),
        (
            "version: 2\n",
            "1:10: version 2 is not known (this program reads version 1)",
        ),
        (
            "version: 1\nbudget: {}\n",
            "2:1: a budget file has no key `budget` (did you mean `budgets`?)",
        ),
        (
            "version: 1\nbudgets:\n  total: {at: scrape}\n",
            "3:10: an entry of `total` that limits nothing (give it one of: series, bytes, samples_per_second, labels_per_series)",
        ),
        (
            "version: 1\nbudgets:\n  families: [{series: 1}]\n",
            "3:14: which family is it about? (write `match: NAME`; `*` stands for any text)",
        ),
        (
            "version: 1\nbudgets:\n  families: [{match: '[', series: 1}]\n",
            "3:22: `[` is not a glob: unclosed character class; missing ']' (`*` stands for any text, `?` for one character, `{a,b}` for either)",
        ),
        (
            "version: 1\nbudgets:\n  total: {series: many}\n",
            "3:19: a limit must be a whole number from 0 on, not `many` (write it like 250000 or 250_000)",
        ),
        (
            "version: 1\nbudgets:\n  total: {series: -1}\n",
            "3:19: a limit must be a whole number from 0 on, not `-1` (write it like 250000 or 250_000)",
        ),
        (
            "version: 1\nbudgets:\n  total: {samples_per_second: .nan}\n",
            "3:31: `.nan` is no limit of samples_per_second (write it like 1000 or 0.5)",
        ),
        (
            "version: 1\nbudgets:\n  total: {bytes: 1 elephant}\n",
            "3:18: `1 elephant` is no limit of body_bytes (write it like 1MiB, 64KiB or 4096)",
        ),
        (
            "version: 1\nbudgets:\n  total: {series: {warn: 2, fail: 1}}\n",
            "3:19: it fails before it warns: `warn` is above `fail` ()",
        ),
        (
            "version: 1\nbudgets:\n  total: {series: {}}\n",
            "3:19: a limit without a number (write `fail: NUMBER`, `warn: NUMBER`, or both)",
        ),
        (
            "version: 1\nbudgets:\n  edges: {hidden_failures: 120%}\n",
            "3:28: `120%` is no limit of hidden_failure_ratio (write it like 1% or 0.01)",
        ),
        (
            "version: 1\ngrowth: {total: 5}\n",
            "2:17: growth is a percentage, not `5` (write it like 5% or 0%)",
        ),
        (
            "version: 1\ngrowth: {new_families: never}\n",
            "2:24: `never` is not a verdict (there are: allow, warn, fail)",
        ),
        (
            "version: 1\nfail_on: hgh\n",
            "2:10: `hgh` is not a severity (did you mean `high`?)",
        ),
        (
            "version: 1\nseverities: {labels/unbound: low}\n",
            "2:14: there is no finding `labels/unbound` (did you mean `labels/unbounded`?)",
        ),
        (
            "version: 1\nseverities: {'nothing/*': low}\n",
            "2:14: there is no finding `nothing/*` (`meshctl explain` lists them all)",
        ),
        (
            "version: 1\nignore: [{finding: grpc/*}]\n",
            "2:10: why is grpc/* to be ignored? (write `reason: …`, best with the number of a ticket)",
        ),
        (
            "version: 1\nignore: [{finding: grpc/*, reason: x, until: soon}]\n",
            "2:46: `soon` is not a day (write it like 2026-12-31: the last day that it is ignored)",
        ),
        (
            "version: 1\ncollector: {version: 0.118.0}\n",
            "2:12: `collector` names no file (write `files: otel.yaml`)",
        ),
        (
            "version: 1\nscrape_interval: 0s\n",
            "2:18: a scrape interval must be longer than nothing ()",
        ),
    ] {
        assert_eq!(wrong(text), said, "{text}");
    }
}

#[test]
fn a_key_that_stands_twice_and_broken_yaml_are_errors() {
    assert!(wrong("version: 1\nversion: 1\n").starts_with("2:1: "));
    assert!(wrong("version: 1\nbudgets: [\n").contains(':'));
    assert!(wrong("- 1\n").starts_with("1:1: a budget file must be a map"));
}

/// The published schema knows the same keys, no more and no less.
#[test]
fn the_schema_and_the_reader_know_the_same_keys() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../docs/schema/meshctl.schema.json")).unwrap();
    let mut maps = Vec::new();
    collect(&schema, &mut maps);
    assert!(maps.len() >= 20, "{} maps", maps.len());
    for (path, keys) in maps {
        let title = path.as_str();
        let text = probe(title);
        let said = read(&text).unwrap_err().help.unwrap_or_default();
        let known = said
            .strip_prefix("its keys are: ")
            .unwrap_or_else(|| panic!("{title}: {said}"));
        let mut known: Vec<&str> = known.split(", ").collect();
        known.sort_unstable();
        assert_eq!(known, keys, "{title}");
    }
}

/// Every map of the schema that has a title, with its keys.
fn collect(schema: &serde_json::Value, maps: &mut Vec<(String, Vec<String>)>) {
    match schema {
        serde_json::Value::Object(entries) => {
            if let (Some(title), Some(properties)) =
                (entries.get("title"), entries.get("properties"))
            {
                assert_eq!(
                    entries.get("additionalProperties"),
                    Some(&serde_json::json!(false)),
                    "{title}"
                );
                let mut keys: Vec<String> =
                    properties.as_object().unwrap().keys().cloned().collect();
                keys.sort_unstable();
                maps.push((title.as_str().unwrap().to_owned(), keys));
            }
            entries.values().for_each(|value| collect(value, maps));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|value| collect(value, maps)),
        _ => {}
    }
}

/// A file with an unknown key in the map of this title.
fn probe(title: &str) -> String {
    const X: &str = "{zzzzzzzzzzzz: 1}";
    let entry = |path: &str| {
        let mut text = X.to_owned();
        for key in path.split('.').rev() {
            text = format!("{{{key}: {text}}}");
        }
        text
    };
    match title {
        "budget file" => "{version: 1, zzzzzzzzzzzz: 1}".to_owned(),
        "families" | "labels" | "targets" | "namespaces" | "workloads" => {
            format!("{{version: 1, budgets: {{{title}: {{match: a, zzzzzzzzzzzz: 1}}}}}}")
        }
        "total" | "names" | "edges" => format!("{{version: 1, budgets: {}}}", entry(title)),
        "series" | "bytes" | "samples_per_second" | "labels_per_series" => {
            format!("{{version: 1, budgets: {{total: {}}}}}", entry(title))
        }
        "values" => format!("{{version: 1, budgets: {{labels: {{match: a, values: {X}}}}}}}"),
        "hidden_failures" => {
            format!("{{version: 1, budgets: {{edges: {{hidden_failures: {X}}}}}}}")
        }
        "growth of series" => format!("{{version: 1, growth: {{total: {X}}}}}"),
        "growth of values" => format!("{{version: 1, growth: {{labels: {X}}}}}"),
        "collector" | "budgets" | "growth" => format!("{{version: 1, {}", &entry(title)[1..]),
        "ignore" => {
            "{version: 1, ignore: [{finding: labels/unbounded, reason: x, zzzzzzzzzzzz: 1}]}"
                .to_owned()
        }
        other => panic!("no probe for `{other}`"),
    }
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../docs/schema/meshctl.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let value = json(&yaml::parse(EVERYTHING, Origin::File(0)).unwrap());
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

fn json(node: &Node) -> serde_json::Value {
    match &node.kind {
        Kind::Null => serde_json::Value::Null,
        Kind::Bool(value, _) => (*value).into(),
        Kind::Int(value, _) => (*value).into(),
        Kind::Float(value, _) => (*value).into(),
        Kind::String(text) => text.clone().into(),
        Kind::List(items) => items.iter().map(json).collect(),
        Kind::Map(entries) => {
            let entries = entries.iter();
            entries
                .map(|entry| (entry.key.clone(), json(&entry.value)))
                .collect()
        }
    }
}
