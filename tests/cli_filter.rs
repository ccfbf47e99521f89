//! `meshctl filter` and the pipeline of an audit, through the real program.

#![cfg(test)]

#[expect(dead_code, reason = "other commands need the rest")]
mod harness;

use std::io::Read;
use std::path::Path;

use harness::Cli;
use harness::code;
use harness::text;
use serde_json::Value;

/// Five names; two are kept by what most tests keep.
const SCRAPE: &str = "# TYPE response_total counter\n\
    response_total{status_code=\"200\"} 5\n\
    response_total{status_code=\"503\"} 1\n\
    # TYPE tcp_open_connections gauge\n\
    tcp_open_connections{peer=\"dst\"} 3\n\
    # TYPE response_latency_ms histogram\n\
    response_latency_ms_bucket{le=\"1\"} 1\n\
    response_latency_ms_bucket{le=\"+Inf\"} 2\n\
    response_latency_ms_count 2\n\
    response_latency_ms_sum 7\n";

const COLLECTOR: &str = "receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: mesh
          scrape_interval: 10s
          static_configs: [{targets: ['web:4191']}]
processors:
  filter/mesh:
    metrics:
      metric:
        - 'not IsMatch(name, \"^response_total$\")'
exporters:
  prometheusremotewrite:
    endpoint: http://store/api/v1/write
service:
  pipelines:
    metrics/mesh:
      receivers: [prometheus]
      processors: [filter/mesh]
      exporters: [prometheusremotewrite]
";

fn cli() -> Cli {
    Cli::new()
        .file("web.prom", SCRAPE)
        .file("otel.yaml", COLLECTOR)
}

fn json(cli: &Cli, arguments: &[&str]) -> Value {
    let output = cli.output(&[arguments, &["-o", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    path.to_str().unwrap().to_owned()
}

fn stage<'a>(pipeline: &'a Value, name: &str) -> &'a Value {
    let stages = pipeline["stages"].as_array().unwrap();
    stages.iter().find(|stage| stage["name"] == name).unwrap()
}

fn arriving(pipeline: &Value) -> Vec<(String, u64)> {
    let names = pipeline["arriving"].as_array().unwrap().iter();
    names
        .map(|name| {
            let text = name["name"].as_str().unwrap().to_owned();
            (text, name["series"].as_u64().unwrap())
        })
        .collect()
}

#[test]
fn the_published_filter_keeps_what_was_published() {
    let collector = fixture("collector/otel-mesh.yaml");
    let scrapes = fixture("astronomy-shop.tar.zst");
    let report = json(
        &Cli::new(),
        &["filter", &scrapes, "--collector", &collector],
    );
    assert_eq!(report["totals"]["families"], 163);
    let filter = stage(&report["pipeline"], "filter/mesh");
    assert_eq!(filter["names"], 10);
    // What arrives is one more series for each target: `target_info`.
    assert_eq!(filter["series"], 9250);
    assert_eq!(report["pipeline"]["totals"]["series"], 9280);
    let names = arriving(&report["pipeline"]);
    assert_eq!(names.len(), 11);
    assert!(names.contains(&("response_latency_ms_bucket".to_owned(), 5642)));
    assert!(names.iter().any(|(name, _)| name == "target_info"));
}

#[test]
fn the_same_with_any_number_of_threads() {
    let collector = fixture("collector/otel-mesh.yaml");
    let scrapes = fixture("astronomy-shop.tar.zst");
    let run = |threads: &str| {
        let arguments = [
            "filter",
            &scrapes,
            "--collector",
            &collector,
            "--threads",
            threads,
        ];
        let output = Cli::new().output(&[&arguments[..], &["-o", "json"]].concat());
        assert_eq!(code(&output), 0);
        output.stdout
    };
    assert!(run("1") == run("7"));
}

#[test]
fn each_stage_says_what_it_drops_by_which_line() {
    insta::assert_snapshot!(cli().run(&["filter", "web.prom", "--collector", "otel.yaml"]), @r#"
    exit: 0
    --- stdout
     1 of 1 target read | 339 B a scrape | 0.7 samples/s at 10s
     3 families | 5 names | 7 series

     PIPELINE  metrics/mesh | otel.yaml | every 10s
                            names  series  points  samples/s  bytes  labels
     scrape                     5       7       -        0.7  238 B   0/1/1
     prometheus                10      12       9        1.2  360 B   0/0/1
     filter/mesh                1       2       2        0.2   72 B       1
       drops 10 series of 9 names
         not IsMatch(name, "^response_total$")  otel.yaml:12:11
         response_latency_ms_bucket  2
         response_latency_ms_count   1
         response_latency_ms_sum     1
         and 6 more
     prometheusremotewrite      2       3       3        0.3  268 B   3/3/6

     ARRIVES  2 names | 3 series | 42.9% of the scrape | prometheusremotewrite
                     series  share  samples/s
     response_total       2  66.7%        0.2  ########################
     target_info          1  33.3%        0.1  ############

     LABELS  7 of 7 by values, at prometheusremotewrite
                     values  series
     status_code          2       2
     http_scheme          1       1
     instance             1       3
     job                  1       3
     net_host_name        1       1
     server_address       1       1
     url_scheme           1       1
    --- stderr
    "#);
}

#[test]
fn an_audit_tells_what_arrives() {
    let arguments = ["audit", "web.prom", "--collector", "otel.yaml", "-q"];
    let output = cli().output(&arguments);
    let table = text(&output.stdout);
    let section: Vec<&str> = table
        .lines()
        .skip_while(|line| !line.starts_with(" PIPELINE"))
        .take_while(|line| !line.is_empty())
        .collect();
    insta::assert_snapshot!(section.join("\n"), @"
    PIPELINE  metrics/mesh | otel.yaml
      in 3 families | 5 names | 7 series
      filter/mesh drops 10 series of 9 names: response_latency_ms_bucket 2, resp...
      out 2 names | 3 series arrive | 42.9% | 0.3 samples/s | prometheusremotewrite
      of them 2 response_total, 1 target_info
    ");
}

#[test]
fn a_condition_or_a_regex_by_itself_will_do() {
    let cli = cli();
    let ottl = json(
        &cli,
        &["filter", "web.prom", "--ottl", "name != \"response_total\""],
    );
    let ottl = arriving(&ottl["pipeline"]);
    assert_eq!(
        ottl,
        [
            ("response_total".to_owned(), 2),
            ("target_info".to_owned(), 1)
        ]
    );
    let regex = json(
        &cli,
        &[
            "filter",
            "web.prom",
            "--keep-regex",
            "response_total|tcp_.*",
        ],
    );
    let names = arriving(&regex["pipeline"]);
    assert!(names.contains(&("response_total".to_owned(), 2)));
    assert!(names.contains(&("tcp_open_connections".to_owned(), 1)));
    assert!(names.contains(&("up".to_owned(), 1)));
    assert!(
        !names
            .iter()
            .any(|(name, _)| name.starts_with("response_latency"))
    );
}

#[test]
fn rules_by_themselves_are_those_of_a_prometheus() {
    let rules = "# what to keep\n- source_labels: [__name__]\n  regex: tcp_.*\n  action: keep\n";
    let cli = cli().file("rules.yml", rules);
    let report = json(&cli, &["filter", "web.prom", "--relabel", "rules.yml"]);
    let relabeling = stage(&report["pipeline"], "metric_relabel_configs");
    assert_eq!(relabeling["series"], 1);
    let dropped = &relabeling["dropped"][0];
    assert_eq!(dropped["position"]["file"], "rules.yml");
    assert_eq!(dropped["position"]["line"], 2);
    let names = arriving(&report["pipeline"]);
    assert!(
        names.contains(&("tcp_open_connections".to_owned(), 1)),
        "{names:?}"
    );
}

#[test]
fn the_interval_is_that_of_the_jobs_unless_one_is_typed() {
    let cli = cli();
    let arguments = ["filter", "web.prom", "--collector", "otel.yaml"];
    let report = json(&cli, &arguments);
    assert_eq!(report["scrape_interval_seconds"], 10.0);
    assert_eq!(report["pipeline"]["scrape_interval_seconds"], 10.0);
    let typed = json(
        &cli,
        &[&arguments[..], &["--scrape-interval", "1m"]].concat(),
    );
    assert_eq!(typed["pipeline"]["scrape_interval_seconds"], 60.0);
    let first = &typed["pipeline"]["stages"][0];
    assert_eq!(first["samples_per_second"], 7.0 / 60.0);
}

#[test]
fn several_files_are_merged() {
    let more = "processors: {filter/mesh: {metrics: {metric: ['name == \"response_total\"']}}}\n";
    let cli = cli().file("more.yaml", more);
    let arguments = [
        "filter",
        "web.prom",
        "--collector",
        "otel.yaml",
        "--collector",
        "more.yaml",
    ];
    let names = arriving(&json(&cli, &arguments)["pipeline"]);
    assert!(!names.iter().any(|(name, _)| name == "response_total"));
    assert!(names.iter().any(|(name, _)| name == "tcp_open_connections"));
}

#[test]
fn a_configuration_can_come_from_a_pipe_and_its_variables_from_a_flag() {
    let config = COLLECTOR.replace("response_total", "${env:KEPT}");
    let cli = cli().stdin(config).file("env", "# kept\nKEPT=tcp_.*\n");
    let arguments = ["filter", "web.prom", "--collector", "-"];
    let kept = |more: &[&str]| {
        let names = arriving(&json(&cli, &[&arguments[..], more].concat())["pipeline"]);
        names.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(
        kept(&["--env-file", "env"]),
        ["target_info", "tcp_open_connections"]
    );
    let both = ["--env-file", "env", "--environment", "KEPT=response_total"];
    assert_eq!(kept(&both), ["response_total", "target_info"]);
}

#[test]
fn what_is_not_simulated_is_said_and_an_error_under_strict() {
    let config = COLLECTOR.replace(
        "name, \"^response_total",
        "name, \"^${env:NOT_SET}response_total",
    );
    let cli = cli().file("otel.yaml", config);
    let arguments = [
        "filter",
        "web.prom",
        "--collector",
        "otel.yaml",
        "-o",
        "csv",
    ];
    insta::assert_snapshot!(cli.verdict(&arguments), @"
    exit: 0
    --- stderr
    warning: otel.yaml:12:11: NOT_SET: this variable is not set: the Collector goes on with nothing in its place
    ");
    insta::assert_snapshot!(cli.verdict(&[&arguments[..], &["--strict"]].concat()), @"
    exit: 2
    --- stderr
    warning: otel.yaml:12:11: NOT_SET: this variable is not set: the Collector goes on with nothing in its place
    error: 1 warning about the configuration (--strict); first: NOT_SET: this variable is not set: the Collector goes on with nothing in its place
    ");
}

#[test]
fn a_broken_configuration_is_shown_with_its_line() {
    let config = COLLECTOR.replace("    metrics:\n      metric", "    metrics:\n      metrc");
    let cli = cli().file("otel.yaml", config);
    insta::assert_snapshot!(cli.run(&["filter", "web.prom", "--collector", "otel.yaml"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: `metrics` of processor filter has no key `metrc`
      --> otel.yaml:11:7
       |
    11 |       metrc:
       |       ^^^^^
       |
       = help: did you mean `metric`?
    ");
    insta::assert_snapshot!(cli.run(&["filter", "web.prom", "--ottl", "name = \"a\""]), @r#"
    exit: 2
    --- stdout
    --- stderr
    error: expected a comparison, found `=`
     --> --ottl:1:6
      |
    1 | name = "a"
      |      ^
    "#);
}

#[test]
fn what_does_not_exist_is_named_with_what_does() {
    let cli = cli();
    let arguments = ["filter", "web.prom", "--collector", "otel.yaml"];
    let verdict = |more: &[&str]| cli.verdict(&[&arguments[..], more].concat());
    insta::assert_snapshot!(verdict(&["--pipeline", "metrics/mash"]), @"
    exit: 2
    --- stderr
    error: there is no pipeline `metrics/mash`
     --> otel.yaml:1:1
      |
    1 | receivers:
      | ^
      |
      = help: did you mean `metrics/mesh`?
    ");
    insta::assert_snapshot!(verdict(&["--job", "mash"]), @"
    exit: 2
    --- stderr
    error: there is no scrape job `mash`; did you mean `mesh`?
    ");
    insta::assert_snapshot!(verdict(&["--collector-version", "0.99"]), @"
    exit: 2
    --- stderr
    error: invalid value '0.99' for '--collector-version <VERSION>': what releases before 0.100.0 do is not known

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(cli.verdict(&["filter", "web.prom", "--collector", "gone.yaml"]), @"
    exit: 2
    --- stderr
    error: cannot read gone.yaml: No such file or directory (os error 2)
    ");
}

#[test]
fn one_filter_is_wanted_and_not_two() {
    let cli = cli();
    assert_eq!(code(&cli.output(&["filter", "web.prom"])), 2);
    insta::assert_snapshot!(cli.verdict(&["filter", "web.prom"]), @"
    exit: 2
    --- stderr
    error: the following required arguments were not provided:
      <--collector <FILE>|--relabel <FILE>|--keep-regex <REGEX>|--ottl <CONDITION>>

    Usage: meshctl filter <--collector <FILE>|--relabel <FILE>|--keep-regex <REGEX>|--ottl <CONDITION>> <SOURCE>...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(
        cli.verdict(&["filter", "web.prom", "--ottl", "true", "--collector", "otel.yaml"]), @"
    exit: 2
    --- stderr
    error: the argument '--ottl <CONDITION>' cannot be used with '--collector <FILE>'

    Usage: meshctl filter <--collector <FILE>|--relabel <FILE>|--keep-regex <REGEX>|--ottl <CONDITION>> <SOURCE>...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(cli.verdict(&["filter", "web.prom", "--pipeline", "a", "--ottl", "true"]), @"
    exit: 2
    --- stderr
    error: there is no pipeline `a`
     --> --ottl:1:1
      |
    1 | processors: {filter: {error_mode: ignore, metrics: {metric: [
      | ^
      |
      = help: there are: metrics
    ");
}

#[test]
fn nothing_comes_of_nothing() {
    let cli = cli().file("empty.prom", "# HELP up nothing else\n");
    let empty = json(&cli, &["filter", "empty.prom", "--collector", "otel.yaml"]);
    assert_eq!(empty["pipeline"]["totals"]["scraped_series"], 0);
    insta::assert_snapshot!(cli.verdict(&["filter", "gone.prom", "--collector", "otel.yaml"]), @"
    exit: 2
    --- stderr
    error: cannot read gone.prom: no such file
    ");
    insta::assert_snapshot!(cli.verdict(&["filter", "--collector", "otel.yaml"]), @"
    exit: 2
    --- stderr
    error: no SOURCE to read, and no kubeconfig of a cluster: name a file, a directory, a glob, a URL, or a --kubeconfig
    note: for example: meshctl filter web.prom --collector otel.yaml
    note: from a cluster: meshctl filter --kubeconfig FILE deploy/web --collector otel.yaml
    note: to read standard input: meshctl filter - --collector otel.yaml
    ");
}

#[test]
fn a_lost_scrape_is_a_finding_that_can_fail_a_build() {
    let broken = format!("{SCRAPE}route_total{{rt=\"a \"b\" c\"}} 1\n");
    let cli = cli().file("web.prom", broken);
    let arguments = ["filter", "web.prom", "--collector", "otel.yaml"];
    let report = json(&cli, &arguments);
    let lost = &report["pipeline"]["lost"][0];
    assert_eq!(lost["series"], 7);
    let ids = report["findings"].as_array().unwrap().iter();
    let found = ids
        .clone()
        .find(|finding| finding["id"] == "collector/scrape-lost");
    assert_eq!(found.unwrap()["evidence"]["lost_series"], 7);
    let output = cli.output(&[&arguments[..], &["--fail-on", "high"]].concat());
    assert_eq!(code(&output), 1);
    assert!(text(&output.stdout).contains("collector/scrape-lost"));
}

#[test]
fn hostile_names_stay_text() {
    let hostile = COLLECTOR.replace("^response_total$", "^response_total$|\u{202e}<b>@x");
    let cli = cli().file("otel.yaml", hostile);
    let arguments = ["filter", "web.prom", "--collector", "otel.yaml", "-o"];
    for format in ["table", "wide", "markdown"] {
        let output = cli.output(&[&arguments[..], &[format]].concat());
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
        let shown = text(&output.stdout);
        assert!(!shown.contains('\u{202e}'), "{format}");
        assert!(format != "markdown" || !shown.contains("<b>"), "{shown}");
    }
    let csv = Cli::new()
        .file("web.prom", "a 1\n")
        .file("otel.yaml", COLLECTOR.replace("metrics/mesh", "metrics/a"))
        .output(&[
            "filter",
            "web.prom",
            "--collector",
            "otel.yaml",
            "-o",
            "csv",
        ]);
    let csv = text(&csv.stdout);
    assert!(csv.starts_with("pipeline,stage,kind,name,series,"), "{csv}");
    assert!(
        csv.contains("\nmetrics/a,filter/mesh,processor,a,0,0,0.00,1,1,"),
        "{csv}"
    );
}

#[test]
fn every_format_tells_the_same_of_the_stages() {
    let cli = cli();
    let arguments = ["filter", "web.prom", "--collector", "otel.yaml", "-q", "-o"];
    let of = |format: &str| text(&cli.output(&[&arguments[..], &[format]].concat()).stdout);
    let lines = of("jsonl");
    let pipeline = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|line| line["kind"] == "pipeline")
        .unwrap();
    let document: Value = serde_json::from_str(&of("json")).unwrap();
    assert_eq!(pipeline["stages"], document["pipeline"]["stages"]);
    insta::assert_snapshot!(of("markdown"), @"
    ### meshctl filter

    1 of 1 target read | 339 B a scrape | 0.7 samples/s at 10s | 3 families | 5 names | 7 series

    #### Pipeline `metrics/mesh` of `otel.yaml`

    | Stage | Kind | Names | Series | Samples/s | Bytes |
    |:--|:--|--:|--:|--:|--:|
    | `scrape` | scrape | 5 | 7 | 0.7 | 238 B |
    | `prometheus` | receiver | 10 | 12 | 1.2 | 360 B |
    | `filter/mesh` | processor | 1 | 2 | 0.2 | 72 B |
    | `prometheusremotewrite` | exporter | 2 | 3 | 0.3 | 268 B |

    #### Dropped

    | Stage | Series | Names | Most of it | Why | Where |
    |:--|--:|--:|:--|:--|:--|
    | `filter/mesh` | 10 | 9 | `response_latency_ms_bucket` | <code>not IsMatch&#40;name&#44; &#34;&#94;response&#95;total&#36;&#34;&#41;</code> | `otel.yaml:12:11` |

    #### Arrives at `prometheusremotewrite`

    | Name | Series | Share |
    |:--|--:|--:|
    | `response_total` | 2 | 66.7% |
    | `target_info` | 1 | 33.3% |
    ");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut command = cli().command(&[
        "filter",
        "web.prom",
        "--collector",
        "otel.yaml",
        "-o",
        "wide",
    ]);
    let kept = cli();
    command.current_dir(kept.path());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child
        .stderr
        .as_mut()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(
        (child.wait().unwrap().code(), said),
        (Some(0), String::new())
    );
}

#[test]
#[cfg(unix)]
fn an_interrupt_is_followed_by_what_was_simulated_until_then() {
    use std::io::BufRead;
    use std::io::Write;
    let cli = cli();
    let arguments = ["filter", "-", "--collector", "otel.yaml", "-o", "json"];
    let mut child = cli.command(&arguments).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Larger than a pipe holds: it is read, so signals are listened for.
    stdin.write_all(SCRAPE.repeat(2_000).as_bytes()).unwrap();
    let kill = format!("kill -INT {}", child.id());
    let killed = std::process::Command::new("sh")
        .args(["-c", &kill])
        .status();
    assert!(killed.unwrap().success());
    let mut said = String::new();
    std::io::BufReader::new(child.stderr.as_mut().unwrap())
        .read_line(&mut said)
        .unwrap();
    assert_eq!(
        said,
        "interrupted: reporting what was read; once more to leave at once\n"
    );
    let _ = stdin.write_all(SCRAPE.repeat(2_000).as_bytes());
    drop(stdin);
    let mut report = String::new();
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_to_string(&mut report)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["pipeline"]["targets"], 0);
}

/// Renames, takes labels away and adds some.
const CHANGES: &str = "receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: mesh
          static_configs: [{targets: ['web:4191']}]
          metric_relabel_configs:
            - {source_labels: [__name__], regex: 'process_.*', action: drop}
            - {source_labels: [status_code], target_label: code}
            - {regex: status_code, action: labeldrop}
processors:
  filter/mesh:
    metrics:
      metric:
        - 'name == \"response_latency_ms_count\" or type == METRIC_DATA_TYPE_GAUGE'
      datapoint:
        - 'attributes[\"code\"] == \"503\" and value_double < 5'
  transform:
    metric_statements:
      - context: metric
        statements: ['set(name, \"calls\") where name == \"response_total\"']
exporters:
  prometheusremotewrite:
    endpoint: http://store/api/v1/write
service:
  pipelines:
    metrics/mesh:
      receivers: [prometheus]
      processors: [filter/mesh, transform]
      exporters: [prometheusremotewrite]
";

fn explained(series: &str, format: &str) -> String {
    let cli = cli().file("changes.yaml", CHANGES);
    let arguments = ["filter", "web.prom", "--collector", "changes.yaml"];
    cli.run(&[&arguments[..], &["--explain", series, "-o", format]].concat())
}

#[test]
fn a_series_is_followed_with_its_labels_as_they_stand() {
    insta::assert_snapshot!(explained("response_total{}", "table"), @r#"
    exit: 0
    --- stdout
     response_total{status_code="200"}
     the first of 2 series that fit, by target and labels; followed alone, from
       web.prom

     PIPELINE  metrics/mesh | changes.yaml
     scrape                  response_total
     metric_relabel_configs  response_total
       does not match: source_labels: [__name__], regex: process_.*, action: drop
         it saw `response_total` at changes.yaml:8:15
       matches: source_labels: [status_code], target_label: code
         it saw `200` at changes.yaml:9:15
         adds the label code="200"
       matches: regex: status_code, action: labeldrop
         at changes.yaml:10:15
         removes the label status_code="200"
     prometheus              sum response_total
       removes the label instance="web.prom"
       removes the label job="mesh"
       adds the resource attribute http.scheme="http"
       adds the resource attribute net.host.name="web.prom"
       adds the resource attribute net.host.port=""
       adds the resource attribute server.address="web.prom"
       adds the resource attribute server.port=""
       adds the resource attribute service.instance.id="web.prom"
       adds the resource attribute service.name="mesh"
       adds the resource attribute url.scheme="http"
     filter/mesh             sum response_total
       to this filter it is the metric response_total; a condition that is true
         drops it
       false name == "response_latency_ms_count" or type == METRIC_DATA_TYPE_GAUGE
         false name == "response_latency_ms_count"
           `name` is `response_total`
         false type == METRIC_DATA_TYPE_GAUGE
           `type` is METRIC_DATA_TYPE_SUM
       false attributes["code"] == "503" and value_double < 5
         false attributes["code"] == "503"
           `attributes["code"]` is `200`
         false (not looked at: decided before) value_double < 5
           `value_double` is 5
     transform               sum calls
       renames response_total to calls
     prometheusremotewrite   calls_total
       renames calls to calls_total
       adds the label instance="web.prom"
       adds the label job="mesh"
       calls_total{code="200", instance="web.prom", job="mesh"}
    --- stderr
    "#);
}

#[test]
fn a_series_that_is_dropped_shows_the_clause_with_what_it_saw() {
    insta::assert_snapshot!(explained(r#"response_total{status_code="503"}"#, "table"), @r#"
    exit: 0
    --- stdout
     response_total{status_code="503"}
     the only series that fits; followed alone, from web.prom

     PIPELINE  metrics/mesh | changes.yaml
     scrape                  response_total
     metric_relabel_configs  response_total
       does not match: source_labels: [__name__], regex: process_.*, action: drop
         it saw `response_total` at changes.yaml:8:15
       matches: source_labels: [status_code], target_label: code
         it saw `503` at changes.yaml:9:15
         adds the label code="503"
       matches: regex: status_code, action: labeldrop
         at changes.yaml:10:15
         removes the label status_code="503"
     prometheus              sum response_total
       removes the label instance="web.prom"
       removes the label job="mesh"
       adds the resource attribute http.scheme="http"
       adds the resource attribute net.host.name="web.prom"
       adds the resource attribute net.host.port=""
       adds the resource attribute server.address="web.prom"
       adds the resource attribute server.port=""
       adds the resource attribute service.instance.id="web.prom"
       adds the resource attribute service.name="mesh"
       adds the resource attribute url.scheme="http"
     filter/mesh             dropped
       attributes["code"] == "503" and value_double < 5
         changes.yaml:17:11
       to this filter it is the metric response_total; a condition that is true
         drops it
       false name == "response_latency_ms_count" or type == METRIC_DATA_TYPE_GAUGE
         false name == "response_latency_ms_count"
           `name` is `response_total`
         false type == METRIC_DATA_TYPE_GAUGE
           `type` is METRIC_DATA_TYPE_SUM
       true attributes["code"] == "503" and value_double < 5
         true attributes["code"] == "503"
           `attributes["code"]` is `503`
         true value_double < 5
           `value_double` is 1
     transform               gone
     prometheusremotewrite   gone
    --- stderr
    "#);
    insta::assert_snapshot!(explained("tcp_open_connections{}", "table"), @r#"
    exit: 0
    --- stdout
     tcp_open_connections{peer="dst"}
     the only series that fits; followed alone, from web.prom

     PIPELINE  metrics/mesh | changes.yaml
     scrape                  tcp_open_connections
     metric_relabel_configs  tcp_open_connections
       does not match: source_labels: [__name__], regex: process_.*, action: drop
         it saw `tcp_open_connections` at changes.yaml:8:15
       matches: source_labels: [status_code], target_label: code
         it saw `` at changes.yaml:9:15
       does not match: regex: status_code, action: labeldrop
         at changes.yaml:10:15
     prometheus              gauge tcp_open_connections
       removes the label instance="web.prom"
       removes the label job="mesh"
       adds the resource attribute http.scheme="http"
       adds the resource attribute net.host.name="web.prom"
       adds the resource attribute net.host.port=""
       adds the resource attribute server.address="web.prom"
       adds the resource attribute server.port=""
       adds the resource attribute service.instance.id="web.prom"
       adds the resource attribute service.name="mesh"
       adds the resource attribute url.scheme="http"
     filter/mesh             dropped
       name == "response_latency_ms_count" or type == METRIC_DATA_TYPE_GAUGE
         changes.yaml:15:11
       to this filter it is the metric tcp_open_connections; a condition that is
         true drops it
       true name == "response_latency_ms_count" or type == METRIC_DATA_TYPE_GAUGE
         false name == "response_latency_ms_count"
           `name` is `tcp_open_connections`
         true type == METRIC_DATA_TYPE_GAUGE
           `type` is METRIC_DATA_TYPE_GAUGE
       false attributes["code"] == "503" and value_double < 5
         false attributes["code"] == "503"
           `attributes["code"]` is not there
         true (not looked at: decided before) value_double < 5
           `value_double` is 3
     transform               gone
     prometheusremotewrite   gone
    --- stderr
    "#);
}

#[test]
fn a_bucket_is_told_from_its_neighbours_where_it_arrives() {
    insta::assert_snapshot!(explained(r#"response_latency_ms_bucket{le="1"}"#, "table"), @r#"
    exit: 0
    --- stdout
     response_latency_ms_bucket{le="1"}
     the only series that fits; followed alone, from web.prom

     PIPELINE  metrics/mesh | changes.yaml
     scrape                  response_latency_ms_bucket
     metric_relabel_configs  response_latency_ms_bucket
       does not match: source_labels: [__name__], regex: process_.*, action: drop
         it saw `response_latency_ms_bucket` at changes.yaml:8:15
       matches: source_labels: [status_code], target_label: code
         it saw `` at changes.yaml:9:15
       does not match: regex: status_code, action: labeldrop
         at changes.yaml:10:15
     prometheus              histogram response_latency_ms
       renames response_latency_ms_bucket to response_latency_ms
       removes the label instance="web.prom"
       removes the label job="mesh"
       removes the label le="1"
       adds the resource attribute http.scheme="http"
       adds the resource attribute net.host.name="web.prom"
       adds the resource attribute net.host.port=""
       adds the resource attribute server.address="web.prom"
       adds the resource attribute server.port=""
       adds the resource attribute service.instance.id="web.prom"
       adds the resource attribute service.name="mesh"
       adds the resource attribute url.scheme="http"
     filter/mesh             histogram response_latency_ms
       to this filter it is the metric response_latency_ms; a condition that is true
         drops it
       false name == "response_latency_ms_count" or type == METRIC_DATA_TYPE_GAUGE
         false name == "response_latency_ms_count"
           `name` is `response_latency_ms`: a histogram has one name here, without
             `_count`
         false type == METRIC_DATA_TYPE_GAUGE
           `type` is METRIC_DATA_TYPE_HISTOGRAM
       false attributes["code"] == "503" and value_double < 5
         false attributes["code"] == "503"
           `attributes["code"]` is not there
         false (not looked at: decided before) value_double < 5
           this type of data point has no `value_double`
     transform               histogram response_latency_ms
     prometheusremotewrite   response_latency_ms_bucket
       renames response_latency_ms to response_latency_ms_bucket
       adds the label instance="web.prom"
       adds the label job="mesh"
       adds the label le="1"
       response_latency_ms_bucket{instance="web.prom", job="mesh", le="1"}
    --- stderr
    "#);
}

#[test]
fn an_explanation_comes_in_every_format() {
    let series = r#"response_total{status_code="503"}"#;
    insta::assert_snapshot!(explained(series, "csv"), @r#"
    exit: 0
    --- stdout
    pipeline,stage,kind,step,depth,text,outcome,reached,why,file,line
    metrics/mesh,scrape,scrape,stage,0,"response_total{status_code=""503""}",kept,true,,,
    metrics/mesh,metric_relabel_configs,relabeling,stage,0,"response_total{code=""503"", instance=""web.prom"", job=""mesh""}",kept,true,,changes.yaml,8
    metrics/mesh,metric_relabel_configs,relabeling,rule,0,"source_labels: [__name__], regex: process_.*, action: drop",false,true,it saw `response_total`,changes.yaml,8
    metrics/mesh,metric_relabel_configs,relabeling,rule,0,"source_labels: [status_code], target_label: code",true,true,it saw `503`,changes.yaml,9
    metrics/mesh,metric_relabel_configs,relabeling,rule,0,"regex: status_code, action: labeldrop",true,true,it saw ``,changes.yaml,10
    metrics/mesh,metric_relabel_configs,relabeling,change,0,"adds the label code=""503""",kept,true,,,
    metrics/mesh,metric_relabel_configs,relabeling,change,0,"adds the label instance=""web.prom""",kept,true,,,
    metrics/mesh,metric_relabel_configs,relabeling,change,0,"adds the label job=""mesh""",kept,true,,,
    metrics/mesh,metric_relabel_configs,relabeling,change,0,"removes the label status_code=""503""",kept,true,,,
    metrics/mesh,prometheus,receiver,stage,0,"response_total{code=""503""}",kept,true,,changes.yaml,28
    metrics/mesh,prometheus,receiver,change,0,"removes the label instance=""web.prom""",kept,true,,,
    metrics/mesh,prometheus,receiver,change,0,"removes the label job=""mesh""",kept,true,,,
    metrics/mesh,prometheus,receiver,change,0,"adds the resource attribute http.scheme=""http""",kept,true,,,
    metrics/mesh,prometheus,receiver,change,0,"adds the resource attribute net.host.name=""web.prom""",kept,true,,,
    metrics/mesh,prometheus,receiver,change,0,"adds the resource attribute net.host.port=""""",kept,true,,,
    metrics/mesh,prometheus,receiver,change,0,"adds the resource attribute server.address=""web.prom""",kept,true,,,
    metrics/mesh,prometheus,receiver,change,0,"adds the resource attribute server.port=""""",kept,true,,,
    metrics/mesh,prometheus,receiver,change,0,"adds the resource attribute service.instance.id=""web.prom""",kept,true,,,
    metrics/mesh,prometheus,receiver,change,0,"adds the resource attribute service.name=""mesh""",kept,true,,,
    metrics/mesh,prometheus,receiver,change,0,"adds the resource attribute url.scheme=""http""",kept,true,,,
    metrics/mesh,filter/mesh,processor,stage,0,,dropped,true,,changes.yaml,12
    metrics/mesh,filter/mesh,processor,dropped,0,"attributes[""code""] == ""503"" and value_double < 5",dropped,true,,changes.yaml,17
    metrics/mesh,filter/mesh,processor,clause,0,"name == ""response_latency_ms_count"" or type == METRIC_DATA_TYPE_GAUGE",false,true,,changes.yaml,15
    metrics/mesh,filter/mesh,processor,clause,1,"name == ""response_latency_ms_count""",false,true,`name` is `response_total`,changes.yaml,15
    metrics/mesh,filter/mesh,processor,clause,1,type == METRIC_DATA_TYPE_GAUGE,false,true,`type` is METRIC_DATA_TYPE_SUM,changes.yaml,15
    metrics/mesh,filter/mesh,processor,clause,0,"attributes[""code""] == ""503"" and value_double < 5",true,true,,changes.yaml,17
    metrics/mesh,filter/mesh,processor,clause,1,"attributes[""code""] == ""503""",true,true,"`attributes[""code""]` is `503`",changes.yaml,17
    metrics/mesh,filter/mesh,processor,clause,1,value_double < 5,true,true,`value_double` is 1,changes.yaml,17
    metrics/mesh,transform,processor,stage,0,,gone,true,,changes.yaml,18
    metrics/mesh,prometheusremotewrite,exporter,stage,0,,gone,true,,changes.yaml,23
    --- stderr
    "#);
    insta::assert_snapshot!(explained(series, "markdown"), @r#"
    exit: 0
    --- stdout
    ### meshctl filter --explain

    `response_total{status_code="503"}` from `web.prom`, the only series that fits; followed alone

    #### Pipeline `metrics/mesh` of `changes.yaml`

    | Stage | What becomes of it | Why | Where |
    |:--|:--|:--|:--|
    | `scrape` | `response_total{status_code="503"}` |  |  |
    | `metric_relabel_configs` | `response_total{code="503", instance="web.prom", job="mesh"}` |  | `changes.yaml:8:15` |
    | `prometheus` | `response_total{code="503"}` |  | `changes.yaml:28:19` |
    | `filter/mesh` | dropped | <code>attributes&#91;&#34;code&#34;&#93; &#61;&#61; &#34;503&#34; and value&#95;double &#60; 5</code> | `changes.yaml:17:11` |
    | `transform` | gone |  | `changes.yaml:18:3` |
    | `prometheusremotewrite` | gone |  | `changes.yaml:23:3` |

    **`metric_relabel_configs`**

    - does not match: <code>source&#95;labels&#58; &#91;&#95;&#95;name&#95;&#95;&#93;&#44; regex&#58; process&#95;&#46;&#42;&#44; action&#58; drop</code>, which saw `response_total`
    - matches: <code>source&#95;labels&#58; &#91;status&#95;code&#93;&#44; target&#95;label&#58; code</code>, which saw `503`
      - adds the label code="503"
    - matches: `regex: status_code, action: labeldrop`
      - removes the label status_code="503"

    **`prometheus`**

    - removes the label instance="web.prom"
    - removes the label job="mesh"
    - adds the resource attribute http.scheme="http"
    - adds the resource attribute net.host.name="web.prom"
    - adds the resource attribute net.host.port=""
    - adds the resource attribute server.address="web.prom"
    - adds the resource attribute server.port=""
    - adds the resource attribute service.instance.id="web.prom"
    - adds the resource attribute service.name="mesh"
    - adds the resource attribute url.scheme="http"

    **`filter/mesh`**

    - to this filter it is the metric response_total; a condition that is true drops it
      - **false** `name == "response_latency_ms_count" or type == METRIC_DATA_TYPE_GAUGE`
        - **false** `name == "response_latency_ms_count"`: &#96;name&#96; is &#96;response_total&#96;
        - **false** `type == METRIC_DATA_TYPE_GAUGE`: &#96;type&#96; is METRIC_DATA_TYPE_SUM
      - **true** <code>attributes&#91;&#34;code&#34;&#93; &#61;&#61; &#34;503&#34; and value&#95;double &#60; 5</code>
        - **true** <code>attributes&#91;&#34;code&#34;&#93; &#61;&#61; &#34;503&#34;</code>: &#96;attributes&#91;"code"&#93;&#96; is &#96;503&#96;
        - **true** <code>value&#95;double &#60; 5</code>: &#96;value_double&#96; is 1
    --- stderr
    "#);
    let of = |format: &str| {
        let text = explained(series, format);
        let (_, text) = text.split_once("--- stdout\n").unwrap();
        text.split_once("--- stderr").unwrap().0.to_owned()
    };
    let document: Value = serde_json::from_str(&of("json")).unwrap();
    let stages = document["pipelines"][0]["stages"].as_array().unwrap();
    let lines = of("jsonl");
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["kind"], "explanation");
    assert_eq!(lines[0]["series"], document["series"]);
    let of_lines: Vec<&Value> = lines[1..].iter().map(|line| &line["stage"]).collect();
    assert_eq!(of_lines, stages.iter().collect::<Vec<_>>());
    assert!(of("wide").contains("filter/mesh"));
}

#[test]
fn what_fits_nothing_is_answered_with_what_there_is() {
    insta::assert_snapshot!(explained(r#"response_total{status_code="201",pod="x"}"#, "table"), @r#"
    exit: 0
    --- stdout
     response_total{status_code="201",pod="x"}
     no series fits
     no series of response_total has status_code="201"; did you mean 200?
     no series of response_total has a label pod; there are: status_code
    --- stderr
    "#);
    insta::assert_snapshot!(explained(r#"response_totl{status_code="200"}"#, "table"), @r#"
    exit: 0
    --- stdout
     response_totl{status_code="200"}
     no series fits
     no target exposes response_totl; did you mean response_total?
    --- stderr
    "#);
    insta::assert_snapshot!(explained("response_totl", "table"), @"
    exit: 0
    --- stdout
     response_totl

     PIPELINE  metrics/mesh | changes.yaml
     scrape                  not there
     metric_relabel_configs  not there
     prometheus              not there
     filter/mesh             not there
     transform               not there
     prometheusremotewrite   not there
     no target exposes this name, and no stage makes it
     no target exposes response_totl; did you mean response_total?
    --- stderr
    ");
    insta::assert_snapshot!(explained("response_total{status_code=200}", "table"), @r#"
    exit: 2
    --- stdout
    --- stderr
    error: --explain names no series: column 28: expected a quoted label value; write it as a scrape does, like 'response_total{direction="outbound"}'
    "#);
}

#[test]
fn a_name_is_followed_through_its_new_names() {
    insta::assert_snapshot!(explained("response_total", "table"), @r#"
    exit: 0
    --- stdout
     response_total

     PIPELINE  metrics/mesh | changes.yaml
     scrape                  2 series
     metric_relabel_configs  2 series
     prometheus              2 series
     filter/mesh             1 series
       drops 1 series: attributes["code"] == "503" and value_double < 5
         changes.yaml:17:11
       to this filter it is the metric response_total, first seen at web.prom; a
         condition that is true drops it
       false name == "response_latency_ms_count" or type == METRIC_DATA_TYPE_GAUGE
         false name == "response_latency_ms_count"
           `name` is `response_total`
         false type == METRIC_DATA_TYPE_GAUGE
           `type` is METRIC_DATA_TYPE_SUM
       false attributes["code"] == "503" and value_double < 5
         false attributes["code"] == "503"
           `attributes["code"]` is `200`
         false (not looked at: decided before) value_double < 5
           `value_double` is 5
     transform               1 series
       renames response_total to calls
         changes.yaml:21:22
     prometheusremotewrite   not under this name; with braces a series is followed
    --- stderr
    "#);
}

#[test]
fn a_fault_in_a_condition_is_marked_where_it_stands() {
    let faulty = |condition: &str| {
        let config = COLLECTOR.replace(
            "        - 'not IsMatch(name, \"^response_total$\")'\n",
            condition,
        );
        assert_ne!(config, COLLECTOR);
        let cli = cli().file("otel.yaml", config);
        let output = cli.output(&["filter", "web.prom", "--collector", "otel.yaml"]);
        assert_eq!(code(&output), 2);
        text(&output.stderr)
    };
    insta::assert_snapshot!(faulty("        - 'name == \"it''s\" and name = \"a\"'\n"), @r#"
    error: expected a comparison, found `=`
      --> otel.yaml:12:37
       |
    12 |         - 'name == "it''s" and name = "a"'
       |                                     ^
    "#);
    insta::assert_snapshot!(faulty("        - |\n          name == \"a\" or\n            nmae == \"b\"\n"), @r#"
    error: `nmae` of path `nmae` is not known here
      --> otel.yaml:14:13
       |
    14 |             nmae == "b"
       |             ^^^^
       |
       = help: did you mean `name`?
    "#);
    insta::assert_snapshot!(faulty("        - >-\n          name == \"a\"\n          or IsMach(name, \"b\")\n"), @r#"
    error: undefined function `IsMach`
      --> otel.yaml:14:14
       |
    14 |           or IsMach(name, "b")
       |              ^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `IsMatch`?
    "#);
    insta::assert_snapshot!(faulty("        - \"name == \\\"a\\\" or (name\"\n"), @r#"
    error: expected a comparison, found the end
      --> otel.yaml:12:34
       |
    12 |         - "name == \"a\" or (name"
       |                                  ^
    "#);
    insta::assert_snapshot!(faulty("        - 'name == \"${env:NOT_SET}\" and name = \"a\"'\n"), @r#"
    error: expected a comparison, found `=` (column 21 of the condition)
      --> otel.yaml:12:11
       |
    12 |         - 'name == "${env:NOT_SET}" and name = "a"'
       |           ^
    "#);
}
