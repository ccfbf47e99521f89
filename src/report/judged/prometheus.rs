//! Prometheus' text format, for a textfile collector or a push gateway: what a gate came to, as gauges.
//!
//! No timestamps and no counters: each run says everything anew.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::io::Write;

use super::Judged;
use super::shortened;
use crate::budget::Measured;
use crate::budget::Outcome;
use crate::findings::Severity;
use crate::report::Style;
use crate::report::text::escape_terminal;

const OUTCOMES: [Outcome; 4] = [
    Outcome::Within,
    Outcome::Near,
    Outcome::Over,
    Outcome::Unknown,
];

/// All families; those without a sample are left out.
pub(super) fn write(judged: &Judged<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page {
        prefix: format!("meshctl_{}", judged.command),
        text: String::new(),
        escape: style.escape,
    };
    page.budgets(judged);
    page.findings(judged);
    page.coverage(judged);
    let (code, _) = judged.exit;
    let help = "What the run exited with: 0 where nothing failed.";
    page.family("exit_code", help, &[(Vec::new(), f64::from(code))]);
    let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    page.family("build_info", "The program that ran.", &[(version, 1.0)]);
    out.write_all(page.text.as_bytes())
}

type Labels = Vec<(&'static str, String)>;

struct Page {
    prefix: String,
    text: String,
    escape: bool,
}

impl Page {
    fn family(&mut self, name: &str, help: &str, samples: &[(Labels, f64)]) {
        if samples.is_empty() {
            return;
        }
        let name = format!("{}_{name}", self.prefix);
        let _ = writeln!(self.text, "# HELP {name} {help}");
        let _ = writeln!(self.text, "# TYPE {name} gauge");
        for (labels, value) in samples {
            self.text.push_str(&name);
            for (at, (label, value)) in labels.iter().enumerate() {
                let lead = if at == 0 { '{' } else { ',' };
                let value = label_value(value, self.escape);
                let _ = write!(self.text, "{lead}{label}=\"{value}\"");
            }
            let end = if labels.is_empty() { " " } else { "} " };
            let _ = writeln!(self.text, "{end}{}", number(*value));
        }
    }

    fn budgets(&mut self, judged: &Judged<'_>) {
        let labels = budget_labels(judged.measured);
        let all = || judged.measured.iter().zip(&labels);
        let with = |labels: &Labels, name: &'static str, value: &str| -> Labels {
            let mut labels = labels.clone();
            labels.push((name, value.to_owned()));
            labels
        };
        let known = |measured: &Measured| measured.outcome != Outcome::Unknown;
        let values: Vec<_> = all()
            .filter(|(measured, _)| known(measured))
            .map(|(measured, labels)| (labels.clone(), measured.value))
            .collect();
        self.family("budget_value", "What was measured for a budget.", &values);
        let limits: Vec<_> = all()
            .flat_map(|(measured, labels)| {
                let levels = [("warn", measured.warn), ("fail", measured.fail)];
                levels
                    .into_iter()
                    .filter_map(move |(level, limit)| Some((with(labels, "level", level), limit?)))
            })
            .collect();
        self.family("budget_limit", "Where a budget warns and fails.", &limits);
        let baseline: Vec<_> = all()
            .filter_map(|(measured, labels)| Some((labels.clone(), measured.before?)))
            .collect();
        let help = "The value of a budget in the baseline.";
        self.family("budget_baseline_value", help, &baseline);
        let outcomes: Vec<_> = all()
            .flat_map(|(measured, labels)| {
                OUTCOMES.map(|outcome| {
                    let stands = f64::from(u8::from(measured.outcome == outcome));
                    (with(labels, "outcome", outcome.as_str()), stands)
                })
            })
            .collect();
        let help = "How a budget stands: 1 for one outcome, 0 for the others.";
        self.family("budget_outcome", help, &outcomes);
    }

    fn findings(&mut self, judged: &Judged<'_>) {
        let severities = [
            Severity::Info,
            Severity::Low,
            Severity::Medium,
            Severity::High,
        ];
        let by_severity = severities.map(|severity| {
            let same = judged
                .findings
                .iter()
                .filter(|finding| finding.severity == severity);
            let labels = vec![("severity", severity.as_str().to_owned())];
            (labels, same.count() as f64)
        });
        let help = "Findings of a severity.";
        self.family("severity_findings", help, &by_severity);
        let mut by_id: BTreeMap<(Severity, &str), u64> = BTreeMap::new();
        for finding in judged.findings {
            *by_id.entry((finding.severity, finding.id)).or_default() += 1;
        }
        let by_id: Vec<_> = by_id
            .into_iter()
            .map(|((severity, id), count)| {
                let labels = vec![
                    ("severity", severity.as_str().to_owned()),
                    ("id", id.to_owned()),
                ];
                (labels, count as f64)
            })
            .collect();
        self.family("findings", "Findings of a severity and kind.", &by_id);
        let ignored = judged.ignored.len() as f64;
        let help = "Findings that an ignore took out.";
        self.family("ignored_findings", help, &[(Vec::new(), ignored)]);
    }

    fn coverage(&mut self, judged: &Judged<'_>) {
        let Some(coverage) = judged.coverage else {
            return;
        };
        let states = [
            ("expected", coverage.expected),
            ("scraped", coverage.scraped),
            ("failed", coverage.failed.len() as u64),
            ("skipped", coverage.skipped.len() as u64),
        ];
        let states = states.map(|(state, count)| {
            let labels = vec![("state", state.to_owned())];
            (labels, count as f64)
        });
        self.family("targets", "Targets that the numbers stand for.", &states);
    }
}

/// What tells each budget apart; two that are written alike are counted.
fn budget_labels(measured: &[Measured]) -> Vec<Labels> {
    let mut met: HashMap<Labels, u64> = HashMap::new();
    measured
        .iter()
        .map(|measured| {
            let mut labels = vec![
                ("scope", measured.scope.as_str().to_owned()),
                ("matching", shortened(&measured.matching).into_owned()),
                ("stage", shortened(&measured.stage).into_owned()),
                ("unit", measured.unit.as_str().to_owned()),
            ];
            // To a store an empty value is no label.
            labels.retain(|(_, value)| !value.is_empty());
            let alike = met.entry(labels.clone()).or_default();
            *alike += 1;
            if *alike > 1 {
                labels.push(("nth", alike.to_string()));
            }
            labels
        })
        .collect()
}

/// Escaped as the format has it; on a terminal, what that would obey is spelled out first.
fn label_value(value: &str, escape: bool) -> String {
    let safe = if escape {
        escape_terminal(value).into_owned()
    } else {
        value.to_owned()
    };
    safe.replace('\\', r"\\")
        .replace('"', "\\\"")
        .replace('\n', r"\n")
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}
