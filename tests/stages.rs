//! What is counted behind stages on request, against a ledger that keeps every series of every payload.
#![cfg(test)]

#[expect(dead_code, reason = "nothing is recorded here")]
#[path = "support/scraping.rs"]
mod scraping;
#[path = "support/slow_reader.rs"]
mod slow_reader;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use meshctl::census::LabelValues;
use meshctl::census::Tally;
use meshctl::collector::config::Config;
use meshctl::collector::config::File;
use meshctl::collector::confmap::Sources;
use meshctl::collector::exporters::ExportedPoint;
use meshctl::collector::exporters::Exporter;
use meshctl::collector::exporters::Extent;
use meshctl::collector::exporters::Sink;
use meshctl::collector::ledger::Ledger;
use meshctl::collector::ledger::StageId;
use meshctl::collector::pdata::At;
use meshctl::collector::pdata::Data;
use meshctl::collector::pdata::Metrics;
use meshctl::collector::plan;
use meshctl::collector::plan::Plan;
use meshctl::collector::plan::StageKind;
use meshctl::collector::receiver::Body;
use meshctl::collector::receiver::Received;
use meshctl::collector::receiver::Stored;
use meshctl::collector::relabel::Labels as Relabeling;
use meshctl::collector::trace::RuleId;
use meshctl::source;
use meshctl::source::Target;
use meshctl::survey;
use meshctl::survey::Detail;
use meshctl::survey::Simulated;
use meshctl::table::Keep;
use meshctl::waterfall::Count;
use meshctl::waterfall::Flow;
use meshctl::waterfall::LabelsAt;
use proptest::prelude::*;

const COLLECTOR: &str = r#"
receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: mesh
          scrape_interval: 10s
          static_configs: [{targets: ['web:4191']}]
          metric_relabel_configs: [RULES]
processors:
  batch: {}
  filter/some:
    metrics:
      metric: ['name == "g"']
  transform/less:
    metric_statements:
      - context: datapoint
        statements:
          - 'delete_key(attributes, "pod")'
          - 'set(attributes["side"], "out")'
exporters:
  prometheusremotewrite: {endpoint: 'http://store/api/v1/write'}
  otlp: {endpoint: 'store:4317'}
service:
  pipelines:
    metrics/mesh:
      receivers: [prometheus]
      processors: [batch, filter/some, transform/less, batch/behind]
      exporters: [prometheusremotewrite, otlp]
"#;

const PROMETHEUS: &str = "
scrape_configs:
  - job_name: mesh
    static_configs: [{targets: ['web:4191']}]
    metric_relabel_configs: [RULES]
";

const BY_NAME: &str = "{source_labels: [__name__], regex: 'drop.*', action: drop}";
const CHANGING: &str = "{source_labels: [__name__], regex: 'drop.*', action: drop}, \
    {regex: zone, action: labeldrop}";

fn collector(rules: &str) -> String {
    COLLECTOR
        .replace("RULES", rules)
        .replace("  batch: {}\n", "  batch: {}\n  batch/behind: {}\n")
}

fn simulated_plan(text: &str) -> Plan {
    let files = [File {
        name: "otel.yaml",
        text,
    }];
    let sources = Sources {
        env: &|_| None,
        read_file: None,
    };
    let config = Config::load(&files, None, sources, "0.158.0".parse().unwrap()).unwrap();
    let pipelines = config.metrics_pipelines();
    let pipelines = pipelines
        .iter()
        .map(|pipeline| pipeline.id.clone())
        .collect();
    Plan {
        name: "otel.yaml".to_owned(),
        files: vec!["otel.yaml".to_owned()],
        config,
        pipelines,
        job: None,
        cluster: None,
        environment: BTreeMap::new(),
    }
}

/// Bodies in files of one folder: where a target is known by its path alone, that is its instance.
struct Files {
    _folder: tempfile::TempDir,
    bodies: Vec<String>,
    paths: Vec<String>,
}

impl Files {
    fn new(bodies: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut paths = Vec::new();
        for (index, body) in bodies.iter().enumerate() {
            let path = folder.path().join(format!("{index:03}.prom"));
            fs::write(&path, body).unwrap();
            paths.push(path.to_str().unwrap().to_owned());
        }
        Self {
            _folder: folder,
            bodies: bodies.to_vec(),
            paths,
        }
    }
}

/// Reads and simulates files with so many workers; their folder is left out of names.
fn simulate(text: &str, paths: &[String], workers: usize, detail: Detail) -> Simulated {
    let plan = survey::Plan {
        sources: source::Options {
            sources: paths.to_vec(),
            ..source::Options::default()
        },
        workers,
        max_line_bytes: 1 << 20,
        simulate: vec![simulated_plan(text)],
        traffic: survey::Traffic::Ignore,
        watch: None,
        latency: None,
        now_ns: 1_787_000_000_000_000_000,
        detail,
    };
    let survey = survey::run(&plan, &survey::Control::default());
    assert_eq!(survey.coverage.failed, []);
    let mut simulated = survey.simulated.into_iter().flatten().next().unwrap();
    let strip = |name: &mut String| *name = name.rsplit('/').next().unwrap().to_owned();
    for stage in &mut simulated.flow.stages {
        for of_target in &mut stage.by_target {
            strip(&mut of_target.target);
            strip(&mut of_target.origin);
        }
    }
    for lost in &mut simulated.flow.lost {
        strip(&mut lost.target);
        strip(&mut lost.origin);
    }
    simulated
}

/// All there is to be asked of a configuration.
fn everything(text: &str) -> Detail {
    let built = simulated_plan(text).build().unwrap();
    let stages = built.into_iter().flat_map(|(layout, _)| layout.stages);
    let all = |stage: plan::Stage| LabelsAt {
        stage: stage.id,
        labels: None,
    };
    Detail {
        labels_per_series: true,
        names: true,
        by_target: true,
        labels_at: stages.map(all).collect(),
    }
}

type Labels = BTreeMap<String, String>;

/// One stage: the series of each payload, with the resource around them.
#[derive(Debug, Default, Clone)]
struct SlowStage {
    payloads: Vec<BTreeSet<(String, Labels, String)>>,
    /// What families are called: by the metric, or by the name of a sample.
    families: BTreeMap<String, String>,
}

impl SlowStage {
    fn family(name: &str) -> &str {
        let suffixes = ["_bucket", "_count", "_sum"].iter();
        let mut stems = suffixes.filter_map(|suffix| name.strip_suffix(suffix));
        stems.next().unwrap_or(name)
    }

    fn begin(&mut self) {
        self.payloads.push(BTreeSet::new());
    }

    fn add(&mut self, family: &str, name: String, mut labels: Labels, resource: String) {
        labels.retain(|_, value| !value.is_empty());
        self.families.insert(name.clone(), family.to_owned());
        let payload = self.payloads.last_mut().unwrap();
        payload.insert((name, labels, resource));
    }

    fn series(&self) -> impl Iterator<Item = (&str, &Labels)> {
        let series = self.payloads.iter().flatten();
        series.map(|(name, labels, _)| (self.families[name].as_str(), labels))
    }

    /// Series and values by family and label.
    fn labels(&self) -> BTreeMap<(&str, &str), (u64, BTreeSet<&str>)> {
        let mut counts: BTreeMap<(&str, &str), (u64, BTreeSet<&str>)> = BTreeMap::new();
        for (family, labels) in self.series() {
            for (label, value) in labels {
                let (series, values) = counts.entry((family, label)).or_default();
                *series += 1;
                values.insert(value);
            }
        }
        counts
    }

    fn widest(&self) -> Option<&str> {
        let most = self.series().map(|(_, labels)| labels.len()).max()?;
        let widest = self.series().filter(|(_, labels)| labels.len() == most);
        widest.map(|(family, _)| family).min()
    }
}

/// Keeps everything.
struct Slow {
    stages: Vec<SlowStage>,
    kinds: Vec<StageKind>,
    last: StageId,
}

impl Slow {
    fn hold(&mut self, stage: StageId, metrics: &Metrics) {
        let held = &mut self.stages[stage];
        held.begin();
        for resource in &metrics.resources {
            let of_resource = format!("{:?}", resource.attributes);
            for metric in resource.scopes.iter().flat_map(|scope| &scope.metrics) {
                for point in 0..metric.data.len() {
                    let common = metric.data.common(point).unwrap();
                    let labels = common.attributes.iter();
                    let labels: Labels = labels
                        .map(|(name, value)| (name.to_string(), value.to_string()))
                        .collect();
                    let mut add = |suffix: &str, bound: Option<(&str, f64)>| {
                        let mut labels = labels.clone();
                        if let Some((label, bound)) = bound {
                            let text = if bound.is_infinite() {
                                "+Inf".to_owned()
                            } else {
                                bound.to_string()
                            };
                            labels.insert(label.to_owned(), text);
                        }
                        let name = format!("{}{suffix}", metric.name);
                        held.add(&metric.name, name, labels, of_resource.clone());
                    };
                    match &metric.data {
                        Data::Histogram { points, .. } => {
                            let bounds = points[point].bounds.iter();
                            for bound in bounds.chain([&f64::INFINITY]) {
                                add("_bucket", Some(("le", *bound)));
                            }
                            add("_count", None);
                            if points[point].sum.is_some() {
                                add("_sum", None);
                            }
                        }
                        Data::Summary(points) => {
                            for (quantile, _) in &points[point].quantiles {
                                add("", Some(("quantile", *quantile)));
                            }
                            add("_count", None);
                            add("_sum", None);
                        }
                        _ => add("", None),
                    }
                }
            }
        }
        self.last = stage;
    }
}

impl Ledger for Slow {
    fn target_dropped(&mut self, _: &str, _: RuleId) {}
    fn scraped(&mut self, _: Body<'_>) {}
    fn received(&mut self, _: Option<StageId>, _: StageId, _: &Received) {}
    fn holds(&mut self, stage: StageId, metrics: &Metrics, _: bool) {
        self.hold(stage, metrics);
    }
    fn unchanged(&mut self, stage: StageId, _: &Metrics, _: bool) {
        let before = self.stages[self.last].clone();
        let payload = before.payloads.last().cloned().unwrap_or_default();
        self.stages[stage].payloads.push(payload);
        self.stages[stage].families.extend(before.families);
        self.last = stage;
    }
    fn metric_dropped(&mut self, _: StageId, _: &Metrics, _: At, _: RuleId) {}
    fn point_dropped(&mut self, _: StageId, _: &Metrics, _: At, _: RuleId) {}
    fn renamed(&mut self, _: StageId, _: &str, _: &str, _: RuleId) {}
    fn failed(&mut self, _: StageId, _: RuleId, _: &str) {}
    fn refused(&mut self, _: StageId, _: RuleId, _: &str) {}

    fn export(&mut self, stage: StageId, metrics: &Metrics, exporter: &mut dyn Exporter) {
        self.stages[stage].begin();
        exporter.export(metrics, &mut Sending(&mut self.stages[stage]));
    }

    fn store(&mut self, stage: StageId, stored: &[Stored]) {
        let held = &mut self.stages[stage];
        held.begin();
        for sample in stored {
            let labels = sample.labels.iter();
            let labels = labels.map(|(name, value)| (name.to_string(), value.to_string()));
            let family = SlowStage::family(&sample.name);
            held.add(
                family,
                sample.name.to_string(),
                labels.collect(),
                String::new(),
            );
        }
    }

    fn done(&mut self) {}
}

struct Sending<'a>(&'a mut SlowStage);

impl Sink for Sending<'_> {
    fn point(&mut self, point: &ExportedPoint<'_>) {
        let resource: Vec<String> = point
            .resource
            .iter()
            .map(|label| format!("{}={:?}", label.name, label.value))
            .collect();
        for series in point.series() {
            let labels = series.labels.iter();
            let mut labels: Labels = labels
                .map(|label| (label.name.to_string(), label.value.to_string()))
                .collect();
            if let Some((name, value)) = series.bound() {
                labels.insert(name.into(), value);
            }
            let family = SlowStage::family(series.name);
            let resource = resource.join(",");
            self.0
                .add(family, series.name.to_string(), labels, resource);
        }
    }

    fn dropped(&mut self, _: &Metrics, _: At, _: Extent, _: &str) {}
}

/// Every series behind every stage, kept one by one.
fn slowly(text: &str, bodies: &[String]) -> Vec<SlowStage> {
    let (layout, mut pipeline) = simulated_plan(text).build().unwrap().remove(0);
    let kinds: Vec<StageKind> = layout.stages.iter().map(|stage| stage.kind).collect();
    let mut slow = Slow {
        stages: vec![SlowStage::default(); kinds.len()],
        kinds,
        last: 0,
    };
    let mut tally = Tally::default();
    tally.keep(Keep::Values);
    for (index, body) in bodies.iter().enumerate() {
        let name = format!("{index:03}.prom");
        let found = plan::found(&Target {
            name: name.clone(),
            origin: name.clone(),
            ..Target::default()
        });
        let relabeling = slow
            .kinds
            .iter()
            .position(|kind| *kind == StageKind::Relabeling);
        if let Some(relabeling) = relabeling {
            slow.stages[relabeling].begin();
            for (line, _) in slow_reader::lines(body.as_bytes()) {
                let slow_reader::Line::Sample(sample) = line else {
                    continue;
                };
                let mut labels = Relabeling::default();
                labels.set("__name__".into(), sample.name.as_str().into());
                for (name, value, _) in &sample.labels {
                    labels.set(name.as_str().into(), value.as_str().into());
                }
                for (_, steps, left) in pipeline.explain_relabeling(&found, &labels) {
                    if steps.iter().any(|step| step.dropped) {
                        continue;
                    }
                    let name = left.get("__name__").unwrap().to_string();
                    let left = left.iter().filter(|(name, _)| &***name != "__name__");
                    let left = left.map(|(name, value)| (name.to_string(), value.to_string()));
                    let family = SlowStage::family(&name).to_owned();
                    slow.stages[relabeling].add(&family, name, left.collect(), String::new());
                }
            }
        }
        let time_ns = 1_787_000_000_000_000_000;
        scraping::scraped(&mut tally, &name, Some(body.as_bytes()), time_ns, |body| {
            pipeline.run(body, &found, &mut slow, &mut |_, _| {});
        });
    }
    slow.stages
}

/// Holds labels and the family with the most of them against the slow ledger, stage by stage.
fn ensure_labels_equal(flow: &Flow, slow: &[SlowStage]) {
    for (stage, slow) in flow.stages.iter().zip(slow) {
        let id = &stage.id;
        if stage.kind == StageKind::Scrape {
            assert_eq!(stage.labels, [], "{id}");
            continue;
        }
        let expected = slow.labels();
        let counted: Vec<_> = stage
            .labels
            .iter()
            .map(|of| (&*of.family, &*of.label, of.series, of.values.len()))
            .collect();
        let listed: Vec<_> = expected
            .iter()
            .map(|((family, label), (series, all))| (*family, *label, *series, all.len()))
            .collect();
        assert_eq!(counted, listed, "{id}");
        let mut together: BTreeMap<&str, (u64, BTreeSet<&str>)> = BTreeMap::new();
        for ((_, label), (series, values)) in &expected {
            let (all, known) = together.entry(label).or_default();
            *all += series;
            known.extend(values);
        }
        let together: BTreeMap<&str, (u64, u64)> = together
            .into_iter()
            .map(|(label, (series, values))| (label, (series, values.len() as u64)))
            .collect();
        assert_eq!(
            LabelValues::together(&stage.labels, |_| true),
            together,
            "{id}"
        );
        if stage.kind != StageKind::Relabeling {
            assert_eq!(stage.widest.as_deref(), slow.widest(), "{id}");
            let fewest = slow.series().map(|(_, labels)| labels.len() as u64).min();
            let most = slow.series().map(|(_, labels)| labels.len() as u64).max();
            let spread = stage.labels_per_series;
            assert_eq!(spread.map(|spread| spread.min), fewest, "{id}");
            assert_eq!(spread.map(|spread| spread.max), most, "{id}");
        }
    }
}

/// What each target contributes is what there is where it is alone, and up to the exporters all is made of it.
fn ensure_shares_add_up(text: &str, files: &Files, flow: &Flow) {
    let mut alone: Vec<Vec<Count>> = Vec::new();
    for path in &files.paths {
        let one = simulate(text, std::slice::from_ref(path), 1, Detail::default());
        let stages = one.flow.stages.iter();
        alone.push(stages.map(|stage| stage.totals).collect());
    }
    for (at, stage) in flow.stages.iter().enumerate() {
        let id = &stage.id;
        let expected: Vec<(String, Count)> = alone
            .iter()
            .enumerate()
            .map(|(index, stages)| (format!("{index:03}.prom"), stages[at]))
            .filter(|(_, count)| *count != Count::default())
            .collect();
        let counted: Vec<(String, Count)> = stage
            .by_target
            .iter()
            .map(|of| (of.target.clone(), of.count))
            .collect();
        assert_eq!(counted, expected, "{id}");
        let mut sum = Count::default();
        for (_, count) in counted {
            sum.add(count);
        }
        if matches!(stage.kind, StageKind::Exporter | StageKind::Storage) {
            assert!(sum.series >= stage.totals.series, "{id}");
        } else {
            assert_eq!(sum, stage.totals, "{id}");
        }
    }
}

/// The flow as it is where nobody asks for more.
fn without_detail(mut flow: Flow) -> Flow {
    for stage in &mut flow.stages {
        stage.by_target.clear();
        stage.labels.clear();
    }
    flow
}

fn ensure_all(text: &str, files: &Files) {
    let detailed = simulate(text, &files.paths, 1, everything(text));
    let plain = simulate(text, &files.paths, 1, Detail::default());
    assert_eq!(without_detail(detailed.flow.clone()), plain.flow);
    for workers in [2, 3] {
        let other = simulate(text, &files.paths, workers, everything(text));
        assert_eq!(other, detailed, "{workers} workers");
    }
    ensure_labels_equal(&detailed.flow, &slowly(text, &files.bodies));
    ensure_shares_add_up(text, files, &detailed.flow);
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path.join("fixtures").join(name)).unwrap()
}

#[test]
fn real_scrapes_are_counted_as_the_slow_ledger_counts_them() {
    let bodies = ["idle", "busy-client", "grpc-failures-outbound", "idle"]
        .map(|name| fixture(&format!("scrapes/{name}.prom")));
    let files = Files::new(&bodies);
    let by_name = collector(BY_NAME);
    let detailed = simulate(&by_name, &files.paths, 2, everything(&by_name));
    ensure_shares_add_up(&by_name, &files, &detailed.flow);
    for text in [collector(""), PROMETHEUS.replace("RULES", "")] {
        let detailed = simulate(&text, &files.paths, 2, everything(&text));
        ensure_labels_equal(&detailed.flow, &slowly(&text, &bodies));
    }
}

#[test]
fn only_the_labels_that_are_asked_for_are_there() {
    let text = collector(CHANGING);
    let files = Files::new(&["g{pod=\"a\",zone=\"z\"} 1\nh{pod=\"b\",port=\"1\"} 1\n".to_owned()]);
    let glob = globset::Glob::new("po*").unwrap().compile_matcher();
    let detail = Detail {
        labels_at: vec![LabelsAt {
            stage: "filter/some".to_owned(),
            labels: Some(glob),
        }],
        ..Detail::default()
    };
    let flow = simulate(&text, &files.paths, 1, detail).flow;
    for stage in &flow.stages {
        assert_eq!(stage.by_target, []);
        let labels: Vec<_> = stage
            .labels
            .iter()
            .map(|of| (&*of.family, &*of.label))
            .collect();
        let expected: &[(&str, &str)] = match stage.id.as_str() {
            "filter/some" => &[("h", "pod"), ("h", "port")],
            _ => &[],
        };
        assert_eq!(labels, expected, "{}", stage.id);
    }
}

/// Lines of a world small enough that labels, series and targets are often the same.
fn any_line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["g", "c_total", "drop_me", "u"]);
    let pairs = vec![
        "pod=\"a\"",
        "pod=\"b\"",
        "side=\"in\"",
        "side=\"out\"",
        "zone=\"x\"",
        "zone=\"y\"",
        "zone=\"z\"",
    ];
    let labels = prop::sample::subsequence(pairs, 0..4).prop_map(|mut labels: Vec<&str>| {
        labels.dedup_by_key(|pair| pair.split('=').next());
        labels
    });
    let plain = (name, labels.clone())
        .prop_map(|(name, labels)| format!("{name}{{{}}} 1\n", labels.join(",")));
    // All points of a histogram have the same bounds here: of two that become the same series the first one counts.
    let apart = labels.prop_map(|mut labels| {
        labels.retain(|pair| !pair.starts_with("zone"));
        labels
    });
    let histogram = (apart, any::<bool>()).prop_map(|(labels, more)| {
        let (name, bounds) = if more {
            ("k", &["0.25", "0.5", "+Inf"][..])
        } else {
            ("h", &["0.5", "+Inf"][..])
        };
        let own = labels.join(",");
        let comma = if own.is_empty() { "" } else { "," };
        let mut buckets = String::new();
        for bound in bounds {
            let _ = writeln!(buckets, "{name}_bucket{{{own}{comma}le=\"{bound}\"}} 1");
        }
        format!("{buckets}{name}_sum{{{own}}} 3\n{name}_count{{{own}}} 2\n")
    });
    prop_oneof![3 => plain, 1 => histogram]
}

fn any_body() -> impl Strategy<Value = String> {
    let lines = prop::collection::vec(any_line(), 0..12);
    lines.prop_map(|lines| {
        format!(
            "# TYPE h histogram\n# TYPE k histogram\n# TYPE c_total counter\n# TYPE g gauge\n{}",
            lines.concat()
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_scrapes_are_counted_as_the_slow_ledger_counts_them(
        bodies in prop::collection::vec(any_body(), 1..4)
    ) {
        let files = Files::new(&bodies);
        for rules in [BY_NAME, CHANGING] {
            ensure_all(&collector(rules), &files);
            ensure_all(&PROMETHEUS.replace("RULES", rules), &files);
        }
    }
}
