//! `meshctl grpc`, through the real program.

#![cfg(test)]

#[expect(dead_code, reason = "other commands need the rest")]
mod harness;

use std::fmt::Write as _;
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
        let _ = writeln!(
            body,
            "response_total{{{edge},status_code=\"{status}\",classification=\"{class}\",grpc_status=\"{code}\",\
             error=\"\"}} {count}"
        );
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
    let percents = ["http", "mesh", "grpc"].map(percent);
    assert_eq!(format!("{percents:?}"), "[100.0, 57.0, 34.0]");
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
    insta::assert_snapshot!(cli.verdict(&["grpc", "web.prom", "--fail-on-hidden", "0"]), @"
    exit: 1
    --- stderr
    error: 1 edge hides failures (--fail-on-hidden); worst: web.prom -> api, 10 of 100
    ");
    insta::assert_snapshot!(cli.verdict(&["grpc", "web.prom", "--fail-on-hidden", "9.9%"]), @"
    exit: 1
    --- stderr
    error: 1 edge hides failures of more than 9.9% of the gRPC calls (--fail-on-hidden); worst: web.prom -> api, 10 of 100
    ");
    insta::assert_snapshot!(cli.verdict(&["grpc", "web.prom", "--fail-on-hidden", "0.1"]), @"
    exit: 0
    --- stderr
    ");
    insta::assert_snapshot!(cli.verdict(&["grpc", "web.prom", "--fail-on-hidden", "few"]), @"
    exit: 2
    --- stderr
    error: invalid value 'few' for '--fail-on-hidden <RATIO>': not a part of a whole; write it like 0.01 or 1%, from 0 to 1

    For more information, try '--help'.
    ");
}

#[test]
fn the_gate_does_not_pass_what_it_cannot_see() {
    let stripped =
        "response_total{direction=\"outbound\",dst_service=\"api\",status_code=\"200\"} 5\n";
    let cli = Cli::new()
        .file("web.prom", stripped)
        .file("app.prom", "up 1\n");
    insta::assert_snapshot!(cli.run(&["grpc", "web.prom", "--fail-on-hidden", "0"]), @"
    exit: 3
    --- stdout
     1 of 1 target read | 5 calls | 0 with a gRPC status

     1 response series lacks the label classification or grpc_status: a filter or
     relabeling took it away, and what failed by gRPC can no longer be seen there
    --- stderr
    error: 1 response series lacks the label classification or grpc_status, so its failures were not judged (--fail-on-hidden)
    ");
    insta::assert_snapshot!(cli.run(&["grpc", "app.prom", "--fail-on-hidden", "0"]), @"
    exit: 3
    --- stdout
     1 of 1 target read | 0 calls | 0 with a gRPC status

     No mesh metrics: none of response_total, request_total, tcp_open_total,
     istio_requests_total was read.
    --- stderr
    error: no mesh metrics were read, so nothing was judged (--fail-on-hidden)
    ");
    assert_eq!(code(&cli.output(&["grpc", "app.prom"])), 0);
}

#[test]
fn a_table_says_what_hides_and_who_is_blind() {
    let cli = Cli::new();
    let failures = fixture("scrapes/grpc-failures-outbound.prom");
    let body = std::fs::read(&failures).unwrap();
    let cli = cli.file("web.prom", body);
    insta::assert_snapshot!(cli.run(&["grpc", "web.prom"]), @"
    exit: 0
    --- stdout
     1 of 1 target read | 189 calls | 187 with a gRPC status

     HIDDEN FAILURES  HTTP says 100% | the mesh says 53% | gRPC says 32%
       87 hidden from HTTP: the status is 2xx, the mesh and gRPC call it a failure
       40 hidden from the mesh too: gRPC calls it a failure, the proxy a success (by
       default it fails codes 2, 4, 7, 13, 14 and 15 only)

     EDGES  2 in emojivoto   hidden  calls  HTTP  mesh  gRPC  not OK
     web.prom -> emoji-svc       46     70  100%   57%   34%  UNAVAILABLE 12, INT...
         16 of them the mesh itself counts as success: ABORTED 2, CANCELLED 2,
         FAILED_PRECONDITION 2, INVALID_ARGUMENT 2, NOT_FOUND 2, RESOURCE_EXHAUSTED
         2, UNAUTHENTICATED 2, UNIMPLEMENTED 2
         by their codes 14 the client's fault, 32 the server's
       -> voting-svc             33     52  100%   50%   35%  UNAVAILABLE 15, INT...
         8 of them the mesh itself counts as success: CANCELLED 2, ABORTED 1,
         FAILED_PRECONDITION 1, INVALID_ARGUMENT 1, RESOURCE_EXHAUSTED 1,
         UNAUTHENTICATED 1, UNIMPLEMENTED 1
         by their codes 7 the client's fault, 26 the server's
     web.prom -> voting-svc      25     32  100%   44%   19%  UNAVAILABLE 9, INTE...
         8 of them the mesh itself counts as success: NOT_FOUND 2, ABORTED 1,
         FAILED_PRECONDITION 1, INVALID_ARGUMENT 1, RESOURCE_EXHAUSTED 1,
         UNAUTHENTICATED 1, UNIMPLEMENTED 1
         by their codes 7 the client's fault, 18 the server's
       -> voting-direct          23     35  100%   57%   34%  UNAVAILABLE 6, INTE...
         8 of them the mesh itself counts as success: ABORTED 1, CANCELLED 1,
         FAILED_PRECONDITION 1, INVALID_ARGUMENT 1, NOT_FOUND 1, RESOURCE_EXHAUSTED
         1, UNAUTHENTICATED 1, UNIMPLEMENTED 1
         by their codes 7 the client's fault, 16 the server's

     BLIND FAMILIES  report the same calls as better than they are
                                   reported  true  hidden
     emojivoto/emoji-svc:8080          100%   34%      46
         outbound_http_route_backend_response_statuses_total
         outbound_http_route_request_statuses_total
     emojivoto/voting-direct:8080      100%   34%      23
         outbound_http_route_backend_response_statuses_total
         outbound_http_route_request_statuses_total

     NOT IN response_total  which other families tell
               count  family                      what
     web.prom      4  outbound_http_errors_total  proxy error: unexpected

     NO gRPC FAMILY  so that no family of routes can tell
       no GRPCRoute is attached, so families of routes count gRPC calls as HTTP:
         emojivoto/emoji-svc:8080 (70 calls), emojivoto/voting-direct:8080 (35
         calls)
    --- stderr
    ");
}

#[test]
fn the_callees_view_alone_names_its_caller_by_its_identity() {
    let body = std::fs::read(fixture("scrapes/grpc-failures-inbound.prom")).unwrap();
    let cli = Cli::new().file("voting.prom", body);
    insta::assert_snapshot!(cli.run(&["grpc", "voting.prom"]), @"
    exit: 0
    --- stdout
     1 of 1 target read | 66 calls | 66 with a gRPC status

     HIDDEN FAILURES  HTTP says 100% | the mesh says 52% | gRPC says 27%
       32 hidden from HTTP: the status is 2xx, the mesh and gRPC call it a failure
       16 hidden from the mesh too: gRPC calls it a failure, the proxy a success (by
       default it fails codes 2, 4, 7, 13, 14 and 15 only)

     EDGES  1 in emojivoto
                         hidden  calls  HTTP  mesh  gRPC  not OK
     web -> voting.prom      48     66  100%   52%   27%  UNAVAILABLE 15, INTERNA...
         16 of them the mesh itself counts as success: NOT_FOUND 3, ABORTED 2,
         FAILED_PRECONDITION 2, INVALID_ARGUMENT 2, RESOURCE_EXHAUSTED 2,
         UNAUTHENTICATED 2, UNIMPLEMENTED 2, CANCELLED 1
         by their codes 14 the client's fault, 34 the server's

     NOT IN response_total  which other families tell
                         count  family         what
     web -> voting.prom      1  request_total  no response, of 67 requests
    --- stderr
    ");
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
    insta::assert_snapshot!(cli.run(&["grpc", "idle.prom"]), @"
    exit: 0
    --- stdout
     1 of 1 target read | 0 calls | 0 with a gRPC status

     No call was counted.
    --- stderr
    ");
    insta::assert_snapshot!(cli.run(&["grpc", "good.prom"]), @"
    exit: 0
    --- stdout
     1 of 1 target read | 4 calls | 4 with a gRPC status

     Nothing hides: HTTP, the mesh and gRPC agree on every failure.

     OTHER gRPC EDGES  1 in shop
                       calls  HTTP  mesh  gRPC  not OK
     good.prom -> api      4   75%   75%   75%  UNAVAILABLE 1
    --- stderr
    ");
    insta::assert_snapshot!(cli.run(&["grpc", "http.prom"]), @"
    exit: 0
    --- stdout
     1 of 1 target read | 3 calls | 0 with a gRPC status

     No call carries a gRPC status.
    --- stderr
    ");
    insta::assert_snapshot!(cli.run(&["grpc", "empty.prom"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: cannot read empty.prom: empty: nothing was scraped into it, so check what wrote it
    ");
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
        assert!(all.contains("web.prom -> www"), "{all}");
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
    insta::assert_snapshot!(text(&cli.output(&["grpc", "web.prom", "-o", "csv"]).stdout), @"
    direction,source_namespace,source,destination_namespace,destination,service,route,in_totals,calls,grpc_calls,hidden_from_http,hidden_from_mesh,without_status,hidden_ratio,client_fault,server_fault,success_http,success_mesh,success_grpc,codes
    outbound,,web.prom,shop,api,api,,true,4,4,0,1,0,0.2500,0,1,1.0000,1.0000,0.7500,0 OK success 3;8 RESOURCE_EXHAUSTED success 1
    ");
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
