//! Mesh against application latency, in every format.
//!
//! In come a [`Comparison`] and the survey it was made of; out goes a document, which each format is written from.

mod assemble;
mod chart;
mod csv;
mod figures;
mod markdown;
mod table;
mod trouble;
mod words;

use std::io;
use std::io::BufWriter;
use std::io::Write;

use serde::Serialize;

use super::Format;
use super::Style;
use super::document::LatencyDocument;
use super::document::LatencyHeader;
use super::document::LatencyMeanEntry;
use super::document::LatencyQuantileEntry;
use super::document::LayerEntry;
use super::document::MeaningEntry;
use super::json;
use super::write_lines;
use crate::mesh::latency::Comparison;
use crate::mesh::latency::Question;
use crate::survey::Survey;
use figures::Shown;

pub use trouble::latency_trouble;

/// What is written.
#[derive(Debug, Clone, Copy)]
pub struct LatencyReport<'a> {
    /// What was asked.
    pub question: &'a Question,
    /// The answer.
    pub comparison: &'a Comparison,
    /// What was read for it.
    pub survey: &'a Survey,
}

/// Writes the comparison.
///
/// # Errors
/// `out` cannot be written.
pub fn write_latency(
    report: &LatencyReport<'_>,
    style: &Style,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = assemble::document(report);
    let shown = Shown::of(&document, style);
    let mut out = BufWriter::new(out);
    match format {
        Format::Table => write_lines(&table::lines(&document, shown, style, false), &mut out),
        Format::Wide => write_lines(&table::lines(&document, shown, style, true), &mut out),
        Format::Json => json::write_pretty(&document, style, &mut out),
        Format::Jsonl => write_objects(&document, style, &mut out),
        Format::Csv => csv::write(&document, &mut out),
        Format::Markdown => write_lines(&markdown::lines(&document, shown, style), &mut out),
    }?;
    out.flush()
}

/// A line of the document: its own keys, and `kind` before them.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a, 'b> {
    Latency(&'b LatencyHeader<'a>),
    Mesh(&'b LayerEntry<'a>),
    App(&'b LayerEntry<'a>),
    Quantile(&'b LatencyQuantileEntry),
    Mean(&'b LatencyMeanEntry),
    Meaning {
        // The meaning has a kind of its own.
        meaning: &'b MeaningEntry,
    },
}

/// A line for everything but the lists, then one for each of their entries.
fn write_objects(
    document: &LatencyDocument<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = [
        Line::Latency(&document.header),
        Line::Mesh(&document.mesh),
        Line::App(&document.app),
    ];
    let lines = lines
        .into_iter()
        .chain(document.quantiles.iter().map(Line::Quantile))
        .chain([Line::Mean(&document.mean)])
        .chain(
            document
                .meanings
                .iter()
                .map(|meaning| Line::Meaning { meaning }),
        );
    for line in lines {
        json::write_line(&line, style, out)?;
    }
    Ok(())
}

/// Both sides with their names.
fn layers<'a, 'b>(document: &'b LatencyDocument<'a>) -> [(&'static str, &'b LayerEntry<'a>); 2] {
    [("mesh", &document.mesh), ("app", &document.app)]
}
