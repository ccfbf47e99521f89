//! `meshctl compare`, through the real program.

#![cfg(test)]

mod harness;

use std::fmt::Write as _;

use harness::Cli;
use harness::code;
use harness::text;
use serde_json::Value;

/// What one pod says: of which version it is, whom it calls, and by how many routes.
struct Pod {
    name: &'static str,
    version: &'static str,
    callees: &'static [&'static str],
    routes: usize,
}

impl Pod {
    fn body(&self) -> String {
        let Self {
            name: _,
            version,
            callees,
            routes,
        } = self;
        let mut body = format!(
            "# TYPE proxy_build_info gauge\nproxy_build_info{{version=\"{version}\"}} 1\n\
             # TYPE response_total counter\n"
        );
        for callee in *callees {
            for route in 0..*routes {
                let _ = writeln!(
                    body,
                    "response_total{{direction=\"outbound\",dst_namespace=\"shop\",dst_deployment=\"api\",\
                     dst_pod=\"{callee}\",route=\"r{route}\",status_code=\"200\"}} 1"
                );
            }
        }
        body
    }
}

/// As `linkerd diagnostics proxy-metrics` prints them.
fn joined(pods: &[Pod]) -> String {
    let all = pods.len();
    let blocks = pods.iter().enumerate().map(|(at, pod)| {
        let (name, body) = (pod.name, pod.body());
        format!("#\n# POD {name} ({} of {all})\n#\n{body}", at + 1)
    });
    blocks.collect()
}

const WEB: Pod = Pod {
    name: "web-5f6d8c9b7d-x2k4q",
    version: "2.14.0",
    callees: &["api-6b8f9d5c7-2bqnc", "db-0"],
    routes: 3,
};

const API: Pod = Pod {
    name: "api-6b8f9d5c7-2bqnc",
    version: "2.14.0",
    callees: &[],
    routes: 0,
};

/// Before and after a roll-out of `api`, by which `web` calls the new pod and still counts the old one.
fn rolled_out() -> Cli {
    let old = joined(&[WEB, API]);
    let new_web = Pod {
        version: "2.15.1",
        callees: &["api-6b8f9d5c7-2bqnc", "api-7c5d8f9b6-zx4ww", "db-0"],
        routes: 4,
        ..WEB
    };
    let new_api = Pod {
        name: "api-7c5d8f9b6-zx4ww",
        version: "2.15.1",
        ..API
    };
    let new = format!(
        "{}# TYPE queue_length gauge\nqueue_length{{queue=\"a\"}} 1\nqueue_length{{queue=\"b\"}} 1\n",
        joined(&[new_web, new_api])
    );
    Cli::new().file("old.txt", old).file("new.txt", new)
}

const ROLLED: [&str; 3] = ["compare", "old.txt", "new.txt"];

/// Runs with `-o json` and holds the document against the published schema.
fn document(cli: &Cli, arguments: &[&str]) -> (i32, Value) {
    let output = cli.output(&[&["compare"], arguments, &["-o", "json"]].concat());
    let document = serde_json::from_slice(&output.stdout);
    let document = document.unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    let validator = jsonschema::validator_for(&meshctl::report::comparison_schema()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    (code(&output), document)
}

#[test]
fn a_roll_out_on_a_terminal() {
    insta::assert_snapshot!(rolled_out().run(&ROLLED));
}

#[test]
fn a_roll_out_on_a_narrow_terminal() {
    let cli = rolled_out().env("COLUMNS", "44");
    insta::assert_snapshot!(cli.run(&ROLLED));
}

#[test]
fn a_roll_out_on_a_wide_terminal() {
    let cli = rolled_out().env("COLUMNS", "140").env("LC_ALL", "C.UTF-8");
    insta::assert_snapshot!(cli.run(&[&ROLLED[..], &["-o", "wide"]].concat()));
}

#[test]
fn a_roll_out_in_a_comment() {
    insta::assert_snapshot!(rolled_out().run(&[&ROLLED[..], &["-o", "markdown"]].concat()));
}

#[test]
fn a_roll_out_as_rows() {
    insta::assert_snapshot!(rolled_out().run(&[&ROLLED[..], &["-o", "csv"]].concat()));
}

#[test]
fn a_roll_out_as_a_document() {
    let cli = rolled_out();
    let (code, document) = document(&cli, &ROLLED[1..]);
    assert_eq!(code, 0);
    assert_eq!(document["equal"], false);
    assert_eq!(document["unknown"], Value::Array(Vec::new()));
    assert_eq!(document["totals"]["series"]["growth"], 8);
    let churn = &document["churn"];
    // The version is a label: the old build's series is gone.
    assert_eq!(churn["stayed_series"], 6);
    assert_eq!(churn["disappeared_series"], 1);
    assert_eq!(churn["appeared_series"], 7);
    assert_eq!(churn["disappeared_with_targets_series"], 1);
    assert_eq!(churn["appeared_with_targets_series"], 3);
    let family = |name: &str| {
        let families = document["families"].as_array().unwrap();
        families
            .iter()
            .find(|family| family["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(family("queue_length")["status"], "came");
    let responses = family("response_total");
    assert_eq!(responses["series"]["growth_percent"], 100.0);
    let labels = responses["labels"].as_array().unwrap();
    let route = labels
        .iter()
        .find(|label| label["name"] == "route")
        .unwrap();
    assert_eq!(route["values"]["growth"], 1);
    assert_eq!(responses["workloads"][0]["workload"], "web");
    let api = document["workloads"].as_array().unwrap();
    let api = api.iter().find(|one| one["workload"] == "api").unwrap();
    assert_eq!(
        (&api["targets_came"], &api["targets_went"]),
        (&1.into(), &1.into())
    );
    let versions = document["versions"].as_array().unwrap();
    let of = |version: &str| {
        let one = versions
            .iter()
            .find(|one| one["version"] == version)
            .unwrap();
        (
            one["targets"]["before"].clone(),
            one["targets"]["after"].clone(),
        )
    };
    assert_eq!(of("2.14.0"), (2.into(), 0.into()));
    assert_eq!(of("2.15.1"), (0.into(), 2.into()));
    let pods = document["pods"].as_array().unwrap();
    let told: Vec<_> = pods
        .iter()
        .map(|pod| (pod["pod"].as_str().unwrap(), pod["gone"].as_bool().unwrap()))
        .collect();
    assert_eq!(told, [("api-6b8f9d5c7-2bqnc", true), ("db-0", false)]);
    assert_eq!(pods[0]["series"], 4);
    assert_eq!(document["pods_named"]["there"], 1);
}

#[test]
fn json_lines_are_the_document_in_pieces() {
    let cli = rolled_out();
    let (_, document) = document(&cli, &ROLLED[1..]);
    let output = cli.output(&[&ROLLED[..], &["-o", "jsonl"]].concat());
    let lines = text(&output.stdout);
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["kind"], "compare");
    assert_eq!(lines[0]["totals"], document["totals"]);
    for (kind, list) in [
        ("family", "families"),
        ("label", "labels"),
        ("workload", "workloads"),
        ("target", "targets"),
        ("version", "versions"),
        ("pod", "pods"),
    ] {
        let count = lines.iter().filter(|line| line["kind"] == kind).count();
        assert_eq!(count, document[list].as_array().unwrap().len(), "{list}");
    }
}

#[test]
fn the_same_file_twice_differs_in_nothing() {
    let cli = rolled_out();
    insta::assert_snapshot!(cli.run(&["compare", "old.txt", "old.txt"]));
    let (code, document) = document(&cli, &["new.txt", "new.txt"]);
    assert_eq!((code, &document["equal"]), (0, &true.into()));
    assert_eq!(document["churn"]["disappeared_series"], 0);
}

/// Two audits, written by the program itself.
fn audits() -> Cli {
    let cli = rolled_out();
    let mut with = Cli::new();
    for name in ["old", "new"] {
        let audit = cli.output(&["audit", &format!("{name}.txt"), "-o", "json"]);
        with = with.file(&format!("{name}.json"), audit.stdout);
        let scrapes = std::fs::read(cli.path().join(format!("{name}.txt"))).unwrap();
        with = with.file(&format!("{name}.txt"), scrapes);
    }
    with
}

#[test]
fn of_two_audits_what_they_do_not_hold_is_said() {
    let cli = audits();
    insta::assert_snapshot!(cli.run(&["compare", "old.json", "new.json"]));
    let (code, document) = document(&cli, &["old.json", "new.json"]);
    assert_eq!(code, 0);
    assert_eq!(
        document["unknown"],
        serde_json::json!(["churn", "workloads", "versions", "pods"])
    );
    assert_eq!(document["churn"], Value::Null);
    assert_eq!(document["workloads"], Value::Null);
    assert_eq!(document["totals"]["series"]["growth"], 8);
    assert_eq!(document["before"]["kind"], "audit");
    assert_eq!(document["before"]["file"], "old.json");
    assert_eq!(document["before"]["inputs"][0], "old.txt");
}

#[test]
fn an_audit_cannot_be_narrowed_to_some_targets() {
    let cli = audits();
    let arguments = ["compare", "old.json", "new.txt", "--target", "web*"];
    insta::assert_snapshot!(cli.verdict(&arguments));
    let (code, document) = document(&cli, &["old.txt", "new.txt", "--target", "web*"]);
    assert_eq!(
        (code, &document["totals"]["targets"]["after"]),
        (0, &1.into())
    );
}

#[test]
fn an_audit_is_held_against_scrapes_in_either_order() {
    let cli = audits();
    for (old, new, growth) in [
        ("old.json", "new.txt", 8),
        ("old.txt", "new.json", 8),
        ("new.json", "old.txt", -8),
    ] {
        let (code, document) = document(&cli, &[old, new]);
        assert_eq!(code, 0);
        assert_eq!(document["totals"]["series"]["growth"], growth);
        assert_eq!(document["churn"], Value::Null);
        assert_eq!(document["pods"], Value::Null);
    }
}

#[test]
fn an_audit_comes_through_a_pipe_or_packed() {
    let cli = audits();
    let audit = std::fs::read(cli.path().join("old.json")).unwrap();
    let packed = zstd::encode_all(&audit[..], 3).unwrap();
    let cli = cli.file("old.json.zst", packed).stdin(audit);
    for old in ["-", "old.json.zst"] {
        let (code, document) = document(&cli, &[old, "new.json"]);
        assert_eq!(
            (code, &document["totals"]["series"]["growth"]),
            (0, &8.into())
        );
    }
    insta::assert_snapshot!(cli.verdict(&["compare", "-", "-"]));
}

#[test]
fn scrapes_come_through_a_pipe() {
    let cli = rolled_out();
    let old = std::fs::read(cli.path().join("old.txt")).unwrap();
    let (code, document) = document(&cli.stdin(old), &["-", "new.txt"]);
    assert_eq!((code, &document["churn"]["stayed_series"]), (0, &6.into()));
}

#[test]
fn broken_and_foreign_documents_say_where_and_what_to_do() {
    let audit = text(
        &rolled_out()
            .output(&["audit", "old.txt", "-o", "json"])
            .stdout,
    );
    let newer = audit.replace("\"schema_version\": 1", "\"schema_version\": 9");
    let broken = &audit[..400];
    let edges = text(
        &rolled_out()
            .output(&["edges", "old.txt", "-o", "json"])
            .stdout,
    );
    let cut = rolled_out().output(&["audit", "old.txt", "-o", "json", "--limit", "1"]);
    let filtered = rolled_out().output(&["families", "old.txt", "-o", "json", "--family", "up"]);
    let cli = rolled_out()
        .file("newer.json", newer)
        .file("broken.json", broken)
        .file("edges.json", edges)
        .file("cut.json", cut.stdout)
        .file("filtered.json", filtered.stdout);
    let mut said = String::new();
    for name in ["newer", "broken", "edges", "cut", "filtered"] {
        let _ = writeln!(
            said,
            "{}",
            cli.verdict(&["compare", &format!("{name}.json"), "new.txt"])
        );
        let other = cli.output(&["compare", "old.txt", &format!("{name}.json")]);
        assert_eq!(code(&other), 2, "{name}");
    }
    insta::assert_snapshot!(said);
}

#[test]
fn where_a_side_cannot_be_read_nothing_is_compared() {
    let cli = rolled_out()
        .file("empty.prom", "")
        .file("notes.md", "hello\n");
    let mut said = String::new();
    for arguments in [
        &["compare", "none.txt", "new.txt"][..],
        &["compare", "old.txt", "none.txt"],
        &["compare", "old.txt", "empty.prom"],
        &["compare", "notes.md", "new.txt"],
    ] {
        let _ = writeln!(said, "{}", cli.verdict(arguments));
    }
    insta::assert_snapshot!(said);
    for arguments in [
        &["compare"][..],
        &["compare", "old.txt"],
        &["compare", "a", "b", "c"],
    ] {
        assert_eq!(code(&cli.output(arguments)), 2, "{arguments:?}");
    }
}

#[test]
fn where_a_side_is_partial_what_is_missing_may_not_have_been_read() {
    let old = joined(&[WEB, API]);
    let cut = old.replace("of 2)", "of 3)");
    let cli = Cli::new().file("old.txt", old).file("new.txt", cut);
    insta::assert_snapshot!(cli.run(&ROLLED));
    let audit = cli.output(&["audit", "new.txt", "-o", "json"]);
    let cli = cli.file("new.json", audit.stdout);
    let (code, document) = document(&cli, &["old.txt", "new.json"]);
    assert_eq!(code, 3);
    assert_eq!(
        document["after"]["coverage"]["failed"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn targets_that_have_nothing_in_common_are_told() {
    let other = Pod {
        name: "cart-5f6d8c9b7d-x2k4q",
        ..WEB
    };
    let cli = Cli::new()
        .file("old.txt", joined(&[WEB]))
        .file("new.txt", joined(&[other]));
    insta::assert_snapshot!(cli.run(&ROLLED));
}

#[test]
fn families_are_filtered_sorted_and_limited_and_nothing_else() {
    let cli = rolled_out();
    let (_, all) = document(&cli, &ROLLED[1..]);
    let (_, some) = document(&cli, &["old.txt", "new.txt", "--family", "response_*"]);
    assert_eq!(some["families"].as_array().unwrap().len(), 1);
    assert_eq!(some["family_filter"], "response_*");
    assert_eq!(some["totals"], all["totals"]);
    assert_eq!(some["targets"], all["targets"]);
    let names = |sort: &str, limit: &str| -> Vec<String> {
        let arguments = ["old.txt", "new.txt", "--sort-by", sort, "--limit", limit];
        let (_, document) = document(&cli, &arguments);
        let families = document["families"].as_array().unwrap().iter();
        families
            .map(|family| family["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("growth", "1"), ["response_total"]);
    assert_eq!(names("percent", "1"), ["queue_length"]);
    assert_eq!(names("churn", "2"), ["response_total", "proxy_build_info"]);
    assert_eq!(
        names("name", "0"),
        ["proxy_build_info", "queue_length", "response_total"]
    );
    insta::assert_snapshot!(cli.verdict(&[&ROLLED[..], &["--family", "nothing*"]].concat()));
}

#[test]
fn hostile_names_are_made_safe_wherever_they_go() {
    let cli = Cli::new()
        .file("old.prom", "up 1\n")
        .file("new.prom", "up 1\n{\"a\u{1b}[2J|`<b>@all\",l=\"x\"} 1\n");
    for format in ["table", "wide", "markdown"] {
        let output = cli.output(&["compare", "old.prom", "new.prom", "-o", format]);
        let shown = text(&output.stdout);
        assert!(!shown.contains('\u{1b}'), "{format}: {shown}");
        if format == "markdown" {
            assert!(!shown.contains("<b>"), "{shown}");
        }
    }
}
