//! Metric relabeling of a Prometheus server: the same series as a real one stored.

#![cfg(test)]

#[path = "support/scraping.rs"]
mod scraping;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use meshctl::census::Tally;
use meshctl::collector::config::Config;
use meshctl::collector::config::File;
use meshctl::collector::confmap::Sources;
use meshctl::collector::discover::Found;
use meshctl::collector::exporters::Exporter;
use meshctl::collector::ledger::Ledger;
use meshctl::collector::ledger::StageId;
use meshctl::collector::pdata::At;
use meshctl::collector::pdata::Metrics;
use meshctl::collector::plan::Plan;
use meshctl::collector::receiver::Body;
use meshctl::collector::receiver::Received;
use meshctl::collector::receiver::Stored;
use meshctl::collector::trace::RuleId;
use meshctl::table::Keep;
use serde::Deserialize;
use serde_json::Value;

/// A release of the Collector whose Prometheus relabels as 2.42 does.
const RELEASE: &str = "0.117.0";

#[derive(Deserialize)]
struct Recorded {
    labels: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    rules: Value,
    body: String,
    up: bool,
    count: usize,
    sha256: String,
    series: Option<BTreeSet<String>>,
    names: Option<BTreeMap<String, u64>>,
}

/// What is stored of one scrape.
#[derive(Default)]
struct Storage {
    series: BTreeSet<String>,
    names: BTreeMap<String, u64>,
    up: bool,
}

impl Ledger for Storage {
    fn target_dropped(&mut self, _: &str, _: RuleId) {}
    fn scraped(&mut self, _: Body<'_>) {}
    fn holds(&mut self, _: StageId, _: &Metrics, _: bool) {}
    fn unchanged(&mut self, _: StageId, _: &Metrics, _: bool) {}
    fn metric_dropped(&mut self, _: StageId, _: &Metrics, _: At, _: RuleId) {}
    fn point_dropped(&mut self, _: StageId, _: &Metrics, _: At, _: RuleId) {}
    fn renamed(&mut self, _: StageId, _: &str, _: &str, _: RuleId) {}
    fn failed(&mut self, _: StageId, _: RuleId, _: &str) {}
    fn refused(&mut self, _: StageId, _: RuleId, _: &str) {}
    fn export(&mut self, _: StageId, _: &Metrics, _: &mut dyn Exporter) {}
    fn done(&mut self) {}

    fn received(&mut self, _: Option<StageId>, _: StageId, received: &Received) {
        self.up = received.report.up;
    }

    fn store(&mut self, _: StageId, stored: &[Stored]) {
        for sample in stored {
            let is_synthetic = sample.name.as_str() == "up" || sample.name.starts_with("scrape_");
            if is_synthetic {
                continue;
            }
            let mut labels: BTreeMap<&str, &str> = sample
                .labels
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            labels.insert("__name__", &sample.name);
            let pairs = labels.iter().map(|(name, value)| {
                let value = value
                    .replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('\n', "\\n");
                format!("{name}=\"{value}\"")
            });
            let line = format!("{{{}}}", pairs.collect::<Vec<_>>().join(","));
            if self.series.insert(line) {
                *self.names.entry(sample.name.to_string()).or_default() += 1;
            }
        }
    }
}

/// A Prometheus configuration is YAML, and so is JSON.
fn plan(rules: &Value, job: &str) -> Plan {
    let text = serde_json::json!({
        "scrape_configs": [{
            "job_name": job,
            "static_configs": [{"targets": ["pod-1:4191"]}],
            "metric_relabel_configs": rules,
        }],
    })
    .to_string();
    let files = [File {
        name: "prometheus.yml",
        text: &text,
    }];
    let sources = Sources {
        env: &|_| None,
        read_file: None,
    };
    let config = Config::load(&files, None, sources, RELEASE.parse().unwrap()).unwrap();
    let pipelines = config.metrics_pipelines();
    let pipelines = pipelines
        .iter()
        .map(|pipeline| pipeline.id.clone())
        .collect();
    Plan {
        name: "prometheus.yml".to_owned(),
        files: vec!["prometheus.yml".to_owned()],
        config,
        pipelines,
        job: None,
        cluster: None,
        environment: BTreeMap::new(),
    }
}

fn store(case: &Case, labels: &BTreeMap<String, String>) -> Storage {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let bytes = fs::read(fixtures.join(&case.body)).unwrap();
    let mut storage = Storage::default();
    for (_, mut pipeline) in plan(&case.rules, &labels["job"]).build().unwrap() {
        let mut tally = Tally::default();
        tally.keep(Keep::Values);
        let found = Found {
            name: labels["instance"].clone(),
            ..Found::default()
        };
        let time_ns = 1_795_200_000_000_000_000;
        scraping::scraped(&mut tally, &case.body, Some(&bytes), time_ns, |body| {
            pipeline.run(body, &found, &mut storage, &mut |_, _| {});
        });
    }
    storage
}

#[test]
fn a_prometheus_stores_the_same_series() {
    let file = "fixtures/conformance/prometheus_relabel.json";
    let file = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let recorded: Recorded = serde_json::from_slice(&file).unwrap();
    assert!(recorded.cases.len() >= 116, "{}", recorded.cases.len());
    let mut faults = Vec::new();
    for case in &recorded.cases {
        let ours = store(case, &recorded.labels);
        let id = &case.id;
        if ours.up != case.up {
            faults.push(format!("{id}: up is {}, recorded {}", ours.up, case.up));
        }
        if ours.series.len() != case.count || scraping::hash(&ours.series) != case.sha256 {
            let count = ours.series.len();
            faults.push(format!("{id}: {count} series, recorded {}", case.count));
        }
        if let Some(series) = &case.series {
            let differ = ours.series.symmetric_difference(series).take(4);
            faults.extend(differ.map(|line| format!("{id}: {line}")));
        }
        if let Some(names) = &case.names
            && *names != ours.names
        {
            faults.push(format!("{id}: {:?}, recorded {names:?}", ours.names));
        }
    }
    assert!(
        faults.is_empty(),
        "{} differences:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
