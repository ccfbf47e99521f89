//! Failures that hide behind HTTP 200, in every format.

pub(super) mod assemble;
mod csv;
mod markdown;
pub(super) mod overview;
mod table;

use std::fmt::Write as _;
use std::io;
use std::io::BufWriter;
use std::io::Write;

use serde::Serialize;

use super::Command;
use super::Format;
use super::Page;
use super::Style;
use super::View;
use super::document::AbsentFamilyEntry;
use super::document::BlindFamilyEntry;
use super::document::GrpcEdgeEntry;
use super::document::GrpcHeader;
use super::document::RefusedEntry;
use super::document::UnansweredEntry;
use super::json;
use super::traffic::Names;
use super::traffic::end_entry;
use super::write_lines;
use crate::mesh::Direction;
use crate::mesh::Outcome;
use crate::mesh::flags;
use crate::mesh::grpc::Absent;
use crate::mesh::grpc::Edge;
use crate::mesh::grpc::Grpc;
use crate::mesh::grpc::Lost;
use crate::mesh::grpc::Why;
use crate::report::numbers;
use crate::survey::Survey;

/// Writes what is hidden. `limit` is how many entries each list shows, 0 for all; `all` lists edges without gRPC too.
///
/// # Errors
/// `out` cannot be written.
pub fn write_grpc(
    survey: &Survey,
    grpc: &Grpc,
    (limit, all): (Option<usize>, bool),
    style: &Style,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let view = View {
        limit,
        ..View::new(Command::Audit)
    };
    let sheet = Sheet {
        grpc,
        page: Page {
            survey,
            findings: &[],
            view: &view,
            style,
            wide: format == Format::Wide,
        },
        all,
    };
    let mut out = BufWriter::new(out);
    match format {
        Format::Table | Format::Wide => write_lines(&table::lines(sheet), &mut out),
        Format::Json => json::write_pretty(&sheet.document(), style, &mut out),
        Format::Jsonl => write_objects(sheet, &mut out),
        Format::Csv => csv::write(sheet, &mut out),
        Format::Markdown => write_lines(&markdown::lines(sheet), &mut out),
    }?;
    out.flush()
}

/// A line of the document: its own keys, and `kind` before them.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a, 'b> {
    Grpc(&'b GrpcHeader<'a>),
    Edge(&'b GrpcEdgeEntry<'a>),
    BlindFamily(&'b BlindFamilyEntry<'a>),
    Unanswered(&'b UnansweredEntry<'a>),
    Refused(&'b RefusedEntry<'a>),
    AbsentFamily(&'b AbsentFamilyEntry<'a>),
}

/// A line for everything but the lists, then one for each of their entries.
fn write_objects(sheet: Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = sheet.document();
    let lines = std::iter::once(Line::Grpc(&document.header))
        .chain(document.edges.iter().map(Line::Edge))
        .chain(document.blind_families.iter().map(Line::BlindFamily))
        .chain(document.unanswered.iter().map(Line::Unanswered))
        .chain(document.refused.iter().map(Line::Refused))
        .chain(document.absent_families.iter().map(Line::AbsentFamily));
    for line in lines {
        json::write_line(&line, sheet.page.style, out)?;
    }
    Ok(())
}

/// What every format is written from.
#[derive(Clone, Copy)]
struct Sheet<'a> {
    grpc: &'a Grpc,
    page: Page<'a>,
    /// Edges without gRPC are listed too.
    all: bool,
}

/// What both ends say of the calls between them, the caller's first.
struct Block<'a> {
    edges: Vec<&'a Edge>,
}

impl<'a> Sheet<'a> {
    /// How many entries of a list to show: what was typed, else all where width is no object, else `usual`.
    fn rows(&self, usual: usize) -> usize {
        match self.page.view.limit {
            Some(0) => usize::MAX,
            Some(limit) => limit,
            None if self.page.wide => usize::MAX,
            None => usual,
        }
    }

    /// The edges by their ends; in the order of the edges that hide most.
    fn blocks(&self) -> Vec<Block<'a>> {
        let mut blocks: Vec<Block<'a>> = Vec::new();
        for edge in &self.grpc.edges {
            let same =
                |block: &&mut Block<'a>| block.edges.iter().any(|known| is_between(known, edge));
            match blocks.iter_mut().find(same) {
                Some(block) => block.edges.push(edge),
                None => blocks.push(Block { edges: vec![edge] }),
            }
        }
        for block in &mut blocks {
            // Stable, so that of one end those that hide most stay first.
            block
                .edges
                .sort_by_key(|edge| std::cmp::Reverse(edge.direction));
        }
        blocks
    }

    /// What ends are called.
    fn names(&self) -> Names<'a> {
        let edges = self.grpc.edges.iter();
        Names::of(edges.flat_map(|edge| [&edge.source, &edge.destination].map(end_entry)))
    }

    /// Whether edges without gRPC are listed.
    fn lists_http(&self) -> bool {
        self.all || self.page.view.limit == Some(0)
    }
}

fn is_between(a: &Edge, b: &Edge) -> bool {
    (&a.source, &a.destination) == (&b.source, &b.destination)
}

impl Block<'_> {
    fn hides(&self) -> bool {
        self.edges.iter().any(|edge| edge.hidden() > 0)
    }

    fn has_grpc(&self) -> bool {
        self.edges.iter().any(|edge| edge.grpc_calls() > 0)
    }
}

/// `UNAVAILABLE 12, INTERNAL 8`: the codes that are not OK, the most frequent first; not made safe yet.
fn codes(edge: &Edge, fits: impl Fn(&Outcome) -> bool) -> String {
    let mut codes: Vec<(String, u64)> = Vec::new();
    for (outcome, count) in &edge.traffic.responses {
        let Some(code) = outcome.grpc.as_ref().filter(|code| !code.is_ok()) else {
            continue;
        };
        if !fits(outcome) {
            continue;
        }
        let name = code.name();
        match codes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known += count,
            None => codes.push((name, *count)),
        }
    }
    codes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let texts = codes
        .iter()
        .map(|(name, count)| format!("{name} {}", numbers::grouped(*count)));
    texts.collect::<Vec<_>>().join(", ")
}

/// Whose proxy counts.
fn seen_by(direction: Direction) -> &'static str {
    match direction {
        Direction::Outbound => "caller",
        Direction::Inbound => "callee",
    }
}

/// What tells of the three, in words: `HTTP says 100%`.
fn three_answers(sheet: Sheet<'_>) -> Vec<String> {
    let rate = sheet.grpc.success_rate;
    let style = sheet.page.style;
    let said = [
        ("HTTP says", rate.http),
        ("the mesh says", rate.mesh),
        ("gRPC says", rate.grpc),
    ];
    said.map(|(who, rate)| format!("{who} {}", super::traffic::percent(rate, style)))
        .to_vec()
}

/// What the tiers of hidden failures are, each with its number.
fn tiers(sheet: Sheet<'_>) -> Vec<(u64, String)> {
    let totals = sheet.grpc.totals;
    let mut tiers = Vec::new();
    if totals.hidden_from_http > 0 {
        let text = "hidden from HTTP: the status is 2xx, the mesh and gRPC call it a failure";
        tiers.push((totals.hidden_from_http, text.to_owned()));
    }
    if totals.hidden_from_mesh > 0 {
        let without = totals.without_status;
        let mut text = "hidden from the mesh too: gRPC calls it a failure, the proxy a success (by default it \
                        fails codes 2, 4, 7, 13, 14 and 15 only)"
            .to_owned();
        if without > 0 {
            let without = numbers::grouped(without);
            let _ = write!(text, "; {without} of them ended without a gRPC status");
        }
        tiers.push((totals.hidden_from_mesh, text));
    }
    tiers
}

/// What a missing label hides.
fn stripped(sheet: Sheet<'_>) -> Option<String> {
    let grpc = sheet.grpc;
    let label = match (grpc.unclassified_series, grpc.without_grpc_label) {
        (0, 0) => return None,
        (0, _) => "grpc_status",
        (_, 0) => "classification",
        _ => "classification or grpc_status",
    };
    let series = numbers::counted(
        grpc.stripped_series,
        "response series lacks",
        "response series lack",
    );
    let what = match (grpc.unclassified_series, grpc.without_grpc_label) {
        (0, _) | (1.., 1..) => "what failed by gRPC can no longer be seen there",
        _ => "what the mesh itself calls a failure can no longer be seen there",
    };
    Some(format!(
        "{series} the label {label}: a filter or relabeling took it away, and {what}"
    ))
}

/// Where requests are counted and no response is.
fn no_responses(sheet: Sheet<'_>) -> Option<String> {
    let requests: u64 = sheet.grpc.unanswered.iter().map(|edge| edge.requests).sum();
    (sheet.grpc.totals.calls == 0 && requests > 0).then(|| {
        format!(
            "{} counted by request_total, and no response by response_total: it is missing or still 0, so how \
             they ended cannot be seen",
            numbers::counted(requests, "request is", "requests are")
        )
    })
}

/// Why there are no gRPC families, and of which services; not made safe.
fn why_absent(sheet: Sheet<'_>) -> Vec<(&'static str, Vec<String>)> {
    let of = |why: Why, unit: &str| -> Vec<String> {
        let absent = sheet.grpc.absent.iter().filter(|absent| absent.why == why);
        absent
            .map(
                |Absent {
                     destination, count, ..
                 }| {
                    format!(
                        "{} ({} {unit})",
                        destination.shown(),
                        numbers::grouped(*count)
                    )
                },
            )
            .collect()
    };
    let reasons = [
        (
            "no GRPCRoute is attached, so families of routes count gRPC calls as HTTP",
            of(Why::NoRoute, "calls"),
        ),
        (
            "the port is opaque, by annotation or appProtocol, so no proxy sees its calls, gRPC or not",
            of(Why::Opaque, "connections"),
        ),
    ];
    let some = reasons
        .into_iter()
        .filter(|(_, services)| !services.is_empty());
    some.collect()
}

/// The family that would tell of what is absent.
const ABSENT_FAMILY: &str = "outbound_grpc_route_request_statuses_total";

/// `denied 3: from no_tls at server/web-http:8080`, not made safe.
fn lost_text(lost: &Lost) -> String {
    let what = &lost.what;
    let mut text = what.kind.as_str().replace('-', " ");
    if let Some(reason) = &what.reason {
        let _ = write!(text, ": {}", flags::explain(reason));
    }
    if let Some(destination) = &what.destination {
        let _ = write!(text, " at {destination}");
    }
    if let Some(client) = &what.client {
        let _ = write!(text, " from {client}");
    }
    text
}
