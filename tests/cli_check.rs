//! `meshctl check` through the real program: every kind of budget, baselines, ignores, and each exit code.
#![cfg(test)]

mod harness;

use std::fmt::Write as _;
#[cfg(unix)]
use std::net::TcpListener;
#[cfg(unix)]
use std::process::Command;

use harness::Cli;
use harness::code;
use harness::text;

/// Three families, six series, two of them with a label that names pods.
const WEB: &str = "\
# TYPE requests_total counter
requests_total{code=\"200\",route=\"/\"} 7
requests_total{code=\"500\",route=\"/\"} 1
requests_total{code=\"200\",route=\"/cart\"} 2
# TYPE pods gauge
pods{pod_ip=\"10.0.0.1\"} 1
pods{pod_ip=\"10.0.0.2\"} 1
# TYPE up_seconds gauge
up_seconds 12
";

/// Keeps everything but `pods`.
const OTEL: &str = "\
receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: web
          scrape_interval: 10s
          static_configs: [{targets: ['web:4191']}]
processors:
  filter/mesh:
    metrics: {metric: ['name == \"pods\"']}
exporters:
  prometheusremotewrite: {endpoint: 'http://store/api/v1/write', target_info: {enabled: false}}
service:
  pipelines:
    metrics: {receivers: [prometheus], processors: [filter/mesh], exporters: [prometheusremotewrite]}
";

/// Two proxies' worth of gRPC calls, of which some fail behind HTTP 200.
const GRPC: &str = "\
# TYPE response_total counter
response_total{direction=\"outbound\",dst_namespace=\"shop\",dst_deployment=\"api\",status_code=\"200\",grpc_status=\"0\",classification=\"success\"} 90
response_total{direction=\"outbound\",dst_namespace=\"shop\",dst_deployment=\"api\",status_code=\"200\",grpc_status=\"14\",classification=\"failure\"} 10
";

fn shop(policy: &str) -> Cli {
    Cli::new()
        .file("web.prom", WEB)
        .file("otel.yaml", OTEL)
        .file("grpc.prom", GRPC)
        .file("meshctl.yaml", format!("version: 1\n{policy}"))
}

/// Exit code and report.
fn check(cli: &Cli, arguments: &[&str]) -> (i32, String) {
    let output = cli.output(&[&["check"], arguments].concat());
    let report = text(&output.stdout);
    (code(&output), format!("{report}{}", text(&output.stderr)))
}

/// The report with line breaks of the layout taken out.
fn flat(report: &str) -> String {
    report.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Kind, the most that holds, one that warns, one that fails, and what is said of the latter.
const KINDS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "total: {series: #}",
        "6",
        "{warn: 5, fail: 9}",
        "5",
        "total: 6 series, 1 (20.0%) over the limit of 5 series",
    ),
    (
        "total: {bytes: #}",
        "1KiB",
        "{warn: 1B}",
        "10B",
        "over the limit of 10 B a scrape",
    ),
    (
        "total: {samples_per_second: #}",
        "0.6",
        "{warn: 0.1}",
        "0.5",
        "over the limit of 1 samples/s",
    ),
    (
        "total: {labels_per_series: #}",
        "2",
        "{warn: 1}",
        "1",
        "total: 2 labels, 1 (100.0%) over the limit of 1 label",
    ),
    (
        "total: {at: filter/mesh, labels_per_series: #}",
        "2",
        "{warn: 1}",
        "1",
        "total: 2 labels at filter/mesh",
    ),
    (
        "total: {at: arrives, labels_per_series: #}",
        "4",
        "{warn: 3}",
        "3",
        "total: 4 labels at prometheusremotewrite",
    ),
    (
        "total: {at: filter/mesh, series: #}",
        "9",
        "{warn: 8}",
        "8",
        "total: 9 series at filter/mesh, 1 (12.5%) over the limit of 8",
    ),
    (
        "total: {at: arrives, series: #}",
        "9",
        "{warn: 8}",
        "8",
        "total: 9 series at prometheusremotewrite",
    ),
    (
        "total: {at: arrives, bytes: #}",
        "2KiB",
        "{warn: 1B}",
        "10B",
        "a scrape at prometheusremotewrite",
    ),
    (
        "families: {match: 'req*', series: #}",
        "3",
        "{warn: 2}",
        "2",
        "family requests_total: 3 series, 1 (50.0%) over the limit of 2",
    ),
    (
        "families: {match: 'req*', bytes: #}",
        "1KiB",
        "{warn: 1B}",
        "10B",
        "family requests_total: ",
    ),
    (
        "families: {match: 'req*', samples_per_second: #}",
        "1",
        "{warn: 0.1}",
        "0.2",
        "family requests_total: ",
    ),
    (
        "families: {match: 'req*', at: filter/mesh, series: #}",
        "3",
        "{warn: 2}",
        "2",
        "family requests_total: 3 series at filter/mesh",
    ),
    (
        "families: {match: 'req*', at: arrives, series: #}",
        "3",
        "{warn: 2}",
        "2",
        "family requests_total: 3 series at prometheusremotewrite",
    ),
    (
        "labels: {match: code, values: #}",
        "2",
        "{warn: 1}",
        "1",
        "label code: 2 values, 1 (100.0%) over the limit of 1 value",
    ),
    (
        "labels: {match: '*', families: 'req*', values: #}",
        "2",
        "{warn: 1}",
        "1",
        "2 of 2 that match are over",
    ),
    (
        "labels: {match: code, at: filter/mesh, values: #}",
        "2",
        "{warn: 1}",
        "1",
        "label code: 2 values at filter/mesh",
    ),
    (
        "labels: {match: code, at: arrives, values: #}",
        "2",
        "{warn: 1}",
        "1",
        "label code: 2 values at prometheusremotewrite",
    ),
    (
        "labels: {match: code, families: 'req*', at: arrives, values: #}",
        "2",
        "{warn: 1}",
        "1",
        "label code in requests_total: 2 values at prometheusremotewrite",
    ),
    (
        "targets: {match: '*', series: #}",
        "6",
        "{warn: 5}",
        "5",
        "target web.prom: 6 series",
    ),
    (
        "targets: {match: '*', at: filter/mesh, series: #}",
        "9",
        "{warn: 8}",
        "8",
        "target web.prom: 9 series at filter/mesh",
    ),
    (
        "targets: {match: '*', at: arrives, series: #}",
        "9",
        "{warn: 8}",
        "8",
        "target web.prom: 9 series at prometheusremotewrite",
    ),
    (
        "targets: {match: '*', bytes: #}",
        "1KiB",
        "{warn: 1B}",
        "10B",
        "target web.prom: ",
    ),
    (
        "workloads: {match: '*', series: #}",
        "6",
        "{warn: 5}",
        "5",
        "workload web.prom: 6 series",
    ),
];

#[test]
fn every_kind_of_budget_holds_warns_and_fails() {
    let collector = "collector: otel.yaml\n";
    for (kind, holds, warns, fails, said) in KINDS {
        let of = |limit: &str| {
            let budget = kind.replace('#', limit);
            shop(&format!("{collector}budgets:\n  {budget}\n"))
        };
        assert_eq!(
            check(&of(holds), &["web.prom"]).0,
            0,
            "{kind} {holds}: {}",
            check(&of(holds), &["web.prom"]).1
        );
        let (code, report) = check(&of(warns), &["web.prom"]);
        assert!(
            code == 0 && report.contains("budget/near"),
            "{kind} {warns}: {code} {report}"
        );
        assert_eq!(
            check(&of(warns), &["web.prom", "--fail-on", "medium"]).0,
            1,
            "{kind}"
        );
        let (code, report) = check(&of(fails), &["web.prom"]);
        assert!(
            code == 1 && report.contains("budget/over"),
            "{kind} {fails}: {code} {report}"
        );
        assert!(flat(&report).contains(said), "{kind}: {said}\n{report}");
    }
}

#[test]
fn namespaces_and_workloads_are_told_by_what_the_source_says() {
    let joined = |pod: &str| format!("#\n# POD {pod} (1 of 1)\n#\n{WEB}");
    let cli = Cli::new()
        .file(
            "dumps/emojivoto/web-7d4b9c6f5-x2x9z/linkerd-proxy.prom",
            WEB,
        )
        .file("joined.txt", joined("web-7d4b9c6f5-x2x9z"))
        .file(
            "meshctl.yaml",
            "version: 1\nbudgets:\n  workloads: {match: 'web', series: 5}\n",
        );
    let (code, report) = check(&cli, &["joined.txt"]);
    assert_eq!(code, 1, "{report}");
    assert!(flat(&report).contains("workload web: 6 series"), "{report}");
}

#[test]
fn namespaces_and_workloads_are_concluded_for_saved_files() {
    let shop = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/astronomy-shop.tar.zst"
    );
    let of = |budget: &str| {
        let cli = Cli::new().file(
            "meshctl.yaml",
            format!("version: 1\nbudgets: {{{budget}}}\n"),
        );
        let (code, report) = check(&cli, &[shop, "-o", "json"]);
        (
            code,
            serde_json::from_str::<serde_json::Value>(
                report.split("\nerror:").next().unwrap().trim(),
            )
            .unwrap(),
        )
    };
    let (_, report) = of("namespaces: {match: '*', series: 100}");
    let budget = &report["budgets"][0];
    assert_eq!(
        (budget["matched"].as_u64(), budget["worst"].as_str()),
        (Some(2), Some("otel-demo"))
    );
    let (_, report) = of("workloads: {match: 'otel-demo/frontend', series: 100}");
    let budget = &report["budgets"][0];
    assert_eq!(
        (budget["matched"].as_u64(), budget["worst"].as_str()),
        (Some(1), Some("otel-demo/frontend"))
    );
}

#[test]
fn a_forbidden_label_must_not_be_there() {
    let at = |at: &str| {
        shop(&format!(
            "collector: otel.yaml\nbudgets:\n  labels: {{match: pod_ip, forbidden: true, at: {at}}}\n"
        ))
    };
    let (code, report) = check(&at("scrape"), &["web.prom"]);
    assert_eq!(code, 1, "{report}");
    assert!(
        flat(&report).contains("label pod_ip is forbidden and has 2 values"),
        "{report}"
    );
    assert_eq!(check(&at("arrives"), &["web.prom"]).0, 0);
    assert_eq!(check(&at("filter/mesh"), &["web.prom"]).0, 0);
}

#[test]
fn a_list_of_names_is_exact_in_both_directions() {
    let of = |names: &str| {
        shop(&format!(
            "collector: otel.yaml\nbudgets:\n  names: {{at: arrives, exactly: [{names}]}}\n"
        ))
    };
    let all = "requests_total, up_seconds, up, scrape_duration_seconds, scrape_samples_scraped, scrape_samples_post_metric_relabeling, scrape_series_added";
    let (code, report) = check(&of(all), &["web.prom"]);
    assert_eq!((code, report.contains("budget/")), (0, false), "{report}");
    let (code, report) = check(&of(&all.replace("up_seconds, ", "")), &["web.prom"]);
    assert_eq!(code, 1, "{report}");
    assert!(
        flat(&report).contains(
            "1 name is there at prometheusremotewrite and not on the list; they are: up_seconds (1)"
        ),
        "{report}"
    );
    let scrape = shop("budgets:\n  names: {exactly: [requests_total, up_seconds]}\n");
    let (code, report) = check(&scrape, &["web.prom"]);
    assert!(
        code == 1 && flat(&report).contains("they are: pods (2)"),
        "{report}"
    );
    let (code, report) = check(&of(&format!("{all}, gone_total")), &["web.prom"]);
    assert_eq!(code, 0, "{report}");
    assert!(
        flat(&report).contains("gone_total does not arrive at prometheusremotewrite"),
        "{report}"
    );
    assert_eq!(
        check(
            &of(&format!("{all}, gone_total")),
            &["web.prom", "--fail-on", "medium"]
        )
        .0,
        1
    );
}

#[test]
fn hidden_failures_are_limited_by_edge() {
    let of = |budget: &str| {
        shop(&format!(
            "severities: {{grpc/*: off}}\nbudgets:\n  edges: {{{budget}}}\n"
        ))
    };
    assert_eq!(check(&of("hidden_failures: 10%"), &["grpc.prom"]).0, 0);
    let (code, report) = check(&of("to: 'shop/*', hidden_failures: 5%"), &["grpc.prom"]);
    assert_eq!(code, 1, "{report}");
    assert!(
        flat(&report).contains("fails 10.0% of its gRPC calls hidden, 5.0% are allowed"),
        "{report}"
    );
    assert!(flat(&report).contains("UNAVAILABLE (10)"), "{report}");
    let (code, report) = check(&of("hidden_failures: 5%, min_calls: 101"), &["grpc.prom"]);
    assert!(code == 0 && report.contains("budget/unmatched"), "{report}");
    assert_eq!(
        check(&of("from: 'nobody*', hidden_failures: 5%"), &["grpc.prom"]).0,
        0
    );
}

#[test]
fn a_budget_for_nothing_is_named() {
    let (code, report) = check(
        &shop("budgets:\n  families: {match: 'reqests*', series: 9}\n"),
        &["web.prom"],
    );
    assert_eq!(code, 0);
    assert!(
        flat(&report).contains("no family matches `reqests*`"),
        "{report}"
    );
    assert_eq!(
        check(
            &shop("budgets:\n  families: {match: 'reqests*', series: 9}\n"),
            &["web.prom", "--fail-on", "low"]
        )
        .0,
        1
    );
}

#[test]
fn what_nobody_counts_is_neither_kept_nor_broken() {
    let relabeled = OTEL.replace(
        "static_configs",
        "metric_relabel_configs: [{source_labels: [__name__], regex: pods, action: drop}]\n          static_configs",
    );
    let at = "metric_relabel_configs";
    let of = |limit: &str| {
        shop(&format!(
            "collector: relabel.yaml\nbudgets:\n  total: {{at: {at}, {limit}}}\n"
        ))
        .file("relabel.yaml", &relabeled)
    };
    let (code, report) = check(&of("labels_per_series: 99"), &["web.prom"]);
    assert!(code == 1 && report.contains("budget/unknown"), "{report}");
    let (code, report) = check(&of("bytes: 1GiB"), &["web.prom"]);
    assert_eq!(code, 2, "{report}");
    assert!(
        report.contains("bytes are not counted behind `metric_relabel_configs`"),
        "{report}"
    );
    let families = shop(
        "collector: otel.yaml\nbudgets:\n  families: {match: '*', at: filter/mesh, bytes: 1}\n",
    );
    let (code, report) = check(&families, &["web.prom"]);
    assert_eq!(code, 2, "{report}");
    assert!(
        report.contains("bytes of families are not counted behind `filter/mesh`"),
        "{report}"
    );
    assert_eq!(
        check(&of("series: 4"), &["web.prom", "--fail-on", "low"]).0,
        0
    );
    assert_eq!(check(&of("series: 3"), &["web.prom"]).0, 1);
}

#[test]
fn a_stage_that_there_is_not_is_an_error_with_its_place() {
    let said = |policy: &str| shop(policy).verdict(&["check", "web.prom"]);
    insta::assert_snapshot!(said("collector: otel.yaml\nbudgets:\n  total: {at: filter/mash, series: 1}\n"), @"
    exit: 2
    --- stderr
    error: no pipeline has a stage `filter/mash`
     --> meshctl.yaml:4:15
      |
    4 |   total: {at: filter/mash, series: 1}
      |               ^^^^^^^^^^^
      |
      = help: did you mean `filter/mesh`?
    ");
    insta::assert_snapshot!(said("budgets:\n  total: {at: arrives, series: 1}\n"), @"
    exit: 2
    --- stderr
    error: `at: arrives` without a pipeline: no Collector is named
     --> meshctl.yaml:3:32
      |
    3 |   total: {at: arrives, series: 1}
      |                                ^
      |
      = help: write `collector: otel.yaml` in this file, or name it with --collector
    ");
}

#[test]
fn a_budget_file_that_is_wrong_is_an_error_with_line_and_column() {
    let said = |policy: &str| shop(policy).verdict(&["check", "web.prom"]);
    insta::assert_snapshot!(said("budgets:\n  total:\n    serise: 5\n"), @"
    exit: 2
    --- stderr
    error: an entry of `total` has no key `serise`
     --> meshctl.yaml:4:5
      |
    4 |     serise: 5
      |     ^^^^^^
      |
      = help: did you mean `series`?
    ");
    insta::assert_snapshot!(said("budgets:\n  total: {series: [1]}\n"), @"
    exit: 2
    --- stderr
    error: a limit must be a whole number from 0 on, not a list
     --> meshctl.yaml:3:19
      |
    3 |   total: {series: [1]}
      |                   ^
      |
      = help: write it like 250000 or 250_000
    ");
    insta::assert_snapshot!(said("budgets: {total: {series: 5}\n"), @"
    exit: 2
    --- stderr
    error: not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'
    --> meshctl.yaml:3:1
    ");
    insta::assert_snapshot!(said("collector: {files: otel.yaml, version: 0.8.x}\n"), @"
    exit: 2
    --- stderr
    error: `0.8.x` is no Collector release; write it like 0.118.0 or 0.156
     --> meshctl.yaml:2:40
      |
    2 | collector: {files: otel.yaml, version: 0.8.x}
      |                                        ^^^^^
    ");
    insta::assert_snapshot!(Cli::new().file("meshctl.yaml", "").file("web.prom", WEB).verdict(&["check", "web.prom"]), @"
    exit: 2
    --- stderr
    error: a budget file says which version of its format it is written in
    --> meshctl.yaml:1:1
     = help: write `version: 1` in its first line
    ");
}

#[test]
fn the_file_is_found_upward_and_its_paths_are_its_own() {
    let cli = Cli::new()
        .file("repo/.git/HEAD", "")
        .file("repo/meshctl.yaml", "version: 1\nsources: dumps\ncollector: conf/otel.yaml\nbudgets:\n  total: {series: 5}\n  targets: {match: '*', at: filter/mesh, series: 8}\n")
        .file("repo/dumps/web.prom", WEB)
        .file("repo/conf/otel.yaml", OTEL)
        .file("repo/deep/down/x", "")
        .file("meshctl.yaml", "broken");
    let mut command = cli.command(&["check"]);
    command.current_dir(cli.path().join("repo/deep/down"));
    let output = cli.finish(command);
    let report = text(&output.stdout);
    assert_eq!(code(&output), 1, "{report}{}", text(&output.stderr));
    assert!(report.contains("../../dumps/web.prom"), "{report}");
    // Not beyond the root of the repository.
    std::fs::remove_file(cli.path().join("repo/meshctl.yaml")).unwrap();
    let mut command = cli.command(&["check", "../../dumps"]);
    command.current_dir(cli.path().join("repo/deep/down"));
    let output = cli.finish(command);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("no meshctl.yaml"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn isolated_reads_no_file_and_config_reads_another() {
    let cli = shop("budgets:\n  total: {series: 1}\n").file(
        "other.yaml",
        "version: 1\nbudgets:\n  total: {series: 100}\n",
    );
    assert_eq!(check(&cli, &["web.prom"]).0, 1);
    assert_eq!(check(&cli, &["web.prom", "--isolated"]).0, 0);
    assert_eq!(check(&cli, &["web.prom", "--config", "other.yaml"]).0, 0);
    assert_eq!(check(&cli, &["web.prom", "--config", "none.yaml"]).0, 2);
    assert_eq!(
        check(&cli, &["web.prom", "--config", "other.yaml", "--isolated"]).0,
        2
    );
}

#[test]
fn what_saw_nothing_or_not_all_is_not_green() {
    let policy = "budgets:\n  total: {series: 100}\n";
    let cli = shop(policy)
        .file("empty.prom", "")
        .file("half.prom.gz", [0x1f, 0x8b, 8, 0])
        .file("empty/x", "");
    assert_eq!(check(&cli, &["web.prom"]).0, 0);
    for nothing in ["empty.prom", "none.prom", "half.prom.gz", "empty"] {
        let (code, report) = check(&cli, &[nothing]);
        assert_eq!(code, 3, "{nothing}: {report}");
        assert_eq!(check(&cli, &[nothing, "--allow-partial"]).0, 3, "{nothing}");
        assert_eq!(check(&cli, &[nothing, "--exit-zero"]).0, 3, "{nothing}");
    }
    let (code, report) = check(&cli, &["web.prom", "half.prom.gz"]);
    assert_eq!(code, 3, "{report}");
    assert_eq!(
        check(&cli, &["web.prom", "half.prom.gz", "--allow-partial"]).0,
        0
    );
    let cli = shop("min_targets: 2\n");
    let (code, report) = check(&cli, &["web.prom"]);
    assert_eq!(code, 3);
    assert!(report.contains("wants at least 2"), "{report}");
}

#[test]
fn exit_zero_and_fail_on_decide_over_findings_alone() {
    let cli = shop("budgets:\n  total: {series: 5}\n");
    assert_eq!(check(&cli, &["web.prom"]).0, 1);
    assert_eq!(check(&cli, &["web.prom", "--exit-zero"]).0, 0);
    assert_eq!(check(&cli, &["web.prom", "--fail-on", "none"]).0, 0);
    assert_eq!(
        check(
            &shop("fail_on: medium\nbudgets:\n  total: {series: {warn: 5}}\n"),
            &["web.prom"]
        )
        .0,
        1
    );
    assert_eq!(
        check(
            &shop("fail_on: medium\nbudgets:\n  total: {series: {warn: 5}}\n"),
            &["web.prom", "--fail-on", "high"]
        )
        .0,
        0
    );
}

#[test]
fn severities_are_overridden_and_findings_switched_off() {
    let budget = "budgets:\n  total: {series: 5}\n";
    assert_eq!(
        check(
            &shop(&format!("severities: {{budget/over: medium}}\n{budget}")),
            &["web.prom"]
        )
        .0,
        0
    );
    let (code, report) = check(
        &shop(&format!("severities: {{budget/*: off}}\n{budget}")),
        &["web.prom"],
    );
    assert!(code == 0 && !report.contains("budget/over"), "{report}");
}

#[test]
fn an_ignore_holds_until_its_last_day() {
    let of = |until: &str| {
        shop(&format!(
            "budgets:\n  families: {{match: 'req*', series: 1}}\nignore:\n  - {{finding: budget/over, family: 'requests*', reason: TICKET-41, until: {until}}}\n"
        ))
    };
    let (code, report) = check(&of("9999-12-31"), &["web.prom"]);
    assert_eq!(code, 0, "{report}");
    assert!(report.contains("ignored"), "{report}");
    let (code, report) = check(&of("2020-01-01"), &["web.prom"]);
    assert_eq!(code, 1, "{report}");
    assert!(
        flat(&report).contains(
            "budget/over was to be ignored until 2020-01-01: TICKET-41; 1 finding is back"
        ),
        "{report}"
    );
    let unused = shop("ignore:\n  - {finding: budget/over, label: x, reason: TICKET-41}\n");
    let (code, report) = check(&unused, &["web.prom"]);
    assert!(code == 0 && report.contains("ignore/unused"), "{report}");
}

const MORE: &str = "\
# TYPE requests_total counter
requests_total{code=\"200\",route=\"/\",zone=\"a\"} 7
requests_total{code=\"500\",route=\"/\",zone=\"a\"} 1
requests_total{code=\"200\",route=\"/cart\",zone=\"a\"} 2
requests_total{code=\"404\",route=\"/cart\",zone=\"a\"} 2
# TYPE pods gauge
pods{pod_ip=\"10.0.0.1\"} 1
pods{pod_ip=\"10.0.0.2\"} 1
# TYPE up_seconds gauge
up_seconds 12
# TYPE brand_new gauge
brand_new 1
";

fn with_baseline(policy: &str) -> Cli {
    let cli = shop(policy).file("more.prom", MORE);
    let (code, report) = check(
        &cli,
        &[
            "web.prom",
            "--isolated",
            "--baseline",
            "base.json",
            "--update-baseline",
        ],
    );
    assert_eq!(code, 0, "{report}");
    cli
}

#[test]
fn a_baseline_is_small_sorted_and_written_again_as_it_was() {
    let cli = with_baseline("");
    let read = || std::fs::read_to_string(cli.path().join("base.json")).unwrap();
    let first = read();
    insta::assert_snapshot!(first, @r#"
    {
      "schema_version": 1,
      "meshctl_version": "0.1.0",
      "targets": 1,
      "series": 6,
      "body_bytes": 259,
      "arrives": {},
      "families": {
        "pods": {"series":2,"labels":["pod_ip"]},
        "requests_total": {"series":3,"labels":["code","route"]},
        "up_seconds": {"series":1,"labels":[]}
      },
      "labels": {
        "code": {"values":2},
        "pod_ip": {"values":2},
        "route": {"values":2}
      },
      "workloads": {
        "web.prom": {"targets":1,"series":6}
      }
    }
    "#);
    let (code, report) = check(
        &cli,
        &[
            "web.prom",
            "--isolated",
            "--baseline",
            "base.json",
            "--update-baseline",
        ],
    );
    assert!(code == 0 && report.contains("as it was"), "{report}");
    assert_eq!(read(), first);
    let (code, report) = check(
        &cli,
        &[
            "more.prom",
            "--isolated",
            "--baseline",
            "base.json",
            "--update-baseline",
        ],
    );
    assert!(
        code == 0 && report.contains("series 6 -> 8 (+2), 1 family new"),
        "{report}"
    );
}

#[test]
fn growth_is_held_against_the_baseline() {
    let cli = with_baseline("");
    let run = |more: &[&str]| {
        check(
            &cli,
            &[&["--isolated", "--baseline", "base.json"], more].concat(),
        )
    };
    assert_eq!(run(&["more.prom"]).0, 0);
    assert_eq!(run(&["more.prom", "--max-growth", "40%"]).0, 0);
    let (code, report) = run(&["more.prom", "--max-growth", "20%"]);
    assert_eq!(code, 1, "{report}");
    assert!(
        flat(&report).contains(
            "all targets: 8 series, 2 (33.3%) more than in the baseline; 7 would be allowed"
        ),
        "{report}"
    );
    assert_eq!(run(&["more.prom", "--max-growth", "2"]).0, 0);
    assert_eq!(run(&["more.prom", "--max-growth", "1"]).0, 1);
    assert_eq!(run(&["web.prom", "--max-growth", "0%"]).0, 0);
    let (code, report) = run(&["more.prom", "--fail-on-new-family"]);
    assert!(
        code == 1 && flat(&report).contains("brand_new is new with 1 series"),
        "{report}"
    );
    let (code, report) = run(&["more.prom", "--fail-on-new-label"]);
    assert!(
        code == 1
            && flat(&report)
                .contains("requests_total has a label that the baseline does not have: zone"),
        "{report}"
    );
}

#[test]
fn growth_of_families_labels_and_workloads_stands_in_the_file() {
    let of = |growth: &str| {
        let cli = with_baseline(&format!("baseline: base.json\ngrowth: {{{growth}}}\n"));
        check(&cli, &["more.prom"])
    };
    let (code, report) = of("families: 10%");
    assert!(
        code == 1 && flat(&report).contains("family requests_total: 4 series, 1 (33.3%) more"),
        "{report}"
    );
    assert_eq!(of("families: {percent: 10%, at_least: 1}").0, 0);
    let (code, report) = of("labels: {values: 0}");
    assert!(
        code == 1 && flat(&report).contains("label code: 3 values, 1 (50.0%) more"),
        "{report}"
    );
    // Another file is another workload.
    assert_eq!(of("workloads: 0%").0, 0);
    let (code, report) = of("new_families: warn");
    assert!(
        code == 0 && report.contains("growth/new-family"),
        "{report}"
    );
}

#[test]
fn a_ratchet_tolerates_what_was_and_nothing_more() {
    let cli = with_baseline("budgets:\n  families: {match: requests_total, series: 2}\n");
    assert_eq!(check(&cli, &["web.prom"]).0, 1);
    let (code, report) = check(&cli, &["web.prom", "--baseline", "base.json", "--ratchet"]);
    assert_eq!(code, 0, "{report}");
    assert!(
        flat(&report).contains("no more than in the baseline"),
        "{report}"
    );
    assert_eq!(
        check(&cli, &["more.prom", "--baseline", "base.json", "--ratchet"]).0,
        1
    );
    let less = cli.file("less.prom", "requests_total{code=\"200\"} 1\n");
    let (code, report) = check(
        &less,
        &["less.prom", "--baseline", "base.json", "--ratchet"],
    );
    assert!(code == 0 && report.contains("growth/shrunk"), "{report}");
}

#[test]
fn a_baseline_that_is_missing_or_broken_is_an_error() {
    let cli = shop("")
        .file("broken.json", "{\n  \"schema_version\": 1,\n  nope\n}\n")
        .file("later.json", "{\"schema_version\": 9}");
    let run =
        |baseline: &str| cli.verdict(&["check", "web.prom", "--isolated", "--baseline", baseline]);
    insta::assert_snapshot!(run("none.json"), @"
    exit: 2
    --- stderr
    note: no meshctl.yaml: only findings are judged; `meshctl check --init` writes one
    error: there is no baseline none.json: write it with --update-baseline
    ");
    insta::assert_snapshot!(run("broken.json"), @"
    exit: 2
    --- stderr
    note: no meshctl.yaml: only findings are judged; `meshctl check --init` writes one
    error: the baseline broken.json cannot be used: line 3, column 3: key must be a string; write it anew with --update-baseline
    ");
    insta::assert_snapshot!(run("later.json"), @"
    exit: 2
    --- stderr
    note: no meshctl.yaml: only findings are judged; `meshctl check --init` writes one
    error: the baseline later.json cannot be used: it is of version 9 of the format, and this program reads 1; write it anew with --update-baseline
    ");
    insta::assert_snapshot!(cli.verdict(&["check", "web.prom", "--isolated", "--max-growth", "5%"]), @"
    exit: 2
    --- stderr
    note: no meshctl.yaml: only findings are judged; `meshctl check --init` writes one
    error: growth is limited, and there is no baseline to hold it against: write one with --baseline meshctl-baseline.json --update-baseline
    ");
}

#[test]
fn a_baseline_of_half_the_data_is_not_written() {
    let cli = shop("").file("half.prom.gz", [0x1f, 0x8b, 8, 0]);
    let (code, report) = check(
        &cli,
        &[
            "web.prom",
            "half.prom.gz",
            "--baseline",
            "base.json",
            "--update-baseline",
        ],
    );
    assert_eq!(code, 3, "{report}");
    assert!(!cli.path().join("base.json").exists());
    assert_eq!(
        check(
            &cli,
            &[
                "web.prom",
                "--baseline",
                "none/base.json",
                "--update-baseline"
            ]
        )
        .0,
        2
    );
}

#[test]
fn init_writes_a_commented_file() {
    let cli = Cli::new().file("web.prom", WEB).file("otel.yaml", OTEL);
    let init = ["web.prom", "--collector", "otel.yaml", "--init"];
    let (code, report) = check(&cli, &init);
    assert_eq!(code, 0, "{report}");
    let written = std::fs::read_to_string(cli.path().join("meshctl.yaml")).unwrap();
    // The last day depends on today.
    let (front, day) = written.split_once("until: ").unwrap();
    let undated = format!("{front}until: DAY{}", &day[10..]);
    insta::assert_snapshot!(undated, @r#"
    # What these metrics may cost: `meshctl check` fails where they cost more.
    # Made from 1 targets with 6 series, and 20% more.
    version: 1

    # What is read where the command line names nothing.
    sources:
      - "web.prom"

    # The pipelines that the metrics go through, for budgets with `at:`.
    collector:
      files:
        - "otel.yaml"

    # Findings of this severity or worse fail: info, low, medium, high. A budget over its limit is high, one
    # that warns is medium.
    fail_on: high

    # Fewer targets than this are incomplete data, and fail.
    min_targets: 1

    budgets:
      # Everything together; `at: scrape` is what targets expose, and the default.
      total:
        - at: scrape
          series: {warn: 7, fail: 8}
          bytes: 320
        - at: arrives
          series: {warn: 10, fail: 11}
          bytes: 640

      # Each family that matches; every budget counts for itself.
      families:
        - match: "requests_total"
          series: 4
        - match: "pods"
          series: 3
        - match: "up_seconds"
          series: 2
        - match: "*"
          series: 4

      # Distinct values of the labels that cost most; `forbidden: true` allows none, `families:` limits it to
      # some.
      labels:
        - match: "code"
          values: 3
        - match: "pod_ip"
          values: 3
        - match: "route"
          values: 3

      # Each target.
      targets:
        - match: "*"
          series: {warn: 7, fail: 8}

      # Exactly these names arrive: one more fails, one that is missing warns.
      names:
        - at: arrives
          exactly:
            - "requests_total"
            - "scrape_duration_seconds"
            - "scrape_samples_post_metric_relabeling"
            - "scrape_samples_scraped"
            - "scrape_series_added"
            - "up"
            - "up_seconds"

    # How much more there may be than in the baseline, which `meshctl check --update-baseline` writes.
    # baseline: meshctl-baseline.json
    # growth:
    #   total: 5%
    #   families: {percent: 20%, at_least: 100}
    #   new_families: warn
    #   new_labels: warn

    # Other severities, by finding; `off` takes it out. `meshctl explain` lists the findings.
    # severities:
    #   labels/redundant: off

    # Findings that are left out, each with a reason and best with a last day: by id or glob, and by family, label,
    # target, edge and part.
    # ignore:
    #   - finding: labels/unbounded
    #     label: target_ip
    #     reason: TICKET-41
    #     until: DAY
    "#);
}

#[test]
fn a_new_file_holds_and_never_replaces_another() {
    let cli = Cli::new().file("web.prom", WEB).file("otel.yaml", OTEL);
    let init = ["web.prom", "--collector", "otel.yaml", "--init"];
    assert_eq!(check(&cli, &init).0, 0);
    let written = std::fs::read_to_string(cli.path().join("meshctl.yaml")).unwrap();
    let (code, report) = check(&cli, &["web.prom"]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(check(&cli, &[]).0, 0);
    let (code, report) = check(&cli, &init);
    assert!(code == 2 && report.contains("--force"), "{report}");
    assert_eq!(
        check(
            &cli,
            &[&init[..], &["--force", "--headroom", "50%"]].concat()
        )
        .0,
        0
    );
    assert_ne!(
        std::fs::read_to_string(cli.path().join("meshctl.yaml")).unwrap(),
        written
    );
    let (code, shown) = check(&cli, &[&init[..], &["--config", "-"]].concat());
    assert!(code == 0 && shown.contains("version: 1"), "{shown}");
}

#[test]
fn names_in_a_new_file_are_taken_as_they_are() {
    let hostile = "# TYPE a counter\n\"a: [*]{x}\\n# b\"{l=\"1\"} 1\na{l=\"2\"} 1\n";
    let cli = Cli::new().file("web.prom", hostile);
    assert_eq!(check(&cli, &["web.prom", "--init"]).0, 0);
    let (code, report) = check(&cli, &["web.prom"]);
    assert_eq!(code, 0, "{report}");
}

#[test]
fn standard_input_and_variables_do_as_files_and_flags() {
    let cli = shop("budgets:\n  total: {series: 5}\n").stdin(WEB);
    assert_eq!(check(&cli, &["-"]).0, 1);
    let cli = cli.env("MESHCTL_EXIT_ZERO", "1");
    assert_eq!(check(&cli, &["-"]).0, 0);
    let cli = shop("")
        .stdin(WEB)
        .env("MESHCTL_CONFIG", "other.yaml")
        .file("other.yaml", "version: 1\nbudgets:\n  total: {series: 5}\n");
    assert_eq!(check(&cli, &["-"]).0, 1);
}

#[test]
fn all_is_well_in_one_line_and_what_is_not_is_told() {
    let holds = shop("budgets:\n  total: {series: 6}\n");
    insta::assert_snapshot!(holds.run(&["check", "web.prom"]), @"
    exit: 0
    --- stdout
     1 budget holds | 6 series | 1 of 1 target read | nothing else found
    --- stderr
    ");
    let broken = shop(
        "budgets:\n  total: {series: 5}\n  families: {match: requests_total, series: {warn: 2, fail: 9}}\n",
    );
    insta::assert_snapshot!(broken.run(&["check", "web.prom"]), @"
    exit: 1
    --- stdout
     1 of 2 budgets hold | 6 series | 1 of 1 target read | nothing else found

     BUDGETS  ! 1 over | * 1 near
     ! budget/over  total: 6 series, 1 (20.0%) over the limit of 5 series; most of
       it: family requests_total (3), family pods (2), family up_seconds (1), label
       code (saves 1)
       -> drop what nobody queries (`meshctl families`, `meshctl filter`), aggregate
       a label away (`meshctl labels`), or raise the limit for a reason
     * budget/near  family requests_total: 3 series, 33.3% of the limit of 9 series;
       most of it: label code (saves 1), label route (saves 1)
       -> see what each label costs: `meshctl labels --family requests_total`, or
       raise the limit for a reason
    --- stderr
    error: 1 finding at or above high
    ");
}

#[test]
#[cfg(unix)]
fn an_interrupt_judges_no_budget_and_leaves_the_baseline() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/metrics", server.local_addr().unwrap());
    let cli = shop("budgets:\n  total: {series: 5}\n");
    let arguments = [
        "check",
        "web.prom",
        &url,
        "-o",
        "json",
        "--timeout",
        "10m",
        "--baseline",
        "base.json",
    ];
    for more in [&[][..], &["--update-baseline"]] {
        // A baseline that is not there is an error before anything is read.
        let missing = more.is_empty();
        let arguments = if missing {
            &arguments[..7]
        } else {
            &arguments[..]
        };
        let child = cli.command(&[arguments, more].concat()).spawn().unwrap();
        let _answers_nothing = server.accept().unwrap();
        let kill = format!("kill -INT {}", child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
        let output = child.wait_with_output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(code(&output), 130, "{said}");
        assert!(said.contains("budgets are not judged"), "{said}");
        if missing {
            let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(report["budgets"], serde_json::json!([]));
        }
    }
    assert!(!cli.path().join("base.json").exists());
}

#[test]
fn a_secret_in_the_configuration_is_not_shown() {
    let secret = "headers: {Authorization: Basic dXNlcjpwYXNz}, endpoint:";
    let cli =
        shop("collector: secret.yaml\nbudgets:\n  names: {at: arrives, exactly: [gone_total]}\n")
            .file("secret.yaml", OTEL.replace("endpoint:", secret));
    for format in [
        "table", "json", "markdown", "sarif", "junit", "github", "gitlab",
    ] {
        let (code, report) = check(&cli, &["web.prom", "-o", format]);
        assert!(
            code == 1 && report.contains("gone_total"),
            "{format}: {report}"
        );
        assert!(!report.contains("dXNlcjpwYXNz"), "{format}: {report}");
    }
}

#[test]
fn a_file_of_too_many_limits_is_refused_at_once() {
    let many = (0..6000).fold(
        String::from("budgets:\n  families:\n"),
        |mut text, number| {
            let _ = writeln!(text, "    - {{match: f{number}, series: 1}}");
            text
        },
    );
    let (code, report) = check(&shop(&many), &["web.prom"]);
    assert_eq!(code, 2);
    assert!(report.contains("more than 5000 limits"), "{report}");
    assert!(report.contains("meshctl.yaml:5004:7"), "{report}");
}
