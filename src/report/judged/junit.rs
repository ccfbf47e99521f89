//! `JUnit` XML, as Jenkins and GitLab read it: a test for each budget, for each finding that fails, and for the run.
//!
//! A run that does not exit with 0 is never all green here, and one that does is never without a test.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::io::Write;

use super::Judged;
use super::Standing;
use super::place;
use super::said;
use super::shortened;
use super::xml::Document;
use crate::budget::Measured;
use crate::budget::Outcome;
use crate::findings::Finding;
use crate::findings::Subject;

/// Findings that are named in the log of their suite although they do not fail.
const NAMED: usize = 100;

/// Everything.
pub(super) fn write(judged: &Judged<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut suites = vec![run(judged)];
    if !judged.measured.is_empty() {
        suites.push(budgets(judged));
    }
    suites.push(findings(judged));
    // What broke none of them broke the run: an exit code that nothing here explains must not look like success.
    let (code, reasons) = judged.exit;
    if code != 0 && suites.iter().all(|suite| suite.failed() == 0) {
        let outcome = Case::failing("failure", "exit code", exit_text(code, reasons));
        suites[0].cases[0].outcome = Some(outcome);
    }
    let mut document = Document::new();
    let sum = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>().to_string();
    document.open(
        "testsuites",
        &[
            ("name", &format!("meshctl {}", judged.command)),
            ("tests", &sum(|suite| suite.cases.len())),
            ("failures", &sum(|suite| suite.count("failure"))),
            ("errors", &sum(|suite| suite.count("error"))),
        ],
    );
    for suite in suites {
        suite.write(judged.command, &mut document);
    }
    document.close();
    out.write_all(document.finish().as_bytes())
}

struct Suite {
    name: &'static str,
    cases: Vec<Case>,
    /// What else there is to know, a line each.
    log: Vec<String>,
}

struct Case {
    /// Behind the name of the suite.
    class: String,
    name: String,
    outcome: Option<Failing>,
    log: Option<String>,
}

/// How a test did not pass.
struct Failing {
    /// The element: `failure`, `error`, `skipped`.
    element: &'static str,
    kind: String,
    message: String,
}

impl Case {
    fn passed(name: impl Into<String>) -> Self {
        Self {
            class: String::new(),
            name: name.into(),
            outcome: None,
            log: None,
        }
    }

    fn failing(element: &'static str, kind: &str, message: String) -> Failing {
        Failing {
            element,
            kind: kind.to_owned(),
            message,
        }
    }
}

impl Suite {
    fn count(&self, element: &str) -> usize {
        let outcomes = self.cases.iter().filter_map(|case| case.outcome.as_ref());
        outcomes
            .filter(|failing| failing.element == element)
            .count()
    }

    fn failed(&self) -> usize {
        self.count("failure") + self.count("error")
    }

    fn write(self, command: &str, document: &mut Document) {
        document.open(
            "testsuite",
            &[
                ("name", self.name),
                ("tests", &self.cases.len().to_string()),
                ("failures", &self.count("failure").to_string()),
                ("errors", &self.count("error").to_string()),
                ("skipped", &self.count("skipped").to_string()),
            ],
        );
        let mut met: HashMap<(String, String), u64> = HashMap::new();
        for case in &self.cases {
            let mut class = format!("meshctl.{command}.{}", self.name);
            if !case.class.is_empty() {
                class = format!("{class}.{}", case.class);
            }
            let mut name = shortened(&case.name).into_owned();
            // Readers take two tests of one name for one.
            let alike = met.entry((class.clone(), name.clone())).or_default();
            *alike += 1;
            if *alike > 1 {
                name = format!("{name} ({alike})");
            }
            let attributes = [("classname", class.as_str()), ("name", name.as_str())];
            if case.outcome.is_none() && case.log.is_none() {
                document.leaf("testcase", &attributes, "");
                continue;
            }
            document.open("testcase", &attributes);
            if let Some(failing) = &case.outcome {
                let message = shortened(&failing.message);
                let first = message.lines().next().unwrap_or_default();
                let attributes = [("type", failing.kind.as_str()), ("message", first)];
                document.leaf(failing.element, &attributes, &message);
            }
            if let Some(log) = &case.log {
                document.leaf("system-out", &[], &shortened(log));
            }
            document.close();
        }
        if !self.log.is_empty() {
            document.leaf("system-out", &[], &self.log.join("\n"));
        }
        document.close();
    }
}

/// Whether everything could be read and done.
fn run(judged: &Judged<'_>) -> Suite {
    let (code, reasons) = judged.exit;
    let mut case = Case::passed("everything that was named could be read");
    let failed = judged.coverage.map_or(&[][..], |coverage| &coverage.failed);
    if code > 1 {
        let mut message = exit_text(code, reasons);
        for failure in failed.iter().take(NAMED) {
            let _ = write!(message, "\n{}: {}", failure.target, failure.reason);
        }
        case.outcome = Some(Case::failing("error", "incomplete", message));
    }
    Suite {
        name: "run",
        cases: vec![case],
        log: Vec::new(),
    }
}

fn exit_text(code: u8, reasons: &[String]) -> String {
    match reasons {
        [] => format!("exit code {code}"),
        reasons => format!("{} (exit code {code})", reasons.join("; ")),
    }
}

fn budgets(judged: &Judged<'_>) -> Suite {
    let cases = judged.measured.iter();
    Suite {
        name: "budgets",
        cases: cases.map(|measured| budget(judged, measured)).collect(),
        log: Vec::new(),
    }
}

fn budget(judged: &Judged<'_>, measured: &Measured) -> Case {
    let mut case = Case::passed(said::name(measured));
    measured.scope.as_str().clone_into(&mut case.class);
    match judged.standing(measured) {
        Standing::Holds => {}
        Standing::Silenced => case.log = Some(said::sentence(measured)),
        Standing::Ignored(ignored) => {
            let text = format!("{}: {}", said::sentence(measured), ignored.reason);
            case.outcome = Some(Case::failing("skipped", "ignored", text));
        }
        Standing::Found(finding) => {
            let kind = measured.outcome.as_str();
            let text = text_of(finding);
            case.outcome = match measured.outcome {
                // A gate that did not see what it was to judge is not green.
                Outcome::Unknown => Some(Case::failing("error", kind, text)),
                _ if judged.fails(finding) => Some(Case::failing("failure", kind, text)),
                _ => {
                    case.log = Some(format!("warning: {text}"));
                    None
                }
            };
        }
    }
    case
}

fn findings(judged: &Judged<'_>) -> Suite {
    let (_, beside) = judged.by_subject();
    let (failing, rest): (Vec<&Finding>, Vec<&Finding>) =
        beside.iter().partition(|finding| judged.fails(finding));
    let mut cases: Vec<Case> = failing
        .iter()
        .map(|finding| self::finding(finding))
        .collect();
    if cases.is_empty() {
        let name = match judged.fail_on {
            Some(limit) => format!("nothing else of severity {} or worse", limit.as_str()),
            None => "findings do not fail".to_owned(),
        };
        cases.push(Case::passed(name));
    }
    let named = rest.iter().take(NAMED);
    let mut log: Vec<String> = named
        .map(|finding| {
            let line = format!(
                "{} {}: {}",
                finding.severity.as_str(),
                finding.id,
                finding.message
            );
            shortened(&line).into_owned()
        })
        .collect();
    let more = rest.len().saturating_sub(NAMED);
    if more > 0 {
        log.push(format!("and {more} more that do not fail"));
    }
    Suite {
        name: "findings",
        cases,
        log,
    }
}

fn finding(finding: &Finding) -> Case {
    let Subject {
        target,
        family,
        label,
        edge,
        part,
    } = &finding.subject;
    let mut about: Vec<&str> = [target, family, label, edge, part]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect();
    let file = finding.marks.places.first();
    let file = file.map(|place| place::path(&place.file));
    if about.is_empty() {
        about.extend(file.as_deref());
    }
    let mut case = Case::passed(if about.is_empty() {
        finding.id.to_owned()
    } else {
        format!("{}: {}", finding.id, about.join(", "))
    });
    finding
        .id
        .split('/')
        .next()
        .unwrap_or_default()
        .clone_into(&mut case.class);
    let severity = finding.severity.as_str();
    case.outcome = Some(Case::failing("failure", severity, text_of(finding)));
    case
}

/// What is wrong, what to do, and where.
fn text_of(finding: &Finding) -> String {
    let mut text = shortened(&finding.message).into_owned();
    if !finding.remedy.is_empty() {
        let _ = write!(text, "\n{}", finding.remedy);
    }
    for place in &finding.marks.places {
        let file = place::path(&place.file);
        let _ = write!(text, "\n{file}:{}:{}", place.line, place.column);
        if !place.note.is_empty() {
            let _ = write!(text, " {}", place.note);
        }
    }
    text
}
