//! Configurations are read as the Collector reads them, from whatever they come in.

#![cfg(test)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use meshctl::collector::config::Config;
use meshctl::collector::config::Discovery;
use meshctl::collector::config::File;
use meshctl::collector::config::Role;
use meshctl::collector::config::Shape;
use meshctl::collector::confmap::Sources;
use meshctl::collector::position::ConfigError;
use meshctl::collector::version::DEFAULT;
use meshctl::collector::version::Version;
use proptest::prelude::*;

const MESH: &str = include_str!("../fixtures/collector/otel-mesh.yaml");
const MESH_RELABEL: &str = include_str!("../fixtures/collector/otel-mesh-relabel.yaml");
const THREE_JOBS: &str = include_str!("../fixtures/collector/three-jobs.yaml");

/// A small configuration that is complete.
const SMALL: &str = "\
receivers:
  prometheus/mesh:
    config:
      scrape_configs:
        - job_name: mesh
          static_configs:
            - targets: ['127.0.0.1:4191']
exporters:
  debug: {}
service:
  pipelines:
    metrics/mesh:
      receivers: [prometheus/mesh]
      exporters: [debug]
";

fn load_as(text: &str, chosen: Option<&str>, version: Version) -> Result<Config, ConfigError> {
    let env = |_: &str| None;
    let read_file = |_: &str| None;
    let sources = Sources {
        env: &env,
        read_file: Some(&read_file),
    };
    Config::load(
        &[File {
            name: "otel.yaml",
            text,
        }],
        chosen,
        sources,
        version,
    )
}

fn load(text: &str) -> Result<Config, ConfigError> {
    load_as(text, None, DEFAULT)
}

/// Message, and line and column, of the error that a change makes.
fn refused(text: &str) -> (String, u32, u32) {
    let error = load(text).unwrap_err();
    (error.message, error.at.line, error.at.column)
}

/// The text with as many blanks before each line.
fn indented(text: &str, by: usize) -> String {
    let line = |line: &str| format!("{}{line}\n", " ".repeat(by));
    text.lines().map(line).collect()
}

#[test]
fn the_published_configurations_load() {
    for version in [DEFAULT, Version::new(0, 107, 0), Version::new(0, 147, 0)] {
        for (text, processors) in [(MESH, 6), (MESH_RELABEL, 5)] {
            let config = load_as(text, None, version).unwrap();
            assert_eq!(config.shape, Shape::Collector);
            assert_eq!(config.notices, [], "{version}");
            let pipeline = config.select_pipeline(None).unwrap();
            assert_eq!(
                (pipeline.id.as_str(), pipeline.processors.len()),
                ("metrics/mesh", processors)
            );
            assert!(config.unused().is_empty());
            let [job] = &config.scrapes[0].jobs[..] else {
                panic!("one job")
            };
            assert_eq!(
                (job.name.as_str(), job.interval),
                ("linkerd-mesh", Duration::from_secs(30))
            );
            assert_eq!(
                (job.timeout, job.interval_at.line),
                (Duration::from_secs(10), 10)
            );
            assert_eq!(
                job.relabel[1].get("replacement").unwrap().scalar(),
                Some("$1:4191")
            );
            let [Discovery::Kubernetes(pods)] = &job.discovery[..] else {
                panic!("pods")
            };
            assert_eq!((pods.role.as_str(), pods.namespaces.len()), ("pod", 0));
        }
    }
    assert_eq!(
        load(MESH_RELABEL).unwrap().scrapes[0].jobs[0]
            .metric_relabel
            .len(),
        1
    );
}

#[test]
fn three_jobs_lead_to_two_exporters() {
    let config = load(THREE_JOBS).unwrap();
    let jobs: Vec<_> = config.scrapes[0]
        .jobs
        .iter()
        .map(|job| (job.name.as_str(), job.relabel.len()))
        .collect();
    assert_eq!(
        jobs,
        [
            ("linkerd-controller", 2),
            ("linkerd-multicluster-controller", 2),
            ("linkerd-proxy", 11),
        ]
    );
    let [unset] = &config.notices[..] else {
        panic!("{:?}", config.notices)
    };
    assert_eq!(
        (unset.subject.as_str(), unset.at.line),
        ("OPENOBSERVE_AUTHORIZATION", 94)
    );
    let pipeline = config.select_pipeline(None).unwrap();
    let exporters: Vec<_> = pipeline
        .exporters
        .iter()
        .map(|exporter| exporter.id.as_str())
        .collect();
    assert_eq!(exporters, ["debug", "otlp/openobserve"]);
    let component = config
        .component(Role::Exporter, "otlp/openobserve")
        .unwrap();
    assert_eq!(
        (component.kind.as_str(), component.name.as_str()),
        ("otlp", "openobserve")
    );
}

#[test]
fn recorded_configurations_are_refused_where_the_real_one_refuses_its_settings() {
    let directory =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/conformance/collector/configs");
    let mut names: Vec<String> = fs::read_dir(directory.clone())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension() == Some("yaml".as_ref()))
        .collect();
    names.sort();
    assert!(names.len() > 40, "{names:?}");
    for version in [Version::new(0, 117, 0), Version::new(0, 156, 0)] {
        let mut refused = Vec::new();
        for name in &names {
            let text = fs::read_to_string(directory.join(name)).unwrap();
            match load_as(&text, None, version) {
                Ok(config) => assert_eq!(config.metrics_pipelines().len(), 1, "{name}"),
                Err(error) => refused.push((name.as_str(), error.message, error.at.line)),
            }
        }
        // What else is refused is up to the components: rules, conditions and patterns are not looked at here.
        assert_eq!(refused, [
            (
                "c80_unknown_receiver_key.yaml",
                "receiver `prometheus/mesh` has no key `scrape_everything`".to_owned(),
                4
            ),
            (
                "c85_braces.yaml",
                "environment variable \"1\" has invalid name: must match regex ^[a-zA-Z_][a-zA-Z0-9_]*$".to_owned(),
                15
            ),
            (
                "c87_undefined_processor.yaml",
                "service::pipelines::metrics/mesh: references processor \"batch\" which is not configured".to_owned(),
                24
            ),
        ]);
    }
}

#[test]
fn a_configuration_is_found_in_whatever_holds_it() {
    let small = indented(SMALL, 4);
    let config_map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: otel, namespace: mesh}}\ndata:\n  other: text\n  relay.yaml: |\n{small}"
    );
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}",
        indented(&config_map, 2).trim_start()
    );
    let many = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\n---\n{config_map}");
    let custom = format!(
        "apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: {{name: otel}}\nspec:\n  config:\n{small}"
    );
    let custom_text =
        custom
            .replace("v1beta1", "v1alpha1")
            .replacen("  config:\n", "  config: |\n", 1);
    let values = format!("mode: daemonset\nconfig:\n{}", indented(SMALL, 2));
    let parent = format!("opentelemetry-collector:\n  config:\n{small}");
    let manifest = |name: &str| Shape::Manifest(name.to_owned());
    let helm = |path: &str| Shape::Helm(path.to_owned());
    for (text, shape, line, column) in [
        (SMALL.to_owned(), Shape::Collector, 2, 3),
        (
            config_map.clone(),
            manifest("ConfigMap/mesh/otel/relay.yaml"),
            8,
            7,
        ),
        (list, manifest("ConfigMap/mesh/otel/relay.yaml"), 11, 9),
        (many, manifest("ConfigMap/mesh/otel/relay.yaml"), 12, 7),
        (custom, manifest("OpenTelemetryCollector/otel"), 7, 7),
        (custom_text, manifest("OpenTelemetryCollector/otel"), 7, 7),
        (values, helm("config"), 4, 5),
        (parent, helm("opentelemetry-collector.config"), 4, 7),
    ] {
        let config =
            load(&text).unwrap_or_else(|error| panic!("{error} at {:?} in\n{text}", error.at));
        assert_eq!(config.shape, shape);
        let pipeline = config.select_pipeline(None).unwrap();
        assert_eq!(pipeline.id, "metrics/mesh");
        let receiver = config.component(Role::Receiver, "prometheus/mesh").unwrap();
        assert_eq!(
            (receiver.at.line, receiver.at.column),
            (line, column),
            "{text}"
        );
        assert_eq!(
            text.lines().nth(line as usize - 1).unwrap().trim(),
            "prometheus/mesh:"
        );
    }
}

#[test]
fn a_prometheus_configuration_is_one_too() {
    let config = load(
        "global: {scrape_interval: 5s}\nscrape_configs:\n- job_name: a\n  metrics_path: /m$1\n",
    )
    .unwrap();
    assert_eq!(config.shape, Shape::Prometheus);
    let job = &config.scrapes[0].jobs[0];
    assert_eq!(
        (job.interval, job.timeout),
        (Duration::from_secs(5), Duration::from_secs(5))
    );
    assert_eq!(job.metrics_path, "/m$1");
    assert_eq!(config.metrics_pipelines().len(), 1);
}

#[test]
fn one_of_several_must_be_chosen() {
    let small = indented(SMALL, 4);
    let two = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: otel}}\ndata:\n  a.yaml: |\n{small}  b.yaml: |\n{small}"
    );
    let error = load(&two).unwrap_err();
    assert_eq!(error.message, "this file holds more than one configuration");
    assert_eq!(
        error.help.unwrap(),
        "choose one with `--collector-key NAME`: ConfigMap/otel/a.yaml, ConfigMap/otel/b.yaml"
    );
    let chosen = load_as(&two, Some("b.yaml"), DEFAULT).unwrap();
    assert_eq!(
        chosen.shape,
        Shape::Manifest("ConfigMap/otel/b.yaml".to_owned())
    );
    assert!(load_as(&two, Some("yaml"), DEFAULT).is_err());
    assert!(load_as(&two, Some("c.yaml"), DEFAULT).is_err());
    assert_eq!(
        load("a: b\n").unwrap_err().message,
        "this file holds no Collector configuration"
    );
    assert_eq!(
        load("").unwrap_err().message,
        "this file holds no Collector configuration"
    );
}

#[test]
fn a_chart_supplies_what_its_values_leave_out() {
    let values = "\
config:
  receivers:
    jaeger: null
    prometheus/mesh:
      config: {scrape_configs: [{job_name: mesh}]}
  service:
    pipelines:
      traces: null
      metrics/mesh:
        receivers: [prometheus/mesh]
        processors: [memory_limiter, batch]
        exporters: [debug]
";
    let config = load(values).unwrap();
    assert_eq!(config.select_pipeline(None).unwrap().id, "metrics/mesh");
    assert!(config.component(Role::Receiver, "jaeger").is_none());
    assert!(config.component(Role::Processor, "batch").is_some());
    assert!(config.notices.is_empty() && config.unused().is_empty());
}

#[test]
fn what_the_collector_refuses_is_refused_at_its_place() {
    let with = |from: &str, to: &str| {
        assert!(SMALL.contains(from), "{from}");
        refused(&SMALL.replacen(from, to, 1))
    };
    let word = |text: &str| text.to_owned();
    let reference = "service::pipelines::metrics/mesh: references";
    assert_eq!(
        with("exporters: [debug]", "exporters: [debg]"),
        (
            format!("{reference} exporter \"debg\" which is not configured"),
            14,
            19
        )
    );
    assert_eq!(
        with("receivers: [prometheus/mesh]", "receivers: [prometheus]"),
        (
            format!("{reference} receiver \"prometheus\" which is not configured"),
            13,
            19
        )
    );
    assert_eq!(
        with("exporters:\n  debug", "exporter:\n  debug"),
        (
            word("a Collector configuration has no key `exporter`"),
            8,
            1
        )
    );
    assert_eq!(
        with(
            "job_name: mesh\n",
            "job_name: mesh\n          scrape_intervall: 1s\n"
        ),
        (word("scrape_configs has no key `scrape_intervall`"), 6, 11)
    );
    assert_eq!(
        with("job_name: mesh", "job_name: ''"),
        (word("job_name is empty"), 5, 21)
    );
    assert_eq!(
        with(
            "job_name: mesh\n",
            "job_name: mesh\n          scrape_interval: 5s\n          scrape_timeout: 6s\n"
        ),
        (
            word(
                "scrape timeout greater than scrape interval for scrape config with job name \"mesh\""
            ),
            7,
            27
        )
    );
    assert_eq!(
        with(
            "      scrape_configs:\n",
            "      global: {scrape_timeout: 2m}\n      scrape_configs:\n"
        )
        .0,
        "global scrape timeout greater than scrape interval"
    );
    assert_eq!(
        with(
            "      scrape_configs:\n",
            "      remote_write: [{url: x}]\n      scrape_configs:\n"
        ),
        (word("unsupported features: remote_write"), 4, 21)
    );
    assert_eq!(
        with("'127.0.0.1:4191'", "'http://pod:4191'"),
        (word("\"http://pod:4191\" is not a valid hostname"), 7, 25)
    );
    assert_eq!(
        with("debug: {}", "debug: {}\n  /x: {}").0,
        "in \"/x\" id: the part before / should not be empty"
    );
    assert_eq!(
        with("metrics/mesh:", "metric:").0,
        "in \"metric\" id: invalid pipeline signal: \"metric\""
    );
    assert_eq!(
        with("exporters: [debug]", "processors: []").0,
        "service::pipelines::metrics/mesh: must have at least one exporter"
    );
}

#[test]
fn a_component_is_known_by_the_names_of_its_release() {
    let text = SMALL.replace("debug", "prometheus_remote_write");
    let error = load(&text).unwrap_err();
    assert_eq!(
        error.message,
        "'exporters' unknown type: \"prometheus_remote_write\" for id: \"prometheus_remote_write\""
    );
    let newest = load_as(&text, None, Version::new(0, 156, 0)).unwrap();
    assert_eq!(
        newest.of_role(Role::Exporter).next().unwrap().kind,
        "prometheusremotewrite"
    );
    assert!(newest.notices.is_empty());

    let old = load_as(
        &SMALL.replace("debug", "prometheusremotewrite"),
        None,
        Version::new(0, 156, 0),
    )
    .unwrap();
    assert_eq!(
        old.notices[0].message,
        "`prometheusremotewrite` is a deprecated name for the exporter `prometheus_remote_write`"
    );
    let unknown = load(&SMALL.replace("debug", "debgu")).unwrap();
    assert_eq!(
        unknown.notices[0].message,
        "no exporter of type `debgu` is known; did you mean `debug`?"
    );
}

#[test]
fn settings_of_the_receiver_come_and_go_with_releases() {
    for (key, from, until) in [
        ("use_start_time_metric: true", 100, 143),
        ("start_time_metric_regex: x", 100, 143),
        ("report_extra_scrape_metrics: true", 100, 149),
        ("trim_metric_suffixes: true", 100, 157),
        ("api_server: {}", 122, 157),
        ("scrape_on_shutdown: true", 155, 157),
    ] {
        let text = SMALL.replacen(
            "prometheus/mesh:\n",
            &format!("prometheus/mesh:\n    {key}\n"),
            1,
        );
        for minor in [100, 117, 121, 122, 142, 143, 148, 149, 154, 155, 156] {
            let loads = load_as(&text, None, Version::new(0, minor, 0)).is_ok();
            assert_eq!(
                loads,
                (from..until).contains(&minor),
                "{key} in 0.{minor}.0"
            );
        }
    }
}

#[test]
fn connectors_lead_from_one_pipeline_to_the_next() {
    let text = "\
receivers:
  prometheus: {config: {scrape_configs: [{job_name: mesh}]}}
exporters: {debug: , nop: }
connectors: {forward: }
service:
  pipelines:
    metrics/in: {receivers: [prometheus], exporters: [forward]}
    metrics/out: {receivers: [forward], exporters: [debug]}
";
    let config = load(text).unwrap();
    let entered = config.select_pipeline(None).unwrap();
    assert_eq!(entered.id, "metrics/in");
    let after: Vec<_> = config
        .after(entered)
        .iter()
        .map(|(by, to)| (by.id.as_str(), to.id.as_str()))
        .collect();
    assert_eq!(after, [("forward", "metrics/out")]);
    let unused: Vec<_> = config
        .unused()
        .iter()
        .map(|component| component.id.as_str())
        .collect();
    assert_eq!(unused, ["nop"]);
    let lonely =
        load(&text.replace("receivers: [forward]", "receivers: [prometheus]")).unwrap_err();
    assert_eq!(
        lonely.message,
        "connector \"forward\" used as exporter but not used in any supported receiver pipeline"
    );
    let two = text.replace(
        "exporters: [debug]}",
        "exporters: [debug]}\n    metrics/b: {receivers: [prometheus], exporters: [debug]}",
    );
    let config = load(&two).unwrap();
    let error = config.select_pipeline(None).unwrap_err();
    assert_eq!(
        error.help.unwrap(),
        "choose one with `--pipeline`: metrics/in, metrics/b"
    );
    assert_eq!(
        config.select_pipeline(Some("metrics/b")).unwrap().id,
        "metrics/b"
    );
    let error = config.select_pipeline(Some("metrics/c")).unwrap_err();
    assert_eq!(error.help.unwrap(), "did you mean `metrics/b`?");
}

#[test]
fn later_files_are_laid_over_earlier_ones() {
    let env = |name: &str| (name == "INTERVAL").then(|| "7s".to_owned());
    let read_file = |name: &str| (name == "jobs.yaml").then(|| "[{job_name: read}]".to_owned());
    let sources = Sources {
        env: &env,
        read_file: Some(&read_file),
    };
    let over = "\
receivers:
  prometheus/mesh:
    config:
      global: {scrape_interval: '${env:INTERVAL}'}
      scrape_configs: ${file:jobs.yaml}
";
    let files = [
        File {
            name: "a",
            text: SMALL,
        },
        File {
            name: "b",
            text: over,
        },
    ];
    let config = Config::load(&files, None, sources, DEFAULT).unwrap();
    let [job] = &config.scrapes[0].jobs[..] else {
        panic!("lists are replaced")
    };
    assert_eq!(
        (job.name.as_str(), job.interval),
        ("read", Duration::from_secs(7))
    );
    assert_eq!((job.at.file, job.at.line, job.at.column), (1, 5, 23));
    let error = Config::load(
        &files,
        None,
        Sources {
            read_file: None,
            ..sources
        },
        DEFAULT,
    )
    .unwrap_err();
    assert_eq!(
        error.message,
        "scheme \"file\" is not supported for uri \"file:jobs.yaml\""
    );
}

#[test]
fn references_that_feed_on_themselves_end() {
    for (name, value) in [
        ("A", "${env:A}"),
        ("A", "x${env:A}${env:A}"),
        ("A", "[\"${env:A}\", \"${env:A}\"]"),
    ] {
        let env = |asked: &str| (asked == name).then(|| value.to_owned());
        let sources = Sources {
            env: &env,
            read_file: None,
        };
        for minor in [101, 104, 105, 106, 118, 156] {
            let text = SMALL.replace("debug: {}", "debug: {x: '${env:A}'}");
            let files = [File {
                name: "a",
                text: &text,
            }];
            assert!(
                Config::load(&files, None, sources, Version::new(0, minor, 0)).is_err(),
                "{value} {minor}"
            );
        }
    }
}

#[test]
fn what_multiplies_out_is_refused_before_it_is_made() {
    let long = "x".repeat(1 << 20);
    let env = |name: &str| (name == "LONG").then(|| long.clone());
    let sources = Sources {
        env: &env,
        read_file: None,
    };
    let braced = format!("debug: {{x: '{}'}}", "${env:LONG}".repeat(1000));
    let unbraced = format!("debug: {{x: '{}'}}", "$LONG".repeat(1000));
    let items = vec!["'${env:LONG}'"; 1000].join(", ");
    let listed = format!("debug: {{x: [{items}]}}");
    for (debug, minor) in [(braced, 118), (unbraced, 103), (listed, 118)] {
        let text = SMALL.replace("debug: {}", &debug);
        let files = [File {
            name: "a",
            text: &text,
        }];
        assert!(
            Config::load(&files, None, sources, Version::new(0, minor, 0)).is_err(),
            "{minor}"
        );
    }
    let anchored = format!(
        "debug: {{x: &x '{long}', y: [{}]}}",
        vec!["*x"; 10_000].join(", ")
    );
    assert!(load(&SMALL.replace("debug: {}", &anchored)).is_err());
}

#[test]
fn the_oldest_releases_take_a_group_for_a_variable() {
    let text = SMALL.replace(
        "job_name: mesh\n",
        "job_name: mesh\n          metrics_path: /$1m\n",
    );
    let old = load_as(&text, None, Version::new(0, 101, 0)).unwrap();
    assert_eq!(old.scrapes[0].jobs[0].metrics_path, "/m");
    let [unset] = &old.notices[..] else {
        panic!("{:?}", old.notices)
    };
    assert_eq!(
        (unset.subject.as_str(), unset.at.line, unset.at.column),
        ("1", 6, 25)
    );
    for minor in [102, 103, 104, 105, 106] {
        let error = load_as(&text, None, Version::new(0, minor, 0)).unwrap_err();
        assert!(
            error
                .message
                .starts_with("cannot convert the confmap.Conf: ")
        );
        assert_eq!((error.at.line, error.at.column), (6, 25));
        assert_eq!(
            error.help.unwrap(),
            "write `$$1` for a `$` that is meant as such"
        );
    }
    let new = load_as(&text, None, Version::new(0, 107, 0)).unwrap();
    assert_eq!(new.scrapes[0].jobs[0].metrics_path, "/$1m");
}

#[test]
fn a_configuration_may_be_shared_by_workers() {
    fn is_shared<T: Send + Sync + Clone>() {}
    is_shared::<Config>();
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = load(&text);
    }

    #[test]
    fn no_damage_panics(
        which in 0_usize..4,
        at in any::<prop::sample::Index>(),
        length in 0_usize..40,
        put in "([-:?&*!|>%@`'\"{}\\[\\], \n\ta-c#~<0-9.$]){0,12}",
        minor in 100_u16..157,
    ) {
        let text = [SMALL, MESH, MESH_RELABEL, THREE_JOBS][which];
        let mut bytes = text.as_bytes().to_vec();
        let start = at.index(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, put.bytes());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let _ = load_as(&text, None, Version::new(0, minor, 0));
    }
}
