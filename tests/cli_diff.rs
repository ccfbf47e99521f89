//! `meshctl diff`, through the real program.

#![cfg(test)]

#[expect(dead_code, reason = "other commands need the rest")]
mod harness;

use std::path::Path;

use harness::Cli;
use harness::code;
use harness::text;
use serde_json::Value;

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
