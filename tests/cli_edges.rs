//! `meshctl edges`, through the real program.

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

/// What a client's proxy says: seconds that it has been up, and calls and bytes to two services.
struct Client {
    uptime: u64,
    ok: u64,
    failed: u64,
    bytes: u64,
    /// Calls to a service that is not always called; its series is missing with 0.
    rare: u64,
}

impl Client {
    fn body(&self) -> String {
        let Self {
            uptime,
            ok,
            failed,
            bytes,
            rare,
        } = *self;
        let api = "direction=\"outbound\",tls=\"true\",server_id=\"api.shop.serviceaccount.identity.linkerd.cluster.local\",\
                   dst_namespace=\"shop\",dst_deployment=\"api\",dst_service=\"api\"";
        let database = "direction=\"outbound\",peer=\"dst\",target_addr=\"10.0.0.9:5432\",tls=\"no_identity\",\
                        no_tls_reason=\"not_provided_by_service_discovery\"";
        let calls = ok + failed;
        let mut body = format!(
            "process_start_time_seconds {start}\nprocess_uptime_seconds_total {uptime}\n\
             response_total{{{api},status_code=\"200\",classification=\"success\",grpc_status=\"\"}} {ok}\n\
             response_total{{{api},status_code=\"500\",classification=\"failure\",grpc_status=\"\"}} {failed}\n\
             response_latency_ms_bucket{{{api},le=\"10\"}} {ok}\n\
             response_latency_ms_bucket{{{api},le=\"100\"}} {ok}\n\
             response_latency_ms_bucket{{{api},le=\"+Inf\"}} {calls}\n\
             response_latency_ms_count{{{api}}} {calls}\n\
             response_latency_ms_sum{{{api}}} {calls}\n\
             tcp_open_total{{{database}}} 3\n\
             tcp_open_connections{{{database}}} 2\n\
             tcp_read_bytes_total{{{database}}} {bytes}\n\
             tcp_write_bytes_total{{{database}}} 0\n",
            start = 1_700_000_000 - uptime.min(50),
        );
        if rare > 0 {
            let _ = writeln!(
                body,
                "response_total{{direction=\"outbound\",dst_namespace=\"shop\",dst_deployment=\"rare\",\
                 status_code=\"200\",classification=\"success\",grpc_status=\"\"}} {rare}"
            );
        }
        body
    }
}

const OLD: Client = Client {
    uptime: 100,
    ok: 90,
    failed: 10,
    bytes: 5_000,
    rare: 0,
};

const NEW: Client = Client {
    uptime: 110,
    ok: 140,
    failed: 12,
    bytes: 25_000,
    rare: 0,
};

fn cli(older: &Client, newer: &Client) -> Cli {
    Cli::new()
        .file("old/web.prom", older.body())
        .file("new/web.prom", newer.body())
}

/// Runs with `-o json` and holds the document against the published schema.
fn document(cli: &Cli, arguments: &[&str]) -> (i32, Value) {
    let output = cli.output(&[&["edges"], arguments, &["-o", "json"]].concat());
    let document = serde_json::from_slice(&output.stdout);
    let document = document.unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    let validator = jsonschema::validator_for(&meshctl::report::edges_schema()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    (code(&output), document)
}

const SINCE: [&str; 3] = ["new/web.prom", "--since", "old/web.prom"];

fn edge<'a>(document: &'a Value, destination: &str) -> &'a Value {
    let mut edges = document["edges"].as_array().unwrap().iter();
    let named = edges.find(|edge| edge["destination"]["name"] == destination);
    &named.unwrap()["outbound"]
}

#[test]
fn one_reading_counts_since_the_proxy_was_started() {
    let cli = cli(&OLD, &NEW);
    insta::assert_snapshot!(cli.run(&["edges", "new/web.prom"]), @"
    exit: 0
    --- stdout
     1 of 1 target read | since the proxies were started, 1m50s

     EDGES  2 by workload in shop
                                calls  success  calls/s      p95      p99  open
     web.prom -> api              152      92%      1.4  >=100ms  >=100ms     -
     web.prom -> 10.0.0.9:5432      -        -        -        -        -     2

     WITHOUT mTLS  1                 why, as each end has it
     web.prom -> 10.0.0.9:5432  all  caller: not_provided_by_service_discovery
    --- stderr
    ");
}

#[test]
fn two_readings_count_what_came_between() {
    let cli = cli(&OLD, &NEW);
    let (code, document) = document(&cli, &SINCE);
    assert_eq!(code, 0);
    let api = edge(&document, "api");
    assert_eq!(
        (&api["calls"], &api["calls_per_second"]),
        (&52.into(), &5.2.into())
    );
    assert_eq!(api["success_rate"], 50.0 / 52.0);
    // 50 of 52 are at most 10 ms; the 99th percentile lies in the bucket without a bound.
    assert_eq!(api["latency_ms"]["p99"]["value"], 100.0);
    assert_eq!(api["latency_ms"]["p99"]["upper"], Value::Null);
    let tcp = &edge(&document, "10.0.0.9:5432")["tcp"];
    assert_eq!(
        (&tcp["bytes_per_second"], &tcp["open_connections"]),
        (&2000.0.into(), &2.into())
    );
    assert_eq!(document["since"]["matched_targets"], 1);
    insta::assert_snapshot!(cli.run(&[&["edges"], &SINCE[..]].concat()), @"
    exit: 0
    --- stdout
     1 of 1 target read | over 10s

     EDGES  2 by workload in shop
                                calls  success  calls/s    p50    p95      p99  open
     web.prom -> api               52      96%      5.2  5.2ms  9.9ms  >=100ms     -
     web.prom -> 10.0.0.9:5432      -        -        -      -      -        -     2

     WITHOUT mTLS  1                 why, as each end has it
     web.prom -> 10.0.0.9:5432  all  caller: not_provided_by_service_discovery
    --- stderr
    ");
}

#[test]
fn a_restart_is_told_and_all_since_is_counted() {
    let restarted = Client {
        uptime: 4,
        ok: 3,
        failed: 0,
        bytes: 10,
        rare: 0,
    };
    let (_, document) = document(&cli(&OLD, &restarted), &SINCE);
    assert_eq!(edge(&document, "api")["calls"], 3);
    assert_ne!(document["since"]["reset_series"], 0);
}

#[test]
fn series_that_vanish_or_appear_are_told() {
    let rare = |client: Client| Client { rare: 7, ..client };
    let (_, appeared) = document(&cli(&OLD, &rare(NEW)), &SINCE);
    assert_eq!(appeared["since"]["appeared_series"], 1);
    assert_eq!(edge(&appeared, "rare")["calls"], 7);
    let cli = cli(&rare(OLD), &NEW);
    let (_, vanished) = document(&cli, &SINCE);
    assert_eq!(vanished["since"]["vanished_series"], 1);
    insta::assert_snapshot!(cli.run(&[&["edges"], &SINCE[..]].concat()), @"
    exit: 0
    --- stdout
     1 of 1 target read | over 10s
       1 series vanished, as the proxy drops idle ones: what they gained before is
       lost

     EDGES  2 by workload in shop
                                calls  success  calls/s    p50    p95      p99  open
     web.prom -> api               52      96%      5.2  5.2ms  9.9ms  >=100ms     -
     web.prom -> 10.0.0.9:5432      -        -        -      -      -        -     2

     WITHOUT mTLS  1                 why, as each end has it
     web.prom -> 10.0.0.9:5432  all  caller: not_provided_by_service_discovery
    --- stderr
    ");
}

#[test]
fn what_cannot_be_read_of_the_older_reading_is_an_error() {
    let cli = cli(&OLD, &NEW);
    insta::assert_snapshot!(cli.run(&["edges", "new/web.prom", "--since", "gone.prom"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: cannot read gone.prom: no such file
    error: nothing could be read of the older reading
    ");
}

#[test]
fn an_interval_needs_targets_that_answer_anew() {
    let cli = cli(&OLD, &NEW).stdin("up 1\n");
    insta::assert_snapshot!(cli.run(&["edges", "new/web.prom", "--interval", "30s"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: --interval reads its targets twice, and new/web.prom would be the same both times: name live targets (a URL, deploy/web, --targets FILE), or hold a newer file against it with --since new/web.prom
    ");
    assert_eq!(code(&cli.output(&["edges", "-", "--interval", "30s"])), 2);
    assert_eq!(code(&cli.output(&["edges", "-", "--since", "-"])), 2);
}

#[test]
fn both_ends_stand_together_and_are_never_added_up() {
    let shop = fixture("astronomy-shop.tar.zst");
    let (_, document) = document(&Cli::new(), &[&shop]);
    let edges = document["edges"].as_array().unwrap();
    let ad = edges
        .iter()
        .find(|edge| edge["source"]["name"] == "frontend" && edge["destination"]["name"] == "ad");
    let ad = ad.unwrap();
    assert_eq!(
        (&ad["outbound"]["calls"], &ad["inbound"]["calls"]),
        (&4012.into(), &4012.into())
    );
    assert_eq!(ad["mutual_tls"], "yes");
    assert_eq!(
        ad["inbound"]["client_identities"][0],
        "frontend.otel-demo.serviceaccount.identity.linkerd.cluster.local"
    );
    let calls: Vec<u64> = edges
        .iter()
        .map(|edge| {
            let view = if edge["outbound"].is_null() {
                "inbound"
            } else {
                "outbound"
            };
            edge[view]["calls"].as_u64().unwrap()
        })
        .collect();
    assert!(calls.is_sorted_by(|a, b| a >= b), "{calls:?}");
}

#[test]
fn ends_are_what_is_asked_for() {
    let shop = fixture("astronomy-shop.tar.zst");
    for by in ["pod", "workload", "service", "namespace", "identity"] {
        let (_, document) = document(&Cli::new(), &[&shop, "--by", by]);
        assert_eq!(document["by"], by);
        let kinds = document["edges"].as_array().unwrap().iter();
        let mut kinds = kinds.map(|edge| edge["destination"]["kind"].as_str().unwrap());
        assert!(kinds.any(|kind| kind == by), "{by}");
    }
}

#[test]
fn orders_put_the_worst_first_and_the_unknown_last() {
    let cli = cli(&OLD, &NEW);
    for order in ["calls", "success", "rate", "p99"] {
        let (_, document) = document(&cli, &["new/web.prom", "--sort-by", order]);
        assert_eq!(
            document["edges"][0]["destination"]["name"], "api",
            "{order}"
        );
    }
    let (_, document) = document(&cli, &["new/web.prom", "--sort-by", "bytes"]);
    assert_eq!(document["edges"][0]["destination"]["name"], "10.0.0.9:5432");
}

#[test]
fn where_there_is_no_edge_that_is_said() {
    let idle = std::fs::read(fixture("scrapes/idle.prom")).unwrap();
    let cli = Cli::new()
        .file("idle.prom", idle)
        .file("app.prom", "up 1\n");
    insta::assert_snapshot!(cli.run(&["edges", "idle.prom"]), @"
    exit: 0
    --- stdout
     1 of 1 target read | since the proxies were started, 8.0s

     No call and no connection was counted.
    --- stderr
    ");
    insta::assert_snapshot!(cli.run(&["edges", "app.prom"]), @"
    exit: 0
    --- stdout
     1 of 1 target read

     No mesh metrics: none of response_total, request_total, tcp_open_total,
     istio_requests_total was read.
    --- stderr
    ");
}

#[test]
fn rows_and_lines_hold_what_the_document_holds() {
    let cli = cli(&OLD, &NEW);
    insta::assert_snapshot!(text(&cli.output(&["edges", "new/web.prom", "-o", "csv"]).stdout), @"
    source_namespace,source,destination_namespace,destination,services,seen_by,targets,calls,calls_per_second,success_rate,success_http,success_mesh,success_grpc,p50_ms,p95_ms,p99_ms,open_connections,received_bytes,sent_bytes,bytes_per_second,mutual_tls,plain_reasons,client_identities,server_identities
    ,new/web.prom,shop,api,api,caller,1,152,1.382,0.9211,0.9211,0.9211,,5.429,100.000,100.000,,,,,yes,,,api.shop.serviceaccount.identity.linkerd.cluster.local
    ,new/web.prom,,10.0.0.9:5432,,caller,1,0,,,,,,,,,2,25000,0,227.273,no,not_provided_by_service_discovery,,
    ");
    insta::assert_snapshot!(text(&cli.output(&["edges", "new/web.prom", "-o", "markdown"]).stdout), @"
    ### meshctl edges

    1 of 1 target read | since the proxies were started, 1m50s

    #### Edges

    | Caller | Callee | Seen by | Calls | Success | Calls/s | p50 | p95 | p99 | Open | Bytes/s | mTLS |
    |:--|:--|:--|--:|--:|--:|--:|--:|--:|--:|--:|:--|
    | `new/web.prom` | `shop/api` | caller | 152 | 92% | 1.4 | 5.4ms | &gt;=100ms | &gt;=100ms | - | - | yes |
    | `new/web.prom` | `10.0.0.9:5432` | caller | 0 | - | - | - | - | - | 2 | 227 B | no |
    ");
    let lines = text(&cli.output(&["edges", "new/web.prom", "-o", "jsonl"]).stdout);
    assert_eq!(lines.lines().count(), 3);
}
