//! Writes a survey: as a table for a terminal, or as JSON, CSV or Markdown for whatever reads on.
//!
//! In come plain results, what of them to show ([`View`]) and how ([`Style`]); out go bytes, through the
//! one entry point [`write()`]. The same arguments always give the same bytes: width, colour and character
//! set are passed in, and nothing here knows of an environment, a clock or a terminal. Nothing is decided
//! here either: what is a finding, and how bad it is, comes in. Names, label values and file names are
//! hostile text and are made safe for where they go.

mod assemble;
mod audit;
mod columns;
mod compare;
mod csv;
mod difference;
pub mod document;
mod edges;
mod excerpt;
mod explanation;
mod families;
mod grpc;
mod healthcheck;
mod json;
mod judged;
mod labels;
mod latency;
mod markdown;
mod next;
mod numbers;
pub mod order;
mod paint;
mod pipeline;
mod problems;
mod redundant;
mod select;
mod summary;
mod targets;
mod text;
mod traffic;

#[cfg(test)]
mod tests;

use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::time::Duration;

use globset::GlobMatcher;

use crate::findings::Finding;
use crate::survey::Survey;
use order::FamilyOrder;
use order::LabelOrder;

pub use compare::ChangeOrder;
pub use compare::ComparisonReport;
pub use compare::write_comparison;
pub use difference::Compared;
pub use difference::VerifiedEdit;
pub use difference::write_difference;
pub use edges::EdgeOrder;
pub use edges::Edges;
pub use edges::write_edges;
pub use excerpt::error_excerpt;
pub use excerpt::finding_excerpt;
pub use excerpt::notice_excerpt;
pub use explanation::write_explanation;
pub use grpc::write_grpc;
pub use healthcheck::Healthcheck;
pub use healthcheck::HealthcheckFormat;
pub use json::check_schema;
pub use json::comparison_schema;
pub use json::difference_schema;
pub use json::edges_schema;
pub use json::explanation_schema;
pub use json::grpc_schema;
pub use json::latency_schema;
pub use json::schema;
pub use judged::Ignored;
pub use judged::Judged;
pub use judged::JudgedFormat;
pub use judged::write_judged;
pub use latency::LatencyReport;
pub use latency::latency_trouble;
pub use latency::write_latency;
pub use next::next_command;
pub use pipeline::notice_line;
pub use targets::write_targets;
pub use text::escape_ascii;
pub use text::escape_terminal;

/// How a table may look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// Columns to fill. Tables stop growing at 140; below 30 they are written as for 30.
    pub width: usize,
    /// ANSI colours may be used.
    pub color: bool,
    /// Characters beyond ASCII may be used for bars, marks and ellipses; else tables and Markdown are ASCII
    /// throughout, names included.
    pub unicode: bool,
    /// The stream is a terminal, so hostile text is made safe in CSV and JSON too. JSON stays the same
    /// document (`\u009b`); CSV does not. Tables and Markdown are always safe.
    pub escape: bool,
}

/// What the output is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a reader, fitted to [`Style::width`].
    Table,
    /// Every column, as wide as they come, and the most frequent values of each label.
    Wide,
    /// One [`document::Document`].
    Json,
    /// The same document, one object a line, each with its `kind`.
    Jsonl,
    /// A row for each family (`audit`, `families`) or each label (`labels`).
    Csv,
    /// For a comment on a pull request.
    Markdown,
}

/// The question that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Everything on one screen.
    Audit,
    /// One row for each family.
    Families,
    /// One row for each label; with a family filter, one for each label of each of these families.
    Labels,
    /// What simulated pipelines keep.
    Filter,
}

impl Command {
    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Families => "families",
            Self::Labels => "labels",
            Self::Filter => "filter",
        }
    }

    /// What its family filter is about.
    pub fn listed(self) -> &'static str {
        match self {
            Self::Audit | Self::Families | Self::Labels => "family",
            Self::Filter => "name",
        }
    }
}

/// What of a survey to show.
#[derive(Debug, Clone)]
pub struct View {
    /// Which command is answered.
    pub command: Command,
    /// Order of families.
    pub families: FamilyOrder,
    /// Order of labels.
    pub labels: LabelOrder,
    /// Rows of each list the command is about, as typed; 0 is all. `None` leaves it to the format: a
    /// reader gets the first few with a word on the rest, a machine (JSON, CSV) gets everything.
    pub limit: Option<usize>,
    /// Families to list. Totals and findings stay those of the whole survey.
    pub family: Option<GlobMatcher>,
    /// Time between two scrapes of a target, from which rates follow; with zero all rates are 0.
    pub scrape_interval: Duration,
    /// The interval was typed: it goes before those of simulated scrape jobs.
    pub typed_interval: bool,
}

impl View {
    /// The view of a command for which nothing else was typed: all families, scraped every 30 s.
    pub fn new(command: Command) -> Self {
        Self {
            command,
            families: FamilyOrder::default(),
            labels: LabelOrder::default(),
            limit: None,
            family: None,
            scrape_interval: Duration::from_secs(30),
            typed_interval: false,
        }
    }
}

/// The family filter of the view as typed, where nothing that it is about matches it.
pub fn idle_filter<'a>(survey: &Survey, view: &'a View) -> Option<&'a str> {
    let filter = view.family.as_ref()?;
    let idle = if view.command == Command::Filter {
        let stages = survey.simulated.iter().flatten();
        let stages = stages.flat_map(|simulated| &simulated.flow.stages);
        let mut names = stages.flat_map(|stage| &stage.by_name);
        !names.any(|(name, _)| filter.is_match(name))
    } else {
        let mut families = survey.census.families.iter();
        !families.any(|family| filter.is_match(&family.name))
    };
    idle.then(|| filter.glob().glob())
}

/// What every part of a report is written from.
#[derive(Clone, Copy)]
struct Page<'a> {
    survey: &'a Survey,
    findings: &'a [Finding],
    view: &'a View,
    style: &'a Style,
    /// [`Format::Wide`]: every column, and width is no object.
    wide: bool,
}

/// Writes the answer to `view.command` over `survey` in `format`.
///
/// Writes are buffered here. Findings are shown by `audit`
/// (Markdown and JSON: by all), most severe first and otherwise in the order given.
///
/// # Errors
/// Whatever `out` says, a broken pipe included; and nothing else.
pub fn write(
    survey: &Survey,
    findings: &[Finding],
    view: &View,
    style: &Style,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page {
        survey,
        findings,
        view,
        style,
        wide: format == Format::Wide,
    };
    let mut out = BufWriter::new(out);
    match format {
        Format::Table | Format::Wide => write_lines(&table(page), &mut out),
        Format::Json => json::write_document(page, &mut out),
        Format::Jsonl => json::write_lines(page, &mut out),
        Format::Csv => csv::write(page, &mut out),
        Format::Markdown => write_lines(&markdown::lines(page), &mut out),
    }?;
    out.flush()
}

fn table(page: Page<'_>) -> Vec<String> {
    match page.view.command {
        Command::Audit => audit::lines(page),
        Command::Families => families::lines(page),
        Command::Labels => labels::lines(page),
        Command::Filter => pipeline::table::lines(page),
    }
}

fn write_lines(lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
