//! Edges for a comment on a pull request.

use super::Edges;
use crate::report::Page;
use crate::report::document::EdgesDocument;
use crate::report::document::EndEntry;
use crate::report::markdown::code_in;
use crate::report::markdown::coverage;
use crate::report::markdown::heading;
use crate::report::markdown::prose_in;
use crate::report::markdown::row;
use crate::report::numbers::grouped;
use crate::report::summary;
use crate::report::traffic;
use crate::report::traffic::percent;

/// Rows of the table; a comment has a size limit.
const SHOWN: usize = 30;

pub(super) fn lines(
    page: Page<'_>,
    edges: &Edges<'_>,
    document: &EdgesDocument<'_>,
) -> Vec<String> {
    let style = page.style;
    let mut lines = vec!["### meshctl edges".to_owned(), String::new()];
    let window = super::window(document);
    lines.push([summary::coverage(page), window].join(style.dot()));
    let told = super::told_of_since(document);
    if !told.is_empty() {
        lines.push(String::new());
        lines.extend(
            told.iter()
                .map(|told| format!("- {}", prose_in(style, told))),
        );
    }
    let all = document.edges.len();
    if all == 0 {
        let text = if document.header.mesh_targets == 0 {
            traffic::silence()
        } else {
            "No call and no connection was counted.".to_owned()
        };
        lines.extend([String::new(), prose_in(style, &text)]);
        lines.extend(coverage(page));
        return lines;
    }
    let shown = edges.shown(SHOWN).min(all);
    lines.extend(heading("Edges", shown, all));
    lines.push(
        "| Caller | Callee | Seen by | Calls | Success | Calls/s | p50 | p95 | p99 | Open | Bytes/s | mTLS |"
            .to_owned(),
    );
    lines.push("|:--|:--|:--|--:|--:|--:|--:|--:|--:|--:|--:|:--|".to_owned());
    for edge in &document.edges[..shown] {
        for (seen_by, view) in edge.views() {
            let latency = view.latency_ms;
            let ms = |quantile| super::milliseconds(quantile, style).replace('>', "&gt;");
            let open = view.tcp.map(|tcp| grouped(tcp.open_connections));
            let bytes = view.tcp.and_then(|tcp| tcp.bytes_per_second);
            lines.push(row(&[
                code_in(style, &end(edge.source)),
                code_in(style, &end(edge.destination)),
                seen_by.to_owned(),
                grouped(view.calls),
                prose_in(style, &percent(view.success_rate, style)),
                super::rate(view.calls_per_second, style).replace('<', "&lt;"),
                ms(latency.and_then(|latency| latency.p50)),
                ms(latency.and_then(|latency| latency.p95)),
                ms(latency.and_then(|latency| latency.p99)),
                open.unwrap_or_else(|| style.dash().to_owned()),
                super::bytes(bytes, style),
                view.mutual_tls.to_owned(),
            ]));
        }
    }
    lines.extend(coverage(page));
    lines
}

fn end(end: EndEntry<'_>) -> String {
    let name = end.name.unwrap_or("(unknown)");
    match end.namespace {
        Some(namespace) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    }
}
