//! `meshctl latency`, through the real program.

#![cfg(test)]

#[expect(dead_code, reason = "other commands need the rest")]
mod harness;

use std::path::Path;

use harness::Cli;
use harness::code;
use harness::text;
use serde_json::Value;

/// 100 calls: the proxy says 10 to 20 ms for the slowest ten.
const MESH: &str = "# TYPE response_latency_ms histogram\n\
    response_latency_ms_bucket{direction=\"inbound\",dst=\"cart\",le=\"1\"} 10\n\
    response_latency_ms_bucket{direction=\"inbound\",dst=\"cart\",le=\"2\"} 60\n\
    response_latency_ms_bucket{direction=\"inbound\",dst=\"cart\",le=\"5\"} 85\n\
    response_latency_ms_bucket{direction=\"inbound\",dst=\"cart\",le=\"10\"} 90\n\
    response_latency_ms_bucket{direction=\"inbound\",dst=\"cart\",le=\"20\"} 100\n\
    response_latency_ms_bucket{direction=\"inbound\",dst=\"cart\",le=\"+Inf\"} 100\n\
    response_latency_ms_count{direction=\"inbound\",dst=\"cart\"} 100\n\
    response_latency_ms_sum{direction=\"inbound\",dst=\"cart\"} 400\n\
    response_latency_ms_bucket{direction=\"inbound\",dst=\"ads\",le=\"1\"} 7\n\
    response_latency_ms_bucket{direction=\"inbound\",dst=\"ads\",le=\"+Inf\"} 7\n\
    response_latency_ms_count{direction=\"inbound\",dst=\"ads\"} 7\n\
    response_latency_ms_sum{direction=\"inbound\",dst=\"ads\"} 3\n";

/// The same 100 calls: the handler says at most 5 ms.
const APP: &str = "# TYPE cart_add_seconds histogram\n\
    # UNIT cart_add_seconds seconds\n\
    cart_add_seconds_bucket{le=\"0.0005\"} 20\n\
    cart_add_seconds_bucket{le=\"0.0025\"} 90 # {trace_id=\"aaaa\"} 0.002 1764384000.5\n\
    cart_add_seconds_bucket{le=\"0.005\"} 100 # {trace_id=\"\u{1b}[31mbbbb\"} 0.0041\n\
    cart_add_seconds_bucket{le=\"+Inf\"} 100\n\
    cart_add_seconds_sum 0.15\n\
    cart_add_seconds_count 100\n\
    # EOF\n";

fn cli() -> Cli {
    Cli::new().file("mesh.prom", MESH).file("app.prom", APP)
}

const CART: &str = "response_latency_ms{dst=\"cart\"}";

fn asked<'a>(mesh: &'a str, app: &'a str) -> Vec<&'a str> {
    vec![
        "latency",
        "mesh.prom",
        "app.prom",
        "--mesh",
        mesh,
        "--app",
        app,
    ]
}

fn document(cli: &Cli, arguments: &[&str]) -> (i32, Value) {
    let output = cli.output(&[arguments, &["-o", "json"]].concat());
    let document = serde_json::from_slice(&output.stdout);
    (
        code(&output),
        document.unwrap_or_else(|_| panic!("{}", text(&output.stderr))),
    )
}

#[test]
fn both_sides_are_shown_with_the_gap_and_what_it_means() {
    insta::assert_snapshot!(cli().run(&asked(CART, "cart_add_seconds")));
}

#[test]
fn a_narrow_page_keeps_the_quantiles() {
    let cli = cli().env("COLUMNS", "60").env("LC_ALL", "C.UTF-8");
    insta::assert_snapshot!(cli.run(&asked(CART, "cart_add_seconds")));
}

#[test]
fn a_wide_terminal_draws_both_distributions() {
    let cli = cli().env("COLUMNS", "110").env("LC_ALL", "C.UTF-8");
    insta::assert_snapshot!(cli.run(&asked(CART, "cart_add_seconds")));
}

#[test]
fn markdown_csv_and_json_lines_say_the_same() {
    let arguments = asked(CART, "cart_add_seconds");
    for format in ["markdown", "csv", "jsonl"] {
        let said = cli().run(&[&arguments[..], &["-o", format, "--quantile", "0.99"]].concat());
        insta::assert_snapshot!(format, said);
    }
}

#[test]
fn every_quantile_has_its_bucket_and_every_gap_the_range_that_follows() {
    let (code, document) = document(&cli(), &asked(CART, "cart_add_seconds_bucket"));
    assert_eq!(code, 0);
    let high = &document["quantiles"][3];
    assert_eq!(high["quantile"], 0.99);
    assert_eq!(high["mesh"]["value"], 19.0);
    assert_eq!(high["mesh"]["lower_seconds"], 0.01);
    assert_eq!(high["mesh"]["upper_seconds"], 0.02);
    assert_eq!(high["app"]["upper_seconds"], 0.005);
    assert_eq!(high["gap"]["lower_seconds"], 0.005);
    assert_eq!(high["gap"]["upper_seconds"], 0.0175);
    assert_eq!(high["gap"]["told_apart"], true);
    assert_eq!(document["quantiles"][0]["gap"]["told_apart"], false);
    assert_eq!(document["mean"]["mesh_seconds"], 0.004);
    assert_eq!(document["app"]["unit_from"], "declared");
    assert_eq!(document["mesh"]["unit_from"], "name");
    assert_eq!(document["mesh"]["series"], 1);
    let slowest = &document["app"]["slowest"];
    assert_eq!(slowest["upper"], 0.005);
    assert_eq!(slowest["is_slowest_bucket"], true);
    assert_eq!(slowest["exemplars"][0]["trace_id"], "\u{1b}[31mbbbb");
}

#[test]
fn output_is_valid_by_the_published_schema() {
    let validator = jsonschema::validator_for(&meshctl::report::latency_schema()).unwrap();
    let unknown = "# TYPE lat histogram\nlat_bucket{le=\"1\"} 0\nlat_bucket{le=\"+Inf\"} 0\n";
    let cli = cli().file("unknown.prom", unknown);
    for app in ["cart_add_seconds", "lat"] {
        let mut arguments = asked(CART, app);
        arguments.push("unknown.prom");
        let (_, document) = document(&cli, &arguments);
        let errors: Vec<_> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn an_unknown_unit_is_said_and_can_be_typed() {
    let body = APP
        .replace("cart_add_seconds", "cart_add")
        .replace("# UNIT cart_add seconds\n", "");
    let cli = cli().file("app.prom", body);
    let (_, without) = document(&cli, &asked(CART, "cart_add"));
    assert_eq!(without["app"]["unit"], Value::Null);
    assert_eq!(without["quantiles"][0]["gap"], Value::Null);
    assert_eq!(without["meanings"][0]["kind"], "unit-unknown");
    let typed = [&asked(CART, "cart_add")[..], &["--app-unit", "s"]].concat();
    let (_, with) = document(&cli, &typed);
    assert_eq!(with["app"]["unit_from"], "flag");
    assert_eq!(with["quantiles"][3]["gap"]["told_apart"], true);
}

#[test]
fn a_selector_that_fits_nothing_names_what_there_is() {
    let app = "cart_add_seconds";
    let said = |mesh: &str| cli().verdict(&asked(mesh, app));
    insta::assert_snapshot!(said("response_latency"), @r"
    exit: 2
    --- stderr
    error: no series fits --mesh response_latency
    note: no histogram is called response_latency; did you mean response_latency_ms?
    ");
    insta::assert_snapshot!(said("response_latency_ms{dst=\"card\"}"), @r#"
    exit: 2
    --- stderr
    error: no series fits --mesh response_latency_ms{dst="card"}
    note: no series has dst="card"; did you mean cart?
    "#);
    insta::assert_snapshot!(said("response_latency_ms{job=\"mesh\"}"), @r#"
    exit: 2
    --- stderr
    error: no series fits --mesh response_latency_ms{job="mesh"}
    note: no series has a label job; there are: direction, dst. Labels that scraping adds, job and instance for two, are not in a scrape: --target picks targets by name
    "#);
    insta::assert_snapshot!(said("response_latency_ms{dst=~\"c.*\",direction=\"outbound\"}"), @r#"
    exit: 2
    --- stderr
    error: no series fits --mesh response_latency_ms{dst=~"c.*",direction="outbound"}
    note: no series has direction="outbound"; did you mean inbound?
    "#);
    insta::assert_snapshot!(said("{__name__=~\"latency_.*\"}"), @r#"
    exit: 2
    --- stderr
    error: no series fits --mesh {__name__=~"latency_.*"}
    note: no histogram fits __name__=~"latency_.*"; there are: cart_add_seconds, response_latency_ms
    "#);
}

#[test]
fn what_is_no_selector_is_told_with_its_column() {
    let said = |mesh: &str| cli().verdict(&asked(mesh, "cart_add_seconds"));
    insta::assert_snapshot!(said("rate(response_latency_ms_bucket[5m])"), @r#"
    exit: 2
    --- stderr
    error: --mesh is no selector: column 1: rate(...) is a function; write the selector alone: family{label="value"}
    "#);
    insta::assert_snapshot!(said("response_latency_ms{dst=cart}"), @r#"
    exit: 2
    --- stderr
    error: --mesh is no selector: column 25: a value in quotes is wanted here, not `cart`; write dst="..."
    "#);
    insta::assert_snapshot!(said("response_latency_ms{dst=~\"(\"}"), @r"
    exit: 2
    --- stderr
    error: --mesh is no selector: column 26: error parsing regexp: missing closing ): `^(?s:()$`
    ");
}

#[test]
fn what_is_no_histogram_of_times_is_told() {
    let body = "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 3\ns_count 2\n\
        # TYPE g gauge\ng 1\n\
        # TYPE n_seconds histogram\nn_seconds_bucket{le=\"+Inf\"} 3\nn_seconds_sum 3\nn_seconds_count 3\n\
        # TYPE size_bytes histogram\nsize_bytes_bucket{le=\"1\"} 1\nsize_bytes_bucket{le=\"+Inf\"} 3\n";
    let cli = cli().file("app.prom", body);
    let said = |app: &str| cli.verdict(&asked(CART, app));
    insta::assert_snapshot!(said("s"), @r"
    exit: 2
    --- stderr
    error: s of the application is a summary: its quantiles were made by each process for itself and cannot be added up or given a range
    note: expose a histogram instead
    ");
    insta::assert_snapshot!(said("g"), @r"
    exit: 2
    --- stderr
    error: g of the application is no histogram, so it has no quantiles
    note: name a family whose samples end in _bucket, _sum and _count
    ");
    insta::assert_snapshot!(said("n_seconds"), @r"
    exit: 2
    --- stderr
    error: n_seconds of the application has no bucket but +Inf, so there are no quantiles
    note: a native histogram looks like this where it is scraped as text: expose classic buckets beside it
    ");
    insta::assert_snapshot!(said("size_bytes"), @r"
    exit: 2
    --- stderr
    error: size_bytes of the application is in bytes, which is no time
    note: if it is one all the same, say its unit: --app-unit ms
    ");
}

#[test]
fn a_series_that_stands_twice_in_a_scrape_counts_once_the_first() {
    let twice = format!("{MESH}{}", MESH.replace("\"} 1", "\"} 9"));
    let cli = cli().file("mesh.prom", twice);
    let (_, document) = document(&cli, &asked(CART, "cart_add_seconds"));
    assert_eq!(document["mesh"]["count"], 100.0);
    assert_eq!(document["mesh"]["sum"], 400.0);
    assert_eq!(document["mesh"]["buckets"][0]["cumulative_count"], 10.0);
}

#[test]
fn what_cannot_be_read_makes_it_incomplete_and_a_broken_target_counts_not_at_all() {
    let mut arguments = asked(CART, "cart_add_seconds");
    arguments.push("gone.prom");
    assert_eq!(document(&cli(), &arguments).0, 3);
    let only = [
        "latency",
        "gone.prom",
        "--mesh",
        CART,
        "--app",
        "cart_add_seconds",
    ];
    assert_eq!(code(&cli().output(&only)), 2);
}

#[test]
fn threads_change_nothing() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/astronomy-shop.tar.zst");
    let cli = cli();
    let shop = |threads: &str| {
        let output = cli.output(&[
            "latency",
            archive.to_str().unwrap(),
            "--mesh",
            "response_latency_ms{direction=\"outbound\"}",
            "--app",
            "response_latency_ms{direction=\"inbound\"}",
            "--threads",
            threads,
            "-o",
            "json",
        ]);
        assert_eq!(code(&output), 0);
        text(&output.stdout)
    };
    assert_eq!(shop("1"), shop("4"));
}

#[test]
fn labels_that_scraping_adds_are_those_of_the_target() {
    let joined = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scrapes/joined.txt");
    let joined = joined.to_str().unwrap();
    let of = |mesh: &str| {
        let app = "response_latency_ms";
        let (_, document) = document(&cli(), &["latency", joined, "--mesh", mesh, "--app", app]);
        document["mesh"]["targets"].as_u64().unwrap()
    };
    assert_eq!(of("response_latency_ms{pod=~\"voting-.*\"}"), 1);
    assert_eq!(of("response_latency_ms{pod!=\"\"}"), 2);
}
