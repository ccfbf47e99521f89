//! Everything a simulated pipeline sends, series by series, in the shape of the recorded answers.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use meshctl::census::Tally;
use meshctl::collector::discover::Found;
use meshctl::collector::exporters::ExportedPoint;
use meshctl::collector::exporters::Exporter;
use meshctl::collector::exporters::Extent;
use meshctl::collector::exporters::Sink;
use meshctl::collector::ledger::Ledger;
use meshctl::collector::ledger::StageId;
use meshctl::collector::pdata::At;
use meshctl::collector::pdata::Data;
use meshctl::collector::pdata::Metrics;
use meshctl::collector::pdata::Number;
use meshctl::collector::plan::Layout;
use meshctl::collector::receiver::Body;
use meshctl::collector::receiver::Received;
use meshctl::collector::receiver::Stored;
use meshctl::collector::simulator::Pipeline;
use meshctl::collector::trace::RuleId;
use meshctl::table::Keep;
use serde_json::Value;

use super::scraping::hash;
use super::scraping::scraped;

/// One target: its address, the name of its dump, and what it answers.
pub(crate) struct Scrape {
    pub(crate) address: String,
    pub(crate) dump: String,
    pub(crate) body: Vec<u8>,
}

type Labels = BTreeMap<String, String>;

/// What was sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Addresses and the dumps behind them.
    dumps: BTreeMap<String, String>,
    /// Every series with the number of samples.
    series: BTreeMap<Labels, u64>,
    /// Values of synthetic series: name → (job and target) → value.
    synthetic: BTreeMap<String, BTreeMap<String, f64>>,
    jobs: BTreeSet<String>,
}

/// Runs every scrape once through every pipeline.
pub(crate) fn simulate(pipelines: Vec<(Layout, Pipeline)>, scrapes: &[Scrape]) -> Sent {
    let mut sent = Sent::default();
    for Scrape { address, dump, .. } in scrapes {
        sent.dumps.insert(address.clone(), dump.clone());
    }
    for (_, mut pipeline) in pipelines {
        let mut tally = Tally::default();
        tally.keep(Keep::Values);
        for scrape in scrapes {
            let found = Found {
                address: Some(scrape.address.clone()),
                ..Found::default()
            };
            let time_ns = 1_787_000_000_000_000_000;
            scraped(
                &mut tally,
                &scrape.dump,
                Some(&scrape.body),
                time_ns,
                |body| {
                    pipeline.run(body, &found, &mut sent, &mut |_, _| {});
                },
            );
        }
    }
    sent
}

impl Ledger for Sent {
    fn target_dropped(&mut self, _: &str, _: RuleId) {}
    fn scraped(&mut self, _: Body<'_>) {}
    fn received(&mut self, _: Option<StageId>, _: StageId, _: &Received) {}
    fn holds(&mut self, _: StageId, _: &Metrics, _: bool) {}
    fn unchanged(&mut self, _: StageId, _: &Metrics, _: bool) {}
    fn metric_dropped(&mut self, _: StageId, _: &Metrics, _: At, _: RuleId) {}
    fn point_dropped(&mut self, _: StageId, _: &Metrics, _: At, _: RuleId) {}
    fn renamed(&mut self, _: StageId, _: &str, _: &str, _: RuleId) {}
    fn failed(&mut self, _: StageId, _: RuleId, _: &str) {}
    fn refused(&mut self, _: StageId, _: RuleId, _: &str) {}

    fn export(&mut self, _: StageId, metrics: &Metrics, exporter: &mut dyn Exporter) {
        let mut sending = Sending {
            sent: self,
            metrics,
        };
        exporter.export(metrics, &mut sending);
    }

    fn store(&mut self, _: StageId, stored: &[Stored]) {
        for sample in stored {
            let mut labels: Labels = sample
                .labels
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect();
            labels.insert("__name__".into(), sample.name.to_string());
            *self.series.entry(labels).or_default() += 1;
        }
    }

    fn done(&mut self) {}
}

struct Sending<'a> {
    sent: &'a mut Sent,
    metrics: &'a Metrics,
}

impl Sink for Sending<'_> {
    fn point(&mut self, point: &ExportedPoint<'_>) {
        for series in point.series() {
            let mut labels: Labels = series
                .labels
                .iter()
                .map(|label| (label.name.to_string(), label.value.to_string()))
                .collect();
            labels.insert("__name__".into(), series.name.to_string());
            if let Some((name, value)) = series.bound() {
                labels.insert(name.into(), value);
            }
            self.sent.note_synthetic(&labels, self.metrics, point.at);
            *self.sent.series.entry(labels).or_default() += 1;
        }
    }

    fn dropped(&mut self, _: &Metrics, _: At, _: Extent, _: &str) {}
}

const SYNTHETIC: [&str; 4] = [
    "up",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
];

impl Sent {
    fn note_synthetic(&mut self, labels: &Labels, metrics: &Metrics, at: At) {
        let name = &labels["__name__"];
        let job = labels.get("job").cloned().unwrap_or_default();
        self.jobs.insert(job.clone());
        if !SYNTHETIC.contains(&name.as_str()) {
            return;
        }
        let metric = metrics
            .resources
            .get(at.resource)
            .and_then(|resource| resource.scopes.get(at.scope))
            .and_then(|scope| scope.metrics.get(at.metric));
        let Some(Data::Gauge(points)) = metric.map(|metric| &metric.data) else {
            return;
        };
        let Number::Double(value) = points[at.point].value else {
            return;
        };
        let instance = labels.get("instance").cloned().unwrap_or_default();
        let target = self.dumps.get(&instance).cloned().unwrap_or(instance);
        let by_target = self.synthetic.entry(name.clone()).or_default();
        by_target.insert(format!("{job} {target}"), value);
    }

    /// In what this differs from a recorded answer.
    pub(crate) fn differences(&self, answer: &Answer) -> Vec<String> {
        let mut differences = Vec::new();
        let mut differ = |what: String, ours: String, theirs: String| {
            if ours != theirs {
                differences.push(format!("{what}: ours {ours}, recorded {theirs}"));
            }
        };
        let mut by_name: BTreeMap<&str, Vec<(&Labels, u64)>> = BTreeMap::new();
        for (labels, samples) in &self.series {
            by_name
                .entry(&labels["__name__"])
                .or_default()
                .push((labels, *samples));
        }
        for name in answer.metrics.keys() {
            if !by_name.contains_key(name.as_str()) {
                differ(name.clone(), "0 series".into(), "some".into());
            }
        }
        for (name, series) in &by_name {
            let Some(theirs) = answer.metrics.get(*name) else {
                differ(
                    (*name).into(),
                    format!("{} series", series.len()),
                    "none".into(),
                );
                continue;
            };
            let samples: u64 = series.iter().map(|(_, samples)| samples).sum();
            differ(
                format!("series of {name}"),
                series.len().to_string(),
                theirs.series.to_string(),
            );
            differ(
                format!("samples of {name}"),
                samples.to_string(),
                theirs.samples.to_string(),
            );
            let sets: BTreeSet<&String> = series
                .iter()
                .flat_map(|(labels, _)| labels.keys())
                .collect();
            let theirs_sets: BTreeSet<&String> = theirs.labels.iter().collect();
            differ(
                format!("labels of {name}"),
                format!("{sets:?}"),
                format!("{theirs_sets:?}"),
            );
            let hash = self.hash(series.iter().map(|(labels, _)| *labels));
            differ(format!("hash of {name}"), hash, theirs.sha256.clone());
        }
        let hash = self.hash(self.series.keys());
        differ("hash of everything".into(), hash, answer.sha256.clone());
        for (name, recorded) in &answer.synthetic {
            for (target, value) in recorded {
                let target = &target.replace("instance=", "");
                let job = if target.contains(' ') {
                    target.clone()
                } else {
                    let job = self.jobs.iter().find(|job| !job.is_empty());
                    format!("{} {target}", job.cloned().unwrap_or_default())
                };
                let ours = self.synthetic.get(name).and_then(|all| all.get(&job));
                differ(
                    format!("{name} of {target}"),
                    format!("{ours:?}"),
                    format!("{:?}", Some(value)),
                );
            }
        }
        differences
    }

    /// SHA-256 over the sorted lines of these series.
    fn hash<'a>(&self, series: impl Iterator<Item = &'a Labels>) -> String {
        let mut lines: Vec<String> = series.map(|labels| self.line(labels)).collect();
        lines.sort();
        hash(&lines)
    }

    fn line(&self, labels: &Labels) -> String {
        let pairs = labels.iter().map(|(name, value)| {
            let value = match (name.as_str(), self.dumps.get(value)) {
                ("instance", Some(dump)) => dump,
                _ => value,
            };
            let value = value
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            format!("{name}=\"{value}\"")
        });
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
    }

    /// All series as lines, for a look at them.
    #[expect(dead_code, reason = "for a look at a difference")]
    pub(crate) fn lines(&self) -> Vec<String> {
        self.series.keys().map(|labels| self.line(labels)).collect()
    }
}

/// A recorded answer.
pub(crate) struct Answer {
    sha256: String,
    metrics: BTreeMap<String, Recorded>,
    synthetic: BTreeMap<String, BTreeMap<String, f64>>,
}

struct Recorded {
    series: u64,
    samples: u64,
    labels: Vec<String>,
    sha256: String,
}

impl Answer {
    pub(crate) fn of(answer: &Value) -> Self {
        let overall = &answer["overall"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let texts = |value: &Value| {
            value
                .as_array()
                .map_or_else(Vec::new, |all| all.iter().map(text).collect())
        };
        let metrics = overall["metrics"].as_object();
        let recorded = |metric: &Value| {
            let series = metric["series"].as_u64().unwrap();
            let set = metric["labels"].as_u64().unwrap() as usize;
            Recorded {
                series,
                samples: metric["samples"].as_u64().unwrap_or(series),
                labels: texts(&overall["label_sets"][set]),
                sha256: text(&metric["sha256"]),
            }
        };
        let synthetic = answer["synthetic"].as_object();
        let values = |by_target: &Value| {
            let all = by_target.as_object();
            all.map(|all| {
                all.iter()
                    .filter_map(|(target, value)| Some((target.clone(), value.as_f64()?)))
                    .collect()
            })
            .unwrap_or_default()
        };
        Self {
            sha256: text(&overall["sha256"]),
            metrics: metrics
                .map(|all| {
                    all.iter()
                        .map(|(name, metric)| (name.clone(), recorded(metric)))
                        .collect()
                })
                .unwrap_or_default(),
            synthetic: synthetic
                .map(|all| {
                    all.iter()
                        .map(|(name, by_target)| (name.clone(), values(by_target)))
                        .collect()
                })
                .unwrap_or_default(),
        }
    }
}
