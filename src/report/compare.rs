//! Two readings of a mesh held against each other, in every format.
//!
//! In come two sides and their [`Comparison`]; out goes a document, which each format is written from.

mod assemble;
mod csv;
mod markdown;
mod order;
mod table;
mod words;

use std::io;
use std::io::BufWriter;
use std::io::Write;

use globset::GlobMatcher;
use serde::Serialize;

use super::Format;
use super::Style;
use super::document::ComparisonDocument;
use super::document::ComparisonHeader;
use super::document::FamilyChangeEntry;
use super::document::LabelChangeEntry;
use super::document::PodEntry;
use super::document::TargetChangeEntry;
use super::document::VersionChangeEntry;
use super::document::WorkloadChangeEntry;
use super::json;
use super::write_lines;
use crate::compare::Comparison;
use crate::compare::Side;

pub use order::ChangeOrder;

/// What is written.
#[derive(Debug, Clone, Copy)]
pub struct ComparisonReport<'a> {
    /// The older side.
    pub before: &'a Side,
    /// The newer side.
    pub after: &'a Side,
    /// The files that audits are in, as named.
    pub files: [Option<&'a str>; 2],
    /// How they differ.
    pub comparison: &'a Comparison,
    /// Families to list.
    pub family: Option<&'a GlobMatcher>,
    /// In which order families, labels and workloads are listed.
    pub order: ChangeOrder,
    /// How many of each are listed, 0 for all; `None` leaves it to the format.
    pub limit: Option<usize>,
}

/// Writes the comparison.
///
/// # Errors
/// `out` cannot be written.
pub fn write_comparison(
    report: &ComparisonReport<'_>,
    style: &Style,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut document = assemble::document(report);
    let limit = report.limit;
    let mut out = BufWriter::new(out);
    match format {
        Format::Table => write_lines(&table::lines(&document, limit, style, false), &mut out),
        Format::Wide => write_lines(&table::lines(&document, limit, style, true), &mut out),
        Format::Json => {
            cut(&mut document, limit);
            json::write_pretty(&document, style, &mut out)
        }
        Format::Jsonl => {
            cut(&mut document, limit);
            write_objects(&document, style, &mut out)
        }
        Format::Csv => {
            cut(&mut document, limit);
            csv::write(&document, style, &mut out)
        }
        Format::Markdown => write_lines(&markdown::lines(&document, limit, style), &mut out),
    }?;
    out.flush()
}

/// How many rows of a list are shown: what was typed, else as many as are `usual`.
fn shown(limit: Option<usize>, usual: usize, all: usize) -> usize {
    match limit {
        Some(0) => all,
        Some(limit) => limit.min(all),
        None => usual.min(all),
    }
}

/// For a program: what was asked for, else all.
fn cut(document: &mut ComparisonDocument<'_>, limit: Option<usize>) {
    let rows = |all: usize| shown(limit, usize::MAX, all);
    let ComparisonDocument {
        header: _,
        families,
        labels,
        workloads,
        targets,
        versions: _,
        pods,
    } = document;
    families.truncate(rows(families.len()));
    labels.truncate(rows(labels.len()));
    targets.truncate(rows(targets.len()));
    if let Some(workloads) = workloads {
        workloads.truncate(rows(workloads.len()));
    }
    if let Some(pods) = pods {
        pods.truncate(rows(pods.len()));
    }
}

/// A line of the document: its own keys, and `kind` before them.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a, 'b> {
    Compare(&'b ComparisonHeader<'a>),
    Family(&'b FamilyChangeEntry<'a>),
    Label(&'b LabelChangeEntry<'a>),
    Workload(&'b WorkloadChangeEntry<'a>),
    Target(&'b TargetChangeEntry<'a>),
    Version(&'b VersionChangeEntry<'a>),
    Pod(&'b PodEntry<'a>),
}

/// A line for everything but the lists, then one for each of their entries.
fn write_objects(
    document: &ComparisonDocument<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let ComparisonDocument {
        header,
        families,
        labels,
        workloads,
        targets,
        versions,
        pods,
    } = document;
    let lines = std::iter::once(Line::Compare(header))
        .chain(families.iter().map(Line::Family))
        .chain(labels.iter().map(Line::Label))
        .chain(workloads.iter().flatten().map(Line::Workload))
        .chain(targets.iter().map(Line::Target))
        .chain(versions.iter().flatten().map(Line::Version))
        .chain(pods.iter().flatten().map(Line::Pod));
    for line in lines {
        json::write_line(&line, style, out)?;
    }
    Ok(())
}
