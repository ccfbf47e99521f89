//! Holds every format of `check` and `lint` to its specification and to what hostile text must not do to it.
//!
//! In come values written by hand; schemas are those of `tests/schemas`. `INSTA_UPDATE=always` writes the
//! snapshots anew.

#![cfg(test)]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::fs;
use std::path::Path;

use meshctl::budget::Driver;
use meshctl::budget::Measured;
use meshctl::budget::Outcome;
use meshctl::budget::Scope;
use meshctl::budget::Unit;
use meshctl::collector::config::File;
use meshctl::exposition::Metadata;
use meshctl::exposition::Reader;
use meshctl::exposition::Reject;
use meshctl::exposition::Sample;
use meshctl::exposition::Visitor;
use meshctl::findings::Edit;
use meshctl::findings::Finding;
use meshctl::findings::Place;
use meshctl::findings::Severity;
use meshctl::findings::Subject;
use meshctl::report;
use meshctl::report::Ignored;
use meshctl::report::Judged;
use meshctl::report::JudgedFormat;
use meshctl::report::Style;
use meshctl::source::Failure;
use meshctl::source::Skip;
use meshctl::survey::Coverage;
use serde_json::Value;
use serde_json::json;

const FORMATS: [JudgedFormat; 8] = [
    JudgedFormat::Table,
    JudgedFormat::Json,
    JudgedFormat::Markdown,
    JudgedFormat::Junit,
    JudgedFormat::Sarif,
    JudgedFormat::Github,
    JudgedFormat::Gitlab,
    JudgedFormat::Prometheus,
];

const STYLE: Style = Style {
    width: 80,
    color: false,
    unicode: true,
    escape: false,
};

/// What a run came to, with everything that the borrowed one points to.
#[derive(Clone)]
struct Run {
    command: &'static str,
    inputs: Vec<String>,
    coverage: Option<Coverage>,
    measured: Vec<Measured>,
    budget_file: Option<String>,
    baseline: Option<String>,
    findings: Vec<Finding>,
    ignored: Vec<Ignored>,
    files: Vec<(String, String)>,
    fail_on: Option<Severity>,
    code: u8,
    reasons: Vec<String>,
}

impl Run {
    fn written_as(&self, format: JudgedFormat, style: &Style) -> String {
        let files = self.files.iter().map(|(name, text)| File { name, text });
        let files: Vec<File<'_>> = files.collect();
        let judged = Judged {
            command: self.command,
            inputs: &self.inputs,
            coverage: self.coverage.as_ref(),
            measured: &self.measured,
            budget_file: self.budget_file.as_deref(),
            baseline: self.baseline.as_deref(),
            findings: &self.findings,
            ignored: &self.ignored,
            files: &files,
            fail_on: self.fail_on,
            exit: (self.code, &self.reasons),
        };
        let mut out = Vec::new();
        report::write_judged(&judged, style, format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn written(&self, format: JudgedFormat) -> String {
        self.written_as(format, &STYLE)
    }

    fn json(&self, format: JudgedFormat) -> Value {
        serde_json::from_str(&self.written(format)).unwrap()
    }
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn place(file: &str, (line, column, length): (u32, u32, u32), note: &str) -> Place {
    Place {
        file: text(file),
        line,
        column,
        length,
        note: text(note),
    }
}

fn held(scope: Scope, matching: &str, unit: Unit, value: f64, line: u32) -> Measured {
    Measured {
        scope,
        matching: text(matching),
        stage: text("scrape"),
        unit,
        value,
        worst: None,
        matched: 1,
        over: 0,
        warn: None,
        fail: Some(value * 2.0),
        outcome: Outcome::Within,
        before: None,
        drivers: Vec::new(),
        at: (line, 5),
    }
}

/// The finding about a budget, as the rules make it.
fn about(measured: &Measured) -> Finding {
    let (id, severity) = match measured.outcome {
        Outcome::Over => ("budget/over", Severity::High),
        Outcome::Near => ("budget/near", Severity::Medium),
        Outcome::Unknown => ("budget/unknown", Severity::Medium),
        Outcome::Within => panic!("it holds"),
    };
    let message = format!(
        "{} `{}` is {}",
        measured.scope.as_str(),
        measured.matching,
        measured.value
    );
    Finding::new(id, severity, message)
        .at(place("meshctl.yaml", (measured.at.0, measured.at.1, 0), ""))
        .with_evidence([
            ("scope", json!(measured.scope.as_str())),
            ("match", json!(measured.matching)),
            ("stage", json!(measured.stage)),
            (measured.unit.as_str(), json!(measured.value)),
        ])
        .with_remedy("drop what nobody queries, or raise the limit for a reason")
}

fn driver(what: &'static str, name: &str, value: f64, before: Option<f64>) -> Driver {
    Driver {
        what,
        name: text(name),
        value,
        before,
    }
}

/// All is well, and there is a budget.
fn clean() -> Run {
    Run {
        command: "check",
        inputs: vec![text("dumps/")],
        coverage: Some(Coverage {
            expected: 30,
            scraped: 30,
            failed: Vec::new(),
            skipped: Vec::new(),
        }),
        measured: vec![
            held(Scope::Total, "", Unit::Series, 2_909.0, 4),
            held(Scope::Label, "pod", Unit::Values, 30.0, 9),
        ],
        budget_file: Some(text("meshctl.yaml")),
        baseline: None,
        findings: Vec::new(),
        ignored: Vec::new(),
        files: Vec::new(),
        fail_on: Some(Severity::Medium),
        code: 0,
        reasons: Vec::new(),
    }
}

/// Every outcome of a budget, every severity, places, a fix, an ignore, and a target that is lost.
#[expect(clippy::too_many_lines, reason = "one value, written out")]
fn everything() -> Run {
    let over = Measured {
        stage: text("filter/mesh"),
        value: 2_909.0,
        fail: Some(2_000.0),
        warn: Some(1_800.0),
        outcome: Outcome::Over,
        over: 1,
        before: Some(1_900.0),
        drivers: vec![
            driver("family", "response_latency_ms", 868.0, Some(468.0)),
            driver("label", "pod", 424.0, None),
            driver("target", "emojivoto/web", 96.0, Some(96.0)),
        ],
        ..held(Scope::Total, "", Unit::Series, 0.0, 12)
    };
    let near = Measured {
        warn: Some(800.0),
        fail: Some(1_000.0),
        outcome: Outcome::Near,
        worst: Some(text("response_latency_ms")),
        matched: 3,
        ..held(Scope::Family, "response_*", Unit::Series, 868.0, 15)
    };
    let unknown = Measured {
        stage: text("arrives"),
        outcome: Outcome::Unknown,
        ..held(Scope::Edge, "web → api", Unit::HiddenFailureRatio, 0.0, 18)
    };
    let hidden = Measured {
        fail: Some(0.05),
        outcome: Outcome::Over,
        over: 2,
        matched: 7,
        worst: Some(text("emojivoto/web → emojivoto/emoji")),
        before: Some(0.35),
        ..held(Scope::Edge, "*", Unit::HiddenFailureRatio, 0.381, 21)
    };
    let config = "processors:\n  filter/mesh:\n    ünit: IsMatch(name, \"response\")\n";
    let start = config.find("response").unwrap();
    let ignored = Measured {
        fail: Some(10.0),
        outcome: Outcome::Over,
        over: 1,
        worst: Some(text("pod_ip")),
        ..held(Scope::Label, "pod_*", Unit::Values, 30.0, 24)
    };
    let of_budgets = [&over, &hidden, &near, &unknown].map(about);
    let mut run = clean();
    run.ignored = vec![Ignored {
        finding: about(&ignored),
        reason: text("TICKET-41"),
        until: None,
    }];
    run.measured.extend([over, near, unknown, hidden, ignored]);
    run.findings = vec![
        Finding::new(
            "grpc/hidden-from-http",
            Severity::High,
            "web → emoji fails 38.1% of its calls behind HTTP 200",
        )
        .about(Subject {
            edge: Some(text("emojivoto/web → emojivoto/emoji")),
            ..Subject::default()
        })
        .with_evidence([("hidden_calls", json!(46)), ("calls", json!(70))])
        .with_remedy("alert on grpc_status, not on status_code"),
        Finding::new(
            "labels/unbounded",
            Severity::Medium,
            "the pattern is not anchored",
        )
        .at(place("otel.yaml", (3, 26, 8), "also matches `my_response`"))
        .at(place("otel.yaml", (2, 3, 11), "in this processor"))
        .about(Subject {
            part: Some(text("processor filter/mesh")),
            ..Subject::default()
        })
        .fixed_by(Edit {
            file: text("otel.yaml"),
            start,
            end: start + "response".len(),
            text: text("^response$"),
        })
        .with_remedy("anchor it: \"^response$\""),
        Finding::new("labels/redundant", Severity::Low, "12 labels repeat others").about(Subject {
            label: Some(text("target_addr")),
            family: Some(text("response_total")),
            ..Subject::default()
        }),
        Finding::new(
            "targets/outlier",
            Severity::Info,
            "a target has 9,000 series",
        )
        .about(Subject {
            target: Some(text("emojivoto/web")),
            ..Subject::default()
        }),
    ];
    run.findings.extend(of_budgets);
    run.findings
        .sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.id));
    run.files = vec![
        (text("otel.yaml"), text(config)),
        (
            text("meshctl.yaml"),
            text("budgets:\n  total: {series: 1}\n"),
        ),
    ];
    run.baseline = Some(text("baseline.json"));
    run.ignored.push(Ignored {
        finding: Finding::new(
            "mesh/no-mtls",
            Severity::Medium,
            "7 calls without mutual TLS",
        ),
        reason: text("the gateway ends TLS itself"),
        until: Some(text("2026-12-31")),
    });
    run.coverage = Some(Coverage {
        expected: 30,
        scraped: 29,
        failed: vec![Failure {
            target: text("emojivoto/voting"),
            origin: text("dumps/voting.prom"),
            reason: text("connection refused"),
        }],
        skipped: vec![Skip {
            origin: text("dumps/README"),
            reason: text("not an exposition"),
        }],
    });
    run.code = 3;
    run.reasons = vec![text("1 of 30 targets could not be read")];
    run
}

/// What a stranger could write into whatever strangers write into.
const HOSTILE: &str = "a\"b'c\\d`e|f<g>&h\r\n::error::x %0A,y:z]]>\u{0}\u{1b}[2J\u{202e}\u{fffe}ü🚀 \
                       [x](javascript:1) {0} @all #1 </details> <!-- ${{ x }} ##[group]";

fn hostile() -> Run {
    let bad = || text(HOSTILE);
    let mut run = everything();
    run.inputs = vec![bad()];
    run.budget_file = Some(bad());
    run.baseline = Some(bad());
    run.reasons = vec![bad()];
    for measured in &mut run.measured {
        measured.matching = bad();
        measured.stage = bad();
        measured.worst = Some(bad());
        measured.drivers.push(driver("family", HOSTILE, 1.0, None));
    }
    for finding in &mut run.findings {
        finding.message = bad();
        finding.remedy = bad();
        finding.subject = Subject {
            target: Some(bad()),
            family: Some(bad()),
            label: Some(bad()),
            edge: Some(bad()),
            part: Some(bad()),
        };
        finding.evidence.insert(bad(), json!(HOSTILE));
        // Budgets and the findings about them still belong together.
        for key in ["match", "stage"] {
            if finding.evidence.contains_key(key) {
                finding.evidence.insert(text(key), json!(HOSTILE));
            }
        }
        for place in &mut finding.marks.places {
            place.file = bad();
            place.note = bad();
        }
        for edit in &mut finding.marks.fix {
            edit.file = bad();
            edit.text = bad();
        }
    }
    run.ignored[0].reason = bad();
    run.ignored[0].until = Some(bad());
    run.files = vec![(bad(), format!("a: 1\n{HOSTILE}\n{HOSTILE}\n"))];
    let coverage = run.coverage.as_mut().unwrap();
    coverage.failed[0].target = bad();
    coverage.failed[0].reason = bad();
    coverage.skipped[0].reason = bad();
    run
}

/// What `lint` came to.
fn linted() -> Run {
    let mut run = everything();
    run.command = "lint";
    run.inputs = vec![text("otel.yaml")];
    run.coverage = None;
    run.measured = Vec::new();
    run.budget_file = None;
    run.baseline = None;
    run.findings
        .retain(|finding| finding.id == "labels/unbounded");
    run.ignored = Vec::new();
    run.code = 1;
    run.reasons = Vec::new();
    run
}

/// Nothing was asked for and nothing was found.
fn nothing() -> Run {
    let mut run = clean();
    run.command = "lint";
    run.inputs = vec![text("-")];
    run.coverage = None;
    run.measured = Vec::new();
    run.budget_file = None;
    run
}

/// Ten thousand findings, thousands of them alike, and many budgets that do not hold.
fn many() -> Run {
    crowd(10_000)
}

fn crowd(count: usize) -> Run {
    let mut run = everything();
    let severities = [
        Severity::High,
        Severity::Medium,
        Severity::Low,
        Severity::Info,
    ];
    run.findings = (0..count)
        .map(|at| {
            let message = format!("finding {at} with @all and a word or two to fill a line");
            let severity = severities[at * 4 / count];
            let finding = Finding::new("labels/unbounded", severity, message);
            match at % 3 {
                0 => finding.at(place("otel.yaml", (3, 5, 4), "")),
                1 => finding.about(Subject {
                    label: Some(format!("label_{at}")),
                    ..Subject::default()
                }),
                _ => finding,
            }
        })
        .collect();
    run.measured = (0..count as u32 / 5)
        .map(|line| Measured {
            outcome: Outcome::Over,
            fail: Some(1.0),
            ..held(Scope::Family, "x_*", Unit::Series, 9.0, line)
        })
        .collect();
    run
}

fn all() -> [(&'static str, Run); 6] {
    [
        ("clean", clean()),
        ("everything", everything()),
        ("hostile", hostile()),
        ("linted", linted()),
        ("nothing", nothing()),
        ("many", crowd(400)),
    ]
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn errors(schema: &Value, document: &Value) -> Vec<String> {
    let options = jsonschema::options().should_validate_formats(true);
    let validator = options.build(schema).unwrap();
    let errors = validator.iter_errors(document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// The snapshots say no version.
fn plain(text: &str) -> String {
    text.replace(env!("CARGO_PKG_VERSION"), "[version]")
}

#[test]
fn each_format_of_a_run_in_which_everything_happened() {
    let run = everything();
    for format in FORMATS {
        let name = format!("everything-{format:?}").to_lowercase();
        let mut written = run.written(format);
        if format == JudgedFormat::Sarif {
            // The pages of rules are long, and told elsewhere.
            let mut log: Value = serde_json::from_str(&written).unwrap();
            let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array_mut();
            for rule in rules.unwrap() {
                let rule = rule.as_object_mut().unwrap();
                rule.retain(|key, _| key != "help" && key != "fullDescription");
            }
            written = serde_json::to_string_pretty(&log).unwrap();
        }
        insta::assert_snapshot!(name, plain(&written));
    }
}

#[test]
fn each_format_of_a_run_in_which_all_is_well() {
    let run = clean();
    for format in FORMATS {
        let name = format!("clean-{format:?}").to_lowercase();
        insta::assert_snapshot!(name, plain(&run.written(format)));
    }
    assert_eq!(nothing().written(JudgedFormat::Github), "");
    assert_eq!(nothing().written(JudgedFormat::Gitlab), "[]\n");
    assert_eq!(
        nothing().written(JudgedFormat::Table),
        " - · nothing found\n"
    );
}

#[test]
fn what_does_not_fail_a_gate_is_counted_and_what_a_file_can_mend_is_shown() {
    let mut run = clean();
    run.findings = everything().findings;
    run.findings
        .retain(|finding| finding.severity < Severity::Medium);
    assert_eq!(
        run.written(JudgedFormat::Table),
        " 2 budgets hold · 2,909 series · 30 of 30 targets read · 2 findings\n\n \
         FINDINGS  ◇ 1 low · ○ 1 info\n   none of them fails, all: -o json\n"
    );
    run.findings.push(
        Finding::new("ignore/unused", Severity::Low, "fits nothing").at(place(
            "meshctl.yaml",
            (2, 3, 0),
            "",
        )),
    );
    let table = run.written(JudgedFormat::Table);
    assert!(
        table.contains("low[ignore/unused]: fits nothing"),
        "{table}"
    );
    assert!(
        table.contains("\n\n   and 2 more that do not fail, all: -o json\n"),
        "{table}"
    );
}

#[test]
fn a_narrow_table_in_ascii_and_one_with_colour() {
    let narrow = Style {
        width: 30,
        unicode: false,
        ..STYLE
    };
    let table = everything().written_as(JudgedFormat::Table, &narrow);
    assert!(table.is_ascii(), "{table}");
    insta::assert_snapshot!("narrow-table", table);
    let colored = Style {
        color: true,
        ..STYLE
    };
    let run = linted();
    let painted = run.written_as(JudgedFormat::Table, &colored);
    assert!(painted.contains("\u{1b}["));
    insta::assert_snapshot!("lint-table", run.written(JudgedFormat::Table));
}

#[test]
fn a_table_of_strangers_words_obeys_none_of_them_and_keeps_its_width() {
    for width in [30, 80, 140] {
        for unicode in [true, false] {
            let style = Style {
                width,
                unicode,
                escape: true,
                ..STYLE
            };
            for (name, run) in all() {
                let table = run.written_as(JudgedFormat::Table, &style);
                assert!(unicode || table.is_ascii(), "{name}");
                for c in "\u{0}\u{1b}\u{202e}\r".chars() {
                    assert!(!table.contains(c), "{name}: {c:?}");
                }
            }
        }
    }
    let lines = many().written(JudgedFormat::Table);
    assert!(lines.lines().count() < 1_000, "{}", lines.lines().count());
}

#[test]
fn json_is_valid_by_the_schema_that_is_published() {
    let schema = report::check_schema();
    for (name, run) in all() {
        assert_eq!(
            errors(&schema, &run.json(JudgedFormat::Json)),
            Vec::<String>::new(),
            "{name}"
        );
    }
    let mut document = everything().json(JudgedFormat::Json);
    assert_eq!(document["budgets"][2]["unit"], "series");
    assert_eq!(document["budgets"][4]["value"], Value::Null);
    let lint = linted().json(JudgedFormat::Json);
    assert_eq!(lint["findings"][0]["places"][0]["column"], 26);
    assert_eq!(lint["findings"][0]["fix"][0]["start_byte"], 53);
    assert_eq!(document["outcome"]["exit_code"], 3);
    document["budgets"][0]["outcome"] = "fine".into();
    document["findings"][0]
        .as_object_mut()
        .unwrap()
        .remove("places");
    assert_eq!(errors(&schema, &document).len(), 2);
}

fn sarif_schema() -> Value {
    let path = root().join("tests/schemas/sarif-schema-2.1.0.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn sarif_is_valid_by_the_schema_of_oasis() {
    let schema = sarif_schema();
    for (name, run) in all() {
        let log = run.json(JudgedFormat::Sarif);
        assert_eq!(errors(&schema, &log), Vec::<String>::new(), "{name}");
    }
    let mut broken = everything().json(JudgedFormat::Sarif);
    let run = &mut broken["runs"][0];
    run["results"][0]["level"] = "fatal".into();
    run["results"][1]["message"] = json!({});
    run["columnKind"] = "bytes".into();
    run["results"][2]["ruleIndex"] = (-2).into();
    assert_eq!(errors(&schema, &broken).len(), 4);
}

/// By the characters of RFC 3986; none of ours begins with what would be read as a scheme.
fn is_uri_reference(uri: &str) -> bool {
    let mut escapes = uri.split('%').skip(1);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let is_hex = |escape: &str| {
        let digits = escape.get(..2).unwrap_or_default();
        digits.len() == 2 && digits.chars().all(|c| c.is_ascii_hexdigit())
    };
    let first = uri.split('/').next().unwrap_or_default();
    let scheme_is_known = !first.contains(':') || first == "file:";
    !uri.is_empty() && uri.chars().all(allowed) && escapes.all(is_hex) && scheme_is_known
}

#[test]
fn sarif_has_what_code_scanning_asks_for() {
    for (name, run) in all() {
        let log = run.json(JudgedFormat::Sarif);
        let one = &log["runs"][0];
        let rules = one["tool"]["driver"]["rules"].as_array().unwrap();
        let results = one["results"].as_array().unwrap();
        assert_eq!(
            results.len(),
            run.findings.len() + run.ignored.len(),
            "{name}"
        );
        let mut prints = HashSet::new();
        let mut used = HashSet::new();
        for result in results {
            let rule = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(rules[rule]["id"], result["ruleId"]);
            used.insert(rule);
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(is_uri_reference(uri), "{name}: {uri}");
            let region = &place["region"];
            for key in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(region[key].as_u64().unwrap() >= 1, "{name}: {key}");
            }
            let print = result["partialFingerprints"]["meshctl/v1"]
                .as_str()
                .unwrap();
            assert!(prints.insert(print.to_owned()), "{name}: {print} twice");
        }
        assert_eq!(
            used.len(),
            rules.len(),
            "{name}: a rule that does not occur"
        );
        for rule in rules {
            for key in ["shortDescription", "fullDescription", "help"] {
                let said = rule[key]["text"].as_str().unwrap_or_default();
                assert!(!said.is_empty(), "{name}: {key} of {}", rule["id"]);
            }
        }
    }
}

#[test]
fn alerts_that_would_be_one_to_github_are_told_apart() {
    let log = many().json(JudgedFormat::Sarif);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let mut met = HashSet::new();
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        let line = &place["region"]["startLine"];
        let hash = &result["partialFingerprints"]["primaryLocationLineHash"];
        let alert = format!(
            "{} {} {line} {hash}",
            result["ruleId"], place["artifactLocation"]
        );
        assert!(met.insert(alert.clone()), "{alert}");
    }
}

#[test]
fn a_fingerprint_outlives_moved_lines_and_grown_numbers() {
    let prints = |run: &Run| -> Vec<Value> {
        let log = run.json(JudgedFormat::Gitlab);
        let issues = log.as_array().unwrap().iter();
        issues.map(|issue| issue["fingerprint"].clone()).collect()
    };
    let before = everything();
    let mut after = before.clone();
    for finding in &mut after.findings {
        finding.message = finding.message.replace('9', "10");
        for place in &mut finding.marks.places {
            place.line += 7;
        }
    }
    assert_eq!(prints(&before), prints(&after));
    let last = after.findings.len() - 1;
    after.findings[last].subject.target = Some(text("other"));
    let (before, after) = (prints(&before), prints(&after));
    let changed = before.iter().zip(&after).filter(|(a, b)| a != b);
    assert_eq!(changed.count(), 1);
}

#[test]
fn a_fix_is_a_region_in_bytes_and_in_characters() {
    let log = linted().json(JudgedFormat::Sarif);
    let fix = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    let region = &fix["deletedRegion"];
    assert_eq!(region["startLine"], 3);
    assert_eq!(region["startColumn"], 26);
    assert_eq!(region["endColumn"], 34);
    assert_eq!(region["byteLength"], 8);
    assert_eq!(fix["insertedContent"]["text"], "^response$");
}

#[test]
fn sarif_leaves_out_what_github_would_refuse_and_says_so() {
    let mut run = many();
    let more = run.findings.clone();
    run.findings.extend(more.clone());
    run.findings.extend(more);
    let log = run.json(JudgedFormat::Sarif);
    let one = &log["runs"][0];
    assert_eq!(one["results"].as_array().unwrap().len(), 25_000);
    let said = one["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(
        said.contains("5,002 results left out: a run may have 25,000"),
        "{said}"
    );
}

/// The XML Schema, written so that the validator reads it as it is meant: it takes a choice in a sequence for
/// elements of the sequence. A sequence of one choice alone is that choice.
fn junit_schema() -> String {
    let path = root().join("tests/schemas/junit-10.xsd");
    let xsd = fs::read_to_string(path).unwrap();
    let (before, rest) = xsd.split_once("<xs:element name=\"testcase\">").unwrap();
    let (case, after) = rest.split_once("</xs:element>\n\n").unwrap();
    assert_eq!(case.matches("<xs:sequence>").count(), 1);
    assert!(
        case.contains("<xs:sequence>\n                <xs:choice "),
        "{case}"
    );
    assert!(
        case.contains("</xs:choice>\n            </xs:sequence>"),
        "{case}"
    );
    let case = case
        .replace("<xs:sequence>", "")
        .replace("</xs:sequence>", "");
    // Nor does it know mixed content; without an element in it that is a text.
    let attributes = "<xs:attribute name=\"type\" type=\"xs:string\"/>\n            \
                      <xs:attribute name=\"message\" type=\"xs:string\"/>";
    let mixed = format!("<xs:complexType mixed=\"true\">\n            {attributes}");
    let simple = format!(
        "<xs:complexType><xs:simpleContent><xs:extension base=\"xs:string\">{attributes}\
         </xs:extension></xs:simpleContent>"
    );
    assert_eq!(before.matches(&mixed).count(), 3, "failure, error, skipped");
    let before = before.replace(&mixed, &simple);
    format!("{before}<xs:element name=\"testcase\">{case}</xs:element>\n\n{after}")
}

/// Attributes that the schema does not declare for their elements: the validator lets them pass.
fn unknown_attributes(xml: &str) -> Vec<String> {
    let xsd = junit_schema();
    let declared = |element: &str| -> BTreeSet<String> {
        let start = format!("\n    <xs:element name=\"{element}\">");
        let Some((_, rest)) = xsd.split_once(&start) else {
            return BTreeSet::new();
        };
        let (block, _) = rest.split_once("\n    </xs:element>").unwrap();
        let names = block.split("<xs:attribute name=\"").skip(1);
        names
            .map(|name| name.split('"').next().unwrap().to_owned())
            .collect()
    };
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut unknown = Vec::new();
    // Texts hold no `<`, and values no quote.
    for tag in xml
        .split('<')
        .skip(1)
        .filter(|tag| !tag.starts_with(['/', '?']))
    {
        let element = tag.split([' ', '>', '/']).next().unwrap();
        let (_, attributes) = tag.split_once(' ').unwrap_or_default();
        let declared = known
            .entry(element.to_owned())
            .or_insert_with(|| declared(element));
        let mut quoted = attributes.split('"');
        while let (Some(name), Some(_)) = (quoted.next(), quoted.next()) {
            let name = name.trim().trim_end_matches('=');
            if !declared.contains(name) {
                unknown.push(format!("{element} has no attribute {name}"));
            }
        }
    }
    unknown
}

/// Everything that the schema has against a document.
fn violations(xml: &str) -> Vec<String> {
    let schema = xmlschema::parse_schema(&junit_schema()).unwrap();
    let document = match oxml::parse(xml) {
        Ok(document) => document,
        Err(error) => return vec![error.to_string()],
    };
    let report = xmlschema::validate(&document, &schema);
    let violations = report.violations.iter();
    let violations = violations.map(|violation| format!("{violation:?}"));
    violations.chain(unknown_attributes(xml)).collect()
}

#[test]
fn junit_is_valid_by_the_schema_of_jenkins() {
    for (name, run) in all() {
        let xml = run.written(JudgedFormat::Junit);
        assert_eq!(violations(&xml), Vec::<String>::new(), "{name}");
        for (element, depth) in [("<testsuites", 0), ("<testsuite ", 1), ("<testcase ", 2)] {
            // Elements that hold elements are opened on a line of their own and hold no text.
            let lines = xml
                .lines()
                .filter(|line| line.trim_start().starts_with(element));
            for line in lines {
                assert!(line.ends_with('>'), "{name}: {line}");
                assert_eq!(
                    line.len() - line.trim_start().len(),
                    2 * depth,
                    "{name}: {line}"
                );
            }
        }
    }
}

/// A validator that lets everything pass would prove nothing.
#[test]
fn the_schema_of_jenkins_refuses_what_is_no_junit() {
    // What the validator does not do: tell where text may stand, which is looked at below; and the order within
    // a choice that may be repeated at will, which is any.
    let unsupported = xmlschema::support::unsupported(&oxml::parse(&junit_schema()).unwrap());
    let unsupported: BTreeSet<_> = unsupported
        .iter()
        .map(|note| note.construct.as_str())
        .collect();
    let known = ["@mixed on xs:complexType", "repeated xs:choice"];
    assert_eq!(unsupported, BTreeSet::from(known));
    let xml = everything().written(JudgedFormat::Junit);
    let breakages = [
        ("classname=", "class=", "testcase has no attribute class"),
        (" tests=", " count=", "missing required attribute `tests`"),
        (
            "failure",
            "failed",
            "`failed` is not one of the permitted choices",
        ),
        (
            "skipped",
            "properties",
            "`properties` is not one of the permitted choices",
        ),
        // What is no XML at all.
        ("</testsuites>", "", ""),
        ("type=\"over\"", "type=\"&\"", ""),
        ("type=\"over\"", "type=\"\u{1}\"", ""),
    ];
    for (from, to, said) in breakages {
        // Elements with both their tags; attributes of that name stay.
        let tags = |name: &str| [format!("<{name} "), format!("</{name}>")];
        let broken = if from.chars().all(char::is_alphabetic) {
            let [start, end] = tags(from);
            let [new_start, new_end] = tags(to);
            xml.replace(&start, &new_start).replace(&end, &new_end)
        } else {
            xml.replace(from, to)
        };
        assert_ne!(broken, xml, "{from}");
        let violations = violations(&broken);
        let is_said = violations.iter().any(|violation| violation.contains(said));
        assert!(is_said, "{from}: {violations:?}");
    }
}

/// Attributes of elements by name, from XML that has been validated.
fn attribute_of(xml: &str, element: &str, attribute: &str) -> Vec<String> {
    let start = format!("<{element} ");
    let values = xml.split(&start).skip(1).map(|rest| {
        let (tag, _) = rest.split_once('>').unwrap();
        let tag = format!(" {tag}");
        let (_, value) = tag.split_once(&format!(" {attribute}=\"")).unwrap();
        value.split('"').next().unwrap().to_owned()
    });
    values.collect()
}

#[test]
fn junit_counts_what_it_holds_and_names_no_two_tests_alike() {
    for (name, run) in all() {
        let xml = run.written(JudgedFormat::Junit);
        let tests = attribute_of(&xml, "testcase", "name").len();
        assert_eq!(
            attribute_of(&xml, "testsuites", "tests"),
            [tests.to_string()],
            "{name}"
        );
        for (element, count) in [("failure", "failures"), ("error", "errors")] {
            let all = xml.matches(&format!("<{element} ")).count();
            assert_eq!(
                attribute_of(&xml, "testsuites", count),
                [all.to_string()],
                "{name}"
            );
        }
        assert!(tests > 0, "{name}: a report without a test is none");
        let classes = attribute_of(&xml, "testcase", "classname");
        let names = attribute_of(&xml, "testcase", "name");
        let unique: HashSet<_> = classes.iter().zip(&names).collect();
        assert_eq!(unique.len(), tests, "{name}");
    }
}

#[test]
fn a_budget_that_is_ignored_or_only_warns_does_not_fail_its_test() {
    let xml = everything().written(JudgedFormat::Junit);
    let (_, case) = xml.split_once("name=\"label pod_*: values\"").unwrap();
    let (case, _) = case.split_once("</testcase>").unwrap();
    assert!(
        case.contains("<skipped type=\"ignored\"") && case.contains("TICKET-41"),
        "{case}"
    );
    let mut lenient = everything();
    lenient.fail_on = None;
    lenient.code = 0;
    let xml = lenient.written(JudgedFormat::Junit);
    assert!(!xml.contains("<failure "), "{xml}");
    let mut silenced = everything();
    silenced.findings.clear();
    silenced.code = 0;
    let table = silenced.written(JudgedFormat::Table);
    assert!(!table.contains("BUDGETS"), "{table}");
}

#[test]
fn junit_is_green_only_where_the_run_is() {
    let red = |run: &Run| {
        let xml = run.written(JudgedFormat::Junit);
        xml.contains("<failure ") || xml.contains("<error ")
    };
    assert!(!red(&clean()) && !red(&nothing()));
    assert!(red(&everything()) && red(&linted()));
    for code in [1, 2, 3, 130] {
        let run = Run { code, ..clean() };
        assert!(red(&run), "exit code {code}");
    }
}

#[test]
fn no_annotation_ends_before_its_line_or_starts_another() {
    for (name, run) in all() {
        let written = run.written(JudgedFormat::Github);
        let mut levels: BTreeMap<String, usize> = BTreeMap::new();
        for line in written.lines() {
            let rest = line.strip_prefix("::").unwrap();
            let (head, message) = rest.split_once("::").unwrap();
            let (level, properties) = head.split_once(' ').unwrap();
            *levels.entry(level.to_owned()).or_default() += 1;
            assert!(
                ["error", "warning", "notice"].contains(&level),
                "{name}: {line}"
            );
            for property in properties.split(',') {
                let (key, value) = property.split_once('=').unwrap();
                let known = ["file", "line", "col", "endColumn", "title"];
                assert!(known.contains(&key), "{name}: {property}");
                assert!(
                    !value.is_empty() && !value.contains(':'),
                    "{name}: {property}"
                );
            }
            assert!(!message.is_empty());
            for code in message.split('%').skip(1) {
                assert!(
                    code.starts_with("25") || code.starts_with("0A"),
                    "{name}: {code}"
                );
            }
            assert!(!line.contains(['\r', '\u{1b}', '\u{0}']));
        }
        assert!(
            levels.values().all(|count| *count <= 10),
            "{name}: {levels:?}"
        );
    }
    let written = many().written(JudgedFormat::Github);
    assert!(
        written.contains("::and 4,992 more of this level"),
        "{written}"
    );
}

#[test]
fn gitlab_finds_what_it_asks_for_in_each_issue() {
    for (name, run) in all() {
        let report = run.json(JudgedFormat::Gitlab);
        let issues = report.as_array().unwrap();
        assert_eq!(issues.len(), run.findings.len(), "{name}");
        let mut prints = HashSet::new();
        for issue in issues {
            let severities = ["info", "minor", "major", "critical", "blocker"];
            assert!(severities.contains(&issue["severity"].as_str().unwrap()));
            assert!(!issue["description"].as_str().unwrap().is_empty());
            assert!(issue["check_name"].as_str().unwrap().contains('/'));
            assert!(
                !issue["location"]["path"]
                    .as_str()
                    .unwrap()
                    .starts_with("./")
            );
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
            assert!(prints.insert(issue["fingerprint"].to_string()), "{name}");
        }
    }
}

/// Series as our own reader reads them, and what it refused.
#[derive(Default)]
struct Series {
    samples: BTreeMap<String, f64>,
    doubled: Vec<String>,
    rejects: Vec<String>,
}

impl Visitor for Series {
    fn sample(&mut self, sample: &Sample<'_>) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let labels = sample.labels();
        let mut labels: Vec<String> = labels
            .map(|label| format!("{}={:?}", text(&label.name()), text(&label.value())))
            .collect();
        labels.sort();
        let name = format!("{}{labels:?}", text(&sample.name()));
        if self.samples.insert(name.clone(), sample.value()).is_some() {
            self.doubled.push(name);
        }
    }

    fn metadata(&mut self, _: &Metadata<'_>) {}

    fn reject(&mut self, reject: &Reject<'_>) {
        self.rejects.push(format!("{reject:?}"));
    }
}

fn reread(text: &str) -> Series {
    let mut series = Series::default();
    Reader::new(1 << 20)
        .read(&mut text.as_bytes(), &mut series)
        .unwrap();
    series
}

#[test]
fn prometheus_text_is_read_back_by_our_own_reader_and_by_another() {
    for (name, run) in all() {
        let text = run.written(JudgedFormat::Prometheus);
        let series = reread(&text);
        assert_eq!(series.rejects, Vec::<String>::new(), "{name}");
        assert_eq!(series.doubled, Vec::<String>::new(), "{name}");
        let samples = text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(series.samples.len(), samples, "{name}");
        // It cannot read a quote within a label value.
        if name != "hostile" {
            let lines = text.lines().map(|line| Ok(line.to_owned()));
            let scrape = prometheus_parse::Scrape::parse(lines).unwrap();
            assert_eq!(scrape.samples.len(), samples, "{name}");
        }
    }
}

/// What `promtool check metrics` complains of, as far as it concerns gauges.
#[test]
fn prometheus_text_keeps_to_the_rules_of_promtool() {
    for (name, run) in all() {
        let text = run.written(JudgedFormat::Prometheus);
        assert!(text.ends_with('\n'), "{name}");
        let mut family = String::new();
        let mut met = HashSet::new();
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                family = help.split(' ').next().unwrap().to_owned();
                assert!(met.insert(family.clone()), "{name}: {family} in two places");
                assert!(
                    help.len() > family.len() + 1,
                    "{name}: {family} has no help"
                );
                let ends = ["_total", "_count", "_sum", "_bucket", "_info"];
                let bad = ends
                    .iter()
                    .any(|end| family.ends_with(end) && *end != "_info");
                assert!(!bad, "{name}: {family}");
            } else if let Some(typed) = line.strip_prefix("# TYPE ") {
                assert_eq!(typed, format!("{family} gauge"));
            } else {
                let series = line.strip_prefix(&family).unwrap();
                assert!(series.starts_with(['{', ' ']), "{name}: {line}");
            }
        }
    }
}

#[test]
fn markdown_fits_a_comment_and_says_what_it_leaves_out() {
    for (name, run) in all() {
        let page = run.written(JudgedFormat::Markdown);
        assert!(page.chars().count() < 65_536, "{name}");
        let opened = page.matches("<details>").count();
        assert_eq!(opened, page.matches("</details>").count(), "{name}");
        assert!(
            !page.contains("@all"),
            "{name}: somebody would be mentioned"
        );
        assert!(
            !page.contains("<!--") && !page.contains("](javascript"),
            "{name}"
        );
    }
    let page = many().written(JudgedFormat::Markdown);
    assert!(page.contains("more budgets that do not hold"));
    assert!(page.contains("more low"), "{}", &page[page.len() - 3_000..]);
}

#[test]
fn no_format_changes_with_the_order_of_threads_or_runs() {
    for format in FORMATS {
        assert_eq!(
            hostile().written(format),
            hostile().written(format),
            "{format:?}"
        );
    }
}
