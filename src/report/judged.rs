//! Writes what `check` and `lint` came to.
//!
//! In come budgets with their values, findings and the texts they point into; out go bytes in one of many
//! formats. Whether that is a success has been decided.

mod fingerprint;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod place;
mod prometheus;
mod said;
mod sarif;
mod table;
mod xml;

use std::borrow::Cow;
use std::io;
use std::io::BufWriter;
use std::io::Write;

use serde_json::Value;

use super::Style;
use crate::budget::Measured;
use crate::budget::Outcome;
use crate::collector::config::File;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::lint::masked;
use crate::survey::Coverage;

/// What a gate came to.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// `check` or `lint`.
    pub command: &'static str,
    /// What was read, as typed, without credentials.
    pub inputs: &'a [String],
    /// Targets read and not read; `None` where no target was asked for.
    pub coverage: Option<&'a Coverage>,
    /// Budgets, in the order of their file.
    pub measured: &'a [Measured],
    /// The budget file, as named, if there is one.
    pub budget_file: Option<&'a str>,
    /// The baseline, as named, if there is one.
    pub baseline: Option<&'a str>,
    /// What is wrong, worst first.
    pub findings: &'a [Finding],
    /// Findings that an ignore took out.
    pub ignored: &'a [Ignored],
    /// Files that findings point into, by the name that places have.
    pub files: &'a [File<'a>],
    /// Findings from here on fail; none does where it is `None`.
    pub fail_on: Option<Severity>,
    /// The exit code, and why in words where findings do not say so.
    pub exit: (u8, &'a [String]),
}

/// A finding that an ignore took out.
#[derive(Debug, Clone, PartialEq)]
pub struct Ignored {
    /// The finding.
    pub finding: Finding,
    /// Why it is ignored, as written.
    pub reason: String,
    /// Last day of it, as `2026-12-31`.
    pub until: Option<String>,
}

/// What it is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgedFormat {
    /// For a reader: silent on what is well.
    Table,
    /// One document.
    Json,
    /// For a comment on a pull request, or a step summary.
    Markdown,
    /// `JUnit` XML.
    Junit,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands that annotate a run on GitHub.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// Prometheus' text format.
    Prometheus,
}

/// Writes it in `format`. Writes are buffered here.
///
/// # Errors
/// Whatever `out` says, a broken pipe included; and nothing else.
pub fn write_judged(
    judged: &Judged<'_>,
    style: &Style,
    format: JudgedFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown: Vec<Cow<'_, str>> = judged.files.iter().map(|file| masked(file.text)).collect();
    let files = judged.files.iter().zip(&shown);
    let files: Vec<File<'_>> = files.map(|(file, text)| File { text, ..*file }).collect();
    let judged = &Judged {
        files: &files,
        ..*judged
    };
    let mut out = BufWriter::new(out);
    match format {
        JudgedFormat::Table => super::write_lines(&table::lines(judged, style), &mut out),
        JudgedFormat::Json => json::write(judged, style, &mut out),
        JudgedFormat::Markdown => super::write_lines(&markdown::lines(judged, style), &mut out),
        JudgedFormat::Junit => junit::write(judged, &mut out),
        JudgedFormat::Sarif => sarif::write(judged, style, &mut out),
        JudgedFormat::Github => super::write_lines(&github::lines(judged), &mut out),
        JudgedFormat::Gitlab => gitlab::write(judged, style, &mut out),
        JudgedFormat::Prometheus => prometheus::write(judged, style, &mut out),
    }?;
    out.flush()
}

/// How a budget is dealt with in the end: what is over its limit may have been ignored, or made less grave.
#[derive(Debug, Clone, Copy)]
enum Standing<'a> {
    /// Within its limits.
    Holds,
    /// There is a finding about it.
    Found(&'a Finding),
    /// Its finding was ignored.
    Ignored(&'a Ignored),
    /// Findings of this kind were turned off.
    Silenced,
}

/// Longest sentence in a format that somebody else displays; a label value may be a megabyte.
const LONGEST: usize = 4_000;

impl<'a> Judged<'a> {
    /// How many budgets stand so, whatever became of their findings.
    fn outcomes(&self, outcome: Outcome) -> u64 {
        let same = |measured: &&Measured| measured.outcome == outcome;
        self.measured.iter().filter(same).count() as u64
    }

    /// How a budget is dealt with.
    fn standing(&self, measured: &Measured) -> Standing<'a> {
        let Some(id) = finding_of(measured.outcome) else {
            return Standing::Holds;
        };
        let is_about = |finding: &Finding| finding.id == id && is_about(finding, measured);
        let found = self.findings.iter().find(|finding| is_about(finding));
        if let Some(found) = found {
            return Standing::Found(found);
        }
        let ignored = self.ignored.iter();
        let mut ignored = ignored.filter(|ignored| is_about(&ignored.finding));
        ignored.next().map_or(Standing::Silenced, Standing::Ignored)
    }

    /// Whether this finding makes the run fail.
    fn fails(&self, finding: &Finding) -> bool {
        self.fail_on.is_some_and(|limit| finding.severity >= limit)
    }

    /// Findings about budgets, and the others: formats that list budgets need not tell the former twice.
    fn by_subject(&self) -> (Vec<&'a Finding>, Vec<&'a Finding>) {
        let of_budget = |finding: &&Finding| {
            let about = |measured: &Measured| {
                finding_of(measured.outcome) == Some(finding.id) && is_about(finding, measured)
            };
            self.measured.iter().any(about)
        };
        self.findings.iter().partition(of_budget)
    }
}

/// The id of the finding about a budget that stands so.
fn finding_of(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Within => None,
        Outcome::Near => Some("budget/near"),
        Outcome::Over => Some("budget/over"),
        Outcome::Unknown => Some("budget/unknown"),
    }
}

/// Whether a finding about a budget is about this one. Several may stand at one place, with other units or stages.
fn is_about(finding: &Finding, measured: &Measured) -> bool {
    let says = |key: &str, value: &str| {
        let said = finding.evidence.get(key).and_then(Value::as_str);
        said == Some(value)
    };
    says("scope", measured.scope.as_str())
        && says("match", &measured.matching)
        && says("stage", &measured.stage)
        && finding.evidence.contains_key(measured.unit.as_str())
        && (finding.marks.places.first())
            .is_none_or(|place| (place.line, place.column) == measured.at)
}

/// A sentence that fits where others display it.
fn shortened(text: &str) -> Cow<'_, str> {
    cut(text, LONGEST)
}

/// A text of at most so many characters, with an ellipsis where something is missing.
fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest || text.chars().count() <= longest {
        return Cow::Borrowed(text);
    }
    let mut cut: String = text.chars().take(longest.saturating_sub(1)).collect();
    cut.push('…');
    Cow::Owned(cut)
}
