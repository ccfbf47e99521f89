//! Two filters over the same scrapes, in every format.
//!
//! In come a [`Difference`] and the edits that make both sides equal; out goes a document, which each format is
//! written from.

mod csv;
mod markdown;
mod table;

use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::time::Duration;

use serde::Serialize;

use super::Format;
use super::Style;
use super::document::DifferenceDocument;
use super::document::DifferenceHeader;
use super::document::EditEntry;
use super::document::LoneEntry;
use super::document::SCHEMA_VERSION;
use super::document::SharedEntry;
use super::document::SideEntry;
use super::document::SideTotalsEntry;
use super::json;
use super::numbers;
use super::write_lines;
use crate::waterfall::Count;
use crate::waterfall::difference::Difference;
use crate::waterfall::difference::Lone;

/// What is written.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    /// What the left filter is called.
    pub left: &'a str,
    /// What the right filter is called.
    pub right: &'a str,
    /// How they differ.
    pub difference: &'a Difference,
    /// Edits that were tried and make both sides equal, the first of each side.
    pub edits: &'a [VerifiedEdit],
    /// Why no edit was looked for or found, if so.
    pub no_edit: Option<&'a str>,
    /// Between two scrapes.
    pub interval: Duration,
    /// Targets that were read.
    pub targets: u64,
}

/// A change to one rule that was run, and made both sides equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedEdit {
    /// `left` or `right`.
    pub side: &'static str,
    /// The stage whose rule is changed.
    pub stage: String,
    /// Where the rule stands, if in a file.
    pub place: Option<String>,
    /// The rule as it is.
    pub before: String,
    /// The rule as it would be.
    pub after: String,
}

/// Writes the comparison.
///
/// # Errors
/// `out` cannot be written.
pub fn write_difference(
    compared: &Compared<'_>,
    style: &Style,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = compared.document();
    let mut out = BufWriter::new(out);
    match format {
        Format::Table => write_lines(&table::lines(&document, style, false), &mut out),
        Format::Wide => write_lines(&table::lines(&document, style, true), &mut out),
        Format::Json => json::write_pretty(&document, style, &mut out),
        Format::Jsonl => write_objects(&document, style, &mut out),
        Format::Csv => csv::write(&document, style, &mut out),
        Format::Markdown => write_lines(&markdown::lines(&document, style), &mut out),
    }?;
    out.flush()
}

/// A line of the document: its own keys, and `kind` before them.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a, 'b> {
    Diff(&'b DifferenceHeader<'a>),
    Both(&'b SharedEntry<'a>),
    OnlyLeft(&'b LoneEntry<'a>),
    OnlyRight(&'b LoneEntry<'a>),
    Edit(&'b EditEntry<'a>),
}

/// A line for everything but the lists, then one for each of their entries.
fn write_objects(
    document: &DifferenceDocument<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = std::iter::once(Line::Diff(&document.header))
        .chain(document.both.iter().map(Line::Both))
        .chain(document.only_left.iter().map(Line::OnlyLeft))
        .chain(document.only_right.iter().map(Line::OnlyRight))
        .chain(document.edits.iter().map(Line::Edit));
    for line in lines {
        json::write_line(&line, style, out)?;
    }
    Ok(())
}

impl<'a> Compared<'a> {
    fn document(&self) -> DifferenceDocument<'a> {
        let Self {
            left,
            right,
            difference,
            edits,
            no_edit,
            interval,
            targets,
        } = self;
        let rate = |series: u64| numbers::samples_per_second(series, *interval);
        let lone = |lone: &'a Lone| LoneEntry {
            name: &lone.name,
            series: lone.count.series,
            data_points: lone.count.data_points,
            samples_per_second: rate(lone.count.series),
            reason: &lone.reason,
        };
        let side = |count: Count| SideEntry {
            series: count.series,
            data_points: count.data_points,
            samples_per_second: rate(count.series),
        };
        let totals = |own: &[Lone], shared: u64| {
            let series = shared + own.iter().map(|lone| lone.count.series).sum::<u64>();
            SideTotalsEntry {
                names: (difference.both.len() + own.len()) as u64,
                series,
                samples_per_second: rate(series),
            }
        };
        let both = difference.both.iter();
        let header = DifferenceHeader {
            schema_version: SCHEMA_VERSION,
            meshctl_version: env!("CARGO_PKG_VERSION"),
            left,
            right,
            targets: *targets,
            scrape_interval_seconds: interval.as_secs_f64(),
            equal: difference.is_empty(),
            left_totals: totals(
                &difference.only_left,
                both.clone().map(|shared| shared.left.series).sum(),
            ),
            right_totals: totals(
                &difference.only_right,
                both.clone().map(|shared| shared.right.series).sum(),
            ),
            no_edit: *no_edit,
        };
        let both = both.map(|shared| SharedEntry {
            name: &shared.name,
            left: side(shared.left),
            right: side(shared.right),
            same_series: shared.same_series,
        });
        let edits = edits.iter().map(|edit| EditEntry {
            side: edit.side,
            stage: &edit.stage,
            place: edit.place.as_deref(),
            before: &edit.before,
            after: &edit.after,
        });
        DifferenceDocument {
            header,
            both: both.collect(),
            only_left: difference.only_left.iter().map(lone).collect(),
            only_right: difference.only_right.iter().map(lone).collect(),
            edits: edits.collect(),
        }
    }
}

/// How a name that arrives on both sides differs.
fn told(shared: &SharedEntry<'_>) -> String {
    let (left, right) = (shared.left.series, shared.right.series);
    if shared.same_series {
        "the same series".to_owned()
    } else if left == right {
        "as many series, with other labels".to_owned()
    } else {
        let (more, side) = if left > right {
            (left - right, "left")
        } else {
            (right - left, "right")
        };
        format!("{} more on the {side}", numbers::grouped(more))
    }
}

/// Why no edit is shown, where one would be.
fn without_edit<'a>(document: &DifferenceDocument<'a>) -> Option<&'a str> {
    let none = document.edits.is_empty() && !document.header.equal;
    none.then(|| {
        document
            .header
            .no_edit
            .unwrap_or("no change of a single rule was found that does")
    })
}
