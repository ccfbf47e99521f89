//! The section of an audit: which calls fail where an HTTP status does not tell, and which families are blind.

use super::codes;
use crate::mesh::Mesh;
use crate::mesh::Outcome;
use crate::mesh::grpc::Edge;
use crate::mesh::grpc::Grpc;
use crate::report::Page;
use crate::report::columns::Cell;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::markdown::heading;
use crate::report::markdown::prose_in;
use crate::report::markdown::row;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::traffic::Names;
use crate::report::traffic::end_entry;
use crate::report::traffic::percent;
use crate::report::traffic::wrapped;

/// Edges that are shown where no limit was typed.
const SHOWN: usize = 5;

/// The section; empty where nothing hides.
pub(in crate::report) fn lines(page: Page<'_>) -> Vec<String> {
    let Some(grpc) = page.survey.mesh.as_ref().map(Mesh::grpc) else {
        return Vec::new();
    };
    let edges = hiding(grpc);
    if edges.is_empty() {
        return Vec::new();
    }
    let style = page.style;
    let names = names(&edges);
    let shown = &edges[..page.rows(SHOWN).min(edges.len())];
    let rows = shown.iter().map(|edge| -> Vec<Cell> {
        let service = edge.service.as_deref();
        let [source, destination] = [&edge.source, &edge.destination].map(end_entry);
        vec![
            names.edge(source, destination, service, style).into(),
            numbers::grouped(edge.hidden()).into(),
            numbers::grouped(edge.traffic.calls()).into(),
            style.safe(&codes(edge, |_| true)).into_owned().into(),
        ]
    });
    let list = List {
        title: "HIDDEN FAILURES",
        about: answers(page, grpc).join(style.dot()),
        rows: rows.collect(),
        columns: vec![
            Column::name("").enough(40),
            Column::right("hidden"),
            Column::right("calls"),
            Column::note("not OK"),
        ],
    };
    let mut lines = list.lines(style, page.wide);
    let mut say = |text: &str| lines.extend(wrapped(text, 3, Tone::Dim, style, page.wide));
    if shown.len() < edges.len() {
        let more = (edges.len() - shown.len()) as u64;
        say(&format!(
            "and {}",
            numbers::counted(more, "more edge", "more edges")
        ));
    }
    for text in sentences(page, grpc) {
        say(&text);
    }
    lines
}

/// The same for a comment on a pull request.
pub(in crate::report) fn markdown(page: Page<'_>) -> Vec<String> {
    let Some(grpc) = page.survey.mesh.as_ref().map(Mesh::grpc) else {
        return Vec::new();
    };
    let edges = hiding(grpc);
    if edges.is_empty() {
        return Vec::new();
    }
    let style = page.style;
    let names = names(&edges);
    let shown = &edges[..page.rows(SHOWN).min(edges.len())];
    let mut lines = heading("Hidden failures", shown.len(), edges.len());
    lines.push(prose_in(
        style,
        &format!("{}.", answers(page, grpc).join(", ")),
    ));
    lines.push(String::new());
    lines.push("| Edge | Hidden | Calls | Not OK |".to_owned());
    lines.push("|:--|--:|--:|:--|".to_owned());
    for edge in shown {
        let service = edge.service.as_deref();
        let [source, destination] = [&edge.source, &edge.destination].map(end_entry);
        lines.push(row(&[
            prose_in(style, &names.edge(source, destination, service, style)),
            numbers::grouped(edge.hidden()),
            numbers::grouped(edge.traffic.calls()),
            prose_in(style, &codes(edge, |_| true)),
        ]));
    }
    for text in sentences(page, grpc) {
        lines.extend([String::new(), prose_in(style, &text)]);
    }
    lines
}

/// Edges that hide something, as one end counts them: the one in the totals.
fn hiding(grpc: &Grpc) -> Vec<&Edge> {
    let edges = grpc.edges.iter();
    edges
        .filter(|edge| edge.in_totals && edge.hidden() > 0)
        .collect()
}

fn names<'a>(edges: &[&'a Edge]) -> Names<'a> {
    let ends = edges
        .iter()
        .flat_map(|edge| [&edge.source, &edge.destination]);
    Names::of(ends.map(end_entry))
}

/// `HTTP says 100%`, and so on.
fn answers(page: Page<'_>, grpc: &Grpc) -> Vec<String> {
    let rate = grpc.success_rate;
    let said = [
        ("HTTP says", rate.http),
        ("the mesh says", rate.mesh),
        ("gRPC says", rate.grpc),
    ];
    said.map(|(who, rate)| format!("{who} {}", percent(rate, page.style)))
        .to_vec()
}

/// What else to know of them; not made safe.
fn sentences(page: Page<'_>, grpc: &Grpc) -> Vec<String> {
    let mut sentences = Vec::new();
    let from_mesh: u64 = hiding(grpc)
        .iter()
        .map(|edge| edge.count(Outcome::is_hidden_from_mesh))
        .sum();
    if from_mesh > 0 {
        sentences.push(format!(
            "{} of them the mesh itself counts as success",
            numbers::grouped(from_mesh)
        ));
    }
    if let Some(blind) = grpc.blind.first() {
        let more = match grpc.blind.len() - 1 {
            0 => String::new(),
            more => format!(
                "; {} likewise",
                numbers::counted(
                    more as u64,
                    "more family and callee is blind",
                    "more families and callees are blind"
                )
            ),
        };
        sentences.push(format!(
            "{} reports {} as {} successful, {} is true{more}",
            blind.family,
            blind.destination.shown(),
            percent(Some(blind.reported_success_rate), page.style),
            percent(Some(blind.true_success_rate), page.style),
        ));
    }
    sentences
}
