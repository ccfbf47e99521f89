//! Names of metrics and labels against recorded answers of the Collector's own translators.
#![cfg(test)]

use std::fs;

use meshctl::collector::exporters::Era;
use meshctl::collector::exporters::LabelNamer;
use meshctl::collector::exporters::MetricKind;
use meshctl::collector::exporters::MetricNamer;
use meshctl::collector::version::Version;
use serde::Deserialize;

/// `fixtures/conformance/naming.json`, as `tests/conformance/naming/main.go` writes it.
#[derive(Deserialize)]
struct Recorded {
    metrics: Vec<MetricRow>,
    labels: Vec<LabelRow>,
}

/// Name, unit, type, namespace, suffixes; 0.118.0; 0.156.0, and there without escaping.
type MetricRow = (
    String,
    String,
    u8,
    String,
    bool,
    String,
    Option<String>,
    Option<String>,
);

/// Label; 0.118.0; 0.156.0 on points, on targets, and without escaping.
type LabelRow = (
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
);

const OLD: Version = Version::new(0, 118, 0);
const NEW: Version = Version::new(0, 156, 0);

fn recorded() -> Recorded {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/conformance/naming.json"
    );
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// What the original leaves of a character that it cut is no text.
fn is_cut(answer: Option<&String>) -> bool {
    answer.is_some_and(|answer| answer.contains('\u{fffd}'))
}

#[test]
fn metric_names_are_those_of_the_real_translators() {
    let recorded = recorded();
    let mut compared = 0;
    for (name, unit, kind, namespace, with_suffixes, old, new, raw) in &recorded.metrics {
        let kind = match kind {
            0 => MetricKind::Gauge,
            1 => MetricKind::Counter,
            _ => MetricKind::Other,
        };
        let build = |version, utf8| {
            let namer = MetricNamer {
                era: Era::of_remote_write(version),
                namespace: namespace.clone(),
                with_suffixes: *with_suffixes,
                utf8,
            };
            namer.build(name, unit, kind).ok()
        };
        let what = format!("{name:?} in {unit:?}, {kind:?}, {namespace:?}, {with_suffixes}");
        assert_eq!(build(OLD, false).as_ref(), Some(old), "0.118.0: {what}");
        assert_eq!(&build(NEW, false), new, "0.156.0: {what}");
        if !is_cut(raw.as_ref()) {
            assert_eq!(&build(NEW, true), raw, "0.156.0 without escaping: {what}");
            compared += 1;
        }
    }
    assert_eq!(recorded.metrics.len(), 4000);
    assert!(compared > 3000, "{compared}");
}

#[test]
fn label_names_are_those_of_the_real_translators() {
    let recorded = recorded();
    for (label, old, on_points, on_targets, raw) in &recorded.labels {
        let (old_era, era) = (Era::of_remote_write(OLD), Era::of_remote_write(NEW));
        let build = |namer: LabelNamer| namer.build(label).ok();
        let unescaped = LabelNamer {
            utf8: true,
            ..LabelNamer::of_points(era)
        };
        assert_eq!(
            build(LabelNamer::of_points(old_era)).as_ref(),
            Some(old),
            "{label:?}"
        );
        assert_eq!(
            build(LabelNamer::of_targets(old_era)).as_ref(),
            Some(old),
            "{label:?}"
        );
        assert_eq!(&build(LabelNamer::of_points(era)), on_points, "{label:?}");
        assert_eq!(&build(LabelNamer::of_targets(era)), on_targets, "{label:?}");
        assert_eq!(&build(unescaped), raw, "{label:?}");
    }
    assert_eq!(recorded.labels.len(), 1500);
}
