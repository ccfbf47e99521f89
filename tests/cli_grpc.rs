//! `meshctl grpc`, through the real program.

#![cfg(test)]

#[expect(dead_code, reason = "other commands need the rest")]
mod harness;

use std::path::Path;

use harness::Cli;
use harness::code;
use harness::text;
use serde_json::Value;

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    path.to_str().unwrap().to_owned()
}

/// A scrape of a client's proxy: `responses` are `status_code`, `classification`, `grpc_status` and how many.
fn scrape(responses: &[(&str, &str, &str, u64)]) -> String {
    let edge =
        "direction=\"outbound\",dst_namespace=\"shop\",dst_deployment=\"api\",dst_service=\"api\"";
    let mut body = String::from("# TYPE response_total counter\n");
    for (status, class, code, count) in responses {
        body.push_str(&format!(
            "response_total{{{edge},status_code=\"{status}\",classification=\"{class}\",grpc_status=\"{code}\",\
             error=\"\"}} {count}\n"
        ));
    }
    body
}

/// Runs with `-o json` and holds the document against the published schema.
fn document(cli: &Cli, arguments: &[&str]) -> (i32, Value) {
    let output = cli.output(&[&["grpc"], arguments, &["-o", "json"]].concat());
    let document = serde_json::from_slice(&output.stdout);
    let document = document.unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    let validator = jsonschema::validator_for(&meshctl::report::grpc_schema()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    (code(&output), document)
}

#[test]
fn the_published_mesh_hides_six_calls_of_one_edge_first() {
    let (code, document) = document(&Cli::new(), &[&fixture("astronomy-shop.tar.zst")]);
    assert_eq!(code, 0);
    let first = &document["edges"][0];
    assert_eq!(first["direction"], "outbound");
    assert_eq!(first["source"]["name"], "frontend");
    assert_eq!(first["destination"]["name"], "ad");
    assert_eq!(first["hidden_from_http"], 6);
    assert_eq!(first["calls"], 4012);
    assert_eq!(first["success_rate"]["http"], 1.0);
    let failed = first["codes"].as_array().unwrap().iter();
    let failed = failed.filter(|code| code["code"] != 0);
    let failed: Vec<_> = failed
        .map(|code| (&code["code"], &code["name"], &code["responses"]))
        .collect();
    assert_eq!(failed, [(&14.into(), &"UNAVAILABLE".into(), &6.into())]);
    // Both ends were read: each call is in the totals once.
    let second = &document["edges"][1];
    assert_eq!(second["direction"], "inbound");
    assert_eq!(
        (&first["in_totals"], &second["in_totals"]),
        (&true.into(), &false.into())
    );
}

#[test]
fn three_answers_for_one_service_as_measured() {
    let (_, document) = document(
        &Cli::new(),
        &[&fixture("scrapes/grpc-failures-outbound.prom")],
    );
    let edges = document["edges"].as_array().unwrap();
    let emoji = edges
        .iter()
        .find(|edge| edge["service"] == "emoji-svc")
        .unwrap();
    assert_eq!(emoji["calls"], 70);
    let percent = |key: &str| (emoji["success_rate"][key].as_f64().unwrap() * 100.0).round();
    assert_eq!(["http", "mesh", "grpc"].map(percent), [100.0, 57.0, 34.0]);
    assert_eq!(emoji["hidden_from_http"], 30);
    assert_eq!(emoji["hidden_from_mesh"], 16);
    assert_eq!(emoji["source"]["kind"], "target");
    let blind = document["blind_families"].as_array().unwrap();
    let blind = blind.iter().find(|blind| {
        blind["family"] == "outbound_http_route_request_statuses_total"
            && blind["destination"] == "emojivoto/emoji-svc:8080"
    });
    let blind = blind.unwrap();
    assert_eq!(blind["reported_success_rate"], 1.0);
    assert_eq!(blind["hidden"], 46);
}

#[test]
fn names_and_numbers_are_one_code() {
    let body = scrape(&[
        ("200", "failure", "14", 2),
        ("200", "failure", "UNAVAILABLE", 3),
    ]);
    let (_, document) = document(&Cli::new().file("web.prom", body), &["web.prom"]);
    let codes = &document["edges"][0]["codes"];
    assert_eq!(codes.as_array().unwrap().len(), 1);
    assert_eq!(codes[0]["responses"], 5);
    assert_eq!(codes[0]["fault"], "server");
}

#[test]
fn an_unknown_code_has_a_name_and_no_number() {
    let body = scrape(&[("200", "success", "odd", 2)]);
    let (_, document) = document(&Cli::new().file("web.prom", body), &["web.prom"]);
    let codes = &document["edges"][0]["codes"];
    assert_eq!(
        (&codes[0]["code"], &codes[0]["name"]),
        (&Value::Null, &"odd".into())
    );
}

#[test]
fn a_call_that_ended_without_a_status_is_told() {
    let body = scrape(&[("200", "success", "0", 8), ("503", "success", "2", 2)]);
    let (_, document) = document(&Cli::new().file("web.prom", body), &["web.prom"]);
    assert_eq!(document["totals"]["hidden_from_mesh"], 2);
    assert_eq!(document["totals"]["without_status"], 2);
}

#[test]
fn the_gate_judges_each_edge_by_its_grpc_calls() {
    let body = scrape(&[
        ("200", "success", "0", 90),
        ("200", "failure", "14", 10),
        ("200", "success", "", 900),
    ]);
    let cli = Cli::new().file("web.prom", body);
    insta::assert_snapshot!(cli.verdict(&["grpc", "web.prom", "--fail-on-hidden", "0"]), @"");
    insta::assert_snapshot!(cli.verdict(&["grpc", "web.prom", "--fail-on-hidden", "9.9%"]), @"");
    insta::assert_snapshot!(cli.verdict(&["grpc", "web.prom", "--fail-on-hidden", "0.1"]), @"");
    insta::assert_snapshot!(cli.verdict(&["grpc", "web.prom", "--fail-on-hidden", "few"]), @"");
}

#[test]
fn the_gate_does_not_pass_what_it_cannot_see() {
    let stripped =
        "response_total{direction=\"outbound\",dst_service=\"api\",status_code=\"200\"} 5\n";
    let cli = Cli::new()
        .file("web.prom", stripped)
        .file("app.prom", "up 1\n");
    insta::assert_snapshot!(cli.run(&["grpc", "web.prom", "--fail-on-hidden", "0"]), @"");
    insta::assert_snapshot!(cli.run(&["grpc", "app.prom", "--fail-on-hidden", "0"]), @"");
    assert_eq!(code(&cli.output(&["grpc", "app.prom"])), 0);
}

#[test]
fn a_table_says_what_hides_and_who_is_blind() {
    let cli = Cli::new();
    let failures = fixture("scrapes/grpc-failures-outbound.prom");
    let body = std::fs::read(&failures).unwrap();
    let cli = cli.file("web.prom", body);
    insta::assert_snapshot!(cli.run(&["grpc", "web.prom"]), @"");
}

#[test]
fn the_callees_view_alone_names_its_caller_by_its_identity() {
    let body = std::fs::read(fixture("scrapes/grpc-failures-inbound.prom")).unwrap();
    let cli = Cli::new().file("voting.prom", body);
    insta::assert_snapshot!(cli.run(&["grpc", "voting.prom"]), @"");
}

#[test]
fn where_nothing_hides_that_is_said() {
    let idle = std::fs::read(fixture("scrapes/idle.prom")).unwrap();
    let cli = Cli::new()
        .file("idle.prom", idle)
        .file(
            "good.prom",
            scrape(&[("200", "success", "0", 3), ("503", "failure", "14", 1)]),
        )
        .file("http.prom", scrape(&[("200", "success", "", 3)]))
        .file("empty.prom", "");
    insta::assert_snapshot!(cli.run(&["grpc", "idle.prom"]), @"");
    insta::assert_snapshot!(cli.run(&["grpc", "good.prom"]), @"");
    insta::assert_snapshot!(cli.run(&["grpc", "http.prom"]), @"");
    insta::assert_snapshot!(cli.run(&["grpc", "empty.prom"]), @"");
}

#[test]
fn edges_without_grpc_are_listed_when_asked_for() {
    let body = scrape(&[("200", "success", "0", 3)])
        + "response_total{direction=\"outbound\",dst_namespace=\"shop\",dst_deployment=\"www\",status_code=\"500\",\
           classification=\"failure\",grpc_status=\"\",error=\"\"} 7\n";
    let cli = Cli::new().file("web.prom", body);
    let plain = text(&cli.output(&["grpc", "web.prom"]).stdout);
    assert!(
        !plain.contains("www") && plain.contains("1 edge without gRPC"),
        "{plain}"
    );
    for flag in [&["--all"][..], &["--limit", "0"]] {
        let all = text(&cli.output(&[&["grpc", "web.prom"], flag].concat()).stdout);
        assert!(
            all.contains("web.prom → shop/www") || all.contains("→ www"),
            "{all}"
        );
    }
}

#[test]
fn hostile_names_stay_on_their_line_in_every_format() {
    let hostile = "a\u{1b}[31m\u{202e}|`b`<i>@me";
    let body = scrape(&[("200", "failure", "14", 2)]).replace("\"api\"", &format!("\"{hostile}\""));
    let cli = Cli::new().file("web.prom", body);
    for format in ["table", "wide", "markdown"] {
        let shown = text(&cli.output(&["grpc", "web.prom", "-o", format]).stdout);
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{format}: {shown}");
    }
    let shown = text(&cli.output(&["grpc", "web.prom", "-o", "markdown"]).stdout);
    assert!(!shown.contains("<i>") && !shown.contains("@me"), "{shown}");
}

#[test]
fn lines_and_rows_hold_what_the_document_holds() {
    let body = scrape(&[("200", "success", "0", 3), ("200", "success", "8", 1)]);
    let cli = Cli::new().file("web.prom", body);
    insta::assert_snapshot!(text(&cli.output(&["grpc", "web.prom", "-o", "csv"]).stdout), @"");
    let lines = text(&cli.output(&["grpc", "web.prom", "-o", "jsonl"]).stdout);
    let kinds: Vec<String> = lines
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["kind"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(kinds, ["grpc", "edge"]);
}
