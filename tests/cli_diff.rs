//! `meshctl diff`, through the real program.

#![cfg(test)]

#[expect(dead_code, reason = "other commands need the rest")]
mod harness;

use std::path::Path;

use harness::Cli;
use harness::code;
use harness::text;
use serde_json::Value;
use tokio::runtime::Runtime;
use wiremock::Mock;
use wiremock::MockServer;
use wiremock::ResponseTemplate;
use wiremock::matchers::any;

const SCRAPE: &str = "# TYPE response_total counter\n\
    response_total{status_code=\"200\"} 5\n\
    # TYPE tcp_open_total counter\n\
    tcp_open_total{peer=\"dst\"} 3\n\
    # TYPE response_latency_ms histogram\n\
    response_latency_ms_bucket{le=\"1\"} 1\n\
    response_latency_ms_bucket{le=\"+Inf\"} 2\n\
    response_latency_ms_count 2\n\
    response_latency_ms_sum 7\n";

fn cli() -> Cli {
    Cli::new().file("web.prom", SCRAPE)
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    path.to_str().unwrap().to_owned()
}

fn compared(cli: &Cli, arguments: &[&str]) -> (i32, Value) {
    let output = cli.output(&[&["diff"], arguments, &["-o", "json"]].concat());
    let document = serde_json::from_slice(&output.stdout);
    (
        code(&output),
        document.unwrap_or_else(|_| panic!("{}", text(&output.stderr))),
    )
}

fn names(list: &Value) -> Vec<&str> {
    let names = list.as_array().unwrap().iter();
    names.map(|name| name["name"].as_str().unwrap()).collect()
}

#[test]
fn the_published_pair_differs_as_measured_and_the_edit_makes_it_equal() {
    let collector = fixture("collector/otel-mesh.yaml");
    let scrapes = fixture("astronomy-shop.tar.zst");
    let regex = "response_total|response_latency_ms.*|tcp_.*";
    let (code, document) = compared(&cli(), &[&collector, regex, &scrapes]);
    assert_eq!(code, 1);
    assert_eq!(
        names(&document["only_left"]),
        [
            "control_response_latency_ms_bucket",
            "control_response_latency_ms_count",
            "control_response_latency_ms_sum",
        ]
    );
    assert_eq!(
        names(&document["only_right"]),
        [
            "scrape_duration_seconds",
            "scrape_samples_post_metric_relabeling",
            "scrape_samples_scraped",
            "scrape_series_added",
            "tcp_close_total",
            "tcp_open_total",
            "up",
        ]
    );
    assert_eq!(document["both"].as_array().unwrap().len(), 8);
    for name in document["both"].as_array().unwrap() {
        assert_eq!(name["same_series"], true, "{name}");
    }
    let leak = &document["only_left"][0]["reason"];
    assert!(leak.as_str().unwrap().contains("not anchored"), "{leak}");
    let synthetic = &document["only_right"][6]["reason"];
    assert!(
        synthetic.as_str().unwrap().contains("never sees"),
        "{synthetic}"
    );
    // The edit, put into the place of the condition, does what it promises.
    let edit = &document["edits"][0];
    assert_eq!(edit["side"], "left");
    let after = edit["after"].as_str().unwrap();
    let (code, document) = compared(&cli(), &[&format!("ottl:{after}"), regex, &scrapes]);
    assert_eq!((code, &document["equal"]), (0, &Value::Bool(true)));
}

#[test]
fn a_condition_and_a_regex_that_keep_the_same_are_equal() {
    let condition =
        r#"not(IsMatch(name, "^tcp_.*$") or name == "up" or IsMatch(name, "^scrape_"))"#;
    let (code, document) = compared(&cli(), &[condition, "tcp_.*", "web.prom"]);
    assert_eq!(code, 0, "{document:#}");
    assert_eq!(document["equal"], true);
    assert_eq!(document["edits"].as_array().unwrap().len(), 0);
}

#[test]
fn standard_input_is_compared_but_no_edit_is_tried() {
    let cli = cli().stdin(SCRAPE);
    let (code, document) = compared(&cli, &["tcp_.*", "response_.*", "-"]);
    assert_eq!(code, 1);
    assert!(
        document["no_edit"]
            .as_str()
            .unwrap()
            .contains("standard input")
    );
}

#[test]
fn an_upgrade_shows_its_new_labels() {
    let collector = fixture("collector/otel-mesh.yaml");
    let scrapes = fixture("astronomy-shop.tar.zst");
    let releases = ["--collector-version", "0.118,0.156"];
    let arguments = [&releases[..], &[&collector, &scrapes]].concat();
    let (code, document) = compared(&cli(), &arguments);
    assert_eq!(code, 1);
    assert_eq!(document["both"].as_array().unwrap().len(), 11);
    assert_eq!(document["both"][0]["same_series"], false);
}

#[test]
fn what_cannot_be_compared_is_told() {
    for (arguments, told) in [
        (&["tcp_.*"][..], "name two filters"),
        (&["tcp_.*", "up"][..], "no SOURCE"),
        (&["tcp_(", "up", "web.prom"][..], "missing closing )"),
        (&["nowhere.yaml", "up", "web.prom"][..], "there is no file"),
        (&["ottl:name ==", "up", "web.prom"][..], "error"),
        (
            &["tcp_.*", "up", "nowhere.prom"][..],
            "nothing could be read",
        ),
    ] {
        let output = cli().output(&[&["diff"], arguments].concat());
        let said = text(&output.stderr);
        assert_eq!(code(&output), 2, "{arguments:?}: {said}");
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
}

fn shown(format: &str) -> String {
    let condition = r#"not IsMatch(name, "^(response_total|tcp_open)")"#;
    cli().run(&["diff", condition, "response_.*", "web.prom", "-o", format])
}

#[test]
fn a_comparison_is_shown_name_by_name() {
    insta::assert_snapshot!(shown("table"), @r#"
    exit: 1
    --- stdout
     ARRIVES  of 1 target | every 30s                       names  series  samples/s
     left   not IsMatch(name, "^(response_total|tcp_ope...      3       3        0.1
     right  response_.*                                        10      11        0.4

     ONLY LEFT  1 name | 1 series
                     series  points  samples/s
     tcp_open_total       1       1       <0.1
       IsMatch is not anchored and finds `^(response_total|tcp_open)` inside
       `tcp_open_total`; metric_relabel_configs keeps whole names that match
       `response_.*` only

     ONLY RIGHT  8 names | 9 series         series  points  samples/s
     response_latency_ms_bucket                  2       1        0.1
     response_latency_ms_count                   1       1       <0.1
     response_latency_ms_sum                     1       1       <0.1
       `response_.*` matches the whole name; the condition of filter/typed does not
       name it
     scrape_duration_seconds                     1       1       <0.1
     scrape_samples_post_metric_relabeling       1       1       <0.1
     scrape_samples_scraped                      1       1       <0.1
     scrape_series_added                         1       1       <0.1
     up                                          1       1       <0.1
       added by the scrape itself, which metric relabeling never sees; the condition
       of filter/typed does not name it

     BOTH  2 names | 2 with the same series
                     left  right
     response_total     1      1  the same series
     target_info        1      1  the same series

     TO MAKE BOTH EQUAL
     change filter/typed on the left (as typed); tried: the very same series arrive
       - not IsMatch(name, "^(response_total|tcp_open)")
       + not(name == "response_latency_ms" or name == "response_total" or name == "scrape_duration_seconds" or name == "scrape_samples_post_metric_relabeling" or name == "scrape_samples_scraped" or name == "scrape_series_added" or name == "up")
    --- stderr
    "#);
}

#[test]
fn a_comparison_can_be_a_comment_or_a_spreadsheet() {
    insta::assert_snapshot!(shown("markdown"), @r#"
    exit: 1
    --- stdout
    ### meshctl diff

    **The two sides differ.** 1 target read.

    | | Filter | Names | Series | Samples/s |
    |:--|:--|--:|--:|--:|
    | left | <code>not IsMatch&#40;name&#44; &#34;&#94;&#40;response&#95;total&#124;tcp&#95;open&#41;&#34;&#41;</code> | 3 | 3 | 0.1 |
    | right | `response_.*` | 10 | 11 | 0.4 |

    #### Only left

    | Name | Series | Data points | Samples/s | Why |
    |:--|--:|--:|--:|:--|
    | `tcp_open_total` | 1 | 1 | <0.1 | IsMatch is not anchored and finds &#96;^(response_total&#124;tcp_open)&#96; inside &#96;tcp_open_total&#96;; metric_relabel_configs keeps whole names that match &#96;response_.&#42;&#96; only |

    #### Only right

    | Name | Series | Data points | Samples/s | Why |
    |:--|--:|--:|--:|:--|
    | `response_latency_ms_bucket` | 2 | 1 | 0.1 | &#96;response_.&#42;&#96; matches the whole name; the condition of filter/typed does not name it |
    | `response_latency_ms_count` | 1 | 1 | <0.1 | &#96;response_.&#42;&#96; matches the whole name; the condition of filter/typed does not name it |
    | `response_latency_ms_sum` | 1 | 1 | <0.1 | &#96;response_.&#42;&#96; matches the whole name; the condition of filter/typed does not name it |
    | `scrape_duration_seconds` | 1 | 1 | <0.1 | added by the scrape itself, which metric relabeling never sees; the condition of filter/typed does not name it |
    | `scrape_samples_post_metric_relabeling` | 1 | 1 | <0.1 | added by the scrape itself, which metric relabeling never sees; the condition of filter/typed does not name it |
    | `scrape_samples_scraped` | 1 | 1 | <0.1 | added by the scrape itself, which metric relabeling never sees; the condition of filter/typed does not name it |
    | `scrape_series_added` | 1 | 1 | <0.1 | added by the scrape itself, which metric relabeling never sees; the condition of filter/typed does not name it |
    | `up` | 1 | 1 | <0.1 | added by the scrape itself, which metric relabeling never sees; the condition of filter/typed does not name it |

    #### To make both equal

    Change `filter/typed` on the left (as typed); tried: the very same series arrive.

    ```diff
    - not IsMatch(name, "^(response_total|tcp_open)")
    + not(name == "response_latency_ms" or name == "response_total" or name == "scrape_duration_seconds" or name == "scrape_samples_post_metric_relabeling" or name == "scrape_samples_scraped" or name == "scrape_series_added" or name == "up")
    ```

    <details><summary>The same on both sides: 2 names</summary>

    | Name | Series |
    |:--|--:|
    | `response_total` | 1 |
    | `target_info` | 1 |

    </details>
    --- stderr
    "#);
    insta::assert_snapshot!(shown("csv"), @r#"
    exit: 1
    --- stdout
    name,side,same_series,left_series,right_series,left_data_points,right_data_points,reason
    response_total,both,true,1,1,1,1,
    target_info,both,true,1,1,1,1,
    tcp_open_total,left,false,1,0,1,0,IsMatch is not anchored and finds `^(response_total|tcp_open)` inside `tcp_open_total`; metric_relabel_configs keeps whole names that match `response_.*` only
    response_latency_ms_bucket,right,false,0,2,0,1,`response_.*` matches the whole name; the condition of filter/typed does not name it
    response_latency_ms_count,right,false,0,1,0,1,`response_.*` matches the whole name; the condition of filter/typed does not name it
    response_latency_ms_sum,right,false,0,1,0,1,`response_.*` matches the whole name; the condition of filter/typed does not name it
    scrape_duration_seconds,right,false,0,1,0,1,"added by the scrape itself, which metric relabeling never sees; the condition of filter/typed does not name it"
    scrape_samples_post_metric_relabeling,right,false,0,1,0,1,"added by the scrape itself, which metric relabeling never sees; the condition of filter/typed does not name it"
    scrape_samples_scraped,right,false,0,1,0,1,"added by the scrape itself, which metric relabeling never sees; the condition of filter/typed does not name it"
    scrape_series_added,right,false,0,1,0,1,"added by the scrape itself, which metric relabeling never sees; the condition of filter/typed does not name it"
    up,right,false,0,1,0,1,"added by the scrape itself, which metric relabeling never sees; the condition of filter/typed does not name it"
    --- stderr
    "#);
}

#[test]
fn lines_tell_the_same_as_the_document() {
    let condition = r#"not IsMatch(name, "^(response_total|tcp_open)")"#;
    let arguments = ["diff", condition, "response_.*", "web.prom", "-o"];
    let of = |format: &str| text(&cli().output(&[&arguments[..], &[format]].concat()).stdout);
    let document: Value = serde_json::from_str(&of("json")).unwrap();
    let lines = of("jsonl");
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["kind"], "diff");
    assert_eq!(lines[0]["left_totals"], document["left_totals"]);
    for list in ["both", "only_left", "only_right"] {
        let of_kind = lines.iter().filter(|line| line["kind"] == list);
        let of_kind: Vec<&str> = of_kind.map(|line| line["name"].as_str().unwrap()).collect();
        assert_eq!(of_kind, names(&document[list]), "{list}");
    }
}

#[test]
fn hostile_filters_stay_text() {
    for format in ["table", "wide", "markdown"] {
        let output = cli().output(&[
            "diff",
            "regex:up|\u{202e}<b>@x`",
            "tcp_.*",
            "web.prom",
            "-o",
            format,
        ]);
        let shown = text(&output.stdout);
        assert_eq!(code(&output), 1, "{}", text(&output.stderr));
        assert!(!shown.contains('\u{202e}'), "{format}");
        // Within a fence nothing is looked for.
        let prose = shown.lines().filter(|line| !line.starts_with(['-', '+']));
        let prose: Vec<&str> = prose.collect();
        assert!(
            format != "markdown" || !prose.join("\n").contains("<b>"),
            "{shown}"
        );
    }
}

#[test]
fn a_fault_is_marked_in_what_was_typed() {
    insta::assert_snapshot!(cli().verdict(&["diff", "ottl:name == \"a\" and nmae == 1", "up", "web.prom"]), @r#"
    exit: 2
    --- stderr
    error: `nmae` of path `nmae` is not known here
     --> (as typed):1:17
      |
    1 | name == "a" and nmae == 1
      |                 ^^^^
      |
      = help: did you mean `name`?
    "#);
    let cli = cli().file("rules.yml", "- action: kep\n");
    insta::assert_snapshot!(cli.verdict(&["diff", "rules.yml", "up", "web.prom"]), @r#"
    exit: 2
    --- stderr
    error: unknown relabel action "kep"
     --> rules.yml:1:11
      |
    1 | - action: kep
      |           ^
      |
      = help: did you mean `keep`?
    "#);
}

/// A server that answers once with metrics, and then never again.
fn once(metrics: &str) -> (Runtime, MockServer) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(MockServer::start());
    let answer = Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_string(metrics))
        .up_to_n_times(1);
    runtime.block_on(answer.mount(&server));
    (runtime, server)
}

#[test]
fn live_targets_are_asked_once_however_many_edits_are_tried() {
    let (left, right) = ("ottl:IsMatch(name, \"^tcp_\")", "tcp_.*|response_total");
    let (_, of_files) = compared(
        &cli().file("api.prom", SCRAPE),
        &[left, right, "web.prom", "api.prom"],
    );
    assert_ne!(of_files["edits"], serde_json::json!([]), "{of_files:#}");
    let (runtime, server) = once(SCRAPE);
    let url = format!("http://{}/metrics", server.address());
    let (code, of_both) = compared(&cli(), &[left, right, "web.prom", &url]);
    assert_eq!(code, 1, "{of_both:#}");
    let asked = runtime.block_on(server.received_requests()).unwrap();
    assert_eq!(asked.len(), 1);
    for key in ["both", "only_left", "only_right", "edits", "no_edit"] {
        assert_eq!(of_both[key], of_files[key], "{key}");
    }
}

#[test]
fn without_room_for_live_scrapes_no_edit_is_tried() {
    let (runtime, server) = once(SCRAPE);
    let url = format!("http://{}/metrics", server.address());
    let cli = cli().env("TMPDIR", "nowhere");
    let (code, document) = compared(&cli, &["tcp_.*", "response_.*", &url]);
    assert_eq!(code, 1);
    let why = document["no_edit"].as_str().unwrap();
    assert!(
        why.starts_with(
            "no edit was tried: the scrapes could not be kept, as nowhere does not take them"
        ),
        "{why}"
    );
    let asked = runtime.block_on(server.received_requests()).unwrap();
    assert_eq!(asked.len(), 1);
}
