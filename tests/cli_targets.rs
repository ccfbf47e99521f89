//! `meshctl targets`, through the real program.

#![cfg(test)]

#[expect(dead_code, reason = "other commands need the rest")]
mod harness;

use std::path::Path;

use harness::Cli;
use harness::code;
use harness::text;
use serde_json::Value;

/// A pod with a proxy of two ports, one with a native sidecar, one without a proxy.
const PODS: &str = r#"{"apiVersion": "v1", "kind": "List", "items": [
 {"kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop"},
  "spec": {"nodeName": "n1", "containers": [
   {"name": "linkerd-proxy", "ports": [{"name": "linkerd-proxy", "containerPort": 4143}, {"name": "linkerd-admin", "containerPort": 4191}]},
   {"name": "web", "ports": [{"name": "http", "containerPort": 8080}]}]},
  "status": {"phase": "Running", "podIP": "10.0.0.1"}},
 {"kind": "Pod", "metadata": {"name": "api-1", "namespace": "shop"},
  "spec": {"nodeName": "n2", "containers": [{"name": "api", "ports": [{"name": "http", "containerPort": 8080}]}],
   "initContainers": [{"name": "linkerd-proxy", "restartPolicy": "Always", "ports": [{"name": "linkerd-admin", "containerPort": 4191}]}]},
  "status": {"phase": "Running", "podIP": "10.0.0.2"}},
 {"kind": "Pod", "metadata": {"name": "old-1", "namespace": "shop"},
  "spec": {"nodeName": "n2", "containers": [{"name": "old"}]}, "status": {"phase": "Pending"}}]}"#;

/// Keeps the proxy, and only where it is no init container.
const COLLECTOR: &str = "receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: mesh
          scrape_interval: 30s
          kubernetes_sd_configs:
            - role: pod
          relabel_configs:
            - source_labels: [__meta_kubernetes_pod_container_name]
              action: keep
              regex: linkerd-proxy
            - source_labels: [__meta_kubernetes_pod_container_init]
              action: drop
              regex: 'true'
            - source_labels: [__meta_kubernetes_pod_ip]
              target_label: __address__
              replacement: $1:4191
exporters:
  debug:
service:
  pipelines:
    metrics:
      receivers: [prometheus]
      exporters: [debug]
";

fn cli() -> Cli {
    Cli::new()
        .file("otel.yaml", COLLECTOR)
        .file("pods.json", PODS)
}

fn json(cli: &Cli, arguments: &[&str]) -> Value {
    let output = cli.output(&[&["targets"], arguments, &["-o", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    path.to_str().unwrap().to_owned()
}

fn ids(document: &Value) -> Vec<&str> {
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["id"].as_str().unwrap())
        .collect()
}

/// The numbers of each job: discovered, scraped, dropped.
fn counts(document: &Value) -> Vec<(u64, u64, usize)> {
    let jobs = document["jobs"].as_array().unwrap().iter();
    jobs.map(|job| {
        (
            job["discovered"].as_u64().unwrap(),
            job["scraped"].as_u64().unwrap(),
            job["dropped_targets"].as_array().unwrap().len(),
        )
    })
    .collect()
}

#[test]
fn the_two_rule_configuration_takes_each_proxy_once() {
    let mesh = fixture("kubernetes/mesh.json");
    let document = json(&cli(), &[&fixture("collector/otel-mesh.yaml"), &mesh]);
    assert_eq!(counts(&document), [(121, 24, 73)]);
    // 24 of 48 raw targets: each proxy has two ports, and both become the same target.
    let targets = document["jobs"][0]["targets"].as_array().unwrap();
    assert!(
        targets
            .iter()
            .all(|target| target["origins"].as_array().unwrap().len() == 2)
    );
    assert_eq!(document["proxies_running"], 23);
    assert_eq!(document["proxies_scraped"], 23);
    assert_eq!(ids(&document), ["targets/not-running"]);
}

#[test]
fn the_three_jobs_share_the_cluster_without_doubles() {
    let mesh = fixture("kubernetes/mesh.json");
    let document = json(&cli(), &[&fixture("collector/three-jobs.yaml"), &mesh]);
    let scraped: Vec<u64> = counts(&document)
        .iter()
        .map(|(_, scraped, _)| *scraped)
        .collect();
    assert_eq!(scraped, [11, 1, 24]);
    assert_eq!(document["doubles"], Value::Array(Vec::new()));
    assert_eq!(document["proxies_scraped"], 23);
    let proxy = &document["jobs"][2]["targets"];
    let mut targets = proxy.as_array().unwrap().iter();
    let db = targets
        .find(|target| target["labels"]["pod"] == "db-0")
        .unwrap();
    assert_eq!(db["labels"]["statefulset"], "db");
    assert_eq!(db["labels"]["control_plane_ns"], "linkerd");
    assert_eq!(db["labels"]["app"], "db");
}

#[test]
fn a_native_sidecar_that_a_rule_drops_is_named_and_gates() {
    let cli = cli();
    let output = cli.output(&["targets", "otel.yaml", "pods.json", "--fail-on", "medium"]);
    assert_eq!(code(&output), 1);
    let document = json(&cli, &["otel.yaml", "pods.json"]);
    assert_eq!(counts(&document), [(5, 1, 3)]);
    assert_eq!(ids(&document), ["targets/unscraped"]);
    let message = document["findings"][0]["message"].as_str().unwrap();
    assert!(
        message.contains(
            "shop/api-1, dropped by job mesh at otel.yaml:13:15 (drop, which saw \"true\")"
        ),
        "{message}"
    );
}

#[test]
fn a_daemon_set_scrapes_everything_once_for_each_node() {
    let cli = cli();
    let document = json(&cli, &["otel.yaml", "pods.json", "--mode", "daemonset"]);
    assert!(ids(&document).contains(&"targets/every-node"));
    let manifest = format!(
        "apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: {{name: mesh, namespace: otel}}\n\
         spec:\n  mode: daemonset\n  config:\n{}",
        COLLECTOR
            .lines()
            .flat_map(|line| ["    ", line, "\n"])
            .collect::<String>()
    );
    let cli = cli.file("mesh.yaml", manifest);
    let declared = json(&cli, &["mesh.yaml", "pods.json"]);
    assert_eq!(declared["mode"], "daemonset");
    assert!(ids(&declared).contains(&"targets/every-node"));
    let own = COLLECTOR.replace(
        "            - role: pod\n",
        "            - role: pod\n              selectors: [{role: pod, field: 'spec.nodeName=${env:NODE}'}]\n",
    );
    let cli = cli.file("own.yaml", own);
    let arguments = [
        "own.yaml",
        "pods.json",
        "--mode",
        "daemonset",
        "--environment",
        "NODE=n1",
    ];
    let own = json(&cli, &arguments);
    assert_eq!(ids(&own), Vec::<&str>::new(), "{own}");
    assert_eq!(own["jobs"][0]["shared_by"], "node");
    assert_eq!(own["proxies_scraped"], 2);
}

#[test]
fn the_configuration_may_be_named_anywhere() {
    let cli = cli();
    let one = json(&cli, &["pods.json", "otel.yaml"]);
    let other = json(&cli, &["pods.json", "--collector", "otel.yaml"]);
    assert_eq!(one, other);
    let piped = cli.stdin(PODS);
    assert_eq!(json(&piped, &["otel.yaml", "-"])["jobs"], one["jobs"]);
}

#[test]
fn what_is_missing_or_unusable_is_said() {
    let cli = cli()
        .file("empty.json", "")
        .file("broken.json", "{\"kind\": \"PodList\", \"items\": [");
    let nothing = cli.verdict(&["targets", "pods.json"]);
    assert!(nothing.starts_with("exit: 2\n"), "{nothing}");
    assert!(
        nothing.contains("no configuration to evaluate"),
        "{nothing}"
    );
    let alone = cli.verdict(&["targets", "otel.yaml"]);
    assert!(
        alone.starts_with("exit: 2\n") && alone.contains("no objects of a cluster"),
        "{alone}"
    );
    let absent = cli.verdict(&["targets", "otel.yaml", "gone.json"]);
    assert!(
        absent.starts_with("exit: 2\n") && absent.contains("cannot read gone.json"),
        "{absent}"
    );
    for file in ["empty.json", "broken.json"] {
        let said = cli.verdict(&["targets", "--collector", "otel.yaml", file]);
        assert!(
            said.starts_with("exit: 2\n") && said.contains(file),
            "{said}"
        );
    }
}

#[test]
fn what_is_not_known_is_a_warning_and_makes_the_answer_partial_when_asked() {
    let more = COLLECTOR.replace(
        "            - role: pod\n",
        "            - role: pod\n            - role: endpoints\n          consul_sd_configs: [{server: 'consul:8500'}]\n",
    );
    let cli = cli().file("more.yaml", more);
    let output = cli.output(&["targets", "more.yaml", "pods.json"]);
    let said = text(&output.stderr);
    assert_eq!(code(&output), 0);
    assert!(said.contains("consul_sd_configs"), "{said}");
    assert!(
        said.contains("asks for endpoints, and none were given"),
        "{said}"
    );
    for (flag, expected) in [("--fail-if-partial", 3), ("--strict", 2)] {
        let output = cli.output(&["targets", "more.yaml", "pods.json", flag]);
        assert_eq!(code(&output), expected, "{flag}");
    }
}

#[test]
fn no_credentials_reach_any_output() {
    let config = "scrape_configs:\n- job_name: fixed\n  scrape_interval: 30s\n  params: {token: [hunter2]}\n  \
                  static_configs: [{targets: ['me:hunter2@host:4191']}]\n";
    let cli = Cli::new().file("prometheus.yml", config);
    for format in ["table", "wide", "json", "jsonl", "csv", "markdown"] {
        let output = cli.output(&["targets", "prometheus.yml", "-o", format]);
        assert_eq!(code(&output), 0, "{format}: {}", text(&output.stderr));
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.contains("hunter2"), "{format}: {said}");
        let lists_targets = format != "markdown";
        assert_eq!(
            said.contains("host:4191"),
            lists_targets,
            "{format}: {said}"
        );
    }
}

#[test]
fn hostile_names_are_escaped_where_people_read() {
    let pods = PODS.replace("web-1", "web\\u001b[2J");
    let cli = Cli::new()
        .file("otel.yaml", COLLECTOR)
        .file("pods.json", pods);
    for format in ["table", "wide", "markdown"] {
        let output = cli.output(&["targets", "otel.yaml", "pods.json", "-o", format]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.contains('\u{1b}'), "{format}: {said}");
    }
}

#[test]
fn every_raw_target_is_a_row_and_every_line_an_object() {
    let cli = cli();
    let output = cli.output(&["targets", "otel.yaml", "pods.json", "-o", "csv"]);
    let rows = text(&output.stdout);
    // One for each raw target: three of web-1, two of api-1. The pod without an address has none.
    assert_eq!(rows.lines().count(), 1 + 5, "{rows}");
    let output = cli.output(&["targets", "otel.yaml", "pods.json", "-o", "jsonl"]);
    let mut kinds: Vec<String> = Vec::new();
    for line in text(&output.stdout).lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        kinds.push(object["kind"].as_str().unwrap().to_owned());
    }
    kinds.dedup();
    let expected = [
        "targets",
        "job",
        "target",
        "dropped_target",
        "not_discovered",
        "proxy",
        "finding",
    ];
    assert_eq!(kinds, expected);
}
