//! Golden signals for a reader.

use super::Edges;
use crate::report::Page;
use crate::report::columns::Cell;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::document::EdgeEntry;
use crate::report::document::EdgeViewEntry;
use crate::report::document::EdgesDocument;
use crate::report::numbers::grouped;
use crate::report::numbers::of;
use crate::report::paint::Tone;
use crate::report::traffic;
use crate::report::traffic::Names;
use crate::report::traffic::SEEN_BY_CALLEE;
use crate::report::traffic::percent;
use crate::report::traffic::wrapped;

/// Edges that are shown.
const EDGES: usize = 20;
/// Rows of the other lists.
const OTHERS: usize = 8;

/// The whole table; lists without rows are left out.
pub(super) fn lines(
    page: Page<'_>,
    edges: &Edges<'_>,
    document: &EdgesDocument<'_>,
) -> Vec<String> {
    let names = Names::of(
        document
            .edges
            .iter()
            .flat_map(|edge| [edge.source, edge.destination]),
    );
    let sections = [
        head(page, document),
        list(page, edges, document, &names),
        broken_off(page, edges, document, &names),
        plain(page, edges, document, &names),
        saturation(page, edges, document),
    ];
    let some = sections.into_iter().filter(|section| !section.is_empty());
    some.collect::<Vec<_>>().join(&String::new())
}

fn head(page: Page<'_>, document: &EdgesDocument<'_>) -> Vec<String> {
    let (style, wide) = (page.style, page.wide);
    let mut lines = if document.header.mesh_targets == 0 {
        traffic::head(page, &[])
    } else {
        traffic::head(page, &[super::window(document)])
    };
    let uncounted = traffic::uncounted(page.survey.mesh.as_ref()).into_iter();
    for told in super::told_of_since(document).into_iter().chain(uncounted) {
        lines.extend(wrapped(&told, 3, Tone::Caution, style, wide));
    }
    if document.edges.is_empty() {
        let text = if document.header.mesh_targets == 0 {
            traffic::silence()
        } else {
            "No call and no connection was counted.".to_owned()
        };
        lines.push(String::new());
        lines.extend(wrapped(&text, 1, Tone::Plain, style, wide));
    }
    lines
}

fn list(
    page: Page<'_>,
    edges: &Edges<'_>,
    document: &EdgesDocument<'_>,
    names: &Names<'_>,
) -> Vec<String> {
    if document.edges.is_empty() {
        return Vec::new();
    }
    let style = page.style;
    let all = document.edges.len();
    let limit = edges.shown(if page.wide { usize::MAX } else { EDGES });
    let mut about = vec![if limit < all {
        of(limit, all)
    } else {
        grouped(all as u64)
    }];
    about.push(format!("by {}", document.header.by));
    about.push(names.shared(style));
    about.retain(|part| !part.is_empty());
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for entry in document.edges.iter().take(limit) {
        for (at, (seen_by, view)) in entry.views().enumerate() {
            let name = if at == 0 {
                names.edge(entry.source, entry.destination, None, style)
            } else {
                format!("  {SEEN_BY_CALLEE}")
            };
            rows.push(row(name, view, seen_by, page));
        }
    }
    let mut columns = vec![
        Column::name("").enough(36),
        Column::right("calls"),
        Column::right("success"),
        Column::right("calls/s").yields_below(20),
        Column::right("p50").yields_below(26),
        Column::right("p95").yields_below(24),
        Column::right("p99").yields_below(21),
        Column::right("open").yields_below(23),
        Column::right("bytes/s").yields_below(30),
        Column::left("mTLS").yields_below(28),
    ];
    if page.wide {
        columns.extend([
            Column::left("seen by").dim(),
            Column::right("HTTP"),
            Column::right("mesh"),
            Column::right("gRPC"),
            Column::left("client identity").dim(),
            Column::left("server identity").dim(),
            Column::left("plain because").dim(),
        ]);
    }
    let list = List {
        title: "EDGES",
        about: about.join(" "),
        rows,
        columns,
    };
    list.lines(style, page.wide)
}

/// What ended calls, with the meaning of Envoy's flags; of an edge as its callers have it, else its callees.
fn broken_off(
    page: Page<'_>,
    edges: &Edges<'_>,
    document: &EdgesDocument<'_>,
    names: &Names<'_>,
) -> Vec<String> {
    let style = page.style;
    let mut all = Vec::new();
    for edge in &document.edges {
        let view = edge.views().find(|(_, view)| !view.errors.is_empty());
        let errors = view.iter().flat_map(|(_, view)| &view.errors);
        all.extend(errors.map(|error| (edge, error)));
    }
    if all.is_empty() {
        return Vec::new();
    }
    // Stable: in the order of the edges where as often.
    all.sort_by_key(|(_, error)| std::cmp::Reverse(error.responses));
    let limit = edges.shown(if page.wide { usize::MAX } else { OTHERS });
    let rows = all.iter().take(limit).map(|(edge, error)| -> Vec<Cell> {
        let why = error.meaning.as_deref().unwrap_or(error.error);
        vec![
            names
                .edge(edge.source, edge.destination, None, style)
                .into(),
            grouped(error.responses).into(),
            style.safe(why).into_owned().into(),
        ]
    });
    let list = List {
        title: "BROKEN OFF",
        about: if limit < all.len() {
            of(limit, all.len())
        } else {
            grouped(all.len() as u64)
        },
        rows: rows.collect(),
        columns: vec![
            Column::name("").enough(36),
            Column::right("calls"),
            Column::note("why, as the proxy has it"),
        ],
    };
    list.lines(style, page.wide)
}

/// Ways to services on which connections were refused; with every column those that are in use too.
fn saturation(page: Page<'_>, edges: &Edges<'_>, document: &EdgesDocument<'_>) -> Vec<String> {
    let style = page.style;
    let told = document.saturation.iter();
    let told: Vec<_> = told
        .filter(|told| page.wide || told.overflows > 0)
        .collect();
    if told.is_empty() {
        return Vec::new();
    }
    let limit = edges.shown(if page.wide { usize::MAX } else { OTHERS });
    let rows = told.iter().take(limit).map(|told| -> Vec<Cell> {
        vec![
            style.safe(told.cluster).into_owned().into(),
            grouped(told.active_connections).into(),
            grouped(told.overflows).into(),
            style.safe(told.target).into_owned().into(),
        ]
    });
    let about = "connections that Envoys have, and times that there were too many";
    let list = List {
        title: "SATURATION",
        about: if limit < told.len() {
            format!("{about}{}{}", style.dot(), of(limit, told.len()))
        } else {
            about.to_owned()
        },
        rows: rows.collect(),
        columns: vec![
            Column::name("").enough(40),
            Column::right("open"),
            Column::right("too many"),
            Column::note("seen by"),
        ],
    };
    list.lines(style, page.wide)
}

fn row(name: String, view: &EdgeViewEntry<'_>, seen_by: &str, page: Page<'_>) -> Vec<Cell> {
    let style = page.style;
    let dash = || style.dash().to_owned();
    let latency = view.latency_ms;
    let ms = |quantile| super::milliseconds(quantile, style);
    let calls = if view.calls > 0 {
        grouped(view.calls)
    } else {
        dash()
    };
    let mut row: Vec<Cell> = vec![
        name.into(),
        calls.into(),
        percent(view.success_rate, style).into(),
        super::rate(view.calls_per_second, style).into(),
        ms(latency.and_then(|latency| latency.p50)).into(),
        ms(latency.and_then(|latency| latency.p95)).into(),
        ms(latency.and_then(|latency| latency.p99)).into(),
        view.tcp
            .map_or_else(dash, |tcp| grouped(tcp.open_connections))
            .into(),
        super::bytes(view.tcp.and_then(|tcp| tcp.bytes_per_second), style).into(),
        view.mutual_tls.to_owned().into(),
    ];
    if page.wide {
        let joined = |texts: &[&str]| style.safe(&texts.join(", ")).into_owned();
        row.extend([
            seen_by.to_owned().into(),
            percent(view.success_rates.http, style).into(),
            percent(view.success_rates.mesh, style).into(),
            percent(view.success_rates.grpc, style).into(),
            joined(&view.client_identities).into(),
            joined(&view.server_identities).into(),
            joined(&view.plain_reasons).into(),
        ]);
    }
    row
}

/// Edges that do not, or not wholly, go over mutual TLS.
fn plain(
    page: Page<'_>,
    edges: &Edges<'_>,
    document: &EdgesDocument<'_>,
    names: &Names<'_>,
) -> Vec<String> {
    let style = page.style;
    let all: Vec<&EdgeEntry<'_>> = document
        .edges
        .iter()
        .filter(|edge| matches!(edge.mutual_tls, "no" | "partly"))
        .collect();
    if all.is_empty() {
        return Vec::new();
    }
    let limit = edges.shown(if page.wide { usize::MAX } else { OTHERS });
    let rows = all.iter().take(limit).map(|edge| -> Vec<Cell> {
        let said = edge
            .views()
            .filter(|(_, view)| !view.plain_reasons.is_empty());
        let said =
            said.map(|(seen_by, view)| format!("{seen_by}: {}", view.plain_reasons.join(", ")));
        let said: Vec<String> = said.collect();
        let how_much = if edge.mutual_tls == "partly" {
            "partly"
        } else {
            "all"
        };
        vec![
            names
                .edge(edge.source, edge.destination, None, style)
                .into(),
            how_much.to_owned().into(),
            style.safe(&said.join("; ")).into_owned().into(),
        ]
    });
    let list = List {
        title: "WITHOUT mTLS",
        about: if limit < all.len() {
            of(limit, all.len())
        } else {
            grouped(all.len() as u64)
        },
        rows: rows.collect(),
        columns: vec![
            Column::name("").enough(36),
            Column::left(""),
            Column::note("why, as each end has it"),
        ],
    };
    list.lines(style, page.wide)
}
