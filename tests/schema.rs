//! Holds the published JSON Schema against the code that makes it and against real output.
#![cfg(test)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use meshctl::census::Census;
use meshctl::census::FamilyCount;
use meshctl::census::FamilyLabel;
use meshctl::census::LabelCount;
use meshctl::census::Redundancy;
use meshctl::census::Spread;
use meshctl::census::TargetCount;
use meshctl::census::ValueCount;
use meshctl::census::class::ValueClass;
use meshctl::collector::decode::Notice;
use meshctl::collector::plan;
use meshctl::collector::plan::Layout;
use meshctl::collector::plan::StageKind;
use meshctl::collector::position::Position;
use meshctl::collector::trace::Rule;
use meshctl::exposition::FamilyType;
use meshctl::findings::Finding;
use meshctl::findings::Marks;
use meshctl::findings::Severity;
use meshctl::findings::Subject;
use meshctl::report;
use meshctl::report::Command;
use meshctl::report::Compared;
use meshctl::report::Format;
use meshctl::report::Style;
use meshctl::report::VerifiedEdit;
use meshctl::report::View;
use meshctl::source::Failure;
use meshctl::source::Skip;
use meshctl::survey::Coverage;
use meshctl::survey::First;
use meshctl::survey::Followed;
use meshctl::survey::RejectedLine;
use meshctl::survey::Simulated;
use meshctl::survey::Survey;
use meshctl::survey::TargetRejects;
use meshctl::survey::Watch;
use meshctl::waterfall::Arriving;
use meshctl::waterfall::ArrivingLabel;
use meshctl::waterfall::Clause;
use meshctl::waterfall::Count;
use meshctl::waterfall::Dropped;
use meshctl::waterfall::DroppedTargets;
use meshctl::waterfall::Failed;
use meshctl::waterfall::Flow;
use meshctl::waterfall::Gone;
use meshctl::waterfall::Here;
use meshctl::waterfall::LabelSpread;
use meshctl::waterfall::Lost;
use meshctl::waterfall::Passage;
use meshctl::waterfall::Relabeling;
use meshctl::waterfall::Renamed;
use meshctl::waterfall::Selector;
use meshctl::waterfall::StageFlow;
use meshctl::waterfall::Way;
use meshctl::waterfall::difference::Difference;
use meshctl::waterfall::difference::Lone;
use meshctl::waterfall::difference::Shared;
use serde_json::Value;

/// To write the files anew: `cargo test --test schema -- the_published_schema regenerate`.
#[test]
fn the_published_schema_is_the_one_the_code_makes() {
    for (name, schema) in [
        ("audit", report::schema()),
        ("check", report::check_schema()),
        ("compare", report::comparison_schema()),
        ("diff", report::difference_schema()),
        ("edges", report::edges_schema()),
        ("grpc", report::grpc_schema()),
        ("explain", report::explanation_schema()),
        ("latency", report::latency_schema()),
    ] {
        let file = format!("docs/schema/{name}.schema.json");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
        let made = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        if std::env::args().any(|argument| argument == "regenerate") {
            fs::write(&path, &made).unwrap();
        }
        let published = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            made == published,
            "{file} is out of date; run \
             `cargo test --test schema -- the_published_schema regenerate`"
        );
    }
}

fn assert_valid(schema: &Value, document: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(document)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn a_comparison_is_valid_whether_or_not_it_differs() {
    let count = Count {
        series: 3,
        data_points: 2,
        body_bytes: 1,
    };
    let lone = |name: &str| Lone {
        name: name.to_owned(),
        count,
        reason: "never there".to_owned(),
    };
    let differs = Difference {
        both: vec![Shared {
            name: "up".to_owned(),
            left: count,
            right: count,
            same_series: false,
        }],
        only_left: vec![lone("a")],
        only_right: vec![lone("b")],
    };
    let edit = VerifiedEdit {
        side: "left",
        stage: "filter".to_owned(),
        place: Some("otel.yaml:1:2".to_owned()),
        before: "a".to_owned(),
        after: "b".to_owned(),
    };
    for (difference, edits) in [(differs, vec![edit]), (Difference::default(), Vec::new())] {
        let compared = Compared {
            left: "otel.yaml",
            right: "up",
            difference: &difference,
            edits: &edits,
            no_edit: None,
            interval: Duration::from_secs(30),
            targets: 1,
        };
        let mut out = Vec::new();
        report::write_difference(&compared, &STYLE, Format::Json, &mut out).unwrap();
        let document = serde_json::from_slice(&out).unwrap();
        assert_valid(&report::difference_schema(), &document);
    }
}

#[test]
fn an_explanation_is_valid_for_a_name_a_series_and_nothing() {
    let name = Watch::Name("response_total".to_owned());
    let series = Watch::Series(Selector::parse("response_total{a=\"b\"}").unwrap());
    let mut simulated = simulated();
    let mut explained = |watch: &Watch, followed: Option<Followed>| {
        simulated.followed = followed;
        let simulated = std::slice::from_ref(&simulated);
        let mut out = Vec::new();
        report::write_explanation(simulated, "asked", watch, &STYLE, Format::Json, &mut out)
            .unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        assert_valid(&report::explanation_schema(), &document);
        document
    };
    let document = explained(&name, None);
    assert_eq!(document["pipelines"][0]["stages"][0]["outcome"], "kept");
    let here = Here {
        name: "response_total".to_owned(),
        kind: "sum",
        labels: vec![("a".to_owned(), "b".to_owned())],
        resource: vec![("service.name".to_owned(), "mesh".to_owned())],
    };
    let passage = |here: Vec<Here>| Passage {
        reached: true,
        here,
        dropped: vec![Gone {
            rule: Some(0),
            reason: "because".to_owned(),
        }],
        failed: vec![(0, "no such attribute".to_owned())],
        relabeling: vec![Relabeling {
            rule: 0,
            value: "x".to_owned(),
            matched: None,
            changes: vec![("a".to_owned(), None, Some("b".to_owned()))],
            dropped: true,
        }],
        metric: Some("response_total".to_owned()),
        clauses: vec![Clause {
            rule: 0,
            depth: 0,
            text: "true".to_owned(),
            outcome: "true".to_owned(),
            reached: true,
            why: Some("because".to_owned()),
        }],
    };
    let way = Way {
        stages: vec![passage(vec![here]), passage(Vec::new())],
        not_scraped: vec![("mesh".to_owned(), 0)],
    };
    let first = First {
        target: "web-2".to_owned(),
        origin: "web.prom".to_owned(),
        labels: vec![("a".to_owned(), "b".to_owned())],
        way,
    };
    let followed = Followed {
        matching: 2,
        first: Some(first),
        ..Followed::default()
    };
    let document = explained(&series, Some(followed));
    assert_eq!(document["pipelines"][0]["stages"][1]["outcome"], "dropped");
    let document = explained(&series, Some(Followed::default()));
    assert_eq!(document["pipelines"], Value::Array(Vec::new()));
    assert_eq!(document["matching_series"], 0);
}

#[test]
fn full_and_empty_output_is_valid() {
    let schema = report::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for survey in [full(), Survey::default()] {
        let document = document(&survey);
        let errors: Vec<_> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

fn remove(object: &mut Value, key: &str) {
    object.as_object_mut().unwrap().remove(key).unwrap();
}

#[test]
fn the_schema_refuses_a_document_with_a_key_missing_or_of_another_type() {
    let validator = jsonschema::validator_for(&report::schema()).unwrap();
    let breakages: [fn(&mut Value); 7] = [
        |document| remove(document, "coverage"),
        |document| remove(&mut document["families"][0], "labels"),
        |document| document["labels"][0]["class"] = "shape".into(),
        |document| document["totals"]["series"] = "many".into(),
        |document| document["findings"][0]["severity"] = "critical".into(),
        |document| remove(&mut document["pipeline"]["stages"][0], "dropped"),
        |document| document["more_pipelines"][0]["stages"][0]["kind"] = "sink".into(),
    ];
    for breakage in breakages {
        let mut document = document(&full());
        breakage(&mut document);
        assert!(!validator.is_valid(&document));
    }
}

#[test]
fn the_agreed_keys_stand_in_their_order() {
    let text = written(&full());
    let mut rest = text.as_str();
    for key in [
        "schema_version",
        "meshctl_version",
        "inputs",
        "coverage",
        "expected",
        "scraped",
        "failed",
        "skipped",
        "scrape_interval_seconds",
        "totals",
        "targets",
        "families",
        "names",
        "series",
        "samples",
        "rejects",
        "duplicates",
        "body_bytes",
        "samples_per_second",
        "families",
        "name",
        "type",
        "unit",
        "names",
        "series",
        "samples",
        "body_bytes",
        "otlp_data_points",
        "series_per_target",
        "min",
        "median",
        "max",
        "labels",
        "name",
        "values",
        "marginal_saving_series",
        "redundant",
        "determined_by",
        "structural",
        "body_bytes",
        "class",
        "labels",
        "name",
        "families",
        "values",
        "marginal_saving_series",
        "redundant",
        "structural",
        "body_bytes",
        "class",
        "findings",
        "id",
        "severity",
        "subject",
        "message",
        "evidence",
        "remedy",
        "places",
        "fix",
    ] {
        let found = rest.split_once(&format!("\"{key}\":"));
        rest = found
            .unwrap_or_else(|| panic!("`{key}` is missing or out of order"))
            .1;
    }
}

const STYLE: Style = Style {
    width: 80,
    color: false,
    unicode: false,
    escape: false,
};

fn written(survey: &Survey) -> String {
    let view = View::new(Command::Audit);
    let mut out = Vec::new();
    report::write(survey, &findings(), &view, &STYLE, Format::Json, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn document(survey: &Survey) -> Value {
    serde_json::from_str(&written(survey)).unwrap()
}

fn findings() -> Vec<Finding> {
    vec![Finding {
        id: "labels/unbounded",
        severity: Severity::Medium,
        subject: Subject {
            label: Some("rt_route".to_owned()),
            ..Subject::default()
        },
        message: "grows".to_owned(),
        evidence: serde_json::Map::from_iter([("values".to_owned(), Value::from(9))]),
        marks: Marks::default(),
        remedy: "name routes".to_owned(),
    }]
}

/// Every list has an entry and every option a value.
fn full() -> Survey {
    let text = |text: &str| text.to_owned();
    let label = LabelCount {
        name: text("rt_route"),
        families: 1,
        series: 2,
        values: 2,
        top_values: vec![ValueCount {
            value: text("/\u{202e}\n"),
            series: 1,
        }],
        marginal_saving: 0,
        redundancy: Redundancy::DeterminedBy(vec![text("route")]),
        structural: false,
        body_bytes: 20,
        class: Some(ValueClass::UrlPath),
    };
    let family = FamilyCount {
        name: text("response"),
        family_type: FamilyType::Counter,
        unit: Some(text("seconds")),
        sample_names: vec![text("response_total")],
        series: 2,
        samples: 2,
        body_bytes: 100,
        otlp_data_points: 2,
        series_per_target: Some(Spread {
            targets: 2,
            min: 1,
            median: 1.5,
            max: 2,
            max_target: 0,
        }),
        labels: vec![FamilyLabel {
            name: label.name.clone(),
            series: label.series,
            values: label.values,
            top_values: label.top_values.clone(),
            marginal_saving: label.marginal_saving,
            redundancy: label.redundancy.clone(),
            structural: label.structural,
            body_bytes: label.body_bytes,
            class: label.class,
        }],
    };
    Survey {
        inputs: vec![text("web.prom")],
        coverage: Coverage {
            expected: 2,
            scraped: 1,
            failed: vec![Failure {
                target: text("a"),
                origin: text("a"),
                reason: text("gone"),
            }],
            skipped: vec![Skip {
                origin: text("b"),
                reason: text("named twice"),
            }],
        },
        census: Census {
            targets: vec![TargetCount {
                name: text("web"),
                origin: text("web.prom"),
                series: 2,
                samples: 2,
                rejects: 1,
                duplicates: 0,
                body_bytes: 100,
                ..TargetCount::default()
            }],
            families: vec![family],
            labels: vec![label],
            ..Census::default()
        },
        rejects: vec![TargetRejects {
            target: text("web"),
            origin: text("web.prom"),
            count: 1,
            unescaped: 1,
            first: vec![RejectedLine {
                line: 1,
                column: 2,
                kind: text("unescaped-label"),
                message: text("quote"),
                excerpt: text("a\"b"),
            }],
        }],
        mesh: None,
        recorded: None,
        simulated: vec![vec![simulated()]],
        remarks: Vec::new(),
        latency: None,
        interrupted: true,
    }
}

/// A pipeline in which everything happens that can.
#[expect(clippy::too_many_lines, reason = "one value, written out")]
fn simulated() -> Simulated {
    let text = |text: &str| text.to_owned();
    let at = Position {
        file: 0,
        line: 7,
        column: 3,
    };
    let rule = Rule {
        text: text("name == \"\u{1b}\""),
        at,
    };
    let count = Count {
        series: 2,
        data_points: 2,
        body_bytes: 100,
    };
    let stage = |id: &str, kind: StageKind| StageFlow {
        id: text(id),
        kind,
        totals: count,
        names: 1,
        by_name: vec![(text("response_total"), count)],
        labels_per_series: Some(LabelSpread {
            min: 1,
            median: 1.5,
            max: 2,
        }),
        widest: Some(text("response_total")),
        by_target: Vec::new(),
        labels: Vec::new(),
        dropped: vec![Dropped {
            name: text("up"),
            reason: text("because"),
            rule: Some(0),
            series: 1,
            data_points: 1,
        }],
        renamed: vec![Renamed {
            from: text("a"),
            to: text("b"),
            rule: 0,
            times: 1,
        }],
        failed: vec![Failed {
            rule: 0,
            message: text("no such attribute"),
            times: 1,
        }],
    };
    let defined = |id: &str, kind: StageKind| plan::Stage {
        id: text(id),
        kind,
        component: text(id),
        at,
        rules: vec![rule.clone()],
    };
    let stages = [
        ("scrape", StageKind::Scrape),
        ("filter", StageKind::Processor),
        ("prometheus", StageKind::Exporter),
        ("otlp", StageKind::Exporter),
    ];
    let arriving = |stage: usize| Arriving {
        stage,
        samples: 3,
        labels: vec![ArrivingLabel {
            name: text("job"),
            series: 2,
            values: 1,
        }],
        fingerprints: vec![7],
    };
    Simulated {
        plan: text("otel.yaml"),
        files: vec![text("otel.yaml")],
        layout: Layout {
            name: text("metrics"),
            stages: stages.map(|(id, kind)| defined(id, kind)).into(),
            target_rules: vec![(text("mesh"), rule.clone())],
            notices: vec![Notice {
                at,
                subject: text("exporter otlp"),
                message: text("is not simulated"),
            }],
            interval_seconds: 15.0,
        },
        flow: Flow {
            name: text("metrics"),
            stages: stages.map(|(id, kind)| stage(id, kind)).into(),
            arriving: vec![arriving(2), arriving(3)],
            targets: 1,
            dropped_targets: vec![DroppedTargets {
                job: text("mesh"),
                rule: 0,
                targets: 1,
            }],
            lost: vec![Lost {
                target: text("web"),
                origin: text("web.prom"),
                stage: 1,
                reason: text("refused"),
                series: 1,
            }],
            explained: Vec::new(),
        },
        unjudged: [((0, text("__meta_kubernetes_node_name")), 1)].into(),
        followed: None,
    }
}

#[test]
fn each_exporter_has_a_pipeline_of_its_own() {
    let document = document(&full());
    let exporters = |pipeline: &Value| {
        let stages = pipeline["stages"].as_array().unwrap().iter();
        let ids: Vec<String> = stages.map(|stage| stage["name"].to_string()).collect();
        (pipeline["exporter"].to_string(), ids.join(" "))
    };
    let expected = |exporter: &str| {
        let exporter = format!("\"{exporter}\"");
        let stages = format!("\"scrape\" \"filter\" {exporter}");
        (exporter, stages)
    };
    assert_eq!(exporters(&document["pipeline"]), expected("prometheus"));
    assert_eq!(exporters(&document["more_pipelines"][0]), expected("otlp"));
    let dropped = &document["pipeline"]["stages"][1]["dropped"][0];
    assert_eq!(dropped["position"]["line"], 7);
    assert_eq!(dropped["rule"], "name == \"\u{1b}\"");
}
