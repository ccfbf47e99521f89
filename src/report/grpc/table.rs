//! Hidden failures for a reader: what hides, where, and who is blind.

use std::fmt::Write as _;

use super::Block;
use super::Sheet;
use crate::mesh::Fault;
use crate::mesh::Outcome;
use crate::mesh::grpc::Blind;
use crate::mesh::grpc::Edge;
use crate::report::columns;
use crate::report::columns::Cell;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::numbers::counted;
use crate::report::numbers::grouped;
use crate::report::numbers::of;
use crate::report::paint::Tone;
use crate::report::traffic;
use crate::report::traffic::Names;
use crate::report::traffic::SEEN_BY_CALLEE;
use crate::report::traffic::end_entry;
use crate::report::traffic::percent;
use crate::report::traffic::wrapped;

/// Edges that are shown.
const EDGES: usize = 20;
/// Rows of the other lists.
const OTHERS: usize = 8;

/// The whole table; lists without rows are left out.
pub(super) fn lines(sheet: Sheet<'_>) -> Vec<String> {
    let blocks = sheet.blocks();
    let names = sheet.names();
    let sections = [
        head(sheet),
        verdict(sheet),
        hidden(sheet, &blocks, &names),
        others(sheet, &blocks, &names),
        blind(sheet),
        lost(sheet, &names),
        absent(sheet),
    ];
    let some = sections.into_iter().filter(|section| !section.is_empty());
    some.collect::<Vec<_>>().join(&String::new())
}

fn head(sheet: Sheet<'_>) -> Vec<String> {
    let totals = sheet.grpc.totals;
    let items = [
        traffic::calls(totals.calls),
        format!("{} with a gRPC status", grouped(totals.grpc_calls)),
    ];
    traffic::head(sheet.page, &items)
}

/// What there is to say where nothing is listed, and what keeps failures from being seen.
fn verdict(sheet: Sheet<'_>) -> Vec<String> {
    let (style, wide) = (sheet.page.style, sheet.page.wide);
    let totals = sheet.grpc.totals;
    let mut lines = Vec::new();
    let mut say = |tone, text: &str| lines.extend(wrapped(text, 1, tone, style, wide));
    let warnings = [super::no_responses(sheet), super::stripped(sheet)];
    for warning in warnings.iter().flatten() {
        say(Tone::Caution, warning);
    }
    for told in traffic::uncounted(sheet.page.survey.mesh.as_ref()) {
        say(Tone::Caution, &told);
    }
    if traffic::speaking(sheet.page.survey.mesh.as_ref()) == 0 {
        say(Tone::Plain, &traffic::silence());
    } else if totals.calls > 0 && totals.grpc_calls == 0 && sheet.grpc.without_grpc_label == 0 {
        say(Tone::Plain, "No call carries a gRPC status.");
    } else if totals.grpc_calls > 0 && totals.hidden_from_http + totals.hidden_from_mesh == 0 {
        let text = "Nothing hides: HTTP, the mesh and gRPC agree on every failure.";
        say(Tone::Plain, text);
    } else if totals.calls == 0 && warnings.iter().flatten().count() == 0 {
        say(Tone::Plain, "No call was counted.");
    }
    lines
}

fn hidden(sheet: Sheet<'_>, blocks: &[Block<'_>], names: &Names<'_>) -> Vec<String> {
    let (style, wide) = (sheet.page.style, sheet.page.wide);
    let blocks: Vec<&Block<'_>> = blocks.iter().filter(|block| block.hides()).collect();
    if blocks.is_empty() {
        return Vec::new();
    }
    let about = super::three_answers(sheet).join(style.dot());
    let mut lines = columns::title("HIDDEN FAILURES", &about, style);
    for (count, text) in super::tiers(sheet) {
        lines.extend(wrapped(
            &format!("{} {text}", grouped(count)),
            3,
            Tone::Dim,
            style,
            wide,
        ));
    }
    lines.push(String::new());
    let limit = sheet.rows(EDGES);
    let shown = &blocks[..limit.min(blocks.len())];
    let list = List {
        title: "EDGES",
        about: about_edges(shown.len(), blocks.len(), names, sheet),
        rows: rows(shown, names, true, sheet),
        columns: columns_of(true, wide),
    };
    let mut drawn = list.lines(style, wide);
    let count: usize = shown.iter().map(|block| block.edges.len()).sum();
    let mut rows = drawn
        .split_off(drawn.len().saturating_sub(count))
        .into_iter();
    lines.extend(drawn);
    for block in shown {
        let first = block.edges.first().map(|edge| edge.direction);
        for (edge, line) in block.edges.iter().zip(rows.by_ref()) {
            lines.push(line);
            // The other end tells the same once more.
            if edge.hidden() > 0 && Some(edge.direction) == first {
                for text in notes(edge) {
                    lines.extend(wrapped(&text, 5, Tone::Dim, style, wide));
                }
            }
        }
    }
    lines
}

/// What to know of the hidden failures of an edge, not made safe.
fn notes(edge: &Edge) -> Vec<String> {
    let mut notes = Vec::new();
    let without = edge.count(Outcome::ended_without_status);
    let from_mesh = edge.count(Outcome::is_hidden_from_mesh) - without;
    let part = |count| {
        if count == edge.hidden() {
            "all of them".to_owned()
        } else {
            format!("{} of them", grouped(count))
        }
    };
    if from_mesh > 0 {
        let counted =
            |outcome: &Outcome| outcome.is_hidden_from_mesh() && !outcome.ended_without_status();
        notes.push(format!(
            "{} the mesh itself counts as success: {}",
            part(from_mesh),
            super::codes(edge, counted)
        ));
    }
    if without > 0 {
        let part = part(without);
        notes.push(format!(
            "{part} ended without a gRPC status, a success to the mesh"
        ));
    }
    let client = edge.at_fault(Fault::Client);
    if client > 0 {
        notes.push(format!(
            "by their codes {} the client's fault, {} the server's",
            grouped(client),
            grouped(edge.at_fault(Fault::Server))
        ));
    }
    notes
}

/// gRPC edges without hidden failures, and those without gRPC where they are asked for.
fn others(sheet: Sheet<'_>, blocks: &[Block<'_>], names: &Names<'_>) -> Vec<String> {
    let (style, wide) = (sheet.page.style, sheet.page.wide);
    let mut lines = Vec::new();
    let clear: Vec<&Block<'_>> = blocks
        .iter()
        .filter(|block| !block.hides() && block.has_grpc())
        .collect();
    let mut list = |title, blocks: &[&Block<'_>]| {
        if blocks.is_empty() {
            return;
        }
        let shown = &blocks[..sheet.rows(OTHERS).min(blocks.len())];
        let list = List {
            title,
            about: about_edges(shown.len(), blocks.len(), names, sheet),
            rows: rows(shown, names, false, sheet),
            columns: columns_of(false, wide),
        };
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(list.lines(style, wide));
    };
    list("OTHER gRPC EDGES", &clear);
    let plain: Vec<&Block<'_>> = blocks.iter().filter(|block| !block.has_grpc()).collect();
    if sheet.lists_http() {
        list("EDGES WITHOUT gRPC", &plain);
    } else if !plain.is_empty() && sheet.grpc.totals.grpc_calls > 0 {
        let edges = counted(plain.len() as u64, "edge", "edges");
        lines.push(format!(
            "   {}",
            style.paint(
                Tone::Dim,
                &format!("and {edges} without gRPC; --all lists them")
            )
        ));
    }
    lines
}

fn about_edges(shown: usize, all: usize, names: &Names<'_>, sheet: Sheet<'_>) -> String {
    let style = sheet.page.style;
    let count = if shown < all {
        of(shown, all)
    } else {
        grouped(all as u64)
    };
    let shared = names.shared(style);
    if shared.is_empty() {
        count
    } else {
        format!("{count} {shared}")
    }
}

fn columns_of(hides: bool, wide: bool) -> Vec<Column> {
    let mut columns = vec![Column::name("").enough(40)];
    if hides {
        columns.push(Column::right("hidden"));
    }
    columns.extend([
        Column::right("calls"),
        Column::right("HTTP"),
        Column::right("mesh"),
        Column::right("gRPC"),
        Column::note("not OK").yields_below(22),
    ]);
    if wide {
        columns.push(Column::left("seen by").dim());
        columns.push(Column::left("route").dim());
    }
    columns
}

fn rows(blocks: &[&Block<'_>], names: &Names<'_>, hides: bool, sheet: Sheet<'_>) -> Vec<Vec<Cell>> {
    let style = sheet.page.style;
    let mut rows = Vec::new();
    for block in blocks {
        for (at, edge) in block.edges.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| block.edges[before]);
            let service = edge.service.as_deref();
            let name = match before {
                Some(before) if before.direction != edge.direction => {
                    format!("  {SEEN_BY_CALLEE}")
                }
                Some(before) => {
                    let same = before.service == edge.service;
                    let other = if same { edge.route.as_deref() } else { service };
                    let name = style.safe(other.unwrap_or("another route")).into_owned();
                    format!("  {} {name}", style.arrow())
                }
                None => {
                    let ends = [&edge.source, &edge.destination].map(end_entry);
                    names.edge(ends[0], ends[1], service, style)
                }
            };
            let rate = edge.success_rate();
            let mut row: Vec<Cell> = vec![name.into()];
            if hides {
                row.push(grouped(edge.hidden()).into());
            }
            row.extend([
                grouped(edge.traffic.calls()).into(),
                percent(rate.http, style).into(),
                percent(rate.mesh, style).into(),
                percent(rate.grpc, style).into(),
                style
                    .safe(&super::codes(edge, |_| true))
                    .into_owned()
                    .into(),
            ]);
            if sheet.page.wide {
                row.push(super::seen_by(edge.direction).to_owned().into());
                let route = edge.route.as_deref().unwrap_or_default();
                row.push(style.safe(route).into_owned().into());
            }
            rows.push(row);
        }
    }
    rows
}

fn blind(sheet: Sheet<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let all = &sheet.grpc.blind;
    if all.is_empty() {
        return Vec::new();
    }
    let limit = sheet.rows(OTHERS);
    let shown = &all[..limit.min(all.len())];
    // Families of one destination mostly report the same.
    let groups: Vec<&[Blind]> = shown.chunk_by(reports_alike).collect();
    let rows = groups.iter().map(|group| -> Vec<Cell> {
        let blind = &group[0];
        vec![
            style.safe(&blind.destination.shown()).into_owned().into(),
            percent(Some(blind.reported_success_rate), style).into(),
            percent(Some(blind.true_success_rate), style).into(),
            grouped(blind.hidden).into(),
        ]
    });
    let list = List {
        title: "BLIND FAMILIES",
        about: format!(
            "report the same calls as better than they are{}",
            shortened(limit, all.len(), style.dot())
        ),
        rows: rows.collect(),
        columns: vec![
            Column::name(""),
            Column::right("reported"),
            Column::right("true"),
            Column::right("hidden"),
        ],
    };
    let mut drawn = list.lines(style, sheet.page.wide);
    let rows = drawn.split_off(drawn.len().saturating_sub(groups.len()));
    for (group, line) in groups.iter().zip(rows) {
        drawn.push(line);
        for blind in *group {
            drawn.extend(wrapped(blind.family, 5, Tone::Dim, style, sheet.page.wide));
        }
    }
    drawn
}

fn reports_alike(a: &Blind, b: &Blind) -> bool {
    let key = |blind: &Blind| {
        let rates = [blind.reported_success_rate, blind.true_success_rate];
        (rates.map(f64::to_bits), blind.hidden)
    };
    (a.direction, &a.destination) == (b.direction, &b.destination) && key(a) == key(b)
}

fn shortened(limit: usize, all: usize, dot: &str) -> String {
    if limit < all {
        format!("{dot}{}", of(limit, all))
    } else {
        String::new()
    }
}

/// What `response_total` does not have, and the family that does.
fn lost(sheet: Sheet<'_>, names: &Names<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let (unanswered, refused) = (&sheet.grpc.unanswered, &sheet.grpc.refused);
    let all = unanswered.len() + refused.len();
    if all == 0 {
        return Vec::new();
    }
    let limit = sheet.rows(OTHERS);
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for edge in unanswered.iter().take(limit) {
        let ends = [&edge.source, &edge.destination].map(end_entry);
        rows.push(vec![
            names.edge(ends[0], ends[1], None, style).into(),
            grouped(edge.requests - edge.responses).into(),
            "request_total".to_owned().into(),
            format!("no response, of {} requests", grouped(edge.requests)).into(),
        ]);
    }
    for lost in refused.iter().take(limit) {
        rows.push(vec![
            style.safe(&lost.proxy).into_owned().into(),
            grouped(lost.what.count).into(),
            lost.what.family.to_owned().into(),
            style.safe(&super::lost_text(lost)).into_owned().into(),
        ]);
    }
    let list = List {
        title: "NOT IN response_total",
        about: format!(
            "which other families tell{}",
            shortened(rows.len(), all, style.dot())
        ),
        rows,
        columns: vec![
            Column::name("").enough(30),
            Column::right("count"),
            Column::left("family").yields_below(24),
            Column::note("what"),
        ],
    };
    list.lines(style, sheet.page.wide)
}

fn absent(sheet: Sheet<'_>) -> Vec<String> {
    let (style, wide) = (sheet.page.style, sheet.page.wide);
    let reasons = super::why_absent(sheet);
    if reasons.is_empty() {
        return Vec::new();
    }
    let about = "so that no family of routes can tell";
    let mut lines = columns::title("NO gRPC FAMILY", about, style);
    let limit = sheet.rows(OTHERS);
    for (why, services) in reasons {
        let more = services.len().saturating_sub(limit);
        let mut text = services[..services.len() - more].join(", ");
        if more > 0 {
            let _ = write!(text, " and {} more", grouped(more as u64));
        }
        lines.extend(wrapped(&format!("{why}:"), 3, Tone::Dim, style, wide));
        lines.extend(wrapped(&text, 5, Tone::Plain, style, wide));
    }
    lines
}
