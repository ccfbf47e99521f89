//! The reader against engines that others wrote: recorded answers of a Prometheus server, and the crate
//! `prometheus-parse`.
#![cfg(test)]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use meshctl::exposition::Metadata;
use meshctl::exposition::Reader;
use meshctl::exposition::Reject;
use meshctl::exposition::RejectKind;
use meshctl::exposition::Sample;
use meshctl::exposition::Visitor;
use prometheus_parse::Scrape;
use prometheus_parse::Value;
use serde::Deserialize;

/// `fixtures/prometheus/series.json`, as `tests/conformance/record_prometheus.py` writes it.
#[derive(Deserialize)]
struct Recorded {
    engine: String,
    version: String,
    scrapes: BTreeMap<String, RecordedScrape>,
}

#[derive(Deserialize)]
struct RecordedScrape {
    up: bool,
    error: String,
    series: BTreeMap<String, u64>,
}

fn recorded() -> Recorded {
    serde_json::from_slice(&fs::read("fixtures/prometheus/series.json").unwrap()).unwrap()
}

type Labels = BTreeMap<Vec<u8>, Vec<u8>>;

/// Series by sample name; an empty label is none.
#[derive(Default)]
struct Series {
    by_name: BTreeMap<String, BTreeSet<Labels>>,
    /// Samples without a `}` in a label, by name.
    braceless: BTreeMap<String, u64>,
    rejects: Vec<RejectKind>,
}

impl Visitor for Series {
    fn sample(&mut self, sample: &Sample<'_>) {
        let name = String::from_utf8(sample.name().into_owned()).unwrap();
        let labels = sample.labels();
        let labels = labels.map(|label| (label.name().into_owned(), label.value().into_owned()));
        let labels = labels.filter(|(_, value)| !value.is_empty()).collect();
        if sample.labels().all(|label| !label.text.contains(&b'}')) {
            *self.braceless.entry(name.clone()).or_default() += 1;
        }
        self.by_name.entry(name).or_default().insert(labels);
    }

    fn metadata(&mut self, _: &Metadata<'_>) {}

    fn reject(&mut self, reject: &Reject<'_>) {
        self.rejects.push(reject.kind);
    }
}

fn read(path: &str) -> Series {
    let body = fs::read(format!("fixtures/{path}")).unwrap();
    let mut series = Series::default();
    Reader::new(1 << 20)
        .read(&mut &body[..], &mut series)
        .unwrap();
    series
}

fn counts(series: &Series) -> BTreeMap<String, u64> {
    let by_name = series.by_name.iter();
    by_name
        .map(|(name, sets)| (name.clone(), sets.len() as u64))
        .collect()
}

/// Bodies that are taken here and cost a Prometheus the scrape, or the other way round, on purpose.
const DIFFERENT: [(&str, &str); 2] = [
    (
        "crlf",
        "OpenMetrics has no CRLF either, but files that went through an editor do",
    ),
    (
        "indented",
        "Prometheus takes the blanks for a part of the name, then refuses it",
    ),
];

#[test]
fn a_prometheus_server_counts_the_same_series_of_every_name() {
    let recorded = recorded();
    assert_eq!(
        (&*recorded.engine, &*recorded.version),
        ("prometheus", "2.42.0+ds")
    );
    let accepted = recorded
        .scrapes
        .iter()
        .filter(|(path, scrape)| path.starts_with("scrapes/") && scrape.up);
    let mut compared = 0;
    for (path, scrape) in accepted {
        let series = read(path);
        assert_eq!(series.rejects, [], "{path}");
        assert_eq!(counts(&series), scrape.series, "{path}");
        compared += 1;
    }
    assert_eq!(compared, 6);
}

#[test]
fn a_prometheus_server_drops_the_whole_scrape_with_the_unescaped_label() {
    let scrape = &recorded().scrapes["scrapes/unescaped-label.prom"];
    assert!(!scrape.up);
    assert_eq!(scrape.error, "expected equal, got \"INVALID\"");
    assert!(scrape.series.is_empty());
    let rejects = read("scrapes/unescaped-label.prom").rejects;
    assert!(rejects.contains(&RejectKind::UnescapedLabel));
}

#[test]
fn a_line_is_refused_where_it_costs_a_prometheus_server_the_scrape() {
    let recorded = recorded();
    let mut different = BTreeSet::new();
    for (path, scrape) in &recorded.scrapes {
        let Some(name) = path.strip_prefix("prometheus/lines/") else {
            continue;
        };
        let name = name.trim_end_matches(".prom");
        let series = read(path);
        if series.rejects.is_empty() != scrape.up {
            different.insert(name);
        } else if scrape.up {
            assert_eq!(counts(&series), scrape.series, "{path}");
        }
    }
    let known: BTreeSet<&str> = DIFFERENT.iter().map(|(name, _)| *name).collect();
    assert_eq!(different, known);
}

#[test]
fn every_body_is_recorded_and_every_record_has_its_body() {
    let mut kept = BTreeSet::new();
    for dir in ["scrapes", "prometheus/lines"] {
        for entry in fs::read_dir(format!("fixtures/{dir}")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if Path::new(&name).extension() == Some("prom".as_ref()) {
                kept.insert(format!("{dir}/{name}"));
            }
        }
    }
    let recorded: BTreeSet<String> = recorded().scrapes.into_keys().collect();
    assert_eq!(recorded, kept);
}

/// Sample lines by name as `prometheus-parse` reads them.
///
/// It folds the `_bucket` lines of a label set into one sample that bears the family's name, and the
/// quantiles of a summary likewise; each is counted here as the lines it came from. What it cannot read it
/// skips without a word, lines with a `}` in a label value among them.
fn second_opinion(body: &str) -> BTreeMap<String, u64> {
    let lines = body.lines().map(|line| io::Result::Ok(line.to_owned()));
    let mut samples = BTreeMap::new();
    for sample in Scrape::parse(lines).unwrap().samples {
        let (name, lines) = match sample.value {
            Value::Histogram(buckets) => (format!("{}_bucket", sample.metric), buckets.len()),
            Value::Summary(quantiles) => (sample.metric, quantiles.len()),
            Value::Counter(_) | Value::Gauge(_) | Value::Untyped(_) => (sample.metric, 1),
        };
        *samples.entry(name).or_default() += lines as u64;
    }
    samples
}

#[test]
fn prometheus_parse_reads_the_same_samples_of_every_name() {
    for name in [
        "busy-client",
        "busy-server",
        "first-scrape",
        "grpc-failures-inbound",
        "grpc-failures-outbound",
        "idle",
    ] {
        let path = format!("scrapes/{name}.prom");
        let body = fs::read_to_string(format!("fixtures/{path}")).unwrap();
        assert_eq!(read(&path).braceless, second_opinion(&body), "{path}");
    }
}
