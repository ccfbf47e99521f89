//! `meshctl lint`, through the real program.

#![cfg(test)]

mod harness;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use harness::Cli;
use harness::code;
use harness::text;
use meshctl::findings::lint;
use meshctl::findings::lint::Exposed;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn fixture(name: &str) -> String {
    fs::read_to_string(fixtures().join(name)).unwrap()
}

/// What a fixture's first line asks for.
fn options(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_else(|_| panic!("{} is missing", path.display()));
    let first = text.lines().next().unwrap_or_default();
    let options = first.strip_prefix("# options:").unwrap_or_default();
    options.split_whitespace().map(str::to_owned).collect()
}

/// Lints a file of a directory, as its first line asks for.
fn lint_in(dir: &Path, name: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meshctl"));
    command
        .args(["lint", name])
        .args(options(&dir.join(name)))
        .args(more)
        .current_dir(dir)
        .env_clear();
    command.output().unwrap()
}

/// The lines about each finding of an id.
fn blocks<'a>(shown: &'a str, id: &str) -> Vec<&'a str> {
    let head = format!("[{id}]: ");
    shown
        .split("\n\n")
        .filter(|block| {
            block
                .lines()
                .next()
                .is_some_and(|line| line.contains(&head))
        })
        .collect()
}

#[test]
fn every_rule_fires_on_its_fixture_and_not_on_the_near_miss() {
    let mut faults = Vec::new();
    let mut checked = 0;
    for rule in lint::all_rules() {
        let dir = fixtures().join("lint").join(rule.id);
        if !dir.join("fires.yaml").exists() || !dir.join("near.yaml").exists() {
            faults.push(format!("{}: fires.yaml or near.yaml is missing", rule.id));
            continue;
        }
        checked += 1;
        let fires = lint_in(&dir, "fires.yaml", &[]);
        let shown = text(&fires.stdout);
        let found = blocks(&shown, rule.id);
        if !found.iter().any(|block| block.contains("--> fires.yaml:")) {
            let said = text(&fires.stderr);
            faults.push(format!(
                "{} does not fire in its place:\n{shown}{said}",
                rule.id
            ));
        }
        let near = lint_in(&dir, "near.yaml", &[]);
        let shown = text(&near.stdout);
        if code(&near) > 1 || !blocks(&shown, rule.id).is_empty() {
            let said = text(&near.stderr);
            faults.push(format!(
                "{} fires on its near miss:\n{shown}{said}",
                rule.id
            ));
        }
    }
    assert!(checked > 0, "no rule was checked");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn what_is_mended_no_longer_fires_and_is_mended_once() {
    let mut mended = BTreeSet::new();
    for rule in lint::all_rules() {
        let dir = fixtures().join("lint").join(rule.id);
        let cli = fs::read_dir(&dir).unwrap().fold(Cli::new(), |cli, entry| {
            let path = entry.unwrap().path();
            cli.file(
                path.file_name().unwrap().to_str().unwrap(),
                fs::read(&path).unwrap(),
            )
        });
        let file = cli.path().join("fires.yaml");
        let before = fs::read_to_string(&file).unwrap();
        let diff = text(&lint_in(cli.path(), "fires.yaml", &["--diff"]).stdout);
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            before,
            "--diff changes nothing"
        );
        let fixed = lint_in(cli.path(), "fires.yaml", &["--fix"]);
        let after = fs::read_to_string(&file).unwrap();
        assert_eq!(diff.is_empty(), before == after, "{}: {diff}", rule.id);
        let said = text(&fixed.stderr);
        if said.contains("in fires.yaml:") && said.contains(rule.id) {
            let left = text(&fixed.stdout);
            assert_eq!(
                blocks(&left, rule.id),
                [] as [&str; 0],
                "{}: {left}",
                rule.id
            );
            mended.insert(rule.id);
        }
        // Another change at the same place may have to wait for the next time.
        lint_in(cli.path(), "fires.yaml", &["--fix"]);
        let twice = fs::read_to_string(&file).unwrap();
        lint_in(cli.path(), "fires.yaml", &["--fix"]);
        assert_eq!(fs::read_to_string(&file).unwrap(), twice, "{}", rule.id);
    }
    for id in [
        "expansion/capture-group",
        "expansion/hidden-variable",
        "expansion/name-runs-on",
        "expansion/plain-variable",
        "filter/legacy-regexp",
        "filter/number-compare",
        "filter/unanchored-match",
        "ottl/escape",
        "relabeling/redundant-anchor",
    ] {
        assert!(mended.contains(id), "{id} is not mended: {mended:?}");
    }
}

#[test]
fn what_proxies_are_known_to_expose_covers_the_fixtures() {
    let known: BTreeSet<&str> = Exposed::known().sample_names().collect();
    let mut missing = BTreeSet::new();
    for dir in ["scrapes", "istio"] {
        let source = fixtures().join(dir);
        let output = Cli::new().output(&["families", source.to_str().unwrap(), "-o", "json"]);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        for family in document["families"].as_array().unwrap() {
            for name in family["sample_names"].as_array().unwrap() {
                let name = name.as_str().unwrap();
                if !known.contains(name) {
                    missing.insert(name.to_owned());
                }
            }
        }
    }
    assert!(
        missing.is_empty(),
        "src/findings/lint/exposed/families.txt lacks {missing:?}"
    );
    assert!(known.len() > 200, "{}", known.len());
}

const RULES: &str = "- source_labels: [__name__]\n  action: keep\n  regex: ^response_total|.*response_latency_ms.*|up$\n\
                     - source_labels: [__meta_kubernetes_namespace]\n  target_label: namespace\n";

#[test]
fn findings_are_shown_with_their_lines() {
    let cli = Cli::new().file("rules.yaml", RULES);
    insta::assert_snapshot!("wide", cli.run(&["lint", "rules.yaml"]));
    let narrow = cli.env("COLUMNS", "50").env("LANG", "C.UTF-8");
    insta::assert_snapshot!("narrow", narrow.run(&["lint", "rules.yaml"]));
}

fn indented(text: &str) -> String {
    text.lines()
        .fold(String::new(), |all, line| all + "    " + line + "\n")
}

fn address(replacement: &str) -> String {
    fixture("lint/expansion/capture-group/fires.yaml").replace("$1:4191", replacement)
}

/// What is said of the group of a pattern.
fn of_group(replacement: &str, arguments: &[&str]) -> String {
    let cli = Cli::new().file("otel.yaml", address(replacement));
    let output = cli.output(&[&["lint", "otel.yaml"], arguments].concat());
    let shown = text(&output.stdout);
    let found = blocks(&shown, "expansion/capture-group").first().copied();
    found.unwrap_or_default().to_owned()
}

#[test]
fn releases_are_told_apart() {
    insta::assert_snapshot!("every_release", of_group("$1:4191", &[]));
    let one = of_group("${1}:4191", &["--collector-version", "0.118.0"]);
    insta::assert_snapshot!("one_release", one);
    for (replacement, release, says) in [
        ("$1:4191", "0.101.0", "makes `:4191` of it without a word"),
        ("$1:4191", "0.102.0", "0.102.0 does not start with it"),
        ("$1:$2", "0.106.0", "0.106.0 does not start with it"),
        ("${1}:4191", "0.156.0", "0.156.0 does not start with it"),
        ("$${1}:4191", "0.104.0", "0.104.0 does not start with it"),
    ] {
        let shown = of_group(replacement, &["--collector-version", release]);
        assert!(shown.contains(says), "{replacement} {release}: {shown}");
    }
    for (replacement, release) in [
        ("$1:4191", "0.107.0"),
        ("$$1:4191", "0.101.0"),
        ("$$1:$$2", "0.112.0"),
        ("$${1}:4191", "0.118.0"),
    ] {
        let shown = of_group(replacement, &["--collector-version", release]);
        assert_eq!(shown, "", "{replacement} {release}");
    }
}

#[test]
fn the_release_is_that_of_an_image_in_the_file() {
    let config = address("$1:4191");
    let config = indented(&config);
    let of = |image: &str| {
        let manifest = format!(
            "apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: {{name: mesh}}\n\
             spec:\n  image: otel/opentelemetry-collector-contrib:{image}\n  config:\n{config}"
        );
        let cli = Cli::new().stdin(manifest);
        let shown = text(&cli.output(&["lint", "-"]).stdout);
        blocks(&shown, "expansion/capture-group").concat()
    };
    assert!(of("0.104.0").contains("0.104.0 does not start with it"));
    assert_eq!(of("0.118.0"), "");
    assert!(of("latest").contains("0.102 to 0.106 do not start with it"));
}

#[test]
fn a_diff_shows_what_mending_would_change() {
    let cli = Cli::new().file("rules.yaml", RULES);
    insta::assert_snapshot!("diff", cli.run(&["lint", "rules.yaml", "--diff"]));
    let piped = Cli::new().stdin(RULES);
    let output = piped.output(&["lint", "-", "--diff"]);
    assert!(text(&output.stdout).starts_with("--- -\n+++ -\n"));
    let refused = Cli::new().stdin(RULES).verdict(&["lint", "-", "--fix"]);
    assert!(refused.starts_with("exit: 2\n"), "{refused}");
    assert!(
        refused.contains("--fix has no file to write standard input to"),
        "{refused}"
    );
}

#[test]
fn mending_leaves_every_other_byte() {
    let text = format!("\u{feff}# kept \u{e9}\r\n{}", RULES.replace('\n', "\r\n"));
    let cli = Cli::new().file("rules.yaml", &text);
    cli.output(&["lint", "rules.yaml", "--fix"]);
    let after = fs::read_to_string(cli.path().join("rules.yaml")).unwrap();
    assert_eq!(
        after,
        text.replace("^response_total", "response_total")
            .replace("up$", "up")
    );
}

#[test]
fn variables_that_are_not_known_are_no_findings() {
    let config = address("${env:ADDRESS}").replace("30s", "${env:EVERY}");
    let cli = Cli::new().file("otel.yaml", config);
    let shown = text(&cli.output(&["lint", "otel.yaml"]).stdout);
    for group in ["config/", "expansion/", "relabeling/"] {
        assert!(!shown.contains(group), "{shown}");
    }
}

#[test]
fn a_file_that_is_no_configuration_is_exit_code_2() {
    let cli = Cli::new()
        .file("broken.yaml", "receivers:\n  prometheus: [\n")
        .file("empty.yaml", "")
        .file("other.yaml", "a: 1\n");
    for name in ["broken.yaml", "empty.yaml", "other.yaml", "none.yaml"] {
        let output = cli.output(&["lint", name]);
        assert_eq!(code(&output), 2, "{name}: {}", text(&output.stderr));
        assert!(
            text(&output.stderr).contains(name),
            "{}",
            text(&output.stderr)
        );
    }
    insta::assert_snapshot!("broken", cli.verdict(&["lint", "broken.yaml"]));
    assert_eq!(code(&cli.output(&["lint"])), 2);
}

#[test]
fn one_bad_file_keeps_no_other_from_being_judged() {
    let cli = Cli::new().file("rules.yaml", RULES).file("empty.yaml", "");
    let output = cli.output(&["lint", "empty.yaml", "rules.yaml"]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stdout).contains("relabeling/wrong-stage"));
}

#[test]
fn every_configuration_of_a_file_is_judged() {
    let map = |name: &str, rules: &str| {
        let config =
            format!("scrape_configs:\n  - job_name: {name}\n    metric_relabel_configs:\n{rules}");
        let config = indented(&config);
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n  prometheus.yml: |\n{config}---\n"
        )
    };
    let bad = "      - {source_labels: [__address__], target_label: x}\n";
    let both = format!("{}{}", map("one", bad), map("two", bad));
    let cli = Cli::new().file("maps.yaml", both);
    let shown = text(&cli.output(&["lint", "maps.yaml"]).stdout);
    assert_eq!(blocks(&shown, "relabeling/wrong-stage").len(), 2, "{shown}");
}

#[test]
fn files_are_merged_where_that_is_asked() {
    let [receivers, rest] = {
        let whole = fixture("lint/filter/unanchored-match/fires.yaml");
        let at = whole.find("processors:").unwrap();
        [whole[..at].to_owned(), whole[at..].to_owned()]
    };
    let cli = Cli::new().file("a.yaml", receivers).file("b.yaml", rest);
    let merged = text(&cli.output(&["lint", "--merge", "a.yaml", "b.yaml"]).stdout);
    assert_eq!(
        blocks(&merged, "config/refused"),
        [] as [&str; 0],
        "{merged}"
    );
    assert!(
        blocks(&merged, "filter/unanchored-match")[0].contains("--> b.yaml:6:"),
        "{merged}"
    );
    let apart = text(&cli.output(&["lint", "a.yaml", "b.yaml"]).stdout);
    assert_eq!(blocks(&apart, "config/refused").len(), 2, "{apart}");
}

#[test]
fn a_dump_says_what_leaks() {
    let cli = Cli::new()
        .file("rules.yaml", "- source_labels: [__name__]\n  action: keep\n  regex: app_.*|.*calls_total\n")
        .file("app.prom", "# TYPE calls_total counter\ncalls_total 1\n# TYPE other_calls_total counter\nother_calls_total 1\n");
    let known = text(&cli.output(&["lint", "rules.yaml"]).stdout);
    assert_eq!(blocks(&known, "relabeling/wildcard-leak"), [] as [&str; 0]);
    let shown = text(
        &cli.output(&["lint", "rules.yaml", "--dump", "app.prom"])
            .stdout,
    );
    let leak = blocks(&shown, "relabeling/wildcard-leak").concat();
    assert!(leak.contains("of app.prom: other_calls_total"), "{shown}");
    let none = cli.output(&["lint", "rules.yaml", "--dump", "rules.yaml"]);
    assert_eq!(code(&none), 2);
}

#[test]
fn severities_decide_the_exit_code_and_nothing_else_does() {
    let low = "- source_labels: [__name__]\n  action: keep\n  regex: ^response_total$\n";
    let cli = Cli::new().file("rules.yaml", RULES).file("low.yaml", low);
    for (arguments, expected) in [
        (&["lint", "rules.yaml"][..], 1),
        (&["lint", "rules.yaml", "--exit-zero"], 0),
        (&["lint", "rules.yaml", "--fail-on", "none"], 0),
        (&["lint", "rules.yaml", "--diff"], 1),
        (&["lint", "low.yaml"], 0),
        (&["lint", "low.yaml", "--fail-on", "info"], 1),
    ] {
        assert_eq!(code(&cli.output(arguments)), expected, "{arguments:?}");
    }
}

#[test]
fn hostile_texts_are_escaped() {
    let rules = "- source_labels: [__name__]\n  action: keep\n  regex: \"^\\e[31mresponse_total\\u202e$\"\n";
    let cli = Cli::new().file("rules.yaml", rules);
    let output = cli.output(&["lint", "rules.yaml"]);
    let shown = text(&output.stdout) + &text(&output.stderr);
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
}
