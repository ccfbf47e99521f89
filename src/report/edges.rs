//! Golden signals of who calls whom, in every format.

pub(super) mod assemble;
mod csv;
mod markdown;
mod order;
mod table;

use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::time::Duration;

use serde::Serialize;

use super::Command;
use super::Format;
use super::Page;
use super::Style;
use super::View;
use super::document::DoubledEntry;
use super::document::EdgeEntry;
use super::document::EdgeViewEntry;
use super::document::EdgesDocument;
use super::document::EdgesHeader;
use super::document::QuantileEntry;
use super::document::SaturationEntry;
use super::json;
use super::numbers;
use super::write_lines;
use crate::mesh::edges::By;
use crate::mesh::edges::Edge;
use crate::survey::Survey;

pub use order::EdgeOrder;

/// What is written.
#[derive(Debug, Clone, Copy)]
pub struct Edges<'a> {
    /// What was read.
    pub survey: &'a Survey,
    /// The older reading that it was held against.
    pub older: Option<&'a Survey>,
    /// Who calls whom.
    pub edges: &'a [Edge],
    /// What the ends are.
    pub by: By,
    /// In which order they are listed.
    pub order: EdgeOrder,
    /// How many are listed, 0 for all.
    pub limit: Option<usize>,
}

/// Writes the edges.
///
/// # Errors
/// `out` cannot be written.
pub fn write_edges(
    edges: &Edges<'_>,
    style: &Style,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let view = View {
        limit: edges.limit,
        ..View::new(Command::Audit)
    };
    let page = Page {
        survey: edges.survey,
        findings: &[],
        view: &view,
        style,
        wide: format == Format::Wide,
    };
    let document = edges.document();
    let mut out = BufWriter::new(out);
    match format {
        Format::Table | Format::Wide => {
            write_lines(&table::lines(page, edges, &document), &mut out)
        }
        Format::Json => json::write_pretty(&edges.cut(document), style, &mut out),
        Format::Jsonl => write_objects(&edges.cut(document), style, &mut out),
        Format::Csv => csv::write(&edges.cut(document), style, &mut out),
        Format::Markdown => write_lines(&markdown::lines(page, edges, &document), &mut out),
    }?;
    out.flush()
}

/// A line of the document: its own keys, and `kind` before them.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a, 'b> {
    Edges(&'b EdgesHeader<'a>),
    Edge(&'b EdgeEntry<'a>),
    Saturation(&'b SaturationEntry<'a>),
    Doubled(&'b DoubledEntry<'a>),
}

fn write_objects(
    document: &EdgesDocument<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = std::iter::once(Line::Edges(&document.header))
        .chain(document.edges.iter().map(Line::Edge))
        .chain(document.saturation.iter().map(Line::Saturation))
        .chain(document.doubled.iter().map(Line::Doubled));
    for line in lines {
        json::write_line(&line, style, out)?;
    }
    Ok(())
}

impl<'a> Edges<'a> {
    /// For a program: what was asked for, else all.
    fn cut(&self, mut document: EdgesDocument<'a>) -> EdgesDocument<'a> {
        document.edges.truncate(self.shown(usize::MAX));
        document
    }

    /// How many edges are listed: what was typed, else as many as are `usual`.
    fn shown(&self, usual: usize) -> usize {
        match self.limit {
            Some(0) => usize::MAX,
            Some(limit) => limit,
            None => usual,
        }
    }
}

impl<'a> EdgeEntry<'a> {
    /// What each end says, the callers first, and whose proxies say so.
    pub(super) fn views(&self) -> impl Iterator<Item = (&'static str, &EdgeViewEntry<'a>)> {
        let outbound = self.outbound.iter().map(|view| ("caller", view));
        outbound.chain(self.inbound.iter().map(|view| ("callee", view)))
    }
}

/// `4.1ms`, `412ms`, `1.2s`; `≥` where nothing bounds it from above, `–` where nothing is known.
fn milliseconds(quantile: Option<QuantileEntry>, style: &Style) -> String {
    let Some(QuantileEntry { value, upper, .. }) = quantile else {
        return style.dash().to_owned();
    };
    let least = match (upper, style.unicode) {
        (Some(_), _) => "",
        (None, true) => "≥",
        (None, false) => ">=",
    };
    if value >= 999.5 {
        format!("{least}{:.1}s", value / 1000.0)
    } else if value >= 9.95 {
        format!("{least}{value:.0}ms")
    } else {
        format!("{least}{value:.1}ms")
    }
}

/// `12 KiB`, `–`.
fn bytes(per_second: Option<f64>, style: &Style) -> String {
    per_second.map_or_else(
        || style.dash().to_owned(),
        |rate| numbers::bytes(numbers::whole(rate.round())),
    )
}

/// `1.2`, `–`.
fn rate(per_second: Option<f64>, style: &Style) -> String {
    per_second.map_or_else(|| style.dash().to_owned(), numbers::rate)
}

/// `9.5s`, `2m10s`, `3h5m`.
fn seconds(seconds: f64) -> String {
    let whole = numbers::whole(seconds.round());
    if seconds < 10.0 {
        format!("{seconds:.1}s")
    } else if whole < 3600 {
        numbers::interval(Duration::from_secs(whole))
    } else {
        numbers::interval(Duration::from_secs(whole / 60 * 60))
    }
}

/// For how long was counted, in words.
fn window(document: &EdgesDocument<'_>) -> String {
    let window = document.header.window;
    let span = match (window.shortest_seconds, window.longest_seconds) {
        (Some(shortest), Some(longest)) if seconds(shortest) == seconds(longest) => {
            seconds(longest)
        }
        (Some(shortest), Some(longest)) => format!("{} to {}", seconds(shortest), seconds(longest)),
        _ => return "nothing tells for how long was counted".to_owned(),
    };
    if document.header.since.is_some() {
        format!("over {span}")
    } else {
        format!("since the proxies were started, {span}")
    }
}

/// What a comparison with an older reading could not count, and what it took for new.
fn told_of_since(document: &EdgesDocument<'_>) -> Vec<String> {
    let Some(since) = &document.header.since else {
        return Vec::new();
    };
    let targets = |count| numbers::counted(count, "target", "targets");
    let series = numbers::counted_series;
    let mut told = Vec::new();
    if since.coverage.scraped < since.coverage.expected {
        told.push(format!(
            "older reading: {} of {} read",
            numbers::grouped(since.coverage.scraped),
            targets(since.coverage.expected)
        ));
    }
    if since.only_newer_targets > 0 {
        told.push(format!(
            "{} missing in the older reading, though running then: none of their calls count",
            targets(since.only_newer_targets)
        ));
    }
    if since.only_older_targets > 0 {
        told.push(format!(
            "{} in the older reading only",
            targets(since.only_older_targets)
        ));
    }
    if since.reset_series > 0 {
        told.push(format!(
            "{} lower than before or of a restarted process: all they hold is counted",
            series(since.reset_series)
        ));
    }
    if since.vanished_series > 0 {
        told.push(format!(
            "{} vanished, as the proxy drops idle ones: what they gained before is lost",
            series(since.vanished_series)
        ));
    }
    if since.appeared_series > 0 {
        told.push(format!(
            "{} appeared: all they hold is counted",
            series(since.appeared_series)
        ));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_the_digits_that_mean_something() {
        let texts = [9.46, 59.7, 130.0, 11_110.0].map(seconds);
        assert_eq!(texts, ["9.5s", "1m", "2m10s", "3h5m"]);
    }

    #[test]
    fn a_quantile_without_an_upper_bound_is_at_least_that() {
        let mut style = Style {
            width: 80,
            color: false,
            unicode: true,
            escape: true,
        };
        let quantile = |value, upper| {
            Some(QuantileEntry {
                value,
                lower: Some(0.0),
                upper,
            })
        };
        assert_eq!(milliseconds(quantile(4.06, Some(5.0)), &style), "4.1ms");
        assert_eq!(milliseconds(quantile(412.3, Some(500.0)), &style), "412ms");
        assert_eq!(milliseconds(quantile(50_000.0, None), &style), "≥50.0s");
        assert_eq!(milliseconds(None, &style), "–");
        style.unicode = false;
        assert_eq!(milliseconds(quantile(50_000.0, None), &style), ">=50.0s");
    }
}
